"""The view of a transcript, drawn line by line, with passages marked in the text and in the margin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from needsseg.records import Passage, Transcript
from needsseg.text import safe
from needsseg.tui.code.navigation import turn_near, word_after
from needsseg.tui.widgets.passages_seen import PassagesSeen
from needsseg.tui.widgets.transcript_layout import (
    LANES,
    Line,
    Mark,
    lay_out,
    line_at,
    marks,
    offset_at_cell,
    text_line,
)
from needsseg.tui.widgets.transcript_painter import Highlights, TranscriptPainter

MARGIN = LANES + 2
WIDEST = 110
_LONG = 500_000
"""Length in characters above which wrapping is so slow that it is done only once."""
Span = tuple[int, int]


class TranscriptView(ScrollView, can_focus=True):
    """Shows one transcript; the screen sets its passages and the current one."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "line(-1)", show=False),
        Binding("down", "line(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("left", "word(-1)", show=False),
        Binding("right", "word(1)", show=False),
        Binding("home", "edge(False)", show=False),
        Binding("end", "edge(True)", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "transcript--speaker", "transcript--other-speaker", "transcript--suggested", "transcript--accepted",
        "transcript--coded", "transcript--rejected", "transcript--current", "transcript--selected", "transcript--hit",
        "transcript--cursor", "transcript--overlap",
    }  # fmt: skip
    DEFAULT_CSS = """
    TranscriptView { height: 1fr; padding: 0; background: $background; scrollbar-gutter: stable;
      & .transcript--speaker { color: $text-accent; text-style: bold; }
      & .transcript--other-speaker { color: $foreground; text-style: italic dim; }
      & .transcript--suggested { color: $text-warning; text-style: underline; }
      & .transcript--accepted { color: $text-success; text-style: bold underline; }
      & .transcript--coded { color: $text-primary; text-style: bold underline; }
      & .transcript--rejected { color: $foreground; text-style: strike dim; }
      & .transcript--current { background: $primary-muted; text-style: bold; }
      &:ansi .transcript--current { background: ansi_default; text-style: bold reverse; }
      & .transcript--selected { text-style: reverse; }
      & .transcript--overlap { text-style: italic uu; }
      & .transcript--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
      & .transcript--hit { color: $text-warning; text-style: reverse; }
    }
    """

    class Clicked(Message):
        """Words were clicked ``times`` times: one click puts the cursor there, more select the word, sentence or turn."""

        def __init__(self, at: int, times: int) -> None:
            super().__init__()
            self.at, self.times = at, times

    class Dragged(Message):
        """A span of text was selected with the mouse."""

        def __init__(self, span: Span) -> None:
            super().__init__()
            self.span = span

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.transcript: Transcript | None = None
        self._text = ""
        self._lines: Sequence[Line] = ()
        self._width = 0
        self._to_reveal: Span | None = None
        self._passages: Sequence[Passage] = ()
        self._painter = TranscriptPainter(self)
        self._by_line: dict[int, list[Mark]] = {}
        self._strips: dict[int, Strip] = {}
        self._current: int | None = None
        self.cursor = 0
        self.cursor_listener: Callable[[int], None] | None = None
        """Called when a key moves the cursor; a call instead of a message, so that one key needs one frame."""
        self._column: int | None = None
        self.selected: Span | None = None
        self.hits: Sequence[Span] = ()
        self._passages_seen = PassagesSeen()
        self._is_wrap_scheduled = False
        self._pressed: int | None = None
        self._is_dragging = False

    def show(self, transcript: Transcript) -> None:
        """Show another transcript from its beginning."""
        self.transcript, self._text = transcript, safe(transcript.text)
        self.selected, self.hits, self._width, self._lines = None, (), 0, ()
        self.cursor, self._column = transcript.turns[0].start if transcript.turns else 0, None
        self._passages_seen.clear()
        self._lay_out()
        self.scroll_to(y=0, animate=False)

    def show_changed(self, transcript: Transcript) -> None:
        """Show the same transcript with changed turns or roles; the cursor and the visible text stay."""
        old_text, top, new_text = self._text, self.top_offset, safe(transcript.text)
        is_on_head = bool(self._lines) and self._lines[self._top].kind == "head"

        def moved_offset(offset: int) -> int:
            is_same = old_text[:offset] == new_text[:offset]
            turn = turn_near(transcript, offset if is_same else max(len(new_text) - len(old_text) + offset, 0))
            if turn is None:
                return transcript.turns[-1].start if transcript.turns else 0
            return max(offset if is_same else len(new_text) - len(old_text) + offset, turn.start)

        self.cursor, top = moved_offset(self.cursor), moved_offset(top)
        self.transcript, self._text, self.selected, self.hits, self._column = transcript, new_text, None, (), None
        self._lay_out()
        if self._lines:
            self.scroll_to(y=max(0, line_at(self._lines, top) - is_on_head), animate=False, force=True)

    def mark(
        self, passages: Sequence[Passage], current: int | None, codes: Mapping[str, Content] | None = None
    ) -> None:
        """Draw these passages, with the id ``current`` as the current one; ``codes`` are the symbols of codes by name."""
        previous, self._current = self._current, current
        codes = codes or {}
        if passages is not self._passages or codes != self._painter.codes:
            self._passages = passages
            self._painter.set_codes(codes)
            self._lay_marks()
            return
        for passage in passages:
            if previous != current and passage.id in (previous, current):
                self._redraw_lines(passage.start, passage.end)

    def _redraw_lines(self, start: int, end: int) -> None:
        first, last = line_at(self._lines, start), line_at(self._lines, max(start, end - 1))
        for number in range(first, last + 1):
            self._strips.pop(number, None)
        self.refresh_lines(first, last - first + 1)

    def note_seen(self) -> None:
        """Note which passages are visible."""
        top = round(self.scroll_offset.y)
        lines = range(top, top + self.scrollable_content_region.height)
        self._passages_seen.note(mark.passage for number in lines for mark in self._by_line.get(number, ()))

    def seen_since(self, passage: Passage) -> float | None:
        """Return since when a passage has been visible, on the monotonic clock; None if it is not or has just appeared."""
        return self._passages_seen.since(passage)

    def forget_seen(self, passage: Passage) -> None:
        """Count a passage as visible only from now on, because it became current without a key."""
        self._passages_seen.forget(passage)
        self.call_after_refresh(self.note_seen)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Note which passages have become visible."""
        super().watch_scroll_y(old_value, new_value)
        self.call_after_refresh(self.note_seen)

    def select(self, span: Span | None) -> None:
        """Draw a span as selected, or none."""
        if span != self.selected:
            self.selected = span
            self._redraw()

    def find(self, hits: Sequence[Span]) -> None:
        """Draw the hits of a search, which are in the order of the text."""
        self.hits = hits
        self._redraw()

    def put_cursor(self, offset: int, *, keep_column: bool = False) -> None:
        """Put the text cursor at an offset, without calling the listener."""
        before = line_at(self._lines, self.cursor) if self._lines else 0
        self.cursor = offset
        self._column = self._column if keep_column else None
        for number in {before, line_at(self._lines, offset) if self._lines else 0}:
            self._strips.pop(number, None)
            self.refresh_lines(number, 1)

    def cursor_by_lines(self, by: int) -> int:
        """Return the offset ``by`` lines of text below the cursor, in the column where vertical movement began."""
        at = line_at(self._lines, self.cursor)
        if self._column is None:
            self._column = cell_len(self._text[self._lines[at].start : self.cursor])
        return offset_at_cell(self._text, self._lines[text_line(self._lines, at, by)], self._column)

    def move_cursor(self, offset: int, *, keep_column: bool = False) -> None:
        """Move the text cursor for a key, scroll to it, and call the listener."""
        self.put_cursor(offset, keep_column=keep_column)
        self.reveal(offset, offset + 1)
        if self.cursor_listener is not None:
            self.cursor_listener(offset)

    def action_line(self, by: int) -> None:
        """Move the cursor some lines of text down or up, in the same column."""
        if self._lines:
            self.move_cursor(self.cursor_by_lines(by), keep_column=True)

    def action_page(self, by: int) -> None:
        """Scroll a screen down or up except two lines; the cursor moves along."""
        if not self._lines:
            return
        height = max(1, self.scrollable_content_region.height - 2)
        at = line_at(self._lines, self.cursor)
        lines = sum(line.kind == "text" for line in self._lines[min(at, at + by * height) : max(at, at + by * height)])
        self.scroll_to(y=self.scroll_offset.y + by * height, animate=False)
        self.move_cursor(self.cursor_by_lines(by * max(1, lines)), keep_column=True)

    def action_word(self, by: int) -> None:
        """Move the cursor to the next or previous word."""
        at = word_after(self.transcript, self.cursor, by) if self.transcript else None
        if at is not None:
            self.move_cursor(at)

    def action_edge(self, end: bool) -> None:
        """Move the cursor to the beginning or end of its line."""
        if self._lines:
            line = self._lines[line_at(self._lines, self.cursor)]
            self.move_cursor(max(line.start, line.end - 1) if end else line.start)

    def visible_turns(self) -> set[int]:
        """Return the numbers of turns whose last words are visible, or that fill the whole screen."""
        top = round(self.scroll_offset.y)
        visible_lines = self._lines[top : top + max(self.scrollable_content_region.height, 1)]
        ends = {line.turn for line in visible_lines if line.kind == "gap"}
        return ends | (
            {visible_lines[0].turn}
            if visible_lines and all(line.turn == visible_lines[0].turn for line in visible_lines)
            else set()
        )

    def on_focus(self) -> None:
        """Show the cursor."""
        self.put_cursor(self.cursor, keep_column=True)

    def on_blur(self) -> None:
        """Hide the cursor, because keys go to another widget."""
        self.put_cursor(self.cursor, keep_column=True)

    def notify_style_update(self) -> None:
        """Draw everything again after a change of theme."""
        super().notify_style_update()
        self._painter.forget_styles()
        self._strips.clear()

    def _redraw(self) -> None:
        self._strips.clear()
        self.refresh()

    def reveal(self, start: int, end: int) -> None:
        """Scroll until a span is visible, with some of the text before it."""
        self._to_reveal = None
        self._passages_seen.reveal(start)
        if not self._lines:  # The size is not known yet.
            self._to_reveal = start, end
            return
        first, last = line_at(self._lines, start), line_at(self._lines, max(start, end - 1))
        top, height = round(self.scroll_offset.y), max(self.scrollable_content_region.height, 1)
        if first < top + 1 or last >= top + height - 1:
            # Scrolling is forced, because right after the layout Textual does not yet know that the text can scroll.
            self.scroll_to(y=max(0, first - max(1, height // 4)), animate=False, force=True)

    @property
    def top_offset(self) -> int:
        """The offset of the first visible code point."""
        return self._lines[self._top].start if self._lines else 0

    @property
    def _top(self) -> int:
        """The number of the first visible line."""
        return min(round(self.scroll_offset.y), len(self._lines) - 1)

    def is_visible(self, offset: int) -> bool:
        """Return whether the line of a code point is visible."""
        row = line_at(self._lines, offset) - round(self.scroll_offset.y) if self._lines else -1
        return 0 <= row < self.scrollable_content_region.height

    def on_resize(self) -> None:
        """Wrap the text again if the width has changed; the top line stays at the top."""
        if self.transcript is None or self._text_width() == self._width:
            return
        if len(self._text) < _LONG:
            self._wrap_again()
        elif not self._is_wrap_scheduled:
            # An opening screen gets its final size in two steps; a long text is wrapped once, after both.
            self._is_wrap_scheduled = True
            self.set_timer(0.05, self._wrap_again)

    def _wrap_again(self) -> None:
        self._is_wrap_scheduled = False
        if self.transcript is None or self._text_width() == self._width:
            return
        top = self.top_offset
        self._lay_out()
        self.scroll_to(y=max(0, line_at(self._lines, top) - 1), animate=False)
        if self._to_reveal:
            self.reveal(*self._to_reveal)

    def _text_width(self) -> int:
        return max(10, min(WIDEST, self.scrollable_content_region.width - MARGIN - 1))

    def _lay_out(self) -> None:
        if self.transcript is None or not self.size.width:
            return
        self._width = self._text_width()
        self._lines = lay_out(self.transcript, self._width, self._text)
        self.virtual_size = Size(self._width + MARGIN, len(self._lines))
        self._lay_marks()

    def _lay_marks(self) -> None:
        by_line: dict[int, list[Mark]] = defaultdict(list)
        for mark in marks(self._lines, self._passages) if self._lines else ():
            for number in range(mark.first, mark.last + 1):
                by_line[number].append(mark)
        self._by_line = dict(by_line)
        self._redraw()
        self.call_after_refresh(self.note_seen)

    def render_line(self, y: int) -> Strip:
        """Return a line of the screen; unchanged lines are drawn only once."""
        number = y + round(self.scroll_offset.y)
        if number >= len(self._lines) or self.transcript is None:
            return Strip.blank(self.size.width, self._painter.ground)
        strip = self._strips.get(number)
        if strip is None or strip.cell_length != self.size.width:
            strip = self._strips[number] = self._line(number)
        return strip

    def _line(self, number: int) -> Strip:
        line, line_marks = self._lines[number], self._by_line.get(number, [])
        paint, ground = self._painter, self._painter.ground
        parts = paint.margin(number, line_marks, self._current)
        if line.kind == "head" and self.transcript is not None:
            parts += paint.head(self.transcript.turns[line.turn])
        elif line.kind != "head":
            parts += paint.words(self._text, line, line_marks, self._highlights())
        return Strip(parts).adjust_cell_length(self.size.width, ground).apply_style(ground)

    def _highlights(self) -> Highlights:
        return Highlights(self._current, self.hits, self.selected, self.cursor, has_focus=self.has_focus)

    def _offset_at(self, x: int, y: int) -> int | None:
        """Return the code point at a position in the widget, or None beside the text."""
        number = y + round(self.scroll_offset.y)
        if number >= len(self._lines) or self._lines[number].kind != "text":
            return None
        line = self._lines[number]
        width = cell_len(self._text[line.start : line.end])
        return line.end if x - MARGIN >= width else offset_at_cell(self._text, line, max(x - MARGIN, 0))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a selection."""
        if event.button == 1:
            self._pressed, self._is_dragging = self._offset_at(event.x, event.y), False
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Draw the selection as the mouse moves."""
        at = self._offset_at(event.x, event.y) if self._pressed is not None else None
        if at is not None and self._pressed is not None and at != self._pressed:
            self._is_dragging = True
            self.select((min(at, self._pressed), max(at, self._pressed)))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End a selection and post it; a click without movement is handled by ``on_click``."""
        self.release_mouse()
        if self._pressed is None:
            return
        if self._is_dragging and self.selected:
            self.post_message(self.Dragged(self.selected))
            self._pressed, self._is_dragging = None, False

    def on_click(self, event: events.Click) -> None:
        """Post a click on the words at the mouse."""
        at, self._pressed = self._pressed, None
        if at is not None:
            self.post_message(self.Clicked(at, event.chain))
