"""The matrix over the Code screen: cells by arrow keys, enter to their passages, readable at 80x24."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from textual.coordinate import Coordinate
from textual.pilot import Pilot
from textual.widgets import DataTable, Input

from needsseg.actions.coding import passages
from needsseg.tui.app import NeedssegApp
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.code.sheets.matrix import CellPassagesSheet, MatrixSheet
from tests.fixtures.app.full_study import full_study
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled, small_study
from tests.fixtures.app.waiting import until

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])


async def opened(app: NeedssegApp, pilot: Pilot[int]) -> list[Bookmark | None]:
    answers: list[Bookmark | None] = []
    app.push_screen(MatrixSheet(app.study), answers.append)
    await settled(app, pilot)
    return answers


@SIZES
def test_a_cell_is_named_in_full_and_opens_its_passages(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        answers = await opened(app, pilot)
        assert "code by participant, passages" in flat(seen(app)) and "at a glance × (all)" in flat(seen(app))
        await pilot.press("G", "k")
        await settled(app, pilot)
        late = passages.listing(app.study, code="late [draft]", status="accepted")
        assert f"hand-over > late [draft] × (all): {len(late)} passages" in flat(seen(app))
        await pilot.press("enter")
        await settled(app, pilot)
        assert isinstance(app.screen, CellPassagesSheet) and f"{len(late)} passages: hand-over > late" in flat(
            seen(app)
        )
        await pilot.press("escape")
        await settled(app, pilot)
        table = app.screen.query_one(DataTable)
        assert table.cursor_coordinate == Coordinate(table.row_count - 2, 1), "the cursor is where it was"
        await pilot.press("enter", "j", "enter")
        await settled(app, pilot)
        assert answers == [Bookmark(late[1].interview, late[1].id)]

    play(full_study(tmp_path), scenes, size)


@SIZES
def test_rows_columns_counts_and_shares_change(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("c")
        await settled(app, pilot)
        await pilot.press(*"segment", "enter")
        await settled(app, pilot)
        assert "code by segment" in flat(seen(app)) and "columns are: segment" in flat(seen(app))
        await pilot.press("p", "s", "w")
        await settled(app, pilot)
        assert isinstance(app.screen, MatrixSheet)
        assert "participants · shares of each row · at most 0 sentences apart" in app.screen.state()
        assert "100%" in flat(seen(app))

    play(full_study(tmp_path), scenes, size)


def test_the_matrix_is_written_as_it_is_shown_under_pseudonyms(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("p", "e")
        await settled(app, pilot)
        assert "pseudonyms" in flat(seen(app))
        prompt = app.screen.query_one(Input)
        assert prompt.value == str(app.study.path.parent / "matrix-code-by-participant.xlsx")
        for name, message in (("m.pdf", "is not an ending"), ("m.csv", "Wrote the matrix to")):
            app.screen.query_one(Input).value = str(tmp_path / name)
            await pilot.press("enter")
            await until(app, lambda message=message: message in flat(seen(app)))  # type: ignore[misc]
            await pilot.press("e")
            await settled(app, pilot)
        (header, *rows) = csv.reader((tmp_path / "m.csv").read_text(encoding="utf-8-sig").splitlines())
        assert header == ["Matrix by needsseg: code x participant", "(all)", "Ines Carvalho", "Participant 2"], (
            "her name is kept"
        )
        assert ["hand-over", "2", "1", "1"] in rows, "participants, as on the screen"
        assert not (tmp_path / "m.pdf").exists()

    play(full_study(tmp_path), scenes, LARGE)


def test_a_study_without_codes_says_what_to_do(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        ids = [passage.id for passage in passages.listing(app.study)]
        for passage in passages.listing(app.study):
            for code in passage.codes:
                passages.uncode(app.study, [passage.id], code)
        await opened(app, pilot)
        assert "None of these passages has a code" in flat(seen(app))
        await pilot.press("enter", "j", "p")
        passages.decide(app.study, ids, "suggested")
        await pilot.press("p")
        await settled(app, pilot)
        assert "No passage is accepted yet" in flat(seen(app))

    play(small_study(tmp_path), scenes)
