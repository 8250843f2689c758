"""The report's section on codes: which theme was coded in which interview, and which codes lie on the same passages."""

from __future__ import annotations

from needsseg.actions.exchange.matrices import cross
from needsseg.actions.exchange.report.gathered import Gathered
from needsseg.coding.matrices import Axis, Matrix
from needsseg.errors import NeedssegError
from needsseg.exchange.report.content import Block, Missing, Section
from needsseg.exchange.report.pictures import Grid
from needsseg.text import format_count

MOST_CODES, MOST_CROSSED, MOST_INTERVIEWS = 25, 12, 40
"""More than that nobody reads in a picture; a matrix has all of them."""


def codes_section(data: Gathered) -> Section:
    """Return the section on codes of accepted passages; a sentence where there is nothing to count."""
    try:
        over_interviews = cross(data.study, "code", "interview", over=data.over)
        crossed = cross(data.study, "code", "code", over=data.over)
    except NeedssegError:
        return Section("codes", "Codes", (Missing(f"{_why_none(data)}, so there is no picture of codes."),))
    return Section("codes", "Codes", (_over_interviews(over_interviews), *_co_occurrence(crossed)))


def _why_none(data: Gathered) -> str:
    """Why no code can be counted, for readers who were not there."""
    if not data.passages:
        return "No passage is marked yet"
    return (
        "Nobody has put a code on an accepted passage yet"
        if data.counts["accepted"]
        else "Nobody has accepted a passage yet"
    )


def _over_interviews(matrix: Matrix) -> Block:
    if len(matrix.columns.lines) > MOST_INTERVIEWS:
        count = format_count(len(matrix.columns.lines), "interview")
        return Missing(f"Codes over {count} are too many for a picture; a matrix of codes by interview has them all.")
    rows = _most_coded(matrix.rows, MOST_CODES)
    columns = range(len(matrix.columns.lines))
    return Grid(
        "Codes over interviews",
        f"Each cell counts the accepted passages of an interview with a code or one below it.{_of_all(matrix, len(rows))}",
        "code",
        tuple((matrix.rows.lines[row].name, tuple(matrix.value(row, column) for column in columns)) for row in rows),
        tuple(line.name for line in matrix.columns.lines),
        "passages",
    )


def _co_occurrence(matrix: Matrix) -> tuple[Block, ...]:
    """Return the picture of codes on the same passages; a sentence where no two codes are."""
    rows = _most_coded(matrix.rows, MOST_CROSSED)
    cells = {(row, column): matrix.value(row, column) for row in rows for column in rows}
    if not any(value for (row, column), value in cells.items() if row != column):
        return (Missing("No two of the codes lie on the same passage."),)
    return (
        Grid(
            "Codes on the same passages",
            "Each cell counts the accepted passages that carry both codes; where a code meets itself, all of its passages."
            f"{_of_all(matrix, len(rows))}",
            "code",
            tuple((matrix.rows.lines[row].name, tuple(cells[row, column] for column in rows)) for row in rows),
            tuple(matrix.rows.lines[row].name for row in rows),
            "passages",
        ),
    )


def _most_coded(axis: Axis, most: int) -> list[int]:
    """The places of the codes with most passages, in their order in the tree."""
    by_size = sorted(range(len(axis.lines)), key=lambda row: -len(axis.lines[row].passages))
    return sorted(by_size[:most])


def _of_all(matrix: Matrix, shown: int) -> str:
    total = len(matrix.rows.lines)
    return f" The {shown} codes with most passages of {total}; a matrix of codes has all." if shown < total else ""
