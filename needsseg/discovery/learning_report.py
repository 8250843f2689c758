"""Learning progress: prediction of held-out answers, compared with always naming the largest segment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from needsseg.discovery.intervals import wilson

STEPS = 3
"""Reports needed to say that answers have stopped helping: the last two are compared with the one before."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Of ``asked`` held-out answers, ``right`` were predicted; always naming the largest segment gets ``guessing`` right.

    ``low`` and ``high`` are the Wilson interval of the share that is right, at 95%.
    """

    asked: int
    right: int
    guessing: int
    low: float
    high: float

    @property
    def lead(self) -> float:
        """The difference to always naming the largest segment, as a share of the answers."""
        return (self.right - self.guessing) / self.asked if self.asked else 0.0


def lesson(answers: Mapping[int, str | None], guessed: Mapping[int, str | None]) -> Lesson:
    """Count how many ``answers`` (row → name, None for none of them) were ``guessed`` right while held out.

    The baseline always guesses the most frequent answer, without looking at the passages.
    """
    right = sum(row in guessed and guessed[row] == name for row, name in answers.items())
    guessing = max(Counter(answers.values()).values(), default=0)
    low, high = wilson(right, len(answers))
    return Lesson(len(answers), right, guessing, round(low, 4), round(high, 4))


def stopped_helping(reports: Sequence[Lesson]) -> bool:
    """Whether neither of the last two reports, oldest first, is further ahead of guessing than the one before them."""
    if len(reports) < STEPS:
        return False
    before, *last = reports[-STEPS:]
    return all(report.lead <= before.lead for report in last)
