"""Every specimen is read as recorded: format, words by kind, warnings, and each turn with speaker, role, words and times.

``python -m tests.transcripts.test_recorded_readings`` writes ``tests/data/readings.jsonl`` anew, after a change of how files
are read that is meant: look through the difference, since what is recorded is held to be right.
"""

from __future__ import annotations

import json
from pathlib import Path
from zlib import crc32

import pytest

from needsseg.records import Transcript
from needsseg.transcripts import read_all, transcript_files
from tests.fixtures.samples import DATA, INTERVIEWS, ROOT

RECORDED = DATA / "readings.jsonl"
FILES = [
    path
    for folder in (DATA / "transcripts", DATA / "meetings", DATA / "gold", INTERVIEWS)
    for path in sorted(transcript_files(folder))
]


def describe(key: str, transcript: Transcript) -> list[object]:
    """What is recorded of one transcript; the text as a checksum, turns as texts."""
    turns = [
        f"{turn.speaker} ({turn.role}) {turn.start}–{turn.end}"
        + (f" at {turn.start_ms}–{turn.end_ms}" if turn.start_ms is not None else "")
        for turn in transcript.turns
    ]
    words = {kind: count for kind, count in sorted(transcript.words_by_kind.items()) if count}
    return [key, transcript.format, words, len(transcript.warnings), crc32(transcript.text.encode()), turns]


def describe_file(path: Path) -> list[object]:
    return [path.relative_to(ROOT).as_posix(), [describe(*each) for each in read_all(path, anyway=True)]]


def load_recorded() -> dict[str, list[object]]:
    return dict(json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_specimen_is_read_as_recorded(path: Path) -> None:
    name, reading = describe_file(path)
    assert reading == load_recorded()[str(name)]


def test_every_recorded_file_is_there() -> None:
    assert sorted(load_recorded()) == sorted(path.relative_to(ROOT).as_posix() for path in FILES)


if __name__ == "__main__":
    lines = [json.dumps(describe_file(path), ensure_ascii=False) for path in FILES]
    RECORDED.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
