"""CHAT files: main lines are turns with their times, tabs go on, headers and dependent tiers are accounted for."""

from __future__ import annotations

import pytest

from needsseg.transcripts.choices import ReadingChoices
from needsseg.transcripts.lines.chat import looks_like_chat, read_chat, roles_in

LINES = [
    "@UTF8",
    "@Begin",
    "@Participants:\tINT Oda Interviewer, PAR Teo Participant, MOD Moderator, X",
    "\tand more of the header",
    "",
    "*INT:\tHow do orders \x15100_900\x15",
    "\treach you? \x15900_1200\x15",
    "*PAR:\tBy phone.",
    "%mor:\tprep n",
    "\tmore of the tier",
    "*PAR:\tBefore six,",
    "\tmostly. \x152000_2500\x15",
    "no tier at all",
    "@End",
]


def test_main_lines_are_turns() -> None:
    reading = read_chat(LINES)
    assert [(p.speaker, p.words, p.start_ms, p.end_ms, p.line) for p in reading.spoken] == [
        ("INT", "How do orders reach you?", 100, 1200, 6),
        ("PAR", "By phone. Before six, mostly.", None, 2500, 8),
    ]
    assert reading.source == tuple(LINES)


def test_a_turn_begins_at_its_first_time() -> None:
    lines = ["@Begin", "*PAR:\tBefore six,", "\tmostly. \x152000_2500\x15", "\tI think. \x152500_2600\x15", "\tYes."]
    (turn,) = read_chat(lines).spoken
    assert (turn.words, turn.start_ms, turn.end_ms) == ("Before six, mostly. I think. Yes.", 2000, 2600)


def test_every_word_has_its_kind() -> None:
    counts: dict[tuple[int, str], int] = {}
    for mark in read_chat(LINES).marks:
        counts[mark.line, mark.kind] = counts.get((mark.line, mark.kind), 0) + mark.words
    assert {key: count for key, count in counts.items() if count} == {
        (0, "metadata"): 1,
        (1, "metadata"): 1,
        (2, "metadata"): 10,
        (3, "metadata"): 5,
        (5, "speech"): 3,
        (5, "label"): 1,
        (5, "time"): 1,
        (6, "speech"): 2,
        (6, "time"): 1,
        (7, "speech"): 2,
        (7, "label"): 1,
        (8, "note"): 3,
        (9, "note"): 4,
        (10, "speech"): 2,
        (10, "label"): 1,
        (11, "speech"): 1,
        (11, "time"): 1,
        (13, "metadata"): 1,
    }


def test_a_label_that_is_no_speaker_is_left_out() -> None:
    reading = read_chat(LINES, ReadingChoices(not_speakers=("INT",)))
    assert {piece.speaker for piece in reading.spoken} == {"PAR"}


def test_roles_are_those_of_the_header() -> None:
    assert roles_in(LINES) == {"INT": "interviewer", "PAR": "participant", "MOD": "interviewer"}
    assert roles_in(["@Participants:\tINV Investigator", "@Other: A Interviewer"]) == {"INV": "interviewer"}


@pytest.mark.parametrize(
    ("lines", "chat"),
    [
        (LINES, True),
        (["@Begin", "*INT: yes"], True),
        (["@Begin", "Ada: yes"], False),
        (["*INT: yes"], False),
        ([*[""] * 9, "@Begin", "*INT: yes"], True),
        ([*[""] * 10, "@Begin", "*INT: yes"], False),
        (["@Begin", "*TOOLONGONE: yes"], False),
    ],
)
def test_chat_begins_as_such(lines: list[str], chat: bool) -> None:
    assert looks_like_chat(lines) is chat
