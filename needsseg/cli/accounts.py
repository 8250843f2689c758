"""The group accounts: import, participants, mapping, sources, matches, link, unlink."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from needsseg.actions import accounts as actions
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.errors import NotFoundError, UsageError

file_argument = click.argument("file", type=click.Path(path_type=Path))
kind_option = click.option("--kind", metavar="KIND", help=f"What the file holds: {', '.join(actions.KINDS)}.")


@click.group(no_args_is_help=False)
def accounts() -> None:
    """Import account data, and match participants to it."""


@accounts.command("import")
@file_argument
@kind_option
@click.option("--map", "pairs", metavar="FIELD=COLUMN", multiple=True, help="Read COLUMN as FIELD; may be repeated.")
@json_option
@click.pass_obj
def import_(session: Session, file: Path, kind: str | None, pairs: tuple[str, ...], as_json: bool) -> None:
    """Import accounts, events or subscriptions.

    Reads CSV, Parquet and JSON lines, and shows the mapping used. Rows that cannot be read are refused
    one by one, with row, column, value and reason.
    """
    columns = _columns(pairs)
    with opened(session) as study, session.progressing() as progress:
        report = actions.import_source(study, file, kind, columns, progress)
    if as_json:
        print_object(asdict(report))
    else:
        print_table(("field", "column"), list(report.columns.items()))
    for reject in report.rejected:
        where = f"{report.file} row {reject.row}" + (f", column {reject.column}" if reject.column else "")
        session.refuse(where, f"'{reject.value}': {reject.reason}" if reject.value else reject.reason)
    for warning in report.warnings:
        session.warn(warning)
    left = [
        f"{count} {what}"
        for count, what in (
            (len(report.rejected), "rows refused"),
            (report.duplicates, "repeats left out"),
            (report.dropped, "deleted or merged records left out"),
        )
        if count
    ]
    session.say(f"Read {report.rows} {report.kind} from {report.file}" + "".join(f", {part}" for part in left) + ".")


def _columns(pairs: tuple[str, ...]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not (field.strip() and equals and column.strip()):
            raise UsageError(
                f"--map '{pair}' is not written field=column.", 'For example: --map account_id="Record ID"'
            )
        columns[field.strip()] = column.strip()
    return columns


@accounts.command()
@file_argument
@json_option
@click.pass_obj
def participants(session: Session, file: Path, as_json: bool) -> None:
    """Take participants' attributes from a CSV. Those are e-mail, company, CRM id, and any column besides.

    A row is of whoever speaks in its file or interview, has its name, or its e-mail address.
    """
    with opened(session) as study:
        report = actions.import_participants(study, file)
    if as_json:
        print_object(asdict(report))
    else:
        for key in report.updated:
            print_text(key)
    for row in report.unmatched:
        session.refuse(f"{file.name} {row}", "names nobody in the study.")
    for row in report.conflicts:
        where, _, why = row.partition(": ")
        session.refuse(f"{file.name} {where}", f"{why}.")
    session.say(f"Took attributes of {len(report.updated)} participants from {file.name}.")


@accounts.command()
@file_argument
@kind_option
@json_option
@click.pass_obj
def mapping(session: Session, file: Path, kind: str | None, as_json: bool) -> None:
    """Show how a file would be read. Imports nothing."""
    with opened(session) as study:
        proposal = actions.propose_mapping(study, file, kind)
    if as_json:
        print_object(asdict(proposal))
    else:
        print_table(("field", "column"), list(proposal.columns.items()))
    unused = [column for column in proposal.header if column not in proposal.columns.values()]
    session.say(
        f"{file.name} would be read as {proposal.kind}, with the mapping {'saved last time' if proposal.saved else 'guessed'}"
        + (f"; not read: {', '.join(unused)}." if unused else ".")
    )


@accounts.command()
@json_option
@click.pass_obj
def sources(session: Session, as_json: bool) -> None:
    """List the sources with mappings and counts."""
    with opened(session) as study:
        rows = list(actions.sources(study).values())
    if as_json:
        print_array(asdict(row) for row in rows)
        return
    print_table(
        ("kind", "file", "rows", "rejected", "repeats", "imported"),
        [(r.kind, r.file_name, r.row_count, r.rejected, r.duplicates, r.imported_at) for r in rows],
    )
    if not rows:
        session.say("There are no account data yet: needsseg accounts import FILE")


@accounts.command()
@json_option
@click.pass_obj
def matches(session: Session, as_json: bool) -> None:
    """List who is tied to which account, and why."""
    with opened(session) as study:
        rows = actions.matches(study)
    if as_json:
        print_array(asdict(row) for row in rows)
        return
    print_table(
        ("participant", "account", "method", "candidates", "why"),
        [(r.participant, r.account_id, r.method, r.candidates, r.why) for r in rows],
        wrap=("why", "candidates"),
    )


@accounts.command()
@click.argument("participant")
@click.argument("account", metavar="ACCOUNT|none")
@click.pass_obj
def link(session: Session, participant: str, account: str) -> None:
    """Confirm a participant's account, or none."""
    with opened(session) as study:
        actions.link(study, participant, None if account == "none" else account)
    session.say(f"{participant} belongs to {'no account' if account == 'none' else account}.")


@accounts.command()
@click.argument("participant")
@click.pass_obj
def unlink(session: Session, participant: str) -> None:
    """Leave an account to the matching again."""
    with opened(session) as study:
        if participant not in {who.key for who in actions.participants(study)}:
            raise NotFoundError(f"There is no participant '{participant}'.", "List them with: needsseg participants")
        actions.unlink(study, participant)
    session.say(f"{participant} is left to the matching.")
