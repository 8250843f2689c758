"""Signs that a transcript was read wrongly, in particular its speakers, each with its line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, islice

from needsseg.records import Role
from needsseg.transcripts.roles import role_from_label
from needsseg.transcripts.spoken import Spoken

ONE_TURN_SHARE = 0.6
"""A turn with more of a file's words than this is suspicious where others are labelled."""
PARTICIPANT_QUESTION_SHARE = 0.5
FEWEST_QUESTIONS = 6
_FEWEST_WORDS = 60
_FEWEST_TURNS = 6
_TURNS_EACH = 3
_LABEL_A_LINE = 0.7
_SHINGLE = 5
_TWICE_SHARE = 0.5
_TWICE_WORDS = 120
_TWICE_APART = 60
_WORD = re.compile(r"\w+")
_REMAINING_TIME = re.compile(r"(?<![\d:])\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,3})?(?![\d:])|\[\d{1,2}:\d{2}\]|-->")
_REMAINING_MARKUP = re.compile(
    r"</?(?:p|span|div|v|c|i|b|font|br|u)\b[^<>]{0,80}>|\{\\[a-z]|&(?:amp|nbsp|lt|gt|quot);|\\(?:par|pard|b0)\b"
)


def suspicions(spoken: Sequence[Spoken], roles: Mapping[str, Role], unit: str = "line") -> tuple[str, ...]:
    """Return sentences that each name a line and what seems wrong there; none for an ordinary interview.

    ``spoken`` are the turns in order with their lines, ``roles`` the roles of their speakers. The thresholds are our own choice.
    """
    turns = [(piece, len(piece.words.split())) for piece in spoken if piece.words.strip()]
    total = sum(count for _, count in turns)
    if not total:
        return ()
    return (
        *_one_speaker_only(turns, total, unit),
        *_asking(turns, roles, unit),
        *_nobody_asks(turns, roles, unit),
        *_many_labels(turns, unit),
        *_repeated_conversation(turns, unit),
        *_unread_markup(turns, unit),
    )


def _at(piece: Spoken, unit: str) -> str:
    return f"{unit[0].upper()}{unit[1:]} {piece.line}: " if piece.line else ""


def _one_speaker_only(turns: Sequence[tuple[Spoken, int]], total: int, unit: str) -> list[str]:
    speakers = {piece.speaker for piece, _ in turns if piece.speaker}
    if len(speakers) < 2 or total < _FEWEST_WORDS:
        return []
    piece, count = max(turns, key=lambda turn: turn[1])
    times = Counter(piece.speaker for piece, _ in turns)
    words = Counter[str]()
    for one, number in turns:
        words[one.speaker] += number
    if count > ONE_TURN_SHARE * total:
        speaker = piece.speaker or "nobody named"
        return [
            f"{_at(piece, unit)}one turn of {speaker} holds {count / total:.0%} of all words; labels below may be missing."
        ]
    if piece.speaker and times[piece.speaker] == 1 and count == max(words.values()) and len(turns) >= _FEWEST_TURNS:
        return [f"{_at(piece, unit)}{piece.speaker} speaks once and has the most words."]
    return []


def _asking(turns: Sequence[tuple[Spoken, int]], roles: Mapping[str, Role], unit: str) -> list[str]:
    questions_by_speaker: Counter[str] = Counter()
    for piece, _ in turns:
        questions_by_speaker[piece.speaker] += sum(piece.words.count(mark) for mark in "?？؟")
    questions = sum(questions_by_speaker.values())
    if questions < FEWEST_QUESTIONS or len({piece.speaker for piece, _ in turns if piece.speaker}) < 2:
        return []
    sentences: list[str] = []
    words = Counter[str]()
    for piece, number in turns:
        words[piece.speaker] += number
    total = sum(words.values())
    for speaker, count in questions_by_speaker.items():
        # The main speaker asks many questions in passing; only a larger share of questions than of words is suspicious.
        if roles.get(speaker) == "participant" and count / questions > max(
            PARTICIPANT_QUESTION_SHARE, words[speaker] / total
        ):
            first = next(piece for piece, _ in turns if piece.speaker == speaker and "?" in piece.words)
            sentences.append(
                f"{_at(first, unit)}{speaker or 'a turn without a speaker'} is a participant and asks {count} of {questions} "
                "questions; check the roles."
            )
    return sentences


def _nobody_asks(turns: Sequence[tuple[Spoken, int]], roles: Mapping[str, Role], unit: str) -> list[str]:
    """Report two or more people in conversation, none of whom clearly asks: a person has to name the interviewer."""
    times = Counter(piece.speaker for piece, _ in turns if piece.speaker)
    talking = [speaker for speaker, count in times.items() if count >= _TURNS_EACH]
    if len(talking) < 2 or "interviewer" in (roles.get(speaker) for speaker in times):
        return []
    speaker_list = ", ".join(talking[:4]) + (", …" if len(talking) > 4 else "")
    return [f"{_at(turns[0][0], unit)}it is not clear who interviews ({speaker_list}); say who asks, if anybody does."]


def _many_labels(turns: Sequence[tuple[Spoken, int]], unit: str) -> list[str]:
    labelled_pieces = [piece for piece, _ in turns if piece.speaker]
    labels = {piece.speaker for piece in labelled_pieces}
    role_labels = sum(role_from_label(label) is not None for label in labels)
    if len(labelled_pieces) < 6 or len(labels) < _LABEL_A_LINE * len(labelled_pieces) or role_labels * 2 > len(labels):
        return []
    return [
        f"{_at(labelled_pieces[0], unit)}nearly every turn has a speaker of its own ({len(labels)}); labels may be read wrongly."
    ]


def _repeated_conversation(turns: Sequence[tuple[Spoken, int]], unit: str) -> list[str]:
    """Report the same conversation twice: most runs of five words from some turn on also occur above it."""
    words: list[str] = []
    starts: list[int] = []
    for piece, _ in turns:
        starts.append(len(words))
        words += _WORD.findall(piece.words.casefold())
    if len(words) < 2 * _TWICE_WORDS:
        return []
    first_positions: dict[tuple[str, ...], int] = {}
    shingles = zip(*(islice(words, first, None) for first in range(_SHINGLE)), strict=False)
    repeats = [
        position - first_positions.setdefault(shingle, position) >= _TWICE_APART
        for position, shingle in enumerate(shingles)
    ]
    again = list(accumulate([*repeats, *[False] * (_SHINGLE - 1)], initial=0))
    for (piece, _), start in zip(turns, starts, strict=True):
        remaining = len(words) - start
        if remaining < _TWICE_WORDS:
            break
        head = min(remaining, _TWICE_WORDS)
        repeated = again[start + head] - again[start]
        if repeated >= _TWICE_SHARE * head and again[-1] - again[start] >= _TWICE_SHARE * remaining:
            return [f"{_at(piece, unit)}the same conversation seems to begin again; the file may hold it twice."]
    return _repetition_within_turns(turns, starts, again, unit)


def _repetition_within_turns(
    turns: Sequence[tuple[Spoken, int]], starts: Sequence[int], again: Sequence[int], unit: str
) -> list[str]:
    ends = [*starts[1:], len(again) - 1]
    for (piece, _), start, end in zip(turns, starts, ends, strict=True):
        if end - start >= 2 * _TWICE_WORDS and again[end] - again[start] >= _TWICE_SHARE * (end - start):
            return [f"{_at(piece, unit)}this turn repeats the text above; the file may hold the conversation twice."]
    return []


def _unread_markup(turns: Sequence[tuple[Spoken, int]], unit: str) -> list[str]:
    sentences: list[str] = []
    for shape, remnant in ((_REMAINING_TIME, "times"), (_REMAINING_MARKUP, "markup")):
        matching_pieces = [piece for piece, _ in turns if shape.search(piece.words)]
        if len(matching_pieces) >= 3 or (matching_pieces and len(matching_pieces) * 2 > len(turns)):
            sentences.append(
                f"{_at(matching_pieces[0], unit)}{remnant} were left within the speech of {len(matching_pieces)} turns."
            )
    return sentences
