"""Who stays: Kaplan–Meier curves by segment, drawn with characters, and in words whether segments add anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from needsseg.text import format_count
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.widgets.chart import AXIS, SIGNS, Steps, along, fitted, lowest, plot, ticks
from needsseg.tui.widgets.symbols import Sign, coloured
from needsseg.tui.words import lines, plain

HEIGHT = 14
NAME = 20


@dataclass(frozen=True, slots=True)
class Group:
    """One segment: its curve, who was followed and left, what is left at the end, and who is still followed on a day."""

    name: str
    steps: Steps
    accounts: int
    events: int
    last: float
    between: tuple[float | None, float | None]
    median: int | None
    at_risk: tuple[tuple[int, int], ...]

    def followed(self, day: int) -> int:
        """How many are still followed on a day."""
        return next((number for start, number in self.at_risk if start >= day), 0)


@dataclass(frozen=True, slots=True)
class Followed:
    """A validation as the program gives it: the verdict in words, the groups, the figures and what weakens them."""

    sentence: str
    reasons: tuple[str, ...]
    advice: str
    needed: tuple[str, ...]
    groups: tuple[Group, ...]
    days: int
    left: str
    figures: tuple[str, ...]
    warnings: tuple[str, ...]


def followed(found: Mapping[str, Any], signs: Mapping[str, Sign] | None = None) -> Followed:
    """Reads what ``validate --json`` wrote; ``signs`` are the symbols of segments by name."""
    names = [str(each["segment"]) for each in found["curves"]]
    groups = tuple(_group(sign, each) for sign, each in zip(_signs(names, signs or {}), found["curves"], strict=True))
    days = max([*(each.steps.end for each in groups), int(found["followed"]["most"]), 1])
    return Followed(
        str(found["sentence"]),
        tuple(map(str, found["reasons"])),
        str(found["advice"]),
        tuple(map(str, found["needed"])),
        groups,
        days,
        "at risk" if found["outcome"] == "at_risk" else "left",
        tuple(_figures(found)),
        tuple(map(str, found["warnings"])),
    )


def _signs(names: Sequence[str], signs: Mapping[str, Sign]) -> list[str]:
    """Return a symbol for each curve: that of its segment, else one that no segment here has."""
    own = {name: signs[name][0] for name in names if name in signs}
    free = [sign for sign in SIGNS if sign not in own.values()]
    others = iter(free[at % len(free)] for at in range(len(names)))
    return [own.get(name) or next(others) for name in names]


def _group(sign: str, curve: Mapping[str, Any]) -> Group:
    held = curve["steps"]
    points = tuple((int(step["day"]), float(step["survival"])) for step in held)
    last = held[-1]
    return Group(
        str(curve["segment"]),
        Steps(sign, points, points[-1][0]),
        int(curve["accounts"]),
        int(curve["events"]),
        points[-1][1],
        (last["low"], last["high"]),
        curve["median"],
        tuple((int(step["day"]), int(step["at_risk"])) for step in held),
    )


def _figures(found: Mapping[str, Any]) -> list[str]:
    """The test behind the verdict, and the other tests, each in a line."""
    since = found["since"] or "the day after each one's last interview"
    said = [
        f"{format_count(found['accounts'], 'account')}, {found['events']} with the event, from {since}, as "
        f"of {found['as_of']}; "
        f"segments from {found['source']}"
    ]
    if found["p"] is not None:
        said.append(
            f"p {_p(found['p'])}, and {_p(found['p_corrected'])} corrected for "
            f"{format_count(found['tried'], 'segmentation')} "
            f"tried ({found['test']})"
        )
    if test := found["logrank"]:
        said.append(
            f"log-rank: chi-square {test['statistic']:.2f}, p {_p(test['p'])} by {test['permutations']:,} "
            "permutations, "
            f"{_p(test['p_within'])} among accounts alike in {', '.join(found['strata']) or 'nothing'}"
        )
    if (table := found["table"]) and table["v"] is not None:
        said.append(
            f"Cramér's V {table['v']:.2f} (bias-corrected; {_p(table['v_low'])} to {_p(table['v_high'])}), "
            f"Fisher p {_p(table['p'])}"
        )
    if one := found["increment"]:
        said.append(
            f"forecast of who leaves: Brier score {one['brier_firmographic']:.4f} by firmographics, "
            f"{one['brier_with_segments']:.4f} with segments (p {_p(one['brier_p'])}; lower is better)"
        )
    said += [f"left out: {name}, {size} of the accounts: too few" for name, size in found["left_out"].items()]
    return said


def _p(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}"


class CurvesScreen(ModalScreen[bool]):
    """The verdict, the chart, its legend, who is still followed, the figures; True where they are to be written to a file."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss(False)", "close", id="curves.close"),
        Binding("e", "dismiss(True)", "write the curves to a file", id="curves.write"),
        Binding("j", "scroll(2)", "down", id="curves.down"),
        Binding("k", "scroll(-2)", "up", id="curves.up"),
        Binding("g", "edge(False)", "top", id="curves.top"),
        Binding("G", "edge(True)", "bottom", id="curves.bottom"),
    ]
    DEFAULT_CSS = """
    CurvesScreen { align: center middle; background: $background 40%;
      & > Vertical { width: 110; max-width: 100%; height: 100%; background: $surface; border: round $accent; padding: 0 1; }
      & Static { height: auto; }
    }
    """

    def __init__(self, found: Followed, happened: str = "") -> None:
        super().__init__()
        self._found, self._happened = found, happened

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        with Vertical() as box:
            box.border_title = "Who stays, by segment"
            box.border_subtitle = plain(
                with_keys(
                    "{curves.down} {curves.up} scroll · {curves.write} writes them to a file · {curves.close} closes"
                )
            )
            with VerticalScroll():
                yield Static(id="curves", markup=False)

    def on_mount(self) -> None:
        """The text scrolls."""
        self.query_one(VerticalScroll).focus()
        self.on_resize()

    def on_resize(self) -> None:
        """Draws as wide as there is room."""
        width = min(self.app.size.width, 110) - 6
        self.query_one("#curves", Static).update(drawn(self._found, width, self._happened))

    def action_scroll(self, by: int) -> None:
        """Scrolls some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_edge(self, last: bool) -> None:
        """Scrolls to the top or bottom."""
        shown = self.query_one(VerticalScroll)
        shown.scroll_end(animate=False) if last else shown.scroll_home(animate=False)


def drawn(found: Followed, width: int, happened: str = "") -> Content:
    """All of it as text."""
    parts = [plain(happened, "bold")] if happened else []
    parts += [plain(found.sentence, "bold"), *(plain(f"  {reason}") for reason in found.reasons)]
    parts += [plain(""), *_chart(found, width), plain(""), *_legend(found), plain(""), *_still(found, width), plain("")]
    parts.append(plain(f"What to do: {found.advice}"))
    parts += [plain(f"To know more: {need}.") for need in found.needed]
    parts += [plain(""), plain("Figures", "bold"), *(plain(f"  {line}") for line in found.figures)]
    parts += [plain(""), *(plain(f"! {warning}") for warning in found.warnings)] if found.warnings else []
    return lines(parts)


def _chart(found: Followed, width: int) -> list[Content]:
    curves = [each.steps for each in found.groups]
    low = lowest(curves)
    cut = f", the axis begins at {low:.0%}" if low else ""
    what = "not yet at risk" if found.left == "at risk" else "still there"
    head = plain(f"Share of accounts {what}, by days since the follow-up began{cut}", "dim")
    return [head, *map(coloured, plot(curves, found.days, width, HEIGHT))]


def _legend(found: Followed) -> list[Content]:
    """A line a segment; the interval and the bar are of the last day."""
    rows = [plain(f"   {'':{NAME}} accounts  {found.left:>8}  at the end  95% interval  half by day", "dim")]
    for each in found.groups:
        low, high = each.between
        interval = "–" if low is None or high is None else f"{low:.0%} to {high:.0%}"
        median = "–" if each.median is None else str(each.median)
        rows.append(
            coloured(
                f" {each.steps.sign} {fitted(each.name, NAME)} {each.accounts:>8}  {each.events:>8}  "
                f"{each.last:>10.0%}  {interval:>12}  {median:>11}"
            )
        )
    return rows


def _still(found: Followed, width: int) -> list[Content]:
    """Who is still followed, under the days of the chart."""
    across = max(width - AXIS - 1, 8)
    days = ticks(found.days)
    rows = [plain("Accounts still followed on these days", "dim"), plain(along(found.days, across), "dim")]
    for each in found.groups:
        numbers = along(found.days, across, [f"{each.followed(day):,}" for day in days])
        rows.append(coloured(f"{each.steps.sign}{numbers[1:]}"))
    return rows
