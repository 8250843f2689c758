"""Clauses of a job in other languages than English, chosen by cues alone, without a grammar of each language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from needsseg.coding.linguistic_cues import straight
from needsseg.coding.sentences import count_words, sentence_spans
from needsseg.coding.statements import clause_spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from needsseg.coding.linguistic_cues import CueGroup
    from needsseg.languages.speech import Speech

FEWEST_WORDS, USUAL_WORDS, MOST_WORDS, MOST_CUES = 5, 14, 24, 3
_ASKED = re.compile(r"\?[\"'”’»]?$")
_TRAILING = re.compile(r"[\s,;:–—-]+$")


def cued_clauses(text: str, groups: Sequence[CueGroup], speech: Speech) -> Iterator[tuple[str, int, int, float]]:
    """Yield the kind of cue, start, end and worth (about 0 to 1) of each sentence, or clause of a long one, that has cues.

    Sentences about the call and those in which nobody speaks of themselves are left out.
    """
    plain = straight(text)
    beside = next((group for group in groups if group.kind == "beside"), None)
    kinds = [group for group in groups if group.kind not in ("beside", "empty")]
    for span in sentence_spans(plain, speech=speech):
        sentence = plain[slice(*span)]
        if (beside is not None and beside.pattern.search(sentence)) or not speech.of_self.search(sentence):
            continue
        is_sentence = is_quotable(sentence, speech)
        for start, end in [span] if is_sentence else clause_spans(plain, span, speech):
            end = start + len(_TRAILING.sub("", plain[start:end]))
            words = plain[start:end]
            if not is_quotable(words, speech):
                continue
            for group in kinds:
                cues = min(len({hit.group().casefold() for hit in group.pattern.finditer(words)}), MOST_CUES)
                if cues:
                    yield group.kind, start, end, 0.4 + 0.15 * cues + quality(words, speech) - 0.2 * (not is_sentence)


def is_quotable(words: str, speech: Speech) -> bool:
    """Return whether words can stand alone: of suitable length, not a question, not reported speech, without hesitation."""
    is_torn = '"' in words or any(words.count(a) != words.count(b) for a, b in ("“”", "„“", "«»", "()", "[]"))
    return (
        FEWEST_WORDS <= count_words(words) <= MOST_WORDS
        and not is_torn
        and not _ASKED.search(words)
        and len(speech.falters.findall(words)) < 2
    )


def quality(words: str, speech: Speech) -> float:
    """Return the penalty for length, hesitation and dependence on previous words."""
    return -(
        0.03 * max(0, count_words(words) - USUAL_WORDS)
        + 0.2 * len(speech.falters.findall(words))
        + 0.15 * bool(speech.leans.match(words))
    )
