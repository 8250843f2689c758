"""What the program knows of a destination: one record, from which export, sending and the docs' tables follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from needsseg.exchange.destinations.delivery import Answer, Batch, Item, Limits
from needsseg.exchange.tables import Cell

Rows = Sequence[Mapping[str, Cell]]
Post = Callable[[Batch], Answer]


@dataclass(frozen=True, slots=True)
class FileRequest:
    """How a file is wanted: where, by which field accounts are known, and whether formula cells are neutralised.

    ``ids`` are the message ids by account, or by user; ``overwrite`` lets files beside ``path`` be replaced.
    """

    path: Path
    key: str = ""
    neutralise: bool = False
    overwrite: bool = False
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contents:
    """A file's contents: what fills it, what its manifest says of it, and the texts of files that belong beside it."""

    fill: Callable[[Path], None]
    manifest: Mapping[str, object] = field(default_factory=dict)
    beside: Mapping[Path, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A system that takes labelled accounts: as a file in its shape, and, where it has ``post``, as batches sent to it.

    A destination of batches has ``limits`` and ``record``; its file holds the requests' bodies, a line each. Any other has
    ``file``. Of hosts and secrets only the names under which they are looked up stand here.
    """

    name: str
    ending: str
    """The ending of its files."""
    covers: Literal["accounts", "users", "segment"] = "accounts"
    """What a row is: an account, a user of one, or an account of the one segment that is asked for."""
    key: str = ""
    """The field by which it knows an account, where another can be chosen."""
    fields: Callable[[str], Sequence[str]] | None = None
    """The columns of its table by the key, in the manifest."""
    is_spreadsheet: bool = False
    """Whether its file is a table whose cells a spreadsheet may compute."""
    file: Callable[[Rows, FileRequest], Contents] | None = None
    """Its file's contents; None where it takes batches."""
    limits: Limits | None = None
    """What one request may hold."""
    record: Callable[[Mapping[str, Cell], str, str], Mapping[str, object]] | None = None
    """A row as its record, from the row, the message id and the key."""
    size: Callable[[Item], int] | None = None
    """A record's bytes as sent; None where that is its JSON."""
    body: Callable[[list[Mapping[str, object]]], object] = list
    """A request's body without its secret, from the records."""
    host: str = ""
    host_name: str = ""
    secret_name: str = ""
    post: Callable[[str, str, str], Post] | None = None
    """What posts batches, from the secret, the host and the key; None where it is written to a file only."""
