"""Saturation: base, overlapping runs and threshold as Guest, Namey and Chen (2020) set them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.coding.saturation import Run, Saturation, new_codes, saturation
from needsseg.errors import UsageError
from tests.fixtures.wording.matching import refuses

studies = st.lists(st.frozensets(st.sampled_from("abcdefghij")), max_size=12)


def _interviews(*new: int) -> list[set[str]]:
    """Interviews that bring so many codes never heard before, each beside one that all share."""
    return [{"shared"} | {f"{number}.{code}" for code in range(count)} for number, count in enumerate(new)]


def test_the_worked_example() -> None:
    # A base of 37 codes; 7 new ones in interviews 5 and 6 are 19% new information, then 11%, then 3%: "6+2".
    found = saturation(_interviews(15, 9, 7, 5, 4, 3, 1, 0), base=4, run=2, threshold=0.05)
    assert found.base_codes == 37
    assert found.steps == (Run(5, 6, 7, 7 / 37), Run(6, 7, 4, 4 / 37), Run(7, 8, 1, 1 / 37))
    assert [round(100 * (step.ratio or 0)) for step in found.steps] == [19, 11, 3]
    assert (found.reached_at, found.reported) == (6, "6+2")


def test_at_a_threshold_of_nothing_new_the_same_study_goes_on() -> None:
    found = saturation(_interviews(15, 9, 7, 5, 4, 3, 1, 0), threshold=0)
    assert (found.reached_at, found.reported) == (None, "")
    assert saturation(_interviews(15, 9, 7, 5, 4, 3, 1, 0, 0), threshold=0).reported == "7+2"


def test_exactly_the_threshold_is_reached() -> None:
    assert saturation(_interviews(10, 5, 3, 1, 1, 0)).steps == (Run(5, 6, 1, 0.05),)
    assert saturation(_interviews(10, 5, 3, 1, 1, 0)).reached_at == 4


def test_a_run_of_three_and_a_base_of_five() -> None:
    found = saturation(_interviews(9, 0, 0, 0, 0, 1, 1, 0, 0, 0), base=5, run=3)
    assert [(step.first, step.last, step.new) for step in found.steps] == [(6, 8, 2), (7, 9, 1), (8, 10, 0)]
    assert found.reported == "7+3"


def test_too_few_interviews_or_no_code_in_the_base_say_nothing() -> None:
    assert saturation(_interviews(3, 2, 1, 0, 0)) == Saturation(4, 2, 0.05, 7, (), None)
    empty = saturation([set(), set(), set(), set(), {"a"}, set(), set()])
    assert [step.ratio for step in empty.steps] == [None, None]
    assert empty.reached_at is None
    assert saturation([]).steps == ()


@pytest.mark.parametrize(
    ("base", "run", "threshold", "message"),
    [
        (0, 2, 0.05, ("base", 0)),
        (4, 0, 0.05, ("runs", 0)),
        (4, 2, 5.0, ("threshold", 5)),
        (4, 2, -0.1, ("-0.1",)),
    ],
)
def test_wrong_requests_are_named(base: int, run: int, threshold: float, message: tuple[object, ...]) -> None:
    with refuses(UsageError, *message, hint=False):
        saturation(_interviews(1, 2, 3), base, run, threshold)


@given(studies)
def test_new_codes_add_up_to_all_codes(codes: list[frozenset[str]]) -> None:
    assert len(new_codes(codes)) == len(codes)
    assert sum(new_codes(codes)) == len(frozenset().union(*codes))


@given(studies, st.integers(1, 5), st.integers(1, 4), st.sampled_from([0.0, 0.05, 0.5]))
def test_every_run_counts_what_the_interviews_before_it_did_not_hold(
    codes: list[frozenset[str]], base: int, run: int, threshold: float
) -> None:
    found = saturation(codes, base, run, threshold)
    for step in found.steps:
        before = frozenset().union(*codes[: step.first - 1])
        assert step.new == len(frozenset().union(*codes[step.first - 1 : step.last]) - before)
    reached = [step.first - 1 for step in found.steps if step.ratio is not None and step.ratio <= threshold]
    assert found.reached_at == (min(reached) if reached else None)
