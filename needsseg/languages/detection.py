"""Recognise the language of a text by its frequent words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "nl": "Dutch",
    "pt": "Portuguese",
}
"""The languages that have words of their own in ``prompts``: English, and a folder for each other."""
SAMPLE = 6_000
"""As many characters of an interview decide on its language."""


def _function_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH = _function_words(
    "the and of to that it is you i we they have for with this but not are be on at my what there do can if just would "
    "about like know think had has were been your he she his her them their when how which who because from really "
    "it's i'm don't that's yeah well very our could should then than or as by all get got one going some will out up"
)
# German, Dutch, French, Spanish, Italian, Portuguese, Danish, Norwegian, Swedish and Polish words that are rare in English.
_OTHERS = _function_words(
    "der die das und ist nicht ein eine ich wir zu mit auf es den dem sich auch für aber dass haben habe wenn dann noch "
    "het een van dat niet ik je maar op te zijn naar ook dan wij le la les de des et est un une que qui dans pour pas "
    "ce il elle nous vous je ne sur avec mais fait el los las y en por con para se lo como una pero muy hay che di non "
    "per sono è ma della ho si os não em uma com mas eu isso og det er på som jeg ikke til har med vi att och är jag "
    "inte så nie się na z że jest ale jak"
)
# Frequent words of single languages; those below without words of their own are told from the others, and are nobody's.
_FREQUENT = {
    "de": _function_words(
        "der die das und ist nicht ein eine einen ich wir zu mit auf es den dem sich auch für aber dass haben habe wenn dann "
        "noch man im so da ja mal schon nur wie oder hat sind war bei nach aus kann muss mir mich uns keine weil immer"
    ),
    "fr": _function_words(
        "le la les de des du et est un une que qui dans pour pas ce il elle nous vous je ne sur avec mais fait on c'est "
        "j'ai qu'on ça y a plus tout au quand alors donc parce comme c'était n'est l'on d'un d'une moi se sont bien"
    ),
    "es": _function_words(
        "el los las y en por con para se lo como una pero muy hay que de la no un es me te yo nos está más cuando porque "
        "del al su mi si ya todo esto eso bueno pues era fue tengo"
    ),
    "it": _function_words(
        "che di non per sono è ma della ho si il un una la e mi ci anche come quando perché più le gli con del nel da lo "
        "abbiamo questo poi c'è se io quello cosa era ha al allora tutto"
    ),
    "nl": _function_words(
        "het een van dat niet ik je maar op te zijn naar ook dan wij en de is er we ze met voor als aan die wel nog dus heb "
        "hebben kan moet om bij dit was hij iedereen gewoon want heel geen"
    ),
    "pt": _function_words(
        "os não em uma com mas eu isso o a e que de do da um é para por se tem mais como quando porque na no as ele ela "
        "muito já está pra gente ao dos das ou foi era tudo você"
    ),
    "da no sv pl": _function_words(
        "jeg og det er på som til ikke har med af den en vi at att och jag är inte så men han hun der de nie się na z że "
        "jest ale jak do to w co"
    ),
}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SHARE = 0.12
_ENOUGH_WORDS = 40
_ENOUGH_LETTERS = 40


def seems_english(text: str) -> bool:
    """Return whether English function words are an eighth of the words and more than those of other languages.

    True where the text is too short to decide (fewer than 40 words). In English speech they are a third to a half. Text in
    a script other than Latin is recognised by its letters. The word lists and thresholds are our own choice.
    """
    sample_words = _words_of(text)
    letters = [char for word in sample_words for char in word if char.isalpha()]
    foreign = sum(char > "\u024f" and not unicodedata.name(char, "").startswith("LATIN") for char in letters)
    if foreign * 2 > len(letters):
        return len(letters) < _ENOUGH_LETTERS
    english_count, other_count = (
        sum(word in function_words for word in sample_words) for function_words in (_ENGLISH, _OTHERS)
    )
    return len(sample_words) < _ENOUGH_WORDS or (
        english_count >= _SHARE * len(sample_words) and english_count > other_count
    )


@lru_cache(maxsize=1_024)
def language_of(text: str, fewest: int = _ENOUGH_WORDS, otherwise: str = "en") -> str:
    """Return the code of a text's language: one of ``LANGUAGES``, or "" for any other.

    Of a language other than English its frequent words are an eighth of the words and more than those of each other
    language. ``otherwise`` where the text has fewer words than ``fewest``. The word lists and thresholds are our own choice.
    """
    sample_words = _words_of(text)
    if len(sample_words) < fewest and not _is_foreign_script(text):
        return otherwise
    counts = {language: sum(word in frequent for word in sample_words) for language, frequent in _FREQUENT.items()}
    english = sum(word in _ENGLISH for word in sample_words)
    best, second = sorted(counts.items(), key=lambda item: -item[1])[:2]
    is_best = best[1] > second[1] and best[1] >= _SHARE * len(sample_words) and best[1] > english
    if seems_english(text) and not (is_best and len(sample_words) < _ENOUGH_WORDS):
        return "en"
    return best[0] if is_best and best[0] in LANGUAGES else ""


def _is_foreign_script(text: str) -> bool:
    return not text.isascii() and not seems_english(text)


def _words_of(text: str) -> list[str]:
    return [match.group().casefold().replace("’", "'") for match in islice(_WORD.finditer(text), 4000)]


def interview_language(text: str) -> str:
    """Return ``language_of`` the beginning of an interview's text."""
    return language_of(text[:SAMPLE])


def languages_of(texts: Sequence[str], speakers: Sequence[str | None] | None = None) -> tuple[str, ...]:
    """Return the languages of texts, each speaker's together, the most frequent first; English where none has enough words."""
    by_speaker: dict[str, list[str]] = {}
    for number, text in enumerate(texts):
        speaker = (speakers[number] if speakers is not None else None) or ""
        by_speaker.setdefault(speaker, []).append(text)
    counts: dict[str, int] = {}
    for own in by_speaker.values():
        language = language_of(" ".join(own)[:SAMPLE], otherwise="?")
        counts[language] = counts.get(language, 0) + len(own)
    counts.pop("?", None)
    return tuple(sorted(counts, key=lambda language: -counts[language])) or ("en",)
