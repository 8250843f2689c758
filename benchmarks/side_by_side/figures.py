"""Figures with their spread, two of them beside each other, and what changed since they were last written down."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.labelled import table

RATIOS = Path(__file__).with_name("ratios.json")
"""The ratios of the run whose figures are in ``benchmarks/results.md``, by what was timed."""
WORSE = 1.5
"""A ratio this many times the recorded one is more than a shared machine explains: the same code gave up to 1.3 times."""
Timed = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """The median of several runs with the least and the most, in seconds."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        """The median, and the spread in brackets."""
        return f"{_short(self.median)} s ({_short(self.least)} to {_short(self.most)})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was timed, and beside what; ``goal`` is in words."""

    what: str
    ours: Figure
    goal: str
    beside: str = ""
    theirs: Figure | None = None

    @property
    def ratio(self) -> float | None:
        """How many times as long as the other it took."""
        return self.ours.median / self.theirs.median if self.theirs is not None else None


def alone(runs: int, ours: Timed) -> Figure:
    """``ours`` timed ``runs`` times, after one run that is not counted."""
    ours()
    return _figure([ours() for _ in range(runs)])


def in_turns(runs: int, ours: Timed, theirs: Timed) -> tuple[Figure, Figure]:
    """Both timed in turns, after one run of each that is not counted, so that what else the machine does falls on both."""
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(runs)]
    return _figure([pair[0] for pair in pairs]), _figure([pair[1] for pair in pairs])


def _figure(times: Sequence[float]) -> Figure:
    return Figure(statistics.median(times), min(times), max(times))


def as_table(rows: Iterable[Comparison]) -> str:
    """The comparisons as a Markdown table."""
    return table(
        ["what", "needsseg", "beside", "took", "ratio", "goal"],
        [
            [
                row.what,
                str(row.ours),
                row.beside,
                "" if row.theirs is None else str(row.theirs),
                "" if row.ratio is None else f"{row.ratio:.2f}×",
                row.goal,
            ]
            for row in rows
        ],
    )


def write_ratios(rows: Iterable[Comparison]) -> None:
    """Record the ratios, for later runs to be compared with."""
    ratios = {row.what: round(row.ratio, 3) for row in rows if row.ratio is not None}
    RATIOS.write_text(json.dumps(ratios, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def warnings(rows: Iterable[Comparison], recorded: dict[str, float]) -> list[str]:
    """A line for each ratio that is much worse than the recorded one."""
    return [
        f"warning: {row.what} took {row.ratio:.2f}× of: {row.beside}. Recorded: {recorded[row.what]:.2f}×."
        for row in rows
        if row.ratio is not None and row.what in recorded and row.ratio > WORSE * recorded[row.what]
    ]


def recorded_ratios() -> dict[str, float]:
    """The ratios last recorded."""
    return {str(what): float(ratio) for what, ratio in json.loads(RATIOS.read_text(encoding="utf-8")).items()}


def _short(seconds: float) -> str:
    return f"{seconds:.4f}" if seconds < 0.1 else f"{seconds:.2f}"
