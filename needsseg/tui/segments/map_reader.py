"""Read the map of passages and the accounts behind segments in the background, once the study has not changed for a moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from needsseg.actions.accounts import accounts
from needsseg.actions.discovery.comparing import needs_map
from needsseg.actions.segments import segments
from needsseg.actions.segments.segment_accounts import accounts_by_segment
from needsseg.errors import NeedssegError
from needsseg.tui import loading
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.words import one_line

if TYPE_CHECKING:
    from textual.timer import Timer

    from needsseg.actions.discovery.comparing import Point
    from needsseg.actions.segments.segment_accounts import SegmentAccounts
    from needsseg.actions.study import Study
    from needsseg.tui.segments.context import SegmentsContext
    from needsseg.tui.segments.cursor import ReviewCursor
    from needsseg.tui.segments.state import ReviewState
    from needsseg.tui.widgets.passage_map import PassageMap

SETTLED_SECONDS = 0.3
NO_MAP = "There is no map yet: {segments.discover} discovers candidates first."


class MapReader:
    """Keeps the maps up to date without blocking the screen; ``show`` displays the accounts that were read."""

    def __init__(
        self,
        context: SegmentsContext,
        review: ReviewState,
        cursor: ReviewCursor,
        maps: Sequence[PassageMap],
        show: Callable[[], None],
    ) -> None:
        self.context, self._review, self._cursor, self._maps, self._show = context, review, cursor, maps, show
        self._points: list[Point] = []
        self._missing_reason = ""
        self._due: Timer | None = None
        self._looking = self._again = self._warming = False

    def schedule(self, *, warm: bool) -> None:
        """Read map and accounts once the study has not changed for a moment; if not ``warm``, load the models first."""
        if not warm:
            if not self._warming:
                self._warming = True
                self.context.run_worker(self._warm(), group="warm")
            return
        if self._due is not None:
            self._due.stop()
        self._due = None
        if segments.runs(self.context.study):
            self._due = self.context.set_timer(SETTLED_SECONDS, self._begin)
        else:
            self._points, self._missing_reason = [], with_keys(NO_MAP)
            self.show_map()

    async def _warm(self) -> None:
        try:
            await loading.read_in_background(self.context.study.path, loading.warm)
        except NeedssegError as error:
            self.context.show_error(error)
            return
        finally:
            self._warming = False
        if self.context.is_attached:
            self.context.refresh_study()

    def _begin(self) -> None:
        self._due, self._again = None, self._looking
        if not self._looking:  # a thread cannot be stopped, so a second one would only slow the first
            self._looking = True
            self.context.run_worker(self._look(), group="aside")

    async def _look(self) -> None:
        try:
            self._points, self._missing_reason = (
                await loading.read_in_background(self.context.study.path, needs_map),
                "",
            )
        except NeedssegError as error:
            self._points, self._missing_reason = [], self.context.worded(error)
        self.show_map()
        try:
            self._review.accounts, self._review.companies = await loading.read_in_background(
                self.context.study.path, _accounts
            )
        except NeedssegError as error:
            self.context.show_error(error)
        finally:
            self._looking = False
        if self.context.is_attached:
            self._show()
            if self._again:
                self.schedule(warm=True)

    def show_map(self) -> None:
        """Show the map as read."""
        names = {row.id: row.name for row in self._review.rows}
        for passage_map in self._maps:
            passage_map.show(self._points, names, self._missing_reason, self._review.signs)
        self.mark_cursor()

    def mark_cursor(self) -> None:
        """Mark the current segment and quote on the map."""
        quote, segment = self._cursor.quotes.quote, self._cursor.segment
        about = ""
        if quote is not None:
            name = self._review.shown.names.of(quote) if self._review.shown else quote.speaker or "unnamed"
            about = f"{name}: {one_line(quote.quote)}"
        for passage_map in self._maps:
            passage_map.mark(segment.id if segment else None, quote.id if quote else None, about)


def _accounts(study: Study) -> tuple[dict[int, SegmentAccounts], dict[str, str]]:
    """Return the accounts behind each segment by its id, and participants' names for their accounts by account id."""
    backing = accounts_by_segment(study)
    if not backing:
        return {}, {}
    company_by_participant = {person.key: person.company for person in accounts.participants(study)}
    company_by_account = {
        match.account_id: company_by_participant.get(match.participant, "")
        for match in accounts.matches(study)
        if match.account_id
    }
    return backing, company_by_account
