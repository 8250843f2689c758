"""Room 1: a file becomes a Transcript."""

from needsseg.transcripts.detection import detect
from needsseg.transcripts.formats import FORMATS
from needsseg.transcripts.reading import SUFFIXES, read, transcript_files

__all__ = ["FORMATS", "SUFFIXES", "detect", "read", "transcript_files"]
