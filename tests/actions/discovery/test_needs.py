"""Needs in view on the sample study: answers hold over runs, name nothing, and what they taught is measured."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.discovery import discovery, evidence, learned, needs, previews, questions, review
from needsseg.actions.discovery.code_tree import tree
from needsseg.actions.discovery.passage_moves import applied_decisions
from needsseg.actions.discovery.questions import recluster
from needsseg.actions.segments import segments
from needsseg.actions.study import history
from needsseg.study.connection import Study
from needsseg.study.segments import needs as stored
from needsseg.study.segments import runs
from needsseg.study.segments import segments as stored_segments

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


@pytest.fixture
def found(demo_study: Study) -> Study:
    """The sample study as its first run left it: candidates that nobody touched."""
    while next(entry for entry in history.listing(demo_study) if entry.state == "done").action != "discover":
        history.undo(demo_study, anyones=True)
    return demo_study


def _members(study: Study) -> dict[int, int]:
    return {m.passage: segment for segment, mine in stored_segments.members(study).items() for m in mine}


def test_what_people_answered_holds_in_the_next_run_and_freezes_nothing(found: Study) -> None:
    rows = evidence.listing(found)
    first, second = rows[0].id, rows[1].id
    moved = [passage.id for passage, _ in evidence.evidence(found, first).passages[:4]]
    needs.add(found, "Coordinator", "Wants to know who has what, without asking around.")
    for passage in moved[:2]:
        review.answer(found, passage, second)
    for passage in moved[2:]:
        review.answer(found, passage, None, need=needs.find(found, "Coordinator"))
    off = previews.left_over(found)[0].passage.id
    review.answer(found, off, None)
    report = discovery.discover(found)
    after = evidence.listing(found)
    assert {row.status for row in after} == {"candidate"}, "nobody named anything"
    stands = needs.listing(found)[0].segment
    lies = _members(found)
    assert second in {row.id for row in after} and {lies[passage] for passage in moved[:2]} == {second}
    assert {lies[passage] for passage in moved[2:]} == {stands} and off not in lies
    shown = next(row for row in after if row.id == stands)
    assert (shown.name, shown.in_view) == ("Coordinator", True)
    assert runs.one(found, report.run).parameters["needs_in_view"] == ["Coordinator"]
    assert len({row.name for row in after}) == len(after), "every candidate can be told by its name"
    discovery.discover(found)
    again = _members(found)
    assert {again[passage] for passage in moved[:2]} == {second} and {again[p] for p in moved[2:]} == {stands}
    segments.rename(found, stands or 0, "Coordinator")
    discovery.discover(found)
    assert next(row.status for row in evidence.listing(found) if row.id == stands) == "named"
    assert needs.listing(found)[0].segment == stands


def test_a_run_that_led_candidates_on_is_undone_to_the_byte(found: Study, tables: Dump) -> None:
    rows = evidence.listing(found)
    passage = evidence.evidence(found, rows[0].id).passages[0][0].id
    review.answer(found, passage, rows[1].id)
    needs.add(found, "Reporter", "Has to show others how far things are.")
    before = tables(found)
    discovery.discover(found)
    assert tables(found) != before
    history.undo(found)
    assert tables(found) == before
    history.redo(found)
    history.undo(found)
    assert tables(found) == before


def test_codes_and_needs_reach_discovery_unless_a_setting_leaves_codes_out(found: Study) -> None:
    chosen = passages.listing(found)[:6]
    needs.add(found, "Coordinator", "Who has what.")
    assert applied_decisions(found, chosen).codes is None and applied_decisions(found, chosen).in_view == [
        ("Coordinator", "Who has what.")
    ]
    passages.code(found, [chosen[0].id], "late")
    chosen = passages.listing(found)[:6]
    given = applied_decisions(found, chosen).codes
    assert given is not None and given[0] == {"late"} and not any(given[1:])
    found.path.with_name("needsseg.toml").write_text("use_codes = false\n", encoding="utf-8")
    assert applied_decisions(found, chosen).codes is None


def test_a_question_hides_nothing_but_the_guess_and_keys_do_not_move(found: Study) -> None:
    needs.add(found, "Reporter", "Has to show others how far things are.")
    asked = questions.next_question(found)
    assert asked is not None and asked.guess is not None
    assert asked.choices[0].need is not None and asked.choices[0].about == "Has to show others how far things are."
    assert [choice.key for choice in asked.choices] == [*"1234567"[: len(asked.choices) - 1], "0"]
    for choice in asked.choices[:-1]:
        assert choice.about, "a candidate nobody described shows what somebody said in it"
        assert choice.name not in asked.reason
    keys = {(choice.need, choice.segment): choice.key for choice in asked.choices}
    review.answer(found, asked.passage.id, asked.choices[1].segment)
    second = questions.next_question(found)
    assert second is not None and {(c.need, c.segment): c.key for c in second.choices} == keys


def test_what_answers_taught_is_measured_on_answers_held_back(found: Study, tables: Dump) -> None:
    assert learned.learned(found).lesson is None
    rows = evidence.listing(found)[:2]
    told = [passage.id for row in rows for passage, _ in evidence.evidence(found, row.id).passages[:3]]
    for passage in told:
        review.answer(found, passage, _members(found)[passage])
    before = tables(found)
    report = learned.learned(found)
    assert tables(found) == before, "measuring writes nothing"
    assert report.lesson is not None and (report.answers, report.lesson.asked, report.lesson.guessing) == (6, 6, 3)
    assert 0 <= report.lesson.low <= report.lesson.right / 6 <= report.lesson.high <= 1
    assert [count for count, _ in report.earlier] == [5] and not report.stopped and report.newest == 5
    undecided = len(recluster(found, "anchored").chosen) - 6
    assert sum(move.passages for move in report.moved) <= undecided
    assert "always naming the largest gives 3" in report.sentences[0]
    review.answer(found, previews.left_over(found)[0].passage.id, None)
    assert learned.answered_passages(found)[:6] == told, "answers are in their order"


def test_codes_make_a_tree_that_needs_are_taken_from(found: Study) -> None:
    rows = evidence.listing(found)
    for name, row in zip(("late", "unsure", "shows"), (rows[0], rows[0], rows[1]), strict=True):
        at = ("late", "unsure", "shows").index(name) * 5
        passages.code(found, [p.id for p, _ in evidence.evidence(found, row.id).passages[at : at + 5]], name)
    made = tree(found)
    assert {frozenset(branch.codes) for branch in made.branches} >= {frozenset({"shows"})}
    assert sum(map(sum, made.counts)) == 15 and set(made.codes) == {"late", "unsure", "shows"}
    needs.take(found, "codes", ["late", "unsure"], "Knows in time")
    assert [(row.name, row.description) for row in needs.listing(found)] == [("Knows in time", "late; unsure")]
    needs.take(found, "codes", ["shows"])
    assert [row.name for row in needs.listing(found)] == ["Knows in time", "shows"]
    history.undo(found)
    assert [row.name for row in needs.listing(found)] == ["Knows in time"]


def test_answers_of_a_candidate_that_people_then_name_stay(found: Study) -> None:
    row = evidence.listing(found)[0]
    passage = previews.left_over(found)[0].passage.id
    review.answer(found, passage, row.id, by="Ada")
    segments.rename(found, row.id, "Kept")
    assert [(a.passage, a.answered_by) for a in stored.answers(found)] == [(passage, "Ada")]
    discovery.discover(found)
    assert _members(found)[passage] == row.id


def test_merging_candidates_names_nothing_and_holds_in_the_next_run(found: Study, tables: Dump) -> None:
    first, second = (row.id for row in evidence.listing(found)[:2])
    answered = evidence.evidence(found, second).passages[-1][0].id
    review.answer(found, answered, second)
    both = {p for p, s in _members(found).items() if s in (first, second)}
    before = tables(found)
    segments.merge(found, first, [second])
    assert {row.status for row in evidence.listing(found)} == {"candidate"}
    assert [(a.passage, a.segment) for a in stored.answers(found)] == [(answered, first)], "answers go along"
    assert {p for p, s in _members(found).items() if s == first} == both
    held = {m.passage for m in stored_segments.members(found)[first] if m.placed_by == "hand"}
    discovery.discover(found)
    after = {row.id: row for row in evidence.listing(found)}
    assert after[first].status == "candidate" and {_members(found)[p] for p in held} == {first}
    assert {s for p, s in _members(found).items() if p in both} >= {first} and second not in after
    history.undo(found)
    history.undo(found)
    assert tables(found) == before


def test_a_name_that_a_person_gave_outlives_a_merge_into_a_candidate(found: Study) -> None:
    first, second = (row.id for row in evidence.listing(found)[:2])
    segments.rename(found, second, "Keepers")
    segments.merge(found, first, [second])
    row = stored_segments.one(found, first)
    assert (row.name, row.status) == ("Keepers", "named")


def test_halves_of_a_candidate_are_candidates_that_lie_where_they_were_put(found: Study, tables: Dump) -> None:
    first = evidence.listing(found)[0].id
    mine = [passage.id for passage, _ in evidence.evidence(found, first).passages]
    review.answer(found, mine[0], first)
    before = tables(found)
    new = segments.split(found, first, mine[:6])
    rows = {row.id: row for row in evidence.listing(found)}
    assert {row.status for row in rows.values()} == {"candidate"}
    assert rows[new].name.startswith("Candidate ") and len({row.name for row in rows.values()}) == len(rows)
    assert [(a.passage, a.segment) for a in stored.answers(found)] == [(mine[0], new)]
    discovery.discover(found)
    lies = _members(found)
    assert {lies[p] for p in mine[:6]} == {new} and {lies[p] for p in mine[6:]} == {first}
    assert {row.status for row in evidence.listing(found)} == {"candidate"}
    history.undo(found)
    history.undo(found)
    assert tables(found) == before
    named = segments.split(found, first, mine[:6], "Keepers")
    assert stored_segments.one(found, named).status == "named", "a name keeps"
    assert stored_segments.one(found, first).status == "candidate"


def test_moving_between_candidates_names_neither_and_is_an_answer(found: Study) -> None:
    first, second = (row.id for row in evidence.listing(found)[:2])
    mine = [passage.id for passage, _ in evidence.evidence(found, first).passages]
    segments.move(found, mine[:2], second)
    segments.move(found, mine[2:3], None)
    assert {row.status for row in evidence.listing(found)} == {"candidate"}
    assert {(a.passage, a.segment) for a in stored.answers(found)} == {(p, second) for p in mine[:2]}
    discovery.discover(found)
    assert {_members(found)[p] for p in mine[:2]} == {second}
