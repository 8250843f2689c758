"""The sheet of triggers: a line a triggered account, the newest first."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList

from needsseg.actions.playbook import KINDS, triggers
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.thresholds import MOST_TRIGGERS_OF_ACCOUNT
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.loading import read_in_background, result_or_error, without_gc
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, plain

if TYPE_CHECKING:
    from datetime import date

    from needsseg.actions.playbook.triggers import TriggerRow
    from needsseg.actions.study import Study

MOST = 500
FAILED = "Triggers could not be computed. Press {sheet.close}, then {stack.triggers} to try again."
WINDOWS = (12, 4, 52, 0)
"""Weeks before the date; 0 is all of them."""


class TriggersSheet(Sheet[Bookmark]):
    """Enter opens the account's page; a place chosen there is this sheet's answer."""

    TITLE = "Triggers"
    KEYS = (
        "enter opens the account · {triggers.kind} kind · {triggers.weeks} weeks · {triggers.all} all of an account · "
        "{sheet.close} closes"
    )
    EMPTY = "No trigger fired in this time: {triggers.weeks} looks further back, {triggers.kind} at another kind."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "kind", "triggers of one kind", id="triggers.kind"),
        Binding("w", "weeks", "other weeks: 12, 4, 52, all", id="triggers.weeks"),
        Binding("a", "all", "a few triggers of each account, or all", id="triggers.all"),
    ]

    def __init__(self, study: Study, as_of: date) -> None:
        super().__init__(study)
        self._as_of, self._kind, self._weeks = as_of, "", WINDOWS[0]
        self._rows: tuple[TriggerRow, ...] | None = None
        self._warnings: tuple[str, ...] = ()
        self._reading, self._shows_all = False, False
        self._number, self._counts = 0, Counter[str]()
        self.shown: list[TriggerRow] = []

    def reload(self) -> None:
        """Compute the triggers in the background."""
        if not self._reading:
            self._reading = True
            self.run_worker(self._read(), group="triggers", exclusive=True)

    async def _read(self) -> None:
        as_of = self._as_of

        def found(study: Study) -> tuple[tuple[TriggerRow, ...], tuple[str, ...]]:
            report = triggers.fired(study, as_of)
            # All are put into words here, since each key goes through all of them.
            return tuple(report.rows), report.warnings

        def read(study: Study) -> tuple[tuple[TriggerRow, ...], tuple[str, ...]]:
            return without_gc(lambda: found(study))

        result = await result_or_error(read_in_background(self.study.path, read))
        if isinstance(result, NeedssegError):
            self._happened, self._wrong = str(result), True
        else:
            self._rows, self._warnings = result
            if self._wrong:
                self._happened, self._wrong = "", False
        self._reading = False
        self._fill()

    def _of_weeks(self) -> list[TriggerRow]:
        rows = self._rows or ()
        since = self._as_of - timedelta(weeks=self._weeks)
        return [row for row in rows if not self._weeks or row.trigger.fired_on >= since]

    def _fill(self) -> None:
        fitting = [row for row in self._of_weeks() if self._kind in ("", row.trigger.kind)][::-1]
        counted = [(row, 0) for row in fitting] if self._shows_all else triggers.capped(fitting)
        self._number, self.shown = len(fitting), [row for row, _ in counted]
        self._counts = Counter(row.trigger.kind for row in fitting)
        failed = self._rows is None and not self._reading
        self.fill([plain(with_keys(FAILED))] if failed else [_line(row, more) for row, more in counted[:MOST]])
        self.tell()

    def state(self) -> str:
        """Return how many triggers there are, of which kinds and weeks."""
        if self._rows is None:
            return "looking for triggers …" if self._reading else ""
        kinds = ", ".join(f"{number:,} {_kind(kind)}" for kind, number in self._counts.most_common())
        when = f"{format_count(self._weeks, 'week')} to {self._as_of}" if self._weeks else f"all to {self._as_of}"
        parts = [f"{format_count(self._number, 'trigger')}: {kinds}" if kinds else "no trigger", when]
        if self._shows_all:
            parts.append("all of each account are listed")
        elif len(self.shown) < self._number:
            parts.append(f"at most {MOST_TRIGGERS_OF_ACCOUNT} of a kind for each account are listed")
        parts += [f"the newest {MOST} are listed"] if len(self.shown) > MOST else []
        return "\n".join([" · ".join(parts), *(f"! {warning}" for warning in self._warnings)])

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        from needsseg.tui.accounts.page import AccountPageSheet

        event.stop()
        if event.option_index < len(self.shown):
            account = self.shown[event.option_index].trigger.account_id
            self.app.push_screen(AccountPageSheet(self.study, account, self._as_of), self._go)

    def _go(self, place: Bookmark | None) -> None:
        if place is not None:
            self.dismiss(place)

    def action_kind(self) -> None:
        """Ask which kind of triggers to show."""
        counts = Counter(row.trigger.kind for row in self._of_weeks())
        choices = [Choice("", "all kinds", format_count(sum(counts.values()), "trigger"))]
        choices += [Choice(kind, _kind(kind), format_count(counts[kind], "trigger")) for kind in KINDS]
        self.app.push_screen(Prompt("Triggers of which kind?", choices=choices, free=False), self._set_kind)

    def _set_kind(self, kind: str | None) -> None:
        if kind is not None:
            self._kind = kind
            self._fill()

    def action_all(self) -> None:
        """Show all triggers of each account, or a few."""
        self._shows_all = not self._shows_all
        self._fill()

    def action_weeks(self) -> None:
        """Show triggers of another number of weeks."""
        self._weeks = WINDOWS[(WINDOWS.index(self._weeks) + 1) % len(WINDOWS)]
        self._fill()


def _kind(kind: str) -> str:
    return kind.replace("_", " ")


def _line(row: TriggerRow, more: int) -> Content:
    trigger = row.trigger
    feature = f" {trigger.feature}" if trigger.feature else ""
    need = f" · {row.needs_segment}" if row.needs_segment else ""
    used = f"; used since {row.used_on}" if row.used_on else ""
    provisional = "" if trigger.settled else "; provisional: late events may cancel it"
    others = f"; and {more:,} more of this account" if more else ""
    head = plain(f"{trigger.fired_on}  {_kind(trigger.kind)}{feature}  ")
    return lines(
        [
            Content.assemble(head, plain(row.name or trigger.account_id, "bold"), plain(need, "dim")),
            plain(f"  {trigger.evidence}{used}{provisional}{others}", "dim"),
        ]
    )
