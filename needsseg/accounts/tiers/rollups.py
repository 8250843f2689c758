"""Roll-ups: who is where, what they pay and how sure that is, as a table of one thing by another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from needsseg.accounts.tiers.firmographic import REGIONS, REVENUES, SIZES, UNKNOWN
from needsseg.accounts.tiers.lifecycle import STAGES
from needsseg.accounts.tiers.profile import AccountProfile
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.signals import SEGMENTS
from needsseg.errors import UsageError

UNLABELLED = "unlabelled"
FEWEST = 5
"""Cells of fewer accounts are flagged: a share of so few says little."""

_READERS: dict[str, tuple[Callable[[AccountProfile], str], Sequence[str], str]] = {
    "needs_segment": (lambda profile: profile.needs_segment, (), UNLABELLED),
    "behavioral_segment": (lambda profile: profile.behavioral_segment, SEGMENTS, UNKNOWN),
    "lifecycle_stage": (lambda profile: profile.lifecycle_stage, STAGES, UNKNOWN),
    "size": (lambda profile: profile.firmographic.size, SIZES, UNKNOWN),
    "revenue": (lambda profile: profile.firmographic.revenue, REVENUES, UNKNOWN),
    "industry": (lambda profile: profile.firmographic.industry, (), UNKNOWN),
    "region": (lambda profile: profile.firmographic.region, REGIONS, UNKNOWN),
    "plan": (lambda profile: profile.lifecycle.plan, (), "no plan"),
}
ROWS = ("needs_segment", "behavioral_segment", "lifecycle_stage")
BY = ("size", "industry", "plan", "lifecycle_stage", "region", "behavioral_segment", "revenue", "needs_segment")


@dataclass(frozen=True, slots=True)
class Placed:
    """One account in a roll-up: in which column it stands, what it pays, and how sure its label is.

    ``confidence``, ``source`` and ``confirmed_by`` are of its needs-based label, None and empty where it has none.
    """

    account_id: str
    name: str
    column: str
    amount: float | None
    confidence: float | None
    source: str
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class Cell:
    """The accounts in one place; shares are of accounts, and of the amounts known, in [0, 1].

    ``amount`` adds up what the ``priced`` of them pay, and is None where that is not known of any; ``arr`` is the same by the
    year. ``amount_share`` is the share of all that is known to be paid. ``small`` says that these are fewer than five.
    """

    accounts: int
    share_of_row: float
    share_of_total: float
    priced: int
    amount: float | None
    arr: float | None
    amount_share: float | None
    small: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One segment or stage: its cells by column, all of it, and how sure its labels are.

    ``labelled`` accounts have a needs-based label, ``confirmed`` of them one that a person confirmed; ``confidence`` is
    their mean, None where there are none.
    """

    name: str
    cells: dict[str, Cell]
    total: Cell
    labelled: int
    confirmed: int
    confidence: float | None
    accounts: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Rollup:
    """Rows by columns, the columns' totals, and all of it; a column that holds nobody is left out."""

    rows_of: str
    by: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: dict[str, Cell]
    total: Cell
    amounts: Revenue


def rollup(
    profiles: Sequence[AccountProfile], amounts: Revenue, rows: str = "needs_segment", by: str = "size"
) -> Rollup:
    """Counts, amounts and shares of ``rows`` (one of ROWS) by ``by`` (one of BY).

    Accounts without a label make a row of their own, the last. An account whose amount is not known counts as an account
    and not as money. UsageError where ``rows`` or ``by`` is unknown, or both are the same.
    """
    for given, known in ((rows, ROWS), (by, BY)):
        if given not in known:
            raise UsageError(f"There is no roll-up of '{given}'.", f"There are: {', '.join(known)}.")
    if rows == by:
        raise UsageError(
            f"A roll-up of {rows} by itself says nothing.", f"By: {', '.join(b for b in BY if b != rows)}."
        )
    columns = _order(_named(profiles, by), by)
    placed: dict[str, list[Placed]] = defaultdict(list)
    for profile in profiles:
        placed[_name(profile, rows)].append(_place(profile, _name(profile, by), amounts))
    everyone = [one for members in placed.values() for one in members]
    paid = sum(one.amount for one in everyone if one.amount is not None)

    def cell(members: Iterable[Placed], of: int) -> Cell:
        return _cell(list(members), of, len(everyone), paid, amounts)

    made = []
    for name in _order(Counter({name: len(members) for name, members in placed.items()}), rows):
        members = sorted(placed[name], key=lambda one: (-(one.confidence or 0.0), one.account_id))
        cells = {column: cell((one for one in members if one.column == column), len(members)) for column in columns}
        sure = [one.confidence for one in members if one.confidence is not None]
        made.append(
            Row(
                name,
                cells,
                cell(members, len(members)),
                len(sure),
                sum(bool(one.confirmed_by) for one in members),
                round(sum(sure) / len(sure), 4) if sure else None,
                tuple(members),
            )
        )
    totals = {column: cell((one for one in everyone if one.column == column), len(everyone)) for column in columns}
    return Rollup(rows, by, columns, tuple(made), totals, cell(everyone, len(everyone)), amounts)


def _named(profiles: Sequence[AccountProfile], what: str) -> Counter[str]:
    return Counter(_name(profile, what) for profile in profiles)


def _name(profile: AccountProfile, what: str) -> str:
    read, _, nothing = _READERS[what]
    return read(profile) or nothing


def _order(found: Counter[str], what: str) -> tuple[str, ...]:
    """Names in the order of their scale, or the most frequent first; what is not known last."""
    _, scale, nothing = _READERS[what]
    place = {name: number for number, name in enumerate(scale)}
    return tuple(
        sorted(
            found, key=lambda name: (name == nothing, place.get(name, len(place)), -found[name], name.casefold(), name)
        )
    )


def _place(profile: AccountProfile, column: str, amounts: Revenue) -> Placed:
    return Placed(
        profile.account_id,
        profile.name,
        column,
        amounts.amounts.get(profile.account_id),
        profile.needs_segment_confidence,
        profile.needs_segment_source,
        profile.needs_segment_confirmed_by,
    )


def _cell(members: Sequence[Placed], row: int, total: int, paid: float, amounts: Revenue) -> Cell:
    known = [one.amount for one in members if one.amount is not None]
    amount = round(sum(known), 2) if known else None
    arr = amounts.arr(amount)
    return Cell(
        len(members),
        round(len(members) / row, 4) if row else 0.0,
        round(len(members) / total, 4) if total else 0.0,
        len(known),
        amount,
        None if arr is None else round(arr, 2),
        round(amount / paid, 4) if amount is not None and paid > 0 else None,
        0 < len(members) < FEWEST,
    )
