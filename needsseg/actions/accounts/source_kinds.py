"""Of which kind the files of one source are: accounts, events or subscriptions, told by their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from needsseg import accounts as room
from needsseg.accounts import Part
from needsseg.errors import TableError, UsageError


def of_kind(
    parts: tuple[Part, ...], kind: str | None, said: Mapping[str, str] | None, whole: bool = True
) -> tuple[str, tuple[Part, ...], tuple[tuple[str, str], ...]]:
    """The kind, the parts that may be of it, and those whose columns say plainly that they are of another.

    A single file is read as what a person says it is. Before it is read, a kind will do of which it is not ``whole``:
    what it lacks can still be named.
    """
    if kind is not None and kind not in room.KINDS:
        raise UsageError(f"There is no kind of source '{kind}'.", f"The kinds are {', '.join(room.KINDS)}.")
    headers = {part.name: part.found.header for part in parts if part.found}
    kind = kind or _kind(headers, said, whole)
    others = {name: told for name, header in headers.items() if (told := room.kind_of(header)[0]) not in ("", kind)}
    if len(others) == len(headers):
        return kind, parts, ()
    refused = tuple((name, f"its columns are those of {told}, not of {kind}.") for name, told in others.items())
    return kind, tuple(part for part in parts if part.name not in others), refused


def _kind(headers: Mapping[str, Sequence[str]], said: Mapping[str, str] | None, whole: bool) -> str:
    """The kind whose necessary columns the files have; files of several kinds are not one source."""
    told = {name: room.kind_of(header, said) for name, header in headers.items()}
    found = {name: kind for name, (kind, lacking) in told.items() if kind and not lacking}
    if not found:
        name, header = next(iter(headers.items()))
        kind, lacking = told[name]
        columns = ", ".join(header)
        if kind and not whole:
            return kind
        if kind:
            raise TableError(
                f"{name}: looks like {kind}, but no column gives {' and '.join(lacking)}.",
                f"Say which does with --map {lacking[0]}=COLUMN, or what else the file holds with --kind. "
                f"Its columns are: {columns}.",
            )
        raise TableError(
            f"{name}: neither accounts, events nor subscriptions can be told from its columns: {columns}.",
            "Say what it is with --kind, and which column is which with --map field=column.",
        )
    kinds = dict.fromkeys(found.values())
    if len(kinds) > 1:
        each = ", ".join(f"{next(name for name in found if found[name] == kind)} holds {kind}" for kind in kinds)
        raise TableError(
            f"The files are of several kinds: {each}.",
            "Import one kind at a time; with --kind, those that do not fit it are refused by name.",
        )
    return next(iter(kinds))
