"""Patterns of use: accounts clustered by their signals with HDBSCAN, each named by its distinctive signals.

A pattern is shown beside the rule-based behavioural segment and never replaces it. HDBSCAN: Campello, Moulavi and Sander
(2013), with the exact minimum spanning tree, so that results do not depend on chance or on the order of accounts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from needsseg.accounts.tiers.behaviour import Behaviour
from needsseg.accounts.tiers.signals import behavioral_segment
from needsseg.errors import Advice, Fix, NeedssegError
from needsseg.files import sha256

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.embedding.vectors import Labels, Matrix


FEWEST_ACCOUNTS = 50
SMALLEST, SMALLEST_SHARE = 8, 25
NEIGHBOURS = 5
SKETCH = 5_000
"""Beyond this many accounts, a sample of this size is clustered and the others are assigned to its patterns."""
CLOUDS, CLOUD_ACCOUNTS = 19, 1_000
FARTHEST = 3.0
SETS_APART = 0.5
WORDS = {
    "events": ("many events", "few events"),
    "active_days": ("many active days", "few active days"),
    "active_users": ("many users", "few users"),
    "feature_breadth": ("many features", "few features"),
    "api_share": ("high API share", "low API share"),
    "mobile_share": ("high mobile share", "low mobile share"),
    "invitations": ("many invitations", "few invitations"),
    "trend": ("use rising", "use falling"),
}
SIGNALS = tuple(WORDS)
# Of similarly large differences, the most informative is named first.
_BY_INFORMATION = (
    "api_share", "mobile_share", "active_users", "feature_breadth", "invitations", "trend", "active_days", "events",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pattern:
    """Accounts with similar use: a name, their ids, each signal's median, and their distinctive signals.

    ``differences`` are signals and by how many robust deviations the pattern's median lies from that of all other active
    accounts, the largest first (to half a deviation, then the most informative). ``segments`` counts the rules' behavioural
    segments among them.
    """

    name: str
    accounts: tuple[str, ...]
    medians: dict[str, float]
    differences: tuple[tuple[str, float], ...]
    segments: dict[str, int]


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns, largest first, the accounts that fit none, and the medians of all ``active`` ones.

    ``clouds`` is, of CLOUDS simulated sets without groups (a multivariate normal distribution with the same covariance), the
    number with clusters at least as clear. None where there are no patterns.
    """

    active: int
    patterns: tuple[Pattern, ...]
    none: tuple[str, ...]
    medians: dict[str, float]
    clouds: int | None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings on their interpretation."""
        if not self.patterns:
            return (
                "There are no separate patterns: the accounts differ by degrees. The behavioural segments by rules apply.",
            )
        if self.clouds is not None and self.clouds > 1:
            return (
                f"Simulated accounts without groups had clusters as clear in {self.clouds} of {CLOUDS} trials: "
                "these patterns are a description, not distinct kinds of accounts.",
            )
        return ()


def patterns(rows: Iterable[Behaviour], seed: int = 0) -> Patterns:
    """Find patterns among the accounts with an event in the 30 days before D.

    The same rows and seed give the same patterns in any order of rows. NeedssegError for fewer than FEWEST_ACCOUNTS.
    """
    active = sorted((row for row in rows if row.events > 0), key=lambda row: row.account_id)
    if len(active) < FEWEST_ACCOUNTS:
        raise NeedssegError(
            f"{len(active)} accounts were active in the 30 days before: too few to tell patterns from chance.",
            Advice(
                f"Patterns need {FEWEST_ACCOUNTS} accounts; the behavioural segments by rules are in: ",
                Fix.PROFILES,
            ),
        )
    import numpy as np

    signal_rows = np.array([list(signals(row, *_spread(row.account_id)).values()) for row in active])
    scaled = _scaled(signal_rows)
    labels = _clustered(scaled, [row.account_id for row in active])
    sizes = Counter(int(label) for label in labels if label >= 0)
    order = sorted(sizes, key=lambda label: (-sizes[label], int(np.flatnonzero(labels == label)[0])))
    differences = [_differences(scaled, labels == label) for label in order]
    account_patterns = [
        Pattern(
            name,
            tuple(row.account_id for row, in_cluster in zip(active, labels == label, strict=True) if in_cluster),
            _medians([row for row, in_cluster in zip(active, labels == label, strict=True) if in_cluster]),
            apart,
            dict(
                Counter(
                    behavioral_segment(row)
                    for row, in_cluster in zip(active, labels == label, strict=True)
                    if in_cluster
                ).most_common()
            ),
        )
        for label, apart, name in zip(order, differences, names(differences), strict=True)
    ]
    none = tuple(row.account_id for row, label in zip(active, labels, strict=True) if label < 0)
    return Patterns(
        len(active),
        tuple(account_patterns),
        none,
        _medians(active),
        _clouds(scaled, seed) if account_patterns else None,
    )


def signals(row: Behaviour, *spread: float) -> dict[str, float]:
    """Return the signals to cluster: logarithms of counts, shares in [0, 1], and the log ratio of growth (+5 on both sides).

    ``spread`` are seven numbers in [-0.5, 0.5) added to the seven counts, since the gaps between small integers would be
    mistaken for cluster boundaries.
    """
    from math import log

    events, days, users, breadth, api, mobile, invitations = (
        count + 1 + shift
        for count, shift in zip(
            (
                row.events, row.active_days, row.active_users, row.feature_breadth, row.api_events, row.mobile_events,
                row.invitations,
            ),
            spread or (0.0,) * 7,
            strict=True,
        )
    )  # fmt: skip
    return {
        "events": log(events),
        "active_days": log(days),
        "active_users": log(users),
        "feature_breadth": log(breadth),
        "api_share": api / (row.events + 2),
        "mobile_share": mobile / (row.events + 2),
        "invitations": log(invitations),
        "trend": log((row.events + 5) / (row.events_previous + 5)),
    }


def _spread(account_id: str) -> list[float]:
    """Return seven numbers in [-0.5, 0.5) derived from the account's id alone."""
    digest = bytes.fromhex(sha256(account_id))
    return [int.from_bytes(digest[4 * part : 4 * part + 4]) / 2**32 - 0.5 for part in range(7)]


def figures(row: Behaviour) -> dict[str, float]:
    """Return the signals in natural units; the trend is the ratio of events to those of the 30 days before."""
    return {
        "events": row.events,
        "active_days": row.active_days,
        "active_users": row.active_users,
        "feature_breadth": row.feature_breadth,
        "api_share": row.api_events / row.events,
        "mobile_share": row.mobile_events / row.events,
        "invitations": row.invitations,
        "trend": (row.events + 5) / (row.events_previous + 5),
    }


def _medians(rows: Sequence[Behaviour]) -> dict[str, float]:
    from statistics import median

    account_figures = [figures(row) for row in rows]
    return {name: round(median(account[name] for account in account_figures), 4) for name in SIGNALS}


def _scaled(signal_rows: Matrix) -> Matrix:
    """Scale each signal to robust standard deviations from its median, compressed towards FARTHEST.

    The deviation is that of the quartiles, except where most accounts share one value (such as no mobile use), which would
    inflate the rest: then the ordinary one. A constant signal is 0.
    """
    import numpy as np

    low, middle, high = np.percentile(signal_rows, (25, 50, 75), axis=0)
    robust, deviations = (high - low) / 1.349, signal_rows.std(axis=0)
    scale = np.where(robust > deviations / 2, robust, deviations)
    scale = np.where(scale > 1e-9, scale, np.inf)
    compressed: Matrix = FARTHEST * np.tanh((signal_rows - middle) / scale / FARTHEST)
    return compressed


def _clustered(scaled: Matrix, ids: Sequence[str]) -> Labels:
    import hdbscan
    import numpy as np

    sample = np.arange(len(ids))
    if len(ids) > SKETCH:
        # The sample is pseudo-random but reproducible, by the hash of the id.
        by_hash = sorted(range(len(ids)), key=lambda index: sha256(ids[index]))
        sample = np.array(sorted(by_hash[:SKETCH]))
    model = _model(len(sample), prediction_data=len(sample) < len(ids)).fit(scaled[sample])
    labels: Labels = np.full(len(ids), -1, dtype=np.int64)
    labels[sample] = model.labels_
    if len(sample) < len(ids):
        remaining = np.setdiff1d(np.arange(len(ids)), sample)
        labels[remaining] = hdbscan.approximate_predict(model, scaled[remaining])[0]
    return labels


def _model(number: int, **more: bool) -> Any:
    import hdbscan

    smallest = max(SMALLEST, number // SMALLEST_SHARE)
    return hdbscan.HDBSCAN(
        min_cluster_size=smallest, min_samples=NEIGHBOURS, approx_min_span_tree=False, core_dist_n_jobs=1, **more
    )


def _clouds(scaled: Matrix, seed: int) -> int:
    """Return how many normal samples with the covariance of ``scaled`` have clusters at least as clear (DBCV)."""
    import numpy as np

    rng = np.random.default_rng(seed)
    if len(scaled) > CLOUD_ACCOUNTS:
        scaled = scaled[rng.permutation(len(scaled))[:CLOUD_ACCOUNTS]]
    observed, covariance = _clearness(scaled), np.cov(scaled, rowvar=False)
    middle = np.zeros(scaled.shape[1])
    return sum(
        _clearness(rng.multivariate_normal(middle, covariance, size=len(scaled), method="eigh")) >= observed
        for _ in range(CLOUDS)
    )


def _clearness(rows: Matrix) -> float:
    model = _model(len(rows), gen_min_span_tree=True).fit(rows)
    return float(model.relative_validity_) if model.labels_.max() > 0 else -1.0


def _differences(scaled: Matrix, in_cluster: NDArray[np.bool_]) -> tuple[tuple[str, float], ...]:
    import numpy as np

    other_rows = scaled[~in_cluster] if (~in_cluster).any() else scaled
    apart = np.median(scaled[in_cluster], axis=0) - np.median(other_rows, axis=0)
    differences = [(name, round(float(by), 2)) for name, by in zip(SIGNALS, apart, strict=True)]
    return tuple(sorted(differences, key=lambda pair: (-round(2 * abs(pair[1])), _BY_INFORMATION.index(pair[0]))))


def names(differences: Sequence[Sequence[tuple[str, float]]]) -> list[str]:
    """Name each pattern by its two largest differences, with more for duplicate names, and finally a number."""
    used_names: list[str] = []
    for apart in differences:
        distinctive = [(name, by) for name, by in apart if abs(by) >= SETS_APART]
        words = [WORDS[name][by < 0] for name, by in distinctive]
        tries = [", ".join(words[:count]) for count in range(min(2, len(words)), len(words) + 1)] or [""]
        name = next(
            (candidate for candidate in tries if candidate and candidate not in used_names),
            tries[-1] or "like most accounts",
        )
        namesakes = sum(used_name == name or used_name.startswith(f"{name} (") for used_name in used_names)
        used_names.append(f"{name} ({namesakes + 1})" if namesakes else name)
    return used_names
