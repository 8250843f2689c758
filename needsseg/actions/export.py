"""Labelled accounts out, as files with a manifest beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, cast, get_args

from needsseg.actions import accounts, pseudonyms, segments
from needsseg.actions.pseudonyms import Cover
from needsseg.embedding import Progress, silent
from needsseg.errors import NeedssegError, UsageError
from needsseg.study.connection import Study

Format = Literal["csv", "jsonl", "parquet"]
FORMATS: tuple[str, ...] = get_args(Format)


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written: the table, its manifest, and how many accounts of how many carry a label."""

    path: Path
    manifest: Path
    rows: int
    labelled: int


def export(
    study: Study,
    format: str,
    path: Path,
    as_of: date,
    *,
    neutralise: bool = False,
    overwrite: bool = False,
    original: bool = False,
    progress: Progress = silent,
    engine: str | None = None,
) -> ExportReport:
    """Writes every account's profile as of a date to ``path``, whole or not at all, with a manifest of what it rests on.

    Participants stand in the manifest under pseudonyms, unless ``original`` is asked for; the manifest says which.

    An earlier export at ``path`` (told by its manifest) is replaced; any other file only with ``overwrite``, and the study
    and its account data never.
    """
    from needsseg.exchange import write

    if format not in FORMATS:
        raise UsageError(f"There is no export format '{format}'.", f"The formats are {', '.join(FORMATS)}.")
    _check_target(study, path, overwrite)
    profiles = accounts.profiles(study, as_of, progress, engine)
    matched = accounts.matches(study)
    needs = segments.participants(study)
    over = pseudonyms.cover(study, original=original)
    inputs = {
        kind: {
            "file": source.file_name,
            "sha256": source.file_sha256,
            "rows": source.row_count,
            "rejected": source.rejected,
        }
        for kind, source in accounts.sources(study).items()
    }
    extra = {
        "inputs": inputs,
        "unknown_accounts": accounts.unknown_accounts(study),
        "pseudonyms": not original,
        "unmatched": list(_covered(over, {m.participant: "" for m in matched if m.account_id is None})),
        "abstained": _covered(over, {need.participant: need.why for need in needs if need.segment is None}),
    }
    written = write(profiles, path, cast(Format, format), extra, neutralise_formulas=neutralise)
    labelled = sum(bool(profile.needs_segment) for profile in profiles)
    return ExportReport(written, _manifest_of(written), len(profiles), labelled)


def _covered(over: Cover, said: Mapping[str, str]) -> dict[str, str]:
    """What is said of participants by key, under what stands for them; the second of one name has a 2 behind it."""
    shown: dict[str, str] = {}
    for key, words in said.items():
        name = over.participant(key)
        names = (name, *(f"{name} ({n})" for n in range(2, len(said) + 2)))
        shown[next(each for each in names if each not in shown)] = over.text(words)
    return shown


def _manifest_of(path: Path) -> Path:
    return path.with_name(path.name + ".manifest.json")


def _check_target(study: Study, path: Path, overwrite: bool) -> None:
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name another file.")
    if path.exists() and not overwrite and not _manifest_of(path).exists():
        raise NeedssegError(f"{path} exists and is no earlier export.", "Name another file, or add --force.")
