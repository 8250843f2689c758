"""Needs in view and answers as the study stores them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.discovery import evidence, needs, review
from needsseg.actions.segments import segments
from needsseg.actions.study import history, studies
from needsseg.cli.fixes import worded
from needsseg.errors import NeedssegError, NotFoundError, UsageError
from needsseg.study.connection import Study
from needsseg.study.segments import needs as stored
from needsseg.study.segments import runs
from needsseg.study.segments import segments as stored_segments
from needsseg.study.segments.candidates import NewCandidate, replace_candidates
from needsseg.study.segments.segments import Member
from tests.fixtures.wording.matching import refuses, says

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]
RUN = {"model": "m", "model_sha256": "x", "seed": 0, "parameters": {}, "versions": {}, "input_sha256": "y"}


@pytest.fixture
def six(talk: Study) -> list[int]:
    """Six marked passages of one interview."""
    return [passages.mark(talk, "anna", start, start + 8) for start in (47, 56, 66, 76, 86, 96)]


def _run(study: Study, *candidates: NewCandidate) -> list[int]:
    """Stores a run's candidates."""
    with study.action("discover"):
        run = runs.add(study, {**RUN, "input_status": "accepted"}, [])
        return replace_candidates(study, run, candidates)


def _found(label: int, ids: list[int], segment: int | None = None, name: str = "") -> NewCandidate:
    return NewCandidate(label, tuple(Member(p, 0.4, None, "run") for p in ids), (), (), (), segment, name)


def _statuses(study: Study) -> dict[str, str]:
    return {row.name: row.status for row in evidence.listing(study)}


def _members(study: Study, segment: int) -> dict[int, str]:
    return {member.passage: member.placed_by for member in stored_segments.members(study).get(segment, [])}


def test_needs_are_stated_reworded_ordered_and_dropped_undoably(talk: Study, tables: Dump) -> None:
    states = [tables(talk)]
    first = needs.add(talk, " Coordinator ", "Knows who has what.")
    states.append(tables(talk))
    needs.add(talk, "Builder")
    states.append(tables(talk))
    needs.move(talk, first, 2)
    assert [row.name for row in needs.listing(talk)] == ["Builder", "Coordinator"]
    states.append(tables(talk))
    needs.edit(talk, first, "Planner")
    assert [(row.name, row.description) for row in needs.listing(talk)][1] == ("Planner", "Knows who has what.")
    states.append(tables(talk))
    needs.drop(talk, first)
    assert [row.name for row in needs.listing(talk)] == ["Builder"]
    for state in reversed(states):
        history.undo(talk)
        assert tables(talk) == state
    with pytest.raises(NotFoundError):
        needs.edit(talk, first, "Planner")


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (lambda study: needs.add(study, "  "), ("needs a name",)),
        (lambda study: needs.add(study, "7"), ("“7” is a number",)),
        (lambda study: needs.add(study, "coordinator"), ("“Coordinator” is in view already",)),
        (lambda study: needs.add(study, "one\ntwo"), ("one line of text", "description")),
        (lambda study: needs.edit(study, 1, ""), ("needs a name",)),
        (lambda study: needs.move(study, 1, 4), ("There is no place 4", "1 to 1")),
        (lambda study: needs.find(study, "Builder"), ("“Builder”", "“Coordinator”")),
        (lambda study: needs.drop(study, 9), ("no need in view with the id 9", "needsseg needs")),
        (lambda study: needs.take(study, "codes"), ("no codes to use", "needsseg needs add")),
        (lambda study: needs.take(study, "archetypes", ["Nobody"]), ("“Nobody”", "archetypes")),
        (lambda study: needs.take(study, "archetypes", ["Builder"], "X"), ("Only codes", "--as NAME")),
        (lambda study: review.answer(study, 999, None, need=1), ("passage 999",)),
    ],
)
def test_what_will_not_do_is_refused_and_changes_nothing(
    talk: Study, tables: Dump, change: Callable[[Study], object], parts: tuple[str, ...]
) -> None:
    needs.add(talk, "Coordinator")
    before = tables(talk)
    with pytest.raises(NeedssegError) as refused:
        change(talk)
    said = worded(refused.value.advice)
    assert all(part in said for part in parts), said
    assert tables(talk) == before


def test_an_answer_puts_a_passage_in_a_candidate_and_names_nothing(talk: Study, six: list[int], tables: Dump) -> None:
    one, two = _run(talk, _found(0, six[:3]), _found(1, six[3:]))
    before = tables(talk)
    review.answer(talk, six[0], two)
    assert _statuses(talk) == {"Candidate 1": "candidate", "Candidate 2": "candidate"}
    assert _members(talk, two)[six[0]] == "hand" and six[0] not in _members(talk, one)
    assert [(a.passage, a.segment, a.need) for a in stored.answers(talk)] == [(six[0], two, None)]
    history.undo(talk)
    assert tables(talk) == before


def test_a_run_leads_an_answered_candidate_on_under_its_number(talk: Study, six: list[int]) -> None:
    one, two = _run(talk, _found(0, six[:3]), _found(1, six[3:]))
    review.answer(talk, six[0], two)
    again = _run(talk, _found(0, [six[0], six[1]], two), _found(1, six[2:5]))
    assert again[0] == two and again[1] not in (one, two)
    assert _members(talk, two) == {six[0]: "hand", six[1]: "run"}
    assert _statuses(talk) == {"Candidate 2": "candidate", "Candidate 1": "candidate"}, "numbers in use are left out"
    _run(talk, _found(0, six[1:3]))
    assert _members(talk, two) == {six[0]: "hand"}, "where a run has nothing to go on from, what was answered stays"


def test_a_need_has_a_candidate_of_its_own_once_a_passage_is_put_there(
    talk: Study, six: list[int], tables: Dump
) -> None:
    need = needs.add(talk, "Coordinator", "Knows who has what.")
    before = tables(talk)
    review.answer(talk, six[0], None, need=need)
    row = needs.listing(talk)[0]
    assert (row.status, row.passages, row.answers) == ("candidate", 1, 1)
    shown = evidence.listing(talk)[0]
    assert (shown.name, shown.status, shown.in_view) == ("Coordinator", "candidate", True)
    history.undo(talk)
    assert tables(talk) == before
    review.answer_new_need(talk, six[0], "Builder", "Makes things.")
    assert [row.name for row in needs.listing(talk)] == ["Coordinator", "Builder"]
    history.undo(talk)
    assert tables(talk) == before, "a new need and its answer are one action"


def test_another_decision_ends_an_answer(talk: Study, six: list[int]) -> None:
    need = needs.add(talk, "Coordinator")
    for passage in six:
        review.answer(talk, passage, None, need=need)
    segments.make(talk, "Kept", six[:1])
    review.off_topic(talk, six[1:2])
    passages.decide(talk, six[2:3], "rejected")
    segments.move(talk, six[3:4], None)
    assert {answer.passage for answer in stored.answers(talk)} == set(six[4:])


def test_answers_follow_a_merge_and_a_split(talk: Study, six: list[int]) -> None:
    one, two = _run(talk, _found(0, six[:3]), _found(1, six[3:]))
    for passage in six[3:5]:
        review.answer(talk, passage, two)
    segments.merge(talk, one, [two])
    assert {answer.segment for answer in stored.answers(talk)} == {one}
    new = segments.split(talk, one, six[3:4], "Part")
    assert {answer.passage: answer.segment for answer in stored.answers(talk)} == {six[3]: new, six[4]: one}


def test_dropping_a_need_keeps_its_candidate_and_the_answers(talk: Study, six: list[int]) -> None:
    need = needs.add(talk, "Coordinator")
    review.answer(talk, six[0], None, need=need)
    needs.edit(talk, need, "Planner")
    assert _statuses(talk) == {"Planner": "candidate"}, "its candidate is called alike"
    needs.drop(talk, need)
    assert _statuses(talk) == {"Candidate 1": "candidate"}
    assert [(a.passage, a.need) for a in stored.answers(talk)] == [(six[0], None)]


def test_a_segment_of_the_same_name_stands_for_a_need(talk: Study, six: list[int]) -> None:
    made = segments.make(talk, "Coordinator", six[:2])
    needs.add(talk, "coordinator")
    assert [row.segment for row in needs.listing(talk)] == [made]
    review.answer(talk, six[2], None, need=needs.find(talk, "Coordinator"))
    assert set(_members(talk, made)) == set(six[:3]) and _statuses(talk) == {"Coordinator": "named"}
    segments.set_aside(talk, made)
    assert [row.segment for row in needs.listing(talk)] == [None], "what is set aside stands for no need"


def test_needs_are_taken_from_segments_and_archetypes(talk: Study, six: list[int]) -> None:
    made = segments.make(talk, "Hand-overs", six[:2])
    segments.describe(talk, made, "They want to know who has what.")
    needs.take(talk, "segments")
    assert [(row.name, row.description, row.segment) for row in needs.listing(talk)] == [
        ("Hand-overs", "They want to know who has what.", made)
    ]
    assert needs.advice(talk) and [offer.in_view for offer in needs.offers(talk, "segments")] == [True]
    with refuses(UsageError, "All segments are in view already"):
        needs.take(talk, "segments")
    first = needs.offers(talk, "archetypes")[0]
    needs.take(talk, "archetypes", [first.name.upper()])
    assert needs.listing(talk)[1].description == first.description and not needs.advice(talk)


def _named_by_an_answer(study: Study, six: list[int]) -> tuple[int, int]:
    """Two candidates, one of which an answer turned into a named segment, as earlier versions did."""
    one, two = _run(study, _found(0, six[:3]), _found(1, six[3:]))
    with study.action("answer", f"put passage {six[0]} in “Candidate 2”"):
        study.execute("UPDATE segments SET status = 'named' WHERE id = ?", [two])
        study.execute(
            "UPDATE segment_passages SET segment_id = ?, placed_by = 'hand' WHERE passage_id = ?", [two, six[0]]
        )
    return one, two


def test_what_answers_had_named_becomes_a_candidate_again_once(talk: Study, six: list[int], tables: Dump) -> None:
    _, two = _named_by_an_answer(talk, six)
    before = tables(talk)
    with studies.open_study(talk.path) as study:
        (told,) = studies.warnings(study)
        assert says(told, "“Candidate 2”", "1 answer", "needsseg undo")
        assert _statuses(study)["Candidate 2"] == "candidate" and _members(study, two)[six[0]] == "hand"
        assert [(a.passage, a.segment) for a in stored.answers(study)] == [(six[0], two)]
        history.undo(study)
        assert tables(study) == before
    with studies.open_study(talk.path) as study:
        assert studies.warnings(study) == [] and tables(study) == before, "a person took it back"


@pytest.mark.parametrize(
    "touch",
    [
        lambda study, two, six: segments.rename(study, two, "Candidate 7"),
        lambda study, two, six: segments.describe(study, two, "What they want."),
        lambda study, two, six: segments.split(study, two, six[4:5], "Part"),
        lambda study, two, six: segments.confirm(study, two, by="Ada"),
        lambda study, two, six: segments.move(study, six[1:2], two),
        lambda study, two, six: history_forgotten(study),
    ],
)
def test_what_a_person_touched_stays_as_it_was(
    talk: Study, six: list[int], touch: Callable[[Study, int, list[int]], object]
) -> None:
    _, two = _named_by_an_answer(talk, six)
    touch(talk, two, six)
    status = {row.id: row.status for row in evidence.listing(talk)}[two]
    with studies.open_study(talk.path) as study:
        assert studies.warnings(study) == []
        assert {row.id: row.status for row in evidence.listing(study)}[two] == status


def history_forgotten(study: Study) -> None:
    """Wipes the history, so that nothing tells who named what."""
    with study.writing():
        study.execute("DELETE FROM history_rows")
        study.execute("DELETE FROM history")


def test_the_number_of_a_candidate_that_was_merged_is_not_given_to_another(talk: Study, six: list[int]) -> None:
    one, two = _run(talk, _found(0, six[:3]), _found(1, six[3:]))
    segments.merge(talk, one, [two])
    split = segments.split(talk, one, six[3:5], "")
    assert _statuses(talk)["Candidate 3"] == "candidate" and split not in (one, two)
