"""Moments at which accounts ask for something, computed anew each time from the account data in use."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from needsseg import accounts as room
from needsseg.accounts.profile import deciding_label
from needsseg.accounts.timelines import Timelines, timelines
from needsseg.accounts.zones import EPOCH, epoch_day
from needsseg.actions import accounts
from needsseg.decisions import load_rules
from needsseg.decisions.trigger_rules import load_trigger_rules
from needsseg.decisions.triggers import KINDS, Trigger, triggers, unwatchable
from needsseg.embedding import Progress, silent
from needsseg.errors import NeedssegError, NotFoundError
from needsseg.records import Label
from needsseg.settings import load, prompt_file
from needsseg.study.connection import Study

__all__ = ["KINDS", "Trigger", "TriggerReport", "TriggerRow", "fired"]


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """A trigger with the account's name and the segment it goes by now, which is empty where it has no label."""

    trigger: Trigger
    name: str
    needs_segment: str


@dataclass(frozen=True, slots=True)
class TriggerReport:
    """The triggers asked for, in the order in which they fired, and what a person should know of them."""

    rows: tuple[TriggerRow, ...]
    warnings: tuple[str, ...]


def fired(
    study: Study,
    as_of: date,
    kind: str | None = None,
    account: str | None = None,
    since: date | None = None,
    progress: Progress = silent,
) -> TriggerReport:
    """Every trigger that fired on or before ``as_of``, and not before ``since``; of one kind or account where given.

    Raises NotFoundError for an unknown account, NeedssegError where neither events nor subscriptions were imported.
    """
    files = accounts.stack_files(study)
    if files.events is None and files.subscriptions is None:
        raise NeedssegError(
            "There is nothing that could fire: neither usage nor subscriptions were imported.",
            "Import them (needsseg accounts import FILE).",
        )
    names = {each.account_id: each.name for each in accounts.listing(study)}
    if account is not None and account not in names:
        raise NotFoundError(f"There is no account '{account}'.", "List them with: needsseg profile --as-of DATE")
    settings = load(study.path)
    rules = load_trigger_rules(prompt_file("triggers.toml", settings))
    serves = load_rules(prompt_file("interventions.toml", settings)).serves
    serving = tuple(dict.fromkeys(feature for features in serves.values() for feature in features))
    progress("looking for triggers", 0, 1)
    found = timelines(files, as_of, settings.timezone, rules=room.load_rules(settings))
    rows = triggers(found, rules, epoch_day(as_of), serving)
    needs = _needs(study, files)
    progress("looking for triggers", 1, 1)
    asked = [
        TriggerRow(trigger, names[trigger.account_id], needs.get(trigger.account_id, ""))
        for trigger in rows
        if kind in (None, trigger.kind)
        and account in (None, trigger.account_id)
        and (since is None or trigger.fired_on >= since)
    ]
    warnings = _warnings(found, as_of, files.events is not None)
    warnings += [f"{name} is watched in vain: {why}." for name, why in unwatchable(found, rules, serving).items()]
    return TriggerReport(tuple(asked), tuple(warnings))


def _needs(study: Study, files: room.StackFiles) -> dict[str, str]:
    merged = room.read_accounts(files.accounts).merged
    held: dict[str, list[Label]] = defaultdict(list)
    for label in accounts.labels(study):
        held[merged.get(label.account_id, label.account_id)].append(label)
    decided = {account: deciding_label(labels)[0] for account, labels in held.items()}
    return {account: label.segment for account, label in decided.items() if label is not None}


def _warnings(found: Timelines, as_of: date, has_events: bool) -> list[str]:
    if not has_events:
        return ["No usage was imported: only growing numbers of seats can be seen."]
    if found.last_day is None:
        return [f"No event is before {as_of}: only growing numbers of seats can be seen."]
    warnings = []
    if not found.login_names:
        warnings.append("No event is taken for a login, so none can stay away: see login in prompts/events.toml.")
    reach = EPOCH + timedelta(days=found.last_day + 1)
    if reach < as_of:
        warnings.append(
            f"The newest event is of {reach - timedelta(days=1)}: what fired after {reach} may only mean that the file ends "
            "there, and is marked as not settled."
        )
    return warnings
