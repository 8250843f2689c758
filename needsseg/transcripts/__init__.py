"""Room 1: a file becomes a Transcript."""

from needsseg.transcripts.detection import detect
from needsseg.transcripts.formats import FORMATS
from needsseg.transcripts.reading import SUFFIXES, read, read_all, transcript_files

__all__ = ["FORMATS", "SUFFIXES", "detect", "read", "read_all", "transcript_files"]
