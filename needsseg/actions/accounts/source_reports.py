"""What is proposed before an import of account data, and what is reported after it."""

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
    must say), ``refused`` the files that cannot be read, ``held`` the rows imported earlier, in words,
    ``notes`` what to know of the files. ``asks`` are the questions about tenure that a person has to answer first,
    ``with_accounts`` whether accounts are made of the same rows. ``own`` are the further columns of accounts with their types,
    ``dropped`` those to leave out.
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
    asks: tuple[str, ...] = ()
    with_accounts: bool = False

    @property
    def needed(self) -> tuple[str, ...]:
        """Fields without which the file cannot be read, and which no column was found for."""
        return room.missing_fields(self.kind, self.columns)

    @property
    def enriches(self) -> bool:
        """Whether the files add columns to accounts that are there, if they are not to replace them."""
        return self.kind == "accounts" and set(self.columns) == {"account_id"} and bool(self.held)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that this kind of source has."""
        return tuple(room.NAMES[self.kind])

    @property
    def rows_in_words(self) -> str:
        """What the rows are called, such as cancellations."""
        return room.rows_of_kind(self.kind)

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
    which ``terms`` says how they are taken. ``also`` is the report on the accounts that were made of the same rows. ``own`` are
    the further columns of accounts that are kept, ``emptied`` cells of them that do not fit their type and were left out, the
    row being kept.
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
    also: SourceReport | None = None

    @property
    def rows_in_words(self) -> str:
        """What the rows are called, such as cancellations."""
        return room.rows_of_kind(self.kind)
