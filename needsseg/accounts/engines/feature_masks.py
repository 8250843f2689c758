"""The features that an account uses as bits of integers, which every engine can add."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

# An account's features are transferred as a sum of distinct powers of two, which every engine adds exactly below 2^63.
BITS = 62
MOST_MASKED = 16 * BITS


def feature_masks(features: Sequence[str]) -> dict[str, Sequence[str]]:
    """Return the mask columns and their features, BITS each; none where there are more than MOST_MASKED features."""
    starts = range(0, len(features), BITS) if len(features) <= MOST_MASKED else range(0)
    return {f"mask_{start}": features[start : start + BITS] for start in starts}


def mask_reader(masks: Mapping[str, Sequence[str]]) -> Callable[[tuple[int, ...]], tuple[str, ...]]:
    """Return a cached function from an account's masks to the names of its features."""
    feature_places = [
        (column, place, name) for column, names in enumerate(masks.values()) for place, name in enumerate(names)
    ]

    @cache
    def shown(bits: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(name for column, place, name in feature_places if bits[column] >> place & 1)

    return shown
