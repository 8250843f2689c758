"""Verbs on what segments say about customers: the scorecard, use by segment, and who is behind a cell."""

from __future__ import annotations

from needsseg.scorecard.comparisons import Comparison
from needsseg.scorecard.dimensions import DIMENSIONS, NEEDS
from needsseg.scorecard.findings import Finding, feature_key
from needsseg.scorecard.measures import RECORDS, SIGNALS, VALUE, Measure
from needsseg.scorecard.scorecard import Figure, Labels, Scorecard, SegmentCard
from needsseg.scorecard.usage import UsageCell, UsageRow, UsageTable

__all__ = [
    "DIMENSIONS",
    "NEEDS",
    "RECORDS",
    "SIGNALS",
    "VALUE",
    "Comparison",
    "Figure",
    "Finding",
    "Labels",
    "Measure",
    "Scorecard",
    "SegmentCard",
    "UsageCell",
    "UsageRow",
    "UsageTable",
    "feature_key",
]
