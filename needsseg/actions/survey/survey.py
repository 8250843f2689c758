"""The onboarding survey: drafted from the segments' cards and evidence, edited, saved in versions, tried, exported."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.survey import earlier_surveys
from needsseg.actions.survey.answers import current_names
from needsseg.actions.survey.evidence import material
from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.exchange import surveys as out
from needsseg.files import sha256
from needsseg.progress import Progress, silent
from needsseg.settings import load, prompt_file
from needsseg.study.accounts import surveys
from needsseg.study.connection import plain_text
from needsseg.study.segments import cards, segments
from needsseg.survey.choice import with_gains
from needsseg.survey.drafting import draft, load_templates
from needsseg.survey.formats import as_json, from_json
from needsseg.survey.responses import read_responses
from needsseg.survey.scoring import score
from needsseg.survey.scoring_table import (
    REFUSED,
    Option,
    Question,
    Survey,
    Verdict,
    check_worded,
    valid,
)
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.study.connection import Study
    from needsseg.study.segments.segments import Member


KINDS = tuple(out.KINDS)
PASTED = "the answers"


@dataclass(frozen=True, slots=True)
class SurveyVersion:
    """One saved version: by whom and when, how many questions it asks, and the responses that were routed by it.

    ``to_be_worded`` counts the options of its questions that nobody has written.
    """

    version: str
    made_by: str
    made_at: str
    segments: tuple[str, ...]
    asked: int
    drafted: int
    responses: int
    labelled: int
    to_be_worded: int


def build(study: Study, progress: Progress = silent) -> Survey:
    """Draft a survey from the confirmed segments; nothing is stored but vectors that were missing.

    Options are worded with what people wrote on the segments' cards and as their descriptions; all others are to be worded.
    UsageError below two confirmed segments, and where a template (prompts/survey.toml) does not fit.
    """
    templates = load_templates(prompt_file("survey.toml", load(study.path)))
    names = {row.id: row.name for row in segments.listing(study) if row.status == "confirmed"}
    if len(names) < 2:
        only = f"“{next(iter(names.values()))}” is the only confirmed segment." if names else ""
        raise UsageError(
            only or "There is no confirmed segment.",
            Advice("The survey asks to which segment somebody belongs. Confirm at least two: ", Fix.CONFIRM_SEGMENT),
        )
    evidence = material(study, names, progress)
    empty = [name for name in names.values() if name not in evidence.segments]
    if empty:
        raise UsageError(f"“{empty[0]}” holds no passages.", "Put passages into it, or set it aside.")
    progress("drafting questions", 0, 1)
    drafted = draft(evidence, tuple(names.values()), templates, _written(study, names), _pinned(study, names))
    progress("drafting questions", 1, 1)
    return valid(replace(drafted, built_on=_states(study, names)))


def _written(study: Study, names: dict[int, str]) -> dict[str, list[str]]:
    """Return the texts that people wrote of each segment: its card's need, its description, that of its need in view."""
    rows = {row.id: row for row in segments.listing(study)}
    stated = cards.needs_in_view(study)
    return {
        name: [rows[id_].need, rows[id_].description, *(text for _, text, of in stated if of == id_)]
        for id_, name in names.items()
    }


def _pinned(study: Study, names: dict[int, str]) -> dict[str, dict[str, list[int]]]:
    """The passages that people pinned to each segment's card, by part."""
    pins_by_segment: dict[str, dict[str, list[int]]] = {name: {} for name in names.values()}
    for pin in cards.listing(study):
        if pin.segment in names:
            pins_by_segment[names[pin.segment]].setdefault(pin.part, []).append(pin.passage)
    return pins_by_segment


def save(study: Study, survey: Survey) -> Survey:
    """Save a survey as the next version, as one step that can be undone; one that is as the newest is left as it is.

    UsageError naming question and option where it is not a valid survey, or names a segment that the study does not have.
    """
    from needsseg.actions.accounts.accounts import version as segmentation

    survey = with_gains(valid(survey))
    removed = next((name for name, now in current_names(study, survey).items() if now is None), None)
    if removed is not None:
        raise UsageError(
            f"“{removed}” is not a segment of this study any more.", "Draft the survey again, or leave it out."
        )
    missing = {row.id: row.name for row in segments.listing(study) if row.name in survey.segments}
    survey = replace(survey, built_on=_states(study, missing) | survey.built_on, version="")
    rows = surveys.listing(study)
    survey = _with_first_words(survey, [from_json(row.body) for row in reversed(rows)])
    if rows and replace(from_json(rows[0].body), version="") == survey:
        return from_json(rows[0].body)
    digest = sha256(plain_text(as_json(survey)))[:6]
    number = max((int(hit.group(1)) for row in rows if (hit := re.match(r"v(\d+)-", row.version))), default=0) + 1
    saved = replace(survey, version=f"v{number}-{digest}")
    with study.action(
        "save survey", f"saved version {saved.version} of the survey, {format_count(len(saved.chosen), 'question')}"
    ):
        surveys.add(study, saved.version, plain_text(as_json(saved)), segmentation(study))
    return current(study, saved.version)


def _with_first_words(survey: Survey, earlier: Sequence[Survey]) -> Survey:
    """The survey in which each option knows the words that were saved first for its evidence, in ``earlier`` or now."""
    first: dict[tuple[str, str, tuple[int, ...]], str] = {}
    for version in earlier:
        for question in version.questions:
            for option in question.options:
                if words := option.first_words or option.words:
                    first.setdefault((question.key, option.key, option.evidence), words)

    def with_first(question: Question, option: Option) -> Option:
        if option.first_words or not option.evidence:
            return option
        return replace(option, first_words=first.get((question.key, option.key, option.evidence), option.words))

    return replace(
        survey,
        questions=tuple(
            replace(question, options=tuple(with_first(question, option) for option in question.options))
            for question in survey.questions
        ),
    )


def current(study: Study, version: str | None = None) -> Survey:
    """The newest saved survey, or the version named; NotFoundError where there is none."""
    return from_json(surveys.one(study, version).body)


def versions(study: Study) -> list[SurveyVersion]:
    """All saved versions, the newest first."""
    routed = surveys.answers(study)
    saved_versions = []
    for row in surveys.listing(study):
        survey, routed_files = from_json(row.body), [each for each in routed if each.survey == row.id]
        saved_versions.append(
            SurveyVersion(
                row.version, row.made_by, row.made_at, survey.segments, len(survey.chosen), len(survey.questions),
                sum(each.responses for each in routed_files), sum(each.labelled for each in routed_files),
                len(survey.to_be_worded),
            )
        )  # fmt: skip
    return saved_versions


def worded_by_people(study: Study, survey: Survey, text: str) -> Survey:
    """The survey in a TOML ``text``; one of an older program loses the words that it drafted."""
    return survey if earlier_surveys.MARK in text else earlier_surveys.without_drafts(study, survey)


def dry_run(study: Study, survey: Survey, text: str) -> list[tuple[str, Verdict]]:
    """Return respondent and verdict for each response in ``text`` (JSON lines, a JSON array, or CSV); nothing is stored.

    A response that cannot be scored has the reason REFUSED, with an explanation. TableError where no column is a question.
    """
    parsed = read_responses(text, PASTED, survey, needs_account=False)
    verdict_by_row = {row.row: (row.respondent, score(survey, row.answers)) for row in parsed.rows}
    for reject in parsed.refused:
        where = f"{reject.column} = '{reject.value}': " if reject.column else ""
        verdict_by_row[reject.row] = (
            f"row {reject.row}",
            Verdict(None, survey.prior, 0.0, 0, REFUSED, where + reject.reason),
        )
    return [verdict_by_row[row] for row in sorted(verdict_by_row)]


def drift(study: Study, survey: Survey) -> list[str]:
    """Return the changes of the segments since the survey was drafted, in words; empty where there are none."""
    rows = {row.name: row for row in segments.listing(study)}
    now = current_names(study, survey)
    states = _states(study, {row.id: row.name for row in rows.values()})
    changes = []
    for name, called in now.items():
        if called is None:
            changes.append(f"“{name}” is not a segment any more; its responses give no label.")
            continue
        row, before = rows[called], survey.built_on.get(name, "")
        if before and before.partition(":")[0] != states[called].partition(":")[0]:
            changes.append(f"“{name}” was merged into “{called}”.")
        elif called != name:
            changes.append(f"“{name}” is called “{called}” now.")
        if row.status != "confirmed":
            changes.append(f"“{called}” was reopened and is not confirmed.")
        if before and before != states[called] and before.partition(":")[0] == states[called].partition(":")[0]:
            changes.append(f"“{called}” holds other passages than when the survey was drafted.")
    new = [row.name for row in rows.values() if row.status == "confirmed" and row.name not in now.values()]
    changes += [f"“{name}” was confirmed since; the survey does not ask for it." for name in new]
    return changes


def export(study: Study, survey: Survey, path: Path, kind: str) -> Path:
    """Write a saved survey as one of KINDS; returns ``path``.

    UsageError for an unknown kind, for a survey that is not as it was saved, for one with options to be worded, which are
    named, and for a file of the study itself.
    """
    try:
        saved = current(study, survey.version) if survey.version else None
    except NotFoundError:
        saved = None
    if saved != survey:
        raise UsageError(
            "The survey has unsaved changes, so its responses could not be distinguished from another version's.",
            Advice("Save it first: ", Fix.SAVE_SURVEY),
        )
    check_worded(survey, "exported")
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name another file.")
    return out.write(survey, path, kind)


def _states(study: Study, names: dict[int, str]) -> dict[str, str]:
    """Return the state of each segment: its id, and a hash of the passages in it."""
    members = segments.members(study)
    return {name: f"{id_}:{_hash(members.get(id_, []))}" for id_, name in names.items()}


def _hash(members: list[Member]) -> str:
    return sha256(repr(sorted(member.passage for member in members)))[:12]
