"""What the tests of the review share: the walked sample study in the app, its evidence read, its map drawn."""

from __future__ import annotations

from textual.pilot import Pilot
from tui_waiting import until

from needsseg.actions import segments
from needsseg.actions.segments import SegmentSummary
from needsseg.actions.studies import Study
from needsseg.tui.app import NeedssegApp
from needsseg.tui.screens.segments import SegmentsScreen
from needsseg.tui.widgets.passage_map import PassageMap


async def reviewing(app: NeedssegApp, pilot: Pilot[int]) -> SegmentsScreen:
    """The segments screen with its evidence read."""
    await pilot.press("f3")
    await until(app, lambda: isinstance(app.screen, SegmentsScreen))
    screen = app.screen
    assert isinstance(screen, SegmentsScreen)
    await until(app, lambda: screen.shown is not None or not screen.rows)
    await pilot.pause()
    return screen


async def mapped(screen: SegmentsScreen, pilot: Pilot[int]) -> PassageMap:
    """The map in place of the evidence, drawn."""
    await pilot.press("M")
    shown = screen.query_one("#map", PassageMap)
    await until(screen.app, lambda: shown.drawn)
    return shown


def rows(study: Study) -> dict[int, SegmentSummary]:
    """The segments by id."""
    return {row.id: row for row in segments.listing(study)}


def sizes(study: Study) -> dict[int, int]:
    """How many passages each segment has."""
    return {row.id: row.size for row in segments.listing(study)}


def members(study: Study, segment: int) -> list[int]:
    """The passages of a segment, as its evidence lists them."""
    return [passage.id for passage, _ in segments.evidence(study, segment).passages]
