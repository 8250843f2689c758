"""The group survey: build, edit, show, versions, accuracy, try, route, export."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from needsseg.actions.survey import MEANING, TO_BE_WORDED, Survey, Verdict, answers, as_toml, evidence, from_toml
from needsseg.actions.survey import accuracy as accuracy_actions
from needsseg.actions.survey import survey as actions
from needsseg.actions.survey.accuracy import SurveyAccuracy
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.errors import NeedssegError, UsageError
from needsseg.files import write_file
from needsseg.text import format_count

MOST_LISTED = 50
LEAST_TELLING = 0.3
"""Five questions that give less, in bits, leave nearly everybody to the default flow; ours."""

version_option = click.option("--version", metavar="VERSION", help="The version. Default: the newest.")
file_argument = click.argument("file", type=click.Path(path_type=Path))


@click.group(no_args_is_help=True)
def survey() -> None:
    """Build and use five questions that route a new user to a segment or to the default flow."""


@survey.command()
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE.toml", help="Write the draft to this file, to edit it."
)
@click.option("--save", "keep", is_flag=True, help="Save the draft as the next version.")
@json_option
@click.pass_obj
def build(session: Session, out: Path | None, keep: bool, as_json: bool) -> None:
    """Draft questions about the confirmed segments and choose five.

    Options are worded with what people wrote of the segments: the need on a card, a description. All others are to be worded,
    each beside what a participant said, before the survey can be exported or route anybody. Without --out and --save the draft
    is printed, as the file that people edit.
    """
    with opened(session) as study, session.progressing() as progress:
        drafted = actions.build(study, progress)
        if out is not None and study.owns(out):
            raise UsageError(f"{out} belongs to the study itself.", "Name another file.")
        drafted = actions.save(study, drafted) if keep else drafted
        hints = evidence.hints(study, drafted)
    if out is not None:
        _write(out, as_toml(drafted, hints))
    if as_json:
        print_object(shape(drafted, hints))
    elif out is None and not keep:
        sys.stdout.write(as_toml(drafted, hints))
    else:
        _print(drafted, hints)
    if sum(question.gain for question in drafted.asked) < LEAST_TELLING:
        session.warn("The answers hardly tell the segments apart; give the options other likelihoods, or other words.")
    done = f"Saved version {drafted.version}" if keep else "Drafted"
    session.say(
        f"{done}: {format_count(len(drafted.questions), 'question')}, of which {len(drafted.chosen)} are asked."
    )
    _warn_unready(session, drafted)
    if out is not None:
        session.say(f"Edit {out}, then save it: needsseg survey edit {out}")


@survey.command()
@file_argument
@json_option
@click.pass_obj
def edit(session: Session, file: Path, as_json: bool) -> None:
    """Save an edited survey as the next version."""
    text = _read(file)
    edited_survey = from_toml(text, file.name)
    with opened(session) as study:
        edited = actions.worded_by_people(study, edited_survey, text)
        before = {row.version for row in actions.versions(study)}
        saved = actions.save(study, edited)
        hints = evidence.hints(study, saved)
    if as_json:
        print_object(shape(saved, hints))
    _warn_unready(session, saved)
    session.say(f"{'Nothing changed: it is' if saved.version in before else 'Saved'} version {saved.version}.")


@survey.command()
@version_option
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.toml", help="Write it to this file, to edit it.")
@json_option
@click.pass_obj
def show(session: Session, version: str | None, out: Path | None, as_json: bool) -> None:
    """Show a version's questions, options and likelihoods."""
    with opened(session) as study:
        if out is not None and study.owns(out):
            raise UsageError(f"{out} belongs to the study itself.", "Name another file.")
        shown = actions.current(study, version)
        drifted = actions.drift(study, shown)
        hints = evidence.hints(study, shown)
    if out is not None:
        _write(out, as_toml(shown, hints))
        session.say(f"Edit {out}, then save it: needsseg survey edit {out}")
    if as_json:
        print_object(shape(shown, hints) | {"drift": drifted})
    elif out is None:
        _print(shown, hints)
    _warn_unready(session, shown)
    for change in drifted:
        session.warn(change)


@survey.command()
@json_option
@click.pass_obj
def versions(session: Session, as_json: bool) -> None:
    """List the saved versions, the newest first."""
    with opened(session) as study:
        rows = actions.versions(study)
    if as_json:
        print_array(asdict(row) for row in rows)
        return
    print_table(
        ("version", "saved by", "at", "questions", "drafted", TO_BE_WORDED, "responses", "labelled"),
        [(r.version, r.made_by, r.made_at, r.asked, r.drafted, r.to_be_worded, r.responses, r.labelled) for r in rows],
    )
    if not rows:
        session.say("There is no survey yet: needsseg survey build --save")


@survey.command()
@version_option
@json_option
@click.pass_obj
def accuracy(session: Session, version: str | None, as_json: bool) -> None:
    """Show how accurately the survey assigns people, as far as that is known.

    This estimates how well the questions would assign the interviewed people if they answered as they spoke, each by
    a survey made without them. It is unknown for options that still need words or were reworded. Where customers whose
    segment is known from interviews answered, their measured accuracy comes first.
    """
    with opened(session) as study, session.progressing() as progress:
        shown = actions.current(study, version)
        measured = accuracy_actions.accuracy(study, shown, progress)
    if as_json:
        print_object(accuracy_shape(measured))
        return
    print_text(measured.sentence)
    for each in measured.not_known[:MOST_LISTED]:
        print_text(f"  question {each.question}, option {each.option}: {each.why}")


@survey.command("try")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default="-")
@version_option
@json_option
@click.pass_obj
def try_(session: Session, file: Path, version: str | None, as_json: bool) -> None:
    """Score responses without storing anything.

    FILE, or what is given on stdin, is CSV, JSON lines or a JSON array, with question keys and option keys.
    """
    text = sys.stdin.read() if str(file) == "-" else _read(file)
    with opened(session) as study:
        shown = actions.current(study, version)
        verdicts = actions.dry_run(study, shown, text)
    if as_json:
        print_array(_verdict(who, verdict, shown) for who, verdict in verdicts)
    else:
        print_table(
            ("respondent", "flow", *shown.segments, "margin", "answered", "why"),
            [_print_verdicts(who, verdict, shown) for who, verdict in verdicts],
            wrap=("why",),
        )
    for who, verdict in verdicts:
        if verdict.reason == "refused":
            session.refuse(who, verdict.told)
    routed = sum(verdict.segment is not None for _, verdict in verdicts)
    session.say(
        f"{routed} of {format_count(len(verdicts), 'response')} would be routed by version {shown.version}; nothing "
        "was stored."
    )


@survey.command()
@file_argument
@click.option("--account", metavar="COLUMN", help="The column of account ids.")
@click.option("--respondent", metavar="COLUMN", help="The column of respondents.")
@click.option("--at", metavar="COLUMN", help="The column of dates, as YYYY-MM-DD or with a time.")
@version_option
@json_option
@click.pass_obj
def route(
    session: Session,
    file: Path,
    account: str | None,
    respondent: str | None,
    at: str | None,
    version: str | None,
    as_json: bool,
) -> None:
    """Score responses into labels of accounts, with the source survey.

    FILE is CSV, JSON lines or a JSON array; a column is a question's key or its words, a cell an option's key or its
    words. Exports of Formbricks and Typeform are such files. The same file again changes nothing.
    """
    with opened(session) as study, session.progressing() as progress:
        report = answers.route(
            study, file, account=account, respondent=respondent, at=at, version=version, progress=progress
        )
    if as_json:
        print_object(asdict(report))
    else:
        print_table(("read as", "column"), list(report.columns.items()))
        print_table(
            ("flow", "responses"),
            [*report.segments.items(), *((f"default ({reason})", count) for reason, count in report.abstained.items())],
        )
    for reject in report.refused[:MOST_LISTED]:
        where = f"{report.file} row {reject.row}" + (f", column {reject.column}" if reject.column else "")
        session.refuse(where, f"'{reject.value}': {reject.reason}" if reject.value else reject.reason)
    if len(report.refused) > MOST_LISTED:
        session.refuse(f"{len(report.refused) - MOST_LISTED:,} more rows", "they are listed by --json")
    for warning in report.warnings:
        session.warn(warning)
    session.say(_routed(report))


@survey.command()
@click.argument("kind", metavar="KIND", type=click.Choice(actions.KINDS))
@click.argument("path", type=click.Path(path_type=Path))
@version_option
@click.pass_obj
def export(session: Session, kind: str, path: Path, version: str | None) -> None:
    """Export a version, to ask or score it elsewhere.

    KIND is formbricks, typeform (JSON to create it there), markdown (a sheet), or spec (all it takes to score answers without
    this program).
    """
    with opened(session) as study:
        shown = actions.current(study, version)
        actions.export(study, shown, path, kind)
    session.say(f"Wrote version {shown.version} to {path}")


def shape(shown: Survey, hints: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """A survey as JSON prints it; ``hints`` are what participants said, by question and option key."""
    return {
        "version": shown.version,
        "segments": shown.segments,
        "prior": shown.prior,
        "chosen": shown.chosen,
        "default_flow": shown.default_flow,
        "least_posterior": shown.least_posterior,
        "least_margin": shown.least_margin,
        "least_answers": shown.least_answers,
        "to_be_worded": len(shown.to_be_worded),
        "questions": [
            {
                "key": question.key,
                "words": question.words,
                "gain": question.gain,
                "asked": question.key in shown.chosen,
                "options": [
                    {
                        "key": option.key,
                        "words": option.words,
                        "to_be_worded": option.to_be_worded,
                        "hint": hints.get((question.key, option.key)),
                        "first_words": option.first_words,
                        "evidence": option.evidence,
                        "likelihoods": {name: question.likelihoods[name][i] for name in shown.segments},
                    }
                    for i, option in enumerate(question.options)
                ],
            }
            for question in shown.questions
        ],
    }


FIGURES = ("right", "labelled", "abstained", "total", "low", "high", "baseline")


def accuracy_shape(measured: SurveyAccuracy) -> dict[str, Any]:
    """Return a survey's accuracy for JSON; the figures are null where nothing is known."""
    figures = measured.figures
    counted = dict.fromkeys(FIGURES) if figures is None else {name: getattr(figures, name) for name in FIGURES}
    return {
        "version": measured.version,
        "accuracy": None if figures is None else figures.share,
        "measured_on": measured.measured_on,
        **counted,
        "answered": None if measured.answered is None else asdict(measured.answered),
        "if_answered_as_they_spoke": None if measured.spoken is None else asdict(measured.spoken),
        "not_known": [asdict(each) for each in measured.not_known],
        "meaning": MEANING,
        "sentence": measured.sentence,
    }


def _warn_unready(session: Session, shown: Survey) -> None:
    """Say what has to be done before a survey can be used."""
    lacking = shown.to_be_worded
    if lacking:
        where = ", ".join(f"{question.key}/{option.key}" for question, option in lacking)
        session.warn(
            f"{format_count(len(lacking), 'option')} {TO_BE_WORDED} before it can be exported or route anybody: "
            f"{where}."
        )
    if len(shown.chosen) < shown.least_answers:
        session.warn(
            f"It asks {format_count(len(shown.chosen), 'question')}, and nobody is assigned to a segment by fewer than "
            f"{format_count(shown.least_answers, 'answer')} (least_answers): everybody goes to the default flow."
        )


def _print(shown: Survey, hints: Mapping[tuple[str, str], str]) -> None:
    for number, question in enumerate(shown.questions, start=1):
        number_label = f"{number}." if question.key in shown.chosen else "not asked:"
        print_text(f"{number_label} {question.words} [{question.key}, {question.gain:.2f} bits]")
        print_table(
            ("answer", "key", *shown.segments),
            [
                (
                    option.words or f"[{TO_BE_WORDED}]",
                    option.key,
                    *(question.likelihoods[name][place] for name in shown.segments),
                )
                for place, option in enumerate(question.options)
            ],
            wrap=("answer",),
        )
        for option in question.options:
            if hint := hints.get((question.key, option.key)):
                print_text(f"  {option.key}: a participant said “{hint}”")
        print_text("")


def _print_verdicts(who: str, verdict: Verdict, shown: Survey) -> Sequence[object]:
    explanation = f"{verdict.reason}: {verdict.told}" if verdict.reason else ""
    flow = verdict.segment or shown.default_flow
    chances = [verdict.posterior[name] for name in shown.segments]
    return (who, flow, *chances, verdict.margin, verdict.answered, explanation)


def _verdict(who: str, verdict: Verdict, shown: Survey) -> dict[str, Any]:
    return {"respondent": who, "flow": verdict.segment or shown.default_flow} | asdict(verdict)


def _routed(report: answers.RouteReport) -> str:
    if not report.responses:
        return f"No response of {report.file} could be scored; nothing was stored."
    note = (
        f"{report.labelled} of {format_count(report.responses, 'response')} of "
        f"{format_count(report.accounts, 'account')} were routed by version "
        f"{report.version}"
    )
    return f"{note}; the study had them already, nothing changed." if report.unchanged else f"{note}."


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file.name}: not UTF-8 (byte {error.start}).", "Save it as UTF-8.") from error
    except OSError as error:
        raise NeedssegError(f"{file} cannot be read: {error.strerror}.", "Check the path.") from error


def _write(file: Path, text: str) -> None:
    try:
        write_file(file, text)
    except OSError as error:
        raise NeedssegError(f"{file} cannot be written: {error.strerror}.", "Choose another file.") from error
