"""What is said of groups and of a segment's firmness: the words, case by case, and what the figure counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.discovery.compare import Comparison
from needsseg.discovery.firmness import Firmness, compare_counted, drawn_again, firmness, held_fixed
from needsseg.discovery.verdict import (
    firmness_words,
    leaning_words,
    next_step,
    no_finding,
    separation_in_short,
    separation_words,
)
from needsseg.errors import Fix
from needsseg.records import Decisions
from tests.fixtures.wording.discovery import (
    AS_NOISE_MAY,
    COMES_BACK,
    DISSOLVES_WITHOUT,
    DRAWN_AGAIN,
    NO_FINDING,
    NO_GROUPS_IN_SHORT,
    NOT_TESTED_APART,
    NOTHING_TO_TEST,
    PLACED_NOT_COUNTED,
    STAND_APART_GROUPS,
    TOO_FEW_TO_TELL,
    WAYS_TO_DIVIDE,
)
from tests.fixtures.wording.matching import mentions, says

PRAISE = ("stable", "robust", "clear", "clearly", "strong", "solid", "reliable")


class Tried:
    """A variation with what came of it."""

    def __init__(self, kind: str, comparison: Comparison, who: str = "") -> None:
        self.kind, self.comparison, self.who = kind, comparison, who


@pytest.mark.parametrize(
    ("separate", "p", "passages", "said", "what_next"),
    [
        (True, 0.025, 345, (STAND_APART_GROUPS, "p .025", "against noise"), False),
        (True, 0.005, 345, (STAND_APART_GROUPS, "p .005", "against noise"), False),
        (True, None, 345, (STAND_APART_GROUPS, "against noise"), False),
        (False, 0.41, 345, (WAYS_TO_DIVIDE, "p .41"), True),
        (False, 1.0, 20, (WAYS_TO_DIVIDE, "p 1.00"), True),
        (False, None, 20, (WAYS_TO_DIVIDE,), True),
        (None, None, 19, ("19 passages", TOO_FEW_TO_TELL), False),
        (None, None, 20, (NOT_TESTED_APART, "discover again"), False),
        (None, None, None, ("No run has looked for groups yet",), False),
    ],
)
def test_the_verdict_in_words(
    separate: bool | None, p: float | None, passages: int | None, said: tuple[str, ...], what_next: bool
) -> None:
    words, short = separation_words(separate, p, passages), separation_in_short(separate, p, passages)
    assert says(words, *said)
    assert (Fix.ADD_NEED in next_step(separate).fixes) is what_next is (Fix.ADD_NEED in short.fixes)
    assert (NO_GROUPS_IN_SHORT in str(short)) is what_next
    assert not any(mentions(f"{words} {short}", praise) for praise in PRAISE), "a verdict is no praise"


@pytest.mark.parametrize(
    ("words", "none"),
    [
        ([], False),
        ([()], True),
        ([(), ()], True),
        ([(), ("invoice",)], False),
        ([(), (), ()], False),
    ],
)
def test_one_or_two_candidates_without_words_are_no_finding(words: list[tuple[str, ...]], none: bool) -> None:
    said = no_finding(words)
    assert bool(said) is none and (not none or says(said, NO_FINDING, f"{len(words)} candidate"))


@pytest.mark.parametrize(
    ("firm", "separate", "said", "unsaid"),
    [
        (Firmness(0.9199, 30, 0, True), True, (COMES_BACK, "91%", DRAWN_AGAIN), (AS_NOISE_MAY, PLACED_NOT_COUNTED)),
        (Firmness(0.91, 30, 0, True), False, ("91%", AS_NOISE_MAY), (PLACED_NOT_COUNTED,)),
        (Firmness(0.91, 30, 5, True), None, ("91%", "5 passages", PLACED_NOT_COUNTED), (AS_NOISE_MAY,)),
        (Firmness(1.0, 30, 1, True), None, ("100%", "1 passage"), ()),
        (Firmness(None, 0, 5, True), True, (NOTHING_TO_TEST, "placed by people"), (COMES_BACK,)),
        (Firmness(None, 0, 0, True), True, (NOTHING_TO_TEST, "none of its passages"), (COMES_BACK,)),
    ],
)
def test_firmness_in_words(
    firm: Firmness, separate: bool | None, said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    words = firmness_words(firm, separate)
    assert says(words, *said)
    assert not any(mentions(words, what) for what in (*unsaid, *PRAISE))


@pytest.mark.parametrize(
    ("firm", "names", "said"),
    [
        (Firmness(0.9, 30, 0, True), (), ()),
        (Firmness(0.9, 30, 0, True, ("a",)), ("Ann",), (DISSOLVES_WITHOUT, "Ann")),
        (Firmness(0.9, 30, 0, True, ("a", "b")), ("Ann", "Ben"), ("any one of Ann and Ben",)),
        (Firmness(0.9, 30, 0, True, tuple("abcde")), ("A", "B", "C", "D", "E"), ("any one of A, B, C and 2 more",)),
        (Firmness(0.2, 30, 0, False, ("a",)), ("Ann",), ("nothing varied",)),
        (Firmness(None, 0, 3, True), (), ()),
    ],
)
def test_what_a_test_says_against_a_segment(firm: Firmness, names: tuple[str, ...], said: tuple[str, ...]) -> None:
    words = leaning_words(firm, names)
    assert bool(words) is bool(said) and (not said or says(words, *said))


def test_what_is_held_fixed_is_what_people_placed_and_what_they_keep_together_with_it() -> None:
    assert held_fixed(Decisions()) == frozenset()
    chained = Decisions({3: "a", 9: None}, together=((1, 2), (2, 3), (5, 6)), apart=((3, 7),))
    assert held_fixed(chained) == {1, 2, 3, 9}


labellings = st.dictionaries(st.integers(0, 30), st.integers(-1, 3), min_size=1, max_size=30)


@given(labellings, labellings, st.sets(st.integers(0, 30)), st.integers(-1, 3))
def test_what_people_placed_changes_no_figure(
    base: dict[int, int], labels: dict[int, int], fixed: set[int], anywhere: int
) -> None:
    tried = [Tried("resample", compare_counted(base, labels, fixed))]
    elsewhere = {key: anywhere if key in fixed else label for key, label in labels.items()}
    again = [Tried("resample", compare_counted(base, elsewhere, fixed))]
    assert firmness(base, fixed, tried) == firmness(base, fixed, again)
    for segment, firm in firmness(base, fixed, tried).items():
        mine = {key for key, label in base.items() if label == segment}
        assert (firm.counted, firm.placed) == (len(mine - fixed), len(mine & fixed))
        assert (firm.likeness is None) is not bool((mine - fixed) & labels.keys())
        assert firm.likeness is None or 0 <= firm.likeness <= 1


@given(labellings)
def test_what_comes_back_unchanged_is_alike_in_full(base: dict[int, int]) -> None:
    same = compare_counted(base, base, ())
    found = firmness(base, (), [Tried("again", same), Tried("resample", same), Tried("participant", same, "ann")])
    assert set(found) == {label for label in base.values() if label >= 0}
    assert all((firm.likeness, firm.comes_back, firm.leans_on) == (1.0, True, ()) for firm in found.values())


def test_a_segment_leans_on_whom_it_dissolves_without() -> None:
    base = dict.fromkeys(range(6), 0) | dict.fromkeys(range(6, 12), 1)
    without_ann = {key: label for key, label in base.items() if key > 5}  # all of the first segment was hers
    without_ben = dict.fromkeys(range(12), 0)  # the two fall together
    found = firmness(
        base,
        (),
        [
            Tried("again", compare_counted(base, without_ben, ())),
            Tried("participant", compare_counted(base, without_ann, ()), "ann"),
            Tried("participant", compare_counted(base, base, ()), "cem"),
        ],
    )
    assert found[0].leans_on == ("ann",) and found[1].leans_on == ()
    assert found[0].comes_back and found[0].likeness is None, "changed by half, and never drawn"


@given(st.integers(1, 900), st.integers(1, 20))
def test_passages_drawn_again_keep_their_order(count: int, seed: int) -> None:
    drawn = drawn_again(range(count), seed)
    assert list(drawn) == sorted(set(drawn)) and 0 < len(drawn) <= min(count, 400)
    assert drawn == drawn_again(range(count), seed)
