"""The onboarding survey: drafted from the segments' evidence, edited, saved in versions, tried, measured, exported."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.embedding import embedded
from needsseg.actions.pseudonyms import cover
from needsseg.actions.segments import participants as primary_needs
from needsseg.actions.survey_answers import (
    AccountResponse,
    RouteReport,
    current_names,
    labels,
    responses,
    route,
)
from needsseg.decisions import survey_table
from needsseg.decisions.survey import REASONS, REFUSED, Option, Question, Survey, Verdict, valid
from needsseg.decisions.survey_choice import choose, with_gains
from needsseg.decisions.survey_drafting import draft, load_templates
from needsseg.decisions.survey_formats import as_json, as_toml, from_json, from_toml
from needsseg.decisions.survey_responses import read_responses
from needsseg.decisions.survey_scoring import score
from needsseg.decisions.survey_table import Accuracy, Material
from needsseg.embedding import text_sha256
from needsseg.errors import NotFoundError, UsageError
from needsseg.exchange import surveys as out
from needsseg.files import sha256
from needsseg.progress import Progress, silent
from needsseg.settings import load, prompt_file
from needsseg.study import interviews, passages, segments, surveys
from needsseg.study.connection import plain_text

if TYPE_CHECKING:
    from needsseg.study.connection import Study
    from needsseg.study.segments import Member

__all__ = [
    "KINDS",
    "REASONS",
    "AccountResponse",
    "Accuracy",
    "Option",
    "Question",
    "RouteReport",
    "Survey",
    "SurveyVersion",
    "Verdict",
    "accuracy",
    "as_toml",
    "build",
    "choose",
    "current",
    "drift",
    "dry_run",
    "export",
    "from_toml",
    "labels",
    "responses",
    "route",
    "save",
    "score",
    "valid",
    "versions",
    "with_gains",
]

KINDS = tuple(out.KINDS)
PASTED = "the answers"


@dataclass(frozen=True, slots=True)
class SurveyVersion:
    """One saved version: by whom and when, how many questions it asks, and the responses that were routed by it."""

    version: str
    made_by: str
    made_at: str
    segments: tuple[str, ...]
    asked: int
    drafted: int
    responses: int
    labelled: int


def build(study: Study, progress: Progress = silent) -> Survey:
    """Drafts a survey from the confirmed segments; nothing is stored but vectors that were missing.

    UsageError below two confirmed segments, and where a template (prompts/survey.toml) does not fit.
    """
    templates = load_templates(prompt_file("survey.toml", load(study.path)))
    names = {row.id: row.name for row in segments.listing(study) if row.status == "confirmed"}
    if len(names) < 2:
        only = f"“{next(iter(names.values()))}” is the only confirmed segment." if names else ""
        raise UsageError(
            only or "There is no confirmed segment.",
            "Confirm at least two (c among the segments; needsseg segment confirm): the survey asks to which one belongs.",
        )
    material = _material(study, names, progress)
    empty = [name for name in names.values() if name not in material.segments]
    if empty:
        raise UsageError(f"“{empty[0]}” holds no passages.", "Put passages into it, or set it aside.")
    over = cover(study)
    progress("drafting questions", 0, 1)
    made = draft(material, tuple(names.values()), templates, over.text)
    progress("drafting questions", 1, 1)
    return valid(replace(made, built_on=_states(study, names)))


def save(study: Study, survey: Survey) -> Survey:
    """Saves a survey as the next version, as one step that can be undone; one that is as the newest is left as it is.

    UsageError naming question and option where it is no valid survey, or names a segment that the study does not have.
    """
    from needsseg.actions.accounts import version as segmentation

    survey = with_gains(valid(survey))
    gone = next((name for name, now in current_names(study, survey).items() if now is None), None)
    if gone is not None:
        raise UsageError(f"“{gone}” is no segment of this study any more.", "Draft the survey anew, or leave it out.")
    missing = {row.id: row.name for row in segments.listing(study) if row.name in survey.segments}
    survey = replace(survey, built_on=_states(study, missing) | survey.built_on, version="")
    rows = surveys.listing(study)
    if rows and replace(from_json(rows[0].body), version="") == survey:
        return from_json(rows[0].body)
    digest = sha256(plain_text(as_json(survey)))[:6]
    number = max((int(hit.group(1)) for row in rows if (hit := re.match(r"v(\d+)-", row.version))), default=0) + 1
    made = replace(survey, version=f"v{number}-{digest}")
    with study.action("save survey", f"saved version {made.version} of the survey, {len(made.chosen)} questions"):
        surveys.add(study, made.version, plain_text(as_json(made)), segmentation(study))
    return current(study, made.version)


def current(study: Study, version: str | None = None) -> Survey:
    """The newest saved survey, or the version named; NotFoundError where there is none."""
    return from_json(surveys.one(study, version).body)


def versions(study: Study) -> list[SurveyVersion]:
    """All saved versions, the newest first."""
    routed = surveys.answers(study)
    found = []
    for row in surveys.listing(study):
        survey, mine = from_json(row.body), [each for each in routed if each.survey == row.id]
        found.append(
            SurveyVersion(
                row.version, row.made_by, row.made_at, survey.segments, len(survey.chosen), len(survey.questions),
                sum(each.responses for each in mine), sum(each.labelled for each in mine),
            )
        )  # fmt: skip
    return found


def dry_run(study: Study, survey: Survey, text: str) -> list[tuple[str, Verdict]]:
    """Who answered and the verdict, for each response in ``text`` (JSON lines, a JSON array, or CSV); nothing is stored.

    A response that cannot be scored has the reason REFUSED and is told why. TableError where no column is a question.
    """
    found = read_responses(text, PASTED, survey, needs_account=False)
    said = {row.row: (row.respondent, score(survey, row.answers)) for row in found.rows}
    for reject in found.refused:
        where = f"{reject.column} = '{reject.value}': " if reject.column else ""
        said[reject.row] = (f"row {reject.row}", Verdict(None, survey.prior, 0.0, 0, REFUSED, where + reject.reason))
    return [said[row] for row in sorted(said)]


def accuracy(study: Study, survey: Survey, progress: Progress = silent) -> Accuracy:
    """Leave-one-participant-out accuracy of a survey's questions; see ``survey_table.accuracy``.

    UsageError where a segment of the survey is gone, or no participant's primary need is decided.
    """
    now = current_names(study, survey)
    gone = next((name for name, called in now.items() if called is None), None)
    if gone is not None:
        raise UsageError(f"“{gone}” is no segment of this study any more.", "Draft the survey anew.")
    then = {called: name for name, called in now.items()}
    rows = [row for row in segments.listing(study) if row.name in then and row.status in ("named", "confirmed")]
    return survey_table.accuracy(survey, _material(study, {row.id: then[row.name] for row in rows}, progress))


def drift(study: Study, survey: Survey) -> list[str]:
    """What changed in the segments since the survey was drafted, in words; empty where nothing did."""
    rows = {row.name: row for row in segments.listing(study)}
    now = current_names(study, survey)
    states = _states(study, {row.id: row.name for row in rows.values()})
    said = []
    for name, called in now.items():
        if called is None:
            said.append(f"“{name}” is no segment any more; its responses give no label.")
            continue
        row, before = rows[called], survey.built_on.get(name, "")
        if before and before.partition(":")[0] != states[called].partition(":")[0]:
            said.append(f"“{name}” was merged into “{called}”.")
        elif called != name:
            said.append(f"“{name}” is called “{called}” now.")
        if row.status != "confirmed":
            said.append(f"“{called}” was reopened and is not confirmed.")
        if before and before != states[called] and before.partition(":")[0] == states[called].partition(":")[0]:
            said.append(f"“{called}” holds other passages than when the survey was drafted.")
    new = [row.name for row in rows.values() if row.status == "confirmed" and row.name not in now.values()]
    said += [f"“{name}” was confirmed since; the survey does not ask for it." for name in new]
    return said


def export(study: Study, survey: Survey, path: Path, kind: str) -> Path:
    """Writes a saved survey as one of KINDS; returns ``path``.

    UsageError for an unknown kind, for a survey that is not as it was saved, and for a file of the study itself.
    """
    try:
        kept = current(study, survey.version) if survey.version else None
    except NotFoundError:
        kept = None
    if kept != survey:
        raise UsageError(
            "The survey is not saved as it stands, so responses could not be told from another version's.",
            "Save it first (W in the survey; needsseg survey edit FILE).",
        )
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name another file.")
    return out.write(survey, path, kind)


def _material(study: Study, names: dict[int, str], progress: Progress) -> Material:
    """The passages of the segments ``names`` (by id), clearest first, with their vectors and participants."""
    import numpy as np

    who = {(row.interview, row.label): row.participant for row in interviews.speakers(study) if row.participant}
    held = {passage.id: passage for passage in passages.listing(study)}
    members = segments.members(study)
    placed = [(name, held[each.passage]) for id_, name in names.items() for each in members.get(id_, [])]
    vectors = embedded(study, [passage.quote for _, passage in placed], progress)
    rows = np.array([vectors[text_sha256(passage.quote)] for _, passage in placed], dtype=np.float64)
    as_now = {row.name: names[row.id] for row in segments.listing(study) if row.id in names}
    return Material(
        tuple(passage.id for _, passage in placed),
        tuple(passage.quote for _, passage in placed),
        tuple(passage.interview for _, passage in placed),
        tuple(
            who.get((passage.interview, passage.speaker)) or f"{passage.interview}/{passage.speaker}"
            for _, passage in placed
        ),
        tuple(name for name, _ in placed),
        rows,
        {need.participant: as_now[need.segment] for need in primary_needs(study) if need.segment in as_now},
    )


def _states(study: Study, names: dict[int, str]) -> dict[str, str]:
    """What each segment is now: its id, and a hash of the passages in it."""
    members = segments.members(study)
    return {name: f"{id_}:{_hash(members.get(id_, []))}" for id_, name in names.items()}


def _hash(members: list[Member]) -> str:
    return sha256(repr(sorted(member.passage for member in members)))[:12]
