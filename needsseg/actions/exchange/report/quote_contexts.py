"""The place of a quote in its interview, and the words around it, pseudonymised."""

from __future__ import annotations

from needsseg.actions.coding.pseudonyms import Cover
from needsseg.exchange.report.content import Context
from needsseg.records import Passage, Transcript
from needsseg.text import format_clock

AROUND = 400


def place(over: Cover, transcript: Transcript, passage: Passage) -> str:
    """The interview, the turn and its time, as ``Interview 3, turn 14, 12:05``."""
    interview = over.interview(passage.interview)
    index = _turn_of(transcript, passage)
    if index is None:
        return f"{interview}, not in the current transcript"
    start = transcript.turns[index].start_ms
    return f"{interview}, turn {index + 1}{'' if start is None else f', {format_clock(start)}'}"


def short_place(over: Cover, transcript: Transcript, passage: Passage) -> str:
    """The time of a passage in its interview, else its turn: enough beside the name of the person."""
    index = _turn_of(transcript, passage)
    if index is None:
        return place(over, transcript, passage)
    start = transcript.turns[index].start_ms
    return f"turn {index + 1}" if start is None else format_clock(start)


def context(over: Cover, transcript: Transcript, passage: Passage, back: str = "", listen: str = "") -> Context:
    """A quote with the rest of its turn and the turn before it, each cut to about 400 characters.

    ``back`` and ``listen`` as in Context.
    """
    index = _turn_of(transcript, passage)
    key = passage.interview
    speaker = over.speaker(key, passage.speaker) or "unnamed speaker"
    before = question = after = asker = ""
    if index is not None:
        turn = transcript.turns[index]
        # Pseudonymised first and cut afterwards, so that no name is cut in two and missed.
        before = _end(over.text(transcript.text[turn.start : passage.start], key))
        after = _begin(over.text(transcript.text[passage.end : turn.end], key))
        if index:
            last = transcript.turns[index - 1]
            asker, question = over.speaker(key, last.speaker) or "before", _end(over.text(transcript.words(last), key))
    quote = over.text(passage.quote, key)
    at = place(over, transcript, passage)
    return Context(f"q{passage.id}", speaker, at, asker, question, before, quote, after, back, listen)


def _turn_of(transcript: Transcript, passage: Passage) -> int | None:
    if not passage.anchored:
        return None
    return next((n for n, turn in enumerate(transcript.turns) if turn.start <= passage.start < turn.end), None)


def _end(words: str) -> str:
    words = words.strip()
    return words if len(words) <= AROUND else "… " + words[-AROUND:].split(" ", 1)[-1]


def _begin(words: str) -> str:
    words = words.strip()
    return words if len(words) <= AROUND else words[:AROUND].rsplit(" ", 1)[0] + " …"
