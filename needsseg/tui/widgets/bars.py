"""The bars of every screen: the screens at the top, the status line and the keys at the bottom."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from needsseg.tui.keys.hints import key_of
from needsseg.tui.words import lines, plain

MODES = ("interviews", "code", "segments", "accounts", "stack", "survey")


def renew(widget: Static, content: Content, least: int = 1) -> None:
    """Show another text in at least ``least`` lines; repeat the layout of the screen only if the number of lines changes."""
    size = widget.content_size
    widget.update(content, layout=not size.width or max(least, content.get_height({}, size.width)) != size.height)


class ModeBar(Static):
    """The screens' names; a click goes to that screen."""

    DEFAULT_CSS = "ModeBar { dock: top; height: 1; background: $panel; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self, mode: str, study: str) -> None:
        tabs = []
        for name in MODES:
            label = f"{key_of(f'go.{name}')} {name.capitalize()}"
            is_current = name == mode
            tab = Content.from_markup(
                f"[@click=app.go('{name}')]$label[/]", label=f"[{label}]" if is_current else label
            )
            tabs.append(tab.stylize("bold reverse") if is_current else tab)
        # Brackets replace blanks, so that tabs never move and all fit into 80 columns.
        at = MODES.index(mode)
        between = ["" if place in (at, at + 1) else " " for place in range(len(MODES) + 1)]
        parts = [part for blank, tab in zip(between, tabs, strict=False) for part in (blank, tab)]
        super().__init__(Content.assemble(*parts, between[-1], plain(f" {study}", "dim")))


class StatusBar(Static):
    """The last message and the state: saved, coded n/N, position, filter; with room for it, what runs in the background."""

    DEFAULT_CSS = """
    StatusBar { height: auto; max-height: 4; background: $panel;
      &.-wrong { background: $error; color: $foreground; text-style: bold; }
    }
    """

    _shown: tuple[object, ...] = ()
    _told: tuple[str, str, bool] = ("", "", False)

    def tell(self, happened: str, state: str, *, wrong: bool = False, background: str = "") -> None:
        """Show a message beside the state, or above it if both do not fit on a line."""
        content = (happened, state, wrong, background, self.app.size.width)
        if content == self._shown:
            return
        self._shown, self._told = content, (happened, state, wrong)
        self.set_class(wrong, "-wrong")
        width = self.app.size.width
        status, message = plain(f" {state}"), plain(f" ▸ {happened}", "bold")
        # Side by side if both fit, else the message above the state.
        is_beside = bool(happened) and status.cell_length + message.cell_length + 1 <= width
        last_line = Content.assemble(status, " ", message) if is_beside else status
        # Work in the background never takes a line of its own, and nothing moves for it.
        aside = plain(f" · {background}", "dim")
        if background and last_line.cell_length + aside.cell_length <= width:
            last_line = Content.assemble(status, aside, " ", message) if is_beside else Content.assemble(status, aside)
        renew(self, last_line if is_beside or not happened else lines([message, last_line]))

    def show_background(self, words: str) -> None:
        """Show what is done in the background, beside what is shown already."""
        happened, state, wrong = self._told
        if self._shown:
            self.tell(happened, state, wrong=wrong, background=words)


class KeyBar(Static):
    """The most needed keys, each clickable: one widget, where Textual's Footer uses a dozen."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $panel; text-wrap: nowrap; text-overflow: ellipsis; link-style: none; }
    """

    def __init__(self, keys: Iterable[tuple[str, Binding]]) -> None:
        shown = [
            Content.from_markup(
                f'[@click="screen.{binding.action}"][bold $footer-key-foreground]$key[/] $words[/]',
                key=key,
                words=binding.description,
            )
            for key, binding in keys
            if binding.show
        ]
        super().__init__(Content.assemble(" ", Content("  ").join(shown)))
