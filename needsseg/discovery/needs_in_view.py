"""Needs in view as training examples: the unit vectors of their names and descriptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from needsseg.embedding import BUNDLED, encode, locate, text_sha256
from needsseg.embedding.vectors import unit
from needsseg.errors import DiscoveryError

if TYPE_CHECKING:
    from needsseg.embedding import Vectors
    from needsseg.embedding.vectors import Matrix


def need_texts(name: str, description: str) -> list[str]:
    """The example texts of a need in view: its name, and its description where there is one."""
    return [text for text in (name.strip(), description.strip()) if text]


def need_rows(
    needs: Sequence[tuple[str, str]], width: int, known_vectors: Mapping[str, Vectors], model: str = BUNDLED
) -> dict[str, Matrix]:
    """Unit rows (k, width) of each need by its name; texts not in ``known_vectors`` (by text_sha256) are embedded with ``model``.

    Raises DiscoveryError for needs without a name of their own, and for vectors of another width than ``width``.
    """
    import numpy as np

    if not needs:
        return {}
    repeated = [name for name, count in Counter(name for name, _ in needs).items() if count > 1]
    if repeated or not all(name.strip() for name, _ in needs):
        problem = f"Two needs in view are called “{repeated[0]}”" if repeated else "A need in view has no name"
        raise DiscoveryError(f"{problem}.", "Give each a name of its own.")
    texts = [text for need in needs for text in need_texts(*need)]
    vectors = dict(known_vectors) | encode(texts, locate(model), known_vectors)
    rows_by_need = {
        need[0]: unit(np.stack([vectors[text_sha256(text)] for text in need_texts(*need)]).astype(np.float64))
        for need in needs
    }
    need_width = next(iter(rows_by_need.values())).shape[1]
    if need_width != width:
        raise DiscoveryError(
            f"Vectors of needs in view have {need_width} numbers, those of passages {width}.",
            "Embed both with one model.",
        )
    return rows_by_need
