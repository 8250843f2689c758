"""Build account profiles from Parquet files and labels, in one call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, repeat
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

from needsseg.accounts.engines.engine import Engine, open_engine
from needsseg.accounts.lifecycle_file import load_lifecycle_rules
from needsseg.accounts.own.columns import OwnColumn
from needsseg.accounts.own.records import RecordKind
from needsseg.accounts.own.values import values_for
from needsseg.accounts.tiers.behaviour import Usage, behaviour
from needsseg.accounts.tiers.event_meanings import EventRules, load_event_rules
from needsseg.accounts.tiers.firmographic import IcpRule, load_icp
from needsseg.accounts.tiers.lifecycle import (
    Lifecycle,
    LifecycleRules,
    Subscription,
    lifecycles,
)
from needsseg.accounts.tiers.profile import AccountProfile, profiles
from needsseg.accounts.tiers.terms import REPLACE, seat_counter
from needsseg.accounts.tiers.zones import epoch_day, zone
from needsseg.many_records import records
from needsseg.records import Account, Label
from needsseg.settings import Settings, prompt_file

ACCOUNT_FIELDS = (
    "account_id", "name", "domain", "employees", "revenue", "industry", "country", "region", "tech_stack",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StackFiles:
    """The current Parquet files that ``ingest`` wrote, and the own columns of accounts."""

    accounts: Path
    events: Path | None = None
    subscriptions: Path | None = None
    own: tuple[OwnColumn, ...] = ()
    users: Path | None = None
    churn: Path | None = None
    tickets: Path | None = None
    nps: Path | None = None

    def of_kind(self, kind: RecordKind) -> Path | None:
        """Return the file of a kind of records; None where none was imported."""
        files = {
            "users": self.users, "subscriptions": self.subscriptions, "churn": self.churn, "tickets": self.tickets,
            "nps": self.nps,
        }  # fmt: skip
        return files[kind]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that analysts set: meanings of events, the ICP, the lifecycle's stages and thresholds, what terms mean.

    ``overlap`` says what overlapping terms mean, as ``terms.counted_terms`` takes it; it comes from the import of
    subscriptions.
    """

    events: EventRules = field(default_factory=EventRules)
    icp: IcpRule = field(default_factory=IcpRule)
    lifecycle: LifecycleRules = field(default_factory=LifecycleRules)
    overlap: str = REPLACE

    @property
    def grace(self) -> int:
        """Return the days after the end of a subscription within which a renewal is not churn."""
        return self.lifecycle.grace_days


@dataclass(frozen=True, slots=True)
class Accounts:
    """The contents of an accounts Parquet file: accounts sorted by id, days of creation, and merged ids → account id."""

    accounts: tuple[Account, ...]
    created: dict[str, int | None]
    merged: dict[str, str]

    @property
    def all_ids(self) -> set[str]:
        """Return the ids of the accounts, and those of the records merged into them."""
        return {account.account_id for account in self.accounts} | set(self.merged)


def load_rules(settings: Settings | None = None) -> Rules:
    """Load ``events.toml``, ``icp.toml`` and ``lifecycle.toml``, each from the user's folder if it is there, else as shipped."""
    return Rules(
        load_event_rules(prompt_file("events.toml", settings)),
        load_icp(prompt_file("icp.toml", settings)),
        load_lifecycle_rules(prompt_file("lifecycle.toml", settings)),
    )


def read_accounts(parquet: Path, backend: str = "duckdb", only: Collection[str] | None = None) -> Accounts:
    """Read the accounts of a Parquet file that ``ingest`` wrote, all or ``only`` those ids."""
    with open_engine(backend) as engine:
        return _accounts(engine, parquet, only)


def read_merged(parquet: Path, backend: str = "duckdb") -> dict[str, str]:
    """Read the ids of merged CRM records of an accounts file, each with that of the account that remains."""
    import narwhals as nw

    with open_engine(backend) as engine:
        frame = engine.scan(parquet).filter(nw.col("merged_ids") != "").select("account_id", "merged_ids")
        rows = sorted((str(id_), str(merged)) for id_, merged in engine.rows(frame))
    return {old: id_ for id_, merged in rows for old in merged.split()}


def read_subscriptions(
    parquet: Path, backend: str = "duckdb", only: Collection[str] | None = None
) -> list[Subscription]:
    """Read the subscriptions of a Parquet file that ``ingest`` wrote, sorted by account and start; all or of ``only`` some."""
    with open_engine(backend) as engine:
        return _subscriptions(engine, parquet, only)


def accounts_in_each_unit(
    parquet: Path, as_of: int, grace: int, backend: str = "duckdb"
) -> tuple[dict[tuple[str, str], str], bool]:
    """Return, for each (currency, interval) of amounts paid on epoch day ``as_of``, an account with that term alone.

    From them it is known what all accounts pay in, without reading all terms. Also returns whether every unit has one.
    """
    import narwhals as nw

    with open_engine(backend) as engine:
        frame = engine.scan(parquet)
        present = set(frame.collect_schema().names())
        units_of_term = [
            nw.col(name) if name in present else nw.lit(empty).alias(name) for name, empty in UNIT_FIELDS.items()
        ]
        end = nw.col("end_day")
        active = frame.filter(nw.col("start_day") < as_of, end.is_null() | (end >= as_of - grace))
        active = active.select("account_id", "amount", *units_of_term)
        paid = (nw.col("trial") == 0) & (nw.col("amount") != 0)
        units = engine.rows(active.filter(paid).select("currency", "billing_interval").unique())
        alone = (
            active.group_by("account_id")
            .agg(nw.len().alias("terms"), *(nw.col(name).max() for name in (*UNIT_FIELDS, "amount")))
            .filter(nw.col("terms") == 1, paid)
            .group_by("currency", "billing_interval")
            .agg(nw.col("account_id").min())
        )
        found = {(str(row[0] or ""), str(row[1] or "")): str(row[2]) for row in engine.rows(alone)}
    return found, {(str(row[0] or ""), str(row[1] or "")) for row in units} <= set(found)


def build(
    stack: StackFiles,
    labels: Sequence[Label],
    as_of: date,
    tz: str = "UTC",
    backend: str = "duckdb",
    rules: Rules | None = None,
    version: str = "",
    only: Collection[str] | None = None,
) -> list[AccountProfile]:
    """Return profiles of all accounts as of ``as_of`` at 00:00 in ``tz``, sorted by account id, without actions.

    With ``only``, those of these accounts, as they would be among all; the rest are not read.

    Labels and rows of merged CRM records count for the surviving account. UsageError for an unknown zone or engine,
    TableError for a missing file, NeedssegError for an engine that cannot be reached.
    """
    zone(tz)
    rules = rules or load_rules()
    day = epoch_day(as_of)
    with open_engine(backend, stack.accounts.parent) as engine:
        contents = _accounts(engine, stack.accounts, only)
        ids = None if only is None else contents.all_ids
        terms = _subscriptions(engine, stack.subscriptions, ids) if stack.subscriptions is not None else []
        terms_of = _by_account(terms, contents.merged)
        weeks = rules.lifecycle.engaged_weeks
        usage = (
            behaviour(engine, stack.events, day, rules.events, tz, contents.merged, weeks, ids)
            if stack.events is not None
            else None
        )
        own = values_for(stack.accounts, rules.icp.columns, stack.own, backend, only)
    stages = _stages(contents, usage, terms_of, day, rules)
    current_labels = [
        Label(contents.merged.get(label.account_id, label.account_id), label.segment, label.source, label.confidence,
              label.confirmed_by)
        for label in labels
    ]  # fmt: skip
    return profiles(
        contents.accounts, usage.rows if usage else None, stages, current_labels, as_of, version, rules.icp, own
    )


def _by_account(terms: Sequence[Subscription], merged: Mapping[str, str]) -> dict[str, list[Subscription]]:
    by_account: dict[str, list[Subscription]] = defaultdict(list)
    for term in terms:
        by_account[merged.get(term.account_id, term.account_id)].append(term)
    return by_account


def _stages(
    contents: Accounts, usage: Usage | None, terms_of: Mapping[str, Sequence[Subscription]], day: int, rules: Rules
) -> dict[str, Lifecycle]:
    rows, meanings = (usage.rows, usage.meanings) if usage else ({}, None)
    own = [terms_of.get(key, ()) for key in contents.created]
    counters = map(seat_counter, own, repeat(rules.overlap))
    stages = lifecycles(
        map(rows.get, contents.created), own, contents.created.values(), counters, day, meanings, rules.lifecycle
    )
    return dict(zip(contents.created, stages, strict=True))


def _accounts(engine: Engine, parquet: Path, only: Collection[str] | None = None) -> Accounts:
    return engine.once(parquet, "accounts", only, lambda: _read_accounts(engine, parquet, only))


def _read_accounts(engine: Engine, parquet: Path, only: Collection[str] | None) -> Accounts:
    import narwhals as nw

    texts = [nw.col(name).fill_null("") for name in (*ACCOUNT_FIELDS, "merged_ids")]
    rows: list[tuple[Any, ...]] = engine.rows(
        engine.scan_of(parquet, only).select(*texts, "created_day").sort("account_id")
    )
    rows.sort(key=itemgetter(0))
    width = len(ACCOUNT_FIELDS)
    account_rows = tuple(records(Account, list(zip(*rows, strict=True))[:width])) if rows else ()
    created = {row[0]: row[-1] for row in rows}
    merged = {old: row[0] for row in rows if row[width] for old in row[width].split()}
    return Accounts(account_rows, created, merged)


TERM_FIELDS = ("account_id", "plan", "seats", "amount", "start_day", "end_day", "renewal_day")
# Columns that Parquet files of earlier versions do not have.
LATER_TERM_FIELDS = ("term_id", "replaces", "currency", "billing_interval", "trial")
UNIT_FIELDS: dict[str, str | int] = {"currency": "", "billing_interval": "", "trial": 0}


def _subscriptions(engine: Engine, parquet: Path, only: Collection[str] | None = None) -> list[Subscription]:
    # A list of the caller's own, who may add to it.
    return list(engine.once(parquet, "subscriptions", only, lambda: _read_subscriptions(engine, parquet, only)))


def _read_subscriptions(engine: Engine, parquet: Path, only: Collection[str] | None) -> list[Subscription]:
    import narwhals as nw

    frame = engine.scan_of(parquet, only)
    present = set(frame.collect_schema().names())
    texts = [
        nw.col(name).fill_null("") if name in present else nw.lit("").alias(name) for name in LATER_TERM_FIELDS[:-1]
    ]
    trial = (nw.col("trial").fill_null(0) if "trial" in present else nw.lit(0)) != 0
    selected = frame.select("account_id", nw.col("plan").fill_null(""), *TERM_FIELDS[2:], *texts, trial=trial)
    rows = engine.rows(selected.sort("account_id"))
    terms = records(Subscription, list(zip(*rows, strict=True))) if rows else []
    # Engines return rows in any order. Most accounts have one term, for which its account is order enough.
    terms.sort(key=attrgetter("account_id"))
    return [term for _, own in groupby(terms, key=attrgetter("account_id")) for term in _sorted_terms(list(own))]


def _sorted_terms(own: list[Subscription]) -> list[Subscription]:
    return own if len(own) == 1 else sorted(own, key=_in_order)


def _in_order(term: Subscription) -> tuple[Any, ...]:
    """Return a sort key of one account's terms by start, then all other fields, since engines return rows in any order."""
    other_fields = (term.end_day, term.renewal_day, term.seats, term.amount)
    texts = (term.id, term.replaces, term.currency, term.interval, term.trial)
    return (term.start_day, term.plan, *((cell is not None, cell or 0) for cell in other_fields), *texts)
