"""Reading sources of account data: the options for reading them, and reports of imports and mappings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from needsseg.actions.accounts import FORMATS, QUESTIONS, UNITS, account_sources
from needsseg.actions.accounts import accounts as actions
from needsseg.actions.accounts.amounts import CHOICES, set_amounts
from needsseg.actions.accounts.own_columns import TYPES, OwnGiven
from needsseg.actions.accounts.source_reports import MappingProposal, SourceReport
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_table
from needsseg.errors import NoHeaderError, TenureUnclearError, UsageError
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.actions.accounts import OwnColumn
    from needsseg.actions.study import Study

MOST_LISTED = 50
MOST_EMPTIED = 20  # cells left empty that are named one by one
# The words of --amounts, with the choice that each stands for.
AMOUNTS = {
    "cents": ("unit", "cents"), "whole": ("unit", "whole"), "per-seat": ("per", "seat"), "per-term": ("per", "term"),
    "decimal-comma": ("decimals", "comma"), "decimal-point": ("decimals", "point"),
}  # fmt: skip
EXAMPLES = {
    "--map": 'For example: --map account_id="Record ID"',
    "--dates": "For example: --dates start_date=day-first",
    "--column-type": 'For example: --column-type "Contract end=date"',
}

files_argument = click.argument("files", metavar="FILES", nargs=-1, required=True)


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how files are read: --kind, --map, --dates, --table, --query, --header, and those for tenures, amounts
    and further columns.
    """
    for option in (
        *_own_options(),
        click.option(
            "--amounts",
            metavar="HOW",
            multiple=True,
            type=click.Choice(list(AMOUNTS)),
            help=f"How amounts of subscriptions are written: {', '.join(AMOUNTS)}.",
        ),
        *amount_options(),
        click.option("--query", metavar="SQL", default="", help="A query of a database, or @FILE that holds one."),
        click.option(
            "--table", metavar="NAME", default="", help="The table or view of a database, or the sheet of a workbook."
        ),
        click.option(
            "--header/--no-header",
            "has_header",
            default=None,
            help="Whether CSV files and sheets name their columns. Default: as the first row looks.",
        ),
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
        click.option("--tenure-unit", type=click.Choice(UNITS), help="The unit of a column of tenures."),
        click.option("--tenure-as-of", metavar="DATE", help="The day until which tenures count."),
        click.option("--kind", metavar="KIND", help=f"What the files hold: {', '.join(actions.IMPORTED)}."),
    ):
        command = option(command)
    return command


def query_text(given: str) -> str:
    """Return the SQL of --query; that of a file where @ stands before its name."""
    if not given.startswith("@"):
        return given
    path = Path(given[1:]).expanduser()
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--query: {path} cannot be read: {error}.", "Name a text file with one SQL query.") from error


def _own_options() -> tuple[Callable[..., Any], ...]:
    """Return the options that say what becomes of further columns."""
    return (
        click.option("--drop-column", "dropped", metavar="NAME", multiple=True,
                     help="Do not keep this further column, one that is read as no field."),
        click.option("--column-type", "types", metavar="NAME=TYPE", multiple=True,
                     help=f"The type of a further column: {', '.join(TYPES)}."),
    )  # fmt: skip


def amount_options() -> tuple[Callable[..., Any], ...]:
    """The options that say what subscriptions' amounts mean, in the order in which they are put on a command."""
    return (
        click.option("--currency", metavar="CODE", help="The currency of amounts that name none, such as EUR."),
        click.option("--interval", type=click.Choice(CHOICES["interval"]),
                     help="How often amounts are paid that do not say."),
        click.option("--terms", type=click.Choice(CHOICES["terms"]),
                     help="Whether overlapping terms without ids are added, or the newest replaces the others."),
    )  # fmt: skip


def money_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what subscriptions' amounts mean: --terms, --interval, --currency."""
    for option in amount_options():
        command = option(command)
    return command


def chosen_amounts(
    terms: str | None, interval: str | None, currency: str | None, amounts: Sequence[str] = ()
) -> dict[str, str]:
    """Return what the options for amounts choose."""
    given = {"terms": terms, "interval": interval, "currency": currency}
    return {name: value for name, value in given.items() if value} | dict(AMOUNTS[word] for word in amounts)


def chosen_tenure(as_of: str | None, unit: str | None) -> dict[str, str]:
    """Return what the options for tenures answer."""
    return {name: value for name, value in zip(QUESTIONS, (as_of, unit), strict=True) if value}


def is_terminal() -> bool:
    """Return whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_amounts(session: Session, study: Study, report: SourceReport) -> None:
    """Ask on a terminal for the choices about amounts that are open; elsewhere the report's warnings name the options."""
    if not report.asks or session.json or not is_terminal():
        return
    chosen = {}
    if "terms" in report.asks and report.overlap is not None:
        session.say(
            f"Terms without ids overlap in {format_count(report.overlap.accounts, 'account')}. Added, all accounts pay "
            f"{report.overlap.added}; if the newest replaces the others, {report.overlap.replaced}."
        )
        chosen["terms"] = click.prompt("add or replace?", type=click.Choice(CHOICES["terms"]), default="add", err=True)
    if "interval" in report.asks:
        interval = click.prompt(
            "Amounts are paid by", type=click.Choice((*CHOICES["interval"], "unknown")), default="unknown", err=True
        )
        chosen |= {"interval": interval} if interval != "unknown" else {}
    set_amounts(study, chosen)


def import_asking(
    session: Session, study: Study, files: Sequence[str], amounts: dict[str, str], **options: Any
) -> SourceReport:
    """Import files, and ask on a terminal what only a person can say: whether there is a header, and what a tenure means."""
    while True:
        try:
            with session.progressing() as progress:
                return account_sources.import_source(study, files, progress=progress, amounts=amounts, **options)
        except NoHeaderError as error:
            if session.json or not is_terminal():
                raise
            session.say(error.message)
            options["has_header"] = click.confirm("Does this row name the columns?", default=False, err=True)
        except TenureUnclearError as error:
            if session.json or not is_terminal():
                raise
            session.say(error.message)
            if QUESTIONS[0] not in amounts:
                amounts[QUESTIONS[0]] = click.prompt("As of which day is the file true (2026-06-30)?", err=True)
            amounts[QUESTIONS[1]] = click.prompt("Tenure is in", type=click.Choice(UNITS), default="months", err=True)


def parse_pairs(pairs: Sequence[str], option: str, form: str) -> dict[str, str]:
    """Return ``name=value`` arguments as a dictionary, or raise UsageError. A field without a column is not read."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.rpartition("=") if option in ("--dates", "--column-type") else pair.partition("=")
        if not (name.strip() and equals and (value.strip() or option == "--map")):
            raise UsageError(f"{option} '{pair}' is not written {form}.", EXAMPLES[option])
        values[name.strip()] = value.strip()
    return values


def own_given(types: Sequence[str], dropped: Sequence[str]) -> OwnGiven:
    """Return what the options --column-type and --drop-column say."""
    return OwnGiven(parse_pairs(types, "--column-type", "name=type"), dropped)


def _print_own(columns: Sequence[OwnColumn]) -> None:
    """Print the further columns with their types."""
    if columns:
        print_table(
            ("further column", "type", "why", "example"),
            [(c.name, c.type, c.why, c.example[:60]) for c in columns],
            wrap=("further column", "example"),
        )


def tell_import(session: Session, report: SourceReport, as_json: bool) -> None:
    """Tell what an import did: the mapping, what was refused, and counts that add up."""
    if as_json:
        print_object(_shape(report))
    else:
        print_table(("field", "column"), list(report.columns.items()))
        _print_own(report.own)
    _tell_rows(session, report)
    if report.also is not None:
        _tell_rows(session, report.also)


def _shape(report: SourceReport) -> dict[str, Any]:
    """The report as JSON; keys are a contract."""
    return asdict(report) | {
        "warnings": [str(warning) for warning in report.warnings],
        "also": None if report.also is None else _shape(report.also),
    }


def _tell_rows(session: Session, report: SourceReport) -> None:
    for file, reason in report.refused:
        session.refuse(file, reason)
    for reject in report.rejected[:MOST_LISTED]:
        where = f"{reject.file} row {reject.row}" + (f", column {reject.column}" if reject.column else "")
        session.refuse(where, f"'{reject.value}': {reject.reason}" if reject.value else reject.reason)
    if len(report.rejected) > MOST_LISTED:
        more = len(report.rejected) - MOST_LISTED
        session.refuse(f"{format_count(more, 'more row')}", f"needsseg accounts rejects {report.kind} lists them")
    for cell in report.emptied[:MOST_EMPTIED]:
        session.warn(f"{cell.file} row {cell.row}, column {cell.column}: '{cell.value}' is {cell.reason}.")
    for file in report.unchanged:
        session.say(f"{file} was imported before; nothing changed.")
    for warning in report.warnings:
        session.warn(warning)
    if report.rejected or report.emptied:
        session.say(f"The refused rows{' and cells' if report.emptied else ''} are in {report.rejects_file}")
    if report.files:
        session.say(_counted(report))


def _counted(report: SourceReport) -> str:
    omitted = [
        f"{format_count(count, noun)} {what}"
        for count, noun, what in (
            (len(report.rejected), "row", "refused"),
            (report.duplicates, "repeat", "left out"),
            (
                report.dropped,
                "row without a use" if report.kind == "events" else "deleted or merged record",
                "left out",
            ),
        )
        if count
    ]
    of = f" {format_count(report.read, 'row')} in all." if omitted else ""
    now = f" There are {report.held} {report.rows_in_words} now." if report.held != report.rows else ""
    return (
        f"Read {report.rows} {report.rows_in_words} from {report.file}"
        + "".join(f", {part}" for part in omitted)
        + f".{of}{now}"
    )


def tell_mapping(session: Session, proposal: MappingProposal, as_json: bool) -> None:
    """Tell how files would be read: field by field, dates, and the first rows."""
    if as_json:
        print_object(asdict(proposal) | {"notes": [str(note) for note in proposal.notes]})
    else:
        written = {column.field: column.format or f"? {column.why}" for column in proposal.dates}
        print_table(
            ("field", "column", "dates"),
            [(field, column, written.get(field, "")) for field, column in proposal.columns.items()],
        )
        _print_own(proposal.own)
        fields = list(dict.fromkeys(field for row in proposal.rows for field in row.values))
        print_table(
            ("row", *fields, "refused"),
            [(row.row, *(row.values.get(field, "") for field in fields), row.refused) for row in proposal.rows],
        )
    for file, reason in proposal.refused:
        session.refuse(file, reason)
    for note in proposal.notes:
        session.warn(note)
    if proposal.asks:
        session.warn(
            "How long somebody has been a customer is counted until a day and in a unit: say both with --tenure-as-of DATE "
            "--tenure-unit months. The first rows follow then."
        )
    if proposal.needed:
        session.warn(
            f"No column gives {' and '.join(proposal.needed)}, which {proposal.rows_in_words} need. Say which does with "
            f"--map {proposal.needed[0]}=COLUMN. The columns are: {', '.join(proposal.header)}."
        )
    for column in proposal.dates:
        if not column.format:
            session.warn(
                f"Column '{column.column}' {column.why}: {', '.join(cell for _, cell in column.examples)}. "
                f"Say which with --dates {column.column}=FORMAT."
            )
    for note in proposal.notes:
        session.warn(note)
    used = {part for column in proposal.columns.values() for part in (column, *column.split("|"))}
    used |= {column.header for column in proposal.own}
    unused = [column for column in proposal.header if column not in used]
    session.say(
        f"{proposal.file} would be read as {proposal.rows_in_words}, with the mapping "
        f"{'saved last time' if proposal.saved else 'guessed'}"
        + (f"; not read: {', '.join(unused)}." if unused else ".")
    )
