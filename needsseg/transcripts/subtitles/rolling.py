"""Rolling captions: cues that show again what the cue before has shown, so that each line comes two or three times."""

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
    """``words[i]`` is how many words at the start of cue i stood at the end of the cue before and were said once.

    ``doubted`` are cues that repeat words of the cue before in a file that does not roll as a whole.
    """

    words: tuple[int, ...]
    doubted: tuple[int, ...] = ()


def find_repeats(cues: Sequence[Sequence[Sequence[str]]], voices: Sequence[tuple[str, str]]) -> Repeats:
    """The repeats of cues, each the words of its lines; ``voices`` are the voices at the start and the end of each.

    A file rolls where two cues in five begin with what the cue before ended with: a line that has moved up, or a
    line that grows word by word. Elsewhere people do say a thing twice, and nothing is left out.
    """
    shown = [[_folded(word) for line in lines for word in line] for lines in cues]
    overlaps = [0] * len(cues)
    fresh = [len(words) for words in shown]
    strong = short = filled = 0
    previous, again = -1, False
    for index, words in enumerate(shown):
        if not words:
            continue
        filled += 1
        if previous >= 0 and voices[previous][1] == voices[index][0]:
            before = shown[previous]
            length = _overlap(before, words)
            # Whole lines of the cue before come again, or what was new in it, however short they are.
            whole = {len(words), len(before), fresh[previous], *accumulate(map(len, reversed(cues[previous])))}
            if length in whole or length >= _FEWEST_WORDS:
                overlaps[index] = length
                fresh[index] = (fresh[previous] if length == len(before) else 0) + len(words) - length
                # A third time the same is how people (and faulty programs) speak; short words twice prove nothing alone.
                same = length == len(words) == len(before)
                if length and not (same and again):
                    strong, short = (strong, short + 1) if same and length < _FEWEST_WORDS else (strong + 1, short)
                again = same
            else:
                again = False
        previous = index
    # One or two words that come again are how people speak.
    if strong >= 2 and max(overlaps) >= _FEWEST_WORDS and strong + short >= _ROLLING_SHARE * (filled - 1):
        return Repeats(tuple(overlaps))
    doubted = tuple(index for index, length in enumerate(overlaps) if length >= _DOUBTED_WORDS)
    return Repeats((0,) * len(cues), doubted if len(doubted) >= _DOUBTED_CUES else ())


def _overlap(before: Sequence[str], after: Sequence[str]) -> int:
    """The length of the longest end of one sequence that the other begins with; linear (Knuth, Morris and Pratt)."""
    borders = [0] * len(after)
    length = 0
    for index in range(1, len(after)):
        while length and after[index] != after[length]:
            length = borders[length - 1]
        length += after[index] == after[length]
        borders[index] = length
    matched = 0
    for word in before[-len(after) :]:
        if matched == len(after):
            matched = borders[matched - 1]
        while matched and word != after[matched]:
            matched = borders[matched - 1]
        matched += word == after[matched]
    return matched


def _folded(word: str) -> str:
    return word.casefold().strip(".,!?;:…\"'“”") or word
