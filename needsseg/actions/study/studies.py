"""Opening, making, copying and checking a study."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from needsseg.actions.coding import blind
from needsseg.actions.discovery import earlier_answers, earlier_statements
from needsseg.actions.study.languages import language_warning
from needsseg.actions.survey import earlier_surveys
from needsseg.errors import Advice, Fix, NeedssegError, StudyError
from needsseg.settings import Settings, load
from needsseg.study import bookmarks, connection, opening
from needsseg.study.connection import Study
from needsseg.study.file import copies, erasing, faults, leftovers, schema
from needsseg.study.file import rescue as rescuing
from needsseg.study.file import restore as restoring
from needsseg.study.file.backups import copy_before_changes, copy_study
from needsseg.study.file.copies import Backup
from needsseg.study.file.rescue import Rescued
from needsseg.study.file.restore import Restored


@dataclass(frozen=True, slots=True)
class Overview:
    """A study in numbers, enough to tell what comes next."""

    path: str
    interviews: int
    participants: int
    suggested: int
    accepted: int
    rejected: int
    candidates: int
    named: int
    confirmed: int
    accounts: int
    warnings: tuple[str | Advice, ...]

    @property
    def next_step(self) -> Fix:
        """The most useful next step."""
        if not self.interviews:
            return Fix.IMPORT
        if not self.suggested + self.accepted + self.rejected:
            return Fix.SUGGEST
        if not self.candidates + self.named + self.confirmed:
            return Fix.DISCOVER
        if not self.confirmed:
            return Fix.SEGMENTS
        return Fix.PROFILES if self.accounts else Fix.IMPORT_ACCOUNTS


ERASED_ON = (
    "The erasing of an interview, which was cut short, is finished now. What was done before it cannot be undone."
)
STILL_THERE = "Words of an interview that was erased are still there:"


def init(path: Path) -> Study:
    """Make a new, private study."""
    return opening.create(path, load(path).who())


def open_study(path: Path) -> Study:
    """Open a study, as the coder that the settings name.

    In an older one, what answers had named is released, joined job statements are taken off, and what was drafted of a
    survey is to be worded; each once.
    """
    settings = load(path)
    study = opening.open_study(path, settings.who())
    try:
        if study.unwritable:
            return study
        if (remaining := erasing.finish(study)) is not None:
            study.notices.append(Advice(*_lines([STILL_THERE, *remaining])) if remaining else ERASED_ON)
        for release in (earlier_answers.release, earlier_statements.release, earlier_surveys.release):
            if notice := release(study):
                study.notices.append(notice)
    except BaseException:
        study.close()
        raise
    study.before_first_change = partial(_back_up, settings)
    return study


def _lines(parts: list[str | Advice]) -> Iterator[str | Advice]:
    for number, part in enumerate(parts):
        yield from ("\n", part) if number else (part,)


def _back_up(settings: Settings, study: Study) -> None:
    """Copy the study before its first change; if that fails the change is still made, and the failure is reported."""
    try:
        copy_before_changes(study, settings.backups, settings.backup_days)
    except StudyError as error:
        study.notices.append(Advice("No automatic backup was made: ", error.advice))


def overview(study: Study) -> Overview:
    """The study in numbers; the passages as a blind coder sees them."""
    counts = connection.counts(study)
    if blind.is_blind(study):
        own = blind.own_counts(study).values()
        counts |= {status: sum(row.get(status, 0) for row in own) for status in ("suggested", "accepted", "rejected")}
        counts["candidates"] -= len(blind.unseen_candidates(study, blind.seen_members(study)))
    languages = [warning] if (warning := language_warning(study)) else []
    return Overview(path=str(study.path), warnings=(*study.warnings(), *languages), **counts)


def warnings(study: Study) -> list[str | Advice]:
    """Return warnings about where the study's file is and how it was opened."""
    return study.warnings()


def backup(study: Study, target: Path) -> Path:
    """Copy the whole study with its account data to ``target``, private as the study itself."""
    return copy_study(study, target)


def backups(path: Path) -> list[Backup]:
    """The copies that are known of the study at ``path``, newest first."""
    return copies.listing(path)


def backup_fault(copy: Path) -> str:
    """Return why a backup cannot be restored, or an empty text."""
    return copies.fault_of(copy)


def newest_sound(path: Path) -> Backup | None:
    """The newest copy of the study at ``path`` that can be restored, or None."""
    return copies.newest_sound(path)


def restore(path: Path, source: Path) -> Restored:
    """Put a backup in the study's place, as a file or by its name in the list of backups; what was there is kept aside."""
    if not source.exists():
        source = next((copy.path for copy in copies.listing(path) if copy.path.name == str(source)), source)
    done = restoring.restore(path, source)
    open_study(path).close()
    return done


def rescue(path: Path, target: Path) -> Rescued:
    """Save what can be read of a damaged study in a new one at ``target``."""
    done = rescuing.rescue(path, target)
    opening.open_study(target).close()
    return done


def check(study: Study) -> list[str]:
    """Return the faults of the file, and leftovers of killed programs beside it; empty when it is sound."""
    return [*opening.check(study), *leftovers.listing(study)]


def faults_of(study: Study, error: Exception) -> NeedssegError | None:
    """Return an error for content that needsseg did not write, where that explains an unexpected error; else None."""
    fault_list = [*faults.content_faults(study.conn), *schema.shape_faults(study.conn)]
    if not fault_list:
        return None
    more = f" (and {len(fault_list) - 1} more)" if fault_list[1:] else ""
    return StudyError(
        f"{study.path} contains data that needsseg did not write: {fault_list[0]}{more}. Nothing was changed.",
        Advice("All faults are listed by: ", Fix.CHECK, ". ", faults.damage_hint(study.path))
        if more
        else faults.damage_hint(study.path),
    )


def place(study: Study, screen: str) -> dict[str, object]:
    """Return the place at which a screen was left."""
    return bookmarks.load(study, screen)


def remember_place(study: Study, screen: str, where: dict[str, object]) -> None:
    """Remember where a screen was left."""
    bookmarks.store(study, screen, where)
