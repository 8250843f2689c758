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
    """Drafts a survey from the confirmed segments; nothing is stored but vectors that were missing.

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
    found = material(study, names, progress)
    empty = [name for name in names.values() if name not in found.segments]
    if empty:
        raise UsageError(f"“{empty[0]}” holds no passages.", "Put passages into it, or set it aside.")
    progress("drafting questions", 0, 1)
    made = draft(found, tuple(names.values()), templates, _written(study, names), _pinned(study, names))
    progress("drafting questions", 1, 1)
    return valid(replace(made, built_on=_states(study, names)))


def _written(study: Study, names: dict[int, str]) -> dict[str, list[str]]:
    """What people wrote of each segment: the need on its card, its description, that of its need in view."""
    rows = {row.id: row for row in segments.listing(study)}
    stated = cards.needs_in_view(study)
    return {
        name: [rows[id_].need, rows[id_].description, *(text for _, text, of in stated if of == id_)]
        for id_, name in names.items()
    }


def _pinned(study: Study, names: dict[int, str]) -> dict[str, dict[str, list[int]]]:
    """The passages that people pinned to each segment's card, by part."""
    found: dict[str, dict[str, list[int]]] = {name: {} for name in names.values()}
    for pin in cards.listing(study):
        if pin.segment in names:
            found[names[pin.segment]].setdefault(pin.part, []).append(pin.passage)
    return found


def save(study: Study, survey: Survey) -> Survey:
    """Saves a survey as the next version, as one step that can be undone; one that is as the newest is left as it is.

    UsageError naming question and option where it is no valid survey, or names a segment that the study does not have.
    """
    from needsseg.actions.accounts.accounts import version as segmentation

    survey = with_gains(valid(survey))
    gone = next((name for name, now in current_names(study, survey).items() if now is None), None)
    if gone is not None:
        raise UsageError(f"“{gone}” is no segment of this study any more.", "Draft the survey anew, or leave it out.")
    missing = {row.id: row.name for row in segments.listing(study) if row.name in survey.segments}
    survey = replace(survey, built_on=_states(study, missing) | survey.built_on, version="")
    rows = surveys.listing(study)
    survey = _with_first_words(survey, [from_json(row.body) for row in reversed(rows)])
    if rows and replace(from_json(rows[0].body), version="") == survey:
        return from_json(rows[0].body)
    digest = sha256(plain_text(as_json(survey)))[:6]
    number = max((int(hit.group(1)) for row in rows if (hit := re.match(r"v(\d+)-", row.version))), default=0) + 1
    made = replace(survey, version=f"v{number}-{digest}")
    with study.action(
        "save survey", f"saved version {made.version} of the survey, {format_count(len(made.chosen), 'question')}"
    ):
        surveys.add(study, made.version, plain_text(as_json(made)), segmentation(study))
    return current(study, made.version)


def _with_first_words(survey: Survey, earlier: Sequence[Survey]) -> Survey:
    """The survey in which each option knows the words that were saved first for its evidence, in ``earlier`` or now."""
    first: dict[tuple[str, str, tuple[int, ...]], str] = {}
    for version in earlier:
        for question in version.questions:
            for option in question.options:
                if words := option.first_words or option.words:
                    first.setdefault((question.key, option.key, option.evidence), words)

    def known(question: Question, option: Option) -> Option:
        if option.first_words or not option.evidence:
            return option
        return replace(option, first_words=first.get((question.key, option.key, option.evidence), option.words))

    return replace(
        survey,
        questions=tuple(
            replace(question, options=tuple(known(question, option) for option in question.options))
            for question in survey.questions
        ),
    )


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
                sum(each.responses for each in mine), sum(each.labelled for each in mine), len(survey.to_be_worded),
            )
        )  # fmt: skip
    return found


def worded_by_people(study: Study, survey: Survey, text: str) -> Survey:
    """The survey in a TOML ``text``; one of an older program loses the words that it drafted."""
    return survey if earlier_surveys.MARK in text else earlier_surveys.without_drafts(study, survey)


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

    UsageError for an unknown kind, for a survey that is not as it was saved, for one with options to be worded, which are
    named, and for a file of the study itself.
    """
    try:
        kept = current(study, survey.version) if survey.version else None
    except NotFoundError:
        kept = None
    if kept != survey:
        raise UsageError(
            "The survey is not saved as it stands, so responses could not be told from another version's.",
            Advice("Save it first: ", Fix.SAVE_SURVEY),
        )
    check_worded(survey, "exported")
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name another file.")
    return out.write(survey, path, kind)


def _states(study: Study, names: dict[int, str]) -> dict[str, str]:
    """What each segment is now: its id, and a hash of the passages in it."""
    members = segments.members(study)
    return {name: f"{id_}:{_hash(members.get(id_, []))}" for id_, name in names.items()}


def _hash(members: list[Member]) -> str:
    return sha256(repr(sorted(member.passage for member in members)))[:12]
