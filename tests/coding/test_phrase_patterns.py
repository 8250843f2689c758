"""A pattern of many phrases finds exactly what the phrases find one beside the other."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from needsseg.coding.linguistic_cues import straight
from needsseg.languages.detection import LANGUAGES
from needsseg.languages.phrase_patterns import any_phrase
from needsseg.settings import Settings, prompt_file, read_toml
from needsseg.transcripts.reading import read

SAMPLES = Path("interviews/transcripts")
TEXTS = (
    "I don't know what's late, it's LATE. The end of the day; at the end",
    "Straße, STRASSE, ſo, Kelvin K, µ and μ, İstanbul, ıslak: über Öl",
    "mm mmm mm-hmm (yes) [no] a.b copied, copying and paste. -- 3 o'clock",
    "日本 the list\nof it, they've\tbeen; nobody knew",
)


def plain(phrases: list[str]) -> re.Pattern[str]:
    """What ``any_phrase`` must equal."""
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE)


def spans(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text)]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_shipped_phrases_find_the_same(language: str) -> None:
    sample = [read(file).text for file in sorted(SAMPLES.iterdir())[:6]]
    for group in read_toml(prompt_file("cues.toml", Settings(), language)).values():
        phrases = [straight(phrase) for phrase in group["phrases"]]
        grouped = any_phrase(phrases)
        assert grouped.pattern != plain(phrases).pattern
        for text in (*map(straight, sample), " ".join(phrases)):
            assert spans(grouped, text) == spans(plain(phrases), text)


@pytest.mark.parametrize(
    "phrases",
    [
        ["the list", "the", "the list of it"],
        ["(the|a) list", "list", "(of )?it"],
        ["copy(ing)? (and|the)|copied|paste", "cop(y|ied)"],
        [r"[td]he list", r"[^t]he", r"\w+ late", "late"],
        ["(?:they|nobody)('ve| knew)", "no.ody", "[a-z]obody"],
        ["(?=the)the", "(?!a)it", "end"],
        [r"(the) end of \1 day", "the"],
        [r"(?P<x>late)", "late"],
        ["ſo", "so", "S"],
        ["µ", "μ", "and"],
        ["İ", "i", "ı"],
        ["K", "k"],
        ["ß", "STRASSE", "über"],
        ["mm+(-hmm)?", "m{2,3}", "m*"],
        ["a\\.b", "\\d", "3 o'clock"],
        ["[]x]", "[^]]no", "(a|(b|(c|d))) list"],
        ["(e)?nd", "e??nd", "(e|en)*d", "th?e+? "],
        ["日本", "list"],
        ["(x|)the", "|late"],
    ],
)
def test_phrases_of_every_kind_find_the_same(phrases: list[str]) -> None:
    for text in TEXTS:
        assert spans(any_phrase(phrases), text) == spans(plain(phrases), text), text


def test_random_phrases_find_the_same() -> None:
    chance = random.Random(1)

    def phrase(depth: int) -> str:
        parts = []
        for _ in range(chance.randint(1, 3)):
            kind = chance.randrange(8 if depth else 5)
            piece = "abcB ' "[kind] if kind < 5 else chance.choice(["[ab]", "(%s)", "(?:%s)"])
            if "%s" in piece:
                piece %= "|".join(phrase(depth - 1) for _ in range(chance.randint(1, 3)))
            parts.append(piece + chance.choice(["", "", "", "?", "*", "+"]))
        return "".join(parts)

    for _ in range(400):
        phrases = [phrase(2) for _ in range(chance.randint(1, 4))]
        text = "".join(chance.choice("abcAB '") for _ in range(40))
        assert spans(any_phrase(phrases), text) == spans(plain(phrases), text), (phrases, text)


def test_a_phrase_that_is_no_expression_is_refused() -> None:
    for broken in ("(", "[a", "a)", "*", "a\\"):
        with pytest.raises(re.error):
            any_phrase(["the", broken])
