"""The survival curves screen: Kaplan–Meier curves by segment, and in words whether segments predict retention."""

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

from needsseg.symbols import Sign
from needsseg.text import format_count
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.widgets.chart import AXIS, SIGNS, Steps, along, fitted, lowest, plot, ticks
from needsseg.tui.widgets.symbols import coloured
from needsseg.tui.words import lines, plain

HEIGHT = 14
NAME = 20


@dataclass(frozen=True, slots=True)
class Group:
    """One segment: its curve, its accounts and events, survival at the end with its interval, and who is still followed."""

    name: str
    steps: Steps
    accounts: int
    events: int
    last: float
    between: tuple[float | None, float | None]
    median: int | None
    at_risk: tuple[tuple[int, int], ...]

    def followed(self, day: int) -> int:
        """Return how many accounts are still followed on a day."""
        return next((count for start, count in self.at_risk if start >= day), 0)


@dataclass(frozen=True, slots=True)
class Retention:
    """A validation's result: the verdict in words, the groups, the figures and their warnings."""

    sentence: str
    reasons: tuple[str, ...]
    advice: str
    needed: tuple[str, ...]
    groups: tuple[Group, ...]
    days: int
    event_word: str
    figures: tuple[str, ...]
    warnings: tuple[str, ...]


def followed(result: Mapping[str, Any], signs: Mapping[str, Sign] | None = None) -> Retention:
    """Return what ``validate --json`` printed as a record; ``signs`` are the symbols of segments by name."""
    names = [str(each["segment"]) for each in result["curves"]]
    groups = tuple(_group(sign, each) for sign, each in zip(_signs(names, signs or {}), result["curves"], strict=True))
    days = max([*(each.steps.end for each in groups), int(result["followed"]["most"]), 1])
    return Retention(
        str(result["sentence"]),
        tuple(map(str, result["reasons"])),
        str(result["advice"]),
        tuple(map(str, result["needed"])),
        groups,
        days,
        "at risk" if result["outcome"] == "at_risk" else "left",
        tuple(_figures(result)),
        tuple(map(str, result["warnings"])),
    )


def _signs(names: Sequence[str], signs: Mapping[str, Sign]) -> list[str]:
    """Return a symbol for each curve: that of its segment, else one that no segment here has."""
    signs_by_name = {name: signs[name][0] for name in names if name in signs}
    free_signs = [sign for sign in SIGNS if sign not in signs_by_name.values()]
    others = iter(free_signs[at % len(free_signs)] for at in range(len(names)))
    return [signs_by_name.get(name) or next(others) for name in names]


def _group(sign: str, curve: Mapping[str, Any]) -> Group:
    steps = curve["steps"]
    points = tuple((int(step["day"]), float(step["survival"])) for step in steps)
    last = steps[-1]
    return Group(
        str(curve["segment"]),
        Steps(sign, points, points[-1][0]),
        int(curve["accounts"]),
        int(curve["events"]),
        points[-1][1],
        (last["low"], last["high"]),
        curve["median"],
        tuple((int(step["day"]), int(step["at_risk"])) for step in steps),
    )


def _figures(result: Mapping[str, Any]) -> list[str]:
    """Return the test behind the verdict, and the other tests, each in a line."""
    since = result["since"] or "the day after each one's last interview"
    rows = [
        f"{format_count(result['accounts'], 'account')}, {result['events']} with the event, from {since}, as "
        f"of {result['as_of']}; segments from {result['source']}"
    ]
    if result["p"] is not None:
        rows.append(
            f"p {_p(result['p'])}, and {_p(result['p_corrected'])} corrected for "
            f"{format_count(result['tried'], 'segmentation')} tried ({result['test']})"
        )
    if test := result["logrank"]:
        rows.append(
            f"log-rank: chi-square {test['statistic']:.2f}, p {_p(test['p'])} by {test['permutations']:,} "
            f"permutations, {_p(test['p_within'])} among accounts alike in {', '.join(result['strata']) or 'nothing'}"
        )
    if (table := result["table"]) and table["v"] is not None:
        rows.append(
            f"Cramér's V {table['v']:.2f} (bias-corrected; {_p(table['v_low'])} to {_p(table['v_high'])}), "
            f"Fisher p {_p(table['p'])}"
        )
    if increment := result["increment"]:
        rows.append(
            f"forecast of who leaves: Brier score {increment['brier_firmographic']:.4f} by firmographics, "
            f"{increment['brier_with_segments']:.4f} with segments (p {_p(increment['brier_p'])}; lower is better)"
        )
    rows += [f"left out: {name}, {size} of the accounts: too few" for name, size in result["left_out"].items()]
    return rows


def _p(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}"


class CurvesScreen(ModalScreen[bool]):
    """The verdict, the chart, its legend, who is still followed, the figures; closes with True to write them to a file."""

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

    def __init__(self, retention: Retention, happened: str = "") -> None:
        super().__init__()
        self._retention, self._happened = retention, happened

    def compose(self) -> ComposeResult:
        """Yield one text that scrolls."""
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
        """Focus the text, so that it scrolls."""
        self.query_one(VerticalScroll).focus()
        self.on_resize()

    def on_resize(self) -> None:
        """Draw the curves as wide as there is room."""
        width = min(self.app.size.width, 110) - 6
        self.query_one("#curves", Static).update(curves_content(self._retention, width, self._happened))

    def action_scroll(self, by: int) -> None:
        """Scroll some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_edge(self, last: bool) -> None:
        """Scroll to the top or bottom."""
        shown = self.query_one(VerticalScroll)
        shown.scroll_end(animate=False) if last else shown.scroll_home(animate=False)


def curves_content(retention: Retention, width: int, happened: str = "") -> Content:
    """Return the whole result as text."""
    parts = [plain(happened, "bold")] if happened else []
    parts += [plain(retention.sentence, "bold"), *(plain(f"  {reason}") for reason in retention.reasons)]
    parts += [
        plain(""),
        *_chart(retention, width),
        plain(""),
        *_legend(retention),
        plain(""),
        *_still_followed(retention, width),
        plain(""),
    ]
    parts.append(plain(f"What to do: {retention.advice}"))
    parts += [plain(f"To know more: {need}.") for need in retention.needed]
    parts += [plain(""), plain("Figures", "bold"), *(plain(f"  {line}") for line in retention.figures)]
    parts += [plain(""), *(plain(f"! {warning}") for warning in retention.warnings)] if retention.warnings else []
    return lines(parts)


def _chart(retention: Retention, width: int) -> list[Content]:
    curves = [each.steps for each in retention.groups]
    low = lowest(curves)
    cut = f", the axis begins at {low:.0%}" if low else ""
    state = "not yet at risk" if retention.event_word == "at risk" else "still there"
    head = plain(f"Share of accounts {state}, by days since the follow-up began{cut}", "dim")
    return [head, *map(coloured, plot(curves, retention.days, width, HEIGHT))]


def _legend(retention: Retention) -> list[Content]:
    """Return a line a segment; the interval is that of the last day."""
    rows = [plain(f"   {'':{NAME}} accounts  {retention.event_word:>8}  at the end  95% interval  half by day", "dim")]
    for each in retention.groups:
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


def _still_followed(retention: Retention, width: int) -> list[Content]:
    """Return how many accounts are still followed on the chart's days."""
    columns = max(width - AXIS - 1, 8)
    days = ticks(retention.days)
    rows = [plain("Accounts still followed on these days", "dim"), plain(along(retention.days, columns), "dim")]
    for each in retention.groups:
        numbers = along(retention.days, columns, [f"{each.followed(day):,}" for day in days])
        rows.append(coloured(f"{each.steps.sign}{numbers[1:]}"))
    return rows
