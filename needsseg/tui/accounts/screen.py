"""The accounts screen: accounts as of a date with their four tiers, and the profile of the current one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from needsseg.actions.accounts import Revenue
from needsseg.actions.study import studies
from needsseg.errors import Advice, NeedssegError
from needsseg.records import AccountMatch
from needsseg.text import format_count
from needsseg.tui.accounts import filters as account_filters
from needsseg.tui.accounts.amounts import AmountQuestions
from needsseg.tui.accounts.assigning import TextAssigning
from needsseg.tui.accounts.commands import AccountCommands
from needsseg.tui.accounts.filters import BETWEEN, Filters
from needsseg.tui.accounts.importing import AccountImport
from needsseg.tui.accounts.keys import ACCOUNT_KEYS, HELP
from needsseg.tui.accounts.own_facets import OwnFacets
from needsseg.tui.accounts.profile_loader import ProfileLoader
from needsseg.tui.accounts.profiles import Computed
from needsseg.tui.report import ReportScreen
from needsseg.tui.screen_base import StudyScreen
from needsseg.tui.widgets import account_lines
from needsseg.tui.widgets.long_list import LongList
from needsseg.tui.widgets.profile_pane import ProfilePane, paid_words
from needsseg.tui.widgets.prompt import Choice, Prompt

if TYPE_CHECKING:
    from needsseg.actions.accounts import AccountProfile

EMPTY = """No accounts yet.

  {accounts.import:4} imports a file of accounts, usage events or subscriptions (CSV, JSON lines, Parquet), or of participants
  {study.keys:4} shows all keys
"""


class AccountsScreen(StudyScreen):
    """A table of accounts and the profile of the one under the cursor."""

    MODE = "accounts"
    HELP = HELP
    AUTO_FOCUS = ""  # what is focused depends on what is shown
    BINDINGS: ClassVar[list[BindingType]] = ACCOUNT_KEYS
    DEFAULT_CSS = """
    AccountsScreen {
      & .body { layout: vertical; }
      & #accounts-pane { height: 1fr; }
      & ProfilePane { height: 9; }
      &.-narrow #accounts-pane, &.-narrow #accounts-pane:focus-within { border: none; }
      &.-wide .body { layout: horizontal; }
      &.-wide #accounts-pane { width: 1fr; }
      &.-wide ProfilePane { width: 46; height: 1fr; }
      & LoadingIndicator { height: 1; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.profiles: Sequence[AccountProfile] = ()
        self.filters = Filters()
        self._computed: Computed | None = None
        self._busy = ""
        self._list = LongList(id="accounts", classes="listed")
        self.loader = ProfileLoader(self, self._list, EMPTY, self._show_profiles)
        self._import, self._assigning = AccountImport(self), TextAssigning(self)
        self._commands = AccountCommands(self, self.loader)
        self._own = OwnFacets(self)

    def compose_body(self) -> ComposeResult:
        """Yield the empty state, the loading indicator, the list and the profile."""
        yield self.loader.empty
        yield self.loader.indicator
        with self.loader.body:
            with Vertical(id="accounts-pane", classes="pane") as pane:
                pane.border_title = "Accounts"
                yield self._list
            yield ProfilePane()

    def on_mount(self) -> None:
        """Restore the remembered date and filters."""
        self.loader.recall_date()
        self.filters = account_filters.filters_from(studies.place(self.study, self.MODE))

    @property
    def _everything(self) -> Sequence[AccountProfile]:
        return self._computed.profiles if self._computed else ()

    @property
    def account(self) -> AccountProfile | None:
        """The account under the cursor."""
        at = self._list.cursor
        return self.profiles[at] if at < len(self.profiles) else None

    @property
    def matched(self) -> Sequence[AccountMatch]:
        """The matches of participants with accounts that the profiles were computed from."""
        return self._computed.matches if self._computed else ()

    def names(self) -> Mapping[str, str]:
        """Return names by account id."""
        return self._computed.index.names if self._computed else {}

    def reload(self) -> None:
        """Compute profiles again if the study has changed; apply filters that another screen asked for."""
        filters, self.study_app.requested_accounts = self.study_app.requested_accounts, None
        if filters is not None:
            self.filters = replace(filters, sort=self.filters.sort, turned=self.filters.turned)
            self.loader.show_again()
        self.loader.reload()

    def _show_profiles(self, computed: Computed | None) -> None:
        """Show computed profiles, or none."""
        self._computed = computed
        self.fill()

    def fill(self, *, from_the_top: bool = False) -> None:
        """Show the accounts that fit the filters, the cursor staying on its account."""
        self.run_worker(self._fill("" if from_the_top else None), group="list", exclusive=True)

    async def _fill(self, account_id: str | None) -> None:
        computed, filters = self._computed, self.filters
        previous_id = self.account.account_id if self.account else ""
        account_id = account_id if account_id is not None else previous_id
        own = await self._own.of(filters.own_facets, computed)
        if isinstance(own, NeedssegError):
            self.tell(str(own), wrong=True)
            return
        current_id = self.account.account_id if self.account else ""
        if previous_id != current_id:  # the cursor was moved while own columns were read
            account_id = current_id
        rows = filters.rows(computed.index, own) if computed is not None else None
        self.profiles = rows if rows is not None else ()
        at = (rows.row_of(account_id) if rows is not None else None) or 0
        columns = account_lines.columns(filters.sort)
        amounts, signs = computed.amounts if computed else Revenue(), self.loader.signs
        profiles = self.profiles

        def line(at: int) -> str:
            profile = profiles[at]
            return account_lines.line(profile, amounts.sums(amounts.of(profile.account_id)), columns, signs)

        header = account_lines.header(columns, by_year=amounts.yearly is not None)
        self._list.show(header, len(profiles), line, at)
        self._show_profile()
        self.tell()

    def _show_profile(self) -> None:
        account, computed = self.account, self._computed
        if account is None or computed is None:
            self.query_one(ProfilePane).show(None, ())
            return
        matches: list[AccountMatch] = [match for match in computed.matches if match.account_id == account.account_id]
        paid = paid_words(computed.amounts, account.account_id)
        sign = self.loader.signs.get(account.needs_segment or "")
        self.query_one(ProfilePane).show(account, matches, paid, sign)

    def state(self) -> str:
        """Return the date, the cursor's row, the filters and the order."""
        if not self._everything:
            nothing = "no profiles" if self._computed and self._computed.error else "no accounts"
            return "computing profiles …" if self.loader.computing else f"saved · {nothing}"
        at = f"account {self._list.cursor + 1:,}/{len(self.profiles):,}" if self.profiles else "no account matches"
        labelled = self._computed.labelled if self._computed else 0
        parts = ["saved", f"as of {self.loader.as_of}", f"labelled {labelled:,}/{len(self._everything):,}", at]
        busy = self._busy or ("recomputing …" if self.loader.computing else "")
        return " · ".join(filter(None, [*parts, self.filters.in_words(), busy]))

    @on(LongList.Moved)
    def _moved(self) -> None:
        self._show_profile()
        self.tell()

    @on(LongList.Taken)
    def _chosen(self) -> None:
        self.action_open()

    def action_step(self, by: int) -> None:
        """Go up or down."""
        self._list.action_step(by)

    def action_read(self, by: int) -> None:
        """Scroll the profile."""
        self.query_one(ProfilePane).scroll_relative(y=by, animate=False)

    def action_edge(self, end: bool) -> None:
        """Go to the top or bottom."""
        self._list.action_edge(end)

    def narrow(self, filters: Filters) -> None:
        """Apply other filters; in another order the cursor starts at the top."""
        same_order = (filters.sort, filters.turned) == (self.filters.sort, self.filters.turned)
        self.filters = filters
        self.tell("")
        self.fill(from_the_top=not same_order)

    def action_filter(self) -> None:
        """Ask which words an account must contain."""
        self.push(
            Prompt("Filter accounts by words", value=self.filters.words, empty=True),
            lambda words: self.narrow(replace(self.filters, words=words)) if words is not None else None,
        )

    def action_tier(self) -> None:
        """Ask which value of which tier accounts must have; values of one tier are alternatives."""
        if self._computed is not None and self._everything:
            self.study_app.keys.hold()  # keys typed meanwhile are meant for the question
            self.run_worker(self._ask_tier(self._computed), group="tiers", exclusive=True)
        else:
            self.tell("there are no profiles to choose from yet")

    async def _counted(self, computed: Computed, column: str) -> list[Choice] | NeedssegError:
        """Return the choices of all tiers, or those of one own column."""
        own = await self._own.of((column,) if column else self.filters.own_facets, computed)
        if isinstance(own, NeedssegError):
            return own
        if column:
            return account_filters.column_choices(computed.index, self.filters, own)
        return account_filters.choices(computed.index, self.filters, own, self._own.names())

    async def _ask_tier(self, computed: Computed, column: str = "") -> None:
        """Offer the values of all tiers; of an own ``column``, which is read in the background, only its values."""
        try:
            self._busy = "reading the column …" if column else ""
            self.tell()
            choices = await self._counted(computed, column)
            self._busy = ""
            self.tell()
            if isinstance(choices, NeedssegError):
                self.tell(str(choices), wrong=True)
            elif self.is_current:
                self._show_tiers(computed.profiles, choices)
        finally:
            self.study_app.keys.release()

    def _show_tiers(self, everything: Sequence[AccountProfile], choices: Sequence[Choice]) -> None:
        about = "Type to search. Filters on different tiers combine; two values of one tier are alternatives."
        question = f"Show which of {format_count(len(everything), 'account')}?"
        self.push(Prompt(question, choices=choices, about=about, free=False), self._set_tier)

    def _set_tier(self, chosen: str | None) -> None:
        if chosen is None:
            return
        facet, _, value = chosen.partition(BETWEEN)
        if value:
            self.narrow(self.filters.toggled(facet, value))
        elif self._computed is not None:
            self.run_worker(self._ask_tier(self._computed, facet), group="tiers", exclusive=True)

    def action_sort(self) -> None:
        """Ask what to sort by."""
        notes = {self.filters.sort: "current; enter reverses it"}
        choices = [Choice(key, words, notes.get(key, "")) for key, words in account_filters.SORTS.items()]
        self.push(
            Prompt("Sort accounts by what?", choices=choices, free=False),
            lambda key: self.narrow(self.filters.sorted_by(key)) if key is not None else None,
        )

    def action_unfilter(self) -> None:
        """Show all accounts again."""
        self.narrow(self.filters.cleared())

    def show_report(self, title: str, lines: Sequence[str | Advice]) -> None:
        """Show lines over the screen."""
        self.app.push_screen(ReportScreen(title, lines))

    def action_import_file(self) -> None:
        """Ask for a file, a folder, a pattern, or a database."""
        self._import.ask_file()

    def action_assign(self) -> None:
        """Ask for a file of texts."""
        self._assigning.ask_file()

    def action_as_of(self) -> None:
        """Ask for the date."""
        self.loader.ask_date()

    def action_open(self) -> None:
        """Open the account under the cursor."""
        self._commands.open()

    def action_matches(self) -> None:
        """Show which participant belongs to which account."""
        self._commands.matches()

    def action_amounts(self) -> None:
        """Ask how amounts of subscriptions are taken."""
        AmountQuestions(self).ask_any()

    def action_export(self) -> None:
        """Ask for a format and a file."""
        self._commands.export()

    def action_quotes(self) -> None:
        """Offer the quotes behind the account's label."""
        self._commands.quotes()

    def leave(self) -> None:
        """Remember date, filter and order."""
        self.study_app.remember(
            self.MODE, {"as_of": str(self.loader.as_of) if self.loader.as_of else "", **self.filters.to_remember()}
        )
