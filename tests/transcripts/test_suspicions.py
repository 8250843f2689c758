"""Doubts about who said what are spoken, each with its line; an ordinary interview raises none."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.transcripts import read_all, read_text_lines
from tests.fixtures.samples import INTERVIEWS
from tests.fixtures.wording.matching import mentions

QUESTIONS = ("How does the week begin?", "What happens when he forgets?", "Who else is in on that?", "And on Sundays?")
ANSWERS = (
    "On Sunday night I look at the list and I call the two drivers, because one of them forgets.",
    "Then I drive. It is an hour each way and the bread is late, so the shop calls me.",
    "Nobody. My wife, on holidays, when the children are away.",
    "We sleep. The ovens are cold until four, and nobody is allowed to ring.",
)
TALK = [line for pair in zip(QUESTIONS, ANSWERS, strict=True) for line in (f"Oda: {pair[0]}", f"Teo: {pair[1]}")]
LONG = "Teo: " + "I bake and I drive and I call and I wait. " * 40
ONCE = "Ada: " + "I saw them at the bakery and I wondered about it. " * 7
SECOND_HEAD = ["Date: 12.02.2026", "Participant: Teo"]


def doubts(*lines: str) -> tuple[str, ...]:
    return read_text_lines(lines).suspicions


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        pytest.param([*TALK[:3], LONG, *TALK[4:]], ("line 4", "Teo", "%"), id="one turn"),
        pytest.param([*TALK, ONCE], ("line 9", "Ada", "once"), id="once"),
        pytest.param([*TALK, *TALK, *TALK[:2]] * 2, ("the same conversation", "twice"), id="twice"),
        pytest.param(
            [line for n in range(8) for line in (f"Interviewer: I bake and I drive, {n}.", f"P3: And why do you do so, {n}?")],
            ("P3", "questions", "roles"),
            id="a participant who asks",
        ),
        pytest.param([f"{name}: I bake and I drive." for name in ("Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal")],
                     ("line 1", "a speaker of its own"), id="a speaker a line"),
        pytest.param([f"{line} <br> &nbsp;" for line in TALK], ("markup", "line 1"), id="markup"),
        pytest.param([line.replace(".", f" 00:04:0{n} and.") for n, line in enumerate(TALK)], ("times", "line 2"), id="times"),
        pytest.param([*TALK, "", *SECOND_HEAD, "", *TALK], ("line 10", "a second transcript"), id="second head"),
    ],
)  # fmt: skip
def test_a_doubt_names_its_line(lines: list[str], told: tuple[str, ...]) -> None:
    assert any(mentions(doubt, *told) for doubt in doubts(*lines)), doubts(*lines)


def test_doubts_are_warnings_too() -> None:
    transcript = read_text_lines([f"{line} <br>" for line in TALK])
    assert set(transcript.suspicions) <= set(transcript.warnings)
    assert transcript.suspicions


@pytest.mark.parametrize("path", sorted(INTERVIEWS.iterdir()), ids=lambda path: path.name)
def test_an_ordinary_interview_raises_none(path: Path) -> None:
    for _, transcript in read_all(path):
        assert transcript.suspicions == ()


def test_a_talkative_participant_raises_none() -> None:
    long = "You know how it is, do you? " + "I bake and I drive and I call and I wait. " * 12
    assert doubts(*(line for question in QUESTIONS for line in (f"Oda: {question}", f"Teo: {long}"))) == () or all(
        "twice" in doubt for doubt in doubts(*(line for q in QUESTIONS for line in (f"Oda: {q}", f"Teo: {long}")))
    )
