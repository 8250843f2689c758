"""Room 1: read a file as a Transcript."""

from needsseg.transcripts.choice_matches import lines_beginning, matching_lines
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.detection import detect
from needsseg.transcripts.folders import (
    SUFFIXES,
    FolderContents,
    PassedOver,
    folder_contents,
    transcript_files,
    why_no_file,
)
from needsseg.transcripts.formats import FORMATS
from needsseg.transcripts.reading import read, read_all, read_text_lines
from needsseg.transcripts.shapes import FileShape, shape_of

__all__ = [
    "FORMATS",
    "NO_CHOICES",
    "SUFFIXES",
    "FileShape",
    "FolderContents",
    "PassedOver",
    "ReadingChoices",
    "detect",
    "folder_contents",
    "lines_beginning",
    "matching_lines",
    "read",
    "read_all",
    "read_text_lines",
    "shape_of",
    "transcript_files",
    "why_no_file",
]
