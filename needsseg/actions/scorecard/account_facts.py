"""Gather what the scorecard counts of each account of a study, on a date and over the time before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from needsseg import accounts as room
from needsseg.accounts import AccountProfile, StackFiles
from needsseg.accounts.engines.engine import open_engine
from needsseg.accounts.kinds.records import (
    Cancellation,
    Score,
    Ticket,
    by_account,
    newest_scores,
    read_cancellations,
    read_scores,
    read_tickets,
)
from needsseg.accounts.own.columns import PREFIX
from needsseg.accounts.own.segments import OwnSegments
from needsseg.accounts.tiers.lifecycle import Subscription
from needsseg.accounts.tiers.profile import deciding_label
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.terms import REPLACE
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.engines import engine_for, open_session
from needsseg.actions.accounts.own_columns import dimension_name, dividing, own_columns
from needsseg.actions.accounts.revenue import revenue_as_of
from needsseg.errors import UsageError
from needsseg.progress import Progress, silent
from needsseg.records import Label, LabelSource
from needsseg.scorecard.dimensions import (
    DIMENSIONS,
    NEEDS,
    PLAN,
    SPELLINGS,
    Dimension,
    dimensions,
    ordered,
    segments_of,
)
from needsseg.scorecard.facts import AccountFacts, followed, stay, wait, wait_for_weekly_use
from needsseg.scorecard.usage import base_sizes
from needsseg.scorecard.usage_queries import Events, FeatureUse, feature_use, weekly_use
from needsseg.settings import load
from needsseg.study.connection import Study

NAMES = frozenset((*DIMENSIONS, *SPELLINGS))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the date, by what accounts are divided, how many days are looked back, whose labels count.

    ``source`` restricts needs-based labels to those of one source; None takes the deciding label of each account.
    """

    as_of: date
    by: tuple[str, ...] = (NEEDS,)
    horizon: int = 365
    source: LabelSource | None = None

    @property
    def since(self) -> date:
        """The first day of the follow-up."""
        return self.as_of - timedelta(days=self.horizon)


@dataclass(frozen=True, slots=True)
class Gathered:
    """All accounts with their facts, the segments in order, the use of features by segment, and what amounts are.

    ``first_event`` is the epoch day of the first event of any account, None without usage; ``started_since`` counts the
    accounts that started on or after it, whose waits are known.
    """

    question: Question
    dimensions: tuple[Dimension, ...]
    names: tuple[str, ...]
    facts: tuple[AccountFacts, ...]
    use: Mapping[str, Mapping[str, FeatureUse]]
    sizes: Mapping[str, int]
    amounts: Revenue
    grace: int
    first_event: int | None
    started_since: int
    has_subscriptions: bool


def gathered(study: Study, question: Question, progress: Progress = silent, engine: str | None = None) -> Gathered:
    """Gather the facts of all accounts; UsageError for an invalid question. ``engine`` as in ``accounts.profiles``."""
    if question.horizon < 1:
        raise UsageError(f"{question.horizon} days cannot be looked back.", "Name at least 1 day, such as 90 or 365.")
    check_question(study, question)
    backend = engine_for(study, engine)
    files = account_sources.stack_files(study)
    with open_session(backend, files.accounts.parent):
        return _gathered(study, question, files, progress, backend)


def check_question(study: Study, question: Question) -> None:
    """Raise UsageError where accounts cannot be divided as asked; to ask before the long work."""
    own = {dimension_name(column, NAMES): OwnSegments(column) for column in own_columns(study)}
    chosen = dimensions([name if name in own else _plain(name, own) for name in question.by], own)
    if question.source is not None and all(dimension.name != NEEDS for dimension in chosen):
        raise UsageError(
            f"Only needs-based labels have a source, and accounts are divided by {' and '.join(question.by)}.",
            "Divide them by needs, or leave the source out.",
        )


def _plain(name: str, own: Mapping[str, OwnSegments]) -> str:
    """Return a name without the prefix of own columns where it needs none."""
    bare = name.removeprefix(PREFIX)
    return bare if bare in own else name


def _gathered(study: Study, question: Question, files: StackFiles, progress: Progress, backend: str) -> Gathered:
    profiles = accounts.profiles(study, question.as_of, progress, backend)
    rules = room.load_rules(load(study.path))
    imported = room.read_accounts(files.accounts, backend)
    terms = _terms(files, imported.merged, backend)
    labels = _labels(study, question) if question.source is not None else None
    since, as_of = epoch_day(question.since), epoch_day(question.as_of)
    called, own = dividing(study, question.by, NAMES, backend)
    chosen = tuple(
        _plan_then(dimension, terms, since, as_of) if dimension.name == PLAN else _of_labels(dimension, labels)
        for dimension in dimensions(called, own)
    )
    segments = segments_of(profiles, chosen)
    progress("following accounts", 0, 1)
    amounts = revenue_as_of(study, question.as_of, backend)
    then = _comparable(revenue_as_of(study, question.since, backend), amounts)
    first_event = min(
        (row.behaviour.first_day for row in profiles if row.behaviour and row.behaviour.first_day is not None),
        default=None,
    )
    starts = _starts(profiles, imported.created, terms, first_event, as_of)
    events = None
    if files.events is not None:
        events = Events(files.events, as_of, rules.events, load(study.path).timezone, imported.merged)
    weekly: dict[str, int] = {}
    if events is not None:
        with open_engine(backend, files.accounts.parent) as opened:
            weekly = weekly_use(opened, events, starts)
    records_set_up = any(row.behaviour and row.behaviour.first_setup_day is not None for row in profiles)
    builder = _FactsBuilder(
        segments, terms, amounts, then, starts, weekly, since, as_of, rules.grace, records_set_up, labels
    )
    records = _Records.read(files, imported.merged, since, as_of)
    facts = tuple(records.added_to(builder.facts(profile)) for profile in profiles)
    names = ordered(segments, chosen)
    use: dict[str, dict[str, FeatureUse]] = {}
    if events is not None:
        with open_engine(backend, files.accounts.parent) as opened:
            use = feature_use(opened, events, {each.account_id: each.segment for each in facts if each.use is not None})
    progress("following accounts", 1, 1)
    return Gathered(
        question, chosen, names, facts, use, base_sizes(facts, names), amounts, rules.grace, first_event, len(starts),
        files.subscriptions is not None,
    )  # fmt: skip


def _terms(files: StackFiles, merged: Mapping[str, str], backend: str) -> dict[str, list[Subscription]]:
    terms: dict[str, list[Subscription]] = defaultdict(list)
    for term in room.read_subscriptions(files.subscriptions, backend) if files.subscriptions is not None else []:
        terms[merged.get(term.account_id, term.account_id)].append(term)
    return terms


def _labels(study: Study, question: Question) -> dict[str, Label]:
    """Return the deciding label of each account among those of one source."""
    by_account: dict[str, list[Label]] = defaultdict(list)
    all_labels = accounts.labels(study, question.as_of)
    for label in all_labels:
        if label.source == question.source:
            by_account[label.account_id].append(label)
    if not by_account:
        sources = sorted({label.source for label in all_labels})
        raise UsageError(
            f"No label comes from '{question.source}'.",
            f"There are labels from {', '.join(sources)}." if sources else "No account has a label yet.",
        )
    decided = {account: deciding_label(labels)[0] for account, labels in by_account.items()}
    return {account: label for account, label in decided.items() if label is not None}


def _of_labels(dimension: Dimension, labels: Mapping[str, Label] | None) -> Dimension:
    if dimension.name != NEEDS or labels is None:
        return dimension
    return replace(
        dimension,
        read=lambda profile: labels[profile.account_id].segment if profile.account_id in labels else "",
    )


def _plan_then(dimension: Dimension, terms: Mapping[str, Sequence[Subscription]], since: int, as_of: int) -> Dimension:
    """Return the dimension of plans as they were on the first day, else the first one after.

    Accounts that left have no plan today, and those that expanded another, so that today's would answer what is asked.
    """

    def plan(profile: AccountProfile) -> str:
        begun = [term for term in terms.get(profile.account_id, ()) if term.start_day < as_of]
        running = [
            term for term in begun if term.start_day <= since and (term.end_day is None or term.end_day >= since)
        ]
        if running:
            return max(running, key=lambda term: (term.start_day, term.seats or 0)).plan
        later = [term for term in begun if term.start_day > since]
        return min(later, key=lambda term: (term.start_day, -(term.seats or 0))).plan if later else ""

    return replace(dimension, read=plan)


def _starts(
    profiles: Sequence[AccountProfile],
    created: Mapping[str, int | None],
    terms: Mapping[str, Sequence[Subscription]],
    first_event: int | None,
    as_of: int,
) -> dict[str, int]:
    """Return the first day of each account that began since usage is recorded: its creation, else its first term."""
    if first_event is None:
        return {}
    starts = {}
    for profile in profiles:
        key = profile.account_id
        start = created.get(key)
        if start is None:
            start = min((term.start_day for term in terms.get(key, ())), default=None)
        if start is not None and first_event <= start < as_of:
            starts[key] = start
    return starts


@dataclass(frozen=True, slots=True)
class _FactsBuilder:
    """Puts together what is known of one account."""

    segments: Mapping[str, str]
    terms: Mapping[str, Sequence[Subscription]]
    amounts: Revenue
    amounts_then: Revenue
    starts: Mapping[str, int]
    weekly: Mapping[str, int]
    since: int
    as_of: int
    grace: int
    records_set_up: bool
    labels: Mapping[str, Label] | None

    def facts(self, profile: AccountProfile) -> AccountFacts:
        """Return the facts of one account."""
        key = profile.account_id
        start, row, terms = self.starts.get(key), profile.behaviour, self.terms.get(key, ())
        has_left = "churned" in profile.lifecycle_flags
        first_setup, first_action = (row.first_setup_day, row.first_action_day) if row else (None, None)
        return AccountFacts(
            key,
            self.segments[key],
            _yearly(self.amounts, key),
            profile.lifecycle.seats,
            profile.lifecycle.plan,
            profile.lifecycle_stage,
            profile.firmographic.icp,
            _is_at_risk(profile),
            followed(
                terms,
                self.since,
                self.as_of,
                self.grace,
                _yearly(self.amounts_then, key),
                _yearly(self.amounts, key),
                self.amounts.overlap or REPLACE,
            ),
            stay(terms, self.as_of, self.grace),
            wait(start, first_setup, self.as_of) if self.records_set_up else None,
            wait(start, first_action, self.as_of),
            wait_for_weekly_use(start, self.weekly.get(key), self.as_of),
            None if has_left else row,
            *self._label(profile),
        )

    def _label(self, profile: AccountProfile) -> tuple[LabelSource | None, float | None, bool]:
        label = None if self.labels is None else self.labels.get(profile.account_id)
        if label is not None:
            return label.source, label.confidence, bool(label.confirmed_by)
        if self.labels is not None or not profile.needs_segment:
            return None, None, False
        sources: dict[str, LabelSource] = {"interview": "interview", "survey": "survey", "assigned": "assigned"}
        return (
            sources[profile.needs_segment_source],
            profile.needs_segment_confidence,
            bool(profile.needs_segment_confirmed_by),
        )


@dataclass(frozen=True, slots=True)
class _Records:
    """Tickets, scores and cancellations from the first day on, by account; None where none were imported."""

    tickets: Mapping[str, Sequence[Ticket]] | None
    scores: Mapping[str, Sequence[Score]] | None
    cancellations: Mapping[str, Sequence[Cancellation]] | None

    @classmethod
    def read(cls, files: StackFiles, merged: Mapping[str, str], since: int, as_of: int) -> _Records:
        """Read the records of the days from ``since`` to before ``as_of``."""
        tickets = None if files.tickets is None else read_tickets(files.tickets, as_of)
        given = None if files.nps is None else read_scores(files.nps, as_of)
        cancelled = None if files.churn is None else read_cancellations(files.churn, as_of)
        return cls(
            None if tickets is None else by_account([each for each in tickets if each.day >= since], merged),
            None if given is None else by_account(newest_scores(each for each in given if each.day >= since), merged),
            None if cancelled is None else by_account([each for each in cancelled if each.day >= since], merged),
        )

    def added_to(self, facts: AccountFacts) -> AccountFacts:
        """Return the facts of an account with its records."""
        key = facts.account_id
        return replace(
            facts,
            tickets=None if self.tickets is None else len(self.tickets.get(key, ())),
            scores=None if self.scores is None else tuple(each.score for each in self.scores.get(key, ())),
            reasons=None if self.cancellations is None
            else tuple(each.reason or "no reason" for each in self.cancellations.get(key, ())),
        )  # fmt: skip


def _comparable(then: Revenue, now: Revenue) -> Revenue:
    """Return the amounts of an earlier day; none where they are in another currency or unit than those of today."""
    is_same = then.currency == now.currency and (then.yearly is None) == (now.yearly is None)
    return then if is_same else Revenue()


def _yearly(amounts: Revenue, account_id: str) -> float | None:
    """Return what an account pays a year, or in the unit of the column where its period is unknown."""
    amount = amounts.amounts.get(account_id)
    yearly = amounts.arr(amount)
    return amount if yearly is None else yearly


def _is_at_risk(profile: AccountProfile) -> bool | None:
    """Return whether a customer is at risk; None where it has left, or where too little is known of its use."""
    flags = profile.lifecycle_flags
    if "churned" in flags or profile.behaviour is None:
        return None
    if "at_risk" in flags:
        return True
    return None if "insufficient_history" in flags else False
