"""export, deliveries."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

import click

from needsseg.actions.exchange import sending
from needsseg.actions.exchange.export import ExportReport, check_options, noun, targets
from needsseg.actions.exchange.export import export as write
from needsseg.actions.exchange.sending import Outlook
from needsseg.cli.accounts.profiles import as_of_option, engine_option
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_line, print_table
from needsseg.cli.parameters import json_option, opened
from needsseg.errors import UsageError
from needsseg.text import format_count

SHOWN = 20  # refused accounts that are named one by one


@click.command()
@click.argument("format_", metavar="FORMAT", type=click.Choice(targets()))
@click.argument("path", type=click.Path(path_type=Path), required=False)
@as_of_option
@click.option(
    "--changed-only",
    is_flag=True,
    help="Leave out accounts that are unchanged since the last export to the same place.",
)
@click.option("--segment", metavar="NAME", help="The segment whose accounts an amplitude-cohort contains.")
@click.option("--key", metavar="FIELD", default="", help="The field by which the target identifies an account.")
@click.option(
    "--columns",
    metavar="NAMES",
    default="",
    help="The columns, with commas between: of the standard ones (standard means all), of name, size, revenue, industry, region, "
    "country, icp, plan, seats, arr, pays, users, events, active_days, logins, feature_breadth and quote_ids, and of the "
    "accounts' further columns (column:NAME where one is called as one of these). Kept for the next export of the "
    "same FORMAT; default goes back to the standard ones.",
)
@click.option("--send", is_flag=True, help="Send it, after a preview of what would be sent; needs needsseg[send].")
@click.option("--yes", is_flag=True, help="Send without asking for confirmation.")
@click.option("--force", is_flag=True, help="Replace a file that is no earlier export.")
@click.option(
    "--keep-formulas", is_flag=True, help="Keep CSV cells that a spreadsheet would read as formulas unchanged."
)
@click.option("--neutralise-formulas", is_flag=True, help="Put ' before such cells (the default).")
@click.option("--original", is_flag=True, help="Use real names of participants in the manifest, not pseudonyms.")
@engine_option
@click.pass_obj
def export(
    session: Session,
    format_: str,
    path: Path | None,
    as_of: date,
    changed_only: bool,
    segment: str | None,
    key: str,
    columns: str,
    send: bool,
    yes: bool,
    force: bool,
    keep_formulas: bool,
    neutralise_formulas: bool,
    original: bool,
    engine: str | None,
) -> None:
    """Write every account's profile to PATH as a target takes it, with a manifest beside it; or send it.

    Tables: csv, jsonl, parquet, sqlite, duckdb, dbt. Requests as JSON lines: segment, segment-users (by
    the users that usage tells), segment-triggers, amplitude, amplitude-triggers, mixpanel-triggers and
    hubspot-triggers (an event for each trigger), mixpanel. Import tables: hubspot, hubspot-notes (a note for
    each trigger), salesforce, amplitude-cohort.
    Accounts whose id a target cannot hold are named and left out. With --send PATH may be left out.
    """
    _check_sending(path, send, yes)
    check_options(format_, segment, changed_only, key, columns)
    neutralise = _neutralise(keep_formulas, neutralise_formulas)
    with opened(session) as study, session.progressing() as progress:
        look = None
        if send:
            look = sending.outlook(
                study,
                format_,
                as_of,
                changed_only=changed_only,
                key=key,
                columns=columns,
                progress=progress,
                engine=engine,
            )
        if path is not None:
            report = write(
                study, format_, path, as_of, neutralise=neutralise, overwrite=force, original=original,
                changed_only=changed_only, key=key, segment=segment, columns=columns, progress=progress, engine=engine,
            )  # fmt: skip
            _tell_report(session, report, format_)
    if look is not None:
        _tell_outlook(session, look)
        _send(session, look, yes)


def _check_sending(path: Path | None, send: bool, yes: bool) -> None:
    """Raise UsageError where there is nothing to write to, or a confirmation without sending."""
    if path is None and not send:
        raise UsageError("There is no file to write to.", "Name it after the format, or add --send.")
    if yes and not send:
        raise UsageError("--yes is for sending.", "Add --send.")


def _neutralise(keep_formulas: bool, neutralise_formulas: bool) -> bool | None:
    """Return whether formula cells are neutralised; None where neither option is given."""
    if keep_formulas and neutralise_formulas:
        raise UsageError("--keep-formulas and --neutralise-formulas exclude each other.", "Give one of them.")
    return False if keep_formulas else True if neutralise_formulas else None


def _tell_report(session: Session, report: ExportReport, format_: str) -> None:
    _tell_renamed(session, report.renamed)
    session.say(
        f"Wrote {format_count(report.rows, noun(format_))}, {report.labelled} with a needs "
        f"segment, to {report.path} and {report.manifest}."
        + (f" Left out as unchanged: {report.left_out}." if report.left_out else "")
    )
    _refuse(session, dict(report.refused))


def _send(session: Session, look: Outlook, yes: bool) -> None:
    if not look.accounts:
        session.say("There is nothing to send.")
    elif not yes:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError("Nothing was sent: there is no terminal to confirm in.", "Add --yes to send.")
        if not click.confirm(f"Send {format_count(look.accounts, 'account')} to {look.host}?", default=False, err=True):
            session.say("Nothing was sent.")
            return
    if look.accounts:
        with opened(session) as study, session.progressing() as progress:
            report = sending.send(study, look, progress=progress)
        session.say(
            f"{look.host} accepted {format_count(report.accepted, 'account')}, in "
            f"{format_count(report.batches, 'batch', 'batches')} ({report.tries} tries)."
        )
        _refuse(session, dict(report.rejected))
    else:
        _refuse(session, dict(look.left_out))


def _refuse(session: Session, rejected: dict[str, str]) -> None:
    for account, reason in list(rejected.items())[:SHOWN]:
        session.refuse(account, reason or "no reason given")
    if len(rejected) > SHOWN:
        session.refuse(f"{len(rejected) - SHOWN} further accounts", "as above")


def _tell_outlook(session: Session, look: Outlook) -> None:
    _tell_renamed(session, look.renamed)
    session.say(
        f"To {look.host}: {format_count(look.accounts, 'account')} in "
        f"{format_count(len(look.batches), 'batch', 'batches')}. "
        f"Already accepted as they are: {look.already}. Unchanged: {look.unchanged}. Left out: {len(look.left_out)}."
    )
    if look.unanswered:
        session.say(f"Batches of an earlier run without an answer: {look.unanswered}; sent again under the same ids.")
    for record in look.first:
        print_line(record)


def _tell_renamed(session: Session, renamed: tuple[tuple[str, str, int], ...]) -> None:
    for old, new, count in renamed:
        session.warn(f"'{old}' is now called '{new}': the last export named {count} of these accounts by the old name.")


@click.command()
@json_option
@click.pass_obj
def deliveries(session: Session, as_json: bool) -> None:
    """List every batch sent and every file exported, with the responses."""
    with opened(session) as study:
        rows = sending.listing(study)
    if as_json:
        print_array(asdict(row) for row in rows)
        return
    print_table(
        ("id", "destination", "accounts", "status", "rejected", "code", "words", "by", "at"),
        [
            (r.id, r.destination, r.rows, r.status, r.rejected, "" if r.code is None else r.code, r.words, r.by, r.at)
            for r in rows
        ],
        wrap=("words",),
    )
    if not rows:
        session.say("There are no exports or deliveries yet: needsseg export FORMAT PATH --as-of DATE")
