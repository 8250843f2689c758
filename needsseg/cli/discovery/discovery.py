"""discover, runs."""

from __future__ import annotations

from dataclasses import asdict

import click

from needsseg.actions.discovery import code_tree, discovery, evidence
from needsseg.actions.segments import segments
from needsseg.cli.discovery.needs import print_tree
from needsseg.cli.fixes import worded
from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import LARGEST, json_option, opened
from needsseg.cli.segments.segments import print_segments
from needsseg.errors import Advice
from needsseg.text import format_count

APART = {True: "yes", False: "no", None: "not known"}
"""Whether a run's passages form groups that stand apart."""


@click.command()
@click.option(
    "--by",
    type=click.Choice(("passages", "codes")),
    default="passages",
    show_default=True,
    help="What to group; codes give a tree of candidate needs and store nothing.",
)
@click.option("--seed", type=click.IntRange(0, LARGEST), help="The seed stored with the run.")
@json_option
@click.pass_obj
def discover(session: Session, by: str, seed: int | None, as_json: bool) -> None:
    """Cluster accepted passages (or suggestions, where none is accepted) into candidate needs.

    Decisions are kept exactly and guide the rest: new passages are proposed for the segments that people keep,
    or form new candidates. Needs in view and codes guide it too. Candidates without decisions or answers are replaced.
    """
    if by == "codes":
        with opened(session) as study, session.progressing() as progress:
            tree = code_tree.tree(study, progress)
        print_tree(session, tree, as_json)
        return
    with opened(session) as study, session.progressing() as progress:
        report = discovery.discover(study, seed, progress)
        rows = evidence.listing(study)
    if as_json:
        print_object(asdict(report) | {"next_step": worded(report.next_step)})
    else:
        sentences: tuple[str | Advice, ...] = (report.verdict, report.next_step)
        for line in sentences:
            if line:
                print_text(line)
        print_text("")
        print_segments([row for row in rows if row.id in report.proposed])
    for warning in report.warnings:
        session.warn(warning)
    session.say(
        f"Run {report.run}: {format_count(len(report.proposed), 'candidate')}"
        + (f", {format_count(report.found_again, 'kept one')} found again," if report.found_again else "")
        + (f" {sum(report.proposed_to.values())} new passages put to them," if report.proposed_to else "")
        + f" in {report.passages} {report.input_status} passages, "
        f"{report.unassigned} of which fit none. {report.verdict} "
        f"Next: {'needs in view, or needsseg question' if report.next_step else 'needsseg segment show ID'}"
    )


@click.command()
@json_option
@click.pass_obj
def runs(session: Session, as_json: bool) -> None:
    """List the runs, newest first, with what is needed to repeat them."""
    with opened(session) as study:
        rows = segments.runs(study)
    if as_json:
        print_array(asdict(row) for row in rows)
        return
    header = ("id", "when", "model", "seed", "input", "stand apart", "p", "input hash")
    print_table(
        header,
        [
            (
                r.id,
                r.started_at,
                r.model,
                r.seed,
                r.input_status,
                APART[r.separate],
                r.separation_p,
                r.input_sha256[:12],
            )
            for r in rows
        ],
    )
    if not rows:
        session.say("There are no runs yet: needsseg discover")
