"""matrix."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from needsseg.cli.narration import Session
from needsseg.cli.output import print_array, print_object, print_table, print_text
from needsseg.cli.parameters import json_option, opened
from needsseg.cli.passage_options import passage_options
from needsseg.errors import UsageError

if TYPE_CHECKING:
    from needsseg.actions.coding.search_scope import PassageFilter
    from needsseg.actions.exchange import Count, Matrix, Share


@click.command()
@click.argument("rows")
@click.argument("columns")
@passage_options(default="accepted")
@click.option(
    "--within",
    type=click.IntRange(0, 1000),
    metavar="N",
    help="Count passages near each other too: at most N sentences apart in one interview.",
)
@click.option(
    "--count",
    type=click.Choice(("passages", "participants")),
    default="passages",
    show_default=True,
    help="What a cell counts.",
)
@click.option("--share", type=click.Choice(("row", "column")), help="Print each cell as a share of its row or column.")
@click.option("--out", type=click.Path(path_type=Path), help="Write it to this .csv, .xlsx or .md file.")
@click.option("--original", is_flag=True, help="Use real names, not pseudonyms.")
@click.option("--force", is_flag=True, help="Replace a file that holds no matrix.")
@json_option
@click.pass_obj
def matrix(
    session: Session,
    rows: str,
    columns: str,
    wanted: PassageFilter,
    within: int | None,
    count: Count,
    share: Share | None,
    out: Path | None,
    original: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Cross ROWS with COLUMNS: each is code, participant, interview, segment or an attribute of participants.

    A cell counts the accepted passages that lie in both; a code counts those of the codes below it too, each once.
    attribute:NAME names an attribute that is called as one of the others.
    """
    from needsseg.actions.coding.pseudonyms import left_warning
    from needsseg.actions.exchange import about_matrix, matrix_table
    from needsseg.actions.exchange import matrices as actions

    if force and out is None:
        raise UsageError("--force goes with --out.", "Name a file, or leave --force out.")
    with opened(session) as study:
        if out is not None:
            actions.check(study, out, overwrite=force)
        result = actions.cross(study, rows, columns, wanted, count=count, within=within, original=original)
        if out is not None:
            actions.write(study, result, out, share, overwrite=force)
        header, lines = matrix_table(result, share)
        warning = None if original else left_warning(study, header, lines)
    if out is not None:
        if as_json:
            print_object({"path": str(out), "rows": len(result.rows.lines), "columns": len(result.columns.lines)})
        session.say(f"Wrote the matrix to {out}, {'with names as in the study' if original else 'under pseudonyms'}.")
    elif as_json:
        print_array(_shapes(result, share))
    else:
        _print(result, header, lines)
        for name, value in about_matrix(result, share):
            session.say(f"{name}: {value}.")
    if warning:
        session.warn(warning)


def _print(result: Matrix, header: tuple[str, ...], lines: Sequence[tuple[Any, ...]]) -> None:
    """Print the matrix, its rows as a tree; on a terminal too narrow for the columns' names, numbers stand for those."""
    labels = [*("- " * line.depth + (line.label or line.name) for line in result.rows.lines), header[1]]
    shown = [
        (label, total, *(f"{cell:.0%}" if isinstance(cell, float) else cell for cell in cells))
        for label, (_, total, *cells) in zip(labels, lines, strict=True)
    ]
    names = [line.label or line.name for line in result.columns.lines]
    width = max(map(len, labels)) + sum(max(len(name), 3) + 2 for name in (header[1], *names))
    if not sys.stdout.isatty() or width <= shutil.get_terminal_size().columns:
        print_table((*header[:2], *names), shown)
        return
    print_table((*header[:2], *(str(number) for number in range(1, len(names) + 1))), shown, wrap=(header[0],))
    for number, line in enumerate(result.columns.lines, start=1):
        print_text(f"{number} = {line.name}")


def _shapes(result: Matrix, share: Share | None) -> list[dict[str, Any]]:
    """Return an object a row, then one for all passages, whose ``row`` is null."""
    columns = result.columns.lines
    shapes: list[dict[str, Any]] = [
        {
            "row": line.name,
            "depth": line.depth,
            "count": result.number(line.passages),
            "cells": [
                {
                    "column": column.name,
                    "count": result.value(row, at),
                    "share": None if share is None else result.share(row, at, share),
                }
                for at, column in enumerate(columns)
            ],
        }
        for row, line in enumerate(result.rows.lines)
    ]
    cells = [{"column": column.name, "count": result.number(column.passages), "share": None} for column in columns]
    return [*shapes, {"row": None, "depth": 0, "count": result.number(result.counted), "cells": cells}]
