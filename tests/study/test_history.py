"""Undo and redo: any sequence of actions can be taken back to the byte, also after a restart, from either door."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needsseg.actions.coding import passages, searching
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing
from needsseg.errors import NeedssegError, NotFoundError
from needsseg.study.connection import Study
from tests.fixtures.studies.random_actions import anything, walked_study
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.study import NOTHING_TO_REDO, NOTHING_TO_UNDO

Tables = dict[str, list[tuple[object, ...]]]
Dump = Callable[[Study], Tables]


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), steps=st.integers(5, 40))
def test_any_actions_undone_leave_the_study_as_it_was(
    seed: int, steps: int, tmp_path_factory: pytest.TempPathFactory, tables: Dump
) -> None:
    pick = random.Random(seed)
    path = walked_study(tmp_path_factory.mktemp("walk"))
    with studies.open_study(path) as study:
        began, states = _done(study), [tables(study)]
        for _ in range(steps):
            if len(states) > 1 and pick.random() < 0.05:
                history.undo(study, anyones=True)
                states.pop()
            else:
                _step(study, pick, states, tables)
            if _done(study) - began >= len(states):
                states.append(tables(study))
            assert tables(study) == states[-1], "something changed without an entry"
            assert _done(study) - began == len(states) - 1, "one action, one entry"
    with studies.open_study(path) as study:
        for state in reversed(states[:-1]):
            history.undo(study, anyones=True)
            assert tables(study) == state
        for state in states[1:]:
            history.redo(study, anyones=True)
            assert tables(study) == state
        assert studies.check(study) == []


def _step(study: Study, pick: random.Random, states: list[Tables], tables: Dump) -> None:
    try:
        anything(study, pick)
    except NeedssegError:
        assert tables(study) == states[-1], "a refused action changed something"


def _done(study: Study) -> int:
    return int(study.rows("SELECT count(*) FROM history WHERE state = 'done'")[0][0])


def test_nothing_to_undo_and_nothing_to_redo(study: Study) -> None:
    with refuses(NotFoundError, NOTHING_TO_UNDO, hint=False):
        history.undo(study)
    with refuses(NotFoundError, NOTHING_TO_REDO, hint=False):
        history.redo(study)


def test_a_new_action_ends_what_could_be_redone(talk: Study) -> None:
    passages.mark(talk, "anna", 55, 70)
    history.undo(talk)
    passages.mark(talk, "anna", 55, 60)
    with refuses(NotFoundError, NOTHING_TO_REDO, hint=False):
        history.redo(talk)
    assert [entry.state for entry in history.listing(talk)] == ["done", "superseded", "done"]


def test_an_action_that_changes_nothing_leaves_no_entry(talk: Study) -> None:
    passages.mark(talk, "anna", 55, 70)
    before = history.listing(talk)
    passages.decide(talk, [1], "accepted")
    assert history.listing(talk) == before


def test_a_real_number_comes_back_to_the_last_bit(talk: Study) -> None:
    third = 0.1 + 0.2
    passages.mark(talk, "anna", 55, 70)
    with talk.action("score"):
        talk.execute("UPDATE passages SET score = ?", [third])
    with talk.action("gone"):
        talk.execute("DELETE FROM passages")
    history.undo(talk)
    assert passages.one(talk, 1).score == third


def test_full_text_search_follows_undo(talk: Study) -> None:
    passages.mark(talk, "anna", 55, 110)
    assert [p.id for p in passages.listing(talk, query="sick")] == [1]
    history.undo(talk)
    assert passages.listing(talk, query="sick") == []
    history.redo(talk)
    assert [p.id for p in passages.listing(talk, query="sick")] == [1]
    importing.remove_interview(talk, "anna")
    assert searching.search(talk, "whiteboard") == []
    history.undo(talk)
    assert [hit.interview for hit in searching.search(talk, "whiteboard nobody")] == ["anna"]


def test_history_names_who_did_what(talk: Study, tmp_path: Path) -> None:
    passages.mark(talk, "anna", 55, 70)
    newest = history.listing(talk)[0]
    assert (newest.action, newest.actor) == ("mark", "tester")
    assert says(newest.summary, "passage", "anna")
