"""Roll-ups: counts, revenue and label confidence of accounts, as a cross-table of two dimensions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from needsseg.accounts.kinds.records import Cancellation, reasons_of
from needsseg.accounts.own.segments import MISSING, OwnSegments
from needsseg.accounts.tiers.firmographic import REGIONS, REVENUES, SIZES, UNKNOWN
from needsseg.accounts.tiers.lifecycle import STAGES
from needsseg.accounts.tiers.profile import AccountProfile
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.signals import SEGMENTS
from needsseg.errors import UsageError
from needsseg.thresholds import FEWEST_ACCOUNTS_IN_CELL

UNLABELLED = "unlabelled"

Reader = tuple[Callable[[AccountProfile], str], Sequence[str], str]
"""What reads the segment of an account, the segments in order, and what accounts without one are called."""
BETWEEN = " × "
MOST_CROSSED = 3
MOST_COLUMNS = 60

_READERS: dict[str, Reader] = {
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
class RollupAccount:
    """One account in a roll-up: its column, what it pays, and the confidence of its label.

    ``confidence``, ``source`` and ``confirmed_by`` are of its needs-based label, None and empty where it has none. ``pays``
    is what it pays in words, with currency and period, "" where unknown.
    """

    account_id: str
    name: str
    column: str
    amount: float | None
    confidence: float | None
    source: str
    confirmed_by: str
    pays: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """The accounts in one cell; shares in [0, 1] are of accounts, and of known amounts.

    ``amount`` is the sum over the ``priced`` accounts, those with a known amount, None without any; ``arr`` is the same per
    year. ``amount_share`` is its share of all known amounts. ``small`` flags fewer than FEWEST_ACCOUNTS_IN_CELL accounts.
    ``by_currency`` are the sums by currency; where accounts pay in several that are not converted, only it has money.
    """

    accounts: int
    share_of_row: float
    share_of_total: float
    priced: int
    amount: float | None
    arr: float | None
    amount_share: float | None
    small: bool
    by_currency: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One segment or stage: its cells by column, its total, and the confidence of its labels.

    ``labelled`` accounts have a needs-based label, ``confirmed`` of them one that a person confirmed; ``confidence`` is
    the mean, None without any. ``reasons`` counts its accounts' cancellations by reason, the most frequent first; None where
    no cancellations were imported.
    """

    name: str
    cells: dict[str, Cell]
    total: Cell
    labelled: int
    confirmed: int
    confidence: float | None
    accounts: tuple[RollupAccount, ...]
    reasons: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Rollup:
    """Rows by columns, the columns' totals, and the grand total; empty columns are left out."""

    rows_of: str
    by: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: dict[str, Cell]
    total: Cell
    amounts: Revenue


def rollup(
    profiles: Sequence[AccountProfile],
    amounts: Revenue,
    rows: str = "needs_segment",
    by: str | Sequence[str] = "size",
    own: Mapping[str, OwnSegments] | None = None,
    cancelled: Mapping[str, Sequence[Cancellation]] | None = None,
) -> Rollup:
    """Return counts, amounts and shares of ``rows`` by ``by``, each one of BY or of the ``own`` columns; several are crossed.

    Accounts without a label are the last row. An account with an unknown amount counts as an account, but not in sums.
    ``cancelled`` are cancellations by account, None where none were imported. UsageError where ``rows`` or ``by`` is unknown,
    both are the same, or there would be more than MOST_COLUMNS columns.
    """
    names = (by,) if isinstance(by, str) else tuple(by)
    _check(rows, names, own or {})
    row_reader, readers = _reader(rows, own or {}), [_reader(name, own or {}) for name in names]
    column_reader = readers[0] if len(readers) == 1 else _crossed(readers, profiles)
    columns = _columns(profiles, column_reader, names)
    members_by_row: dict[str, list[RollupAccount]] = defaultdict(list)
    for profile in profiles:
        members_by_row[_name(profile, row_reader)].append(_place(profile, _name(profile, column_reader), amounts))
    everyone = [member for members in members_by_row.values() for member in members]
    paid = sum(member.amount for member in everyone if member.amount is not None)

    def cell(members: Iterable[RollupAccount], row_total: int) -> Cell:
        return _cell(list(members), row_total, len(everyone), paid, amounts)

    rollup_rows = []
    for name in _order(Counter({name: len(members) for name, members in members_by_row.items()}), row_reader):
        members = sorted(members_by_row[name], key=lambda member: (-(member.confidence or 0.0), member.account_id))
        cells = {column: cell((one for one in members if one.column == column), len(members)) for column in columns}
        confidences = [member.confidence for member in members if member.confidence is not None]
        rollup_rows.append(
            Row(
                name,
                cells,
                cell(members, len(members)),
                len(confidences),
                sum(bool(member.confirmed_by) for member in members),
                round(sum(confidences) / len(confidences), 4) if confidences else None,
                tuple(members),
                None if cancelled is None else _reasons(members, cancelled),
            )
        )
    totals = {column: cell((one for one in everyone if one.column == column), len(everyone)) for column in columns}
    return Rollup(
        rows, BETWEEN.join(names), columns, tuple(rollup_rows), totals, cell(everyone, len(everyone)), amounts
    )


def _reasons(members: Iterable[RollupAccount], cancelled: Mapping[str, Sequence[Cancellation]]) -> dict[str, int]:
    return reasons_of(one for member in members for one in cancelled.get(member.account_id, ()))


def _check(rows: str, by: Sequence[str], own: Mapping[str, OwnSegments]) -> None:
    for choice in (rows, *by):
        if choice not in _READERS and choice not in own:
            raise UsageError(f"There is no roll-up of '{choice}'.", f"There are: {', '.join((*BY, *own))}.")
    if not by or len(by) > MOST_CROSSED:
        raise UsageError(f"Columns are of 1 to {MOST_CROSSED} dimensions, not {len(by)}.", "Leave some out.")
    if twice := [name for number, name in enumerate((rows, *by)) if name in (rows, *by)[:number]]:
        if twice[0] == rows:
            others = ", ".join(name for name in (*BY, *own) if name != rows)
            raise UsageError(f"Rows and columns are both {rows}.", f"By: {others}.")
        raise UsageError(f"{twice[0]} was named twice.", "Cross different ones, or name it once.")


def _columns(profiles: Sequence[AccountProfile], reader: Reader, by: Sequence[str]) -> tuple[str, ...]:
    columns = _order(Counter(_name(profile, reader) for profile in profiles), reader)
    if len(columns) > MOST_COLUMNS:
        raise UsageError(
            f"{BETWEEN.join(by)} {'has' if len(by) == 1 else 'have'} {len(columns):,} different values: too many columns.",
            f"Choose what makes at most {MOST_COLUMNS}.",
        )
    return columns


def _reader(name: str, own: Mapping[str, OwnSegments]) -> Reader:
    if name in _READERS:
        return _READERS[name]
    segments = own[name]
    return (lambda profile: segments.of(profile.account_id)), segments.scale, MISSING


def _crossed(readers: Sequence[Reader], profiles: Sequence[AccountProfile]) -> Reader:
    """Return what reads crossed segments, in the order of the first, then of the second."""
    orders = [
        {name: place for place, name in enumerate(_order(Counter(_name(each, reader) for each in profiles), reader))}
        for reader in readers
    ]

    def parts(profile: AccountProfile) -> tuple[str, ...]:
        return tuple(_name(profile, reader) for reader in readers)

    found = sorted(
        {parts(profile) for profile in profiles},
        key=lambda names: [order[name] for order, name in zip(orders, names, strict=True)],
    )
    return (lambda profile: BETWEEN.join(parts(profile))), [BETWEEN.join(names) for names in found], ""


def _name(profile: AccountProfile, reader: Reader) -> str:
    read, _, missing_name = reader
    return read(profile) or missing_name


def _order(counts: Counter[str], reader: Reader) -> tuple[str, ...]:
    """Return names in the order of their scale, or the most frequent first; missing values last."""
    _, scale, missing_name = reader
    place = {name: number for number, name in enumerate(scale)}
    return tuple(
        sorted(
            counts,
            key=lambda name: (name == missing_name, place.get(name, len(place)), -counts[name], name.casefold(), name),
        )
    )


def _place(profile: AccountProfile, column: str, amounts: Revenue) -> RollupAccount:
    return RollupAccount(
        profile.account_id,
        profile.name,
        column,
        amounts.amounts.get(profile.account_id),
        profile.needs_segment_confidence,
        profile.needs_segment_source,
        profile.needs_segment_confirmed_by,
        amounts.pays(profile.account_id),
    )


def _cell(members: Sequence[RollupAccount], row: int, total: int, paid: float, amounts: Revenue) -> Cell:
    known_amounts = [member.amount for member in members if member.amount is not None]
    amount = round(sum(known_amounts), 2) if known_amounts else None
    arr = amounts.arr(amount)
    priced = len(known_amounts)
    if amounts.by_currency:
        priced = sum(member.account_id in amounts.by_currency for member in members)
    return Cell(
        len(members),
        round(len(members) / row, 4) if row else 0.0,
        round(len(members) / total, 4) if total else 0.0,
        priced,
        amount,
        None if arr is None else round(arr, 2),
        round(amount / paid, 4) if amount is not None and paid > 0 else None,
        0 < len(members) < FEWEST_ACCOUNTS_IN_CELL,
        amounts.total(member.account_id for member in members),
    )
