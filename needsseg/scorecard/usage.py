"""Use by segment: every feature and signal, how many accounts of each segment use it, how much, and who differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from needsseg.accounts.tiers.behaviour import trend
from needsseg.discovery.intervals import wilson
from needsseg.errors import Advice
from needsseg.scorecard.comparisons import Comparison, Contrast, ShareContrast
from needsseg.scorecard.dimensions import Dimension
from needsseg.scorecard.facts import AccountFacts
from needsseg.scorecard.findings import Finding, feature_key
from needsseg.scorecard.measures import Measure
from needsseg.scorecard.scorecard import Figure, figure
from needsseg.scorecard.usage_queries import FeatureUse
from needsseg.thresholds import FEWEST_ACCOUNTS_IN_CELL


@dataclass(frozen=True, slots=True)
class UsageCell:
    """One feature or signal in one segment.

    ``recent`` is the share of accounts in the last 30 days, ``long`` in the last 90 (features alone); a signal that is a
    number has its median in ``recent``. ``per_user`` are uses per active user of the feature in 30 days, ``trend`` says
    whether its uses fell or rose by more than 30% against the 30 days before. ``comparison`` is against the other segments,
    None where it cannot be made.
    """

    segment: str
    recent: Figure
    long: Figure | None = None
    uses: int | None = None
    per_user: float | None = None
    trend: str = ""
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One feature or signal with a cell a segment, and one for everyone; ``kind`` is feature, share or number."""

    name: str
    title: str
    kind: str
    cells: tuple[UsageCell, ...]
    everyone: UsageCell

    @property
    def least_p(self) -> float:
        """The smallest corrected p among the cells, 1 where none is compared."""
        return min((cell.comparison.p_corrected for cell in self.cells if cell.comparison), default=1.0)

    @property
    def largest_difference(self) -> float:
        """The largest difference of shares among the cells."""
        shares = [cell.comparison for cell in self.cells if cell.comparison and cell.comparison.kind == "share"]
        return max((abs(comparison.difference or 0.0) for comparison in shares), default=0.0)


@dataclass(frozen=True, slots=True)
class UsageTable:
    """All features and signals, those that tell segments apart first; ``sizes`` are the accounts of each segment.

    Only accounts that have not left count. ``compared`` is the number of comparisons corrected for, those of the scorecard
    included.
    """

    by: tuple[str, ...]
    as_of: date
    segments: tuple[str, ...]
    sizes: dict[str, int]
    rows: tuple[UsageRow, ...]
    compared: int
    findings: tuple[Finding, ...] = ()
    notes: tuple[str | Advice, ...] = ()


def base_sizes(accounts: Sequence[AccountFacts], names: Sequence[str]) -> dict[str, int]:
    """Return the number of accounts of each segment whose use counts, and under "" of those without a segment."""
    sizes = dict.fromkeys((*names, ""), 0)
    for facts in accounts:
        if facts.use is not None:
            sizes[facts.segment] = sizes.get(facts.segment, 0) + 1
    return sizes


def feature_contrasts(
    use: Mapping[str, Mapping[str, FeatureUse]],
    sizes: Mapping[str, int],
    names: Sequence[str],
    chosen: Sequence[Dimension],
) -> list[Contrast]:
    """Return, for each feature and segment, the share of accounts that used it in the last 90 days against the others'."""
    if any("use" in dimension.defined_by for dimension in chosen):
        return []
    total = sum(sizes[name] for name in names)
    contrasts: list[Contrast] = []
    for feature, by_segment in sorted(use.items()):
        hits = {name: by_segment.get(name, FeatureUse()).accounts_long for name in names}
        contrasts += [
            ShareContrast(
                feature_key(feature),
                name,
                hits[name],
                sizes[name],
                sum(hits.values()) - hits[name],
                total - sizes[name],
            )
            for name in names
            if sizes[name] and total > sizes[name]
        ]
    return contrasts


def usage_rows(
    accounts: Sequence[AccountFacts],
    names: Sequence[str],
    use: Mapping[str, Mapping[str, FeatureUse]],
    signals: Sequence[Measure],
    comparisons: Sequence[Comparison],
) -> tuple[UsageRow, ...]:
    """Return a row a feature and signal, sorted by what tells segments apart: corrected p, then the largest difference."""
    comparison_by_place = {(comparison.figure, comparison.segment): comparison for comparison in comparisons}
    sizes = base_sizes(accounts, names)
    members: dict[str, list[AccountFacts]] = {name: [] for name in names}
    for facts in accounts:
        members.setdefault(facts.segment, []).append(facts)
    rows = [_feature_row(feature, by_segment, sizes, names, comparison_by_place) for feature, by_segment in use.items()]
    for measure in signals:
        cells = tuple(
            UsageCell(name, figure(measure, members[name]), comparison=comparison_by_place.get((measure.key, name)))
            for name in names
        )
        rows.append(UsageRow(measure.key, measure.title, measure.kind, cells, UsageCell("", figure(measure, accounts))))
    return tuple(sorted(rows, key=lambda row: (row.least_p, -row.largest_difference, row.kind, row.name)))


def _feature_row(
    feature: str,
    by_segment: Mapping[str, FeatureUse],
    sizes: Mapping[str, int],
    names: Sequence[str],
    comparison_by_place: Mapping[tuple[str, str], Comparison],
) -> UsageRow:
    key = feature_key(feature)
    cells = tuple(
        _feature_cell(name, by_segment.get(name, FeatureUse()), sizes[name], comparison_by_place.get((key, name)))
        for name in names
    )
    uses = list(by_segment.values())
    everyone = FeatureUse(*(sum(getattr(each, count) for each in uses) for count in FeatureUse.__dataclass_fields__))
    return UsageRow(key, feature, "feature", cells, _feature_cell("", everyone, sum(sizes.values()), None))


def _feature_cell(name: str, use: FeatureUse, size: int, comparison: Comparison | None) -> UsageCell:
    return UsageCell(
        name,
        _share(use.accounts, size),
        _share(use.accounts_long, size),
        use.events,
        round(use.events / use.users, 2) if use.users else None,
        trend(use.events, use.events_previous),
        comparison,
    )


def _share(hits: int, total: int) -> Figure:
    if total < FEWEST_ACCOUNTS_IN_CELL:
        return Figure(total, None, None, None, True)
    low, high = wilson(hits, total)
    return Figure(total, round(hits / total, 4), round(low, 4), round(high, 4), False)
