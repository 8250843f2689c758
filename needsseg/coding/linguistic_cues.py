"""Linguistic cues of a job to be done in a stretch of speech."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from needsseg.errors import UsageError
from needsseg.languages.phrase_patterns import any_phrase
from needsseg.languages.speech import Speech, load_speech
from needsseg.settings import Settings, prompt_file, read_toml

KINDS = ("situation", "motivation", "outcome", "struggle", "workaround", "beside")
EMPTY = "empty"
"""The group of empty phrases: not a cue, but a text that consists of them has no content."""
EMPTY_SHARE = 0.5
"""A text has no content if at most this share of its words is outside such phrases."""
EMPTY_WORDS = 2
"""A text has no content if at most this many content words are outside such phrases."""
_CONTENT = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True, slots=True)
class CueGroup:
    """One kind of cue: its weight, the pattern of its phrases, and how its language is spoken (English where None)."""

    kind: str
    weight: float
    pattern: re.Pattern[str]
    speech: Speech | None = None


@dataclass(frozen=True, slots=True)
class CueHit:
    """An occurrence of a cue: its kind, its weight, and the words that matched."""

    kind: str
    weight: float
    words: str


def load_cues(path: Path | None = None) -> tuple[CueGroup, ...]:
    """Load the cue groups of ``path`` (the shipped ones by default); raises UsageError with the invalid group."""
    return _load(path or prompt_file("cues.toml"))


def cues_for(settings: Settings | None, language: str) -> tuple[CueGroup, ...]:
    """Load the cue groups of a language, from the user's own folder where the settings name one."""
    speech = load_speech(language, prompt_file("speech.toml", settings, language))
    return _load(prompt_file("cues.toml", settings, language), speech)


def joined_cues(sets: Sequence[tuple[CueGroup, ...]]) -> tuple[CueGroup, ...]:
    """Return the cue groups of several languages as one set: each kind has the phrases of all, the weight of the first."""
    if len(sets) == 1:
        return sets[0]
    return _joined(tuple(dict.fromkeys(sets)))


@lru_cache(maxsize=8)
def _joined(sets: tuple[tuple[CueGroup, ...], ...]) -> tuple[CueGroup, ...]:
    by_kind: dict[str, list[CueGroup]] = {}
    for group in (group for groups in sets for group in groups):
        by_kind.setdefault(group.kind, []).append(group)
    return tuple(
        replace(own[0], pattern=re.compile("|".join(group.pattern.pattern for group in own), re.IGNORECASE))
        for own in by_kind.values()
    )


def speech_of(groups: Sequence[CueGroup]) -> Speech:
    """Return how the language of cue groups is spoken."""
    return next((group.speech for group in groups if group.speech is not None), None) or load_speech()


@lru_cache(maxsize=16)
def _load(path: Path, speech: Speech | None = None) -> tuple[CueGroup, ...]:
    groups = []
    for kind, group in read_toml(path).items():
        if kind not in (*KINDS, EMPTY) or not isinstance(group, dict) or {"weight", "phrases"} - group.keys():
            raise UsageError(
                f"{path}: [{kind}] needs weight and phrases.", f"The groups are: {', '.join((*KINDS, EMPTY))}."
            )
        weight, phrases = group["weight"], group["phrases"]
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise UsageError(f"{path}: [{kind}] weight = {weight!r} is not a number.")
        if not isinstance(phrases, list) or not phrases or not all(isinstance(p, str) and p.strip() for p in phrases):
            raise UsageError(f"{path}: [{kind}] phrases must be a list of phrases, none of them empty.")
        try:
            pattern = any_phrase([straight(phrase) for phrase in phrases])
        except re.error as error:
            raise UsageError(f"{path}: [{kind}] has a phrase that is not a regular expression: {error}.") from error
        groups.append(CueGroup(kind, float(weight), pattern, speech))
    return tuple(groups)


def straight(text: str) -> str:
    """Replace typographic apostrophes by plain ones, one for one, so that offsets stay the same."""
    return text.replace("’", "'")


def find_cues(text: str, groups: tuple[CueGroup, ...]) -> list[CueHit]:
    """Return at most one hit per group, in the order of the groups; ``EMPTY`` is not a cue."""
    plain = straight(text)
    hits = ((group, group.pattern.search(plain)) for group in groups if group.kind != EMPTY)
    return [CueHit(group.kind, group.weight, text[hit.start() : hit.end()]) for group, hit in hits if hit]


def empty_weight(text: str, groups: tuple[CueGroup, ...]) -> float:
    """Return the weight of the ``EMPTY`` group if a text has no content beside its phrases, else 0.

    It has none where the phrases leave at most ``EMPTY_SHARE`` of its words, or at most ``EMPTY_WORDS`` content words ("No,
    I don't know", "Hi, can you hear me?").
    """
    group = next((group for group in groups if group.kind == EMPTY), None)
    if group is None:
        return 0.0
    plain = straight(text)
    remaining_text, covered = group.pattern.subn(" ", plain)
    if not covered:
        return 0.0
    content_words = _CONTENT.findall(remaining_text)
    speech = speech_of(groups)
    content = sum(speech.has_content(word.lower()) for word in content_words)
    is_empty = content <= EMPTY_WORDS or len(content_words) <= EMPTY_SHARE * len(_CONTENT.findall(plain))
    return group.weight if is_empty else 0.0
