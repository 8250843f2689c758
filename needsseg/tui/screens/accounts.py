"""Accounts as of a date: four tiers in a row, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import DataTable, LoadingIndicator, Static

from needsseg.actions import studies
from needsseg.records import AccountMatch
from needsseg.tui.screens import account_filters
from needsseg.tui.screens.account_filters import BETWEEN, Filters
from needsseg.tui.screens.account_keys import ACCOUNT_KEYS, HELP
from needsseg.tui.screens.account_verbs import AccountVerbs
from needsseg.tui.screens.stack_reading import Computed
from needsseg.tui.widgets.profile_pane import ProfilePane, paid_words
from needsseg.tui.words import SEGMENT_GLYPHS, counted, row

if TYPE_CHECKING:
    from needsseg.actions.accounts import AccountProfile

COLUMNS = {
    "Account": 18, "Lifecycle": 12, "Need": 19, "Source": 9, "Firmographic": 15, "Behaviour": 14, "Pays": 11, "Action": 60,
}  # fmt: skip
MOST_ROWS = 5000
EMPTY = """No accounts yet.

  i    imports a file of accounts, usage events or subscriptions (CSV, JSON lines, Parquet), or of participants
  ?    shows all keys
"""


class AccountsScreen(AccountVerbs):
    """A table of accounts and the profile of the one under the cursor."""

    MODE = "accounts"
    HELP = HELP
    EMPTY = EMPTY
    BINDINGS: ClassVar[list[BindingType]] = ACCOUNT_KEYS
    DEFAULT_CSS = """
    AccountsScreen {
      & .body { layout: vertical; }
      & DataTable { height: 1fr; }
      & ProfilePane { height: 9; border-top: solid $primary 50%; }
      &.-wide .body { layout: horizontal; }
      &.-wide DataTable { width: 1fr; }
      &.-wide ProfilePane { width: 44; height: 1fr; border-top: none; border-left: solid $primary 50%; }
      & LoadingIndicator { height: 1; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.profiles: list[AccountProfile] = []
        self.filters = Filters()
        self._computed: Computed | None = None
        self._labelled = 0
        self._columns: tuple[str, ...] = ()

    def compose_body(self) -> ComposeResult:
        """Empty state, loading, table and profile."""
        yield Static(EMPTY, classes="empty", markup=False)
        yield LoadingIndicator()
        with Container(classes="body"):
            yield DataTable(cursor_type="row", zebra_stripes=True, id="accounts")
            yield ProfilePane()

    def on_mount(self) -> None:
        """What was left."""
        self.query_one(LoadingIndicator).display = False
        self._table.focus()
        self.filters = account_filters.left(studies.place(self.study, self.MODE))

    @property
    def _table(self) -> DataTable[Any]:
        return self.query_one("#accounts", DataTable)

    @property
    def _everything(self) -> Sequence[AccountProfile]:
        return self._computed.profiles if self._computed else ()

    @property
    def account(self) -> AccountProfile | None:
        """The account under the cursor."""
        at = self._table.cursor_row
        return self.profiles[at] if 0 <= at < min(len(self.profiles), MOST_ROWS) else None

    def names(self) -> dict[str, str]:
        """Names by account id."""
        return {p.account_id: p.name for p in self._everything}

    def reload(self) -> None:
        """Computes profiles anew where the study has changed since; what another screen asked for is shown."""
        wanted, self.desk.wanted_accounts = self.desk.wanted_accounts, None
        if wanted is not None:
            self.filters = replace(wanted, sort=self.filters.sort, turned=self.filters.turned)
            self._shown = None
        super().reload()

    def took(self, computed: Computed | None) -> None:
        """Shows other accounts."""
        self._computed = computed
        self._labelled = sum(bool(p.needs_segment) for p in self._everything)
        self.fill()

    def fill(self) -> None:
        """Shows the accounts that fit the filters, the cursor staying on its account."""
        kept = self.account.account_id if self.account else None
        amounts = self._computed.amounts.amounts if self._computed else {}
        self.profiles = self.filters.rows(self._everything, self._computed.amounts) if self._computed else []
        table = self._table
        columns = tuple(COLUMNS)
        if self.filters.sort == "amount":
            # What the rows are sorted by must be in sight.
            columns = ("Account", "Pays", *(name for name in columns if name not in ("Account", "Pays")))
        widths = [COLUMNS[name] for name in columns]
        table.clear(columns=columns != self._columns)
        if columns != self._columns:
            self._columns = columns
            table.add_column(row(columns, widths), width=sum(widths) + 2 * len(widths) - 2)
        for p in self.profiles[:MOST_ROWS]:
            values = _values(p, amounts.get(p.account_id))
            table.add_row(row((values[name] for name in columns), widths))
        at = next((number for number, p in enumerate(self.profiles[:MOST_ROWS]) if p.account_id == kept), 0)
        table.move_cursor(row=at)
        self._show_profile()

    def _show_profile(self) -> None:
        here, computed = self.account, self._computed
        if here is None or computed is None:
            self.query_one(ProfilePane).show(None, ())
            return
        people: list[AccountMatch] = [match for match in computed.matches if match.account_id == here.account_id]
        paid = paid_words(computed.amounts, here.account_id)
        self.query_one(ProfilePane).show(here, people, paid)

    def state(self) -> str:
        """The date, the place, the filters and the order."""
        if not self._everything:
            return "computing profiles …" if self.computing else "saved · no accounts"
        at = f"account {self._table.cursor_row + 1}/{len(self.profiles)}" if self.profiles else "no account fits"
        at += f" (the first {MOST_ROWS:,} are listed: f narrows)" if len(self.profiles) > MOST_ROWS else ""
        said = ["saved", f"as of {self.as_of}", f"labelled {self._labelled}/{len(self._everything)}", at]
        return " · ".join(filter(None, [*said, self.filters.in_words(), "computing anew …" if self.computing else ""]))

    @on(DataTable.RowHighlighted)
    def _moved(self) -> None:
        self._show_profile()
        self.tell()

    @on(DataTable.RowSelected)
    def _chosen(self) -> None:
        self.action_open()

    def action_step(self, by: int) -> None:
        """Goes up or down."""
        self._table.move_cursor(row=self._table.cursor_row + by)

    def action_read(self, by: int) -> None:
        """Scrolls the profile."""
        self.query_one(ProfilePane).scroll_relative(y=by, animate=False)

    def action_edge(self, end: bool) -> None:
        """Goes to the top or bottom."""
        self._table.move_cursor(row=self._table.row_count - 1 if end else 0)

    def narrow(self, filters: Filters) -> None:
        """Shows other accounts; in another order from the top."""
        again = (filters.sort, filters.turned) == (self.filters.sort, self.filters.turned)
        self.filters = filters
        self.fill()
        if not again:
            self.action_edge(False)
        self.tell("")

    def action_filter(self) -> None:
        """Asks which words an account must hold."""
        from needsseg.tui.widgets.prompt import Prompt

        self.app.push_screen(
            Prompt("Show accounts with these words", value=self.filters.words, empty=True),
            lambda words: self.narrow(replace(self.filters, words=words)) if words is not None else None,
        )

    def action_tier(self) -> None:
        """Asks which value of which tier accounts must have; another of the same tier is let in as well."""
        from needsseg.tui.widgets.prompt import Prompt

        if not self._everything:
            self.tell("there are no profiles to choose from yet")
            return
        about = "Type words of it. Tiers narrow together; a second value of one tier is let in beside the first."
        self.app.push_screen(
            Prompt(
                f"Show which of {counted(len(self._everything), 'account')}?",
                choices=account_filters.choices(self._everything, self.filters),
                about=about,
                free=False,
            ),
            self._set_tier,
        )

    def _set_tier(self, chosen: str | None) -> None:
        if chosen is not None:
            self.narrow(self.filters.toggled(*chosen.split(BETWEEN, 1)))

    def action_sort(self) -> None:
        """Asks what to sort by."""
        from needsseg.tui.widgets.prompt import Choice, Prompt

        now = {self.filters.sort: "as now; enter turns it round"}
        choices = [Choice(key, words, now.get(key, "")) for key, words in account_filters.SORTS.items()]
        self.app.push_screen(
            Prompt("Sort accounts by what?", choices=choices, free=False),
            lambda key: self.narrow(self.filters.sorted_by(key)) if key is not None else None,
        )

    def action_unfilter(self) -> None:
        """Shows all accounts again."""
        self.narrow(self.filters.cleared())

    def leave(self) -> None:
        """Remembers date, filters and order."""
        self.desk.remember(self.MODE, {"as_of": str(self.as_of) if self.as_of else "", **self.filters.kept()})


def _values(profile: AccountProfile, paid: float | None) -> dict[str, str]:
    """What the table shows of an account; a segment's sign says whether a person confirmed it."""
    sign = SEGMENT_GLYPHS["confirmed" if profile.needs_segment_confirmed_by else "named"]
    sure = f" {profile.needs_segment_confidence:.2f}" if profile.needs_segment_confidence is not None else ""
    need = (
        f"{sign} {profile.needs_segment}{sure}" if profile.needs_segment else "contested" if profile.contested else "–"
    )
    return {
        "Account": profile.name or profile.account_id,
        "Lifecycle": profile.lifecycle_stage.replace("_", " "),
        "Need": need,
        "Source": profile.needs_segment_source or "–",
        "Firmographic": profile.firmographic_tier.replace("_", " "),
        "Behaviour": profile.behavioral_segment.replace("_", " ") or "–",
        "Pays": "–" if paid is None else f"{paid:>10,.0f}",
        "Action": profile.recommended_action or "–",
    }
