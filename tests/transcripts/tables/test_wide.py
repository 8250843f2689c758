"""Tables with people as columns: from which rows and names on they are a grid, or a column of words for each speaker."""

from __future__ import annotations

import pytest

from needsseg.transcripts.tables.columns import Columns
from needsseg.transcripts.tables.wide import Grid, grid_of, speaker_columns

LONG = "some words of an answer"


def table(names: list[str], *rows: list[str]) -> tuple[list[str], list[dict[str, str]]]:
    return names, [dict(zip(names, row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("names", "rows", "grid"),
    [
        (["Question", "P1", "P2"], [["Why?", LONG, LONG], ["How?", LONG, LONG]], Grid("Question", True, ("P1", "P2"))),
        (["Topic", "P1", "P2"], [["Orders", LONG, LONG], ["Bread", LONG, LONG]], Grid("Topic", False, ("P1", "P2"))),
        (
            ["No", "Frage", "P1", "P2"],
            [["1", "a", LONG, LONG], ["2", "b", LONG, LONG]],
            Grid("Frage", True, ("P1", "P2")),
        ),
        (
            ["X", "Frage", "P1", "P2"],
            [["1.", "a", LONG, LONG], ["2)", "b", LONG, LONG]],
            Grid("Frage", True, ("P1", "P2")),
        ),
        (["X", "Frage", "P1", "P2"], [["z", "a", LONG, LONG], ["2", "b", LONG, LONG]], None),
        (["Asked", "P1", "P2"], [["Why?", LONG, LONG], ["How? ", LONG, LONG]], Grid("Asked", True, ("P1", "P2"))),
        (["Asked", "P1", "P2"], [["Why?", LONG, LONG], ["Tell.", LONG, LONG]], None),
        (
            ["Asked", "P1", "P2"],
            [["Why?", LONG, LONG], ["How?", LONG, LONG], ["Tell.", LONG, LONG]],
            Grid("Asked", True, ("P1", "P2")),
        ),
        (["Topic", "P1", "P2"], [["Orders?", LONG, LONG], ["Bread?", LONG, LONG]], Grid("Topic", True, ("P1", "P2"))),
        (["Interviewer", "P1", "P2"], [["Why?", LONG, LONG], ["How?", LONG, LONG]], None),
        # One row, or one participant, is no grid.
        (["Question", "P1", "P2"], [["Why?", LONG, LONG]], None),
        (["Question", "P1"], [["Why?", LONG], ["How?", LONG]], None),
        # Answers have two and a half words each on average.
        (
            ["Question", "P1", "P2"],
            [["Why?", "a b", "a b c"], ["How?", "a b", "a b c"]],
            Grid("Question", True, ("P1", "P2")),
        ),
        (["Question", "P1", "P2"], [["Why?", "a b", "a b"], ["How?", "a b", "a b c"]], None),
        # People have numbers, roles, or full names.
        (
            ["Question", "Ada Bell", "Ben Cole"],
            [["Why?", LONG, LONG], ["How?", LONG, LONG]],
            Grid("Question", True, ("Ada Bell", "Ben Cole")),
        ),
        (["Question", "Ada", "Ben"], [["Why?", LONG, LONG], ["How?", LONG, LONG]], None),
        (["Question", "Ada Bell", "Ben"], [["Why?", LONG, LONG], ["How?", LONG, LONG]], None),
        (
            ["Question", "Guest", "User_12"],
            [["Why?", LONG, LONG], ["How?", LONG, LONG]],
            Grid("Question", True, ("Guest", "User_12")),
        ),
        (["Question", "P1", "Moderator"], [["Why?", LONG, LONG], ["How?", LONG, LONG]], None),
        (["Question", "P1", "Notes"], [["Why?", LONG, LONG], ["How?", LONG, LONG]], None),
        (["Question", "P1", "X1234"], [["Why?", LONG, LONG], ["How?", LONG, LONG]], None),
    ],
)
def test_a_grid_has_questions_by_participants(names: list[str], rows: list[list[str]], grid: Grid | None) -> None:
    assert grid_of(*table(names, *rows)) == grid


def test_a_row_unfolds_to_its_answers() -> None:
    grid = Grid("Question", True, ("P1", "P2"))
    assert grid.unfold({"Question": "Why?", "P1": "Because.", "P2": " "}) == [
        {"participant": "P1", "Question": "Why?", "answer": "Because."}
    ]
    assert grid.unfold({"P2": "So."}) == [{"participant": "P2", "Question": "", "answer": "So."}]
    assert grid.columns == Columns(voices=(("Question", "Interviewer"), ("answer", "Participant")), key="participant")
    assert Grid("Topic", False, ()).columns == Columns(voices=(("answer", "Participant"),), key="participant")


def turn(at: int, width: int = 2) -> list[str]:
    """A row in which the speaker number ``at`` says something."""
    return [LONG if column == at else "" for column in range(width)]


TALK = [turn(0), turn(1), turn(0), turn(1)]
VOICES = (("Ada", "Ada"), ("Ben", "Ben"))


@pytest.mark.parametrize(
    ("names", "rows", "columns"),
    [
        (["Ada", "Ben"], TALK, Columns(voices=VOICES)),
        (["Ada", "Ben"], TALK[:3], None),
        (["Ada", "Ben"], [*TALK, [LONG, LONG]], Columns(voices=VOICES)),
        (["Ada", "Ben"], [*TALK, [LONG, LONG], [LONG, LONG]], None),
        (["Ada"], [[LONG]] * 4, None),
        (["Ada", "Ben"], [["a b", ""], ["", "a b c"]] * 2, Columns(voices=VOICES)),
        (["Ada", "Ben"], [["a b", ""], ["", "a b"]] * 2, None),
        (["Ada", "price of bread and more"], TALK, None),
        (["time", "Ada", "Ben"], [["0:01", *row] for row in TALK], Columns(start="time", voices=VOICES)),
        (["x", "Ada", "Ben"], [["0:01", *row] for row in TALK], Columns(start="x", voices=VOICES)),
        (["time", "Ada", "Ben"], [["", *row] for row in TALK], Columns(start="time", voices=VOICES)),
        (
            ["x", "y", "Ada", "Ben"],
            [["0:01", "0:02", *row] for row in TALK],
            Columns(start="x", end="y", voices=VOICES),
        ),
        (
            ["x", "y", "z", "Ada", "Ben"],
            [["0:01", "0:02", "0:03", *row] for row in TALK],
            Columns(start="x", end="y", voices=VOICES),
        ),
        (["no", "Ada", "Ben"], [["7", *row] for row in TALK], Columns(voices=VOICES)),
        (["Ada", "Ben", "Cem"], [[*row, ""] for row in TALK], Columns(voices=VOICES)),
    ],
)
def test_a_column_of_words_for_each_speaker(names: list[str], rows: list[list[str]], columns: Columns | None) -> None:
    assert speaker_columns(*table(names, *rows)) == columns
