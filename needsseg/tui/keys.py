"""All keys of a screen, as its bindings say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from needsseg.tui.words import lines, plain

DISPLAY = {
    "question_mark": "?", "left_square_bracket": "[", "right_square_bracket": "]", "left_curly_bracket": "{",
    "right_curly_bracket": "}", "slash": "/", "less_than_sign": "<", "greater_than_sign": ">", "escape": "esc",
    "space": "space", "plus": "+", "comma": ",", "full_stop": ".",
}  # fmt: skip


def shown_keys(binding: Binding, app: App[Any]) -> list[str]:
    """Return the keys of a binding as on a keyboard: those that the user set for its id, else its own."""
    keys = app._keymap.get(binding.id or "", binding.key)
    return [DISPLAY.get(key.strip(), key.strip()) for key in keys.split(",")]


def bindings(screen: Screen[Any]) -> Iterator[tuple[str, Binding]]:
    """The bindings that work on a screen, the app's among them, with their keys as on a keyboard; only those with words."""
    seen: dict[tuple[str, str], list[str]] = {}
    kept: dict[tuple[str, str], Binding] = {}
    # Over a dialog the app's keys lead nowhere, but for those that come first everywhere.
    over = isinstance(screen, ModalScreen)
    own = [(key, binding) for key, binding in screen.app._bindings if binding.priority or not over]
    for _, binding in [*screen._bindings, *own]:
        # Textual's own bindings, which move the focus and copy, have no dotted id.
        if binding.description and "." in (binding.id or ""):
            about = (binding.description, binding.action)
            keys = seen.setdefault(about, [])
            keys += [key for key in shown_keys(binding, screen.app) if key not in keys]
            kept.setdefault(about, binding)
    for about, binding in kept.items():
        yield " ".join(seen[about]), binding


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
        about = (getattr(self.of, "HELP", "") or "").strip()
        with VerticalScroll() as box:
            box.border_title = "Keys · esc closes"
            yield Static(lines([*rows, plain(""), plain(about)] if about else rows))

    def on_mount(self) -> None:
        """The list scrolls."""
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, by: int) -> None:
        """Scrolls a line."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
