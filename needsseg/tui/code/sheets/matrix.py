"""The matrix sheet: codes crossed with codes, people, interviews, segments or an attribute; each cell opens its passages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, get_args

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.coordinate import Coordinate
from textual.widgets import DataTable, OptionList, Static

from needsseg.actions.coding import passages
from needsseg.actions.exchange import Count, Share, matrices
from needsseg.actions.transcripts.participant_names import participant_names
from needsseg.text import format_count, plural
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.child import command, run_child
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_hints
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from textual.widgets.data_table import RowKey

    from needsseg.actions.exchange import Matrix
    from needsseg.actions.study import Study

SHARES: tuple[Share | None, ...] = (None, *get_args(Share))
COUNTS: tuple[Count, ...] = get_args(Count)
DISTANCES: tuple[int | None, ...] = (None, 0, 1, 2, 5)
ROW_NAME, COLUMN_NAME = 30, 14
LONGEST = 300
ALL = "(all)"


class SizedTable(DataTable[Text]):
    """A table whose columns all have a width: its cells need not be measured, which took most of the time of a large one."""

    def _update_dimensions(self, new_rows: Iterable[RowKey]) -> None:
        super()._update_dimensions(())


class MatrixSheet(Sheet[Bookmark]):
    """A table whose rows and columns can be changed; enter lists the passages of a cell, and one of those can be opened."""

    TITLE = "Matrix"
    KEYS = (
        "enter shows the cell's passages · {matrix.rows} rows · {matrix.columns} columns · {matrix.count} passages or "
        "participants · {matrix.share} shares · {matrix.within} near each other · {matrix.write} to a file · {sheet.close} closes"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "axis('rows')", "choose the rows", id="matrix.rows"),
        Binding("c", "axis('columns')", "choose the columns", id="matrix.columns"),
        Binding("p", "count", "count passages or participants", id="matrix.count"),
        Binding("s", "share", "shares of rows or columns", id="matrix.share"),
        Binding("w", "within", "codes near each other", id="matrix.within"),
        Binding("e", "write", "write the matrix to a file", id="matrix.write"),
    ]
    DEFAULT_CSS = """
    MatrixSheet DataTable { height: 1fr; background: $surface; }
    """

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._axes = {"rows": "code", "columns": "participant"}
        self._count, self._share, self._within = 0, 0, 0
        self._matrix: Matrix | None = None
        self._last_place = Coordinate(0, 0)
        self._table = SizedTable(cursor_type="cell", fixed_columns=1, zebra_stripes=True, id="matrix")

    def compose(self) -> ComposeResult:
        """Yield the table, the message, and the keys."""
        with Vertical() as box:
            box.border_title = self.TITLE
            yield self._table
            yield Static(id="sheet-state", classes="line", markup=False)
            yield Static(key_hints(self.KEYS), classes="line", markup=False)

    def focus_rows(self) -> None:
        """Focus the table."""
        self._table.focus()

    def reload(self) -> None:
        """Cross the axes again, beside the screen; the cursor stays in its place."""
        share = SHARES[self._share]
        cross = partial(
            matrices.cross,
            rows=self._axes["rows"],
            columns=self._axes["columns"],
            count=COUNTS[self._count],
            within=DISTANCES[self._within],
            original=True,
        )
        self.gather(lambda study, _progress: MatrixCells(cross(study), share), self._show, self._clear)

    def _clear(self) -> None:
        self._matrix = None
        self._table.clear(columns=True)

    def _show(self, cells: MatrixCells) -> None:
        at = self._table.cursor_coordinate
        self._clear()
        self._matrix = cells.matrix
        for label, width in cells.columns:
            self._table.add_column(label, width=width)
        for row in cells.rows:
            self._table.add_row(*row)
        if cells.matrix.rows.lines:
            self._table.move_cursor(row=at.row, column=max(at.column, 1))
        self._last_place = self._table.cursor_coordinate

    def state(self) -> str:
        """Return what is crossed and counted, and the cell under the cursor with its full names."""
        matrix = self._matrix
        if matrix is None:
            return f"{self._axes['rows']} by {self._axes['columns']}"
        within = DISTANCES[self._within]
        parts = [f"{matrix.rows.kind} by {matrix.columns.kind}, {matrix.count}"]
        if SHARES[self._share] is not None:
            parts.append(f"shares of each {SHARES[self._share]}")
        if within is not None:
            parts.append(f"at most {within} {plural(within, 'sentence')} apart")
        row, column, ids = self._current(matrix)
        number = matrix.number(ids)
        unit = format_count(number, COUNTS[self._count].removesuffix("s"))
        return f"{' · '.join(parts)}\n{one_line(row, 36)} × {one_line(column, 24)}: {unit}"

    def _current(self, matrix: Matrix) -> tuple[str, str, tuple[int, ...]]:
        """Return the row's and column's names at the cursor, and the passages of the cell."""
        at = self._table.cursor_coordinate
        row, column = at.row, at.column - 2
        lines_of, columns = matrix.rows.lines, matrix.columns.lines
        is_row, is_column = row < len(lines_of), 0 <= column < len(columns)
        names = (lines_of[row].name if is_row else ALL, columns[column].name if is_column else ALL)
        if is_row and is_column:
            return *names, matrix.cells.get((row, column), ())
        ids = lines_of[row].passages if is_row else columns[column].passages if is_column else matrix.counted
        return *names, tuple(sorted(ids))

    @on(DataTable.CellHighlighted)
    def _moved(self, event: DataTable.CellHighlighted) -> None:
        event.stop()
        # Filling the table moves its cursor too; only a person's move ends the message.
        if event.coordinate == self._table.cursor_coordinate != self._last_place:
            self._last_place = event.coordinate
            self._happened, self._wrong = "", False
        self.tell()

    @on(DataTable.CellSelected)
    def _chosen(self, event: DataTable.CellSelected) -> None:
        event.stop()
        if self._matrix is None:
            return
        row, column, ids = self._current(self._matrix)
        if not ids:
            self.tell("no passage is in this cell")
            return
        self.app.push_screen(CellPassagesSheet(self.study, f"{row} × {column}", ids), self._open)

    def _open(self, place: Bookmark | None) -> None:
        if place is not None:
            self.dismiss(place)

    def action_axis(self, axis: str) -> None:
        """Ask what the rows or the columns are."""
        names = [*matrices.KINDS, *(name for name in matrices.attributes(self.study) if name not in matrices.KINDS)]
        choices = [Choice(name, name, "" if name in matrices.KINDS else "attribute of participants") for name in names]
        self.app.push_screen(
            Prompt(f"What are the {axis}?", choices=choices, free=False), partial(self._set_axis, axis)
        )

    def _set_axis(self, axis: str, kind: str | None) -> None:
        if kind:
            self._change(f"{axis} are: {kind}", **{axis: kind})

    def action_count(self) -> None:
        """Count passages, or participants."""
        self._count = 1 - self._count
        self._change(f"cells count {COUNTS[self._count]}")

    def action_share(self) -> None:
        """Show numbers, shares of rows, or shares of columns."""
        self._share = (self._share + 1) % len(SHARES)
        share = SHARES[self._share]
        self._change("numbers" if share is None else f"shares of each {share}")

    def action_within(self) -> None:
        """Count passages that lie near each other too, at the next distance."""
        self._within = (self._within + 1) % len(DISTANCES)
        within = DISTANCES[self._within]
        self._change(
            "only what lies in both counts"
            if within is None
            else f"passages at most {within} {plural(within, 'sentence')} apart count too"
        )

    def action_write(self) -> None:
        """Ask for a file to write the matrix to, as it is shown."""
        name = re.sub(r"[^\w.-]+", "_", f"matrix-{self._axes['rows']}-by-{self._axes['columns']}")
        about = "The ending is the format: .csv, .xlsx or .md. Names are pseudonyms. An earlier matrix of that name is replaced."
        value = str(self.study.path.parent / f"{name}.xlsx")
        self.app.push_screen(
            Prompt("Write the matrix into which file?", value=value, about=about, path=True), self._write
        )

    def _write(self, path: str | None) -> None:
        if path:
            self.tell("writing the matrix …")
            self.run_worker(self._run_matrix(Path(path).expanduser()), group="matrix", exclusive=True)

    async def _run_matrix(self, path: Path) -> None:
        """Write the matrix in a child process, since names that nobody decided on are looked for in it too."""
        share, within = SHARES[self._share], DISTANCES[self._within]
        options = ["--count", COUNTS[self._count], *(["--share", share] if share is not None else [])]
        options += [] if within is None else ["--within", str(within)]
        axes = (self._axes["rows"], self._axes["columns"])
        arguments = command(self.study.path, "matrix", *options, "--out", str(path), "--", *axes)
        try:
            outcome = await run_child(arguments, lambda _step: None)
        except OSError as error:
            self.tell(f"the matrix could not be written: {error.strerror}", wrong=True)
            return
        if outcome.code:
            self.tell(worded(failure(outcome), self.app), wrong=True)
        else:
            self.tell(" · ".join(one_line(worded(note, self.app), LONGEST) for note in outcome.notes))

    def _change(self, happened: str, **axes: str) -> None:
        self._axes |= axes
        self._happened, self._wrong = happened, False
        self.refresh_sheet()

    def action_step(self, by: int) -> None:
        """Move the cursor up or down."""
        self._table.action_cursor_down() if by > 0 else self._table.action_cursor_up()

    def action_edge(self, last: bool) -> None:
        """Go to the first or last row."""
        self._table.move_cursor(row=self._table.row_count - 1 if last else 0)


class CellPassagesSheet(Sheet[Bookmark]):
    """The passages of a cell; closes with the place of the one chosen."""

    KEYS = "enter opens it in its interview · {sheet.close} back to the matrix"
    EMPTY = "These passages are not there any more."

    def __init__(self, study: Study, name: str, ids: tuple[int, ...]) -> None:
        super().__init__(study)
        self._cell, self._ids = name, ids
        self._places: list[Bookmark] = []

    def reload(self) -> None:
        """Read the passages again."""
        rows = passages.listing(self.study, ids=self._ids)
        names = participant_names(self.study)
        self._places = [Bookmark(row.interview, row.id) for row in rows]
        shown: list[Content] = []
        for row in rows:
            head = [plain(names.of(row), "bold"), plain(f"  {row.interview}  {', '.join(row.codes)}", "dim")]
            shown.append(lines([Content.assemble(*head), plain(f"  {one_line(row.quote, LONGEST)}"), plain("")]))
        self.fill(shown)

    def state(self) -> str:
        """Return how many passages there are, and of which cell."""
        return f"{format_count(len(self._places), 'passage')}: {one_line(self._cell, 120)}"

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self._places):
            self.dismiss(self._places[event.option_index])


class MatrixCells:
    """A matrix as the table shows it; made beside the screen, since large ones have some ten thousand cells."""

    def __init__(self, matrix: Matrix, share: Share | None) -> None:
        self.matrix, self._share = matrix, share
        self._names = ["  " * line.depth + one_line(line.label or line.name) for line in matrix.rows.lines]
        self._width = min(max(map(len, self._names), default=0), ROW_NAME)
        headers = [_shortened(one_line(line.label or line.name), COLUMN_NAME) for line in matrix.columns.lines]
        self.rows = list(self._make_rows())
        widths = [max(row[column].cell_len for row in self.rows) for column in range(1, len(headers) + 2)]
        labels = [Text(ALL, justify="right"), *map(_right, headers)]
        sized = ((label, max(label.cell_len, width)) for label, width in zip(labels, widths, strict=True))
        self.columns = [(_cut(matrix.rows.kind, self._width), self._width), *sized]

    def _make_rows(self) -> Iterator[tuple[Text, ...]]:
        matrix = self.matrix
        columns = range(len(matrix.columns.lines))
        for row, (name, line) in enumerate(zip(self._names, matrix.rows.lines, strict=True)):
            cells = (self._cell(row, column) for column in columns)
            yield _cut(name, self._width), _right(str(matrix.number(line.passages))), *map(_right, cells)
        totals = (str(matrix.number(line.passages)) for line in matrix.columns.lines)
        yield Text(ALL), _right(str(matrix.number(matrix.counted))), *map(_right, totals)

    def _cell(self, row: int, column: int) -> str:
        if (row, column) not in self.matrix.cells:
            return "·"
        part = None if self._share is None else self.matrix.share(row, column, self._share)
        return str(self.matrix.value(row, column)) if part is None else f"{part:.0%}"


def _right(text: str) -> Text:
    return Text(text, justify="right", no_wrap=True)


def _cut(name: str, width: int) -> Text:
    """Return a name as a cell, cut to a width; nothing in it is markup."""
    text = Text(name, no_wrap=True)
    text.truncate(width, overflow="ellipsis")
    return text


def _shortened(name: str, width: int) -> str:
    """Cut a name in its middle: names of people and interviews often differ only at their ends."""
    if cell_len(name) <= width:
        return name
    half = (width - 1) // 2
    return f"{set_cell_size(name, half).rstrip()}…{set_cell_size(name[::-1], half).rstrip()[::-1]}"
