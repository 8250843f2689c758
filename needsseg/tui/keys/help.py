"""All keys of a screen, as its bindings say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from needsseg.tui.keys.binding_ids import is_rebindable
from needsseg.tui.keys.hints import shown_keys, with_keys
from needsseg.tui.words import lines, plain


def bindings(screen: Screen[Any]) -> Iterator[tuple[str, Binding]]:
    """Yield the bindings that work on a screen, the app's among them, with their keys now; only those with words."""
    seen: dict[tuple[str, str], list[str]] = {}
    kept: dict[tuple[str, str], Binding] = {}
    # Over a dialog the app's keys lead nowhere, but for those that come first everywhere.
    over = isinstance(screen, ModalScreen)
    own = [(key, binding) for key, binding in screen.app._bindings if binding.priority or not over]
    for _, binding in [*screen._bindings, *own]:
        if binding.description and is_rebindable(binding):
            about = (binding.description, binding.action)
            keys = seen.setdefault(about, [])
            keys += [key for key in shown_keys(binding, screen.app) if key not in keys]
            kept.setdefault(about, binding)
    for about, binding in kept.items():
        yield " ".join(seen[about]), replace(binding, tooltip=with_keys(binding.tooltip))


class KeysScreen(ModalScreen[None]):
    """The help panel."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "close", id="keys.close"),
        Binding("j", "scroll(1)", "down", id="keys.down"),
        Binding("k", "scroll(-1)", "up", id="keys.up"),
    ]
    DEFAULT_CSS = """
    KeysScreen { align: center middle; background: $background 40%;
      & VerticalScroll { width: 76; max-width: 96%; height: auto; max-height: 92%; background: $surface; border: round $accent;
        padding: 0 1; border-title-align: left; }
      & Static { height: auto; }
    }
    """

    def __init__(self, of: Screen[Any]) -> None:
        super().__init__()
        self.of = of
        """The screen whose keys are shown."""

    def compose(self) -> ComposeResult:
        """One line a key, then what the signs mean."""
        rows = [
            Content.assemble(plain(f"{keys:>14}  ", "bold"), plain(binding.tooltip or binding.description))
            for keys, binding in bindings(self.of)
        ]
        about = with_keys(getattr(self.of, "HELP", "") or "").strip()
        with VerticalScroll() as box:
            box.border_title = plain(with_keys("Keys · {keys.close} closes"))
            yield Static(lines([*rows, plain(""), plain(about)] if about else rows))

    def on_mount(self) -> None:
        """The list scrolls."""
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, by: int) -> None:
        """Scrolls a line."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
