"""The prompt at the bottom of the screen: free text, or choices that typing narrows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from needsseg.tui.keys.hints import key_hints, key_of
from needsseg.tui.study.drafting import WORDS, Drafting
from needsseg.tui.words import one_line, plain


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: the value returned, the label shown, and a note."""

    value: str
    label: str
    about: str = ""


class PathSuggester(Suggester):
    """Completes a typed path."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the path completed to the first matching name in the folder."""
        return complete_path(value)


def complete_path(value: str) -> str | None:
    """Return ``value`` completed to the first file or folder with this beginning; folders end in ``/``; None without one."""
    if not value:
        return None
    folder, _, prefix = value.rpartition("/")
    if not prefix:
        return None
    folder_path = Path(f"{folder}/" if "/" in value else ".").expanduser()
    try:
        names = sorted(entry.name + ("/" if entry.is_dir() else "") for entry in folder_path.iterdir())
    except OSError:
        return None
    completion = next((name for name in names if name.startswith(prefix)), None)
    return None if completion is None else value + completion[len(prefix) :]


class Prompt(ModalScreen[str | None]):
    """Asks for text or a choice; closes with it, or None when cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "cancel", id="prompt.leave"),
        Binding("tab", "complete", "complete", id="prompt.complete", priority=True),
        Binding("down", "move(1)", "next choice", id="prompt.down", priority=True),
        Binding("up", "move(-1)", "previous choice", id="prompt.up", priority=True),
    ]
    DEFAULT_CSS = """
    Prompt { align: center bottom; background: $background 40%;
      & > Vertical { height: auto; max-height: 90%; width: 100%; max-width: 100; background: $surface; border: round $accent;
        padding: 0 1; }
      & #question { height: auto; max-height: 12; text-style: bold; }
      & #about { height: auto; max-height: 12; color: $text-muted; }
      & #draft { height: auto; }
      & OptionList, & OptionList:focus { height: auto; max-height: 9; border: none; padding: 0; background: $surface; }
      & Input, & Input:focus { border: none; height: 1; padding: 0; background: $boost; }
      & #keys { height: 1; color: $text-muted; }
    }
    """

    def __init__(
        self,
        question: str,
        *,
        value: str = "",
        about: str | Content = "",
        choices: Sequence[Choice] = (),
        free: bool = True,
        empty: bool = False,
        path: bool = False,
        draft: Drafting | None = None,
    ) -> None:
        super().__init__()
        self.draft = draft
        if draft is not None:
            value = draft.initial_words(value)
        self._question, self._value, self._about = question, value, about
        self._choices, self._free, self._empty, self._path = choices, free, empty, path
        self._last_noted = value
        self._offered: list[Choice] = []

    def compose(self) -> ComposeResult:
        """Yield the question, the choices, the input, and the keys."""
        with Vertical():
            yield Static(plain(self._question), id="question")
            if self._about:
                yield Static(plain(self._about) if isinstance(self._about, str) else self._about, id="about")
            if self.draft is not None and self.draft.words is not None:
                draft_note = (
                    f"A draft of {self.draft.stored_at}, not saved yet: "
                    f"enter saves it, {key_of('prompt.leave')} drops it."
                )
                yield Static(plain(draft_note, "bold"), id="draft")
            if self._choices:
                yield OptionList(id="choices")
            yield Input(self._value, suggester=PathSuggester() if self._path else None, id="words", compact=True)
            keys = "enter takes it · {prompt.leave} cancels" + (
                " · {prompt.complete} completes" if self._path or self._choices else ""
            )
            yield Static(
                key_hints(keys + (" · {prompt.down} {prompt.up} choose" if self._choices else "")),
                id="keys",
                markup=False,
            )

    def on_mount(self) -> None:
        """Focus the input; the choices follow what is typed."""
        self._offer("")
        if self._choices:
            self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()

    def _offer(self, typed: str) -> None:
        if not self._choices:
            return
        terms = typed.casefold().split()
        self._offered = [c for c in self._choices if all(word in f"{c.label} {c.about}".casefold() for word in terms)]
        shown = self.query_one(OptionList)
        shown.clear_options()
        for choice in self._offered:
            about = plain(f"  {one_line(choice.about, 120)}", "dim") if choice.about else plain("")
            shown.add_option(Option(Content.assemble(plain(choice.label), about)))
        shown.highlighted = None if self._free or not self._offered else 0
        if not self._offered and not self._free:
            shown.add_option(Option(plain("nothing matches these words; ctrl+u clears the line"), disabled=True))
        shown.display = bool(shown.option_count)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self._offer("" if event.value == self._value else event.value)
        if self.draft is not None and event.value != self._last_noted:
            self._last_noted = event.value
            self.draft.note(self, {WORDS: event.value})

    def on_unmount(self) -> None:
        """Close the draft; if the app quits, unsaved words are kept in it."""
        if self.draft is not None:
            self.draft.close()

    def action_move(self, by: int) -> None:
        """Move the cursor over the choices."""
        if self._offered:
            shown = self.query_one(OptionList)
            shown.action_cursor_down() if by > 0 else shown.action_cursor_up()

    def action_complete(self) -> None:
        """Complete the typed text to the current choice, or to the suggested path."""
        words = self.query_one(Input)
        if self._path and (done := complete_path(words.value)) is not None:
            words.value = done
        elif self._offered:
            at = self.query_one(OptionList).highlighted or 0
            words.value = self._offered[at].label
        words.cursor_position = len(words.value)

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        at = self.query_one(OptionList).highlighted if self._choices else None
        if at is not None and at < len(self._offered):
            self.dismiss(self._offered[at].value)
        elif self._free and (event.value.strip() or self._empty):
            self.dismiss(event.value.strip())

    @on(OptionList.OptionSelected)
    def _click(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._offered[event.option_index].value)

    def action_leave(self) -> None:
        """Close without an answer."""
        if self.draft is not None:
            self.draft.drop()
        self.dismiss(None)
