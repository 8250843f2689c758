"""Comparing two labellings: agreement as scikit-learn has it, and what became of each label."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.discovery.compare import adjusted_rand, compare

LABELLINGS = st.dictionaries(st.integers(0, 60), st.integers(-1, 5), max_size=50)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4)), min_size=1, max_size=60))
def test_agreement_is_the_adjusted_rand_index(pairs: list[tuple[int, int]]) -> None:
    from sklearn.metrics import adjusted_rand_score

    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    assert adjusted_rand(first, second) == pytest.approx(adjusted_rand_score(first, second), abs=1e-12)


@settings(deadline=None)
@given(LABELLINGS.filter(bool))
def test_a_labelling_stays_itself(labels: dict[int, int]) -> None:
    found = compare(labels, labels)
    assert found.agreement == 1.0
    assert (found.common, found.only_first, found.only_second, found.fresh) == (len(labels), 0, 0, ())
    assert [fate.label for fate in found.fates] == sorted({label for label in labels.values() if label >= 0})
    for fate in found.fates:
        assert (fate.best, fate.likeness, fate.left, fate.joined, fate.word) == (fate.label, 1.0, 0, 0, "stays")
        assert fate.kept == fate.size


@settings(deadline=None)
@given(LABELLINGS, LABELLINGS)
def test_counts_add_up(first: dict[int, int], second: dict[int, int]) -> None:
    found = compare(first, second)
    assert found.common + found.only_first == len(first)
    assert found.common + found.only_second == len(second)
    assert found.agreement <= 1.0
    known = set(first) & set(second)
    for fate in found.fates:
        assert fate.size == sum(label == fate.label for label in first.values())
        assert fate.kept + fate.left == sum(first[key] == fate.label for key in known)
        assert 0.0 <= fate.likeness <= 1.0
        assert (fate.best is None) == (fate.kept == 0) == (fate.likeness == 0.0)
        if fate.best is not None:
            assert fate.kept + fate.joined == sum(second[key] == fate.best for key in known)
    bests = {fate.best for fate in found.fates}
    assert set(found.fresh) == {label for label in second.values() if label >= 0} - bests


@settings(deadline=None)
@given(LABELLINGS, LABELLINGS, st.permutations(range(6)))
def test_names_of_labels_do_not_matter(first: dict[int, int], second: dict[int, int], order: list[int]) -> None:
    renamed = {key: order[label] if label >= 0 else -1 for key, label in second.items()}
    one, other = compare(first, second), compare(first, renamed)
    assert one.agreement == pytest.approx(other.agreement, abs=1e-12)
    assert [fate.word for fate in one.fates] == [fate.word for fate in other.fates]


def test_one_stays_one_changes_one_dissolves_and_one_is_fresh() -> None:
    first = dict.fromkeys(range(8), 0) | dict.fromkeys(range(10, 16), 1) | dict.fromkeys(range(20, 24), 2) | {40: -1}
    second = dict.fromkeys(range(7), 5) | dict.fromkeys(range(10, 14), 6) | {7: -1, 14: -1, 15: -1}
    second |= {20: 5, 21: 6, 22: -1, 23: -1, 30: 7, 31: 7, 40: -1}
    found = compare(first, second)
    assert [(fate.label, fate.best, fate.word) for fate in found.fates] == [
        (0, 5, "stays"),
        (1, 6, "changes"),
        (2, 6, "dissolves"),
    ]
    stays = found.fates[0]
    assert (stays.size, stays.kept, stays.left, stays.joined) == (8, 7, 1, 1)
    assert stays.likeness == pytest.approx(7 / 9)
    assert found.fresh == (7,)
    assert (found.common, found.only_first, found.only_second) == (19, 0, 2)


def test_passages_that_are_gone_count_for_neither() -> None:
    found = compare({1: 0, 2: 0, 3: 1}, {1: 4, 9: 4})
    assert found.fates[0].likeness == 1.0
    assert (found.fates[0].size, found.fates[0].kept) == (2, 1)
    assert (found.fates[1].best, found.fates[1].word) == (None, "dissolves")


def test_nothing_in_common_is_no_agreement() -> None:
    assert compare({}, {}).agreement == 0.0
    assert compare({1: 0}, {2: 0}).agreement == 0.0
