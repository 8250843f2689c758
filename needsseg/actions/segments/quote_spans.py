"""Where the words of a pinned quote stand in its passage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needsseg.errors import Advice, Fix, UsageError

if TYPE_CHECKING:
    from needsseg.records import Passage
    from needsseg.study.segments.cards import Pin


def place_in(quote: str, pin: Pin) -> int | None:
    """Return where a pin's words begin in its passage's quote as it is now, nearest to where they were, or None."""
    if quote[pin.start : pin.end] == pin.quote:
        return pin.start
    places, at = [], quote.find(pin.quote)
    while at >= 0:
        places.append(at)
        at = quote.find(pin.quote, at + 1)
    return min(places, key=lambda place: (abs(place - pin.start), place), default=None)


def span_of(passage: Passage, words: str, near: int = 0) -> tuple[int, int]:
    """Return the span of words in a passage's quote, nearest to offset ``near``; the whole quote for empty words.

    UsageError where the quote does not hold them exactly, as whole words.
    """
    words = words.strip()
    if not words:
        return 0, len(passage.quote)
    places, at = [], passage.quote.find(words)
    while at >= 0:
        if _is_whole(passage.quote, at, at + len(words)):
            places.append(at)
        at = passage.quote.find(words, at + 1)
    if not places:
        raise UsageError(
            f"Passage {passage.id} does not hold the words “{words}”.",
            Advice("Give whole words of it, exactly as they are. They are shown by: ", Fix.PASSAGES),
        )
    start = min(places, key=lambda place: (abs(place - near), place))
    return start, start + len(words)


def _is_whole(quote: str, start: int, end: int) -> bool:
    """Whether a span begins and ends at word boundaries; in scripts without spaces every offset is one."""
    return not any(
        quote[at - 1].isalnum() and quote[at].isalnum() and quote[at - 1].isascii() and quote[at].isascii()
        for at in (start, end)
        if 0 < at < len(quote)
    )
