"""How a column of dates is written: all its cells together tell, or a person is asked. Never row by row."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.accounts import DatesUnclearError, guess_mapping, read_header
from needsseg.accounts.ingest.ingestion import ingest
from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.accounts.source_reports import SourceReport
from needsseg.errors import TableError, UsageError
from needsseg.study.connection import Study
from tests.fixtures.wording.accounts import (
    AS_LAST_TIME,
    DAY_FIRST,
    DAY_OR_MONTH_FIRST,
    MILLISECONDS,
    MIXED_DATES,
    MONTH_FIRST,
    SEATS_BELOW_ZERO,
    SECONDS,
    YEAR_FIRST,
)
from tests.fixtures.wording.matching import refuses

EPOCH = date(1970, 1, 1)


def written(folder: Path, *stamps: str, name: str = "use.csv") -> Path:
    file = folder / name
    with file.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["event_id", "account_id", "event", "when happened"])
        rows.writerows([f"{name}{number}", "a", "x", stamp] for number, stamp in enumerate(stamps))
    return file


def read(study: Study, file: Path, form: str = "") -> SourceReport:
    return account_sources.import_source(
        study, file, "events", {"timestamp": "when happened"}, dates={"when happened": form} if form else {}
    )


def days(study: Study) -> list[str]:
    import duckdb

    parquet = study.stack / accounts.sources(study)["events"].parquet
    return [str(EPOCH + timedelta(days=d)) for (d,) in duckdb.execute(f"SELECT day FROM '{parquet}'").fetchall()]


@pytest.mark.parametrize(
    ("stamps", "form", "expected"),
    [
        (("31/12/2025", "1/2/2026"), "day-first", ["2025-12-31", "2026-02-01"]),
        (("12/31/2025 4:05 PM", "1/2/2026"), "month-first", ["2025-12-31", "2026-01-02"]),
        (("2.2.2026", "3.3.2026"), "day-first", ["2026-02-02", "2026-03-03"]),
        (("1772323200", "1772323201.5"), "seconds", ["2026-03-01", "2026-03-01"]),
        (("1772323200000",), "milliseconds", ["2026-03-01"]),
        (("2026-03-01", "20260302", "2026/03/03", "2026-03-04T01:00Z"), None, [f"2026-03-0{n}" for n in range(1, 5)]),
    ],
)
def test_the_whole_column_tells(
    talk: Study, tmp_path: Path, stamps: tuple[str, ...], form: str | None, expected: list[str]
) -> None:
    report = read(talk, written(tmp_path, *stamps))
    assert report.dates == ({"timestamp": form} if form else {})
    assert days(talk) == expected


@pytest.mark.parametrize(
    ("stamps", "why", "examples"),
    [
        (("1/2/2026", "3.3.2026", "3/4/2026"), (DAY_OR_MONTH_FIRST,), ("1/2/2026", "3/4/2026")),
        (("2026-01-01", "2026-01-02", "13-05-2026"), (MIXED_DATES, YEAR_FIRST, DAY_FIRST),
         ("2026-01-01", "13-05-2026")),
        (("31/12/2025", "12/31/2025"), (MIXED_DATES, DAY_FIRST, MONTH_FIRST),
         ("31/12/2025", "12/31/2025")),
        (("1772323200", "1772323200000"), (MIXED_DATES, SECONDS, MILLISECONDS),
         ("1772323200", "1772323200000")),
    ],
)  # fmt: skip
def test_where_it_does_not_a_person_is_asked(
    talk: Study, tmp_path: Path, stamps: tuple[str, ...], why: tuple[str, ...], examples: tuple[str, str]
) -> None:
    shown = [part for example in examples for part in (example, f"row {stamps.index(example) + 2}")]
    with refuses(DatesUnclearError, "use.csv", *why, *shown, "--dates 'when happened'=FORMAT"):
        read(talk, written(tmp_path, *stamps))
    assert accounts.sources(talk) == {}


def test_the_answer_is_kept_and_asked_again_only_where_a_file_contradicts_it(talk: Study, tmp_path: Path) -> None:
    mixed = written(tmp_path, "2026-01-02", "03-04-2026", "13-04-2026", name="mixed.csv")
    report = read(talk, mixed, form="day-first")
    assert (report.dates, days(talk)) == ({"timestamp": "day-first"}, ["2026-01-02", "2026-04-03", "2026-04-13"])
    assert read(talk, written(tmp_path, "05/06/2026", name="next.csv")).rows == 1
    assert days(talk) == ["2026-06-05"]
    (column,) = account_sources.propose_mapping(talk, written(tmp_path, "5/6/2026"), "events").dates
    assert (column.format, column.why, column.chosen) == ("day-first", AS_LAST_TIME, True)
    assert read(talk, written(tmp_path, "12/31/2026", name="us.csv")).dates == {"timestamp": "month-first"}
    report = read(talk, mixed, "iso")
    assert [(r.row, r.value) for r in report.rejected] == [(3, "03-04-2026"), (4, "13-04-2026")]


def test_several_files_are_one_column(talk: Study, tmp_path: Path) -> None:
    unclear = written(tmp_path, "1/2/2026", name="one.csv")
    clear = written(tmp_path, "3/31/2026", name="two.csv")
    account_sources.import_source(talk, [unclear, clear], "events", {"timestamp": "when happened"})
    assert days(talk) == ["2026-01-02", "2026-03-31"]


def test_cells_that_are_no_dates_do_not_count(talk: Study, tmp_path: Path) -> None:
    report = read(talk, written(tmp_path, "2026-01-01", "yesterday", "31.31.2026", "1.2.26"))
    assert [(r.row, r.value) for r in report.rejected] == [(3, "yesterday"), (4, "31.31.2026"), (5, "1.2.26")]


def test_an_answer_for_no_column_of_dates_is_refused(talk: Study, tmp_path: Path) -> None:
    file = written(tmp_path, "2026-01-01")
    with refuses(UsageError, "event", "when happened"):
        account_sources.import_source(talk, file, "events", {"timestamp": "when happened"}, dates={"event": "iso"})
    with refuses(UsageError, "soon", "iso, day-first, month-first"):
        read(talk, file, "soon")


def test_a_preview_shows_rows_as_they_would_be_read(talk: Study, tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    file.write_text(
        'account_id,plan,seats,start_date,end_date\n001A0000006Vm9r,Team,"1,200",1/2/2026,\nb,Team,-1,2/2/2026,\n'
    )
    proposal = account_sources.propose_mapping(talk, file)
    assert [(column.column, column.format) for column in proposal.dates] == [("start_date", ""), ("end_date", "iso")]
    seen = account_sources.propose_mapping(talk, file, dates={"start_date": "day-first"})
    assert seen.rows[0].values == {
        "account_id": "001A0000006Vm9rIAC", "plan": "Team", "seats": "1200", "start_date": "2026-02-01",
    }  # fmt: skip
    assert (seen.rows[1].row, seen.rows[1].refused) == (3, f"seats: {SEATS_BELOW_ZERO}")
    with refuses(TableError, "terms.csv", "1/2/2026", "row 2"):
        account_sources.import_source(talk, file)


@pytest.mark.slow
@given(
    st.lists(st.dates(date(1990, 1, 1), date(2025, 12, 31)), min_size=1, max_size=12),
    st.sampled_from(["day-first", "month-first"]),
    st.sampled_from("/.-"),
)
@settings(max_examples=25, deadline=None)
def test_no_date_is_ever_turned_round(
    tmp_path_factory: pytest.TempPathFactory, made: list[date], form: str, between: str
) -> None:
    """Whatever a column holds: it is read as it was written, or asked about."""
    import duckdb

    folder = tmp_path_factory.mktemp("dates")
    order = (lambda d: (d.day, d.month)) if form == "day-first" else (lambda d: (d.month, d.day))
    stamps = [between.join(map(str, (*order(day), day.year))) for day in made]
    file = written(folder, *stamps)
    mapping = guess_mapping("events", read_header(file))
    mapping.columns["timestamp"] = "when happened"
    try:
        done = ingest("events", file, mapping, folder)
    except DatesUnclearError:
        assert all(day.day <= 12 for day in made)
        return
    day_by_id = dict(duckdb.execute(f"SELECT event_id, day FROM '{done.parquet}'").fetchall())
    assert day_by_id == {f"{file.name}{number}": (day - EPOCH).days for number, day in enumerate(made)}
