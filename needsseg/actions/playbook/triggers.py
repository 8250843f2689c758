"""Triggers of accounts, computed from the account data in use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, overload

from needsseg.accounts.own.values import values_for
from needsseg.accounts.tiers.timelines import Timelines, timelines
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.accounts.timeline_columns import UNKNOWN
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.amounts import stack_rules
from needsseg.actions.accounts.engines import engine_for, open_session
from needsseg.actions.accounts.result_cache import cached
from needsseg.actions.exchange import output_files
from needsseg.actions.playbook.column_history import earlier_values, imported_on
from needsseg.errors import Advice, Fix, NeedssegError, UsageError
from needsseg.playbook.column_rules import ColumnValues
from needsseg.playbook.fired import KINDS, Fired, Trigger, day_of, day_text
from needsseg.playbook.interventions import load_rules
from needsseg.playbook.peers import Peers, peers, peers_as_json, peers_from_json
from needsseg.playbook.trigger_rules import TriggerRules, load_trigger_rules
from needsseg.playbook.triggers import triggers, unwatchable
from needsseg.progress import Progress, silent
from needsseg.records import Label
from needsseg.settings import load, prompt_file
from needsseg.study.connection import Study
from needsseg.text import date_of
from needsseg.thresholds import MOST_TRIGGERS_OF_ACCOUNT

if TYPE_CHECKING:
    from needsseg.accounts.timeline_columns import Ints
    from needsseg.playbook.trigger_search import Flags


class TriggerRow(NamedTuple):
    """A trigger with the account's name and the segment it goes by now, which is empty where it has no label.

    ``used_on`` is the day on which the account used an unused feature after all. ``rank`` orders the triggers of one account and
    kind: features by how widely its peers use them, those still unused first, all else the newest first; 1 is the first.
    """

    trigger: Trigger
    name: str
    needs_segment: str
    used_on: date | None = None
    rank: int = 1

    @property
    def in_words(self) -> str:
        """Return the day, the kind with its feature, and the evidence, in one line."""
        trigger = self.trigger
        feature = f" {trigger.feature}" if trigger.feature else ""
        used = f"; used since {self.used_on}" if self.used_on else ""
        provisional = "" if trigger.settled else "; provisional: late events may cancel it"
        return f"{trigger.fired_on} {trigger.kind.replace('_', ' ')}{feature}: {trigger.evidence}{used}{provisional}"


@dataclass(frozen=True, slots=True)
class TriggerRows(Sequence[TriggerRow]):
    """Rows that are put together when they are asked for, since there may be a million.

    ``names`` and ``needs`` are by account id, ``used`` are epoch days.
    """

    triggers: Fired
    names: Mapping[str, str]
    needs: Mapping[str, str]
    used: Ints
    ranks: Ints

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.triggers)

    @overload
    def __getitem__(self, place: int) -> TriggerRow: ...
    @overload
    def __getitem__(self, place: slice) -> list[TriggerRow]: ...
    def __getitem__(self, place: int | slice) -> TriggerRow | list[TriggerRow]:
        """Return one row, or some."""
        if isinstance(place, slice):
            return list(self._rows(self.triggers[place], place))
        place = range(len(self))[place]
        return self[place : place + 1][0]

    def __iter__(self) -> Iterator[TriggerRow]:
        """Yield each row; few are in memory at any time."""
        return self._rows(self.triggers, slice(None))

    def days_used(self, own: slice) -> list[str | None]:
        """Return the days on which some unused features were used after all, as ISO dates."""
        return [None if day == UNKNOWN else day_text(day) for day in self.used[own].tolist()]

    def _rows(self, triggers: Iterable[Trigger], own: slice) -> Iterator[TriggerRow]:
        name_of, need_of = self.names.get, self.needs.get
        for trigger, day, rank in zip(triggers, self.used[own].tolist(), self.ranks[own].tolist(), strict=True):
            id_ = trigger.account_id
            used_on = None if day == UNKNOWN else day_of(day)
            yield TriggerRow(trigger, name_of(id_, ""), need_of(id_, ""), used_on, rank)


@dataclass(frozen=True, slots=True)
class TriggerReport:
    """The triggers asked for, in the order in which they fired, how many of each kind, and what a person should know of them."""

    rows: TriggerRows
    counts: Mapping[str, int]
    warnings: tuple[str, ...]


def fired(
    study: Study,
    as_of: date,
    kind: str | None = None,
    account: str | None = None,
    since: date | None = None,
    progress: Progress = silent,
    engine: str | None = None,
) -> TriggerReport:
    """Every trigger that fired on or before ``as_of``, and not before ``since``; of one kind or account where given.

    ``engine`` as in ``accounts.profiles``. Raise NotFoundError for an unknown account, NeedssegError where neither
    events nor subscriptions were imported.
    """
    import numpy as np

    files = account_sources.stack_files(study)
    if files.events is None and files.subscriptions is None and not _rules(study).column_rules:
        raise NeedssegError(
            "Nothing can fire: neither usage nor subscriptions were imported.",
            Advice("Import them: ", Fix.IMPORT_ACCOUNTS),
        )
    if account is not None:
        account = accounts.find_account(study, account)
    progress("looking for triggers", 0, 1)
    looked = _search(study, as_of, engine, account)
    names = {each.account_id: each.name for each in accounts.listing(study)}
    progress("looking for triggers", 1, 1)
    chosen = looked.triggers
    if since is not None:
        chosen = chosen.taken(chosen.days >= epoch_day(since))
    if kind is not None:
        chosen = chosen.taken(chosen.kinds == KINDS.index(kind))
    rows = _rows(chosen, looked, names)
    warnings = _warnings(looked.timelines, as_of, files.events is not None)
    in_vain = unwatchable(looked.groups, looked.rules, looked.serving)
    warnings += [f"{name} can never fire: {reason}." for name, reason in in_vain.items()]
    counts = dict(zip(KINDS, np.bincount(chosen.kinds, minlength=len(KINDS)).tolist(), strict=True))
    return TriggerReport(rows, counts, tuple(warnings))


def _rows(chosen: Fired, looked: _Search, names: Mapping[str, str]) -> TriggerRows:
    """Return the triggers in their order, each with its rank among those of its account and kind."""
    days = looked.timelines.columns.first_uses(chosen.accounts, chosen.features)
    return TriggerRows(chosen, names, looked.needs, days, _ranks(chosen, days != UNKNOWN))


def _ranks(chosen: Fired, is_used: Flags) -> Ints:
    """Return the rank of each trigger among those of its account and kind.

    Still unused features come first, named ones before those that peers use, these by how widely; else the newest first.
    """
    import numpy as np

    count, accounts, kinds = len(chosen), chosen.accounts, chosen.kinds
    using, all_peers = chosen.peer_counts
    shares = -np.divide(using, all_peers, out=np.ones(count), where=all_peers > 0)
    shares[kinds != KINDS.index("unused_feature")] = 0
    order = np.lexsort((-np.arange(count), shares, is_used, kinds, accounts))
    groups = accounts[order] * len(KINDS) + kinds[order]
    ranks = np.empty(count, dtype=np.int64)
    ranks[order] = np.arange(count) - np.searchsorted(groups, groups) + 1
    return ranks


def capped(rows: Sequence[TriggerRow], most: int = MOST_TRIGGERS_OF_ACCOUNT) -> list[tuple[TriggerRow, int]]:
    """Return at most ``most`` rows of each account and kind, by rank, in their order; with the last of them how many more.

    The number is 0 beside all rows but the last of an account and kind of which some are left out.
    """
    shown: dict[int, int] = {}
    for places in _places(rows).values():
        best = sorted(sorted(places, key=lambda place: rows[place].rank)[:most])
        shown |= dict.fromkeys(best, 0) | {best[-1]: len(places) - len(best)}
    return [(row, shown[place]) for place, row in enumerate(rows) if place in shown]


def _places(rows: Sequence[TriggerRow]) -> dict[tuple[str, str], list[int]]:
    """Return the places of each account's rows of each kind."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        places[row.trigger.account_id, row.trigger.kind].append(place)
    return places


def fired_of(
    study: Study,
    account: str,
    as_of: date,
    since: date,
    engine: str | None = None,
    given: Sequence[Label] | None = None,
) -> tuple[TriggerRow, ...]:
    """Return the triggers of one account from ``since`` to ``as_of``, as ``fired`` does; none where nothing could fire.

    ``given`` are all labels as of that date, where the caller has them.
    """
    files = account_sources.stack_files(study)
    if files.events is None and files.subscriptions is None and not _rules(study).column_rules:
        return ()
    looked = _search(study, as_of, engine, account, given)
    return tuple(_rows(looked.triggers.taken(looked.triggers.days >= epoch_day(since)), looked, {}))


@dataclass(frozen=True, slots=True)
class _Search:
    """Triggers that fired, the data that was searched, the segment of each labelled account, and its peers."""

    triggers: Fired
    timelines: Timelines
    rules: TriggerRules
    serving: Mapping[str, Sequence[str]]
    needs: dict[str, str]
    groups: Peers


def _search(
    study: Study, as_of: date, engine: str | None, account: str | None, given: Sequence[Label] | None = None
) -> _Search:
    """Return what fired; for one account only its own days are read, beside the counts of its peers, which are kept."""
    import numpy as np

    settings = load(study.path)
    rules = _rules(study)
    serving = load_rules(prompt_file("interventions.toml", settings)).serves
    backend, files = engine_for(study, engine), account_sources.stack_files(study)
    account_rules = stack_rules(study)

    def lines(only: set[str] | None = None) -> Timelines:
        return timelines(files, as_of, settings.timezone, backend, account_rules, only)

    # Matching participants reads the accounts too; within one session they are read once.
    with open_session(backend, files.accounts.parent):
        needs = accounts.decided_segments(study, accounts.labels(study, as_of) if given is None else given)
        everyone = lines() if account is None else None
    names = [None if path is None else path.name for path in (files.accounts, files.events, files.subscriptions)]
    groups = cached(
        study,
        ("peers", *names, as_of, settings.timezone, account_rules, rules, sorted(needs.items())),
        lambda: peers(everyone or lines(), rules, needs),
        peers_as_json,
        peers_from_json,
    )
    searched = everyone or lines({str(account)})
    only = None if account is None else {account}
    own = values_for(files.accounts, rules.conditions, files.own, backend, only) if rules.conditions else {}
    undated = [each for rule in rules.column_rules for each in rule.undated]
    imported = imported_on(accounts.sources(study)["accounts"])
    values = ColumnValues(own, imported, earlier_values(study, undated, backend, only))
    fired_triggers = triggers(searched, rules, epoch_day(as_of), serving, account, needs, groups, values)
    if rules.columns:
        holds = (rules.holds_for(each.kind, own.get(each.account_id, {}), each.fired_on) for each in fired_triggers)
        fired_triggers = fired_triggers.taken(np.fromiter(holds, dtype=bool, count=len(fired_triggers)))
    return _Search(fired_triggers, searched, rules, serving, needs, groups)


def _rules(study: Study) -> TriggerRules:
    return load_trigger_rules(prompt_file("triggers.toml", load(study.path)))


def _warnings(lines: Timelines, as_of: date, has_events: bool) -> list[str]:
    if not has_events:
        return ["No usage was imported: only growing numbers of seats can be seen."]
    if lines.last_day is None:
        return [f"No event is before {as_of}: only growing numbers of seats can be seen."]
    warnings = []
    if not lines.login_names:
        warnings.append("No event is taken for a login, so none can stay away: see login in prompts/events.toml.")
    reach = date_of(lines.last_day + 1)
    if reach < as_of:
        warnings.append(
            f"The newest event is of {reach - timedelta(days=1)}: what fired after {reach} may only mean that the file ends "
            "there, and is marked as not settled."
        )
    return warnings


def check_target(study: Study, path: Path, *, overwrite: bool = False) -> None:
    """Raise UsageError or NeedssegError where triggers are not to be written to ``path``; to ask before the long work."""
    from needsseg.exchange.triggers import COLUMNS, FORMATS

    if path.suffix.lower().removeprefix(".") not in FORMATS:
        raise UsageError(
            f"{path.name}: triggers are written as CSV or JSON lines.", "Name a file that ends in .csv or .jsonl."
        )
    output_files.check(study, path, COLUMNS[0], "triggers", overwrite=overwrite)


def write_triggers(study: Study, report: TriggerReport, path: Path) -> Path:
    """Write triggers to a CSV or JSON-lines file, whole or not at all, after ``check_target``; return ``path``."""
    from needsseg.exchange.triggers import triggers_text

    output_files.write(study, path, triggers_text(report.rows, path.suffix.lower().removeprefix(".")))
    return path
