"""scorecard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from needsseg.actions.scorecard import RECORDS, VALUE
from needsseg.cli.accounts.profiles import as_of_option, engine_option
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_table
from needsseg.cli.parameters import json_option, opened
from needsseg.cli.replay import print_once
from needsseg.cli.scorecard.options import (
    SIGNS,
    by_option,
    finding_shape,
    horizon_option,
    notes_shape,
    number,
    number_cell,
    print_findings,
    question,
    say_notes,
    share_cell,
    source_option,
)
from needsseg.records import LabelSource

if TYPE_CHECKING:
    from needsseg.actions.scorecard import Comparison, Scorecard, SegmentCard
    from needsseg.actions.scorecard.scorecard import SegmentReport

LISTED_DAYS = (3, 7, 14, 30)
WAITS = [measure for measure in VALUE if measure.kind == "days"]


@click.command()
@as_of_option
@by_option
@horizon_option
@source_option
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write figures and use to a .csv file, a line each."
)
@click.option("--force", is_flag=True, help="Replace a file that holds no scorecard.")
@engine_option
@json_option
@click.pass_obj
def scorecard(
    session: Session,
    as_of: date,
    by: tuple[str, ...],
    horizon: int,
    source: LabelSource | None,
    out: Path | None,
    force: bool,
    engine: str | None,
    as_json: bool,
) -> None:
    """Show what segments say about customers: money, who leaves and expands, time to value.

    Findings come first: differences that stand after correction for all that was compared. Figures have 95% intervals and
    the number of accounts they are known for; fewer than five are too few to say.
    """
    from needsseg.actions.scorecard import scorecard as actions

    request = question(as_of, by, horizon, source)
    with opened(session) as study:
        if out is None:

            def produce() -> None:
                with session.progressing() as progress:
                    computed = actions.segment_report(study, request, progress, engine)
                _show(session, computed, as_json=as_json)

            print_once(session, study, ("scorecard", request, engine, as_json), produce)
            return
        actions.check_target(study, request, out, overwrite=force)
        with session.progressing() as progress:
            report = actions.segment_report(study, request, progress, engine)
        actions.write_scorecard(study, report, out)
    _show(session, report, as_json=as_json)
    session.say(f"Wrote the scorecard to {out}.")


def _show(session: Session, report: SegmentReport, *, as_json: bool) -> None:
    if as_json:
        print_object(_shape(report))
    else:
        print_findings(report.scorecard.findings)
        _print(report.scorecard)
        session.say(SIGNS)
    say_notes(session, report.scorecard.notes)


def _print(card: Scorecard) -> None:
    shown = [*card.segments, *([card.none] if card.none is not None else []), card.everyone]
    header = ["", *(each.name or "(none)" for each in shown)]
    comparison_by_place = {(each.figure, each.segment): each for each in card.comparisons}
    money = " ".join(filter(None, (card.money or "amount", card.currency and f"({card.currency})")))
    rows: list[list[str]] = [
        ["accounts", *(f"{each.accounts:,} · {each.share:.0%}" for each in shown)],
        ["active users", *(_count(each.users) for each in shown)],
        [f"{money}, in all", *(_money(each.pays, each) for each in shown)],
        [f"{money} per account, mean", *(_count(each.pays_mean) for each in shown)],
        [f"{money} per seat, mean", *(_count(each.pays_mean_seat) for each in shown)],
    ]
    for measure in VALUE:
        title = {"pays": f"{money} per account, median", "pays_per_seat": f"{money} per seat, median"}.get(
            measure.key, measure.title
        )
        title = f"{title} since {card.since}" if measure.key in ("left", "expanded") else title
        rows.append([title, *(_cell(each, measure.key, measure.kind, comparison_by_place) for each in shown)])
    rows.append([f"{money} kept since {card.since}", *(share_cell(each.kept) for each in shown)])
    rows.append(["stay twelve months", *(share_cell(each.stays) for each in shown)])
    rows += _record_rows(card, shown, comparison_by_place)
    rows += [
        [f"stage {stage.replace('_', ' ')}", *(_part(each.stages.get(stage, 0), each) for each in shown)]
        for stage in card.everyone.stages
    ]
    rows += [
        [f"plan {plan}", *(_part(each.plans.get(plan, 0), each) for each in shown)] for plan in card.everyone.plans
    ]
    for measure in WAITS:
        for day in LISTED_DAYS:
            cells = [_reached(each, measure.key, day) for each in shown]
            if any(cells):
                rows.append(
                    [f"{measure.title.removeprefix('days to ')} by day {day}", *(cell or "–" for cell in cells)]
                )
    print_table(header, rows)


def _record_rows(
    card: Scorecard, shown: Sequence[SegmentCard], comparison_by_place: dict[tuple[str, str], Comparison]
) -> list[list[str]]:
    """Return the rows of tickets, scores and reasons of cancellations, where any were imported."""
    rows = [
        [f"{measure.title} since {card.since}, median",
         *(_cell(each, measure.key, measure.kind, comparison_by_place) for each in shown)]
        for measure in RECORDS if measure.key in card.everyone.figures
    ]  # fmt: skip
    if card.everyone.tickets is not None:
        title = f"tickets per account since {card.since}, mean"
        rows.append([title, *(number_cell(each.tickets) if each.tickets else "–" for each in shown)])
    if card.everyone.nps is not None:
        rows.append([f"NPS since {card.since}", *(number_cell(each.nps) if each.nps else "–" for each in shown)])
    return rows + [
        [f"cancelled: {reason}", *(f"{(each.reasons or {}).get(reason, 0):,}" for each in shown)]
        for reason in card.everyone.reasons or {}
    ]


def _cell(card: SegmentCard, key: str, kind: str, comparison_by_place: dict[tuple[str, str], Comparison]) -> str:
    figure, comparison = card.figures[key], comparison_by_place.get((key, card.name))
    if kind == "share":
        return share_cell(figure, comparison)
    return number_cell(figure, comparison, days=kind == "days")


def _count(value: float | None) -> str:
    return "–" if value is None else number(value)


def _money(value: float | None, card: SegmentCard) -> str:
    return "–" if value is None else f"{number(value)} of {card.priced:,}"


def _part(count: int, card: SegmentCard) -> str:
    return f"{count:,}" if card.accounts < 5 or not count else f"{count:,} · {count / card.accounts:.0%}"


def _reached(card: SegmentCard, key: str, day: int) -> str:
    return next((f"{share:.0%}" for at, share, _ in card.curves[key] if at == day), "")


def _shape(report: SegmentReport) -> dict[str, Any]:
    """The scorecard as JSON; keys are a contract."""
    card = report.scorecard
    segments = [
        _card_shape(each) | {"account_ids": report.accounts[each.name], "in_use_ids": report.in_use[each.name]}
        for each in card.segments
    ]
    return {
        "by": card.by,
        "as_of": card.as_of.isoformat(),
        "since": card.since.isoformat(),
        "money": card.money,
        "currency": card.currency or None,
        "findings": [finding_shape(finding) for finding in card.findings],
        "segments": segments,
        "none": None if card.none is None else _card_shape(card.none),
        "everyone": _card_shape(card.everyone),
        "use": [asdict(row) for row in report.usage.rows],
        "comparisons": [asdict(each) for each in card.comparisons],
        "not_compared": card.not_compared,
        "labels": None if card.labels is None else asdict(card.labels),
        "notes": notes_shape(card.notes),
    }


def _card_shape(card: SegmentCard) -> dict[str, Any]:
    curves = {
        key: [{"day": day, "reached": share, "followed": followed} for day, share, followed in points]
        for key, points in card.curves.items()
    }
    return asdict(card) | {"curves": curves}
