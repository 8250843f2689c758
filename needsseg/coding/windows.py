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

_Sentence = tuple[int, int, int]
"""The span of a sentence and the number of its words."""


def windows(transcript: Transcript, speech: Speech | None = None) -> list[Span]:
    """Return spans of whole sentences within participants' turns, in order, of at least ``SHORTEST`` words."""
    window_spans: list[Span] = []
    for turn in transcript.turns:
        if turn.role == "participant":
            window_spans += turn_windows(transcript.text, turn, speech)
    return window_spans


def turn_windows(text: str, turn: Turn, speech: Speech | None = None) -> list[Span]:
    """Return the windows of one turn, whoever speaks; ``text`` is the whole transcript's."""
    return _grouped(text, sentence_spans(text, turn.start, turn.end, speech))


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
    groups: list[list[_Sentence]] = []
    words = 0
    for start, end in sentences:
        length = count_words(text[start:end])
        if groups and words < COMFORTABLE and words + length <= LONGEST:
            groups[-1].append((start, end, length))
            words += length
        else:
            groups.append([(start, end, length)])
            words = length
    if len(groups) > 1:
        last_words, previous_words = (sum(length for *_, length in group) for group in (groups[-1], groups[-2]))
        if last_words < COMFORTABLE // 2 and previous_words + last_words <= LONGEST:
            groups[-2:] = [groups[-2] + groups[-1]]
    spans = map(_without_asides, groups)
    return [span for span in spans if count_words(text[slice(*span)]) >= SHORTEST]


def _without_asides(group: list[_Sentence]) -> Span:
    first, last = 0, len(group) - 1
    while first < last and group[first][2] <= ASIDE:
        first += 1
    while last > first and group[last][2] <= ASIDE:
        last -= 1
    return group[first][0], group[last][1]
