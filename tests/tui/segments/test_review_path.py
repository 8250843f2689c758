"""From the sample study to three confirmed cards, pressing only what the screen suggests."""

from __future__ import annotations

import re

from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from needsseg.actions.discovery import evidence
from needsseg.actions.segments import cards
from needsseg.discovery.evidence.card_quotes import PARTS
from needsseg.study.connection import Study
from needsseg.tui.app import NeedssegApp
from needsseg.tui.segments.card import CardScreen
from needsseg.tui.segments.screen import SegmentsScreen
from needsseg.tui.widgets.prompt import Prompt
from tests.fixtures.app.review_study import reviewing
from tests.fixtures.app.small_study import SMALL, flat, play, seen
from tests.fixtures.app.waiting import idle

MOST_KEYS = 150
KEYS = {"esc": "escape"}


def _suggested(app: NeedssegApp) -> list[str]:
    """The keys that the screen says come next."""
    screen = app.screen
    if isinstance(screen, Prompt):
        assert "enter takes it" in seen(app)
        typed = screen.query_one("#words", Input).value
        return ["enter"] if typed or not screen.query(OptionList) else ["down", "enter"]
    said = re.search(r"next: (.{60})", flat(seen(app)))
    assert said, f"nothing is suggested on {screen}"
    steps = said.group(1).split(", or ")[0].split(", ")
    keys = [step.split()[0] for step in steps]
    found = [KEYS.get(key, key) for key in keys if re.fullmatch("esc|[A-Za-z]", key)]
    assert found, said.group()
    return found


def _as_found(study: Study) -> None:
    """Candidates as a run leaves them: nobody named or described them."""
    with study.action("release"):
        study.execute("UPDATE segments SET status = 'candidate', name = 'Candidate ' || id, description = ''")


def test_three_confirmed_cards_take_few_keys(demo_study: Study) -> None:
    _as_found(demo_study)
    pressed: list[str] = []
    quotes: set[str] = set()

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        assert len(screen.review.rows) == 3
        await idle(app)
        while not all(row.status == "confirmed" for row in evidence.listing(app.study)):
            for key in _suggested(app):
                await pilot.press(key)
                pressed.append(key)
                await idle(app)
                if isinstance(app.screen, CardScreen):
                    row = app.screen._current_row
                    if row.quote is not None:
                        shown = " ".join(seen(app).split())
                        assert row.quote.quote.split()[0] in shown
                        quotes.add(row.quote.quote)
            assert len(pressed) <= MOST_KEYS, pressed
        assert isinstance(app.screen, SegmentsScreen)

    play(demo_study.path, scenes, size=SMALL)
    for row in evidence.listing(demo_study):
        card = cards.card(demo_study, row.id)
        assert row.status == "confirmed" and card.need and not row.confirmed_undecided
        for part in PARTS:
            quote = card.first(part)
            assert quote is None or (quote.pinned and quote.quote in quotes)
    assert len(pressed) <= MOST_KEYS, pressed
    print(len(pressed), "keys")
