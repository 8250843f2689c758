"""Undo and redo: any sequence of actions can be taken back to the byte, also after a restart, from either door."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needsseg.actions import history, importing, interviews, passages, segments, studies
from needsseg.errors import NeedssegError, NotFoundError
from needsseg.study.connection import Study
from tests.conftest import SHORT_TALK

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


def _anything(study: Study, pick: random.Random) -> None:
    """One random action that may well be refused."""
    held = [passage.id for passage in passages.listing(study)]
    known = [row.id for row in segments.listing(study)]
    some = pick.sample(held, k=min(len(held), pick.randint(1, 3)))
    start = pick.randrange(40, 260)
    choices: list[Callable[[], object]] = [
        lambda: passages.mark(study, "anna", start, start + pick.randint(1, 60)),
        lambda: passages.decide(study, some, pick.choice(["accepted", "rejected", "suggested"])),
        lambda: passages.adjust(study, pick.choice(held or [1]), start, start + 9),
        lambda: passages.unmark(study, pick.choice(held or [1])),
        lambda: passages.code(study, some, pick.choice(["late", "päivä", "[b]"])),
        lambda: passages.uncode(study, some, "late"),
        lambda: interviews.set_role(
            study, "anna", pick.choice(["Anna", "Interviewer"]), pick.choice(["participant", "other"])
        ),
        lambda: segments.make(study, pick.choice(["One", "Two"]), some),
        lambda: segments.move(study, some, pick.choice([*known, None])),
        lambda: segments.rename(study, pick.choice(known or [1]), pick.choice(["One", "Three"])),
        lambda: segments.merge(study, *_two(known, pick)),
        lambda: segments.split(study, pick.choice(known or [1]), some),
        lambda: segments.confirm(study, pick.choice(known or [1])),
        lambda: segments.reopen(study, pick.choice(known or [1])),
        lambda: segments.set_aside(study, pick.choice(known or [1])),
        lambda: importing.remove_interview(study, "anna"),
    ]
    pick.choices(choices, weights=[5, *[2] * (len(choices) - 2), 0.3])[0]()


def _two(known: list[int], pick: random.Random) -> tuple[int, list[int]]:
    return (pick.choice(known or [1]), [pick.choice(known or [1])])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), steps=st.integers(5, 30))
def test_any_actions_undone_leave_the_study_as_it_was(
    seed: int, steps: int, tmp_path_factory: pytest.TempPathFactory, tables: Dump
) -> None:
    folder = tmp_path_factory.mktemp("walk")
    (folder / "anna.txt").write_text(SHORT_TALK, encoding="utf-8")
    pick = random.Random(seed)
    with studies.init(folder / "study.db") as study:
        importing.import_transcripts(study, [folder / "anna.txt"])
        states = [tables(study)]
        for _ in range(steps):
            try:
                _anything(study, pick)
            except NeedssegError:
                assert tables(study) == states[-1], "a refused action changed something"
            if len([entry for entry in history.listing(study) if entry.state == "done"]) > len(states):
                states.append(tables(study))
            assert tables(study) == states[-1], "something changed without an entry"
    with studies.open_study(folder / "study.db") as study:
        for state in reversed(states[:-1]):
            history.undo(study)
            assert tables(study) == state
        for state in states[1:]:
            history.redo(study)
            assert tables(study) == state
        assert studies.check(study) == []


def test_nothing_to_undo_and_nothing_to_redo(study: Study) -> None:
    with pytest.raises(NotFoundError, match="Nothing to undo"):
        history.undo(study)
    with pytest.raises(NotFoundError, match="Nothing to redo"):
        history.redo(study)


def test_a_new_action_ends_what_could_be_redone(talk: Study) -> None:
    passages.mark(talk, "anna", 55, 70)
    history.undo(talk)
    passages.mark(talk, "anna", 55, 60)
    with pytest.raises(NotFoundError, match="Nothing to redo"):
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
    assert interviews.search(talk, "whiteboard") == []
    history.undo(talk)
    assert [hit[0] for hit in interviews.search(talk, "whiteboard nobody")] == ["anna"]


def test_history_names_who_did_what(talk: Study, tmp_path: Path) -> None:
    passages.mark(talk, "anna", 55, 70)
    newest = history.listing(talk)[0]
    assert (newest.action, newest.summary, newest.actor) == ("mark", "marked a passage in anna", "tester")
