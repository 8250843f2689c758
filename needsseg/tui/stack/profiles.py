"""What the screens of accounts share: one date, and the profiles of that date, computed beside the screen."""

from __future__ import annotations

import asyncio
import atexit
import gc
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual.app import App
from textual.widgets import LoadingIndicator, Static

from needsseg.actions.accounts import accounts
from needsseg.actions.accounts.account_filters import Revenue
from needsseg.actions.accounts.revenue import revenue_as_of
from needsseg.actions.study import history, studies
from needsseg.errors import NeedssegError, UsageError
from needsseg.records import AccountMatch
from needsseg.tui.fixes import worded
from needsseg.tui.loading import aside
from needsseg.tui.screen_base import StudyScreen, shows_errors
from needsseg.tui.words import plain

if TYPE_CHECKING:
    from needsseg.actions.accounts.accounts import AccountProfile
    from needsseg.actions.study.studies import Study

KEPT = "accounts"
T = TypeVar("T")
MANY = 10_000
FAILED = ("", "  enter  tries again", "  t      asks for another as-of date")
NO_DATE = "There are no events to take a date from.\n\n  t    asks for the as-of date"


_AT_WORK: set[object] = set()
_ONE = threading.Lock()
# What was put aside is looked through as the program ends, or libraries complain of leaks.
atexit.register(gc.unfreeze)


def uncollected(work: Callable[[], T]) -> T:
    """What comes of work that makes millions of objects, none of them looked through for cycles meanwhile.

    Each such look holds every thread, and the screen with them, for up to two seconds with 100,000 accounts.
    """
    me = object()
    with _ONE:
        _AT_WORK.add(me)
        gc.disable()
    try:
        return work()
    finally:
        with _ONE:
            _AT_WORK.discard(me)
            if not _AT_WORK:
                gc.enable()


async def attempted(work: Awaitable[T]) -> T | NeedssegError:
    """What comes of work beside the screen, or why nothing does.

    What nobody foresaw is told as the command line tells it: a worker's exception would end the app, or its screen would wait
    for ever.
    """
    (found,) = await asyncio.gather(work, return_exceptions=True)
    if isinstance(found, NeedssegError) or not isinstance(found, BaseException):
        return found
    if not isinstance(found, Exception):
        raise found
    return NeedssegError(
        f"needsseg itself is at fault: {type(found).__name__}: {found}",
        "Please report it, with what needsseg --debug profile --as-of DATE shows. Nothing was changed.",
    )


@dataclass(frozen=True, slots=True)
class Computed:
    """Profiles, how many of them have a need, amounts and matches as of a date; ``made_of`` is the state of the study."""

    as_of: date | None
    profiles: tuple[AccountProfile, ...]
    amounts: Revenue
    matches: tuple[AccountMatch, ...]
    made_of: object = None
    error: NeedssegError | None = None
    labelled: int = 0

    def failed(self, app: App[Any]) -> str:
        """Why there are no profiles, and what to do; empty where there are."""
        if self.error is None:
            return ""
        return "\n".join(
            ["Profiles could not be computed.", "", self.error.message, worded(self.error.hint, app), *FAILED]
        )


def compute(study: Study, as_of: date | None) -> Computed:
    """Reads and computes; the date is the day after the newest event where none is given."""
    day = as_of or accounts.day_after_events(study)
    found = tuple(accounts.profiles(study, day)) if day else ()
    if len(found) >= MANY:
        # Profiles hold no cycles, so that they need not be looked through later either.
        gc.freeze()
    amounts = revenue_as_of(study, day) if day else Revenue()
    labelled = sum(bool(profile.needs_segment) for profile in found)
    return Computed(day, found, amounts, tuple(accounts.matches(study)), labelled=labelled)


class StackDesk(StudyScreen):
    """A screen over the profiles, in a list of the class ``listed``. It shows what ``took`` gives it.

    ``EMPTY`` says what to do without accounts.
    """

    AUTO_FOCUS = ""  # what is focused depends on what is shown
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
        have, state = self.desk.computed, tuple((entry.id, entry.state) for entry in history.listing(self.study))
        made_of = (self.as_of, state)
        failed = have.failed(self.app) if there and have is not None and have.made_of == made_of else ""
        dated = not (there and have and have.as_of is None and self.as_of is None)
        self.query_one(".empty", Static).update(plain(failed or (self.EMPTY if dated else NO_DATE)))
        self._show_body(there and dated and not failed)
        if not there:
            self.desk.computed = self.desk.computing_of = None
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
        if self.desk.computing_of != made_of:
            self.desk.computing_of = made_of
            self.desk.run_worker(self._compute(self.as_of, made_of), group="profiles", exclusive=True)

    async def _compute(self, as_of: date | None, made_of: object) -> None:
        """On a connection of its own, so that the screen's is never busy."""
        desk = self.desk
        came = await attempted(aside(desk.study.path, lambda study: uncollected(partial(compute, study, as_of))))
        if isinstance(came, NeedssegError):
            found = Computed(as_of, (), Revenue(), (), made_of, came)
        else:
            found = replace(came, made_of=made_of)
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
            self.tell("profiles could not be computed", wrong=True)
        elif found.as_of is None and self.is_current:
            self.action_as_of()

    def try_again(self) -> bool:
        """Computes anew where that went wrong before; whether it did."""
        have = self.desk.computed
        if have is None or have.error is None or self.computing:
            return False
        self.desk.computed = None
        self.tell("")
        self.refresh_study()
        return True

    def _show_body(self, shown: bool) -> None:
        self.query_one(".empty").display = not shown
        self.query_one(".body").display = shown
        # A list that is hidden must not take the keys.
        if not shown:
            self.set_focus(None)
        elif self.focused is None:
            self.query_one(".listed").focus()

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

    @shows_errors
    def _set_date(self, words: str | None) -> None:
        if words is None:
            return
        self.as_of = day_of(words)
        if not self.try_again():
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
