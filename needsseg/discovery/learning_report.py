"""What answers taught: how well answers that were held back are predicted, beside always naming the largest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from needsseg.discovery.intervals import wilson

STEPS = 3
"""Reports that it takes to say that answers have stopped helping: the last two against the one before."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Of ``asked`` answers held back, ``right`` were predicted; always naming the largest gives ``guessing``.

    ``low`` and ``high`` are the Wilson interval of the share that is right, at 95%.
    """

    asked: int
    right: int
    guessing: int
    low: float
    high: float

    @property
    def lead(self) -> float:
        """By what share of the answers the program is better than naming the largest."""
        return (self.right - self.guessing) / self.asked if self.asked else 0.0


def lesson(answers: Mapping[int, str | None], guessed: Mapping[int, str | None]) -> Lesson:
    """Counts how many ``answers`` (row → name, None for none of them) were ``guessed`` right when they were not told.

    The largest is the name that most answers give: what somebody would say who knows the answers, but not the passages.
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
