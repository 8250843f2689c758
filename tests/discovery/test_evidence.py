"""Evidence for candidates: edges, rivals, words apart, evenness, halves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.discovery.evidence.standing import evenness_word, halves, standings
from needsseg.embedding.vectors import unit
from needsseg.errors import DiscoveryError
from tests.fixtures.wording.discovery import (
    CARRIED_BY_FEW,
    DIFFER_IN_NUMBER,
    NOT_SPLIT,
    ONE_PERSON,
    SPREAD_EVENLY,
    UNEVEN,
    UNKNOWN_PARTICIPANTS,
)
from tests.fixtures.wording.matching import refuses, says

SEEDS = st.integers(0, 10_000)


def _heaps(seed: int, sizes: tuple[int, ...] = (12, 10, 8), d: int = 16):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    labels = [k for k, size in enumerate(sizes) for _ in range(size)] + [-1] * 3
    centres = rng.normal(size=(len(sizes) + 1, d))
    rows = unit(np.stack([centres[k] + rng.normal(size=d) * 0.6 for k in labels]))
    words = ("invoice month report", "crane vessel weather", "shelf pallet volunteer", "coffee")
    texts = [f"{words[k]} number {i}" for i, k in enumerate(labels)]
    speakers = [f"P{rng.integers(5)}" for _ in labels]
    return texts, speakers, rows, labels


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_a_standing_is_of_its_own_members_and_fair_numbers(seed: int) -> None:
    texts, speakers, rows, labels = _heaps(seed)
    found = standings(texts, speakers, rows, labels)
    assert sorted(found) == [0, 1, 2]
    for label, standing in found.items():
        assert len(standing.edge) == len(set(standing.edge)) == 5
        assert all(labels[i] == label for i in standing.edge)
        assert standing.rival in set(found) - {label}
        assert -1.0 <= standing.rival_nearness <= 1.0
        assert 0.0 <= standing.evenness <= 1.0
        assert not set(standing.apart) & set(standing.rival_apart)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_the_order_of_the_passages_does_not_matter(seed: int) -> None:
    texts, speakers, rows, labels = _heaps(seed)
    order = [int(i) for i in np.random.default_rng(seed).permutation(len(texts))]
    first = standings(texts, speakers, rows, labels)
    second = standings([texts[i] for i in order], [speakers[i] for i in order], rows[order], [labels[i] for i in order])
    for label, standing in first.items():
        other = second[label]
        assert [order[i] for i in other.edge] == list(standing.edge)
        assert (other.rival, other.apart, other.rival_apart) == (standing.rival, standing.apart, standing.rival_apart)
        assert other.rival_nearness == pytest.approx(standing.rival_nearness)
        assert other.evenness == pytest.approx(standing.evenness)


def test_the_edge_is_nearest_to_the_rival_and_the_rival_nearest_of_all() -> None:
    angles = np.array([0.0, 0.1, 0.5, 0.05, 1.2, 1.25, 1.3, 3.0, 3.1, 3.05])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    texts = [f"passage {i}" for i in range(10)]
    found = standings(texts, None, rows, [0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    # The last is nearest to the middle of its own.
    assert found[0].edge == (2, 0, 3, 1)
    assert (found[0].rival, found[1].rival, found[2].rival) == (1, 0, 1)
    assert found[0].evenness == 0.0, "nobody is known to have spoken"


def test_words_apart_are_said_more_than_once_here_and_not_there() -> None:
    texts = ["the crane waits for weather", "weather stops the crane", "a harbour, once", "send the report"]
    texts += ["the report each month", "crane report"]
    rows = unit(np.array([[1, 0], [1, 0.1], [1, 0.2], [0, 1], [0.1, 1], [0.2, 1]], dtype=float))
    found = standings(texts, None, rows, [0, 0, 0, 1, 1, 1])
    assert found[0].apart == ("weather",)
    assert found[0].rival_apart == found[1].apart == ("report",)
    one_person_says_weather = standings(texts, ["A", "A", "B", "A", "B", "B"], rows, [0, 0, 0, 1, 1, 1])
    assert one_person_says_weather[0].apart == ()
    assert one_person_says_weather[1].apart == ("report",)


def test_alone_there_is_no_rival() -> None:
    texts, speakers, rows, labels = _heaps(1)
    found = standings(texts, speakers, rows, [0 if label >= 0 else -1 for label in labels])
    assert (found[0].rival, found[0].rival_nearness, found[0].edge, found[0].apart) == (None, 0.0, (), ())
    assert found[0].evenness > 0.0
    assert standings(texts, speakers, rows, [-1] * len(texts)) == {}


def test_stop_words_set_nothing_apart() -> None:
    rows = unit(np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1]], dtype=float))
    found = standings(["it is", "it was", "you know", "well yeah"], None, rows, [0, 0, 1, 1])
    assert found[0].apart == found[0].rival_apart == ()


@pytest.mark.parametrize(
    ("speakers", "evenness"),
    [(["A"] * 4, 0.0), (["A", "B"] * 2, 1.0), (["A", "A", "A", "B"], 0.8112781), (["A", "B", "C", "D"], 1.0)],
)
def test_evenness_is_pielou_s(speakers: list[str], evenness: float) -> None:
    rows = unit(np.ones((4, 2)))
    assert standings(["word"] * 4, speakers, rows, [0] * 4)[0].evenness == pytest.approx(evenness)


def test_numbers_that_do_not_fit_are_named() -> None:
    with refuses(DiscoveryError, DIFFER_IN_NUMBER):
        standings(["a", "b"], ["A"], np.eye(2), [0, 0])
    with refuses(DiscoveryError, DIFFER_IN_NUMBER):
        standings(["a", "b"], None, np.eye(3), [0, 0])


def test_words_for_numbers() -> None:
    assert says(evenness_word(0.95, 7), SPREAD_EVENLY, "7 participants")
    assert says(evenness_word(0.8, 7), UNEVEN, "7 participants")
    assert says(evenness_word(0.3, 7), CARRIED_BY_FEW, "7 participants")
    assert says(evenness_word(0.0, 1), ONE_PERSON)
    assert says(evenness_word(0.0, 0), UNKNOWN_PARTICIPANTS)


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(4, 30))
def test_halves_part_the_members_the_same_way_in_any_order(seed: int, n: int) -> None:
    rows = unit(np.random.default_rng(seed).normal(size=(40, 6)))
    members = [int(i) for i in np.random.default_rng(seed).permutation(40)[:n]]
    larger, smaller = halves(rows, members)
    assert sorted(larger + smaller) == sorted(members)
    assert len(larger) >= len(smaller) >= 1
    assert halves(rows, sorted(members)) == (larger, smaller)


def test_halves_are_the_two_heaps() -> None:
    rng = np.random.default_rng(2)
    rows = unit(
        np.concatenate([np.eye(6)[0] + rng.normal(size=(5, 6)) * 0.1, np.eye(6)[1] + rng.normal(size=(9, 6)) * 0.1])
    )
    assert halves(rows, range(14)) == (tuple(range(5, 14)), tuple(range(5)))


def test_halves_of_what_does_not_differ_are_even() -> None:
    assert halves(unit(np.ones((5, 3))), range(5)) == ((0, 1, 2), (3, 4))


def test_three_passages_are_not_halved() -> None:
    with refuses(DiscoveryError, "3 passages", NOT_SPLIT, 4):
        halves(np.eye(5), [0, 1, 2, 2])
