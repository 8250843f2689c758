"""audit."""

from __future__ import annotations

from pathlib import Path

import click

from needsseg.cli.narration import Session
from needsseg.cli.output import print_object
from needsseg.cli.parameters import json_option, opened
from needsseg.text import format_count


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--original", is_flag=True, help="Use participants' real names, not pseudonyms.")
@click.option("--force", is_flag=True, help="Replace a file that holds no audit trail.")
@json_option
@click.pass_obj
def audit(session: Session, path: Path, original: bool, force: bool, as_json: bool) -> None:
    """Write who decided what when to PATH, a .md or .json file, for a method's appendix.

    It lists the whole history with what was undone, standing decisions, confirmed segments, runs with models, seeds and
    versions, and the hashes of prompts and rules. Coders keep their names, participants have pseudonyms.
    """
    from needsseg.actions.exchange import audits as actions

    with opened(session) as study:
        actions.check(study, path, overwrite=force)
        trail = actions.audit(study, original=original)
        actions.write(study, trail, path, overwrite=force)
    if as_json:
        counts = {"entries": len(trail.entries), "decisions": len(trail.decisions), "runs": len(trail.runs)}
        print_object({"path": str(path), **counts, "original": original})
    session.say(f"Wrote {format_count(len(trail.entries), 'action')} of the history to {path}.")
