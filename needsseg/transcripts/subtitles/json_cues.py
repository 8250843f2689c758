"""JSON objects within cues: Microsoft Graph's metadata, with fields for speaker and words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from needsseg.transcripts.spoken import one_line

_TEXT = (
    "spokentext", "text", "words", "transcript", "content", "caption", "utterance", "message", "speech", "sentence",
    "displaytext", "body", "said",
)  # fmt: skip
_NAME = (
    "speakername", "speaker", "displayname", "name", "participantname", "participant", "username", "user", "author",
    "speakerlabel", "speakerid", "speakertag", "voice", "from", "who",
)  # fmt: skip
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"")
_OPENING = re.compile(r"^\s*\[?\s*\{\s*\"")
_DEEPEST = 4
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class CueObject:
    """Speaker and words of one object, and the lines of the cue (from 0) that hold them."""

    speaker: str
    words: str
    name_line: int
    words_line: int


def objects_in(lines: Sequence[str]) -> list[CueObject] | None:
    """Return the spoken objects in the lines of a cue: one or a list over all lines, or one per line.

    Empty where the objects contain no speech; None where the lines are not JSON.
    """
    first = next((line.lstrip() for line in lines if line.strip()), "")
    if not first.startswith(("{", "[")) or (first.startswith("[") and "{" not in "".join(lines)):
        return None
    places = _places_of_strings(lines)
    value = _loaded("\n".join(lines))
    values = [value] if value is not None else [loaded for line in lines if (loaded := _loaded(line)) is not None]
    if not values:
        return None
    cue_objects = [cue_object for value in values for cue_object in _spoken(value, _DEEPEST)]
    return [
        CueObject(
            name, words, places.get(one_line(name), places.get(one_line(words), 0)), places.get(one_line(words), 0)
        )
        for name, words in cue_objects
    ]


def looks_broken(lines: Sequence[str]) -> bool:
    """Return whether lines begin like an object: a broken one, where other cues hold objects."""
    return bool(_OPENING.match(next((line for line in lines if line.strip()), "")))


def _loaded(text: str) -> Any:
    try:
        return json.loads(text) if len(text) < _LONGEST else None
    except (ValueError, RecursionError):
        return None


def _places_of_strings(lines: Sequence[str]) -> dict[str, int]:
    """Return the line of each string in JSON text."""
    places: dict[str, int] = {}
    for index, line in enumerate(lines):
        for match in _STRING.finditer(line):
            text = _loaded(match.group())
            places.setdefault(one_line(text) if isinstance(text, str) else match.group(), index)
    return places


def _spoken(value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, list) and depth:
        for child in value:
            yield from _spoken(child, depth - 1)
    if not isinstance(value, dict):
        return
    fields = {re.sub(r"[\W_]", "", str(key)).casefold(): child for key, child in value.items()}
    words = next((fields[key] for key in _TEXT if isinstance(fields.get(key), str)), None)
    if words is not None:
        yield _name(fields), words
    elif depth:
        for child in value.values():
            yield from _spoken(child, depth - 1)


def _name(fields: dict[str, Any]) -> str:
    for key in _NAME:
        value = fields.get(key)
        if isinstance(value, dict):
            value = _name(
                {re.sub(r"[\W_]", "", str(name)).casefold(): field_value for name, field_value in value.items()}
            )
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**6:
            return f"Speaker {value}"
        if isinstance(value, str) and one_line(value):
            return one_line(value)
    return ""
