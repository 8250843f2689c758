"""Segments: evidence first, then name, merge, split, move, set aside, confirm, reopen; all of it undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.discovery import evidence
from needsseg.actions.study import studies
from needsseg.tui.app import NeedssegApp
from needsseg.tui.segments.screen import SegmentsScreen
from tests.fixtures.app.small_study import (
    LARGE,
    SMALL,
    built_once,
    flat,
    play,
    seen,
    settled,
    small_study,
    typed,
    with_segments,
)


@built_once
def prepared(folder: Path) -> Path:
    path = small_study(folder)
    with studies.open_study(path) as study:
        with_segments(study)
    return path


async def opened(app: NeedssegApp, pilot: Pilot[int]) -> SegmentsScreen:
    await pilot.press("f3")
    await settled(app, pilot)
    assert isinstance(app.screen, SegmentsScreen)
    return app.screen


def standing(app: NeedssegApp) -> dict[str, tuple[str, int]]:
    return {row.name: (row.status, row.size) for row in evidence.listing(app.study)}


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_evidence_and_its_quotes_in_context_and_back(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        text = flat(seen(app))
        assert "5 passages of 1 participant" in text
        assert "! rests on 1 participant only" in text
        assert "Ines Carvalho 5 (100%)" in text
        await pilot.press("j")
        assert "Builder [draft] named" in flat(seen(app))
        await pilot.press("tab", "j", "j")
        quote = screen.quotes.quote
        assert quote is not None
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.current_mode == "code"
        assert app.screen.interview.current == quote.id
        assert flat(quote.quote)[:20] in flat(seen(app))
        await pilot.press("escape")
        await settled(app, pilot)
        assert app.current_mode == "segments"
        assert screen.quotes.quote == quote

    play(prepared(tmp_path), scenes, size)


def test_name_and_describe(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("e")
        await pilot.pause()
        await pilot.press("ctrl+u")
        await typed(pilot, "Planner")
        assert "Planner" in standing(app)
        assert "named it “Planner” · u undoes" in flat(seen(app))
        await pilot.press("t")
        await pilot.pause()
        await typed(pilot, "When it rains")
        assert "When it rains" in seen(app)
        await pilot.press("u", "u")
        assert standing(app) == {"Coordinator": ("named", 5), "Builder [draft]": ("named", 5)}
        await pilot.press("e")
        await pilot.pause()
        await pilot.press("ctrl+u")
        await typed(pilot, "Builder [draft]")
        assert "is called “Builder [draft]” already" in flat(seen(app))

    play(prepared(tmp_path), scenes)


def test_merge_and_undo(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("m")
        await pilot.pause()
        await typed(pilot, "buil")
        assert "become “Builder [draft]”" in flat(seen(app)), "you see both sides before anything changes"
        await pilot.press("enter")
        await pilot.pause()
        assert standing(app) == {"Builder [draft]": ("named", 10)}
        await pilot.press("m")
        assert "no other segment" in seen(app)
        await pilot.press("u")
        assert standing(app) == {"Coordinator": ("named", 5), "Builder [draft]": ("named", 5)}

    play(prepared(tmp_path), scenes)


def test_split_and_move_marked_quotes(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("s")
        assert "mark quotes first" in seen(app)
        await pilot.press("tab", "space", "space")
        assert len(screen.review.marked) == 2
        assert "2 marked" in seen(app)
        await pilot.press("s")
        await pilot.pause()
        await typed(pilot, "Part")
        assert standing(app) == {"Coordinator": ("named", 3), "Builder [draft]": ("named", 5), "Part": ("named", 2)}
        await pilot.press("u")
        assert "Part" not in standing(app)
        await pilot.press("g", "space", "v")
        await pilot.pause()
        await typed(pilot, "no segment")
        assert sum(size for _, size in standing(app).values()) == 9
        await pilot.press("u")
        await pilot.press("tab", "tab", "v")
        await pilot.pause()
        await typed(pilot, "coor" if screen.cursor.segment and screen.cursor.segment.name != "Coordinator" else "buil")
        assert sorted(size for _, size in standing(app).values()) == [4, 6]

    play(prepared(tmp_path), scenes)


def test_confirm_asks_who_and_closes_until_reopened(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("c")
        await pilot.pause()
        text = flat(seen(app))
        assert "Confirm “Coordinator”: your name?" in text
        assert "5 passages of 1 participant, each with its quote's hash" in text
        assert "tester" in text
        await pilot.press("ctrl+u")
        await typed(pilot, "Ada L")
        row = evidence.listing(app.study)[0]
        assert (row.status, row.confirmed_by) == ("confirmed", "Ada L")
        assert "● Coordinator" in seen(app)
        await pilot.press("tab", "space", "s")
        assert "is confirmed: o reopens it" in flat(seen(app))
        await pilot.press("escape", "o")
        assert evidence.listing(app.study)[0].status == "named"
        await pilot.press("c")
        await pilot.pause()
        assert "Ada L" in seen(app), "the reviewer is remembered"
        await pilot.press("escape")
        await pilot.press("o")
        assert "is open already" in seen(app)

    play(prepared(tmp_path), scenes)


def test_set_aside_filter_and_ends(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("z")
        assert standing(app)["Coordinator"][0] == "set_aside"
        await pilot.press("u")
        assert standing(app)["Coordinator"][0] == "named"
        word = max(screen.quotes.quotes[0].quote.split(), key=len).strip(".,?!")
        await pilot.press("slash")
        await typed(pilot, word)
        assert 1 <= len(screen.quotes.quotes) < 5
        await pilot.press("escape")
        assert len(screen.quotes.quotes) == 5
        await pilot.press("slash")
        await typed(pilot, "zebra[s]")
        assert "no quote has “zebra[s]” · esc shows all" in flat(seen(app))
        await pilot.press("escape")
        assert len(screen.quotes.quotes) == 5
        await pilot.press("G")
        assert screen.quotes.quote == screen.quotes.quotes[-1]
        await pilot.press("g", "escape", "G")
        assert screen.cursor.segment is not None
        assert screen.cursor.segment.name == "Builder [draft]"

    play(prepared(tmp_path), scenes)


def test_participants_and_their_primary_needs(tmp_path: Path) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("p")
        await pilot.pause()
        text = flat(seen(app))
        assert "Ines Carvalho · ines-carvalho → Coordinator 100%" in text
        assert "Mai [PM]" in text and "→ undecided" in text
        assert "no passage of theirs lies in a named segment" in text
        await pilot.press("j", "k", "j", "enter")
        await settled(app, pilot)
        assert app.current_mode == "code"
        assert "Marek Nowotny" in seen(app)
        await pilot.press("escape")
        await settled(app, pilot)
        assert app.current_mode == "segments"

    play(prepared(tmp_path), scenes)
