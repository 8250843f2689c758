"""Triggers by rules on the team's own columns: a date that comes near, a number over a threshold, a flag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from needsseg.accounts.own.columns import OwnValue, field_text
from needsseg.accounts.timeline_columns import UNKNOWN, Columns
from needsseg.playbook.fired import Part, Words
from needsseg.playbook.trigger_rules import KIND, ColumnRule
from needsseg.text import date_of

if TYPE_CHECKING:
    from needsseg.playbook.trigger_search import Flags


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The values of own columns in one import, by account and name, and its epoch day."""

    imported: int
    by_account: Mapping[str, Mapping[str, OwnValue]]


@dataclass(frozen=True, slots=True)
class ColumnValues:
    """The values of own columns that rules ask for, by account and name, and the epoch day on which they were imported.

    ``earlier`` are those of earlier imports, oldest first.
    """

    by_account: Mapping[str, Mapping[str, OwnValue]] = field(default_factory=dict)
    imported: int = 0
    earlier: tuple[Snapshot, ...] = ()

    def known(self, as_of: int) -> list[Snapshot]:
        """Return the imports up to epoch day ``as_of``, oldest first; the first one where all are later."""
        every = [*self.earlier, Snapshot(self.imported, self.by_account)]
        return [each for each in every if each.imported <= as_of] or every[:1]


@dataclass(frozen=True, slots=True)
class _Since:
    """Since which import what no date says holds, and what the import before said where it did not hold, with its day."""

    day: int
    before: Mapping[str, OwnValue] | None = None
    before_day: int = 0


def column_triggers(
    columns: Columns, rules: Sequence[ColumnRule], values: ColumnValues, wanted: Flags, as_of: int
) -> Iterator[Part]:
    """Yield the triggers of each rule, at most one for an account.

    It fires on the first day on which it holds, by its dates, and not before the account was created. Where no date says since
    when it holds, that is the day of the import since which it does, of those up to ``as_of``, or ``as_of`` if there is none.
    """
    import numpy as np

    signups, known = columns.signup.tolist(), values.known(as_of)
    for rule in rules:
        places, days, evidence = [], [], []
        for place, id_ in enumerate(columns.ids):
            own = (values.by_account if rule.is_dated else known[-1].by_account).get(id_)
            if own is None or not wanted[place]:
                continue
            span = _span(rule, own)
            if span is None:
                continue
            since = _since(rule, id_, known)
            if since is None:
                continue
            first = max(span[0], -(2**40) if signups[place] == UNKNOWN else signups[place])
            if since.before is not None:
                first = max(first, since.day)
            day = first if rule.is_dated else min(since.day, as_of)
            if day <= min(span[1], as_of):
                places.append(place)
                days.append(day)
                evidence.append(_evidence(rule, own, since))
        yield Part(
            KIND, rule.name, np.array(places, dtype=np.int64), np.array(days, dtype=np.int64),
            np.ones(len(days), dtype=bool), (np.arange(len(days)),), _words(evidence), is_dated=rule.is_dated,
        )  # fmt: skip


def _words(evidence: Sequence[str]) -> Words:
    return lambda _account, _day, numbers: evidence[numbers[0]]


def _span(rule: ColumnRule, own: Mapping[str, OwnValue]) -> tuple[int, int] | None:
    """Return the first and last epoch day on which a rule holds for these values, None where there is none."""
    first, last = -(2**40), 2**40
    for condition in rule.conditions:
        value = own.get(condition.name)
        if value is None or not condition.fits(value):
            return None
        if condition.within_days is not None:
            first, last = max(first, int(value) - condition.within_days), min(last, int(value))
        if condition.within_past_days is not None:
            first, last = max(first, int(value) + 1), min(last, int(value) + condition.within_past_days)
    return (first, last) if first <= last else None


def _since(rule: ColumnRule, id_: str, known: Sequence[Snapshot]) -> _Since | None:
    """Return since which of the imports the conditions without dates hold, None where they do not in the last of them.

    Before an import in which a value is not known, nothing is known.
    """
    undated = rule.undated
    since = known[-1]
    for snapshot in reversed(known):
        own = snapshot.by_account.get(id_, {})
        if not undated or any(each.name not in own for each in undated):
            break
        if not all(each.fits(own[each.name]) for each in undated):
            before = {each.name: own[each.name] for each in undated}
            return None if snapshot is known[-1] else _Since(since.imported, before, snapshot.imported)
        since = snapshot
    return _Since(since.imported)


def _evidence(rule: ColumnRule, own: Mapping[str, OwnValue], since: _Since) -> str:
    words = "; ".join(
        f"{each.name} = {field_text(own[each.name], each.kind)} ({each.in_words.removeprefix(f'{each.name} is ')})"
        for each in rule.conditions
    )
    if since.before is not None:
        kinds = {each.name: each.kind for each in rule.conditions}
        before = "; ".join(f"{name} = {field_text(value, kinds[name])}" for name, value in since.before.items())
        return f"{words}, since the import of {date_of(since.day)} (on {date_of(since.before_day)}: {before})"
    return words if rule.is_dated else f"{words}, as imported on {date_of(since.day)}"
