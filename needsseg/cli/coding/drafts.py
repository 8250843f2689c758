"""drafts: words that were typed in the app and not saved."""

from __future__ import annotations

from dataclasses import asdict

import click

from needsseg.actions.coding import drafts as actions
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_table
from needsseg.cli.parameters import LARGEST, json_option, opened


@click.command()
@click.option("--drop", type=click.IntRange(1, LARGEST), metavar="ID", help="Erase this draft.")
@json_option
@click.pass_obj
def drafts(session: Session, drop: int | None, as_json: bool) -> None:
    """List text that you typed in the app and did not save, newest first.

    The app offers each draft where you began it. Drafts are yours alone: no export or merge includes them, and
    needsseg remove --forget erases those about the interview.
    """
    with opened(session) as study:
        if drop is not None:
            actions.drop_id(study, drop)
            session.say(f"Erased draft {drop}.")
        kept_drafts = actions.listing(study)
    if as_json:
        print_array(asdict(draft) for draft in kept_drafts)
        return
    rows = [
        (d.id, d.written_at, d.about, " · ".join(words for words in d.words.values() if words)) for d in kept_drafts
    ]
    print_table(("id", "when", "what", "words"), rows, wrap=("what", "words"))
