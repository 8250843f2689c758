"""participants, and the group participant: who was interviewed, what is known of them, and which account is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from needsseg.actions.accounts import accounts
from needsseg.actions.segments.participant_needs import participant_needs
from needsseg.actions.transcripts import participants as actions
from needsseg.cli import shapes
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_table
from needsseg.cli.parameters import json_option, opened
from needsseg.errors import NeedssegError, UsageError
from needsseg.records import AccountMatch

if TYPE_CHECKING:
    from needsseg.actions.study import Study


@click.command()
@json_option
@click.pass_obj
def participants(session: Session, as_json: bool) -> None:
    """List participants with their attributes, primary needs and accounts."""
    with opened(session) as study:
        people = accounts.participants(study)
        needs = {need.participant: need for need in participant_needs(study, as_seen=True)}
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
        session.warn(error.advice)
        return {}


@click.group(no_args_is_help=False)
def participant() -> None:
    """Set a participant's attributes; needsseg accounts link sets the account."""


@participant.command("set")
@click.argument("key")
@click.argument("pairs", metavar="FIELD=VALUE...", nargs=-1, required=True)
@click.pass_obj
def set_(session: Session, key: str, pairs: tuple[str, ...]) -> None:
    """Set name, email, company, crm_id or any attribute of a participant: plan=Team sets the attribute plan."""
    values: dict[str, str] = {}
    for pair in pairs:
        field, equals, value = pair.partition("=")
        if not (field.strip() and equals and value.strip()):
            raise UsageError(
                f"'{pair}' is not written field=value.", "To take a value away: needsseg participant unset"
            )
        values[field] = value
    with opened(session) as study:
        actions.change(study, key, values)
    session.say(f"Set {', '.join(field.strip() for field in values)} of {key}.")


@participant.command()
@click.argument("key")
@click.argument("fields", metavar="FIELD...", nargs=-1, required=True)
@click.pass_obj
def unset(session: Session, key: str, fields: tuple[str, ...]) -> None:
    """Remove an e-mail address, company, CRM id or attribute of a participant."""
    with opened(session) as study:
        actions.change(study, key, dict.fromkeys(fields, ""))
    session.say(f"Took {', '.join(fields)} of {key} away.")
