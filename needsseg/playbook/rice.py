"""RICE with segments: the plain score, and one in which accounts are weighted by the revenue of their segment.

``w_s = (ARR_s / ΣARR) / (n_s / Σn)`` and ``score = Σ_s Reach_s · w_s^λ · Impact · Confidence / Effort``: λ = 0 is plain RICE
(Intercom 2016), λ = 1 weighs by revenue in full. Only the share of the money enters, so its unit does not matter. In place of
ARR, weights may go by any value of an account that is not negative, such as the ARR gained in a year.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from needsseg.errors import UsageError

INTERVIEW = "interview"


def formula(words: str) -> str:
    """Return the formula in words, with what the weights go by."""
    return f"score = Σ reach × w^λ × impact × confidence / effort, with w = share of {words} / share of accounts"


FORMULA = formula("ARR")


@dataclass(frozen=True, slots=True)
class Customer:
    """An account, its segment ("" without one), what it pays or is weighed by (None where unknown), and its label's source."""

    account_id: str
    segment: str
    amount: float | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Feature:
    """One row of a backlog; ``reach`` is the number of accounts by segment, None for a whole segment.

    ``confidence`` is in [0, 1], ``effort`` above 0, ``impact`` and ``reach`` not negative. ``used_as`` is the name by which
    usage knows it, where that is another.
    """

    row: int
    name: str
    impact: float
    confidence: float
    effort: float
    reach: dict[str, float | None]
    used_as: str = ""

    @property
    def usage_name(self) -> str:
        """Return the name by which usage knows the feature."""
        return self.used_as or self.name


@dataclass(frozen=True, slots=True)
class Weight:
    """The weight of one segment: its accounts, and the ``priced`` of them whose amount is known.

    Both shares are among labelled accounts with a known amount, so that a missing amount never counts as 0; all three
    numbers are None where none is known in the segment, or nothing is paid at all. ``arr_share`` is of what the weights go by.
    ``whole`` is the number of accounts that a feature for the whole segment reaches, None for those counted; ``sources``
    counts the accounts by the source of their label.
    """

    segment: str
    accounts: int
    priced: int
    account_share: float | None
    arr_share: float | None
    weight: float | None
    whole: float | None = None
    sources: dict[str, int] = field(default_factory=dict)

    @property
    def reach(self) -> float:
        """Return the number of accounts that a feature for the whole segment reaches."""
        return float(self.accounts) if self.whole is None else self.whole

    @property
    def interviewed_only(self) -> bool:
        """Whether every label comes from an interview: people who were chosen, not a sample of the accounts."""
        return bool(self.accounts) and self.sources.get(INTERVIEW, 0) == self.accounts


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of labels and amounts; ``arr_share`` is the labelled accounts' share of all known amounts.

    ``above_zero`` counts the labelled accounts whose amount is known and more than nothing.
    """

    accounts: int
    labelled: int
    priced: int
    labelled_priced: int
    arr_share: float | None
    above_zero: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """The contribution of one segment to a feature's score."""

    segment: str
    reach: float
    weight: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """A feature's two scores; the best has rank 1, and equal scores share a rank.

    ``weighted`` and what follows from it are None where the weight of a segment it reaches is not known, and ``why`` names
    it. ``rank_change`` compares ranks among the features with both scores; above 0 the weights raise it.
    """

    feature: Feature
    parts: tuple[Part, ...]
    plain: float
    weighted: float | None
    plain_rank: int = 0
    weighted_rank: int | None = None
    rank_change: int | None = None
    why: str = ""


def weights(customers: Iterable[Customer], segments: Iterable[str], scaled_to: int | None = None) -> dict[str, Weight]:
    """Return the weight of every segment; n and ARR are over the customers with a segment and an amount.

    With ``scaled_to`` a whole segment reaches its share of the labelled customers, scaled to so many accounts.
    """
    members: dict[str, list[Customer]] = defaultdict(list)
    for customer in customers:
        if customer.segment:
            members[customer.segment].append(customer)
    paid = {
        name: [one.amount for one in segment_customers if one.amount is not None]
        for name, segment_customers in members.items()
    }
    everyone, total = sum(map(len, paid.values())), sum(map(sum, paid.values()))
    labelled = sum(map(len, members.values()))
    weight_by_segment = {}
    for name in dict.fromkeys([*segments, *members]):
        amounts = paid.get(name, [])
        shares: tuple[float | None, float | None, float | None] = (None, None, None)
        if amounts and total:
            # A single division, so that round shares stay exact.
            weight = (sum(amounts) * everyone) / (total * len(amounts))
            shares = (len(amounts) / everyone, sum(amounts) / total, weight)
        own = members.get(name, [])
        whole = len(own) * scaled_to / labelled if scaled_to is not None and labelled else None
        sources = dict(sorted(Counter(one.source for one in own if one.source).items()))
        weight_by_segment[name] = Weight(name, len(own), len(amounts), *shares, whole, sources)
    return weight_by_segment


def coverage(customers: Sequence[Customer]) -> Coverage:
    """Return the numbers of labelled accounts and known amounts, and the share of amounts in a segment."""
    labelled = [customer for customer in customers if customer.segment]
    total = sum(customer.amount for customer in customers if customer.amount is not None)
    covered = sum(customer.amount for customer in labelled if customer.amount is not None)
    return Coverage(
        len(customers),
        len(labelled),
        sum(customer.amount is not None for customer in customers),
        sum(customer.amount is not None for customer in labelled),
        covered / total if total else None,
        sum(bool(customer.amount) for customer in labelled),
    )


def rice(
    features: Iterable[Feature], weights: dict[str, Weight], strength: float = 1.0, words: str = "ARR"
) -> list[Score]:
    """Return every feature's scores, the best weighted first; ``strength`` is λ, ``words`` are of what the weights go by.

    UsageError where λ is not within 0 and 1.
    """
    if not 0 <= strength <= 1:
        raise UsageError(
            f"λ = {strength:g} is not between 0 and 1.", f"0 is plain RICE, 1 is full weighting by {words}."
        )
    scores = [_score(feature, weights, strength, words) for feature in features]
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


def _score(feature: Feature, weights: dict[str, Weight], strength: float, words: str) -> Score:
    parts = tuple(
        Part(name, weights[name].reach if reach is None else reach, weights[name].weight)
        for name, reach in feature.reach.items()
    )
    per_account = feature.impact * feature.confidence
    unweighted = sum(part.reach for part in parts) * per_account / feature.effort
    missing_weights = [part.segment for part in parts if part.weight is None and part.reach and strength]
    if missing_weights:
        return Score(feature, parts, unweighted, None, why=f"no {words} is known in {', '.join(missing_weights)}")
    # No weight is needed for λ = 0, or for a segment that is not reached.
    reached = sum(part.reach * (1.0 if part.weight is None else part.weight) ** strength for part in parts)
    return Score(feature, parts, unweighted, reached * per_account / feature.effort)


def _ranks(scores: Sequence[float]) -> list[int]:
    """Return ranks from 1; scores that differ only in the last digits of a float are equal."""
    rounded = [float(f"{score:.12g}") for score in scores]
    return [1 + sum(other_score > score for other_score in rounded) for score in rounded]


def in_numbers(score: Score, strength: float = 1.0) -> tuple[str, str]:
    """Return the formulas of the plain and the weighted score with a feature's numbers; the latter is "" without a score."""
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
