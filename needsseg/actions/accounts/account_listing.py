"""A list of accounts with chosen columns of their file, of those that fit filters on columns or on what is computed of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from needsseg.accounts import AccountProfile
from needsseg.accounts.own.columns import known_column
from needsseg.accounts.own.conditions import read_filter
from needsseg.accounts.own.segments import segments_of_column
from needsseg.actions.accounts import account_filters
from needsseg.actions.accounts.own_columns import OwnCell, own_columns, own_values
from needsseg.errors import UsageError
from needsseg.study.connection import Study

_BUILT_IN = re.compile(r"\s*(\w+)\s*(!?=)\s*(.*?)\s*", re.DOTALL)


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
) -> Listing:
    """Return the accounts of ``profiles`` that fit every filter, with the own columns called ``names``.

    A filter is on one of ``account_filters.FACETS`` (``size=small``), which comes first, or on an own column, as
    ``conditions.read_filter`` takes it. UsageError for an unknown column, or a filter that is none.
    """
    columns = own_columns(study)
    shown = [known_column(columns, name) for name in names]
    built_in = [one for one in map(_built_in, filters) if one is not None]
    read = [read_filter(text, columns) for text in filters if _built_in(text) is None]
    needed = list({column.stored: column for column in (*shown, *(one.column for one in read))}.values())
    values = own_values(study, needed, engine)
    segments = {one.column.name: segments_of_column(one.column, values[one.column.name]) for one in read}

    def fits(profile: AccountProfile) -> bool:
        id_ = profile.account_id
        return all(
            one.fits(values[one.column.name].get(id_), segments[one.column.name].of(id_)) for one in read
        ) and all(account_filters.has(profile, facet, value) == is_wanted for facet, value, is_wanted in built_in)

    fitting = tuple(profile for profile in profiles if fits(profile))
    cells = {
        profile.account_id: tuple(
            OwnCell(column.name, column.type, values[column.name].get(profile.account_id)) for column in shown
        )
        for profile in fitting
    }
    return Listing(fitting, tuple(column.name for column in shown), cells)


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
