"""CHAT, the format of TalkBank (https://talkbank.org/0info/manuals/CHAT.html): ``*INT:`` lines, times between bullets."""

from __future__ import annotations

import re
from collections.abc import Sequence

from needsseg.records import Role
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.spoken import Mark, Reading, Spoken, marked, merged

_TURN = re.compile(r"^\*([A-Z0-9_]{1,7}):\s*(.*)$")
_TIME = re.compile(r"\s*\x15(\d+)_(\d+)\x15\s*")
_ASKS = frozenset({"investigator", "interviewer", "moderator"})


def looks_like_chat(lines: Sequence[str]) -> bool:
    """Return whether lines are a CHAT file: ``@Begin`` among the first, and main lines."""
    return any(line.startswith("@Begin") for line in lines[:10]) and any(_TURN.match(line) for line in lines)


def read_chat(lines: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Read main lines (``*PAR:``) as turns; headers (``@``) are metadata, dependent tiers (``%mor:``) notes.

    A line that begins with a tab continues the line before.
    """
    pieces: list[Spoken] = []
    marks: list[Mark] = []
    tier = "metadata"
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if match := _TURN.match(line):
            tier = "speech"
            time = _TIME.search(match[2])
            words = _TIME.sub(" ", match[2]).strip()
            start, end = (int(time[1]), int(time[2])) if time else (None, None)
            pieces.append(Spoken(match[1], words, start, end, index + 1))
            word_count = len(words.split())
            marks += [
                Mark(index, "speech", word_count),
                Mark(index, "label", 1),
                Mark(index, "time", len(line.split()) - word_count - 1),
            ]
        elif line.startswith(("@", "%")):
            tier = "metadata" if line.startswith("@") else "note"
            marks.append(marked(index, tier, line))
        elif line[:1] in "\t " and tier == "speech" and pieces:
            time = _TIME.search(line)
            words = _TIME.sub(" ", line).strip()
            last = pieces[-1]
            start = last.start_ms if last.start_ms is not None else int(time[1]) if time else None
            pieces[-1] = Spoken(
                last.speaker, f"{last.words} {words}", start, int(time[2]) if time else last.end_ms, last.line
            )
            word_count = len(words.split())
            marks += [Mark(index, "speech", word_count), Mark(index, "time", len(line.split()) - word_count)]
        elif line[:1] in "\t ":
            marks.append(marked(index, tier, line))
    speaker_pieces = [piece for piece in pieces if piece.speaker not in choices.not_speakers]
    return Reading(merged(speaker_pieces), (), tuple(marks), tuple(lines))


def roles_in(lines: Sequence[str]) -> dict[str, Role]:
    """Return roles by speaker code from the header ``@Participants``: ``INT Oda Interviewer, PAR Teo Participant``."""
    role_by_code: dict[str, Role] = {}
    for line in lines:
        if line.startswith("@Participants:"):
            for entry in line.partition(":")[2].split(","):
                words = entry.split()
                if len(words) > 1:
                    role_by_code[words[0]] = "interviewer" if words[-1].casefold() in _ASKS else "participant"
    return role_by_code
