"""Profiles as JSON, column by column: the same objects as ``shapes.profile``, for 100,000 accounts in seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any

from needsseg.actions.accounts import WORDED_ALIKE, AccountProfile, Revenue, figure_columns
from needsseg.actions.accounts.account_listing import Listing
from needsseg.cli.gate import Written, json_line, json_records, json_template
from needsseg.records import PROFILE_COLUMNS

ROWS_AT_ONCE = 1_000
KEYS = (
    *PROFILE_COLUMNS, "name", "sentence", "behavioral_flags", "behavioral_evidence", "flags", "actions", "missing", "contested",
    "firmographic", "behaviour", "unknown_signals", "pays", "amount", "arr", "currency", "interval", "by_currency", "columns",
)  # fmt: skip
_FIRMOGRAPHIC = ("size", "revenue", "industry", "region", "country", "tech_stack", "icp")
_ACTION = json_template(("rule", "text", "evidence"))
# Many accounts have the same few values.
_shared = lru_cache(maxsize=50_000, typed=True)(json_line)


@lru_cache(maxsize=64)
def _day(day: date) -> str:
    return json_line(day.isoformat())


def profile_blocks(listing: Listing, rows: Sequence[AccountProfile], paid: Revenue) -> Iterator[list[Sequence[object]]]:
    """Return the columns of KEYS for so many rows at a time."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = rows[start : start + ROWS_AT_ONCE]
        yield [*_profile_columns(block), *_money(block, paid), _own(listing, block)]


def _profile_columns(rows: Sequence[AccountProfile]) -> list[Sequence[object]]:
    columns: dict[str, Sequence[object]] = {
        name: _texts(rows, name, is_shared=name != "account_id") for name in PROFILE_COLUMNS if name != "as_of_date"
    }
    columns["as_of_date"] = Written(_day(row.as_of_date) for row in rows)
    unknown = Written(_shared(row.behaviour.unknown) if row.behaviour is not None else "null" for row in rows)
    return [
        *(columns[name] for name in PROFILE_COLUMNS),
        [row.name for row in rows],
        Written(_shared(row.sentence) for row in rows),
        Written(_shared(row.behavioral_flags) for row in rows),
        _evidence(rows),
        Written(_shared(row.lifecycle_flags) for row in rows),
        Written(_actions(row) if row.actions else "[]" for row in rows),
        Written(_shared(row.missing) for row in rows),
        Written(_shared(row.contested) for row in rows),
        _firmographic(rows),
        _behaviour(rows),
        unknown,
    ]


def _texts(rows: Sequence[AccountProfile], name: str, *, is_shared: bool) -> Sequence[object]:
    values = [None if value == "" else value for value in map(attrgetter(name), rows)]
    return Written(map(_shared, values)) if is_shared else values


def _evidence(rows: Sequence[AccountProfile]) -> Written:
    """Return why the behavioural flags apply; what has the same words for all accounts is written once."""
    alike: dict[tuple[str, ...], str] = {}
    texts = Written()
    for row in rows:
        text = alike.get(row.behavioral_flags)
        if text is None:
            text = json_line(row.behavioral_evidence)
            if WORDED_ALIKE.issuperset(row.behavioral_flags):
                alike[row.behavioral_flags] = text
        texts.append(text)
    return texts


def _actions(row: AccountProfile) -> str:
    texts = [
        _ACTION % (_shared(action.rule), _shared(action.text), json_line(action.evidence)) for action in row.actions
    ]
    return f"[{', '.join(texts)}]"


def _firmographic(rows: Sequence[AccountProfile]) -> Written:
    """Return tier 1; accounts that are alike in it have the same record."""
    records = {id(row.firmographic): row.firmographic for row in rows}
    texts = {key: json_line({name: getattr(record, name) for name in _FIRMOGRAPHIC}) for key, record in records.items()}
    return Written(texts[id(row.firmographic)] for row in rows)


def _behaviour(rows: Sequence[AccountProfile]) -> Written:
    known = [row.behaviour for row in rows if row.behaviour is not None]
    figures = figure_columns(known)
    texts = json_records(json_template(tuple(figures)), list(figures.values())) if known else iter(())
    return Written("null" if row.behaviour is None else next(texts) for row in rows)


def _money(rows: Sequence[AccountProfile], paid: Revenue) -> list[Written]:
    """Return the columns from ``pays`` to ``by_currency``; many accounts pay the same."""
    texts: dict[Any, tuple[str, ...]] = {}
    rows_of_texts = []
    for row in rows:
        pays = paid.of(row.account_id)
        amount = paid.amounts.get(row.account_id)
        key = (amount, *pays.items())
        if key not in texts:
            shown = (
                paid.words(pays) or None, amount, paid.arr(amount), paid.currency or None, paid.interval or None, pays,
            )  # fmt: skip
            texts[key] = tuple(map(json_line, shown))
        rows_of_texts.append(texts[key])
    return [Written(column) for column in zip(*rows_of_texts, strict=True)]


def _own(listing: Listing, rows: Sequence[AccountProfile]) -> Written:
    if not listing.names:
        return Written(["{}"] * len(rows))
    cells = (listing.cells[row.account_id] for row in rows)
    return Written(json_line({cell.name: cell.plain for cell in own}) for own in cells)
