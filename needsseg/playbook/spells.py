"""Spells: periods in which accounts have a plan, or features at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.accounts.tiers.lifecycle import Subscription
from needsseg.accounts.timeline_columns import UNKNOWN, Columns

if TYPE_CHECKING:
    from needsseg.accounts.timeline_columns import Ints

Spell = tuple[int, int | None]
"""[from, until] in epoch days; until is None while it goes on."""
NEVER = 2**40
"""Stands for the end of a spell that goes on."""


@dataclass(frozen=True, slots=True)
class AccountSpells:
    """Spells of many accounts, which are places in ``Columns.ids``, by account; ``order`` is that of one account's spells."""

    accounts: Ints
    begins: Ints
    ends: Ints
    order: Ints


def account_spells(rows: Iterable[tuple[int, int, int | None, int]]) -> AccountSpells:
    """Return the spells given as rows of account, begin, end and order."""
    import numpy as np

    ended = [(account, begins, NEVER if ends is None else ends, order) for account, begins, ends, order in rows]
    return AccountSpells(*np.array(ended, dtype=np.int64).reshape(-1, 4).T)


def segment_spells(columns: Columns, grace: int, segments: Mapping[str, str]) -> dict[str, AccountSpells]:
    """Return, by segment, when each labelled account has features at all."""
    rows: dict[str, list[tuple[int, int, int | None, int]]] = defaultdict(list)
    for place, id_ in enumerate(columns.ids):
        if segment := segments.get(id_, ""):
            own = rows[segment]
            spells = entitled(columns.terms[place], first_event_of(columns, place), (), grace)
            own += [(place, begins, ends, order) for order, (begins, ends) in enumerate(spells)]
    return {segment: account_spells(own) for segment, own in rows.items()}


def spells_by_plan(columns: Columns, grace: int) -> dict[str, AccountSpells]:
    """Return, by plan in lower case, when each account was on it; "" are accounts before their first subscription."""
    key = ("spells by plan", grace)
    if key not in columns.kept:
        columns.kept[key] = _spells_by_plan(columns, grace)
    spells: dict[str, AccountSpells] = columns.kept[key]
    return spells


def _spells_by_plan(columns: Columns, grace: int) -> dict[str, AccountSpells]:
    rows: dict[str, list[tuple[int, int, int | None, int]]] = defaultdict(list)
    for place, (terms, first) in enumerate(zip(columns.terms, columns.first_event.tolist(), strict=True)):
        order = 0
        for plan, spells in plan_spells(terms, None if first == UNKNOWN else first, grace).items():
            for begins, ends in spells:
                rows[plan].append((place, begins, ends, order))
                order += 1
    return {plan: account_spells(own) for plan, own in rows.items()}


def first_event_of(columns: Columns, place: int) -> int | None:
    """Return the day of an account's first event."""
    day = int(columns.first_event[place])
    return None if day == UNKNOWN else day


def first_days_within(spells: Sequence[Spell], begins: Ints, ends: Ints) -> Ints:
    """Return the first day of any spell, which are in order, within each [begins, ends]; NEVER where there is none."""
    import numpy as np

    found = np.full(len(begins), NEVER, dtype=np.int64)
    for begun, until in reversed(spells):
        days = np.maximum(begun, begins)
        fits = (days <= ends) & (days <= (NEVER if until is None else until))
        found[fits] = days[fits]
    return found


def plan_spells(terms: Sequence[Subscription], first_event: int | None, grace: int) -> dict[str, list[Spell]]:
    """Return by plan, in lower case, when an account was on it; "" from its first event to its first term."""
    plans = dict.fromkeys(term.plan.casefold() for term in terms)
    spells = {plan: entitled(terms, first_event, (plan,), grace) for plan in plans if plan}
    first_term = min((term.start_day for term in terms), default=None)
    if first_event is not None and (first_term is None or first_event < first_term):
        spells[""] = [(first_event, first_term)]
    return spells


def entitled(terms: Sequence[Subscription], first_event: int | None, plans: Sequence[str], grace: int) -> list[Spell]:
    """Return the periods [from, until) in which an account has a feature, in order; until is None while a term has no end.

    With ``plans`` they come from terms of these plans alone, with the days of grace after each. Without, any term will do;
    and an account has the feature from its first event to its first term too, since free plans have no terms.
    """
    allowed = {plan.casefold() for plan in plans}
    spans: list[Spell] = [
        (term.start_day, None if term.end_day is None else term.end_day + grace + 1)
        for term in terms
        if not allowed or term.plan.casefold() in allowed
    ]
    first_term = min((begins for begins, _ in spans), default=None)
    if not allowed and first_event is not None and (first_term is None or first_event < first_term):
        spans.append((first_event, first_term))
    stretches: list[Spell] = []
    for begins, ends in sorted(spans, key=lambda span: span[0]):
        if stretches and (stretches[-1][1] is None or begins <= stretches[-1][1]):
            before = stretches[-1][1]
            stretches[-1] = (stretches[-1][0], None if before is None or ends is None else max(before, ends))
        else:
            stretches.append((begins, ends))
    return stretches
