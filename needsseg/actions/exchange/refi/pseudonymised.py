"""Pseudonymise texts of a study, and map positions between the original and the result."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from needsseg.actions.coding.pseudonyms import Cover, normalised
from needsseg.coding.pseudonyms import GENERIC
from needsseg.records import JobParts, Transcript

if TYPE_CHECKING:
    from needsseg.exchange import refi

LABEL = re.compile(r"(?:\n\n)?(?P<label>[^\n]*): ")
"""The text between two turns: the label of the next speaker."""


def statement_words(parts: JobParts, over: Cover, interview: str) -> str:
    """A job statement as the text of a note, one part per line."""
    names = [field.name for field in fields(JobParts)]
    pairs = zip(names, astuple(parts), strict=True)
    return "\n".join(f"{name}: {over.text(words, interview)}" for name, words in pairs if words)


def covered_text(over: Cover, key: str, transcript: Transcript) -> refi.Shifted:
    """Pseudonymise the text of an interview turn by turn; the result maps positions of both texts."""
    from needsseg.exchange import refi

    text = transcript.text
    if over.original:
        return refi.shifted(text, [])
    pieces: list[tuple[int, int, str]] = []
    after = 0
    for turn in transcript.turns:
        gap = text[after : turn.start]
        label = LABEL.fullmatch(gap)
        if label and label["label"]:
            first = after + label.start("label")
            pieces.append((first, first + len(label["label"]), over.speaker(key, turn.speaker)))
        else:
            pieces += hidden_in(over, gap, key, after)
        pieces += hidden_in(over, transcript.words(turn), key, turn.start)
        after = turn.end
    pieces += hidden_in(over, text[after:], key, after)
    return refi.shifted(text, pieces)


def hidden_in(over: Cover, words: str, key: str, offset: int) -> list[tuple[int, int, str]]:
    """The pieces of a text that ``Cover.text`` replaces, as (start, end, replacement) shifted by ``offset``."""
    if not words:
        return []
    hidden = [each for each in over.find(words) if over.state(each.words) != "kept"]
    by: Mapping[str, str] = {normalised(each.words): over.by(each, key) for each in hidden}
    return [
        (offset + each.start, offset + each.end, by[normalised(each.words)] or GENERIC[each.kind])
        for each in hidden
    ]  # fmt: skip
