"""The cache of sentence vectors, by model and text: losing it costs time, never work."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.study.connection import Study

    Vector = NDArray[np.float32]


def load(study: Study, model_sha256: str, text_sha256s: Iterable[str]) -> dict[str, Vector]:
    """The cached vectors among those asked for, by text hash; float32."""
    import numpy as np

    rows = study.rows(
        "SELECT text_sha256, vector FROM vectors WHERE model_sha256 = ? AND text_sha256 IN (SELECT value FROM json_each(?))",
        [model_sha256, json.dumps(sorted(set(text_sha256s)))],
    )
    return {row[0]: np.frombuffer(row[1], dtype="<f4") for row in rows}


def store(study: Study, model_sha256: str, vectors: Mapping[str, Vector]) -> None:
    """Add vectors to the cache, in a transaction of their own."""
    if not vectors:
        return
    with study.cache_writing():
        study.conn.executemany(
            "INSERT OR REPLACE INTO vectors (model_sha256, text_sha256, vector) VALUES (?, ?, ?)",
            [(model_sha256, key, vector.astype("<f4").tobytes()) for key, vector in sorted(vectors.items())],
        )
