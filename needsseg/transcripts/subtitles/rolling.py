"""Rolling captions: cues that repeat words of the cue before, so that each line occurs two or three times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

_FEWEST_WORDS = 3
_ROLLING_SHARE = 0.4
_DOUBTED_WORDS = 4
_DOUBTED_CUES = 3


@dataclass(frozen=True, slots=True)
class Repeats:
    """``words[i]`` is how many words at the start of cue i repeat the end of the cue before and were said once.

    ``doubted`` are cues that repeat words of the cue before in a file that does not roll as a whole.
    """

    words: tuple[int, ...]
    doubted: tuple[int, ...] = ()


def find_repeats(cues: Sequence[Sequence[Sequence[str]]], voices: Sequence[tuple[str, str]]) -> Repeats:
    """Return the repeats of cues, each given as the words of its lines, and as its ``voices`` at the start and the end.

    A file rolls where two in five cues begin with the end of the cue before: a line that has moved up, or a line that
    grows word by word. Elsewhere people may repeat themselves, and nothing is left out.
    """
    folded_cues = [[_folded(word) for line in lines for word in line] for lines in cues]
    overlaps = [0] * len(cues)
    fresh = [len(words) for words in folded_cues]
    strong = short = filled_count = 0
    previous, again = -1, False
    for index, words in enumerate(folded_cues):
        if not words:
            continue
        filled_count += 1
        if previous >= 0 and voices[previous][1] == voices[index][0]:
            before = folded_cues[previous]
            length = _overlap(before, words)
            # Whole lines of the cue before, or its new words, count as repeated at any length.
            whole_lengths = {len(words), len(before), fresh[previous], *accumulate(map(len, reversed(cues[previous])))}
            if length in whole_lengths or length >= _FEWEST_WORDS:
                overlaps[index] = length
                fresh[index] = (fresh[previous] if length == len(before) else 0) + len(words) - length
                # A third repetition is how people (and faulty programs) speak; two short words alone are weak evidence.
                is_same = length == len(words) == len(before)
                if length and not (is_same and again):
                    strong, short = (strong, short + 1) if is_same and length < _FEWEST_WORDS else (strong + 1, short)
                again = is_same
            else:
                again = False
        previous = index
    # Repeating one or two words is normal speech.
    if strong >= 2 and max(overlaps) >= _FEWEST_WORDS and strong + short >= _ROLLING_SHARE * (filled_count - 1):
        return Repeats(tuple(overlaps))
    doubted = tuple(index for index, length in enumerate(overlaps) if length >= _DOUBTED_WORDS)
    return Repeats((0,) * len(cues), doubted if len(doubted) >= _DOUBTED_CUES else ())


def _overlap(before: Sequence[str], after: Sequence[str]) -> int:
    """Return the length of the longest suffix of one sequence that is a prefix of the other (Knuth-Morris-Pratt)."""
    borders = [0] * len(after)
    length = 0
    for index in range(1, len(after)):
        while length and after[index] != after[length]:
            length = borders[length - 1]
        length += after[index] == after[length]
        borders[index] = length
    match_length = 0
    for word in before[-len(after) :]:
        if match_length == len(after):
            match_length = borders[match_length - 1]
        while match_length and word != after[match_length]:
            match_length = borders[match_length - 1]
        match_length += word == after[match_length]
    return match_length


def _folded(word: str) -> str:
    return word.casefold().strip(".,!?;:…\"'“”") or word
