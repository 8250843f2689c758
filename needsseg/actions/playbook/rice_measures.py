"""What weights of RICE may go by, account by account: ARR, its growth, fit with the ICP, or a column of the accounts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from needsseg.accounts import AccountProfile
from needsseg.accounts.own.columns import OwnColumn, find_column
from needsseg.accounts.tiers.firmographic import quantity_range
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.actions.accounts import accounts
from needsseg.actions.accounts.own_columns import dimension_name, own_columns, own_values
from needsseg.actions.accounts.revenue import revenue_as_of
from needsseg.errors import UsageError
from needsseg.study.connection import Study
from needsseg.text import format_count

YEAR = 365
COLUMNS = ("employees", "revenue")
"""The columns of accounts that hold quantities."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Each account's value of what the weights go by, and its words; accounts whose value is unknown are left out.

    ``sentence`` says what is counted, ``warnings`` what may be wrong with it; ``is_incomparable`` that values are known, but
    in several currencies.
    """

    name: str
    words: str
    values: dict[str, float] = field(default_factory=dict)
    sentence: str = ""
    warnings: tuple[str, ...] = ()
    is_incomparable: bool = False


def measure(study: Study, name: str, profiles: Sequence[AccountProfile], day: date, engine: str) -> Measure:
    """Return the measure called ``name`` for the accounts of ``profiles`` as of ``day``; UsageError for an unknown one."""
    readers: dict[str, Callable[[], Measure]] = {
        "arr": lambda: _arr(revenue_as_of(study, day, engine), profiles),
        "growth": lambda: _growth(study, day, engine, {profile.account_id for profile in profiles}),
        "icp": lambda: _icp(profiles),
        **{column: lambda: _column(study, name) for column in COLUMNS},
    }
    if name in readers:
        return readers[name]()
    columns = own_columns(study)
    numeric = [dimension_name(column, readers) for column in columns if column.type == "number"]
    column = find_column(columns, name)
    if column is None or column.type != "number":
        wrong = f"Weights cannot go by '{name}'" + (f", which is kept as {column.type}." if column else ".")
        raise UsageError(
            wrong,
            "Possible: arr, growth (ARR gained in a year), icp (fit), or a column of quantities: "
            f"{', '.join((*COLUMNS, *numeric))}.",
        )
    return _own_column(study, column, engine)


def _own_column(study: Study, column: OwnColumn, engine: str) -> Measure:
    values = {id_: float(value) for id_, value in own_values(study, [column], engine)[column.name].items()}
    if below := sum(value < 0 for value in values.values()):
        raise UsageError(
            f"Weights cannot go by '{column.name}': {format_count(below, 'account')} "
            f"{'has' if below == 1 else 'have'} a value below zero.",
            "Choose a column of quantities.",
        )
    return Measure(column.name, column.name, values, f"The column {column.name} of the accounts' file counts as it is.")


def _arr(paid: Revenue, profiles: Sequence[AccountProfile]) -> Measure:
    total = paid.words(paid.total(profile.account_id for profile in profiles))
    sentence = " ".join([f"All accounts counted pay {total}.", *paid.notes]) if total else ""
    return Measure("arr", "ARR", dict(paid.amounts), sentence, _money_warnings(paid), bool(paid.by_currency))


def _money_warnings(paid: Revenue) -> tuple[str, ...]:
    if paid.by_currency:
        return (_in_several(paid.currencies),)
    if paid.amounts and paid.yearly is None:
        return (
            f"The column '{paid.column}' does not say whether its amounts are monthly or yearly; shares are right "
            "if all rows are of the same kind.",
        )
    return ()


def _in_several(currencies: Sequence[str]) -> str:
    return (
        f"Accounts pay in several currencies ({', '.join(code or 'unknown' for code in currencies)}), which cannot be "
        "weighed against each other: there are plain scores only. A table of rates converts them (settings currency and "
        "rates)."
    )


def _growth(study: Study, day: date, engine: str, ids: set[str]) -> Measure:
    """Return the ARR gained in a year by accounts that paid a year before; a loss counts as no growth."""
    now, before = revenue_as_of(study, day, engine), revenue_as_of(study, day - timedelta(days=YEAR), engine)
    values = {}
    for account_id in sorted(ids & set(now.amounts) & set(before.amounts)):
        gained = _yearly(now, account_id) - _yearly(before, account_id)
        values[account_id] = max(0.0, gained)
    if len(currencies := sorted({*now.currencies, *before.currencies})) > 1:
        return Measure("growth", "ARR gained in a year", warnings=(_in_several(currencies),), is_incomparable=True)
    new = len(ids & set(now.amounts)) - len(values)
    return Measure(
        "growth",
        "ARR gained in a year",
        values,
        f"Growth is the ARR gained since {day - timedelta(days=YEAR)} by the {format_count(len(values), 'account')} that "
        f"paid then; a loss counts as 0. {format_count(new, 'account')} that began later "
        f"{'has' if new == 1 else 'have'} no growth yet and {'is' if new == 1 else 'are'} not part of the weights.",
        _money_warnings(now),
    )


def _yearly(paid: Revenue, account_id: str) -> float:
    amount = paid.amounts[account_id]
    yearly = paid.arr(amount)
    return amount if yearly is None else yearly


def _icp(profiles: Sequence[AccountProfile]) -> Measure:
    fits = {each.account_id: each.firmographic.icp for each in profiles}
    known = {account_id: float(fit) for account_id, fit in fits.items() if fit is not None}
    return Measure(
        "icp",
        "ICP fit",
        known,
        f"{sum(map(int, known.values())):,} of the {format_count(len(known), 'account')} whose fit is known are in the ICP "
        "(prompts/icp.toml).",
    )


def _column(study: Study, name: str) -> Measure:
    """Return a quantity of the accounts; of a range the middle, of an open one its end."""
    values = {}
    for account in accounts.listing(study):
        quantity = quantity_range(str(getattr(account, name)))
        if quantity is not None:
            is_open = quantity.high == float("inf")
            values[account.account_id] = quantity.low if is_open else (quantity.low + quantity.high) / 2
    return Measure(name, name, values, f"The column {name} is read as numbers; of a range its middle counts.")
