"""Deciding about pseudonyms: words that are replaced, by what, and words that are kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from needsseg.actions.coding.pseudonyms import as_one, cover_of, names, proposed_kind
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
    """What a list of words did: words taken, each with what is to stand for it, and rows refused with the reason."""

    taken: tuple[tuple[str, str], ...]
    refused: tuple[tuple[int, str], ...]


def replace_words(study: Study, words: str, by: str = "", kind: str | None = None) -> None:
    """Decides that words are replaced: by words given, else by the program's pseudonym; words it does not find are added.

    The kind is that of what was found where it is not given, else "other": found in any case, as whole words. A person's
    name is found by its parts too, a company's as written.
    """
    held = _Deciding(study)
    kind = kind or held.proposed_kind(study, words)
    with study.action("pseudonym", f"“{_tidy(words)}” is replaced" + (f" by “{_tidy(by)}”" if by.strip() else "")):
        _decide(study, held, words, by, kind)


def keep(study: Study, words: str) -> None:
    """Decides that words stay as they are."""
    words = _checked(words)
    held = _Deciding(study)
    kind = held.kind(words, held.proposed_kind(study, words))
    with study.action("pseudonym", f"“{words}” is kept"):
        stored.decide(study, held.stored(words), kind, "keep")


def forget(study: Study, words: str) -> None:
    """Takes back what was decided about words."""
    wanted = _tidy(words)
    with study.action("pseudonym", f"took back what was decided about “{wanted}”"):
        stored.forget(study, _Deciding(study).stored(wanted))


def import_list(study: Study, path: Path, kind: str | None = None) -> ListReport:
    """Adds a list of words that are replaced: one a line, or a CSV of words and replacement; refused rows are named.

    All in one action; a file that cannot be read changes nothing.
    """
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name a list of words.")
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
    taken: dict[str, tuple[str, str]] = {}
    refused: list[tuple[int, str]] = []
    held = _Deciding(study)
    with study.action("pseudonyms") as action:
        for number, row in enumerate(rows, start=1):
            if not any(cell.strip() for cell in row):
                continue
            try:
                if len(row) > 2:
                    raise UsageError(f"there are {len(row)} cells; a row has words and at most one replacement.")
                by = _tidy(row[1]) if len(row) == 2 else ""
                earlier = taken.get(as_one(row[0]))
                if earlier is not None and earlier[1] != by:
                    raise UsageError(f"“{_tidy(row[0])}” stands in an earlier row, with another replacement.")
                taken[as_one(row[0])] = earlier or (_decide(study, held, row[0], by, kind), by)
            except UsageError as error:
                refused.append((number, f"{error.message} {error.hint}".strip()))
        action.summary = f"{format_count(len(taken), 'word')} of {path.name} are replaced"
    return ListReport(tuple(taken.values()), tuple(refused))


def take(study: Study, rows: Sequence[DecisionRow]) -> tuple[int, list[str]]:
    """Takes decisions that colleagues made in another study (inside an action), where nothing was decided here.

    How many came, and what did not: where something else was decided here, or what is to stand for words would tell a name.
    """
    held, came, left = _Deciding(study), 0, list[str]()
    for row in sorted(rows, key=lambda row: row.decision != "keep"):  # what is kept may stand in a replacement
        ours = held.rows.get(as_one(row.words))
        if ours is None:
            try:
                if row.decision == "replace":
                    held.add(row.words, cast(Kind, row.kind), row.replacement)
            except UsageError as error:
                left.append(f"{row.decided_by} decided that {_said(row)}: {error.message}")
                continue
            held.rows[as_one(row.words)] = row
            stored.take(study, row)
            came += 1
        elif (ours.decision, ours.replacement) != (row.decision, row.replacement):
            left.append(f"{row.decided_by} decided that {_said(row)}; here {_said(ours)}.")
    return came, left


def _said(row: DecisionRow) -> str:
    if row.decision == "keep":
        return f"“{row.words}” is kept"
    return f"“{row.words}” is replaced" + (f" by “{row.replacement}”" if row.replacement else "")


class _Deciding:
    """What was decided so far, while decisions are added; the names are read once."""

    def __init__(self, study: Study) -> None:
        known = names(study)
        self.rows = {as_one(row.words): row for row in stored.listing(study)}
        over = cover_of(known, self.rows.values())
        self.shown = {*over.names.values(), *(row.replacement for row in self.rows.values()), *GENERIC.values()} - {""}
        self.find = over.find
        self.added: list[Callable[[str], list[Found]]] = []

    def stored(self, words: str) -> str:
        """The words as an earlier decision has them, which may be in another case."""
        row = self.rows.get(as_one(words))
        return row.words if row is not None else words

    def kind(self, words: str, given: str | None) -> Kind:
        """The kind of words: as given, as decided before, as found, else "other"."""
        if given is not None and given not in KINDS:
            raise UsageError(f"There is no kind '{given}'.", f"The kinds are {', '.join(KINDS)}.")
        earlier = self.rows.get(as_one(words))
        hits = [each.kind for each in self.find(words) if as_one(each.words) == as_one(words)]
        chosen = given or (earlier.kind if earlier else hits[0] if hits else "other")
        return cast(Kind, chosen if chosen in KINDS else "other")

    def proposed_kind(self, study: Study, words: str) -> str | None:
        """The kind that words are proposed as, None where they are found for certain, decided on, or not proposed."""
        if as_one(words) in self.rows or any(as_one(each.words) == as_one(words) for each in self.find(words)):
            return None
        return proposed_kind(study, words)

    def add(self, words: str, kind: Kind, by: str) -> None:
        """Takes a decision in; refused where what stands for words would itself hold words that are replaced."""
        bearer = [Known(kind, words)] if kind in ("person", "company") else []
        find = detector(bearer, [words])
        for shown in sorted(self.shown):
            if find(shown):
                raise UsageError(
                    f"“{words}” is part of “{shown}”, which stands for other words.", "Replace longer words than these."
                )
        for finds in (self.find, *self.added, find) if by else ():
            kept = (as_one(each.words) for each in finds(by))
            if any((row := self.rows.get(key)) is None or row.decision == "replace" for key in kept):
                raise UsageError(
                    f"“{by}” holds words that are replaced themselves.", "Give a replacement that tells nobody's name."
                )
        self.added.append(find)
        self.shown |= {by} - {""}
        self.rows[as_one(words)] = DecisionRow(words, kind, "replace", by, "", "")


def _decide(study: Study, held: _Deciding, words: str, by: str, kind: str | None) -> str:
    words, by = held.stored(_checked(words)), _tidy(by)
    if len(by) > LONGEST:
        raise UsageError(f"The replacement has {len(by)} characters.", f"At most {LONGEST} are taken.")
    chosen = held.kind(words, kind)
    held.add(words, chosen, by)
    stored.decide(study, words, chosen, "replace", by)
    return words


def _checked(words: str) -> str:
    tidy = _tidy(words)
    if not any(char.isalnum() for char in tidy):
        raise UsageError(f"“{tidy}” holds no letter and no digit.", "Give a name, a company or other words.")
    if len(tidy) > LONGEST:
        raise UsageError(f"“{tidy[:40]}…” has {len(tidy)} characters.", f"At most {LONGEST} are taken.")
    return tidy


def _tidy(words: str) -> str:
    return " ".join(plain_text(words).split())
