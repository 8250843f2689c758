"""Importing transcripts: files and folders in, one bad file refused by name, nothing overwritten silently."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.likeness import much_alike, words_sha256
from needsseg.actions.spooling import Parsed, Spool, spooling
from needsseg.errors import NotFoundError, TranscriptError
from needsseg.files import file_sha256, sha256
from needsseg.progress import Progress, silent
from needsseg.records import Passage, Transcript
from needsseg.study import history, interviews, passages, reimporting, turns
from needsseg.study.connection import Study
from needsseg.text import format_count

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
    """Imports transcript files, and folders with all they hold, as one action.

    Every file is parsed before the study is locked, so that others write meanwhile; the memory used is that of one file.
    """
    report = _Growing()
    files = _files(study, paths, report.refused)
    known = _Known(study)
    with spooling(study.path.parent) as spool:
        for number, file in enumerate(files):
            progress("importing", number, len(files))
            _parse(study, file, format, known, spool, report)
        progress("importing", len(files), len(files))
        if spool.parsed:
            _store(study, spool, known, report, progress)
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
    """What the study holds, by key, content, file name and words; grows with the import."""

    def __init__(self, study: Study) -> None:
        self._words: dict[str, tuple[str, str]] = {}
        self.look(study)

    def look(self, study: Study) -> None:
        """Looks what the study holds now; words are read one interview at a time, and not again while they are the same."""
        self.by_content, self.by_file = interviews.by_content(study), interviews.by_file(study)
        texts = interviews.text_sha256(study)
        for key, text in texts.items():
            if self._words.get(key, ("", ""))[0] != text:
                self._words[key] = text, words_sha256(interviews.said(study, key))
        self.keys = set(texts)
        self.by_words = {self._words[key][1]: key for key in sorted(texts)}


def _parse(study: Study, file: Path, format: str | None, known: _Known, spool: Spool, report: _Growing) -> None:
    """Puts what one file holds into the spool: one interview, or those of a table, each by the id that the table gives it."""
    from needsseg import transcripts

    whole = _storable(file.name)
    try:
        digest = file_sha256(file) if file.is_file() else ""
        found = [] if digest in known.by_content else transcripts.read_all(file, format)
    except TranscriptError as error:
        report.refused.append(Refused(whole, str(error)))
        return
    except OSError as error:
        report.refused.append(Refused(whole, f"cannot be read: {error.strerror}"))
        return
    if not found:
        report.unchanged.append(whole)
    for part, transcript in found:
        part = _storable(part)
        name, stem = (f"{whole}#{part}", f"{Path(whole).stem} {part}") if part else (whole, Path(whole).stem)
        content = sha256(f"{digest}\0{part}") if part else digest
        if content in known.by_content:
            report.unchanged.append(name)
            continue
        try:
            place = spool.put(transcript)
        except TranscriptError as error:
            report.refused.append(Refused(name, str(error)))
            continue
        words = words_sha256(transcript.words(turn) for turn in transcript.turns)
        namesake = known.by_file.get(name)
        alike = namesake is not None and _is_version_of(study, transcript, namesake)
        spool.parsed.append(Parsed(name, stem, content, words, place, namesake, alike))


def _store(study: Study, spool: Spool, known: _Known, report: _Growing, progress: Progress) -> None:
    """Stores what was parsed as one action, by what the study holds now: others may have written since."""
    _ = study.db  # loaded before the study is locked
    with study.action("import") as action:
        known.look(study)
        for number, parsed in enumerate(spool.parsed):
            progress("storing", number, len(spool.parsed))
            namesake = known.by_file.get(parsed.name)
            if parsed.content in known.by_content:
                report.unchanged.append(parsed.name)
                continue
            transcript = spool.get(parsed.place)
            # The comparison was made without the lock, unless the namesake came or changed meanwhile.
            same = namesake == parsed.namesake
            if namesake and (parsed.alike if same else _is_version_of(study, transcript, namesake)):
                report.changed.append(parsed.name)
                continue
            if namesake:
                told = f"is another conversation than {namesake[0]}, whose file has the same name"
                report.warnings.append((parsed.name, told))
            _add(study, parsed, transcript, known, report)
        action.summary = f"imported {format_count(len(report.added), 'interview')}"
    progress("storing", len(spool.parsed), len(spool.parsed))


def _add(study: Study, parsed: Parsed, transcript: Transcript, known: _Known, report: _Growing) -> None:
    key = _key(parsed.stem, known.keys)
    interviews.add(study, key, _title(parsed.stem), parsed.name, parsed.content, transcript)
    known.keys.add(key)
    known.by_content[parsed.content], known.by_file[parsed.name] = key, (key, parsed.content)
    report.added.append(key)
    report.warnings += [(parsed.name, warning) for warning in transcript.warnings]
    same = known.by_words.setdefault(parsed.words, key)
    if same != key:
        report.warnings.append((parsed.name, f"has the same words as {same}; remove one of them"))


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
    from needsseg import transcripts
    from needsseg.actions.speakers import carried_over

    read = transcripts.read(file, format)
    with study.action("reimport") as action:
        old = interviews.transcript(study, key)
        transcript = carried_over(old, read)
        held, mended = passages.listing(study, key), turns.mended(study, key)
        found = _places(study, key, old, transcript, held)
        digest = file_sha256(file)
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
    warnings = transcript.warnings
    if mended:
        times = f"mended by hand {format_count(mended, 'time')}"
        warnings += (f"the turns of {key} had been {times}; they are those of the file now (undo brings them back)",)
    return ReimportReport(key, len(found) - len(edited), edited, lost, warnings)


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
    from needsseg import transcripts

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


def _is_version_of(study: Study, transcript: Transcript, namesake: tuple[str, str]) -> bool:
    """Whether a transcript is a version of the interview that has its file's name."""
    try:
        return much_alike(transcript, interviews.transcript(study, namesake[0]))
    except NotFoundError:  # removed by someone else just now
        return False


def _storable(text: str) -> str:
    """A file's name or an id as a study can hold it: what is no UTF-8 is written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


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
