"""Single lines and small blocks by their kind: times, dates, names, panes, page numbers, interjections."""

from __future__ import annotations

import pytest

from needsseg.transcripts.lines.around import kind_of_line_above
from needsseg.transcripts.lines.headers import clock_ms
from needsseg.transcripts.lines.interjections import Part, inline_label_warnings, parts_of
from needsseg.transcripts.lines.labelled import _without_mark
from needsseg.transcripts.lines.labels import accepted_labels
from needsseg.transcripts.lines.own_lines import page_lines
from needsseg.transcripts.lines.panes import without_pane


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0:04", 4_000),
        ("1:02:03.5", 3_723_500),
        ("01:02:03,25", 3_723_250),
        ("00:00:03:20", 3_000),
        ("7.5", 7_500),
        ("7,5", 7_500),
        ("7.5 sec", 7_500),
        ("7.5s", 7_500),
        ("1 12", 72_000),
        ("1 0 12", 3_612_000),
        ("4 seconds", 4_000),
        ("1 hour 3 seconds", 3_603_000),
        ("2 Stunden 1 Minute 5 Sekunden", 7_265_000),
        ("1 ore 1 secondi", 3_601_000),
        ("12:15 AM", 43_200_000 + 900_000),
        ("1 minute", 60_000),
        ("1 minute, 4 seconds", 64_000),
        ("1 hour, 2 minutes, 3 seconds", 3_723_000),
        ("10:00AM", 36_000_000),
        ("1:30 PM", 48_600_000),
        ("12:15 PM", 44_100_000),
        ("words", None),
    ],
)
def test_times_as_written(text: str, milliseconds: int | None) -> None:
    assert clock_ms(text) == milliseconds


NAMES = frozenset({"Oda Lind", "Teo"})
EIGHT = "one two three four five six seven eight"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Transcript", "heading"),
        ("## Summary:", "section"),
        ("Note: the telephone rings", "note"),
        ("Date: 11.02.2026", "metadata"),
        ("Date:", "section"),
        ("Host: Oda Lind", "metadata"),
        ("Oda Lind, Teo", "metadata"),
        ("Oda Lind (she/her) and Teo", "metadata"),
        ("Teo, the baker", "metadata"),
        ("Teo the baker", ""),
        ("Thu, Feb 12, 2026 10:00AM • 24:11", "metadata"),
        ("https://calls.example/x1", "metadata"),
        ("All rights reserved", "metadata"),
        ("[The telephone rings]", "note"),
        ("Something that nobody knows", ""),
        ("Mood: good", "metadata"),
        ("Mood: good enough to go on. Then not.", ""),
        (f"Mood: {EIGHT}", "metadata"),
        (f"Mood: {EIGHT} {EIGHT} {EIGHT}", ""),
    ],
)
def test_a_line_above_the_dialogue_has_a_kind(line: str, kind: str) -> None:
    assert kind_of_line_above(line, NAMES) == kind


@pytest.mark.parametrize(
    ("pane", "read"),
    [
        (
            ["0:01First words here", "0:04Then more words", "0:09And others too", "1:04Last words"],
            ["[0:01] First words here", "[0:04] Then more words", "[0:09] And others too", "[1:04] Last words"],
        ),
        (["0:01First words", "0:04Then more", "0:09And others"], None),
        (["0:01First words", "0:04Then more", "0:03And others", "1:04Last"], None),
        (
            ["0:01First words", "0:01Then more", "0:03And others", "1:04Last"],
            ["[0:01] First words", "[0:01] Then more", "[0:03] And others", "[1:04] Last"],
        ),
        (
            ["0:01First words", "0:04Then more", "0:09And others", "1:04Last", "a", "b"],
            ["[0:01] First words", "[0:04] Then more", "[0:09] And others", "[1:04] Last", "a", "b"],
        ),
        (["0:01First words", "0:04Then more", "0:09And others", "1:04Last", "a", "b", "c"], None),
        (
            ["Transcript", "0:011 secondFirst", "0:044 secondsThen", "0:09And", "1:041 minute, 4 secondsLast"],
            ["", "[0:01] First", "[0:04] Then", "[0:09] And", "[1:04] Last"],
        ),
        (
            [
                "0:01",
                "1 second",
                "First",
                "0:04",
                "4 seconds",
                "Then",
                "0:09",
                "9 seconds",
                "And",
                "1:04",
                "1 minute, 4 seconds",
                "Last",
            ],
            ["0:01", "0:01", "First", "0:04", "0:04", "Then", "0:09", "0:09", "And", "1:04", "1:04", "Last"],
        ),
        (["0:01", "1 second", "First", "0:04", "4 seconds", "Then", "0:09", "9 seconds", "And"], None),
        (
            ["Search in video", "0:01", "First", "0:04", "Then", "0:09", "And", "1:04", "Last"],
            ["", "0:01", "First", "0:04", "Then", "0:09", "And", "1:04", "Last"],
        ),
    ],
)
def test_the_pane_beside_a_video(pane: list[str], read: list[str] | None) -> None:
    lines, marks = without_pane(pane)
    assert lines == (pane if read is None else read)
    assert not (read is None and marks)


@pytest.mark.parametrize(
    ("lines", "pages"),
    [
        (["Page 1", "", "words", "", "Page 2", "", "words", "", "Page 3"], [0, 4, 8]),
        (["Page 1", "", "words", "", "Page 2", "", "words"], []),
        (["Page 1", "", "words", "", "Page 2", "", "words", "", "Page 4"], []),
        (["Page 1", "words", "", "Page 2", "", "words", "", "Page 3"], []),
        (["words", "Page 1", "", "words", "", "Page 2", "", "words", "", "Page 3"], []),
        (["1", "", "words", "", "2", "", "words", "", "3"], [0, 4, 8]),
        (["Talk of the bakers 1", "", "a", "", "Talk of the bakers 2", "", "b", "", "Talk of the bakers 3"], [0, 4, 8]),
        (["Talk 1", "", "a", "", "Talk 2", "", "b", "", "Talk 3"], []),
        (["Is it 1?", "", "a", "", "Is it 2?", "", "b", "", "Is it 3?"], []),
        (["Ada: page 1", "", "a", "", "Ada: page 2", "", "b", "", "Ada: page 3"], []),
        (["Page 1 of 3", "", "words", "", "Page 2 of 3", "", "words", "", "Page 3 of 3"], [0, 4, 8]),
        (["Page 1 of 1", "", "words", "", "Page 2 of 2", "", "words", "", "Page 3 of 3"], []),
    ],
)
def test_pages_are_counted(lines: list[str], pages: list[int]) -> None:
    assert page_lines(lines) == pages


SPEAKERS = ("Interviewer", "Ada", "Ben")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("Plain words.", [("Ada", "Plain words.", False)]),
        ("I think [Ben: yes] so.", [("Ada", "I think ", False), ("Ben", "yes", False), ("Ada", " so.", False)]),
        ("I think [I: yes] so.", [("Ada", "I think ", False), ("Interviewer", "yes", False), ("Ada", " so.", False)]),
        ("I think [Ada: yes] so.", [("Ada", "I think [Ada: yes] so.", False)]),
        ("I think [Zoe: yes] so.", [("Ada", "I think [Zoe: yes] so.", False)]),
        (
            "[Zoe: ha] I think [Ben: yes] so.",
            [("Ada", "[Zoe: ha] I think ", False), ("Ben", "yes", False), ("Ada", " so.", False)],
        ),
        ("[Ben: yes]", [("Ben", "yes", False)]),
        (
            "I do. Ben: So do I. Ada: Good.",
            [("Ada", "I do.", False), ("Ben", "So do I.", True), ("Ada", "Good.", True)],
        ),
        ("I do. Ada: Still me. Ben: So do I.", [("Ada", "I do. Ada: Still me.", False), ("Ben", "So do I.", True)]),
        ("I met Ben: he is nice.", [("Ada", "I met Ben: he is nice.", False)]),
    ],
)
def test_words_of_others_within_a_line(words: str, parts: list[tuple[str, str, bool]]) -> None:
    assert parts_of(words, "Ada", SPEAKERS) == [Part(*part) for part in parts]


def test_labels_in_the_middle_of_lines_are_told() -> None:
    inline = [(number, f"S{number}") for number in range(1, 6)]
    assert inline_label_warnings([]) == ()
    assert len(inline_label_warnings(inline[:3])) == 3
    assert inline_label_warnings(inline)[-1] == "2 more labels in the middle of lines were read as new turns."


@pytest.mark.parametrize(
    ("counts", "accepted"),
    [
        ({"Ada": 1, "Ben": 1}, {"Ada", "Ben"}),
        ({"Ada": 1, "Date": 9}, {"Ada"}),
        ({"Dana Sample": 3, "dana sample": 1}, {"Dana Sample", "dana sample"}),
        ({"1": 2, "2": 1}, {"1", "2"}),
        ({"1": 1, "2": 1}, set()),
        ({"1": 5}, set()),
        ({"2": 1, "1": 5}, {"1", "2"}),
        ({"100": 2, "200": 2}, set()),
    ],
)
def test_labels_that_name_speakers(counts: dict[str, int], accepted: set[str]) -> None:
    assert accepted_labels(counts) == accepted


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("“Oda”", "Oda"),
        ('"Oda Lind"', "Oda Lind"),
        ("„Oda“", "Oda"),
        ("Oda?", "Oda"),
        ("Oda", "Oda"),
        ('""', '""'),
        ("and then?", "and then?"),
    ],
)
def test_marks_around_a_label_are_no_part_of_it(label: str, name: str) -> None:
    assert _without_mark(label) == name
