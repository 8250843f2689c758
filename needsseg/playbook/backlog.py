"""Read a backlog of features from CSV, and refuse invalid rows by number."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from needsseg.accounts import Reject
from needsseg.errors import TableError
from needsseg.playbook.rice import Feature

NEEDED = ("feature", "impact", "confidence", "effort")
LEAST, MOST = 1e-6, 1e12
_REACH = re.compile(r"reach\s*[:_ ]\s*(\S.*)")
_NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?")
_COLUMNS_HINT = (
    "Write the segments it serves in a column segments (Builder; Reporter), or numbers in columns reach:Builder …"
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """The features of a file in order, and the refused rows; the header is row 1."""

    features: tuple[Feature, ...]
    refused: tuple[Reject, ...]


class _RowError(Exception):
    """The reason why a row is refused, and the cell."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


def read_backlog(path: Path, segments: Sequence[str]) -> Backlog:
    """Read the features in the CSV at ``path``: columns feature, impact, confidence (0.8 or 80%), effort, and the reach.

    The reach is either ``segments``, separated by semicolons, whose accounts are all reached, or numbers of accounts in
    columns named ``reach:`` and a segment. A column ``used as`` names the feature as usage does, where that differs. The
    delimiter is a comma, semicolon or tab; other columns are ignored.
    TableError for a file that cannot be read or lacks a column.
    """
    rows = _rows(path)
    header = [" ".join(name.casefold().split()) for name in next(rows, (0, []))[1]]
    _check(header, path.name)
    segment_by_name = {_plain(name): name for name in segments}
    features: list[Feature] = []
    refused: list[Reject] = []
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        try:
            if len(cells) != len(header):
                raise _RowError(
                    "", "", f"the row has {'more' if len(cells) > len(header) else 'fewer'} cells than the header"
                )
            feature = _feature(
                number, dict(zip(header, (cell.strip() for cell in cells), strict=True)), segment_by_name
            )
            if twin := next(
                (
                    feature_before
                    for feature_before in features
                    if feature_before.name.casefold() == feature.name.casefold()
                ),
                None,
            ):
                raise _RowError("feature", feature.name, f"row {twin.row} already has this feature")
        except _RowError as error:
            refused.append(Reject(number, error.column, error.value, error.reason))
        else:
            features.append(feature)
    return Backlog(tuple(features), tuple(refused))


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their numbers, the header first; a blank line is a row without cells."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise TableError(f"There is no file {path}.") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{path.name}: not UTF-8 (byte {error.start}).", "Save it as UTF-8.") from error
    except OSError as error:
        raise TableError(f"{path.name} cannot be read: {error.strerror}.") from error
    first = text.partition("\n")[0]
    # Semicolons also separate segments, but only below the header.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        yield from enumerate(reader, start=1)
    except csv.Error as error:
        raise TableError(f"{path.name}, line {reader.line_num}: not CSV: {error}.", "Save it as CSV again.") from error


def _check(header: Sequence[str], name: str) -> None:
    if missing := [column for column in NEEDED if column not in header]:
        raise TableError(
            f"{name}: there is no column {', '.join(missing)}.", f"Its columns are: {', '.join(header) or 'none'}."
        )
    if twice := sorted({column for column in header if column and header.count(column) > 1}):
        raise TableError(f"{name}: the header names {', '.join(twice)} twice.", "Rename one of them.")
    if "segments" not in header and not any(_REACH.fullmatch(column) for column in header):
        raise TableError(f"{name}: no column gives the reach of a feature.", _COLUMNS_HINT)


def _feature(number: int, row: Mapping[str, str], segment_by_name: Mapping[str, str]) -> Feature:
    if not row["feature"]:
        raise _RowError("feature", "", "the feature has no name")
    impact = _number(row, "impact")
    if impact < 0:
        raise _RowError("impact", row["impact"], "impact must not be negative")
    effort = _number(row, "effort")
    if effort <= 0:
        raise _RowError("effort", row["effort"], "effort must be above 0")
    reach, used_as = _reach(row, segment_by_name), row.get("used as", "")
    return Feature(number, row["feature"], impact, _confidence(row), effort, reach, used_as)


def _confidence(row: Mapping[str, str]) -> float:
    cell = row["confidence"]
    share = _number({"confidence": cell.rstrip("% ")}, "confidence", cell) / (100 if cell.endswith("%") else 1)
    if not 0 <= share <= 1:
        raise _RowError("confidence", cell, "confidence must be from 0 to 1, or from 0% to 100%")
    return share


def _reach(row: Mapping[str, str], segment_by_name: Mapping[str, str]) -> dict[str, float | None]:
    """Return accounts by segment from either notation; a reach of 0 means that nobody is reached there."""
    served = [name.strip() for name in row.get("segments", "").split(";") if name.strip()]
    reach_cells = {column: cell for column, cell in row.items() if cell and _REACH.fullmatch(column)}
    if served and reach_cells:
        raise _RowError(
            "segments", row["segments"], "both segments and numbers of reach are given; one of them is enough"
        )
    if not served and not reach_cells:
        raise _RowError("", "", "there are neither segments nor numbers of reach")
    reach: dict[str, float | None] = {_segment_named(name, "segments", name, segment_by_name): None for name in served}
    for column, cell in reach_cells.items():
        accounts = _number(row, column)
        if accounts < 0:
            raise _RowError(column, cell, "reach must not be negative")
        reach_match = _REACH.fullmatch(column)
        if accounts and reach_match:
            name = _segment_named(reach_match[1], column, cell, segment_by_name)
            reach[name] = (reach.get(name) or 0.0) + accounts
    return reach


def _segment_named(name: str, column: str, value: str, segment_by_name: Mapping[str, str]) -> str:
    segment = segment_by_name.get(_plain(name))
    if segment is None:
        among = ", ".join(segment_by_name.values()) or "none"
        raise _RowError(column, value, f"there is no segment '{name}'; there are: {among}")
    return segment


def _number(row: Mapping[str, str], column: str, shown_text: str | None = None) -> float:
    cell = row[column]
    if not cell:
        raise _RowError(column, shown_text or "", f"no {column} is given")
    if not _NUMBER.fullmatch(cell) or not any(letter.isdigit() for letter in cell):
        raise _RowError(column, shown_text or cell, "not a number; write 1200, 1,200 or 0.8")
    number = float(cell.replace(",", ""))
    if abs(number) > MOST or 0 < abs(number) < LEAST:
        raise _RowError(column, shown_text or cell, f"a number beyond {LEAST:g} to {MOST:g} is not plausible")
    return number


def _plain(name: str) -> str:
    """Return a name normalised for comparison: case, blanks, hyphens and underscores are ignored."""
    return " ".join(re.sub(r"[\s_-]+", " ", name).casefold().split())
