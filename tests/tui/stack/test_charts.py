"""Charts: curves, bars and sparklines in the room there is."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from needsseg.tui.widgets import chart

curve = st.lists(st.tuples(st.integers(0, 400), st.floats(0, 1)), min_size=1, max_size=9)


@given(st.lists(curve, min_size=1, max_size=12), st.integers(1, 400), st.integers(20, 110), st.integers(6, 20))
def test_a_plot_fits_its_room_and_shows_every_curve(drawn: list[Any], days: int, width: int, height: int) -> None:
    curves = []
    for sign, points in zip(chart.SIGNS, drawn, strict=False):
        shares = sorted((share for _, share in points), reverse=True)
        starts = [0, *sorted(day for day, _ in points)]
        held = tuple(zip(starts, [1.0, *shares], strict=True))
        curves.append(chart.Steps(sign, held, days))
    told = chart.plot(curves, days, width, height)
    assert len(told) == height
    assert all(len(line) <= width for line in told)
    text = "".join(told)
    if len(curves) <= 8:
        assert all(each.sign in text for each in curves)


def test_bars_and_sparklines_show_what_is_above_nothing() -> None:
    assert chart.sparkline((0, 1, 1000)) == "▁▂█"
    told = chart.bars([("a", 1.0, "1"), ("b", 10000.0, "10,000"), ("c", 0.0, "0"), ("d", None, "?")], 40)
    assert [line.split() for line in told] == [["a", "1", "▏"], ["b", "10,000", "█" * 29], ["c", "0"], ["d", "?"]]
