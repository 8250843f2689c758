"""Runs: each execution of embed and cluster, with all that is needed to repeat it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from needsseg.errors import Advice, Fix, NotFoundError
from needsseg.study.connection import now

if TYPE_CHECKING:
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of embed and cluster, with all that is needed to repeat it."""

    id: int
    started_at: str
    model: str
    model_sha256: str
    seed: int
    parameters: dict[str, Any]
    versions: dict[str, str]
    input_sha256: str
    input_status: str
    warnings: tuple[str, ...]
    separate: bool | None = None
    separation_p: float | None = None


def add(study: Study, run: dict[str, Any], labels: Sequence[tuple[int, int, float]]) -> int:
    """Store a run and the label and strength of every passage in it (inside an action); return its id."""
    values = {
        key: json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value
        for key, value in run.items()
    }
    run_id = study.insert("runs", {"started_at": now(), **values})
    study.insert_all(
        "run_passages",
        [{"run_id": run_id, "passage_id": p, "label": label, "strength": strength} for p, label, strength in labels],
    )
    return run_id


def listing(study: Study) -> list[Run]:
    """All runs, newest first."""
    return [
        Run(
            row["id"],
            row["started_at"],
            row["model"],
            row["model_sha256"],
            row["seed"],
            json.loads(row["parameters"]),
            json.loads(row["versions"]),
            row["input_sha256"],
            row["input_status"],
            tuple(json.loads(row["warnings"])),
            None if row["separate"] is None else bool(row["separate"]),
            row["separation_p"],
        )
        for row in study.rows("SELECT * FROM runs ORDER BY id DESC")
    ]


def one(study: Study, run: int) -> Run:
    """One run by id; raises NotFoundError."""
    match = next((row for row in listing(study) if row.id == run), None)
    if match is None:
        raise NotFoundError(f"There is no run {run}.", Advice("List them with: ", Fix.RUNS))
    return match


def latest(study: Study) -> Run | None:
    """The newest run, or None before the first."""
    return next(iter(listing(study)), None)


def labels(study: Study, run: int) -> dict[int, int]:
    """The label that a run gave each passage that is still there; -1 is unassigned."""
    return {
        row[0]: row[1]
        for row in study.rows("SELECT passage_id, label FROM run_passages WHERE run_id = ? ORDER BY passage_id", [run])
    }


def strengths(study: Study, run: int) -> dict[int, float]:
    """Return how firmly a run put each passage that still exists where it did, in [0, 1]."""
    return {
        row[0]: row[1] for row in study.rows("SELECT passage_id, strength FROM run_passages WHERE run_id = ?", [run])
    }
