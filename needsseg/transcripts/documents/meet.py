"""Google Meet's documents: the dialogue is between a clock time and a closing notice, with an AI's notes around it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from needsseg.text import format_count
from needsseg.transcripts.spoken import HEADED

MEET_TIME = re.compile(r"^\s*(?:#{1,6}\s*)?(?:\*\*)?\d{2}:\d{2}:\d{2}(?:\*\*)?\s*$")
_END = re.compile(r"^\s*(?:#{1,6}\s*)?[*_]*(?:Transcription|Meeting) ended (?:after|at)\b", re.IGNORECASE)
_NOTICE = re.compile(
    r"^\W*(?:This editable transcript was computer generated|You should review Gemini['’]s notes|"
    r"Get tips and learn how Gemini takes notes|Please provide feedback about using Gemini|Notes by Gemini\b)",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"^\W*(?:Invited\b.*|Attachments\b.*|Attendees|Summary|Details|(?:Suggested )?next steps|Meeting records\b.*|"
    r"Meeting notes|Notes|Transcript)\W*$",
    re.IGNORECASE,
)


def from_meet(lines: Sequence[str]) -> bool:
    """Return whether lines are a Google Meet document saved as text or Markdown."""
    first = next((line for line in lines if MEET_TIME.match(line)), "")
    if any(_NOTICE.match(line) for line in lines) or (first and any(_END.match(line) for line in lines)):
        return True
    return first.strip("#* \t") == "00:00:00" and _notes_above(lines)


def dialogue_lines(lines: Sequence[str]) -> list[str]:
    """Return the lines, with those that are not speech empty: notes above the first clock time, closing notices.

    A document of an AI's notes without a clock time becomes empty. Speech above a first time that is not 00:00:00 is
    kept where there are no notes above it.
    """
    first = next((line.strip("#* \t") for line in lines if MEET_TIME.match(line)), "")
    has_notice = any(_NOTICE.match(line) for line in lines)
    in_dialogue = not (has_notice or first == "00:00:00" or _notes_above(lines))
    talk_lines: list[str] = []
    for line in lines:
        if MEET_TIME.match(line):
            in_dialogue = True
            talk_lines.append(line.strip("#* \t"))
            continue
        if _END.match(line):
            in_dialogue = False
        talk_lines.append(line if in_dialogue and not _NOTICE.match(line) else "")
    return talk_lines


def kinds_outside_dialogue(lines: Sequence[str], talk_lines: Sequence[str]) -> dict[int, str]:
    """Return the kinds of the lines that ``dialogue_lines`` emptied: Meet's notices, headings, else an AI's ``note``."""
    return {
        index: "metadata"
        if _NOTICE.match(line) or _END.match(line)
        else "heading"
        if line.startswith(HEADED)
        else "note"
        for index, (line, talk_line) in enumerate(zip(lines, talk_lines, strict=True))
        if line.strip() and not talk_line.strip()
    }


def left_out_warning(lines: Sequence[str], talk_lines: Sequence[str]) -> tuple[str, ...]:
    """Return a warning with the number of paragraphs above the dialogue that were read as notes and attendees."""
    first = next((index for index, line in enumerate(talk_lines) if line.strip()), len(talk_lines))
    count = sum(bool(line.strip()) for line in lines[:first] if not line.startswith(HEADED))
    if not count:
        return ()
    return (
        f"{format_count(count, 'paragraph')} above the talk (an AI's notes, attendees) left out: nobody said them.",
    )


def _notes_above(lines: Sequence[str]) -> bool:
    first = next((index for index, line in enumerate(lines) if MEET_TIME.match(line)), 0)
    return any(_ABOVE.match(line) for line in lines[:first])
