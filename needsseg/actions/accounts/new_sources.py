"""Files that were read, and how they become sources of the study: one or two of them in one step that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from needsseg import accounts as room
from needsseg.accounts import Part
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.accounts.own.columns import as_stored
from needsseg.actions.accounts.derived_files import is_joined
from needsseg.actions.accounts.own_columns import OwnGiven, chosen_columns, stored_columns
from needsseg.errors import NeedssegError, UsageError
from needsseg.progress import Progress
from needsseg.settings import load
from needsseg.study.accounts import accounts
from needsseg.study.accounts.accounts import SourceRow
from needsseg.study.connection import Study
from needsseg.text import format_count


@dataclass(frozen=True, slots=True)
class NewSource:
    """Files that were read as one kind, and how: ``base`` is the source that they are added to, None where they replace it.

    ``before`` is the source of the kind that there was.
    """

    done: room.Ingested
    mapping: room.Mapping
    dates: dict[str, str] = field(default_factory=dict)
    base: SourceRow | None = None
    amounts: dict[str, str] = field(default_factory=dict)
    before: SourceRow | None = None

    @property
    def replaced(self) -> SourceRow | None:
        """The source that these files stand in place of, if any."""
        return self.before if self.base is None else None

    @property
    def own(self) -> dict[str, Any]:
        """The further columns of accounts with the choices about them, as they are stored; nothing where there are none."""
        own = self.mapping.own
        return as_stored(own, self.done.own) if self.done.own or own.dropped else {}

    @property
    def columns(self) -> dict[str, str]:
        """The column of each field, as it is stored: of accounts that got further columns, as they were read."""
        return self.base.mapping if self.base is not None and is_enriching(self.mapping) else self.mapping.columns

    @property
    def is_unchanged(self) -> bool:
        """Whether the same files were read in the same way: nothing to store then, and no step to undo."""
        before = self.replaced
        if before is None:
            return False
        now = (self.done.parts, self.done.parquet.name, self.mapping.columns, self.dates, self.amounts, self.own)
        # Only of subscriptions does it matter that an earlier version stored no choices: it took the newest of their terms.
        stored = before.amounts if self.done.kind == "subscriptions" else before.amounts or {}
        return (before.files, before.parquet, before.mapping, before.dates, stored, before.own) == now


def store_sources(study: Study, new: Sequence[NewSource]) -> None:
    """Make what was read the study's sources of their kinds, as one step that can be undone."""
    parts = [_words(each) for each in new]
    verb = "added" if new[0].base else "read"
    with study.action("import accounts", f"{verb} {' and '.join(parts)} from {new[0].done.file}"):
        for each in new:
            done, base = each.done, each.base
            files = (*(base.files if base else ()), *done.parts)
            accounts.set_source(
                study,
                done.kind,
                room.label([name for name, _ in files]),
                room.over_all(sha for _, sha in files),
                each.columns,
                done.parquet.name,
                (
                    done.held,
                    len(done.rejected) + (base.rejected if base else 0),
                    done.duplicates + (base.duplicates if base else 0),
                ),
                each.dates if each.columns is each.mapping.columns or base is None else base.dates,
                files,
                each.amounts,
                each.own,
            )


def read_accounts_of(
    study: Study, parts: Sequence[Part], account_column: str, add: bool, progress: Progress
) -> NewSource:
    """Read the rows of subscriptions as accounts, too, with the columns that accounts have."""
    before = accounts.sources(study).get("accounts")
    base = before if add else None
    header = tuple(dict.fromkeys(name for part in parts if part.layout for name in part.layout.header))
    guessed = room.guess_mapping("accounts", header)
    columns = {name: column for name, column in guessed.columns.items() if column != account_column}
    mapping = replace(guessed, columns=columns | {"account_id": account_column})
    mapping = replace(mapping, own=chosen_columns(mapping, header, {}, OwnGiven(), before, add=add))
    earlier = file_to_add_to(study, base, mapping) if base else None
    done = ingest(
        "accounts", parts, mapping, study.stack, load(study.path).timezone, earlier=earlier,
        earlier_own=stored_columns(base), progress=progress,
    )  # fmt: skip
    return NewSource(done, mapping, base=base, before=before)


def _words(new: NewSource) -> str:
    if new.base is not None and is_enriching(new.mapping):
        return f"columns of {format_count(new.done.rows, 'account')}"
    return f"{new.done.rows} {room.rows_of_kind(new.done.kind)}"


def is_enriching(mapping: room.Mapping) -> bool:
    """Return whether files have account ids and further columns alone, which come to accounts that are there."""
    return mapping.kind == "accounts" and set(mapping.columns) == {"account_id"}


def file_to_add_to(study: Study, base: SourceRow, mapping: room.Mapping) -> Path:
    """Return the file of a source that files with ``mapping`` are added to.

    NeedssegError where it is gone, UsageError where only one of both has account ids.
    """
    path = study.stack / base.parquet
    if not path.exists():
        raise NeedssegError(
            f"The {base.kind} file {path.name} is gone from {path.parent}, so nothing can be added to it.",
            "Import all its files again, without adding.",
        )
    if is_joined(base) != ("account_id" not in mapping.columns):
        have = "have no" if is_joined(base) else "have"
        raise UsageError(
            f"The {room.rows_of_kind(base.kind)} of {base.file_name} {have} account ids, unlike these.",
            "Import them without adding, or all with the same columns.",
        )
    return path
