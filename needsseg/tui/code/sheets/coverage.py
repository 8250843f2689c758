"""The progress sheet: the share of each interview read, coded and skipped, and saturation (new codes by interview)."""

from __future__ import annotations

from functools import partial
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
    from needsseg.progress import Progress

WIDTH, CHART, NAME = 16, 30, 18
Parameters = tuple[int, int, float]
"""Of saturation: how many interviews are its base and its run, and the threshold."""
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
        self._is_varied = False
        """Whether a parameter was changed, so that its effect is to be told."""

    def reload(self) -> None:
        """Read coverage and saturation again, beside the screen."""
        self.gather(partial(_read, self._parameters), self._show)

    @property
    def _parameters(self) -> Parameters:
        return BASES[self._chosen["base"]], RUNS[self._chosen["run"]], THRESHOLDS[self._chosen["threshold"]]

    def _show(self, read: tuple[coverage.Coverage, SaturationReport | None]) -> None:
        progress, saturated = read
        self._read = progress
        if saturated is None:
            self._keys = []
            self.fill([])
            return
        sentence = worded(saturated.sentence, self.app)
        signs = plain(f"Of what participants said: {CODED} coded  {SKIPPED} read and skipped  {UNREAD} unread", "dim")
        head = plain(f"{'':{NAME}}  words  {'':{WIDTH}}  read code skip  decided", "dim")
        total = [signs, head, _row(progress.total, "all interviews")]
        rows = [_row(row, row.title) for row in progress.interviews]
        rows[0] = lines([*total, rows[0]])
        chart = _chart(saturated, {row.key: row.title for row in progress.interviews}, sentence)
        self._keys = [*(row.key for row in progress.interviews), *saturated.interviews]
        self.fill([*rows, *chart])
        if self._is_varied:
            # The sentence above the chart may have scrolled out of view.
            self._happened, self._wrong, self._is_varied = sentence, False, False

    def state(self) -> str:
        """Return the overall progress, whose work is shown, and the parameters of saturation."""
        if self._read is None or not self._read.interviews:
            return ""
        total = self._read.total
        base, run, threshold = self._parameters
        measure = f"base {base} · run {run} · threshold {threshold:.0%}"
        coder = f" · {self._read.coder} alone: blind mode is on" if self._read.coder else ""
        return f"coded {total.decided}/{total.marked} · {measure}{coder}"

    def action_vary(self, parameter: str) -> None:
        """Switch to the next value of a parameter of saturation."""
        values = {"base": BASES, "run": RUNS, "threshold": THRESHOLDS}[parameter]
        self._chosen[parameter] = (self._chosen[parameter] + 1) % len(values)
        self._is_varied = True
        self.refresh_sheet()

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self._keys):
            self.dismiss(Bookmark(self._keys[event.option_index]))


def _read(
    parameters: Parameters, study: Study, progress: Progress
) -> tuple[coverage.Coverage, SaturationReport | None]:
    """Read coverage, and saturation where there is an interview."""
    found = coverage.coverage(study, progress=progress)
    return found, measures.saturation(study, *parameters) if found.interviews else None


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
