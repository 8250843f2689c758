"""Opening, making, copying and checking a study."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from needsseg.actions import blind, earlier_answers, earlier_statements, earlier_surveys
from needsseg.settings import load
from needsseg.study import connection, places
from needsseg.study.connection import Study

__all__ = [
    "Overview",
    "Study",
    "backup",
    "check",
    "init",
    "open_study",
    "overview",
    "place",
    "remember_place",
    "warnings",
]


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
    warnings: tuple[str, ...]

    @property
    def next_step(self) -> str:
        """What a person would do next, as a command."""
        if not self.interviews:
            return "needsseg import FOLDER"
        if not self.suggested + self.accepted + self.rejected:
            return "needsseg suggest"
        if not self.candidates + self.named + self.confirmed:
            return "needsseg discover"
        if not self.confirmed:
            return "needsseg segments"
        return "needsseg profile --as-of DATE" if self.accounts else "needsseg accounts import FILE"


def init(path: Path) -> Study:
    """Makes a new, private study."""
    return connection.create(path, load(path).who())


def open_study(path: Path) -> Study:
    """Opens a study, as the coder that the settings name.

    In an older one, what answers had named is released, joined job statements are taken off, and what was drafted of a
    survey is to be worded; each once.
    """
    study = connection.open_study(path, load(path).who())
    try:
        for release in (earlier_answers.release, earlier_statements.release, earlier_surveys.release):
            if told := release(study):
                study.notices.append(told)
    except BaseException:
        study.close()
        raise
    return study


def overview(study: Study) -> Overview:
    """The study in numbers; the passages as a blind coder sees them."""
    counts = connection.counts(study)
    if blind.is_blind(study):
        own = blind.own_counts(study).values()
        counts |= {status: sum(row.get(status, 0) for row in own) for status in ("suggested", "accepted", "rejected")}
    return Overview(path=str(study.path), warnings=tuple(study.warnings()), **counts)


def warnings(study: Study) -> list[str]:
    """What may hurt the study where it lies."""
    return study.warnings()


def backup(study: Study, target: Path) -> Path:
    """Copies the whole study to ``target``, private as the study itself."""
    return connection.backup(study, target)


def check(study: Study) -> list[str]:
    """What is wrong with the file; empty when it is sound."""
    return connection.check(study)


def place(study: Study, screen: str) -> dict[str, object]:
    """Where a screen was left."""
    return places.load(study, screen)


def remember_place(study: Study, screen: str, where: dict[str, object]) -> None:
    """Remembers where a screen was left."""
    places.store(study, screen, where)
