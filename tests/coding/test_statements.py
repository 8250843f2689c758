"""Prefilled job statements: the passage's own words exactly, each sentence for one part as far as there are others."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.coding import load_cues, weigh
from needsseg.coding.linguistic_cues import CueGroup
from needsseg.coding.sentences import sentence_spans
from needsseg.coding.statements import prefill
from needsseg.records import JobParts
from needsseg.transcripts import read
from tests.fixtures.samples import INTERVIEWS

FILES = sorted(path for path in INTERVIEWS.iterdir() if path.suffix in (".txt", ".vtt", ".srt", ".docx", ".md"))


def cues(**phrases: str) -> tuple[CueGroup, ...]:
    """One phrase for each kind."""
    return tuple(CueGroup(kind, 1.0, re.compile(rf"\b(?:{phrase})\b", re.I)) for kind, phrase in phrases.items())


PLAIN = cues(
    situation="when|every",
    motivation="want",
    outcome="can now",
    struggle="never|can't",
    workaround="paper",
    beside="thanks",
)


def test_each_part_takes_the_sentence_with_most_cues_of_its_kind() -> None:
    quote = "When it rains I wait. I never know, I can't see. I never ask. I want a list. On paper I keep one. We can now go."
    assert prefill(quote, PLAIN) == JobParts(
        situation="When it rains I wait.",
        motivation="I want a list.",
        outcome="We can now go.",
        pain="I never know, I can't see.",
        workaround="On paper I keep one.",
    )


def test_a_sentence_serves_two_parts_only_where_no_other_does() -> None:
    quote = "I want it, want it, never late. I never know. That is all."
    assert prefill(quote, PLAIN) == JobParts(motivation="I want it, want it, never late.", pain="I never know.")


def test_parts_that_share_a_sentence_take_its_clauses() -> None:
    quote = "And when the nurse is sick, I want to see who is free, but I can’t see it on the old paper."
    found = prefill(quote, PLAIN)
    assert found.situation == "when the nurse is sick"
    assert found.motivation == "I want to see who is free"
    assert found.pain == "I can’t see it on the old paper"
    assert found.workaround == "", "no words stand in two parts"


def test_nothing_said_is_left_empty() -> None:
    assert prefill("", PLAIN) == JobParts()
    assert prefill("A sofa and a cat.", PLAIN) == JobParts()
    assert prefill("Thanks, I never mind.", PLAIN) == JobParts(), "what is said to be polite is no part"
    assert prefill("I want it.", ()) == JobParts()


def test_a_so_that_goes_on_with_the_telling_gives_no_purpose() -> None:
    purpose = cues(motivation="so (?:we|I)")
    assert prefill("So I come in at six.", purpose).motivation == ""
    assert prefill("She writes it down so we know.", purpose).motivation == "She writes it down so we know."


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_real_passages_are_prefilled_with_their_own_sentences_or_clauses(file: object) -> None:
    shipped = load_cues()
    filled = 0
    for window in weigh(read(file), shipped):
        parts = asdict(prefill(window.text, shipped))
        said = [words for words in parts.values() if words]
        filled += bool(said)
        assert len(said) == len(set(said)), "no words stand in two parts"
        sentences = [window.text[start:end] for start, end in sentence_spans(window.text)]
        assert all(any(words in sentence for sentence in sentences) for words in said)
        assert all(words == words.strip() for words in said)
        assert prefill(window.text, shipped) == JobParts(**parts)
    assert filled > 5


def test_a_real_passage_reads_as_a_job() -> None:
    quote = (
        "So Mikkel had a ring binder, with a page for each position, and we crossed out in pencil. I could see what I'd "
        "broken. I couldn't see what else I had broken with it."
    )
    assert quote in read(INTERVIEWS / "astrid-solheim.vtt").text
    assert prefill(quote, load_cues()).pain == "I couldn't see what else I had broken with it."


@given(st.text(alphabet="Iwant never when paper can now.,;?! —’'\n日本👩‍👧", max_size=120))
def test_parts_are_exact_words_of_any_quote(quote: str) -> None:
    assert all(words in quote for words in asdict(prefill(quote, PLAIN)).values())
