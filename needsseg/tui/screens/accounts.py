"""Accounts as of a date: four tiers in a row, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message
from textual.widgets import DataTable, LoadingIndicator, Static
from textual.worker import get_current_worker

from needsseg.actions import accounts, history, studies
from needsseg.errors import NeedssegError, UsageError
from needsseg.records import AccountMatch
from needsseg.tui.screens.account_keys import ACCOUNT_KEYS, HELP
from needsseg.tui.screens.account_verbs import AccountVerbs
from needsseg.tui.screens.base import told
from needsseg.tui.widgets.profile_pane import ProfilePane
from needsseg.tui.words import SEGMENT_GLYPHS, counted, plain, row

if TYPE_CHECKING:
    from needsseg.actions.accounts import AccountProfile

COLUMNS = (
    ("Account", 18), ("Lifecycle", 12), ("Need", 19), ("Source", 9), ("Firmographic", 15), ("Behaviour", 14), ("Action", 60),
)  # fmt: skip
WIDTHS = tuple(width for _, width in COLUMNS)
EMPTY = """No accounts yet.

  i    imports a file of accounts, usage events or subscriptions (CSV, JSON lines, Parquet), or of participants
  ?    shows all keys
"""


@dataclass(frozen=True, slots=True)
class Computed:
    """What a worker brings: the date, the profiles, the matches, and the state of the study they were made of."""

    as_of: date | None
    profiles: tuple[AccountProfile, ...]
    matches: tuple[AccountMatch, ...]
    made_of: object
    error: NeedssegError | None = None


class AccountsScreen(AccountVerbs):
    """A table of accounts and the profile of the one under the cursor."""

    MODE = "accounts"
    HELP = HELP
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

    class Ready(Message):
        """Profiles were computed."""

        def __init__(self, computed: Computed) -> None:
            super().__init__()
            self.computed = computed

    def __init__(self) -> None:
        super().__init__()
        self.profiles: list[AccountProfile] = []
        self._everything: tuple[AccountProfile, ...] = ()
        self._matches: tuple[AccountMatch, ...] = ()
        self._made_of: object = None
        self._wanted_of: object = None
        self._words = ""
        self._stage = ""

    def compose_body(self) -> ComposeResult:
        """Empty state, loading, table and profile."""
        yield Static(EMPTY, classes="empty", markup=False)
        yield LoadingIndicator()
        with Container(classes="body"):
            yield DataTable(cursor_type="row", zebra_stripes=True, id="accounts")
            yield ProfilePane()

    def on_mount(self) -> None:
        """Columns, and the date that was left."""
        self._table.add_column(row((label for label, _ in COLUMNS), WIDTHS), width=sum(WIDTHS) + 2 * len(WIDTHS) - 2)
        self.query_one(LoadingIndicator).display = False
        self._table.focus()
        left = studies.place(self.study, self.MODE)
        self._words, self._stage = str(left.get("words", "")), str(left.get("stage", ""))
        self.as_of = date.fromisoformat(str(left["as_of"])) if left.get("as_of") else None

    @property
    def _table(self) -> DataTable[Any]:
        return self.query_one("#accounts", DataTable)

    @property
    def account(self) -> AccountProfile | None:
        """The account under the cursor."""
        at = self._table.cursor_row
        return self.profiles[at] if 0 <= at < len(self.profiles) else None

    def names(self) -> dict[str, str]:
        """Names by account id."""
        return {p.account_id: p.name for p in self._everything}

    def reload(self) -> None:
        """Computes profiles anew where the study has changed since."""
        there = "accounts" in accounts.sources(self.study)
        self.query_one(".empty").display = not there
        self.query_one(".empty", Static).update(plain(EMPTY))
        self.query_one(".body").display = there
        if not there:
            self._everything, self._matches, self._made_of, self._wanted_of = (), (), None, None
            self.profiles = []
            return
        made_of = (self.as_of, tuple((entry.id, entry.state) for entry in history.listing(self.study)))
        if made_of not in (self._made_of, self._wanted_of):
            self._wanted_of = made_of
            if self._everything and self._everything[0].as_of_date != self.as_of:
                # Rows of another date must not stand under this one.
                self._everything, self._matches = (), ()
                self.fill()
            self._wait(True)
            self._compute(self.as_of, made_of)

    @work(thread=True, exclusive=True, group="profiles", exit_on_error=False)
    def _compute(self, as_of: date | None, made_of: object) -> None:
        """Profiles on a connection of its own, so that the screen's is never busy."""
        worker = get_current_worker()
        try:
            with studies.open_study(self.study.path) as study:
                day = as_of or accounts.day_after_events(study)
                found = tuple(accounts.profiles(study, day)) if day else ()
                computed = Computed(day, found, tuple(accounts.matches(study)), made_of)
        except NeedssegError as error:
            computed = Computed(as_of, (), (), made_of, error)
        if not worker.is_cancelled:
            self.post_message(self.Ready(computed))

    def on_accounts_screen_ready(self, event: Ready) -> None:
        """Shows what was computed, or asks for a date where none is known."""
        found = event.computed
        if found.made_of != self._wanted_of:
            return
        self._wait(False)
        self._made_of, self._everything, self._matches = found.made_of, found.profiles, found.matches
        if found.error is not None:
            self.desk.show_error(found.error)
        elif found.as_of is None:
            self.query_one(".empty", Static).update(
                plain("There are no events to take a date from.\n\n  t    asks for the as-of date")
            )
            self.query_one(".empty").display, self.query_one(".body").display = True, False
            if self.is_current:
                self.action_as_of()
        elif self.as_of is None:
            # The date that was found is from now on the one that was asked for.
            self.as_of = found.as_of
            self._made_of = self._wanted_of = (found.as_of, *cast("tuple[Any, ...]", found.made_of)[1:])
        self.fill()
        self.tell()

    def _wait(self, computing: bool) -> None:
        self.computing = computing
        self.query_one(LoadingIndicator).display = computing

    def fill(self) -> None:
        """Shows the accounts that fit the filters, the cursor staying on its account."""
        kept = self.account.account_id if self.account else None
        needle = self._words.casefold()
        self.profiles = [
            p
            for p in self._everything
            if (not self._stage or p.lifecycle_stage == self._stage)
            and needle in f"{p.name} {p.account_id} {p.needs_segment} {p.sentence} {p.recommended_action}".casefold()
        ]
        self.profiles.sort(key=lambda p: (not p.needs_segment, p.name.casefold(), p.account_id))
        table = self._table
        table.clear()
        for p in self.profiles:
            table.add_row(row(_values(p), WIDTHS))
        at = next((number for number, p in enumerate(self.profiles) if p.account_id == kept), 0)
        table.move_cursor(row=at)
        self._show_profile()

    def _show_profile(self) -> None:
        here = self.account
        people = [match for match in self._matches if here and match.account_id == here.account_id]
        self.query_one(ProfilePane).show(here, people)

    def state(self) -> str:
        """The date, the place, the filters."""
        if not self._everything:
            return "saved · no accounts"
        at = f"account {self._table.cursor_row + 1}/{len(self.profiles)}" if self.profiles else "no account fits"
        labelled = sum(bool(p.needs_segment) for p in self._everything)
        filters = [f"“{self._words}”"] * bool(self._words) + [self._stage.replace("_", " ")] * bool(self._stage)
        narrowed = f" · filter {', '.join(filters)}" if filters else ""
        return f"saved · as of {self.as_of} · labelled {labelled}/{len(self._everything)} · {at}{narrowed}"

    @on(DataTable.RowHighlighted)
    def _moved(self) -> None:
        self._show_profile()
        self.tell()

    @on(DataTable.RowSelected)
    def _chosen(self) -> None:
        self.action_quotes()

    def action_step(self, by: int) -> None:
        """Goes up or down."""
        self._table.move_cursor(row=self._table.cursor_row + by)

    def action_read(self, by: int) -> None:
        """Scrolls the profile."""
        self.query_one(ProfilePane).scroll_relative(y=by, animate=False)

    def action_edge(self, end: bool) -> None:
        """Goes to the top or bottom."""
        self._table.move_cursor(row=len(self.profiles) - 1 if end else 0)

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
        try:
            self.as_of = date.fromisoformat(words)
        except ValueError as error:
            raise UsageError(f"“{words}” is no date.", "Write it as YYYY-MM-DD, for example 2026-07-01.") from error
        self.refresh_study()

    def action_filter(self) -> None:
        """Asks which accounts to show."""
        from needsseg.tui.widgets.prompt import Prompt

        self.app.push_screen(Prompt("Show accounts with these words", value=self._words, empty=True), self._narrow)

    def _narrow(self, words: str | None) -> None:
        if words is not None:
            self._words = words
            self.fill()
            self.tell()

    def action_lifecycle(self) -> None:
        """Asks which lifecycle stage to show."""
        from needsseg.tui.widgets.prompt import Choice, Prompt

        stages: dict[str, int] = {}
        for profile in self._everything:
            stages[profile.lifecycle_stage] = stages.get(profile.lifecycle_stage, 0) + 1
        choices = [Choice("", "all", counted(len(self._everything), "account"))]
        choices += [
            Choice(stage, stage.replace("_", " "), counted(count, "account")) for stage, count in sorted(stages.items())
        ]
        self.app.push_screen(Prompt("Show which lifecycle stage?", choices=choices, free=False), self._set_stage)

    def _set_stage(self, stage: str | None) -> None:
        if stage is not None:
            self._stage = stage
            self.fill()
            self.tell()

    def action_unfilter(self) -> None:
        """Shows all accounts again."""
        self._words = self._stage = ""
        self.fill()
        self.tell()

    def leave(self) -> None:
        """Remembers date and filters."""
        self.desk.remember(
            self.MODE, {"as_of": str(self.as_of) if self.as_of else "", "words": self._words, "stage": self._stage}
        )


def _values(profile: AccountProfile) -> tuple[str, ...]:
    """What the table shows of an account; a segment's sign says whether a person confirmed it."""
    sign = SEGMENT_GLYPHS["confirmed" if profile.needs_segment_confirmed_by else "named"]
    sure = f" {profile.needs_segment_confidence:.2f}" if profile.needs_segment_confidence is not None else ""
    need = (
        f"{sign} {profile.needs_segment}{sure}" if profile.needs_segment else "contested" if profile.contested else "–"
    )
    return (
        profile.name or profile.account_id,
        profile.lifecycle_stage.replace("_", " "),
        need,
        profile.needs_segment_source or "–",
        profile.firmographic_tier.replace("_", " "),
        profile.behavioral_segment.replace("_", " ") or "–",
        profile.recommended_action or "–",
    )
