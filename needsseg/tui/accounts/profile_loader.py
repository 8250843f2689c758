"""The profiles that the screens of accounts and stack share: one date, computed beside the screen, shown once they come."""

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
from needsseg.tui.accounts import profiles
from needsseg.tui.accounts.profiles import Computed, day_of
from needsseg.tui.context import ScreenContext
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.loading import aside, attempted, uncollected
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.prompt import Prompt
from needsseg.tui.widgets.symbols import Sign, by_name, glyphs
from needsseg.tui.words import plain

if TYPE_CHECKING:
    from textual.widget import Widget

    from needsseg.tui.study_app import StudyApp

KEPT = "accounts"
"""The name under which the study remembers the date of both screens."""
NO_DATE = "There are no events yet, so no default date.\n\n  {accounts.as_of:4} sets the as-of date"


class ProfilesContext(ScreenContext, Protocol):
    """A screen that shows profiles, as its loader knows it."""

    @property
    def study_app(self) -> StudyApp:
        """The app, which holds the date and what was computed of it."""

    @property
    def is_current(self) -> bool:
        """Whether the screen is the one on top."""

    @property
    def focused(self) -> Widget | None:
        """The widget to which keys go."""

    def set_focus(self, widget: None) -> None:
        """Let keys go to no widget."""

    def refresh_study(self) -> None:
        """Read the study again and show it."""


@runtime_checkable
class ShowsProfiles(Protocol):
    """A screen that has a loader, which is told when profiles have been computed."""

    loader: ProfileLoader
    is_mounted: bool


class ProfileLoader:
    """Has profiles computed where study or date have changed, and gives them to ``took``: None where there are none yet.

    It owns what is shown meanwhile: ``empty`` with what to do without accounts, the ``indicator``, and the ``body`` into which
    the screen puts the list and what belongs to it.
    """

    def __init__(
        self,
        context: ProfilesContext,
        listed: Widget,
        empty_words: str,
        took: Callable[[Computed | None], None],
    ) -> None:
        self.context, self._listed, self._empty_words, self._took = context, listed, empty_words, took
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
        """Takes up the date that was left."""
        left = studies.place(self.context.study, KEPT)
        if self.as_of is None and left.get("as_of"):
            self.as_of = date.fromisoformat(str(left["as_of"]))

    def show_again(self) -> None:
        """Gives the profiles to the screen at the next reload though they are the same."""
        self._shown = None

    def reload(self) -> None:
        """Shows what was computed of the study as it is now, or has it computed."""
        there = "accounts" in accounts.sources(self.context.study)
        have, state = (
            self.context.study_app.computed,
            tuple((entry.id, entry.state) for entry in history.listing(self.context.study)),
        )
        made_of = (self.as_of, state)
        failed = have.failed(self.context.worded) if there and have is not None and have.made_of == made_of else ""
        dated = not (there and have and have.as_of is None and self.as_of is None)
        self.empty.update(plain(failed or with_keys(self._empty_words if dated else NO_DATE)))
        self._show_body(there and dated and not failed)
        if not there:
            self.context.study_app.computed = self.context.study_app.computing_of = None
            self._wait(False)
            self._show(None)
            return
        if have is not None and have.made_of == made_of:
            self._wait(False)
            self._show(have)
            return
        if have is not None and have.as_of != self.as_of:
            # Rows of another date must not stand under this one.
            self._show(None)
        self._wait(True)
        if self.context.study_app.computing_of != made_of:
            self.context.study_app.computing_of = made_of
            self.context.study_app.run_worker(self._compute(self.as_of, made_of), group="profiles", exclusive=True)

    async def _compute(self, as_of: date | None, made_of: object) -> None:
        """On a connection of its own, so that the screen's is never busy."""
        app = self.context.study_app
        came = await attempted(
            aside(app.study.path, lambda study: uncollected(partial(profiles.compute, study, as_of)))
        )
        if isinstance(came, NeedssegError):
            found = Computed(as_of, (), Revenue(), (), made_of, came)
        else:
            found = replace(came, made_of=made_of)
        if app.computing_of != made_of:
            return
        app.computing_of = None
        if as_of is None and found.as_of is not None:
            # The date that was found is from now on the one that was asked for.
            app.as_of = found.as_of
            found = replace(found, made_of=(found.as_of, *cast("tuple[Any, ...]", made_of)[1:]))
        app.computed = found
        below = app.screen_stack[0]
        if isinstance(below, ShowsProfiles) and below.is_mounted:
            below.loader.arrived(found)

    def arrived(self, found: Computed) -> None:
        """Shows what was computed, or asks for a date where none is known."""
        self.context.refresh_study()
        if found.error is not None:
            self.context.tell("profiles could not be computed", wrong=True)
        elif found.as_of is None and self.context.is_current:
            self.ask_date()

    def try_again(self) -> bool:
        """Computes anew where that went wrong before; whether it did."""
        have = self.context.study_app.computed
        if have is None or have.error is None or self.computing:
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
            self._took(computed)

    def _wait(self, computing: bool) -> None:
        self.computing = computing
        self.indicator.display = computing

    def ask_date(self) -> None:
        """Asks for the date."""
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
        """Remembers the date."""
        left = studies.place(self.context.study, KEPT)
        self.context.study_app.remember(KEPT, left | {"as_of": str(self.as_of) if self.as_of else ""})
