"""The pictures of the page as SVG: shapes and words alone, no scripts; sized so that words stay readable on a phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from needsseg.exchange.report.pictures import Bars, Curves, Map, Point
from needsseg.exchange.report.printable import printable
from needsseg.symbols import PLACES

# Distinguishable with every kind of colour vision as far as eight can be, with a contrast of three to one or more on white
# and near-black; in the order of the app's colours, so that a segment has the same hue in both.
COLOURS = ("#1f83c4", "#d5631a", "#0f9a74", "#b85fa0", "#0d92a8", "#8f8a10", "#7b74e8", "#c8506a")
GREY = "#808890"
DASHES = ("", "8 4", "2 3", "12 3 2 3", "5 2 1 2", "16 5")
OUTSIDE = {"another candidate": "○", "off-topic": "×", "in no segment": "+"}
# Textures tell the parts of a bar apart without colours, and in print.
TEXTURES = (
    "", "M0,6L6,0", "M0,3H6", "M3,0V6", "M0,0L6,6", "M3,3h.1", "M0,6L6,0M0,0L6,6", "M0,3H6M3,0V6",
)  # fmt: skip
WIDTH = 360
"""The width of each picture in its own units; a unit is a pixel on a narrow phone."""
_EDGE = 14
_LETTER = 6.4
"""The mean width of a letter at 12 units."""
_Scale = Callable[[float], float]


def symbol_colour(symbol: str) -> str:
    """Return the colour of a segment's symbol; grey for any other character."""
    place = PLACES.get(symbol)
    return GREY if place is None else COLOURS[place % len(COLOURS)]


def drawn_map(picture: Map) -> str:
    """Return a scatter plot: each passage as the symbol of its segment, which links to the passage where it is quoted."""
    signs = _signs(picture.segments, picture.symbols)
    legend = _wrapped([f"{sign} {name}" for name, sign in signs.items()], WIDTH)
    height = WIDTH - 60
    root = _picture(height + 18 * len(legend) + 10)
    for spot in picture.spots:
        sign = signs.get(spot.segment, "+")
        parent = _element(root, "a", {"href": f"#{spot.to}", "tabindex": "-1"}) if spot.to else root
        x, y = _EDGE + spot.x * (WIDTH - 2 * _EDGE), _EDGE + spot.y * (height - 2 * _EDGE)
        mark = _text(parent, sign, x=x, y=y, fill=symbol_colour(sign), size=9, anchor="middle")
        _title(mark, f"{spot.segment}: “{spot.quote}” {spot.who}, {spot.place}")
    for number, line in enumerate(legend):
        _text(root, line, x=0, y=height + 18 * (number + 1))
    return _written(root)


def drawn_curves(picture: Curves) -> str:
    """Return step curves of the share that stays with their bands; each has its colour, its dashes and its name beside it."""
    left, right, top, bottom = 34, 8, 10, 190
    last = max((point.day for _, line in picture.lines for point in line), default=0) or 1
    root = _picture(bottom + 34 + 18 * len(picture.lines))

    def x(day: float) -> float:
        return left + day / last * (WIDTH - left - right)

    def y(share: float) -> float:
        return bottom - share * (bottom - top)

    for share in (0.0, 0.5, 1.0):
        _element(root, "path", {"d": f"M{left},{y(share):.1f}H{WIDTH - right}", "class": "axis"})
        _text(root, f"{share:.0%}", x=left - 4, y=y(share) + 4, anchor="end", size=11)
    _text(root, "0", x=left, y=bottom + 15, size=11)
    _text(root, f"day {last}", x=WIDTH - right, y=bottom + 15, anchor="end", size=11)
    styles = _styles([name for name, _ in picture.lines], picture.symbols)
    for number, (name, line) in enumerate(picture.lines):
        colour, dashes = styles[name]
        if band := _band(line, x, y):
            _element(root, "path", {"d": band, "fill": colour, "fill-opacity": "0.14"})
        steps = _element(root, "path", {"d": _steps([(p.day, p.share) for p in line], x, y), "class": "curve"})
        steps.attrib |= {"stroke": colour, "stroke-dasharray": dashes}
        _title(steps, name)
        key = bottom + 34 + 18 * number
        example = _element(root, "path", {"d": f"M{left},{key - 4}h34", "class": "curve"})
        example.attrib |= {"stroke": colour, "stroke-dasharray": dashes}
        end = f", {line[-1].share:.0%} at day {line[-1].day}" if line else ""
        _text(root, f"{name}{end}", x=left + 42, y=key)
    return _written(root)


def drawn_bars(picture: Bars) -> str:
    """Return one bar a row, divided into parts with a colour and a texture each; counts stand in the parts they count."""
    names = list(dict.fromkeys(name for bar in picture.bars for name, _ in bar.parts))
    longest = max((sum(count for _, count in bar.parts) for bar in picture.bars), default=0) or 1
    legend = _wrapped([f"□ {name}" for name in names], WIDTH)
    root = _picture(46 * len(picture.bars) + 18 * len(legend) + 6)
    textures = _element(root, "defs", {})
    for place in range(len(names)):
        _texture(textures, f"part-{place}", COLOURS[place % len(COLOURS)], TEXTURES[place % len(TEXTURES)])
    for number, bar in enumerate(picture.bars):
        top = 46 * number
        head = _text(root, "", x=0, y=top + 13)
        if bar.symbol:
            sign = _element(head, "tspan", {"fill": symbol_colour(bar.symbol)})
            sign.text = f"{bar.symbol} "
        _element(head, "tspan", {"class": "name"}).text = printable(f"{bar.name}  ")
        _element(head, "tspan", {}).text = printable(bar.note)
        at = 0.0
        for part, count in bar.parts:
            width = count / longest * WIDTH
            place = names.index(part)
            box = {"x": f"{at:.1f}", "y": str(top + 18), "width": f"{width:.1f}", "height": "20", "class": "part"}
            _title(_element(root, "rect", box | {"fill": f"url(#part-{place})"}), f"{bar.name}, {part}: {count}")
            if width > _LETTER * len(str(count)) + 6:
                _text(root, str(count), x=at + width / 2, y=top + 32, anchor="middle", kind="count")
            at += width
    _legend(root, names, 46 * len(picture.bars) + 12)
    return _written(root)


def _legend(root: Element, names: Sequence[str], top: float) -> None:
    x, y = 0.0, top
    for place, name in enumerate(names):
        width = 20 + _LETTER * len(name) + 12
        if x and x + width > WIDTH:
            x, y = 0.0, y + 18
        box = {"x": f"{x:.1f}", "y": f"{y - 9:.1f}", "width": "14", "height": "10", "class": "part"}
        _element(root, "rect", box | {"fill": f"url(#part-{place})"})
        _text(root, name, x=x + 19, y=y)
        x += width


def _texture(parent: Element, key: str, colour: str, lines: str) -> None:
    size = {"width": "6", "height": "6"}
    pattern = _element(parent, "pattern", {"id": key, "patternUnits": "userSpaceOnUse"} | size)
    _element(pattern, "rect", size | {"fill": colour, "fill-opacity": "0.3"})
    if lines:
        _element(pattern, "path", {"d": lines, "stroke": colour, "stroke-width": "1", "stroke-linecap": "round"})


def _band(line: Sequence[Point], x: _Scale, y: _Scale) -> str:
    known = [(p.day, p.low, p.high) for p in line if p.low is not None and p.high is not None]
    if len(known) < 2:
        return ""
    upper = _steps([(day, high) for day, _, high in known], x, y)
    # Backwards along the lower edge: first down to the level before each step, then along.
    lower = "".join(
        f"H{x(day):.1f}V{y(before):.1f}"
        for (day, _, _), (_, before, _) in zip(reversed(known), [*reversed(known[:-1]), known[0]], strict=True)
    )
    return f"{upper}V{y(known[-1][1]):.1f}{lower}Z"


def _steps(points: Sequence[tuple[int, float]], x: _Scale, y: _Scale) -> str:
    if not points:
        return ""
    (day, share), *others = points
    return f"M{x(day):.1f},{y(share):.1f}" + "".join(f"H{x(d):.1f}V{y(s):.1f}" for d, s in others)


def _styles(names: Sequence[str], symbols: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return colour and dashes by name: those of its symbol's place, else of its place among ``names``."""
    places = {name: PLACES.get(symbols.get(name, ""), number) for number, name in enumerate(names)}
    return {name: (COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]) for name, place in places.items()}


def _signs(names: Sequence[str], symbols: Mapping[str, str]) -> dict[str, str]:
    filled = list(dict.fromkeys(PLACES))
    return {name: symbols.get(name) or OUTSIDE.get(name) or filled[number] for number, name in enumerate(names)}


def _wrapped(words: Sequence[str], width: float) -> list[str]:
    """Return words set in lines of at most ``width`` units, as far as single words allow it."""
    lines: list[str] = []
    for word in words:
        if lines and (len(lines[-1]) + len(word) + 3) * _LETTER <= width:
            lines[-1] += f"   {word}"
        else:
            lines.append(word)
    return lines


def _picture(height: float) -> Element:
    """Return an empty picture, hidden from screen readers, which get the description and the table."""
    attributes = {
        "viewBox": f"0 0 {WIDTH} {height:.0f}",
        "class": "picture",
        "aria-hidden": "true",
        "focusable": "false",
    }
    return Element("svg", attributes)


def _element(parent: Element, name: str, attributes: dict[str, str]) -> Element:
    return SubElement(parent, name, attributes)


def _text(
    parent: Element, words: str, *, x: float, y: float, anchor: str = "", size: float = 12, kind: str = "", fill: str = ""
) -> Element:  # fmt: skip
    attributes = {"x": f"{x:.1f}", "y": f"{y:.1f}", "font-size": f"{size:g}"}
    attributes |= {name: value for name, value in (("text-anchor", anchor), ("class", kind), ("fill", fill)) if value}
    element = _element(parent, "text", attributes)
    element.text = printable(words)
    return element


def _title(parent: Element, words: str) -> None:
    """Words that are shown while a pointer rests on a shape."""
    _element(parent, "title", {}).text = printable(words)


def _written(root: Element) -> str:
    return tostring(root, encoding="unicode", short_empty_elements=True)
