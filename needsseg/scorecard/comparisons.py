"""How segments differ from the others on each figure: effects, intervals, and p corrected for the number compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.scorecard import proportions, scores
from needsseg.scorecard.correction import FALSE_SHARE, chosen_confidence, corrected
from needsseg.scorecard.facts import Waiting
from needsseg.scorecard.measures import Kind
from needsseg.scorecard.proportions import Effect
from needsseg.thresholds import FEWEST_ACCOUNTS_IN_CELL, FEWEST_COMPARED_ACCOUNTS
from needsseg.validation.survival import curve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COMPARED_DAYS = 90
"""Waits are compared over so many days from the start, as a quarter is what onboarding can still change. Our own choice."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One segment against all accounts of the other segments, on one figure.

    ``value`` and ``other_value`` are shares in [0, 1], medians, or median days (None where fewer than half reached it).
    ``difference`` is that of shares (Newcombe), or the median pairwise difference of numbers (Hodges–Lehmann), with a 95%
    interval; ``ratio`` that of shares (risk ratio) or of rates (above 1: sooner). ``p_corrected`` is after Benjamini and
    Hochberg; ``supported`` where it is at most FALSE_SHARE and the interval, widened for the choice among all comparisons,
    excludes no difference.
    """

    figure: str
    kind: Kind
    segment: str
    accounts: int
    others: int
    value: float | None
    other_value: float | None
    difference: float | None
    low: float | None
    high: float | None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    p: float
    p_corrected: float
    supported: bool

    @property
    def is_higher(self) -> bool:
        """Whether the segment has more of it than the others; for days, whether it reaches it sooner."""
        if self.kind == "days":
            return (self.ratio or 1.0) > 1
        return (self.difference or 0.0) > 0


NOTHING = Effect(None, None, None)


@dataclass(frozen=True, slots=True)
class ShareContrast:
    """Hits among the accounts of a segment, and among the others."""

    figure: str
    segment: str
    hits: int
    total: int
    other_hits: int
    other_total: int
    kind: Kind = "share"

    @property
    def sizes(self) -> tuple[int, int]:
        """The accounts of both."""
        return self.total, self.other_total

    @property
    def middles(self) -> tuple[float | None, float | None]:
        """The two shares."""
        return self.hits / self.total, self.other_hits / self.other_total

    def p(self) -> float:
        """Return Fisher's exact p."""
        return proportions.fisher_p(self.hits, self.total, self.other_hits, self.other_total)

    def difference(self, confidence: float) -> Effect:
        """Return the difference of the shares."""
        return proportions.difference(self.hits, self.total, self.other_hits, self.other_total, confidence)

    def ratio(self, confidence: float) -> Effect:
        """Return the risk ratio."""
        return proportions.ratio(self.hits, self.total, self.other_hits, self.other_total, confidence)


@dataclass(frozen=True, slots=True)
class NumberContrast:
    """The values of the accounts of a segment, and of the others."""

    figure: str
    segment: str
    values: tuple[float, ...]
    others: tuple[float, ...]
    kind: Kind = "number"

    @property
    def sizes(self) -> tuple[int, int]:
        """The accounts of both."""
        return len(self.values), len(self.others)

    @property
    def middles(self) -> tuple[float | None, float | None]:
        """The two medians."""
        return scores.median_interval(self.values)[0], scores.median_interval(self.others)[0]

    def p(self) -> float:
        """Return the p of the rank-sum test (Mann and Whitney 1947) by permutation."""
        import numpy as np

        together = np.array([*self.values, *self.others], dtype=np.float64)
        return scores.score_p(scores.ranks(together), _members(len(self.values), len(together)))

    def difference(self, confidence: float) -> Effect:
        """Return the typical pairwise difference."""
        return scores.shift(self.values, self.others, confidence)

    def ratio(self, confidence: float) -> Effect:
        """Return nothing: numbers are compared by their difference."""
        return NOTHING


@dataclass(frozen=True, slots=True)
class DaysContrast:
    """The waits of the accounts of a segment, and of the others."""

    figure: str
    segment: str
    waits: tuple[Waiting, ...]
    others: tuple[Waiting, ...]
    kind: Kind = "days"

    @property
    def sizes(self) -> tuple[int, int]:
        """The accounts of both."""
        return len(self.waits), len(self.others)

    @property
    def middles(self) -> tuple[float | None, float | None]:
        """The two median days, None where fewer than half reached it."""
        return median_days(self.waits), median_days(self.others)

    def p(self) -> float:
        """Return the p of the log-rank test by permutation of its scores."""
        days, reached, members = self._arrays()
        return scores.score_p(scores.waiting_scores(days, reached), members)

    def difference(self, confidence: float) -> Effect:
        """Return nothing: waits are compared by the ratio of rates."""
        return NOTHING

    def ratio(self, confidence: float) -> Effect:
        """Return the ratio of rates, above 1 where the segment is sooner."""
        return scores.rate_ratio(*self._arrays(), confidence)

    def _arrays(self) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
        import numpy as np

        together = [*self.waits, *self.others]
        return (
            np.array([wait.days for wait in together], dtype=np.float64),
            np.array([wait.reached for wait in together], dtype=bool),
            _members(len(self.waits), len(together)),
        )


Contrast = ShareContrast | NumberContrast | DaysContrast
"""A figure of a segment and of the others, before the correction."""


def _members(size: int, total: int) -> NDArray[np.bool_]:
    import numpy as np

    flags: NDArray[np.bool_] = np.arange(total) < size
    return flags


def median_days(waits: Sequence[Waiting]) -> float | None:
    """Return the Kaplan–Meier median of waits in days; None where fewer than half reached it."""
    return curve("", [wait.days for wait in waits], [wait.reached for wait in waits]).median


def compared(contrasts: Sequence[Contrast]) -> tuple[Comparison, ...]:
    """Return the comparisons in the order given, with p corrected for their number.

    Left out are those with fewer than FEWEST_ACCOUNTS_IN_CELL accounts on either side or FEWEST_COMPARED_ACCOUNTS in all.
    The two sides of one division, where there are two segments, are one comparison with the same p, which leaves the
    correction as it is.
    """
    large_enough = [contrast for contrast in contrasts if _is_large_enough(*contrast.sizes)]
    p = [contrast.p() for contrast in large_enough]
    p_corrected = corrected(p)
    confidence = chosen_confidence(sum(value <= FALSE_SHARE for value in p_corrected), len(p))
    return tuple(
        _comparison(contrast, raw, adjusted, confidence)
        for contrast, raw, adjusted in zip(large_enough, p, p_corrected, strict=True)
    )


def _is_large_enough(size: int, others: int) -> bool:
    return min(size, others) >= FEWEST_ACCOUNTS_IN_CELL and size + others >= FEWEST_COMPARED_ACCOUNTS


def _comparison(contrast: Contrast, p: float, p_corrected: float, confidence: float) -> Comparison:
    difference, ratio = contrast.difference(0.95), contrast.ratio(0.95)
    value, other_value = contrast.middles
    supported = p_corrected <= FALSE_SHARE and (
        _excludes(contrast.ratio(confidence), 1.0)
        if contrast.kind == "days"
        else _excludes(contrast.difference(confidence), 0.0)
    )
    return Comparison(
        contrast.figure,
        contrast.kind,
        contrast.segment,
        *contrast.sizes,
        _rounded(value),
        _rounded(other_value),
        _rounded(difference.value),
        _rounded(difference.low),
        _rounded(difference.high),
        _rounded(ratio.value),
        _rounded(ratio.low),
        _rounded(ratio.high),
        round(p, 6),
        round(p_corrected, 6),
        supported,
    )


def _excludes(effect: Effect, none: float) -> bool:
    return effect.low is not None and effect.high is not None and not effect.low <= none <= effect.high


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
