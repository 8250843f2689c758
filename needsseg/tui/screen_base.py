"""What the screens share: the study, undo, help, the bars, and the display of errors."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, ParamSpec, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from needsseg.errors import NeedssegError
from needsseg.tui.child import Outcome
from needsseg.tui.fixes import worded
from needsseg.tui.keys.help import bindings
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.study_app import study_app
from needsseg.tui.widgets.bars import KeyBar, ModeBar, StatusBar

if TYPE_CHECKING:
    from needsseg.actions.study import HistoryEntry, Study
    from needsseg.errors import Advice
    from needsseg.tui.bookmark import Bookmark
    from needsseg.tui.context import HasContext
    from needsseg.tui.study_app import StudyApp

Answer = TypeVar("Answer")
P = ParamSpec("P")


def shows_errors(method: Callable[P, object]) -> Callable[P, None]:
    """Make a method show a NeedssegError with its hint instead of raising it.

    The method belongs to a screen, or to an object that has the screen as its ``context``.
    """

    @functools.wraps(method)
    def showing(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            method(*args, **kwargs)
        except NeedssegError as error:
            owner = args[0]
            if isinstance(owner, Screen):
                study_app(owner).show_error(error)
            else:
                cast("HasContext", owner).context.show_error(error)

    return showing


@dataclass(frozen=True, slots=True)
class Version:
    """The state of the study that is shown: a counter of other programs' changes and one of this program's; -1 for none."""

    others: int = -1
    own: int = -1

    @classmethod
    def of(cls, study: Study) -> Version:
        """Return the study's current version."""
        return cls(study.others_changes, study.own_changes)


class StudyScreen(Screen[None]):
    """A screen of the app. ``reload`` reads the study again; ``state`` returns the text of the status line."""

    MODE: ClassVar[str] = ""
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "undo", "undo", id="study.undo"),
        Binding("ctrl+r", "redo", "redo", id="study.redo", show=False),
        Binding("h", "history", "history", id="study.history", show=False),
        Binding("question_mark", "keys", "keys", key_display="?", id="study.keys"),
    ]
    DEFAULT_CSS = """
    StudyScreen { layout: vertical;
      & .body { height: 1fr; }
      & .empty { padding: 1 2; height: 1fr; color: $text; }
      & .pane { border: round $primary 50%; border-title-color: $text-muted; border-subtitle-color: $text-muted; }
      & .pane:focus, & .pane:focus-within { border: round $accent; border-title-color: $foreground;
        border-title-style: bold; }
      &.-narrow .pane, &.-side .pane { border: none; border-top: solid $primary 50%; }
      &.-narrow .pane:focus, &.-narrow .pane:focus-within, &.-side .pane:focus, &.-side .pane:focus-within {
        border-top: solid $accent; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._happened = ""
        self._wrong = False

    @property
    def study_app(self) -> StudyApp:
        """The app, with the study and the data that the screens share."""
        return study_app(self)

    @property
    def study(self) -> Study:
        """The study that is open."""
        return self.study_app.study

    def compose(self) -> ComposeResult:
        """Yield the bars and the body between them."""
        yield ModeBar(self.MODE, self.study.path.name)
        yield from self.compose_body()
        yield StatusBar(id="status", markup=False)
        yield KeyBar(bindings(self))

    def compose_body(self) -> ComposeResult:
        """Yield the widgets between the bars."""
        yield from ()

    def on_screen_resume(self) -> None:
        """Show the current study."""
        if self.study_app.remember_mode(self.MODE):
            # The last message may no longer describe what the undo key would undo.
            self._happened, self._wrong = "", False
        if self.is_up_to_date():
            self.tell()
        else:
            self.refresh_study()

    def is_up_to_date(self) -> bool:
        """Return whether the screen shows the current study; False, the default, makes it read the study again."""
        return False

    def note_seen(self) -> None:
        """Note what is visible, after a key has been handled."""

    def pressed_before(self, shown: float | None) -> bool:
        """Return whether the current key was pressed before the time ``shown``; None if it was never shown."""
        return self.study_app.keys.pressed_before(shown)

    def show_error(self, error: NeedssegError) -> None:
        """Show an error with its hint: in the status line, or over a dialog as a toast."""
        self.study_app.show_error(error)

    def worded(self, words: str | Advice | NeedssegError) -> str:
        """Return words, or an error with its hint, with every fix as its keys."""
        return worded(words, self.app)

    def push(self, screen: Screen[Answer], callback: Callable[[Answer | None], None]) -> None:
        """Open a dialog over the screen; ``callback`` gets its answer, or None if it was cancelled."""
        self.app.push_screen(screen, callback)

    def navigate(self, place: Bookmark, opened_from: str | None = None) -> None:
        """Show a place in the Code screen; esc leads back to ``opened_from``, or as before if it is None."""
        self.study_app.open_place(place, self.study_app.opened_from if opened_from is None else opened_from)

    def on_screen_suspend(self) -> None:
        """Remember the place."""
        self.suspended()

    def suspended(self) -> None:
        """Remember the place when another screen or a dialog covers this one."""
        self.leave()

    def leave(self) -> None:
        """Remember the place, to reopen the screen there."""

    @shows_errors
    def refresh_study(self) -> None:
        """Read the study again and show it with the state; equal queries are run once."""
        with self.study.reading_once():
            self.reload()
        self.tell()

    def reload(self) -> None:
        """Read what this screen shows from the study."""

    def state(self) -> str:
        """Return the text of the status line: saved, coded n/N, position, filter."""
        return "saved"

    def tell(self, happened: str | None = None, *, wrong: bool = False) -> None:
        """Show the state and a message, which stays until the next one."""
        if happened is not None:
            self._happened, self._wrong = happened, wrong
        for bar in self.query("#status").results(StatusBar):
            bar.tell(self._happened, self.state(), wrong=self._wrong, background=self.study_app.background.words)

    def show_background(self, words: str) -> None:
        """Show in the status line what is done in the background."""
        for bar in self.query("#status").results(StatusBar):
            bar.show_background(words)

    def done(self, happened: str, *, undo: bool = True, steps: int = 1) -> None:
        """Show the study after a change, what happened, and how to undo its ``steps``."""
        self.note_done(happened, undo=undo, steps=steps)
        self.refresh_study()

    def note_done(self, happened: str, *, undo: bool = True, steps: int = 1) -> None:
        """Set the message for the status line: what happened, and how to undo its ``steps``."""
        undo_hint = (
            with_keys(" · {study.undo} undoes") if steps == 1 else with_keys(" · {study.undo} undoes the last one")
        )
        self._happened, self._wrong = f"{happened}{undo_hint}" if undo else happened, False

    def note_undone(self, entry: int) -> None:
        """Note which entry of the history was undone; called before the study is read again."""

    def action_undo(self) -> None:
        """Undo the user's last action."""
        from needsseg.tui.study import undoing

        def done(entry: HistoryEntry) -> None:
            self.note_undone(entry.id)
            self.done(
                f"Undid: {undoing.describe_entry(self.study, entry)}. {key_of('study.redo')} redoes it", undo=False
            )
            self.after_undo_or_redo()

        undoing.undo_entry(self.app, self.study, done, self.study_app.show_error)

    def after_undo_or_redo(self) -> None:
        """Called after undo or redo, once the study has been read again."""

    @shows_errors
    def action_redo(self) -> None:
        """Redo the action that was undone."""
        from needsseg.actions.study import history
        from needsseg.tui.study import undoing

        entry = history.redo(self.study)
        self.done(f"Redid: {undoing.describe_entry(self.study, entry)}")
        self.after_undo_or_redo()

    def action_history(self) -> None:
        """Show the history of actions."""
        self.study_app.open("history")

    def action_keys(self) -> None:
        """Show the keys of this screen."""
        from needsseg.tui.keys.help import KeysScreen

        self.app.push_screen(KeysScreen(self))

    def run_verb(self, title: str, then: Callable[[Outcome], None], arguments: Sequence[str]) -> None:
        """Run a long command in a child process; ``then`` gets its outcome unless it was cancelled."""
        from needsseg.tui.widgets.progress import ProgressScreen

        def ended(outcome: Outcome | None) -> None:
            if outcome is None:
                self.done("cancelled; nothing was changed", undo=False)
            else:
                then(outcome)

        self.app.push_screen(ProgressScreen(title, self.study_app.command(*arguments)), ended)
