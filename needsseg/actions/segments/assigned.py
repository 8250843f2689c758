"""Accounts' labels from assigned texts, with the source ``assigned``, and the texts behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from needsseg.accounts.assign.labels import AssignedLabel, LabelledText, days_of, labels_of, texts_of
from needsseg.accounts.tiers.zones import epoch_day
from needsseg.errors import Advice, Fix, NeedssegError
from needsseg.study.accounts import assignments
from needsseg.study.connection import Study
from needsseg.study.segments import segments

SHOWN = 12


def files(study: Study) -> list[tuple[str, Path]]:
    """Return source name and Parquet file of each assignment, the newest first; NeedssegError where a file is missing."""
    names_and_paths = []
    for row in reversed(assignments.listing(study)):
        path = study.stack / row.assignment.parquet
        if not path.exists():
            raise NeedssegError(
                f"The assigned texts of {row.assignment.file}, {path.name}, are gone from {path.parent}.",
                Advice("Undo its assignment, or assign the file again: ", Fix.ASSIGN.of(file=row.assignment.file)),
            )
        names_and_paths.append((row.assignment.file, path))
    return names_and_paths


def assigned_labels(
    study: Study, as_of: date | None = None, merged: Mapping[str, str] | None = None
) -> list[AssignedLabel]:
    """A label for each account whose texts before ``as_of`` tell one, with how far they disagree, by account.

    Texts of segments that are not kept any more do not count. ``merged`` are ids of accounts that became others.
    """
    names_and_paths = files(study)
    if not names_and_paths:
        return []
    segment_names = frozenset(row.name for row in segments.listing(study) if row.status in ("named", "confirmed"))
    day = None if as_of is None else epoch_day(as_of)
    key = tuple((path, path.stat().st_mtime_ns) for _, path in names_and_paths)
    return list(_read(key, day, segment_names, tuple(sorted((merged or {}).items()))))


@lru_cache(maxsize=4)
def _read(
    files_with_times: tuple[tuple[Path, int], ...],
    day: int | None,
    segment_names: frozenset[str],
    merged: tuple[tuple[str, str], ...],
) -> tuple[AssignedLabel, ...]:
    return tuple(labels_of(days_of([path for path, _ in files_with_times]), day, segment_names, dict(merged)))


def texts(study: Study, accounts: Sequence[str], as_of: date | None = None, most: int = SHOWN) -> list[LabelledText]:
    """The labelled texts of one account, named by all its ids, the newest first; those on or after ``as_of`` are left out."""
    return texts_of(files(study), accounts, None if as_of is None else epoch_day(as_of), most)
