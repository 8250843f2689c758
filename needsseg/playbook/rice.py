"""RICE with segments: the plain score, and one in which an account counts by what accounts of its segment pay.

``w_s = (ARR_s / ΣARR) / (n_s / Σn)`` and ``score = Σ_s Reach_s · w_s^λ · Impact · Confidence / Effort``: λ = 0 is plain RICE
(Intercom 2016), λ = 1 weighs by revenue in full. Only the share of the money enters, so its unit does not matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from needsseg.errors import UsageError

FORMULA = "score = Σ reach × w^λ × impact × confidence / effort, with w = share of ARR / share of accounts"


@dataclass(frozen=True, slots=True)
class Customer:
    """An account, the segment it is counted in (empty where it is in none), and what it pays (None where not known)."""

    account_id: str
    segment: str
    amount: float | None


@dataclass(frozen=True, slots=True)
class Feature:
    """One row of a backlog; ``reach`` is accounts by segment, None for a segment served whole.

    ``confidence`` is in [0, 1], ``effort`` above 0, ``impact`` and what is given of reach not negative.
    """

    row: int
    name: str
    impact: float
    confidence: float
    effort: float
    reach: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Weight:
    """One segment: its accounts, the ``priced`` of them whose amount is known, and what these say.

    Both shares are among the labelled accounts whose amount is known, so that an amount that is missing is never taken for
    nothing; all three numbers are None where none is known in the segment, or nothing is paid at all.
    """

    segment: str
    accounts: int
    priced: int
    account_share: float | None
    arr_share: float | None
    weight: float | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far labels and amounts reach; ``arr_share`` is what labelled accounts pay of all that is known to be paid."""

    accounts: int
    labelled: int
    priced: int
    labelled_priced: int
    arr_share: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """What one segment brings to a feature's score."""

    segment: str
    reach: float
    weight: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """A feature's two scores side by side, the best being rank 1 and equal scores sharing a rank.

    ``weighted`` and what follows from it are None where the weight of a segment it reaches is not known, and ``why`` says
    which. ``rank_change`` compares ranks among the features that have both scores; above 0 the weights lift it.
    """

    feature: Feature
    parts: tuple[Part, ...]
    plain: float
    weighted: float | None
    plain_rank: int = 0
    weighted_rank: int | None = None
    rank_change: int | None = None
    why: str = ""


def weights(customers: Iterable[Customer], segments: Iterable[str]) -> dict[str, Weight]:
    """The weight of every segment; n and ARR are summed over the customers that are in a segment and have an amount."""
    members: dict[str, list[Customer]] = defaultdict(list)
    for customer in customers:
        if customer.segment:
            members[customer.segment].append(customer)
    paid = {
        name: [one.amount for one in segment_customers if one.amount is not None]
        for name, segment_customers in members.items()
    }
    everyone, total = sum(map(len, paid.values())), sum(map(sum, paid.values()))
    weight_by_segment = {}
    for name in dict.fromkeys([*segments, *members]):
        amounts = paid.get(name, [])
        shares: tuple[float | None, float | None, float | None] = (None, None, None)
        if amounts and total:
            # One division, so that shares that are round stay so.
            weight = (sum(amounts) * everyone) / (total * len(amounts))
            shares = (len(amounts) / everyone, sum(amounts) / total, weight)
        weight_by_segment[name] = Weight(name, len(members.get(name, ())), len(amounts), *shares)
    return weight_by_segment


def coverage(customers: Sequence[Customer]) -> Coverage:
    """How many accounts are in a segment, how many amounts are known, and what share of these is in a segment."""
    labelled = [customer for customer in customers if customer.segment]
    total = sum(customer.amount for customer in customers if customer.amount is not None)
    covered = sum(customer.amount for customer in labelled if customer.amount is not None)
    return Coverage(
        len(customers),
        len(labelled),
        sum(customer.amount is not None for customer in customers),
        sum(customer.amount is not None for customer in labelled),
        covered / total if total else None,
    )


def rice(features: Iterable[Feature], known: dict[str, Weight], strength: float = 1.0) -> list[Score]:
    """Every feature's scores, the best weighted first; ``strength`` is λ. UsageError where it is not within 0 and 1."""
    if not 0 <= strength <= 1:
        raise UsageError(f"λ = {strength:g} is not between 0 and 1.", "0 is plain RICE, 1 weighs by ARR in full.")
    scores = [_score(feature, known, strength) for feature in features]
    both = [score for score in scores if score.weighted is not None]
    among = _ranks([score.plain for score in both])
    by_weight = _ranks([score.weighted or 0.0 for score in both])
    changed = {
        score.feature.row: (after, before - after) for score, before, after in zip(both, among, by_weight, strict=True)
    }
    ranked = []
    for score, rank in zip(scores, _ranks([score.plain for score in scores]), strict=True):
        after, change = changed.get(score.feature.row, (None, None))
        ranked.append(replace(score, plain_rank=rank, weighted_rank=after, rank_change=change))
    return sorted(
        ranked,
        key=lambda score: (score.weighted_rank is None, score.weighted_rank or 0, score.plain_rank, score.feature.row),
    )


def _score(feature: Feature, known: dict[str, Weight], strength: float) -> Score:
    parts = tuple(
        Part(name, float(known[name].accounts) if reach is None else reach, known[name].weight)
        for name, reach in feature.reach.items()
    )
    per_account = feature.impact * feature.confidence
    unweighted = sum(part.reach for part in parts) * per_account / feature.effort
    missing_weights = [part.segment for part in parts if part.weight is None and part.reach and strength]
    if missing_weights:
        return Score(feature, parts, unweighted, None, why=f"no ARR is known in {', '.join(missing_weights)}")
    # λ = 0 asks for no weight, and neither does a segment that is not reached.
    reached = sum(part.reach * (1.0 if part.weight is None else part.weight) ** strength for part in parts)
    return Score(feature, parts, unweighted, reached * per_account / feature.effort)


def _ranks(scores: Sequence[float]) -> list[int]:
    """1 and one for each better score; scores that differ in the last places of a float are equal."""
    rounded = [float(f"{score:.12g}") for score in scores]
    return [1 + sum(other_score > score for other_score in rounded) for score in rounded]


def in_numbers(score: Score, strength: float = 1.0) -> tuple[str, str]:
    """The formula of the plain and of the weighted score with a feature's numbers; the latter is empty where there is none."""
    feature = score.feature
    factors = f" × {feature.impact:g} × {feature.confidence:g} / {feature.effort:g} = "
    power = "" if strength == 1 else f"^{strength:g}"
    reach_sum = " + ".join(f"{part.segment} {part.reach:,.10g}" for part in score.parts) or "0"
    reach_sum = f"({reach_sum}){factors}{score.plain:,.2f}"
    if score.weighted is None:
        return reach_sum, ""
    terms = [
        f"{part.segment} {part.reach:,.10g}" + ("" if part.weight is None else f" × {part.weight:.4g}{power}")
        for part in score.parts
    ]
    return reach_sum, f"({' + '.join(terms) or '0'}){factors}{score.weighted:,.2f}"
