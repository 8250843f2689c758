"""The map of passages beside the evidence, read in the background, and what else is read there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from needsseg.actions.accounts import accounts
from needsseg.actions.discovery import review
from needsseg.actions.segments import segments
from needsseg.errors import NeedssegError
from needsseg.tui import loading
from needsseg.tui.fixes import worded
from needsseg.tui.segments.desk import SegmentDesk
from needsseg.tui.widgets.passage_map import PassageMap, glyphs
from needsseg.tui.words import one_line

if TYPE_CHECKING:
    from needsseg.actions.discovery.review import Point
    from needsseg.actions.segments.segments import Backing
    from needsseg.actions.study.studies import Study

SETTLED_SECONDS = 0.3
NO_MAP = "There is no map before candidates are discovered: D discovers."


class MapBeside(SegmentDesk):
    """Keeps the map up to date without the screen waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self._points: list[Point] = []
        self._why_none = ""
        self._due: Timer | None = None
        self._looking = self._again = self._warming = False

    if TYPE_CHECKING:  # the screen's own

        def focus_quotes(self) -> None:
            """Lets keys go to the quotes."""

    def look_aside(self, *, warm: bool) -> None:
        """Reads map and accounts once the study has been left alone for a moment; first what evidence needs."""
        if not warm:
            if not self._warming:
                self._warming = True
                self.run_worker(self._warm(), group="warm")
            return
        if self._due is not None:
            self._due.stop()
        self._due = None
        if segments.runs(self.study):
            self._due = self.set_timer(SETTLED_SECONDS, self._begin)
        else:
            self._points, self._why_none = [], NO_MAP
            self.show_map()

    async def _warm(self) -> None:
        try:
            await loading.aside(self.study.path, loading.warm)
        except NeedssegError as error:
            self.desk.show_error(error)
            return
        finally:
            self._warming = False
        if self.is_attached:
            self.refresh_study()

    def _begin(self) -> None:
        self._due, self._again = None, self._looking
        if not self._looking:  # a thread cannot be ended, so that a second one would only slow the first
            self._looking = True
            self.run_worker(self._look(), group="aside")

    async def _look(self) -> None:
        try:
            self._points, self._why_none = await loading.aside(self.study.path, review.needs_map), ""
        except NeedssegError as error:
            self._points, self._why_none = [], worded(error, self.app)
        self.show_map()
        try:
            self.backing, self.companies = await loading.aside(self.study.path, _accounts)
        except NeedssegError as error:
            self.desk.show_error(error)
        finally:
            self._looking = False
        if self.is_attached:
            self.show_marks()
            if self._again:
                self.look_aside(warm=True)

    def show_map(self) -> None:
        """Shows the map that was read."""
        names = {row.id: row.name for row in self.rows}
        self.map_signs = glyphs(list(names), self.map_signs)
        for shown in self.query(PassageMap):
            shown.show(self._points, names, self._why_none, self.map_signs)
        self.show_place()

    def show_place(self) -> None:
        """Marks on the map what is under the cursors."""
        quote, here = self.quotes.quote, self.segment
        who = (self.shown.names.of(quote) if self.shown else quote.speaker or "unnamed") if quote else ""
        about = f"{who}: {one_line(quote.quote)}" if quote else ""
        for shown in self.query(PassageMap):
            shown.mark(here.id if here else None, quote.id if quote else None, about)

    def action_map(self) -> None:
        """Shows the map in place of the evidence, or the evidence again."""
        quotes = self.quotes.has_focus or self.query_one("#map").has_focus
        self.toggle_class("-mapped")
        if quotes:
            self.focus_quotes()
        mapped = self.has_class("-mapped")
        self.tell("n N go through its passages · M shows the quotes again" if mapped else "")


def _accounts(study: Study) -> tuple[dict[int, Backing], dict[str, str]]:
    """What stands behind each segment, and what participants call the accounts that are theirs."""
    backing = segments.backing(study)
    if not backing:
        return {}, {}
    company = {person.key: person.company for person in accounts.participants(study)}
    own = {
        match.account_id: company.get(match.participant, "") for match in accounts.matches(study) if match.account_id
    }
    return backing, own
