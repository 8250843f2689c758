"""The profiles that the accounts and stack screens share: as of one date, computed in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

from textual.containers import Container
from textual.widgets import LoadingIndicator, Static

from needsseg.actions.accounts import Revenue, accounts
from needsseg.actions.study import history, studies
from needsseg.errors import NeedssegError
from needsseg.symbols import Sign, glyphs
from needsseg.tui.accounts import profiles
from needsseg.tui.accounts.profiles import Computed, day_of
from needsseg.tui.context import ScreenContext
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.loading import read_in_background, result_or_error, without_gc
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.prompt import Prompt
from needsseg.tui.widgets.symbols import by_name
from needsseg.tui.words import plain

if TYPE_CHECKING:
    from textual.widget import Widget

    from needsseg.tui.study_app import StudyApp

DATE_KEY = "accounts"
"""The key under which the study remembers the date of both screens."""
NO_DATE = "There are no events yet, so no default date.\n\n  {accounts.as_of:4} sets the as-of date"


class ProfilesContext(ScreenContext, Protocol):
    """A screen that shows profiles, as its loader uses it."""

    @property
    def study_app(self) -> StudyApp:
        """The app, which holds the date and the profiles computed for it."""

    @property
    def is_current(self) -> bool:
        """Whether the screen is on top."""

    @property
    def focused(self) -> Widget | None:
        """The widget that receives keys."""

    def set_focus(self, widget: None) -> None:
        """Focus no widget."""

    def refresh_study(self) -> None:
        """Read the study again and show it."""


@runtime_checkable
class ShowsProfiles(Protocol):
    """A screen with a loader, which is notified when profiles have been computed."""

    loader: ProfileLoader
    is_mounted: bool


class ProfileLoader:
    """Computes profiles when the study or the date has changed, and passes them to ``show``: None while there are none.

    It owns what is shown meanwhile: ``empty`` with what to do without accounts, the ``indicator``, and the ``body`` in
    which the screen puts its list and details.
    """

    def __init__(
        self,
        context: ProfilesContext,
        listed: Widget,
        empty_words: str,
        show: Callable[[Computed | None], None],
    ) -> None:
        self.context, self._listed, self._empty_words, self._show_profiles = context, listed, empty_words, show
        self.empty = Static(with_keys(empty_words), classes="empty", markup=False)
        self.indicator = LoadingIndicator()
        self.indicator.display = False
        self.body = Container(classes="body")
        self.computing = False
        self._shown: Computed | None = None
        self._signs: dict[str, Sign] = {}
        self._signs_of: tuple[tuple[int, str], ...] = ()

    @property
    def as_of(self) -> date | None:
        """The date of both screens."""
        return self.context.study_app.as_of

    @as_of.setter
    def as_of(self, day: date | None) -> None:
        self.context.study_app.as_of = day

    @property
    def signs(self) -> dict[str, Sign]:
        """The symbol of each segment by its name."""
        app = self.context.study_app
        named = app.computed.segments if app.computed else ()
        if not self._signs or self._signs_of != named:
            app.signs = glyphs([number for number, _ in named], app.signs)
            self._signs_of, self._signs = named, by_name(named, app.signs)
        return self._signs

    def recall_date(self) -> None:
        """Restore the remembered date."""
        remembered = studies.place(self.context.study, DATE_KEY)
        if self.as_of is None and remembered.get("as_of"):
            self.as_of = date.fromisoformat(str(remembered["as_of"]))

    def show_again(self) -> None:
        """Pass the profiles to the screen at the next reload even if they are the same."""
        self._shown = None

    def reload(self) -> None:
        """Show the profiles of the study's current state, or start computing them."""
        has_accounts = "accounts" in accounts.sources(self.context.study)
        computed, state = (
            self.context.study_app.computed,
            tuple((entry.id, entry.state) for entry in history.listing(self.context.study)),
        )
        source_state = (self.as_of, state)
        failed = (
            computed.failed(self.context.worded)
            if has_accounts and computed is not None and computed.source_state == source_state
            else ""
        )
        dated = not (has_accounts and computed and computed.as_of is None and self.as_of is None)
        self.empty.update(plain(failed or with_keys(self._empty_words if dated else NO_DATE)))
        self._show_body(has_accounts and dated and not failed)
        if not has_accounts:
            self.context.study_app.computed = self.context.study_app.computing_of = None
            self._wait(False)
            self._show(None)
            return
        if computed is not None and computed.source_state == source_state:
            self._wait(False)
            self._show(computed)
            return
        if computed is not None and computed.as_of != self.as_of:
            # Rows of another date must not be shown under this one.
            self._show(None)
        self._wait(True)
        if self.context.study_app.computing_of != source_state:
            self.context.study_app.computing_of = source_state
            self.context.study_app.run_worker(self._compute(self.as_of, source_state), group="profiles", exclusive=True)

    async def _compute(self, as_of: date | None, source_state: object) -> None:
        """Compute profiles on a separate connection, so that the screen's is never busy."""
        app = self.context.study_app
        result = await result_or_error(
            read_in_background(app.study.path, lambda study: without_gc(partial(profiles.compute, study, as_of)))
        )
        if isinstance(result, NeedssegError):
            computed = Computed(as_of, (), Revenue(), (), source_state, result)
        else:
            computed = replace(result, source_state=source_state)
        if app.computing_of != source_state:
            return
        app.computing_of = None
        if as_of is None and computed.as_of is not None:
            # From now on the default date counts as the requested one.
            app.as_of = computed.as_of
            computed = replace(computed, source_state=(computed.as_of, *cast("tuple[Any, ...]", source_state)[1:]))
        app.computed = computed
        below = app.screen_stack[0]
        if isinstance(below, ShowsProfiles) and below.is_mounted:
            below.loader.show_computed(computed)

    def show_computed(self, computed: Computed) -> None:
        """Show computed profiles, or ask for a date if there is no default."""
        self.context.refresh_study()
        if computed.error is not None:
            self.context.tell("profiles could not be computed", wrong=True)
        elif computed.as_of is None and self.context.is_current:
            self.ask_date()

    def try_again(self) -> bool:
        """Compute again after a failure; return whether it had failed."""
        computed = self.context.study_app.computed
        if computed is None or computed.error is None or self.computing:
            return False
        self.context.study_app.computed = None
        self.context.tell("")
        self.context.refresh_study()
        return True

    def _show_body(self, shown: bool) -> None:
        self.empty.display = not shown
        self.body.display = shown
        # A list that is hidden must not take the keys.
        if not shown:
            self.context.set_focus(None)
        elif self.context.focused is None:
            self._listed.focus()

    def _show(self, computed: Computed | None) -> None:
        if computed is not self._shown:
            self._shown = computed
            self._show_profiles(computed)

    def _wait(self, computing: bool) -> None:
        self.computing = computing
        self.indicator.display = computing

    def ask_date(self) -> None:
        """Ask for the date."""
        about = "YYYY-MM-DD. Only events before that day count."
        self.context.push(Prompt("Profiles as of which day?", value=str(self.as_of or ""), about=about), self._set_date)

    @shows_errors
    def _set_date(self, words: str | None) -> None:
        if words is None:
            return
        self.as_of = day_of(words)
        if not self.try_again():
            self.context.refresh_study()

    def remember_date(self) -> None:
        """Remember the date."""
        remembered = studies.place(self.context.study, DATE_KEY)
        self.context.study_app.remember(DATE_KEY, remembered | {"as_of": str(self.as_of) if self.as_of else ""})
