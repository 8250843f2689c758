"""The map of passages: similar ones close together, with a sign for each segment that works without colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget

from needsseg.actions.discovery.comparing import Point
from needsseg.symbols import LETTERS, SHAPES, glyphs
from needsseg.text import safe
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.widgets.symbols import colour_of, symbol_style
from needsseg.tui.words import plain

CURSOR, LOOSE, OFF, PROPOSED = "╋", "·", "×", "+"
THINKING = "Laying the map out …"
PLACES_FOR_NAMES = 24
_FILLED = {filled for filled, _ in SHAPES} | set(LETTERS.upper())


def plotted(
    points: Iterable[Point],
    size: tuple[int, int],
    signs: Mapping[int, tuple[str, str]],
    segment: int | None,
    passage: int | None,
) -> list[str]:
    """Return the map as lines, one character a cell; ``segment`` and ``passage`` are those under the cursors.

    If several passages share a cell, the passage under the cursor is shown, else one of its segment.
    """
    width, height = size
    cells = [[" "] * width for _ in range(height)]
    rank = [[0] * width for _ in range(height)]
    for point in points:
        column = min(int(point.x * width), width - 1)
        line = min(int((1.0 - point.y) * height), height - 1)
        sign, priority = _sign(point, signs, segment, passage)
        if priority > rank[line][column]:
            cells[line][column], rank[line][column] = sign, priority
    return ["".join(line) for line in cells]


def _sign(
    point: Point, signs: Mapping[int, tuple[str, str]], segment: int | None, passage: int | None
) -> tuple[str, int]:
    if point.passage == passage:
        return CURSOR, 5
    if point.status == "off_topic":
        return OFF, 1
    if point.status == "proposed":
        return PROPOSED, 3
    if point.segment is None or point.segment not in signs:
        return LOOSE, 3 if segment is None else 2
    filled, hollow = signs[point.segment]
    return (filled, 4) if point.segment == segment else (hollow, 2)


class PassageMap(Widget, can_focus=True):
    """The map with its legend below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "screen.step(1)", show=False),
        Binding("up,left", "screen.step(-1)", show=False),
    ]
    DEFAULT_CSS = """
    PassageMap { height: 1fr; padding: 0 1; background: $background;
      &:focus { background: $surface; }
    }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._points: Sequence[Point] = ()
        self._names: Mapping[int, str] = {}
        self._signs: Mapping[int, tuple[str, str]] = {}
        self._current: tuple[int | None, int | None] = None, None
        self._message = THINKING
        self._about = ""
        self._map_lines: list[str] = []
        self._legend: list[Content] = []
        self._styles: dict[str, Style] = {}

    def show(
        self,
        points: Sequence[Point],
        names: Mapping[int, str],
        message: str = "",
        signs: Mapping[int, tuple[str, str]] | None = None,
    ) -> None:
        """Show points, or ``message`` if there are none; ``names`` are the segments' names by id.

        ``signs`` are the segments' symbols; without them each gets the first free one.
        """
        self._points, self._names, self._message = points, names, message
        self._signs = glyphs(list(names)) if signs is None else signs
        self._lay_out()

    def mark(self, segment: int | None, passage: int | None, about: str = "") -> None:
        """Mark the segment and the passage under the cursors."""
        if (segment, passage, about) != (*self._current, self._about):
            self._current, self._about = (segment, passage), about
            self._lay_out()

    @property
    def map_lines(self) -> list[str]:
        """The lines of the map, without its legend."""
        return self._map_lines

    def on_resize(self) -> None:
        """Fit the map to its size."""
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.size
        if width < 2 or height < 3:
            return
        signs = self._signs
        if not self._points:
            self._map_lines, self._legend = [], [plain(self._message or "Nothing to show yet.")]
        else:
            self._legend = legend(
                self._points, self._names, signs, self._current, width, max(height // 3, 1), self._about
            )
            room = max(height - len(self._legend) - 1, 1)
            self._map_lines = plotted(self._points, (width, room), signs, *self._current)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one line of the map, the rule, or one of the legend."""
        width, base = self.size.width, self.rich_style
        line_count = len(self._map_lines)
        if y < line_count:
            return self._coloured(self._map_lines[y], base, of_words=False).adjust_cell_length(width, base)
        if y == line_count and line_count:
            return Strip([Segment("─" * width, base + Style(dim=True))])
        at = y - line_count - (1 if line_count else 0)
        if 0 <= at < len(self._legend):
            return self._coloured(self._legend[at].plain, base, of_words=True).adjust_cell_length(width, base)
        return Strip.blank(width, base)

    def notify_style_update(self) -> None:
        """Draw the symbols in the colours of another theme."""
        super().notify_style_update()
        self._styles.clear()

    def _coloured(self, line: str, base: Style, *, of_words: bool) -> Strip:
        """Return a line with the symbols of segments in their colours, filled ones bold, and the cursor in reverse."""
        segments = []
        for symbols, part in groupby(enumerate(line), key=lambda cell: _is_symbol(line, cell[0], of_words=of_words)):
            text = "".join(sign for _, sign in part)
            segments += [Segment(sign, self._style(sign, base)) for sign in text] if symbols else [Segment(text, base)]
        return Strip(segments)

    def _style(self, symbol: str, base: Style) -> Style:
        style = self._styles.get(symbol)
        if style is None:
            strong = symbol == CURSOR or symbol in _FILLED
            style = symbol_style(symbol, self.app.theme_variables) + Style(bold=strong, reverse=symbol == CURSOR)
            self._styles[symbol] = style
        return base + style


def _is_symbol(line: str, at: int, *, of_words: bool) -> bool:
    """Return whether a character is a symbol: in a line of words, a letter is one only alone at an entry's beginning."""
    sign = line[at]
    if not of_words or not sign.isalpha():
        return sign == CURSOR or bool(colour_of(sign))
    begins = at == 0 or (at > 1 and line[at - 2 : at].isspace())
    return begins and line[at + 1 : at + 2] == " " and bool(colour_of(sign))


def legend(
    points: Sequence[Point],
    names: Mapping[int, str],
    signs: Mapping[int, tuple[str, str]],
    current: tuple[int | None, int | None],
    width: int,
    most: int,
    about: str = "",
) -> list[Content]:
    """Return the legend, the current segment first, in at most ``most`` lines."""
    segment, passage = current
    mapped_segments = {point.segment for point in points}
    order = sorted((key for key in names if key in mapped_segments), key=lambda key: key != segment)
    entries = [f"{signs[key][0 if key == segment else 1]} {_short(names[key])}" for key in order]
    loose = sum(point.segment is None and point.status not in ("off_topic", "proposed") for point in points)
    off_topic = sum(point.status == "off_topic" for point in points)
    entries += [f"{LOOSE} left over {loose}"] if loose else []
    proposed = sum(point.status == "proposed" for point in points)
    entries += [f"{PROPOSED} proposed {proposed}"] if proposed else []
    entries += [f"{OFF} off-topic {off_topic}"] if off_topic else []
    heading = [f"{CURSOR} {about or 'the passage under the cursor'}"]
    if passage is not None and all(point.passage != passage for point in points):
        heading = [with_keys("the passage under the cursor is not on the map: {segments.discover} discovers again")]
    return [*(plain(line).truncate(width, ellipsis=True) for line in heading), *_flowed(entries, width, most - 1)]


def _short(name: str) -> str:
    flat = " ".join(safe(name).split())
    return flat if len(flat) <= PLACES_FOR_NAMES else flat[: PLACES_FOR_NAMES - 1] + "…"


def _flowed(entries: Sequence[str], width: int, most: int) -> list[Content]:
    """Return entries side by side in lines of ``width`` cells; entries that do not fit are counted at the end."""
    lines: list[Content] = []
    if most < 1:
        return lines
    line = plain("")
    for at, entry in enumerate(entries):
        content = plain(entry).truncate(width, ellipsis=True)
        if line.cell_length and line.cell_length + 2 + content.cell_length > width:
            if len(lines) + 1 >= most:
                return [*lines, Content.assemble(line, f" +{len(entries) - at}").truncate(width, ellipsis=True)]
            lines.append(line)
            line = content
        else:
            line = Content.assemble(line, "  ", content) if line.cell_length else content
    return [*lines, line] if line.cell_length else lines
