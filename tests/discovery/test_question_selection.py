"""Which passages are asked about: greedy facility location, checked against sums written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.discovery.question_selection import LEAST_DOUBT, questions

# Few directions, so that ties and duplicates occur, and angles whose squared cosines differ.
ANGLES = st.lists(st.sampled_from([0.0, 0.2, 0.5, 1.0, 1.5, 3.0]), min_size=1, max_size=7)


def _by_hand(
    rows: list[list[float]], strengths: list[float], answered: list[int], count: int, weighed: int
) -> list[int]:
    def near(one: int, other: int) -> float:
        return max(round(sum(a * b for a, b in zip(rows[one], rows[other], strict=True)), 6), 0.0) ** 2

    def worth(asked: list[int]) -> float:
        doubts = [max(1 - strength, LEAST_DOUBT) ** 2 for strength in strengths]
        return sum(doubt * max((near(row, other) for other in asked), default=0.0) for row, doubt in enumerate(doubts))

    chosen: list[int] = []
    free = [row for row in range(len(rows)) if row not in answered]
    while free and len(chosen) < min(count, weighed):
        gains = [round(worth([*answered, *chosen, row]) - worth([*answered, *chosen]), 6) for row in free]
        chosen.append(free.pop(gains.index(max(gains))))
    return chosen + sorted(free, key=lambda row: (strengths[row], row))[: count - len(chosen)]


@given(ANGLES, st.data())
def test_questions_are_those_that_add_most(angles: list[float], data: st.DataObject) -> None:
    rows = [[float(np.cos(angle)), float(np.sin(angle))] for angle in angles]
    numbers = range(len(rows))
    strengths = data.draw(st.lists(st.sampled_from([0.0, 0.3, 0.7, 1.0]), min_size=len(rows), max_size=len(rows)))
    answered = data.draw(st.lists(st.sampled_from(numbers), unique=True))
    count, weighed = data.draw(st.integers(0, 8)), data.draw(st.integers(0, 8))
    asked = questions(np.array(rows), strengths, answered, count, weighed)
    assert len(asked) == len(set(asked)) == min(count, len(rows) - len(answered))
    assert not set(asked) & set(answered)
    by_hand = _by_hand(rows, strengths, answered, count, weighed)
    # Two rows that add as much to the sixth digit may change places.
    assert [_key(angles, strengths, row) for row in asked] == [_key(angles, strengths, row) for row in by_hand]


def _key(angles: list[float], strengths: list[float], row: int) -> tuple[float, float]:
    return angles[row], strengths[row]


@pytest.mark.parametrize(("answered", "first"), [([], 2), ([1], 4), ([1, 4], 0)])
def test_the_middle_of_the_largest_group_comes_first(answered: list[int], first: int) -> None:
    angles = [0.0, 0.1, 0.2, 1.5, 1.6]
    rows = np.array([[np.cos(angle), np.sin(angle)] for angle in angles])
    assert questions(rows, [0.0, 0.0, 0.0, 0.5, 0.0], answered, 1) == [first]
