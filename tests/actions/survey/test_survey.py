"""The survey on the sample study: drafted, saved in versions, measured, routed into labels, and what drifts from it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from needsseg.actions.accounts.accounts import interview_labels
from needsseg.actions.coding import passages
from needsseg.actions.discovery import evidence
from needsseg.actions.segments import cards, segments
from needsseg.actions.study import history, studies
from needsseg.actions.survey import accuracy, answers
from needsseg.actions.survey import evidence as survey_evidence
from needsseg.actions.survey import survey as surveys
from needsseg.discovery.intervals import wilson
from needsseg.errors import NeedssegError, NotFoundError, UsageError
from needsseg.settings import shipped
from needsseg.study.accounts import surveys as stored
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews as stored_interviews
from needsseg.survey.drafting import load_templates
from needsseg.survey.formats import as_json, as_toml, from_toml
from needsseg.survey.scoring_table import Survey, segment_of
from needsseg.tui.survey import editing
from tests.fixtures.app.survey_study import worded
from tests.fixtures.wording.matching import mentions, refuses, says
from tests.fixtures.wording.segments import MERGED_IN, NO_CONFIRMED_SEGMENT, WAS_REOPENED
from tests.fixtures.wording.survey import (
    NO_ACCOUNT,
    NO_SEGMENT_ANY_MORE,
    NO_SURVEY,
    NOT_IN_STUDY,
    ONLY_CONFIRMED,
    SIMULATED,
    SURVEY_UNSAVED,
    VERDICTS,
)


@pytest.fixture
def confirmed(unasked_study: Study) -> Iterator[Study]:
    """The sample study with its three segments confirmed."""
    for row in evidence.listing(unasked_study):
        segments.confirm(unasked_study, row.id, undecided=True)
    return unasked_study


@pytest.fixture
def saved(confirmed: Study) -> Survey:
    return surveys.save(confirmed, worded(surveys.build(confirmed)))


def _spoken(study: Study) -> str:
    """All that was said in the interviews, in one line."""
    texts = [stored_interviews.transcript(study, row.key).text for row in stored_interviews.listing(study)]
    return " ".join(" ".join(texts).replace("’", "'").split()).casefold()


def test_no_draft_holds_words_that_nobody_wrote(confirmed: Study) -> None:
    spoken = _spoken(confirmed)
    for row in evidence.listing(confirmed):
        segments.reopen(confirmed, row.id)
        cards.write_need(confirmed, row.id, f"Need of {row.name.lower()}s, because they ask; and a second wish")
        segments.confirm(confirmed, row.id, undecided=True)
    made = surveys.build(confirmed)
    written = {f"Need of {name.lower()}s" for name in made.segments} | {"And a second wish"}
    templates = {template.words for template in load_templates(shipped("prompts") / "survey.toml").questions}
    for question in made.questions:
        assert question.words in templates
        for option in question.options[:-1]:
            assert option.to_be_worded or option.words.casefold() not in spoken
            assert option.words in written | {""}
    assert {option.words for option in made.question("closest").options[:-1]} == written - {"And a second wish"}
    assert all(option.to_be_worded for option in made.question("last_week").options[:-1])
    text = as_toml(made, survey_evidence.hints(confirmed, made))
    assert text.count("# hint") == text.count("to_be_worded = true") > 10


def test_a_survey_with_options_to_be_worded_goes_nowhere(confirmed: Study, tmp_path: Path) -> None:
    saved = surveys.save(confirmed, surveys.build(confirmed))
    (row,) = surveys.versions(confirmed)
    assert row.to_be_worded == len(saved.to_be_worded) > 3
    question, option = saved.to_be_worded[0]
    named = (
        question.key,
        option.key,
        segment_of(saved, option),
        f"{row.to_be_worded} options",
        "survey show --out survey.toml",
        "survey edit survey.toml",
    )
    for kind in surveys.KINDS:
        with refuses(UsageError, *named):
            surveys.export(confirmed, saved, tmp_path / "x", kind)
    with refuses(UsageError, *named):
        answers.route(confirmed, _responses(saved, tmp_path, ("A", "u1", "2026-01-05", "Builder")))
    assert not (tmp_path / "x").exists() and answers.labels(confirmed) == []
    found = accuracy.accuracy(confirmed, saved)
    assert found.figures is None and says(found.sentence, "not known", f"{row.to_be_worded} options are to be worded")


def test_accuracy_is_withdrawn_for_reworded_options_until_customers_answer(
    confirmed: Study, saved: Survey, tmp_path: Path
) -> None:
    before = accuracy.accuracy(confirmed, saved)
    assert before.measured_on == "interviews"
    key = saved.chosen[0]
    other = surveys.save(confirmed, editing.reworded(saved, key, "builder", "Quite other words"))
    found = accuracy.accuracy(confirmed, other)
    assert found.figures is None and found.measured_on is None
    assert says(found.sentence, "not known", "1 option was reworded")
    assert [(each.question, each.option, each.why) for each in found.not_known] == [(key, "builder", "reworded")]
    bare = replace(from_toml(as_toml(other), "s.toml"), version="")
    bare = replace(bare, questions=tuple(
        replace(q, options=tuple(replace(o, first_words="") for o in q.options)) for q in bare.questions
    ))  # fmt: skip
    again = surveys.save(confirmed, replace(bare, default_flow="tour"))
    assert accuracy.accuracy(confirmed, again).figures is None, "earlier versions remember the first words"
    back = surveys.save(confirmed, editing.reworded(again, key, "builder", saved.question(key).options[0].words))
    assert accuracy.accuracy(confirmed, back).measured_on == "interviews"
    known = {label.account_id: label.segment for label in interview_labels(confirmed)}
    account, segment = next((a, s) for a, s in known.items() if s in other.segments)
    file = _responses(other, tmp_path, (account, "u1", "2026-01-05", segment), (account, "u2", "2026-01-05", "Nobody"))
    answers.route(confirmed, file, version=other.version)
    answered = accuracy.accuracy(confirmed, other)
    assert answered.measured_on == "answers" and answered.spoken is None and answered.figures is not None
    assert (answered.figures.right, answered.figures.labelled, answered.figures.total) == (1, 1, 2)
    assert (answered.figures.low, answered.figures.high) == wilson(1, 1)
    assert accuracy.accuracy(confirmed, saved).answered is None, "answers are of the version that asked"


def test_two_answers_place_nobody(confirmed: Study, saved: Survey, tmp_path: Path) -> None:
    first, second, third = saved.chosen[:3]
    file = tmp_path / "r.csv"
    file.write_text(f"account_id,{first},{second},{third}\nA,builder,builder,\nB,builder,builder,none\n")
    report = answers.route(confirmed, file)
    assert report.labelled == 0 and report.abstained == {"too few answers": 2} and answers.labels(confirmed) == []


def test_drafted_words_of_an_older_survey_are_to_be_worded_once(
    confirmed: Study, tables: Callable[[Study], object]
) -> None:
    held = {passage.id: passage for passage in passages.listing(confirmed)}
    made = worded(surveys.build(confirmed))
    drafted = replace(made, questions=tuple(
        replace(q, options=tuple(
            replace(o, words=" ".join(held[o.evidence[0]].quote.split()[1:9]).strip(".,;!?"), first_words="")
            if o.evidence and o.key != "reporter" else o
            for o in q.options
        )) for q in made.questions
    ))  # fmt: skip
    body = json.loads(as_json(replace(drafted, version="v1-abcdef")))
    del body["least_answers"]
    with confirmed.action("save survey"):
        stored.add(confirmed, "v1-abcdef", json.dumps(body), "")
    with studies.open_study(confirmed.path) as again:
        (told,) = [notice for notice in again.notices if "survey" in str(notice)]
        assert says(told, "need words", "v1-abcdef", "undo")
        now = surveys.current(again)
        for question in now.questions:
            for option in question.options:
                assert option.to_be_worded == (option.key in ("builder", "coordinator")), option
    with studies.open_study(confirmed.path) as again:
        assert not [notice for notice in again.notices if "survey" in str(notice)]
        history.undo(again)
        assert not surveys.current(again).to_be_worded
    with studies.open_study(confirmed.path) as again:
        assert not surveys.current(again).to_be_worded, "what a person took back is not done again"


def test_a_draft_asks_five_questions(confirmed: Study) -> None:
    made = surveys.build(confirmed)
    assert made.version == "" and len(made.chosen) == 5 and 8 <= len(made.questions) <= 12
    assert sorted(made.segments) == ["Builder", "Coordinator", "Reporter"]
    assert [q.gain for q in made.asked] == sorted((q.gain for q in made.asked), reverse=True) and made.asked[
        0
    ].gain > 0.3
    held = {passage.id: passage for passage in passages.listing(confirmed)}
    for question in made.questions:
        assert all(abs(sum(chances) - 1) < 1e-9 for chances in question.likelihoods.values())
        assert question.options[-1].key == "none"
        assert all(passage in held for option in question.options[:-1] for passage in option.evidence)
    assert surveys.build(confirmed) == made
    assert not surveys.versions(confirmed), "a draft is not stored"


def test_names_are_covered(confirmed: Study) -> None:
    texts = list(survey_evidence.hints(confirmed, surveys.build(confirmed)).values())
    assert texts
    assert not any(re.search(rf"\b{name}\b", text) for text in texts for name in ("Sanjay", "Shirin", "Ruth"))


def test_versions_are_saved_undone_and_brought_back(confirmed: Study, saved: Survey) -> None:
    assert saved.version.startswith("v1-") and surveys.current(confirmed) == saved
    assert surveys.save(confirmed, saved) == saved, "what is as the newest is no new version"
    longer = replace(saved, default_flow="tour")
    second = surveys.save(confirmed, longer)
    assert second.version.startswith("v2-") and [row.version for row in surveys.versions(confirmed)] == [
        second.version, saved.version,
    ]  # fmt: skip
    assert surveys.current(confirmed, saved.version) == saved
    assert from_toml(as_toml(second), "s.toml") == second
    history.undo(confirmed)
    assert surveys.current(confirmed) == saved
    history.redo(confirmed)
    assert surveys.current(confirmed) == second
    with refuses(NotFoundError, "version", "v7", f"{second.version}, {saved.version}"):
        surveys.current(confirmed, "v7")


def test_leave_one_out_names_its_interval(confirmed: Study, saved: Survey) -> None:
    measured = accuracy.accuracy(confirmed, saved)
    found = measured.spoken
    assert found is not None and measured.figures == found and measured.answered is None
    assert says(found.sentence, "if customers answered as they spoke")
    assert found.total == 18 == found.labelled + found.abstained
    assert found.right / found.labelled >= 0.8 > found.baseline
    assert (found.low, found.high) == wilson(found.right, found.labelled)
    assert tuple(round(edge, 2) for edge in wilson(18, 20)) == (0.70, 0.97)
    assert says(found.sentence, SIMULATED)


def _responses(saved: Survey, folder: Path, *rows: tuple[str, str, str, str]) -> Path:
    """A file of responses: account, respondent, day, and the segment whose options are picked throughout."""
    file = folder / "responses.jsonl"
    keys = {name: name.casefold() for name in saved.segments}
    lines = [
        {"account_id": account, "respondent": who, "at": day} | {q.key: keys.get(name, "none") for q in saved.asked}
        for account, who, day, name in rows
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


def test_responses_become_labels_with_the_source_survey(confirmed: Study, saved: Survey, tmp_path: Path) -> None:
    file = _responses(
        saved, tmp_path, ("A", "u1", "2026-01-05", "Builder"), ("A", "u1", "2026-02-05", "Reporter"),
        ("A", "u2", "2026-01-06", "Reporter"), ("B", "u3", "2026-01-05", "nobody"), ("", "u4", "2026-01-05", "Builder"),
    )  # fmt: skip
    report = answers.route(confirmed, file)
    assert (report.responses, report.labelled, report.abstained, report.accounts) == (4, 3, {"thin": 1}, 2)
    assert [(each.row, each.reason) for each in report.refused] == [(5, NO_ACCOUNT)]
    (label,) = answers.labels(confirmed)
    assert (label.account_id, label.segment, label.source) == ("A", "Reporter", "survey")
    assert label.confidence > 0.9 and label.confirmed_by
    before = {label.segment: label.confidence for label in answers.labels(confirmed, date(2026, 2, 5))}
    assert set(before) == {"Builder", "Reporter"} and sum(before.values()) == pytest.approx(1, abs=0.05)
    assert answers.labels(confirmed, date(2026, 1, 5)) == []
    one = answers.responses(confirmed, account_id="A")[0]
    assert one.version == saved.version and len(one.answers) == 5 and one.answers[0][0] == saved.asked[0].words


def test_the_same_file_again_changes_nothing(
    confirmed: Study, saved: Survey, tmp_path: Path, tables: Callable[[Study], object]
) -> None:
    file = _responses(saved, tmp_path, ("A", "u1", "2026-01-05", "Builder"))
    assert not answers.route(confirmed, file).unchanged
    as_before, steps = tables(confirmed), len(history.listing(confirmed))
    assert answers.route(confirmed, file).unchanged
    assert (tables(confirmed), len(history.listing(confirmed))) == (as_before, steps)
    history.undo(confirmed)
    assert answers.labels(confirmed) == []
    history.redo(confirmed)
    assert len(answers.labels(confirmed)) == 1
    next(confirmed.stack.glob("survey-*.parquet")).unlink()
    with refuses(NeedssegError, VERDICTS, "responses.jsonl", "needsseg survey route responses.jsonl"):
        answers.labels(confirmed)


def test_labels_follow_a_segment_that_is_renamed(confirmed: Study, saved: Survey, tmp_path: Path) -> None:
    answers.route(confirmed, _responses(saved, tmp_path, ("A", "u1", "2026-01-05", "Builder")))
    builder = next(row.id for row in evidence.listing(confirmed) if row.name == "Builder")
    assert surveys.drift(confirmed, saved) == []
    segments.reopen(confirmed, builder)
    segments.rename(confirmed, builder, "Planner")
    renamed, reopened = surveys.drift(confirmed, saved)
    assert says(renamed, "Builder", "Planner") and says(reopened, "Planner", WAS_REOPENED)
    (label,) = answers.labels(confirmed)
    assert (label.segment, label.confirmed_by) == ("Planner", "")
    assert (figures := accuracy.accuracy(confirmed, saved).figures) is not None and figures.total == 18
    other = next(row.id for row in evidence.listing(confirmed) if row.name == "Reporter")
    segments.reopen(confirmed, other)
    segments.merge(confirmed, other, [builder])
    assert any(mentions(drift, "Builder", MERGED_IN, "Reporter") for drift in surveys.drift(confirmed, saved))
    segments.set_aside(confirmed, other)
    assert any(mentions(drift, "Builder", NO_SEGMENT_ANY_MORE) for drift in surveys.drift(confirmed, saved))
    assert answers.labels(confirmed) == []
    with refuses(UsageError, "Builder", NOT_IN_STUDY):
        surveys.save(confirmed, replace(saved, default_flow="x"))


def test_a_dry_run_scores_what_is_pasted_and_stores_nothing(confirmed: Study, saved: Survey) -> None:
    first, second = saved.chosen[:2]
    pasted = f"respondent,{first},{second}\nu1,builder,builder\nu2,,\nu3,builder,coordinator\nu4,wizard,\n"
    saved = surveys.save(confirmed, replace(saved, least_answers=2))
    found = dict(surveys.dry_run(confirmed, saved, pasted))
    assert [(who, verdict.segment, verdict.reason) for who, verdict in found.items()] == [
        ("u1", "Builder", ""), ("u2", None, "no answers"), ("u3", None, "contradictory"), ("row 5", None, "refused"),
    ]  # fmt: skip
    assert "wizard" in found["row 5"].told


def test_only_what_is_saved_is_exported(confirmed: Study, saved: Survey, tmp_path: Path) -> None:
    for kind in surveys.KINDS:
        assert surveys.export(confirmed, saved, tmp_path / kind, kind).read_text(encoding="utf-8")
    for wrong, kind, what in (
        (replace(saved, default_flow="x"), "spec", (SURVEY_UNSAVED, "needsseg survey edit")),
        (replace(saved, version=""), "spec", (SURVEY_UNSAVED, "needsseg survey edit")),
        (saved, "pdf", ("pdf", ", ".join(surveys.KINDS))),
    ):
        with refuses(UsageError, *what):
            surveys.export(confirmed, wrong, tmp_path / "x", kind)
    assert not (tmp_path / "x").exists()


def test_without_confirmed_segments_there_is_no_survey(unasked_study: Study, study: Study, tmp_path: Path) -> None:
    for empty in (study, unasked_study):
        with refuses(UsageError, NO_CONFIRMED_SEGMENT, "needsseg segment confirm"):
            surveys.build(empty)
        with refuses(NotFoundError, NO_SURVEY, "needsseg survey build"):
            answers.route(empty, tmp_path / "r.csv")
    only = evidence.listing(unasked_study)[0]
    segments.confirm(unasked_study, only.id, undecided=True)
    with refuses(UsageError, only.name, ONLY_CONFIRMED, "needsseg segment confirm"):
        surveys.build(unasked_study)


def test_a_survey_written_by_hand_has_to_name_the_studys_segments(confirmed: Study, saved: Survey) -> None:
    text = as_toml(replace(saved, built_on={})).replace("Reporter", "Baker")
    with refuses(UsageError, "Baker", NOT_IN_STUDY):
        surveys.save(confirmed, from_toml(text, "s.toml"))


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ('kind = "situation"', 'kind = "hope"', ("question 3", "last_week", "hope", "situation, motivation")),
        ("none_likelihood = 0.1", "none_likelihood = 1", ("none_likelihood = 1", "0 and 1")),
        ('key = "most_often"', 'key = "last_week"', ("two questions", "key", "last_week")),
        ('key = "most_often"', 'kez = "a"', ("question 4", "key", "kind", "words")),
        ("none =", "nine =", ("key", "nine", "none_likelihood")),
    ],
)
def test_templates_that_do_not_fit_are_named(tmp_path: Path, before: str, after: str, what: tuple[str, ...]) -> None:
    file = tmp_path / "survey.toml"
    text = (shipped("prompts") / "survey.toml").read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    with refuses(UsageError, file, *what, hint=False):
        load_templates(file)


def test_it_survives_a_copy(confirmed: Study, saved: Survey) -> None:
    with studies.open_study(confirmed.path) as again:
        assert surveys.current(again) == saved
