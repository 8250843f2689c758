"""Keywords of a candidate: phrases that clearly more of its participants use than others."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from math import log, sqrt
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.errors import UsageError
from needsseg.languages.detection import languages_of
from needsseg.settings import prompt_file, read_toml
from needsseg.thresholds import FEWEST_PARTICIPANTS_WITH_PHRASE

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 3
LEAST_SHARE = 1 / 3
"""The smallest share of a candidate's participants who use a keyword."""
QUANTILE = 1.959964
"""The normal quantile of a 95% interval."""
HALDANE = 0.5

SPOKEN = frozenset(
    """
    actually ain anyway basically bit certainly couldn couple course did didn does doesn doing don er everybody
    everyone everything feel gets getting goes going gonna good got guess hadn hasn haven hey hmm honestly isn
    just kind know laughs let like literally little ll lot make makes maybe mean mm need needed needs nobody
    obviously okay ones oh people perhaps pretty probably put quite re really right said say saying says shouldn
    somebody someone something sort stuff sure tell thing things think thought told totally ugh uh um used ve want
    wanted wants wasn way weren went won wouldn yeah yep yes come comes came look looks looking inaudible
    crosstalk ok em ah actually half big new old day days week weeks time times
    """.split()  # noqa: SIM905
)
"""Very frequent words of interviews, beyond the usual stop words."""

_TOKEN = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*|[^\w\s'-]|\n")


def load_stop_words(path: Path | None = None) -> frozenset[str]:
    """Load the stop words of all lists in ``path`` (the shipped ones by default); UsageError for an invalid list."""
    path = path or prompt_file("stop_words.toml")
    return _load(path)


@lru_cache(maxsize=4)
def common_words(path: Path | None = None) -> frozenset[str]:
    """Return stop words and frequent spoken words as one cached set."""
    return load_stop_words(path) | SPOKEN


def stop_words_of(languages: Sequence[str]) -> frozenset[str]:
    """Return the stop words of several languages together; a language without any has the English ones."""
    own = [language for language in languages if language not in ("", "en")]
    lists = [load_stop_words(prompt_file("stop_words.toml", language=language)) for language in own]
    return frozenset().union(*lists, *([common_words()] if len(own) < len(languages) or not own else []))


@lru_cache(maxsize=16)
def _load(path: Path) -> frozenset[str]:
    stop_words: set[str] = set()
    for name, words in read_toml(path).items():
        if not isinstance(words, str):
            raise UsageError(f"{path}: {name} is not a text of words.", 'Write it as: name = "word word word"')
        stop_words |= {word.lower().replace("\u2019", "'") for word in words.split()}
    return frozenset(stop_words)


def keywords(
    texts: Sequence[str],
    labels: Sequence[int],
    speakers: Sequence[str] | None = None,
    each: int = 8,
    stop_words: frozenset[str] | None = None,
) -> list[tuple[str, ...]]:
    """Return for each label from 0 its keywords of one to three words, the most reliable first; often none.

    A participant uses a phrase in a label where one of their texts with it says so; of others count all texts with other
    labels, -1 included. A phrase is shown where the lower end of the 95% interval of its log-odds ratio (Haldane-corrected,
    Wald) lies above 0 and a third of the label's participants use it, three at least. Without ``speakers`` each text is a
    participant's own. A phrase neither begins nor ends with a stop word.
    """
    stop = stop_words if stop_words is not None else stop_words_of(languages_of(texts, speakers))
    names = [str(index) for index in range(len(texts))] if speakers is None else list(speakers)
    clusters = [label for label in sorted(set(labels)) if label >= 0]
    users: dict[str, set[tuple[int, str]]] = defaultdict(set)
    speakers_by_label: dict[int, set[str]] = defaultdict(set)
    for text, label, name in zip(texts, labels, names, strict=True):
        speakers_by_label[label].add(name)
        for phrase in phrases(text, stop):
            users[phrase].add((label, name))
    outsiders = {
        label: set().union(*(people for other, people in speakers_by_label.items() if other != label))
        for label in clusters
    }
    marked: dict[int, list[tuple[float, str]]] = {label: [] for label in clusters}
    for phrase, uses in users.items():
        if len(uses) < FEWEST_PARTICIPANTS_WITH_PHRASE:
            continue
        users_by_label = defaultdict(set)
        for label, name in uses:
            users_by_label[label].add(name)
        for label in clusters:
            inside = len(users_by_label[label])
            if inside >= max(FEWEST_PARTICIPANTS_WITH_PHRASE, LEAST_SHARE * len(speakers_by_label[label])):
                outside = len(set().union(*(people for other, people in users_by_label.items() if other != label)))
                lowest = _lowest(inside, len(speakers_by_label[label]), outside, len(outsiders[label]))
                if lowest > 0:
                    marked[label].append((-lowest, phrase))
    return [_without_parts(sorted(marked[label]))[:each] for label in clusters]


@lru_cache(maxsize=20_000)
def phrases(text: str, stop: frozenset[str]) -> frozenset[str]:
    """Return the phrases of one to three adjacent words that neither begin nor end with a stop word."""
    words = [part for token in _TOKEN.findall(text.replace("\u2019", "'")) for part in _parts(token.lower(), stop)]
    is_word = [word[0].isalpha() for word in words]
    is_content = [
        is_plain and len(word) > 2 and not is_stop(word, stop) for word, is_plain in zip(words, is_word, strict=True)
    ]
    phrase_set = set()
    for start, may_start in enumerate(is_content):
        if may_start:
            for end in range(start, min(start + LONGEST, len(words))):
                if not is_word[end]:
                    break
                if is_content[end]:
                    phrase_set.add(" ".join(words[start : end + 1]).replace("' ", "'"))
    return frozenset(phrase_set)


def _parts(word: str, stop: frozenset[str]) -> tuple[str, ...]:
    """Return a word, cut after an elision that is a stop word: ``l'équipe`` is ``l'`` and ``équipe``."""
    elided, apostrophe, rest = word.partition("'")
    return (elided + apostrophe, rest) if rest and elided + apostrophe in stop else (word,)


@lru_cache(maxsize=50_000)
def is_stop(word: str, stop: frozenset[str]) -> bool:
    """Return whether a word, or its form without "s", "ed" or "ing", is a stop word."""
    base = word.removesuffix("'s")
    return word in stop or base in stop or base.split("'")[0] in stop or any(form in stop for form in _bases(base))


def _bases(word: str) -> tuple[str, ...]:
    forms = []
    for ending, least in (("s", 3), ("es", 3), ("ed", 3), ("d", 3), ("ing", 3), ("ly", 3)):
        if word.endswith(ending) and len(word) - len(ending) >= least:
            stem = word[: -len(ending)]
            forms += [stem, stem + "e"] if ending == "ing" else [stem]
            if ending in ("ed", "ing") and stem[-1] == stem[-2]:
                forms.append(stem[:-1])
    return tuple(forms)


def _lowest(inside: int, inside_total: int, outside: int, outside_total: int) -> float:
    """Return the lower end of the interval of a log-odds ratio of people ``inside`` and ``outside`` who use a phrase."""
    a, b = inside + HALDANE, inside_total - inside + HALDANE
    c, d = outside + HALDANE, outside_total - outside + HALDANE
    return log(a / b) - log(c / d) - QUANTILE * sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def _without_parts(ordered: Sequence[tuple[float, str]]) -> tuple[str, ...]:
    """Remove phrases that contain or are contained in a more reliable one; of equals the longer is kept."""
    chosen: list[str] = []
    for _, phrase in sorted(ordered, key=lambda item: (round(item[0], 9), -len(item[1].split()), item[1])):
        if not any(f" {phrase} " in f" {other} " or f" {other} " in f" {phrase} " for other in chosen):
            chosen.append(phrase)
    return tuple(chosen)
