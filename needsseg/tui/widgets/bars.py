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
    """The last message and the state: saved, coded n/N, position, filter."""

    DEFAULT_CSS = """
    StatusBar { height: auto; max-height: 4; background: $panel;
      &.-wrong { background: $error; color: $foreground; text-style: bold; }
    }
    """

    _shown: tuple[object, ...] = ()

    def tell(self, happened: str, state: str, *, wrong: bool = False) -> None:
        """Show a message beside the state, or above it if both do not fit on a line."""
        content = (happened, state, wrong, self.app.size.width)
        if content == self._shown:
            return
        self._shown = content
        self.set_class(wrong, "-wrong")
        status, message = plain(f" {state}"), plain(f" ▸ {happened}", "bold")
        if not happened:
            renew(self, status)
        else:
            # Side by side if both fit, else the message above the state.
            fits = status.cell_length + message.cell_length + 1 <= self.app.size.width
            renew(self, Content.assemble(status, " ", message) if fits else lines([message, status]))


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
