"""Questions of the review: asked until they are answered, about passages that only a run has placed."""

from __future__ import annotations

from needsseg.actions.discovery import comparing, evidence, previews, questions, review, sensitivity
from needsseg.actions.discovery.questions import recluster
from needsseg.actions.study import history
from needsseg.errors import DiscoveryError, NotFoundError
from needsseg.study.connection import Study
from tests.fixtures.studies.review_studies import members_by_segment
from tests.fixtures.wording.discovery import NO_RUNS, NO_VECTOR
from tests.fixtures.wording.matching import refuses
from tests.fixtures.wording.segments import NO_NEED


def test_questions_are_asked_until_they_are_answered(found: Study) -> None:
    asked = questions.next_question(found)
    assert (
        asked is not None and asked.reason and asked.choices[-1].name == NO_NEED and asked.choices[-1].segment is None
    )
    assert [choice.segment for choice in asked.choices[:-1]] == [row.id for row in evidence.listing(found)]
    assert not any(row.name in asked.reason for row in evidence.listing(found)), "why it is asked gives no guess away"
    later = questions.next_question(found, skip=[asked.passage.id])
    assert later is not None and later.passage.id != asked.passage.id
    assert [(c.key, c.name) for c in later.choices] == [(c.key, c.name) for c in asked.choices], "keys stay"
    review.answer(found, asked.passage.id, None, by="Ada")
    assert history.listing(found)[0].actor == "Ada" and found.actor == "tester"
    second = questions.next_question(found)
    assert second is not None and second.undecided == asked.undecided - 1 and second.passage.id != asked.passage.id
    target = second.choices[0].segment
    review.answer(found, second.passage.id, target)
    row = next(row for row in evidence.listing(found) if row.id == target)
    assert row.status == "candidate" and second.passage.id in members_by_segment(found)[row.id], (
        "an answer names nothing"
    )
    third = questions.next_question(found)
    assert third is not None and third.passage.id not in (asked.passage.id, second.passage.id)
    review.answer(found, third.passage.id, target)
    before = history.listing(found)
    review.answer(found, third.passage.id, target)
    assert history.listing(found) == before, "the same answer again is no action"


def test_a_question_needs_a_run_and_its_models_vectors(talk: Study, found: Study) -> None:
    for ask in (questions.next_question, comparing.needs_map, sensitivity.sensitivity):
        with refuses(NotFoundError, NO_RUNS, "needsseg discover"):
            ask(talk)
    with found.action("another model"):
        found.execute("UPDATE runs SET model_sha256 = 'other'")
    for ask in (questions.next_question, comparing.needs_map, sensitivity.sensitivity):
        with refuses(DiscoveryError, "345 of 345", NO_VECTOR, "needsseg discover"):
            ask(found)
    row = evidence.listing(found)[0]
    with refuses(DiscoveryError, row.size, NO_VECTOR, "needsseg discover"):
        previews.proposed_split(found, row.id)
    shown = evidence.evidence(found, row.id)
    assert (shown.edge, shown.rival, shown.evenness) == (None, None, None) and shown.without_vectors
    assert shown.stated and shown.voices
    assert previews.merge_preview(found, row.id, evidence.listing(found)[1].id).nearness is None
    assert {left.nearness for left in previews.left_over(found)} == {None}


def test_what_only_a_run_placed_is_asked_about_and_what_a_person_placed_is_not(grown: Study) -> None:
    again = recluster(grown, "anchored")
    decided = {again.chosen[index].id for index in again.applied.decisions.assigned}
    confirmed = next(row.id for row in evidence.listing(grown) if row.status == "confirmed")
    named = next(row for row in evidence.listing(grown) if row.status == "named")
    assert members_by_segment(grown)[confirmed] <= decided
    assert members_by_segment(grown)[named.id] & decided == {p.id for p in named.exemplars}
