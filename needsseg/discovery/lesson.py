"""What answers taught: how well answers that were held back are predicted, beside always naming the largest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

FOLDS = 5
LEVEL = 0.95
STEPS = 3
"""Reports that it takes to say that answers have stopped helping: the last two against the one before."""

Predict = Callable[[frozenset[int]], Mapping[int, "str | None"]]
"""Given rows whose answers are held back, the name that is predicted for each of them (None is none of the names)."""


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


def lesson(answers: Mapping[int, str | None], predict: Predict, folds: int = FOLDS) -> Lesson:
    """Holds each answer (row → name, None for none of them) back once, in ``folds`` parts that are alike in their names.

    The largest is the name that most answers give: what somebody would say who knows the answers, but not the passages.
    """
    right = 0
    for held in dealt(answers, folds):
        told = predict(held)
        right += sum(row in told and told[row] == answers[row] for row in held)
    guessing = max(Counter(answers.values()).values(), default=0)
    low, high = wilson(right, len(answers))
    return Lesson(len(answers), right, guessing, low, high)


def dealt(answers: Mapping[int, str | None], folds: int = FOLDS) -> list[frozenset[int]]:
    """The rows in parts of about one size, each name spread over them; the same whatever the order of the answers."""
    order = sorted(answers, key=lambda row: (answers[row] is None, answers[row] or "", row))
    parts = [frozenset(order[start::folds]) for start in range(folds)]
    return [part for part in parts if part]


def wilson(right: int, asked: int) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson 1927), at 95%; 0 to 1 where nothing was asked."""
    if not asked:
        return 0.0, 1.0
    from scipy.stats import binomtest

    found = binomtest(right, asked).proportion_ci(LEVEL, method="wilson")
    return round(float(found.low), 4), round(float(found.high), 4)


def stopped_helping(reports: Sequence[Lesson]) -> bool:
    """Whether neither of the last two reports, oldest first, is further ahead of guessing than the one before them."""
    if len(reports) < STEPS:
        return False
    before, *last = reports[-STEPS:]
    return all(report.lead <= before.lead for report in last)
