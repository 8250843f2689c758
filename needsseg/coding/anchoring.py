"""Find the passages of a transcript in its edited text: the same words, or nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from needsseg.coding.alignment import ENOUGH, Tokens, align, tokens
from needsseg.coding.sentences import Span
from needsseg.errors import UsageError

KEPT = 3 / 4
"""The smallest share of a passage's words that must be unchanged and in order for an edited passage to be found."""
ALIKE = 0.6
"""The smallest similarity of spelling for a first or last word to count as corrected, not replaced."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A span of the new text, code points, half-open; ``exact`` when it has the same words, ignoring white space."""

    start: int
    end: int
    exact: bool


@dataclass(slots=True)
class _Edit:
    """Both texts, the new token of each old one (-1: none) and the reverse, and the positions of each key."""

    old: Tokens
    new: Tokens
    to_new: list[int]
    to_old: list[int]
    places: tuple[dict[str, list[int]], dict[str, list[int]]]


def anchor(old: str, new: str, spans: Sequence[Span]) -> list[Anchor | None]:
    """Return each span of ``old`` in ``new``, or None where it cannot be placed safely, by a diff of words.

    Unchanged words are found where the diff of the surrounding text leads, or, for a passage moved elsewhere, where they
    occur once in both texts (short passages with the words around them). An edited passage is found where at least KEPT
    of its words remain in order, its first and last word remain or were only corrected, and the inserted words do not
    outweigh them. A span that ends within a word is found if that word is unchanged. The anchor may cross turns. Raises
    UsageError for a span outside ``old``.
    """
    for start, end in spans:
        if not 0 <= start <= end <= len(old):
            raise UsageError(f"The span [{start}, {end}) is outside the old text of {len(old)} code points.")
    if old == new:
        return [Anchor(start, end, True) if old[start:end].strip() else None for start, end in spans]
    edit = _edit(tokens(old), tokens(new))
    ends = [end for _, end in edit.old.spans]
    return [_anchored(edit, span, *_tokens_of(edit.old, ends, span)) for span in spans]


def _edit(old: Tokens, new: Tokens) -> _Edit:
    edit = _Edit(old, new, [-1] * len(old.keys), [-1] * len(new.keys), (_positions_by_key(old), _positions_by_key(new)))
    for i, j, n in align(old, new):
        edit.to_new[i : i + n] = range(j, j + n)
        edit.to_old[j : j + n] = range(i, i + n)
    return edit


def _positions_by_key(tokens: Tokens) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for number, key in enumerate(tokens.keys):
        places.setdefault(key, []).append(number)
    return places


def _tokens_of(old: Tokens, ends: Sequence[int], span: Span) -> tuple[int, int]:
    """Return the tokens that a span touches, as a half-open range."""
    first = bisect_right(ends, span[0])
    last = bisect_left(old.spans, (span[1],), lo=first)
    return first, last


def _anchored(edit: _Edit, span: Span, first: int, last: int) -> Anchor | None:
    if first >= last or not edit.old.text[span[0] : span[1]].strip():
        return None
    new_first = _in_place(edit, first, last)
    if new_first is None:
        edited, moved = _edited(edit, first, last), _moved(edit, first, last)
        if not moved:
            return edited
        # The words also occur elsewhere, or replace other words: the passage is ambiguous.
        if edited or len(moved) > 1 or not _is_free(edit, first, last, moved[0]):
            return None
        new_first = moved[0]
    return _exact(edit, span, first, last, new_first)


def _in_place(edit: _Edit, first: int, last: int) -> int | None:
    """Return the new first token where the whole passage is found around one of its aligned tokens, else None.

    After deleting the first two words of "we ship [we ship weekly]", a diff may align either "we ship": trying the
    diagonal of every token of the passage finds the one with the whole passage.
    """
    hits_by_place: dict[int, int] = {}
    for token in range(first, last):
        if edit.to_new[token] >= 0:
            place = edit.to_new[token] - (token - first)
            hits_by_place[place] = hits_by_place.get(place, 0) + 1
    full_matches = [place for place in hits_by_place if _is_at(edit, first, last, place)]
    return max(full_matches, key=lambda place: (hits_by_place[place], -place), default=None)


def _is_at(edit: _Edit, first: int, last: int, place: int) -> bool:
    return place >= 0 and edit.new.keys[place : place + last - first] == edit.old.keys[first:last]


def _moved(edit: _Edit, first: int, last: int) -> list[int]:
    """Return the new first tokens of a moved passage: where it, with enough words, occurs once in both texts."""
    new_places = set()
    for window_first, window_last in _windows(edit.old, first, last):
        if len(_occurrences(edit.old, edit.places[0], edit.old.keys[window_first:window_last])) == 1:
            places = _occurrences(edit.new, edit.places[1], edit.old.keys[window_first:window_last])
            if len(places) == 1:
                new_places.add(places[0] + first - window_first)
    return sorted(new_places)


def _windows(old: Tokens, first: int, last: int) -> set[tuple[int, int]]:
    """Return the passage itself if it has enough words, else extended before, after, and on both sides."""
    low, high, window_start, window_end = first, last, first, last
    while low > 0 and old.weight(low, last) < ENOUGH:
        low -= 1
    while high < len(old.keys) and old.weight(first, high) < ENOUGH:
        high += 1
    while (window_start > low or window_end < high) and old.weight(window_start, window_end) < ENOUGH:
        window_start, window_end = max(window_start - 1, low), min(window_end + 1, high)
    return {
        window for window in ((low, last), (first, high), (window_start, window_end)) if old.weight(*window) >= ENOUGH
    }


def _occurrences(tokens: Tokens, places: dict[str, list[int]], keys: Sequence[str]) -> list[int]:
    """Return up to two positions where a run of tokens begins."""
    rarest = min(range(len(keys)), key=lambda number: len(places.get(keys[number], ())))
    positions = []
    for place in places.get(keys[rarest], ()):
        start = place - rarest
        if start >= 0 and tokens.keys[start : start + len(keys)] == tuple(keys):
            positions.append(start)
            if len(positions) > 1:
                break
    return positions


def _is_free(edit: _Edit, first: int, last: int, place: int) -> bool:
    """Return whether most tokens at the new place are not aligned with tokens elsewhere in the old text."""
    foreign_tokens = sum(
        1 for token in edit.to_old[place : place + last - first] if token >= 0 and not first <= token < last
    )
    return 2 * foreign_tokens <= last - first


def _exact(edit: _Edit, span: Span, first: int, last: int, place: int) -> Anchor:
    """Return the span around the same tokens; ends within a token or in white space are kept where possible."""
    old, new = edit.old, edit.new
    final = place + last - first - 1
    is_same = all(old.words(token) == new.words(place + token - first) for token in range(first, last))
    start, end = new.spans[place][0], new.spans[final][1]
    head_length, tail_length = span[0] - old.spans[first][0], old.spans[last - 1][1] - span[1]
    before, after = old.text[span[0] : old.spans[first][0]], old.text[old.spans[last - 1][1] : span[1]]
    if new.text.endswith(before, 0, start) if head_length < 0 else old.words(first) == new.words(place):
        start += head_length
    if new.text.startswith(after, end) if tail_length < 0 else old.words(last - 1) == new.words(final):
        end -= tail_length
    return Anchor(start, end, is_same)


def _edited(edit: _Edit, first: int, last: int) -> Anchor | None:
    old, new = edit.old, edit.new
    words = [token for token in range(first, last) if old.weight(token, token + 1)]
    total_weight = old.weight(first, last)
    kept_weight = sum(old.weight(token, token + 1) for token in words if edit.to_new[token] >= 0)
    if not words or kept_weight < KEPT * total_weight:
        return None
    start, end = _new_token(edit, words[0]), _new_token(edit, words[-1])
    if start is None or end is None or end < start or kept_weight < new.weight(start, end + 1) / 2:
        return None
    for token in range(words[0] - 1, first - 1, -1):
        if start and edit.to_new[token] == start - 1:
            start -= 1
    for token in range(words[-1] + 1, last):
        if edit.to_new[token] == end + 1:
            end += 1
    return Anchor(new.spans[start][0], new.spans[end][1], False)


def _new_token(edit: _Edit, word: int) -> int | None:
    """Return the new token of a first or last word: its own, or a similarly spelt one between the same neighbours."""
    if edit.to_new[word] >= 0:
        return edit.to_new[word]
    low, high = word, word + 1
    while low > 0 and edit.to_new[low - 1] < 0:
        low -= 1
    while high < len(edit.to_new) and edit.to_new[high] < 0:
        high += 1
    new_low = edit.to_new[low - 1] + 1 if low else 0
    new_high = edit.to_new[high] if high < len(edit.to_new) else len(edit.to_old)
    new_token = new_low + word - low
    if new_high - new_low != high - low:
        return None
    likeness = SequenceMatcher(None, edit.old.keys[word], edit.new.keys[new_token], autojunk=False).ratio()
    return new_token if likeness >= ALIKE else None
