"""The door of this room: a path in, a Transcript out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from needsseg.errors import TranscriptError, UsageError
from needsseg.records import Transcript, Turn
from needsseg.transcripts.compose import compose
from needsseg.transcripts.contents import Contents, contents_of
from needsseg.transcripts.detection import format_of
from needsseg.transcripts.formats import CUE_FORMATS, FORMATS, TEXT_FORMATS, WORD_FORMATS
from needsseg.transcripts.labels import same_person
from needsseg.transcripts.roles import guess_roles

SUFFIXES: tuple[str, ...] = (".txt", ".text", ".md", ".vtt", ".srt", ".docx")
_NO_TALK = re.compile(r"~\$|(?:README|LICEN[SC]E)(?![a-z\s])", re.IGNORECASE)


def read(path: str | Path, format: str | None = None) -> Transcript:
    """The transcript in a file, with speakers, guessed roles and warnings.

    ``format`` (one of FORMATS) overrules the detector; an unknown name is a UsageError. Offsets are code points.
    Raises TranscriptError, naming the file, where it cannot be opened, is binary or damaged, or holds no speech.
    """
    if format is not None and format not in FORMATS:
        raise UsageError(f"Unknown transcript format {format!r}.", f"Known formats: {', '.join(FORMATS)}.")
    path = Path(path)
    contents = contents_of(path)
    name = format or format_of(contents, path.suffix)
    if contents.word != (name in WORD_FORMATS):
        kind = "a Word document" if contents.word else "a text file"
        known = ", ".join(WORD_FORMATS if contents.word else TEXT_FORMATS)
        raise TranscriptError(f"{path}: this is {kind}, which cannot be read as {name}.", f"Choose one of: {known}.")
    reading = (WORD_FORMATS if contents.word else TEXT_FORMATS)[name](contents.lines)
    text, turns = compose(reading.spoken)
    if not turns:
        raise TranscriptError(f"{path}: {_nothing(contents, name)}", "Check the file, or name its format yourself.")
    roles = guess_roles(turns, text)
    cast = tuple(replace(turn, role=roles[turn.speaker]) for turn in turns)
    return Transcript(text, cast, name, contents.warnings + reading.warnings + _doubts(cast))


def transcript_files(folder: str | Path) -> list[Path]:
    """The files below a folder that may be transcripts, sorted by path.

    Only the suffixes in SUFFIXES; nothing hidden (a name with a leading dot, at any depth below the folder), no Word
    lock files (``~$…``), no README or LICENSE (``README.de.md``, ``LICENSE-MIT.txt``; but ``License talks.txt`` is
    listed). Other files are not listed, even where ``read`` could read them.
    Raises TranscriptError where the folder is missing or is no folder.
    """
    root = Path(folder)
    if not root.is_dir():
        raise TranscriptError(f"{root}: there is no such folder.", "Check the path.")
    return sorted(path for path in root.rglob("*") if _listed(path, root) and path.is_file())


def _listed(path: Path, root: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    return path.suffix.casefold() in SUFFIXES and not hidden and not _NO_TALK.match(path.name)


def _nothing(contents: Contents, name: str) -> str:
    if name in CUE_FORMATS:
        timed = any("-->" in line for line in contents.lines)
        return f"read as {name}, it has no {'words in its cues' if timed else 'cues (timing lines)'}."
    return f"read as {name}, it holds no speech."


def _doubts(turns: Sequence[Turn]) -> tuple[str, ...]:
    speakers = tuple(dict.fromkeys(turn.speaker for turn in turns))
    named = tuple(speaker for speaker in speakers if speaker)
    doubts = [f"These speakers look like one person: {'; '.join(group)}." for group in same_person(named)]
    if not named:
        doubts.append("No speakers are named: questions and answers cannot be told apart.")
    elif len(speakers) == 1:
        doubts.append(f"Only one speaker, {named[0]}: questions and answers cannot be told apart.")
    elif "" in speakers:
        count = sum(not turn.speaker for turn in turns)
        doubts.append(f"{count} {'turn has' if count == 1 else 'turns have'} no speaker.")
    return tuple(doubts)
