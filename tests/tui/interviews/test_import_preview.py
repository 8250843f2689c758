"""The preview of an import in the app: what it shows, what is changed in it, and that nothing is written before enter."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import interviews
from needsseg.tui.app import NeedssegApp
from needsseg.tui.interviews.batch import BatchSheet
from needsseg.tui.interviews.import_preview import ImportPreviewSheet
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled, typed

TALK = (
    "Interviewer: How do you plan the week?\n\n"
    "Nele: On Sunday evening, with a pencil, since the plan changes until then.\n\n"
    "Interviewer: And who sees it?\n\n"
    "Nele: Everybody, on the door of the shed, and nobody reads it.\n"
)
TABLE = (
    "Nr,Remark,Person\n1,How do the parts get here in the morning?,Q\n2,By boat when there is no ice on the water,A\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two clean talks, one that is doubtful, a bad one, a recording and a picture; and a new study beside them."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("nele", "ove"):
        (folder / f"{name}.txt").write_text(TALK.replace("Nele", name.title()), encoding="utf-8")
    (folder / "unnamed.txt").write_text("We only came for the boat.\n\nThen it left.\n", encoding="utf-8")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 this is no archive")
    (folder / "call.mp3").write_bytes(b"ID3")
    (folder / "shed.png").write_bytes(b"\x89PNG")
    studies.init(tmp_path / "new.db").close()
    return folder


async def opened(app: NeedssegApp, pilot: Pilot[int], path: Path) -> ImportPreviewSheet:
    await pilot.press("i")
    await pilot.pause()
    await typed(pilot, str(path))
    await settled(app, pilot)
    assert isinstance(app.screen, ImportPreviewSheet)
    return app.screen


async def chosen(app: NeedssegApp, pilot: Pilot[int], *answers: str) -> None:
    """Answers what is asked, one after the other, and waits for what is read again."""
    await pilot.pause()
    for answer in answers:
        await typed(pilot, answer)
    await settled(app, pilot)


def go_to(sheet: ImportPreviewSheet, name: str) -> None:
    names = [row.file for row in sheet._rows]
    sheet.query_one("#rows", OptionList).highlighted = names.index(name)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_clean_batch_needs_one_key(folder: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    for name in ("unnamed.txt", "broken.docx", "call.mp3"):
        (folder / name).unlink()

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot, folder)
        text = flat(seen(app))
        assert "✓ nele.txt" in text and "✓ ove.txt" in text
        assert "2 files to import · 1 other file ignored" in text
        assert interviews.listing(app.study) == [], "a preview writes nothing"
        await pilot.press("enter")
        await settled(app, pilot)
        assert isinstance(app.screen, BatchSheet)
        assert [row.key for row in interviews.listing(app.study)] == ["nele", "ove"]
        assert len(history.listing(app.study)) == 1

    play(tmp_path / "new.db", scenes, size)


def test_each_file_is_shown_with_speakers_doubts_and_what_is_wrong(folder: Path, tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await opened(app, pilot, folder)
        text = flat(seen(app))
        assert "× broken.docx: " in text and "! unnamed.txt" in text
        assert "× call.mp3: passed over: .mp3 is not read." in text
        assert "3 files to import · 1 doubtful · 1 refused · 1 passed over · 1 other file ignored" in text
        go_to(sheet, "nele.txt")
        await pilot.pause()
        text = flat(seen(app))
        assert "Nele participant · 23 words in 2 turns “On Sunday evening," in text
        assert "Interviewer interviewer · 10 words in 2 turns" in text
        go_to(sheet, "unnamed.txt")
        await pilot.pause()
        assert "! No speakers are named" in flat(seen(app))
        go_to(sheet, "nele.txt")
        await pilot.press("enter")
        assert isinstance(app.screen, ImportPreviewSheet)
        assert "1 file is doubtful (!): enter again imports them too" in flat(seen(app))
        assert sheet.file is not None and sheet.file.file == "unnamed.txt"
        await pilot.press("space")
        assert "– unnamed.txt" in flat(seen(app))
        await pilot.press("enter")
        await settled(app, pilot)
        assert [row.key for row in interviews.listing(app.study)] == ["nele", "ove"]
        assert "! Refused broken.docx" in flat(seen(app)) and "! Passed over call.mp3" in flat(seen(app))

    play(tmp_path / "new.db", scenes, LARGE)


def test_a_role_chosen_for_one_file_holds_for_all_of_its_shape_and_is_remembered(folder: Path, tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await opened(app, pilot, folder)
        go_to(sheet, "nele.txt")
        await pilot.press("r")
        await chosen(app, pilot, "Interviewer", "other")
        assert "Interviewer other" in flat(seen(app))
        assert "“Interviewer” is other" in flat(seen(app))
        go_to(sheet, "ove.txt")
        await pilot.pause()
        assert "Interviewer other" in flat(seen(app))
        await pilot.press("u")
        await settled(app, pilot)
        assert "Interviewer interviewer" in flat(seen(app))
        await pilot.press("ctrl+r")
        await settled(app, pilot)
        assert "Interviewer other" in flat(seen(app))
        await pilot.press("enter", "enter")
        await settled(app, pilot)
        roles = {(row.interview, row.label): row.role for row in interviews.speakers(app.study)}
        assert roles["nele", "Interviewer"] == roles["ove", "Interviewer"] == "other"
        await pilot.press("escape")
        (folder / "pia.txt").write_text(TALK.replace("Nele", "Pia"), encoding="utf-8")
        sheet = await opened(app, pilot, folder / "pia.txt")
        assert "As chosen before: “Interviewer” is other" in flat(seen(app))
        await pilot.press("0")
        await settled(app, pilot)
        assert "As chosen" not in flat(seen(app)) and "Interviewer interviewer" in flat(seen(app))

    play(tmp_path / "new.db", scenes, LARGE)


def test_a_layout_is_chosen_and_a_wrong_pattern_is_refused_at_once(folder: Path, tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await opened(app, pilot, folder)
        go_to(sheet, "nele.txt")
        await pilot.press("l")
        await chosen(app, pilot, "srt")
        assert "× nele.txt" in flat(seen(app)) and "1 file to import" in flat(seen(app))
        await pilot.press("u")
        await settled(app, pilot)
        assert "✓ nele.txt" in flat(seen(app))
        await pilot.press("L")
        await pilot.pause()
        assert "Name: words 4 lines: Interviewer, Nele" in flat(seen(app))
        await chosen(app, pilot, "(unclosed")
        assert "is not a valid regular expression" in flat(seen(app))
        await pilot.press("escape")
        await pilot.pause()
        assert history.listing(app.study) == [] and interviews.listing(app.study) == []

    play(tmp_path / "new.db", scenes, LARGE)


def test_every_choice_reaches_the_reading(folder: Path, tmp_path: Path) -> None:
    (folder / "remarks.csv").write_text(TABLE, encoding="utf-8")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        sheet = await opened(app, pilot, folder / "remarks.csv")
        await pilot.press("c")
        await chosen(app, pilot, "words", "Remark")
        await pilot.press("c")
        await chosen(app, pilot, "speaker", "Person")
        assert "column “Remark” holds words; column “Person” holds speaker" in flat(seen(app))
        await pilot.press("n")
        await chosen(app, pilot, "Nr")
        await pilot.press("b")
        await chosen(app, pilot, "Q")
        await pilot.press("A")
        await settled(app, pilot)
        text = flat(seen(app))
        assert "“Nr” is not a speaker; lines without a label belong to “Q”" in text and "Read anyway" in text
        assert sheet.file is not None
        assert sheet.file.choices == {
            "columns": {"words": "Remark", "speaker": "Person"}, "not_speakers": ["Nr"], "unlabelled": "Q",
        }  # fmt: skip

    play(tmp_path / "new.db", scenes, LARGE)


def test_esc_ends_a_reading_and_what_is_not_there_is_said(folder: Path, tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot, tmp_path / "nowhere")
        assert "nowhere: does not exist" in flat(seen(app))
        await pilot.press("enter")
        assert "nothing here can be imported" in flat(seen(app))
        await pilot.press("space", "l")
        assert "move to a file first" in flat(seen(app))
        await pilot.press("escape")
        sheet = await opened(app, pilot, folder)
        go_to(sheet, "ove.txt")
        await pilot.press("A", "l", "escape")
        assert "cancelled; nothing was changed" in flat(seen(app)), "esc ended the reading, not the sheet"
        await settled(app, pilot)
        assert sheet.file is not None and not sheet.file.anyway
        await pilot.press("escape")
        await settled(app, pilot)
        assert not isinstance(app.screen, ImportPreviewSheet) and history.listing(app.study) == []

    play(tmp_path / "new.db", scenes, LARGE)
