"""Features that tell a segment apart: more of its accounts use them than of the others, beyond chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from needsseg.scorecard.comparisons import compared
from needsseg.scorecard.findings import feature_key
from needsseg.scorecard.usage import feature_contrasts
from needsseg.scorecard.usage_queries import LONG_WINDOW, FeatureUse
from needsseg.text import format_count


@dataclass(frozen=True, slots=True)
class TellingFeature:
    """A feature with the share of a segment's accounts that used it in the last 90 days, and of the other segments'.

    Shares are in [0, 1]; ``p`` is corrected for the number of features and segments compared.
    """

    feature: str
    share: float
    other_share: float
    accounts: int
    others: int
    p: float

    def reason(self, segment: str) -> str:
        """Return why the feature is named for an account of ``segment`` that never used it."""
        p = "p < 0.001" if self.p < 0.001 else f"p {self.p:.3f}"
        return (
            f"{self.feature} tells {segment} apart: {self.share:.0%} of {format_count(self.accounts, 'account')} used it in the "
            f"last {LONG_WINDOW} days, {self.other_share:.0%} of {self.others:,} of the other segments ({p} after "
            "correction); this one never did"
        )


def telling_features(
    use: Mapping[str, Mapping[str, FeatureUse]], sizes: Mapping[str, int]
) -> dict[str, tuple[TellingFeature, ...]]:
    """Return, by segment, the features that tell it apart, the largest difference first.

    ``use`` is by feature and segment, ``sizes`` are the accounts of each segment that have not left. A difference counts as it
    does among the findings of a scorecard: after correction, and with an interval that excludes none.
    """
    found: dict[str, list[TellingFeature]] = {}
    features = {feature_key(name): name for name in use}
    for comparison in compared(feature_contrasts(use, sizes, sorted(sizes), ())):
        if comparison.supported and comparison.is_higher:
            found.setdefault(comparison.segment, []).append(
                TellingFeature(
                    features[comparison.figure], comparison.value or 0.0, comparison.other_value or 0.0, comparison.accounts,
                    comparison.others, comparison.p_corrected,
                )
            )  # fmt: skip
    return {
        segment: tuple(sorted(telling, key=lambda each: (each.other_share - each.share, each.feature)))
        for segment, telling in found.items()
    }


def telling_as_json(telling: Mapping[str, Sequence[TellingFeature]]) -> dict[str, Any]:
    """Return the features by segment as JSON keeps them."""
    return {segment: [asdict(each) for each in features] for segment, features in telling.items()}


def telling_from_json(stored: Mapping[str, Any]) -> dict[str, tuple[TellingFeature, ...]]:
    """Return what ``telling_as_json`` gave."""
    return {segment: tuple(TellingFeature(**each) for each in features) for segment, features in stored.items()}
