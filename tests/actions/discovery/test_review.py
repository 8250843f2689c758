"""Review: what people decide about passages and pairs counts in every run, on the sample study."""

from __future__ import annotations

from needsseg.actions.coding import passages
from needsseg.actions.discovery import discovery, evidence, previews, review
from needsseg.actions.segments import lineage, segments
from needsseg.errors import UsageError
from needsseg.study.connection import Study
from needsseg.study.segments import constraints, runs
from needsseg.study.segments import segments as stored
from tests.fixtures.studies.review_studies import NEWCOMER, members_by_segment
from tests.fixtures.wording.common import NOTHING_CHANGED
from tests.fixtures.wording.matching import mentions, refuses, says
from tests.fixtures.wording.segments import (
    ADDED_SINCE,
    CONFIRM_AGAIN,
    CONFIRMED_AGAIN,
    FROM_NO_SEGMENT,
    KEPT_APART,
    WAS_CONFIRMED,
)


def test_new_interviews_are_put_to_what_people_keep_and_marked_new(grown: Study) -> None:
    kept = {row.id for row in evidence.listing(grown) if row.status in stored.KEPT}
    new = {p.id for p in passages.listing(grown, NEWCOMER)}
    put = constraints.proposals(grown)
    assert put and {proposal.segment for proposal in put} <= kept
    placed = set().union(*(mine for segment, mine in members_by_segment(grown).items() if segment in kept))
    assert not placed & {proposal.passage for proposal in put}
    assert not placed & new, "nothing joins a kept segment by itself"
    for segment in sorted({proposal.segment for proposal in put}):
        shown = evidence.evidence(grown, segment)
        theirs = {p.id for p, _ in shown.proposed}
        assert shown.new == theirs & new
        assert shown.summary.proposed == len(theirs)


def test_the_same_run_twice_gives_the_same(grown: Study) -> None:
    def result() -> tuple[object, ...]:
        report = discovery.discover(grown)
        state = [(row.name, row.status, row.size, row.proposed) for row in evidence.listing(grown)]
        put = [(p.passage, p.segment, p.strength) for p in constraints.proposals(grown)]
        return (state, put, report.proposed_to, report.warnings, runs.labels(grown, report.run))

    assert result() == result()


def test_admitting_needs_no_reopening_and_asks_for_a_new_confirmation(grown: Study) -> None:
    made = next(row for row in evidence.listing(grown) if row.status == "confirmed")
    loose = previews.left_over(grown)
    chosen = [p.passage for p in constraints.proposals(grown, made.id)] or [
        row.passage.id for row in loose if not row.off_topic
    ]
    with grown.action("propose"):
        constraints.replace_proposals(grown, 2, {made.id: [(passage, 0.5) for passage in chosen[:3]]})
    chosen = chosen[:3]
    review.admit(grown, chosen[:2])
    row = next(row for row in evidence.listing(grown) if row.id == made.id)
    assert (row.status, row.size, row.added, row.proposed) == ("confirmed", made.size + 2, 2, len(chosen) - 2)
    assert says(row.warnings[0], 2, ADDED_SINCE, CONFIRM_AGAIN)
    segments.confirm(grown, made.id, by="Ada", undecided=True)
    again = stored.one(grown, made.id)
    assert again.confirmed_by == "Ada" and again.evidence is not None
    assert {p["id"] for p in again.evidence["passages"]} == members_by_segment(grown)[made.id]
    assert not any(mentions(warning, CONFIRM_AGAIN) for warning in again.evidence["warnings"])
    with refuses(UsageError, made.name, WAS_CONFIRMED, "Ada", NOTHING_CHANGED):
        segments.confirm(grown, made.id, undecided=True)
    came, anew = [event.what for event in lineage.lineage(grown, made.id)][-2:]
    assert says(came, 2, FROM_NO_SEGMENT) and says(anew, CONFIRMED_AGAIN)


def test_a_declined_passage_is_not_proposed_there_again(grown: Study) -> None:
    first = constraints.proposals(grown)[0]
    review.decline(grown, [first.passage])
    assert first.passage not in {proposal.passage for proposal in constraints.proposals(grown)}
    discovery.discover(grown)
    assert (first.passage, first.segment) not in {(p.passage, p.segment) for p in constraints.proposals(grown)}
    review.answer(grown, first.passage, first.segment)
    assert constraints.declined(grown) == [], "a person may think again"


def test_off_topic_and_pairs_hold_in_the_next_run(found: Study) -> None:
    rows = evidence.listing(found)
    one, other = (evidence.evidence(found, row.id) for row in rows[:2])
    off = one.passages[0][0].id
    joined = (one.passages[1][0].id, other.passages[1][0].id)
    parted = (one.passages[2][0].id, one.passages[3][0].id)
    review.off_topic(found, [off])
    assert evidence.listing(found)[0].status == "candidate", "a candidate that loses a passage stays one"
    review.together(found, *joined)
    review.apart(found, *parted)
    report = discovery.discover(found)
    labels = runs.labels(found, report.run)
    assert labels[off] == -1 and off not in set().union(*members_by_segment(found).values())
    assert labels[joined[0]] == labels[joined[1]]
    assert labels[parted[0]] != labels[parted[1]] or labels[parted[0]] == -1
    assert runs.one(found, report.run).parameters["passages_decided"] == 1


def test_a_place_that_contradicts_a_pair_wins_and_the_run_says_so(found: Study) -> None:
    row = evidence.listing(found)[0]
    first, second = sorted(p.id for p, _ in evidence.evidence(found, row.id).passages[:2])
    review.apart(found, first, second)
    segments.rename(found, row.id, "Kept")
    report = discovery.discover(found)
    assert any(mentions(warning, first, second, KEPT_APART, "Kept") for warning in report.warnings)
    assert runs.labels(found, report.run)[first] == runs.labels(found, report.run)[second]
    assert [pair.unused for pair in review.pairs(found)], "the pair itself is the person's and stays"
