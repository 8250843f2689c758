"""The triggers that write every change of a journalled table into the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

JOURNALLED = (
    "interviews",
    "participants",
    "speakers",
    "turns",
    "removed_speech",
    "passages",
    "seconded",
    "codes",
    "passage_codes",
    "memos",
    "job_statements",
    "pseudonyms",
    "runs",
    "run_passages",
    "segments",
    "segment_passages",
    "off_topic",
    "passage_pairs",
    "proposed_passages",
    "declined_passages",
    "needs",
    "answers",
    "card_quotes",
    "account_links",
    "sources",
    "assignments",
    "surveys",
    "survey_answers",
    "import_choices",
    "export_columns",
    "readout",
    "recordings",
)


def install_journal(db: Database) -> None:
    """(Re)create the triggers that write ``history_rows``; ``table.transform()`` drops them, so migrations end here."""
    existing_tables = set(db.table_names())
    for table in JOURNALLED:
        if table not in existing_tables:  # of a study that was made by hand
            continue
        columns = [column.name for column in db.table(table).columns]
        names = ", ".join(f'"{column}"' for column in columns)
        old, new = (_literals(columns, side) for side in ("OLD", "NEW"))
        for event, row, before, after in (
            ("INSERT", "NEW", "NULL", new),
            ("UPDATE", "NEW", old, new),
            ("DELETE", "OLD", old, "NULL"),
        ):
            name = f"journal_{table}_{event.lower()}"
            changed = f" AND ({old}) IS NOT ({new})" if event == "UPDATE" else ""
            db.execute(f"DROP TRIGGER IF EXISTS {name}")
            db.execute(
                f"CREATE TRIGGER {name} AFTER {event} ON {table} WHEN EXISTS (SELECT 1 FROM history_now){changed} BEGIN "
                "INSERT INTO history_rows (history_id, table_name, row_id, columns, before, after) "
                f"SELECT history_id, '{table}', {row}.id, '{names}', {before}, {after} FROM history_now; END"
            )


def _literals(columns: list[str], side: str) -> str:
    return " || ', ' || ".join(f'quote({side}."{column}")' for column in columns)
