"""Write a matrix as a table, a workbook or a page of Markdown."""

from __future__ import annotations

from needsseg.coding.matrices import Matrix, Share
from needsseg.exchange.documents.document import Document, Grid, Paragraph
from needsseg.exchange.documents.markdown import as_markdown
from needsseg.exchange.documents.workbook import SheetTable, workbook
from needsseg.tables import table_text

ENDINGS = (".csv", ".xlsx", ".md")
ALL = "(all)"
MARK = "Matrix by needsseg:"
"""What the first cell of a matrix begins with, to recognise an earlier one."""

Cell = str | int | float | None


def matrix_content(matrix: Matrix, ending: str, share: Share | None = None) -> str | bytes:
    """Return a matrix as the content of a file with one of ``ENDINGS``."""
    header, rows = matrix_table(matrix, share)
    first = f"{MARK} {matrix.rows.kind} x {matrix.columns.kind}"
    if ending == ".csv":
        return table_text((first, *header[1:]), rows, neutralise=True)
    if ending == ".xlsx":
        about = SheetTable("About", ("what", "value"), tuple(about_matrix(matrix, share)))
        return workbook([SheetTable("Matrix", header, tuple(rows)), about])
    blocks = [Paragraph(value, "bullet", label=f"{name}:") for name, value in about_matrix(matrix, share)]
    title = f"{matrix.rows.kind.capitalize()} by {matrix.columns.kind}"
    return as_markdown(Document(title, (*blocks, Grid(header, tuple(rows)))))


def matrix_table(matrix: Matrix, share: Share | None = None) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """Return the header and the rows: the row's name, all that is in it, and a cell for each column.

    The last row is of all passages that were counted. With ``share`` cells are shares from 0 to 1, rounded to four places;
    the totals stay numbers.
    """
    columns = range(len(matrix.columns.lines))
    header = (matrix.rows.kind, ALL, *(line.name for line in matrix.columns.lines))
    rows: list[tuple[Cell, ...]] = [
        (line.name, matrix.number(line.passages), *(_cell(matrix, row, column, share) for column in columns))
        for row, line in enumerate(matrix.rows.lines)
    ]
    totals = (matrix.number(line.passages) for line in matrix.columns.lines)
    return header, [*rows, (ALL, matrix.number(matrix.counted), *totals)]


def _cell(matrix: Matrix, row: int, column: int, share: Share | None) -> Cell:
    if share is None:
        return matrix.value(row, column)
    value = matrix.share(row, column, share)
    return None if value is None else round(value, 4)


def about_matrix(matrix: Matrix, share: Share | None = None) -> list[tuple[str, str]]:
    """Return what the numbers are, in words, for whoever reads them without the program."""
    if matrix.within is None:
        which = "in both the row and the column"
    else:
        which = (
            f"of the row that are in the column too, or have a passage of the column at most {matrix.within} sentences away "
            "in the same interview"
        )
    said = "passages" if matrix.count == "passages" else "participants, each once, who said passages"
    about = [("A cell counts", f"{said} {which}")]
    if "code" in (matrix.rows.kind, matrix.columns.kind):
        about.append(("A code counts", "its own passages and those of all codes below it, each once"))
    about.append((ALL, f"all {matrix.count} of the row or column, whatever else they carry"))
    if share is not None:
        about.append(("Shares", f"each cell divided by {ALL} of its {share}"))
    return about
