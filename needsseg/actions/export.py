"""Labelled accounts out, as files with a manifest beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, cast, get_args

from needsseg.actions import accounts, segments
from needsseg.embedding import Progress, silent
from needsseg.errors import UsageError
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
    progress: Progress = silent,
) -> ExportReport:
    """Writes every account's profile as of a date to ``path``, whole or not at all, with a manifest of what it rests on."""
    from needsseg.exchange import write

    if format not in FORMATS:
        raise UsageError(f"There is no export format '{format}'.", f"The formats are {', '.join(FORMATS)}.")
    profiles = accounts.profiles(study, as_of, progress)
    matched = accounts.matches(study)
    needs = segments.participants(study)
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
        "unmatched": [found.participant for found in matched if found.account_id is None],
        "abstained": {need.participant: need.why for need in needs if need.segment is None},
    }
    written = write(profiles, path, cast(Format, format), extra, neutralise_formulas=neutralise)
    labelled = sum(bool(profile.needs_segment) for profile in profiles)
    return ExportReport(written, written.with_name(written.name + ".manifest.json"), len(profiles), labelled)
