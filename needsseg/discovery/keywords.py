"""Keywords: the words that set a candidate apart from the others, by class-based TF-IDF (Grootendorst 2022)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# What people say in every second sentence of an interview, beyond the usual stop words.
SPOKEN = frozenset(
    """
    actually ain anyway basically bit certainly couldn couple course did didn does doesn doing don er everybody
    everyone everything feel gets getting goes going gonna good got guess hadn hasn haven hey hmm honestly isn
    just kind know laughs let like literally little ll lot make makes maybe mean mm need needed needs nobody
    obviously okay ones oh people perhaps pretty probably put quite re really right said say saying says shouldn
    somebody someone something sort stuff sure tell thing things think thought told totally ugh uh um used ve want
    wanted wants wasn way weren went won wouldn yeah yep yes come comes came look looks looking inaudible
    crosstalk ok em ah actually half big new old day days week weeks time times
    """.split()  # noqa: SIM905
)


def keywords(texts: Sequence[str], labels: Sequence[int], each: int = 8) -> list[tuple[str, ...]]:
    """For each label from 0, its words in falling order of weight; label -1 counts as background."""
    import numpy as np
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    classes = sorted(set(labels))
    joined = [" \n ".join(text for text, label in zip(texts, labels, strict=True) if label == one) for one in classes]
    words_only = r"(?u)\b[^\W\d_]{3,}\b"
    counter = CountVectorizer(stop_words=sorted(ENGLISH_STOP_WORDS | SPOKEN), token_pattern=words_only)
    try:
        counts = counter.fit_transform(joined).toarray().astype(float)
    except ValueError:  # nothing but stop words
        return [() for one in classes if one >= 0]
    words = counter.get_feature_names_out()
    average = counts.sum() / len(classes)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    weights = share * np.log(1.0 + average / np.maximum(counts.sum(axis=0), 1.0))
    # A word said once in a candidate says nothing of it.
    weights = np.where(counts >= 2, weights, 0.0)
    found = []
    for row, label in enumerate(classes):
        if label >= 0:
            order = np.lexsort((words, -weights[row]))[:each]
            found.append(tuple(str(words[i]) for i in order if weights[row, i] > 0))
    return found
