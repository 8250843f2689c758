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
from pathlib import Path

import pytest

from needsseg.errors import TranscriptError
from needsseg.records import Transcript
from needsseg.transcripts import read_all
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


def load_recorded() -> dict[str, dict[str, list[str]]]:
    return dict(json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_varied_specimen_is_read_as_recorded(path: Path, tmp_path: Path) -> None:
    assert read_variants(path, tmp_path) == load_recorded()[path.name]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        RECORDED.write_text(
            "".join(
                f"{json.dumps([path.name, read_variants(path, Path(folder))], ensure_ascii=False)}\n" for path in FILES
            ),
            encoding="utf-8",
        )
