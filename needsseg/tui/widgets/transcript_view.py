"""A transcript on the screen, drawn line by line: passages are marked in the text and in the margin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from needsseg.records import Passage, Transcript
from needsseg.tui.widgets.transcript_layout import LANES, Line, Mark, lay_out, line_at, marks, pieces
from needsseg.tui.words import GLYPHS, clock, shown, state

MARGIN = LANES + 2
WIDEST = 110
Span = tuple[int, int]


class TranscriptView(ScrollView, can_focus=True):
    """Shows one transcript; the screen tells it which passages there are and which one is current."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "transcript--speaker", "transcript--other-speaker", "transcript--suggested", "transcript--accepted",
        "transcript--coded", "transcript--rejected", "transcript--current", "transcript--selected", "transcript--hit",
    }  # fmt: skip
    DEFAULT_CSS = """
    TranscriptView { height: 1fr; padding: 0; background: $background;
      & .transcript--speaker { color: $text-accent; text-style: bold; }
      & .transcript--other-speaker { color: $text-muted; text-style: italic; }
      & .transcript--suggested { color: $text-warning; text-style: underline; }
      & .transcript--accepted { color: $text-success; text-style: bold underline; }
      & .transcript--coded { color: $text-primary; text-style: bold underline; }
      & .transcript--rejected { color: $text-muted; text-style: strike; }
      & .transcript--current { background: $primary-muted; text-style: bold; }
      & .transcript--selected { text-style: reverse; }
      & .transcript--hit { color: $text-warning; text-style: reverse; }
    }
    """

    class PassageClicked(Message):
        """A passage was clicked."""

        def __init__(self, passage: int) -> None:
            super().__init__()
            self.passage = passage

    class Dragged(Message):
        """A stretch of text was selected with the mouse."""

        def __init__(self, span: Span) -> None:
            super().__init__()
            self.span = span

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.transcript: Transcript | None = None
        self._text = ""
        self._lines: list[Line] = []
        self._width = 0
        self._passages: Sequence[Passage] = ()
        self._by_line: dict[int, list[Mark]] = {}
        self._current: int | None = None
        self.selected: Span | None = None
        self.hits: Sequence[Span] = ()
        self._pressed: int | None = None
        self._dragging = False

    def show(self, transcript: Transcript) -> None:
        """Shows another transcript from its beginning."""
        self.transcript, self._text = transcript, shown(transcript.text)
        self.selected, self.hits, self._width = None, (), 0
        self._lay_out()
        self.scroll_to(y=0, animate=False)

    def mark(self, passages: Sequence[Passage], current: int | None) -> None:
        """Draws these passages, one of them as the current one."""
        self._passages, self._current = passages, current
        self._lay_marks()

    def select(self, span: Span | None) -> None:
        """Draws a stretch as selected, or none."""
        self.selected = span
        self.refresh()

    def find(self, hits: Sequence[Span]) -> None:
        """Draws what was found."""
        self.hits = hits
        self.refresh()

    def reveal(self, start: int, end: int) -> None:
        """Scrolls so that a span can be seen, with some of what was said before it."""
        if not self._lines:
            return
        first, last = line_at(self._lines, start), line_at(self._lines, max(start, end - 1))
        top, height = round(self.scroll_offset.y), max(self.scrollable_content_region.height, 1)
        if first < top + 1 or last >= top + height - 1:
            self.scroll_to(y=max(0, first - max(1, height // 4)), animate=False)

    @property
    def top_offset(self) -> int:
        """The first code point that can be seen."""
        row = min(round(self.scroll_offset.y), len(self._lines) - 1)
        return self._lines[row].start if self._lines else 0

    def is_visible(self, offset: int) -> bool:
        """Whether the line of a code point can be seen."""
        row = line_at(self._lines, offset) - round(self.scroll_offset.y) if self._lines else -1
        return 0 <= row < self.scrollable_content_region.height

    def on_resize(self) -> None:
        """Wraps again when the width has changed, keeping what was at the top there."""
        if self.transcript is not None and self._wanted_width() != self._width:
            top = self.top_offset
            self._lay_out()
            self.scroll_to(y=max(0, line_at(self._lines, top) - 1), animate=False)

    def _wanted_width(self) -> int:
        return max(10, min(WIDEST, self.scrollable_content_region.width - MARGIN - 1))

    def _lay_out(self) -> None:
        if self.transcript is None:
            return
        self._width = self._wanted_width()
        self._lines = lay_out(self.transcript, self._width)
        self.virtual_size = Size(self._width + MARGIN, len(self._lines))
        self._lay_marks()

    def _lay_marks(self) -> None:
        by_line: dict[int, list[Mark]] = defaultdict(list)
        for mark in marks(self._lines, self._passages) if self._lines else ():
            for number in range(mark.first, mark.last + 1):
                by_line[number].append(mark)
        self._by_line = dict(by_line)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self.size.width
        number = y + round(self.scroll_offset.y)
        if number >= len(self._lines) or self.transcript is None:
            return Strip.blank(width, self.rich_style)
        line, here = self._lines[number], self._by_line.get(number, [])
        drawn = [*self._margin(number, here)]
        drawn += self._head(line) if line.kind == "head" else self._words(line, here)
        return Strip(drawn).adjust_cell_length(width, self.rich_style).apply_style(self.rich_style)

    def _margin(self, number: int, here: Sequence[Mark]) -> list[Segment]:
        pointer, lanes = " ", [(" ", Style.null())] * LANES
        for mark in here:
            current = mark.passage.id == self._current
            if current and number == mark.first:
                pointer = "▶"
            glyph = GLYPHS[state(mark.passage)] if number == mark.first else "┃" if current else "│"
            if lanes[mark.lane][0] == " " or current or number == mark.first:
                lanes[mark.lane] = glyph, self._style(state(mark.passage), underlined=False)
        return [Segment(pointer, Style(bold=True)), *(Segment(glyph, style) for glyph, style in lanes), Segment(" ")]

    def _head(self, line: Line) -> list[Segment]:
        turn = self.transcript.turns[line.turn] if self.transcript else None
        if turn is None:
            return []
        part = "speaker" if turn.role == "participant" else "other-speaker"
        role = "" if turn.role == "participant" else f" ({turn.role})"
        time = clock(turn.start_ms)
        name = " ".join(shown(turn.speaker or "unnamed speaker").split())
        said = [Segment(f"{name}{role}", self.get_component_rich_style(f"transcript--{part}", partial=True))]
        return [*said, Segment(f"  {time}", Style(dim=True))] if time else said

    def _words(self, line: Line, here: Sequence[Mark]) -> list[Segment]:
        spans = [(mark.passage.start, mark.passage.end) for mark in here]
        extra = [*self.hits, *([self.selected] if self.selected else [])]
        edges = [edge for span in (*spans, *extra) for edge in span]
        return [Segment(self._text[a:b], self._look(a, here)) for a, b in pieces(line, edges)]

    def _look(self, at: int, here: Sequence[Mark]) -> Style:
        """The style at one place: the firmest passage gives it, the current one is drawn over it."""
        covering = [mark.passage for mark in here if mark.passage.start <= at < mark.passage.end]
        look = Style.null()
        rank = ("rejected", "suggested", "accepted", "coded")
        if covering:
            look += self._style(max((state(p) for p in covering), key=rank.index))
        if any(p.id == self._current for p in covering):
            look += self.get_component_rich_style("transcript--current", partial=True)
        if any(start <= at < end for start, end in self.hits):
            look += self.get_component_rich_style("transcript--hit", partial=True)
        if self.selected and self.selected[0] <= at < self.selected[1]:
            look += self.get_component_rich_style("transcript--selected", partial=True)
        return look

    def _style(self, status: str, *, underlined: bool = True) -> Style:
        style = self.get_component_rich_style(f"transcript--{status}", partial=True)
        return style if underlined else Style(color=style.color, bold=style.bold)

    def _offset_at(self, x: int, y: int) -> int | None:
        """The code point under a place of the widget, or None beside the text."""
        number = y + round(self.scroll_offset.y)
        if number >= len(self._lines) or self._lines[number].kind != "text":
            return None
        from rich.cells import cell_len

        line = self._lines[number]
        for offset in range(line.start, line.end):
            if cell_len(self._text[line.start : offset + 1]) > x - MARGIN:
                return offset
        return line.end

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begins a selection."""
        if event.button == 1:
            self._pressed, self._dragging = self._offset_at(event.x, event.y), False
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Draws the selection as the mouse moves."""
        at = self._offset_at(event.x, event.y) if self._pressed is not None else None
        if at is not None and self._pressed is not None and at != self._pressed:
            self._dragging = True
            self.select((min(at, self._pressed), max(at, self._pressed)))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Ends a selection, or takes a click as one on the passage there."""
        self.release_mouse()
        if self._pressed is None:
            return
        if self._dragging and self.selected:
            self.post_message(self.Dragged(self.selected))
        else:
            here = [p for p in self._passages if p.start <= self._pressed < p.end]
            if here:
                self.post_message(self.PassageClicked(min(here, key=lambda p: (p.end - p.start, p.id)).id))
        self._pressed, self._dragging = None, False
