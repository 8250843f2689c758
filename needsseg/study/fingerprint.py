"""What a study holds, as one number that changes when any of it does."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from needsseg.study.connection import Study

BESIDES = ("history", "history_now", "history_rows", "deliveries", "delivered", "drafts", "vectors", "name_marks")
"""Tables without which nothing about accounts would be different: how it came about, where it went, and what is recomputed."""


def fingerprint(study: Study) -> str:
    """Return the SHA-256 of the rows of all tables but BESIDES and the indexes of full text, in hex."""
    names = study.rows("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name")
    content = sha256()
    for name, sql in ((str(row[0]), str(row[1])) for row in names):
        if name in BESIDES or "_fts" in name or name.startswith("sqlite_"):
            continue
        content.update(repr((name, sql)).encode("utf-8", "surrogatepass"))
        quoted = name.replace('"', '""')
        for row in study.rows(f'SELECT * FROM "{quoted}"'):
            content.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))
    return content.hexdigest()
