"""Where the passages of a transcript are after its text was edited: the same words, or nowhere."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from needsseg.coding.alignment import ENOUGH, Tokens, align, tokens
from needsseg.coding.sentences import Span
from needsseg.errors import UsageError

KEPT = 3 / 4
"""The least share of a passage's words that must still be there, in order, for an edited one to be found."""
ALIKE = 0.6
"""The least likeness of spelling by which a first or last word counts as corrected, not replaced."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A span of the new text, code points, half-open; ``exact`` when it holds the very words, white space aside."""

    start: int
    end: int
    exact: bool


@dataclass(slots=True)
class _Edit:
    """Both texts, which old token is which new one (-1: none) and the reverse, and where each token occurs."""

    old: Tokens
    new: Tokens
    to_new: list[int]
    to_old: list[int]
    places: tuple[dict[str, list[int]], dict[str, list[int]]]


def anchor(old: str, new: str, spans: Sequence[Span]) -> list[Anchor | None]:
    """Each span of ``old`` in ``new``, or None where it cannot be placed safely; by a diff of words.

    Words unchanged are found where the diff of the text around them leads, or, of a passage cut and pasted elsewhere,
    where they occur and occurred once (with words around them, of a short one). An edited passage is found where at
    least KEPT of its words stand in order, its first and last are there or were merely corrected, and what was put in
    does not outweigh them. A span that ends within a word is found exactly when that word is unchanged. Whether an
    anchor still lies in one turn is not looked at. Raises UsageError for a span outside ``old``.
    """
    for start, end in spans:
        if not 0 <= start <= end <= len(old):
            raise UsageError(f"The span [{start}, {end}) lies outside the old text of {len(old)} code points.")
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
    """The tokens a span touches, from first up to, not including, last."""
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
        # The words stand elsewhere too, or where others stood: which of them are meant cannot be told.
        if edited or len(moved) > 1 or not _is_free(edit, first, last, moved[0]):
            return None
        new_first = moved[0]
    return _exact(edit, span, first, last, new_first)


def _in_place(edit: _Edit, first: int, last: int) -> int | None:
    """The new first token where the whole passage stands around one of its tokens that the diff leads to.

    Of "we ship [we ship weekly]" without its first two words a diff may keep either "we ship": trying every diagonal
    that a token of the passage is on finds the one on which the passage is whole.
    """
    hits_by_place: dict[int, int] = {}
    for token in range(first, last):
        if edit.to_new[token] >= 0:
            place = edit.to_new[token] - (token - first)
            hits_by_place[place] = hits_by_place.get(place, 0) + 1
    full_matches = [place for place in hits_by_place if _stands(edit, first, last, place)]
    return max(full_matches, key=lambda place: (hits_by_place[place], -place), default=None)


def _stands(edit: _Edit, first: int, last: int, place: int) -> bool:
    return place >= 0 and edit.new.keys[place : place + last - first] == edit.old.keys[first:last]


def _moved(edit: _Edit, first: int, last: int) -> list[int]:
    """The new first tokens to which a passage may have been moved: where it, with enough words, occurs and occurred once."""
    new_places = set()
    for window_first, window_last in _windows(edit.old, first, last):
        if len(_occurrences(edit.old, edit.places[0], edit.old.keys[window_first:window_last])) == 1:
            places = _occurrences(edit.new, edit.places[1], edit.old.keys[window_first:window_last])
            if len(places) == 1:
                new_places.add(places[0] + first - window_first)
    return sorted(new_places)


def _windows(old: Tokens, first: int, last: int) -> set[tuple[int, int]]:
    """The passage itself if it has words enough, or with those before it, those after it, and those on both sides."""
    low, high, left, right = first, last, first, last
    while low > 0 and old.weight(low, last) < ENOUGH:
        low -= 1
    while high < len(old.keys) and old.weight(first, high) < ENOUGH:
        high += 1
    while (left > low or right < high) and old.weight(left, right) < ENOUGH:
        left, right = max(left - 1, low), min(right + 1, high)
    return {window for window in ((low, last), (first, high), (left, right)) if old.weight(*window) >= ENOUGH}


def _occurrences(tokens: Tokens, places: dict[str, list[int]], keys: Sequence[str]) -> list[int]:
    """Where a run of tokens begins, at most two of them."""
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
    """Whether most of what stands at the new place is not what stood elsewhere in the old text."""
    foreign_tokens = sum(
        1 for token in edit.to_old[place : place + last - first] if token >= 0 and not first <= token < last
    )
    return 2 * foreign_tokens <= last - first


def _exact(edit: _Edit, span: Span, first: int, last: int, place: int) -> Anchor:
    """The span around the same tokens; ends within a token, or in white space around it, stay where they are if they can."""
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
    """The new token of a first or last word: its own, or the like-spelled one that stands for it between its neighbours."""
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
