"""Write labelled accounts as a target's file, with a manifest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from needsseg.accounts import AccountProfile
from needsseg.errors import NeedssegError, UsageError
from needsseg.exchange.columns import STANDARD, ExportColumn
from needsseg.exchange.destinations.destination import Contents, Destination, FileRequest, Rows
from needsseg.exchange.destinations.items import packed
from needsseg.exchange.destinations.registry import DESTINATIONS
from needsseg.exchange.tables import FORMATS, Cell, publish, rows_of, write, write_text


def write_target(
    profiles: Sequence[AccountProfile],
    path: Path,
    target: str,
    extra: Mapping[str, object],
    *,
    neutralise: bool | None = None,
    key: str = "",
    ids: Mapping[str, str] | None = None,
    overwrite: bool = False,
    rows: Sequence[Mapping[str, Cell]] | None = None,
    recorded: Callable[[], object] | None = None,
    columns: Sequence[ExportColumn] = STANDARD,
) -> Path:
    """Write profiles to ``path`` in a target's format, with a manifest beside it, atomically. Return ``path``.

    ``neutralise`` None means: formula cells in CSV tables only. ``key`` is the field by which the target knows an account
    (the destination's own where empty), ``ids`` the message ids by account of targets that take batches. ``rows`` stand for
    the profiles, one each, where they hold more (a user) or other ``columns``. ``recorded`` is called when all is
    in place; where it fails, all is put back. UsageError for an unknown target, NeedssegError where it cannot be written.
    """
    destination = DESTINATIONS.get(target)
    if destination is None and target not in FORMATS:
        formats = ", ".join((*FORMATS, *DESTINATIONS))
        raise UsageError(f"There is no export format '{target}'.", f"The formats are {formats}.")
    is_spreadsheet = target == "csv" if destination is None else destination.is_spreadsheet
    if neutralise and not is_spreadsheet:
        raise UsageError("Only CSV cells are neutralised.", "Leave the option out for this format.")
    covered = is_spreadsheet and neutralise is not False
    manifest_extra = dict(extra) | ({"formulas_neutralised": covered} if is_spreadsheet else {})
    if destination is None:
        return write(
            profiles,
            path,
            target,
            manifest_extra,
            neutralise_formulas=covered,
            recorded=recorded,
            rows=rows,
            columns=columns,
        )
    request = FileRequest(path, key or destination.key, covered, overwrite, ids or {}, columns)
    shape = destination.file or partial(_requests, destination)
    if destination.fields is not None:
        manifest_extra |= {"fields": list(destination.fields(request.key, request.names))}
    contents = shape(rows_of(profiles) if rows is None else rows, request)
    return publish(
        profiles, path, target, contents.fill, manifest_extra | dict(contents.manifest), contents.beside, recorded,
        request.names,
    )  # fmt: skip


def _requests(destination: Destination, rows: Rows, request: FileRequest) -> Contents:
    """Return the bodies of the requests for rows, one per line, with a placeholder for the secret."""
    batches = packed(destination, rows, request.ids, request.key)
    if batches.refused:
        account, reason = next(iter(batches.refused.items()))
        raise NeedssegError(f"Account {account}: {reason}.", "Shorten its values.")
    bodies = [destination.body([item.record for item in batch.items]) for batch in batches.batches]
    text = "".join(json.dumps(body, ensure_ascii=False) + "\n" for body in bodies)
    return Contents(lambda file: write_text(file, text), {"batches": len(bodies)})
