"""The kind of a source's files, told from their columns: accounts, events or subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from needsseg import accounts as room
from needsseg.accounts import Part
from needsseg.errors import Advice, Option, TableError, UnknownKindError, UsageError


def is_by_tenure(parts: tuple[Part, ...], kind: str | None, chosen: Mapping[str, str] | None) -> bool:
    """Return whether files hold a customer a row with a tenure, from which accounts and subscriptions are made at once.

    A person says so with the kind, or the columns do where no kind is said.
    """
    if kind is not None:
        return kind == room.TENURE
    headers = [part.layout.header for part in parts if part.layout]
    guessed = [room.guess_mapping("subscriptions", header) for header in headers]
    return bool(guessed) and all(
        room.has_tenure(mapping) and room.kind_of(header, chosen)[0] == "subscriptions"
        for mapping, header in zip(guessed, headers, strict=True)
    )


def of_kind(
    parts: tuple[Part, ...],
    kind: str | None,
    chosen: Mapping[str, str] | None,
    whole: bool = True,
    has_accounts: bool = False,
    add: bool = True,
) -> tuple[str, tuple[Part, ...], tuple[tuple[str, str], ...]]:
    """The kind, the parts that may be of it, and those whose columns say plainly that they are of another.

    A single file is read as what a person says it is. Before it is read, a kind will do of which it is not ``whole``:
    what it lacks can still be named. Where the study ``has_accounts``, files of account ids and columns that are no field are
    accounts, if a person adds them.
    """
    if kind is not None and kind not in room.KINDS:
        raise UsageError(f"There is no kind of source '{kind}'.", f"The kinds are {', '.join(room.KINDS)}.")
    headers = {part.name: part.layout.header for part in parts if part.layout}
    if kind is None and has_accounts and headers and all(enriches(header, chosen) for header in headers.values()):
        if not add:
            raise _enriching_error(headers)
        return "accounts", parts, ()
    kind = kind or _kind(headers, chosen, whole)
    others = {
        name: other_kind
        for name, header in headers.items()
        if (other_kind := room.kind_of(header)[0]) not in ("", kind)
    }
    if len(others) == len(headers):
        return kind, parts, ()
    refused = tuple(
        (name, f"its columns are those of {other_kind}, not of {kind}.") for name, other_kind in others.items()
    )
    return kind, tuple(part for part in parts if part.name not in others), refused


def enriches(header: Sequence[str], chosen: Mapping[str, str] | None = None) -> bool:
    """Return whether a file has account ids and columns that are no field, but nothing that tells a kind."""
    columns = {
        name: column
        for name, column in (room.guess_mapping("accounts", header).columns | dict(chosen or {})).items()
        if column
    }
    return room.kind_of(header, chosen)[0] == "" and set(columns) == {"account_id"} and len(header) > 1


def _enriching_error(headers: Mapping[str, Sequence[str]]) -> UnknownKindError:
    name, header = next(iter(headers.items()))
    return UnknownKindError(
        f"{name}: has account ids and further columns, but nothing else of accounts: {', '.join(header)}.",
        Advice("To add these columns to the accounts that are there, add the file", Option.ADD, "; else name what it holds",
               Option.KIND, "."),
    )  # fmt: skip


def _kind(headers: Mapping[str, Sequence[str]], chosen: Mapping[str, str] | None, whole: bool) -> str:
    """The kind whose necessary columns the files have; files of several kinds are not one source."""
    kind_by_file = {name: room.kind_of(header, chosen) for name, header in headers.items()}
    complete_kinds = {name: kind for name, (kind, lacking) in kind_by_file.items() if kind and not lacking}
    if not complete_kinds:
        name, header = next(iter(headers.items()))
        kind, lacking = kind_by_file[name]
        columns = ", ".join(header)
        if kind and not whole:
            return kind
        if kind:
            raise TableError(
                f"{name}: looks like {kind}, but no column gives {' and '.join(lacking)}.",
                Advice(
                    "Name that column",
                    Option.MAP.of(field=lacking[0]),
                    ", or what else the file holds",
                    Option.KIND,
                    f". Its columns are: {columns}.",
                ),
            )
        raise UnknownKindError(
            f"{name}: its columns are not those of {', '.join(room.KINDS[:-1])} or {room.KINDS[-1]}: {columns}.",
            Advice(
                "Name what it holds",
                Option.KIND,
                ", and which column is read as which field",
                Option.MAP,
                *(() if header[0] == "column 1" else (". If its first row is data, say so", Option.HEADER)),
                ".",
            ),
        )
    kinds = dict.fromkeys(complete_kinds.values())
    if len(kinds) > 1:
        each = ", ".join(
            f"{next(name for name in complete_kinds if complete_kinds[name] == kind)} holds {kind}" for kind in kinds
        )
        raise TableError(
            f"The files are of several kinds: {each}.",
            Advice(
                "Import one kind at a time. If you name the kind",
                Option.KIND,
                ", files that do not fit it are refused by name.",
            ),
        )
    return next(iter(kinds))
