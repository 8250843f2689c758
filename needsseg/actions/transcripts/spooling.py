"""Spool parsed transcripts of an import to a private, unnamed file, and read them back one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from needsseg.errors import StudyError, TranscriptError
from needsseg.records import LeftOut, Transcript, Turn


@dataclass(frozen=True, slots=True)
class Parsed:
    """A transcript in the spool: its source, its identity, and its place in the file (offset, length).

    ``content`` is the SHA-256 of its file or of its part of a table, ``words`` that of its words. ``namesake`` is (key,
    content) of the interview that had its file's name when it was parsed, ``alike`` says that both are versions of one
    conversation; ``title`` is its own title line.
    """

    name: str
    stem: str
    content: str
    words: str
    place: tuple[int, int]
    namesake: tuple[str, str] | None = None
    alike: bool = False
    title: str = ""


class Spool:
    """The transcripts parsed so far; only one at a time is in memory."""

    def __init__(self, folder: Path, file: IO[bytes]) -> None:
        self.parsed: list[Parsed] = []
        self._folder, self._file = folder, file

    def put(self, transcript: Transcript) -> tuple[int, int]:
        """Store a transcript and return its place for ``get``; raises TranscriptError for lone surrogates in it."""
        turns = [(t.speaker, t.role, t.start, t.end, t.start_ms, t.end_ms) for t in transcript.turns]
        left_out = [(one.kind, one.words, one.first_lines) for one in transcript.left_out]
        attributes = {speaker: dict(values) for speaker, values in transcript.attributes.items()}
        about = (dict(transcript.words_by_kind), left_out, transcript.suspicions, transcript.title, attributes)
        content = (transcript.text, turns, transcript.format, transcript.warnings, *about)
        try:
            data = json.dumps(content, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            half = ascii(error.object[error.start])
            raise TranscriptError(f"it contains half a character, {half}.", "Export it again as UTF-8.") from error
        with _naming_full_disk(self._folder):
            at, remaining = self._file.seek(0, 2), memoryview(data)
            while remaining:
                remaining = remaining[self._file.write(remaining) :]
        return at, len(data)

    def get(self, place: tuple[int, int]) -> Transcript:
        """Read a stored transcript."""
        self._file.seek(place[0])
        text, turns, form, warnings, words, left_out, suspicions, title, attributes = json.loads(
            self._file.read(place[1])
        )
        return Transcript(
            text,
            tuple(Turn(*turn) for turn in turns),
            form,
            tuple(warnings),
            words,
            tuple(LeftOut(kind, count, tuple(lines)) for kind, count, lines in left_out),
            tuple(suspicions),
            title,
            attributes,
        )


@contextmanager
def spooling(folder: Path) -> Iterator[Spool]:
    """Open a spool in ``folder``, which is removed in any case: its file has no name and is readable by its owner only.

    The folder is the study's, not one for temporary files, since interviews are personal data. Raises StudyError if there
    is no space.
    """
    with ExitStack() as stack:
        with _naming_full_disk(folder):
            # Unbuffered, since closing would write again what found no space, and hide the first error.
            file = stack.enter_context(TemporaryFile(dir=folder, buffering=0))
        yield Spool(folder, file)


@contextmanager
def _naming_full_disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StudyError(
            f"{folder} cannot hold what was read from the files: {error.strerror}. Nothing was imported.",
            "Free some space, or check the folder's permissions.",
        ) from error
