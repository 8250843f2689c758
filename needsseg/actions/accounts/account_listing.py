"""A list of accounts with chosen columns of their file, of those that fit filters on columns or on what is computed of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from needsseg.accounts import AccountProfile, read_accounts
from needsseg.accounts.kinds.fields import rows_of_kind
from needsseg.accounts.own.columns import OwnColumn, known_column
from needsseg.accounts.own.conditions import read_filter
from needsseg.accounts.own.records import VALUED_FIELDS, accounts_with, kind_called
from needsseg.accounts.own.segments import segments_of_column
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.actions.accounts import account_filters, account_sources
from needsseg.actions.accounts.own_columns import OwnCell, columns_of_records, own_columns, own_values
from needsseg.errors import Advice, Fix, UsageError
from needsseg.study.connection import Study

_BUILT_IN = re.compile(r"\s*(\w+)\s*(!?=)\s*(.*?)\s*", re.DOTALL)
_RECORDS = re.compile(r"\s*(users|subscriptions|cancellations|churn|tickets|scores|nps)\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listing:
    """The accounts that fit, the names of the columns asked for, and each account's cells in them."""

    profiles: tuple[AccountProfile, ...]
    names: tuple[str, ...]
    cells: Mapping[str, tuple[OwnCell, ...]]


def listing(
    study: Study,
    profiles: Sequence[AccountProfile],
    names: Sequence[str],
    filters: Sequence[str],
    engine: str | None = None,
    *,
    as_of: date,
) -> Listing:
    """Return the accounts of ``profiles`` that fit every filter, with the own columns called ``names``.

    A filter is on one of ``account_filters.FACETS`` (``size=small``), which comes first, or on an own column, as
    ``conditions.read_filter`` takes it. ``users.role=Admin``, ``subscriptions.Contract=Annual``, ``tickets.priority=high``,
    ``scores.score<=6`` and ``cancellations.reason=price`` mean that any of its records of that kind before ``as_of`` fits, with
    ``!=`` that none does.

    UsageError for an unknown column, or a filter that is none.
    """
    columns = own_columns(study)
    shown = [known_column(columns, name) for name in names]
    of_records = [text for text in filters if _RECORDS.match(text) and not _is_own(text, columns)]
    filters = [text for text in filters if text not in of_records]
    built_in = [one for one in map(_built_in, filters) if one is not None]
    read = [read_filter(text, columns) for text in filters if _built_in(text) is None]
    with_records = [_with_records(study, text, as_of) for text in of_records]
    needed = list({column.stored: column for column in (*shown, *(one.column for one in read))}.values())
    values = own_values(study, needed, engine)
    segments = {one.column.name: segments_of_column(one.column, values[one.column.name]) for one in read}

    def fits(profile: AccountProfile) -> bool:
        id_ = profile.account_id
        return (
            all(one.fits(values[one.column.name].get(id_), segments[one.column.name].of(id_)) for one in read)
            and all(account_filters.has(profile, facet, value) == is_wanted for facet, value, is_wanted in built_in)
            and all((id_ in having) == is_wanted for having, is_wanted in with_records)
        )

    fitting = tuple(profile for profile in profiles if fits(profile)) if filters or of_records else tuple(profiles)
    ids = [profile.account_id for profile in fitting]
    cells: dict[str, tuple[OwnCell, ...]] = dict.fromkeys(ids, ())
    if shown:
        cells = {
            id_: tuple(OwnCell(column.name, column.type, values[column.name].get(id_)) for column in shown)
            for id_ in ids
        }
    return Listing(fitting, tuple(column.name for column in shown), cells)


def _is_own(text: str, columns: Sequence[OwnColumn]) -> bool:
    """Return whether a filter is on an own column of accounts, whose name may begin as that of a kind of records."""
    try:
        read_filter(text, columns)
    except UsageError:
        return False
    return True


def _with_records(study: Study, text: str, as_of: date) -> tuple[set[str], bool]:
    """Return the accounts with a record that fits a filter, and whether accounts are to be among them."""
    word, _, condition = text.strip().partition(".")
    kind = kind_called(word) or "users"
    called = rows_of_kind(kind)
    files = account_sources.stack_files(study)
    path = files.of_kind(kind)
    if path is None:
        raise UsageError(
            f"There are no {called} to filter by ('{text}').", Advice("Import them: ", Fix.IMPORT_ACCOUNTS)
        )
    columns = (*columns_of_records(study).get(kind, ()), *VALUED_FIELDS[kind])
    try:
        given = read_filter(condition, columns)
    except UsageError as error:
        raise UsageError(error.message.replace("The accounts have", f"The {called} have"), error.hint) from error
    merged = read_accounts(files.accounts).merged
    return accounts_with(kind, path, given, epoch_day(as_of), merged), given.operator != "!="


def _built_in(text: str) -> tuple[str, str, bool] | None:
    """Return facet, value, and whether accounts are to have it, of a filter on a facet; None for any other."""
    match = _BUILT_IN.fullmatch(text)
    if match is None or match[1].casefold() not in account_filters.FACETS:
        return None
    facet, value = match[1].casefold(), match[3]
    scale = account_filters.scale_of(facet)
    if scale and value.casefold() not in {name.casefold() for name in scale}:
        raise UsageError(f"{facet} is never '{value}'.", f"It is one of: {', '.join(scale)}.")
    return facet, value, match[2] == "="
