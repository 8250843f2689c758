"""Undo belongs to the person: each takes back their own actions, alone, and what others' work rests on is named."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from needsseg.actions.coding import codebook, memos, passages, statements
from needsseg.actions.discovery import evidence, review
from needsseg.actions.segments import segments
from needsseg.actions.study import history, merging, studies
from needsseg.actions.transcripts import interviews
from needsseg.errors import NeedssegError, NotFoundError, UsageError
from needsseg.records import JobParts
from needsseg.study.connection import Study
from tests.fixtures.samples import SHORT_TALK
from tests.fixtures.studies.random_actions import anything, walked_study
from tests.fixtures.wording.matching import refuses, says

Tables = dict[str, list[tuple[object, ...]]]
Dump = Callable[[Study], Tables]
PEOPLE = ("anna", "berta")
SPANS = ((47, 60), (61, 90), (91, 116), (120, 140))
CODES = ("late", "board")


@pytest.fixture
def shared(talk: Study) -> Study:
    """A study whose interview nobody's undo reaches, at anna's keyboard."""
    talk.actor = "owner"
    codebook.create(talk, "given")
    talk.actor = "anna"
    return talk


def at(study: Study, person: str) -> Study:
    study.actor = person
    return study


def _undo_own(study: Study) -> bool:
    try:
        history.undo(study)
    except UsageError:
        return False
    except NotFoundError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_what_both_take_back_leaves_the_study_as_it_was_and_redo_brings_all_again(
    seed: int, tmp_path: Path, tables: Dump
) -> None:
    pick = random.Random(seed)
    with studies.open_study(walked_study(tmp_path)) as study:
        began = tables(study)
        first = history.listing(study)[0].id
        for _ in range(30):
            try:
                anything(at(study, pick.choice(PEOPLE)), pick)
            except NeedssegError:
                continue
        done = tables(study)
        # Some of the random actions are entered under another name.
        people = history.people(study)
        _until_nothing_is_left(study, people, first, "done", history.undo)
        assert tables(study) == began
        _until_nothing_is_left(study, people, first, "undone", history.redo)
        assert tables(study) == done
        assert studies.check(study) == []


def _until_nothing_is_left(
    study: Study, people: list[str], first: int, state: str, turn: Callable[[Study], object]
) -> None:
    while left := [entry for entry in history.listing(study) if entry.id > first and entry.state == state]:
        moved = False
        for person in people:
            ahead = (history.next_undo if state == "done" else history.next_redo)(at(study, person))
            if ahead is None or ahead.id <= first:
                continue
            try:
                turn(study)
                moved = True
            except UsageError as error:
                assert "entry" in str(error)
        assert moved, f"nobody can go on: {left[0]}"


Op = tuple[str, str, tuple[int, int], str]


def _ops(pick: random.Random) -> list[Op]:
    kinds = (
        "mark",
        "mark",
        "accept",
        "reject",
        "code",
        "code",
        "uncode",
        "memo",
        "describe",
        "rename",
        "unmark",
        "state",
    )
    return [
        (pick.choice(PEOPLE), pick.choice(kinds), pick.choice(SPANS), pick.choice(CODES))
        for _ in range(pick.randint(4, 14))
    ]


def _do(study: Study, op: Op) -> int | None:
    """One action by names and places alone, so that it means the same in another study; its entry, None where refused."""
    person, kind, span, code = op
    at(study, person)
    here = next((p.id for p in passages.listing(study, "anna") if (p.start, p.end) == span), 0)
    before = history.newest_own(study)
    todo: dict[str, Callable[[], object]] = {
        "mark": lambda: passages.mark(study, "anna", *span),
        "accept": lambda: passages.decide(study, [here], "accepted"),
        "reject": lambda: passages.decide(study, [here], "rejected"),
        "code": lambda: passages.code(study, [here], code),
        "uncode": lambda: passages.uncode(study, [here], code),
        "memo": lambda: memos.write(study, "passage", here, f"{person} on {span}"),
        "describe": lambda: codebook.describe(study, code, f"by {person}"),
        "rename": lambda: codebook.rename(study, code, next(other for other in CODES if other != code)),
        "unmark": lambda: passages.unmark(study, here),
        "state": lambda: statements.write(study, here, JobParts(pain=f"{person} {code}")),
    }
    try:
        todo[kind]()
    except NeedssegError:
        return None
    newest = history.newest_own(study)
    return newest.id if newest and newest != before else None


def _known(study: Study) -> dict[str, object]:
    """What the study says, without ids and times."""
    rows = {p.id: (p.start, p.end) for p in passages.listing(study)}
    return {
        "passages": sorted(
            (p.start, p.end, p.status, p.coder, tuple(sorted(p.codes))) for p in passages.listing(study)
        ),
        "codes": sorted((row.name, row.description, row.passages) for row in passages.codebook(study)),
        "memos": sorted((rows[at], memo.words) for at in rows for memo in memos.listing(study, "passage", at)),
        "statements": sorted(
            (rows[at], row.written_by, row.parts.pain) for at in rows for row in statements.listing(study, [at])
        ),
    }


@pytest.mark.slow
def test_what_one_took_back_is_as_if_it_had_never_been(tmp_path: Path) -> None:
    taken, refused = 0, 0
    with studies.open_study(walked_study(tmp_path)) as study:
        for seed in range(16):
            pick = random.Random(seed)
            ops = _ops(pick)
            base = history.next_undo(study, anyones=True)
            entries = [_do(study, op) for op in ops]
            gone: set[int] = set()
            while (ahead := history.next_undo(at(study, "anna"))) and ahead.id in entries:
                try:
                    gone.add(history.undo(study).id)
                except UsageError:
                    refused += 1
                    break
            seen = _known(study)
            _all_back(study, base.id if base else 0)
            for op, entry in zip(ops, entries, strict=True):
                if entry is not None and entry not in gone:
                    assert _do(study, op) is not None, (seed, op)
            assert _known(study) == seen, seed
            _all_back(study, base.id if base else 0)
            taken += len(gone)
    assert taken > 16 and refused > 2, "the walk tries both"


def _all_back(study: Study, until: int) -> None:
    while (ahead := history.next_undo(study, anyones=True)) and ahead.id > until:
        history.undo(study, anyones=True)


def test_one_takes_back_ones_own_and_never_a_colleagues(shared: Study) -> None:
    passages.mark(shared, "anna", 47, 60)
    passages.mark(at(shared, "berta"), "anna", 61, 90)
    assert says(history.undo(at(shared, "anna")).summary, "anna") and _spans(shared) == [(61, 90)]
    with refuses(NotFoundError, "yours", "berta", "--anyones"):
        history.undo(shared)
    assert history.redo(shared).actor == "anna" and _spans(shared) == [(47, 60), (61, 90)]
    assert history.undo(at(shared, "berta")).actor == "berta" and _spans(shared) == [(47, 60)]


def _spans(study: Study) -> list[tuple[int, int]]:
    return sorted((p.start, p.end) for p in passages.listing(study))


def test_a_new_action_gives_up_ones_own_redo_and_not_a_colleagues(shared: Study) -> None:
    passages.mark(shared, "anna", 47, 60)
    passages.mark(at(shared, "berta"), "anna", 61, 90)
    history.undo(shared)
    history.undo(at(shared, "anna"))
    passages.mark(shared, "anna", 91, 116)
    with refuses(NotFoundError, "yours", "berta"):
        history.redo(shared)
    history.redo(at(shared, "berta"))
    assert _spans(shared) == [(61, 90), (91, 116)]


RESTING: dict[str, tuple[Callable[[Study], object], Callable[[Study], object], str]] = {
    "a code on a passage marked": (
        lambda study: passages.mark(study, "anna", 47, 60),
        lambda study: passages.code(study, [_last(study)], "late"),
        "late",
    ),
    "a memo on it": (
        lambda study: passages.mark(study, "anna", 47, 60),
        lambda study: memos.write(study, "passage", _last(study), "why"),
        "memo",
    ),
    "the same passage decided": (
        lambda study: passages.mark(study, "anna", 47, 60),
        lambda study: passages.decide(study, [_last(study)], "rejected"),
        "rejected",
    ),
    "a segment of it": (
        lambda study: passages.mark(study, "anna", 47, 60),
        lambda study: segments.make(study, "One", [_last(study)]),
        "One",
    ),
    "a code below one made": (
        lambda study: codebook.create(study, "made"),
        lambda study: codebook.create(study, "below", "made"),
        "below",
    ),
    "the freed name taken": (
        lambda study: codebook.rename(study, "given", "renamed"),
        lambda study: codebook.create(study, "given"),
        "given",
    ),
    "a mark by someone else's role": (
        lambda study: interviews.set_role(study, "anna", "Interviewer", "participant"),
        lambda study: passages.mark(study, "anna", SHORT_TALK.index("plan your"), SHORT_TALK.index("week?")),
        "passage",
    ),
}


def _last(study: Study) -> int:
    return max(p.id for p in passages.listing(study))


@pytest.mark.parametrize("case", RESTING)
def test_an_action_that_later_ones_rest_on_names_them(case: str, shared: Study, tables: Dump) -> None:
    mine, theirs, named = RESTING[case]
    mine(shared)
    theirs(at(shared, "berta"))
    newest, before = history.listing(shared)[0], tables(shared)
    with refuses(UsageError, "berta", named, newest.id):
        history.undo(at(shared, "anna"))
    assert tables(shared) == before
    history.undo(at(shared, "berta"))
    history.undo(at(shared, "anna"))


def test_what_was_confirmed_on_ones_passage_rests_on_it(shared: Study) -> None:
    mine = passages.mark(shared, "anna", 47, 60)
    kept = segments.make(at(shared, "owner"), "Kept", [mine])
    passages.adjust(at(shared, "anna"), mine, 47, 72)
    segments.confirm(at(shared, "berta"), kept)
    with refuses(UsageError, "confirmed", "berta"):
        history.undo(at(shared, "anna"))


def test_redo_is_refused_over_what_others_did_since(shared: Study) -> None:
    marked = passages.mark(at(shared, "owner"), "anna", 47, 60)
    passages.decide(at(shared, "anna"), [marked], "rejected")
    history.undo(shared)
    memos.write(at(shared, "berta"), "passage", marked, "berta's")
    assert history.redo(at(shared, "anna")).state == "done", "a memo says nothing against a rejection"
    history.undo(shared)
    passages.code(at(shared, "berta"), [marked], "late")
    with refuses(UsageError, "berta", "late"):
        history.redo(at(shared, "anna"))
    history.undo(at(shared, "berta"))
    passages.unmark(at(shared, "owner"), marked)
    with refuses(UsageError, "owner", "alone"):
        history.redo(at(shared, "anna"))


def test_an_entry_is_taken_back_by_its_number(shared: Study) -> None:
    passages.mark(shared, "anna", 47, 60)
    first = history.listing(shared)[0].id
    passages.mark(shared, "anna", 61, 90)
    passages.mark(at(shared, "berta"), "anna", 91, 116)
    theirs = history.listing(shared)[0].id
    history.undo(at(shared, "anna"), first)
    assert _spans(shared) == [(61, 90), (91, 116)]
    with refuses(UsageError, first, "undone"):
        history.undo(shared, first)
    with refuses(UsageError, theirs, "berta", "--anyones"):
        history.undo(shared, theirs)
    history.undo(shared, theirs, anyones=True)
    assert _spans(shared) == [(61, 90)]
    assert history.redo(shared).id == theirs, "who took it back may do it again"
    with refuses(NotFoundError, 99):
        history.undo(shared, 99)


def test_history_is_filtered_by_person_and_a_merge_asks(tmp_path: Path) -> None:
    with studies.open_study(walked_study(tmp_path)) as study:
        merging.merge(study, tmp_path / "theirs.db")
        merge = history.listing(study)[0]
        assert says(history.question_before(study, merge), "your merge", "theirs.db")
        passages.mark(at(study, "berta"), "anna", 120, 130)
        theirs = history.listing(study)[0]
        assert history.listing(study, by="berta") == [theirs]
        assert history.question_before(study, theirs) == ""
        assert says(history.question_before(at(study, "tester"), theirs), "berta's", theirs.summary)
        assert set(history.people(study)) >= {"tester", "berta"}


@pytest.mark.slow
def test_an_answer_under_anothers_name_is_still_taken_back_by_who_gave_it(tmp_path: Path) -> None:
    with studies.open_study(walked_study(tmp_path)) as study:
        here = evidence.listing(study)[0].id
        passage = passages.mark(study, "anna", 120, 130)
        review.answer(study, passage, here, "berta")
        assert history.listing(study)[0].actor == "berta"
        assert history.undo(study).actor == "berta"


def test_ids_that_history_knows_are_not_handed_out_again(shared: Study) -> None:
    marked = passages.mark(at(shared, "owner"), "anna", 47, 60)
    passages.code(at(shared, "anna"), [marked], "given")
    history.undo(shared)
    passages.code(at(shared, "berta"), [marked], "given")
    history.undo(shared)
    history.redo(at(shared, "anna"))
    history.redo(at(shared, "berta"))
    assert [row.passages for row in passages.codebook(shared)] == [1]


def test_what_is_redone_needs_what_it_rested_on(shared: Study) -> None:
    """A passage marked after a speaker became a participant comes back only after the role does."""
    start = interviews.show(shared, "anna").turns[0].start
    interviews.set_role(shared, "anna", "Interviewer", "participant")
    role = history.listing(shared)[0]
    passages.mark(shared, "anna", start, start + 7)
    mark = history.listing(shared)[0]
    for each in (mark, role):
        history.undo(shared, each.id)
    with refuses(UsageError, f"entry {role.id}"):
        history.redo(shared, mark.id)
    for each in (role, mark):
        history.redo(shared, each.id)
    assert [passage.start for passage in passages.listing(shared)] == [start]


def test_an_answer_to_anyones_is_asked_for(shared: Study) -> None:
    codebook.create(shared, "ours")
    entry = history.listing(shared)[0].id
    at(shared, "berta")
    with refuses(NotFoundError, "Nothing of yours to undo"):
        history.undo(shared)
    history.undo(shared, anyones=True)
    at(shared, "cem")
    with refuses(NotFoundError, "Nothing of yours to redo"):
        history.redo(shared)
    with refuses(UsageError, f"Entry {entry} is not yours"):
        history.redo(shared, entry)
    assert history.redo(shared, anyones=True).id == entry
