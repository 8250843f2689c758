"""Blind mode: a coder sees as if nobody else had worked on the study, and never works over anybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from needsseg.actions.coding import blind, codebook, coverage, measures, memos, passages, statements, suggesting
from needsseg.actions.discovery import discovery, evidence
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import interviews
from needsseg.errors import NotFoundError, UsageError
from needsseg.records import JobParts, Passage, Suggestion
from needsseg.study.coding import passages as stored
from needsseg.study.connection import Study
from tests.fixtures.wording.coding import ACCEPTED_TWICE, BLIND_IS_ON
from tests.fixtures.wording.matching import mentions, refuses

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]
SPANS = ((47, 60), (61, 90), (91, 116), (117, 140))


@pytest.fixture
def ben(talk: Study) -> Study:
    """Ada accepted and coded one suggestion, rejected the next and marked by hand; Ben is blind to it."""
    with talk.action("suggest"):
        stored.replace_suggestions(talk, "anna", [Suggestion(*span, 0.7, ("why",)) for span in SPANS])
    talk.actor = "Ada"
    passages.code(talk, [1], "late")
    passages.decide(talk, [2], "rejected")
    passages.mark(talk, "anna", 50, 58)
    talk.actor = "Ben"
    blind.set_blind(talk, True)
    return talk


def shown(study: Study) -> list[tuple[int, str, str, tuple[str, ...]]]:
    return [(p.start, p.status, p.coder, p.codes) for p in passages.listing(study)]


def of_ada(study: Study) -> list[Passage]:
    rows = passages.listing(study, coder="Ada", blind=False)
    assert [(p.start, p.end, p.status) for p in rows if p.coder == "Ada"] == [
        (*SPANS[0], "accepted"),
        (50, 58, "accepted"),
        (*SPANS[1], "rejected"),
    ]
    return rows


def test_suggestions_are_undecided_and_marks_by_hand_hidden(ben: Study) -> None:
    assert shown(ben) == [(start, "suggested", "", ()) for start, _ in SPANS]
    assert passages.one(ben, 1).status == "suggested"
    with refuses(NotFoundError, "colleague", BLIND_IS_ON):
        passages.one(ben, 5)
    assert passages.listing(ben, status="accepted") == [] and passages.listing(ben, code="late") == []
    assert passages.listing(ben, coder="Ada") == []
    assert [p.start for p in passages.listing(ben, ids=[1, 5])] == [47]
    blind.set_blind(ben, False)
    assert [p.coder for p in passages.listing(ben)] == ["Ada", "Ada", "Ada", "", ""]


def test_each_coder_has_a_switch_and_the_history_keeps_none(ben: Study) -> None:
    assert blind.is_blind(ben)
    ben.actor = "Ada"
    assert not blind.is_blind(ben)
    assert history.listing(ben, 1)[0].action == "mark"


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_a_decision_stands_beside_the_colleagues(ben: Study, tables: Dump, status: str) -> None:
    before = tables(ben)
    assert passages.decide(ben, [1, 2, 3], status) == 3  # type: ignore[arg-type]
    of_ada(ben)
    assert shown(ben)[:3] == [(start, status, "Ben", ()) for start, _ in SPANS[:3]]
    assert passages.decide(ben, [1], status) == 0, "asked by the colleague's row again, it is one's own that counts"  # type: ignore[arg-type]
    assert len(passages.listing(ben, blind=False)) == 7
    history.undo(ben)
    assert tables(ben) == before


def test_leaving_open_takes_the_own_row_out_again(ben: Study, tables: Dump) -> None:
    before = tables(ben)["passages"]
    passages.decide(ben, [1], "rejected")
    own = next(p.id for p in passages.listing(ben) if p.status == "rejected")
    passages.decide(ben, [own], "suggested")
    assert tables(ben)["passages"] == before
    passages.decide(ben, [1], "accepted")
    own = next(p.id for p in passages.listing(ben) if p.status == "accepted")
    passages.unmark(ben, own)
    assert tables(ben)["passages"] == before
    passages.unmark(ben, 1)
    assert passages.decide(ben, [2], "suggested") == 0
    assert tables(ben)["passages"] == before


def test_codes_go_on_and_off_ones_own_row(ben: Study) -> None:
    passages.code(ben, [1], "late")
    passages.code(ben, [2], "overview")
    of_ada(ben)
    assert shown(ben)[:2] == [(47, "accepted", "Ben", ("late",)), (61, "accepted", "Ben", ("overview",))]
    assert passages.uncode(ben, [1], "late") == 0, "the colleague's code stays"
    own = passages.listing(ben, code="late")[0].id
    assert passages.uncode(ben, [own], "late") == 1
    assert [p.codes for p in of_ada(ben) if p.start == 47] == [("late",)]


def test_marking_the_words_a_colleague_marked_makes_ones_own(ben: Study) -> None:
    made = passages.mark(ben, "anna", 50, 58)
    assert made != 5 and passages.one(ben, made).coder == "Ben"
    assert passages.mark(ben, "anna", 50, 58) == made
    assert passages.mark_and_code(ben, "anna", *SPANS[1], "overview") not in (1, 2, 3, 4, 5)
    of_ada(ben)
    passages.unmark(ben, made)
    of_ada(ben)


def test_moved_edges_leave_the_colleagues_and_the_suggestion_does_not_come_again(ben: Study) -> None:
    passages.adjust(ben, 1, 47, 55)
    of_ada(ben)
    assert [p.end for p in passages.listing(ben) if p.start == 47] == [55]
    own = next(p.id for p in passages.listing(ben) if p.end == 55)
    passages.unmark(ben, own)
    assert [p.end for p in passages.listing(ben) if p.start == 47] == [60]


def test_figures_of_others_are_not_told(ben: Study) -> None:
    passages.code(ben, [1], "late")
    with refuses(UsageError, BLIND_IS_ON, "Ben", "needsseg blind off"):
        measures.agreement(ben)
    assert coverage.coverage(ben).coder == "Ben"
    assert (coverage.coverage(ben).total.decided, coverage.coverage(ben).total.marked) == (1, 4)
    blind.set_blind(ben, False)
    found = measures.agreement(ben).agreement
    assert found.coders == ("Ada", "Ben") and found.percent == 100


@pytest.mark.slow
def test_two_rows_of_the_same_words_are_discovered_once(demo_study: Study) -> None:
    demo_study.actor = "Ada"
    ids = [p.id for p in passages.listing(demo_study)]
    passages.decide(demo_study, ids, "accepted")
    demo_study.actor = "Ben"
    blind.set_blind(demo_study, True)
    program = [p.id for p in passages.listing(demo_study) if p.origin == "program"]
    passages.decide(demo_study, program[:40], "accepted")
    blind.set_blind(demo_study, False)
    assert len(passages.listing(demo_study)) == len(ids) + 40
    chosen, status, left_out = discovery.run_input(demo_study)
    assert (len(chosen), status, left_out) == (len(ids), "accepted", 0)
    held = {member for row in evidence.listing(demo_study) for member in [p.id for p in row.exemplars]}
    assert held <= {p.id for p in chosen}, "what a person placed is what is used"
    report = discovery.discover(demo_study)
    assert report.passages == len(ids)
    assert any(mentions(warning, "40 passages", ACCEPTED_TWICE) for warning in report.warnings)


def test_what_one_left_open_by_hand_stays_ones_own(ben: Study) -> None:
    made = passages.mark(ben, "anna", 91, 100)
    passages.decide(ben, [made], "suggested")
    assert (91, "suggested", "", ()) in shown(ben)
    ben.actor = "Ada"
    blind.set_blind(ben, True)
    assert (91, 100) not in [(p.start, p.end) for p in passages.listing(ben)]


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_a_window_of_the_queue_is_decided_beside_the_colleagues(
    ben: Study, tables: Dump, status: suggesting.Decided
) -> None:
    before = tables(ben)
    made = suggesting.decide_window(ben, "anna", *SPANS[0], status, 0.7, ("why",))
    assert made != 1 and (passages.one(ben, made).status, passages.one(ben, made).coder) == (status, "Ben")
    of_ada(ben)
    assert suggesting.decide_window(ben, "anna", *SPANS[0], status, 0.7, ("why",)) == made
    assert suggesting.decide_window(ben, "anna", *SPANS[2], status, 0.7, ("why",)) == 3, "what nobody decided is Ben's"
    history.undo(ben)
    history.undo(ben)
    assert tables(ben) == before


def test_the_queue_holds_what_a_colleague_decided_and_learns_from_oneself(ben: Study) -> None:
    found = suggesting.queue(ben, None)
    assert found.decisions == 0 and sorted(item.start for item in found.items) == [start for start, _ in SPANS]
    made = suggesting.decide_place(ben, "anna", *SPANS[1], "accepted")
    assert passages.one(ben, made).coder == "Ben"
    assert (suggesting.queue(ben).decisions, len(suggesting.queue(ben).items)) == (1, 3)
    of_ada(ben)
    blind.set_blind(ben, False)
    assert suggesting.queue(ben).decisions == 4


def test_counts_are_of_ones_own_work(ben: Study) -> None:
    def counted() -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        row, whole = interviews.listing(ben)[0], studies.overview(ben)
        return (row.suggested, row.accepted, row.rejected), (whole.suggested, whole.accepted, whole.rejected)

    assert counted() == ((4, 0, 0), (4, 0, 0))
    assert [(row.name, row.passages) for row in passages.codebook(ben)] == [("late", 0)]
    assert [(branch.code.name, branch.code.passages) for branch in codebook.tree(ben)] == [("late", 0)]
    assert codebook.one(ben, "late").passages == 0 and passages.recent_codes(ben) == []
    assert codebook.touched(ben, "late").passages == 1, "what deleting it would take from others is told"
    passages.code(ben, [1, 2], "late")
    assert counted() == ((2, 2, 0), (2, 2, 0))
    assert codebook.one(ben, "late").passages == 2 and passages.recent_codes(ben) == ["late"]
    blind.set_blind(ben, False)
    assert counted() == ((2, 4, 1), (2, 4, 1))
    assert codebook.one(ben, "late").passages == 3 and passages.codebook(ben)[0].passages == 3


def test_memos_and_job_statements_of_others_are_hidden(ben: Study) -> None:
    for name in ("Ada", "Ben"):
        ben.actor = name
        memos.write(ben, "passage", 1, f"{name} on it")
        memos.write(ben, "code", "late", f"{name} on the code")
        statements.write(ben, 1, JobParts(pain=f"{name} says"))
    assert {memo.written_by for memo in memos.listing(ben)} == {"Ben"} and len(memos.listing(ben)) == 2
    assert [row.written_by for row in statements.listing(ben)] == ["Ben"]
    own = memos.own(ben, "passage", 1)
    assert own is not None and own.words == "Ben on it"
    blind.set_blind(ben, False)
    assert len(memos.listing(ben)) == 4 and len(statements.listing(ben, [1])) == 2
