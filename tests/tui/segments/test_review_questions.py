"""A reviewer answers questions about passages one after the other."""

from __future__ import annotations

from textual.pilot import Pilot

from needsseg.actions.discovery import needs, review
from needsseg.study.connection import Study
from needsseg.tui.app import NeedssegApp
from needsseg.tui.keys.choice_keys import choice_key
from needsseg.tui.segments.question import QuestionScreen
from tests.fixtures.app.review_study import members, reviewing, sizes
from tests.fixtures.app.small_study import flat, play, seen, typed
from tests.fixtures.app.waiting import until


async def skip_and_add_need(app: NeedssegApp, pilot: Pilot[int], asking: QuestionScreen) -> None:
    """Skips one question, and answers the next by a new need."""
    assert asking._current is not None
    skipped = asking._current.passage.id
    await pilot.press("s")
    await until(app, lambda: asking._current is not None)
    assert asking._current is not None and asking._current.passage.id != skipped
    await pilot.press("n")
    await pilot.pause()
    await typed(pilot, "Calm [x]")
    await pilot.pause()
    await typed(pilot, "Less noise.")
    assert [(row.name, row.answers) for row in needs.listing(app.study)] == [("Calm [x]", 1)]


def test_questions_one_after_the_other(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await reviewing(app, pilot)
        before = sizes(app.study)
        await pilot.press("Q")
        await pilot.pause()
        asking = app.screen
        assert isinstance(asking, QuestionScreen)
        await until(app, lambda: asking._current is not None)
        first = asking._current
        assert first is not None
        text = flat(seen(app))
        assert "Asked because it" in text and "0 answered" in text and "none of these" in text
        assert "The program's guess:" not in text, "its guess is hidden until one asks"
        await pilot.press("g")
        assert "The program's guess:" in flat(seen(app))
        keys = {(c.need, c.segment): choice_key(asking._keys, c) for c in first.choices}
        assert [choice_key(asking._keys, choice) for choice in first.choices][-1] == "0"
        await pilot.press("u")
        assert "nothing was answered here" in flat(seen(app))
        await pilot.press("1")
        to = first.choices[0].segment
        assert to is not None and first.passage.id in members(app.study, to)
        await until(app, lambda: asking._current is not None)
        second = asking._current
        assert second is not None and second.passage.id != first.passage.id
        assert "1 answered" in flat(seen(app)) and "The program's guess:" not in flat(seen(app))
        assert {(c.need, c.segment): choice_key(asking._keys, c) for c in second.choices} == keys
        await pilot.press("0")
        assert [p.id for p in review.off_topic_passages(app.study)] == [second.passage.id]
        await until(app, lambda: asking._current is not None)
        await pilot.press("u")
        assert review.off_topic_passages(app.study) == []
        await until(app, lambda: asking._current is not None)
        await skip_and_add_need(app, pilot, asking)
        await until(app, lambda: asking._current is not None)
        third = asking._current
        assert third is not None and "Calm [x] (need in view)" in flat(seen(app))
        assert keys.items() <= {(c.need, c.segment): choice_key(asking._keys, c) for c in third.choices}.items()
        await pilot.press("escape")
        await pilot.pause()
        assert "answered 2 questions" in flat(seen(app))
        await pilot.press("u", "u")
        assert sizes(app.study) == before and not needs.listing(app.study)

    play(demo_study.path, scenes)
