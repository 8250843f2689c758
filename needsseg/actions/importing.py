"""Importing transcripts: files and folders in, one bad file refused by name, nothing overwritten silently."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg import transcripts
from needsseg.embedding import Progress, silent
from needsseg.errors import TranscriptError
from needsseg.records import Passage, Transcript
from needsseg.study import history, interviews, passages, reimporting
from needsseg.study.connection import Study

if TYPE_CHECKING:
    from needsseg.coding.anchoring import Anchor


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
    report = _Growing()
    files = _files(study, paths, report.refused)
    with study.action("import") as action:
        known = _Known(study)
        for number, file in enumerate(files):
            progress("importing", number, len(files))
            try:
                _import(study, file, format, known, report)
            except TranscriptError as error:
                report.refused.append(Refused(file.name, str(error)))
            except OSError as error:
                report.refused.append(Refused(file.name, f"cannot be read: {error.strerror}"))
        progress("importing", len(files), len(files))
        action.summary = f"imported {len(report.added)} interview{'s' if len(report.added) != 1 else ''}"
    return report.whole()


@dataclass(slots=True)
class _Growing:
    """An import's report while it is written."""

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)

    def whole(self) -> ImportReport:
        return ImportReport(
            tuple(self.added),
            tuple(self.unchanged),
            tuple(self.changed),
            tuple(self.refused),
            tuple(self.warnings),
        )


class _Known:
    """What the study holds already, by key, content, file name and words; grows with the import."""

    def __init__(self, study: Study) -> None:
        self.keys = set(interviews.keys(study))
        self.by_content, self.by_file = interviews.by_content(study), interviews.by_file(study)
        self.by_words = {_words_sha256(interviews.transcript(study, key)): key for key in sorted(self.keys)}


def _import(study: Study, file: Path, format: str | None, known: _Known, report: _Growing) -> None:
    """Imports one file: one interview, or those of a table, each by the id that the table gives it."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
    if digest in known.by_content:
        report.unchanged.append(file.name)
        return
    for part, transcript in transcripts.read_all(file, format):
        name, stem = (f"{file.name}#{part}", f"{file.stem} {part}") if part else (file.name, file.stem)
        content = hashlib.sha256(f"{digest}\0{part}".encode()).hexdigest() if part else digest
        namesake = known.by_file.get(name, ("", ""))[0]
        if content in known.by_content:
            report.unchanged.append(name)
        elif namesake and _much_alike(transcript, interviews.transcript(study, namesake)):
            report.changed.append(name)
        else:
            if namesake:
                report.warnings.append((name, f"is another conversation than {namesake}, whose file has the same name"))
            _add(study, _key(stem, known.keys), _title(stem), name, content, transcript, known, report)


def _add(
    study: Study,
    key: str,
    title: str,
    name: str,
    content: str,
    transcript: Transcript,
    known: _Known,
    report: _Growing,
) -> None:
    interviews.add(study, key, title, name, content, transcript)
    known.keys.add(key)
    known.by_content[content], known.by_file[name] = key, (key, content)
    report.added.append(key)
    report.warnings += [(name, warning) for warning in transcript.warnings]
    same = known.by_words.setdefault(_words_sha256(transcript), key)
    if same != key:
        report.warnings.append((name, f"has the same words as {same}; remove one of them"))


@dataclass(frozen=True, slots=True)
class Edited:
    """A passage whose words were edited in the new text, before and after."""

    passage: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ReimportReport:
    """What a new text did to an interview's passages: how many kept their very words, which were edited, which lost."""

    key: str
    kept: int
    edited: tuple[Edited, ...]
    lost: tuple[Passage, ...]
    warnings: tuple[str, ...]


def reimport(study: Study, key: str, file: Path, format: str | None = None) -> ReimportReport:
    """Puts an edited transcript in place of an interview's text, its passages following their words; one action.

    A passage whose words cannot be placed with certainty is kept as it was, without a place, and listed; an earlier lost one
    comes back where its words stand exactly once. Raises TranscriptError for a file that cannot be read.
    """
    if study.owns(file):
        raise TranscriptError(f"{file}: belongs to the study itself.", "Name a transcript.")
    transcript = transcripts.read(file, format)
    with study.action("reimport") as action:
        old = interviews.transcript(study, key)
        held = passages.listing(study, key)
        found = _places(study, key, old, transcript, held)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        reimporting.replace_text(
            study, key, file.name, digest, transcript, {passage: (at.start, at.end) for passage, at in found.items()}
        )
        after = {passage.id: passage for passage in passages.listing(study, key)}
        edited = tuple(
            Edited(passage.id, passage.quote, after[passage.id].quote)
            for passage in held
            if passage.id in found and not found[passage.id].exact
        )
        lost = tuple(passage for passage in after.values() if not passage.anchored)
        action.summary = f"read {key} again: {len(found)} of {len(held)} passages placed"
    return ReimportReport(key, len(found) - len(edited), edited, lost, transcript.warnings)


def _places(study: Study, key: str, old: Transcript, new: Transcript, held: Sequence[Passage]) -> dict[int, Anchor]:
    """Where passages stand in a new text, each within one turn of a participant."""
    # Here, since the app's first screen imports this module and rarely reads a text again.
    from needsseg.coding.anchoring import Anchor, anchor

    standing = [passage for passage in held if passage.anchored]
    found = dict(zip(standing, anchor(old.text, new.text, [(p.start, p.end) for p in standing]), strict=True))
    for passage in held:
        if not passage.anchored and new.text.count(passage.quote) == 1:
            at = new.text.index(passage.quote)
            found[passage] = Anchor(at, at + len(passage.quote), True)
    roles = reimporting.known_roles(study, key, new)
    turns = [turn for turn in new.turns if roles[turn.speaker] == "participant"]
    return {
        passage.id: at
        for passage, at in found.items()
        if at is not None and any(turn.start <= at.start and at.end <= turn.end for turn in turns)
    }


def _files(study: Study, paths: Sequence[Path], refused: list[Refused]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = transcripts.transcript_files(path)
            if not inside:
                refused.append(Refused(str(path), f"holds no transcript ({' '.join(transcripts.SUFFIXES)})"))
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


__all__ = [
    "Edited",
    "ImportReport",
    "Refused",
    "ReimportReport",
    "forget_interview",
    "import_transcripts",
    "reimport",
    "remove_interview",
]
