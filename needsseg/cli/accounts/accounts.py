"""The group accounts: import, participants, mapping, sources, rejects, matches, link, unlink."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from needsseg.actions.accounts import account_sources
from needsseg.actions.accounts import accounts as actions
from needsseg.actions.accounts.amounts import CHOICES, set_amounts
from needsseg.actions.transcripts import participants as participants_actions
from needsseg.cli.accounts.sources import (
    ask_amounts,
    chosen_amounts,
    chosen_tenure,
    files_argument,
    import_asking,
    money_options,
    own_given,
    parse_pairs,
    query_text,
    reading_options,
    tell_import,
    tell_mapping,
)
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.errors import NotFoundError
from needsseg.text import format_count

file_argument = click.argument("file", type=click.Path(path_type=Path))


@click.group(no_args_is_help=False)
def accounts() -> None:
    """Import account data and match participants to it."""


@accounts.command("import")
@files_argument
@reading_options
@click.option("--add", is_flag=True, help="Add to what is there instead of replacing it.")
@json_option
@click.pass_obj
def import_(
    session: Session,
    files: tuple[str, ...],
    kind: str | None,
    tenure_as_of: str | None,
    tenure_unit: str | None,
    pairs: tuple[str, ...],
    dates: tuple[str, ...],
    table: str,
    query: str,
    has_header: bool | None,
    terms: str | None,
    interval: str | None,
    currency: str | None,
    amounts: tuple[str, ...],
    types: tuple[str, ...],
    dropped: tuple[str, ...],
    add: bool,
    as_json: bool,
) -> None:
    """Import accounts, events or subscriptions.

    FILES are CSV, Excel (.xlsx), Parquet or JSON lines (also gzip or zip), folders or patterns of them, a
    SQLite or DuckDB file, or the address of a server: postgresql://user@host/database,
    snowflake://user@account/database/schema, bigquery://project/dataset. Of a database --table or
    --query choose what is read. Columns of accounts that are no field are kept with
    a type, which is guessed from their cells. Rows that cannot be read are refused one by one,
    and listed by: needsseg accounts rejects KIND
    """
    columns, forms = parse_pairs(pairs, "--map", "field=column"), parse_pairs(dates, "--dates", "column=format")
    chosen = chosen_amounts(terms, interval, currency, amounts) | chosen_tenure(tenure_as_of, tenure_unit)
    with opened(session) as study:
        report = import_asking(
            session, study, files, chosen, kind=kind, columns=columns, dates=forms, table=table,
            query=query_text(query), add=add, has_header=has_header, own=own_given(types, dropped),
        )  # fmt: skip
    tell_import(session, report, as_json)
    if report.asks and not as_json:
        with opened(session) as study:
            ask_amounts(session, study, report)


@accounts.command()
@file_argument
@json_option
@click.pass_obj
def participants(session: Session, file: Path, as_json: bool) -> None:
    """Import participants' attributes from a CSV: e-mail address, company, CRM id, and any other column.

    A row is matched by its file or interview, name, or e-mail address.
    """
    with opened(session) as study:
        report = participants_actions.import_participants(study, file)
    if as_json:
        print_object(asdict(report))
    else:
        for key in report.updated:
            print_text(key)
    for row in report.unmatched:
        session.refuse(f"{file.name} {row}", "matches nobody in the study.")
    for row in report.conflicts:
        where, _, reason = row.partition(": ")
        session.refuse(f"{file.name} {where}", f"{reason}.")
    session.say(f"Took attributes of {format_count(len(report.updated), 'participant')} from {file.name}.")


@accounts.command()
@files_argument
@reading_options
@json_option
@click.pass_obj
def mapping(
    session: Session,
    files: tuple[str, ...],
    kind: str | None,
    tenure_as_of: str | None,
    tenure_unit: str | None,
    pairs: tuple[str, ...],
    dates: tuple[str, ...],
    table: str,
    query: str,
    has_header: bool | None,
    terms: str | None,
    interval: str | None,
    currency: str | None,
    amounts: tuple[str, ...],
    types: tuple[str, ...],
    dropped: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show how files would be read, with the first rows. Imports nothing."""
    columns, forms = parse_pairs(pairs, "--map", "field=column"), parse_pairs(dates, "--dates", "column=format")
    with opened(session) as study:
        proposal = account_sources.propose_mapping(
            study, files, kind, table=table, query=query_text(query), columns=columns, dates=forms,
            amounts=chosen_amounts(terms, interval, currency, amounts) | chosen_tenure(tenure_as_of, tenure_unit),
            has_header=has_header, own=own_given(types, dropped),
        )  # fmt: skip
    tell_mapping(session, proposal, as_json)


@accounts.command()
@money_options
@json_option
@click.pass_obj
def amounts(session: Session, terms: str | None, interval: str | None, currency: str | None, as_json: bool) -> None:
    """Show or choose how amounts of subscriptions are taken.

    Overlapping terms with ids of their own are always added, and a newer row of the same id replaces the older one. The
    table of exchange rates is a setting: rates, with currency.
    """
    with opened(session) as study:
        chosen = chosen_amounts(terms, interval, currency)
        source = set_amounts(study, chosen) if chosen else actions.sources(study).get("subscriptions")
        if source is None:
            raise NotFoundError("There are no subscriptions yet.", "Import them: needsseg accounts import FILE")
        column = source.mapping.get("amount")
        values = {"column": column} | dict.fromkeys(CHOICES) | {"terms": source.overlap} | (source.amounts or {})
    if as_json:
        print_object(values)
    else:
        print_table(("choice", "value"), list(values.items()))


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
@click.argument("kind")
@json_option
@click.pass_obj
def rejects(session: Session, kind: str, as_json: bool) -> None:
    """List the rows that the last import of KIND refused."""
    with opened(session) as study:
        rows = account_sources.rejects(study, kind)
    if as_json:
        print_array(asdict(row) for row in rows)
        return
    print_table(
        ("file", "row", "column", "value", "reason"),
        [(r.file, r.row, r.column, r.value, r.reason) for r in rows],
        wrap=("value", "reason"),
    )
    if not rows:
        session.say(f"The last import of {kind} refused no row.")


@accounts.command()
@json_option
@click.pass_obj
def matches(session: Session, as_json: bool) -> None:
    """List each participant's account, and why it was matched."""
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
    """Set a participant's account, or none."""
    with opened(session) as study:
        actions.link(study, participant, None if account == "none" else account)
    session.say(f"{participant} belongs to {'no account' if account == 'none' else account}.")


@accounts.command()
@click.argument("participant")
@click.pass_obj
def unlink(session: Session, participant: str) -> None:
    """Match a participant to an account automatically again."""
    with opened(session) as study:
        if participant not in {who.key for who in actions.participants(study)}:
            raise NotFoundError(f"There is no participant '{participant}'.", "List them with: needsseg participants")
        actions.unlink(study, participant)
    session.say(f"{participant} is matched automatically again.")
