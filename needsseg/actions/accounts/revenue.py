"""Revenue of a study's accounts as of a date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from needsseg import accounts as room
from needsseg.accounts import AccountProfile
from needsseg.accounts.tiers.revenue import Revenue, revenue
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.amounts import money_rules, stack_rules
from needsseg.actions.accounts.engines import engine_for, open_session
from needsseg.progress import Progress, silent
from needsseg.study.connection import Study


def profiles_and_revenue(
    study: Study, as_of: date, progress: Progress = silent, engine: str | None = None
) -> tuple[list[AccountProfile], Revenue]:
    """Return all profiles and what all accounts pay on ``as_of``; files that both rest on are read once.

    ``engine`` as in ``accounts.profiles``.
    """
    backend = engine_for(study, engine)
    with open_session(backend, account_sources.stack_files(study).accounts.parent):
        return accounts.profiles(study, as_of, progress, backend), revenue_as_of(study, as_of, backend)


def revenue_as_of(study: Study, as_of: date, engine: str | None = None, account_id: str | None = None) -> Revenue:
    """Return what each account pays in the terms that run on ``as_of``, or one of them; empty without subscriptions.

    ``engine`` as in ``accounts.profiles``.
    """
    files = account_sources.stack_files(study)
    if files.subscriptions is None:
        return Revenue()
    backend = engine_for(study, engine)
    contents = room.read_accounts(files.accounts, backend, None if account_id is None else {account_id})
    terms = room.read_subscriptions(files.subscriptions, backend, None if account_id is None else contents.all_ids)
    day, rules, grace = epoch_day(as_of), money_rules(study), stack_rules(study).lifecycle.grace_days
    paid = revenue(terms, day, merged=contents.merged, grace=grace, rules=rules)
    if account_id is None:
        return paid
    # The currency and period of amounts are those of all accounts, so that an account pays the same here as in lists.
    changed = files.subscriptions.stat().st_mtime_ns
    others, is_complete = _units_once(files.subscriptions, changed, day, grace, backend)
    if not is_complete:
        return replace(revenue_as_of(study, as_of, engine), notes=paid.notes)
    terms = [*terms, *room.read_subscriptions(files.subscriptions, backend, set(others.values()) - contents.all_ids)]
    return replace(revenue(terms, day, merged=contents.merged, grace=grace, rules=rules), notes=paid.notes)


@lru_cache(maxsize=8)
def _units_once(
    subscriptions: Path, _changed: int, day: int, grace: int, backend: str
) -> tuple[Mapping[tuple[str, str], str], bool]:
    """Remember what all accounts pay in, since every account that is opened asks for it."""
    return room.accounts_in_each_unit(subscriptions, day, grace, backend)
