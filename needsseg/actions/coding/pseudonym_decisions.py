"""Decide which words are replaced by pseudonyms, by which, and which are kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from needsseg.actions.coding.pseudonyms import cover_of, names, normalised, proposed_kind
from needsseg.coding.pseudonyms import GENERIC, Found, Known, detector
from needsseg.errors import TableError, UsageError
from needsseg.study.connection import Study, plain_text
from needsseg.study.transcripts import pseudonyms as stored
from needsseg.study.transcripts.pseudonyms import DecisionRow
from needsseg.text import format_count

__all__ = ["KINDS", "ListReport", "forget", "import_list", "keep", "replace_words", "take"]

Kind = Literal["person", "company", "email", "phone", "other"]
KINDS: tuple[str, ...] = get_args(Kind)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class ListReport:
    """The result of importing a list: words with their replacements, and refused rows (number, reason)."""

    replaced: tuple[tuple[str, str], ...]
    refused: tuple[tuple[int, str], ...]


def replace_words(study: Study, words: str, by: str = "", kind: str | None = None) -> None:
    """Decide that words are replaced by ``by``, else by the program's pseudonym; adds words the program does not find.

    Without ``kind``, it is the kind the program found or proposed, else "other" (found in any case, as whole words). A
    person's name is also found by its parts, a company's as written.
    """
    decisions = _Decisions(study)
    kind = kind or decisions.proposed_kind(study, words)
    with study.action("pseudonym", f"“{_tidy(words)}” is replaced" + (f" by “{_tidy(by)}”" if by.strip() else "")):
        _decide(study, decisions, words, by, kind)


def keep(study: Study, words: str) -> None:
    """Decide that words are kept."""
    words = _checked(words)
    decisions = _Decisions(study)
    kind = decisions.kind(words, decisions.proposed_kind(study, words))
    with study.action("pseudonym", f"“{words}” is kept"):
        stored.decide(study, decisions.stored(words), kind, "keep")


def forget(study: Study, words: str) -> None:
    """Remove the decision about words."""
    tidy = _tidy(words)
    with study.action("pseudonym", f"took back what was decided about “{tidy}”"):
        stored.forget(study, _Decisions(study).stored(tidy))


def import_list(study: Study, path: Path, kind: str | None = None) -> ListReport:
    """Import a list of words to replace: one per line, or a CSV of words and replacement; return refused rows too.

    One action; a file that cannot be read changes nothing.
    """
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name a file with a list of words.")
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in text.partition("\n")[0] else ","))
    except FileNotFoundError as error:
        raise TableError(f"There is no file {path}.") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{path.name}: not UTF-8 (byte {error.start}).", "Save it as UTF-8.") from error
    except (OSError, csv.Error) as error:
        raise TableError(f"{path.name} cannot be read: {error}.") from error
    if rows and [cell.strip().casefold() for cell in rows[0]] in (["words"], ["words", "replacement"]):
        rows[0] = []
    replaced: dict[str, tuple[str, str]] = {}
    refused: list[tuple[int, str]] = []
    decisions = _Decisions(study)
    with study.action("pseudonyms") as action:
        for number, row in enumerate(rows, start=1):
            if not any(cell.strip() for cell in row):
                continue
            try:
                if len(row) > 2:
                    raise UsageError(f"there are {len(row)} cells; a row has words and at most one replacement.")
                by = _tidy(row[1]) if len(row) == 2 else ""
                earlier = replaced.get(normalised(row[0]))
                if earlier is not None and earlier[1] != by:
                    raise UsageError(f"“{_tidy(row[0])}” stands in an earlier row, with another replacement.")
                replaced[normalised(row[0])] = earlier or (_decide(study, decisions, row[0], by, kind), by)
            except UsageError as error:
                refused.append((number, f"{error.message} {error.hint}".strip()))
        action.summary = f"{format_count(len(replaced), 'word')} of {path.name} are replaced"
    return ListReport(tuple(replaced.values()), tuple(refused))


def take(study: Study, rows: Sequence[DecisionRow]) -> tuple[int, list[str]]:
    """Add colleagues' decisions from another study (inside an action) on words that this study has not decided on.

    Returns how many were added, and a sentence for each that was not: a different decision here, or a replacement that
    would contain a name.
    """
    decisions, added, refused = _Decisions(study), 0, list[str]()
    for row in sorted(rows, key=lambda row: row.decision != "keep"):  # kept words may occur in a replacement
        ours = decisions.rows.get(normalised(row.words))
        if ours is None:
            try:
                if row.decision == "replace":
                    decisions.add(row.words, cast(Kind, row.kind), row.replacement)
            except UsageError as error:
                refused.append(f"{row.decided_by} decided that {_in_words(row)}: {error.message}")
                continue
            decisions.rows[normalised(row.words)] = row
            stored.take(study, row)
            added += 1
        elif (ours.decision, ours.replacement) != (row.decision, row.replacement):
            refused.append(f"{row.decided_by} decided that {_in_words(row)}; here {_in_words(ours)}.")
    return added, refused


def _in_words(row: DecisionRow) -> str:
    if row.decision == "keep":
        return f"“{row.words}” is kept"
    return f"“{row.words}” is replaced" + (f" by “{row.replacement}”" if row.replacement else "")


class _Decisions:
    """The decisions so far, while others are added; reads the names once."""

    def __init__(self, study: Study) -> None:
        known = names(study)
        self.rows = {normalised(row.words): row for row in stored.listing(study)}
        over = cover_of(known, self.rows.values())
        self.shown = {*over.names.values(), *(row.replacement for row in self.rows.values()), *GENERIC.values()} - {""}
        self.find = over.find
        self.added: list[Callable[[str], list[Found]]] = []

    def stored(self, words: str) -> str:
        """The words as spelled in an earlier decision, which may be in another case."""
        row = self.rows.get(normalised(words))
        return row.words if row is not None else words

    def kind(self, words: str, chosen: str | None) -> Kind:
        """The kind of words: as chosen, as decided before, as found, else "other"."""
        if chosen is not None and chosen not in KINDS:
            raise UsageError(f"There is no kind '{chosen}'.", f"The kinds are {', '.join(KINDS)}.")
        earlier = self.rows.get(normalised(words))
        hits = [each.kind for each in self.find(words) if normalised(each.words) == normalised(words)]
        kind = chosen or (earlier.kind if earlier else hits[0] if hits else "other")
        return cast(Kind, kind if kind in KINDS else "other")

    def proposed_kind(self, study: Study, words: str) -> str | None:
        """The kind that the program proposes for words; None if they are found with certainty, decided on, or not proposed."""
        if normalised(words) in self.rows or any(
            normalised(each.words) == normalised(words) for each in self.find(words)
        ):
            return None
        return proposed_kind(study, words)

    def add(self, words: str, kind: Kind, by: str) -> None:
        """Add a decision; raises UsageError if a replacement would itself contain words that are replaced."""
        bearer = [Known(kind, words)] if kind in ("person", "company") else []
        find = detector(bearer, [words])
        for shown in sorted(self.shown):
            if find(shown):
                raise UsageError(
                    f"“{words}” is part of “{shown}”, which replaces other words.", "Replace longer words than these."
                )
        for finds in (self.find, *self.added, find) if by else ():
            keys = (normalised(each.words) for each in finds(by))
            if any((row := self.rows.get(key)) is None or row.decision == "replace" for key in keys):
                raise UsageError(
                    f"“{by}” contains words that are replaced themselves.", "Give a replacement that contains no name."
                )
        self.added.append(find)
        self.shown |= {by} - {""}
        self.rows[normalised(words)] = DecisionRow(words, kind, "replace", by, "", "")


def _decide(study: Study, decisions: _Decisions, words: str, by: str, kind: str | None) -> str:
    words, by = decisions.stored(_checked(words)), _tidy(by)
    if len(by) > LONGEST:
        raise UsageError(f"The replacement has {len(by)} characters.", f"At most {LONGEST} are allowed.")
    decided_kind = decisions.kind(words, kind)
    decisions.add(words, decided_kind, by)
    stored.decide(study, words, decided_kind, "replace", by)
    return words


def _checked(words: str) -> str:
    tidy = _tidy(words)
    if not any(char.isalnum() for char in tidy):
        raise UsageError(f"“{tidy}” contains no letter and no digit.", "Give a name, a company or other words.")
    if len(tidy) > LONGEST:
        raise UsageError(f"“{tidy[:40]}…” has {len(tidy)} characters.", f"At most {LONGEST} are allowed.")
    return tidy


def _tidy(words: str) -> str:
    return " ".join(plain_text(words).split())
