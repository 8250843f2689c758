"""Brackets, emoji, other scripts and control characters in quotes and names stand in the review as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.coding import passages
from needsseg.actions.discovery import comparing
from needsseg.actions.discovery.previews import ProposedSplit
from needsseg.actions.discovery.questions import Choice, Question
from needsseg.actions.segments import segments
from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.records import Passage
from needsseg.study.connection import Study
from needsseg.tui.app import NeedssegApp
from needsseg.tui.segments.question import QuestionScreen, context
from needsseg.tui.segments.split_merge_dialogs import HalvingScreen, MergingScreen
from needsseg.tui.widgets.passage_map import PassageMap
from tests.fixtures.app.review_study import reviewing
from tests.fixtures.app.small_study import LARGE, SMALL, TEXTS, flat, play, seen, settled, small_study


def strange_study(folder: Path) -> tuple[Path, list[Passage]]:
    """Two segments of strange quotes under strange names."""
    path = small_study(folder)
    with studies.open_study(path) as study:
        talk = interviews.show(study, "strange")
        turn = next(turn for turn in talk.turns if turn.role == "participant")
        spans = interviews.sentences(talk, turn.start, turn.end)
        marked = [passages.mark(study, "strange", *span) for span in spans]
        first = segments.make(study, "[Seg] 👩‍👩‍👧 [/x]", marked[: len(marked) // 2])
        segments.make(study, "日本 [bold]", marked[len(marked) // 2 :])
        segments.write_statement(study, first, "When [x], I want to [/y] 日本")
        return path, passages.listing(study, "strange")


@pytest.mark.parametrize("size", [SMALL, LARGE, (60, 20)])
def test_every_part_of_the_review_shows_them(tmp_path: Path, size: tuple[int, int]) -> None:
    path, quotes = strange_study(tmp_path)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        assert "[Seg]" in flat(seen(app))
        for key in ("n", "space", "space", "i", "escape", "H", "escape", "p", "escape", "w", "escape", "M", "n", "M"):
            await pilot.press(key)
            await pilot.pause()
            assert app.export_screenshot()
        screen.query_one("#map", PassageMap).show(
            [comparing.Point(quote.id, 0.5, 0.5, screen.review.rows[0].id, "named") for quote in quotes],
            {row.id: row.name for row in screen.review.rows},
        )
        await pilot.press("M")
        await pilot.pause()
        drawn = "".join(part.text for strip in app.screen._compositor.render_strips() for part in strip)
        assert "\x1b" not in drawn and "\x07" not in drawn
        await pilot.press("M", "m")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, MergingScreen)
        assert "日本 [bold]" in flat(seen(app))
        await pilot.press("escape")
        await pilot.pause()
        halves = ProposedSplit(tuple(quotes), tuple(quotes[::-1]), ("[a]",), ("[/b]",))
        app.push_screen(HalvingScreen("[Seg]", halves))
        await pilot.pause()
        assert "[laughs]" in flat(seen(app)) and "[/b]" in flat(seen(app))
        await pilot.press("escape")
        await pilot.pause()

    play(path, scenes, size)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_question_of_strange_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    path, quotes = strange_study(tmp_path)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        asked = QuestionScreen(app.study, "")
        monkeypatch.setattr(QuestionScreen, "_next", lambda _self, _told="": None)
        app.push_screen(asked)
        await pilot.pause()
        names = [Choice(n, text, 0.5) for n, text in enumerate(TEXTS, start=1)]
        for quote in quotes:
            asked._show(
                Question(quote, "lies between “[a]” and “[/b]”", (*names, Choice(None, "none of these", None)), 3, 2),
                "",
            )
            await pilot.pause()
            drawn = "".join(part.text for strip in app.screen._compositor.render_strips() for part in strip)
            assert "\x1b" not in drawn
            assert "[/b]" in drawn
        assert "[laughs]" in context(quotes[0], interviews.show(app.study, "strange"), "Ana").plain

    play(path, scenes, size)


def test_a_question_of_many_segments_keeps_its_choices_and_keys_in_sight(demo_study: Study) -> None:
    longest = max(passages.listing(demo_study), key=lambda passage: len(passage.quote))

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        asked = QuestionScreen(app.study, "")
        app.push_screen(asked)
        await pilot.pause()
        asked.workers.cancel_all()
        names = [Choice(n, f"Segment {n}", 0.5) for n in range(1, 8)]
        asked._show(Question(longest, "fits no need", (*names, Choice(None, "none of these", None)), 3, 2), "")
        await settled(app, pilot)  # the box is fitted after a refresh or two
        text = seen(app)
        assert "7  Segment 7" in text and "0  none of these" in text and "esc ends" in text
        assert "▸" in text, "the passage is in sight, if not all that was said before it"
        await pilot.press("pagedown", "pagedown", "pagedown")
        await pilot.pause()
        assert "◂" in "".join(part.text for strip in app.screen._compositor.render_strips() for part in strip)

    play(demo_study.path, scenes, SMALL)


def test_the_next_step_is_named_when_one_comes_in(tmp_path: Path) -> None:
    path, _ = strange_study(tmp_path)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await reviewing(app, pilot)
        assert "read the quotes (n) · c confirms" in flat(seen(app))

    play(path, scenes)
