"""Figures drawn with characters: bars, sparklines and curves of steps. Shapes tell them apart, never colours."""

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
    """One block a value, from nothing to the largest; a value above 0 is never as low as 0."""
    most = max(values, default=0)
    return "".join(BLOCKS[0] if not value else BLOCKS[max(1, round(value / most * 7))] for value in values)


def bar(value: float, most: float, width: int) -> str:
    """A bar in eighths of a cell; what is above 0 is never without one."""
    if value <= 0 or most <= 0:
        return ""
    eighths = max(1, round(width * 8 * min(value / most, 1.0)))
    whole, rest = divmod(eighths, 8)
    return EIGHTHS[-1] * whole + (EIGHTHS[rest - 1] if rest else "")


def fitted(text: str, width: int) -> str:
    """Text on one line of exactly ``width`` cells, cut with an ellipsis."""
    flat = " ".join(safe(text).split())
    return set_cell_size(flat if cell_len(flat) <= width else set_cell_size(flat, width - 1) + "…", width)


def bars(rows: Sequence[tuple[str, float | None, str]], width: int, name: int = 20) -> list[str]:
    """A line a row: its name, its figure, its bar; None is not known and has none."""
    most = max((value for _, value, _ in rows if value is not None), default=0.0)
    figures = max((cell_len(figure) for *_, figure in rows), default=0)
    called = min(name, max((cell_len(each) for each, *_ in rows), default=1))
    room = max(width - called - figures - 4, 4)
    return [
        f"{fitted(each, called)}  {' ' * (figures - cell_len(figure))}{figure}  {bar(value or 0.0, most, room)}"
        for each, value, figure in rows
    ]


@dataclass(frozen=True, slots=True)
class Steps:
    """One curve: its sign, the share that holds from each day on, and the last day on which it is known."""

    sign: str
    points: tuple[tuple[int, float], ...]
    end: int

    def at(self, day: float) -> float:
        """The share on a day."""
        return next((share for start, share in reversed(self.points) if start <= day), 1.0)


def lowest(curves: Sequence[Steps]) -> float:
    """Where the axis of shares begins: a tenth below the lowest curve, 0 at least."""
    least = min((share for each in curves for _, share in each.points), default=1.0)
    return max(0.0, int(least * 10 - 1e-9) / 10 if least > 0 else 0.0) if least < 1 else 0.9


def plot(curves: Sequence[Steps], days: int, width: int, height: int) -> list[str]:
    """Curves of steps over ``days``, the shares to the left and the days below; ``width`` and ``height`` are of all of it.

    Where curves lie on each other their signs take turns.
    """
    low = lowest(curves)
    across, down = max(width - AXIS - 1, 8), max(height - 2, 4)
    cells: list[list[list[str]]] = [[[] for _ in range(across)] for _ in range(down)]
    for curve in curves:
        before: int | None = None
        for x in range(across):
            day = x * days / (across - 1)
            if day > curve.end and x:
                break
            y = round((1 - curve.at(day)) / (1 - low) * (down - 1))
            for between in range(y if before is None else min(before + 1, y), y + 1):
                cells[between][x].append(curve.sign)
            before = y
    labels = {round(part * (down - 1) / 4): 1 - part / 4 * (1 - low) for part in range(5)}
    drawn = [
        (f"{labels[y]:>4.0%} ┤" if y in labels else f"{'':4} │")
        + "".join(signs[x % len(signs)] if signs else " " for x, signs in enumerate(line)).rstrip()
        for y, line in enumerate(cells)
    ]
    return [*drawn, f"{'':4} └{'─' * across}", along(days, across)]


def ticks(days: int) -> list[int]:
    """The days that are named below a chart."""
    return [round(part * days / 4) for part in range(5)]


def along(days: int, across: int, figures: Sequence[str] = ()) -> str:
    """A line under a chart: the days, or a figure for each of them."""
    line = [" "] * (AXIS + 1 + across + 6)
    for part, words in enumerate(figures or [str(day) for day in ticks(days)]):
        at = AXIS + 1 + round(part * (across - 1) / 4) - (len(words) // 2 if part else 0)
        at = min(at, AXIS + 1 + across - len(words))
        line[at : at + len(words)] = words
    return "".join(line).rstrip()
