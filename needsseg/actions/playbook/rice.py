"""A backlog scored by RICE, plain and weighted by what the accounts of each segment pay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from needsseg import accounts as room
from needsseg.accounts import AccountProfile, Reject
from needsseg.accounts.tiers.firmographic import SIZES, UNKNOWN
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.engines import engine_for, open_session
from needsseg.actions.accounts.revenue import revenue_as_of
from needsseg.errors import Advice, Fix, NeedssegError, Option, UsageError
from needsseg.playbook.backlog import read_backlog
from needsseg.playbook.rice import (
    Coverage,
    Customer,
    Score,
    Weight,
    coverage,
    rice,
    weights,
)
from needsseg.progress import Progress, silent
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


@dataclass(frozen=True, slots=True)
class RiceReport:
    """The features' scores with their basis: the day, λ, the weights, how far labels and amounts reach.

    ``sentences`` say the latter; ``left_out`` counts accounts whose subscription has ended.
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


def scored(
    study: Study,
    path: Path,
    as_of: date | None = None,
    by: str = "needs",
    strength: float = 1.0,
    progress: Progress = silent,
    engine: str | None = None,
) -> RiceReport:
    """Score the backlog at ``path`` as of a day, the one after the newest event where none is given.

    Accounts are counted by needs-based segment, or by ``size``, ``industry`` or ``plan``; those whose subscription has ended
    are left out. ``engine`` as in ``accounts.profiles``. Raise TableError for a file without the columns it
    takes, UsageError for what makes no sense.
    """
    if by not in BY:
        raise UsageError(f"'{by}' is not a valid way to group accounts.", f"Group them by one of {', '.join(BY)}.")
    day = as_of or _newest(study)
    backend = engine_for(study, engine)
    with open_session(backend, account_sources.stack_files(study).accounts.parent):
        profiles = accounts.profiles(study, day, progress, backend)
        paid = revenue_as_of(study, day, backend)
    staying = [profile for profile in profiles if "churned" not in profile.lifecycle_flags]
    customers = [
        Customer(profile.account_id, _READERS[by](profile), paid.amounts.get(profile.account_id)) for profile in staying
    ]
    segment_names = _segments(study, by, customers)
    weight_by_segment = weights(customers, segment_names)
    backlog = read_backlog(path, tuple(weight_by_segment))
    scores = rice(backlog.features, weight_by_segment, strength)
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
        (*_sentences(covered, by, len(profiles) - len(staying), paid), *_money_sentences(paid, staying)),
        _warnings(scores, covered, paid, weight_by_segment),
    )


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


def _sentences(covered: Coverage, by: str, left_out: int, paid: Revenue) -> tuple[str, ...]:
    subject = "Labels cover" if by == "needs" else f"The {by} is known for"
    money = "" if covered.arr_share is None else f" and {covered.arr_share:.0%} of the ARR that is known"
    sentences = [
        f"{subject} {covered.labelled:,} of {format_count(covered.accounts, 'account')}{money}.",
    ]
    if not paid.by_currency:
        sentences.append(
            f"ARR is known for {covered.priced:,} of {format_count(covered.accounts, 'account')}, and for "
            f"{covered.labelled_priced:,} of the {covered.labelled:,} counted. Weights are based on these; unknown ARR is not "
            "counted as 0."
        )
    if left_out:
        sentences.append(f"{format_count(left_out, 'account')} whose subscription has ended are left out.")
    return tuple(sentences)


def _money_sentences(paid: Revenue, staying: Sequence[AccountProfile]) -> list[str]:
    """Say what the amounts are in, what they sum up to, and which terms count."""
    total = paid.words(paid.total(profile.account_id for profile in staying))
    return [f"All accounts counted pay {total}.", *paid.notes] if total else []


def _warnings(
    scores: list[Score], covered: Coverage, paid: Revenue, weight_by_segment: dict[str, Weight]
) -> tuple[str, ...]:
    warnings = []
    if paid.by_currency:
        warnings.append(
            f"Accounts pay in several currencies ({', '.join(code or 'unknown' for code in paid.currencies)}), which cannot be "
            "weighed against each other: there are plain scores only. A table of rates converts them (settings currency and "
            "rates)."
        )
    elif covered.labelled_priced == 0:
        warnings.append("No account that is counted has an amount: there are plain scores only.")
    elif paid.yearly is None:
        warnings.append(
            f"The column '{paid.column}' does not say whether its amounts are monthly or yearly; shares are right "
            "if all rows are of the same kind."
        )
    reached = {part.segment for score in scores for part in score.parts if part.reach}
    if few := [
        f"{name} on {each.priced}"
        for name, each in weight_by_segment.items()
        if name in reached and 0 < each.priced < FEWEST_PRICED_ACCOUNTS
    ]:
        warnings.append(f"Weights based on so few accounts are unreliable: {', '.join(few)}.")
    for score in scores:
        claimed_reach = sum(part.reach for part in score.parts)
        if claimed_reach > covered.accounts:
            warnings.append(
                f"{score.feature.name} is said to reach {claimed_reach:,.10g} accounts; there are {covered.accounts:,}."
            )
        if score.why and covered.labelled_priced:
            warnings.append(f"{score.feature.name} has no weighted score: {score.why}.")
    return tuple(warnings)
