"""What the screens of accounts share: one date, and the profiles of that date, computed beside the screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.widgets import LoadingIndicator, Static

from needsseg.actions import accounts, history, studies
from needsseg.actions.revenue import revenue_as_of
from needsseg.actions.tiers import Revenue
from needsseg.errors import NeedssegError, UsageError
from needsseg.records import AccountMatch
from needsseg.tui.loading import aside
from needsseg.tui.screens.base import StudyScreen, told
from needsseg.tui.words import plain

if TYPE_CHECKING:
    from needsseg.actions.accounts import AccountProfile
    from needsseg.actions.studies import Study

KEPT = "accounts"
NO_DATE = "There are no events to take a date from.\n\n  t    asks for the as-of date"


@dataclass(frozen=True, slots=True)
class Computed:
    """Profiles, amounts and matches as of a date, and the state of the study they were made of."""

    as_of: date | None
    profiles: tuple[AccountProfile, ...]
    amounts: Revenue
    matches: tuple[AccountMatch, ...]
    made_of: object = None
    error: NeedssegError | None = None


def compute(study: Study, as_of: date | None) -> Computed:
    """Reads and computes; the date is the day after the newest event where none is given."""
    day = as_of or accounts.day_after_events(study)
    found = tuple(accounts.profiles(study, day)) if day else ()
    return Computed(day, found, revenue_as_of(study, day) if day else Revenue(), tuple(accounts.matches(study)))


class StackDesk(StudyScreen):
    """A screen over the profiles. It shows what ``took`` gives it; ``EMPTY`` says what to do without accounts."""

    EMPTY = ""

    def __init__(self) -> None:
        super().__init__()
        self.computing = False
        self._shown: Computed | None = None

    @property
    def as_of(self) -> date | None:
        """The date of both screens."""
        return self.desk.as_of

    @as_of.setter
    def as_of(self, day: date | None) -> None:
        self.desk.as_of = day

    def on_mount(self) -> None:
        """Takes up the date that was left."""
        left = studies.place(self.study, KEPT)
        if self.as_of is None and left.get("as_of"):
            self.as_of = date.fromisoformat(str(left["as_of"]))

    def reload(self) -> None:
        """Shows what was computed of the study as it is now, or has it computed."""
        there = "accounts" in accounts.sources(self.study)
        dated = not (there and self.desk.computed and self.desk.computed.as_of is None and self.as_of is None)
        self.query_one(".empty", Static).update(plain(self.EMPTY if dated else NO_DATE))
        self.query_one(".empty").display = not (there and dated)
        self.query_one(".body").display = there and dated
        if not there:
            self.desk.computed = self.desk.computing_of = None
            self._wait(False)
            self._show(None)
            return
        have, state = self.desk.computed, tuple((entry.id, entry.state) for entry in history.listing(self.study))
        made_of = (self.as_of, state)
        if have is not None and have.made_of == made_of:
            self._wait(False)
            self._show(have)
            return
        if have is not None and have.as_of != self.as_of:
            # Rows of another date must not stand under this one.
            self._show(None)
        self._wait(True)
        if self.desk.computing_of != made_of:
            self.desk.computing_of = made_of
            self.desk.run_worker(self._compute(self.as_of, made_of), group="profiles", exclusive=True)

    async def _compute(self, as_of: date | None, made_of: object) -> None:
        """On a connection of its own, so that the screen's is never busy."""
        desk = self.desk
        try:
            found = replace(await aside(desk.study.path, partial(compute, as_of=as_of)), made_of=made_of)
        except NeedssegError as error:
            found = Computed(as_of, (), Revenue(), (), made_of, error)
        if desk.computing_of != made_of:
            return
        desk.computing_of = None
        if as_of is None and found.as_of is not None:
            # The date that was found is from now on the one that was asked for.
            desk.as_of = found.as_of
            found = replace(found, made_of=(found.as_of, *cast("tuple[Any, ...]", made_of)[1:]))
        desk.computed = found
        below = desk.screen_stack[0]
        if isinstance(below, StackDesk) and below.is_mounted:
            below.arrived(found)

    def arrived(self, found: Computed) -> None:
        """Shows what was computed, or asks for a date where none is known."""
        self.refresh_study()
        if found.error is not None:
            self.tell(f"{found.error.message} {found.error.hint}".strip(), wrong=True)
        elif found.as_of is None and self.is_current:
            self.action_as_of()

    def _show(self, computed: Computed | None) -> None:
        if computed is not self._shown:
            self._shown = computed
            self.took(computed)

    def took(self, computed: Computed | None) -> None:
        """Shows the profiles; None where there are none to show yet."""

    def _wait(self, computing: bool) -> None:
        self.computing = computing
        self.query_one(LoadingIndicator).display = computing

    def action_as_of(self) -> None:
        """Asks for the date."""
        from needsseg.tui.widgets.prompt import Prompt

        about = "YYYY-MM-DD. Events before that day count, no later ones."
        self.app.push_screen(
            Prompt("Profiles as of which day?", value=str(self.as_of or ""), about=about), self._set_date
        )

    @told
    def _set_date(self, words: str | None) -> None:
        if words is None:
            return
        self.as_of = day_of(words)
        self.refresh_study()

    def leave(self) -> None:
        """Remembers the date."""
        left = studies.place(self.study, KEPT)
        self.desk.remember(KEPT, left | {"as_of": str(self.as_of) if self.as_of else ""})


def day_of(words: str) -> date:
    """The day that was typed."""
    try:
        return date.fromisoformat(words.strip())
    except ValueError as error:
        raise UsageError(f"“{words}” is no date.", "Write it as YYYY-MM-DD, for example 2026-07-01.") from error
