"""A map of passages: each where it lies among the others, by signs that tell the segments apart without colour."""

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
from needsseg.text import safe
from needsseg.tui.widgets.symbols import LETTERS, SHAPES, colour_of, glyphs, symbol_style
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
    """The map as lines of one character a cell; ``segment`` and ``passage`` are those under the cursors.

    Where several passages share a cell, the passage under the cursor is seen first, then those of its segment.
    """
    width, height = size
    cells = [[" "] * width for _ in range(height)]
    rank = [[0] * width for _ in range(height)]
    for point in points:
        column = min(int(point.x * width), width - 1)
        line = min(int((1.0 - point.y) * height), height - 1)
        sign, worth = _sign(point, signs, segment, passage)
        if worth > rank[line][column]:
            cells[line][column], rank[line][column] = sign, worth
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
    """The map with its legend below it; ``pick`` goes to the passage nearest to a click."""

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
        self._here: tuple[int | None, int | None] = None, None
        self._said = THINKING
        self._about = ""
        self._drawn: list[str] = []
        self._legend: list[Content] = []
        self._styles: dict[str, Style] = {}

    def show(
        self,
        points: Sequence[Point],
        names: Mapping[int, str],
        said: str = "",
        signs: Mapping[int, tuple[str, str]] | None = None,
    ) -> None:
        """Show points, or in words why there are none; ``names`` are the segments as the list shows them.

        ``signs`` are those that the segments keep; without them each gets the first that is free.
        """
        self._points, self._names, self._said = points, names, said
        self._signs = glyphs(list(names)) if signs is None else signs
        self._lay_out()

    def mark(self, segment: int | None, passage: int | None, about: str = "") -> None:
        """Show which segment and which passage are under the cursors."""
        if (segment, passage, about) != (*self._here, self._about):
            self._here, self._about = (segment, passage), about
            self._lay_out()

    @property
    def drawn(self) -> list[str]:
        """The map as it is drawn, without its legend."""
        return self._drawn

    def on_resize(self) -> None:
        """Fit the map to its place."""
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.size
        if width < 2 or height < 3:
            return
        signs = self._signs
        if not self._points:
            self._drawn, self._legend = [], [plain(self._said or "Nothing to show yet.")]
        else:
            self._legend = legend(self._points, self._names, signs, self._here, width, max(height // 3, 1), self._about)
            room = max(height - len(self._legend) - 1, 1)
            self._drawn = plotted(self._points, (width, room), signs, *self._here)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the map, a rule, or one of the legend."""
        width, base = self.size.width, self.rich_style
        drawn = len(self._drawn)
        if y < drawn:
            return self._coloured(self._drawn[y], base, of_words=False).adjust_cell_length(width, base)
        if y == drawn and drawn:
            return Strip([Segment("─" * width, base + Style(dim=True))])
        at = y - drawn - (1 if drawn else 0)
        if 0 <= at < len(self._legend):
            return self._coloured(self._legend[at].plain, base, of_words=True).adjust_cell_length(width, base)
        return Strip.blank(width, base)

    def notify_style_update(self) -> None:
        """Draw the symbols in the colours of another theme."""
        super().notify_style_update()
        self._styles.clear()

    def _coloured(self, line: str, base: Style, *, of_words: bool) -> Strip:
        """Return a line with the symbols of segments in their colours, filled ones bold, and the cursor in reverse."""
        drawn = []
        for symbols, part in groupby(enumerate(line), key=lambda cell: _is_symbol(line, cell[0], of_words=of_words)):
            text = "".join(sign for _, sign in part)
            drawn += [Segment(sign, self._style(sign, base)) for sign in text] if symbols else [Segment(text, base)]
        return Strip(drawn)

    def _style(self, symbol: str, base: Style) -> Style:
        style = self._styles.get(symbol)
        if style is None:
            strong = symbol == CURSOR or symbol in _FILLED
            style = symbol_style(symbol, self.app.theme_variables) + Style(bold=strong, reverse=symbol == CURSOR)
            self._styles[symbol] = style
        return base + style


def _is_symbol(line: str, at: int, *, of_words: bool) -> bool:
    """Return whether a character is a symbol: in a line of words, a letter is one only where an entry begins with it alone."""
    sign = line[at]
    if not of_words or not sign.isalpha():
        return sign == CURSOR or bool(colour_of(sign))
    begins = at == 0 or (at > 1 and line[at - 2 : at].isspace())
    return begins and line[at + 1 : at + 2] == " " and bool(colour_of(sign))


def legend(
    points: Sequence[Point],
    names: Mapping[int, str],
    signs: Mapping[int, tuple[str, str]],
    here: tuple[int | None, int | None],
    width: int,
    most: int,
    about: str = "",
) -> list[Content]:
    """What the signs mean, the segment that is shown first, in at most so many lines."""
    segment, passage = here
    there = {point.segment for point in points}
    order = sorted((key for key in names if key in there), key=lambda key: key != segment)
    entries = [f"{signs[key][0 if key == segment else 1]} {_short(names[key])}" for key in order]
    loose = sum(point.segment is None and point.status not in ("off_topic", "proposed") for point in points)
    off = sum(point.status == "off_topic" for point in points)
    entries += [f"{LOOSE} left over {loose}"] if loose else []
    proposed = sum(point.status == "proposed" for point in points)
    entries += [f"{PROPOSED} proposed {proposed}"] if proposed else []
    entries += [f"{OFF} off-topic {off}"] if off else []
    said = [f"{CURSOR} {about or 'the passage under the cursor'}"]
    if passage is not None and all(point.passage != passage for point in points):
        said = ["the passage under the cursor is not on the map: D discovers anew"]
    return [*(plain(line).truncate(width, ellipsis=True) for line in said), *_flowed(entries, width, most - 1)]


def _short(name: str) -> str:
    flat = " ".join(safe(name).split())
    return flat if len(flat) <= PLACES_FOR_NAMES else flat[: PLACES_FOR_NAMES - 1] + "…"


def _flowed(entries: Sequence[str], width: int, most: int) -> list[Content]:
    """Entries beside each other, in lines that fit; what fits in no line is counted."""
    lines: list[Content] = []
    if most < 1:
        return lines
    line = plain("")
    for at, entry in enumerate(entries):
        one = plain(entry).truncate(width, ellipsis=True)
        if line.cell_length and line.cell_length + 2 + one.cell_length > width:
            if len(lines) + 1 >= most:
                return [*lines, Content.assemble(line, f" +{len(entries) - at}").truncate(width, ellipsis=True)]
            lines.append(line)
            line = one
        else:
            line = Content.assemble(line, "  ", one) if line.cell_length else one
    return [*lines, line] if line.cell_length else lines
