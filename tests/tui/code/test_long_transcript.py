"""A long transcript in the app: opening it wraps it once, and a key looks at what is near the cursor alone. Work is counted,
not time; benchmarks/long_transcript.py measures time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from benchmarks.long_transcript import add_long_interview, long_text
from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.records import Transcript, Turn
from needsseg.tui.app import NeedssegApp
from needsseg.tui.code import navigation
from needsseg.tui.code.screen import CodeScreen
from needsseg.tui.widgets import transcript_layout, transcript_view
from needsseg.tui.widgets.transcript_view import TranscriptView
from tests.fixtures.app.small_study import LARGE, TEXTS, play, settled

SIZE = 700_000
SAID = st.lists(
    st.sampled_from([*TEXTS, "a", "word,", "(so)", "…", "。", "よく", "日本 語", "\n", "  ",
     "x" * 90, "Ну вот", "e\u0301\u0302", "👩‍👩‍👧"])
).map(" ".join)  # fmt: skip


def _whole(text: str) -> Transcript:
    """Two turns of the same text."""
    between = "\n\nB: "
    second = len(text) + len(between)
    turns = Turn("A", "participant", 0, len(text)), Turn("B", "participant", second, second + len(text))
    return Transcript(text + between + text, turns, "text")


@given(SAID, st.integers(-3, 400))
def test_the_next_word_is_the_one_that_all_words_of_the_turn_tell(text: str, offset: int) -> None:
    transcript = _whole(text)
    begins = [
        begin for turn in transcript.turns for begin, _ in navigation.words(transcript.text, turn.start, turn.end)
    ]
    after = next((begin for begin in begins if begin > offset), None)
    before = next((begin for begin in reversed(begins) if begin < offset), None)
    assert navigation.word_after(transcript, offset, 1) == after
    if offset >= 0:
        assert navigation.word_after(transcript, offset, -1) == before


@given(SAID, st.integers(2, 30), st.integers(2, 6))
def test_a_paragraph_wrapped_window_by_window_is_wrapped_as_a_whole(text: str, width: int, lines: int) -> None:
    from unittest import mock

    text = text.replace("\n", " ")
    whole = list(transcript_layout._wrap_window(text, 5, width))
    with mock.patch.object(transcript_layout, "_WINDOW_LINES", lines):
        assert list(transcript_layout._wrap_paragraph(text, 5, width)) == whole


@given(st.text(st.sampled_from("ab ,日本一。ァ한Ж…"), max_size=90), st.integers(2, 30))
def test_plain_characters_are_wrapped_as_any_others(text: str, width: int) -> None:
    from unittest import mock

    class Nothing:
        """Finds no text plain."""

        def fullmatch(self, _text: str) -> None:
            return None

    quick = list(transcript_layout._wrap_window(text, 0, width))
    with mock.patch.object(transcript_layout, "_PLAIN", Nothing()):
        assert list(transcript_layout._wrap_window(text, 0, width)) == quick


def test_plain_characters_are_as_wide_as_they_are_said_to_be() -> None:
    from rich.cells import cell_len

    for char in map(chr, range(0x20, 0x10000)):
        if transcript_layout._PLAIN.fullmatch(char):
            assert cell_len(char) == (2 if transcript_layout._WIDE.fullmatch(char) else 1), hex(ord(char))


@pytest.mark.parametrize("unit", ["word", "sentence", "turn"])
def test_units_near_a_place_are_those_of_the_whole_turn(unit: navigation.Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    transcript = long_text(30_000, 10**9)
    turn, at = transcript.turns[0], 15_000
    whole = navigation.spans(transcript, turn, unit, interviews.sentences)
    monkeypatch.setattr(navigation, "_LONG_TURN", 1_000)
    monkeypatch.setattr(navigation, "_NEAR", 2_000)
    near = navigation.spans(transcript, turn, unit, interviews.sentences, (at, at + 3))
    first = whole.index(near[0])
    assert near == whole[first : first + len(near)]
    assert navigation.unit_at(near, at) == navigation.unit_at(whole, at)
    if unit != "turn":
        assert len(near) < len(whole) / 2 and near[0][1] < at and near[-1][0] > at + 3
    for place in (turn.start, turn.end - 1):
        near = navigation.spans(transcript, turn, unit, interviews.sentences, (place, place))
        assert navigation.unit_at(near, place) == navigation.unit_at(whole, place)


@pytest.mark.parametrize("turn", [340, 10**9], ids=["many turns", "one turn"])
def test_opening_wraps_once_and_keys_do_little(tmp_path: Path, turn: int, monkeypatch: pytest.MonkeyPatch) -> None:
    done: Counter[str] = Counter()

    def counted(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def counting(*args: Any, **more: Any) -> Any:
            done[name] += 1
            return real(*args, **more)

        monkeypatch.setattr(owner, name, counting)

    counted(transcript_view, "lay_out")
    counted(navigation, "_is_punctuation")
    counted(TranscriptView, "_line")
    path = tmp_path / "study.db"
    with studies.init(path) as study:
        text = long_text(SIZE, turn)
        add_long_interview(study, text, 300)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.open_passage("long", None, "interviews")
        await settled(app, pilot)
        screen = app.screen
        assert isinstance(screen, CodeScreen) and screen.interview.transcript == interviews.show(app.study, "long")
        assert done["lay_out"] == 1
        height = screen.view.size.height
        assert done["_line"] < 3 * height
        screen.view.move_cursor(SIZE // 2)
        await settled(app, pilot)
        app.study.conn.set_trace_callback(lambda sql: done.update(["sql"]))
        for key in ("right", "left", "down", "up", "home", "end", "pagedown", "pageup"):
            done.clear()
            await pilot.press(key)
            await settled(app, pilot)
            assert done["lay_out"] == 0 and done["_is_punctuation"] < 400, (key, done)
            assert done["_line"] <= height, (key, done)
            # Where the cursor comes into a passage, that one is shown; what is asked for then does not grow with the text.
            assert done["sql"] < 12, (key, done)
        for key in ("s", "shift+right", "shift+down", "t", "escape"):
            done.clear()
            await pilot.press(key)
            await settled(app, pilot)
            assert done["lay_out"] == 0 and done["_is_punctuation"] < 20_000, (key, done)
        app.study.conn.set_trace_callback(None)

    play(path, scenes, LARGE)
