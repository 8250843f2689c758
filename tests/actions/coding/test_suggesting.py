"""The queue over a whole study: it ranks without writing, learns from decisions, reaches unstored windows, and is undone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from needsseg.actions.coding import passages, suggesting
from needsseg.actions.study import history, studies
from needsseg.actions.study.embedding_ahead import embed_ahead
from needsseg.embedding import encoding
from needsseg.errors import NotFoundError, UsageError
from needsseg.study.connection import Study
from tests.fixtures.wording.coding import (
    LIKE_ACCEPTED,
    LIKE_REJECTED,
    NO_SPAN,
    QUEUE_HOLDS_NOTHING,
)
from tests.fixtures.wording.matching import mentions, refuses

Tables = Callable[[Study], dict[str, list[tuple[object, ...]]]]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    """What one test reckoned is no vector in the study of the next."""
    suggesting._PARTS.clear()
    suggesting._QUOTES.clear()


@pytest.fixture(scope="module")
def embedded(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample study with all vectors, and twelve decisions: of one interview's accepted, of another's rejected."""
    file = tmp_path_factory.mktemp("embedded") / "needsseg.db"
    shutil.copy(demo_folder / "needsseg.db", file)
    with studies.open_study(file) as study:
        embed_ahead(study, everybody=False)
        for key, status in (("gus-petrakis", "accepted"), ("marek-nowotny", "rejected")):
            ids = [p.id for p in passages.listing(study, key, "suggested")][:6]
            passages.decide(study, ids, status)  # type: ignore[arg-type]
    return file


@pytest.fixture
def decided(embedded: Path, tmp_path: Path) -> Iterator[Study]:
    shutil.copy(embedded, tmp_path / "needsseg.db")
    with studies.open_study(tmp_path / "needsseg.db") as study:
        yield study


def test_before_ten_decisions_it_holds_the_stored_suggestions_and_gives_no_forecast(demo_study: Study) -> None:
    queue = suggesting.queue(demo_study, None)
    stored = passages.listing(demo_study, status="suggested")
    assert {item.passage for item in queue.items} == {p.id for p in stored}
    assert {item.chance for item in queue.items} == {None}, "not known yet"
    assert any(item.interviewer_question for item in queue.items)
    assert (queue.learned, queue.decisions, queue.unread) == (False, 0, 0)
    assert queue.outlook.undecided == len(stored)
    held = {p.id: p for p in stored}
    for item in queue.items:
        passage = held[item.passage or 0]
        assert (item.interview, item.start, item.end, item.quote, item.speaker, item.reasons) == (
            passage.interview, passage.start, passage.end, passage.quote, passage.speaker, passage.reasons,
        )  # fmt: skip


def test_ranking_writes_nothing_and_loads_no_model(
    decided: Study, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, entries = tables(decided), len(history.listing(decided))
    monkeypatch.setattr(encoding, "load", lambda *_: pytest.fail("the model was loaded"))
    first, second = suggesting.queue(decided), suggesting.queue(decided)
    assert first == second
    assert tables(decided) == before
    assert len(history.listing(decided)) == entries


def test_from_ten_decisions_on_it_learns_and_reaches_other_windows(decided: Study) -> None:
    queue = suggesting.queue(decided, None)
    assert queue.learned
    assert queue.decisions == 12
    chances = [item.chance or 0.0 for item in queue.items]
    assert sum(a < b for a, b in zip(chances, chances[1:], strict=False)) <= 1, "best first, but for one to explore"
    in_order = suggesting.queue(decided, None, reading=True).items
    assert [(i.interview, i.start) for i in in_order] == sorted((i.interview, i.start) for i in in_order)
    assert {i.passage for i in in_order} >= {i.passage for i in queue.items if i.passage}
    assert suggesting.queue(decided, 4, reading=True).items == in_order[:4]
    further = [item for item in queue.items if item.passage is None]
    assert len(further) > 100
    assert any(mentions(" ".join(item.reasons), LIKE_ACCEPTED) for item in queue.items)
    assert any(mentions(" ".join(item.reasons), LIKE_REJECTED) for item in queue.items)
    stored = passages.listing(decided)
    for item in further:
        own = [p for p in stored if p.interview == item.interview]
        assert not any(item.start < p.end and p.start < item.end for p in own)
    assert len(suggesting.queue(decided, 7).items) == 7


def test_without_their_vectors_other_windows_are_left_out_and_counted(demo_study: Study) -> None:
    ids = [p.id for p in passages.listing(demo_study, status="suggested")][:12]
    passages.decide(demo_study, ids[:6], "accepted")
    passages.decide(demo_study, ids[6:], "rejected")
    queue = suggesting.queue(demo_study, None)
    assert queue.learned
    assert queue.unread > 0
    assert embed_ahead(demo_study, everybody=False).texts > len(queue.items)
    after = suggesting.queue(demo_study, None)
    assert after.unread == 0
    assert len(after.items) > len(queue.items)


def test_suggestions_under_another_model_keep_their_score(decided: Study) -> None:
    decided.conn.execute("DELETE FROM vectors")
    decided.conn.commit()
    queue = suggesting.queue(decided, None)
    assert not queue.learned
    assert queue.decisions == 12
    assert [item.score for item in queue.items] == sorted(
        (p.score for p in passages.listing(decided, status="suggested")), reverse=True
    )
    assert {item.chance for item in queue.items} == {None}
    assert queue.outlook.undecided == len(queue.items)


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_a_decided_window_becomes_a_passage_and_undo_leaves_the_tables_equal(
    decided: Study, tables: Tables, status: suggesting.Decided
) -> None:
    item = next(item for item in suggesting.queue(decided, None).items if item.passage is None)
    before = tables(decided)
    made = suggesting.decide_window(decided, item.interview, item.start, item.end, status, item.score, item.reasons)
    passage = passages.one(decided, made)
    assert (passage.quote, passage.status, passage.origin) == (item.quote, status, "program")
    assert (passage.score, passage.reasons, passage.speaker) == (item.score, item.reasons, item.speaker)
    after = suggesting.queue(decided, None)
    assert after.decisions == 13
    assert (item.interview, item.start) not in {(i.interview, i.start) for i in after.items}
    history.undo(decided)
    assert tables(decided) == before
    history.redo(decided)
    assert passages.one(decided, made) == passage


def test_any_number_of_decisions_is_undone(decided: Study, tables: Tables) -> None:
    before, first = tables(decided), suggesting.queue(decided)
    for number, item in enumerate(first.items[:12]):
        status: suggesting.Decided = "accepted" if number % 3 else "rejected"
        suggesting.decide_place(decided, item.interview, item.start, item.end, status)
    assert suggesting.queue(decided).decisions == 24
    for _ in range(12):
        history.undo(decided)
    assert tables(decided) == before
    assert suggesting.queue(decided) == first


def test_what_the_queue_does_not_hold_is_refused(decided: Study) -> None:
    with refuses(NotFoundError, QUEUE_HOLDS_NOTHING, "3–9", "gus-petrakis"):
        suggesting.decide_place(decided, "gus-petrakis", 3, 9, "accepted")
    with refuses(NotFoundError, "nobody"):
        suggesting.decide_place(decided, "nobody", 3, 9, "accepted")
    with refuses(NotFoundError, "nobody", hint=False):
        suggesting.decide_window(decided, "nobody", 3, 9, "accepted", 0.5, ())
    with refuses(UsageError, "0–9000", NO_SPAN):
        suggesting.decide_window(decided, "gus-petrakis", 0, 9000, "accepted", 0.5, ())


def test_an_empty_study(study: Study) -> None:
    queue = suggesting.queue(study)
    assert (queue.items, queue.learned, queue.decisions, queue.outlook.undecided) == ((), False, 0, 0)


def test_a_decision_by_hand_counts(talk: Study) -> None:
    passages.suggest(talk)
    first = suggesting.queue(talk).items[0]
    passages.mark(talk, "anna", first.start, first.end)
    after = suggesting.queue(talk)
    assert after.decisions == 1
    assert first.passage not in {item.passage for item in after.items}
