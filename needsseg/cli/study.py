"""init, status, app, demo, backup, check."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from needsseg.actions import studies
from needsseg.actions.firmness import verdict
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.errors import EXIT_FAILED, UsageError


@click.command()
@click.pass_obj
def init(session: Session) -> None:
    """Make a new, private study: needsseg.db here, or the file that --study names."""
    with studies.init(Path(session.path)) as study:
        session.say(f"Made a new study: {study.path}. Next: needsseg import FOLDER")
        for warning in studies.overview(study).warnings:
            session.warn(warning)


@click.command()
@json_option
@click.pass_obj
def status(session: Session, as_json: bool) -> None:
    """The study in numbers, and what a person would do next."""
    with opened(session) as study:
        found, said = studies.overview(study), verdict(study)
    counts = {
        "interviews": found.interviews,
        "participants": found.participants,
        "passages": {"suggested": found.suggested, "accepted": found.accepted, "rejected": found.rejected},
        "segments": {"candidate": found.candidates, "named": found.named, "confirmed": found.confirmed},
        "accounts": found.accounts,
    }
    if as_json:
        row = {"path": found.path, **counts, "warnings": list(found.warnings), "next_step": found.next_step}
        row |= {"separate": said.separate, "separation_p": said.p, "verdict": said.sentence if said.has_run else None}
        print_object(row)
        return
    print_text(f"{found.path}")
    for name, count in counts.items():
        parts = count if isinstance(count, dict) else {"": count}
        print_text(f"  {name:<13}" + ", ".join(f"{number} {word}".strip() for word, number in parts.items()))
    if said.has_run:
        print_text(" ".join(said.lines))
    print_text(f"next: {found.next_step}")
    for warning in found.warnings:
        session.warn(warning)


@click.command()
@click.pass_obj
def app(session: Session) -> None:
    """Open the app on the study."""
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        raise UsageError("The app needs a terminal.", "Everything it does has a command: needsseg --help")
    open_app(session)


def open_app(session: Session) -> None:
    """Opens the app on a study that exists; StudyError for one that does not, since nothing is made silently."""
    with opened(session) as study:
        path = study.path
    from needsseg.tui import run

    session.exit_code = run(path)


@click.command()
@click.option("--dir", "folder", default="needsseg-demo", show_default=True, help="The folder to work in.")
@click.option("--no-tui", is_flag=True, help="Do not open the app afterwards.")
@click.pass_obj
def demo(session: Session, folder: str, no_tui: bool) -> None:
    """Walk the sample study from transcripts to labelled accounts; leaves the study and its exports in a folder."""
    from needsseg.actions.demo import demo as walk

    with session.progressing() as progress:
        report = walk(Path(folder), progress, _told)
    session.path = str(report.study)
    session.say(f"Look around: needsseg --study {report.study}")
    if not no_tui and sys.stdout.isatty() and sys.stdin.isatty():
        open_app(session)


def _told(line: str) -> None:
    print_text(line)
    sys.stdout.flush()


@click.command()
@click.argument("target", metavar="PATH", type=click.Path(path_type=Path))
@click.pass_obj
def backup(session: Session, target: Path) -> None:
    """Copy the whole study to PATH, which must not exist yet; also while others write."""
    with opened(session) as study:
        session.say(f"Copied the study to {studies.backup(study, target)}.")


@click.command()
@json_option
@click.pass_obj
def check(session: Session, as_json: bool) -> None:
    """Check the study's file; says what is wrong with it, and then exits with 1."""
    with opened(session) as study:
        found = studies.check(study)
    if as_json:
        print_array(found)
    else:
        for line in found:
            print_text(line)
    if found:
        session.fail(f"{session.path} is not sound.", "Restore a backup.")
        session.exit_code = EXIT_FAILED
    else:
        session.say(f"{session.path} is sound.")
