"""Import transcripts from files and folders; a bad file is refused by name, and nothing is overwritten silently."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.transcripts.import_choices import (
    NOTHING_CHOSEN,
    ChoiceResolver,
    FileChoices,
    ImportChoices,
    check,
    choice_words,
    combined,
    remember,
)
from needsseg.actions.transcripts.import_files import (
    Refused,
    content_of,
    files_of,
    read_interviews,
    reason_of,
    refusal,
    storable,
)
from needsseg.actions.transcripts.interview_names import FileName, file_names, titles_of
from needsseg.actions.transcripts.likeness import much_alike, words_sha256
from needsseg.actions.transcripts.repeated_words import texts_that_repeat
from needsseg.actions.transcripts.spooling import Parsed, Spool, spooling
from needsseg.actions.transcripts.unmatched_choices import ChoiceMatches
from needsseg.errors import Advice, NeedssegError, NotFoundError, StudyError
from needsseg.files import sha256
from needsseg.progress import Progress, silent
from needsseg.records import Transcript
from needsseg.study.accounts import accounts
from needsseg.study.connection import Study, plain_text
from needsseg.study.file import copies, erasing
from needsseg.study.transcripts import interviews
from needsseg.text import format_count
from needsseg.transcripts.choices import NO_CHOICES, ReadingChoices

if TYPE_CHECKING:
    from needsseg.records import Participant

_FIELDS = {
    "email": "email",
    "e-mail": "email",
    "mail": "email",
    "company": "company",
    "crm_id": "crm_id",
    "crm id": "crm_id",
}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import: keys added, files imported before, files changed since, and files refused.

    ``passed_over`` are unread files in folders that may contain a transcript, ``others`` anything else in folders.
    ``words_by_kind`` counts the source's words of each added interview, by its key. ``remembered`` lists files read with
    remembered choices, and these choices in words.
    """

    added: tuple[str, ...]
    unchanged: tuple[str, ...]
    changed: tuple[str, ...]
    refused: tuple[Refused, ...]
    warnings: tuple[tuple[str, str], ...]
    passed_over: tuple[Refused, ...] = ()
    others: tuple[str, ...] = ()
    words_by_kind: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    remembered: tuple[tuple[str, str], ...] = ()


def import_transcripts(
    study: Study,
    paths: Sequence[Path],
    format: str | None = None,
    progress: Progress = silent,
    chosen: ImportChoices = NOTHING_CHOSEN,
) -> ImportReport:
    """Import transcript files, and folders with all their files, as one action.

    Parses every file before the study is locked, so that others can write meanwhile, and keeps one file in memory at a
    time. ``format`` is the layout of all files; ``chosen`` holds other choices for reading, which are remembered for files
    of the same shape. An error in one file only refuses that file. Raises UsageError for invalid choices.
    """
    if format:
        chosen = replace(chosen, general=combined(chosen.general, ReadingChoices(layout=format)))
    check(chosen.general)
    gathered = files_of(study, paths, chosen.skipped)
    files = gathered.files
    report = _ReportBuilder(refused=list(gathered.refused))
    existing, resolver, names = _ExistingInterviews(study), ChoiceResolver(study, chosen), file_names(files)
    # Choices from a preview were already checked there.
    matches = ChoiceMatches(chosen, {}, by_shape=False)
    with spooling(study.path.parent) as spool:
        for number, file in enumerate(files):
            progress("importing", number, len(files))
            _parse(study, file, names[file], existing, resolver, spool, report, matches)
        progress("importing", len(files), len(files))
        if not report.unchanged:
            matches.raise_unmatched()
        elif unmatched := matches.unmatched():
            report.warnings.append(("new files", unmatched.replace("\n", " ")))
        if spool.parsed:
            _store(study, spool, existing, report, progress)
    return replace(report.build(), passed_over=gathered.passed_over, others=gathered.others)


@dataclass(slots=True)
class _ReportBuilder:
    """Collects an import's report; ``shapes`` holds the choices with which each interview was read, by its name."""

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    words_by_kind: dict[str, Mapping[str, int]] = field(default_factory=dict)
    remembered: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, FileChoices] = field(default_factory=dict)

    def build(self) -> ImportReport:
        return ImportReport(
            tuple(self.added),
            tuple(self.unchanged),
            tuple(self.changed),
            tuple(self.refused),
            tuple(self.warnings),
            words_by_kind=self.words_by_kind,
            remembered=tuple(self.remembered.items()),
        )


class _ExistingInterviews:
    """The study's interviews by key, content, file name and words; updated during the import."""

    def __init__(self, study: Study) -> None:
        self._words: dict[str, tuple[str, str]] = {}
        self.look(study)

    def look(self, study: Study) -> None:
        """Reload the study's interviews; hashes words one interview at a time, and only of texts that changed."""
        self.by_content, self.by_file = interviews.by_content(study), interviews.by_file(study)
        texts = interviews.text_sha256(study)
        for key, text in texts.items():
            if self._words.get(key, ("", ""))[0] != text:
                self._words[key] = text, words_sha256(interviews.turn_words(study, key))
        self.keys = set(texts)
        self.by_words = {self._words[key][1]: key for key in sorted(texts)}


def _parse(
    study: Study,
    file: Path,
    file_name: FileName,
    existing: _ExistingInterviews,
    resolver: ChoiceResolver,
    spool: Spool,
    report: _ReportBuilder,
    matches: ChoiceMatches,
) -> None:
    """Parse one file into the spool: one interview, or those of a table, each with its id in the table.

    Errors refuse the file, except StudyError for a spool that cannot be written.
    """
    try:
        digest = content_of(file)
        if digest in existing.by_content:
            report.unchanged.append(file_name.name)
            return
        chosen = resolver.resolve(file)
        matches.check_pattern(file, chosen)
        parts = read_interviews(file, chosen)
        matches.look(file, chosen, parts)
    except Exception as error:
        report.refused.append(refusal(file_name.name, error, file))
        return
    for part, transcript in parts:
        name, stem, content = file_name.name, file_name.stem, digest
        if part:
            part = storable(part)
            name, stem, content = f"{name}#{part}", f"{stem} {part}", sha256(f"{digest}\0{part}")
        if content in existing.by_content:
            report.unchanged.append(name)
            continue
        report.shapes[name] = chosen
        try:
            place = spool.put(transcript)
            words = words_sha256(transcript.words(turn) for turn in transcript.turns)
        except StudyError:
            raise
        except Exception as error:
            report.refused.append(refusal(name, error))
            continue
        namesake = existing.by_file.get(name)
        alike = namesake is not None and _is_version_of(study, transcript, namesake)
        if namesake is None and name != file.name and (plain := existing.by_file.get(storable(file.name))):
            # Imported before under the bare name of its file, which is not unique.
            alike = _is_version_of(study, transcript, plain)
            name, namesake = (storable(file.name), plain) if alike else (name, None)
        spool.parsed.append(Parsed(name, stem, content, words, place, namesake, alike, transcript.title))


def _store(
    study: Study, spool: Spool, existing: _ExistingInterviews, report: _ReportBuilder, progress: Progress
) -> None:
    """Store the parsed interviews as one action; checks the study again, since others may have written meanwhile."""
    _ = study.db  # loaded before the study is locked
    with study.action("import") as action:
        existing.look(study)
        used = Counter(title.casefold() for title in interviews.titles(study))
        titles = titles_of([(parsed.stem, parsed.title) for parsed in spool.parsed], used)
        for number, (parsed, title) in enumerate(zip(spool.parsed, titles, strict=True)):
            progress("storing", number, len(spool.parsed))
            namesake = existing.by_file.get(parsed.name)
            if parsed.content in existing.by_content:
                report.unchanged.append(parsed.name)
                continue
            transcript = spool.get(parsed.place)
            # The earlier comparison, made without the lock, is valid unless the namesake changed meanwhile.
            same = namesake == parsed.namesake
            if namesake and (parsed.alike if same else _is_version_of(study, transcript, namesake)):
                report.changed.append(parsed.name)
                continue
            if reason := _add(study, parsed, title, transcript, existing, report):
                report.refused.append(Refused(parsed.name, reason))
            elif namesake:
                warning = f"is a different conversation from {namesake[0]}, whose file has the same name"
                report.warnings.append((parsed.name, warning))
        action.summary = f"imported {format_count(len(report.added), 'interview')}"
    progress("storing", len(spool.parsed), len(spool.parsed))


def _add(
    study: Study,
    parsed: Parsed,
    title: str,
    transcript: Transcript,
    existing: _ExistingInterviews,
    report: _ReportBuilder,
) -> str:
    """Store one interview and the choices for files of its shape; return the reason if it cannot be stored, or ""."""
    key, chosen = unused_key(parsed.stem, existing.keys), report.shapes.get(parsed.name, FileChoices())
    study.execute("SAVEPOINT one_interview")
    try:
        interviews.add(study, key, title, parsed.name, parsed.content, transcript)
        _store_attributes(study, key, transcript)
        if chosen.shape is not None:
            remember(study, chosen.shape.key, chosen.choices)
    except NeedssegError:
        raise
    except Exception as error:
        study.execute("ROLLBACK TO one_interview")
        return reason_of(error)
    finally:
        # After a full disk SQLite has ended the transaction, and the savepoint with it.
        if study.conn.in_transaction:
            study.execute("RELEASE one_interview")
    existing.keys.add(key)
    existing.by_content[parsed.content], existing.by_file[parsed.name] = key, (key, parsed.content)
    report.added.append(key)
    report.words_by_kind[key] = dict(transcript.words_by_kind)
    report.warnings += [(parsed.name, warning) for warning in transcript.warnings]
    if chosen.remembered and chosen.choices != NO_CHOICES:
        report.remembered[parsed.name] = choice_words(chosen.choices)
    same = existing.by_words.setdefault(parsed.words, key)
    if same != key:
        report.warnings.append((parsed.name, f"has the same words as {same}; remove one of them"))
    return ""


def _store_attributes(study: Study, key: str, transcript: Transcript) -> None:
    """Store a table's attributes of speakers with their participants (inside an action)."""
    if not transcript.attributes:
        return
    for label, participant in accounts.participants_of(study, key).items():
        if label in transcript.attributes:
            accounts.update_participant(study, _with_attributes(participant, transcript.attributes[label]))


def _with_attributes(participant: Participant, values: Mapping[str, str]) -> Participant:
    """Add attributes to a participant; e-mail, company and CRM id go to their own fields."""
    plain = {" ".join(plain_text(name).lower().split()): plain_text(value) for name, value in values.items()}
    named = {_FIELDS[name]: value for name, value in plain.items() if name in _FIELDS and value}
    rest = {name: value for name, value in plain.items() if name and value and name not in _FIELDS}
    return replace(
        participant,
        email=named.get("email", participant.email),
        company=named.get("company", participant.company),
        crm_id=named.get("crm_id", participant.crm_id),
        attributes=participant.attributes | rest,
    )


def _is_version_of(study: Study, transcript: Transcript, namesake: tuple[str, str]) -> bool:
    """Whether a transcript is a version of the interview whose file has the same name."""
    try:
        return much_alike(transcript, interviews.transcript(study, namesake[0]))
    except NotFoundError:  # removed by someone else just now
        return False


def unused_key(stem: str, used: set[str]) -> str:
    """Build a short, unused key from a file's name: lower-case letters of any script, digits and hyphens."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", stem) if not unicodedata.combining(c)).lower()
    key = re.sub(r"[\W_]+", "-", plain).strip("-")[:48].strip("-") or "interview"
    number, unused = 2, key
    while unused in used:
        unused, number = f"{key}-{number}", number + 1
    return unused


def remove_interview(study: Study, key: str) -> None:
    """Remove an interview with its passages from the study; can be undone."""
    with study.action("remove", f"removed interview {key}"):
        interviews.remove(study, key)


@dataclass(frozen=True, slots=True)
class Erased:
    """Where erased words remain: ``remaining`` describes what could not be reached, ``backups`` are people's own.

    ``repeated`` says where texts that people wrote name somebody of the interview or repeat its words.
    """

    remaining: tuple[str | Advice, ...]
    backups: tuple[Path, ...]
    repeated: tuple[str, ...] = ()


def forget_interview(study: Study, key: str) -> Erased:
    """Erase an interview permanently: its words from the file, and the whole history so far. Cannot be undone.

    Also erases automatic backups and files left by killed programs, which contain the words too. Returns where the words
    remain: in backups that somebody made, in files that another program has open, and in what people wrote themselves, which
    is theirs to change.
    """
    repeated = texts_that_repeat(study, key)
    study.before_first_change = None  # a backup made now would be erased at once
    remaining = erasing.erase(study, lambda: interviews.remove(study, key))
    return Erased(tuple(remaining), tuple(copies.own_backups(study.path)), repeated)
