"""Memos and job statements of passages: one of each writer, one action a change, taken back to the byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from needsseg.actions.coding import codebook, memos, passages, statements
from needsseg.actions.study import history
from needsseg.actions.transcripts import importing, interviews
from needsseg.errors import NotFoundError, UsageError
from needsseg.records import JobParts
from needsseg.study.coding.memos import MemoKind
from needsseg.study.connection import Study
from tests.fixtures.wording.matching import refuses

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]
STRANGE = "[laughs] 👩‍👩‍👧 עברית العربية\n\n  日本語\t'\""


@pytest.fixture
def marked(talk: Study) -> Study:
    """One passage, “When a nurse calls in sick …”, with a code."""
    text = "When a nurse calls in sick I have to find out who can take her round. It takes me an hour"
    start = interviews.show(talk, "anna").text.index(text)
    passages.mark(talk, "anna", start, start + len(text))
    passages.code(talk, [1], "[late]")
    return talk


TARGETS: list[tuple[MemoKind, int | str]] = [("passage", 1), ("interview", "anna"), ("code", "[late]")]


@pytest.mark.parametrize(("kind", "of"), TARGETS)
def test_a_memo_is_written_again_removed_and_each_step_taken_back(
    marked: Study, tables: Dump, kind: MemoKind, of: int | str
) -> None:
    states = [tables(marked)]
    for words in (STRANGE, "other words", ""):
        memos.write(marked, kind, of, words)
        held = memos.own(marked, kind, of)
        assert (held.words if held else "") == words.strip()
        states.append(tables(marked))
    assert len({str(state["memos"]) for state in states}) == 3
    for state in reversed(states[:-1]):
        history.undo(marked)
        assert tables(marked) == state
    for state in states[1:]:
        history.redo(marked)
        assert tables(marked) == state


@pytest.mark.parametrize(("kind", "of"), TARGETS)
def test_each_writer_has_a_memo_there(marked: Study, kind: MemoKind, of: int | str) -> None:
    memos.write(marked, kind, of, "mine")
    marked.actor = "Ben"
    memos.write(marked, kind, of, "Ben's")
    memos.write(marked, kind, of, "Ben's, again")
    assert [(m.kind, m.of, m.written_by, m.words) for m in memos.listing(marked, kind, of)] == [
        (kind, of, "tester", "mine"),
        (kind, of, "Ben", "Ben's, again"),
    ]
    memos.write(marked, kind, of, "  ")
    assert [m.written_by for m in memos.listing(marked)] == ["tester"]


def test_the_same_words_again_are_no_action(marked: Study) -> None:
    memos.write(marked, "passage", 1, "mine")
    before = history.listing(marked)
    memos.write(marked, "passage", 1, " mine\n")
    memos.write(marked, "code", "[late]", "")
    assert history.listing(marked) == before


def test_memos_are_listed_passages_first_then_interviews_then_codes(marked: Study) -> None:
    for kind, of in reversed(TARGETS):
        memos.write(marked, kind, of, f"on {of}")
    assert [(m.kind, m.of) for m in memos.listing(marked)] == TARGETS
    assert [m.of for m in memos.listing(marked, "interview")] == ["anna"]


def test_line_ends_of_other_systems_become_plain_ones(marked: Study) -> None:
    memos.write(marked, "passage", 1, "one\r\ntwo\rthree\0")
    assert memos.listing(marked)[0].words == "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("kind", "of", "command"),
    [
        ("passage", 99, "needsseg passages"),
        ("interview", "nobody", "needsseg interviews"),
        ("code", "gone", "needsseg codebook"),
    ],
)
def test_what_a_memo_is_on_must_be_there(marked: Study, kind: MemoKind, of: int | str, command: str) -> None:
    for verb in (lambda: memos.write(marked, kind, of, "x"), lambda: memos.listing(marked, kind, of)):
        with refuses(NotFoundError, kind, of, command):
            verb()


@pytest.mark.parametrize("of", ["one", "", "-1", "²", "1.5"])
def test_a_passage_is_named_by_its_number(marked: Study, of: str) -> None:
    with refuses(UsageError, f"'{of}'", "number", "needsseg passages"):
        memos.write(marked, "passage", of, "x")


def test_what_is_written_goes_and_comes_back_with_what_it_is_on(marked: Study, tables: Dump) -> None:
    for kind, of in TARGETS:
        memos.write(marked, kind, of, "x")
    statements.write(marked, 1, JobParts("when"))
    before = tables(marked)
    passages.unmark(marked, 1)
    assert [m.kind for m in memos.listing(marked)] == ["interview", "code"]
    assert statements.listing(marked) == []
    history.undo(marked)
    assert tables(marked) == before
    importing.remove_interview(marked, "anna")
    assert [m.kind for m in memos.listing(marked)] == ["code"]
    history.undo(marked)
    assert tables(marked) == before
    codebook.rename(marked, "[late]", "delayed")
    assert memos.listing(marked, "code")[0].of == "delayed"


def test_a_statement_is_written_changed_removed_and_taken_back(marked: Study, tables: Dump) -> None:
    states = [tables(marked)]
    for parts in (JobParts("when [x]", pain="עברית 👩‍👩‍👧"), JobParts(outcome="rest"), JobParts()):
        statements.write(marked, 1, parts)
        assert statements.own(marked, 1) == (parts if any(asdict(parts).values()) else None)
        states.append(tables(marked))
    for state in reversed(states[:-1]):
        history.undo(marked)
        assert tables(marked) == state
    for state in states[1:]:
        history.redo(marked)
        assert tables(marked) == state


def test_statements_are_of_their_writers_and_trimmed(marked: Study) -> None:
    statements.write(marked, 1, JobParts("  when\n it slips "))
    marked.actor = "Ben"
    assert statements.own(marked, 1) is None
    statements.write(marked, 1, JobParts(workaround="by hand"))
    before = history.listing(marked)
    statements.write(marked, 1, JobParts(workaround="by hand"))
    assert history.listing(marked) == before, "the same again is no action"
    assert [(row.written_by, row.interview, row.parts) for row in statements.listing(marked, [1])] == [
        ("tester", "anna", JobParts("when it slips")),
        ("Ben", "anna", JobParts(workaround="by hand")),
    ]
    assert statements.listing(marked, []) == []
    with refuses(NotFoundError, "passage 7", "needsseg passages"):
        statements.write(marked, 7, JobParts("x"))


def test_a_passage_is_prefilled_with_its_own_sentences_and_nothing_is_stored(marked: Study, tables: Dump) -> None:
    before = tables(marked)
    offered = statements.prefilled(marked, 1)
    quote = passages.one(marked, 1).quote
    assert any(asdict(offered).values())
    assert all(words in quote for words in asdict(offered).values())
    assert tables(marked) == before


def test_prefilling_obeys_the_cues_beside_the_study(
    marked: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "prompts"
    folder.mkdir()
    (folder / "cues.toml").write_text("[workaround]\nweight = 1\nphrases = ['an hour']\n", encoding="utf-8")
    monkeypatch.setenv("NEEDSSEG_PROMPTS", str(folder))
    assert statements.prefilled(marked, 1) == JobParts(workaround="It takes me an hour")
