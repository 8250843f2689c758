"""Interviews written as a guide: numbered questions with the answers below and no speaker labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from needsseg.transcripts.spoken import HEADED, NUMBERED, Mark, Reading, Spoken, merged, one_line

_NUMBER = re.compile(
    r"^(?P<indent>\s*)[*_]{0,3}(?:Q(?:uestion)?\s*)?(?P<number>\d{1,3})(?:[.):]|\.\d+\.?)[*_]{0,3}\s+(?=\S)", re.I
)
_BOLD = re.compile(r"^\s*(?P<mark>\*\*\*?|__)(?P<words>[^*_].*?)(?P=mark)\s*$")
_ITALIC = re.compile(r"^\s*(?P<mark>\*|_)(?![*_])(?P<words>[^*_]+)(?P=mark)\s*$")
_BULLET = re.compile(r"^\s*(?:[-*+•–]|[a-z][.)])\s+")
_ASKS = re.compile(r"[?？؟][\"'”’»)*_\s]*$")
_LABEL = re.compile(r"^[^:]{1,40}:")
_ENDED = re.compile(r"[.!?…:][\"'”’»)*_\s]*$")
_FEWEST_EMPHASISED = 3
_BY_TURNS = 0.6
_LONGEST_HEADING = 6
_WARNING = (
    "No speakers are named: numbered questions were read as the interviewer's, what stands below them as the "
    "participant's."
)


def read_guide(lines: Sequence[str]) -> Reading | None:
    """Read questions and answers as turns of ``Interviewer`` and ``Participant``; None where the lines are not a guide.

    Lines above the first question are left out.
    """
    question_by_line = questions_in(lines)
    if not question_by_line:
        return None
    pieces: list[Spoken] = []
    marks: list[Mark] = []
    apart = True
    kinds = _kinds_of_emphasised(lines)
    for index, line in enumerate(lines):
        words = ""
        if pieces and index not in question_by_line and (kinds[index] == "heading" or line.startswith(HEADED)):
            marks.append(Mark(index, "heading", len(line.split())))
        elif index in question_by_line:
            words = question_by_line[index]
            pieces.append(Spoken("Interviewer", words, line=index + 1))
        elif pieces and one_line(line):
            last = pieces[-1]
            if not apart and last.speaker == "Interviewer" and _goes_on(last.words, line, lines[index - 1]):
                words = line.strip()
                pieces[-1] = replace(last, words=f"{last.words} {words}")
            else:
                glue = last.speaker == "Participant" and not apart and not _BULLET.match(line)
                words = _BULLET.sub("", line).strip()
                if glue:
                    pieces[-1] = replace(last, words=f"{last.words} {words}")
                else:
                    pieces.append(Spoken("Participant", words, line=index + 1))
        if words:
            word_count = len(words.split())
            marks += [Mark(index, "speech", word_count), Mark(index, "label", len(line.split()) - word_count)]
        apart = not one_line(line)
    if not any(piece.speaker == "Participant" for piece in pieces):
        return None
    numbered = any(
        index in question_by_line and (line.startswith(NUMBERED) or _NUMBER.match(line))
        for index, line in enumerate(lines)
    )
    warning = _WARNING if numbered else _WARNING.replace("numbered questions", "questions in bold or italics")
    return Reading(merged(pieces, by_paragraph=True), (warning,), tuple(marks), tuple(lines))


def questions_in(lines: Sequence[str]) -> dict[int, str]:
    """Return a guide's questions by line index, without number and emphasis; empty where the lines are not a guide.

    A question is a line with a number (typed, added by a word processor, or all in bold with a question mark), indented
    no deeper than the first, with a number not below the one before. A guide has at least two, and half of them end in a
    question mark.
    """
    numbered: dict[int, str] = {}
    deepest: int | None = None
    before = 0
    kinds = _kinds_of_emphasised(lines)
    for index, line in enumerate(lines):
        match = _NUMBER.match(line)
        if line.startswith(NUMBERED):
            numbered[index] = line[len(NUMBERED) :].strip()
        elif match:
            indent, number = len(match["indent"].expandtabs(4)), int(match["number"])
            deepest = indent if deepest is None else deepest
            if indent <= deepest and number >= before:
                before = number
                numbered[index] = _plain(line[match.end() :])
        elif kinds[index] == "question" and (bold := _BOLD.match(line) or _ITALIC.match(line)):
            numbered[index] = bold["words"].strip()
    questions = {index: words for index, words in numbered.items() if one_line(words)}
    question_count = sum(bool(_ASKS.search(words)) for words in questions.values())
    return questions if len(questions) > 1 and 2 * question_count >= len(questions) else {}


def _kinds_of_emphasised(lines: Sequence[str]) -> list[str]:
    """Return the kind of each line that is all in bold or italics, as ``emphasised_questions``; "" for other lines."""
    emphasis_matches = [_BOLD.match(line) or _ITALIC.match(line) for line in lines]
    return emphasised_questions(
        [match["words"] if match else line for line, match in zip(lines, emphasis_matches, strict=True)],
        [match is not None for match in emphasis_matches],
    )


def emphasised_questions(texts: Sequence[str], emphasised: Sequence[bool]) -> list[str]:
    """Return the kind of each text: ``question`` or ``heading`` for texts emphasised as a whole, else "".

    Where such texts alternate with others, sentences among them are the interviewer's questions, and a few words without
    a full stop are a heading. Elsewhere only those with a question mark are questions.
    """
    non_blank = [index for index, text in enumerate(texts) if one_line(text)]
    emphasised_lines = [index for index in non_blank if emphasised[index]]
    followed = sum(emphasised[index] and not emphasised[after] for index, after in pairwise(non_blank))
    asks = sum(bool(_ASKS.search(texts[index])) for index in emphasised_lines)
    labelled = sum(bool(_LABEL.match(texts[index])) for index in emphasised_lines)
    by_turns = (
        len(emphasised_lines) >= _FEWEST_EMPHASISED
        and followed >= _BY_TURNS * len(emphasised_lines)
        and asks * 3 >= len(emphasised_lines)
        and len(emphasised_lines) * 4 >= len(non_blank)
        and not labelled
    )
    kinds = [""] * len(texts)
    for index in emphasised_lines:
        if _ASKS.search(texts[index]) or (by_turns and _ENDED.search(texts[index])):
            kinds[index] = "question"
        elif by_turns and len(texts[index].split()) <= _LONGEST_HEADING:
            kinds[index] = "heading"
        elif by_turns:
            kinds[index] = "question"
    return kinds


def _plain(words: str) -> str:
    bold = _BOLD.match(words)
    return bold["words"].strip() if bold else words.strip().strip("*").strip()


def _goes_on(question: str, line: str, before: str) -> bool:
    """Return whether a line continues a question wrapped over lines: unfinished, and the line not indented deeper."""
    ended = re.search(r"[.!?？؟:][\"'”’»)*_\s]*$", question) is not None
    deeper = len(line) - len(line.lstrip()) > len(before) - len(before.lstrip()) + 4
    return not ended and not deeper and not _BULLET.match(line)
