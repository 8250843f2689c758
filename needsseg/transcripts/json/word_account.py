"""Classify the text of a JSON document that is not speech: each value by its key, or as a repetition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from needsseg.transcripts.json.layouts import (
    END_KEYS,
    ID_KEYS,
    INTERVIEW_KEYS,
    NAME_KEYS,
    ROLE_KEYS,
    SPEAKER_KEYS,
    START_KEYS,
    TITLE_KEYS,
    WORDS_KEYS,
)
from needsseg.transcripts.moments import is_time, parts_of_range

_PLAIN = re.compile(r"[\W_]+")
_LABEL = re.compile(r"^\s*[^:\n]{1,63}:\s+")
_MOST_SEARCHES = 2_000
_CHUNK = {"time": 1_000, "label": 1_000, "metadata": 12, "repeated": 12}
"""The number of values of a kind that are joined to one piece, since each is only a word or two."""
_LABELS = frozenset({*SPEAKER_KEYS, *NAME_KEYS} - {"title", "role"})
_TIMES = frozenset({*START_KEYS, *END_KEYS, "duration", "created_at", "createdAt", "date", "timestamp"})
_WORDS = frozenset({*WORDS_KEYS, "lexical", "itn", "maskedITN", "srt", "vtt", "paragraphs", "punctuated", "masked"})
_TITLES = frozenset({*TITLE_KEYS, "topic", "heading", "chapter", "section", "headline", "gist"}) - {"name"}
_NOTES = re.compile(
    r"summar|overview|action|notes?$|keyword|key_?point|outline|bullet|highlight|insight|question|task|topic|sentiment|"
    r"minutes|abstract|description|comment|chapter|meeting_info|next_?step|todo",
    re.IGNORECASE,
)
_FACTS = frozenset({*ID_KEYS, *INTERVIEW_KEYS, *ROLE_KEYS, "url", "media", "model", "language", "systeminfo", "params"})
_FACT_WORDS = 6


def left_over(value: Any, used: set[tuple[int, str]], spoken: Sequence[str]) -> list[tuple[str, str]]:
    """Return all text values of a document except those used for speech, as (text, kind); kind "" is unread.

    Single words that also have a time, and that occur in the speech, are ``time``. Longer text that occurs verbatim in the
    speech is ``repeated``. Labels, times, headings, notes and metadata are recognised by their keys. Short values of one
    kind are joined to one text.
    """
    repeats = _Repeats(spoken)
    unused_texts: list[tuple[str, str]] = []
    pending_by_text: dict[str, list[str]] = {}
    for keys, record, key, text in _texts(value):
        if (id(record), key) in used or not text.strip():
            continue
        kind = _kind(keys, record, key, text, repeats)
        texts = pending_by_text.setdefault(kind, [])
        texts.append(text)
        if len(texts) >= _CHUNK.get(kind, 1):
            unused_texts.append((" ".join(texts), kind))
            texts.clear()
    return [*unused_texts, *((" ".join(texts), kind) for kind, texts in pending_by_text.items() if texts)]


def _texts(value: Any) -> Iterator[tuple[tuple[str, ...], dict[str, Any], str, str]]:
    """Yield every text in the document: the keys above it, its object, its key, and the text."""
    stack: list[tuple[tuple[str, ...], dict[str, Any], str, Any]] = [((), {}, "", value)]
    while stack:
        keys, record, key, item = stack.pop()
        if isinstance(item, str):
            yield keys, record, key, item
        elif isinstance(item, dict):
            ancestor_keys = (*keys[-3:], key) if key else keys
            for name, child in item.items():
                if isinstance(child, str):
                    yield ancestor_keys, item, name, child
            stack.extend(
                (ancestor_keys, item, name, child) for name, child in item.items() if isinstance(child, dict | list)
            )
        elif isinstance(item, list):
            stack.extend((keys, record, key, child) for child in reversed(item) if isinstance(child, str | dict | list))


class _Repeats:
    """Checks whether a text occurs in the speech."""

    def __init__(self, spoken: Sequence[str]) -> None:
        self._whole = f" {' '.join(_plain(text) for text in spoken)} "
        self._words = set(self._whole.split())
        self._turns = {_plain(text) for text in spoken}
        self._at = 0
        self._searches = 0

    def has_word(self, text: str) -> bool:
        plain_text = _plain(text)
        return not plain_text or all(word in self._words for word in plain_text.split())

    def has_text(self, text: str) -> bool:
        """Return whether a text, or each of its lines without labels, occurs verbatim in the speech."""
        lines = [line for line in text.split("\n") if line.strip()]
        return self._has(text) or (
            (len(lines) > 1 or bool(_LABEL.match(text))) and all(self._has(_LABEL.sub("", line)) for line in lines)
        )

    def _has(self, text: str) -> bool:
        plain_text = _plain(text)
        if not plain_text or plain_text in self._turns:
            return True
        if not self.has_word(text) or self._searches > _MOST_SEARCHES:
            return False
        self._searches += 1
        position = self._whole.find(f" {plain_text} ", self._at, self._at + 4 * len(plain_text) + 2_000)
        position = position if position >= 0 else self._whole.find(f" {plain_text} ")
        self._at = max(position, 0)
        return position >= 0


def _plain(text: str) -> str:
    return _PLAIN.sub(" ", text).strip().casefold()


@lru_cache(maxsize=4_096)
def _is_note_key(key: str) -> bool:
    return bool(_NOTES.search(key))


def _kind(keys: tuple[str, ...], record: dict[str, Any], key: str, text: str, repeats: _Repeats) -> str:
    words = len(text.split())
    if key in _TIMES or is_time(text) or parts_of_range(text) is not None:
        return "time"
    if key in _WORDS and words == 1 and repeats.has_word(text) and (_TIMES & set(record) or "type" in record):
        return "time"
    if key in _WORDS and repeats.has_text(text):
        return "repeated"
    if _is_note_key(key) or any(_is_note_key(name) for name in keys):
        return "note"
    if key in _TITLES:
        return "heading"
    if key in _LABELS and words <= _FACT_WORDS:
        return "label"
    if key in _WORDS:
        return ""
    if words == 1 or key in _FACTS or any(name in _FACTS for name in keys):
        return "metadata"
    return "repeated" if repeats.has_text(text) else "metadata" if words <= _FACT_WORDS else ""
