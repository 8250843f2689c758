"""Saved versions of the onboarding survey, and the files of answers that were scored by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.errors import Advice, Fix, NotFoundError
from needsseg.study.connection import now

if TYPE_CHECKING:
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """One saved survey: its body is JSON, ``segmentation`` names the state of the segments it was saved under."""

    id: int
    version: str
    body: str
    segmentation: str
    made_by: str
    made_at: str


@dataclass(frozen=True, slots=True)
class AnswersRow:
    """One file of responses that was routed: its hash, the Parquet of verdicts in the stack folder, and counts."""

    id: int
    survey: int
    version: str
    file: str
    sha256: str
    parquet: str
    responses: int
    labelled: int
    routed_by: str
    routed_at: str


def add(study: Study, version: str, body: str, segmentation: str) -> int:
    """Store a survey as a new version (inside an action); return its id."""
    return study.insert(
        "surveys",
        {"version": version, "body": body, "segmentation": segmentation, "made_by": study.actor, "made_at": now()},
    )


def set_body(study: Study, survey: int, body: str) -> None:
    """Replace what a version says (inside an action)."""
    study.execute("UPDATE surveys SET body = ? WHERE id = ?", [body, survey])


def listing(study: Study) -> list[SurveyRow]:
    """All saved versions, the newest first."""
    return [
        SurveyRow(*row)
        for row in study.rows("SELECT id, version, body, segmentation, made_by, made_at FROM surveys ORDER BY id DESC")
    ]


def one(study: Study, version: str | None = None) -> SurveyRow:
    """The newest version, or the one named; NotFoundError where there is none."""
    rows = listing(study)
    if not rows:
        raise NotFoundError("There is no survey yet.", Advice("Draft one: ", Fix.DRAFT_SURVEY))
    survey = next((row for row in rows if version in (None, row.version)), None)
    if survey is None:
        raise NotFoundError(
            f"There is no version '{version}' of the survey.", f"Versions: {', '.join(row.version for row in rows)}."
        )
    return survey


def answers(study: Study) -> list[AnswersRow]:
    """All routed files, in the order in which they were routed."""
    return [
        AnswersRow(*row)
        for row in study.rows(
            "SELECT a.id, a.survey_id, s.version, a.file, a.sha256, a.parquet, a.responses, a.labelled, a.routed_by, "
            "a.routed_at FROM survey_answers a JOIN surveys s ON s.id = a.survey_id ORDER BY a.id"
        )
    ]


def set_answers(study: Study, survey: int, file: str, sha256: str, parquet: str, responses: int, labelled: int) -> None:
    """Store what a file's responses came to, in place of the same file's under the same survey (inside an action)."""
    study.execute("DELETE FROM survey_answers WHERE survey_id = ? AND sha256 = ?", [survey, sha256])
    study.insert(
        "survey_answers",
        {
            "survey_id": survey,
            "file": file,
            "sha256": sha256,
            "parquet": parquet,
            "responses": responses,
            "labelled": labelled,
            "routed_by": study.actor,
            "routed_at": now(),
        },
    )
