"""Workbooks: every sheet with speech is read, and damaged or exploding ones are refused."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import openpyxl
import pytest

from needsseg.errors import TranscriptError
from needsseg.transcripts import detect, read, read_all
from needsseg.transcripts.folders import transcript_files
from tests.fixtures.transcripts.documents import said
from tests.fixtures.transcripts.table_files import FOCUS


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_every_sheet_with_speech_is_read(tmp_path: Path) -> None:
    turns: list[list[object]] = [[at, name, words] for at, (name, words) in enumerate(FOCUS)]
    times: list[list[object]] = [[datetime.time(0, 0, 7 * at), name, words] for at, (name, words) in enumerate(FOCUS)]
    path = workbook(
        tmp_path / "talks.xlsx",
        {
            "North": [["Group in the north, in May"], [], ["Start", "Speaker", "Text"], *turns],
            "South": [["Time", "Speaker", "Text"], *times],
            "People": [["name", "age"], ["P1", 33], ["P2", 41]],
        },
    )
    found = read_all(path)
    assert detect(path) == found[0][1].format == "xlsx"
    assert [key for key, _ in found] == ["North", "South"]
    assert all(said(transcript) == FOCUS for _, transcript in found)
    assert [turn.start_ms for turn in found[1][1].turns] == [7_000 * at for at in range(6)]
    assert any("People" in warning for warning in found[0][1].warnings)
    assert [each.name for each in transcript_files(tmp_path)] == ["talks.xlsx"]


def test_a_workbook_of_one_sheet_is_one_interview_and_others_are_refused(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Speaker", "Text"], *map(list, FOCUS)]
    assert said(read(workbook(tmp_path / "talk.xlsx", {"Sheet1": rows}))) == FOCUS
    with pytest.raises(TranscriptError, match="People"):
        read_all(workbook(tmp_path / "people.xlsx", {"People": [["name", "age"], ["P1", 33]]}))
    with pytest.raises(TranscriptError, match="xlsx"):
        read_all(workbook(tmp_path / "empty.xlsx", {"Sheet1": []}))


def test_damaged_and_exploding_workbooks_are_refused(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Speaker", "Text"], *map(list, FOCUS)]
    whole = workbook(tmp_path / "talk.xlsx", {"Sheet1": rows}).read_bytes()
    for at in range(0, len(whole), 211):
        broken = tmp_path / "broken.xlsx"
        broken.write_bytes(whole[:at] + b"\xff\x00\xff" + whole[at + 3 :])
        try:
            read_all(broken)
        except TranscriptError as error:
            assert "broken.xlsx" in error.message
    with (
        zipfile.ZipFile(tmp_path / "talk.xlsx") as source,
        zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.namelist():
            data = source.read(member)
            target.writestr(member, b" " * 60_000_000 if member.startswith("xl/worksheets") else data)
    with pytest.raises(TranscriptError, match=r"xlsx.*MB"):
        read_all(tmp_path / "bomb.xlsx")
