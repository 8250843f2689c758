"""Recognise whether a transcript is English."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

from needsseg.transcripts.lines.labels import words

_ENGLISH = words(
    "the and of to that it is you i we they have for with this but not are be on at my what there do can if just would "
    "about like know think had has were been your he she his her them their when how which who because from really "
    "it's i'm don't that's yeah well very our could should then than or as by all get got one going some will out up"
)
# German, Dutch, French, Spanish, Italian, Portuguese, Danish, Norwegian, Swedish and Polish words that are rare in English.
_OTHERS = words(
    "der die das und ist nicht ein eine ich wir zu mit auf es den dem sich auch für aber dass haben habe wenn dann noch "
    "het een van dat niet ik je maar op te zijn naar ook dan wij le la les de des et est un une que qui dans pour pas "
    "ce il elle nous vous je ne sur avec mais fait el los las y en por con para se lo como una pero muy hay che di non "
    "per sono è ma della ho si os não em uma com mas eu isso og det er på som jeg ikke til har med vi att och är jag "
    "inte så nie się na z że jest ale jak"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SHARE = 0.12
_ENOUGH_WORDS = 40
_ENOUGH_LETTERS = 40


def seems_english(text: str) -> bool:
    """Return whether English function words are an eighth of the words and more than those of other languages.

    True where the text is too short to decide (fewer than 40 words). In English speech they are a third to a half. Text in
    a script other than Latin is recognised by its letters. The word lists and thresholds are our own choice.
    """
    sample_words = [match.group().casefold().replace("’", "'") for match in islice(_WORD.finditer(text), 4000)]
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


def language_warning(foreign_count: int, total: int) -> tuple[str, ...]:
    """Return the warning about ``foreign_count`` of ``total`` transcripts in one file; none where all seem English."""
    if not foreign_count:
        return ()
    subject = "This does not seem" if total == 1 else f"{foreign_count} of {total} interviews do not seem"
    return (f"{subject} to be English: suggestions and the sentence model are made for English.",)
