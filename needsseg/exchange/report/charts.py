"""The report's charts as Vega-Lite specifications by Altair, and the script that renders them, to embed in the page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from needsseg.exchange.report.content import Curves, Map, Point
from needsseg.symbols import PLACES

# Distinguishable with every kind of colour vision as far as eight can be, with a contrast of three to one or more on white
# and near-black; in the order of the app's colours, so that a segment has the same hue in both.
COLOURS = ("#1f83c4", "#d5631a", "#0f9a74", "#b85fa0", "#0d92a8", "#8f8a10", "#7b74e8", "#c8506a")
_STAR = "M0,-1L0.22,-0.31L0.95,-0.31L0.36,0.12L0.59,0.81L0,0.38L-0.59,0.81L-0.36,0.12L-0.95,-0.31L-0.22,-0.31Z"
_FOUR_POINTS = "M0,-1L0.25,-0.25L1,0L0.25,0.25L0,1L-0.25,0.25L-1,0L-0.25,-0.25Z"
SHAPES = ("triangle-up", "square", "diamond", "triangle-down", _STAR, _FOUR_POINTS, "triangle-right", "triangle-left")
"""The shapes of ``needsseg.symbols.SHAPES`` by Vega's names, or as paths in a square of 2 by 2."""
DASHES = ((1, 0), (8, 4), (2, 3), (12, 3, 2, 3), (5, 2, 1, 2), (16, 5))
GREY = "#808890"
OUTSIDE = {"another candidate": "circle", "off-topic": "wedge", "in no segment": "cross"}
LICENCE = (
    "Charts by Vega, Vega-Lite and Vega-Embed, © University of Washington Interactive Data Lab and others, BSD-3-Clause"
)


@lru_cache(maxsize=1)
def drawing_program() -> str:
    """Return Vega, Vega-Lite and Vega-Embed in one script that fetches nothing; the same for the same installation."""
    import altair as alt
    import vl_convert

    version = re.match(r"v?(\d+\.\d+)", alt.SCHEMA_VERSION)
    if version is None:
        raise ValueError(f"Altair names no version of Vega-Lite: {alt.SCHEMA_VERSION}")
    draw = "window.vegaEmbed = vegaEmbed;"
    script: str = vl_convert.javascript_bundle(draw, vl_version=version[1])
    return script


def symbol_colour(symbol: str) -> str:
    """Return the colour of a segment's symbol; grey for any other character."""
    place = PLACES.get(symbol)
    return GREY if place is None else COLOURS[place % len(COLOURS)]


def chart(block: Map | Curves) -> dict[str, Any]:
    """Return a chart as a Vega-Lite specification with its data."""
    return _map(block) if isinstance(block, Map) else _curves(block)


def _map(block: Map) -> dict[str, Any]:
    """Return a scatter plot of passages, with a colour and shape per segment, and a ring at the passage read by keys."""
    import altair as alt

    inside = [name for name in block.segments if name not in OUTSIDE]
    colour = _styled(inside, COLOURS, block.symbols) | dict.fromkeys(OUTSIDE, GREY)
    shape = _styled(inside, SHAPES, block.symbols) | OUTSIDE
    rows = [
        {"x": s.x, "y": s.y, "segment": s.segment, "quote": s.quote, "who": s.who, "place": s.place}
        for s in block.spots
    ]
    legend = alt.Legend(orient="bottom", columns=1, labelLimit=300, title="segment", symbolLimit=60)
    shown_segments = list(block.segments)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.03, 1.03]))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.03, 1.03]))
    points = (
        alt.Chart(alt.NamedData("spots"))
        .mark_point(filled=True, size=64, opacity=0.85)
        .encode(
            x=x,
            y=y,
            color=alt.Color("segment:N", legend=legend, scale=_named(shown_segments, colour)),
            shape=alt.Shape("segment:N", legend=legend, scale=_named(shown_segments, shape)),
            tooltip=[alt.Tooltip(f"{name}:N") for name in ("quote", "segment", "who", "place")],
        )
    )
    ring = alt.Chart(alt.NamedData("here")).mark_point(size=320, strokeWidth=3, color=GREY).encode(x=x, y=y)
    return _whole(points + ring, 460, {"spots": rows, "here": []})


def _curves(block: Curves) -> dict[str, Any]:
    """Return Kaplan–Meier step curves with bands, with a colour and dashes per segment."""
    import altair as alt

    names = [name for name, _ in block.lines]
    rows = [row for name, points in block.lines for row in _steps(name, points)]
    tints = _styled(names, COLOURS, block.symbols)
    colour = _named(names, tints)
    dash = _styled(names, DASHES, block.symbols)
    legend = alt.Legend(orient="bottom", columns=1, labelLimit=300, title="segment", symbolSize=400)
    y = alt.Y(type="quantitative", title="share that stays", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    base = alt.Chart(alt.NamedData("steps")).encode(
        x=alt.X("day:Q", title="days since the start", scale=alt.Scale(nice=False))
    )
    # Separate layers, since the legend would otherwise show a band's pale colour or a dot.
    single = [
        (base.transform_filter(alt.FieldEqualPredicate(field="segment", equal=n)), tint) for n, tint in tints.items()
    ]
    bands = [
        curve.mark_area(interpolate="step-after", opacity=0.14, color=tint).encode(y=y.field("low"), y2="high:Q")
        for curve, tint in single
    ]
    shown_curves = [
        alt.Tooltip("segment:N"), alt.Tooltip("day:Q"),
        *(alt.Tooltip(f"{name}:Q", format=".0%") for name in ("share", "low", "high")),
    ]  # fmt: skip
    dots = [
        curve.mark_point(filled=True, size=30, color=tint).encode(y=y.field("share"), tooltip=shown_curves)
        for curve, tint in single
    ]
    line = base.mark_line(interpolate="step-after", strokeWidth=2.5).encode(
        y=y.field("share"),
        color=alt.Color("segment:N", scale=colour, legend=legend),
        strokeDash=alt.StrokeDash("segment:N", scale=_named(names, dash), legend=legend),
    )
    return _whole(alt.layer(*bands, line, *dots), 320, {"steps": rows})


def _steps(name: str, points: Sequence[Point]) -> list[dict[str, Any]]:
    return [{"segment": name, "day": p.day, "share": p.share, "low": p.low, "high": p.high} for p in points]


def _whole(chart: Any, height: int, data: dict[str, Any]) -> dict[str, Any]:
    """Return a chart as wide as its container, without background, and hidden from screen readers, which get the table."""
    chart = chart.properties(width="container", height=height, autosize={"type": "fit-x", "contains": "padding"})
    chart = chart.configure(background="transparent", aria=False, font="sans-serif").configure_view(stroke=None)
    chart = chart.configure_legend(labelFontSize=13, titleFontSize=13).configure_axis(
        labelFontSize=12, titleFontSize=12
    )
    spec: dict[str, Any] = chart.to_dict()
    # With named data, Altair leaves the data to the page.
    return spec | {"datasets": data}


def _styled(names: Sequence[str], styles: Sequence[Any], symbols: Mapping[str, str]) -> dict[str, Any]:
    """Return the style of each name: that of its symbol's place, else by its place among ``names``."""
    places = {name: PLACES.get(symbols.get(name, ""), number) for number, name in enumerate(names)}
    return {name: styles[place % len(styles)] for name, place in places.items()}


def _named(names: Sequence[str], styles: dict[str, Any]) -> Any:
    import altair as alt

    return alt.Scale(domain=list(names), range=[styles[name] for name in names])
