"""Importing transcripts: files and folders in, one bad file refused by name, nothing overwritten silently."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from needsseg import transcripts
from needsseg.embedding import Progress, silent
from needsseg.errors import TranscriptError
from needsseg.records import Transcript
from needsseg.study import history, interviews
from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not imported, why, and what to do."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: keys added, files already there, files that changed since, files refused."""

    added: tuple[str, ...]
    unchanged: tuple[str, ...]
    changed: tuple[str, ...]
    refused: tuple[Refused, ...]
    warnings: tuple[tuple[str, str], ...]


def import_transcripts(
    study: Study, paths: Sequence[Path], format: str | None = None, progress: Progress = silent
) -> ImportReport:
    """Imports transcript files, and folders with all they hold, as one action."""
    added: list[str] = []
    unchanged: list[str] = []
    changed: list[str] = []
    refused: list[Refused] = []
    warnings: list[tuple[str, str]] = []
    files = _files(study, paths, refused)
    with study.action("import") as action:
        taken = set(interviews.keys(study))
        by_content, by_file = interviews.by_content(study), interviews.by_file(study)
        by_words = {_words_sha256(interviews.transcript(study, key)): key for key in sorted(taken)}
        for number, file in enumerate(files):
            progress("importing", number, len(files))
            try:
                digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
                if digest in by_content:
                    unchanged.append(file.name)
                    continue
                transcript = transcripts.read(file, format)
                namesake = by_file.get(file.name, ("", ""))[0]
                if namesake and _much_alike(transcript, interviews.transcript(study, namesake)):
                    changed.append(file.name)
                else:
                    if namesake:
                        warnings.append(
                            (file.name, f"is another conversation than {namesake}, whose file has the same name")
                        )
                    key = _key(file.stem, taken)
                    interviews.add(study, key, _title(file.stem), file.name, digest, transcript)
                    taken.add(key)
                    by_content[digest], by_file[file.name] = key, (key, digest)
                    added.append(key)
                    warnings += [(file.name, warning) for warning in transcript.warnings]
                    same = by_words.setdefault(_words_sha256(transcript), key)
                    if same != key:
                        warnings.append((file.name, f"has the same words as {same}; remove one of them"))
            except TranscriptError as error:
                refused.append(Refused(file.name, str(error)))
            except OSError as error:
                refused.append(Refused(file.name, f"cannot be read: {error.strerror}"))
        progress("importing", len(files), len(files))
        action.summary = f"imported {len(added)} interview{'s' if len(added) != 1 else ''}"
    return ImportReport(tuple(added), tuple(unchanged), tuple(changed), tuple(refused), tuple(warnings))


def _files(study: Study, paths: Sequence[Path], refused: list[Refused]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = transcripts.transcript_files(path)
            if not inside:
                refused.append(Refused(str(path), "holds no transcript (.txt .md .vtt .srt .docx)"))
            files += inside
        elif study.owns(path):
            refused.append(Refused(str(path), "belongs to the study itself"))
        elif path.exists():
            files.append(path)
        else:
            refused.append(Refused(str(path), "does not exist"))
    return list(dict.fromkeys(files))


def _much_alike(first: Transcript, second: Transcript) -> bool:
    """Whether two transcripts are versions of one conversation: they share a third of what either's people said at length."""
    turns = [
        {
            " ".join(words.split())
            for turn in transcript.turns
            if turn.role != "interviewer" and len(words := transcript.words(turn)) > 20
        }
        for transcript in (first, second)
    ]
    return 3 * len(turns[0] & turns[1]) >= max(1, min(len(turns[0]), len(turns[1])))


def _words_sha256(transcript: Transcript) -> str:
    """Tells whether two files are the same conversation in different formats: the same words in the same order."""
    said = " ".join(word for turn in transcript.turns for word in transcript.words(turn).split())
    return hashlib.sha256(said.encode("utf-8")).hexdigest()


def _key(stem: str, taken: set[str]) -> str:
    """A short, unused key made of a file's name: lower case letters, digits and hyphens, of any script."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", stem) if not unicodedata.combining(c)).lower()
    key = re.sub(r"[\W_]+", "-", plain).strip("-")[:48].strip("-") or "interview"
    number, unused = 2, key
    while unused in taken:
        unused, number = f"{key}-{number}", number + 1
    return unused


def _title(stem: str) -> str:
    words = re.sub(r"[-_\s]+", " ", stem).strip() or stem
    return words.title() if words == words.lower() else words


def remove_interview(study: Study, key: str) -> None:
    """Takes an interview with its passages out of the study; undo brings it back."""
    with study.action("remove", f"removed interview {key}"):
        interviews.remove(study, key)


def forget_interview(study: Study, key: str) -> None:
    """Erases an interview for good: its words leave the file, and the history up to now with them. Not undoable."""
    remove_interview(study, key)
    history.forget(study)


__all__ = ["ImportReport", "Refused", "forget_interview", "import_transcripts", "remove_interview"]
