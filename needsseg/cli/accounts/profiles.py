"""profile."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from needsseg.actions.accounts.account_listing import Listing, listing
from needsseg.actions.accounts.own_columns import named_list
from needsseg.actions.accounts.revenue import profiles_and_revenue
from needsseg.cli import shapes
from needsseg.cli.accounts.profile_columns import KEYS, profile_blocks
from needsseg.cli.narration import Session
from needsseg.cli.output import print_columns, print_table, print_text
from needsseg.cli.parameters import day, json_option, opened
from needsseg.cli.replay import print_once
from needsseg.errors import NotFoundError

if TYPE_CHECKING:
    from needsseg.actions.accounts import AccountProfile, Revenue
from needsseg.records import PROFILE_COLUMNS

as_of_option = click.option("--as-of", callback=day, required=True, metavar="YYYY-MM-DD", help="The as-of date.")


engine_option = click.option(
    "--engine", metavar="ENGINE", help="duckdb, polars, spark, spark:MASTER or sc://HOST:PORT. Default: the setting."
)


@click.command()
@as_of_option
@click.option("--account", metavar="ID", help="Only this account.")
@click.option(
    "--columns",
    metavar="NAMES",
    default="",
    help="Also show these further columns of the accounts, with commas between.",
)
@click.option(
    "--where",
    "filters",
    metavar="FILTER",
    multiple=True,
    help="Only accounts that fit: size=small, region=EMEA, plan=Business, lifecycle_stage=at_risk; or by a further column "
    '"Team=North", "Health score>=40", "Contract end<2027-01-01", "Team=unknown", column:NAME where it is called as '
    'something else; or by what any of its users, subscriptions, tickets, scores or cancellations has: "users.role=Admin", '
    '"tickets.priority=high". '
    "Given again, all must fit.",
)
@engine_option
@json_option
@click.pass_obj
def profile(
    session: Session,
    as_of: date,
    account: str | None,
    columns: str,
    filters: tuple[str, ...],
    engine: str | None,
    as_json: bool,
) -> None:
    """Show the four tiers of every account as of a date, with recommended actions and why."""
    with opened(session) as study:

        def produce() -> None:
            with session.progressing() as progress:
                rows, paid = profiles_and_revenue(study, as_of, progress, engine)
                if account is not None and account not in {row.account_id for row in rows}:
                    raise NotFoundError(
                        f"There is no account '{account}'.", "List them with: needsseg profile --as-of DATE"
                    )
                own = listing(study, rows, named_list(columns), filters, engine, as_of=as_of)
            _print(own, paid, account, as_json)

        print_once(session, study, ("profile", as_of, account, columns, filters, engine, as_json), produce)


def _print(own: Listing, paid: Revenue, account: str | None, as_json: bool) -> None:
    rows = [row for row in own.profiles if account in (None, row.account_id)]
    if as_json:
        print_columns(KEYS, profile_blocks(own, rows, paid))
    elif account is not None and rows:
        _print_one(rows[0], paid)
        if own.names:
            print_text("")
            print_table(("column", "value"), [(cell.name, cell.text) for cell in own.cells[account]], wrap=("value",))
    else:
        print_table(
            ("account", "name", "firmographic", "needs segment", "behavioral", "lifecycle", "action", *own.names),
            [
                (r.account_id, r.name, r.firmographic_tier, r.needs_segment, r.behavioral_segment, r.lifecycle_stage,
                 r.recommended_action, *(cell.text for cell in own.cells[r.account_id]))
                for r in rows
            ],
            wrap=("name", "needs segment", "action", *own.names),
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
