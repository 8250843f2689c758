"""Patterns of use: accounts clustered by their signals with HDBSCAN, each named by its distinctive signals.

A pattern is shown beside the rule-based behavioural segment and never replaces it. HDBSCAN: Campello, Moulavi and Sander
(2013), with the exact minimum spanning tree, so that results do not depend on chance or on the order of accounts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from needsseg.accounts.tiers.behaviour import SIGNALS_OF, Behaviour
from needsseg.accounts.tiers.signals import behavioral_segment
from needsseg.errors import Advice, Fix, NeedssegError
from needsseg.files import sha256
from needsseg.thresholds import FEWEST_EVENTS_FOR_SHARE

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
SHARES = {"api_share": "api_events", "mobile_share": "mobile_events"}
# What a source of events may lack (see behaviour.SIGNALS_OF) → the signals of patterns that are then left out.
_NEEDED_FOR = {
    "user": ("active_users",),
    "feature": ("feature_breadth",),
    "source": tuple(SHARES),
    "invite": ("invitations",),
}
# Of similarly large differences, the most informative is named first.
_BY_INFORMATION = (
    "api_share", "mobile_share", "active_users", "feature_breadth", "invitations", "trend", "active_days", "events",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pattern:
    """Accounts with similar use: a name, their ids, each signal's median (None where unknown), and their distinctive signals.

    ``differences`` are signals and by how many robust deviations the pattern's median lies from that of all other active
    accounts, the largest first (to half a deviation, then the most informative). ``segments`` counts the rules' behavioural
    segments among them.
    """

    name: str
    accounts: tuple[str, ...]
    medians: dict[str, float | None]
    differences: tuple[tuple[str, float], ...]
    segments: dict[str, int]


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns, largest first, the accounts that fit none, and the medians of all ``active`` ones.

    ``clouds`` is, of CLOUDS simulated sets without groups (a multivariate normal distribution with the same covariance), the
    number with clusters at least as clear. None where there are no patterns. ``unknown`` are signals that the source of the
    events cannot give, and that no pattern is made of, and ``without`` what it lacks, in words.
    """

    active: int
    patterns: tuple[Pattern, ...]
    none: tuple[str, ...]
    medians: dict[str, float | None]
    clouds: int | None
    unknown: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings on their interpretation."""
        warnings = []
        if self.without:
            names = ", ".join(name.replace("_", " ").replace("api", "API") for name in self.unknown)
            warnings.append(f"The events have no {', '.join(self.without)}, so these signals are left out: {names}.")
        if not self.patterns:
            warnings.append(
                "There are no separate patterns: the accounts differ by degrees. The behavioural segments by rules apply.",
            )
        elif self.clouds is not None and self.clouds > 1:
            warnings.append(
                f"Simulated accounts without groups had clusters as clear in {self.clouds} of {CLOUDS} trials: "
                "these patterns are a description, not distinct kinds of accounts.",
            )
        return tuple(warnings)


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

    lacks = active[0].lacks
    unknown = tuple(name for key in lacks for name in _NEEDED_FOR.get(key, ()))
    usual = _usual_shares(active)
    names_of_signals = tuple(name for name in SIGNALS if name not in unknown)
    rows_by_name = [signals(row, *_spread(row.account_id), usual=usual) for row in active]
    scaled = _scaled(np.array([[each[name] for name in names_of_signals] for each in rows_by_name]))
    labels = _clustered(scaled, [row.account_id for row in active])
    sizes = Counter(int(label) for label in labels if label >= 0)
    order = sorted(sizes, key=lambda label: (-sizes[label], int(np.flatnonzero(labels == label)[0])))
    members = [[row for row, in_cluster in zip(active, labels == label, strict=True) if in_cluster] for label in order]
    differences = [
        _real_differences(_differences(scaled, labels == label, names_of_signals), inside, active)
        for label, inside in zip(order, members, strict=True)
    ]
    account_patterns = [
        Pattern(
            name,
            tuple(row.account_id for row in inside),
            _medians(inside, unknown),
            apart,
            dict(Counter(map(behavioral_segment, inside)).most_common()),
        )
        for inside, apart, name in zip(members, differences, names(differences), strict=True)
    ]
    none = tuple(row.account_id for row, label in zip(active, labels, strict=True) if label < 0)
    return Patterns(
        len(active),
        tuple(account_patterns),
        none,
        _medians(active, unknown),
        _clouds(scaled, seed) if account_patterns else None,
        unknown,
        tuple(SIGNALS_OF[key][0] for key in lacks if key in _NEEDED_FOR),
    )


def _usual_shares(rows: Sequence[Behaviour]) -> dict[str, float]:
    """Return the median shares of the accounts with enough events for a share, 0 without any."""
    from statistics import median

    enough = [row for row in rows if row.events >= FEWEST_EVENTS_FOR_SHARE]
    return {
        name: median(getattr(row, count) / row.events for row in enough) if enough else 0.0
        for name, count in SHARES.items()
    }


def signals(row: Behaviour, *spread: float, usual: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return the signals to cluster: logarithms of counts, shares, and the log ratio of growth (+5 on both sides).

    ``spread`` are seven numbers in [-0.5, 0.5) added to the seven counts, since the gaps between small integers would be
    mistaken for cluster boundaries. A share of fewer than FEWEST_EVENTS_FOR_SHARE events is no share: the account has the
    ``usual`` one, so that it sets nobody apart.
    """
    from math import log

    events, days, users, breadth, api, mobile, invitations = (
        count + shift
        for count, shift in zip(
            (
                row.events, row.active_days, row.active_users, row.feature_breadth, row.api_events, row.mobile_events,
                row.invitations,
            ),
            spread or (0.0,) * 7,
            strict=True,
        )
    )  # fmt: skip
    enough = row.events >= FEWEST_EVENTS_FOR_SHARE
    return {
        "events": log(events + 1),
        "active_days": log(days + 1),
        "active_users": log(users + 1),
        "feature_breadth": log(breadth + 1),
        "api_share": api / row.events if enough else (usual or {}).get("api_share", 0.0),
        "mobile_share": mobile / row.events if enough else (usual or {}).get("mobile_share", 0.0),
        "invitations": log(invitations + 1),
        "trend": log((row.events + 5) / (row.events_previous + 5)),
    }


def _spread(account_id: str) -> list[float]:
    """Return seven numbers in [-0.5, 0.5) derived from the account's id alone."""
    digest = bytes.fromhex(sha256(account_id))
    return [int.from_bytes(digest[4 * part : 4 * part + 4]) / 2**32 - 0.5 for part in range(7)]


def figures(row: Behaviour) -> dict[str, float | None]:
    """Return the signals in natural units, shares None of too few events; the trend is the ratio to the 30 days before."""
    enough = row.events >= FEWEST_EVENTS_FOR_SHARE
    return {
        "events": row.events,
        "active_days": row.active_days,
        "active_users": row.active_users,
        "feature_breadth": row.feature_breadth,
        "api_share": row.api_events / row.events if enough else None,
        "mobile_share": row.mobile_events / row.events if enough else None,
        "invitations": row.invitations,
        "trend": (row.events + 5) / (row.events_previous + 5),
    }


def _medians(rows: Sequence[Behaviour], unknown: Sequence[str] = ()) -> dict[str, float | None]:
    """Return the median of each signal over the accounts of which it can be stated; None where there are none."""
    from statistics import median

    account_figures = [figures(row) for row in rows]
    medians: dict[str, float | None] = dict.fromkeys(SIGNALS)
    for name in SIGNALS:
        values = [value for account in account_figures if (value := account[name]) is not None]
        if values and name not in unknown:
            medians[name] = round(median(values), 4)
    return medians


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


def _differences(
    scaled: Matrix, in_cluster: NDArray[np.bool_], names_of_signals: Sequence[str]
) -> tuple[tuple[str, float], ...]:
    import numpy as np

    other_rows = scaled[~in_cluster] if (~in_cluster).any() else scaled
    apart = np.median(scaled[in_cluster], axis=0) - np.median(other_rows, axis=0)
    differences = [(name, round(float(by), 2)) for name, by in zip(names_of_signals, apart, strict=True)]
    return tuple(sorted(differences, key=lambda pair: (-round(2 * abs(pair[1])), _BY_INFORMATION.index(pair[0]))))


def _real_differences(
    differences: Sequence[tuple[str, float]], inside: Sequence[Behaviour], active: Sequence[Behaviour]
) -> tuple[tuple[str, float], ...]:
    """Leave out differences that the medians in natural units do not show: they come from the spread, or from scaling."""
    own_ids = {row.account_id for row in inside}
    own, others = _medians(inside), _medians([row for row in active if row.account_id not in own_ids] or active)
    real = []
    for name, by in differences:
        here, there = own[name], others[name]
        if here is not None and there is not None and (here - there) * by > 0:
            real.append((name, by))
    return tuple(real)


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
