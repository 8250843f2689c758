"""All that goes to stdout: JSON for programs, plain tables for people."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from needsseg.cli.fixes import worded
from needsseg.cli.gate import json_line, json_lines, json_records, json_template, json_text
from needsseg.errors import Advice
from needsseg.text import safe

LINES_AT_ONCE = 500


def print_array(rows: Iterable[Any]) -> None:
    """Print one JSON array, an element a line."""
    _print_lines(map(json_line, rows))


def print_columns(keys: Sequence[str], blocks: Iterable[Sequence[Sequence[object]]]) -> None:
    """Print one JSON array of objects with the same keys; each block has some of them, as columns in the keys' order."""
    template = json_template(keys)
    _print_lines(line for columns in blocks for line in json_records(template, columns))


def _print_lines(lines: Iterator[str]) -> None:
    before = "["
    while part := list(islice(lines, LINES_AT_ONCE)):
        sys.stdout.write(json_lines(part, before, ",\n "))
        before = ",\n "
    sys.stdout.write("[]\n" if before == "[" else "]\n")


def print_object(row: dict[str, Any]) -> None:
    """Print one JSON object."""
    sys.stdout.write(json_text(row, indent=1) + "\n")


def print_line(row: Any) -> None:
    """Print one value as one line of JSON."""
    sys.stdout.write(json_text(row) + "\n")


def print_text(text: str | Advice) -> None:
    """Print a line for people."""
    sys.stdout.write(safe(worded(text), tabs=True) + "\n")


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]], wrap: Sequence[str] = ()) -> None:
    """Print rows under a header: as wide as the terminal, folding only the columns in ``wrap``; in a pipe, as wide as need be.

    Cells are text as it stands: nothing in them is markup. Nothing is printed where there are no rows.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        return
    from rich.cells import cell_len

    widths = [max(cell_len(row[i]) for row in [list(header), *cells]) for i in range(len(header))]
    natural = sum(width + 2 for width in widths)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else natural
    if natural <= width:
        # Nothing has to be folded: a table of thousands of rows takes rich a hundred times as long.
        for row in [list(header), *cells]:
            padded = (cell + " " * (room + 2 - cell_len(cell)) for cell, room in zip(row, widths, strict=True))
            sys.stdout.write("".join(padded).rstrip() + "\n")
        return
    sys.stdout.write(_folded(header, cells, wrap, width))


def _folded(header: Sequence[str], cells: Sequence[Sequence[str]], wrap: Sequence[str], width: int) -> str:
    """Return a table for a terminal that is narrower than it."""
    from io import StringIO

    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in header:
        table.add_column(Text(name), no_wrap=name not in wrap, overflow="fold" if name in wrap else "ignore")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    buffer = StringIO()
    # Narrower than this nothing can be read, and rich would leave columns out.
    least = sum(max(cell_len(row[i]) for row in cells) + 2 for i, name in enumerate(header) if name not in wrap)
    Console(file=buffer, width=max(width, least + 20 * len(wrap)), no_color=True, legacy_windows=False).print(table)
    return "".join(line.rstrip() + "\n" for line in buffer.getvalue().splitlines())


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, tuple | list):
        value = ", ".join(str(part) for part in value)
    return safe(" ".join(str(value).split()))
