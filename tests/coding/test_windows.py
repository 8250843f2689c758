"""Windows: how many words make one, what joins its neighbour, which sentences at its edges are left out."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.coding.sentences import count_words
from needsseg.coding.suggestions import weigh, window_at
from needsseg.coding.windows import question_before, turn_at, windows
from needsseg.records import Transcript, Turn


def _sentences(lengths: list[int]) -> str:
    return " ".join(" ".join(["word"] * length) + "." for length in lengths)


def _talk(*turns: tuple[str, str]) -> Transcript:
    """Turns of (role, words), a space between them."""
    text = " ".join(words for _, words in turns)
    spoken, start = [], 0
    for role, words in turns:
        spoken.append(Turn(speaker=role, role=role, start=start, end=start + len(words)))
        start += len(words) + 1
    return Transcript(text, tuple(spoken), "text")


def _window_lengths(lengths: list[int]) -> list[int]:
    """Words of each window in an answer whose sentences have so many words."""
    transcript = _talk(("participant", _sentences(lengths)))
    return [count_words(transcript.text[start:end]) for start, end in windows(transcript)]


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        ([8], []),
        ([9], [9]),
        ([200], [200]),
        ([25, 20], [45]),
        ([26, 20], [26, 20]),
        ([20, 50], [70]),
        ([20, 51], [20, 51]),
        ([10, 10, 10, 10], [40]),
        ([26, 12], [38]),
        ([26, 13], [26, 13]),
        ([58, 12], [70]),
        ([59, 12], [59, 12]),
        ([26, 26, 8], [26, 34]),
        ([60, 60, 8], [60, 68]),
        ([3, 20, 3], [20]),
        ([4, 20, 4], [28]),
        ([3, 3, 9, 2, 1], [9]),
        ([3, 3, 3], []),
        ([], []),
    ],
)
def test_windows_by_the_lengths_of_sentences(sentences: list[int], expected: list[int]) -> None:
    assert _window_lengths(sentences) == expected


@given(st.lists(st.integers(1, 80), max_size=12))
def test_windows_are_whole_sentences_in_order(lengths: list[int]) -> None:
    transcript = _talk(("participant", _sentences(lengths)))
    spans = windows(transcript)
    assert all(end < start for (_, end), (start, _) in pairwise(spans))
    assert all(
        transcript.text[end - 1] == "." and (transcript.text[:start] or ". ")[-2:] == ". " for start, end in spans
    )


def test_only_what_participants_say_makes_windows_and_none_crosses_turns() -> None:
    answer = _sentences([10])
    transcript = _talk(("interviewer", answer), ("participant", answer), ("other", answer), ("participant", answer))
    assert windows(transcript) == [(turn.start, turn.end) for turn in transcript.turns if turn.role == "participant"]


def test_the_turn_at_each_place_and_the_question_before_it() -> None:
    transcript = _talk(
        ("participant", "Hello."),
        ("interviewer", "Who pays?"),
        ("participant", "I do."),
        ("interviewer", "Why?"),
        ("participant", "Habit."),
    )
    first, who, payer, why, habit = transcript.turns
    for turn in transcript.turns:
        assert turn_at(transcript, turn.start) == turn_at(transcript, turn.end - 1) == turn
        assert turn_at(transcript, turn.end) is None
    for turn, question in ((first, ""), (who, ""), (payer, "Who pays?"), (why, "Who pays?"), (habit, "Why?")):
        assert question_before(transcript, turn.start) == question_before(transcript, turn.end - 1) == question
    assert question_before(transcript, why.end) == "Why?"


def test_a_window_knows_how_long_the_answer_is_that_it_begins_in() -> None:
    transcript = _talk(
        ("interviewer", "Why?"), ("participant", _sentences([30, 30])), ("participant", _sentences([12]))
    )
    assert [(window.words, window.answer) for window in weigh(transcript, ())] == [(30, 60), (30, 60), (12, 12)]
    assert window_at(transcript, (4, 5), (), "").answer == 0
