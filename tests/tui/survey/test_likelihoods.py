"""Likelihoods of answers: what remains for other options, what is refused, and how they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.errors import UsageError
from needsseg.survey.scoring_table import Survey
from needsseg.tui.survey import editing
from needsseg.tui.survey.words import chance, option_header, option_line
from tests.fixtures.app.survey_study import ONE, TWO

SHARES = st.lists(st.integers(1, 50), min_size=3, max_size=3).map(lambda parts: tuple(p / sum(parts) for p in parts))


@given(SHARES, st.floats(editing.LEAST, editing.MOST), st.integers(0, 2))
def test_other_options_keep_their_shares_of_what_is_left(shares: tuple[float, ...], value: float, at: int) -> None:
    from needsseg.survey.scoring_table import Option, Question

    options = tuple(Option(f"o{n}", f"words {n}") for n in range(3))
    asked = Question("q", "What?", options, {ONE: shares, TWO: (0.3, 0.3, 0.4)})
    before = Survey("", (ONE, TWO), {ONE: 0.5, TWO: 0.5}, (asked,), ("q",))
    after = editing.with_likelihoods(before, "q", f"o{at}", {ONE: value}).questions[0].likelihoods
    assert after[ONE][at] == pytest.approx(value) and sum(after[ONE]) == pytest.approx(1)
    assert after[TWO] == (0.3, 0.3, 0.4)
    one, two = (n for n in range(3) if n != at)
    assert after[ONE][one] * shares[two] == pytest.approx(after[ONE][two] * shares[one])
    assert all(0 < each < 1 for each in after[ONE])


@pytest.mark.parametrize("words", ["nan", "inf", "", "-", "1.0", "-0.2", "100%", "0.0001"])
def test_what_is_no_likelihood_is_refused(words: str) -> None:
    from needsseg.survey.scoring_table import Option, Question

    options = (Option("a", "A"), Option("b", "B"))
    asked = Question("q", "What?", options, {ONE: (0.5, 0.5), TWO: (0.4, 0.6)})
    made = Survey("", (ONE, TWO), {ONE: 0.5, TWO: 0.5}, (asked,), ("q",))
    with pytest.raises(UsageError, match="not a likelihood|not a number"):
        editing.with_likelihoods(made, "q", "a", {ONE: editing.likelihood(words)})
    assert editing.likelihood(" 0,25 ") == editing.likelihood("25%") == 0.25


@pytest.mark.parametrize("number", [2, 3, 5])
@pytest.mark.parametrize("across", [73, 77])
def test_figures_stand_under_their_segments(number: int, across: int) -> None:
    from needsseg.survey.scoring_table import Option, Question

    names = tuple(f"Segment {'日本' * n} {n}" for n in range(number))
    asked = Question("q", "What?", (Option("a", "日" * 80), Option("b", "B")), dict.fromkeys(names, (0.25, 0.75)))
    lines = [option_header(names, across), *(option_line(asked, at, names, across) for at in (0, 1))]
    assert len({line.cell_length for line in lines}) == 1 and lines[0].cell_length <= across


def test_chances_are_short_and_never_none_or_all() -> None:
    assert [chance(v) for v in (0.0, 0.0004, 0.004, 0.05, 0.5, 0.994, 0.996, 1.0)] == [
        "<.001", "<.001", ".004", ".05", ".50", ".99", ".996", ">.999",
    ]  # fmt: skip
