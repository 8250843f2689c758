"""init, status, app, demo, backup, backups, restore, rescue, check."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from needsseg.actions.discovery.firmness import verdict
from needsseg.actions.study import DamagedError, Rescued, studies
from needsseg.cli.fixes import command_line, worded
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.errors import EXIT_FAILED, Advice, Remedy, UsageError
from needsseg.text import format_count, format_stamp


@click.command()
@click.pass_obj
def init(session: Session) -> None:
    """Create a new, private study: needsseg.db in this folder, or the file that --study names."""
    with studies.init(Path(session.path)) as study:
        session.say(f"Made a new study: {study.path}. Next: needsseg import FOLDER")
        for warning in studies.overview(study).warnings:
            session.warn(warning)


@click.command()
@json_option
@click.pass_obj
def status(session: Session, as_json: bool) -> None:
    """Show the study in numbers, and the next step."""
    with opened(session) as study:
        overview, current_verdict = studies.overview(study), verdict(study)
    counts = {
        "interviews": overview.interviews,
        "participants": overview.participants,
        "passages": {"suggested": overview.suggested, "accepted": overview.accepted, "rejected": overview.rejected},
        "segments": {"candidate": overview.candidates, "named": overview.named, "confirmed": overview.confirmed},
        "accounts": overview.accounts,
    }
    if as_json:
        row = {"path": overview.path, **counts, "warnings": [worded(each) for each in overview.warnings]}
        row |= {"next_step": command_line(Remedy(overview.next_step))}
        row |= {
            "separate": current_verdict.separate,
            "separation_p": current_verdict.p,
            "verdict": current_verdict.sentence if current_verdict.has_run else None,
        }
        print_object(row)
        return
    print_text(f"{overview.path}")
    for name, count in counts.items():
        parts = count if isinstance(count, dict) else {"": count}
        print_text(f"  {name:<13}" + ", ".join(f"{number} {word}".strip() for word, number in parts.items()))
    if current_verdict.has_run:
        print_text(" ".join(map(worded, current_verdict.lines)))
    print_text(f"next: {command_line(Remedy(overview.next_step))}")
    for warning in overview.warnings:
        session.warn(warning)


@click.command()
@click.pass_obj
def app(session: Session) -> None:
    """Open the app on the study."""
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        raise UsageError("The app needs a terminal.", "Everything it does has a command: needsseg --help")
    open_app(session)


def open_app(session: Session) -> None:
    """Open the app on a study that exists; StudyError for one that does not, since nothing is made silently.

    Where its file is damaged, what can be done about that is asked first.
    """
    try:
        with opened(session) as study:
            path = study.path
    except DamagedError as error:
        path = _mended(session, Path(session.path), error)
    from needsseg.tui import run

    session.exit_code = run(path)


def _mended(session: Session, path: Path, error: DamagedError) -> Path:
    """Repair a damaged study as chosen and return the study to open; raise ``error`` where nothing is chosen."""
    from needsseg.tui.study import damaged_study

    answer = damaged_study.ask(path, error)
    if answer == damaged_study.RESTORE and (newest := studies.newest_sound(path)) is not None:
        done = studies.restore(path, newest.path)
        session.say(f"Restored {path} from {done.source}.")
        if done.previous is not None:
            session.say(f"The damaged file is kept as {done.previous}.")
        return path
    if answer == damaged_study.RESCUE:
        saved = studies.rescue(path, damaged_study.rescued_name(path))
        _tell_rescued(session, saved)
        return saved.path
    raise error


@click.command()
@click.option("--dir", "folder", default="needsseg-demo", show_default=True, help="The folder to work in.")
@click.option("--no-tui", is_flag=True, help="Do not open the app afterwards.")
@click.pass_obj
def demo(session: Session, folder: str, no_tui: bool) -> None:
    """Run the sample study from transcripts to labelled accounts; leave the study and its exports in a folder."""
    from needsseg.actions.study.demo import demo as walk

    with session.progressing() as progress:
        report = walk(Path(folder), progress, _print_step)
    session.path = str(report.study)
    session.say(f"Look around: needsseg --study {report.study}")
    if not no_tui and sys.stdout.isatty() and sys.stdin.isatty():
        open_app(session)


def _print_step(line: str | Advice) -> None:
    print_text(line)
    sys.stdout.flush()


@click.command()
@click.argument("target", metavar="PATH", type=click.Path(path_type=Path))
@click.pass_obj
def backup(session: Session, target: Path) -> None:
    """Copy the whole study to PATH, which must not exist yet. This is safe while others write.

    Account data is copied to PATH.stack. needsseg restore PATH restores both.
    """
    with opened(session) as study:
        copy_path = studies.backup(study, target)
        along = Path(f"{copy_path}.stack").is_dir()
    session.say(
        f"Copied the study to {copy_path}{', and its account data to ' + str(copy_path) + '.stack' if along else ''}."
    )


@click.command()
@json_option
@click.pass_obj
def backups(session: Session, as_json: bool) -> None:
    """List the study's backups, newest first: automatic ones, files that a restore replaced, and your own.

    An automatic backup is made before the first change of a session, if the study changed since the last backup. The
    newest 10 are kept, and one a day for 14 days; needsseg.toml sets that: backups = 10, backup_days = 14.
    """
    rows = studies.backups(Path(session.path))
    if as_json:
        print_array(
            {"path": str(row.path), "made_at": format_stamp(row.made_at), "kind": row.kind, "size": row.size}
            for row in rows
        )
        return
    print_table(
        ("made at (UTC)", "kind", "size", "file"),
        [(f"{row.made_at:%Y-%m-%d %H:%M:%S}", row.kind, f"{row.size:,}", str(row.path)) for row in rows],
    )
    session.say("Restore one with: needsseg restore FILE" if rows else "There is no backup yet: needsseg backup PATH")


@click.command()
@click.argument("source", metavar="BACKUP", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def restore(session: Session, source: Path, as_json: bool) -> None:
    """Replace the study with BACKUP. The present file is kept, and listed by needsseg backups.

    BACKUP is a file, or the name of one that needsseg backups lists. It is checked first. If somebody copied a
    backup over the study by hand after a crash, name the study itself: its file stays, and the old log beside it is
    moved aside.
    """
    done = studies.restore(Path(session.path), source)
    if as_json:
        previous = None if done.previous is None else str(done.previous)
        print_object({"restored": str(done.source), "kept": previous, "was_damaged": done.was_damaged})
    session.say(f"Restored {session.path} from {done.source}.")
    if done.previous is not None:
        subject = "The damaged file" if done.was_damaged else "What was there before"
        session.say(f"{subject} is kept as {done.previous}.")


@click.command()
@click.argument("target", metavar="PATH", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def rescue(session: Session, target: Path, as_json: bool) -> None:
    """Save the readable parts of a damaged study in a new study at PATH. The damaged file stays unchanged."""
    done = studies.rescue(Path(session.path), target)
    if as_json:
        print_object(
            {
                "path": str(done.path),
                "rows": done.rows,
                "unreadable": list(done.unreadable),
                "dropped": done.dropped,
            }
        )
    _tell_rescued(session, done)


def _tell_rescued(session: Session, done: Rescued) -> None:
    session.say(f"Saved {sum(done.rows.values()):,} rows of {session.path} in {done.path}.")
    for table in done.unreadable:
        session.refuse(f"a part of the table {table}", "it cannot be read")
    for table, count in done.dropped.items():
        session.refuse(f"{format_count(count, 'row')} of the table {table}", "what they belong to is lost")


@click.command()
@json_option
@click.pass_obj
def check(session: Session, as_json: bool) -> None:
    """Check the study's file. Lists what is wrong with it, and then exits with 1."""
    with opened(session) as study:
        faults = studies.check(study)
    if as_json:
        print_array(faults)
    else:
        for line in faults:
            print_text(line)
    if faults:
        session.fail(f"{session.path} is not sound.", "Restore a backup.")
        session.exit_code = EXIT_FAILED
    else:
        session.say(f"{session.path} is sound.")
