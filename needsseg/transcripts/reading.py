"""Read files as transcripts: the public functions of this package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from needsseg.errors import Advice, Fix, TranscriptError, UsageError
from needsseg.records import Role, Transcript, Turn
from needsseg.text import format_count
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices
from needsseg.transcripts.compose import compose
from needsseg.transcripts.contents import Contents, contents_of
from needsseg.transcripts.detection import format_of
from needsseg.transcripts.formats import CUE_FORMATS, FORMATS, TABLE_FORMATS, TEXT_FORMATS, WORD_FORMATS
from needsseg.transcripts.language import count_foreign, language_warning
from needsseg.transcripts.lines.labels import same_person
from needsseg.transcripts.roles import guess_roles
from needsseg.transcripts.spoken import Reading
from needsseg.transcripts.suspicions import suspicions
from needsseg.transcripts.tables.reading import read_table, read_workbook
from needsseg.transcripts.word_counts import WordCounts, count_words, refuse_unread, warnings_about


def read(
    path: str | Path, format: str | None = None, anyway: bool = False, choices: ReadingChoices = NO_CHOICES
) -> Transcript:
    """Return the transcript in a file, with speakers, guessed roles and warnings.

    ``format`` (one of FORMATS) overrides detection; an unknown name is a UsageError. Offsets are code points. Raises
    TranscriptError, with the file's name, where it cannot be opened, is binary or damaged, contains no speech, has more
    than a tenth of its words unread (unless ``anyway``), or is a table of several interviews (see ``read_all``).
    """
    transcripts = read_all(path, format, anyway, choices)
    if len(transcripts) > 1:
        keys = ", ".join(key for key, _ in transcripts[:3]) + (", …" if len(transcripts) > 3 else "")
        raise TranscriptError(
            f"{path}: this table holds {len(transcripts)} interviews ({keys}), not one.",
            Advice(
                "To import all of them: ",
                Fix.IMPORT.of(folder=path),
                "; in Python: needsseg.transcripts.read_all.",
            ),
        )
    return transcripts[0][1]


def read_all(
    path: str | Path, format: str | None = None, anyway: bool = False, choices: ReadingChoices = NO_CHOICES
) -> list[tuple[str, Transcript]]:
    """Return every transcript in a file as (key, transcript); the key is its id in a table, else "".

    An ordinary file has one entry; a table with an id column (``transcript_id,text``, or one row per turn) has one per
    id, in row order. Rows and interviews of a table that cannot be read are reported in the warnings of the first
    transcript. Raises as ``read`` does, and for a table without speech.
    """
    chosen_layout = format or choices.layout
    if chosen_layout and chosen_layout not in FORMATS:
        raise UsageError(f"Unknown transcript format {chosen_layout!r}.", f"Known formats: {', '.join(FORMATS)}.")
    path = Path(path)
    contents = contents_of(path)
    name = chosen_layout or format_of(contents, path.suffix)
    if {"text": "text", "xlsx": "xlsx"}.get(contents.kind, "word") != _kind_of(name):
        raise _of_another_kind(path, contents, name)
    if name in TABLE_FORMATS:
        transcripts, counts, warnings = _all_in_table(contents, name, path, choices)
    else:
        reading = (WORD_FORMATS if name in WORD_FORMATS else TEXT_FORMATS)[name](contents.lines, choices)
        counts, warnings = [count_words(reading)], ()
        transcripts = [("", _transcript(reading, counts[0], name, choices.roles))]
        if not transcripts[0][1].turns:
            hint = "Check the file, or name its format yourself."
            raise TranscriptError(f"{path}: {_no_speech_message(contents, name)}", hint)
    if not anyway:
        refuse_unread(counts, str(path))
    key, first = transcripts[0]
    foreign = count_foreign([_spoken_text(transcript) for _, transcript in transcripts])
    doubts = (*contents.warnings, *warnings, *first.warnings, *language_warning(foreign, len(transcripts)))
    return [(key, replace(first, warnings=doubts)), *transcripts[1:]]


def read_text_lines(lines: Sequence[str], suffix: str = ".txt") -> Transcript:
    """Return the transcript in lines from another file (a REFI-QDA source), read like a separate file.

    Text that is read as a table, or without speech, gives a transcript without turns.
    """
    name = format_of(Contents(tuple(lines)), suffix)
    if name in TABLE_FORMATS:
        return Transcript("", (), name)
    reading = TEXT_FORMATS[name](lines, NO_CHOICES)
    return _transcript(reading, count_words(reading), name)


def _kind_of(name: str) -> str:
    return "word" if name in WORD_FORMATS else "xlsx" if name == "xlsx" else "text"


def _of_another_kind(path: Path, contents: Contents, name: str) -> TranscriptError:
    kind = {
        "text": "a text file",
        "docx": "a Word document",
        "odt": "an OpenDocument text",
        "rtf": "a rich-text (RTF) document",
        "pdf": "a PDF",
        "html": "a web page",
        "xlsx": "an Excel workbook",
    }[contents.kind]
    own_kind = {"text": "text", "xlsx": "xlsx"}.get(contents.kind, "word")
    formats = [format_name for format_name in FORMATS if _kind_of(format_name) == own_kind]
    return TranscriptError(
        f"{path}: this is {kind}, which cannot be read as {name}.", f"Choose one of: {', '.join(formats)}."
    )


def _all_in_table(
    contents: Contents, name: str, path: Path, choices: ReadingChoices
) -> tuple[list[tuple[str, Transcript]], list[WordCounts], tuple[str, ...]]:
    if contents.kind == "xlsx":
        table = read_workbook(contents.sheets, str(path), choices)
    else:
        table = read_table(contents.lines, name, str(path), choices)
    counts = [count_words(interview.reading) for interview in table.interviews]
    transcripts = [
        (interview, _transcript(interview.reading, word_counts, name, {**interview.roles, **choices.roles}))
        for interview, word_counts in zip(table.interviews, counts, strict=True)
    ]
    with_turns = [(interview.key, transcript) for interview, transcript in transcripts if transcript.turns]
    without_turns = tuple(
        f"{interview.key} ({interview.where}) holds no speech and was left out."
        for interview, transcript in transcripts
        if not transcript.turns
    )
    if not with_turns:
        raise TranscriptError(f"{path}: read as {name}, it holds no speech.", "Check the table's columns.")
    return with_turns, counts, (*table.warnings, *without_turns)


def _transcript(
    reading: Reading, counts: WordCounts, name: str, chosen_roles: Mapping[str, Role] = MappingProxyType({})
) -> Transcript:
    text, turns = compose(reading.spoken)
    roles = {**guess_roles(turns, text), **chosen_roles}
    turns = tuple(replace(turn, role=roles[turn.speaker]) for turn in turns)
    doubts = (*reading.suspicions, *suspicions(reading.spoken, roles, reading.unit))
    return Transcript(
        text,
        turns,
        name,
        (*reading.warnings, *warnings_about(counts), *doubts, *_doubts(turns)),
        counts.by_kind if reading.source else {},
        counts.left_out,
        doubts,
        reading.title,
        reading.attributes,
    )


def _spoken_text(transcript: Transcript) -> str:
    return "\n".join(transcript.words(turn) for turn in transcript.turns)


def _no_speech_message(contents: Contents, name: str) -> str:
    if name in CUE_FORMATS:
        timed = any("-->" in line for line in contents.lines)
        return f"read as {name}, it has no {'words in its cues' if timed else 'cues (timing lines)'}."
    if name == "meet-docx":
        return f"read as {name}, it holds an AI's notes and no transcript."
    return f"read as {name}, it holds no speech."


def _doubts(turns: Sequence[Turn]) -> tuple[str, ...]:
    speakers = tuple(dict.fromkeys(turn.speaker for turn in turns))
    named_speakers = tuple(speaker for speaker in speakers if speaker)
    doubts = [f"These speakers look like one person: {'; '.join(group)}." for group in same_person(named_speakers)]
    if not named_speakers:
        doubts.append("No speakers are named: questions and answers cannot be told apart.")
    elif len(speakers) == 1:
        doubts.append(f"Only one speaker, {named_speakers[0]}: questions and answers cannot be told apart.")
    elif "" in speakers:
        count = sum(not turn.speaker for turn in turns)
        doubts.append(f"{format_count(count, 'turn has', 'turns have')} no speaker.")
    return tuple(doubts)
