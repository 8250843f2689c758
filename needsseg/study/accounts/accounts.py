"""Participants' attributes, accounts that people confirmed for them, and imported sources."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from needsseg.errors import NotFoundError
from needsseg.records import Participant
from needsseg.study.connection import now

if TYPE_CHECKING:
    from sqlite3 import Row

    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One imported source: its file, the mapping used, its Parquet file's name in the stack folder, and counts.

    ``dates`` gives the format of date fields where a person had to choose it; ``files`` are the name and hash of each file
    that was read, for a source of several and to know one that comes again. ``amounts`` is what a person chose for amounts
    (terms, interval, currency, decimals, unit, per), None where an earlier version imported the source. ``own`` are the further
    columns of accounts with what a person chose of them, empty where an earlier version imported them.
    """

    kind: str
    file_name: str
    file_sha256: str
    mapping: dict[str, str]
    parquet: str
    row_count: int
    rejected: int
    duplicates: int
    imported_at: str
    dates: dict[str, str] = field(default_factory=dict)
    files: tuple[tuple[str, str], ...] = ()
    amounts: dict[str, str] | None = None
    own: dict[str, Any] = field(default_factory=dict)

    @property
    def overlap(self) -> str:
        """Whether overlapping terms without ids are added or replace each other; earlier versions took the newest."""
        return "replace" if self.amounts is None else self.amounts.get("terms", "add")


def participants(study: Study) -> list[Participant]:
    """All participants who speak in an interview, by key."""
    return [
        Participant(row["key"], row["name"], row["email"], row["company"], row["crm_id"], json.loads(row["attributes"]))
        for row in study.rows(
            "SELECT * FROM participants WHERE id IN (SELECT participant_id FROM speakers WHERE role = 'participant') ORDER BY key"
        )
    ]


def participants_of(study: Study, interview: str) -> dict[str, Participant]:
    """The participants of one interview, by the labels they speak under."""
    return {
        row["label"]: Participant(
            row["key"], row["name"], row["email"], row["company"], row["crm_id"], json.loads(row["attributes"])
        )
        for row in study.rows(
            "SELECT s.label, p.* FROM participants p JOIN speakers s ON s.participant_id = p.id "
            "JOIN interviews i ON i.id = s.interview_id WHERE i.key = ? AND s.role = 'participant' ORDER BY s.id",
            [interview],
        )
    }


def participant_files(study: Study) -> dict[str, list[str]]:
    """Return for each participant the names of their files, each followed by its interview's key."""
    names_by_participant: dict[str, list[str]] = {}
    for key, file_name, interview in study.rows(
        "SELECT p.key, i.file_name, i.key FROM participants p JOIN speakers s ON s.participant_id = p.id "
        "JOIN interviews i ON i.id = s.interview_id ORDER BY p.key, i.key"
    ):
        names_by_participant.setdefault(key, []).extend((file_name, interview))
    return names_by_participant


def update_participant(study: Study, participant: Participant) -> None:
    """Store a participant's attributes (inside an action); raises NotFoundError for an unknown key."""
    changed = study.execute(
        "UPDATE participants SET name = ?, email = ?, company = ?, crm_id = ?, attributes = ? WHERE key = ?",
        [
            participant.name,
            participant.email,
            participant.company,
            participant.crm_id,
            json.dumps(participant.attributes, ensure_ascii=False, sort_keys=True),
            participant.key,
        ],
    )
    if changed.rowcount == 0:
        raise NotFoundError(f"There is no participant '{participant.key}'.")


def links(study: Study) -> dict[str, str | None]:
    """Participants whose account a person confirmed; None means confirmed to have none."""
    return {
        row[0]: row[1]
        for row in study.rows(
            "SELECT p.key, l.account_id FROM account_links l JOIN participants p ON p.id = l.participant_id"
        )
    }


def link(study: Study, participant: str, account_id: str | None) -> None:
    """Confirm a participant's account (inside an action)."""
    row = study.row("SELECT id FROM participants WHERE key = ?", [participant])
    if row is None:
        raise NotFoundError(f"There is no participant '{participant}'.")
    study.execute("DELETE FROM account_links WHERE participant_id = ?", [row[0]])
    study.insert(
        "account_links",
        {"participant_id": row[0], "account_id": account_id, "linked_by": study.actor, "linked_at": now()},
    )


def unlink(study: Study, participant: str) -> None:
    """Leave a participant's account to the matching again (inside an action)."""
    study.execute(
        "DELETE FROM account_links WHERE participant_id = (SELECT id FROM participants WHERE key = ?)", [participant]
    )


def sources(study: Study) -> dict[str, SourceRow]:
    """The imported sources by kind."""
    return {row["kind"]: _source(row) for row in study.rows("SELECT * FROM sources")}


def _source(row: Mapping[str, Any] | Row) -> SourceRow:
    # Date formats and files of the import are kept among the fields; no field's name begins with @.
    mapping = json.loads(row["mapping"])
    dates, files = mapping.pop("@dates", {}), mapping.pop("@files", [[row["file_name"], row["file_sha256"]]])
    amounts, own = mapping.pop("@amounts", None), mapping.pop("@own", {})
    return SourceRow(
        row["kind"],
        row["file_name"],
        row["file_sha256"],
        mapping,
        row["parquet"],
        row["row_count"],
        row["rejected"],
        row["duplicates"],
        row["imported_at"],
        dates,
        tuple((str(name), str(sha)) for name, sha in files),
        amounts,
        own,
    )


def imports_of(study: Study, kind: str) -> list[SourceRow]:
    """The imports of a kind that were not taken back, oldest first; the last is the source in use, none without one.

    They are as the history has them: where it was erased, only the source in use is known.
    """
    current = sources(study).get(kind)
    if current is None:
        return []
    imports: dict[str, SourceRow] = {}
    for columns, after in study.rows(
        "SELECT r.columns, r.after FROM history_rows r JOIN history h ON h.id = r.history_id "
        "WHERE h.state = 'done' AND r.table_name = 'sources' AND r.after IS NOT NULL ORDER BY r.id"
    ):
        # SQLite evaluates the literals that its own quote() wrote.
        values = study.rows(f"SELECT {after}")[0]
        row = dict(zip((name.strip('" ') for name in columns.split(",")), values, strict=True))
        if row["kind"] == kind:
            imports[row["imported_at"]] = _source(row)
    imports.pop(current.imported_at, None)
    return [*(imports[at] for at in sorted(imports) if at < current.imported_at), current]


def set_amounts(study: Study, kind: str, amounts: Mapping[str, str]) -> None:
    """Store what a person chose for a source's amounts (inside an action)."""
    row = study.row("SELECT mapping FROM sources WHERE kind = ?", [kind])
    if row is None:
        raise NotFoundError(f"There is no source of {kind}.")
    stored_mapping = json.loads(row[0]) | {"@amounts": dict(amounts)}
    study.execute(
        "UPDATE sources SET mapping = ? WHERE kind = ?",
        [json.dumps(stored_mapping, ensure_ascii=False, sort_keys=True), kind],
    )


def set_source(
    study: Study,
    kind: str,
    file_name: str,
    file_sha256: str,
    mapping: Mapping[str, str],
    parquet: str,
    counts: tuple[int, int, int],
    dates: Mapping[str, str] | None = None,
    files: Sequence[tuple[str, str]] = (),
    amounts: Mapping[str, str] | None = None,
    own: Mapping[str, Any] | None = None,
) -> None:
    """Make what was imported the study's source of its kind (inside an action); counts are rows, rejected, duplicates."""
    stored_mapping: dict[str, object] = {
        **mapping,
        "@dates": dict(dates or {}),
        "@files": list(files or [(file_name, file_sha256)]),
        "@amounts": dict(amounts or {}),
        **({"@own": dict(own)} if own else {}),
    }
    study.execute("DELETE FROM sources WHERE kind = ?", [kind])
    study.insert(
        "sources",
        {
            "kind": kind,
            "file_name": file_name,
            "file_sha256": file_sha256,
            "mapping": json.dumps(stored_mapping, ensure_ascii=False, sort_keys=True),
            "parquet": parquet,
            "row_count": counts[0],
            "rejected": counts[1],
            "duplicates": counts[2],
            "imported_at": now(),
        },
    )
