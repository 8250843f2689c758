"""The stack screen: a roll-up of accounts and what they pay, as a table and bars, with commands for curves and scores."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.widgets import DataTable, Static

from needsseg.actions.accounts import BY, ROWS, Rollup
from needsseg.actions.accounts.rollups import rolled_up
from needsseg.actions.study import studies
from needsseg.errors import NeedssegError
from needsseg.tui.accounts.filters import Filters, worded
from needsseg.tui.accounts.profile_loader import ProfileLoader
from needsseg.tui.accounts.profiles import Computed
from needsseg.tui.loading import result_or_error, without_gc
from needsseg.tui.screen_base import StudyScreen
from needsseg.tui.stack import words
from needsseg.tui.stack.commands import StackCommands
from needsseg.tui.stack.keys import EMPTY, HELP, STACK_KEYS, VIEWS
from needsseg.tui.stack.row_accounts import RowAccounts, bar_line
from needsseg.tui.words import lines, plain, row


class StackScreen(StudyScreen):
    """A roll-up of accounts, with its bars below."""

    MODE = "stack"
    HELP = HELP
    AUTO_FOCUS = ""  # what is focused depends on what is shown
    BINDINGS: ClassVar[list[BindingType]] = STACK_KEYS
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-tall")]  # noqa: RUF012  # as Textual declares it
    DEFAULT_CSS = """
    StackScreen {
      & .body { layout: vertical; }
      & DataTable { height: auto; max-height: 50%; }
      & #caution { height: auto; padding: 0 1; color: $text-muted; }
      & #charts { height: 1fr; padding: 0 1; }
      & RowAccounts { display: none; }
      &.-tall #charts { height: auto; max-height: 40%; }
      &.-tall RowAccounts { display: block; height: 1fr; min-height: 5; }
      & #charts Static { height: auto; }
      & #bars { layout: vertical; height: auto; }
      & #by-column { margin-top: 1; }
      &.-wide #bars { layout: horizontal; }
      &.-wide #by-row { width: 1fr; margin-right: 2; }
      &.-wide #by-column { width: 1fr; margin-top: 0; }
      & LoadingIndicator { height: 1; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows, self._by, self._view = ROWS[0], BY[0], VIEWS[0]
        self._computed: Computed | None = None
        self.rollup: Rollup | None = None
        self._table: DataTable[Any] = DataTable(
            cursor_type="row", zebra_stripes=True, id="rollup", classes="listed pane"
        )
        self.loader = ProfileLoader(self, self._table, EMPTY, self._show_profiles)
        self.commands = StackCommands(self, self.loader)
        self._accounts = RowAccounts()

    def compose_body(self) -> ComposeResult:
        """Yield the empty state, the loading indicator, the table, its cautions, the bars."""
        yield self.loader.empty
        yield self.loader.indicator
        with self.loader.body:
            yield self._table
            yield Static(id="caution", markup=False)
            charts = VerticalScroll(id="charts", classes="pane", can_focus=False)
            charts.border_title = "Bars"
            with charts, Container(id="bars"):
                yield Static(id="by-row", markup=False)
                yield Static(id="by-column", markup=False)
            yield self._accounts

    def on_mount(self) -> None:
        """Restore the remembered date, table and backlog."""
        self.loader.recall_date()
        remembered = studies.place(self.study, self.MODE)
        rows, by, view = (str(remembered.get(name, "")) for name in ("rows", "by", "view"))
        if rows in ROWS and by in BY and rows != by:
            self._rows, self._by = rows, by
        self._view = view if view in VIEWS else self._view
        self.commands.backlog = str(remembered.get("backlog", ""))

    def reload(self) -> None:
        """Show the profiles of the study's current state, or start computing them."""
        self.loader.reload()

    def _show_profiles(self, computed: Computed | None) -> None:
        """Roll up computed profiles, or show none."""
        self._computed = computed
        if computed is None or not computed.profiles:
            self.rollup = None
            self._fill()
        else:
            self._roll_up()

    def _roll_up(self) -> None:
        if self._computed is not None and self._computed.profiles:
            self.run_worker(
                self._roll_up_profiles(self._computed, self._rows, self._by), group="rollup", exclusive=True
            )

    async def _roll_up_profiles(self, computed: Computed, rows: str, by: str) -> None:
        compute = partial(rolled_up, self.study, computed.profiles, computed.amounts, rows, by, computed.as_of)
        result = await result_or_error(asyncio.to_thread(without_gc, compute))
        if isinstance(result, NeedssegError):
            self.rollup = None
            self.tell(str(result), wrong=True)
        else:
            self.rollup = result
        self._fill()
        self.tell()

    def _fill(self) -> None:
        table = self._table
        at = table.cursor_row
        table.clear(columns=True)
        table.border_title = plain(words.title(self.rollup, self._view) if self.rollup else "")
        self.query_one("#caution", Static).update(plain(words.caution(self.rollup, self._view) if self.rollup else ""))
        if self.rollup is not None:
            header, body = words.table(self.rollup, self._view, self.loader.signs)
            widths = words.widths(header, body)
            total_width = sum(widths) + len(widths) - 1
            table.add_column(row([words.line(header, widths)], [total_width]), width=total_width)
            for values in body:
                table.add_row(row([words.line(values, widths)], [total_width]))
            table.move_cursor(row=min(at, len(body) - 1))
        self._draw()

    def _draw(self) -> None:
        """Draw the bars of all rows, and of the columns of the row under the cursor."""
        by_row, by_column = self.query_one("#by-row", Static), self.query_one("#by-column", Static)
        rollup = self.rollup
        if rollup is None:
            by_row.update("")
            by_column.update("")
            return
        is_wide = self.has_class("-wide")
        width = (self.app.size.width - (7 if is_wide else 3)) // (2 if is_wide else 1)
        at = self._table.cursor_row
        name = rollup.rows[at].name if at < len(rollup.rows) else "all"
        heads = (f"By {words.called(rollup.rows_of)}", f"{worded(rollup.rows_of, name)} by {words.called(rollup.by)}")
        charts = (
            words.bars_of_rows(rollup, self._view, width, self.loader.signs),
            words.bars_of_columns(rollup, at, self._view, width),
        )
        further: tuple[list[str], list[str]] = ([], words.cancelled(rollup, at))
        for part, head, bar_lines, more in zip((by_row, by_column), heads, charts, further, strict=True):
            part.update(lines([plain(head, "bold"), *map(bar_line, bar_lines), *map(plain, more)]))
        self._accounts.show(self._computed, self._filters_of_row(), self.loader.signs)

    def on_resize(self) -> None:
        """Draw the bars as long as there is room."""
        if self.rollup is not None:
            self._draw()

    def state(self) -> str:
        """Return the date, the cursor's row, and what is shown."""
        if self.rollup is None:
            return "computing profiles …" if self.loader.computing else "saved · no roll-up"
        at = f"row {self._table.cursor_row + 1}/{len(self.rollup.rows) + 1}"
        summary = f"saved · as of {self.loader.as_of} · {at} · {self._view} by {words.called(self._by)}"
        return summary + (" · recomputing …" if self.loader.computing else "")

    @on(DataTable.RowHighlighted)
    def _moved(self) -> None:
        self._draw()
        self.tell()

    @on(DataTable.RowSelected)
    def _chosen(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Show the accounts of the row on the accounts screen."""
        if self.loader.try_again():
            return
        if self.rollup is None:
            self.tell("there is no row to open yet")
            return
        self.commands.show_accounts(self._filters_of_row())

    def _filters_of_row(self) -> Filters:
        """Return filters that show the accounts of the row under the cursor."""
        at, rollup = self._table.cursor_row, self.rollup
        if rollup is None or at >= len(rollup.rows):
            return Filters()
        return Filters(chosen={rollup.rows_of: (rollup.rows[at].name,)})

    def action_rows(self) -> None:
        """Show rows of another tier."""
        self._rows = _next(ROWS, self._rows)
        self._by = _next(BY, self._by) if self._by == self._rows else self._by
        self._roll_up()

    def action_by(self) -> None:
        """Show columns of another tier."""
        self._by = _next(BY, self._by)
        self._by = _next(BY, self._by) if self._by == self._rows else self._by
        self._roll_up()

    def action_by_column(self) -> None:
        """Ask for a further column of the accounts to divide them by."""
        self.commands.ask_column(self._divide_by)

    def _divide_by(self, column: str | None) -> None:
        if column is not None:
            self._by = column
            self._roll_up()

    def action_view(self) -> None:
        """Switch between accounts, shares and money."""
        self._view = _next(VIEWS, self._view)
        self._fill()
        self.tell()

    def action_read(self, by: int) -> None:
        """Scroll the charts."""
        charts = self.query_one("#charts")
        if charts.max_scroll_y:
            charts.scroll_relative(y=by, animate=False)
        else:
            self.tell("all charts are visible")

    def action_step(self, by: int) -> None:
        """Go up or down."""
        self._table.move_cursor(row=self._table.cursor_row + by)

    def action_edge(self, end: bool) -> None:
        """Go to the first or last row."""
        self._table.move_cursor(row=self._table.row_count - 1 if end else 0)

    def action_as_of(self) -> None:
        """Ask for the date."""
        self.loader.ask_date()

    def action_curves(self) -> None:
        """Ask whose segments, then from which day."""
        self.commands.curves()

    def action_report(self) -> None:
        """Show the report."""
        self.commands.report()

    def action_export(self) -> None:
        """Ask for a file to write the roll-up to."""
        self.commands.export()

    def action_rice(self) -> None:
        """Ask for a backlog."""
        self.commands.rice()

    def action_triggers(self) -> None:
        """List triggered accounts."""
        self.commands.triggers()

    def action_patterns(self) -> None:
        """Look for patterns of use."""
        self.commands.patterns()

    def action_definitions(self) -> None:
        """Show when each stage, segment and trigger holds."""
        self.commands.definitions()

    def action_scorecard(self) -> None:
        """Compare segments."""
        self.commands.scorecard()

    def leave(self) -> None:
        """Remember date and table."""
        self.loader.remember_date()
        self.study_app.remember(
            self.MODE, {"rows": self._rows, "by": self._by, "view": self._view, "backlog": self.commands.backlog}
        )


def _next(values: tuple[str, ...], now: str) -> str:
    """Return the value after ``now``; the first after one that is none of them, such as a further column."""
    return values[(values.index(now) + 1) % len(values)] if now in values else values[0]
