"""Specimens cut short, with a line missing or written otherwise are read as recorded: format, speakers, words by kind.

Each is a small file of another layout, so that one line less brings it to the edges of what a layout asks for.
``python -m tests.transcripts.test_varied_specimens`` writes ``tests/data/varied_readings.jsonl`` anew, after a change of how
files are read that is meant: look through the difference, since what is recorded is held to be right.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from needsseg.errors import TranscriptError
from needsseg.records import Transcript
from needsseg.transcripts import read_all
from needsseg.transcripts.choices import NO_CHOICES
from needsseg.transcripts.documents.marks import row
from needsseg.transcripts.documents.tables import read_tables
from needsseg.transcripts.documents.teams import header_of, read_below_headers
from needsseg.transcripts.json.otranscribe import read_otranscribe
from needsseg.transcripts.spoken import Reading
from tests.fixtures.samples import DATA

RECORDED = DATA / "varied_readings.jsonl"
FILES = sorted(path for folder in (DATA / "transcripts", DATA / "meetings" / "layouts") for path in folder.glob("*.*"))
MOST_LINES = 24
ALL_LINES: dict[str, Callable[[list[str]], list[str]]] = {
    "in capitals": lambda lines: [line.upper() for line in lines],
    "in small letters": lambda lines: [line.lower() for line in lines],
    "without blank lines": lambda lines: [line for line in lines if line.strip()],
    "a blank line below each": lambda lines: [part for line in lines for part in (line, "")],
    "indented": lambda lines: [f"  {line}" for line in lines],
    "below a title": lambda lines: ["Orders of a morning", "", *lines],
    "below fields": lambda lines: ["Date: 2026-02-11", "Place: the bakery", "", *lines],
    "above a note": lambda lines: [*lines, "", "[end of recording]"],
    "twice": lambda lines: [*lines, "", *lines],
}


def vary(lines: list[str]) -> dict[str, list[str]]:
    """The variants of a file's lines by name."""
    head = lines[:MOST_LINES]
    cut = {f"lines 1 to {count}": head[:count] for count in range(1, len(head))}
    missing = {f"without line {at + 1}": head[:at] + head[at + 1 :] for at, line in enumerate(head) if line.strip()}
    return cut | missing | {name: change(head) for name, change in ALL_LINES.items()}


def summarise(transcript: Transcript) -> str:
    turns = Counter(f"{turn.speaker} ({turn.role})" for turn in transcript.turns)
    times = sum(turn.start_ms or 0 for turn in transcript.turns), sum(turn.end_ms or 0 for turn in transcript.turns)
    words = sorted((kind, count) for kind, count in transcript.words_by_kind.items() if count)
    parts = (
        ", ".join(f"{count} {name}" for name, count in turns.items()),
        f"times {times[0]} {times[1]}",
        ", ".join(f"{count} {kind}" for kind, count in words),
        f"{len(transcript.warnings)} warnings",
    )
    return f"{transcript.format}: {'; '.join(parts)}"


def read_variants(path: Path, folder: Path) -> dict[str, list[str]]:
    """What each variant is read as, one text for each interview in it; alike ones refused are named by their error's kind."""
    readings = {}
    for name, lines in vary(path.read_text(encoding="utf-8-sig").split("\n")).items():
        file = folder / path.name
        file.write_text("\n".join(lines), encoding="utf-8")
        try:
            readings[name] = [f"{key} {summarise(one)}".strip() for key, one in read_all(file, anyway=True)]
        except TranscriptError:
            readings[name] = ["refused"]
    return readings


TALK = (
    ("Oda Lind", 4, 9, "How do the orders of the day reach you?"),
    ("Teo Bo", 9, 15, "By phone, before six in the morning."),
    ("Teo Bo", 15, 21, "I write them down and bake what I can read."),
    ("Oda Lind", 21, 24, "Who else is in on that?"),
    ("Teo Bo", 3724, 3731, "My wife, on holidays."),
)


def clock(seconds: int, form: str) -> str:
    hours, minutes = seconds // 3600, seconds // 60 % 60
    short = f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"
    return short if form == "short" else f"{hours:02}:{minutes:02}:{seconds % 60:02}" + (".100" if form == "ms" else "")


ABOVE = ["Weekly call", "12 February 2026, 10:00AM", "58m 12s", "Oda Lind started transcription"]
PARAGRAPHS: dict[str, list[str]] = {
    "name and time": [*ABOVE, *(p for n, s, _, w in TALK for p in (f"{n}   {clock(s, 'short')}", w))],
    "name and range": [*ABOVE, *(p for n, s, e, w in TALK for p in (f"{n} {clock(s, 'ms')} --> {clock(e, 'ms')}", w))],
    "range and name": [p for n, s, e, w in TALK for p in (f"{clock(s, 'ms')} --> {clock(e, 'ms')} {n}", w)],
    "range above name": [p for n, s, e, w in TALK for p in (f"{clock(s, 'ms')} --> {clock(e, 'ms')}", n, w)],
    "range, name and words": [f"{clock(s, 'ms')} --> {clock(e, 'ms')}\n{n}\n{w}" for n, s, e, w in TALK],
    "time and name": [p for n, s, _, w in TALK for p in (f"{clock(s, 'long')} {n}", w)],
    "name, time and words": [f"{n} {clock(s, 'short')}\n{w}" for n, s, _, w in TALK],
}
ROWS: dict[str, list[list[str]]] = {
    "two columns": [[n, w] for n, _, _, w in TALK],
    "a header": [["Speaker", "Text"], *([n, w] for n, _, _, w in TALK)],
    "times": [[clock(s, "long"), n, w] for n, s, _, w in TALK],
    "ranges": [[f"{clock(s, 'long')} - {clock(e, 'long')}", f"{n}:", w] for n, s, e, w in TALK],
    "numbers": [
        ["No", "Time", "Who", "Text"],
        *([f"{at}.", clock(s, "short"), n, w] for at, (n, s, _, w) in enumerate(TALK, 1)),
    ],
    "a name with its time": [[f"{n} ({clock(s, 'short')})", w] for n, s, _, w in TALK],
    "a column each": [
        ["Interviewer", "Participant"],
        *([w, ""] if n == "Oda Lind" else ["", w] for n, _, _, w in TALK),
    ],
}
FIELDS = [["Date", "2026-02-11"], ["Place", "the bakery"]]


def summarise_reading(reading: Reading | None) -> str:
    """The turns of a reading by speaker, line, words and times, and its words by kind."""
    if reading is None:
        return "none"
    turns = [f"{one.speaker} {one.line} {len(one.words.split())} {one.start_ms} {one.end_ms}" for one in reading.spoken]
    kinds = Counter[str]()
    for mark in reading.marks:
        kinds[mark.kind] += mark.words
    return f"{', '.join(turns)}; {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()) if count)}"


def cut(pieces: list[str]) -> dict[str, list[str]]:
    """The variants of a document's paragraphs by name."""
    shorter = {f"1 to {count}": pieces[:count] for count in range(1, len(pieces))}
    missing = {f"without {at + 1}": pieces[:at] + pieces[at + 1 :] for at in range(len(pieces))}
    around = {"below a title": ["Orders of a morning", *pieces], "above a note": [*pieces, "Ends here, all went home."]}
    return {"all": pieces} | shorter | missing | around | {"above its title": [*pieces[1:], pieces[0]]}


def read_paragraphs(name: str) -> dict[str, list[str]]:
    return {
        variant: [summarise_reading(read_below_headers(each)), getattr(header_of(each), "about", "")]
        for variant, each in cut(PARAGRAPHS[name]).items()
    }


def read_rows(name: str, above: list[list[str]]) -> dict[str, list[str]]:
    pieces = [row(cells) for cells in [*above, *ROWS[name]]]
    return {variant: [summarise_reading(read_tables(each))] for variant, each in cut(pieces).items()}


def read_pages() -> dict[str, list[str]]:
    times = [f'<span class="timestamp" data-timestamp="{s}">{clock(s, "short")}</span>' for _, s, _, _ in TALK]
    pages = [f"<p>{time}{n}: {w}</p>" for time, (n, _, _, w) in zip(times, TALK, strict=True)]
    pages += [f"<p>{times[0]}</p>", "<p>Oda Lind: And then?</p>", "Teo Bo: Then I bake.<br />Alone."]
    texts = {variant: json.dumps({"text": "".join(each), "media": "a.mp3"}) for variant, each in cut(pages).items()}
    return {variant: [summarise_reading(read_otranscribe([text], NO_CHOICES))] for variant, text in texts.items()}


DOCUMENTS: dict[str, Callable[[], dict[str, list[str]]]] = {
    **{f"paragraphs: {name}": partial(read_paragraphs, name) for name in PARAGRAPHS},
    **{f"rows: {name}": partial(read_rows, name, []) for name in ROWS},
    **{f"rows: {name} below fields": partial(read_rows, name, FIELDS) for name in ROWS},
    "oTranscribe": read_pages,
}


def load_recorded() -> dict[str, dict[str, list[str]]]:
    return dict(json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_varied_specimen_is_read_as_recorded(path: Path, tmp_path: Path) -> None:
    assert read_variants(path, tmp_path) == load_recorded()[path.name]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_varied_document_is_read_as_recorded(name: str) -> None:
    assert DOCUMENTS[name]() == load_recorded()[name]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        readings = {path.name: read_variants(path, Path(folder)) for path in FILES}
        readings |= {name: read_document() for name, read_document in DOCUMENTS.items()}
    lines = [json.dumps(entry, ensure_ascii=False) for entry in readings.items()]
    RECORDED.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
