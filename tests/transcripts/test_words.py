"""Every word of a source is accounted for: said, or left out by a rule; what no rule knows is told, or refuses the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.errors import TranscriptError, UsageError
from needsseg.records import WORD_KINDS, Transcript
from needsseg.transcripts import ReadingChoices, read, read_all, read_text_lines
from needsseg.transcripts.lines import chosen_pattern
from tests.fixtures.samples import DATA, INTERVIEWS
from tests.fixtures.wording.matching import mentions, refuses

SPECIMENS = DATA / "transcripts"
TALK = (
    "Oda: How do the orders reach you?\nTeo: By phone, before six, and I write them down.\n"
    "Oda: And then?\nTeo: Then I bake what I can read of it.\n"
)


def text(tmp_path: Path, words: str, name: str = "talk.txt") -> Path:
    path = tmp_path / name
    path.write_text(words, encoding="utf-8")
    return path


def spoken_words(transcript: Transcript) -> int:
    return sum(len(transcript.words(turn).split()) for turn in transcript.turns)


@pytest.mark.parametrize("path", sorted([*SPECIMENS.iterdir(), *INTERVIEWS.iterdir()]), ids=lambda path: path.name)
def test_the_words_that_are_said_are_those_of_the_turns(path: Path) -> None:
    for _, transcript in read_all(path, anyway=True):
        assert set(transcript.words_by_kind) == set(WORD_KINDS)
        assert transcript.words_by_kind["speech"] == spoken_words(transcript)


@pytest.mark.parametrize(
    "path",
    sorted(
        path for path in [*SPECIMENS.iterdir(), *INTERVIEWS.iterdir()] if path.suffix in {".txt", ".md", ".vtt", ".srt"}
    ),
    ids=lambda path: path.name,
)
def test_the_sum_is_the_words_of_the_file(path: Path) -> None:
    transcript = read(path, anyway=True)
    assert sum(transcript.words_by_kind.values()) == len(path.read_text(encoding="utf-8-sig").split())


@pytest.mark.parametrize(
    ("above", "kind", "count"),
    [
        ("", "unread", 0),
        ("# Morning orders\n\n", "heading", 3),
        ("Morning orders\n\n", "heading", 2),
        ("Date: 11.02.2026\nPlace: the bakery\n\n", "metadata", 5),
        ("Thu, Feb 12, 2026 10:00AM • 24:11\n\n", "metadata", 7),
        ("https://calls.example/x1\n\n", "metadata", 1),
        ("---\ntitle: Orders\n---\n\n", "metadata", 4),
        ("# SPDX-License-Identifier: CC0-1.0\n\n", "metadata", 3),
        ("Hosts: Oda\nGuests: Teo\n\n", "metadata", 4),
        ("Oda, Teo\n\n", "metadata", 2),
        ("Legend:\n(.) short pause\nXX: not understood\n\n", "note", 6),
        ("<!-- checked by Ada -->\n\n", "note", 5),
        ("==========\n\n", "markup", 1),
        ("## Summary\n\nThey bake bread and miss orders.\n\n## Transcript\n\n", "note", 6),
    ],
)
def test_what_stands_above_the_talk_is_told_by_its_kind(tmp_path: Path, above: str, kind: str, count: int) -> None:
    transcript = read(text(tmp_path, above + TALK))
    assert transcript.speakers == ("Oda", "Teo")
    assert transcript.words_by_kind[kind] == count
    assert transcript.words_by_kind["unread"] == 0
    assert spoken_words(transcript) == spoken_words(read_text_lines(TALK.split("\n")))


@pytest.mark.parametrize(
    "line", ["Note: the telephone rings, a short break", "ACTION ITEM: bring the list", "TRANSCRIBER'S NOTE: dog barks"]
)
def test_a_note_between_the_turns_is_nobodys(tmp_path: Path, line: str) -> None:
    talk = TALK.replace("Oda: And then?", f"{line}\nOda: And then?")
    transcript = read(text(tmp_path, talk))
    assert transcript.speakers == ("Oda", "Teo")
    assert transcript.words_by_kind["note"] == len(line.split())
    assert line.split(": ")[1] not in transcript.text


def test_a_few_words_that_no_rule_knows_are_shown(tmp_path: Path) -> None:
    above = "We sat in the room behind the oven, where it is warm.\n\n"
    transcript = read(text(tmp_path, above + TALK * 6))
    (left,) = (one for one in transcript.left_out if one.kind == "unread")
    assert left.words == 12
    assert left.first_lines == ("line 1: We sat in the room behind the oven, where it is warm.",)
    assert any(mentions(warning, 12, "line 1", "We sat in the room") for warning in transcript.warnings)


def test_a_file_that_is_not_understood_is_refused_unless_wanted_anyway(tmp_path: Path) -> None:
    above = (
        "We sat in the room behind the oven, where it is warm, and we spoke of orders, lists, drivers and of bread.\n\n"
    )
    path = text(tmp_path, above + TALK)
    with refuses(TranscriptError, str(path), "22 of", "line 1", "We sat in the room", "--anyway"):
        read(path)
    transcript = read(path, anyway=True)
    assert transcript.words_by_kind["unread"] == 22
    assert transcript.speakers == ("Oda", "Teo")


def test_choices_overrule_what_the_program_would_read(tmp_path: Path) -> None:
    path = text(tmp_path, TALK.replace("Oda:", "[Oda]").replace("Teo:", "[Teo]") + "Weather: fine\n")
    assert read(path, choices=ReadingChoices(label_pattern=r"\[(?P<speaker>\w+)\]\s*(?P<words>.*)")).speakers == (
        "Oda",
        "Teo",
    )
    timed = text(tmp_path, "7 Oda> Who bakes?\n9 Teo> I do.\n12 Oda> Alone?\n", "odd.txt")
    choices = ReadingChoices(
        label_pattern=r"(?P<time>\d+) (?P<speaker>\w+)> (?P<words>.*)", roles={"Teo": "interviewer"}
    )
    found = read(timed, choices=choices)
    assert [(turn.speaker, turn.start_ms) for turn in found.turns] == [("Oda", 7_000), ("Teo", 9_000), ("Oda", 12_000)]
    assert [turn.role for turn in found.turns if turn.speaker == "Teo"] == ["interviewer"]
    alone = text(tmp_path, "Oda: Who bakes?\nI do.\nOda: Alone?\nYes.\n", "alone.txt")
    assert read(alone, choices=ReadingChoices(unlabelled="Teo")).speakers == ("Oda", "Teo")
    weather = text(tmp_path, TALK + "Weather: fine and cold\n", "weather.txt")
    assert "Weather" in read(weather).speakers
    assert read(weather, choices=ReadingChoices(not_speakers=frozenset({"Weather"}))).speakers == ("Oda", "Teo")


@pytest.mark.parametrize(
    ("pattern", "told"),
    [("(", "not a valid regular expression"), (r"(?P<name>\w+):", "needs the named group “speaker”")],
)
def test_a_pattern_that_cannot_be_used_is_refused(tmp_path: Path, pattern: str, told: str) -> None:
    with refuses(UsageError, told):
        read(text(tmp_path, TALK), choices=ReadingChoices(label_pattern=pattern))


def test_only_one_side_labelled() -> None:
    asked = [
        "MODERATOR: 1. Who bakes?",
        "I do, on Mondays.",
        "MODERATOR: 2. And then?",
        "Then Teo.",
        "MODERATOR: 3. Why?",
        "So.",
    ]
    transcript = read_text_lines([line for turn in asked for line in (turn, "")])
    assert [(turn.speaker, turn.role) for turn in transcript.turns[:2]] == [
        ("MODERATOR", "interviewer"), ("Participant", "participant"),
    ]  # fmt: skip
    assert any(mentions(warning, "MODERATOR", "Participant") for warning in transcript.warnings)
    answered = "Who bakes?\n\nP3: I do, on Mondays.\n\nAnd then?\n\nP3: Then Teo.\n\nWhy?\n\nP3: Nobody knows.\n"
    assert {turn.speaker: turn.role for turn in read_text_lines(answered.split("\n")).turns}["P3"] == "participant"


def test_numbers_of_lines_in_a_margin_are_not_said(tmp_path: Path) -> None:
    margin = " ".join(map(str, range(26, 45)))
    transcript = read(text(tmp_path, TALK.replace("and I write", f"and {margin} I write")))
    assert transcript.words(transcript.turns[1]) == "By phone, before six, and I write them down."
    assert transcript.words_by_kind["markup"] == 19
    counted = read(text(tmp_path, TALK.replace("and I write", "and 1 2 3 4 I write"), "b.txt"))
    assert "1 2 3 4" in counted.text


SLIPS = (
    "Teo:By phone, before six.",
    "Teo; By phone, before six.",
    "Teo:: By phone, before six.",
    "Teo : By phone, before six.",
)


@pytest.mark.parametrize("slip", SLIPS)
def test_a_label_set_off_by_a_slip_begins_a_turn(slip: str) -> None:
    lines = [*TALK.split("\n"), "Oda: And how do they come?", slip, "Oda: Thank you."]
    turns = read_text_lines(lines).turns
    assert [turn.speaker for turn in turns[-3:]] == ["Oda", "Teo", "Oda"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("[END OF INTERVIEW]", "note"),
        ("End of interview.", "note"),
        ("Ende der Aufnahme", "note"),
        ("Fin de la entrevista.", "note"),
        ("Page 2 of 3", "note"),
        ("This transcript was exported on Mar 04, 2025 - view latest version here.", "note"),
        ("© 2025 The bakery", "note"),
        ("[Phone rings; break of five minutes]", "note"),
        ("[BREAK: the phone rings]", "note"),
        ("((phone rings, 3 sec))", "note"),
        ("Interview 2 - Ben", "heading"),
    ],
)
def test_a_line_that_nobody_said_is_told_by_its_kind(line: str, kind: str) -> None:
    transcript = read_text_lines([*TALK.split("\n"), line, ""])
    assert transcript.speakers == ("Oda", "Teo")
    assert transcript.words_by_kind[kind] == len(line.split())
    assert line not in transcript.text


@pytest.mark.parametrize(
    "lines",
    [
        [f"{n:03} {line}" for n, line in enumerate(TALK.split("\n")[:4], 1)],
        [f"[{n}] {line}" for n, line in enumerate(TALK.split("\n")[:4], 1)],
        [f"{n}. {line}" for n, line in enumerate(TALK.split("\n")[:4], 1)],
        [f"{line} #00:00:0{n}-5#" for n, line in enumerate(TALK.split("\n")[:4], 1)],
        [f"{line} [00:00:0{n}]" for n, line in enumerate(TALK.split("\n")[:4], 1)],
        [line.replace(": ", f": #00:00:0{n}# ") for n, line in enumerate(TALK.split("\n")[:4], 1)],
        [line.replace(": ", ":") for line in TALK.split("\n")[:4]],
        [line.replace("Oda", "Q1" if n < 2 else "Q2").replace("Teo", "A1" if n < 2 else "A2") for n, line in
         enumerate(TALK.split("\n")[:4])],
        [f"(00:0{n}) {line}" for n, line in enumerate(TALK.split("\n")[:4], 1)],
        [f"[00:0{n}](https://x.example/{n}) {line}" for n, line in enumerate(TALK.split("\n")[:4], 1)],
        [f">> {line}" for line in TALK.split("\n")[:4]],
        [f'"{line.replace(":", chr(34) + ":", 1)}' for line in TALK.split("\n")[:4]],
    ],
    ids=["numbers", "brackets", "list", "f4", "times behind", "f4 behind the label", "no space", "Q1 A1", "times", "links",
         "chevrons", "quotes"],
)  # fmt: skip
def test_what_programs_write_into_lines_is_taken_off(lines: list[str]) -> None:
    transcript = read_text_lines(lines)
    said = [transcript.words(turn) for turn in transcript.turns]
    assert said == [
        "How do the orders reach you?", "By phone, before six, and I write them down.", "And then?",
        "Then I bake what I can read of it.",
    ]  # fmt: skip
    assert len(transcript.speakers) == 2


def test_a_time_behind_the_words_is_the_end_of_their_turn() -> None:
    lines = [f"{line} #00:0{n}:00-0#" for n, line in enumerate(TALK.split("\n")[:4], 1)]
    lines[1:2] = ["Teo: By phone, before six,", "and I write them down. #00:02:00-0#"]
    turns = read_text_lines(["Morning orders", "", *lines]).turns
    assert [turn.end_ms for turn in turns] == [60_000, 120_000, 180_000, 240_000]


@pytest.mark.slow
def test_a_pattern_that_searches_for_ever_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen_pattern, "LIMIT_SECONDS", 0.2)
    path = text(tmp_path, ("a" * 60 + "\n") * 300)
    with refuses(UsageError, "searches for more than"):
        read(path, choices=ReadingChoices(label_pattern=r"(?P<speaker>(?:a|aa)+)[bc]"))
