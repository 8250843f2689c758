"""A backlog scored by RICE, plain and weighted by what the accounts of each segment pay."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from needsseg import accounts as room
from needsseg.accounts import AccountProfile, Reject
from needsseg.accounts.tiers.firmographic import SIZES, UNKNOWN
from needsseg.accounts.tiers.profile import SOURCE_ORDER, deciding_label
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.engines import engine_for, open_session
from needsseg.actions.playbook.rice_measures import Measure, measure
from needsseg.actions.scorecard.feature_use import findings_of_features
from needsseg.errors import Advice, Fix, NeedssegError, Option, Remedy, UsageError
from needsseg.playbook.backlog import read_backlog
from needsseg.playbook.rice import (
    Coverage,
    Customer,
    Score,
    Weight,
    coverage,
    formula,
    rice,
    weights,
)
from needsseg.progress import Progress, silent
from needsseg.records import Label
from needsseg.scorecard.findings import Finding
from needsseg.study.connection import Study
from needsseg.study.segments import segments
from needsseg.text import date_of, format_count
from needsseg.thresholds import FEWEST_PRICED_ACCOUNTS

_READERS: dict[str, Callable[[AccountProfile], str]] = {
    "needs": lambda profile: profile.needs_segment,
    "size": lambda profile: profile.firmographic.size.replace(UNKNOWN, ""),
    "industry": lambda profile: profile.firmographic.industry,
    "plan": lambda profile: profile.lifecycle.plan,
}
BY = tuple(_READERS)
WEIGH_BY = ("arr", "growth", "icp")
"""What weights may go by, beside the columns of accounts that hold quantities."""
REACH = ("all", *SOURCE_ORDER)
"""Which labels reach counts: all, or those of one source. Those of survey and assigned texts are scaled to all accounts."""
_FIX_OF: dict[str, Fix | Remedy] = {
    "interview": Fix.MATCHES,
    "survey": Fix.ROUTE_RESPONSES.of(file="FILE", version="VERSION"),
    "assigned": Fix.ASSIGN.of(file="FILE"),
}
_SOURCE_WORDS = {"interview": "interviews", "survey": "the survey", "assigned": "assigned texts"}


@dataclass(frozen=True, slots=True)
class RiceReport:
    """The features' scores with their basis: the day, λ, the weights, how far labels and amounts reach.

    ``sentences`` say the latter; ``left_out`` counts accounts whose subscription has ended. ``weigh_by`` is what the weights go
    by, ``words`` how it is called; ``reach`` says which labels are counted. ``use`` has, by the
    name by which usage knows a feature, the supported differences between segments in its use; unknown ones are left out.
    """

    as_of: date
    by: str
    strength: float
    scores: tuple[Score, ...]
    refused: tuple[Reject, ...]
    weights: tuple[Weight, ...]
    coverage: Coverage
    left_out: int
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    weigh_by: str = "arr"
    words: str = "ARR"
    reach: str = "all"
    use: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)

    @property
    def formula(self) -> str:
        """Return the formula with what the weights go by."""
        return formula(self.words)


def scored(
    study: Study,
    path: Path,
    as_of: date | None = None,
    by: str = "needs",
    strength: float = 1.0,
    progress: Progress = silent,
    engine: str | None = None,
    weigh_by: str = "arr",
    reach: str = "all",
    use: bool = False,
) -> RiceReport:
    """Score the backlog at ``path`` as of a day, the one after the newest event where none is given.

    Accounts are counted by needs-based segment, or by ``size``, ``industry`` or ``plan``; those whose subscription has ended
    are left out. ``weigh_by`` as in ``rice_measures.measure``; ``reach`` is one of REACH. ``use`` asks what use by
    segment says of the features. ``engine`` as in ``accounts.profiles``. Raise TableError for a file without the columns it
    takes, UsageError for what makes no sense.
    """
    _check_choices(by, reach)
    day = as_of or _newest(study)
    backend = engine_for(study, engine)
    with open_session(backend, account_sources.stack_files(study).accounts.parent):
        profiles = accounts.profiles(study, day, progress, backend)
        staying = [profile for profile in profiles if "churned" not in profile.lifecycle_flags]
        weighed = measure(study, weigh_by, staying, day, backend)
    customers = _customers(study, staying, by, reach, weighed, day)
    _check_labels(customers, reach)
    scaled_to = len(staying) if reach in ("survey", "assigned") else None
    weight_by_segment = weights(customers, _segments(study, by, customers), scaled_to)
    backlog = read_backlog(path, tuple(weight_by_segment))
    names = [feature.usage_name for feature in backlog.features]
    scores = rice(backlog.features, weight_by_segment, strength, weighed.words)
    covered = coverage(customers)
    return RiceReport(
        day,
        by,
        strength,
        tuple(scores),
        backlog.refused,
        tuple(weight_by_segment.values()),
        covered,
        len(profiles) - len(staying),
        _sentences(covered, by, reach, len(profiles) - len(staying), weighed, weight_by_segment),
        _warnings(scores, covered, weighed, weight_by_segment),
        weighed.name,
        weighed.words,
        reach,
        findings_of_features(study, day, by, names, progress, engine) if use else {},
    )


def _check_choices(by: str, reach: str) -> None:
    if by not in BY:
        raise UsageError(f"'{by}' is not a valid way to group accounts.", f"Group them by one of {', '.join(BY)}.")
    if reach not in REACH:
        raise UsageError(f"'{reach}' is not a source of labels.", f"Count the labels of one of {', '.join(REACH)}.")
    if reach != "all" and by != "needs":
        raise UsageError(
            f"Accounts by {by} have no label, so reach cannot be counted by {reach} labels.",
            "Group accounts by needs, or count all.",
        )


def _check_labels(customers: Sequence[Customer], reach: str) -> None:
    if reach != "all" and not any(customer.segment for customer in customers):
        raise NeedssegError(
            f"No account has a label from {_SOURCE_WORDS[reach]}, so reach cannot be counted by these.",
            Advice("Count all labels, or add some: ", _FIX_OF[reach]),
        )


def _customers(
    study: Study, staying: Sequence[AccountProfile], by: str, reach: str, weighed: Measure, day: date
) -> list[Customer]:
    """Return the accounts with their segment, by all labels or those of one source, and the value they are weighed by."""
    if reach == "all":
        return [
            Customer(
                profile.account_id,
                _READERS[by](profile),
                weighed.values.get(profile.account_id),
                profile.needs_segment_source if by == "needs" else "",
            )
            for profile in staying
        ]
    merged = room.read_accounts(account_sources.stack_files(study).accounts).merged
    labels_by_account: dict[str, list[Label]] = defaultdict(list)
    for label in accounts.labels(study, day):
        if label.source == reach:
            labels_by_account[merged.get(label.account_id, label.account_id)].append(label)
    customers = []
    for profile in staying:
        deciding = deciding_label(labels_by_account[profile.account_id])[0]
        customers.append(
            Customer(
                profile.account_id,
                deciding.segment if deciding else "",
                weighed.values.get(profile.account_id),
                reach if deciding else "",
            )
        )
    return customers


def _newest(study: Study) -> date:
    day = accounts.day_after_events(study)
    files = account_sources.stack_files(study)
    if day is None and files.subscriptions is not None:
        newest = max((term.start_day for term in room.read_subscriptions(files.subscriptions)), default=None)
        day = None if newest is None else date_of(newest + 1)
    if day is None:
        raise UsageError("The day to look from is not known.", Advice("Name it", Option.AS_OF, "."))
    return day


def _segments(study: Study, by: str, customers: list[Customer]) -> list[str]:
    """The names a backlog may use: those of the study or the scale, though nobody is in them, then the others in use."""
    named: list[str] = []
    if by == "needs":
        named = [row.name for row in segments.listing(study) if row.status in ("named", "confirmed")]
        if not named:
            raise NeedssegError(
                "No segment has a name yet.",
                Advice("Name one (", Fix.RENAME_SEGMENT, "), or count by size", Option.GROUPED_BY.of(by="size"), "."),
            )
    elif by == "size":
        named = list(SIZES)
    used = Counter(customer.segment for customer in customers if customer.segment)
    return list(dict.fromkeys([*named, *sorted(used, key=lambda name: (-used[name], name))]))


def _sentences(
    covered: Coverage, by: str, reach: str, left_out: int, weighed: Measure, weight_by_segment: Mapping[str, Weight]
) -> tuple[str, ...]:
    subject = "Labels cover" if by == "needs" else f"The {by} is known for"
    if reach != "all":
        subject = f"Labels from {_SOURCE_WORDS[reach]} cover"
    share = "" if covered.arr_share is None else f" and {covered.arr_share:.0%} of the {weighed.words} that is known"
    is_known = (
        f"{weighed.words} is known"
        if weighed.name == "arr"
        else f"{weighed.words[0].upper()}{weighed.words[1:]}: known"
    )
    sentences = [
        f"{subject} {covered.labelled:,} of {format_count(covered.accounts, 'account')}{share}.",
        _reach_sentence(covered, by, reach, weight_by_segment),
    ]
    if weighed.values:
        sentences.append(
            f"{is_known} for {covered.priced:,} of {format_count(covered.accounts, 'account')}, and for "
            f"{covered.labelled_priced:,} of the {covered.labelled:,} counted. Weights are based on these; "
            f"{'unknown ARR' if weighed.name == 'arr' else 'an unknown value'} is not counted as 0."
        )
    sentences += [weighed.sentence] if weighed.sentence else []
    if left_out:
        sentences.append(f"{format_count(left_out, 'account')} whose subscription has ended are left out.")
    return tuple(sentences)


def _reach_sentence(covered: Coverage, by: str, reach: str, weight_by_segment: Mapping[str, Weight]) -> str:
    """Say what the reach of a whole segment counts; numbers in the file are taken as they are."""
    if by != "needs":
        return f"Reach counts all {format_count(covered.accounts, 'account')} by {by}; numbers in the file stand as they are."
    if reach in ("survey", "assigned"):
        return (
            f"Reach is each segment's share of the {format_count(covered.labelled, 'account')} labelled by "
            f"{_SOURCE_WORDS[reach]}, scaled to {format_count(covered.accounts, 'account')}; it is right if those accounts are "
            "like the others."
        )
    totals: Counter[str] = Counter()
    for each in weight_by_segment.values():
        totals.update(each.sources)
    sources = ", ".join(f"{totals[source]:,} by {_SOURCE_WORDS[source]}" for source in SOURCE_ORDER if totals[source])
    return f"Reach counts labelled accounts, not all that have the need: {sources or 'none is labelled'}."


def _warnings(
    scores: Sequence[Score], covered: Coverage, weighed: Measure, weight_by_segment: Mapping[str, Weight]
) -> tuple[str, ...]:
    warnings: list[str] = []
    if covered.labelled_priced == 0:
        warnings += weighed.warnings
        has = "an amount" if weighed.name == "arr" else f"a known value ({weighed.words})"
        if not weighed.is_incomparable:
            warnings.append(f"No account that is counted has {has}: there are plain scores only.")
    else:
        warnings += weighed.warnings
        if covered.above_zero < FEWEST_PRICED_ACCOUNTS <= covered.labelled_priced:
            warnings.append(
                f"Only {format_count(covered.above_zero, 'account')} of the {covered.labelled_priced} counted "
                f"{'has' if covered.above_zero == 1 else 'have'} any {weighed.words}: these weights say little."
            )
    reached = {part.segment for score in scores for part in score.parts if part.reach}
    if few := [
        f"{name} on {each.priced}"
        for name, each in weight_by_segment.items()
        if name in reached and 0 < each.priced < FEWEST_PRICED_ACCOUNTS
    ]:
        warnings.append(f"Weights based on so few accounts are unreliable: {', '.join(few)}.")
    if interviewed := [
        f"{name} ({each.accounts})"
        for name, each in weight_by_segment.items()
        if name in reached and each.interviewed_only
    ]:
        warnings.append(
            f"These segments rest on interviewed accounts alone, which were chosen: {', '.join(interviewed)}. Their reach is "
            "no size of a market; labels from the survey or from assigned texts can scale it."
        )
    for score in scores:
        claimed_reach = sum(part.reach for part in score.parts)
        if claimed_reach > covered.accounts + 1e-6:
            warnings.append(
                f"{score.feature.name} is said to reach {claimed_reach:,.10g} accounts; there are {covered.accounts:,}."
            )
        if score.why and covered.labelled_priced:
            warnings.append(f"{score.feature.name} has no weighted score: {score.why}.")
    return tuple(warnings)
