"""The evidence of candidates: words in their transcripts, accounts, previews of splits and merges, what is left over."""

from __future__ import annotations

from collections.abc import Callable

from needsseg.actions.discovery import evidence, previews, review
from needsseg.actions.segments import segment_accounts
from needsseg.errors import UsageError
from needsseg.study.connection import Study
from tests.fixtures.studies.review_studies import members_by_segment
from tests.fixtures.wording.common import INTO_ITSELF
from tests.fixtures.wording.matching import refuses

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


def test_evidence_is_what_was_said_where_it_was_said(found: Study) -> None:
    from needsseg.actions.transcripts import interviews

    for row in evidence.listing(found):
        shown = evidence.evidence(found, row.id)
        mine = {p.id for p, _ in shown.passages}
        assert shown.stated, "people speak of jobs here"
        for part in shown.stated:
            text = interviews.show(found, part.interview).text
            assert text[part.start : part.end] == part.text and part.passage in mine
        assert shown.edge and {p.id for p in shown.edge} <= mine
        assert shown.rival is not None and shown.rival.segment != row.id
        assert shown.evenness is not None and 0 <= shown.evenness <= 1
        assert shown.evenness_word and not shown.summary.firmness and shown.summary.stability is None, "not tested yet"
    behind = segment_accounts.accounts_by_segment(found)
    assert behind == {}, "no account data yet in this state of the study"


def test_accounts_behind_a_segment(demo_study: Study) -> None:
    behind = segment_accounts.accounts_by_segment(demo_study)
    assert set(behind) == {row.id for row in evidence.listing(demo_study)}
    for one in behind.values():
        assert 0 < one.priced <= len(one.accounts) <= one.participants
        assert one.amount and one.as_of is not None and one.arr == one.amount, "the demo says that amounts are a year's"


def test_two_halves_and_two_sides_change_nothing(found: Study, tables: Dump) -> None:
    before = tables(found)
    rows = evidence.listing(found)
    proposed = previews.proposed_split(found, rows[0].id)
    ids = [{p.id for p in part} for part in (proposed.larger, proposed.smaller)]
    assert (
        not ids[0] & ids[1]
        and ids[0] | ids[1] == members_by_segment(found)[rows[0].id]
        and len(ids[0]) >= len(ids[1]) > 0
    )
    sides = previews.merge_preview(found, rows[0].id, rows[1].id)
    assert (sides.first.id, sides.second.id) == (rows[0].id, rows[1].id)
    assert sides.nearness is not None and sides.first_words
    with refuses(UsageError, f"Segment {rows[0].id}", INTO_ITSELF, hint=False):
        previews.merge_preview(found, rows[0].id, rows[0].id)
    assert tables(found) == before


def test_what_is_left_over_is_in_no_segment(found: Study) -> None:
    placed = set().union(*members_by_segment(found).values())
    left = previews.left_over(found)
    assert len(left) + len(placed) == 345 and not placed & {row.passage.id for row in left}
    review.off_topic(found, [left[0].passage.id])
    last = previews.left_over(found)[-1]
    assert last.off_topic and last.passage.id == left[0].passage.id
