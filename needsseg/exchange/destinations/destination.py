"""The record of a destination, which export, sending and the docs' tables use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from needsseg.exchange.columns import STANDARD, ExportColumn
from needsseg.exchange.destinations.delivery import Answer, Batch, Item, Limits
from needsseg.exchange.tables import Cell

Rows = Sequence[Mapping[str, Cell]]
Post = Callable[[Batch], Answer]


@dataclass(frozen=True, slots=True)
class FileRequest:
    """A request for a file: its path, the key field of accounts, and whether formula cells are neutralised.

    ``ids`` are the message ids by account, or by user; ``overwrite`` lets files beside ``path`` be replaced. ``columns`` are
    those of the rows.
    """

    path: Path
    key: str = ""
    neutralise: bool = False
    overwrite: bool = False
    ids: Mapping[str, str] = field(default_factory=dict)
    columns: Sequence[ExportColumn] = STANDARD

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order; the first is the account's id."""
        return [column.name for column in self.columns]


@dataclass(frozen=True, slots=True)
class Contents:
    """A file's contents: the function that writes it, additions to its manifest, and companion files by name."""

    fill: Callable[[Path], None]
    manifest: Mapping[str, object] = field(default_factory=dict)
    beside: Mapping[Path, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A system that accepts labelled accounts: as a file in its format, and, where it has ``post``, as batches.

    A destination of batches has ``limits`` and ``record``; its file holds the requests' bodies, a line each. Any other has
    ``file``. Of hosts and secrets only the names under which they are looked up stand here.
    """

    name: str
    ending: str
    """The suffix of its files."""
    covers: Literal["accounts", "users", "segment", "triggers"] = "accounts"
    """The subject of a row: an account, a user of one, an account of the requested segment, or a trigger of an account."""
    key: str = ""
    """The default key field of an account, where another can be chosen."""
    refusal: Callable[[str, str], str] | None = None
    """Returns why an account's id cannot be one of the destination's, from the id and the key field; "" where it can."""
    key_refusal: Callable[[str], str] | None = None
    """Returns why a key cannot be one of the destination's, where not any field will do; "" where it can."""
    id_hint: str = ""
    """What to do where no account's id can be one of the destination's and another key is no remedy."""
    fields: Callable[[str, Sequence[str]], Sequence[str]] | None = None
    """The columns of its table by the key and the names of the rows' columns, in the manifest."""
    is_spreadsheet: bool = False
    """Whether its file is a table that may be opened in a spreadsheet, which computes formulas."""
    file: Callable[[Rows, FileRequest], Contents] | None = None
    """Returns its file's contents; None where it takes batches."""
    limits: Limits | None = None
    """The limits of one request."""
    record: Callable[[Mapping[str, Cell], str, str], Mapping[str, object]] | None = None
    """Returns a row's record, from the row, the message id and the key."""
    size: Callable[[Item], int] | None = None
    """Returns a record's size as sent; None where that is its JSON."""
    body: Callable[[list[Mapping[str, object]]], object] = list
    """Returns a request's body without its secret, from the records."""
    host: str = ""
    host_name: str = ""
    secret_name: str = ""
    post: Callable[[str, str, str], Post] | None = None
    """Returns the function that posts batches, from the secret, the host and the key; None for files only."""
