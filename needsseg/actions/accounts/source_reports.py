"""What is reported of account data: how files would be read, and what an import did."""

from __future__ import annotations

from dataclasses import dataclass

from needsseg import accounts as room
from needsseg.accounts import DateColumn, PreviewRow, Reject
from needsseg.accounts.own.columns import OwnColumn
from needsseg.accounts.tiers.revenue import OverlapTotals
from needsseg.errors import Advice


@dataclass(frozen=True, slots=True)
class MappingProposal:
    """A proposal of which column is read as which field: as last time where that fits, else guessed.

    ``rows`` are the first ones as they would be read, ``dates`` how date columns are written (an empty format: a person
    must say), ``refused`` the files that cannot be read, ``held`` the rows imported earlier, in words. ``own`` are the further
    columns of accounts with their types, ``dropped`` those to leave out, ``notes`` what a person should know of them.
    """

    kind: str
    header: tuple[str, ...]
    columns: dict[str, str]
    saved: bool
    file: str = ""
    files: int = 1
    dates: tuple[DateColumn, ...] = ()
    rows: tuple[PreviewRow, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    held: str = ""
    own: tuple[OwnColumn, ...] = ()
    dropped: tuple[str, ...] = ()
    notes: tuple[str | Advice, ...] = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """Fields without which the file cannot be read, and which no column was found for."""
        return tuple(field for field in room.REQUIRED[self.kind] if field not in self.columns)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that this kind of source has."""
        return tuple(room.NAMES[self.kind])

    @property
    def date_fields(self) -> tuple[str, ...]:
        """The fields that are dates."""
        return room.DATE_FIELDS[self.kind]


@dataclass(frozen=True, slots=True)
class SourceReport:
    """The result of an import of account data: rows read, refused with reasons, repeated, and the mapping.

    ``read = rows + len(rejected) + duplicates + dropped``; ``held`` are the rows the source has now. ``refused`` are
    files that could not be read, ``unchanged`` files that were there already or were named twice. ``asks`` are the choices
    about amounts that a person has not made (terms, interval), ``overlap`` both totals of overlapping terms without ids, of
    which ``terms`` says how they are taken. ``own`` are the further columns of accounts that are kept, ``emptied`` cells of them
    that do not fit their type and were left out, the row being kept.
    """

    kind: str
    file: str
    rows: int
    rejected: tuple[Reject, ...]
    duplicates: int
    dropped: int
    columns: dict[str, str]
    warnings: tuple[str | Advice, ...] = ()
    read: int = 0
    held: int = 0
    files: int = 1
    refused: tuple[tuple[str, str], ...] = ()
    unchanged: tuple[str, ...] = ()
    dates: dict[str, str] | None = None
    rejects_file: str = ""
    asks: tuple[str, ...] = ()
    overlap: OverlapTotals | None = None
    terms: str = ""
    own: tuple[OwnColumn, ...] = ()
    emptied: tuple[Reject, ...] = ()
