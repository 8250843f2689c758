"""Labelled accounts as the file that a target takes, with the manifest beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from needsseg.accounts import AccountProfile
from needsseg.errors import NeedssegError, UsageError
from needsseg.exchange.destinations import amplitude, hubspot, mixpanel, salesforce, segment, warehouse
from needsseg.exchange.destinations.delivery import Batch, pack
from needsseg.exchange.destinations.endpoints import KEYS
from needsseg.exchange.destinations.items import items
from needsseg.exchange.tables import FORMATS, Cell, csv_text, publish, rows_of, write
from needsseg.records import PROFILE_COLUMNS

LIMITS = {
    "segment": segment.LIMITS,
    "segment-users": segment.LIMITS,
    "amplitude": amplitude.LIMITS,
    "mixpanel": mixpanel.LIMITS,
    "hubspot": hubspot.LIMITS,
}
SIZES = {"mixpanel": mixpanel.size, "amplitude": amplitude.size}
FILE_TARGETS = (
    "sqlite",
    "duckdb",
    "dbt",
    "segment",
    "segment-users",
    "amplitude",
    "amplitude-cohort",
    "mixpanel",
    "hubspot",
    "salesforce",
)
TARGETS = (*FORMATS, *FILE_TARGETS)
SPREADSHEETS = ("csv", "dbt", "hubspot", "salesforce")


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
) -> Path:
    """Write profiles to ``path`` in a target's shape, with a manifest beside it; whole or not at all. Returns ``path``.

    ``neutralise`` None means: formula cells in CSV tables only. ``key`` is the field by which the target knows an account
    (KEYS where empty), ``ids`` the message ids by account of targets that take batches. UsageError for an unknown target,
    NeedssegError where it cannot be written.
    ``recorded`` is called when all is in place; where it fails, all is put back. ``rows`` stand for
    the profiles, one each, where they hold more (a user).
    """
    if target not in TARGETS:
        raise UsageError(f"There is no export format '{target}'.", f"The formats are {', '.join(TARGETS)}.")
    if neutralise and target not in SPREADSHEETS:
        raise UsageError("Only CSV cells are neutralised.", "Leave the option out for this format.")
    covered = target in SPREADSHEETS and neutralise is not False
    manifest_extra = dict(extra) | ({"formulas_neutralised": covered} if target in SPREADSHEETS else {})
    if target in FORMATS:
        return write(profiles, path, target, manifest_extra, neutralise_formulas=covered, recorded=recorded)
    rows = rows_of(profiles) if rows is None else rows
    known_by = key or KEYS.get(target, "")
    if target in ("sqlite", "duckdb"):
        filler = warehouse.fill_sqlite if target == "sqlite" else warehouse.fill_duckdb
        manifest_extra |= {"table": warehouse.TABLE}
        return publish(profiles, path, target, lambda partial: filler(rows, partial), manifest_extra, recorded=recorded)
    if target == "dbt":
        return _dbt(profiles, path, manifest_extra, rows, covered, overwrite, recorded)
    text, manifest_extra = _text(target, rows, known_by, covered, ids or {}, manifest_extra)
    return publish(
        profiles, path, target, lambda partial: _write_text(partial, text), manifest_extra, recorded=recorded
    )


def _text(
    target: str,
    rows: Sequence[Mapping[str, Cell]],
    key: str,
    neutralise: bool,
    ids: Mapping[str, str],
    manifest_extra: dict[str, object],
) -> tuple[str, dict[str, object]]:
    if target == "amplitude-cohort":
        return csv_text(["account_id"], rows, False, ["account_id"]).split("\n", 1)[1], manifest_extra
    if target == "hubspot":
        return hubspot.table(rows, key, neutralise), manifest_extra | {"fields": hubspot.header(key)}
    if target == "salesforce":
        fields = {"fields": salesforce.header(key), "external_id": key, "line_end": "LF"}
        return salesforce.table(rows, key, neutralise), manifest_extra | fields
    packed = pack(items(target, rows, ids, key), LIMITS[target], SIZES.get(target))
    if packed.refused:
        account, reason = next(iter(packed.refused.items()))
        raise NeedssegError(f"Account {account}: {reason}.", "Shorten what is said of it.")
    text = "".join(json.dumps(_body(target, batch), ensure_ascii=False) + "\n" for batch in packed.batches)
    return text, manifest_extra | {"batches": len(packed.batches)}


def _write_text(partial: Path, text: str) -> None:
    partial.write_bytes(text.encode("utf-8"))


def _body(target: str, batch: Batch) -> object:
    """A request's body without its secret, whose place is named."""
    records = [item.record for item in batch.items]
    if target in ("segment", "segment-users"):
        return {"batch": records}
    if target == "amplitude":
        return {"api_key": "AMPLITUDE_API_KEY", "identification": records}
    return records


def _dbt(
    profiles: Sequence[AccountProfile],
    path: Path,
    manifest_extra: dict[str, object],
    rows: Sequence[Mapping[str, Cell]],
    neutralise: bool,
    overwrite: bool,
    recorded: Callable[[], object] | None,
) -> Path:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*\.csv", path.name):
        raise UsageError(
            f"{path.name}: dbt names a table after the seed's file.", "Letters, digits and _ before .csv: labels.csv."
        )
    schema = path.with_name("schema.yml")
    if schema.exists() and not overwrite:
        try:
            ours = schema.read_text(encoding="utf-8").startswith(warehouse.SCHEMA_MARK)
        except (OSError, UnicodeDecodeError):
            ours = False
        if not ours:
            raise NeedssegError(f"{schema} exists and is not from here.", "Name a folder of its own, or add --force.")
    text = csv_text(PROFILE_COLUMNS, rows, neutralise)
    schema_text = {schema: warehouse.dbt_schema(path.stem)}
    manifest_extra |= {"schema": schema.name}
    return publish(
        profiles, path, "dbt", lambda partial: _write_text(partial, text), manifest_extra, schema_text, recorded
    )
