"""Vectors that the study holds already, for what is computed when it is read: no model is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.embedding import text_sha256
from needsseg.embedding.vectors import unit
from needsseg.errors import Advice, DiscoveryError, Fix
from needsseg.study.segments import runs, vectors

if TYPE_CHECKING:
    from needsseg.embedding.vectors import Matrix
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class Cached:
    """Unit rows of some texts, float64 (n, d), under the model of the newest run; None where ``missing`` have none."""

    rows: Matrix | None
    missing: int


def cached(study: Study, texts: Sequence[str]) -> Cached:
    """The cached vectors of texts; all are missing before the first run."""
    run = runs.latest(study)
    hashes = [text_sha256(text) for text in texts]
    known = vectors.load(study, run.model_sha256, hashes) if run else {}
    missing = sum(key not in known for key in hashes)
    if missing or not texts:
        return Cached(None, missing)
    import numpy as np

    rows = np.stack([known[key] for key in hashes]).astype(np.float64)
    return Cached(unit(rows), 0)


def required_rows(study: Study, texts: Sequence[str]) -> Matrix:
    """As ``cached``; raises DiscoveryError where a text has no vector, as under another model or after forgetting."""
    found = cached(study, texts)
    if found.rows is None:
        raise DiscoveryError(
            f"{found.missing} of {len(texts)} passages have no vector of the newest run's model.",
            Advice("Discover again to see it: ", Fix.DISCOVER),
        )
    return found.rows
