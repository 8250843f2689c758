"""Dependencies between actions: which later ones prevent an action from being undone or redone.

An action depends on an earlier one if it touched the same rows, or rows that refer to them and depend on the changed
columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Row

    from needsseg.study.connection import Study

NOT_RESTED_ON: Mapping[str, frozenset[str]] = {
    "interviews": frozenset({"title", "warnings", "reading"}),
    "participants": frozenset({"name", "email", "company", "crm_id", "attributes"}),
    "speakers": frozenset({"participant_id"}),
    "passages": frozenset({"score", "reasons"}),
    "codes": frozenset({"parent_id", "description", "color", "pin"}),
    "segments": frozenset({"description", "statement", "need", "unsaid", "keywords", "suggested_names", "warnings"}),
    "needs": frozenset({"description", "position"}),
}
"""Columns that say nothing to the rows that refer to them."""
REST_ON_NOTHING_BUT_BEING = frozenset({"memos", "job_statements"})
"""Tables whose rows only need what they refer to to be there."""
HOLDS_FOR_ROWS: Mapping[str, frozenset[str]] = {
    "interviews": frozenset({"text"}),
    "speakers": frozenset({"role"}),
    "segments": frozenset({"status", "merged_into"}),
}
"""Columns that cannot change without a look at the rows that refer to them."""
MOST_READ_WHOLE = 100
"""Up to this many later actions are read whole when one is undone; of more, those that name a row it touched."""
MOST_SOUGHT = 50
"""The most rows of an action that are sought by name in later ones: beyond that, reading all costs less."""
_TOUCHING = (
    "SELECT r.history_id, r.table_name, r.row_id FROM json_each(?2) AS k JOIN history_rows AS r "
    "ON r.table_name = json_extract(k.value, '$[0]') AND r.row_id = json_extract(k.value, '$[1]') WHERE 1"
)
_NAMING = (
    "SELECT r.history_id, r.table_name, r.row_id FROM history_rows AS r WHERE r.table_name = ?2 AND EXISTS "
    "(SELECT 1 FROM json_each(?3) AS n WHERE instr(', ' || r.before || ',', ', ' || n.value || ',') "
    "OR instr(', ' || r.after || ',', ', ' || n.value || ','))"
)
_CONFIRMING = (
    "SELECT r.history_id, r.table_name, r.row_id FROM history_rows AS r WHERE r.table_name = 'segments' "
    "AND instr(r.after, '\"passages\"')"
)
_LITERAL = re.compile(r"[Xx]?'(?:[^']|'')*'|[^', ][^',]*")


@dataclass(frozen=True)
class TouchedRow:
    """One row as an action found it and left it, in SQL literals."""

    entry: int
    table: str
    id: int
    columns: str
    before_text: str | None
    after_text: str | None

    @cached_property
    def before(self) -> dict[str, str] | None:
        """The literals by column before the action; None where there was no row."""
        return _by_column(self.columns, self.before_text)

    @cached_property
    def after(self) -> dict[str, str] | None:
        """The literals by column after the action; None where there is no row any more."""
        return _by_column(self.columns, self.after_text)

    @property
    def changed(self) -> set[str] | None:
        """The columns that changed; None where the row came or went."""
        before, after = self.before, self.after
        if before is None or after is None:
            return None
        return {name for name, value in after.items() if before.get(name) != value}

    def refers(self, column: str) -> set[int]:
        """The ids that the row named in a column, before or after."""
        sides = [side.get(column) for side in (self.before, self.after) if side is not None]
        return {int(value) for value in sides if value is not None and value.lstrip("-").isdigit()}


def _by_column(columns: str, literals: str | None) -> dict[str, str] | None:
    if literals is None:
        return None
    names = [name.strip('" ') for name in columns.split(",")]
    return dict(zip(names, _LITERAL.findall(literals), strict=True))


def touched(
    study: Study,
    entries: Collection[int],
    tables: Collection[str] | None = None,
    only_rows: Collection[tuple[str, int]] | None = None,
) -> list[TouchedRow]:
    """The rows that some actions touched, one for each row and action: before the first change and after the last.

    They may be narrowed to some tables, or to some rows, each a table and an id.
    """
    if only_rows is not None:
        rows = study.rows(
            "SELECT r.history_id, r.table_name, r.row_id, r.columns, r.before, r.after FROM json_each(?2) AS k "
            "JOIN history_rows AS r ON r.table_name = json_extract(k.value, '$[0]') AND r.row_id = json_extract(k.value, '$[1]') "
            "WHERE r.history_id IN (SELECT value FROM json_each(?1)) ORDER BY r.id",
            [json.dumps(sorted(entries)), json.dumps(sorted(only_rows))],
        )
        return _joined(row for row in rows if tables is None or row["table_name"] in tables)
    only = "" if tables is None else "AND table_name IN (SELECT value FROM json_each(?2)) "
    rows = study.rows(
        "SELECT history_id, table_name, row_id, columns, before, after FROM history_rows "
        f"WHERE history_id IN (SELECT value FROM json_each(?1)) {only}ORDER BY id",
        [json.dumps(sorted(entries)), *([] if tables is None else [json.dumps(sorted(tables))])],
    )
    return _joined(rows)


def _joined(rows: Iterable[Row]) -> list[TouchedRow]:
    touched_rows: dict[tuple[int, str, int], TouchedRow] = {}
    for entry, table, row_id, columns, before, after in rows:
        first = touched_rows.get((entry, table, row_id))
        touched_rows[entry, table, row_id] = TouchedRow(
            entry, table, row_id, columns, before if first is None else first.before_text, after
        )
    return list(touched_rows.values())


def references(study: Study, tables: Collection[str]) -> list[tuple[str, str, str]]:
    """Return (table, column, referenced table) for each foreign key among the tables."""
    return [
        (table, row["from"], row["table"])
        for table in tables
        for row in study.rows(f"PRAGMA foreign_key_list({table})")
        if row["table"] in tables
    ]


def in_the_way(study: Study, entry: int, tables: Sequence[str], *, forward: bool) -> list[int]:
    """Return the actions that prevent an entry from being undone, or (forward) from being redone."""
    position = study.rows("SELECT position FROM history WHERE id = ?", [entry])[0][0]
    if study.row("SELECT 1 FROM history WHERE position > ? LIMIT 1", [position]) is None:
        return []
    own_rows = touched(study, [entry])
    foreign_keys = references(study, tables)
    # An earlier action that was redone since does not depend on this one; the rows show all other dependencies.
    candidates, only_rows = _possibly_dependent(study, own_rows, position, foreign_keys)
    later = {other for other in candidates if not forward or other > entry}
    blocking = set(_dependent_actions(study, own_rows, later, foreign_keys, forward=forward, only_rows=only_rows))
    for table, row_id in _orphans(study, own_rows, foreign_keys, forward=forward):
        blocking |= set(_last_to_touch(study, table, row_id, entry))
    if forward:
        blocking |= set(_undone_below(study, entry, position, foreign_keys))
        for table, row_id in [*_rows_changed_since(study, own_rows), *_missing(study, own_rows, foreign_keys)]:
            blocking |= set(_last_to_touch(study, table, row_id, entry))
    return sorted(blocking - {entry})


def _possibly_dependent(
    study: Study, own: Sequence[TouchedRow], position: int, refers: Sequence[tuple[str, str, str]]
) -> tuple[set[int], set[tuple[str, int]] | None]:
    """Return the actions done after a position that may depend on rows, and by which rows (None for any): a superset.

    Few of a long history name any of a few rows, so that the rest need not be read.
    """
    done = "SELECT id FROM history WHERE position > ?1 AND state = 'done'"
    nearest = {int(row[0]) for row in study.rows(f"{done} LIMIT ?2", [position, MOST_READ_WHOLE + 1])}
    if len(nearest) <= MOST_READ_WHOLE:
        return nearest, None
    if len(own) > MOST_SOUGHT:
        return {int(row[0]) for row in study.rows(done, [position])}, None
    rows = {(row.table, row.id) for row in own}
    rows |= {
        (parent, number)
        for row in own
        for table, column, parent in refers
        if table == row.table
        for number in row.refers(column)
    }
    queries = [(_TOUCHING, [json.dumps(sorted(rows))])]
    queries += [(_NAMING, [child, json.dumps(sorted(ids))]) for child, ids in _ids_that_matter(own, refers).items()]
    if any(row.table in ("passages", "segment_passages") for row in own):
        queries.append((_CONFIRMING, []))
    matches = [
        row
        for query, values in queries
        for row in study.rows(
            f"{query} AND EXISTS (SELECT 1 FROM history h WHERE h.id = r.history_id AND h.position > ?1 AND h.state = 'done')",
            [position, *values],
        )
    ]
    return {int(row[0]) for row in matches}, {(str(row[1]), int(row[2])) for row in matches}


def _ids_that_matter(own: Sequence[TouchedRow], refers: Sequence[tuple[str, str, str]]) -> dict[str, set[int]]:
    """Return by table the ids of rows to which its rows must not refer, were they to depend on nothing of ``own``."""
    ids: dict[str, set[int]] = {}
    for child, _, parent in refers:
        matching = {row.id for row in own if row.table == parent and _matters_to_child(row, child)}
        if matching:
            ids.setdefault(child, set()).update(matching)
    return ids


def _undone_below(study: Study, entry: int, position: int, refers: Sequence[tuple[str, str, str]]) -> Iterator[int]:
    """Return earlier actions that an entry depends on and that were undone after it."""
    for row in study.rows(
        "SELECT id FROM history WHERE id < ? AND position > ? AND state = 'undone' ORDER BY id", [entry, position]
    ):
        if next(_dependent_actions(study, touched(study, [row[0]]), [entry], refers, forward=False), None) is not None:
            yield row[0]


def _dependent_actions(
    study: Study,
    own: Sequence[TouchedRow],
    later: Collection[int],
    refers: Sequence[tuple[str, str, str]],
    *,
    forward: bool,
    only_rows: Collection[tuple[str, int]] | None = None,
) -> Iterator[int]:
    """The later actions that touched the same rows, rows that refer to them, or what they refer to, where that matters."""
    if not later:
        return
    own_rows = {(row.table, row.id): row for row in own}
    by_child: dict[str, list[tuple[str, str]]] = {}
    for child, column, parent in refers:
        by_child.setdefault(child, []).append((column, parent))
    around = _nearby_rows(own, by_child, forward=forward)
    passages = {row.id for row in own if row.table == "passages"}
    passages |= {number for row in own if row.table == "segment_passages" for number in row.refers("passage_id")}
    tables = {row.table for row in own} | {table for table, _ in around} | {"segments"}
    tables |= {child for child, _, parent in refers if parent in {row.table for row in own}}
    for row in touched(study, later, tables, only_rows):
        if (
            (row.table, row.id) in own_rows
            or any(
                _matters_to_child(own_rows[parent, number], row.table)
                for column, parent in by_child.get(row.table, ())
                for number in row.refers(column)
                if (parent, number) in own_rows
            )
            or ((row.table, row.id) in around and _affects_referring_rows(row))
            or (row.table == "segments" and passages & _confirmed_passages(row))
        ):
            yield row.entry


def _nearby_rows(
    own: Sequence[TouchedRow], by_child: Mapping[str, Sequence[tuple[str, str]]], *, forward: bool
) -> set[tuple[str, int]]:
    """Return the rows that returning rows refer to, and the segments whose passages change."""
    nearby: set[tuple[str, int]] = set()
    for row in own:
        comes_back = (row.before_text if forward else row.after_text) is None
        for column, parent in by_child.get(row.table, ()):
            if comes_back or (row.table == "segment_passages" and parent == "segments"):
                nearby |= {(parent, number) for number in row.refers(column)}
    return nearby


def _matters_to_child(parent: TouchedRow, child: str) -> bool:
    changed = parent.changed
    if changed is None:
        return True
    return child not in REST_ON_NOTHING_BUT_BEING and bool(changed - NOT_RESTED_ON.get(parent.table, frozenset()))


def _affects_referring_rows(row: TouchedRow) -> bool:
    changed = row.changed
    return changed is None or bool(changed & HOLDS_FOR_ROWS.get(row.table, frozenset()))


def _confirmed_passages(row: TouchedRow) -> set[int]:
    """The passages that a segment was confirmed on by this change."""
    after, before = row.after or {}, row.before or {}
    evidence = after.get("evidence", "NULL")
    if evidence == "NULL" or evidence == before.get("evidence"):
        return set()
    stored_evidence = json.loads(evidence[1:-1].replace("''", "'"))
    return {int(passage["id"]) for passage in stored_evidence.get("passages", ())}


def _orphans(
    study: Study, own: Sequence[TouchedRow], refers: Sequence[tuple[str, str, str]], *, forward: bool
) -> list[tuple[str, int]]:
    """Rows of other actions that refer to a row which is to go: they would go with it."""
    going: dict[str, list[int]] = {}
    own_ids: dict[str, list[int]] = {}
    for row in own:
        own_ids.setdefault(row.table, []).append(row.id)
        if (row.after_text if forward else row.before_text) is None:
            going.setdefault(row.table, []).append(row.id)
    return [
        (child, child_row[0])
        for child, column, parent in refers
        if parent in going
        for child_row in study.rows(
            f"SELECT id FROM {child} WHERE {column} IN (SELECT value FROM json_each(?)) "
            "AND id NOT IN (SELECT value FROM json_each(?))",
            [json.dumps(going[parent]), json.dumps(own_ids.get(child, []))],
        )
    ]


def _missing(study: Study, own: Sequence[TouchedRow], refers: Sequence[tuple[str, str, str]]) -> list[tuple[str, int]]:
    """Return rows that the action refers to and that do not exist any more."""
    own_keys = {(row.table, row.id) for row in own}
    required_ids: dict[str, set[int]] = {}
    for child, column, parent in refers:
        for row in own:
            value = (row.after or {}).get(column, "NULL") if row.table == child else "NULL"
            if value != "NULL" and (parent, int(value)) not in own_keys:
                required_ids.setdefault(parent, set()).add(int(value))
    return [
        (parent, missing_row[0])
        for parent, numbers in required_ids.items()
        for missing_row in study.rows(
            f"SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM {parent})",
            [json.dumps(sorted(numbers))],
        )
    ]


def _rows_changed_since(study: Study, own: Sequence[TouchedRow]) -> list[tuple[str, int]]:
    """Return rows that differ from their state before the action."""
    changed_rows = []
    for row in own:
        literals = " || ', ' || ".join(f"quote({name.strip()})" for name in row.columns.split(","))
        now = study.row(f"SELECT {literals} FROM {row.table} WHERE id = ?", [row.id])
        if (None if now is None else now[0]) != row.before_text:
            changed_rows.append((row.table, row.id))
    return changed_rows


def _last_to_touch(study: Study, table: str, row_id: int, entry: int) -> list[int]:
    """The action that touched a row last, as it stands or was taken back; none where history does not tell."""
    row = study.row(
        "SELECT h.id FROM history_rows r JOIN history h ON h.id = r.history_id WHERE r.table_name = ? AND r.row_id = ? "
        "AND h.id <> ? AND h.state <> 'superseded' ORDER BY h.position DESC LIMIT 1",
        [table, row_id, entry],
    )
    return [] if row is None else [int(row[0])]


def last_with_value(study: Study, entry: int, failure: str) -> list[int]:
    """The action that gave a value which only one row may have, where an entry's rows have it too.

    ``failure`` is SQLite's message, which names the columns or the index.
    """
    table, columns = _unique_columns(study, failure)
    if not table:
        return []
    own_ids = {row.id for row in touched(study, [entry], [table])}
    own_values = {
        tuple(side[column] for column in columns)
        for row in touched(study, [entry], [table])
        for side in (row.before, row.after)
        if side is not None
    }
    literals = ", ".join(f'quote("{column}")' for column in columns)
    conflicting_ids = [
        row[0] for row in study.rows(f"SELECT id, {literals} FROM {table}") if tuple(row)[1:] in own_values
    ]
    return sorted(
        {action for row in conflicting_ids if row not in own_ids for action in _last_to_touch(study, table, row, entry)}
    )


def _unique_columns(study: Study, failure: str) -> tuple[str, list[str]]:
    constraint = failure.partition("UNIQUE constraint failed: ")[2]
    index = re.fullmatch(r"index '(.+)'", constraint)
    if index is not None:
        row = study.row("SELECT tbl_name FROM sqlite_master WHERE type = 'index' AND name = ?", [index[1]])
        columns = [info["name"] for info in study.rows(f'PRAGMA index_info("{index[1]}")')]
        return ("", []) if row is None else (row[0], columns)
    pairs = [name.partition(".") for name in constraint.split(", ") if "." in name]
    return (pairs[0][0], [column for _, _, column in pairs]) if pairs else ("", [])
