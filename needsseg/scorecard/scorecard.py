"""The scorecard: per segment its size, money, course, and time to value, each with n and an interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from needsseg.accounts.kinds.records import net_promoter_points
from needsseg.discovery.intervals import wilson
from needsseg.errors import Advice
from needsseg.scorecard import scores
from needsseg.scorecard.comparisons import (
    COMPARED_DAYS,
    Comparison,
    Contrast,
    DaysContrast,
    NumberContrast,
    ShareContrast,
)
from needsseg.scorecard.dimensions import Dimension
from needsseg.scorecard.facts import AccountFacts, Waiting
from needsseg.scorecard.findings import Finding
from needsseg.scorecard.measures import Measure, value_measures
from needsseg.thresholds import FEWEST_ACCOUNTS_IN_CELL
from needsseg.validation.survival import Curve, curve

YEAR = 365
CURVE_DAYS = (0, 1, 3, 7, 14, 30, 60, 90, 180)
"""The days at which curves of waits are listed: an aha moment on day 3 and one in week 2 are told apart."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a segment over the ``n`` accounts for which it is known, with a 95% interval.

    ``value`` is a share in [0, 1], a median, or median days; all are None where ``few`` (fewer than
    FEWEST_ACCOUNTS_IN_CELL accounts), ``value`` of days also where fewer than half reached it, ``high`` where the interval
    has no upper end.
    """

    n: int
    value: float | None
    low: float | None
    high: float | None
    few: bool


@dataclass(frozen=True, slots=True)
class Labels:
    """Where needs-based labels come from, of how many accounts a person confirmed them, and their mean confidence."""

    sources: dict[str, int]
    confirmed: int
    confidence: float | None


@dataclass(frozen=True, slots=True)
class SegmentCard:
    """One segment: accounts, money, figures by key of a measure, plans and stages by number, and curves of waits.

    ``pays`` is the sum over the ``priced`` accounts, those with a known amount; ``pays_mean`` and ``pays_mean_seat`` are
    per priced account, and per seat of the accounts whose seats are known too. ``kept`` is what the customers of the first
    day pay now as a share of what they paid then, ``stays`` the share of subscriptions that last twelve months and the days
    of grace. ``curves`` hold (day, share that reached it, accounts still followed) at CURVE_DAYS. ``tickets`` are the tickets
    of an account on average, ``nps`` the net promoter score (from -100 to 100) over the ``n`` accounts that answered, and
    ``reasons`` counts cancellations; each is None where none were imported.
    """

    name: str
    accounts: int
    share: float
    users: int | None
    seats: int
    priced: int
    pays: float | None
    pays_mean: float | None
    pays_mean_seat: float | None
    kept: Figure
    stays: Figure
    figures: dict[str, Figure]
    plans: dict[str, int]
    stages: dict[str, int]
    curves: dict[str, tuple[tuple[int, float, int], ...]]
    labels: Labels | None
    tickets: Figure | None = None
    nps: Figure | None = None
    reasons: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All segments of one division of the accounts, those without a segment, and everyone.

    ``money`` is ARR where amounts are known to be a year's, else the name of their column, in ``currency``. ``comparisons``
    hold all figures and use compared, in one correction for their number; ``findings`` are the sentences that they support.
    ``notes`` say how far the figures may be trusted, and what to do.
    """

    by: tuple[str, ...]
    as_of: date
    since: date
    money: str
    segments: tuple[SegmentCard, ...]
    none: SegmentCard | None
    everyone: SegmentCard
    comparisons: tuple[Comparison, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str | Advice, ...] = ()
    labels: Labels | None = None
    not_compared: tuple[str, ...] = field(default=())
    currency: str = ""


def cards(
    accounts: Sequence[AccountFacts], names: Sequence[str], grace: int
) -> tuple[tuple[SegmentCard, ...], SegmentCard | None, SegmentCard]:
    """Return the cards of the segments ``names``, of accounts without a segment (None where all have one), of everyone."""
    members, measures = by_segment(accounts), value_measures(accounts)
    own = tuple(_card(name, members.get(name, []), len(accounts), grace, measures) for name in names)
    without = members.get("", [])
    return (
        own,
        _card("", without, len(accounts), grace, measures) if without else None,
        _card("all", accounts, len(accounts), grace, measures),
    )


def by_segment(accounts: Sequence[AccountFacts]) -> dict[str, list[AccountFacts]]:
    """Return the accounts of each segment; "" for those without one."""
    members: dict[str, list[AccountFacts]] = {}
    for facts in accounts:
        members.setdefault(facts.segment, []).append(facts)
    return members


def _card(
    name: str, accounts: Sequence[AccountFacts], total: int, grace: int, measures: Sequence[Measure]
) -> SegmentCard:
    amounts = [facts.pays for facts in accounts if facts.pays is not None]
    with_seats = [(facts.pays, facts.seats) for facts in accounts if facts.pays is not None and facts.seats]
    active = [facts.use.active_users for facts in accounts if facts.use is not None]
    pays = round(sum(amounts), 2) if amounts else None
    return SegmentCard(
        name,
        len(accounts),
        round(len(accounts) / total, 4) if total else 0.0,
        sum(active) if any(active) else None,
        sum(facts.seats or 0 for facts in accounts),
        len(amounts),
        pays,
        None if pays is None else round(pays / len(amounts), 2),
        round(sum(pay for pay, _ in with_seats) / sum(seats for _, seats in with_seats), 2) if with_seats else None,
        _kept(accounts),
        _stays(accounts, grace),
        {measure.key: figure(measure, accounts) for measure in measures},
        dict(Counter(facts.plan or "no plan" for facts in accounts).most_common()),
        dict(Counter(facts.stage for facts in accounts).most_common()),
        {measure.key: _curve_points(measure, accounts) for measure in measures if measure.kind == "days"},
        labels_of(accounts),
        _tickets(accounts),
        _net_promoters(accounts),
        _reasons(accounts),
    )


def figure(measure: Measure, accounts: Sequence[AccountFacts]) -> Figure:
    """Return one figure of these accounts."""
    values = measure.values(accounts)
    if len(values) < FEWEST_ACCOUNTS_IN_CELL:
        return Figure(len(values), None, None, None, True)
    if measure.kind == "share":
        hits = sum(map(bool, values))
        return _figure(len(values), hits / len(values), *wilson(hits, len(values)))
    if measure.kind == "days":
        course = _curve_of([wait for wait in values if isinstance(wait, Waiting)])
        return _figure(len(values), course.median, course.median_low, course.median_high)
    return _figure(len(values), *scores.median_interval([float(value) for value in values if not isinstance(
        value, Waiting)]))  # fmt: skip


def _figure(n: int, value: float | None, low: float | None, high: float | None) -> Figure:
    low, high = (None if end is None else round(end, 4) for end in (low, high))
    return Figure(n, None if value is None else round(value, 4), low, high, False)


def _curve_of(waits: Sequence[Waiting]) -> Curve:
    return curve("", [wait.days for wait in waits], [wait.reached for wait in waits])


def _kept(accounts: Sequence[AccountFacts]) -> Figure:
    """Return net revenue retention: what the customers of the first day pay now, over what they paid then."""
    pairs = [
        (facts.follow_up.now, facts.follow_up.then)
        for facts in accounts
        if facts.follow_up is not None and facts.follow_up.now is not None and facts.follow_up.then
    ]
    if len(pairs) < FEWEST_ACCOUNTS_IN_CELL:
        return Figure(len(pairs), None, None, None, True)
    effect = scores.ratio_of_sums([now for now, _ in pairs], [then for _, then in pairs])
    return _figure(len(pairs), effect.value, effect.low, effect.high)


def _tickets(accounts: Sequence[AccountFacts]) -> Figure | None:
    """Return the tickets of an account on average; None where no tickets were imported."""
    counts = [facts.tickets for facts in accounts if facts.tickets is not None]
    if not counts:
        return None
    if len(counts) < FEWEST_ACCOUNTS_IN_CELL:
        return Figure(len(counts), None, None, None, True)
    effect = scores.ratio_of_sums(counts, [1] * len(counts))
    return _figure(len(counts), effect.value, effect.low, effect.high)


def _net_promoters(accounts: Sequence[AccountFacts]) -> Figure | None:
    """Return the net promoter score, whose interval allows for people of one account being alike; None without scores.

    Points are counted from -1, so that a share of all points is never below 0.
    """
    answers = [facts.scores for facts in accounts if facts.scores]
    if not any(facts.scores is not None for facts in accounts):
        return None
    if len(answers) < FEWEST_ACCOUNTS_IN_CELL:
        return Figure(len(answers), None, None, None, True)
    points = [net_promoter_points(own) + len(own) for own in answers]
    effect = scores.ratio_of_sums(points, [len(own) for own in answers])
    value, low, high = (None if end is None else 100 * (end - 1) for end in (effect.value, effect.low, effect.high))
    return _figure(len(answers), value, low, None if high is None else min(100.0, high))


def _reasons(accounts: Sequence[AccountFacts]) -> dict[str, int] | None:
    """Count the cancellations by reason, the most frequent first; None where no cancellations were imported."""
    if all(facts.reasons is None for facts in accounts):
        return None
    return dict(Counter(reason for facts in accounts for reason in facts.reasons or ()).most_common())


def _stays(accounts: Sequence[AccountFacts], grace: int) -> Figure:
    """Return the Kaplan–Meier share of subscriptions that last twelve months; a renewal within the grace days counts."""
    waits = [facts.stay for facts in accounts if facts.stay is not None]
    if len(waits) < FEWEST_ACCOUNTS_IN_CELL:
        return Figure(len(waits), None, None, None, True)
    course = _curve_of(waits)
    if course.followed(YEAR + grace) < FEWEST_ACCOUNTS_IN_CELL:
        return Figure(len(waits), None, None, None, True)
    step = course.at(YEAR + grace)
    if step.low is None and step.survival == 1:
        # Nobody has left so far, where the log-log interval is undefined: that of a share among those still followed.
        return _figure(len(waits), 1.0, *wilson(course.followed(YEAR + grace), course.followed(YEAR + grace)))
    return _figure(len(waits), step.survival, step.low, step.high)


def _curve_points(measure: Measure, accounts: Sequence[AccountFacts]) -> tuple[tuple[int, float, int], ...]:
    waits = [wait for wait in measure.values(accounts) if isinstance(wait, Waiting)]
    if len(waits) < FEWEST_ACCOUNTS_IN_CELL:
        return ()
    course = _curve_of(waits)
    return tuple(
        (day, round(1 - max((step for step in course.steps if step.day <= day), key=lambda step: step.day,
                            default=course.steps[0]).survival, 4), course.followed(day))
        for day in CURVE_DAYS
        if course.followed(day)
    )  # fmt: skip


def labels_of(accounts: Sequence[AccountFacts]) -> Labels | None:
    """Return what the labels of these accounts rest on; None where none has one."""
    labelled = [facts for facts in accounts if facts.source is not None]
    if not labelled:
        return None
    confidences = [facts.confidence for facts in labelled if facts.confidence is not None]
    return Labels(
        dict(Counter(str(facts.source) for facts in labelled).most_common()),
        sum(facts.confirmed for facts in labelled),
        round(sum(confidences) / len(confidences), 4) if confidences else None,
    )


def contrasts(
    accounts: Sequence[AccountFacts], names: Sequence[str], measures: Sequence[Measure], chosen: Sequence[Dimension]
) -> list[Contrast]:
    """Return each figure of each segment against the other segments; those that define the segments are left out."""
    members = by_segment([facts for facts in accounts if facts.segment])
    segment_contrasts: list[Contrast] = []
    for measure in measures:
        if is_defined_by(measure, chosen):
            continue
        values = {name: measure.values(own) for name, own in members.items()}
        for name in names:
            others = [value for other, known in values.items() if other != name for value in known]
            if values.get(name) and others:
                segment_contrasts.append(_contrast(measure, name, values[name], others))
    return segment_contrasts


def is_defined_by(measure: Measure, chosen: Sequence[Dimension]) -> bool:
    """Return whether a figure is one that the segments are computed from."""
    defining = frozenset().union(*(dimension.defined_by for dimension in chosen))
    return measure.key in defining or (measure.part == "use" and "use" in defining)


def _contrast(
    measure: Measure,
    name: str,
    own: Sequence[bool | float | Waiting],
    others: Sequence[bool | float | Waiting],
) -> Contrast:
    if measure.kind == "share":
        return ShareContrast(measure.key, name, sum(map(bool, own)), len(own), sum(map(bool, others)), len(others))
    if measure.kind == "days":
        return DaysContrast(
            measure.key,
            name,
            _early(own),
            _early(others),
        )
    return NumberContrast(measure.key, name, _floats(own), _floats(others))


def _early(values: Sequence[bool | float | Waiting]) -> tuple[Waiting, ...]:
    """Return waits as seen in the first COMPARED_DAYS days: who gets there much later was not served by onboarding."""
    return tuple(
        value if value.days < COMPARED_DAYS else Waiting(COMPARED_DAYS, False)
        for value in values
        if isinstance(value, Waiting)
    )


def _floats(values: Sequence[bool | float | Waiting]) -> tuple[float, ...]:
    return tuple(float(value) for value in values if not isinstance(value, Waiting))
