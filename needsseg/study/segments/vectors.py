"""The cache of sentence vectors, by model and text: losing it costs time, never work."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from needsseg.study.file.marks import erasings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.study.connection import Study

    Vector = NDArray[np.float32]


def load(study: Study, keys: Sequence[str], text_sha256s: Iterable[str]) -> dict[str, Vector]:
    """The cached vectors among those asked for, by text hash; float32. Of a text's vectors the one of the first key is taken.

    A key tells the vectors of one model and back end from all others; ``keys`` are those whose vectors are as good as equal.
    """
    import numpy as np

    rows = study.rows(
        "SELECT v.text_sha256, v.vector FROM json_each(?) AS k JOIN vectors AS v ON v.model_sha256 = k.value "
        "WHERE v.text_sha256 IN (SELECT value FROM json_each(?)) ORDER BY k.key DESC",
        [json.dumps(list(keys)), json.dumps(sorted(set(text_sha256s)))],
    )
    return {row[0]: np.frombuffer(row[1], dtype="<f4") for row in rows}


def present(study: Study, keys: Sequence[str], text_sha256s: Iterable[str]) -> set[str]:
    """The hashes, among those asked for, of the texts that have a vector under one of the keys."""
    rows = study.rows(
        "SELECT t.value FROM json_each(?) AS t WHERE EXISTS (SELECT 1 FROM json_each(?) AS k JOIN vectors AS v "
        "ON v.model_sha256 = k.value AND v.text_sha256 = t.value)",
        [json.dumps(sorted(set(text_sha256s))), json.dumps(list(keys))],
    )
    return {row[0] for row in rows}


def store(study: Study, key: str, vectors: Mapping[str, Vector], erasings_before: int | None = None) -> bool:
    """Add vectors to the cache, in a transaction of their own; return whether they were added.

    They are not where words were erased since ``erasings_before`` was read: the texts may be among them.
    """
    if not vectors:
        return True
    # Made before the transaction, so that nobody waits for it.
    rows = [(key, text, vector.astype("<f4").tobytes()) for text, vector in sorted(vectors.items())]
    with study.cache_writing():
        if erasings_before is not None and erasings(study) != erasings_before:
            return False
        study.conn.executemany(
            "INSERT OR REPLACE INTO vectors (model_sha256, text_sha256, vector) VALUES (?, ?, ?)", rows
        )
    return True
