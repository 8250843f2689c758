"""Timing lines however programs write them, and times that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.transcripts.subtitles.cues import LATEST_MS, is_timing, milliseconds
from tests.fixtures.transcripts.documents import said
from tests.fixtures.transcripts.subtitles import reading
from tests.fixtures.wording.matching import mentions


@pytest.mark.parametrize(
    ("line", "start_ms"),
    [
        ("00:00:05,000 --> 00:00:09,000", 5000),
        ("00:00:05:000 --> 00:00:09:000", 5000),
        ("00:05:000 --> 00:09:000", 5000),
        ("00:00:05;12 --> 00:00:09;12", 5120),
        ("0:0:5.1 --> 0:0:9.2", 5100),
        ("0:05 --> 0:09", 5000),
        ("00:05.5 --> 00:09.25 line:0 position:20% size:60%", 5500),
        ("00:00:05.1234567 --> 00:00:09.1234567", 5123),
        ("00: 00: 05, 000 -> 00: 00: 09, 000", 5000),
        ("00:00:05,000 → 00:00:09,000", 5000),
        ("00:00:05,000 —> 00:00:09,000", 5000),
        ("00:00:05,000-->00:00:09,000", 5000),
        ("00:00:05,000 --&gt; 00:00:09,000", 5000),
        ("  00:00:05,000   -->   00:00:09,000  X1:40 X2:600 Y1:20 Y2:50", 5000),
        ("-00:00:01,000 --> 00:00:09,000", 0),
        ("100:00:05,000 --> 100:00:09,000", 360_005_000),
        ("7 00:00:05,000 --> 00:00:09,000", 5000),
        ("0:00:05.000,0:00:09.000", 5000),
    ],
)
def test_timing_lines_however_they_are_written(tmp_path: Path, line: str, start_ms: int) -> None:
    text = f"1\n{line}\nMaud: Yes, that one.\n\n2\n999:01:00,000 --> 999:02:00,000\nIvo: I see.\n"
    transcript = reading(tmp_path, text, "a.srt")
    assert said(transcript) == [("Maud", "Yes, that one."), ("Ivo", "I see.")]
    assert transcript.turns[0].start_ms == start_ms


@pytest.mark.parametrize(
    "line", ["[0.00s -> 4.20s]  Yes.", "[0.0 --> 4.2] Yes.", "(00:00 --> 00:04) Yes.", "[00:00.000 --> 00:04.000] Yes."]
)
def test_seconds_and_brackets_of_timed_text(tmp_path: Path, line: str) -> None:
    later = line.replace("4", "9").replace("[0.0", "[5.0").replace("00:00 -", "00:05 -").replace("00:00.", "00:05.")
    transcript = reading(tmp_path, f"{line}\n{later}\n", "a.txt")
    assert (transcript.format, transcript.text) == ("timed-text", "Yes. Yes.")


@pytest.mark.parametrize(
    "line", ["3 -> 4 people", "from 10:30 to 11:00", "a --> b", "", "-->", "00:00:05", "2 --> 3", "12:30 - 13:30 lunch"]
)
def test_lines_that_are_no_timing_lines(line: str) -> None:
    assert not is_timing(line)


@pytest.mark.parametrize("hours", ["9999999999999999", "1000", "9" * 5000, "٩٩٩٩٩٩٩"])
@pytest.mark.parametrize("place", ["start", "end", "both"])
def test_an_absurd_time_is_named_and_gives_way(tmp_path: Path, hours: str, place: str) -> None:
    start = f"{hours}:00:00,000" if place != "end" else "00:00:12,000"
    end = f"{hours}:00:04,000" if place != "start" else "00:00:19,000"
    text = (
        f"1\n00:00:05,000 --> 00:00:10,000\nMaud: One.\n\n2\n{start} --> {end}\nIvo: Two.\n\n"
        "3\n00:00:20,000 --> 00:00:21,000\nMaud: Three.\n"
    )
    transcript = reading(tmp_path, text, "a.srt")
    assert said(transcript) == [("Maud", "One."), ("Ivo", "Two."), ("Maud", "Three.")]
    assert all(
        mark is not None and mark < LATEST_MS for turn in transcript.turns for mark in (turn.start_ms, turn.end_ms)
    )
    assert any(mentions(warning, "line 6", 1000) for warning in transcript.warnings)
    assert milliseconds(hours, "0", "0", None) == LATEST_MS


def test_an_absurd_time_in_other_timed_lines_is_bounded(tmp_path: Path) -> None:
    lrc = reading(tmp_path, f"[{'9' * 30}:00.00]One\n[00:02.00]two.\n", "a.lrc")
    tsv = reading(tmp_path, "start\tend\ttext\n0\t999999999999999\tOne\n5\t6\ttwo.\n", "a.tsv")
    assert all(turn.end_ms is not None and turn.end_ms <= LATEST_MS for one in (lrc, tsv) for turn in one.turns)
