"""profile."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from needsseg.actions.accounts import accounts
from needsseg.actions.accounts.revenue import revenue_as_of
from needsseg.cli import shapes
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_table, print_text
from needsseg.cli.parameters import day, json_option, opened
from needsseg.cli.replay import print_once
from needsseg.errors import NotFoundError

if TYPE_CHECKING:
    from needsseg.actions.accounts import AccountProfile, Revenue
    from needsseg.actions.study import Study
from needsseg.records import PROFILE_COLUMNS

as_of_option = click.option("--as-of", callback=day, required=True, metavar="YYYY-MM-DD", help="The as-of date.")


engine_option = click.option(
    "--engine", metavar="ENGINE", help="duckdb, polars, spark, spark:MASTER or sc://HOST:PORT. Default: the setting."
)


@click.command()
@as_of_option
@click.option("--account", metavar="ID", help="Only this account.")
@engine_option
@json_option
@click.pass_obj
def profile(session: Session, as_of: date, account: str | None, engine: str | None, as_json: bool) -> None:
    """Show the four tiers of every account as of a date, with recommended actions and why."""
    with opened(session) as study:
        words = ("profile", as_of, account, engine, as_json)
        print_once(session, study, words, lambda: _print(session, study, as_of, account, engine, as_json))


def _print(session: Session, study: Study, as_of: date, account: str | None, engine: str | None, as_json: bool) -> None:
    with session.progressing() as progress:
        rows = accounts.profiles(study, as_of, progress, engine)
        paid = revenue_as_of(study, as_of, engine)
    if account is not None:
        rows = [row for row in rows if row.account_id == account]
        if not rows:
            raise NotFoundError(f"There is no account '{account}'.", "List them with: needsseg profile --as-of DATE")
    if as_json:
        print_array(shapes.profile(row, paid) for row in rows)
    elif account is not None:
        _print_one(rows[0], paid)
    else:
        print_table(
            ("account", "name", "firmographic", "needs segment", "behavioral", "lifecycle", "action"),
            [
                (r.account_id, r.name, r.firmographic_tier, r.needs_segment, r.behavioral_segment, r.lifecycle_stage,
                 r.recommended_action)
                for r in rows
            ],
            wrap=("name", "needs segment", "action"),
        )  # fmt: skip


def _print_one(row: AccountProfile, paid: Revenue) -> None:
    print_text(f"{row.name}: {row.sentence}\n")
    shown = shapes.profile(row, paid)
    print_table(("column", "value"), [(name, shown[name]) for name in PROFILE_COLUMNS], wrap=("value",))
    if pays := paid.pays(row.account_id):
        print_text(f"\npays {pays}")
    if row.behaviour is not None:
        print_text(f"\n30 days: {row.behaviour.in_words}")
    if row.lifecycle_flags:
        print_text(f"\nflags: {', '.join(row.lifecycle_flags)}")
    if row.contested:
        print_text(f"\ncontested by: {', '.join(row.contested)}")
    for action in row.actions:
        print_text(f"\n→ {action.text} (rule {action.rule}: {'; '.join(action.evidence)})")
