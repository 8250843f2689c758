"""Choose the passages to ask a person about next: first those that represent many others, then those in doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.discovery.cluster import SKETCH

if TYPE_CHECKING:
    from needsseg.discovery.supervised import LearningInputs
    from needsseg.embedding.vectors import Matrix

LEAST_DOUBT, DOUBT_POWER = 0.02, 2
MOST_WEIGHED_QUESTIONS, FIRST_WEIGHED = 50, 10
"""The number of questions chosen by how many passages they represent: per call with clusters, in total without."""
DIGITS = 6


@dataclass(frozen=True, slots=True, eq=False)
class QuestionSelector:
    """The state that questions are chosen from, with distinct passages as rows.

    ``strengths`` in [0, 1] is how sure each row's label is, ``duplicates`` the texts of each row, ``decided_texts`` the texts
    that people placed, ``answers`` the names people gave rows.
    """

    inputs: LearningInputs
    strengths: tuple[float, ...]
    duplicates: tuple[tuple[int, ...], ...]
    decided_texts: frozenset[int]
    answers: Mapping[int, str | None]

    def questions(self, decided: frozenset[int], count: int) -> list[int]:
        """Texts to ask about: distinct passages first, then duplicates and passages kept together with a decided one."""
        from threadpoolctl import threadpool_limits

        answered_rows = [row for row, texts in enumerate(self.duplicates) if not self.decided_texts.isdisjoint(texts)]
        with threadpool_limits(1):
            weighed = (
                MOST_WEIGHED_QUESTIONS
                if self.inputs.leans_on_clusters(self.answers)
                else max(0, FIRST_WEIGHED - len(answered_rows))
            )
            chosen = questions(self.inputs.rows, self.strengths, answered_rows, count, weighed)
        texts = [self.duplicates[row][0] for row in chosen]
        if len(texts) < count:
            excluded = decided.union(texts)
            texts += [
                index for row in (*chosen, *answered_rows) for index in self.duplicates[row] if index not in excluded
            ]
        return texts[:count]

    def left_out(self) -> dict[int, str | None]:
        """Return the name predicted for every text of an answered row when its answer is held out."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            guessed = self.inputs.left_out(self.answers)
        return {text: name for row, name in sorted(guessed.items()) for text in self.duplicates[row]}


def questions(
    rows: Matrix, strengths: Sequence[float], answered: Sequence[int], count: int, weighed: int = MOST_WEIGHED_QUESTIONS
) -> list[int]:
    """Return the ``count`` rows to ask about next, which together are nearest to the most doubtful unanswered passages.

    Greedy facility location: each row represents every other by their squared cosine, and a row's gain is what it adds to
    what the answers and the questions before it speak for, weighted by doubt (1 - ``strengths``, squared). Beyond ``weighed``
    questions the order is that of doubt alone.
    """
    import numpy as np

    rows = rows[:SKETCH]
    answered_rows = [row for row in answered if row < len(rows)]
    chosen: list[int] = []
    if weighed > 0:
        nearness = np.clip(np.round(rows @ rows.T, DIGITS), 0.0, None) ** 2
        doubt = np.clip(1.0 - np.asarray(strengths)[: len(rows)], LEAST_DOUBT, 1.0) ** DOUBT_POWER
        represented = nearness[:, answered_rows].max(axis=1) if answered_rows else np.zeros(len(rows))
        while len(chosen) < min(count, weighed, len(rows) - len(answered_rows)):
            # Nearness is symmetric, so summing rows is the same as columns, but contiguous in memory.
            gains = np.round(np.maximum(nearness, represented) @ doubt - represented @ doubt, DIGITS)
            gains[[*answered_rows, *chosen]] = -1.0
            best = int(gains.argmax())
            chosen.append(best)
            represented = np.maximum(represented, nearness[:, best])
    remaining = set(range(len(strengths))) - {*answered, *chosen}
    return chosen + sorted(remaining, key=lambda row: (strengths[row], row))[: count - len(chosen)]
