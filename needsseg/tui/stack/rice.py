"""The sheet of a backlog's scores: plain and ARR-weighted RICE, changes of rank, and coverage."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Static

from needsseg.actions.playbook import in_numbers, rice
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui.loading import read_in_background, result_or_error
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

    TITLE = "RICE, plain and weighted"
    KEYS = (
        "enter explains one · {rice.by} tier · {rice.strength} λ · {rice.weigh_by} weights · {rice.reach} reach · "
        "{sheet.close} closes"
    )
    EMPTY = "Nothing to show: see the line below. Press {sheet.close}, then {stack.rice} to choose another file."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "by", "count by another tier", id="rice.by"),
        Binding("l", "strength", "another λ: how far weights count", id="rice.strength"),
        Binding("w", "weigh_by", "weights by ARR, its growth, fit with the ICP", id="rice.weigh_by"),
        Binding("s", "reach", "whose labels reach counts: all, interview, survey, assigned", id="rice.reach"),
    ]

    def __init__(self, study: Study, path: Path, as_of: date) -> None:
        super().__init__(study)
        self._path, self._as_of = path, as_of
        self._by, self._strength = rice.BY[0], STRENGTHS[0]
        self._weigh_by, self._reach = rice.WEIGH_BY[0], rice.REACH[0]
        self.report: RiceReport | None = None

    def compose_head(self) -> ComposeResult:
        """Yield the formula and the column heads."""
        yield Static(id="rice-head", classes="line", markup=False)

    def reload(self) -> None:
        """Score the backlog in the background."""
        self._head("scoring …")
        self.run_worker(self._score(), group="rice", exclusive=True)

    @property
    def _widths(self) -> tuple[int, ...]:
        room = min(104, self.app.size.width * 98 // 100) - 6
        return (max(16, room - sum(FIGURES) - 2 * len(FIGURES)), *FIGURES)

    def _head(self, progress: str) -> None:
        about = f"{self._path.name} as of {self._as_of}, by {self._by}, λ = {self._strength:g}"
        about += "" if self._weigh_by == rice.WEIGH_BY[0] else f", weights by {self._weigh_by}"
        about += "" if self._reach == rice.REACH[0] else f", reach by {self._reach} labels"
        formula = plain("" if self.report is None else self.report.formula, "dim")
        head = [
            plain(f"{about} · {progress}" if progress else about, "bold"),
            formula,
            plain(row(HEADER, self._widths).plain, "dim"),
        ]
        self.query_one("#rice-head", Static).update(lines(head))

    async def _score(self) -> None:
        score_backlog = partial(
            rice.scored, path=self._path, as_of=self._as_of, by=self._by, strength=self._strength,
            weigh_by=self._weigh_by, reach=self._reach,
        )  # fmt: skip
        result = await result_or_error(read_in_background(self.study.path, score_backlog))
        if isinstance(result, NeedssegError):
            self._happened, self._wrong = str(result), True
        elif self._wrong:
            self._happened, self._wrong = "", False
        report = self.report = None if isinstance(result, NeedssegError) else result
        self._head("")
        rows = [plain(row(_values(score), self._widths).plain) for score in report.scores] if report else []
        if report is not None:
            notes = [*_refused(report), *report.sentences, *(f"! {warning}" for warning in report.warnings)]
            rows.append(lines([plain(""), *(plain(line, "dim") for line in notes)]))
        self.fill(rows)
        self.tell()

    def state(self) -> str:
        """Return the coverage of labels, and how many rows were refused."""
        report = self.report
        if report is None:
            return ""
        refused = [f"{format_count(len(report.refused), 'row')} refused, below"] if report.refused else []
        return " · ".join([report.sentences[0].rstrip("."), *refused, "details are below the features"])

    @on(OptionList.OptionSelected)
    def _explain(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        report = self.report
        if report is not None and event.option_index < len(report.scores):
            score = report.scores[event.option_index]
            self.app.push_screen(ReportScreen(score.feature.name, explanation_lines(score, report)))

    def action_by(self) -> None:
        """Count accounts by another tier."""
        self._by = rice.BY[(rice.BY.index(self._by) + 1) % len(rice.BY)]
        self._reach = rice.REACH[0] if self._by != "needs" else self._reach
        self.refresh_sheet()

    def action_weigh_by(self) -> None:
        """Weigh by ARR, its growth, or fit with the ICP."""
        self._weigh_by = rice.WEIGH_BY[(rice.WEIGH_BY.index(self._weigh_by) + 1) % len(rice.WEIGH_BY)]
        self.refresh_sheet()

    def action_reach(self) -> None:
        """Count the labels of another source, or all."""
        if self._by == "needs":
            self._reach = rice.REACH[(rice.REACH.index(self._reach) + 1) % len(rice.REACH)]
        self.refresh_sheet()

    def action_strength(self) -> None:
        """Switch the weight of ARR: full, half, none."""
        self._strength = STRENGTHS[(STRENGTHS.index(self._strength) + 1) % len(STRENGTHS)]
        self.refresh_sheet()


def _refused(report: RiceReport) -> list[str]:
    """Return the rows that could not be scored, and why."""
    rows = []
    for reject in report.refused:
        place = f"row {reject.row}" + (f", {reject.column}" if reject.column else "")
        rows.append(
            f"refused {place}: “{reject.value}” {reject.reason}"
            if reject.value
            else f"refused {place}: {reject.reason}"
        )
    return rows


def explanation_lines(score: Score, report: RiceReport) -> list[str]:
    """Return a feature's scores with the numbers of their formula."""
    plainly, weighted = in_numbers(score, report.strength)
    rows = [f"{report.formula}; λ = {report.strength:g}", "", f"plain, rank {score.plain_rank}", f"  {plainly}", ""]
    if score.weighted is None:
        rows.append(f"weighted: none; {score.why}")
    else:
        rows += [f"weighted, rank {score.weighted_rank}", f"  {weighted}"]
    for each in report.weights:
        if each.weight is not None and any(part.segment == each.segment for part in score.parts):
            rows.append(
                f"  w of {each.segment} = {each.arr_share:.4g} of {report.words} / {each.account_share:.4g} of accounts = "
                f"{each.weight:.4g} (known for {each.priced} of its {format_count(each.accounts, 'account')})"
            )
    return [*rows, "", *report.sentences, *(f"! {warning}" for warning in report.warnings)]


def _values(score: Score) -> tuple[str, ...]:
    change = score.rank_change
    movement = "–" if change is None else f"▲ {change}" if change > 0 else f"▼ {-change}" if change < 0 else "="
    return (
        score.feature.name,
        f"{sum(part.reach for part in score.parts):>7,.10g}",
        f"{score.plain:>8,.2f}",
        f"{score.plain_rank:>4}",
        "        –" if score.weighted is None else f"{score.weighted:>9,.2f}",
        "   –" if score.weighted_rank is None else f"{score.weighted_rank:>4}",
        f"{movement:>6}",
    )
