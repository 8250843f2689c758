"""participants: who was interviewed, what they need most, and which account is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from needsseg.actions import accounts, segments
from needsseg.cli import shapes
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_table
from needsseg.cli.parameters import json_option, opened
from needsseg.errors import NeedssegError
from needsseg.records import AccountMatch

if TYPE_CHECKING:
    from needsseg.actions.studies import Study


@click.command()
@json_option
@click.pass_obj
def participants(session: Session, as_json: bool) -> None:
    """List participants with their attributes, primary need and account."""
    with opened(session) as study:
        people = accounts.participants(study)
        needs = {need.participant: need for need in segments.participants(study)}
        matched = _matches(session, study)
    if as_json:
        print_array(shapes.participant(who, needs[who.key], matched.get(who.key)) for who in people)
        return
    print_table(
        ("key", "name", "company", "primary need", "share", "why", "account"),
        [
            (who.key, who.name, who.company, need.segment, need.share, need.why, match.account_id if match else None)
            for who in people
            for need, match in [(needs[who.key], matched.get(who.key))]
        ],
        wrap=("primary need", "why"),
    )
    if not people:
        session.say("There are no participants yet. Import interviews: needsseg import FOLDER")


def _matches(session: Session, study: Study) -> dict[str, AccountMatch]:
    """The matches, or none with a warning: people can be listed though their accounts' file is gone."""
    if "accounts" not in accounts.sources(study):
        return {}
    try:
        return {match.participant: match for match in accounts.matches(study)}
    except NeedssegError as error:
        session.warn(str(error))
        return {}
