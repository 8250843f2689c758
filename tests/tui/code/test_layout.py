"""A transcript in lines: nothing is lost, nothing is too wide, offsets stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from needsseg import transcripts
from needsseg.records import Passage, Transcript, Turn
from needsseg.text import format_clock as clock
from needsseg.text import format_count as counted
from needsseg.text import safe as shown
from needsseg.tui.code import navigation
from needsseg.tui.widgets.transcript_layout import grapheme_end, lay_out, line_at, marks, offset_at_cell, pieces, wrap
from needsseg.tui.words import one_line, plain
from tests.fixtures.app.small_study import TEXTS
from tests.fixtures.samples import ROOT

REAL = ROOT / "interviews" / "transcripts"


def by_full_stops(transcript: Transcript, start: int, end: int) -> list[tuple[int, int]]:
    """Sentences for these tests: up to each full stop."""
    found, at = [], start
    for offset in range(start, end):
        if transcript.text[offset] == ".":
            found.append((at, offset + 1))
            at = offset + 2
    return found


@given(st.text(st.sampled_from("ab \n日é🙂\u0301-"), max_size=120), st.integers(2, 40))
def test_lines_hold_every_character_once_and_fit(text: str, width: int) -> None:
    spans = list(wrap(text, 0, len(text), width))
    at = 0
    for start, end in spans:
        assert text[at:start] in ("", "\n")
        assert cell_len(text[start:end].rstrip()) <= width
        at = end
    assert at == len(text)


@pytest.mark.parametrize("text", TEXTS)
def test_strange_texts_wrap_without_loss(text: str) -> None:
    clean = shown(text)
    assert len(clean) == len(text)
    assert "".join(clean[a:b] for a, b in wrap(clean, 0, len(clean), 12)) == clean
    assert "\x1b" not in clean


@pytest.mark.parametrize("file", ["ines-carvalho.vtt", "ruth-zielinski.txt"])
def test_every_offset_of_a_real_transcript_is_on_its_line(file: str) -> None:
    transcript = transcripts.read(REAL / file)
    laid = lay_out(transcript, 60)
    for turn in transcript.turns:
        for offset in range(turn.start, turn.end, 7):
            line = laid[line_at(laid, offset)]
            assert line.kind == "text"
            assert line.start <= offset <= line.end


def passage(number: int, start: int, end: int, status: str = "suggested") -> Passage:
    return Passage(number, "i", "A", start, end, "", status, "hand")  # type: ignore[arg-type]


def test_overlapping_passages_lie_in_different_lanes() -> None:
    text = "word " * 60
    laid = lay_out(Transcript(text, (Turn("A", "participant", 0, len(text)),), "text"), 20)
    found = marks(laid, [passage(1, 0, 100), passage(2, 50, 150), passage(3, 60, 70), passage(4, 200, 220)])
    assert [mark.lane for mark in found] == [0, 1, 2, 0]
    assert pieces(laid[1], [5, 10, 999]) == [(0, 5), (5, 10), (10, laid[1].end)]


TALK = Transcript("One is. Two is. Three is. Four.", (Turn("A", "participant", 0, 31),), "text")


def test_edges_move_within_the_turn_only() -> None:
    units = by_full_stops(TALK, 0, 31)
    assert navigation.moved_edge((8, 15), "start", -1, units) == (0, 15)
    assert navigation.moved_edge((8, 25), "start", 1, units) == (16, 25)
    assert navigation.moved_edge((8, 15), "start", 1, units) is None
    assert navigation.moved_edge((8, 15), "end", 1, units) == (8, 25)
    assert navigation.moved_edge((8, 25), "end", -1, units) == (8, 15)
    assert navigation.moved_edge((26, 31), "end", 1, units) is None


def test_a_dragged_span_takes_whole_words() -> None:
    assert navigation.within_turn(TALK, (1, 9)) == (0, 11)
    assert navigation.within_turn(TALK, (7, 8)) is None
    assert navigation.within_turn(TALK, (20, 99)) == (16, 31)


def test_finding_ignores_case_and_line_breaks() -> None:
    talk = Transcript("A hard\nStop. a HARD  stop.", (Turn("A", "participant", 0, 26),), "text")
    assert navigation.occurrences(talk, "hard stop") == [(2, 11), (15, 25)]
    assert navigation.occurrences(talk, "[") == []
    assert navigation.occurrences(talk, "  ") == []


def test_the_next_undecided_passage_is_found_round_the_end() -> None:
    held = [passage(1, 0, 5), passage(2, 6, 9, "accepted"), passage(3, 10, 15)]
    assert navigation.undecided(held, 1) == 3
    assert navigation.undecided(held, 3) == 1
    assert navigation.undecided(held, 1, -1) == 3
    assert navigation.undecided(held[:1], 1) is None
    assert navigation.step(held, None, 1) == 1
    assert navigation.nearest(held, 7) == 2


def test_words_for_the_screen() -> None:
    assert clock(None) == ""
    assert clock(3_725_000) == "1:02:05"
    assert counted(1, "passage") == "1 passage"
    assert counted(2_000, "passage") == "2,000 passages"
    assert one_line("a\n b", 10) == "a b"
    assert one_line("x" * 30, 10) == "x" * 9 + "…"
    assert str(plain("[bold]x[/]\x1b")) == "[bold]x[/]�"


def test_nothing_here_reads_a_file_it_should_not() -> None:
    from needsseg.tui.widgets.prompt import complete_path

    assert complete_path("") is None
    assert complete_path(str(REAL)[:-2]) == f"{REAL}/"
    assert complete_path(f"{REAL}/ines") == f"{REAL}/ines-carvalho.vtt"
    assert complete_path("/no/such/folder/x") is None
    assert Path(REAL).is_dir()


def test_words_leave_out_punctuation_and_keep_what_belongs_together() -> None:
    said = "“Well,” don't hand-over — 日本 e\u0301te\u0301! שלום 🙂"
    assert [said[a:b] for a, b in navigation.words(said, 0, len(said))] == [
        "Well", "don't", "hand-over", "日", "本", "e\u0301te\u0301", "שלום", "🙂",
    ]  # fmt: skip


@given(st.data())
def test_a_selection_never_leaves_its_turn_and_takes_whole_units(data: st.DataObject) -> None:
    units = navigation.spans(TALK, TALK.turns[0], "word", by_full_stops)
    chosen = data.draw(st.sampled_from(units))
    selection = navigation.Selection(chosen, chosen, "word")
    for by in data.draw(st.lists(st.sampled_from([1, -1]), max_size=12)):
        selection = selection.extended(units, by)
        start, end = selection.span
        assert start in {a for a, _ in units}
        assert end in {b for _, b in units}
        assert start <= chosen[0] < chosen[1] <= end
    grown = selection.in_units(by_full_stops(TALK, 0, 31), "sentence").span
    assert grown[0] <= selection.span[0]
    assert grown[1] >= selection.span[1]


def test_more_passages_than_lanes_are_told() -> None:
    laid = lay_out(Transcript("word " * 60, (Turn("A", "participant", 0, 300),), "text"), 20)
    found = marks(laid, [passage(n, n, 200 + n) for n in range(5)])
    assert [mark.crowded for mark in found] == [False, False, False, True, True]


def test_the_cursor_takes_whole_characters() -> None:
    text = "e\u0301 👩‍👩‍👧 日"
    line = lay_out(Transcript(text, (Turn("A", "participant", 0, len(text)),), "text"), 40)[1]
    ends = [grapheme_end(text, offset_at_cell(text, line, cell), line.end) for cell in range(7)]
    assert [text[offset_at_cell(text, line, cell) : end] for cell, end in enumerate(ends)] == [
        "e\u0301", " ", "👩‍👩‍👧", "👩‍👩‍👧", " ", "日", "日",
    ]  # fmt: skip
