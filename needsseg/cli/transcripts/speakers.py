"""speakers, and the group speaker: merge, same, rename."""

from __future__ import annotations

from dataclasses import asdict

import click

from needsseg.actions.transcripts import interviews
from needsseg.actions.transcripts import speakers as actions
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_table
from needsseg.cli.parameters import json_option, opened

where_option = click.option(
    "--interview", "keys", metavar="KEY", multiple=True, help="Only in this interview. May be repeated."
)


@click.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@json_option
@click.pass_obj
def speakers(session: Session, keys: tuple[str, ...], as_json: bool) -> None:
    """List the speakers of the interviews named, or of all: label, role, words, and participant."""
    with opened(session) as study:
        for key in keys:
            interviews.title(study, key)
        rows = [row for row in interviews.speakers(study) if not keys or row.interview in keys]
    if as_json:
        print_array(map(asdict, rows))
        return
    print_table(
        ("interview", "label", "role", "words", "participant"),
        [(row.interview, row.label or "unnamed", row.role, row.words, row.participant) for row in rows],
        wrap=("label", "participant"),
    )
    if not rows:
        session.say("There are no interviews yet. Import some: needsseg import FOLDER")


@click.group()
def speaker() -> None:
    """Merge or rename speakers, or link two as one person; '' means the speaker without a name."""


@speaker.command()
@click.argument("label", metavar="FROM")
@click.argument("into", metavar="INTO")
@where_option
@click.pass_obj
def merge(session: Session, label: str, into: str, keys: tuple[str, ...]) -> None:
    """Merge two labels into one speaker, in every interview that has both. The speaker keeps INTO's role.

    Names from different interviews become one participant; FROM and INTO may be the same name
    then. Labels that name nobody (Speaker 1, P2) are merged within interviews alone.
    """
    with opened(session) as study:
        done = actions.merge_speakers(study, label, into, keys or None)
    who = f"{actions.display_label(label)} into {actions.display_label(into)}"
    if done.merged:
        session.say(f"Merged {who} in {', '.join(done.merged)}.")
    if done.tied:
        session.say(f"One participant speaks in {', '.join(done.tied)} now.")


@speaker.command()
@click.argument("key", metavar="KEY")
@click.argument("label", metavar="SPEAKER")
@click.argument("other_key", metavar="OTHER_KEY")
@click.argument("other", metavar="OTHER_SPEAKER")
@click.pass_obj
def same(session: Session, key: str, label: str, other_key: str, other: str) -> None:
    """Link two speakers of different interviews as one participant: the first one."""
    with opened(session) as study:
        actions.same_person(study, [(key, label), (other_key, other)])
    session.say(
        f"{label or 'The unnamed speaker'} in {key} and {actions.display_label(other)} in {other_key} are one participant now."
    )


@speaker.command()
@click.argument("label", metavar="OLD")
@click.argument("new", metavar="NEW")
@where_option
@click.pass_obj
def rename(session: Session, label: str, new: str, keys: tuple[str, ...]) -> None:
    """Give a speaker another label, in every interview that has the old one. The texts stay as imported."""
    with opened(session) as study:
        renamed = actions.rename_speaker(study, label, new, keys or None)
    session.say(f"{label or 'The unnamed speaker'} is called {new.strip()} in {', '.join(renamed)}.")
