"""Windows: stretches of participant speech that are scored as passages, of one to a few sentences."""

from __future__ import annotations

from needsseg.coding.sentences import Span, count_words, sentence_spans
from needsseg.languages.speech import Speech
from needsseg.records import Transcript, Turn

SHORTEST = 9
"""The fewest words of a window; shorter stretches are too little evidence."""
COMFORTABLE = 26
"""Words from which a window is long enough to be understood alone."""
LONGEST = 70
"""The most words of a window of several sentences."""
ASIDE = 3
"""Words up to which a sentence at a window's edge is an aside ("Yeah. Right.") and is left out."""


def windows(transcript: Transcript, speech: Speech | None = None) -> list[Span]:
    """Return spans of whole sentences within participants' turns, in order, of at least ``SHORTEST`` words."""
    window_spans: list[Span] = []
    for turn in transcript.turns:
        if turn.role == "participant":
            sentences = sentence_spans(transcript.text, turn.start, turn.end, speech)
            window_spans += _grouped(transcript.text, sentences)
    return window_spans


def turn_at(transcript: Transcript, place: int) -> Turn | None:
    """Return the turn at an offset; None between turns."""
    return next((turn for turn in transcript.turns if turn.start <= place < turn.end), None)


def question_before(transcript: Transcript, place: int) -> str:
    """Return the interviewer's last turn before the turn at an offset; "" where there is none."""
    question = ""
    for turn in transcript.turns:
        if turn.start > place or turn.start <= place < turn.end:
            break
        if turn.role == "interviewer":
            question = transcript.text[turn.start : turn.end]
    return question


def _grouped(text: str, sentences: list[Span]) -> list[Span]:
    """Join neighbouring sentences until a window is comfortable; a short remainder joins the window before it."""
    groups: list[list[Span]] = []
    words = 0
    for sentence in sentences:
        length = count_words(text[slice(*sentence)])
        if groups and words < COMFORTABLE and words + length <= LONGEST:
            groups[-1].append(sentence)
            words += length
        else:
            groups.append([sentence])
            words = length
    if len(groups) > 1:
        last_words = sum(count_words(text[slice(*sentence)]) for sentence in groups[-1])
        previous_words = sum(count_words(text[slice(*sentence)]) for sentence in groups[-2])
        if last_words < COMFORTABLE // 2 and previous_words + last_words <= LONGEST:
            groups[-2:] = [groups[-2] + groups[-1]]
    spans = (_without_asides(text, group) for group in groups)
    return [span for span in spans if count_words(text[slice(*span)]) >= SHORTEST]


def _without_asides(text: str, group: list[Span]) -> Span:
    first, last = 0, len(group) - 1
    while first < last and count_words(text[slice(*group[first])]) <= ASIDE:
        first += 1
    while last > first and count_words(text[slice(*group[last])]) <= ASIDE:
        last -= 1
    return group[first][0], group[last][1]
