"""Choose a segment's exemplars, and give context to passages that begin or end within a thought."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from needsseg.coding.linguistic_cues import straight
from needsseg.coding.sentences import count_words, sentence_spans
from needsseg.languages.detection import interview_language
from needsseg.languages.speech import load_speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from needsseg.coding.linguistic_cues import CueGroup

EXEMPLARS, FEWEST_WORDS = 5, 8

_ENDS = re.compile(r"[.!?…。！？][\"'”’」』)\]]*$")


def exemplars(
    texts: Sequence[str], speakers: Sequence[str], cues: Sequence[CueGroup], most: int = EXEMPLARS
) -> list[int]:
    """Return the exemplars among ``texts``, which are sorted clearest first: one of each speaker, then the next of each.

    Texts of fewer than eight words and off-topic speech (greetings, thanks, the recording) are left out.
    """
    beside = next((group for group in cues if group.kind == "beside"), None)
    count_by_speaker: Counter[str] = Counter()
    ranking = []
    for rank, (text, speaker) in enumerate(zip(texts, speakers, strict=True)):
        is_small_talk = (
            beside is not None and beside.pattern.search(straight(text)) and count_words(text) < 2 * FEWEST_WORDS
        )
        if count_words(text) >= FEWEST_WORDS and not is_small_talk:
            ranking.append((count_by_speaker[speaker], rank))
            count_by_speaker[speaker] += 1
    return [rank for _, rank in sorted(ranking)[:most]]


def around(text: str, turn: tuple[int, int], span: tuple[int, int]) -> tuple[str, str]:
    """Return the sentence before a span and the one after it, within its turn; "" where the span is complete.

    It is incomplete where it begins within a sentence, in lower case or with a word that refers back, and
    where it ends without a mark that ends a sentence.
    """
    start, end = span
    quote = text[start:end]
    speech = load_speech(interview_language(text))
    spans = sentence_spans(text, *turn, speech)
    inside_sentence = any(first < start < last for first, last in spans)
    before = after = ""
    if inside_sentence or quote[:1].islower() or speech.leans.match(quote):
        earlier = [sentence for sentence in spans if sentence[0] < start]
        before = text[earlier[-1][0] : min(earlier[-1][1], start)].strip() if earlier else ""
    if not _ENDS.search(quote.rstrip()):
        later = [sentence for sentence in spans if sentence[1] > end]
        after = text[max(later[0][0], end) : later[0][1]].strip() if later else ""
    return before, after
