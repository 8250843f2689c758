"""Learn from decisions: the chance that each undecided window is accepted, and whether continuing is worthwhile.

A logistic regression that starts at the untrained score and departs from it only as far as the decisions require: by
the level, the trust in that score, the meaning, and the position in the interview, since relevant speech is clustered.
Newton's method (only numpy, a few milliseconds); no model is loaded and nothing is random.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
"""The number of decisions from which a forecast is given; the order learns from the first decision."""
NEXT = 10
"""The number of best undecided windows in the outlook."""
RECENT = 20
"""The number of newest decisions in the outlook."""
UNLIKELY = 0.2
"""The share of accepted windows, among the newest decisions and the next ones, below which continuing is not worthwhile."""

# How far the decisions may move the model, as standard deviations of Gaussian priors around the untrained score: for all
# windows alike, for the trust in the untrained score (per unit of its log odds), for the meaning (per unit of cosine), and
# for the position in the interview, with a correlation of exp(-d / STRETCH) at a distance of d characters.
LEVEL, TRUST, MEANING, PLACE = 1.5, 1.0, 2.0, 1.0
STRETCH = 1500.0
MOST_LEARNED = 1_000
"""Of more decisions the newest half of as many count, and as many spread evenly over the earlier ones: the time of a fit grows
with the third power of their number."""
EXPLORED = 50
"""Up to this many decisions, one in ten questions is about the window least similar to all decided ones."""
_CHECKS, _CHECKED = 6, 10
_SHIFT, _FARTHEST, _HALVINGS = 0.3, 4.0, 40
_STEPS = 25
_SHOWN = 60
_COMPARED = 100


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Features of windows: unit vectors ``rows`` (n, d), ``signs`` (n, cue kinds and length), ``untrained`` scores (n,).

    ``places`` are the transcript and the middle (characters) of each window; empty where unknown.
    """

    rows: Matrix
    signs: Matrix
    untrained: Matrix
    reasons: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...]
    places: tuple[tuple[str, float], ...] = ()

    def only(self, numbers: Sequence[int]) -> Measured:
        """Return the windows with these numbers, in this order."""
        indices = list(numbers)
        reasons, texts = tuple(self.reasons[i] for i in indices), tuple(self.texts[i] for i in indices)
        chosen_places = tuple(self.places[i] for i in indices) if self.places else ()
        return Measured(self.rows[indices], self.signs[indices], self.untrained[indices], reasons, texts, chosen_places)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast: ``left`` is the expected number of acceptable windows among the ``undecided``.

    ``coming`` is the expected share of the next ``NEXT``, ``lately`` the share accepted of the newest ``RECENT`` decisions
    (None below that many). ``unlikely`` means that hardly any further suggestion will be accepted; it is False until the
    program has learned.
    """

    undecided: int
    left: float
    coming: float
    lately: float | None
    unlikely: bool


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Chances (n,) in [0, 1] of undecided windows, their ``order``, and whether the model has ``learned`` enough for a forecast.

    The order is best first; while there are few decisions, every tenth window is one to explore.
    """

    chances: Matrix
    order: tuple[int, ...]
    learned: bool
    decisions: int
    outlook: Outlook


def measure(
    windows: Sequence[Window], vectors: Mapping[str, Vectors], probes: Sequence[Probe], centre: Matrix | None = None
) -> Measured:
    """Compute the features of windows; ``vectors`` are by text_sha256, for windows and probes.

    ``centre`` is the mean vector of the whole, such as an interview; by default that of the windows.
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
    """Join the windows of several parts, in order."""
    import numpy as np

    non_empty = [part for part in parts if part.texts] or list(parts[:1])
    # Row by row of parts, since one large copy would hold up other threads.
    rows = np.empty((sum(len(part.rows) for part in non_empty), non_empty[0].rows.shape[1]))
    begin = 0
    for part in non_empty:
        rows[begin : begin + len(part.rows)] = part.rows
        begin += len(part.rows)
    return Measured(
        rows,
        np.vstack([part.signs for part in non_empty]),
        np.concatenate([part.untrained for part in non_empty]),
        tuple(reasons for part in non_empty for reasons in part.reasons),
        tuple(text for part in non_empty for text in part.texts),
        tuple(place for part in non_empty for place in part.places) if all(part.places for part in non_empty) else (),
    )


def rank(open_: Measured, decided: Measured, accepted: Sequence[bool]) -> Ranking:
    """Rank the undecided windows by whether the decided ones, in the order of the decisions, were ``accepted``.

    Without a decision the chance is the untrained score. ``learned`` is False below ``ENOUGH`` decisions, or where all
    decisions were the same, as the chances are then not yet calibrated.
    """
    import numpy as np

    decisions = np.array(accepted, dtype=bool)
    learned = len(decisions) >= ENOUGH and bool(decisions.any()) and not bool(decisions.all())
    chances = open_.untrained
    if len(decisions) and len(open_.texts):
        learned_from = _learned_from(len(decisions))
        chances = _chances(open_, decided.only(learned_from), decisions[learned_from])
    order = np.lexsort((np.arange(len(chances)), -open_.untrained, -chances))
    outlook = _outlook(chances[order], decisions, learned=learned)
    return Ranking(chances, _explored(open_, decided, order), learned, len(decisions), outlook)


def _learned_from(count: int) -> list[int]:
    """Return the numbers of the decisions, oldest first, from which is learned."""
    if count <= MOST_LEARNED:
        return list(range(count))
    newest = MOST_LEARNED // 2
    earlier, kept = count - newest, MOST_LEARNED - newest
    return [place * earlier // kept for place in range(kept)] + list(range(earlier, count))


def _explored(open_: Measured, decided: Measured, order: NDArray[np.intp]) -> tuple[int, ...]:
    """Return the order, best first, with the window least similar to all decided ones tenth, while decisions are few."""
    by_chance = [int(window) for window in order]
    if not 0 < len(decided.texts) < EXPLORED or len(by_chance) <= NEXT:
        return tuple(by_chance)
    import numpy as np

    # Only from the better half: windows unlike all others are often off-topic.
    later = by_chance[NEXT - 1 : max(NEXT, len(by_chance) // 2)]
    compared_rows = np.vstack([decided.rows, open_.rows[by_chance[: NEXT - 1]]])
    least_similar = later[int(np.argmin((open_.rows[later] @ compared_rows.T).max(axis=1)))]
    by_chance.remove(least_similar)
    return (*by_chance[: NEXT - 1], least_similar, *by_chance[NEXT - 1 :])


def _chances(open_: Measured, decided: Measured, decisions: Flags) -> Matrix:
    """Maximum a posteriori logistic regression with the untrained log odds as offset, corrected by past forecast errors."""
    import numpy as np

    count = len(open_.texts) + len(decided.texts)
    middle = (open_.rows.sum(axis=0) + decided.rows.sum(axis=0)) / count
    level = float(_log_odds(np.concatenate([open_.untrained, decided.untrained])).mean())
    start, truth = _log_odds(decided.untrained), decisions.astype(np.float64)
    trust, meaning = start - level, decided.rows - middle
    # The prior covariance of the decided windows: how far a decision on one moves the others.
    kernel = LEVEL**2 + TRUST**2 * np.outer(trust, trust) + MEANING**2 * (meaning @ meaning.T)
    kernel += PLACE**2 * _near(decided)
    weights = _fitted(kernel, start, truth)
    shift = _shift(*_past_forecasts(kernel, start, truth))
    open_start = _log_odds(open_.untrained)
    # The covariance of the open windows with the decided ones times the weights, term by term: as a matrix of windows by
    # decisions it would be the largest thing in memory.
    moved = LEVEL**2 * weights.sum() + TRUST**2 * (open_start - level) * (trust @ weights)
    directions = meaning.T @ weights
    moved += MEANING**2 * (open_.rows @ directions - middle @ directions) + PLACE**2 * _moved_near(
        open_, decided, weights
    )
    return np.asarray(1.0 / (1.0 + np.exp(-(open_start + moved + shift))), dtype=np.float64)


def _places_by_source(measured: Measured) -> dict[str, tuple[NDArray[np.intp], Matrix]]:
    """The numbers of the windows of each transcript, and their middles; windows of no known transcript are left out."""
    import numpy as np

    numbers: dict[str, list[int]] = {}
    for number, (source, _) in enumerate(measured.places):
        if source:
            numbers.setdefault(source, []).append(number)
    return {
        source: (np.array(own, dtype=np.intp), np.array([measured.places[number][1] for number in own]))
        for source, own in numbers.items()
    }


def _proximity(first: Matrix, second: Matrix) -> Matrix:
    """Return the proximity (n, m) of middles in one transcript: 1 at the same position, falling to 0."""
    import numpy as np

    return np.asarray(np.exp(-np.abs(first[:, None] - second[None, :]) / STRETCH), dtype=np.float64)


def _near(decided: Measured) -> Matrix:
    """Return the proximity of windows (n, n), 0 between two interviews."""
    import numpy as np

    near = np.zeros((len(decided.texts), len(decided.texts)))
    for numbers, middles in _places_by_source(decided).values():
        near[np.ix_(numbers, numbers)] = _proximity(middles, middles)
    return near


def _moved_near(open_: Measured, decided: Measured, weights: Matrix) -> Matrix:
    """Return by how much the decisions in the same interview move each open window (n,), before their weight."""
    import numpy as np

    moved, places = np.zeros(len(open_.texts)), _places_by_source(decided)
    for source, (numbers, middles) in _places_by_source(open_).items():
        if source in places:
            near, decided_middles = places[source]
            moved[numbers] = _proximity(middles, decided_middles) @ weights[near]
    return moved


def _past_forecasts(kernel: Matrix, start: Matrix, decisions: Matrix) -> tuple[Matrix, Matrix]:
    """Return the past forecasts (log odds) of the newest decisions, ten at a time from the earlier ones, and the decisions."""
    import numpy as np

    count = len(decisions)
    first_forecast = max(ENOUGH, count - _CHECKS * _CHECKED)
    forecasts: list[Matrix] = []
    for past_count in range(first_forecast, count, _CHECKED):
        next_decisions = slice(past_count, min(past_count + _CHECKED, count))
        weights_then = _fitted(kernel[:past_count, :past_count], start[:past_count], decisions[:past_count])
        forecasts.append(start[next_decisions] + kernel[next_decisions, :past_count] @ weights_then)
    return np.concatenate(forecasts) if forecasts else np.zeros(0), decisions[first_forecast:]


def _shift(forecasts: Matrix, decisions: Matrix) -> float:
    """Return by how much past forecasts (log odds) were too low, with a Gaussian prior of ``_SHIFT`` around 0."""
    import numpy as np

    low, high = -_FARTHEST, _FARTHEST
    for _ in range(_HALVINGS if len(decisions) else 0):
        # The slope of the log posterior decreases with the shift, so bisection finds its zero.
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
    """Return the weights (n,) of the decided windows at the posterior mode, by Newton's method."""
    import numpy as np

    weights: Matrix = np.zeros(len(decisions))
    reached = _log_posterior(kernel, start, decisions, weights)
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(start + kernel @ weights, -50.0, 50.0)))
        spread = np.maximum(chance * (1.0 - chance), 1e-6)
        # The step of kernel logistic regression (Rasmussen and Williams 2006, algorithm 3.1), with an offset.
        aim = kernel @ weights + (decisions - chance) / spread
        step = np.asarray(np.linalg.solve(kernel + np.diag(1.0 / spread), aim), dtype=np.float64) - weights
        # A full step may overshoot far from the mode, so it is halved until the posterior rises.
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
    """Return the log likelihood plus log prior, up to a constant, which ``_fitted`` maximises."""
    import numpy as np

    log_odds_shift = kernel @ weights
    towards = np.where(decisions > 0, 1.0, -1.0) * (start + log_odds_shift)
    return float(-np.logaddexp(0.0, -towards).sum() - weights @ log_odds_shift / 2)


def _outlook(chances: Matrix, decisions: Flags, *, learned: bool) -> Outlook:
    """Compute the outlook from the chances, best first, and the decisions, oldest first."""
    lately = float(decisions[-RECENT:].mean()) if len(decisions) >= RECENT else None
    coming = float(chances[:NEXT].mean()) if len(chances) else 0.0
    unlikely = learned and coming < UNLIKELY and lately is not None and lately < UNLIKELY
    return Outlook(len(chances), float(chances.sum()), coming, lately, unlikely or not len(chances))


def likenesses(
    windows: Sequence[int], open_: Measured, decided: Measured, accepted: Sequence[bool]
) -> Iterator[str | None]:
    """Describe for each of some undecided windows the most similar decided passage, with the cosine; None if none is similar."""
    if not len(accepted):
        yield from (None for _ in windows)
        return
    import numpy as np

    for begin in range(0, len(windows), _COMPARED):
        part = list(windows[begin : begin + _COMPARED])
        # Rounded, so that of equal passages the first is named however many windows are compared at once.
        cosines = np.round(open_.rows[part] @ decided.rows.T, 12)
        for row in cosines:
            nearest = int(np.argmax(row))
            yield (
                None
                if row[nearest] < LIKE
                else _likeness_words(decided.texts[nearest], float(row[nearest]), accepted=accepted[nearest])
            )


def _likeness_words(text: str, cosine: float, *, accepted: bool) -> str:
    words = " ".join(text.split())
    shown_words = words if len(words) <= _SHOWN else words[: _SHOWN - 1].rsplit(" ", 1)[0] + " …"
    return f"like “{shown_words}”, which you {'accepted' if accepted else 'rejected'} ({cosine:.2f})"
