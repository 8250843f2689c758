"""Salesforce keeps merged and deleted records in an export: they are no accounts, but their ids still mean one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EARLIER = -1  # the file number of rows that an earlier import brought


def resolve_merged(con: DuckDBPyConnection) -> tuple[int, int]:
    """Take deleted and merged records out of ``kept``; the survivor's ``merged_ids`` lists those merged into it.

    Returns how many of the records just read were taken out, and how many accounts of an earlier import went with them.
    A record whose master is not among the rows counts as deleted where it says so, and stays an account of its own where
    it does not.
    """
    merged_rows = con.execute(
        "SELECT file, row, account_id, master, deleted FROM kept WHERE deleted OR master <> ''"
    ).fetchall()
    if not merged_rows:
        return 0, 0
    masters = {id_: master for _, _, id_, master, _ in merged_rows if master}
    gone_ids = {id_ for _, _, id_, _, _ in merged_rows}
    alive = {
        id_
        for id_, file in con.execute("SELECT account_id, max(file) FROM kept WHERE NOT deleted GROUP BY 1").fetchall()
        if file != EARLIER or id_ not in gone_ids
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
    gone_accounts = [id_ for id_ in earlier if id_ in gone_ids and id_ not in living]
    if gone_accounts:
        con.executemany("DELETE FROM kept WHERE file = ? AND account_id = ?", [(EARLIER, id_) for id_ in gone_accounts])
    for survivor, ids in merged.items():
        # What had been merged into an account goes on with it.
        carried = {old for id_ in (survivor, *ids) for old in earlier.get(id_, [])}
        con.execute("UPDATE kept SET merged_ids = ? WHERE account_id = ?", [" ".join(sorted(ids | carried)), survivor])
    return len(out), len(gone_accounts)


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
