"""How the lines of a transcript look: the margin with its passages, who speaks, and the words in their styles."""

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
    """What lies over the passages: the current one by its id, what was found, what is selected, and the text cursor."""

    current: int | None
    hits: Sequence[Span]
    selected: Span | None
    cursor: int
    has_focus: bool
    """Whether keys go to the transcript; else the cursor is not drawn."""


class TranscriptPainter:
    """Draws with the styles of a widget, each of which is worked out once until the theme changes."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self.codes: Mapping[str, Content] = {}
        """The symbols of codes by name."""
        self._code_styles: dict[str, Style] = {}
        self._styles: dict[str, Style] = {}

    def take_codes(self, codes: Mapping[str, Content]) -> None:
        """Draw codes with these symbols from now on."""
        self.codes = codes
        self._code_styles.clear()

    def forget_styles(self) -> None:
        """Work the styles out anew, under another theme."""
        self._styles.clear()
        self._code_styles.clear()

    @property
    def ground(self) -> Style:
        """The style of the widget itself; Textual reckons it anew every time it is asked."""
        style = self._styles.get("")
        if style is None:
            style = self._styles[""] = self._widget.rich_style
        return style

    def margin(self, number: int, here: Sequence[Mark], current_id: int | None) -> list[Segment]:
        """Return the margin beside a line with these passages, one of which is the current one."""
        pointer, lanes = " ", [(" ", Style.null())] * LANES
        for mark in here:
            current = mark.passage.id == current_id
            if current and number == mark.first:
                pointer = "▶"
            if lanes[mark.lane][0] == " " or current or number == mark.first:
                style = self._code_style(mark.passage) or self._style(state(mark.passage), underlined=False)
                lanes[mark.lane] = self._bar(number, mark, current=current), style
        if any(mark.crowded for mark in here):
            lanes[-1] = "+", Style(bold=True)
        return [Segment(pointer, Style(bold=True)), *(Segment(glyph, style) for glyph, style in lanes), Segment(" ")]

    def _bar(self, number: int, mark: Mark, *, current: bool) -> str:
        """What stands for a passage beside a line: its state, the symbol of its code, a bar, then where it ends."""
        if number == mark.first:
            return GLYPHS[state(mark.passage)]
        if number == mark.first + 1 < mark.last and (code := self._code(mark.passage)):
            return code.plain[0]
        if number == mark.last:
            return "┛" if current else "┘"
        return "┃" if current else "│"

    def _code(self, passage: Passage) -> Content | None:
        """The symbol of a coded passage's first code."""
        return self.codes.get(passage.codes[0]) if state(passage) == "coded" else None

    def _code_style(self, passage: Passage) -> Style | None:
        """The colour of a coded passage's first code; None where it has none."""
        code = self._code(passage)
        if code is None:
            return None
        name = passage.codes[0]
        if name not in self._code_styles:
            segments = code.render_segments(self._widget.visual_style)
            self._code_styles[name] = Style(color=segments[0].style.color if segments and segments[0].style else None)
        return self._code_styles[name]

    def head(self, turn: Turn) -> list[Segment]:
        """Return who speaks in a turn, in what role, and when."""
        part = "speaker" if turn.role == "participant" else "other-speaker"
        role = "" if turn.role == "participant" else f" ({turn.role})"
        time = format_clock(turn.start_ms)
        name = " ".join(safe(turn.speaker or "unnamed speaker").split())
        speaker = [Segment(f"{name}{role}", self._style(part))]
        return [*speaker, Segment(f"  {time}", Style(dim=True))] if time else speaker

    def words(self, text: str, line: Line, here: Sequence[Mark], shown: Highlights) -> list[Segment]:
        """Return the words of a line of ``text``, each stretch in the style of its passages and highlights."""
        spans = [(mark.passage.start, mark.passage.end) for mark in here]
        first = bisect_right(shown.hits, line.start, key=lambda hit: hit[1])
        hits = shown.hits[first : bisect_left(shown.hits, line.end, key=lambda hit: hit[0])]
        extra = [*hits, *([shown.selected] if shown.selected else [])]
        at = shown.cursor if line.start <= shown.cursor < max(line.end, line.start + 1) else None
        if at is not None and at < line.end:
            extra.append((at, grapheme_end(text, at, line.end)))
        edges = [edge for span in (*spans, *extra) for edge in span]
        drawn = [Segment(text[a:b], self._look(a, here, hits, shown)) for a, b in pieces(line, edges)]
        # A line without words, between two paragraphs of a turn, still shows where the cursor is.
        return drawn if at is None or line.start < line.end else [Segment(" ", self._style("cursor"))]

    def _look(self, at: int, here: Sequence[Mark], hits: Sequence[Span], shown: Highlights) -> Style:
        """The style at one place: the firmest passage gives it, the current one is drawn over it."""
        covering = [mark.passage for mark in here if mark.passage.start <= at < mark.passage.end]
        look = Style.null()
        rank = ("rejected", "suggested", "accepted", "coded")
        if covering:
            look += self._style(max((state(p) for p in covering), key=rank.index))
        if len(covering) > 1:
            look += self._style("overlap")
        if any(p.id == shown.current for p in covering):
            look += self._style("current")
        if any(start <= at < end for start, end in hits):
            look += self._style("hit")
        if shown.selected and shown.selected[0] <= at < shown.selected[1]:
            look += self._style("selected")
        return look + self._style("cursor") if at == shown.cursor and shown.has_focus else look

    def _style(self, part: str, *, underlined: bool = True) -> Style:
        style = self._styles.get(part)
        if style is None:
            style = self._styles[part] = self._widget.get_component_rich_style(f"transcript--{part}", partial=True)
        return style if underlined else Style(color=style.color, bold=style.bold)
