"""The sample study from transcripts to labelled accounts, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.coding import passages
from needsseg.actions.discovery import discovery, evidence
from needsseg.actions.exchange import export
from needsseg.actions.scorecard.account_facts import Question
from needsseg.actions.scorecard.scorecard import segment_report
from needsseg.actions.segments import segments
from needsseg.actions.segments.participant_needs import participant_needs
from needsseg.actions.study import studies
from needsseg.actions.survey import answers
from needsseg.actions.survey import survey as surveys
from needsseg.actions.transcripts import importing, interviews, participants
from needsseg.errors import Advice, Fix, NeedssegError, Option
from needsseg.exchange.tables import FORMATS
from needsseg.progress import Progress, silent
from needsseg.settings import shipped
from needsseg.study.connection import Study
from needsseg.survey.formats import from_toml
from needsseg.text import format_count

# As the README beside the sample's account data says.
SAMPLE_AMOUNTS = {"terms": "replace", "interval": "year", "currency": "USD"}


@dataclass(frozen=True, slots=True)
class DemoReport:
    """The folder of the sample study and its exports, and the findings, line by line."""

    study: Path
    exports: tuple[Path, ...]
    lines: tuple[str | Advice, ...]


def demo(
    folder: Path, progress: Progress = silent, tell: Callable[[str | Advice], None] = lambda _line: None
) -> DemoReport:
    """Take the sample study through every room; ``tell`` is called with each step as it is done.

    Raise NeedssegError when the folder holds a study already, so that nobody's decisions are overwritten.
    """
    path = folder / "needsseg.db"
    if path.exists():
        raise NeedssegError(
            f"{path} is there already.",
            Advice("Open it: ", Fix.OPEN_STUDY.of(study=path), ", or name another folder", Option.FOLDER, "."),
        )
    lines: list[str | Advice] = []

    def say(line: str | Advice) -> None:
        lines.append(line)
        tell(line)

    try:
        with studies.init(path) as study:
            study.actor = "demo"
            _passages(study, progress, say)
            _segments(study, progress, say)
            exports = _accounts(study, folder, progress, say)
            _answers(study, progress, say)
    except BaseException:
        # A walk that was cut short would stand in the way of the next one.
        for file in folder.glob("needsseg.db*"):
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        raise
    return DemoReport(path, exports, tuple(lines))


def _passages(study: Study, progress: Progress, say: Callable[[str | Advice], None]) -> None:
    report = importing.import_transcripts(study, [shipped("interviews") / "transcripts"], progress=progress)
    formats = len({row.format for row in interviews.listing(study)})
    say(f"Imported {format_count(len(report.added), 'interview')} in {format_count(formats, 'format')}.")
    imported = participants.import_participants(study, shipped("interviews") / "participants.csv")
    say(f"Read the attributes of {format_count(len(imported.updated), 'participant')}.")
    count = passages.suggest(study, progress=progress)
    say(f"Suggested {format_count(count, 'passage')} in which people speak of a job.")


def _segments(study: Study, progress: Progress, say: Callable[[str | Advice], None]) -> None:
    report = discovery.discover(study, progress=progress)
    say(report.verdict)
    if report.next_step:
        say(report.next_step)
    say(
        f"Found {format_count(len(report.proposed), 'candidate')}; {format_count(report.unassigned, 'passage')} fit "
        "none."
    )
    _name(study)
    for row in evidence.listing(study):
        voices = f"{format_count(row.size, 'passage')} of {row.people}"
        words = f"; words: {', '.join(row.keywords[:5])}" if row.keywords else ""
        say(f"  {row.name}: {voices}{words}")
        if row.exemplars:
            say(f"    “{_short(row.exemplars[0].quote)}” ({row.exemplars[0].interview})")
    decided = [need for need in participant_needs(study) if need.segment]
    say(f"{len(decided)} of {format_count(len(participant_needs(study)), 'participant')} have a primary need.")
    say("The names are the nearest archetypes, put there by the demo; nothing is confirmed.")


def _name(study: Study) -> None:
    """Name segments in place of a reviewer: by the nearest archetype; two with the same one are merged."""
    named: dict[str, int] = {}
    rows = [row for row in evidence.listing(study) if row.suggested_names]
    for row in sorted(rows, key=lambda row: -row.suggested_names[0].score):
        name = row.suggested_names[0].name
        if name in named:
            segments.merge(study, named[name], [row.id])
        else:
            segments.rename(study, row.id, name)
            segments.describe(study, row.id, row.suggested_names[0].description)
            named[name] = row.id


def _accounts(study: Study, folder: Path, progress: Progress, say: Callable[[str | Advice], None]) -> tuple[Path, ...]:
    source = shipped("interviews") / "accounts"
    for name, kind in (
        ("accounts.csv", "accounts"),
        ("subscriptions.csv", "subscriptions"),
        ("usage.csv.gz", "events"),
    ):
        amounts = SAMPLE_AMOUNTS if kind == "subscriptions" else None
        done = account_sources.import_source(study, source / name, kind, progress=progress, amounts=amounts)
        refused = f", {format_count(len(done.rejected), 'row')} refused" if done.rejected else ""
        say(f"Read {done.rows} {kind}{refused}{f', {done.duplicates} repeats left out' if done.duplicates else ''}.")
        for warning in done.warnings:
            say(f"  {warning}")
        if amounts is not None:
            say(
                "  Amounts are US dollars a year, and an upgrade states all seats, so the newest term replaces the others."
            )
    account_matches = accounts.matches(study)
    say(
        f"Matched {sum(match.account_id is not None for match in account_matches)} of "
        f"{format_count(len(account_matches), 'participant')} to accounts."
    )
    as_of = accounts.day_after_events(study)
    if as_of is None:
        raise NeedssegError("The sample study's usage file holds no events.", "Reinstall needsseg.")
    written = []
    for name in FORMATS:
        report = export.export(study, name, folder / f"accounts.{name}", as_of, progress=progress)
        written.append(report.path)
    say(
        f"Exported {format_count(report.rows, 'account')} as of {as_of}, {report.labelled} with a needs segment, to "
        f"{folder}/accounts.*"
    )
    example = next((p for p in accounts.profiles(study, as_of) if p.needs_segment and p.actions), None)
    if example is not None:
        say(f"For example {example.name}: {example.sentence}")
        for action in example.actions:
            say(f"  → {action.text} (rule {action.rule})")
    return tuple(written)


def _answers(study: Study, progress: Progress, say: Callable[[str | Advice], None]) -> None:
    """Route the answers of the sample survey to the segments, and tell what they say about customers."""
    source = shipped("interviews") / "accounts"
    survey = from_toml((source / "survey.toml").read_text(encoding="utf-8"), "survey.toml")
    as_of = accounts.day_after_events(study)
    if as_of is None or not set(survey.segments) <= {row.name for row in evidence.listing(study)}:
        say("The sample survey was left out, since it asks for other segments than were found.")
        return
    surveys.save(study, survey)
    routed = answers.route(study, source / "survey_responses.csv", progress=progress)
    say(
        f"Routed {routed.labelled} of {format_count(routed.responses, 'survey response')} of "
        f"{format_count(routed.accounts, 'account')} to segments."
    )
    report = segment_report(study, Question(as_of, source="survey"), progress).scorecard
    say(
        f"Scorecard of the segments by the survey's labels, {format_count(len(report.comparisons), 'difference')} compared:"
    )
    for finding in report.findings:
        say(f"  {finding.sentence}")
    say(f"Support tickets for the confirmed segments: {source / 'tickets.csv'}")


def _short(quote: str, most: int = 140) -> str:
    return quote if len(quote) <= most else quote[:most].rsplit(" ", 1)[0] + " …"
