"""The map: every segment by a sign of its own, the cursor always seen, whatever the size and the names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult

from needsseg.actions.discovery.comparing import Point
from needsseg.symbols import glyphs
from needsseg.tui.widgets.passage_map import CURSOR, LOOSE, OFF, PROPOSED, PassageMap, legend, plotted
from tests.fixtures.app import waiting
from tests.fixtures.app.small_study import TEXTS

POINTS = st.lists(
    st.builds(
        Point,
        st.integers(1, 40),
        st.floats(0, 1),
        st.floats(0, 1),
        st.none() | st.integers(1, 12),
        st.sampled_from(["named", "candidate", "proposed", "off_topic", "left_over"]),
    ),
    max_size=60,
    unique_by=lambda point: point.passage,
)


@given(POINTS, st.integers(1, 60), st.integers(1, 30))
def test_the_passage_under_the_cursor_is_always_seen(points: list[Point], width: int, height: int) -> None:
    signs = glyphs(range(1, 13))
    for point in [None, *points[:2]]:
        drawn = plotted(points, (width, height), signs, 1, point.passage if point else None)
        assert len(drawn) == height
        assert all(len(line) == cell_len(line) == width for line in drawn)
        assert "".join(drawn).count(CURSOR) == (1 if point else 0)


def test_shape_tells_the_segment_that_is_shown_from_the_others() -> None:
    signs = glyphs([7, 8])
    points = [
        Point(1, 0, 0, 7, "named"),
        Point(2, 1, 1, 8, "candidate"),
        Point(3, 0.5, 0.5, None, "left_over"),
        Point(4, 0, 1, None, "off_topic"),
        Point(5, 1, 0, 8, "proposed"),
    ]
    assert plotted(points, (3, 3), signs, 7, None) == [f"{OFF} ◁", f" {LOOSE} ", f"▶ {PROPOSED}"]
    assert plotted(points, (3, 3), signs, 8, 1) == [f"{OFF} ◀", f" {LOOSE} ", f"{CURSOR} {PROPOSED}"]


def test_signs_are_distinct_even_for_many_segments() -> None:
    signs = glyphs(range(30))
    every = [sign for pair in signs.values() for sign in pair]
    assert len(set(every)) == len(every) == 60
    assert not {CURSOR, LOOSE, OFF, PROPOSED} & set(every)
    assert all(cell_len(sign) == 1 for sign in every)


@given(POINTS, st.integers(4, 60), st.integers(1, 8))
def test_the_legend_keeps_to_its_place(points: list[Point], width: int, most: int) -> None:
    names = {number: TEXTS[number % len(TEXTS)] for number in range(1, 13)}
    said = legend(points, names, glyphs(list(names)), (1, 1), width, most, TEXTS[5])
    assert len(said) <= max(most, 1)
    assert all(line.cell_length <= width for line in said)


class Alone(App[None]):
    def compose(self) -> ComposeResult:
        yield PassageMap()


@pytest.mark.parametrize("size", [(80, 24), (20, 6), (3, 2)])
def test_strange_names_and_small_places_break_nothing(size: tuple[int, int]) -> None:
    async def run() -> None:
        app = Alone()
        async with app.run_test(size=size) as pilot:
            shown = app.query_one(PassageMap)
            names = dict(enumerate(TEXTS))
            points = [Point(n, n / 10, n / 10, n, "named") for n in names]
            for at, text in enumerate(TEXTS):
                shown.show(points, names)
                shown.mark(at, at, text)
                await pilot.pause()
                drawn = "".join(part.text for strip in app.screen._compositor.render_strips() for part in strip)
                assert "\x1b" not in drawn
                if shown.map_lines:
                    assert CURSOR in drawn
            shown.show([], {}, "[/end] none")
            await pilot.pause()
            assert app.export_screenshot()

    waiting.run(run())
