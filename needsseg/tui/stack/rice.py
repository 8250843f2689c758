"""A backlog's scores: plain RICE beside the one weighted by ARR, what moves, and how far the figures reach."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Static

from needsseg.actions.playbook import FORMULA, in_numbers, rice
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui.loading import aside, attempted
from needsseg.tui.report import ReportScreen
from needsseg.tui.sheet import Sheet
from needsseg.tui.words import lines, plain, row

if TYPE_CHECKING:
    from datetime import date

    from needsseg.actions.playbook import Score
    from needsseg.actions.playbook.rice import RiceReport
    from needsseg.actions.study import Study

FIGURES = (7, 8, 4, 9, 4, 6)
HEADER = ("feature", "  reach", "   plain", "rank", " weighted", "rank", "change")
STRENGTHS = (1.0, 0.5, 0.0)


class RiceSheet(Sheet[None]):
    """A line a feature, the best weighted first; enter shows its numbers."""

    TITLE = "RICE, plain and weighted by what accounts pay"
    KEYS = "enter explains one · {rice.by} counts by another tier · {rice.strength} another λ · {sheet.close} closes"
    EMPTY = "Nothing to show: see the line below. {sheet.close} closes this, and {stack.rice} names another file."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "by", "count by another tier", id="rice.by"),
        Binding("l", "strength", "another λ: how far ARR counts", id="rice.strength"),
    ]

    def __init__(self, study: Study, path: Path, as_of: date) -> None:
        super().__init__(study)
        self._path, self._as_of = path, as_of
        self._by, self._strength = rice.BY[0], STRENGTHS[0]
        self.report: RiceReport | None = None

    def compose_head(self) -> ComposeResult:
        """The formula, and what the columns are."""
        yield Static(id="rice-head", classes="line", markup=False)

    def reload(self) -> None:
        """Scores beside the screen."""
        self._head("scoring …")
        self.run_worker(self._score(), group="rice", exclusive=True)

    @property
    def _widths(self) -> tuple[int, ...]:
        room = min(104, self.app.size.width * 98 // 100) - 6
        return (max(16, room - sum(FIGURES) - 2 * len(FIGURES)), *FIGURES)

    def _head(self, said: str) -> None:
        about = f"{self._path.name} as of {self._as_of}, by {self._by}, λ = {self._strength:g}"
        formula = plain(FORMULA, "dim")
        head = [
            plain(f"{about} · {said}" if said else about, "bold"),
            formula,
            plain(row(HEADER, self._widths).plain, "dim"),
        ]
        self.query_one("#rice-head", Static).update(lines(head))

    async def _score(self) -> None:
        ask = partial(rice.scored, path=self._path, as_of=self._as_of, by=self._by, strength=self._strength)
        came = await attempted(aside(self.study.path, ask))
        if isinstance(came, NeedssegError):
            self._happened, self._wrong = str(came), True
        elif self._wrong:
            self._happened, self._wrong = "", False
        found = self.report = None if isinstance(came, NeedssegError) else came
        self._head("")
        rows = [plain(row(_values(score), self._widths).plain) for score in found.scores] if found else []
        if found is not None:
            said = [*found.sentences, *(f"! {warning}" for warning in found.warnings), *_refused(found)]
            rows.append(lines([plain(""), *(plain(line, "dim") for line in said)]))
        self.fill(rows)
        self.tell()

    def state(self) -> str:
        """How far labels reach, and what was refused."""
        found = self.report
        if found is None:
            return ""
        refused = [f"{format_count(len(found.refused), 'row')} refused, below"] if found.refused else []
        return " · ".join([found.sentences[0].rstrip("."), *refused, "all it rests on stands below the features"])

    @on(OptionList.OptionSelected)
    def _explain(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        found = self.report
        if found is not None and event.option_index < len(found.scores):
            score = found.scores[event.option_index]
            self.app.push_screen(ReportScreen(score.feature.name, explained(score, found)))

    def action_by(self) -> None:
        """Counts accounts by another tier."""
        self._by = rice.BY[(rice.BY.index(self._by) + 1) % len(rice.BY)]
        self.refresh_sheet()

    def action_strength(self) -> None:
        """Lets ARR count in full, by half, not at all."""
        self._strength = STRENGTHS[(STRENGTHS.index(self._strength) + 1) % len(STRENGTHS)]
        self.refresh_sheet()


def _refused(found: RiceReport) -> list[str]:
    """Rows that could not be scored, and why."""
    said = []
    for reject in found.refused:
        where = f"row {reject.row}" + (f", {reject.column}" if reject.column else "")
        said.append(
            f"refused {where}: “{reject.value}” {reject.reason}"
            if reject.value
            else f"refused {where}: {reject.reason}"
        )
    return said


def explained(score: Score, found: RiceReport) -> list[str]:
    """A feature's scores with their numbers put in."""
    plainly, weighted = in_numbers(score, found.strength)
    said = [f"{FORMULA}; λ = {found.strength:g}", "", f"plain, rank {score.plain_rank}", f"  {plainly}", ""]
    if score.weighted is None:
        said.append(f"weighted: none; {score.why}")
    else:
        said += [f"weighted, rank {score.weighted_rank}", f"  {weighted}"]
    for each in found.weights:
        if each.weight is not None and any(part.segment == each.segment for part in score.parts):
            said.append(
                f"  w of {each.segment} = {each.arr_share:.4g} of ARR / {each.account_share:.4g} of accounts = "
                f"{each.weight:.4g} ({each.priced} of its {format_count(each.accounts, 'account')} have an amount)"
            )
    return [*said, "", *found.sentences, *(f"! {warning}" for warning in found.warnings)]


def _values(score: Score) -> tuple[str, ...]:
    change = score.rank_change
    moved = "–" if change is None else f"▲ {change}" if change > 0 else f"▼ {-change}" if change < 0 else "="
    return (
        score.feature.name,
        f"{sum(part.reach for part in score.parts):>7,.10g}",
        f"{score.plain:>8,.2f}",
        f"{score.plain_rank:>4}",
        "        –" if score.weighted is None else f"{score.weighted:>9,.2f}",
        "   –" if score.weighted_rank is None else f"{score.weighted_rank:>4}",
        f"{moved:>6}",
    )
