"""The map of a run, the comparison of two runs, and the lineage of segments."""

from __future__ import annotations

from needsseg.actions.coding import passages
from needsseg.actions.discovery import comparing, evidence, previews, review
from needsseg.actions.segments import lineage, segments
from needsseg.actions.study import history
from needsseg.errors import NotFoundError
from needsseg.study.connection import Study
from needsseg.study.file import erasing
from needsseg.study.segments import runs
from tests.fixtures.studies.review_studies import NEWCOMER
from tests.fixtures.wording.discovery import STAYS
from tests.fixtures.wording.matching import mentions, refuses, says
from tests.fixtures.wording.segments import (
    CAME_FROM,
    FOUND_IN_RUN,
    MERGED_IN,
    NAMED_SO,
    SPLIT_OFF,
    WAS_CONFIRMED,
    WAS_REOPENED,
    WENT_TO,
)


def test_the_map_holds_every_passage_of_the_run(grown: Study) -> None:
    review.off_topic(grown, [next(row.passage.id for row in previews.left_over(grown))])
    points = comparing.needs_map(grown)
    assert {p.passage for p in points} == set(runs.labels(grown, segments.runs(grown)[0].id))
    assert all(0 <= p.x <= 1 and 0 <= p.y <= 1 for p in points)
    assert {"confirmed", "named", "proposed", "off_topic"} <= {p.status for p in points}


def test_runs_are_compared_by_the_names_they_came_to(grown: Study) -> None:
    newest = segments.runs(grown)[0].id
    found = comparing.compare_runs(grown, newest - 1, newest)
    assert found.first_names[0] == "“Need 1”"
    assert any(mentions(sentence, "Need 1", STAYS) for sentence in found.sentences)
    assert found.comparison.only_second == len(passages.listing(grown, NEWCOMER))
    oldest = comparing.compare_runs(grown, 1, newest)
    assert all(mentions(name, f"candidate {n + 1}", "run 1") for n, name in oldest.first_names.items())
    with refuses(NotFoundError, "run 99", "needsseg runs"):
        comparing.compare_runs(grown, newest, 99)


def test_lineage_tells_who_did_what_and_outlives_a_forgotten_history(found: Study) -> None:
    one, two = (row.id for row in evidence.listing(found)[:2])
    segments.rename(found, one, "Keepers")
    segments.merge(found, one, [two])
    part = [p.id for p, _ in evidence.evidence(found, one).passages[:4]]
    new = segments.split(found, one, part, "Part")
    segments.move(found, part[:1], one)
    segments.describe(found, one, "never mind")
    history.undo(found)
    segments.confirm(found, one, by="Maya", undecided=True)
    segments.reopen(found, one)
    first, named, merged, went, came, confirmed, reopened = (event.what for event in lineage.lineage(found, one))
    assert says(first, FOUND_IN_RUN, "Candidate 1")
    assert says(named, NAMED_SO, "Keepers") and says(merged, MERGED_IN, "Candidate 2")
    assert says(went, 4, WENT_TO, "Part") and says(came, 1, CAME_FROM, "Part")
    assert (confirmed, reopened) == (WAS_CONFIRMED, WAS_REOPENED)
    split, left = (event.what for event in lineage.lineage(found, new))
    assert says(split, SPLIT_OFF, "Keepers", 4) and says(left, 1, WENT_TO, "Keepers")
    assert says(lineage.lineage(found, two)[-1].what, MERGED_IN, "Keepers")
    segments.confirm(found, one, by="Maya", undecided=True)
    erasing.erase(found, lambda: None)
    told_less = lineage.lineage(found, one)
    assert [(event.actor, event.what) for event in told_less] == [("", FOUND_IN_RUN), ("Maya", WAS_CONFIRMED)]
    assert lineage.lineage(found, new)
    with refuses(NotFoundError, "segment 99", "needsseg segments"):
        lineage.lineage(found, 99)
