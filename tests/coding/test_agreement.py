"""Agreement between coders: known values, and the same numbers as counting character by character."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.coding import sentence_spans
from needsseg.coding.agreement import (
    Agreement,
    Disagreement,
    Mark,
    Units,
    agreement,
    disagreements,
)
from needsseg.errors import UsageError
from tests.fixtures.wording.coding import NEEDS_SENTENCES, OUTSIDE, TWO_CODERS
from tests.fixtures.wording.matching import refuses

LENGTHS = {"ada": 30, "bo": 14}


def _marks(*spans: tuple[int, int], code: str = "trust", interview: str = "ada") -> list[Mark]:
    return [Mark(interview, start, end, code) for start, end in spans]


spans = st.tuples(st.sampled_from(sorted(LENGTHS)), st.integers(0, 13), st.integers(1, 14), st.sampled_from("xyz"))
coders = st.lists(
    st.lists(spans.filter(lambda s: s[1] < s[2]).map(lambda s: Mark(*s)), max_size=5), min_size=2, max_size=4
).map(lambda own: {f"coder {number}": marks for number, marks in enumerate(own)})


def test_two_half_overlapping_codes_of_a_thousand_characters_in_twenty_thousand() -> None:
    found = agreement({"A": _marks((0, 1000)), "B": _marks((500, 1500))}, {"ada": 20_000})
    assert (found.n, found.percent) == (20_000, 95)
    assert found.kappa is not None and round(found.kappa, 3) == 0.474
    assert found.codes[0].marked == {"A": 1000, "B": 1000}


def test_alpha_of_a_published_example() -> None:
    # Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, A: binary data, two observers, ten units: 0.095.
    first, second = "0100000000", "1110010100"
    marks = {
        coder: _marks(*((place, place + 1) for place, value in enumerate(values) if value == "1"))
        for coder, values in (("Meg", first), ("Owen", second))
    }
    found = agreement(marks, {"ada": 10})
    assert found.alpha is not None and round(found.alpha, 3) == 0.095
    assert found.percent == pytest.approx(60)


def _by_character(marks: dict[str, list[Mark]], code: str) -> list[list[int]]:
    """One row per coder: for every character of every interview, whether it bears the code."""
    return [
        [
            int(any(m.interview == interview and m.code == code and m.start <= place < m.end for m in own))
            for interview, length in LENGTHS.items()
            for place in range(length)
        ]
        for own in marks.values()
    ]


@pytest.mark.slow
@given(coders)
def test_by_character_is_what_counting_every_character_gives(marks: dict[str, list[Mark]]) -> None:
    found = agreement(marks, LENGTHS)
    assert found.n == sum(LENGTHS.values())
    for code in found.codes:
        rows = _by_character(marks, code.code)
        assert list(code.marked.values()) == [sum(row) for row in rows]
        pairs = list(combinations(rows, 2))
        same = [sum(a == b for a, b in zip(*pair, strict=True)) / found.n for pair in pairs]
        assert code.percent == pytest.approx(100 * sum(same) / len(same))
        # Two equal answers drawn from all answers, without putting the first back: 1 - alpha is observed over expected.
        answers, yes = len(rows) * found.n, sum(map(sum, rows))
        expected = 2 * yes * (answers - yes) / (answers * (answers - 1))
        assert code.alpha == (pytest.approx(1 - (1 - sum(same) / len(same)) / expected) if expected else None)


@pytest.mark.slow
@settings(deadline=None)
@given(coders)
def test_kappa_is_that_of_a_known_library(marks: dict[str, list[Mark]]) -> None:
    from sklearn.metrics import cohen_kappa_score

    marks = dict(list(marks.items())[:2])
    for code in agreement(marks, LENGTHS).codes:
        first, second = _by_character(marks, code.code)
        if len({*first, *second}) == 2:
            assert code.kappa == pytest.approx(cohen_kappa_score(first, second))


@given(coders, st.sampled_from(["character", "passage"]))
def test_the_order_of_coders_and_marks_changes_nothing(marks: dict[str, list[Mark]], units: Units) -> None:
    turned = {coder: own[::-1] for coder, own in reversed(marks.items())}
    found, again = agreement(marks, LENGTHS, units), agreement(turned, LENGTHS, units)
    assert (found.percent, found.n) == (pytest.approx(again.percent), again.n)
    assert found.alpha == (None if again.alpha is None else pytest.approx(again.alpha))
    assert found.kappa == (None if again.kappa is None else pytest.approx(again.kappa))


@given(coders)
def test_disagreements_are_exactly_the_characters_coders_differ_on(marks: dict[str, list[Mark]]) -> None:
    found = disagreements(marks, LENGTHS)
    told = {(each.interview, place, each.code, each.by) for each in found for place in range(each.start, each.end)}
    expected = set()
    for interview, length in LENGTHS.items():
        for place in range(length):
            for code in "xyz":
                by = tuple(
                    coder
                    for coder, own in marks.items()
                    if any(m.interview == interview and m.code == code and m.start <= place < m.end for m in own)
                )
                if 0 < len(by) < len(marks):
                    expected.add((interview, place, code, by))
    assert told == expected
    assert all({*each.by} | {*each.not_by} == {*marks} and not {*each.by} & {*each.not_by} for each in found)


def test_disagreements_are_stretches_with_who_did_and_who_did_not() -> None:
    marks = {"A": _marks((0, 10)), "B": _marks((4, 10), (20, 24)), "C": _marks((4, 12))}
    assert disagreements(marks, LENGTHS) == [
        Disagreement("ada", 0, 4, "trust", ("A",), ("B", "C")),
        Disagreement("ada", 10, 12, "trust", ("C",), ("A", "B")),
        Disagreement("ada", 20, 24, "trust", ("B",), ("A", "C")),
    ]


def test_by_sentence_small_differences_at_the_ends_of_spans_are_none() -> None:
    text = "We report weekly. It takes a day. Nobody reads it 🙂."
    bounds, lengths = {"ada": sentence_spans(text)}, {"ada": len(text)}
    marks = {"A": _marks((0, 33)), "B": _marks((3, 35))}
    assert agreement(marks, lengths, "sentence", bounds).kappa == 1
    assert agreement(marks, lengths).kappa != 1
    assert disagreements(marks, lengths, "sentence", bounds) == []


def test_a_few_words_in_a_long_sentence_still_bear_their_code() -> None:
    text = "We report every week, by hand, and it takes a whole day of two people. Nobody reads it."
    marks = {"A": _marks((3, 9)), "B": _marks((72, 87))}
    bounds = {"ada": sentence_spans(text)}
    assert [(d.start, d.by) for d in disagreements(marks, {"ada": len(text)}, "sentence", bounds)] == [
        (0, ("A",)),
        (71, ("B",)),
    ]


@given(coders, st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_every_mark_that_touches_a_sentence_codes_one(marks: dict[str, list[Mark]], sizes: list[int]) -> None:
    cuts = [0, *(sum(sizes[: n + 1]) for n in range(len(sizes)))]
    bounds = {key: [(a, b) for a, b in zip(cuts, cuts[1:], strict=False) if b <= LENGTHS[key]] for key in LENGTHS}
    found = agreement(marks, LENGTHS, "sentence", bounds)
    for coder, own in marks.items():
        touching = {m.code for m in own if any(m.start < b and a < m.end for a, b in bounds[m.interview])}
        assert touching == {code.code for code in found.codes if code.marked[coder]}


def test_by_passage_overlapping_marks_are_one_unit() -> None:
    marks = {
        "A": [*_marks((0, 8)), *_marks((12, 20), code="price")],
        "B": [*_marks((5, 10)), *_marks((12, 20), code="trust")],
    }
    found = agreement(marks, LENGTHS, "passage")
    assert found.n == 2
    assert {code.code: (code.percent, code.marked) for code in found.codes} == {
        "price": (50, {"A": 1, "B": 0}),
        "trust": (50, {"A": 1, "B": 2}),
    }
    of_the_study = agreement(marks, LENGTHS, "passage", {"ada": [(0, 10), (12, 20), (22, 30)]})
    assert of_the_study.n == 3


def test_only_the_text_within_bounds_counts() -> None:
    marks = {"A": _marks((0, 10)), "B": _marks((0, 12))}
    found = agreement(marks, LENGTHS, bounds={"ada": [(5, 8), (8, 15)]})
    assert (found.n, found.codes[0].marked) == (10, {"A": 5, "B": 7})


def test_coders_who_agree_on_everything_and_codes_that_nobody_varies() -> None:
    same = agreement({"A": _marks((0, 9)), "B": _marks((0, 4), (4, 9))}, LENGTHS)
    assert (same.percent, same.kappa, same.alpha) == (100, 1, 1)
    everywhere = agreement({"A": _marks((0, 30)), "B": _marks((0, 30))}, {"ada": 30})
    assert (everywhere.percent, everywhere.kappa, everywhere.alpha) == (100, None, None)
    assert agreement({"A": [], "B": []}, LENGTHS) == Agreement("character", 44, ("A", "B"), None, None, None, ())


def test_overall_is_pooled_over_codes() -> None:
    marks = {
        "A": [*_marks((0, 10)), *_marks((20, 30), code="price")],
        "B": [*_marks((0, 10)), *_marks((15, 25), code="price")],
    }
    found = agreement(marks, {"ada": 30})
    by_code = {code.code: code for code in found.codes}
    assert by_code["trust"].kappa == 1
    # Observed 20/30 and 1, by chance 5/9 both times: what exceeds chance, over what could.
    assert found.kappa == pytest.approx(((1 - 5 / 9) + (20 / 30 - 5 / 9)) / (2 * (1 - 5 / 9)))


def test_three_coders_have_an_alpha_and_no_kappa() -> None:
    found = agreement({"A": _marks((0, 9)), "B": _marks((0, 9)), "C": _marks((0, 6))}, LENGTHS)
    assert found.kappa is None
    assert found.alpha is not None and 0 < found.alpha < 1


@pytest.mark.parametrize(
    ("marks", "units", "bounds", "message"),
    [
        ({"A": _marks((0, 4))}, "character", None, (TWO_CODERS, 1)),
        ({"A": _marks((0, 31)), "B": []}, "character", None, ("A's", "trust", "ada", "[0, 31)", OUTSIDE)),
        ({"A": _marks((4, 4)), "B": []}, "character", None, ("[4, 4)",)),
        ({"A": [], "B": []}, "sentence", None, (NEEDS_SENTENCES,)),
        ({"A": [], "B": []}, "sentence", {"ada": [(0, 40)]}, ("ada", "sentence", OUTSIDE, 30)),
        ({"A": [], "B": []}, "passage", {"ada": [(0, 9), (8, 12)]}, ("ada", "two spans", "overlap")),
    ],
)
def test_what_makes_no_sense_is_named(
    marks: dict[str, list[Mark]],
    units: Units,
    bounds: dict[str, list[tuple[int, int]]] | None,
    message: tuple[object, ...],
) -> None:
    with refuses(UsageError, *message, hint=False):
        agreement(marks, LENGTHS, units, bounds)


def test_interviews_that_are_not_compared_are_left_out() -> None:
    marks = {"A": [*_marks((0, 9)), *_marks((0, 900), interview="elsewhere", code="price")], "B": _marks((0, 9))}
    assert [code.code for code in agreement(marks, LENGTHS).codes] == ["trust"]
