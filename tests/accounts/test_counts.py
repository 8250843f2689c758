"""Whatever a file holds, every line of it ends in exactly one count."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.accounts import DatesUnclearError, Part, guess_mapping, read_header
from needsseg.accounts.ingest.csv_text import records
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.errors import TableError
from tests.fixtures.wording.accounts import NO_VALID_ROW
from tests.fixtures.wording.matching import says

HEADER = "event_id,account_id,event,timestamp"
cell = st.sampled_from(
    [
        "e1",
        "e2",
        "e3",
        "",
        "a",
        "NA",
        "x",
        "12.0",
        "2026-01-01",
        "2026-05-05T10:00:00Z",
        "soon",
        "é",
        "a\x01b",
        "'",
        '5" pipe',
        "{}",
    ]
)
whole = st.tuples(st.sampled_from(["e1", "e2", "", "e9"]), st.sampled_from(["NA", "b", "1.0"]), st.just("x"),
                  st.sampled_from(["2026-01-01", "2026-05-05T10:00:00Z", "never"])).map(",".join)  # fmt: skip
broken = st.lists(cell, min_size=1, max_size=7).map(",".join)
line = st.one_of(whole, whole, broken, whole.map(lambda text: text[:-3]), whole.map(lambda text: f'"{text}'))


def counted(done: object) -> tuple[int, int]:
    read, rows, rejected, duplicates, dropped = (
        getattr(done, name) for name in ("read", "rows", "rejected", "duplicates", "dropped")
    )
    return read, rows + len(rejected) + duplicates + dropped


@pytest.mark.slow
@given(st.lists(line, min_size=1, max_size=15), st.booleans(), st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(max_examples=30, deadline=None)
def test_the_counts_add_up_for_mangled_files(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], zipped: bool, end: str, cut: bool
) -> None:
    folder = tmp_path_factory.mktemp("mangled")
    text = end.join([HEADER, *lines]) + ("" if cut else end)
    file = folder / "use.csv"
    file.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
    mapping = guess_mapping("events", read_header(file))
    try:
        done = ingest("events", file, mapping, folder)
    except DatesUnclearError:
        return
    except TableError as error:
        assert says(error, "use.csv", NO_VALID_ROW)
        return
    read, found = counted(done)
    said = list(records(text.splitlines(keepends=True), ","))[1:]
    assert read == found == sum(any(cells) for cells in said)
    for number in (row.row for row in done.rejected):
        assert any(said[number - 2])
    parts = [Part("use.csv", file, "1"), Part("again.csv", file, "2")]
    twice = ingest("events", parts, mapping, folder / "twice")
    read, found = counted(twice)
    assert read == found == 2 * done.read
    assert (twice.rows - done.rows) == sum(1 for (eid,) in _ids(done.parquet) if eid is None), (
        "only events without an id can come twice"
    )


def _ids(parquet: Path) -> list[tuple[str | None]]:
    import duckdb

    return duckdb.execute(f"SELECT event_id FROM '{parquet}'").fetchall()


@given(st.lists(st.lists(st.text(st.sampled_from('ab",\n x'), max_size=5), min_size=2, max_size=3), max_size=6))
@settings(max_examples=30, deadline=None)
def test_well_formed_rows_come_through_whatever_their_cells_hold(rows: list[list[str]]) -> None:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    assert list(records(io.StringIO(out.getvalue(), newline=""), ",")) == rows
