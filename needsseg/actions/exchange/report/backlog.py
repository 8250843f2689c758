"""Which features of a backlog serve which need, for the readout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from needsseg.actions.playbook.rice import scored
from needsseg.progress import Progress, silent
from needsseg.study.connection import Study
from needsseg.text import format_count

SHOWN = 7


@dataclass(frozen=True, slots=True)
class Served:
    """The best features by need, as a table, and what to know about them."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def served_needs(
    study: Study, path: Path, as_of: date | None, progress: Progress = silent, engine: str | None = None
) -> Served:
    """Return the features of the backlog at ``path`` by RICE weighted by what the needs they serve pay, best first.

    Raise as ``rice.scored``.
    """
    report = scored(study, path, as_of, progress=progress, engine=engine)
    ranked = sorted(
        report.scores, key=lambda score: (score.weighted_rank is None, score.weighted_rank or 0, score.plain_rank)
    )
    rows = tuple(
        (
            str(score.weighted_rank or "–"),
            score.feature.name,
            ", ".join(f"{part.segment} ({part.reach:g} accounts)" for part in score.parts),
            str(score.plain_rank),
        )
        for score in ranked[:SHOWN]
    )
    refused = f"{format_count(len(report.refused), 'row')} of the backlog could not be read." if report.refused else ""
    return Served(
        f"Features of the backlog that serve these needs: the best {min(SHOWN, len(ranked))} of {len(ranked)} by RICE (reach × "
        f"impact × confidence ÷ effort), weighted by {report.words}; accounts that have left are not counted",
        ("rank", "feature", "serves", "rank without weights"),
        rows,
        tuple(filter(None, (refused, *report.warnings))),
    )
