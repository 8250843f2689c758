"""clips."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import click

from needsseg.actions.coding.search_scope import PassageFilter
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_table
from needsseg.cli.parameters import PASSAGE, json_option, opened
from needsseg.cli.passage_options import passage_options
from needsseg.errors import UsageError
from needsseg.text import format_count


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("ids", metavar="[ID]...", nargs=-1, type=PASSAGE)
@passage_options()
@click.option("--audio", "audio_only", is_flag=True, help="Leave the picture of a video out.")
@click.option("--original", is_flag=True, help="Use real names in file names and the index, not pseudonyms.")
@click.option("--force", is_flag=True, help="Replace files that are no clips of an earlier call.")
@json_option
@click.pass_obj
def clips(
    session: Session,
    folder: Path,
    ids: tuple[int, ...],
    wanted: PassageFilter,
    audio_only: bool,
    original: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Cut quotes out of their recordings into DIR, half a second longer on both sides, with an index.

    Takes the passages with these ids, else those that the options choose: the accepted ones without --status. A clip is the
    whole turn of its quote. File names and the index use pseudonyms unless --original is given, but a voice names a person: a
    clip is as private as its recording. Needs ffmpeg.
    """
    from needsseg.actions.coding.pseudonyms import left_warning
    from needsseg.actions.exchange import clips as actions

    if ids and wanted != PassageFilter():
        raise UsageError("Ids and options that choose passages are given together.", "Leave out the one or the other.")
    with opened(session) as study:
        rows = actions.choose(study, ids, replace(wanted, status=wanted.status or "accepted"))
        with session.progressing() as progress:
            made = actions.write(
                study, rows, folder, original=original, audio_only=audio_only, overwrite=force, progress=progress
            )
        warning = None if original else left_warning(study, made.rows)
    if as_json:
        print_object({"index": str(made.index), "clips": [asdict(row) for row in made.rows]})
    else:
        print_table(("passage", "file", "start", "end"), [(r.passage, r.file, r.start, r.end) for r in made.rows])
    for number, reason in made.refused.items():
        session.refuse(f"passage {number}", reason)
    if made.rows:
        session.say(f"Wrote {format_count(len(made.rows), 'clip')} and {made.index.name} to {folder}.")
        session.warn("voices and faces are as they were: give clips only to those who may hear the interviews")
        if warning:
            session.warn(warning)
    else:
        session.say("No clip was written.")
