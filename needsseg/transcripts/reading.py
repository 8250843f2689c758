"""The door of this room: a path in, a Transcript out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from needsseg.errors import TranscriptError, UsageError
from needsseg.records import Role, Transcript, Turn
from needsseg.text import format_count
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.compose import compose
from needsseg.transcripts.contents import Contents, contents_of
from needsseg.transcripts.decoding import decoded
from needsseg.transcripts.detection import format_of
from needsseg.transcripts.formats import CUE_FORMATS, FORMATS, TABLE_FORMATS, TEXT_FORMATS, WORD_FORMATS
from needsseg.transcripts.json_rows import json_of_speech, json_text_of_speech
from needsseg.transcripts.labels import same_person
from needsseg.transcripts.language import language_warning, seems_english
from needsseg.transcripts.roles import guess_roles
from needsseg.transcripts.rows import looks_delimited
from needsseg.transcripts.spoken import Reading
from needsseg.transcripts.tables import read_table, read_workbook
from needsseg.transcripts.word_counts import WordCounts, count_words, refuse_unread, warnings_about
from needsseg.transcripts.workbook import sheets_of

SUFFIXES: tuple[str, ...] = (
    ".txt", ".text", ".md", ".vtt", ".srt", ".docx", ".odt", ".csv", ".tsv", ".jsonl", ".json", ".dote", ".otr", ".xlsx",
)  # fmt: skip
_TABLES = frozenset({".csv", ".tsv", ".jsonl", ".json", ".xlsx"})
_LARGEST_PEEKED_JSON = 50_000_000
_PEEK = 65_536
_LONGEST_LINE = 20_000_000
_NO_TALK = re.compile(r"~\$|(?:README|LICEN[SC]E)(?![a-z\s])", re.IGNORECASE)


def read(
    path: str | Path, format: str | None = None, anyway: bool = False, choices: ReadingChoices = NO_CHOICES
) -> Transcript:
    """The one transcript in a file, with speakers, guessed roles and warnings.

    ``format`` (one of FORMATS) overrules the detector; an unknown name is a UsageError. Offsets are code points.
    Raises TranscriptError, naming the file, where it cannot be opened, is binary or damaged, holds no speech, is not
    understood for more than a tenth of its words (unless ``anyway``), or is a table of several interviews, for which
    there is ``read_all``.
    """
    found = read_all(path, format, anyway, choices)
    if len(found) > 1:
        keys = ", ".join(key for key, _ in found[:3]) + (", …" if len(found) > 3 else "")
        raise TranscriptError(
            f"{path}: this table holds {len(found)} interviews ({keys}), not one.",
            "needsseg import takes them all; in Python, needsseg.transcripts.read_all does.",
        )
    return found[0][1]


def read_all(
    path: str | Path, format: str | None = None, anyway: bool = False, choices: ReadingChoices = NO_CHOICES
) -> list[tuple[str, Transcript]]:
    """Every transcript in a file, each with what tells it from the others: its id in a table, else "".

    An ordinary file has one entry, a table with an id column (``transcript_id,text``, or one row a turn) one for each
    id, in the order of the rows. A row or an interview of a table that cannot be read is named in the warnings of the
    first transcript, and the rest goes on. Raises as ``read`` does; a table without any speech is refused.
    """
    wanted = format or choices.layout
    if wanted and wanted not in FORMATS:
        raise UsageError(f"Unknown transcript format {wanted!r}.", f"Known formats: {', '.join(FORMATS)}.")
    path = Path(path)
    contents = contents_of(path)
    name = wanted or format_of(contents, path.suffix)
    if {"text": "text", "xlsx": "xlsx"}.get(contents.kind, "word") != _kind_of(name):
        raise _of_another_kind(path, contents, name)
    if name in TABLE_FORMATS:
        found, counts, warnings = _all_in_table(contents, name, path, choices)
    else:
        reading = (WORD_FORMATS if name in WORD_FORMATS else TEXT_FORMATS)[name](contents.lines, choices)
        found, counts, warnings = [("", _transcript(reading, name, choices.roles))], [count_words(reading)], ()
        if not found[0][1].turns:
            hint = "Check the file, or name its format yourself."
            raise TranscriptError(f"{path}: {_nothing(contents, name)}", hint)
    if not anyway:
        refuse_unread(counts, str(path))
    key, first = found[0]
    foreign = sum(not seems_english(_said(transcript)) for _, transcript in found)
    doubts = (*contents.warnings, *warnings, *first.warnings, *language_warning(foreign, len(found)))
    return [(key, replace(first, warnings=doubts)), *found[1:]]


def read_text_lines(lines: Sequence[str], suffix: str = ".txt") -> Transcript:
    """The transcript in the lines of a text that stands in another file (a REFI-QDA source), as a file of its own gives it.

    Text that is read as a table, or in which nobody says anything, gives a transcript without turns.
    """
    name = format_of(Contents(tuple(lines)), suffix)
    if name in TABLE_FORMATS:
        return Transcript("", (), name)
    return _transcript(TEXT_FORMATS[name](lines, NO_CHOICES), name)


def _kind_of(name: str) -> str:
    return "word" if name in WORD_FORMATS else "xlsx" if name == "xlsx" else "text"


def _of_another_kind(path: Path, contents: Contents, name: str) -> TranscriptError:
    kind = {
        "text": "a text file", "docx": "a Word document", "odt": "an OpenDocument text", "xlsx": "an Excel workbook"
    }[contents.kind]  # fmt: skip
    own = {"text": "text", "xlsx": "xlsx"}.get(contents.kind, "word")
    known = [each for each in FORMATS if _kind_of(each) == own]
    return TranscriptError(
        f"{path}: this is {kind}, which cannot be read as {name}.", f"Choose one of: {', '.join(known)}."
    )


def _all_in_table(
    contents: Contents, name: str, path: Path, choices: ReadingChoices
) -> tuple[list[tuple[str, Transcript]], list[WordCounts], tuple[str, ...]]:
    if contents.kind == "xlsx":
        table = read_workbook(contents.sheets, str(path), choices)
    else:
        table = read_table(contents.lines, name, str(path), choices)
    found = [(one, _transcript(one.reading, name, {**one.roles, **choices.roles})) for one in table.interviews]
    heard = [(one.key, transcript) for one, transcript in found if transcript.turns]
    silent = tuple(
        f"{one.key} ({one.where}) holds no speech and was left out."
        for one, transcript in found
        if not transcript.turns
    )
    if not heard:
        raise TranscriptError(f"{path}: read as {name}, it holds no speech.", "Check the table's columns.")
    return heard, [count_words(one.reading) for one, _ in found], (*table.warnings, *silent)


def _transcript(reading: Reading, name: str, told: Mapping[str, Role] = MappingProxyType({})) -> Transcript:
    text, turns = compose(reading.spoken)
    roles = {**guess_roles(turns, text), **told}
    cast = tuple(replace(turn, role=roles[turn.speaker]) for turn in turns)
    counts = count_words(reading)
    return Transcript(
        text,
        cast,
        name,
        (*reading.warnings, *warnings_about(counts), *reading.suspicions, *_doubts(cast)),
        counts.by_kind if reading.source else {},
        counts.left_out,
        reading.suspicions,
        reading.title,
        reading.attributes,
    )


def _said(transcript: Transcript) -> str:
    return "\n".join(transcript.words(turn) for turn in transcript.turns)


def transcript_files(folder: str | Path) -> list[Path]:
    """The files below a folder that may be transcripts, sorted by path.

    Only the suffixes in SUFFIXES, tables only where their columns are those of speech (``participants.csv`` is not);
    nothing hidden (a name with a leading dot, at any depth below the folder), no lock files of a word processor
    (``~$…``), no README or LICENSE (``README.de.md``, ``LICENSE-MIT.txt``; but ``License talks.txt`` is listed). Other
    files are not listed, even where ``read`` could read them.
    Raises TranscriptError where the folder is missing or is no folder.
    """
    root = Path(folder)
    if not root.is_dir():
        raise TranscriptError(f"{root}: there is no such folder.", "Check the path.")
    return sorted(path for path in root.rglob("*") if _listed(path, root) and path.is_file())


def _listed(path: Path, root: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    suffix = path.suffix.casefold()
    if suffix not in SUFFIXES or hidden or _NO_TALK.match(path.name):
        return False
    return suffix not in _TABLES or _holds_speech(path)


def _holds_speech(path: Path) -> bool:
    try:
        if path.suffix.casefold() == ".xlsx":
            return bool(read_workbook(sheets_of(path), str(path)).interviews)
        if path.suffix.casefold() == ".json":
            text, _ = decoded(path.read_bytes()[:_LARGEST_PEEKED_JSON], str(path))
            return json_text_of_speech(text)
        with path.open("rb") as file:
            data = file.read(_PEEK)
            if b"\n" not in data:
                data += file.readline(_LONGEST_LINE)
        head, _ = decoded(data, str(path))
    except (OSError, TranscriptError):
        # Listed all the same: importing it then names the file and says what is wrong.
        return path.is_file()
    lines = head.split("\n")
    return looks_delimited(lines) or json_of_speech(lines)


def _nothing(contents: Contents, name: str) -> str:
    if name in CUE_FORMATS:
        timed = any("-->" in line for line in contents.lines)
        return f"read as {name}, it has no {'words in its cues' if timed else 'cues (timing lines)'}."
    if name == "meet-docx":
        return f"read as {name}, it holds an AI's notes and no transcript."
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
        doubts.append(f"{format_count(count, 'turn has', 'turns have')} no speaker.")
    return tuple(doubts)
