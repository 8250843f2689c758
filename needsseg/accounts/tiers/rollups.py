"""Roll-ups: counts, revenue and label confidence of accounts, as a cross-table of two dimensions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, product

from needsseg.accounts.kinds.records import Cancellation, reasons_of
from needsseg.accounts.own.records import RecordSegments
from needsseg.accounts.own.segments import MISSING, OwnSegments
from needsseg.accounts.tiers.firmographic import REGIONS, REVENUES, SIZES, UNKNOWN
from needsseg.accounts.tiers.lifecycle import STAGES
from needsseg.accounts.tiers.profile import AccountProfile
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.accounts.tiers.signals import SEGMENTS
from needsseg.errors import UsageError
from needsseg.thresholds import FEWEST_ACCOUNTS_IN_CELL

UNLABELLED = "unlabelled"

Divider = OwnSegments | RecordSegments
Reader = tuple[Callable[[AccountProfile], str | Mapping[str, int]], Sequence[str], str]
"""What reads the segment of an account, or the segments of its records with their number; the segments in order; what accounts
without one are called."""
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
    is what it pays in words, with currency and period, "" where unknown. ``records`` is the number of its users (or tickets …) in
    that column, None where it is not divided by records.
    """

    account_id: str
    name: str
    column: str
    amount: float | None
    confidence: float | None
    source: str
    confirmed_by: str
    pays: str = ""
    records: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """The accounts in one cell; shares in [0, 1] are of accounts, and of known amounts.

    ``amount`` is the sum over the ``priced`` accounts, those with a known amount, None without any; ``arr`` is the same per
    year. ``amount_share`` is its share of all known amounts. ``small`` flags fewer than FEWEST_ACCOUNTS_IN_CELL accounts.
    ``by_currency`` are the sums by currency; where accounts pay in several that are not converted, only it has money.
    ``records`` is the number of users (or tickets …) in it, None where accounts are not divided by records.
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
    records: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One segment or stage: its cells by column, its total, and the confidence of its labels.

    ``labelled`` accounts have a needs-based label, ``confirmed`` of them one that a person confirmed; ``confidence`` is
    the mean, None without any. ``reasons`` counts its accounts' cancellations by reason, the most frequent first; None where
    no cancellations were imported. ``accounts`` has an account once for each of its columns.
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
    """Rows by columns, the columns' totals, and the grand total; empty columns are left out.

    ``records`` is what accounts are divided by (users, tickets …) where that is no property of the account itself, else "".
    An account then counts in each value that its records have, and once in totals.
    """

    rows_of: str
    by: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: dict[str, Cell]
    total: Cell
    amounts: Revenue
    records: str = ""

    @property
    def overlap_note(self) -> str:
        """Return that accounts count more than once, "" where they do not."""
        if not self.records:
            return ""
        return (
            f"An account counts in each value that its {self.records} have, beside it the number of these {self.records}; "
            "accounts and money of the values may add up to more than all, where each account counts once."
        )


def rollup(
    profiles: Sequence[AccountProfile],
    amounts: Revenue,
    rows: str = "needs_segment",
    by: str | Sequence[str] = "size",
    own: Mapping[str, Divider] | None = None,
    cancelled: Mapping[str, Sequence[Cancellation]] | None = None,
) -> Rollup:
    """Return counts, amounts and shares of ``rows`` by ``by``, each one of BY or of the ``own`` columns; several are crossed.

    Accounts without a label are the last row. Of ``own`` one at most is of records (users, tickets …). An account with an unknown
    amount counts as an account, but not in sums.
    ``cancelled`` are cancellations by account, None where none were imported. UsageError where ``rows`` or ``by`` is unknown,
    both are the same, or there would be more than MOST_COLUMNS columns.
    """
    names = (by,) if isinstance(by, str) else tuple(by)
    _check(rows, names, own or {})
    row_reader, readers = _reader(rows, own or {}), [_reader(name, own or {}) for name in names]
    column_reader = readers[0] if len(readers) == 1 else _crossed(readers, profiles)
    columns = _columns(profiles, column_reader, names)
    members_by_row = _members(profiles, row_reader, column_reader, amounts)
    placed = list(chain.from_iterable(members_by_row.values()))
    everyone = _once(placed)
    paid = sum(member.amount for member in everyone if member.amount is not None)

    def cell(members: Iterable[RollupAccount], row_total: int) -> Cell:
        return _cell(list(members), row_total, len(everyone), paid, amounts)

    rollup_rows = []
    for name in _columns_in_order(profiles, row_reader):
        members = sorted(members_by_row[name], key=lambda member: (-(member.confidence or 0.0), member.account_id))
        rollup_rows.append(_row(name, members, columns, cell, cancelled))
    totals = {column: cell((one for one in placed if one.column == column), len(everyone)) for column in columns}
    return Rollup(
        rows, BETWEEN.join(names), columns, tuple(rollup_rows), totals, cell(placed, len(everyone)), amounts,
        next(iter(_of_records((rows, *names), own or {}).values()), ""),
    )  # fmt: skip


def _row(
    name: str,
    members: Sequence[RollupAccount],
    columns: Sequence[str],
    cell: Callable[[Iterable[RollupAccount], int], Cell],
    cancelled: Mapping[str, Sequence[Cancellation]] | None,
) -> Row:
    single = _once(members)
    confidences = [member.confidence for member in single if member.confidence is not None]
    return Row(
        name,
        {column: cell((one for one in members if one.column == column), len(single)) for column in columns},
        cell(members, len(single)),
        len(confidences),
        sum(bool(member.confirmed_by) for member in single),
        round(sum(confidences) / len(confidences), 4) if confidences else None,
        tuple(members),
        None if cancelled is None else _reasons(single, cancelled),
    )


def _members(
    profiles: Sequence[AccountProfile], row_reader: Reader, column_reader: Reader, amounts: Revenue
) -> dict[str, list[RollupAccount]]:
    """Return the accounts by row, each once for each of its columns."""
    members_by_row: dict[str, list[RollupAccount]] = defaultdict(list)
    for profile in profiles:
        columns = _names(profile, column_reader)
        for row, in_row in _names(profile, row_reader).items():
            for column, in_column in columns.items():
                records = in_column if in_row is None else in_row
                members_by_row[row].append(_place(profile, column, amounts, records))
    return members_by_row


def _once(members: Sequence[RollupAccount]) -> list[RollupAccount]:
    """Return each account once."""
    return list({member.account_id: member for member in members}.values())


def _of_records(names: Sequence[str], own: Mapping[str, Divider]) -> dict[str, str]:
    """Return the dimensions that are of records, each with what these are called."""
    dividers = {name: own[name] for name in names if name in own}
    return {name: divider.records for name, divider in dividers.items() if isinstance(divider, RecordSegments)}


def _reasons(members: Iterable[RollupAccount], cancelled: Mapping[str, Sequence[Cancellation]]) -> dict[str, int]:
    return reasons_of(one for member in members for one in cancelled.get(member.account_id, ()))


def _check(rows: str, by: Sequence[str], own: Mapping[str, Divider]) -> None:
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
    if len(of_records := _of_records((rows, *by), own)) > 1:
        raise UsageError(
            f"{' and '.join(of_records)} are both of an account's records: which of them go together is not known.",
            "Cross one of them with something that an account has once, such as size.",
        )


def _columns_in_order(profiles: Sequence[AccountProfile], reader: Reader) -> tuple[str, ...]:
    return _order(Counter(name for profile in profiles for name in _names(profile, reader)), reader)


def _columns(profiles: Sequence[AccountProfile], reader: Reader, by: Sequence[str]) -> tuple[str, ...]:
    columns = _columns_in_order(profiles, reader)
    if len(columns) > MOST_COLUMNS:
        raise UsageError(
            f"{BETWEEN.join(by)} {'has' if len(by) == 1 else 'have'} {len(columns):,} different values: too many columns.",
            f"Choose what makes at most {MOST_COLUMNS}.",
        )
    return columns


def _reader(name: str, own: Mapping[str, Divider]) -> Reader:
    if name in _READERS:
        return _READERS[name]
    segments = own[name]
    if isinstance(segments, RecordSegments):
        counted = segments.by_account
        return (lambda profile: counted.get(profile.account_id, {})), segments.scale, f"no {segments.records}"
    return (lambda profile: segments.of(profile.account_id)), segments.scale, MISSING


def _crossed(readers: Sequence[Reader], profiles: Sequence[AccountProfile]) -> Reader:
    """Return what reads crossed segments, in the order of the first, then of the second."""
    orders = [{name: place for place, name in enumerate(_columns_in_order(profiles, reader))} for reader in readers]

    def parts(profile: AccountProfile) -> dict[tuple[str, ...], int | None]:
        named = [_names(profile, reader).items() for reader in readers]
        return {
            tuple(name for name, _ in crossed): next((count for _, count in crossed if count is not None), None)
            for crossed in product(*named)
        }

    found = sorted(
        {names for profile in profiles for names in parts(profile)},
        key=lambda names: [order[name] for order, name in zip(orders, names, strict=True)],
    )

    def read(profile: AccountProfile) -> str | dict[str, int]:
        counts = parts(profile)
        if len(counts) == 1 and None in counts.values():
            return BETWEEN.join(next(iter(counts)))
        return {BETWEEN.join(names): count or 0 for names, count in counts.items()}

    return read, [BETWEEN.join(names) for names in found], ""


def _names(profile: AccountProfile, reader: Reader) -> dict[str, int | None]:
    """Return the segments of an account, each with the number of its records in it; None where it is of no records."""
    read, _, missing_name = reader
    segments = read(profile)
    if isinstance(segments, str):
        return {segments or missing_name: None}
    return dict(segments) or {missing_name: 0}


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


def _place(profile: AccountProfile, column: str, amounts: Revenue, records: int | None) -> RollupAccount:
    return RollupAccount(
        profile.account_id,
        profile.name,
        column,
        amounts.amounts.get(profile.account_id),
        profile.needs_segment_confidence,
        profile.needs_segment_source,
        profile.needs_segment_confirmed_by,
        amounts.pays(profile.account_id),
        records,
    )


def _cell(placed: Sequence[RollupAccount], row: int, total: int, paid: float, amounts: Revenue) -> Cell:
    members = _once(placed)
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
        sum(one.records or 0 for one in placed) if any(one.records is not None for one in placed) else None,
    )
