"""Linguistic cues of a job to be done, counted in a stretch of speech."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from needsseg.errors import UsageError
from needsseg.settings import prompt_file

KINDS = ("situation", "motivation", "outcome", "struggle", "workaround", "beside")


@dataclass(frozen=True, slots=True)
class CueGroup:
    """One kind of cue: what it weighs, and the pattern that finds its phrases."""

    kind: str
    weight: float
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class CueHit:
    """A cue found: its kind, its weight, and the words that showed it."""

    kind: str
    weight: float
    words: str


def load_cues(path: Path | None = None) -> tuple[CueGroup, ...]:
    """The cue groups of ``path`` (the shipped ones by default); raises UsageError naming the group that is wrong."""
    return _load(path or prompt_file("cues.toml"))


@lru_cache(maxsize=4)
def _load(path: Path) -> tuple[CueGroup, ...]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}.", "Correct the line named.") from error
    groups = []
    for kind, group in table.items():
        if kind not in KINDS or not isinstance(group, dict) or {"weight", "phrases"} - group.keys():
            raise UsageError(f"{path}: [{kind}] needs weight and phrases.", f"The groups are: {', '.join(KINDS)}.")
        try:
            pattern = re.compile(r"\b(?:" + "|".join(group["phrases"]) + r")\b", re.IGNORECASE)
        except re.error as error:
            raise UsageError(f"{path}: [{kind}] holds a phrase that is no regular expression: {error}.") from error
        groups.append(CueGroup(kind, float(group["weight"]), pattern))
    return tuple(groups)


def find_cues(text: str, groups: tuple[CueGroup, ...]) -> list[CueHit]:
    """At most one hit per group, in the order of the groups."""
    plain = text.replace("’", "'")
    hits = ((group, group.pattern.search(plain)) for group in groups)
    # The apostrophe is replaced one for one, so the hit's place holds in the text itself.
    return [CueHit(group.kind, group.weight, text[hit.start() : hit.end()]) for group, hit in hits if hit]
