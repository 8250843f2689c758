"""Learning from decisions: the chance that each undecided window is accepted, and whether it is worth going on.

A logistic regression that starts at the untrained score and moves away from it only as far as the decisions demand, in
closed Newton steps (numpy alone, a few milliseconds). Nothing here loads a model or draws at random.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.coding.cues import KINDS
from needsseg.coding.suggestions import TOLD, Window, judge
from needsseg.embedding import text_sha256

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.coding.probes import Probe
    from needsseg.embedding import Vectors

    Matrix = NDArray[np.float64]
    Flags = NDArray[np.bool_]

ENOUGH = 10
"""Decisions below which the untrained score's order stands."""
NEXT = 10
"""How many of the best undecided windows the outlook looks at."""
RECENT = 20
"""How many of the newest decisions the outlook looks at."""
UNLIKELY = 0.2
"""Share of acceptable windows, among the newest decisions and the next ones, below which going on hardly pays."""

# How far the decisions may move the model, as standard deviations of Gaussian priors around the untrained score: for all
# windows alike, for the trust in the untrained score, for cues and length, for the meaning (per unit of cosine). Set on
# the marks of the sample study (benchmarks/results.md).
LEVEL, TRUST, SIGNS, MEANING = 1.5, 0.3, 0.5, 1.0
_STEPS = 25
_ALIKE = 0.35
_SHOWN = 60


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Windows as the model sees them: unit ``rows`` (n, d), ``signs`` (n, cue kinds and length), ``untrained`` (n,)."""

    rows: Matrix
    signs: Matrix
    untrained: Matrix
    reasons: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...]

    def only(self, places: Sequence[int]) -> Measured:
        """Some of the windows, in the order given."""
        at = list(places)
        reasons, texts = tuple(self.reasons[i] for i in at), tuple(self.texts[i] for i in at)
        return Measured(self.rows[at], self.signs[at], self.untrained[at], reasons, texts)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to be expected: ``left`` acceptable windows among ``undecided``, and the shares near at hand.

    ``coming`` is the expected share of the next ``NEXT``, ``lately`` the share accepted of the newest ``RECENT`` decisions
    (None below that many). ``unlikely`` says that hardly any further suggestion will be accepted; never before the
    program has learned.
    """

    undecided: int
    left: float
    coming: float
    lately: float | None
    unlikely: bool


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Chances (n,) in [0, 1] of undecided windows, their ``order`` (best first), and whether decisions were ``learned``."""

    chances: Matrix
    order: tuple[int, ...]
    learned: bool
    decisions: int
    outlook: Outlook


def measure(windows: Sequence[Window], vectors: Mapping[str, Vectors], probes: Sequence[Probe]) -> Measured:
    """Windows with their vectors (by text_sha256, like those of the probes) as the model sees them."""
    import numpy as np

    judged = judge(windows, vectors, probes, 0.0)
    signs = [
        [*(any(hit.kind == kind for hit in window.cues) for kind in KINDS), min(window.words, TOLD) / TOLD]
        for window in windows
    ]
    rows = [vectors[text_sha256(window.text)] for window in windows]
    width = len(next(iter(vectors.values()))) if vectors else 0
    return Measured(
        np.array(rows, dtype=np.float64).reshape(len(rows), width),
        np.array(signs, dtype=np.float64).reshape(len(rows), len(KINDS) + 1),
        np.array([suggestion.score for suggestion in judged], dtype=np.float64),
        tuple(suggestion.reasons for suggestion in judged),
        tuple(window.text for window in windows),
    )


def joined(parts: Sequence[Measured]) -> Measured:
    """All windows of some parts as one, in order."""
    import numpy as np

    full = [part for part in parts if part.texts] or list(parts[:1])
    return Measured(
        np.vstack([part.rows for part in full]),
        np.vstack([part.signs for part in full]),
        np.concatenate([part.untrained for part in full]),
        tuple(reasons for part in full for reasons in part.reasons),
        tuple(text for part in full for text in part.texts),
    )


def rank(open_: Measured, decided: Measured, accepted: Sequence[bool]) -> Ranking:
    """Ranks the undecided windows by what was ``accepted`` of the decided ones, which come in the order of the decisions.

    Below ``ENOUGH`` decisions, or where all went one way, the chance is the untrained score and ``learned`` is False.
    """
    import numpy as np

    said = np.array(accepted, dtype=bool)
    learned = len(said) >= ENOUGH and bool(said.any()) and not bool(said.all())
    chances = _chances(open_, decided, said) if learned and len(open_.texts) else open_.untrained
    order = np.lexsort((np.arange(len(chances)), -open_.untrained, -chances))
    return Ranking(
        chances, tuple(int(at) for at in order), learned, len(said), _outlook(chances[order], said, learned=learned)
    )


def _chances(open_: Measured, decided: Measured, said: Flags) -> Matrix:
    """Maximum a posteriori logistic regression with the untrained log odds as offset."""
    import numpy as np

    middle = np.vstack([open_.rows, decided.rows]).mean(axis=0)
    usual = np.vstack([open_.signs, decided.signs]).mean(axis=0)
    level = float(_log_odds(np.concatenate([open_.untrained, decided.untrained])).mean())

    def columns(of: Measured) -> tuple[Matrix, Matrix]:
        start = _log_odds(of.untrained)
        scaled = [
            np.full((len(start), 1), LEVEL),
            TRUST * (start - level)[:, None],
            SIGNS * (of.signs - usual),
            MEANING * (of.rows - middle),
        ]
        return np.hstack(scaled), start

    known, start = columns(decided)
    weights = _fitted(known, start, said.astype(np.float64))
    asked, begin = columns(open_)
    return np.asarray(1.0 / (1.0 + np.exp(-(begin + asked @ weights))), dtype=np.float64)


def _log_odds(chance: Matrix) -> Matrix:
    import numpy as np

    held = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(held / (1.0 - held)), dtype=np.float64)


def _fitted(known: Matrix, start: Matrix, said: Matrix) -> Matrix:
    """Weights under a standard normal prior, by Newton's method in the span of the decided rows (n by n, not d by d)."""
    import numpy as np

    kernel = known @ known.T
    mixed: Matrix = np.zeros(len(said))
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-(start + kernel @ mixed)))
        spread = np.maximum(chance * (1.0 - chance), 1e-6)
        # The step of kernel logistic regression (Rasmussen and Williams 2006, algorithm 3.1), with an offset.
        aim = kernel @ mixed + (said - chance) / spread
        fresh = np.asarray(np.linalg.solve(kernel + np.diag(1.0 / spread), aim), dtype=np.float64)
        done = float(np.abs(fresh - mixed).max()) < 1e-8
        mixed = fresh
        if done:
            break
    return np.asarray(known.T @ mixed, dtype=np.float64)


def _outlook(chances: Matrix, said: Flags, *, learned: bool) -> Outlook:
    """From the chances, best first, and the decisions, oldest first."""
    lately = float(said[-RECENT:].mean()) if len(said) >= RECENT else None
    coming = float(chances[:NEXT].mean()) if len(chances) else 0.0
    unlikely = learned and coming < UNLIKELY and lately is not None and lately < UNLIKELY
    return Outlook(len(chances), float(chances.sum()), coming, lately, unlikely or not len(chances))


def likeness(window: int, open_: Measured, decided: Measured, accepted: Sequence[bool]) -> str | None:
    """The decided passage an undecided window is most like, in words with the cosine; None where it is like none."""
    if not len(accepted):
        return None
    import numpy as np

    cosines = decided.rows @ open_.rows[window]
    nearest = int(np.argmax(cosines))
    if cosines[nearest] < _ALIKE:
        return None
    words = " ".join(decided.texts[nearest].split())
    shown = words if len(words) <= _SHOWN else words[: _SHOWN - 1].rsplit(" ", 1)[0] + " …"
    return f"like “{shown}”, which you {'accepted' if accepted[nearest] else 'rejected'} ({cosines[nearest]:.2f})"
