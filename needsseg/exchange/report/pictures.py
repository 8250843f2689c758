"""The pictures of a report as data: what each shows, and the same as a table, which stands behind every picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from needsseg.exchange.report.table import Table


@dataclass(frozen=True, slots=True)
class Spot:
    """A passage on the map, with coordinates in [0, 1], and its displayed fields; ``to`` is the anchor of its context, if any."""

    x: float
    y: float
    segment: str
    quote: str
    who: str
    place: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Map:
    """A map of passages by similarity, with the segments in report order and a description in words.

    ``symbols`` are those of the segments, by name.
    """

    title: str
    description: str
    segments: tuple[str, ...]
    spots: tuple[Spot, ...]
    symbols: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """The share that remains from a day on, with its 95% interval where there is one."""

    day: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Curves:
    """Retention curves by segment, and a description in words; ``symbols`` are those of the segments, by name."""

    title: str
    description: str
    lines: tuple[tuple[str, tuple[Point, ...]], ...]
    symbols: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grid:
    """Counts of rows by columns, the darker the more, with a description in words; ``unit`` is what is counted, in the plural.

    ``columns`` may carry the symbols of segments. ``corner`` names what the rows are.
    """

    title: str
    description: str
    corner: str
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    columns: tuple[str, ...]
    unit: str
    symbols: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of parts (name, count), with a note beside it, and the symbol of its segment."""

    name: str
    parts: tuple[tuple[str, int], ...]
    note: str
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars divided into parts, one a row, with a description in words; ``unit`` is what is counted, in the plural."""

    title: str
    description: str
    bars: tuple[Bar, ...]
    unit: str
    note_header: str


Picture = Map | Curves | Grid | Bars


def table_behind(picture: Picture) -> Table:
    """Return what a picture shows as a folded table."""
    if isinstance(picture, Map):
        spots = tuple((spot.segment, spot.quote, spot.who, spot.place) for spot in picture.spots)
        return Table("Every passage on the map", ("segment", "quote", "who", "place"), spots, folded=True)
    if isinstance(picture, Curves):
        points = tuple(
            (name, str(point.day), f"{point.share:.0%}", _between(point))
            for name, line in picture.lines
            for point in line
        )
        return Table("Every step of the curves", ("segment", "day", "share", "95% interval"), points, folded=True)
    if isinstance(picture, Grid):
        counted = tuple((name, *map(str, counts)) for name, counts in picture.rows)
        return Table(f"{picture.title}: {picture.unit}", (picture.corner, *picture.columns), counted)
    names = tuple(dict.fromkeys(name for bar in picture.bars for name, _ in bar.parts))
    rows = tuple(
        (bar.name, *(str(dict(bar.parts).get(name, 0)) for name in names), str(sum(n for _, n in bar.parts)), bar.note)
        for bar in picture.bars
    )
    return Table(f"{picture.title}: {picture.unit}", ("segment", *names, "all", picture.note_header), rows, folded=True)


def _between(point: Point) -> str:
    return "–" if point.low is None or point.high is None else f"{point.low:.0%} to {point.high:.0%}"
