"""report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from needsseg.cli.accounts.profiles import engine_option
from needsseg.cli.narration import Session
from needsseg.cli.parameters import day, opened


def _optional_day(ctx: click.Context, option: click.Parameter, value: str | None) -> date | None:
    return None if value is None else day(ctx, option, value)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--format", "format_", type=click.Choice(["html", "md"]), help="Default: by the ending of PATH, else html."
)
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
    as_of: date | None,
    since: date | None,
    original: bool,
    force: bool,
    engine: str | None,
) -> None:
    """Write the report to PATH: one page that works offline, or Markdown for a wiki.

    Participants are shown under pseudonyms unless --original is given.
    """
    from needsseg.actions.coding.pseudonyms import left_warning
    from needsseg.actions.exchange.report import report as actions

    kind = format_ or ("md" if path.suffix.lower() in (".md", ".markdown") else "html")
    with opened(session) as study:
        actions.check_target(study, path, kind, overwrite=force)
        with session.progressing() as progress:
            document = actions.gather(study, as_of, since, original=original, progress=progress, engine=engine)
        actions.write_report(study, document, path, kind, overwrite=force)
        warning = None if original else left_warning(study)
    session.say(f"Wrote the report to {path}, {'with names as in the study' if original else 'under pseudonyms'}.")
    if warning:
        session.warn(warning)
