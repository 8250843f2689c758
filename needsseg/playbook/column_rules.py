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
class ColumnValues:
    """The values of own columns that rules ask for, by account and name, and the epoch day on which they were imported."""

    by_account: Mapping[str, Mapping[str, OwnValue]] = field(default_factory=dict)
    imported: int = 0


def column_triggers(
    columns: Columns, rules: Sequence[ColumnRule], values: ColumnValues, wanted: Flags, as_of: int
) -> Iterator[Part]:
    """Yield the triggers of each rule, at most one for an account.

    It fires on the first day on which it holds, by its dates, and not before the account was created. Where no date says since
    when it holds, that is the day of the import, or ``as_of`` if that is earlier.
    """
    import numpy as np

    signups = columns.signup.tolist()
    for rule in rules:
        places, days, evidence = [], [], []
        for place, id_ in enumerate(columns.ids):
            own = values.by_account.get(id_)
            if own is None or not wanted[place]:
                continue
            span = _span(rule, own)
            if span is None:
                continue
            first = max(span[0], -(2**40) if signups[place] == UNKNOWN else signups[place])
            day = first if rule.is_dated else min(values.imported, as_of)
            if day <= min(span[1], as_of):
                places.append(place)
                days.append(day)
                evidence.append(_evidence(rule, own, values.imported))
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


def _evidence(rule: ColumnRule, own: Mapping[str, OwnValue], imported: int) -> str:
    words = "; ".join(
        f"{each.name} = {field_text(own[each.name], each.kind)} ({each.in_words.removeprefix(f'{each.name} is ')})"
        for each in rule.conditions
    )
    return words if rule.is_dated else f"{words}, as imported on {date_of(imported)}"
