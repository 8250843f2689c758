"""The app: six screens on one study, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
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
from needsseg.tui.background import BackgroundEmbedding
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.fixes import worded
from needsseg.tui.keys.binding_ids import binding_of
from needsseg.tui.keys.help import KeysScreen
from needsseg.tui.keys.hints import bound_keys, key_of
from needsseg.tui.keys.key_order import KeyOrder, Round
from needsseg.tui.keys.keymap import read_user_keys
from needsseg.tui.loading import load_modules
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
PRELOAD_SECONDS = 0.3


def is_dialog(screen: Screen[Any]) -> bool:
    """Return whether a screen is a dialog of needsseg other than the list of keys."""
    ours = isinstance(screen, ModalScreen) and type(screen).__module__.startswith("needsseg.")
    return ours and not isinstance(screen, KeysScreen)


def is_typing(widget: Widget | None) -> bool:
    """Return whether a question mark is text: the widget is a text field that is not empty."""
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
    from needsseg.tui.palette import StudyCommands

    return StudyCommands


class NeedssegApp(App[int]):
    """Shows a study and calls actions; each screen is loaded when it is first opened."""

    TITLE = "needsseg"
    # Messages are shown at the top: at the bottom they would hide the keys.
    CSS = """
    TranscriptView, DataTable, OptionList, VerticalScroll, LongList { scrollbar-size: 1 1; }
    ToastRack { dock: top; align: right top; margin-top: 1; margin-bottom: 0; }
    """
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # as Textual declares it
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
        last_place = studies.place(study, "app")
        self._remembered_mode = str(last_place.get("mode", ""))
        # Textual reads this when the app is created: the app reopens the screen it was closed on.
        self.DEFAULT_MODE = self._remembered_mode if self._remembered_mode in self.MODES else "interviews"  # type: ignore[misc]
        super().__init__()
        self.register_theme(HIGH_CONTRAST)
        self._chosen_theme = str(last_place.get("theme", ""))
        settings = load(study.path)
        user_keys = read_user_keys(study.path, settings.keys)
        self.set_keymap(user_keys.keymap)
        self._keys_refused = user_keys.refused
        self._requested_theme = settings.theme or self._chosen_theme
        if self._requested_theme in self.available_themes:
            self.theme = self._requested_theme
        self._gate = Gate()
        # If the app fails, Textual prints here, through the command line's filter that removes escape sequences.
        self.error_console = Console(stderr=True, force_terminal=False, markup=False, highlight=False)
        self.keys = KeyOrder(self, self._forward_key, self._note_key_handled, self._is_quit)
        self.study = study
        self.requested_place: Bookmark | None = None
        """The place that another screen has asked the Code screen to show."""
        self.opened_from = ""
        self.signs: Signs = {}
        self.reviewer = ""
        self.as_of: date | None = None
        """The as-of date of the accounts and stack screens."""
        self.computed: Computed | None = None
        self.computing_of: object = None
        self.requested_accounts: Filters | None = None
        """The accounts that the stack screen has asked the accounts screen to show."""
        self.background = BackgroundEmbedding(
            study, lambda: self.command("embed"), self._show_background, self._show_background_error
        )
        self._version = study.others_changes
        self._has_shown_fault = False

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours of segments, which depend on the theme."""
        return theme_variables(self.current_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the filters applied to every line; the last removes characters that control the terminal."""
        return [*super().get_line_filters(), self._gate]

    async def on_event(self, event: Event) -> None:
        """Forward keys one at a time, and all other events at once."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            await self.keys.take(event)
        else:
            await super().on_event(event)

    async def _forward_key(self, event: Key | Paste) -> None:
        """Forward a key to the screen; in a dialog, F1 shows its keys, and so does ``?`` unless it is text there."""
        shown, name = self.screen, event.key if isinstance(event, Key) else ""
        always, unless_typing = (bound_keys(binding_of(each), self) for each in ("go.interviews", "study.keys"))
        if is_dialog(shown) and (name in always or (name in unless_typing and not is_typing(self.focused))):
            self.push_screen(KeysScreen(shown))
        else:
            await super().on_event(event)

    @on(Round)
    async def _round_ended(self, message: Round) -> None:
        await self.keys.round_returned(message)

    def _is_quit(self, key: str) -> bool:
        """Return whether a key quits."""
        return key in bound_keys(binding_of("app.quit"), self)

    def _note_key_handled(self) -> None:
        """Let the screen note what is visible after a key has been handled."""
        shown = self.screen_stack[-1:]
        if shown and isinstance(shown[0], StudyScreen):
            shown[0].note_seen()

    def on_mount(self) -> None:
        """Watch for changes by other programs; show warnings, refused keys and drafts that were not saved."""
        self.set_interval(POLL_SECONDS, self.poll)
        self.set_timer(PRELOAD_SECONDS, self._preload)
        for warning in studies.warnings(self.study):
            self.notify(worded(warning, self), severity="warning", timeout=20, markup=False)
        for refused in self._keys_refused:
            self.notify(refused, title="A key was not bound", severity="warning", timeout=20, markup=False)
        self._watch_chosen_theme()
        drafting.on_hangup(self._handle_hangup)
        waiting = drafts.listing(self.study)
        if waiting:
            named = "\n".join(f"{draft.about} ({draft.written_at[:16].replace('T', ' ')})" for draft in waiting[:3])
            more = f"\nand {len(waiting) - 3} more" if len(waiting) > 3 else ""
            title = f"{format_count(len(waiting), 'draft')} not saved; open it again to go on"
            self.notify(named + more, title=title, timeout=8, markup=False)

    def _preload(self) -> None:
        """Load modules in the background, so that the first interview and the first of each sheet open at once."""
        self.run_worker(load_modules, thread=True, group="warm")

    def poll(self) -> None:
        """Refresh the screen when another program has changed the study."""
        if not self.screen_stack:  # the app is closing
            return
        if (fault := self.study.place_fault()) and not self._has_shown_fault:
            self._has_shown_fault = True
            commands.save_copy(self, fault)
            return
        try:
            self.background.look()
            version = self.study.others_changes
        except NeedssegError as error:
            self.show_error(error)
            return
        if version != self._version:
            shown = self.screen_stack[-1]
            # Under a dialog nothing is refreshed until the dialog closes.
            if isinstance(shown, StudyScreen) and shown.is_mounted:
                self._version = version
                shown.refresh_study()

    def _show_background(self) -> None:
        """Show in the status line what is done in the background."""
        if self.screen_stack and isinstance(shown := self.screen_stack[0], StudyScreen):
            shown.show_background(self.background.words)

    def _show_background_error(self, error: NeedssegError) -> None:
        """Show once why work in the background has ended, and how to leave it out."""
        self.notify(
            f"{error.message}\n{worded(error.hint, self)}".strip()
            + "\nWhat needs it computes it then. embed_in_background = false in needsseg.toml leaves this out.",
            title="Search was not prepared in the background",
            severity="warning",
            timeout=15,
            markup=False,
        )

    def _handle_hangup(self) -> None:
        """Store drafts and the current place when the terminal is closed."""
        below = self.screen_stack[:1]
        if below and isinstance(below[0], StudyScreen):
            below[0].leave()
        drafting.store_all()

    def exit(self, *args: Any, **kwargs: Any) -> None:
        """End the app after storing drafts."""
        self.background.stop()
        drafting.store_all()
        super().exit(*args, **kwargs)

    def action_suspend_process(self) -> None:
        """Suspend the app after storing drafts."""
        drafting.store_all()
        super().action_suspend_process()

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of a long command."""
        return child.command(self.study.path, *arguments)

    def show_error(self, error: NeedssegError) -> None:
        """Show an error with its hint: in the status line, or over a dialog as a toast."""
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
        """Remember the current screen, to reopen it; return whether it has changed."""
        if mode == self._remembered_mode:
            return False
        self._remembered_mode = mode
        self._remember_app()
        return True

    def _remember_app(self) -> None:
        theme = {"theme": self._chosen_theme} if self._chosen_theme else {}
        self.remember("app", {"mode": self._remembered_mode, **theme})

    def _watch_chosen_theme(self) -> None:
        """Remember every theme chosen from now on; warn if the requested theme does not exist."""
        if self._requested_theme and self._requested_theme != self.theme:
            self.notify(
                f"“{self._requested_theme}” is not a theme; {key_of('app.palette')} lists them under “change "
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
        """Remember where a screen was left; log a warning if the study cannot be written."""
        try:
            studies.remember_place(self.study, screen, where)
        except NeedssegError as error:
            self.log.warning(str(error))

    async def action_quit(self) -> None:
        """Remember the place and quit."""
        below = self.screen_stack[0]
        if isinstance(below, StudyScreen):
            below.leave()
        self.exit(0)

    def action_go(self, mode: str) -> None:
        """Go to another screen."""
        if mode in self.MODES and mode != self.current_mode and isinstance(self.screen, StudyScreen):
            self.opened_from = ""
            self.switch_mode(mode)

    def open(self, name: str) -> None:
        """Open a dialog that every screen offers; the screen shows its changes once it is closed."""
        self.push_screen(self.DIALOGS[name](self.study))

    def open_passage(self, interview: str, passage: int | None, opened_from: str) -> None:
        """Show a passage in its transcript; esc leads back."""
        self.open_place(Bookmark(interview, passage), opened_from)

    def open_place(self, place: Bookmark, opened_from: str) -> None:
        """Show a place in the Code screen; esc leads back."""
        self.requested_place = place
        self.opened_from = opened_from
        if self.current_mode == "code" and isinstance(self.screen, StudyScreen):
            self.screen.refresh_study()
        else:
            self.switch_mode("code")

    def go_back(self) -> None:
        """Return from a passage to the screen that opened it."""
        previous_mode, self.opened_from = self.opened_from or "interviews", ""
        self.switch_mode(previous_mode)


if TYPE_CHECKING:
    _satisfies_study_app: Callable[[Study], StudyApp] = NeedssegApp
