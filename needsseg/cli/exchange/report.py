"""report, and readout: what a team forwards, and the text that people write for it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TextIO

import click

from needsseg.cli.accounts.profiles import engine_option
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_text
from needsseg.cli.parameters import day, json_option, opened

# As in actions.exchange.report, whose import is not needed for help.
FORMATS = ("html", "md", "docx", "pptx")
AUDIENCES = ("product", "sales", "leadership")


def _optional_day(ctx: click.Context, option: click.Parameter, value: str | None) -> date | None:
    return None if value is None else day(ctx, option, value)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Default: by the ending of PATH.")
@click.option("--for", "audience", type=click.Choice(AUDIENCES), help="The sections for these readers.")
@click.option("--sections", metavar="NAMES", help="Only these sections, with commas between; 'readout' is the first.")
@click.option(
    "--backlog", type=click.Path(path_type=Path), metavar="FILE", help="A backlog as `rice` reads it: which features serve whom."
)  # fmt: skip
@click.option(
    "--as-of", callback=_optional_day, metavar="YYYY-MM-DD",
    help="The as-of date of accounts. Default: the day after the newest event.",
)  # fmt: skip
@click.option(
    "--since", callback=_optional_day, metavar="YYYY-MM-DD",
    help="Follow accounts from this day. Default: from each account's interview.",
)  # fmt: skip
@click.option("--original", is_flag=True, help="Use real names, not pseudonyms.")
@click.option("--force", is_flag=True, help="Replace a file that is no earlier report.")
@engine_option
@click.pass_obj
def report(
    session: Session,
    path: Path,
    format_: str | None,
    audience: str | None,
    sections: str | None,
    backlog: Path | None,
    as_of: date | None,
    since: date | None,
    original: bool,
    force: bool,
    engine: str | None,
) -> None:
    """Write the report to PATH, a file for readers who were not there.

    The readout comes first, everything behind it follows. PATH ends in .html (one page that works offline), .md (for a wiki),
    .docx (Word) or .pptx (PowerPoint: the readout alone). Participants are shown under pseudonyms unless --original is given.
    """
    from needsseg.actions.exchange.report import report as actions
    from needsseg.errors import Advice, Fix

    kind = actions.format_of(path, format_)
    names = [name.strip() for name in sections.split(",")] if sections else []
    chosen = actions.named_sections(names, audience)
    question = actions.Question(as_of, since, original, backlog, chosen, path.parent)
    with opened(session) as study:
        actions.check_target(study, path, kind, chosen, overwrite=force)
        with session.progressing() as progress:
            document = actions.gather(study, question, progress=progress, engine=engine)
        actions.write_report(study, document, path, kind, overwrite=force)
    session.say(f"Wrote the report to {path}, {'with names as in the study' if original else 'under pseudonyms'}.")
    if document.left_names:
        session.warn(Advice(document.left_names, ": ", Fix.UNDECIDED_NAMES))


@click.command()
@click.option(
    "--set", "source", type=click.File(encoding="utf-8"), metavar="FILE", help="Replace the text by this file's; - reads stdin."
)  # fmt: skip
@click.option("--edit", is_flag=True, help="Change the text in your editor ($EDITOR).")
@json_option
@click.pass_obj
def readout(session: Session, source: TextIO | None, edit: bool, as_json: bool) -> None:
    """Show or write the text of the readout.

    Prints it as Markdown, with what belongs into each part: headline, question, summary, needs and their order,
    recommendations, limits. Save that to a file, write into it, and give it back with --set.
    """
    from needsseg.actions.exchange.report import readout_text as actions
    from needsseg.errors import UsageError

    if source is not None and edit:
        raise UsageError("--set and --edit are given together.", "Give one of them.")
    with opened(session) as study:
        if source is None and not edit:
            text = actions.load(study)
            if as_json:
                print_object(asdict(text) | {"unwritten": actions.unwritten(text)})
            else:
                print_text(actions.to_edit(study))
            return
        markdown = source.read() if source is not None else click.edit(actions.to_edit(study), extension=".md")
        changed = actions.replace(study, markdown) if markdown is not None else ()
    session.say(f"Wrote the readout: {', '.join(changed)}." if changed else "The readout is as it was.")
