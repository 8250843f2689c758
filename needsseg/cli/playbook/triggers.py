"""triggers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from needsseg.actions.playbook import KINDS
from needsseg.actions.playbook import triggers as actions
from needsseg.cli.accounts.profiles import as_of_option, engine_option
from needsseg.cli.narration import Session
from needsseg.cli.output import print_columns, print_table
from needsseg.cli.parameters import day, json_option, opened
from needsseg.cli.playbook.trigger_columns import KEYS, trigger_blocks
from needsseg.cli.replay import print_once
from needsseg.text import format_count
from needsseg.thresholds import MOST_TRIGGERS_OF_ACCOUNT


def optional_day(ctx: click.Context, option: click.Parameter, value: str | None) -> date | None:
    """Parse a day as ``day`` does; None where the option is left out."""
    return None if value is None else day(ctx, option, value)


@click.command()
@as_of_option
@click.option("--kind", type=click.Choice(KINDS), help="Only triggers of this kind.")
@click.option("--account", metavar="ID", help="Only triggers of this account.")
@click.option(
    "--since", callback=optional_day, metavar="YYYY-MM-DD", help="Only triggers that fired on or after this day."
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write all of them to FILE, as .csv or .jsonl."
)
@click.option("--force", is_flag=True, help="Replace a file that is no earlier table of triggers.")
@click.option("--all", "show_all", is_flag=True, help="List all triggers of each account, as --json does.")
@engine_option
@json_option
@click.pass_obj
def triggers(
    session: Session,
    as_of: date,
    kind: str | None,
    account: str | None,
    since: date | None,
    out: Path | None,
    force: bool,
    show_all: bool,
    engine: str | None,
    as_json: bool,
) -> None:
    """List triggered accounts: a feature left unused that their peers use, logins below weekly, a growing team, or a
    rule of yours on further columns of the accounts (a renewal in 60 days, a health score below 40).

    Each trigger is listed with the day on which it fired; computing again gives the same day. The thresholds and
    the features are in prompts/triggers.toml. Peers are the accounts of the same needs-based segment, or on the same plan.
    """
    with opened(session) as study:
        if out is not None:
            actions.check_target(study, out, overwrite=force)
            with session.progressing() as progress:
                report = actions.fired(study, as_of, kind, account, since, progress, engine)
            actions.write_triggers(study, report, out)
            _print(session, report, as_of, since, show_all=show_all, as_json=as_json)
            session.say(f"Wrote {format_count(len(report.rows), 'trigger')} to {out}.")
            return
        words = ("triggers", as_of, kind, account, since, show_all, engine, as_json)

        def produce() -> None:
            with session.progressing() as progress:
                computed = actions.fired(study, as_of, kind, account, since, progress, engine)
            _print(session, computed, as_of, since, show_all=show_all, as_json=as_json)

        print_once(session, study, words, produce)


def _print(
    session: Session, report: actions.TriggerReport, as_of: date, since: date | None, *, show_all: bool, as_json: bool
) -> None:
    if as_json:
        print_columns(KEYS, trigger_blocks(report.rows))
    else:
        shown = [(row, 0) for row in report.rows] if show_all else actions.capped(report.rows)
        print_table(
            ("fired", "kind", "account", "name", "feature", "peers", "needs segment", "evidence"),
            [
                (row.trigger.fired_on, row.trigger.kind, row.trigger.account_id, row.name, row.trigger.feature,
                 None if row.trigger.peer_share is None else f"{row.trigger.peer_share:.0%}", row.needs_segment,
                 _evidence(row, more))
                for row, more in shown
            ],
            wrap=("name", "evidence"),
        )  # fmt: skip
        if len(shown) < len(report.rows):
            session.say(
                f"Listed {len(shown):,} of {format_count(len(report.rows), 'trigger')}: at most "
                f"{MOST_TRIGGERS_OF_ACCOUNT} of each account and kind. --all or --json lists all."
            )
    for warning in report.warnings:
        session.warn(warning)
    summary = ", ".join(f"{report.counts[name]} {name}" for name in KINDS if report.counts[name])
    when = f"from {since} to {as_of}" if since else f"up to {as_of}"
    session.say(f"{format_count(len(report.rows), 'trigger')} fired {when}{f': {summary}' if summary else ''}.")


def _evidence(row: actions.TriggerRow, more: int) -> str:
    parts = [row.trigger.evidence]
    parts += [f"used since {row.used_on}"] if row.used_on else []
    parts += [] if row.trigger.settled else ["not settled"]
    parts += [f"and {more:,} more of this account"] if more else []
    return "; ".join(parts)
