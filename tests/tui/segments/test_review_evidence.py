"""Evidence before any label: what is shown of a segment, in which order, and that each quote leads to its context."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from needsseg.actions.discovery import evidence
from needsseg.actions.segments import segments
from needsseg.actions.study import studies
from needsseg.discovery.evidence.card_quotes import PARTS
from needsseg.study.connection import Study
from needsseg.study.segments import constraints, runs
from needsseg.tui.app import NeedssegApp
from needsseg.tui.report import ReportScreen
from needsseg.tui.widgets.passage_map import CURSOR, PassageMap
from tests.fixtures.app.review_study import mapped, members, reviewing, rows
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen, settled
from tests.fixtures.app.waiting import until


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_evidence_stands_before_names_and_fits_the_screen(demo_study: Study, size: tuple[int, int]) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        proof = screen.review.shown
        assert proof is not None
        kinds = [row.kind for row in screen.quotes.rows]
        names = [n for n, row in enumerate(screen.quotes.rows) if "names that fit" in row.content.plain]
        assert names == ([len(kinds) - 1] if proof.summary.suggested_names else [])
        assert kinds.index("info") < kinds.index("member")
        assert [row.passage.id for row in screen.quotes.rows if row.kind == "member" and row.passage] == [
            passage.id for passage, _ in proof.passages
        ]
        await settled(app, pilot)
        head = screen.quotes.rows[0].content.plain
        assert f"{proof.summary.size} passages of {proof.summary.participants} participants" in head
        assert proof.rival is None or f"“{proof.rival.name}” {proof.rival.nearness:.2f}" in head
        assert all(cell_len(line) <= screen.quotes.size.width for line in head.split("\n")[:5])
        # A quote is in sight from the start, without a key.
        shown = flat(seen(app))
        assert "── Quotes:".replace("─", "").strip() in shown
        await pilot.press("n")
        quote = screen.quotes.quote
        assert quote is not None and screen.quotes.has_focus
        assert flat(quote.quote)[:20] in flat(seen(app))
        await pilot.press("n")
        assert screen.quotes.quote == proof.passages[1][0]
        await pilot.press("N")
        assert screen.quotes.quote == proof.passages[0][0]

    play(demo_study.path, scenes, size)


def test_a_part_of_the_card_opens_at_its_quote(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        card = screen.review.card
        assert card is not None
        last = [quote for part in PARTS if (quote := card.first(part)) is not None][-1]
        await pilot.press("n", "k")
        row = screen.quotes.row
        assert row is not None and row.kind == "stated" and row.passage is not None
        assert row.passage.id == last.passage
        assert flat(last.quote)[:12] in flat("".join(r.content.plain for r in screen.quotes.rows))
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.current_mode == "code"
        assert app.screen.interview.current == last.passage
        await pilot.press("escape")
        await settled(app, pilot)
        assert app.current_mode == "segments"

    play(demo_study.path, scenes)


def test_all_evidence_and_the_lineage_are_read_and_closed(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        assert screen.cursor.segment is not None
        await until(app, lambda: bool(screen.review.accounts))
        await pilot.press("i")
        await pilot.pause()
        assert isinstance(app.screen, ReportScreen)
        text = flat(seen(app))
        assert "esc closes" in text
        assert "Participants:" in text and "Accounts:" in text
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("H")
        await pilot.pause()
        text = flat(seen(app))
        assert "History of" in text and "found in run 1" in text and "named “" in text
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is screen

    play(demo_study.path, scenes, (120, 60))


def test_the_map_follows_the_cursor_and_opens_and_closes(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        shown = await mapped(screen, pilot)
        first = shown.map_lines
        assert sum(line.count(CURSOR) for line in first) == 1
        assert sum(line.count("▲") for line in first) > 3
        await pilot.press("n", "n")
        assert screen.quotes.quote == screen.quotes.quotes[1]
        assert shown.map_lines != first
        await pilot.press("tab", "j")
        await pilot.pause()
        assert sum(line.count("▲") for line in shown.map_lines) == 0, "hollow where it is not the one shown"
        assert sum(line.count("■") for line in shown.map_lines) > 3
        await pilot.press("M")
        assert not screen.query_one("#map-pane").display
        assert screen.quotes.display

    play(demo_study.path, scenes)


def test_a_large_screen_shows_the_map_beside_the_evidence(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        small = screen.query_one("#near-map", PassageMap)
        await until(app, lambda: bool(small.map_lines))
        await pilot.pause()
        assert CURSOR in seen(app)
        assert screen.quotes.display

    play(demo_study.path, scenes, LARGE)


def test_without_vectors_the_screen_says_what_is_missing(demo_study: Study) -> None:
    demo_study.conn.execute("DELETE FROM vectors")
    demo_study.conn.commit()

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        assert screen.review.shown is not None and screen.review.shown.edge is None
        assert "discover again (D) to see edge" in screen.quotes.rows[0].content.plain
        await pilot.press("M")
        await until(app, lambda: "no vector" in flat(seen(app)))
        await pilot.press("M", "s")
        await until(app, lambda: "no halves to propose" in flat(seen(app)))
        await pilot.press("Q")
        await until(app, lambda: "no vector" in flat(seen(app)))
        await pilot.press("escape")

    play(demo_study.path, scenes)


def test_proposed_passages_are_admitted_and_declined(demo_study: Study) -> None:
    with studies.open_study(demo_study.path) as study:
        here, other = list(rows(study).values())[:2]
        put = members(study, other.id)[-2:]
        segments.move(study, put, None)
        run = runs.latest(study)
        assert run is not None
        with study.action("discover", "proposes"):
            constraints.replace_proposals(study, run.id, {here.id: [(put[0], 0.7), (put[1], 0.6)]})

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        assert screen.cursor.segment is not None and screen.cursor.segment.id == here.id
        assert "?2" in seen(app)
        await pilot.press("n")
        row = screen.quotes.row
        assert row is not None and row.kind == "proposed" and row.passage is not None and row.passage.id == put[0]
        assert "? proposed" in flat(seen(app))
        await pilot.press("a")
        assert put[0] in members(app.study, here.id)
        assert screen.quotes.quote is not None and screen.quotes.quote.id == put[1]
        await pilot.press("x")
        assert put[1] not in members(app.study, here.id)
        assert not evidence.evidence(app.study, here.id).proposed
        await pilot.press("u", "u")
        assert [p.id for p, _ in evidence.evidence(app.study, here.id).proposed] == put

    play(demo_study.path, scenes)
