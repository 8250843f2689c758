"""What a reviewer does, on the sample study: every verb is one action, and undo takes it back."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from needsseg.actions.discovery import evidence, previews, review
from needsseg.actions.segments import segments
from needsseg.study.connection import Study
from needsseg.tui.app import NeedssegApp
from needsseg.tui.segments.pairs import PairsScreen
from needsseg.tui.segments.question import QuestionScreen
from needsseg.tui.segments.screen import SegmentsScreen
from needsseg.tui.segments.split_merge_dialogs import HalvingScreen, MergingScreen
from tests.fixtures.app.review_study import members, reviewing, rows, sizes
from tests.fixtures.app.small_study import flat, play, seen, typed
from tests.fixtures.app.waiting import until


def _strengths(study: Study, segment: int) -> list[tuple[int, float]]:
    return [(passage.id, strength) for passage, strength in evidence.evidence(study, segment).passages]


def test_keep_and_take_out_members(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        here = screen.cursor.segment
        assert here is not None
        before = sizes(app.study)
        await pilot.press("a")
        assert "press n to go to the quotes" in seen(app), "nothing is decided on what one does not look at"
        await pilot.press("n", "a")
        first, second = members(app.study, here.id)[:2]
        assert screen.quotes.quote is not None and screen.quotes.quote.id == second
        assert dict(_strengths(app.study, here.id))[first] == 1.0
        await pilot.press("x")
        assert [p.id for p in review.off_topic_passages(app.study)] == [second]
        assert sizes(app.study)[here.id] == before[here.id] - 1
        await pilot.press("u", "u")
        assert sizes(app.study) == before

    play(demo_study.path, scenes)


def test_reading_goes_on_where_one_was_and_undo_goes_back(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        here, order = screen.cursor.segment, [quote.id for quote in screen.quotes.quotes]
        assert here is not None

        def at() -> int | None:
            return screen.quotes.quote.id if screen.quotes.quote else None

        await pilot.press("n", *["n"] * 10)
        assert at() == order[10]
        await pilot.press("a")
        assert at() == order[11], "what was kept goes up in the list, the reader does not"
        await pilot.press("x")
        assert at() == order[12]
        await pilot.press("u")
        assert at() == order[11]
        await pilot.press("escape", "j")
        assert screen.cursor.segment is not None and screen.cursor.segment.id != here.id
        await pilot.press("u")
        assert screen.cursor.segment.id == here.id and at() == order[10]
        await pilot.press("n", "space", "space", "N", "a")
        assert "kept 2 passages by hand" in flat(seen(app)) and "u undoes the last one" in flat(seen(app))

    play(demo_study.path, scenes)


def test_left_over_passages_are_shown_and_decided(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        if not screen.review.left_over:
            segments.move(app.study, members(app.study, screen.review.rows[0].id)[-3:], None)
            screen.refresh_study()
        left = [row.passage.id for row in screen.review.left_over]
        await pilot.press("G")
        assert screen.cursor.on_left and screen.cursor.segment is None
        assert f"Left over: {len(left)} passages in no segment, 0 off-topic" in flat(seen(app))
        assert [p.id for p in screen.quotes.quotes] == left
        near = screen.review.left_over[0].nearest
        assert near is not None
        await pilot.press("n", "a")
        assert left[0] in members(app.study, near)
        assert screen.cursor.on_left, "one stays with what is left over"
        await pilot.press("x")
        assert [p.id for p in review.off_topic_passages(app.study)] == [left[1]]
        await pilot.press("G", "a")
        assert review.off_topic_passages(app.study) == []
        await pilot.press("u", "u", "u")
        assert [row.passage.id for row in previews.left_over(app.study)] == left
        await pilot.press("g", "v")
        await pilot.pause()
        await pilot.press("enter")
        assert len(previews.left_over(app.study)) == len(left) - 1
        await pilot.press("c", "m", "e", "s", "H", "i")
        assert "Not a segment" in flat(seen(app))

    play(demo_study.path, scenes)


def test_merge_shows_both_sides_first(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        before = sizes(app.study)
        here, rival = screen.cursor.segment, screen.review.shown.rival if screen.review.shown else None
        assert here is not None and rival is not None
        for key, stays in (("escape", None), ("enter", rival.segment), ("s", here.id)):
            await pilot.press("m")
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            assert isinstance(app.screen, MergingScreen)
            text = flat(seen(app))
            assert "nearness" in text and "typical words" in text
            await pilot.press(*([key, "enter"] if key == "s" else [key]))
            await pilot.pause()
            if stays is None:
                assert sizes(app.study) == before
            else:
                total = before[here.id] + before[rival.segment]
                assert sizes(app.study)[stays] == total
                assert "merged the two segments" in flat(seen(app))
                await pilot.press("u")
            assert sizes(app.study) == before
            while screen.cursor.segment is None or screen.cursor.segment.id != here.id:
                screen.review.requested_segment = here.id
                screen.refresh_study()

    play(demo_study.path, scenes)


def test_split_is_proposed_and_by_hand(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        before, here = sizes(app.study), screen.cursor.segment
        assert here is not None
        await pilot.press("s")
        await until(app, lambda: isinstance(app.screen, HalvingScreen))
        await pilot.pause()
        assert "is split off" in flat(seen(app))
        await pilot.press("j", "escape")
        await pilot.pause()
        assert sizes(app.study) == before
        await pilot.press("s")
        await until(app, lambda: isinstance(app.screen, HalvingScreen))
        await pilot.press("enter")
        await pilot.pause()
        await typed(pilot, "Half [of] it")
        made = next(row for row in rows(app.study).values() if row.name == "Half [of] it")
        assert made.size + sizes(app.study)[here.id] == before[here.id]
        assert made.size <= before[here.id] / 2
        assert screen.cursor.segment is not None and screen.cursor.segment.name == "Half [of] it"
        await pilot.press("u")
        assert sizes(app.study) == before
        assert screen.cursor.segment is not None and screen.cursor.segment.id == here.id, (
            "back on the one that was split"
        )

    play(demo_study.path, scenes)


def test_pairs_of_marked_quotes(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        await pilot.press("plus")
        assert "mark two quotes" in flat(seen(app))
        await pilot.press("n", "space", "space", "plus")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert [(pair.kind) for pair in review.pairs(app.study)] == ["together"]
        assert not screen.review.marked
        pair = review.pairs(app.study)[0]
        await pilot.press("P")
        await pilot.pause()
        assert isinstance(app.screen, PairsScreen)
        text = flat(seen(app))
        assert "kept together: one need" in text and pair.first.quote[:30] in text and pair.second.quote[:30] in text
        await pilot.press("u")
        assert review.pairs(app.study) == [], "u takes the last action back here as everywhere"
        await pilot.press("ctrl+r", "x")
        assert review.pairs(app.study) == [] and "No passages are paired yet" in flat(seen(app))
        await pilot.press("x", "u")
        assert review.pairs(app.study)[0].first == pair.first
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("u")
        assert review.pairs(app.study) == []

    play(demo_study.path, scenes)


def test_the_job_statement_begins_with_a_draft_from_one_answer(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        assert screen.cursor.segment is not None and screen.review.shown is not None
        said = screen.review.shown.sentence
        assert said
        await pilot.press("w")
        await pilot.pause()
        await typed(pilot, " [so]")
        assert rows(app.study)[screen.cursor.segment.id].statement == f"{said} [so]"
        assert "[so]" in flat(seen(app))
        await pilot.press("u")
        assert rows(app.study)[screen.cursor.segment.id].statement == ""

    play(demo_study.path, scenes)


def test_the_reviewer_is_asked_once(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        here = screen.cursor.segment
        assert here is not None
        await pilot.press("c")
        await pilot.pause()
        await typed(pilot, "yes")
        assert "not confirmed" in flat(seen(app)) and rows(app.study)[here.id].status == "named"
        await pilot.press("c")
        await pilot.pause()
        await typed(pilot, "undecided")
        await pilot.press("ctrl+u")
        await typed(pilot, "Ada L")
        assert rows(app.study)[here.id].confirmed_by == "Ada L"
        await pilot.press("c")
        assert "is confirmed by Ada L" in flat(seen(app))
        await pilot.press("n", "x")
        assert "is confirmed: o reopens it" in flat(seen(app))
        await pilot.press("escape", "j", "c")
        await pilot.pause()
        await typed(pilot, "undecided")
        await pilot.press("enter")
        assert [row.confirmed_by for row in rows(app.study).values()].count("Ada L") == 2

    play(demo_study.path, scenes)


def test_a_decision_reads_each_thing_once(demo_study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements count what triggers do for the history too; the bounds leave a tenth of room."""
    sent: list[str] = []
    reloads: list[str] = []
    reload = SegmentsScreen.reload

    def counted(screen: SegmentsScreen) -> None:
        reloads.append("reload")
        reload(screen)

    monkeypatch.setattr(SegmentsScreen, "reload", counted)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        async def cost(*keys: str, words: str | None = None) -> tuple[int, int]:
            sent.clear()
            reloads.clear()
            await pilot.press(*keys)
            if words is not None:
                await typed(pilot, words)
            await pilot.pause()
            return len(sent), len(reloads)

        screen = await reviewing(app, pilot)
        app.study.conn.set_trace_callback(sent.append)
        await pilot.press("n")
        statements, reloaded = await cost("a")
        assert statements <= 95 and reloaded == 1, "keep"
        statements, reloaded = await cost("x")
        assert statements <= 75 and reloaded == 1, "take out"
        statements, reloaded = await cost("e", "ctrl+u", words="Planner [so]")
        assert statements <= 85 and reloaded == 1, "name"
        statements, reloaded = await cost("c", words="Ada")
        assert statements <= 165 and reloaded == 1, "confirm, with what the question shows"
        assert screen.cursor.segment is not None and screen.cursor.segment.status == "confirmed"
        await pilot.press("Q")
        asking = app.screen
        assert isinstance(asking, QuestionScreen)
        await until(app, lambda: asking._current is not None)
        await pilot.press("1")
        statements, reloaded = await cost("escape")
        assert statements <= 60 and reloaded == 1, "the answers"
        assert await cost("h") < (12, 1)
        statements, reloaded = await cost("escape")
        assert statements <= 3 and reloaded == 0, "nothing was changed under the dialog"
        app.study.conn.set_trace_callback(None)

    play(demo_study.path, scenes)
