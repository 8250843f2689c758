"""recording, and listen: which recording an interview is tied to, and playing a quote from it."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import click

from needsseg.actions.coding import passages
from needsseg.actions.transcripts import listening
from needsseg.actions.transcripts import recordings as actions
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import OFFSET, PASSAGE, json_option, opened
from needsseg.errors import NeedssegError, UsageError
from needsseg.players import format_seconds
from needsseg.text import format_count

PLAYER_SECONDS = 0.5
"""How long ``listen`` looks whether the player ends with an error."""


def _seconds(ctx: click.Context, option: click.Parameter, value: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", value):
        raise click.BadParameter(f"'{value}' is not a number of seconds, such as 12.5 or -3.", ctx, option)
    return round(Decimal(value) * 1000)


@click.group(invoke_without_command=True, no_args_is_help=False)
@json_option
@click.pass_context
def recording(ctx: click.Context, as_json: bool) -> None:
    """List the interviews with their recordings, or tie one to its file.

    The study keeps the path alone: nothing is copied, sent or transcribed.
    """
    if ctx.invoked_subcommand is not None:
        if as_json:
            raise UsageError(f"--json goes with the list, not with {ctx.invoked_subcommand}.", "Put it at the end.")
        return
    session = ctx.ensure_object(Session)
    with opened(session) as study:
        rows = actions.listing(study)
    if as_json:
        print_array(
            {
                "interview": row.interview,
                "path": row.path or None,
                "offset": row.offset_ms / 1000,
                "missing": row.is_missing,
                "turns": row.turns,
                "timed": row.timed,
            }
            for row in rows
        )
    else:
        print_table(
            ("interview", "recording", "offset", "turns with a time"),
            [
                (row.interview, _place(row), format_seconds(row.offset_ms), f"{row.timed} of {row.turns}")
                for row in rows
            ],
            wrap=("recording",),
        )
    if missing := [row for row in rows if row.is_missing]:
        session.warn(f"{format_count(len(missing), 'recording')} not there: {', '.join(row.path for row in missing)}")
    if not any(row.path for row in rows):
        session.say("No interview is tied to a recording yet: needsseg recording tie KEY FILE, or --folder DIR")


def _place(row: actions.Recording) -> str | None:
    return f"{row.path} (not there)" if row.is_missing else row.path or None


@recording.command()
@click.argument("key", required=False)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--offset", callback=_seconds, default="0", metavar="SECONDS",
    help="What the recording's clock shows at the transcript's 0:00; negative where it began later.",
)  # fmt: skip
@click.option(
    "--folder", type=click.Path(path_type=Path), metavar="DIR",
    help="Instead of KEY and FILE: every recording that is called as an interview or its transcript.",
)  # fmt: skip
@json_option
@click.pass_obj
def tie(session: Session, key: str | None, file: Path | None, offset: int, folder: Path | None, as_json: bool) -> None:
    """Tie an interview to its recording, audio or video."""
    if folder is not None:
        if key is not None or offset:
            raise UsageError("--folder goes with no KEY, FILE or --offset.", "Tie single interviews afterwards.")
        _tie_folder(session, folder, as_json=as_json)
        return
    if key is None or file is None:
        raise UsageError("Name an interview and its recording.", "needsseg recording tie KEY FILE, or --folder DIR")
    with opened(session) as study:
        row = actions.tie(study, key, file, offset)
        warning = actions.times_warning(study, key)
    if as_json:
        print_object({"interview": row.interview, "path": row.path, "offset": row.offset_ms / 1000})
    session.say(f"Tied {row.interview} to {row.path}. Listen to a passage: needsseg listen ID")
    if warning:
        session.warn(warning)


def _tie_folder(session: Session, folder: Path, *, as_json: bool) -> None:
    with opened(session) as study:
        ties = actions.tie_folder(study, folder)
    if as_json:
        print_object(
            {
                "tied": ties.tied,
                "several": ties.several,
                "shared": ties.shared,
                "kept": ties.kept,
                "unfound": ties.unfound,
                "unmatched": ties.unmatched,
            }
        )
    else:
        print_table(("interview", "recording"), list(ties.tied.items()))
    for line in actions.open_questions(ties):
        session.warn(line)
    kept = f"; {len(ties.kept)} were tied already" if ties.kept else ""
    session.say(f"Tied {format_count(len(ties.tied), 'interview')} to recordings in {folder}{kept}.")


@recording.command()
@click.argument("key")
@click.pass_obj
def untie(session: Session, key: str) -> None:
    """Remove the tie of an interview to its recording. The file stays."""
    with opened(session) as study:
        actions.untie(study, key)
    session.say(f"Untied {key} from its recording.")


@click.command()
@click.argument("number", metavar="[ID]", required=False, type=PASSAGE)
@click.option("--interview", metavar="KEY", help="With --at, instead of a passage: this interview.")
@click.option("--at", type=OFFSET, metavar="OFFSET", help="With --interview: from the words at this code point.")
@click.option("--dry-run", is_flag=True, help="Show the command of the player, and start nothing.")
@json_option
@click.pass_obj
def listen(
    session: Session, number: int | None, interview: str | None, at: int | None, dry_run: bool, as_json: bool
) -> None:
    """Play a passage from its time in the recording.

    It plays in mpv, VLC or ffplay, else in the system's own player, or in the one of the setting `player`. Times are those of
    turns: it begins where the passage's turn begins.
    """
    is_span = interview is not None and at is not None
    if (number is None) != is_span or (interview is None) != (at is None):
        raise UsageError("Name one passage by its id, or --interview and --at.", "List them with: needsseg passages")
    with opened(session) as study:
        if number is not None:
            cued = listening.cue_of(study, passages.one(study, number))
        else:
            cued = listening.cue(study, interview or "", at or 0)
    if as_json:
        print_object(
            {
                "interview": cued.interview,
                "file": str(cued.file),
                "start": cued.time.start_ms / 1000,
                "basis": cued.time.basis,
                "command": cued.command.arguments,
                "starts_at_time": cued.command.starts_at_time,
            }
        )
    elif dry_run:
        for argument in cued.command.arguments:
            print_text(argument)
    if dry_run:
        session.say(f"Not started: {cued.command.player} {cued.words}.")
        return
    player = listening.play(cued)
    if message := listening.failure(cued, player, PLAYER_SECONDS):
        raise NeedssegError(message, "Try it by itself, or name another player in the setting 'player'.")
    session.say(f"{cued.command.player} {cued.words}.")
