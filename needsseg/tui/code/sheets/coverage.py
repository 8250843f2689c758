"""The progress sheet: the share of each interview read, coded and skipped, and saturation (new codes by interview)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList

from needsseg.actions.coding import coverage, measures
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.fixes import worded
from needsseg.tui.sheet import Sheet
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.coding.coverage import InterviewCoverage
    from needsseg.actions.coding.measures import SaturationReport
    from needsseg.actions.study import Study

WIDTH, CHART, NAME = 16, 30, 18
BASES, RUNS, THRESHOLDS = (4, 5, 6, 3), (2, 3, 1), (0.05, 0.0, 0.1)
CODED, SKIPPED, UNREAD = "█", "░", "·"


class CoverageSheet(Sheet[Bookmark]):
    """A row an interview, in the order of import; below, how many new codes each brought. Enter opens an interview."""

    TITLE = "Progress"
    KEYS = (
        "enter opens the interview · {coverage.base} base · {coverage.run} run · {coverage.threshold} "
        "threshold · {sheet.close} closes"
    )
    EMPTY = "No interviews yet: press {interviews.import} on Interviews ({go.interviews}) to import some."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "vary('base')", "interviews in the base", id="coverage.base"),
        Binding("r", "vary('run')", "interviews in a run", id="coverage.run"),
        Binding("t", "vary('threshold')", "share of new codes that counts as saturated", id="coverage.threshold"),
    ]

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._keys: list[str] = []
        self._chosen = {"base": 0, "run": 0, "threshold": 0}
        self._read: coverage.Coverage | None = None

    def reload(self) -> None:
        """Read coverage and saturation again."""
        progress = coverage.coverage(self.study)
        self._read = progress
        if not progress.interviews:
            self._keys = []
            self.fill([])
            return
        saturated = measures.saturation(
            self.study,
            BASES[self._chosen["base"]],
            RUNS[self._chosen["run"]],
            THRESHOLDS[self._chosen["threshold"]],
        )
        signs = plain(f"Of what participants said: {CODED} coded  {SKIPPED} read and skipped  {UNREAD} unread", "dim")
        head = plain(f"{'':{NAME}}  words  {'':{WIDTH}}  read code skip  decided", "dim")
        total = [signs, head, _row(progress.total, "all interviews")]
        rows = [_row(row, row.title) for row in progress.interviews]
        rows[0] = lines([*total, rows[0]])
        chart = _chart(
            saturated, {row.key: row.title for row in progress.interviews}, worded(saturated.sentence, self.app)
        )
        self._keys = [*(row.key for row in progress.interviews), *saturated.interviews]
        self.fill([*rows, *chart])

    def state(self) -> str:
        """Return the overall progress, whose work is shown, and the parameters of saturation."""
        if self._read is None or not self._read.interviews:
            return ""
        total = self._read.total
        base, run = BASES[self._chosen["base"]], RUNS[self._chosen["run"]]
        measure = f"base {base} · run {run} · threshold {THRESHOLDS[self._chosen['threshold']]:.0%}"
        coder = f" · {self._read.coder} alone: blind mode is on" if self._read.coder else ""
        return f"coded {total.decided}/{total.marked} · {measure}{coder}"

    def action_vary(self, parameter: str) -> None:
        """Switch to the next value of a parameter of saturation."""
        values = {"base": BASES, "run": RUNS, "threshold": THRESHOLDS}[parameter]
        self._chosen[parameter] = (self._chosen[parameter] + 1) % len(values)
        self.refresh_sheet()
        if self._keys:
            # The sentence above the chart may have scrolled out of view.
            self.tell(self._sentence())

    def _sentence(self) -> str:
        saturated = measures.saturation(
            self.study,
            BASES[self._chosen["base"]],
            RUNS[self._chosen["run"]],
            THRESHOLDS[self._chosen["threshold"]],
        )
        return worded(saturated.sentence, self.app)

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self._keys):
            self.dismiss(Bookmark(self._keys[event.option_index]))


def bar(row: InterviewCoverage, width: int = WIDTH) -> str:
    """Return an interview's coded, skipped and unread words as a bar; a share above zero has at least one character."""
    coded = round(width * row.share(row.coded))
    coded = min(max(coded, int(row.coded > 0)), width)
    skipped = min(max(round(width * row.share(row.skipped)), int(row.skipped > 0)), width - coded)
    return CODED * coded + SKIPPED * skipped + UNREAD * (width - coded - skipped)


def _row(row: InterviewCoverage, name: str) -> Content:
    shares = " ".join(f"{row.share(words):>4.0%}" for words in (row.read, row.coded, row.skipped))
    words = f"{one_line(name, NAME):{NAME}}  {row.words:>5}  {bar(row)}  {shares}  {row.decided}/{row.marked}"
    return plain(words, "" if row.key else "bold")


def _chart(saturated: SaturationReport, titles: dict[str, str], sentence: str) -> list[Content]:
    """Return each interview's new codes as bars, headed by the sentence about saturation."""
    most = max(saturated.new, default=0) or 1
    rows = [
        plain(f"{one_line(titles.get(key, key), NAME):{NAME}}  {new:>5}  {CODED * round(CHART * new / most)}")
        for key, new in zip(saturated.interviews, saturated.new, strict=True)
    ]
    head = plain("\nNew codes by interview, in the order of import", "bold")
    if rows:
        rows[0] = lines([head, plain(sentence), rows[0]])
    return rows
