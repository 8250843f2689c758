"""A list of any length with a header and a cursor: only visible lines are made, so a hundred thousand cost nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from needsseg.tui.widgets.symbols import split_symbols, symbol_style


class LongList(ScrollView, can_focus=True):
    """Shows ``count`` lines, which ``line`` makes when they become visible, all as wide as the header."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "edge(False)", show=False),
        Binding("end", "edge(True)", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"list--header", "list--even", "list--odd", "list--cursor"}
    DEFAULT_CSS = """
    LongList { height: 1fr; background: $surface; color: $foreground;
      & > .list--header { text-style: bold; background: $panel; color: $foreground; }
      & > .list--even { background: $surface-lighten-1 50%; }
      &:dark > .list--even { background: $surface-darken-1 40%; }
      & > .list--cursor { background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground;
        text-style: $block-cursor-blurred-text-style; }
      &:focus > .list--cursor { background: $block-cursor-background; color: $block-cursor-foreground;
        text-style: $block-cursor-text-style; }
    }
    """

    class Moved(Message):
        """The cursor moved to another line."""

    class Taken(Message):
        """The line under the cursor was clicked."""

    def __init__(self, *, id: str | None = None, classes: str | None = None, cursor_shown: bool = True) -> None:
        super().__init__(id=id, classes=classes)
        self.count = 0
        self.cursor = 0
        self._cursor_shown = cursor_shown
        self._header = ""
        self._line: Callable[[int], str] = str
        self._styles: dict[str, Style] = {}

    def show(self, header: str, count: int, line: Callable[[int], str], cursor: int = 0) -> None:
        """Show other lines, with the cursor on one of them."""
        self._header, self.count, self._line = header, count, line
        self.cursor = min(max(cursor, 0), max(count - 1, 0))
        self.virtual_size = Size(cell_len(header) + 2, count + 1)
        self._reveal()
        self.refresh()

    def move(self, to: int) -> None:
        """Move the cursor to a line within the list, and post ``Moved``."""
        to = min(max(to, 0), self.count - 1)
        if self.count and to != self.cursor:
            self.cursor = to
            self._reveal()
            self.refresh()
            self.post_message(self.Moved())

    @property
    def _room(self) -> int:
        return max(self.scrollable_content_region.height - 1, 1)

    def _reveal(self) -> None:
        top = round(self.scroll_offset.y)
        target = min(max(top, self.cursor - self._room + 1), self.cursor, max(self.count - self._room, 0))
        if target != top:
            # Forced: right after ``show`` Textual does not know yet that there is something to scroll.
            self.scroll_to(y=target, animate=False, force=True)

    def action_step(self, by: int) -> None:
        """Move the cursor some lines up or down."""
        self.move(self.cursor + by)

    def action_page(self, by: int) -> None:
        """Move the cursor a screenful up or down."""
        self.move(self.cursor + by * self._room)

    def action_edge(self, end: bool) -> None:
        """Move the cursor to the first or last line."""
        self.move(self.count - 1 if end else 0)

    def on_resize(self) -> None:
        """Keep the cursor visible."""
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the clicked line; a click on the current line takes it."""
        at = round(self.scroll_offset.y) + event.y - 1
        if event.y < 1 or not 0 <= at < self.count:
            return
        if at == self.cursor:
            self.post_message(self.Taken())
        else:
            self.move(at)

    def notify_style_update(self) -> None:
        """Forget the styles of the previous theme."""
        super().notify_style_update()
        self._styles.clear()

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen; the first is the header, which does not scroll."""
        offset, width = round(self.scroll_offset.x), self.size.width
        if y == 0:
            return self._strip(self._header, "header", offset, width)
        at = round(self.scroll_offset.y) + y - 1
        if at >= self.count:
            return Strip.blank(width, self.rich_style)
        part = "cursor" if at == self.cursor and self._cursor_shown else "odd" if at % 2 else "even"
        return self._strip(self._line(at), part, offset, width)

    def _strip(self, text: str, part: str, offset: int, width: int) -> Strip:
        style = self._style(part)
        whole = max(self.virtual_size.width, width)
        parts = [Segment(f" {text} ", style)] if part in ("header", "cursor") else self._coloured(f" {text} ", style)
        return Strip(parts).adjust_cell_length(whole, style).crop(offset, offset + width)

    def _coloured(self, text: str, style: Style) -> list[Segment]:
        """Return a line with the symbols of segments in their colours."""
        return [
            Segment(part, style + self._symbol_style(part) if is_symbol else style)
            for part, is_symbol in split_symbols(text)
        ]

    def _symbol_style(self, symbol: str) -> Style:
        style = self._styles.get(symbol)
        if style is None:
            style = self._styles[symbol] = symbol_style(symbol, self.app.theme_variables)
        return style

    def _style(self, part: str) -> Style:
        # The cursor's style depends on the focus.
        key = part + "+" * self.has_focus
        style = self._styles.get(key)
        if style is None:
            style = self._styles[key] = self.get_component_rich_style(f"list--{part}")
        return style
