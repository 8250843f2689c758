"""What answers taught: held back in parts, counted beside guessing, with an interval."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.discovery.learning_report import Lesson, lesson, stopped_helping

ANSWERS = st.dictionaries(st.integers(0, 400), st.sampled_from(["a", "b", "c", None]), max_size=60)


@given(ANSWERS)
def test_a_program_that_knows_is_always_right_and_one_that_names_the_largest_is_as_good_as_guessing(
    answers: dict[int, str | None],
) -> None:
    known = lesson(answers, answers)
    assert known.right == known.asked == len(answers)
    largest = max(sorted(set(answers.values()), key=str), key=list(answers.values()).count, default=None)
    guessed = lesson(answers, dict.fromkeys(answers, largest))
    assert guessed.right == guessed.guessing and guessed.lead == 0
    assert 0 <= guessed.low <= guessed.high <= 1


def test_an_answer_for_which_nothing_was_guessed_is_not_right() -> None:
    assert lesson({0: "a", 1: None, 2: "a"}, {0: "a"}).right == 1


@pytest.mark.parametrize(
    ("right", "asked", "low", "high"),
    [(14, 20, 0.4810, 0.8545), (18, 20, 0.6990, 0.9721), (0, 5, 0.0, 0.4345), (0, 0, 0, 1)],
)
def test_a_lesson_has_wilsons_interval(right: int, asked: int, low: float, high: float) -> None:
    answers = dict.fromkeys(range(asked), "a")
    found = lesson(answers, dict.fromkeys(range(right), "a"))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-3)


@pytest.mark.parametrize(
    ("rights", "stopped"),
    [
        ((3,), False),
        ((3, 3), False),
        ((6, 6, 6), True),
        ((6, 5, 6), True),
        ((6, 7, 6), False),
        ((6, 6, 7), False),
        ((2, 6, 6, 6), True),
        ((9, 2, 3, 4), False),
    ],
)
def test_answers_stop_helping_where_the_last_two_reports_are_no_better(rights: tuple[int, ...], stopped: bool) -> None:
    assert stopped_helping([Lesson(10, right, 2, 0, 1) for right in rights]) is stopped
