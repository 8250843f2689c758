"""segments, and the group segment: show, rename, describe, merge, split, move, make, aside, confirm, reopen."""

from __future__ import annotations

from collections.abc import Sequence

import click

from needsseg.actions import segments as actions
from needsseg.actions.segments import SegmentSummary
from needsseg.cli import shapes
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import PASSAGE, json_option, opened

segment_argument = click.argument("which", metavar="SEGMENT")
passages_argument = click.argument("ids", metavar="PASSAGE...", nargs=-1, required=True, type=PASSAGE)


@click.command()
@json_option
@click.pass_obj
def segments(session: Session, as_json: bool) -> None:
    """List candidates and segments: confirmed ones first, then named ones, candidates, and those set aside."""
    with opened(session) as study:
        rows = actions.listing(study)
    if as_json:
        print_array(map(shapes.segment, rows))
        return
    print_segments(rows)
    if not rows:
        session.say("There are no segments yet: needsseg discover, or needsseg segment make")


def print_segments(rows: Sequence[SegmentSummary]) -> None:
    """Segments for people, each with its keywords and its best exemplar."""
    for number, row in enumerate(rows):
        stable = "" if row.stability is None else f", stability {row.stability:.2f}"
        if number:
            print_text("")
        print_text(f"{row.id}  {row.name} ({row.status}): {_counted(row)}{stable}")
        if row.keywords:
            print_text(f"   keywords: {', '.join(row.keywords)}")
        if row.exemplars:
            print_text(f"   “{row.exemplars[0].quote}” ({row.exemplars[0].interview})")
        for warning in row.warnings:
            print_text(f"   ! {warning}")


def _counted(row: SegmentSummary) -> str:
    people = f"{row.participants} participant{'' if row.participants == 1 else 's'}"
    return f"{row.size} passage{'' if row.size == 1 else 's'} of {people}"


@click.group(no_args_is_help=False)
def segment() -> None:
    """Review one segment, named by its id or its name."""


@segment.command()
@segment_argument
@json_option
@click.pass_obj
def show(session: Session, which: str, as_json: bool) -> None:
    """Show a segment's evidence. Its passages, exemplars first, and who said them."""
    with opened(session) as study:
        found = actions.evidence(study, actions.find(study, which))
    row = found.summary
    if as_json:
        print_object(shapes.evidence(found))
        return
    print_text(f"{row.id} {row.name} ({row.status}): {_counted(row)}")
    if row.description:
        print_text(row.description)
    if row.confirmed_by:
        print_text(f"confirmed by {row.confirmed_by} at {row.confirmed_at}")
    if row.keywords:
        print_text(f"keywords: {', '.join(row.keywords)}")
    if row.suggested_names:
        near = ", ".join(f"{name.name} ({name.score:.2f})" for name in row.suggested_names)
        print_text(f"nearest archetypes: {near}")
    print_text("voices: " + ", ".join(f"{who} {count}" for who, count in found.voices) + "\n")
    print_table(
        ("passage", "interview", "speaker", "strength", "quote"),
        [(p.id, p.interview, p.speaker, strength, p.quote) for p, strength in found.passages],
        wrap=("quote",),
    )
    for warning in row.warnings:
        session.warn(warning)


@segment.command()
@segment_argument
@click.argument("name")
@click.pass_obj
def rename(session: Session, which: str, name: str) -> None:
    """Name a segment. A candidate that gets a name is kept by later runs."""
    with opened(session) as study:
        number = actions.find(study, which)
        actions.rename(study, number, name)
    session.say(f"Segment {number} is called “{name.strip()}”.")


@segment.command()
@segment_argument
@click.argument("text")
@click.pass_obj
def describe(session: Session, which: str, text: str) -> None:
    """Write what a segment's people want."""
    with opened(session) as study:
        number = actions.find(study, which)
        actions.describe(study, number, text)
    session.say(f"Described segment {number}.")


@segment.command()
@click.argument("into", metavar="INTO")
@click.argument("others", metavar="OTHER...", nargs=-1, required=True)
@click.pass_obj
def merge(session: Session, into: str, others: tuple[str, ...]) -> None:
    """Merge other segments into the first."""
    with opened(session) as study:
        target = actions.find(study, into)
        merged = list(dict.fromkeys(actions.find(study, other) for other in others))
        actions.merge(study, target, merged)
    session.say(f"Merged {', '.join(map(str, merged))} into segment {target}.")


@segment.command()
@segment_argument
@passages_argument
@click.option("--name", default="", help="What the new segment is called.")
@click.pass_obj
def split(session: Session, which: str, ids: tuple[int, ...], name: str) -> None:
    """Split passages off into a new segment. Prints its id."""
    with opened(session) as study:
        number = actions.find(study, which)
        made = actions.split(study, number, list(dict.fromkeys(ids)), name)
    print_text(str(made))
    session.say(f"Split {len(set(ids))} passages off segment {number} into segment {made}.")


@segment.command()
@click.argument("target", metavar="SEGMENT|none")
@passages_argument
@click.pass_obj
def move(session: Session, target: str, ids: tuple[int, ...]) -> None:
    """Put passages into a segment or into none."""
    with opened(session) as study:
        number = None if target == "none" else actions.find(study, target)
        actions.move(study, list(dict.fromkeys(ids)), number)
    session.say(f"Moved {len(set(ids))} passages to {'no segment' if number is None else f'segment {number}'}.")


@segment.command()
@click.argument("name")
@passages_argument
@click.pass_obj
def make(session: Session, name: str, ids: tuple[int, ...]) -> None:
    """Make a segment by hand. Prints its id."""
    with opened(session) as study:
        made = actions.make(study, name, list(dict.fromkeys(ids)))
    print_text(str(made))
    session.say(f"Made segment {made} of {len(set(ids))} passages.")


@segment.command()
@segment_argument
@click.pass_obj
def aside(session: Session, which: str) -> None:
    """Set a segment aside. It is no need, and is not proposed again."""
    with opened(session) as study:
        number = actions.find(study, which)
        actions.set_aside(study, number)
    session.say(f"Set segment {number} aside.")


@segment.command()
@segment_argument
@click.option("--by", default="", metavar="NAME", help="Who confirms; the coder of the settings where not given.")
@click.pass_obj
def confirm(session: Session, which: str, by: str) -> None:
    """Confirm a segment. Its evidence as it is now is stored; read that first: needsseg segment show."""
    with opened(session) as study:
        number = actions.find(study, which)
        actions.confirm(study, number, by)
        found = actions.evidence(study, number).summary
    for warning in found.warnings:
        session.warn(warning)
    session.say(f"Confirmed segment {number} “{found.name}” by {found.confirmed_by}.")


@segment.command()
@segment_argument
@click.pass_obj
def reopen(session: Session, which: str) -> None:
    """Open a segment for change. It was confirmed or set aside."""
    with opened(session) as study:
        number = actions.find(study, which)
        actions.reopen(study, number)
    session.say(f"Reopened segment {number}.")
