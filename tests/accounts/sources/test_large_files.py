"""The short ways that large files are read by give what the long ways give."""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.accounts.ingest.cells import is_plain, plain_stamp, stamp_parts, text
from needsseg.accounts.ingest.csv_lines import each_line_is_a_row
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.accounts.ingest.mapping import guess_mapping

PIECES = ["a", '"', '""', " ", "\n", "\r\n", "\r", "\u00a0", "é", "\t", "x,y", "\x1c", "q,r\n", "q,r\r\n"]
STAMPS = [
    "2026-03-01", "2026-03-01 09:30:00", "2026-03-01T09:30:00", "2026-03-01T09:30:00Z", "2026-03-01 09:30:00.25",
    "2026-03-01T09:30:00.999999Z", "2026-03-01 09:30:00+00", "2026-03-01 09:30:00+00:00", "2026-03-01 09:30:00.5+0000",
    "2026-03-01 09:30:00+02", "2026-03-01 09:30:00-05:30", "2026-03-01 09:30", "2026-13-01", "2026-02-30 10:00:00",
    "2026-03-01 24:00:00", "2026-03-01 09:30:60", "20260301", "1700000000", "2026-3-01 9:30:000", "2026-03-01T09:30:00.Z",
    "2026-03-01 09:30:00 UTC", "1969-12-31 23:59:58", "infinity", "T026-03-01 09:30:00", "",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.integers(1, 7))
def test_lines_looked_at_in_blocks_are_those_looked_at_one_by_one(content: str, size: int) -> None:
    data = content.encode()
    lines = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    lines.readline()
    one_by_one = all(line.strip() and line.count('"') % 2 == 0 for line in lines)
    assert each_line_is_a_row(data[at : at + size] for at in range(0, len(data), size)) == one_by_one


@pytest.mark.parametrize("stamp", STAMPS)
def test_a_plain_stamp_is_read_as_by_its_regular_expressions(stamp: str) -> None:
    cell = f"(SELECT {text(stamp)} AS cell)"
    with duckdb.connect() as con:
        long = con.execute(f"SELECT {stamp_parts('cell', 'at')} FROM {cell}").fetchone()
        with_plain = f"(SELECT cell, {plain_stamp('cell')} AS plain FROM {cell})"
        short = con.execute(f"SELECT {stamp_parts('cell', 'at', plain='plain')} FROM {with_plain}").fetchone()
    assert short == long


def test_the_usual_forms_are_plain() -> None:
    with duckdb.connect() as con:
        rows = [con.execute(f"SELECT {plain_stamp(text(stamp))} IS NOT NULL").fetchone() for stamp in STAMPS[:9]]
        usual = [con.execute(f"SELECT {is_plain(text(stamp))}").fetchone() for stamp in STAMPS[:3]]
    assert rows == [(True,)] * 9 and usual == [(True,)] * 3


def _both(folder: Path, select: str) -> list[list[tuple[object, ...]]]:
    """Return the rows written of the same events as CSV and as Parquet."""
    written = []
    with duckdb.connect() as con:
        for ending, options in (("csv", "HEADER"), ("parquet", "FORMAT parquet")):
            file = folder / f"events.{ending}"
            con.execute(f"COPY ({select}) TO '{file}' ({options})")
            header = [str(row[0]) for row in con.execute(f"DESCRIBE {select}").fetchall()]
            done = ingest("events", file, guess_mapping("events", header), folder / ending)
            rows = con.execute("SELECT * FROM read_parquet(?)", [str(done.parquet)]).fetchall()
            written.append([*rows, (done.read, done.duplicates, [(r.row, r.value, r.reason) for r in done.rejected])])
    return written


def test_times_of_a_parquet_file_are_those_of_its_text(tmp_path: Path) -> None:
    csv, parquet = _both(
        tmp_path,
        "SELECT 'e' || i AS event_id, 'acct-' || (i % 3) AS account_id, 'login' AS event, "
        "CASE i WHEN 4 THEN NULL WHEN 5 THEN TIMESTAMP '1970-01-01' WHEN 6 THEN TIMESTAMP 'infinity' "
        "ELSE TIMESTAMP '2026-03-01 09:30:00.25' - to_hours(i::INTEGER) END AS timestamp FROM range(12) AS t(i)",
    )
    assert csv == parquet
    assert [row for row, *_ in csv[-1][2]] == [6, 7, 8]


def test_repeated_ids_are_removed_after_the_first_by_account_and_time(tmp_path: Path) -> None:
    csv, parquet = _both(
        tmp_path,
        "SELECT 'e' || (i % 5) AS event_id, 'acct-' || (9 - i % 5) AS account_id, 'login' AS event, "
        "TIMESTAMP '2026-03-01' + to_hours(i::INTEGER) AS timestamp FROM range(12) AS t(i)",
    )
    assert csv == parquet and csv[-1][1] == 7
    assert [row[1] for row in csv[:-1]] == [f"acct-{number}" for number in range(5, 10)]


def test_float_ids_of_a_parquet_file_are_whole_numbers(tmp_path: Path) -> None:
    csv, parquet = _both(
        tmp_path, "SELECT (i % 2 + 10)::DOUBLE AS account_id, 'login' AS event, TIMESTAMP '2026-03-01' AS timestamp "
        "FROM range(4) AS t(i)",
    )  # fmt: skip
    assert csv == parquet and {row[1] for row in csv[:-1]} == {"10", "11"}
