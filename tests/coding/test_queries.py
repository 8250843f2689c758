"""Searches: what their words become, and the shortest stretches of sentences that hold them, checked by trying them all."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.coding.queries import Query, occurrences, parsed, stretches
from needsseg.coding.sentences import Span, sentence_spans


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('pay "by month"  pay', Query(("pay", "by month"))),
        ("“by  month”", Query(("by month",))),
        ('5" screens', Query(("5", "screens"))),
        ("報告 weekly 報告", Query(("weekly",), ("報告",))),
        ("pay !!", Query(("pay",))),
        ("!!", Query((), ("!!",))),
        ('"🙂"', Query((), ("🙂",))),
        ("🙂 🙁", Query((), ("🙂 🙁",))),
        ('""', Query((), ('""',))),
        ("  ", Query()),
    ],
)
def test_a_search_becomes_phrases_and_what_is_looked_for_to_the_letter(query: str, expected: Query) -> None:
    assert parsed(query) == expected
    assert len(parsed(query)) == len(expected.phrases) + len(expected.literal)


def test_occurrences_do_not_overlap_and_take_signs_to_the_letter() -> None:
    assert occurrences("aaa.a", "aa") == [(0, 2)]
    assert occurrences("a.a b.", ".") == [(1, 2), (5, 6)]


def _brute_force(text: str, terms: Sequence[Sequence[Span]]) -> list[Span]:
    """All runs of whole sentences that hold each term and hold no smaller such run, the shortest and first taken first."""
    sentences = sentence_spans(text)

    def holds(first: int, final: int) -> bool:
        low, high = sentences[first][0], sentences[final][1]
        return all(any(low <= start and end <= high for start, end in spans) for spans in terms)

    runs = [(first, final) for first in range(len(sentences)) for final in range(first, len(sentences))]
    complete = [run for run in runs if holds(*run)]
    chosen: list[Span] = []
    for first, final in sorted(complete, key=lambda run: (run[1] - run[0], run[0])):
        smaller = any((a, b) != (first, final) and first <= a and b <= final for a, b in complete)
        if not smaller and all(final < a or b < first for a, b in chosen):
            chosen.append((first, final))
    return [(sentences[first][0], sentences[final][1]) for first, final in sorted(chosen)]


@given(
    st.lists(st.sampled_from(["a", "b", "c", "x", "x y", "a b", "c. b"]), max_size=12),
    st.sampled_from(["a", "ab", "abc"]),
)
def test_stretches_are_those_that_trying_all_of_them_finds(sentences: list[str], wanted: str) -> None:
    text = " ".join(f"{sentence}." for sentence in sentences)
    terms = [occurrences(text, letter) for letter in wanted]
    assert stretches(text, terms) == _brute_force(text, terms)


def test_a_shorter_stretch_is_taken_before_one_that_begins_earlier() -> None:
    text = "a. x. b. a. x."
    assert stretches(text, [occurrences(text, "a"), occurrences(text, "b")]) == [(6, 11)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a. b. a.", [(0, 5)]),
        ("a. b. a. b.", [(0, 5), (6, 11)]),
        ("a. b. a. x. b.", [(0, 5), (6, 14)]),
        ("x. b. a. b. a.", [(3, 8), (9, 14)]),
    ],
)
def test_stretches_that_would_overlap_are_not_both_taken(text: str, expected: list[Span]) -> None:
    assert stretches(text, [occurrences(text, "a"), occurrences(text, "b")]) == expected


def test_a_term_that_runs_over_the_end_of_a_sentence_needs_both() -> None:
    text = "One. Two ends. Then three. Four."
    assert [text[slice(*span)] for span in stretches(text, [occurrences(text, "ends. Then")])] == [
        "Two ends. Then three."
    ]
