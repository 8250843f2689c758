"""usage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from needsseg.cli.accounts.profiles import as_of_option, engine_option
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.cli.replay import print_once
from needsseg.cli.scorecard.options import (
    SIGNS,
    by_option,
    finding_shape,
    notes_shape,
    number,
    number_cell,
    print_findings,
    question,
    say_notes,
    share_cell,
    sign,
    source_option,
)
from needsseg.records import LabelSource
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.actions.scorecard import UsageCell, UsageRow, UsageTable
    from needsseg.actions.scorecard.account_facts import Question
    from needsseg.actions.scorecard.usage import CellAccounts, SegmentUse
    from needsseg.actions.study import Study


@click.command()
@as_of_option
@by_option
@click.option(
    "--feature", metavar="NAME", help="Which segments use this feature, with the accounts that do and do not."
)
@click.option("--segment", metavar="NAME", help="Which features the accounts of this segment use more and less.")
@source_option
@engine_option
@json_option
@click.pass_obj
def usage(
    session: Session,
    as_of: date,
    by: tuple[str, ...],
    feature: str | None,
    segment: str | None,
    source: LabelSource | None,
    engine: str | None,
    as_json: bool,
) -> None:
    """Show how segments use the product: every feature and signal, what tells segments apart first.

    Of accounts that have not left. A feature's share is of the accounts that used it in 90 days; signals are of 30 days.
    """
    request = question(as_of, by, 365, source)
    with opened(session) as study:
        print_once(
            session,
            study,
            ("usage", request, feature, segment, engine, as_json),
            lambda: _show(session, study, request, feature, segment, engine, as_json=as_json),
        )


def _show(
    session: Session,
    study: Study,
    request: Question,
    feature: str | None,
    segment: str | None,
    engine: str | None,
    *,
    as_json: bool,
) -> None:
    from needsseg.actions.scorecard import usage as actions

    with session.progressing() as progress:
        if feature is not None:
            cells = actions.accounts_by_use(study, request, feature, progress, engine)
            _print_feature(cells, as_json)
            return
        table = actions.usage_table(study, request, progress, engine)
    if segment is not None:
        _print_segment(actions.use_of_segment(table, segment), as_json)
    elif as_json:
        print_object(_shape(table))
    else:
        print_findings(table.findings)
        _print(table)
        session.say(SIGNS)
    say_notes(session, table.notes)


def _print(table: UsageTable) -> None:
    sizes = [f"{name} ({table.sizes[name]:,})" for name in table.segments]
    print_table(
        ("", *sizes, f"all ({sum(table.sizes.values()):,})", "p corrected"),
        [
            (row.title, *(_cell(row, cell) for cell in row.cells), _cell(row, row.everyone), _p(row))
            for row in table.rows
        ],
    )


def _cell(row: UsageRow, cell: UsageCell) -> str:
    if row.kind == "number":
        return number_cell(cell.recent, cell.comparison)
    if cell.long is None or cell.long.few or cell.long.value is None:
        return share_cell(cell.recent, cell.comparison)
    text = f"{100 * cell.long.value:.0f}% ({100 * (cell.long.low or 0):.0f}–{100 * (cell.long.high or 0):.0f})"
    per_user = "" if cell.per_user is None else f" · {number(cell.per_user)} a user"
    moving = f", {cell.trend}" if cell.trend in ("falling", "rising") else ""
    return f"{text}{sign(cell.comparison)}{per_user}{moving}"


def _p(row: UsageRow) -> str:
    if all(cell.comparison is None for cell in row.cells):
        return "–"
    return "< 0.001" if row.least_p < 0.001 else f"{row.least_p:.3f}"


def _print_feature(cells: Sequence[CellAccounts], as_json: bool) -> None:
    if as_json:
        print_object({cell.segment: asdict(cell) for cell in cells})
        return
    for cell in cells:
        total = len(cell.using) + len(cell.not_using)
        print_text(
            f"{cell.segment or '(none)'}: {len(cell.using):,} of {format_count(total, 'account')} used it in 90 days"
        )
        for title, ids in (("use it", cell.using), ("do not", cell.not_using)):
            if ids:
                print_text(f"  {title}: {', '.join(ids[:8])}{' …' if len(ids) > 8 else ''}")


def _print_segment(segment_use: SegmentUse, as_json: bool) -> None:
    if as_json:
        print_object(asdict(segment_use))
        return
    print_table(
        ("feature", "used by", "by the others", "difference", "supported"),
        [
            (row.feature, f"{row.share:.0%}", f"{row.others:.0%}", f"{round(100 * (row.share - row.others)):+d} points",
             "yes" if row.supported else "no")
            for row in segment_use.features
        ],
    )  # fmt: skip


def _shape(table: UsageTable) -> dict[str, Any]:
    """The use by segment as JSON; keys are a contract."""
    return {
        "by": table.by,
        "as_of": table.as_of.isoformat(),
        "segments": table.segments,
        "sizes": table.sizes,
        "compared": table.compared,
        "findings": [finding_shape(finding) for finding in table.findings],
        "rows": [asdict(row) for row in table.rows],
        "notes": notes_shape(table.notes),
    }
