"""Writes the mean vectors that are taken out of the multilingual model's: ``python -m needsseg.embedding.make_centres``.

They are the means of the shipped probe sentences, which say the same in each language, less a part of the
mean of all. Whoever writes them anew raises ``CENTRED`` in ``catalogue``, since vectors before and after cannot be compared.
"""

from __future__ import annotations

from needsseg.embedding.catalogue import MULTILINGUAL, locate
from needsseg.embedding.multilingual import CENTRES, embed_whole
from needsseg.languages.detection import LANGUAGES
from needsseg.settings import prompt_file, read_toml

SHARED = 0.2
"""The part of the mean of all languages that stays in each vector. With it windows of the English sample study are as like the
probes as under the bundled model (median .21, there .23), so that one threshold of suggestions serves both."""


def main() -> None:
    """Write ``CENTRES``, float32 (1 + languages, 384)."""
    import numpy as np

    whole = embed_whole(locate(MULTILINGUAL))
    means = []
    for language in LANGUAGES:
        kinds = read_toml(prompt_file("probes.toml", language=language)).values()
        means.append(whole([sentence for sentences in kinds for sentence in sentences]).mean(axis=0))
    shared = np.mean(means, axis=0)
    np.save(CENTRES, (np.stack([shared, *means]) - SHARED * shared).astype(np.float32))


if __name__ == "__main__":
    main()
