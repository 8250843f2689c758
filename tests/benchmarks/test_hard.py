"""A few rounds of what ``make hard`` does at length: kills, full disks, several people at once, long undoing."""

from __future__ import annotations

import random

import pytest

from benchmarks.hard.full_disk import fill
from benchmarks.hard.kills import FORGETTING, kill
from benchmarks.hard.operations import OPERATIONS
from benchmarks.hard.together import work_together
from benchmarks.hard.undone import walk_and_undo

pytestmark = pytest.mark.slow


def _a_few() -> list[str]:
    """Other operations each run: pytest-randomly seeds what is picked."""
    return random.sample(sorted(OPERATIONS), k=8)


def test_what_is_killed_is_as_before_or_as_after() -> None:
    for name in _a_few():
        told = kill(name, OPERATIONS[name], 2, random.randrange(10_000))
        assert (told.rounds, told.lost, told.half, told.left) == (2, 0, 0, 0), name
        assert told.before + told.after == 2


def test_what_finds_no_room_is_refused_and_changes_nothing() -> None:
    for name in _a_few():
        told = fill(name, OPERATIONS[name], 2, random.randrange(10_000))
        assert (told.rounds, told.lost, told.half, told.left) == (2, 0, 0, 0), name


def test_several_people_lose_nothing_and_take_back_only_their_own() -> None:
    told = work_together(40, people=3, seed=random.randrange(10_000))
    assert told.actions == 120 and told.undone and not told.refused and not told.lost


def test_a_long_walk_is_taken_back_and_done_again_to_the_byte() -> None:
    told = walk_and_undo(1, 100, seed=random.randrange(10_000))
    assert told.done > 30 and told.different == 0


def test_erasing_goes_on_where_it_was_cut_short() -> None:
    told = kill(FORGETTING, OPERATIONS[FORGETTING], 6, random.randrange(10_000))
    assert (told.lost, told.half, told.left) == (0, 0, 0)
