"""Layouts of documents from a word processor: plain paragraphs, Teams' and Google Meet's transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.headed import HEADER, TEAMS_NOTICE, read_headed
from needsseg.transcripts.meet import MEET_TIME, from_meet, left_out_warning, only_the_talk
from needsseg.transcripts.spoken import Reading
from needsseg.transcripts.text import read_text


def word_format(paragraphs: Sequence[str]) -> str:
    """Which of the Word layouts the paragraphs have."""
    if any(HEADER.match(text.split("\n", 1)[0]) for text in paragraphs if text.strip()):
        return "teams-docx"
    if any(MEET_TIME.match(text) for text in paragraphs) or from_meet(paragraphs):
        return "meet-docx"
    return "docx"


def read_word(paragraphs: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Paragraphs ``Name: words``; a paragraph without a label goes on with the speaker before."""
    return read_text(_apart(paragraphs))


def read_teams_word(paragraphs: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """One paragraph a turn: header, line break, words; notices of transcription are dropped."""
    lines = ["" if TEAMS_NOTICE.match(line) else line for line in _apart(paragraphs)]
    return read_headed(lines)


def read_meet_word(paragraphs: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """Google Meet: what stands above the first ``HH:MM:SS`` (an AI's summary, attendees) is no speech."""
    kept = only_the_talk(paragraphs)
    reading = read_text(_apart(kept))
    return replace(reading, warnings=left_out_warning(paragraphs, kept) + reading.warnings)


def read_odt(paragraphs: Sequence[str], choices: ReadingChoices = NO_CHOICES) -> Reading:
    """An OpenDocument text in whichever of the Word layouts it has: Google Docs saves Meet's transcripts as .odt too."""
    readers = {"teams-docx": read_teams_word, "meet-docx": read_meet_word}
    return readers.get(word_format(paragraphs), read_word)(paragraphs)


def _apart(paragraphs: Sequence[str]) -> list[str]:
    return [line for text in paragraphs for line in (*text.replace("\v", "\n").split("\n"), "")]
