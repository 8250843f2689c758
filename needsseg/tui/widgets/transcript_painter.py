"""Draw the lines of a transcript: the margin with its passages, the speakers, and the styled words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.widget import Widget

from needsseg.records import Passage, Turn
from needsseg.text import format_clock, safe
from needsseg.tui.widgets.transcript_layout import LANES, Line, Mark, grapheme_end, pieces
from needsseg.tui.words import GLYPHS, state

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Highlights:
    """What is drawn over the passages: the id of the current one, search hits, the selection, and the text cursor."""

    current: int | None
    hits: Sequence[Span]
    selected: Span | None
    cursor: int
    has_focus: bool
    """Whether the transcript receives keys; otherwise the cursor is not drawn."""


class TranscriptPainter:
    """Draws with the styles of a widget, each computed once until the theme changes."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self.codes: Mapping[str, Content] = {}
        """The symbols of codes by name."""
        self._code_styles: dict[str, Style] = {}
        self._styles: dict[str, Style] = {}

    def set_codes(self, codes: Mapping[str, Content]) -> None:
        """Draw codes with these symbols from now on."""
        self.codes = codes
        self._code_styles.clear()

    def forget_styles(self) -> None:
        """Forget the computed styles after a change of theme."""
        self._styles.clear()
        self._code_styles.clear()

    @property
    def ground(self) -> Style:
        """The style of the widget itself, cached because Textual computes it again on every access."""
        style = self._styles.get("")
        if style is None:
            style = self._styles[""] = self._widget.rich_style
        return style

    def margin(self, number: int, marks: Sequence[Mark], current_id: int | None) -> list[Segment]:
        """Return the margin beside a line with these passages; ``current_id`` is the current one."""
        pointer, lanes = " ", [(" ", Style.null())] * LANES
        for mark in marks:
            is_current = mark.passage.id == current_id
            if is_current and number == mark.first:
                pointer = "▶"
            if lanes[mark.lane][0] == " " or is_current or number == mark.first:
                style = self._code_style(mark.passage) or self._style(state(mark.passage), underlined=False)
                lanes[mark.lane] = self._bar(number, mark, is_current=is_current), style
        if any(mark.crowded for mark in marks):
            lanes[-1] = "+", Style(bold=True)
        return [Segment(pointer, Style(bold=True)), *(Segment(glyph, style) for glyph, style in lanes), Segment(" ")]

    def _bar(self, number: int, mark: Mark, *, is_current: bool) -> str:
        """Return the sign of a passage beside a line: its state, then the symbol of its code, a bar, and its end."""
        if number == mark.first:
            return GLYPHS[state(mark.passage)]
        if number == mark.first + 1 < mark.last and (code := self._code(mark.passage)):
            return code.plain[0]
        if number == mark.last:
            return "┛" if is_current else "┘"
        return "┃" if is_current else "│"

    def _code(self, passage: Passage) -> Content | None:
        """Return the symbol of a coded passage's first code, or None."""
        return self.codes.get(passage.codes[0]) if state(passage) == "coded" else None

    def _code_style(self, passage: Passage) -> Style | None:
        """Return the colour of a coded passage's first code, or None."""
        code = self._code(passage)
        if code is None:
            return None
        name = passage.codes[0]
        if name not in self._code_styles:
            segments = code.render_segments(self._widget.visual_style)
            self._code_styles[name] = Style(color=segments[0].style.color if segments and segments[0].style else None)
        return self._code_styles[name]

    def head(self, turn: Turn) -> list[Segment]:
        """Return the speaker of a turn, the role, and the time."""
        part = "speaker" if turn.role == "participant" else "other-speaker"
        role = "" if turn.role == "participant" else f" ({turn.role})"
        time = format_clock(turn.start_ms)
        name = " ".join(safe(turn.speaker or "unnamed speaker").split())
        speaker = [Segment(f"{name}{role}", self._style(part))]
        return [*speaker, Segment(f"  {time}", Style(dim=True))] if time else speaker

    def words(self, text: str, line: Line, marks: Sequence[Mark], highlights: Highlights) -> list[Segment]:
        """Return the words of a line of ``text``, each piece in the style of its passages and highlights."""
        spans = [(mark.passage.start, mark.passage.end) for mark in marks]
        first = bisect_right(highlights.hits, line.start, key=lambda hit: hit[1])
        hits = highlights.hits[first : bisect_left(highlights.hits, line.end, key=lambda hit: hit[0])]
        highlight_spans = [*hits, *([highlights.selected] if highlights.selected else [])]
        at = highlights.cursor if line.start <= highlights.cursor < max(line.end, line.start + 1) else None
        if at is not None and at < line.end:
            highlight_spans.append((at, grapheme_end(text, at, line.end)))
        edges = [edge for span in (*spans, *highlight_spans) for edge in span]
        segments = [Segment(text[a:b], self._style_at(a, marks, hits, highlights)) for a, b in pieces(line, edges)]
        # A line without words, between two paragraphs of a turn, still shows the cursor.
        return segments if at is None or line.start < line.end else [Segment(" ", self._style("cursor"))]

    def _style_at(self, at: int, marks: Sequence[Mark], hits: Sequence[Span], highlights: Highlights) -> Style:
        """Return the style at an offset: that of the passage with the highest state, then the highlights over it."""
        covering = [mark.passage for mark in marks if mark.passage.start <= at < mark.passage.end]
        style = Style.null()
        rank = ("rejected", "suggested", "accepted", "coded")
        if covering:
            style += self._style(max((state(p) for p in covering), key=rank.index))
        if len(covering) > 1:
            style += self._style("overlap")
        if any(p.id == highlights.current for p in covering):
            style += self._style("current")
        if any(start <= at < end for start, end in hits):
            style += self._style("hit")
        if highlights.selected and highlights.selected[0] <= at < highlights.selected[1]:
            style += self._style("selected")
        return style + self._style("cursor") if at == highlights.cursor and highlights.has_focus else style

    def _style(self, part: str, *, underlined: bool = True) -> Style:
        style = self._styles.get(part)
        if style is None:
            style = self._styles[part] = self._widget.get_component_rich_style(f"transcript--{part}", partial=True)
        return style if underlined else Style(color=style.color, bold=style.bold)
