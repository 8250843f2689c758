"""The cache of what the model for names marked, by model and text: losing it costs time, never work."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from needsseg.study.connection import Study

Mark = tuple[int, int, str]
"""The start and end of marked words in a text, and their kind."""


def load(study: Study, model: str, text_sha256s: Iterable[str]) -> dict[str, tuple[Mark, ...]]:
    """The cached marks among those asked for, by text hash."""
    rows = study.rows(
        "SELECT text_sha256, marks FROM name_marks WHERE model = ? AND text_sha256 IN (SELECT value FROM json_each(?))",
        [model, json.dumps(sorted(set(text_sha256s)))],
    )
    return {row[0]: tuple((start, end, kind) for start, end, kind in json.loads(row[1])) for row in rows}


def store(study: Study, model: str, marks: Mapping[str, Sequence[Mark]]) -> None:
    """Add marks by text hash to the cache, in a transaction of their own; forget those of other models."""
    if not marks:
        return
    with study.cache_writing():
        study.execute("DELETE FROM name_marks WHERE model <> ?", [model])
        study.conn.executemany(
            "INSERT OR REPLACE INTO name_marks (model, text_sha256, marks) VALUES (?, ?, ?)",
            [(model, key, json.dumps(each)) for key, each in sorted(marks.items())],
        )
