"""Learning from decisions: the chance that each undecided window is accepted, and whether it is worth going on.

A logistic regression that starts at the untrained score and moves away from it only as far as the decisions demand: by
the level, the trust in that score, the meaning, and where in an interview a window stands, since talk that is worth
keeping comes in stretches. Closed Newton steps (numpy alone, a few milliseconds); nothing loads a model or draws at random.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.coding.linguistic_cues import KINDS
from needsseg.coding.probes import BESIDE
from needsseg.coding.suggestions import LIKE, TOLD, Window, reasons_of, untrained
from needsseg.embedding import text_sha256

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.coding.probes import Probe
    from needsseg.embedding import Vectors
    from needsseg.embedding.vectors import Matrix

    Flags = NDArray[np.bool_]

ENOUGH = 10
"""Decisions, of both kinds, before which no forecast is given; the order learns from the first on."""
NEXT = 10
"""How many of the best undecided windows the outlook looks at."""
RECENT = 20
"""How many of the newest decisions the outlook looks at."""
UNLIKELY = 0.2
"""Share of acceptable windows, among the newest decisions and the next ones, below which going on hardly pays."""

# How far the decisions may move the model, as standard deviations of Gaussian priors around the untrained score: for all
# windows alike, for the trust in the untrained score (per unit of its log odds), for the meaning (per unit of cosine), for
# the place in the interview, which two windows share by exp(-d / STRETCH) at d characters from each other.
LEVEL, TRUST, MEANING, PLACE = 1.5, 1.0, 2.0, 1.0
STRETCH = 1500.0
EXPLORED = 50
"""Decisions up to which one of each ten asked about is the window least like any that was decided."""
_CHECKS, _CHECKED = 6, 10
_SHIFT, _FARTHEST, _HALVINGS = 0.3, 4.0, 40
_STEPS = 25
_SHOWN = 60


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Windows as the model sees them: unit ``rows`` (n, d), ``signs`` (n, cue kinds and length), ``untrained`` (n,).

    ``places`` are the transcript and the middle (characters) of each window; none where they are not known.
    """

    rows: Matrix
    signs: Matrix
    untrained: Matrix
    reasons: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...]
    places: tuple[tuple[str, float], ...] = ()

    def only(self, numbers: Sequence[int]) -> Measured:
        """Some of the windows, in the order given."""
        indices = list(numbers)
        reasons, texts = tuple(self.reasons[i] for i in indices), tuple(self.texts[i] for i in indices)
        chosen_places = tuple(self.places[i] for i in indices) if self.places else ()
        return Measured(self.rows[indices], self.signs[indices], self.untrained[indices], reasons, texts, chosen_places)


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
    """Chances (n,) in [0, 1] of undecided windows, their ``order``, and whether enough was ``learned`` to give a forecast.

    The order is best first; while there are few decisions, each tenth window is one to explore.
    """

    chances: Matrix
    order: tuple[int, ...]
    learned: bool
    decisions: int
    outlook: Outlook


def measure(
    windows: Sequence[Window], vectors: Mapping[str, Vectors], probes: Sequence[Probe], centre: Matrix | None = None
) -> Measured:
    """Windows with their vectors (by text_sha256, like those of the probes) as the model sees them.

    ``centre`` is the mean vector of what the windows are part of, an interview for example; theirs where it is not given.
    """
    import numpy as np

    signs = [
        [*(any(hit.kind == kind for hit in window.cues) for kind in KINDS), min(window.words, TOLD) / TOLD]
        for window in windows
    ]
    rows = [vectors[text_sha256(window.text)] for window in windows]
    width = len(next(iter(vectors.values()))) if vectors else 0
    unit = np.array(rows, dtype=np.float64).reshape(len(rows), width)
    if windows:
        cosines = unit @ np.stack([vectors[text_sha256(probe.text)] for probe in probes]).T
        is_beside = np.array([probe.kind == BESIDE for probe in probes])
        start = untrained(windows, unit, np.max(cosines[:, is_beside], axis=1, initial=0.0), centre)
        best_probes = np.argmax(np.where(is_beside, -2.0, cosines), axis=1)
        reasons = tuple(
            reasons_of(window, probes[probe_number], float(cosines[position, probe_number]))
            for position, (window, probe_number) in enumerate(zip(windows, best_probes, strict=True))
        )
    return Measured(
        unit,
        np.array(signs, dtype=np.float64).reshape(len(rows), len(KINDS) + 1),
        start if windows else np.zeros(0),
        reasons if windows else (),
        tuple(window.text for window in windows),
        tuple((window.source, sum(window.span) / 2) for window in windows),
    )


def joined(parts: Sequence[Measured]) -> Measured:
    """All windows of some parts as one, in order."""
    import numpy as np

    non_empty = [part for part in parts if part.texts] or list(parts[:1])
    return Measured(
        np.vstack([part.rows for part in non_empty]),
        np.vstack([part.signs for part in non_empty]),
        np.concatenate([part.untrained for part in non_empty]),
        tuple(reasons for part in non_empty for reasons in part.reasons),
        tuple(text for part in non_empty for text in part.texts),
        tuple(place for part in non_empty for place in part.places) if all(part.places for part in non_empty) else (),
    )


def rank(open_: Measured, decided: Measured, accepted: Sequence[bool]) -> Ranking:
    """Rank the undecided windows by what was ``accepted`` of the decided ones, which come in the order of the decisions.

    Without a decision the chance is the untrained score. ``learned`` is False below ``ENOUGH`` decisions, or where all went
    one way: what the chances come to is then not known yet.
    """
    import numpy as np

    decisions = np.array(accepted, dtype=bool)
    learned = len(decisions) >= ENOUGH and bool(decisions.any()) and not bool(decisions.all())
    chances = _chances(open_, decided, decisions) if len(decisions) and len(open_.texts) else open_.untrained
    order = np.lexsort((np.arange(len(chances)), -open_.untrained, -chances))
    outlook = _outlook(chances[order], decisions, learned=learned)
    return Ranking(chances, _explored(open_, decided, order), learned, len(decisions), outlook)


def _explored(open_: Measured, decided: Measured, order: NDArray[np.intp]) -> tuple[int, ...]:
    """The order, best first, with the window least like any decided one put tenth while there are few decisions."""
    by_chance = [int(window) for window in order]
    if not 0 < len(decided.texts) < EXPLORED or len(by_chance) <= NEXT:
        return tuple(by_chance)
    import numpy as np

    # Only the better half: what is unlike everything is often no talk about the matter at all.
    later = by_chance[NEXT - 1 : max(NEXT, len(by_chance) // 2)]
    known_rows = np.vstack([decided.rows, open_.rows[by_chance[: NEXT - 1]]])
    least_similar = later[int(np.argmin((open_.rows[later] @ known_rows.T).max(axis=1)))]
    by_chance.remove(least_similar)
    return (*by_chance[: NEXT - 1], least_similar, *by_chance[NEXT - 1 :])


def _chances(open_: Measured, decided: Measured, decisions: Flags) -> Matrix:
    """Maximum a posteriori logistic regression with the untrained log odds as offset, shifted by how it fared."""
    import numpy as np

    middle = np.vstack([open_.rows, decided.rows]).mean(axis=0)
    level = float(_log_odds(np.concatenate([open_.untrained, decided.untrained])).mean())

    def shared(first: Measured, second: Measured) -> Matrix:
        """How far decisions on the second move the first: the covariance of their priors."""
        trust = np.outer(_log_odds(first.untrained) - level, _log_odds(second.untrained) - level)
        meaning = (first.rows - middle) @ (second.rows - middle).T
        return np.asarray(LEVEL**2 + TRUST**2 * trust + MEANING**2 * meaning + PLACE**2 * _near(first, second))

    kernel, start, truth = shared(decided, decided), _log_odds(decided.untrained), decisions.astype(np.float64)
    weights = _fitted(kernel, start, truth)
    shift = _shift(*_past_forecasts(kernel, start, truth))
    log_odds = _log_odds(open_.untrained) + shared(open_, decided) @ weights + shift
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)), dtype=np.float64)


def _near(first: Measured, second: Measured) -> Matrix:
    """How near windows stand to each other (n, m): 1 at the same place, falling to 0, and 0 between two interviews."""
    import numpy as np

    if not first.places or not second.places:
        return np.zeros((len(first.texts), len(second.texts)))
    number: dict[str, int] = {}
    sources, middles = (
        [np.array([number.setdefault(source, len(number)) for source, _ in part.places]) for part in (first, second)],
        [np.array([middle for _, middle in part.places]) for part in (first, second)],
    )
    apart = np.abs(middles[0][:, None] - middles[1][None, :])
    has_source = np.array([bool(source) for source, _ in first.places])
    return np.where((sources[0][:, None] == sources[1][None, :]) & has_source[:, None], np.exp(-apart / STRETCH), 0.0)


def _past_forecasts(kernel: Matrix, start: Matrix, decisions: Matrix) -> tuple[Matrix, Matrix]:
    """Log odds that the newest decisions, ten by ten, had in the model of the decisions before them, and what was said."""
    import numpy as np

    count = len(decisions)
    first_known = max(ENOUGH, count - _CHECKS * _CHECKED)
    forecasts: list[Matrix] = []
    for known_count in range(first_known, count, _CHECKED):
        next_decisions = slice(known_count, min(known_count + _CHECKED, count))
        weights_then = _fitted(kernel[:known_count, :known_count], start[:known_count], decisions[:known_count])
        forecasts.append(start[next_decisions] + kernel[next_decisions, :known_count] @ weights_then)
    return np.concatenate(forecasts) if forecasts else np.zeros(0), decisions[first_known:]


def _shift(forecasts: Matrix, decisions: Matrix) -> float:
    """By how much past forecasts (log odds) were too low, held near nothing by a Gaussian prior of ``_SHIFT``."""
    import numpy as np

    low, high = -_FARTHEST, _FARTHEST
    for _ in range(_HALVINGS if len(decisions) else 0):
        # The slope of the log posterior falls with the shift, so that halving finds where it is 0.
        shift = (low + high) / 2
        chance = 1.0 / (1.0 + np.exp(-np.clip(forecasts + shift, -50.0, 50.0)))
        rises = float((decisions - chance).sum()) > shift / _SHIFT**2
        low, high = (shift, high) if rises else (low, shift)
    return (low + high) / 2


def _log_odds(chance: Matrix) -> Matrix:
    import numpy as np

    clipped = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(clipped / (1.0 - clipped)), dtype=np.float64)


def _fitted(kernel: Matrix, start: Matrix, decisions: Matrix) -> Matrix:
    """Weights (n,) of the decided windows in the mode of the posterior, by Newton's method."""
    import numpy as np

    weights: Matrix = np.zeros(len(decisions))
    reached = _log_posterior(kernel, start, decisions, weights)
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(start + kernel @ weights, -50.0, 50.0)))
        spread = np.maximum(chance * (1.0 - chance), 1e-6)
        # The step of kernel logistic regression (Rasmussen and Williams 2006, algorithm 3.1), with an offset.
        aim = kernel @ weights + (decisions - chance) / spread
        step = np.asarray(np.linalg.solve(kernel + np.diag(1.0 / spread), aim), dtype=np.float64) - weights
        # A whole step may overshoot where the start was far off; half of it, and so on, does not.
        for _ in range(_STEPS):
            log_posterior_now = _log_posterior(kernel, start, decisions, weights + step)
            if log_posterior_now >= reached - 1e-9:
                break
            step = step / 2
        else:
            break
        weights, reached = weights + step, log_posterior_now
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights


def _log_posterior(kernel: Matrix, start: Matrix, decisions: Matrix, weights: Matrix) -> float:
    """What ``_fitted`` makes as high as it can be: log likelihood and log prior, up to a constant."""
    import numpy as np

    log_odds_shift = kernel @ weights
    towards = np.where(decisions > 0, 1.0, -1.0) * (start + log_odds_shift)
    return float(-np.logaddexp(0.0, -towards).sum() - weights @ log_odds_shift / 2)


def _outlook(chances: Matrix, decisions: Flags, *, learned: bool) -> Outlook:
    """From the chances, best first, and the decisions, oldest first."""
    lately = float(decisions[-RECENT:].mean()) if len(decisions) >= RECENT else None
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
    if cosines[nearest] < LIKE:
        return None
    words = " ".join(decided.texts[nearest].split())
    shown_words = words if len(words) <= _SHOWN else words[: _SHOWN - 1].rsplit(" ", 1)[0] + " …"
    return f"like “{shown_words}”, which you {'accepted' if accepted[nearest] else 'rejected'} ({cosines[nearest]:.2f})"
