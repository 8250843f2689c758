"""Reading sources of account data: the options for reading them, and reports of imports and mappings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import click

from needsseg.actions.accounts import FORMATS, account_sources
from needsseg.actions.accounts import accounts as actions
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_table
from needsseg.errors import UsageError
from needsseg.text import format_count

MOST_LISTED = 50
EXAMPLES = {
    "--map": 'For example: --map account_id="Record ID"',
    "--dates": "For example: --dates start_date=day-first",
}

files_argument = click.argument("files", metavar="FILES", nargs=-1, required=True)


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how files are read: --kind, --map, --dates, --table."""
    for option in (
        click.option("--table", metavar="NAME", default="", help="The table of a database."),
        click.option(
            "--dates",
            metavar="COLUMN=FORMAT",
            multiple=True,
            help=f"How a column of dates is written: {', '.join(FORMATS)}.",
        ),
        click.option(
            "--map",
            "pairs",
            metavar="FIELD=COLUMN",
            multiple=True,
            help="Read COLUMN as FIELD; without COLUMN, leave FIELD out.",
        ),
        click.option("--kind", metavar="KIND", help=f"What the files hold: {', '.join(actions.KINDS)}."),
    ):
        command = option(command)
    return command


def parse_pairs(pairs: Sequence[str], option: str, form: str) -> dict[str, str]:
    """Return ``name=value`` arguments as a dictionary, or raise UsageError. A field without a column is not read."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.rpartition("=") if option == "--dates" else pair.partition("=")
        if not (name.strip() and equals and (value.strip() or option == "--map")):
            raise UsageError(f"{option} '{pair}' is not written {form}.", EXAMPLES[option])
        values[name.strip()] = value.strip()
    return values


def tell_import(session: Session, report: account_sources.SourceReport, as_json: bool) -> None:
    """Tell what an import did: the mapping, what was refused, and counts that add up."""
    if as_json:
        print_object(asdict(report))
    else:
        print_table(("field", "column"), list(report.columns.items()))
    for file, reason in report.refused:
        session.refuse(file, reason)
    for reject in report.rejected[:MOST_LISTED]:
        where = f"{reject.file} row {reject.row}" + (f", column {reject.column}" if reject.column else "")
        session.refuse(where, f"'{reject.value}': {reject.reason}" if reject.value else reject.reason)
    if len(report.rejected) > MOST_LISTED:
        more = len(report.rejected) - MOST_LISTED
        session.refuse(f"{format_count(more, 'more row')}", f"needsseg accounts rejects {report.kind} lists them")
    for file in report.unchanged:
        session.say(f"{file} was imported before; nothing changed.")
    for warning in report.warnings:
        session.warn(warning)
    if report.rejected:
        session.say(f"The refused rows are in {report.rejects_file}")
    if report.files:
        session.say(_counted(report))


def _counted(report: account_sources.SourceReport) -> str:
    omitted = [
        f"{count} {label}"
        for count, label in (
            (len(report.rejected), "rows refused"),
            (report.duplicates, "repeats left out"),
            (report.dropped, "deleted or merged records left out"),
        )
        if count
    ]
    of = f" {format_count(report.read, 'row')} in all." if omitted else ""
    now = f" There are {report.held} {report.kind} now." if report.held != report.rows else ""
    return (
        f"Read {report.rows} {report.kind} from {report.file}"
        + "".join(f", {part}" for part in omitted)
        + f".{of}{now}"
    )


def tell_mapping(session: Session, proposal: account_sources.MappingProposal, as_json: bool) -> None:
    """Tell how files would be read: field by field, dates, and the first rows."""
    if as_json:
        print_object(asdict(proposal))
    else:
        written = {column.field: column.format or f"? {column.why}" for column in proposal.dates}
        print_table(
            ("field", "column", "dates"),
            [(field, column, written.get(field, "")) for field, column in proposal.columns.items()],
        )
        fields = list(dict.fromkeys(field for row in proposal.rows for field in row.values))
        print_table(
            ("row", *fields, "refused"),
            [(row.row, *(row.values.get(field, "") for field in fields), row.refused) for row in proposal.rows],
        )
    for file, reason in proposal.refused:
        session.refuse(file, reason)
    if proposal.needed:
        session.warn(
            f"No column gives {' and '.join(proposal.needed)}, which {proposal.kind} need. Say which does with "
            f"--map {proposal.needed[0]}=COLUMN. The columns are: {', '.join(proposal.header)}."
        )
    for column in proposal.dates:
        if not column.format:
            session.warn(
                f"Column '{column.column}' {column.why}: {', '.join(cell for _, cell in column.examples)}. "
                f"Say which with --dates {column.column}=FORMAT."
            )
    used = {part for column in proposal.columns.values() for part in (column, *column.split("|"))}
    unused = [column for column in proposal.header if column not in used]
    session.say(
        f"{proposal.file} would be read as {proposal.kind}, with the mapping "
        f"{'saved last time' if proposal.saved else 'guessed'}"
        + (f"; not read: {', '.join(unused)}." if unused else ".")
    )
