"""Importing transcripts: files and folders in, one bad file refused by name, nothing overwritten silently."""

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
    storable,
)
from needsseg.actions.transcripts.interview_names import FileName, file_names, titles_of
from needsseg.actions.transcripts.likeness import much_alike, words_sha256
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
    """What an import did: keys added, files already there, files that changed since, files refused.

    ``passed_over`` are files in folders that may hold talk and were not read, ``others`` anything else in folders.
    ``words_by_kind`` is the account of the source's words of each interview added, by its key. ``remembered`` are files
    read by what was chosen for others of their shape before, and what that is.
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
    """Imports transcript files, and folders with all they hold, as one action.

    Every file is parsed before the study is locked, so that others write meanwhile; the memory used is that of one file.
    ``format`` is the layout of all files; ``chosen`` says how files are read otherwise, and what is chosen is remembered
    for files of the same shape. Whatever goes wrong with one file is its refusal, by name. Raises UsageError for choices
    that make no sense.
    """
    if format:
        chosen = replace(chosen, general=combined(chosen.general, ReadingChoices(layout=format)))
    check(chosen.general)
    gathered = files_of(study, paths, chosen.skipped)
    files = gathered.files
    report = _Growing(refused=list(gathered.refused))
    known, resolver, names = _Known(study), ChoiceResolver(study, chosen), file_names(files)
    # What was chosen in a preview was looked for there.
    matches = ChoiceMatches(chosen, {}, by_shape=False)
    with spooling(study.path.parent) as spool:
        for number, file in enumerate(files):
            progress("importing", number, len(files))
            _parse(study, file, names[file], known, resolver, spool, report, matches)
        progress("importing", len(files), len(files))
        if not report.unchanged:
            matches.raise_unmatched()
        elif told := matches.unmatched():
            report.warnings.append(("new files", told.replace("\n", " ")))
        if spool.parsed:
            _store(study, spool, known, report, progress)
    return replace(report.whole(), passed_over=gathered.passed_over, others=gathered.others)


@dataclass(slots=True)
class _Growing:
    """An import's report while it is written; ``shapes`` are the choices by which a file's interviews were read."""

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    words_by_kind: dict[str, Mapping[str, int]] = field(default_factory=dict)
    remembered: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, FileChoices] = field(default_factory=dict)

    def whole(self) -> ImportReport:
        return ImportReport(
            tuple(self.added),
            tuple(self.unchanged),
            tuple(self.changed),
            tuple(self.refused),
            tuple(self.warnings),
            words_by_kind=self.words_by_kind,
            remembered=tuple(self.remembered.items()),
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
                self._words[key] = text, words_sha256(interviews.turn_words(study, key))
        self.keys = set(texts)
        self.by_words = {self._words[key][1]: key for key in sorted(texts)}


def _parse(
    study: Study,
    file: Path,
    called: FileName,
    known: _Known,
    resolver: ChoiceResolver,
    spool: Spool,
    report: _Growing,
    matches: ChoiceMatches,
) -> None:
    """Puts what one file holds into the spool: one interview, or those of a table, each by the id that the table gives it.

    Whatever goes wrong is the file's refusal, but for a study that cannot take what was read.
    """
    try:
        digest = content_of(file)
        if digest in known.by_content:
            report.unchanged.append(called.name)
            return
        chosen = resolver.resolve(file)
        matches.check_pattern(file, chosen)
        found = read_interviews(file, chosen)
        matches.look(file, chosen, found)
    except Exception as error:
        report.refused.append(Refused(called.name, reason_of(error, file)))
        return
    for part, transcript in found:
        name, stem, content = called.name, called.stem, digest
        if part:
            part = storable(part)
            name, stem, content = f"{name}#{part}", f"{stem} {part}", sha256(f"{digest}\0{part}")
        if content in known.by_content:
            report.unchanged.append(name)
            continue
        report.shapes[name] = chosen
        try:
            place = spool.put(transcript)
            words = words_sha256(transcript.words(turn) for turn in transcript.turns)
        except StudyError:
            raise
        except Exception as error:
            report.refused.append(Refused(name, reason_of(error)))
            continue
        namesake = known.by_file.get(name)
        alike = namesake is not None and _is_version_of(study, transcript, namesake)
        if namesake is None and name != file.name and (plain := known.by_file.get(storable(file.name))):
            # Imported before by the bare name of its file, which does not tell it from others.
            alike = _is_version_of(study, transcript, plain)
            name, namesake = (storable(file.name), plain) if alike else (name, None)
        spool.parsed.append(Parsed(name, stem, content, words, place, namesake, alike, transcript.title))


def _store(study: Study, spool: Spool, known: _Known, report: _Growing, progress: Progress) -> None:
    """Stores what was parsed as one action, by what the study holds now: others may have written since."""
    _ = study.db  # loaded before the study is locked
    with study.action("import") as action:
        known.look(study)
        used = Counter(title.casefold() for title in interviews.titles(study))
        titles = titles_of([(parsed.stem, parsed.title) for parsed in spool.parsed], used)
        for number, (parsed, title) in enumerate(zip(spool.parsed, titles, strict=True)):
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
            if reason := _add(study, parsed, title, transcript, known, report):
                report.refused.append(Refused(parsed.name, reason))
            elif namesake:
                warning = f"is another conversation than {namesake[0]}, whose file has the same name"
                report.warnings.append((parsed.name, warning))
        action.summary = f"imported {format_count(len(report.added), 'interview')}"
    progress("storing", len(spool.parsed), len(spool.parsed))


def _add(study: Study, parsed: Parsed, title: str, transcript: Transcript, known: _Known, report: _Growing) -> str:
    """Stores one interview and what was chosen for files of its shape; why it cannot be stored, or ""."""
    key, chosen = _key(parsed.stem, known.keys), report.shapes.get(parsed.name, FileChoices())
    study.execute("SAVEPOINT one_interview")
    try:
        interviews.add(study, key, title, parsed.name, parsed.content, transcript)
        _take_attributes(study, key, transcript)
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
    known.keys.add(key)
    known.by_content[parsed.content], known.by_file[parsed.name] = key, (key, parsed.content)
    report.added.append(key)
    report.words_by_kind[key] = dict(transcript.words_by_kind)
    report.warnings += [(parsed.name, warning) for warning in transcript.warnings]
    if chosen.remembered and chosen.choices != NO_CHOICES:
        report.remembered[parsed.name] = choice_words(chosen.choices)
    same = known.by_words.setdefault(parsed.words, key)
    if same != key:
        report.warnings.append((parsed.name, f"has the same words as {same}; remove one of them"))
    return ""


def _take_attributes(study: Study, key: str, transcript: Transcript) -> None:
    """Stores what a table says of its speakers with the participants they are (inside an action)."""
    if not transcript.attributes:
        return
    for label, who in accounts.participants_of(study, key).items():
        if label in transcript.attributes:
            accounts.update_participant(study, _with_attributes(who, transcript.attributes[label]))


def _with_attributes(who: Participant, values: Mapping[str, str]) -> Participant:
    """A participant with attributes beside those that are known; e-mail, company and CRM id have fields of their own."""
    plain = {" ".join(plain_text(name).lower().split()): plain_text(value) for name, value in values.items()}
    named = {_FIELDS[name]: value for name, value in plain.items() if name in _FIELDS and value}
    rest = {name: value for name, value in plain.items() if name and value and name not in _FIELDS}
    return replace(
        who,
        email=named.get("email", who.email),
        company=named.get("company", who.company),
        crm_id=named.get("crm_id", who.crm_id),
        attributes=who.attributes | rest,
    )


def _is_version_of(study: Study, transcript: Transcript, namesake: tuple[str, str]) -> bool:
    """Whether a transcript is a version of the interview that has its file's name."""
    try:
        return much_alike(transcript, interviews.transcript(study, namesake[0]))
    except NotFoundError:  # removed by someone else just now
        return False


def _key(stem: str, taken: set[str]) -> str:
    """A short, unused key made of a file's name: lower case letters, digits and hyphens, of any script."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", stem) if not unicodedata.combining(c)).lower()
    key = re.sub(r"[\W_]+", "-", plain).strip("-")[:48].strip("-") or "interview"
    number, unused = 2, key
    while unused in taken:
        unused, number = f"{key}-{number}", number + 1
    return unused


def remove_interview(study: Study, key: str) -> None:
    """Takes an interview with its passages out of the study; undo brings it back."""
    with study.action("remove", f"removed interview {key}"):
        interviews.remove(study, key)


@dataclass(frozen=True, slots=True)
class Erased:
    """Where erased words still are: ``remaining`` says in words what could not be reached, ``backups`` are people's own."""

    remaining: tuple[str | Advice, ...]
    backups: tuple[Path, ...]


def forget_interview(study: Study, key: str) -> Erased:
    """Erases an interview for good: its words leave the file, and the history up to now with them. Not undoable.

    Automatic backups and what killed programs left go with it, since they hold the words too. Returns where the words still
    are: in backups that somebody asked for, and in what another program has open.
    """
    study.before_first_change = None  # a copy made now would only be erased
    remaining = erasing.erase(study, lambda: interviews.remove(study, key))
    return Erased(tuple(remaining), tuple(copies.own_backups(study.path)))
