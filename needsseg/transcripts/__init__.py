"""Room 1: a file becomes a Transcript."""

from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.detection import detect
from needsseg.transcripts.formats import FORMATS
from needsseg.transcripts.reading import SUFFIXES, read, read_all, read_text_lines, transcript_files

__all__ = [
    "FORMATS",
    "NO_CHOICES",
    "SUFFIXES",
    "ReadingChoices",
    "detect",
    "read",
    "read_all",
    "read_text_lines",
    "transcript_files",
]
