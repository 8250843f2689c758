"""Charts drawn with characters: bars, sparklines and step curves, distinguished by shapes, never by colours alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from needsseg.text import safe

BLOCKS = "▁▂▃▄▅▆▇█"
EIGHTHS = "▏▎▍▌▋▊▉█"
SIGNS = "●○■□▲△◆◇★☆abcdefghijklmnopqrstuvwxyz"
AXIS = 5


def sparkline(values: Sequence[int]) -> str:
    """Return one block a value, scaled to the largest; a value above 0 is never drawn as 0."""
    most = max(values, default=0)
    return "".join(BLOCKS[0] if not value else BLOCKS[max(1, round(value / most * 7))] for value in values)


def bar(value: float, most: float, width: int) -> str:
    """Return a bar of at most ``width`` cells, in eighths of a cell; a value above 0 has at least one eighth."""
    if value <= 0 or most <= 0:
        return ""
    eighths = max(1, round(width * 8 * min(value / most, 1.0)))
    full, remainder = divmod(eighths, 8)
    return EIGHTHS[-1] * full + (EIGHTHS[remainder - 1] if remainder else "")


def fitted(text: str, width: int) -> str:
    """Return text on one line of exactly ``width`` cells, cut with an ellipsis."""
    flat = " ".join(safe(text).split())
    return set_cell_size(flat if cell_len(flat) <= width else set_cell_size(flat, width - 1) + "…", width)


def bars(rows: Sequence[tuple[str, float | None, str]], width: int, name: int = 20) -> list[str]:
    """Return a line a row: its name, its figure, its bar; None means unknown and has no bar."""
    most = max((value for _, value, _ in rows if value is not None), default=0.0)
    figure_width = max((cell_len(figure) for *_, figure in rows), default=0)
    name_width = min(name, max((cell_len(each) for each, *_ in rows), default=1))
    room = max(width - name_width - figure_width - 4, 4)
    return [
        f"{fitted(each, name_width)}  {' ' * (figure_width - cell_len(figure))}{figure}  {bar(value or 0.0, most, room)}"
        for each, value, figure in rows
    ]


@dataclass(frozen=True, slots=True)
class Steps:
    """One step curve: its sign, points (day, share from that day on), and the last day on which it is known."""

    sign: str
    points: tuple[tuple[int, float], ...]
    end: int

    def at(self, day: float) -> float:
        """Return the share on a day."""
        return next((share for start, share in reversed(self.points) if start <= day), 1.0)


def lowest(curves: Sequence[Steps]) -> float:
    """Return where the axis of shares begins: a tenth below the lowest curve, at least 0."""
    least = min((share for each in curves for _, share in each.points), default=1.0)
    return max(0.0, int(least * 10 - 1e-9) / 10 if least > 0 else 0.0) if least < 1 else 0.9


def plot(curves: Sequence[Steps], days: int, width: int, height: int) -> list[str]:
    """Return step curves over ``days`` as lines, with the axes; ``width`` and ``height`` include these.

    Where curves coincide their signs alternate.
    """
    low = lowest(curves)
    columns, lines = max(width - AXIS - 1, 8), max(height - 2, 4)
    cells: list[list[list[str]]] = [[[] for _ in range(columns)] for _ in range(lines)]
    for curve in curves:
        previous: int | None = None
        for x in range(columns):
            day = x * days / (columns - 1)
            if day > curve.end and x:
                break
            y = round((1 - curve.at(day)) / (1 - low) * (lines - 1))
            for row in range(y if previous is None else min(previous + 1, y), y + 1):
                cells[row][x].append(curve.sign)
            previous = y
    labels = {round(part * (lines - 1) / 4): 1 - part / 4 * (1 - low) for part in range(5)}
    rows = [
        (f"{labels[y]:>4.0%} ┤" if y in labels else f"{'':4} │")
        + "".join(signs[x % len(signs)] if signs else " " for x, signs in enumerate(line)).rstrip()
        for y, line in enumerate(cells)
    ]
    return [*rows, f"{'':4} └{'─' * columns}", along(days, columns)]


def ticks(days: int) -> list[int]:
    """Return the days to label below a chart."""
    return [round(part * days / 4) for part in range(5)]


def along(days: int, columns: int, figures: Sequence[str] = ()) -> str:
    """Return a line under a chart: the labelled days, or a figure for each of them."""
    line = [" "] * (AXIS + 1 + columns + 6)
    for part, words in enumerate(figures or [str(day) for day in ticks(days)]):
        at = AXIS + 1 + round(part * (columns - 1) / 4) - (len(words) // 2 if part else 0)
        at = min(at, AXIS + 1 + columns - len(words))
        line[at : at + len(words)] = words
    return "".join(line).rstrip()
