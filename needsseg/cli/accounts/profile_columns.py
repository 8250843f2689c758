"""Profiles as JSON, column by column: the same objects as ``shapes.profile``, for 100,000 accounts in seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache, lru_cache
from operator import attrgetter

from needsseg.actions.accounts import WORDED_ALIKE, AccountProfile, Revenue, figure_columns
from needsseg.actions.accounts.account_listing import Listing
from needsseg.cli.gate import Written, json_group, json_line, json_records, json_template
from needsseg.records import PROFILE_COLUMNS

ROWS_AT_ONCE = 1_000
KEYS = (
    "account_id", PROFILE_COLUMNS[1], "name", "sentence", "behavioral_flags", "behavioral_evidence", "flags", "firmographic",
    "behaviour", "unknown_signals", "pays", "columns",
)  # fmt: skip
"""The keys of the columns; where one stands for several, it is the first of a group."""
_TIERS = json_group(PROFILE_COLUMNS[1:])
_FLAGS = json_group(("flags", "actions", "missing", "contested"))
_MONEY = json_group(("pays", "amount", "arr", "currency", "interval", "by_currency"))
_FIRMOGRAPHIC = ("size", "revenue", "industry", "region", "country", "tech_stack", "icp")
_ACTION = json_template(("rule", "text", "evidence"))
# Many accounts have the same few values.
_shared = lru_cache(maxsize=50_000, typed=True)(json_line)


def profile_blocks(listing: Listing, rows: Sequence[AccountProfile], paid: Revenue) -> Iterator[list[Sequence[object]]]:
    """Return the columns of KEYS for so many rows at a time."""
    write_tiers, write_flags, write_money = _tiers_writer(), _flags_writer(), _money_writer(paid)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = rows[start : start + ROWS_AT_ONCE]
        yield [
            [row.account_id for row in block],
            Written(map(write_tiers, map(_tiers_of, block))),
            [row.name for row in block],
            Written(_shared(row.sentence) for row in block),
            Written(_shared(row.behavioral_flags) for row in block),
            _evidence(block),
            Written(map(write_flags, block)),
            _firmographic(block),
            _behaviour(block),
            Written(_shared(row.behaviour.unknown) if row.behaviour is not None else "null" for row in block),
            Written(map(write_money, [row.account_id for row in block])),
            _own(listing, block),
        ]


_tiers_of = attrgetter(*PROFILE_COLUMNS[1:])


def _tiers_writer() -> Callable[[tuple[object, ...]], str]:
    """Return what writes the exported columns but the id; accounts that are alike in all of them share the text."""

    @cache
    def written(values: tuple[object, ...]) -> str:
        plain = (value.isoformat() if isinstance(value, date) else value for value in values)
        return _TIERS % tuple(_shared(None if value == "" else value) for value in plain)

    return written


def _flags_writer() -> Callable[[AccountProfile], str]:
    """Return what writes flags, actions and what is missing; accounts with the same reasons share their actions."""
    texts: dict[object, str] = {}

    def written(row: AccountProfile) -> str:
        key = (row.lifecycle_flags, id(row.actions), row.missing, row.contested)
        if key not in texts:
            parts = (_shared(row.lifecycle_flags), _actions(row), _shared(row.missing), _shared(row.contested))
            texts[key] = _FLAGS % parts
        return texts[key]

    return written


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
    figures = {
        name: Written(map(_shared, column)) if name in _FEW_VALUES else column
        for name, column in figure_columns(known).items()
    }
    texts = json_records(json_template(tuple(figures)), list(figures.values())) if known else iter(())
    return Written("null" if row.behaviour is None else next(texts) for row in rows)


_FEW_VALUES = frozenset((
    "api_share", "mobile_only", "login_trend", "usage_trend", "daily_users", "dau_mau", "seat_share",
))  # fmt: skip
"""Figures that many accounts have in common, and that take longer to write than whole numbers do."""


def _money_writer(paid: Revenue) -> Callable[[str], str]:
    """Return what writes what an account pays; many pay the same."""
    texts: dict[object, str] = {}

    def written(account_id: str) -> str:
        pays, amount = paid.of(account_id), paid.amounts.get(account_id)
        key = (amount, *pays.items())
        if key not in texts:
            shown = (
                paid.words(pays) or None, amount, paid.arr(amount), paid.currency or None, paid.interval or None, pays,
            )  # fmt: skip
            texts[key] = _MONEY % tuple(map(json_line, shown))
        return texts[key]

    return written


def _own(listing: Listing, rows: Sequence[AccountProfile]) -> Written:
    if not listing.names:
        return Written(["{}"] * len(rows))
    cells = (listing.cells[row.account_id] for row in rows)
    return Written(json_line({cell.name: cell.plain for cell in own}) for own in cells)
