"""Files of texts: which columns are read, what is refused and why, and chunks that end where they always end."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.accounts.assign.texts import (
    StagedTexts,
    TextRow,
    chunks,
    preview_texts,
    seems_foreign,
    stage_texts,
    text_columns,
)
from needsseg.accounts.ingest.dates import DatesUnclearError
from needsseg.accounts.ingest.rejects import read_rejects
from needsseg.errors import TableError, UsageError
from tests.fixtures.wording.accounts import MORE_CELLS, NO_WORD, NOT_A_DATE
from tests.fixtures.wording.common import EMPTY_FILE
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.segments import NO_TEXT

CSV = (
    "ticket_id,body,company_id,created_at\n"
    '1,"I can\'t see, who\nhas what",A1,2026-03-01\n'
    "2,,A1,2026-03-02\n"
    "3,-----,A1,\n"
    "4,hello there,A2,nonsense\n"
    "5,x,A2,2026-04-01T23:30:00Z\n"
    f"6,{'long ' * 20_000},,\n"
    "7,too,many,cells,here\n"
)


def _staged(file: Path, **said: object) -> StagedTexts:
    return stage_texts(file, file.parent / "texts.parquet", file.parent / "rejects.csv", **said)  # type: ignore[arg-type]


def _rows(staged: StagedTexts) -> list[TextRow]:
    return [row for chunk in chunks(staged.path) for row in chunk]


def test_rows_come_with_number_account_and_day_and_what_is_no_text_is_refused_by_reason(tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text(CSV, encoding="utf-8")
    staged = _staged(file)
    assert staged.columns == {"text": "body", "account_id": "company_id", "date": "created_at", "id": "ticket_id"}
    rows = _rows(staged)
    assert [(row.row, row.id, row.account_id, row.day) for row in rows] == [
        (2, "1", "A1", 20513), (6, "5", "A2", 20544), (7, "6", "", None),
    ]  # fmt: skip
    assert [rows[0].text, rows[1].text, len(rows[2].text)] == ["I can't see, who\nhas what", "x", 99_999]
    assert staged.read == 7 and staged.rows == 3
    refused = [(one.row, one.column, one.reason) for one in read_rejects(tmp_path / "rejects.csv")]
    assert refused[:2] == [(3, "body", NO_TEXT), (4, "body", NO_WORD)]
    assert refused[2][:2] == (5, "created_at") and says(refused[2][2], NOT_A_DATE)
    assert refused[3] == (8, "", MORE_CELLS)
    assert sum(staged.refused.values()) == 4


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "jsonl", "jsonl.gz", "parquet"])
def test_the_same_texts_are_read_from_every_format(kind: str, tmp_path: Path) -> None:
    texts = [
        ("we lose track", "A1", "2026-03-01"),
        ("wir verlieren den Überblick — immer", "", ""),
        ("報告が遅い", "B", "2026-03-02"),
    ]
    file = tmp_path / f"texts.{kind}"
    table = "text,account_id,date\n" + "".join(f'"{one}",{account},{day}\n' for one, account, day in texts)
    if kind.startswith("jsonl"):
        lines = "".join(
            json.dumps({"text": t, "account_id": a, "date": d}, ensure_ascii=False) + "\n" for t, a, d in texts
        )
        table = lines
    if kind == "parquet":
        plain = tmp_path / "plain.csv"
        plain.write_text(table, encoding="utf-8")
        duckdb.sql(f"COPY (SELECT * FROM read_csv('{plain}', all_varchar = true)) TO '{file}'")
    else:
        data = table.encode()
        file.write_bytes(gzip.compress(data) if kind.endswith("gz") else data)
    assert [(row.text, row.account_id, row.day) for row in _rows(_staged(file))] == [
        (texts[0][0], "A1", 20513), (texts[1][0], "", None), (texts[2][0], "B", 20514),
    ]  # fmt: skip


def test_columns_are_told_by_name_or_given_and_a_sole_column_is_the_text(tmp_path: Path) -> None:
    assert text_columns(("Comment", "Group ID"), "f") == {"text": "Comment", "account_id": "Group ID"}
    assert text_columns(("what they said",), "f") == {"text": "what they said"}
    assert text_columns(("text", "date", "q"), "f", {"text": "q", "date": ""}) == {"text": "q"}
    with refuses(TableError, "--text", "a, b"):
        text_columns(("a", "b"), "f")
    with refuses(TableError, "nope", "a, b"):
        text_columns(("a", "b"), "f", {"text": "nope"})
    with refuses(UsageError, "words", "text, account_id, date, id"):
        text_columns(("a", "b"), "f", {"words": "a"})


def test_dates_of_two_readings_are_asked_for_and_a_file_without_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("text,date\nlate again,03/04/2026\n", encoding="utf-8")
    with refuses(DatesUnclearError, "t.csv", "--dates date=FORMAT"):
        _staged(file)
    assert _rows(_staged(file, dates={"date": "day-first"}))[0].day == 20546
    file.write_text("text,date\n,2026-03-01\n...,2026-03-01\n", encoding="utf-8")
    with refuses(TableError, "t.csv", f"1: {NO_TEXT}", f"1: {NO_WORD}", "rejects.csv"):
        _staged(file)
    file.write_text("", encoding="utf-8")
    with refuses(TableError, "t.csv", EMPTY_FILE):
        _staged(file)


def test_a_preview_shows_the_columns_and_what_would_be_refused(tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text(CSV, encoding="utf-8")
    header, mapping, seen = preview_texts(file)
    assert header == ("ticket_id", "body", "company_id", "created_at")
    assert mapping.columns["text"] == "body"
    assert seen.rows[0].values == {
        "id": "1", "account_id": "A1", "date": "2026-03-01", "text": "I can't see, who\nhas what",
    }  # fmt: skip
    assert seen.rows[1].refused == f"text: {NO_TEXT}"


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=60), st.integers(1, 20), st.integers(5, 100))
def test_chunks_hold_every_text_once_and_end_where_they_end_from_any_start(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], rows: int, characters: int
) -> None:
    file = tmp_path_factory.mktemp("texts") / "t.jsonl"
    file.write_text("".join(json.dumps({"text": "x" * size}) + "\n" for size in sizes), encoding="utf-8")
    staged = _staged(file)
    found = list(chunks(staged.path, 0, rows, characters))
    assert [len(row.text) for chunk in found for row in chunk] == sizes
    assert all(len(chunk) <= rows for chunk in found)
    assert all(len(chunk) == 1 or sum(len(row.text) for row in chunk) <= characters for chunk in found)
    if len(found) > 1:
        assert list(chunks(staged.path, len(found[0]), rows, characters)) == found[1:]


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("I can never see who is waiting for me on a Friday and so I walk round and ask.", False),
        ("Gantt export broken again", False),
        ("Ich weiß am Freitag nie, wer auf mich wartet, und dann laufe ich herum und frage.", True),
        ("报告总是迟到", True),
        ("Отчёт всегда опаздывает", True),
        ("x", False),
        ("👍👍👍", False),
    ],
)
def test_texts_in_other_languages_are_told(text: str, foreign: bool) -> None:
    assert seems_foreign(text) is foreign
