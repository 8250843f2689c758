"""Salesforce keeps merged and deleted records in an export: they are no accounts, but their ids still mean one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def resolve_merged(con: DuckDBPyConnection) -> int:
    """Take deleted and merged records out of ``staged``; the survivor's ``merged_ids`` lists those merged into it.

    Returns how many records were taken out. A record whose master is not among the rows counts as deleted where it says
    so, and stays an account of its own where it does not.
    """
    con.execute("ALTER TABLE staged ADD COLUMN merged_ids VARCHAR DEFAULT ''")
    marked = con.execute("SELECT row, id, master, deleted FROM staged WHERE deleted OR master <> ''").fetchall()
    if not marked:
        return 0
    masters = {id_: master for _, id_, master, _ in marked if master}
    alive = {id_ for (id_,) in con.execute("SELECT id FROM staged WHERE NOT deleted").fetchall()}
    merged: dict[str, list[str]] = {}
    out: list[tuple[int]] = []
    for row, id_, _, deleted in marked:
        survivor = _survivor(id_, masters, alive)
        if survivor is not None:
            merged.setdefault(survivor, []).append(id_)
        if survivor is not None or deleted:
            out.append((row,))
    if out:
        con.executemany("DELETE FROM staged WHERE row = ?", out)
    for survivor, ids in merged.items():
        con.execute("UPDATE staged SET merged_ids = ? WHERE id = ?", [" ".join(sorted(set(ids))), survivor])
    return len(out)


def _survivor(id_: str, masters: dict[str, str], alive: set[str]) -> str | None:
    """The last record in the chain of masters, or None where the chain leads out of the file, back, or nowhere."""
    seen = {id_}
    last = id_
    while last in masters:
        last = masters[last]
        if last in seen:
            return None
        seen.add(last)
    return last if last != id_ and last in alive else None
