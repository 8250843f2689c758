"""The list of all keys of a screen, from its bindings."""

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
    """Yield the described bindings of a screen and the app, each with its current keys."""
    keys_by_action: dict[tuple[str, str], list[str]] = {}
    binding_by_action: dict[tuple[str, str], Binding] = {}
    # In a dialog the app's keys do nothing, except those with priority.
    is_dialog = isinstance(screen, ModalScreen)
    app_bindings = [(key, binding) for key, binding in screen.app._bindings if binding.priority or not is_dialog]
    for _, binding in [*screen._bindings, *app_bindings]:
        if binding.description and is_rebindable(binding):
            about = (binding.description, binding.action)
            keys = keys_by_action.setdefault(about, [])
            keys += [key for key in shown_keys(binding, screen.app) if key not in keys]
            binding_by_action.setdefault(about, binding)
    for about, binding in binding_by_action.items():
        yield " ".join(keys_by_action[about]), replace(binding, tooltip=with_keys(binding.tooltip))


class KeysScreen(ModalScreen[None]):
    """The list of keys of a screen."""

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
        """Yield a line for each key, then the meaning of the signs."""
        rows = [
            Content.assemble(plain(f"{keys:>14}  ", "bold"), plain(binding.tooltip or binding.description))
            for keys, binding in bindings(self.of)
        ]
        about = with_keys(getattr(self.of, "HELP", "") or "").strip()
        with VerticalScroll() as box:
            box.border_title = plain(with_keys("Keys · {keys.close} closes"))
            yield Static(lines([*rows, plain(""), plain(about)] if about else rows))

    def on_mount(self) -> None:
        """Focus the list, so that keys scroll it."""
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, by: int) -> None:
        """Scroll a line."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
