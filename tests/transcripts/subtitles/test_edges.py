"""Captions at their edges: when they roll, which labels name speakers, what is a title, what was left in speech."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pytest

from needsseg.transcripts import read, read_all
from needsseg.transcripts.subtitles import labels as subtitle_labels
from needsseg.transcripts.subtitles.rolling import Repeats, _overlap, find_repeats

WORDS = ["".join(letters) for count in range(1, 6) for letters in itertools.product("ab", repeat=count)]


def test_the_overlap_is_the_longest_end_that_begins_the_next() -> None:
    """For all runs of up to five words of which there are two."""
    for before, after in itertools.product(WORDS, WORDS):
        longest = max(n for n in range(min(len(before), len(after)) + 1) if not n or before[-n:] == after[:n])
        assert _overlap(before, after) == longest, (before, after)


def cues(*texts: str) -> list[list[list[str]]]:
    return [[line.split() for line in text.split("/")] for text in texts]


@pytest.mark.parametrize(
    ("texts", "repeats"),
    [
        (("a b c", "a b c d", "d e f", "d e f g"), Repeats((0, 3, 0, 3))),
        (("a b c/d e f", "d e f/g h i", "g h i/j k l"), Repeats((0, 3, 3))),
        (("A b, c", "a b c! d", "d e f", "D e f. g"), Repeats((0, 3, 0, 3))),
        (("a b c", "x y z", "u v w"), Repeats((0, 0, 0))),
        (("a b c", "a b c d", "e f g", "h i j"), Repeats((0, 0, 0, 0))),
        (("a b", "a b", "a b", "a b"), Repeats((0, 0, 0, 0))),
        ((), Repeats(())),
    ],
)
def test_cues_that_roll(texts: tuple[str, ...], repeats: Repeats) -> None:
    voices = [("", "")] * len(texts)
    assert find_repeats(cues(*texts), voices) == repeats


def test_cues_of_different_voices_do_not_roll() -> None:
    texts = ("a b c", "a b c d", "d e f", "d e f g")
    voices = [("A", "A"), ("B", "B"), ("A", "A"), ("B", "B")]
    assert find_repeats(cues(*texts), voices) == Repeats((0, 0, 0, 0))


@pytest.mark.parametrize(
    ("label", "numbered"),
    [("SPEAKER_00", True), ("spk_1", True), ("S2", True), ("Speaker A", False), ("Speaker", False), ("Ada 2", False)],
)
def test_a_numbered_speaker(label: str, numbered: bool) -> None:
    assert subtitle_labels._numbered(label) is numbered


@pytest.mark.parametrize(
    ("counts", "total", "accepted"),
    [
        ({"Ada Lind": 2}, 100, {"Ada Lind"}),
        ({"Ada Lind": 1}, 2, {"Ada Lind"}),
        ({"Ada Lind": 1}, 3, set()),
        ({"laughs": 2}, 2, set()),
        ({"Speaker 1": 1}, 100, {"Speaker 1"}),
        ({"the one in the back": 4}, 5, {"the one in the back"}),
        ({"the one in the back": 4}, 6, set()),
        ({"the one in the back": 1}, 1, set()),
    ],
)
def test_names_in_brackets(counts: dict[str, int], total: int, accepted: set[str]) -> None:
    assert subtitle_labels._accepted_brackets(Counter(counts), Counter(counts), total) == accepted


ODD = "the one in the back there"


@pytest.mark.parametrize(
    ("counts", "total", "accepted"),
    [
        ({"Ada Lind": 1}, 100, {"Ada Lind"}),
        ({ODD: 9}, 10, {ODD}),
        ({ODD: 3}, 4, {ODD}),
        ({ODD: 2}, 3, set()),
        ({ODD: 3}, 6, {ODD}),
        ({ODD: 3}, 7, set()),
        ({ODD: 2}, 4, set()),
        ({"Date": 9}, 10, set()),
        ({"spk_1": 1}, 100, {"spk_1"}),
    ],
)
def test_labels_before_a_colon(counts: dict[str, int], total: int, accepted: set[str]) -> None:
    assert subtitle_labels._accepted_colons(Counter(counts), Counter(counts), total) == accepted


@pytest.mark.parametrize(
    ("counts", "total", "accepted"),
    [
        ({"Ada": 2, "Ben": 2}, 8, {"Ada", "Ben"}),
        ({"Ada": 2, "Ben": 2}, 9, set()),
        ({"Ada": 2, "Ben": 1}, 4, {"Ada"}),
        ({"Ada": 1, "Ben": 1}, 2, set()),
        ({"bread": 4}, 4, set()),
    ],
)
def test_labels_without_a_blank_behind(counts: dict[str, int], total: int, accepted: set[str]) -> None:
    assert subtitle_labels._accepted_tight(Counter(counts), Counter(counts), total) == accepted


@pytest.mark.parametrize(
    ("counts", "total", "accepted"),
    [
        ({"Ada Lind": 5, "Ben Cole": 4}, 10, {"Ada Lind", "Ben Cole"}),
        ({"Ada Lind": 4, "Ben Cole": 4, "Cem Day": 1}, 10, {"Ada Lind", "Ben Cole", "Cem Day"}),
        ({"Ada Lind": 2, "Ben Cole": 2}, 16, {"Ada Lind", "Ben Cole"}),
        ({"Ada Lind": 2, "Ben Cole": 2}, 17, set()),
        ({"Ada Lind": 2, "Cem Day": 1}, 8, {"Ada Lind"}),
        ({"ADA": 2, "BEN": 2, "CEM": 1}, 5, {"ADA", "BEN", "CEM"}),
        ({"ADA": 2, "BEN": 2, "CEM": 1}, 6, {"ADA", "BEN"}),
        ({"Ada.": 9}, 10, set()),
    ],
)
def test_names_on_lines_of_their_own(counts: dict[str, int], total: int, accepted: set[str]) -> None:
    assert subtitle_labels._accepted_lines(Counter(counts), Counter(counts), total) == accepted


CUES = (
    "WEBVTT\n\n{0}\n\n00:00:01.000 --> 00:00:03.000\nAda: How do the orders reach you?\n\n"
    "00:00:04.000 --> 00:00:06.000\nBen: By phone.\n"
)


@pytest.mark.parametrize(
    ("above", "title"),
    [
        ("Orders of a morning", "Orders of a morning"),
        ("# Orders.", "Orders."),
        ("Orders of a morning.", ""),
        ("One\nTwo", ""),
    ],
)
def test_a_title_above_the_first_cue(tmp_path: Path, above: str, title: str) -> None:
    (tmp_path / "t.vtt").write_text(CUES.format(above), encoding="utf-8")
    assert read_vtt_title(tmp_path / "t.vtt") == title


def read_vtt_title(path: Path) -> str:
    ((_, transcript),) = read_all(path, anyway=True)
    return transcript.title


def test_markup_within_speech_is_named_by_its_first_line(tmp_path: Path) -> None:
    cue = "00:00:0{0}.000 --> 00:00:0{1}.000\nAda: words {2} more\n\n"
    text = (
        "WEBVTT\n\n"
        + cue.format(1, 2, "and")
        + cue.format(3, 4, "&nbsp;x&amp;y;")
        + cue.format(5, 6, "00:00:09.000 -->")
    )
    (tmp_path / "t.vtt").write_text(text, encoding="utf-8")
    warnings = [warning for warning in read(tmp_path / "t.vtt", anyway=True).warnings if "within speech" in warning]
    assert ["first line 10" in warning for warning in warnings] == [True]


def test_repeats_that_do_not_roll_are_doubted_from_the_first_on(tmp_path: Path) -> None:
    """Three cues of twenty begin with four words of the cue before."""
    texts = [f"words of cue {at} end with nothing alike{at}" for at in range(20)]
    for at in (4, 9, 14):
        texts[at] = f"nothing like it was so{at} and goes on"
        texts[at - 1] = f"some words {at} then nothing like it was so{at}"
    cue_texts = [f"00:00:{at:02}.000 --> 00:00:{at:02}.900\n{text}\n" for at, text in enumerate(texts)]
    (tmp_path / "t.vtt").write_text("WEBVTT\n\n" + "\n".join(cue_texts), encoding="utf-8")
    warnings = [each for each in read(tmp_path / "t.vtt", anyway=True).warnings if "rolling captions" in each]
    assert len(warnings) == 1 and "3 cues repeat" in warnings[0] and f"line {3 + 3 * 4 + 0}" in warnings[0]
