"""The line of screens at the top and the line of state at the bottom."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from needsseg.tui.words import lines, plain

MODES = (
    ("interviews", "F1 Interviews"), ("code", "F2 Code"), ("segments", "F3 Segments"), ("accounts", "F4 Accounts"),
    ("stack", "F5 Stack"), ("survey", "F6 Survey"),
)  # fmt: skip


def renew(widget: Static, content: Content, least: int = 1) -> None:
    """Show another text in ``least`` lines or more; the screen is laid out again only where their number changes."""
    size = widget.content_size
    widget.update(content, layout=not size.width or max(least, content.get_height({}, size.width)) != size.height)


class ModeBar(Static):
    """The screens; a click goes there."""

    DEFAULT_CSS = "ModeBar { dock: top; height: 1; background: $panel; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self, mode: str, study: str) -> None:
        tabs = []
        for name, label in MODES:
            here = name == mode
            tab = Content.from_markup(f"[@click=app.go('{name}')]$label[/]", label=f"[{label}]" if here else label)
            tabs.append(tab.stylize("bold reverse") if here else tab)
        # Brackets stand where blanks would, so that no tab moves when another is shown, and all fit into 80 columns.
        at = [name for name, _ in MODES].index(mode)
        between = ["" if place in (at, at + 1) else " " for place in range(len(MODES) + 1)]
        parts = [part for blank, tab in zip(between, tabs, strict=False) for part in (blank, tab)]
        super().__init__(Content.assemble(*parts, between[-1], plain(f" {study}", "dim")))


class StatusBar(Static):
    """What happened last, and where one is: saved state, coded n/N, position, filter."""

    DEFAULT_CSS = """
    StatusBar { height: auto; max-height: 4; background: $panel;
      &.-wrong { background: $error; color: $foreground; text-style: bold; }
    }
    """

    _told: tuple[object, ...] = ()

    def tell(self, happened: str, state: str, *, wrong: bool = False) -> None:
        """Show what happened beside the state."""
        told = (happened, state, wrong, self.app.size.width)
        if told == self._told:
            return
        self._told = told
        self.set_class(wrong, "-wrong")
        where, what = plain(f" {state}"), plain(f" ▸ {happened}", "bold")
        if not happened:
            renew(self, where)
        else:
            # Beside each other where both fit, else what happened above.
            fits = where.cell_length + what.cell_length + 1 <= self.app.size.width
            renew(self, Content.assemble(where, " ", what) if fits else lines([what, where]))


class KeyBar(Static):
    """The keys one needs most, each of which can be clicked: one widget, where a Footer is a dozen."""

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
