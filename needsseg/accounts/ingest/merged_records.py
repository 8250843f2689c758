"""Resolve merged and deleted records, which Salesforce keeps in exports: their ids refer to the surviving account."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EARLIER = -1  # the file number of rows that an earlier import brought


def resolve_merged(con: DuckDBPyConnection) -> tuple[int, int]:
    """Remove deleted and merged records from ``kept``; the survivor's ``merged_ids`` lists those merged into it.

    Return the numbers of new records and of accounts of an earlier import that were removed. A record whose master is
    not among the rows is removed if it is marked as deleted, and else remains an account.
    """
    merged_rows = con.execute(
        "SELECT file, row, account_id, master, deleted FROM kept WHERE deleted OR master <> ''"
    ).fetchall()
    if not merged_rows:
        return 0, 0
    masters = {id_: master for _, _, id_, master, _ in merged_rows if master}
    removed_ids = {id_ for _, _, id_, _, _ in merged_rows}
    alive = {
        id_
        for id_, file in con.execute("SELECT account_id, max(file) FROM kept WHERE NOT deleted GROUP BY 1").fetchall()
        if file != EARLIER or id_ not in removed_ids
    }
    merged: dict[str, set[str]] = {}
    out: list[tuple[int, int]] = []
    for file, row, id_, _, deleted in merged_rows:
        survivor = _survivor(id_, masters, alive)
        if survivor is not None:
            merged.setdefault(survivor, set()).add(id_)
        if survivor is not None or deleted:
            out.append((file, row))
    earlier = {
        id_: str(ids).split()
        for id_, ids in con.execute("SELECT account_id, merged_ids FROM kept WHERE file = ?", [EARLIER]).fetchall()
    }
    if out:
        con.executemany("DELETE FROM kept WHERE file = ? AND row = ?", out)
    living = {id_ for (id_,) in con.execute("SELECT account_id FROM kept WHERE file <> ?", [EARLIER]).fetchall()}
    removed_accounts = [id_ for id_ in earlier if id_ in removed_ids and id_ not in living]
    if removed_accounts:
        con.executemany(
            "DELETE FROM kept WHERE file = ? AND account_id = ?", [(EARLIER, id_) for id_ in removed_accounts]
        )
    for survivor, ids in merged.items():
        # The survivor inherits the merged ids of the records merged into it.
        carried = {old for id_ in (survivor, *ids) for old in earlier.get(id_, [])}
        con.execute("UPDATE kept SET merged_ids = ? WHERE account_id = ?", [" ".join(sorted(ids | carried)), survivor])
    return len(out), len(removed_accounts)


def _survivor(id_: str, masters: dict[str, str], alive: set[str]) -> str | None:
    """Return the last record in the chain of masters, None where the chain leaves the file, loops or ends in a deleted one."""
    visited = {id_}
    last = id_
    while last in masters:
        last = masters[last]
        if last in visited:
            return None
        visited.add(last)
    return last if last != id_ and last in alive else None
