"""How people speak in one language: what ends sentences and clauses, words without content, and what interviewers say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from needsseg.errors import UsageError
from needsseg.settings import prompt_file, read_toml

_LISTS = (
    "abbreviations", "clause_words", "clause_words_anywhere", "joining_words", "leaning_words", "self_words", "faltering",
    "prompts", "prompts_after", "consent",
)  # fmt: skip
_WORDS = "function_words"


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """The words of one language, each list as a pattern; ``language`` is its code, such as ``de``."""

    language: str
    abbreviation: re.Pattern[str]
    function_words: frozenset[str]
    clause_break: re.Pattern[str]
    joins: re.Pattern[str]
    leans: re.Pattern[str]
    of_self: re.Pattern[str]
    falters: re.Pattern[str]
    prompts: re.Pattern[str]
    consent: re.Pattern[str]

    def has_content(self, word: str) -> bool:
        """Return whether a word in lower case is no function word; after an elision (``j'ai``) the rest of it counts."""
        last = word if self.language == "en" else word.rpartition("'")[2]
        return word not in self.function_words and last not in self.function_words


def load_speech(language: str = "en", path: Path | None = None) -> Speech:
    """Load the words of ``language`` from ``path``, by default the shipped file; raises UsageError with the invalid list."""
    return _load(path, language) if path else _shipped(language)


@lru_cache(maxsize=16)
def _shipped(language: str) -> Speech:
    # Asked for each turn of a study, so that the file is looked for once.
    return _load(prompt_file("speech.toml", language=language), language)


@lru_cache(maxsize=16)
def _load(path: Path, language: str) -> Speech:
    values = read_toml(path)
    for name in values.keys() - {*_LISTS, _WORDS}:
        raise UsageError(f"{path}: there is no list '{name}'.", f"The lists are: {', '.join((_WORDS, *_LISTS))}.")
    phrases = {name: _phrases(path, name, values.get(name)) for name in _LISTS}
    words = values.get(_WORDS)
    if not isinstance(words, str):
        raise UsageError(f"{path}: {_WORDS} is not a text of words.", f'Write it as: {_WORDS} = "word word word"')
    if language != "en":  # those of single letters are written as capitals; the others may begin a sentence
        phrases["abbreviations"] = [p if p.startswith("[") else f"(?i:{p})" for p in phrases["abbreviations"]]
    either = {name: "|".join(each) for name, each in phrases.items()}
    return Speech(
        language,
        re.compile(rf"\b(?:{either['abbreviations']})\.$"),
        frozenset(words.casefold().replace("’", "'").split()),
        re.compile(
            r"\s*(?:;|:|--+|[—–]|\s-)\s+"
            rf"|,\s+(?=(?:{either['clause_words']})\b)|\s+(?=(?:{either['clause_words_anywhere']})\b)",
            re.IGNORECASE,
        ),
        re.compile(rf"(?:(?:{either['joining_words']})\b,?\s+)+", re.IGNORECASE),
        re.compile(rf"(?:{either['leaning_words']})\b", re.IGNORECASE),
        re.compile(rf"\b(?:{either['self_words']})\b", re.IGNORECASE),
        re.compile(rf"\b(?:{either['faltering']})\b|\[|\]|--|…|\.\.\.", re.IGNORECASE),
        re.compile(
            rf"(?:^|(?<=[.!?…,:] )|(?<=[.!?…]\n))[¿¡]?(?:(?:{either['prompts_after']})[, ]+)*"
            rf"(?:{either['prompts']})\b(?=[^?？]*?(?:[.!…\n]|$))",
            re.IGNORECASE,
        ),
        re.compile(rf"\b(?:{either['consent']})\b", re.IGNORECASE),
    )


def _phrases(path: Path, name: str, phrases: object) -> list[str]:
    if not isinstance(phrases, list) or not phrases or not all(isinstance(p, str) and p.strip() for p in phrases):
        raise UsageError(
            f"{path}: {name} must be a list of phrases, none of them empty.", f"Write it as: {name} = ['one', 'two']"
        )
    for phrase in phrases:
        try:
            re.compile(phrase)
        except re.error as error:
            raise UsageError(
                f"{path}: {name} has a phrase that is not a regular expression: {error}.", "Correct that phrase."
            ) from error
    # Groups capture nothing, so that findall gives what was matched.
    return [re.sub(r"(?<!\\)\((?!\?)", "(?:", phrase.replace("’", "'")) for phrase in phrases]
