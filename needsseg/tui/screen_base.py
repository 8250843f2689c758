"""What the screens share: the study, undo, help, the bars, and errors that are shown and never raised."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
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
    """Make a method show a NeedssegError, with its hint, where it would raise it.

    The method is a screen's own, or that of an object that has the screen as its ``context``.
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


class StudyScreen(Screen[None]):
    """One of the screens. ``reload`` reads the study anew; ``state`` says where one is."""

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
        """The app, with the study and what the screens share."""
        return study_app(self)

    @property
    def study(self) -> Study:
        """The study that is open."""
        return self.study_app.study

    def compose(self) -> ComposeResult:
        """Bars around what the screen shows."""
        yield ModeBar(self.MODE, self.study.path.name)
        yield from self.compose_body()
        yield StatusBar(id="status", markup=False)
        yield KeyBar(bindings(self))

    def compose_body(self) -> ComposeResult:
        """What the screen shows between the bars."""
        yield from ()

    def on_screen_resume(self) -> None:
        """Shows what is in the study now."""
        if self.study_app.remember_mode(self.MODE):
            # What happened here before one went elsewhere is not what `u` would take back now.
            self._happened, self._wrong = "", False
        if self.is_up_to_date():
            self.tell()
        else:
            self.refresh_study()

    def is_up_to_date(self) -> bool:
        """Returns whether the screen shows the study as it is; a screen that cannot know reads it anew."""
        return False

    def note_seen(self) -> None:
        """Notes what can be seen, once a key has been handled."""

    def pressed_before(self, shown: float | None) -> bool:
        """Whether the key that is being handled was pressed before something was shown; ``shown`` is None for never."""
        return self.study_app.keys.pressed_before(shown)

    def show_error(self, error: NeedssegError) -> None:
        """Show what is wrong and what to do: in the line of state, over a dialog as a toast."""
        self.study_app.show_error(error)

    def worded(self, words: str | Advice | NeedssegError) -> str:
        """Return words, or an error with its hint, with every fix as the keys that do it."""
        return worded(words, self.app)

    def push(self, screen: Screen[Answer], callback: Callable[[Answer | None], None]) -> None:
        """Open a dialog over the screen; ``callback`` gets its answer, None where it was left."""
        self.app.push_screen(screen, callback)

    def navigate(self, place: Bookmark, came_from: str | None = None) -> None:
        """Show a place in the Code screen; esc leads back to ``came_from``, where None leaves the way back as it is."""
        self.study_app.open_place(place, self.study_app.came_from if came_from is None else came_from)

    def on_screen_suspend(self) -> None:
        """Remembers the place."""
        self.suspended()

    def suspended(self) -> None:
        """Called when another screen or a dialog comes over this one."""
        self.leave()

    def leave(self) -> None:
        """Remembers where one is, to reopen there."""

    @shows_errors
    def refresh_study(self) -> None:
        """Reads the study anew, each thing once, and tells the state."""
        with self.study.reading_once():
            self.reload()
        self.tell()

    def reload(self) -> None:
        """Reads what this screen shows from the study."""

    def state(self) -> str:
        """Saved state, coded n/N, position, filter."""
        return "saved"

    def tell(self, happened: str | None = None, *, wrong: bool = False) -> None:
        """Shows the state, and what happened until the next thing does."""
        if happened is not None:
            self._happened, self._wrong = happened, wrong
        for bar in self.query("#status").results(StatusBar):
            bar.tell(self._happened, self.state(), wrong=self._wrong)

    def done(self, happened: str, *, undo: bool = True, steps: int = 1) -> None:
        """After a change: shows the study as it is now, what happened, and how to take its ``steps`` back."""
        self.note_done(happened, undo=undo, steps=steps)
        self.refresh_study()

    def note_done(self, happened: str, *, undo: bool = True, steps: int = 1) -> None:
        """Notes what happened, and how to take its ``steps`` back, for the line of state."""
        how = with_keys(" · {study.undo} undoes") if steps == 1 else with_keys(" · {study.undo} undoes the last one")
        self._happened, self._wrong = f"{happened}{how}" if undo else happened, False

    def went_back(self, entry: int) -> None:
        """Told which entry of the history was just taken back, before the study is read anew."""

    def action_undo(self) -> None:
        """Takes back what one did last oneself."""
        from needsseg.tui.study import undoing

        def done(entry: HistoryEntry) -> None:
            self.went_back(entry.id)
            self.done(f"Undid: {undoing.named(self.study, entry)}. {key_of('study.redo')} redoes it", undo=False)
            self.came_back()

        undoing.take_back(self.app, self.study, done, self.study_app.show_error)

    def came_back(self) -> None:
        """After an action was taken back or done again, once the study is read anew."""

    @shows_errors
    def action_redo(self) -> None:
        """Does again what was taken back."""
        from needsseg.actions.study import history
        from needsseg.tui.study import undoing

        entry = history.redo(self.study)
        self.done(f"Redid: {undoing.named(self.study, entry)}")
        self.came_back()

    def action_history(self) -> None:
        """Shows what was done."""
        self.study_app.open("history")

    def action_keys(self) -> None:
        """Shows the keys of this screen."""
        from needsseg.tui.keys.help import KeysScreen

        self.app.push_screen(KeysScreen(self))

    def run_verb(self, title: str, then: Callable[[Outcome], None], arguments: Sequence[str]) -> None:
        """Runs a long verb as a child; ``then`` gets its outcome unless it was cancelled."""
        from needsseg.tui.widgets.progress import ProgressScreen

        def ended(outcome: Outcome | None) -> None:
            if outcome is None:
                self.done("cancelled; the study is as it was", undo=False)
            else:
                then(outcome)

        self.app.push_screen(ProgressScreen(title, self.study_app.command(*arguments)), ended)
