"""Writes the mean vector that is taken out of the multilingual model's: ``python -m needsseg.embedding.make_centre``.

It is the mean of the shipped probe sentences of all languages, which are half about jobs and half beside them. Whoever writes it
anew raises ``CENTRED`` in ``catalogue``, since vectors before and after cannot be compared.
"""

from __future__ import annotations

from needsseg.embedding.catalogue import MULTILINGUAL, locate
from needsseg.embedding.multilingual import CENTRE, embed_whole
from needsseg.settings import read_toml, shipped


def main() -> None:
    """Write ``CENTRE``, float32 (384,)."""
    import numpy as np

    files = [shipped("prompts") / "probes.toml", *sorted(shipped("prompts").glob("??/probes.toml"))]
    sentences = [sentence for file in files for kind in read_toml(file).values() for sentence in kind]
    np.save(CENTRE, embed_whole(locate(MULTILINGUAL))(sentences).mean(axis=0))


if __name__ == "__main__":
    main()
