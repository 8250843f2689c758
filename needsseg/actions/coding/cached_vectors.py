"""Load vectors that the study has cached, for results computed when they are read; loads no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.embedding import text_sha256, vectors_keys
from needsseg.embedding.vectors import unit
from needsseg.errors import Advice, DiscoveryError, Fix
from needsseg.study.segments import runs, vectors

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Matrix
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class Cached:
    """Unit rows of texts, float64 (n, d), under the newest run's model; None if ``missing`` texts have no vector."""

    rows: Matrix | None
    missing: int


def cached(study: Study, texts: Sequence[str]) -> Cached:
    """Load the cached vectors of texts; all are missing before the first run."""
    run = runs.latest(study)
    hashes = [text_sha256(text) for text in texts]
    vectors_by_hash = vectors.load(study, vectors_keys(run.model_sha256), hashes) if run else {}
    missing = sum(key not in vectors_by_hash for key in hashes)
    if missing or not texts:
        return Cached(None, missing)
    import numpy as np

    rows = np.stack([vectors_by_hash[key] for key in hashes]).astype(np.float64)
    return Cached(unit(rows), 0)


def required_rows(study: Study, texts: Sequence[str]) -> Matrix:
    """Load as ``cached``; raises DiscoveryError if a text has no vector, for instance under another model."""
    vectors_found = cached(study, texts)
    if vectors_found.rows is None:
        raise DiscoveryError(
            f"{vectors_found.missing} of {len(texts)} passages have no vector of the newest run's model.",
            Advice("Discover again to see it: ", Fix.DISCOVER),
        )
    return vectors_found.rows
