"""The app: six screens over one study, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import Console
from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.events import Event, Key, Paste
from textual.filter import LineFilter
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input, TextArea

from needsseg.actions.coding import drafts
from needsseg.actions.study import studies
from needsseg.errors import NeedssegError
from needsseg.settings import load
from needsseg.text import format_count
from needsseg.tui import child
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.fixes import worded
from needsseg.tui.keys.binding_ids import binding_of
from needsseg.tui.keys.help import KeysScreen
from needsseg.tui.keys.hints import bound_keys, key_of
from needsseg.tui.keys.key_order import KeyOrder, Round
from needsseg.tui.keys.keymap import read_user_keys
from needsseg.tui.screen_base import StudyScreen
from needsseg.tui.study import commands, drafting
from needsseg.tui.study.gate import Gate
from needsseg.tui.themes import HIGH_CONTRAST, theme_variables

if TYPE_CHECKING:
    from textual.theme import Theme

    from needsseg.actions.study import Study
    from needsseg.symbols import Signs
    from needsseg.tui.accounts.filters import Filters
    from needsseg.tui.accounts.profiles import Computed
    from needsseg.tui.study_app import StudyApp

POLL_SECONDS = 0.4
WARM_SECONDS = 0.3


def is_dialog(screen: Screen[Any]) -> bool:
    """Whether a screen is one of ours that lies over another, and does not show keys already."""
    ours = isinstance(screen, ModalScreen) and type(screen).__module__.startswith("needsseg.")
    return ours and not isinstance(screen, KeysScreen)


def is_typing(widget: Widget | None) -> bool:
    """Whether a question mark belongs to the words that are being typed: where a text has been begun."""
    return bool(isinstance(widget, Input) and widget.value) or bool(isinstance(widget, TextArea) and widget.text)


def _interviews() -> Screen[Any]:
    from needsseg.tui.interviews.screen import InterviewsScreen

    return InterviewsScreen()


def _code() -> Screen[Any]:
    from needsseg.tui.code.screen import CodeScreen

    return CodeScreen()


def _segments() -> Screen[Any]:
    from needsseg.tui.segments.screen import SegmentsScreen

    return SegmentsScreen()


def _accounts() -> Screen[Any]:
    from needsseg.tui.accounts.screen import AccountsScreen

    return AccountsScreen()


def _stack() -> Screen[Any]:
    from needsseg.tui.stack.screen import StackScreen

    return StackScreen()


def _survey() -> Screen[Any]:
    from needsseg.tui.survey.screen import SurveyScreen

    return SurveyScreen()


def _history(study: Study) -> Screen[None]:
    from needsseg.tui.study.history import HistoryScreen

    return HistoryScreen(study)


def _palette() -> type[Provider]:
    from needsseg.tui.palette import Verbs

    return Verbs


class NeedssegApp(App[int]):
    """Shows a study and calls actions; each screen is loaded when it is first opened."""

    TITLE = "needsseg"
    # Messages come at the top: at the bottom they would hide the keys.
    CSS = """
    TranscriptView, DataTable, OptionList, VerticalScroll, LongList { scrollbar-size: 1 1; }
    ToastRack { dock: top; align: right top; margin-top: 1; margin-bottom: 0; }
    """
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # no ClassVar in Textual either
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "interviews": _interviews,
        "code": _code,
        "segments": _segments,
        "accounts": _accounts,
        "stack": _stack,
        "survey": _survey,
    }
    DIALOGS: ClassVar[dict[str, Callable[[Study], Screen[None]]]] = {"history": _history}
    """The dialogs that every screen offers, by name, so that screens need not know them."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "go('interviews')", "interviews", id="go.interviews", show=False),
        Binding("f2", "go('code')", "code", id="go.code", show=False),
        Binding("f3", "go('segments')", "segments", id="go.segments", show=False),
        Binding("f4", "go('accounts')", "accounts", id="go.accounts", show=False),
        Binding("f5", "go('stack')", "stack", id="go.stack", show=False),
        Binding("f6", "go('survey')", "survey", id="go.survey", show=False),
        Binding("ctrl+p", "command_palette", "all commands", id="app.palette", show=False, priority=True),
        Binding("ctrl+q", "quit", "quit", id="app.quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "suspend", id="app.suspend", show=False),
    ]

    def __init__(self, study: Study) -> None:
        left = studies.place(study, "app")
        self._mode_kept = str(left.get("mode", ""))
        # Textual reads this as the app is made: the first screen is the one that was left.
        self.DEFAULT_MODE = self._mode_kept if self._mode_kept in self.MODES else "interviews"  # type: ignore[misc]
        super().__init__()
        self.register_theme(HIGH_CONTRAST)
        self._chosen_theme = str(left.get("theme", ""))
        settings = load(study.path)
        user_keys = read_user_keys(study.path, settings.keys)
        self.set_keymap(user_keys.keymap)
        self._keys_refused = user_keys.refused
        self._theme_wanted = settings.theme or self._chosen_theme
        if self._theme_wanted in self.available_themes:
            self.theme = self._theme_wanted
        self._gate = Gate()
        # What Textual prints where the app fails passes the gate of the command line, which takes escape sequences away.
        self.error_console = Console(stderr=True, force_terminal=False, markup=False, highlight=False)
        self.keys = KeyOrder(self, self._hand_on, self._key_done, self._is_quit)
        self.study = study
        self.wanted: Bookmark | None = None
        """The place that another screen asked the Code screen to show."""
        self.came_from = ""
        self.signs: Signs = {}
        self.reviewer = ""
        self.as_of: date | None = None
        """The date of the accounts and the stack."""
        self.computed: Computed | None = None
        self.computing_of: object = None
        self.wanted_accounts: Filters | None = None
        """The accounts that the stack asked the accounts screen to show."""
        self._version = study.data_version
        self._place_told = False

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours of segments, which a theme may have of its own."""
        return theme_variables(self.current_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The filters that every line passes before it is drawn; the last lets through no text that steers the terminal."""
        return [*super().get_line_filters(), self._gate]

    async def on_event(self, event: Event) -> None:
        """Hands keys on one at a time, and everything else at once."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            await self.keys.take(event)
        else:
            await super().on_event(event)

    async def _hand_on(self, event: Key | Paste) -> None:
        """Hands a key to the screen; in a dialog ``?`` shows its keys, unless words are being typed there, and F1 always."""
        shown, name = self.screen, event.key if isinstance(event, Key) else ""
        always, unless_typing = (bound_keys(binding_of(each), self) for each in ("go.interviews", "study.keys"))
        if is_dialog(shown) and (name in always or (name in unless_typing and not is_typing(self.focused))):
            self.push_screen(KeysScreen(shown))
        else:
            await super().on_event(event)

    @on(Round)
    async def _round_ended(self, message: Round) -> None:
        await self.keys.came_back(message)

    def _is_quit(self, key: str) -> bool:
        """Return whether a key quits."""
        return key in bound_keys(binding_of("app.quit"), self)

    def _key_done(self) -> None:
        """Lets the screen note what can be seen now that a key has been handled."""
        shown = self.screen_stack[-1:]
        if shown and isinstance(shown[0], StudyScreen):
            shown[0].note_seen()

    def on_mount(self) -> None:
        """Watches for what other programs write, and warns of a place where the study is not safe."""
        self.set_interval(POLL_SECONDS, self.poll)
        self.set_timer(WARM_SECONDS, self._warm)
        for warning in studies.warnings(self.study):
            self.notify(worded(warning, self), severity="warning", timeout=20, markup=False)
        for refused in self._keys_refused:
            self.notify(refused, title="A key was not bound", severity="warning", timeout=20, markup=False)
        self._watch_chosen_theme()
        drafting.on_hangup(self._hung_up)
        waiting = drafts.listing(self.study)
        if waiting:
            named = "\n".join(f"{draft.about} ({draft.written_at[:16].replace('T', ' ')})" for draft in waiting[:3])
            more = f"\nand {len(waiting) - 3} more" if len(waiting) > 3 else ""
            title = f"{format_count(len(waiting), 'draft')} not saved; open it again to go on"
            self.notify(named + more, title=title, timeout=8, markup=False)

    def _warm(self) -> None:
        """Loads the coding screen's module while nobody waits for it, so that the first interview opens at once."""
        self.run_worker(partial(import_module, "needsseg.tui.code.screen"), thread=True, group="warm")

    def poll(self) -> None:
        """Shows the study anew when another program has written to it."""
        if not self.screen_stack:  # while the app closes
            return
        if (fault := self.study.place_fault()) and not self._place_told:
            self._place_told = True
            commands.save_copy(self, fault)
            return
        try:
            version = self.study.data_version
        except NeedssegError as error:
            self.show_error(error)
            return
        if version != self._version:
            shown = self.screen_stack[-1]
            # Under a dialog nothing is read anew; it is once the dialog is gone.
            if isinstance(shown, StudyScreen) and shown.is_mounted:
                self._version = version
                shown.refresh_study()

    def _hung_up(self) -> None:
        """The terminal is gone: keeps what was being typed, and where one was."""
        below = self.screen_stack[:1]
        if below and isinstance(below[0], StudyScreen):
            below[0].leave()
        drafting.keep_all()

    def exit(self, *args: Any, **kwargs: Any) -> None:
        """Ends the app, with what is being typed kept."""
        drafting.keep_all()
        super().exit(*args, **kwargs)

    def action_suspend_process(self) -> None:
        """Suspends, with what is being typed kept."""
        drafting.keep_all()
        super().action_suspend_process()

    def command(self, *arguments: str) -> list[str]:
        """The command line of a long verb."""
        return child.command(self.study.path, *arguments)

    def show_error(self, error: NeedssegError) -> None:
        """Shows what is wrong and what to do: in the line of state, over a question as a toast."""
        if isinstance(self.screen, StudyScreen):
            self.screen.tell(worded(error, self), wrong=True)
            return
        self.notify(
            f"{error.message}\n{worded(error.hint, self)}".strip(),
            title="The action failed",
            severity="error",
            timeout=8,
            markup=False,
        )

    def remember_mode(self, mode: str) -> bool:
        """Remembers the screen that is shown, to reopen there; whether it is another one than before."""
        if mode == self._mode_kept:
            return False
        self._mode_kept = mode
        self._remember_app()
        return True

    def _remember_app(self) -> None:
        theme = {"theme": self._chosen_theme} if self._chosen_theme else {}
        self.remember("app", {"mode": self._mode_kept, **theme})

    def _watch_chosen_theme(self) -> None:
        """Remember the theme that is chosen from now on; warn where the one that is wanted does not exist."""
        if self._theme_wanted and self._theme_wanted != self.theme:
            self.notify(
                f"“{self._theme_wanted}” is not a theme; {key_of('app.palette')} lists them under “change "
                "the colours”.",
                severity="warning",
                timeout=8,
                markup=False,
            )
        self.theme_changed_signal.subscribe(self, self._theme_chosen)

    def _theme_chosen(self, theme: Theme) -> None:
        if theme.name != self._chosen_theme:
            self._chosen_theme = theme.name
            self._remember_app()

    def remember(self, screen: str, where: dict[str, object]) -> None:
        """Remembers where a screen was left; a study that cannot be written just now forgets it."""
        try:
            studies.remember_place(self.study, screen, where)
        except NeedssegError as error:
            self.log.warning(str(error))

    async def action_quit(self) -> None:
        """Quits, remembering the place."""
        below = self.screen_stack[0]
        if isinstance(below, StudyScreen):
            below.leave()
        self.exit(0)

    def action_go(self, mode: str) -> None:
        """Goes to one of the screens."""
        if mode in self.MODES and mode != self.current_mode and isinstance(self.screen, StudyScreen):
            self.came_from = ""
            self.switch_mode(mode)

    def open(self, name: str) -> None:
        """Opens a dialog that every screen offers; what it changed is shown once it is closed."""
        self.push_screen(self.DIALOGS[name](self.study))

    def open_passage(self, interview: str, passage: int | None, came_from: str) -> None:
        """Shows a passage in its context; esc leads back."""
        self.open_place(Bookmark(interview, passage), came_from)

    def open_place(self, place: Bookmark, came_from: str) -> None:
        """Shows a place in the Code screen; esc leads back."""
        self.wanted = place
        self.came_from = came_from
        if self.current_mode == "code" and isinstance(self.screen, StudyScreen):
            self.screen.refresh_study()
        else:
            self.switch_mode("code")

    def go_back(self) -> None:
        """From a passage back to where it was opened."""
        back, self.came_from = self.came_from or "interviews", ""
        self.switch_mode(back)


if TYPE_CHECKING:
    _as_screens_know_it: Callable[[Study], StudyApp] = NeedssegApp
