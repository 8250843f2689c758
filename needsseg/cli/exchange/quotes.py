"""quotes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table
from needsseg.cli.parameters import json_option, opened
from needsseg.cli.passage_options import passage_options
from needsseg.errors import UsageError
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.actions.coding.search_scope import PassageFilter
    from needsseg.actions.exchange import Board, Grouping, Quote


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@passage_options(default="accepted")
@click.option(
    "--by",
    "grouping",
    type=click.Choice(("code", "segment", "person", "interview")),
    default="code",
    show_default=True,
    help="What the headings of a document are.",
)
@click.option(
    "--for", "board", type=click.Choice(("miro", "figjam")), help="Write sticky notes for this board, as .csv."
)
@click.option("--original", is_flag=True, help="Use real names, not pseudonyms.")
@click.option("--force", is_flag=True, help="Replace a file that holds no quotes.")
@json_option
@click.pass_obj
def quotes(
    session: Session,
    path: Path | None,
    wanted: PassageFilter,
    grouping: Grouping,
    board: Board | None,
    original: bool,
    force: bool,
    as_json: bool,
) -> None:
    """List accepted passages with person, attributes, codes, segment and memo, or write them to PATH.

    The ending of PATH is the format: .csv and .xlsx are tables; .md, .docx and .html are documents with a heading for each
    code, under which a quote with several codes is repeated. Names are replaced by pseudonyms unless --original is given.
    """
    from needsseg.actions.coding.pseudonyms import left_warning
    from needsseg.actions.exchange import quotes as actions

    if path is None and (board or force):
        raise UsageError("--for and --force go with a file.", "Name one: needsseg quotes quotes.csv")
    with opened(session) as study:
        if path is not None:
            actions.check(study, path, board=board, overwrite=force)
        rows = actions.quotes(study, wanted, original=original)
        if not rows and (path is not None or not as_json):
            raise actions.refuse_empty(study, wanted)
        if path is not None:
            actions.write(study, rows, path, grouping=grouping, board=board, overwrite=force)
        warning = None if original else left_warning(study, rows)
    if path is not None:
        if as_json:
            print_object({"path": str(path), "quotes": len(rows), "original": original})
        names = "with names as in the study" if original else "under pseudonyms"
        session.say(f"Wrote {format_count(len(rows), 'quote')} to {path}, {names}.")
    elif as_json:
        print_array(map(_shape, rows))
    else:
        print_table(
            ("id", "person", "interview", "time", "codes", "segment", "quote"),
            [(row.id, row.person, row.interview, row.time, row.codes, row.segment_in_words, row.quote) for row in rows],
            wrap=("quote", "codes"),
        )
    if warning:
        session.warn(warning)


def _shape(row: Quote) -> dict[str, Any]:
    return asdict(row) | {"attributes": dict(row.attributes), "time": row.time}
