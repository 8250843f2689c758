"""Kaplan–Meier curves as files: a picture (SVG) that is readable without colour, and every step as a table (CSV)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

from needsseg.tables import TableWriter
from needsseg.validation.survival import Curve

CURVE_COLUMNS = ("segment", "day", "at_risk", "events", "survival", "low", "high")
MADE_BY = "<!-- Kaplan-Meier curves by needsseg -->"

# Colours of Okabe and Ito (2008), distinguishable with every kind of colour vision; dashes distinguish them without colour.
_STYLES = (
    ("#0072b2", ""), ("#d55e00", "9 4"), ("#009e73", "2 3"), ("#cc79a7", "12 3 2 3"), ("#000000", "5 2 1 2 1 2"),
    ("#56b4e9", "16 5"), ("#e69f00", "1 5"),
)  # fmt: skip
_LEFT, _TOP, _WIDTH, _HEIGHT = 190, 56, 620, 300
_LINE = 20
_LONGEST_NAME = 24
_TICKS = (1, 2, 5, 7, 10, 14, 30, 60, 90, 120, 180, 365, 730, 1825)
_MOST_TICKS = 8


def curves_csv(curves: Sequence[Curve]) -> str:
    """Return one row for each segment and day with a change; ``low`` and ``high`` are empty without an interval."""
    out = io.StringIO(newline="")
    writer = TableWriter(out, neutralise=True)
    writer.header(CURVE_COLUMNS)
    for curve in curves:
        for step in curve.steps:
            ends = ["" if end is None else f"{end:.6f}" for end in (step.low, step.high)]
            writer.row([curve.segment, step.day, step.at_risk, step.events, f"{step.survival:.6f}", *ends])
    return out.getvalue()


def curves_svg(curves: Sequence[Curve], title: str, subtitle: str) -> str:
    """The share that stays by days since the start, a line with its 95% band for each segment, and the numbers at risk.

    Lines differ by dashes as well as by colour; ``title`` and the description say in words what is drawn.
    """
    last = max((curve.steps[-1].day for curve in curves), default=0) or 1
    ticks = _ticks(last)
    legend = _TOP + _HEIGHT + 62
    height = legend + _LINE * (len(curves) + 1) + 16
    width = _LEFT + _WIDTH + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="13">',
        MADE_BY,
        f'<title id="title">{_text(title)}</title>',
        f'<desc id="desc">{_text(" ".join([subtitle, *map(_described, curves)]))}</desc>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="22" font-size="16" font-weight="bold">{_text(title)}</text>',
        f'<text x="{_LEFT}" y="41" fill="#444444">{_text(subtitle)}</text>',
        *_axes(ticks, last),
    ]
    for number, curve in enumerate(curves):
        parts += _curve_paths(curve, last, *_STYLES[number % len(_STYLES)])
    parts.append(f'<text x="{_LEFT}" y="{legend}" fill="#444444">still followed on that day</text>')
    for number, curve in enumerate(curves):
        parts += _at_risk(curve, ticks, last, legend + _LINE * (number + 1), *_STYLES[number % len(_STYLES)])
    return "\n".join([*parts, "</svg>", ""])


def _text(text: str) -> str:
    """Escape text for XML, without the control characters that XML forbids."""
    return escape("".join(c if c.isprintable() else " " for c in text), {'"': "&quot;"})


def _described(curve: Curve) -> str:
    step = curve.steps[-1]
    interval = "" if step.low is None or step.high is None else f" (95% interval {step.low:.0%} to {step.high:.0%})"
    median = "" if curve.median is None else f"; half had left by day {curve.median}"
    return (
        f"{curve.segment}: {curve.accounts} accounts, {curve.events} left, {step.survival:.0%} stayed to day {step.day}"
        f"{interval}{median}."
    )


def _ticks(last: int) -> list[int]:
    apart = next((gap for gap in _TICKS if last / gap <= _MOST_TICKS), -(-last // _MOST_TICKS))
    return list(range(0, last + 1, apart))


def _x(day: int, last: int) -> float:
    return round(_LEFT + _WIDTH * day / last, 1)


def _y(share: float) -> float:
    return round(_TOP + _HEIGHT * (1 - share), 1)


def _axes(ticks: Sequence[int], last: int) -> list[str]:
    parts = []
    for quarter in range(5):
        y = _y(quarter / 4)
        parts.append(f'<line x1="{_LEFT}" x2="{_LEFT + _WIDTH}" y1="{y}" y2="{y}" stroke="#dddddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{quarter * 25}%</text>')
    bottom = _y(0)
    for day in ticks:
        x = _x(day, last)
        parts.append(f'<line x1="{x}" x2="{x}" y1="{bottom}" y2="{bottom + 5}" stroke="#444444"/>')
        parts.append(f'<text x="{x}" y="{bottom + 19}" text-anchor="middle">{day}</text>')
    middle = _LEFT + _WIDTH / 2
    parts.append(f'<text x="{middle}" y="{bottom + 38}" text-anchor="middle">days since the start</text>')
    return parts


def _curve_paths(curve: Curve, last: int, colour: str, dashes: str) -> list[str]:
    """Return a step curve with its band, and a small tick wherever accounts are censored."""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    points = [(_x(0, last), _y(1.0))]
    for step in curve.steps:
        points += [(_x(step.day, last), points[-1][1]), (_x(step.day, last), _y(step.survival))]
    path = "M" + " L".join(f"{x},{y}" for x, y in points)
    strokes = [
        f'<line x1="{_x(step.day, last)}" x2="{_x(step.day, last)}" y1="{_y(step.survival) - 5}" y2="{_y(step.survival) + 5}" '
        f'stroke="{colour}"/>'
        for step in curve.steps
        if step.censored
    ]
    return [
        *_band(curve, last, colour),
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>',
        *strokes,
    ]


def _band(curve: Curve, last: int, colour: str) -> list[str]:
    bounds = [(step.day, step.low, step.high) for step in curve.steps if step.low is not None and step.high is not None]
    if not bounds:
        return []
    ends = [*(day for day, _, _ in bounds[1:]), curve.steps[-1].day]
    upper = [(x, high) for (day, _, high), end in zip(bounds, ends, strict=True) for x in (day, end)]
    lower = [(x, low) for (day, low, _), end in zip(bounds, ends, strict=True) for x in (day, end)]
    outline = " ".join(f"{_x(day, last)},{_y(share)}" for day, share in [*upper, *reversed(lower)])
    return [f'<polygon points="{outline}" fill="{colour}" fill-opacity="0.10"/>']


def _at_risk(curve: Curve, ticks: Sequence[int], last: int, y: int, colour: str, dashes: str) -> list[str]:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    name = curve.segment if len(curve.segment) <= _LONGEST_NAME else curve.segment[: _LONGEST_NAME - 1] + "…"
    return [
        f'<line x1="8" x2="44" y1="{y - 4}" y2="{y - 4}" stroke="{colour}" stroke-width="2"{dashed}/>',
        f'<text x="50" y="{y}" font-size="12">{_text(name)}</text>',
        *(f'<text x="{_x(day, last)}" y="{y}" text-anchor="middle">{curve.followed(day)}</text>' for day in ticks),
    ]
