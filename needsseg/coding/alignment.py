"""Align the tokens of two versions of a text."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

# Scripts without spaces between words: every character is a token, and counts as half a word.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARKS = (
    "!-/:-@\\[-`{-~\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u05be\u05c0\u05c3\u060c\u061b\u061f\u06d4"
    "\u0964\u0965\u2000-\u200b\u200e-\u2bff\u3000-\u3040\ufe0f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff"
)
_WORD = rf"[^\s{_MARKS}{_UNSPACED}]+"
_TOKEN = re.compile(rf"[{_UNSPACED}]|{_WORD}(?:['’]{_WORD})*|\S")
_IS_MARK = re.compile(rf"[{_MARKS}]")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")

WORD = 2
"""The weight of a word; a character of a script without spaces has half of it, a punctuation mark or an emoji none."""
ENOUGH = 5 * WORD
"""The weight of consecutive words that is no coincidence."""
_SMALL = 40_000
_SHINGLES = (12, 6, 3, 1)

Block = tuple[int, int, int]
"""Equal tokens: ``n`` from ``i`` in the old text and from ``j`` in the new one, as (i, j, n)."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's words, marks and unspaced characters: their spans, their keys for comparison, and cumulative weights."""

    text: str
    spans: tuple[tuple[int, int], ...]
    keys: tuple[str, ...]
    weights: tuple[int, ...]

    def words(self, token: int) -> str:
        """Return the token as written."""
        return self.text[slice(*self.spans[token])]

    def weight(self, start: int, end: int) -> int:
        """Return the total weight of tokens ``start`` to ``end``."""
        return self.weights[end] - self.weights[start]


def tokens(text: str) -> Tokens:
    """Return the tokens of ``text`` in order; keys ignore case, the kind of apostrophe and the composition of accents."""
    spans = tuple(match.span() for match in _TOKEN.finditer(text))
    words = [text[start:end] for start, end in spans]
    weights = (WORD if not _IS_MARK.match(word) else 0 for word in words)
    halved = (WORD // 2 if _IS_UNSPACED.match(word) else weight for word, weight in zip(words, weights, strict=True))
    keys = tuple(_TYPED.get(word) or unicodedata.normalize("NFC", word).casefold().replace("’", "'") for word in words)
    return Tokens(text, spans, keys, tuple(accumulate(halved, initial=0)))


_TYPED = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-"}


def align(old: Tokens, new: Tokens) -> list[Block]:
    """Return blocks of equal tokens, in the order of both texts, without coincidental matches.

    A patience diff: common beginnings and ends, then runs that occur once in both (long ones first), then the gaps in
    the same way, and small gaps by difflib. Near linear time where the edits are small.
    """
    blocks: list[Block] = []
    gaps = [(0, len(old.keys), 0, len(new.keys))]
    while gaps:
        low, high, new_low, new_high = gaps.pop()
        head, tail = _common(old.keys, new.keys, low, high, new_low, new_high)
        blocks += [(low, new_low, head), (high - tail, new_high - tail, tail)]
        low, high, new_low, new_high = low + head, high - tail, new_low + head, new_high - tail
        if low == high or new_low == new_high:
            continue
        anchors = _anchors(old.keys, new.keys, low, high, new_low, new_high)
        if not anchors and (high - low) * (new_high - new_low) <= _SMALL:
            matcher = SequenceMatcher(None, old.keys[low:high], new.keys[new_low:new_high], autojunk=False)
            blocks += [(low + i, new_low + j, n) for i, j, n in matcher.get_matching_blocks()]
        for i, j, n in [*anchors, (high, new_high, 0)] if anchors else ():
            # The previous run may already extend over this one.
            blocks.append((i, j, n))
            gaps.append((low, i, new_low, j))
            low, new_low = i + n, j + n
    return _without_chance_blocks(old, new, _merged(blocks))


def _common(a: Sequence[str], b: Sequence[str], low: int, high: int, new_low: int, new_high: int) -> tuple[int, int]:
    most = min(high - low, new_high - new_low)
    head = 0
    while head < most and a[low + head] == b[new_low + head]:
        head += 1
    tail = 0
    while tail < most - head and a[high - 1 - tail] == b[new_high - 1 - tail]:
        tail += 1
    return head, tail


def _anchors(a: Sequence[str], b: Sequence[str], low: int, high: int, new_low: int, new_high: int) -> list[Block]:
    """Return the longest runs that occur once on each side of a gap, as many as are in the same order on both sides."""
    for size in _SHINGLES:
        if size > min(high - low, new_high - new_low):
            continue
        old_positions, new_positions = (
            _positions_of_unique_runs(a, low, high, size),
            _positions_of_unique_runs(b, new_low, new_high, size),
        )
        pairs = [
            (i, new_positions[run]) for run, i in old_positions.items() if i >= 0 and new_positions.get(run, -1) >= 0
        ]
        if pairs:
            return _disjoint(_longest_rising(sorted(pairs)), size)
    return []


def _positions_of_unique_runs(keys: Sequence[str], low: int, high: int, size: int) -> dict[tuple[str, ...], int]:
    """Return the start of each run of ``size`` tokens, or -1 for repeated runs."""
    places: dict[tuple[str, ...], int] = {}
    for start in range(low, high - size + 1):
        run = tuple(keys[start : start + size])
        places[run] = -1 if run in places else start
    return places


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest subsequence increasing in the second number, of pairs sorted by the first."""
    smallest_ends: list[int] = []
    indices: list[int] = []
    predecessors: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(smallest_ends, j)
        predecessors.append(indices[length - 1] if length else -1)
        smallest_ends[length : length + 1] = [j]
        indices[length : length + 1] = [number]
    chain = []
    number = indices[-1] if indices else -1
    while number >= 0:
        chain.append(pairs[number])
        number = predecessors[number]
    return chain[::-1]


def _disjoint(pairs: Sequence[tuple[int, int]], size: int) -> list[Block]:
    """Merge overlapping runs on one diagonal to one block, and drop other runs that overlap the block before."""
    blocks: list[Block] = []
    for i, j in pairs:
        if blocks:
            last_i, last_j, n = blocks[-1]
            if i - last_i == j - last_j and i <= last_i + n:
                blocks[-1] = (last_i, last_j, i + size - last_i)
                continue
            if i < last_i + n or j < last_j + n:
                continue
        blocks.append((i, j, size))
    return blocks


def _merged(blocks: list[Block]) -> list[Block]:
    merged: list[Block] = []
    for i, j, n in sorted(block for block in blocks if block[2]):
        if merged and merged[-1][0] + merged[-1][2] == i and merged[-1][1] + merged[-1][2] == j:
            merged[-1] = (*merged[-1][:2], merged[-1][2] + n)
        else:
            merged.append((i, j, n))
    return merged


def _without_chance_blocks(old: Tokens, new: Tokens, blocks: list[Block]) -> list[Block]:
    """Remove short blocks between larger edits on both sides: words that two texts share by chance.

    The semantic clean-up of diff-match-patch (Fraser), by words instead of characters; blocks of ENOUGH always stay.
    """
    while True:
        significant_blocks = []
        edges = [(0, 0, 0), *blocks, (len(old.keys), len(new.keys), 0)]
        sizes = [
            max(old.weight(i + n, next_i), new.weight(j + n, next_j))
            for (i, j, n), (next_i, next_j, _) in pairwise(edges)
        ]
        for block, before, after in zip(blocks, sizes, sizes[1:], strict=False):
            weight = old.weight(block[0], block[0] + block[2])
            if weight >= min(ENOUGH, before, after):
                significant_blocks.append(block)
        if len(significant_blocks) == len(blocks):
            return blocks
        blocks = significant_blocks
