"""Which columns an export has, and the cells of accounts in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from needsseg.accounts import AccountProfile
from needsseg.accounts.own.columns import PREFIX, OwnColumn, field_text, find_column, is_prefixed
from needsseg.accounts.tiers.firmographic import UNKNOWN
from needsseg.accounts.tiers.revenue import Revenue
from needsseg.actions.accounts import accounts
from needsseg.actions.accounts.own_columns import dimension_name, named_list, own_columns, own_values
from needsseg.actions.accounts.revenue import revenue_as_of
from needsseg.actions.coding.blind import seen_members
from needsseg.errors import UsageError
from needsseg.exchange.columns import (
    DEFAULT_WORD,
    FURTHER,
    KEPT,
    STANDARD,
    STANDARD_WORD,
    TOGETHER,
    ExportColumn,
    named_for,
)
from needsseg.exchange.tables import Cell, rows_of
from needsseg.records import PROFILE_COLUMNS
from needsseg.study.accounts import export_columns
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import segments
from needsseg.study.transcripts import interviews

_STANDARD_KEYS = tuple(column.key for column in STANDARD)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The columns of one export, named for its target; ``keys`` are those to remember, None for the standard ones."""

    columns: tuple[ExportColumn, ...]
    keys: tuple[str, ...] | None


def chosen_columns(study: Study, target: str, text: str = "") -> Chosen:
    """Return the columns that ``text`` names, else those chosen for the target before, else the standard ones.

    ``text`` has names with commas between; ``standard`` stands for the standard ones, and alone ``default`` for going back to
    them. UsageError, which lists what there is, for a name that is unknown.
    """
    names = named_list(text)
    if names == (DEFAULT_WORD,):
        return Chosen(named_for(STANDARD, target), None)
    saved = export_columns.chosen(study, target) if not names else None
    if not names and saved is None:
        return Chosen(named_for(STANDARD, target), None)
    own = own_columns(study)
    keys: dict[str, None] = dict.fromkeys(KEPT)
    for name in names or saved or ():
        keys |= dict.fromkeys(_keys(name, own, is_saved=not names))
    return Chosen(named_for([_column(key, own) for key in keys], target), tuple(keys))


@dataclass(frozen=True, slots=True)
class OfferedColumn:
    """A column that an export can have: what ``chosen_columns`` knows it by, its meaning, and whether it is chosen now."""

    name: str
    meaning: str
    is_chosen: bool


def offered_columns(study: Study, target: str) -> tuple[OfferedColumn, ...]:
    """Return every column that exports to the target can have beside KEPT: those of the next export first, in its order."""
    own = own_columns(study)
    built_in = (*_STANDARD_KEYS, *FURTHER)
    names = {key: key for key in built_in} | {f"{PREFIX}{each.name}": dimension_name(each, built_in) for each in own}
    saved = export_columns.chosen(study, target)
    chosen = [key for key in (_STANDARD_KEYS if saved is None else saved) if key in names]
    alone = {key for keys in TOGETHER.values() for key in keys[1:]}
    return tuple(
        OfferedColumn(names[key], _column(key, own).meaning, key in chosen)
        for key in dict.fromkeys((*chosen, *names))
        if key not in KEPT and key not in alone
    )


def columns_text(names: Sequence[str]) -> str:
    """Return the text by which ``chosen_columns`` takes names: DEFAULT_WORD for the standard ones in their order."""
    if tuple(names) == tuple(key for key in _STANDARD_KEYS if key not in KEPT):
        return DEFAULT_WORD
    return ",".join('"' + name.replace('"', '""') + '"' for name in names or KEPT)


def _keys(name: str, own: Sequence[OwnColumn], *, is_saved: bool) -> tuple[str, ...]:
    known = name.casefold()
    if known == STANDARD_WORD:
        return _STANDARD_KEYS
    if not is_prefixed(name) and known in (*_STANDARD_KEYS, *FURTHER):
        return TOGETHER.get(known, (known,))
    column = find_column(own, name)
    if column is not None:
        return (f"{PREFIX}{column.name}",)
    built_in = (*_STANDARD_KEYS, *FURTHER)
    choices = ", ".join((*built_in, *(dimension_name(each, built_in) for each in own)))
    called = name.removeprefix(PREFIX) if is_saved else name
    was = " that was chosen for exports" if is_saved else ""
    raise UsageError(
        f"There is no column '{called}'{was}.",
        f"There are: {choices}. The word {DEFAULT_WORD} goes back to the standard ones.",
    )


def _column(key: str, own: Sequence[OwnColumn]) -> ExportColumn:
    standard = next((column for column in STANDARD if column.key == key), FURTHER.get(key))
    if standard is not None:
        return standard
    column = next(each for each in own if f"{PREFIX}{each.name}" == key)
    kinds: dict[str, ExportColumn] = {
        "number": ExportColumn(key, "number", ""), "date": ExportColumn(key, "date", ""), "flag": ExportColumn(key, "flag", ""),
    }  # fmt: skip
    kind = kinds.get(column.type, ExportColumn(key, "text", "")).type
    return ExportColumn(key, kind, f"The column “{column.name}” of the accounts' file ({column.type}).")


def remember(study: Study, target: str, chosen: Chosen) -> None:
    """Keep the columns for the next export to the target, where they differ from those kept."""
    if export_columns.chosen(study, target) == chosen.keys:
        return
    words = "standard columns" if chosen.keys is None else f"{len(chosen.columns)} columns"
    with study.action("choose export columns", f"{target} exports have {words}"):
        export_columns.choose(study, target, chosen.keys)


def rows_with(
    study: Study,
    profiles: Sequence[AccountProfile],
    columns: Sequence[ExportColumn],
    as_of: date | None,
    engine: str | None = None,
) -> list[dict[str, Cell]]:
    """Return one row per profile with the cells of ``columns`` by their names in the target."""
    if [(column.key, column.name) for column in columns] == [(name, name) for name in PROFILE_COLUMNS]:
        return rows_of(profiles)
    readers = _Readers(study, columns, as_of, engine)
    rows = []
    for profile, standard in zip(profiles, rows_of(profiles), strict=True):
        rows.append(
            {
                column.name: standard[column.key] if column.key in standard else readers.cell(column.key, profile)
                for column in columns
            }
        )
    return rows


class _Readers:
    """Reads the cells of columns that are not standard; what takes long is read only where a column asks for it."""

    def __init__(self, study: Study, columns: Sequence[ExportColumn], as_of: date | None, engine: str | None) -> None:
        keys = {column.key for column in columns}
        own = [column for column in own_columns(study) if f"{PREFIX}{column.name}" in keys]
        self._own = {f"{PREFIX}{column.name}": column for column in own}
        self._values = own_values(study, own, engine)
        asks_money = bool(keys & {"arr", "arr_currency", "pays"}) and as_of is not None
        self._paid = revenue_as_of(study, as_of, engine) if asks_money and as_of is not None else Revenue()
        self._quotes = _quote_ids(study) if "quote_ids" in keys else {}

    def cell(self, key: str, profile: AccountProfile) -> Cell:
        """Return the cell of a column for one account, None where it is empty."""
        if key in self._own:
            column = self._own[key]
            value = self._values[column.name].get(profile.account_id)
            if value is None or column.type == "flag":
                return value
            if column.type == "number":
                return int(value) if float(value).is_integer() else float(value)
            return field_text(value, column.type)
        if key in ("arr", "arr_currency"):
            return self._yearly(profile.account_id)[key == "arr_currency"]
        if key == "pays":
            return self._paid.pays(profile.account_id) or None
        if key == "quote_ids":
            found = self._quotes.get(profile.account_id, {}).get(profile.needs_segment, ())
            return " ".join(map(str, found)) or None
        value = _READERS[key](profile)
        return None if value in ("", UNKNOWN) else value

    def _yearly(self, account_id: str) -> tuple[float | None, str | None]:
        """Return what an account pays a year, and its currency; nothing where it pays in several, or the period is unknown."""
        amounts = self._paid.of(account_id)
        if len(amounts) != 1 or self._paid.yearly is None:
            return None, None
        (currency, amount), *_ = amounts.items()
        return round(amount * self._paid.yearly, 2), currency or None


def _use(name: str) -> Callable[[AccountProfile], Cell]:
    def read(profile: AccountProfile) -> Cell:
        row = profile.behaviour
        return None if row is None or name in row.unknown else getattr(row, name)

    return read


_READERS: dict[str, Callable[[AccountProfile], Cell]] = {
    "name": lambda profile: profile.name,
    "size": lambda profile: profile.firmographic.size,
    "revenue": lambda profile: profile.firmographic.revenue,
    "industry": lambda profile: profile.firmographic.industry,
    "region": lambda profile: profile.firmographic.region,
    "country": lambda profile: profile.firmographic.country,
    "icp": lambda profile: profile.firmographic.icp,
    "plan": lambda profile: profile.lifecycle.plan,
    "seats": lambda profile: profile.lifecycle.seats,
    "users": _use("active_users"),
    "events": _use("events"),
    "active_days": _use("active_days"),
    "logins": _use("logins"),
    "feature_breadth": _use("feature_breadth"),
}


def _quote_ids(study: Study) -> Mapping[str, Mapping[str, Sequence[int]]]:
    """Return the ids of passages of each account's participants by segment, in order; only what the person may see."""
    account_of = {match.participant: match.account_id for match in accounts.matches(study) if match.account_id}
    who = {(row.interview, row.label): row.participant for row in interviews.speakers(study) if row.participant}
    members = seen_members(study)
    placed = [
        (row.name, member.passage)
        for row in segments.listing(study)
        if row.status in ("named", "confirmed")
        for member in members.get(row.id, [])
    ]
    by_id = {passage.id: passage for passage in passages.listing(study, ids=[id_ for _, id_ in placed])}
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for segment, id_ in placed:
        passage = by_id[id_]
        account = account_of.get(who.get((passage.interview, passage.speaker), ""))
        if account is not None:
            found[account][segment].append(id_)
    return {account: {name: sorted(ids) for name, ids in by_name.items()} for account, by_name in found.items()}
