"""Which passages to ask a person about next: some that stand for many first, then those in doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.discovery.cluster import SKETCH

if TYPE_CHECKING:
    from needsseg.discovery.supervised import Lesson
    from needsseg.embedding.vectors import Matrix

LEAST_DOUBT, DOUBT_POWER = 0.02, 2
MOST_WEIGHED, FIRST_WEIGHED = 50, 10
"""So many questions are weighed by what they stand for: where clusters are leaned on (at once), and where not (in all)."""
DIGITS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """What it takes to choose questions, with distinct passages as rows.

    ``held`` tells how firmly each is placed in [0, 1], ``behind`` the texts behind each, ``settled`` the texts whose place
    people decided, ``answers`` what was said of rows.
    """

    lesson: Lesson
    held: tuple[float, ...]
    behind: tuple[tuple[int, ...], ...]
    settled: frozenset[int]
    answers: Mapping[int, str | None]

    def questions(self, decided: frozenset[int], count: int) -> list[int]:
        """Those of distinct passages first; then repeats and what is kept together with a decided one, till all are asked."""
        from threadpoolctl import threadpool_limits

        done = [row for row, texts in enumerate(self.behind) if not self.settled.isdisjoint(texts)]
        with threadpool_limits(1):
            weighed = MOST_WEIGHED if self.lesson.leans(self.answers) else max(0, FIRST_WEIGHED - len(done))
            chosen = questions(self.lesson.rows, self.held, done, count, weighed)
        asked = [self.behind[row][0] for row in chosen]
        if len(asked) < count:
            known = decided.union(asked)
            asked += [index for row in (*chosen, *done) for index in self.behind[row] if index not in known]
        return asked[:count]

    def left_out(self) -> dict[int, str | None]:
        """For every text behind an answered row, the name that would be guessed had nobody answered for it."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            guessed = self.lesson.left_out(self.answers)
        return {text: name for row, name in sorted(guessed.items()) for text in self.behind[row]}


def questions(
    rows: Matrix, held: Sequence[float], answered: Sequence[int], count: int, weighed: int = MOST_WEIGHED
) -> list[int]:
    """The ``count`` rows to ask about next: together they stand nearest to the most doubtful passages not yet answered for.

    Greedy facility location: each row speaks for every other by their squared cosine, and a row is worth what it adds to
    what the answers and the questions before it speak for, weighted by doubt (1 - ``held``, squared). Beyond ``weighed``
    questions the order is that of doubt alone.
    """
    import numpy as np

    rows = rows[:SKETCH]
    asked = [row for row in answered if row < len(rows)]
    chosen: list[int] = []
    if weighed > 0:
        nearness = np.clip(np.round(rows @ rows.T, DIGITS), 0.0, None) ** 2
        doubt = np.clip(1.0 - np.asarray(held)[: len(rows)], LEAST_DOUBT, 1.0) ** DOUBT_POWER
        spoken_for = nearness[:, asked].max(axis=1) if asked else np.zeros(len(rows))
        while len(chosen) < min(count, weighed, len(rows) - len(asked)):
            # Nearness is symmetric: one row per candidate is the same sum, read in the order it lies in memory.
            worth = np.round(np.maximum(nearness, spoken_for) @ doubt - spoken_for @ doubt, DIGITS)
            worth[[*asked, *chosen]] = -1.0
            best = int(worth.argmax())
            chosen.append(best)
            spoken_for = np.maximum(spoken_for, nearness[:, best])
    left = set(range(len(held))) - {*answered, *chosen}
    return chosen + sorted(left, key=lambda row: (held[row], row))[: count - len(chosen)]
