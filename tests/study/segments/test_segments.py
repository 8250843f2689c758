"""Rows of segments: exemplars ranked again, names that are free, and suggestions that come again over what people touched."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needsseg.actions.coding import passages
from needsseg.records import Suggestion
from needsseg.study.coding import passages as stored
from needsseg.study.connection import Study
from needsseg.study.segments import segments
from needsseg.study.segments.segments import Member
from tests.fixtures.studies.colleague_copies import suggest_four

MORE_SPANS = [(start, start + 5) for start in range(47, 117, 10)]


def store_segment(study: Study, members: list[Member]) -> int:
    with study.action("suggest"):
        stored.replace_suggestions(study, "anna", [Suggestion(*span, 0.7, ()) for span in MORE_SPANS])
    with study.action("segment"):
        return segments.insert(study, {"name": "A", "status": "candidate"}, members)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.none() | st.integers(0, 4)), min_size=1, max_size=7)
)
def test_exemplars_are_ranked_by_strength_those_before_first_and_five_at_most(
    talk: Study, rows: list[tuple[float, int | None]]
) -> None:
    with talk.action("clear"):
        for table in ("segments", "passages"):
            talk.execute(f"DELETE FROM {table}")
    segment = store_segment(talk, [])
    ids = [passage.id for passage in passages.listing(talk)]
    members = [Member(ids[n], strength, rank, "run") for n, (strength, rank) in enumerate(rows)]
    with talk.action("members"):
        segments.insert_members(talk, segment, members)
        segments.rank_exemplars(talk, segment)
    best = sorted(members, key=lambda m: (m.exemplar is None, -m.strength, m.passage))
    expected = [(m.passage, place if place < 5 else None) for place, m in enumerate(best)]
    assert sorted((m.passage, m.exemplar) for m in segments.members(talk)[segment]) == sorted(expected)
    with talk.action("again"):
        segments.rank_exemplars(talk, segment + 1)


def _suggest(study: Study, *rows: tuple[int, int, float]) -> int:
    with study.action("suggest"):
        return stored.replace_suggestions(study, "anna", [Suggestion(s, e, score, ("w",)) for s, e, score in rows])


def _rows(study: Study) -> list[tuple[int, int, int, str, float | None]]:
    return [(p.id, p.start, p.end, p.status, p.score) for p in passages.listing(study)]


def test_suggestions_come_again_in_place_of_untouched_ones(talk: Study) -> None:
    assert _suggest(talk, (47, 60, 0.7), (61, 90, 0.6)) == 2
    assert _suggest(talk, (47, 60, 0.8), (91, 116, 0.5)) == 2
    assert _rows(talk) == [(1, 47, 60, "suggested", 0.8), (3, 91, 116, "suggested", 0.5)]
    assert _suggest(talk) == 0 and _rows(talk) == []


TOUCHES = {
    "accepted": "UPDATE passages SET status = 'accepted', decided_by = 'A', decided_at = '1' WHERE id = 2",
    "rejected": "UPDATE passages SET status = 'rejected', decided_by = 'A', decided_at = '1' WHERE id = 2",
    "made by hand": "UPDATE passages SET origin = 'hand' WHERE id = 2",
    "off-topic": "INSERT INTO off_topic (passage_id, decided_by, decided_at) VALUES (2, 'A', '1')",
    "coded": "INSERT INTO passage_codes (passage_id, code_id, coded_by, coded_at) VALUES (2, 1, 'A', '1')",
    "paired": "INSERT INTO passage_pairs (first_id, second_id, kind, decided_by, decided_at) VALUES (2, 4, 'apart', 'A', '1')",
    "kept": "INSERT INTO segment_passages (segment_id, passage_id, strength, placed_by) VALUES (1, 2, 1, 'run')",
}


@pytest.mark.parametrize("touch", TOUCHES)
def test_nothing_is_suggested_over_what_a_person_touched(talk: Study, touch: str) -> None:
    """Neither the same words nor any that overlap them; beside them, up to their edge, suggestions come."""
    suggest_four(talk)
    with talk.action("touch"):
        talk.insert("codes", {"name": "late"})
        talk.insert("segments", {"name": "A", "status": "named"})
        talk.execute(TOUCHES[touch])
    touched = next(row for row in _rows(talk) if row[0] == 2)
    start, end = touched[1:3]
    for span, comes in (
        ((start, end), False),
        ((end - 1, end + 4), False),
        ((start - 4, start + 1), False),
        ((start + 1, end - 1), False),
        ((end, end + 4), True),
        ((start - 4, start), True),
    ):
        _suggest(talk, (*span, 0.9))
        rows = _rows(talk)
        assert touched in rows
        assert any(row[1:] == (*span, "suggested", 0.9) for row in rows) is comes


@pytest.mark.parametrize("touch", [None, *TOUCHES])
def test_a_passage_without_a_place_stays_where_a_person_touched_it_and_keeps_nothing_out(
    talk: Study, touch: str | None
) -> None:
    suggest_four(talk)
    with talk.action("touch"):
        talk.insert("codes", {"name": "late"})
        talk.insert("segments", {"name": "A", "status": "named"})
        talk.execute("UPDATE passages SET anchored = 0 WHERE id = 2")
        if touch is not None:
            talk.execute(TOUCHES[touch])
    _suggest(talk, (61, 90, 0.9))
    rows = _rows(talk)
    assert any(row[0] == 2 for row in rows) is (touch is not None)
    assert any(row[0] > 4 and row[1:] == (61, 90, "suggested", 0.9) for row in rows)
