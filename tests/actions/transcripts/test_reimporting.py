"""Importing an edited transcript again: passages stay on their words, and those without a place are kept and listed."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.discovery import evidence
from needsseg.actions.segments import segments
from needsseg.actions.study import history
from needsseg.actions.transcripts import importing, interviews, reimporting
from needsseg.errors import NeedssegError, NotFoundError
from needsseg.study.connection import Study
from tests.fixtures.samples import INTERVIEWS, SHORT_TALK
from tests.fixtures.wording.coding import NO_PLACE
from tests.fixtures.wording.common import EMPTY_FILE
from tests.fixtures.wording.matching import mentions, refuses

TALK_AGAIN = SHORT_TALK.replace("Anna:", "Anna Berg:")


def test_an_edited_transcript_takes_its_passages_along(talk: Study, tmp_path: Path) -> None:
    text = interviews.show(talk, "anna").text
    turn = next(turn for turn in interviews.show(talk, "anna").turns if turn.role == "participant")
    passage = passages.mark(talk, "anna", turn.start, turn.end)
    passages.code(talk, [passage], "Monday")
    made = segments.make(talk, "Kept", [passage])
    quote = text[turn.start : turn.end]
    (tmp_path / "new.txt").write_text("Interviewer: Before we begin, is this on?\n\n" + TALK_AGAIN, encoding="utf-8")
    report = reimporting.reimport(talk, "anna", tmp_path / "new.txt")
    assert (report.kept, report.edited, report.lost) == (1, (), ())
    after = passages.one(talk, passage)
    assert after.quote == quote and after.speaker == "Anna Berg" and after.codes == ("Monday",)
    assert interviews.show(talk, "anna").text[after.start : after.end] == quote and after.start > turn.start
    assert [p.id for p, _ in evidence.evidence(talk, made).passages] == [passage]
    assert [row.participant for row in interviews.speakers(talk, "anna") if row.role == "participant"]


def test_what_an_edited_transcript_no_longer_holds_is_kept_and_listed(
    talk: Study, tmp_path: Path, tables: Callable[[Study], object]
) -> None:
    turn = next(turn for turn in interviews.show(talk, "anna").turns if turn.role == "participant")
    passage = passages.mark(talk, "anna", turn.start, turn.end)
    made = segments.make(talk, "Kept", [passage])
    quote = passages.one(talk, passage).quote
    before = tables(talk)
    (tmp_path / "new.txt").write_text(SHORT_TALK.replace(quote, "Nothing of it remains here at all."), encoding="utf-8")
    report = reimporting.reimport(talk, "anna", tmp_path / "new.txt")
    assert [(lost.id, lost.quote, lost.anchored) for lost in report.lost] == [(passage, quote, False)]
    assert passages.listing(talk, anchored=False) == list(report.lost)
    shown = evidence.evidence(talk, made)
    assert [p.id for p, _ in shown.passages] == [passage], "it stays in its segment"
    assert any(mentions(warning, 1, NO_PLACE) for warning in shown.summary.warnings)
    assert shown.stated == ()
    history.undo(talk)
    assert tables(talk) == before, "undo brings the text and the place back"
    history.redo(talk)
    assert passages.one(talk, passage).anchored is False
    new = interviews.show(talk, "anna")
    at = next(turn for turn in new.turns if turn.role == "participant")
    passages.adjust(talk, passage, at.start, at.end)
    placed = passages.one(talk, passage)
    assert placed.anchored and placed.quote == new.text[at.start : at.end]


def test_a_lost_passage_comes_back_with_its_words(talk: Study, tmp_path: Path) -> None:
    turn = next(turn for turn in interviews.show(talk, "anna").turns if turn.role == "participant")
    passage = passages.mark(talk, "anna", turn.start, turn.end)
    before = passages.one(talk, passage)
    (tmp_path / "cut.txt").write_text(SHORT_TALK.replace(before.quote, "Cut out for now, sorry."), encoding="utf-8")
    assert reimporting.reimport(talk, "anna", tmp_path / "cut.txt").lost
    (tmp_path / "whole.txt").write_text(SHORT_TALK, encoding="utf-8")
    assert reimporting.reimport(talk, "anna", tmp_path / "whole.txt").lost == ()
    assert passages.one(talk, passage) == before


def test_a_file_that_cannot_be_read_changes_nothing(
    talk: Study, tmp_path: Path, tables: Callable[[Study], object]
) -> None:
    before = tables(talk)
    (tmp_path / "empty.txt").touch()
    with refuses(NeedssegError, "empty.txt", EMPTY_FILE):
        reimporting.reimport(talk, "anna", tmp_path / "empty.txt")
    with refuses(NotFoundError, "interview", "bela", "anna"):
        reimporting.reimport(talk, "bela", tmp_path / "anna.txt")
    assert tables(talk) == before


@pytest.mark.parametrize("seed", range(6))
def test_real_passages_stay_on_their_words_under_edits(study: Study, tmp_path: Path, seed: int) -> None:
    """Lines dropped, said twice and added in a real transcript: every placed passage holds its own words."""
    pick = random.Random(seed)
    source = INTERVIEWS / "gus-petrakis.txt"
    importing.import_transcripts(study, [source])
    key = interviews.listing(study)[0].key
    old = interviews.show(study, key)
    for turn in old.turns:
        words = old.words(turn)
        if turn.role == "participant" and len(words) > 60:
            passages.mark(study, key, turn.start, turn.start + words.index(" ", 40))
    held = {p.id: p for p in passages.listing(study)}
    assert len(held) > 10
    lines = source.read_text(encoding="utf-8").split("\n")
    for _ in range(6):
        at = pick.randrange(len(lines))
        pick.choice(
            [lambda at=at: lines.pop(at), lambda at=at: lines.insert(at, ""), lambda at=at: lines.insert(at, lines[at])]
        )()
    edited = tmp_path / "edited.txt"
    edited.write_text("\n".join(lines), encoding="utf-8")
    report = reimporting.reimport(study, key, edited)
    new = interviews.show(study, key)
    changed = {one.passage for one in report.edited}
    for passage in passages.listing(study):
        if passage.anchored:
            assert new.text[passage.start : passage.end] == passage.quote
            if passage.id not in changed:
                assert passage.quote.split() == held[passage.id].quote.split()
        else:
            assert passage.quote == held[passage.id].quote
    assert set(held) == {passage.id for passage in passages.listing(study)}
