"""What the detection of names finds and misses: python -m benchmarks.pseudonyms [FOLDER of further transcripts].

The names are marked by hand in ``names.toml``. Each is counted at every occurrence: found where all of it is replaced, or
proposed in the second table. The lists and rules that propose names were made while looking at what they missed in every
second interview of the sample, the Zoom calls and the first four published interviews; the rest was held out.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.labelled import table
from needsseg.actions.accounts import account_sources
from needsseg.actions.coding import pseudonym_decisions as decisions
from needsseg.actions.coding import pseudonyms
from needsseg.actions.coding.name_proposals import proposals
from needsseg.actions.study import studies
from needsseg.actions.transcripts import importing, interviews, participants
from needsseg.coding.name_model import is_installed
from needsseg.coding.pseudonyms import Found
from needsseg.study.connection import Study

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "interviews"
KINDS = {"people": "person", "organisations": "company", "places": "other"}
LISTS = ("none", "first half", "all")
GOLD = HERE.parent / "tests" / "data" / "gold"
HELD_OUT = ("gold", "00677", "01110", "00211", "00859")
Finder = Callable[[str], list[Found]]
Counts = dict[str, tuple[int, int]]
"""Found and all, of each kind; under "found", names and all of what was found."""


@dataclass(frozen=True, slots=True)
class Text:
    """Some speech, and the spans of the names in it by kind."""

    words: str
    names: dict[str, list[tuple[int, int]]]


def main(folder: Path | None) -> str:
    """The tables, as Markdown."""
    marked = tomllib.loads((HERE / "names.toml").read_text(encoding="utf-8"))
    rows, proposed = [], []
    totals: dict[tuple[str, str], list[Counts]] = {}
    for name, lists in marked.items():
        if files := _files(name, folder):
            names = {kind: _words(text) for kind, text in lists.items()}
            rows += _measured(name, files, names)
            for half, finder, counts in _proposed(name, files, names):
                totals.setdefault((half, finder), []).append(counts)
                proposed.append([name, half, finder, *_cells(counts)])
    for (half, finder), each in sorted(totals.items()):
        summed = {key: (sum(c[key][0] for c in each), sum(c[key][1] for c in each)) for key in each[0]}
        proposed.append(["all", half, finder, *_cells(summed)])
    head = ("specimen", "own list", "people", "organisations", "places", "replaced", "of them names")
    second = ("specimen", "", "found by", "people", "organisations", "places", "found", "of them names")
    return f"{table(head, rows)}\n\n{table(second, proposed)}"


def _files(name: str, folder: Path | None) -> list[Path]:
    if name == "sample":
        return [SAMPLE / "transcripts"]
    if name == "gold":
        return sorted(GOLD.glob("0*.md"))
    return [folder / name] if folder is not None else []


def _words(text: str) -> list[str]:
    return [" ".join(word.split()) for word in text.split(",") if word.strip()]


def _measured(name: str, files: Sequence[Path], names: dict[str, list[str]]) -> list[list[str]]:
    rows = []
    for own in LISTS:
        with TemporaryDirectory() as place, studies.init(Path(place) / "study.db") as study:
            importing.import_transcripts(study, list(files))
            if name == "sample":
                participants.import_participants(study, SAMPLE / "participants.csv")
                account_sources.import_source(study, SAMPLE / "accounts" / "accounts.csv")
            texts = [_text(words, names) for words in _speech(study, everybody=name.startswith("zoom/"))]
            _add_list(study, Path(place), names, texts, own)
            rows.append([name if own == "none" else "", own, *_row(study, texts)])
    return rows


def _proposed(name: str, files: Sequence[Path], names: dict[str, list[str]]) -> Iterator[tuple[str, str, Counts]]:
    """What is found for certain or proposed, with the model where it is installed and by lists of words alone."""
    with TemporaryDirectory() as place, studies.init(Path(place) / "study.db") as study:
        importing.import_transcripts(study, list(files))
        if name == "sample":
            participants.import_participants(study, SAMPLE / "participants.csv")
            account_sources.import_source(study, SAMPLE / "accounts" / "accounts.csv")
        texts = [_text(words, names) for words in _speech(study, everybody=name.startswith("zoom/"))]
        over = pseudonyms.cover(study)
        keys = [row.key for row in interviews.listing(study)]
        lines = [(key, line) for key, text in zip(keys, texts, strict=True) for line in text.words.split("\n")]
        for with_model in (False, True) if is_installed() else (False,):
            proposing = proposals(study, over.study_names, lines, with_model=with_model)
            held = any(each in name for each in HELD_OUT)
            halves = (texts[::2], texts[1::2]) if name == "sample" else ([], texts) if held else (texts, [])
            for half, own in zip(("looked at", "held out"), halves, strict=True):
                if own:
                    yield half, proposing.finder, _counted(own, over.find, proposing.find)


def _counted(texts: Sequence[Text], certain: Finder, guessing: Finder) -> Counts:
    counts: Counts = dict.fromkeys((*KINDS, "found"), (0, 0))
    for text in texts:
        spans, at = [], 0
        for line in text.words.split("\n"):
            sure = certain(line)
            more = [each for each in guessing(line) if pseudonyms.is_proposed_beside(each, sure)]
            spans += [(at + each.start, at + each.end) for each in (*sure, *more)]
            at += len(line) + 1
        for kind in KINDS:
            hit = sum(_covered(text.words, span, spans) for span in text.names[kind])
            counts[kind] = (counts[kind][0] + hit, counts[kind][1] + len(text.names[kind]))
        right = sum(_is_name(text, span) for span in spans)
        counts["found"] = (counts["found"][0] + right, counts["found"][1] + len(spans))
    return counts


def _is_name(text: Text, found: tuple[int, int]) -> bool:
    return any(found[0] < span[1] and span[0] < found[1] for spans in text.names.values() for span in spans)


def _cells(counts: Counts) -> list[str]:
    of_kinds = [f"{counts[kind][0]} of {counts[kind][1]}" if counts[kind][1] else "–" for kind in KINDS]
    return [*of_kinds, str(counts["found"][1]), str(counts["found"][0])]


def _speech(study: Study, *, everybody: bool) -> list[str]:
    """Each interview's speech, turn under turn, so that its halves are halves of the talk."""
    said = []
    for row in interviews.listing(study):
        transcript = interviews.show(study, row.key)
        turns = [turn for turn in transcript.turns if everybody or turn.role == "participant"]
        said.append("\n".join(" ".join(transcript.words(turn).split()) for turn in turns))
    return said


def _text(words: str, names: dict[str, list[str]]) -> Text:
    """The longest name is taken where two overlap."""
    found: dict[str, list[tuple[int, int]]] = {kind: [] for kind in names}
    taken: list[tuple[int, int]] = []
    pairs = sorted(((word, kind) for kind, each in names.items() for word in each), key=lambda pair: -len(pair[0]))
    for word, kind in pairs:
        for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", words):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                found[kind].append(match.span())
    return Text(words, found)


def _add_list(study: Study, place: Path, names: dict[str, list[str]], texts: Sequence[Text], own: str) -> None:
    """What a researcher would have noted after half of each interview, or after all of it."""
    if own == "none":
        return
    for kind in names:
        seen = {
            text.words[start:end].removeprefix("the ").removeprefix("Mr. ").removeprefix("Mrs. ")
            for text in texts
            for start, end in text.names[kind]
            if own == "all" or end <= len(text.words) // 2
        }
        file = place / f"{kind}.csv"
        file.write_text("".join(f'"{word}"\n' for word in sorted(seen)), encoding="utf-8")
        report = decisions.import_list(study, file, KINDS[kind])
        for number, reason in report.refused:
            print(f"{kind} row {number}: {reason}", file=sys.stderr)


def _row(study: Study, texts: Sequence[Text]) -> list[str]:
    over = pseudonyms.cover(study)
    found = [[(each.start, each.end) for each in over.find(text.words)] for text in texts]
    cells = []
    for kind in KINDS:
        spans = [(n, span) for n, text in enumerate(texts) for span in text.names[kind]]
        hit = sum(_covered(texts[n].words, span, found[n]) for n, span in spans)
        cells.append(f"{hit} of {len(spans)}" if spans else "–")
    replaced = sum(map(len, found))
    right = sum(
        any(start < span[1] and span[0] < end for spans in text.names.values() for span in spans)
        for text, each in zip(texts, found, strict=True)
        for start, end in each
    )
    return [*cells, str(replaced), str(right)]


def _covered(words: str, span: tuple[int, int], found: Sequence[tuple[int, int]]) -> bool:
    """Whether every word of a name, titles and articles aside, is replaced."""
    return all(
        any(start <= span[0] + each.start() and span[0] + each.end() <= end for start, end in found)
        for each in re.finditer(r"[^\W_]+", words[span[0] : span[1]])
        if each.group() not in ("the", "The", "Mr", "Mrs", "and", "From", "s")
    )


if __name__ == "__main__":
    print(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
