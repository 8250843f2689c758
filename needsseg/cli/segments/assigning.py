"""assign, assignments."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from needsseg.actions.segments import OFF_TOPIC, PRECISION
from needsseg.actions.segments import assigning as actions
from needsseg.cli.accounts.profiles import engine_option
from needsseg.cli.accounts.sources import parse_pairs
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table
from needsseg.cli.parameters import json_option, opened
from needsseg.text import format_count


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Also write the labels to a CSV, JSONL or Parquet file.")
@click.option("--text", metavar="COLUMN", help="The column of texts, if it is not found by its name.")
@click.option("--account", metavar="COLUMN", help="The column of account ids; '' for none.")
@click.option("--at", metavar="COLUMN", help="The column of dates; '' for none.")
@click.option("--id", "ident", metavar="COLUMN", help="The column of text ids; '' for none.")
@click.option("--dates", metavar="COLUMN=FORMAT", multiple=True, help="The format of the column of dates.")
@click.option(
    "--precision", type=click.FloatRange(0.5, 1, max_open=True), default=PRECISION, show_default=True,
    help="Target precision: the share of labels that are right.",
)  # fmt: skip
@click.option(
    "--off-topic", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=OFF_TOPIC,
    show_default=True, help="The expected share of texts about none of the segments.",
)  # fmt: skip
@click.option(
    "--backend", metavar="NAME", help="What computes text vectors: onnx, torch or int8. Default: the setting."
)
@engine_option
@click.option("--fresh", is_flag=True, help="Start again, even if an earlier run of this file can be resumed.")
@click.option("--pause-file", type=click.Path(path_type=Path), hidden=True, help="Wait while this file is there.")
@json_option
@click.pass_obj
def assign(
    session: Session,
    file: Path,
    out: Path | None,
    text: str | None,
    account: str | None,
    at: str | None,
    ident: str | None,
    dates: tuple[str, ...],
    precision: float,
    off_topic: float,
    backend: str | None,
    engine: str | None,
    fresh: bool,
    pause_file: Path | None,
    as_json: bool,
) -> None:
    """Assign survey answers, tickets, reviews or call notes to the confirmed segments, or abstain and say why.

    FILE is CSV, JSON lines or Parquet (also gzip). To resume a run that was stopped, call it again.
    """
    forms = parse_pairs(dates, "--dates", "column=format")
    with opened(session) as study, session.progressing() as progress:
        report = actions.assign_file(
            study, file, out, text=text, account=account, at=at, ident=ident, dates=forms, precision=precision,
            off_topic=off_topic, backend=backend, engine=engine, fresh=fresh, progress=progress,
            paused=pause_file.exists if pause_file else None,
        )  # fmt: skip
    tell(session, report, as_json)


def tell(session: Session, report: actions.AssignReport, as_json: bool) -> None:
    """Report the result of a file: counts that add up, expected precision, refused rows."""
    if as_json:
        print_object(asdict(report))
    else:
        rows = [(name, count, f"{count / report.texts:.1%}") for name, count in report.segments.items()]
        rows += [
            (f"none: {abstain_reason}", count, f"{count / report.texts:.1%}")
            for abstain_reason, count in report.abstained.items()
        ]
        print_table(("label", "texts", "share"), rows)
    if report.unchanged:
        session.say(f"{report.file} was assigned before in the same way; nothing changed.")
    if report.resumed and not report.unchanged:
        session.say(f"{format_count(report.resumed, 'text')} were done before; it went on from there.")
    session.say(
        f"Promised on the study's own passages: {report.expected_precision:.0%} of labels right, "
        f"{report.expected_coverage:.0%} of texts labelled."
    )
    claimed = f", claimed to be right: {report.claimed_precision:.0%}" if report.claimed_precision is not None else ""
    session.say(
        f"Labelled {report.labelled:,} of {format_count(report.texts, 'text')} ({report.coverage:.0%}){claimed}; "
        f"{report.duplicates:,} are repeats of others."
    )
    for warning in report.warnings:
        session.warn(warning)
    for reason, count in report.refused.items():
        session.refuse(f"{format_count(count, 'row')} of {report.file}", reason)
    if report.refused:
        session.say(f"The refused rows are in {report.rejects_file}")
    if report.out:
        session.say(f"Wrote {report.out}")


@click.command()
@json_option
@click.pass_obj
def assignments(session: Session, as_json: bool) -> None:
    """List the files of assigned texts, and whether the segments changed since."""
    with opened(session) as study:
        rows = actions.assignments(study)
    if as_json:
        print_array(asdict(row) for row in rows)
        return
    header = ("id", "file", "texts", "labelled", "promised", "claimed", "segments", "by", "at")
    print_table(
        header,
        [
            (
                row.id, row.file, row.texts, row.labelled, row.expected_precision, row.claimed_precision,
                "changed since" if row.stale else "as now", row.assigned_by, row.assigned_at,
            )
            for row in rows
        ],
    )  # fmt: skip
    if not rows:
        session.say("No texts were assigned yet: needsseg assign FILE")
    elif any(row.stale for row in rows):
        session.say("Where the segments changed, assign the file again: its labels are those of before.")
