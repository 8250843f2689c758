"""The sheet of the scorecard: findings and segments, or the use of every feature; each row opens its accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList

from needsseg.actions.scorecard import DIMENSIONS, VALUE
from needsseg.text import format_count, format_money
from needsseg.tui.accounts.filters import Filters
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

Result = Mapping[str, Any]
"""What ``needsseg scorecard`` prints as JSON."""
MOST_FINDINGS = 20
LISTED_DAYS = (3, 14, 30)
CROSS = "cross"
ABOUT_USE = (
    "Features: accounts in use that used it in the last 90 days. Other lines: the last 30 days, numbers are medians. "
    "▲ more than the other segments, ▼ less, both after correction for all that was compared."
)


@dataclass(frozen=True, slots=True)
class By:
    """A wish to divide accounts in another way."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsersOf:
    """A wish to see the accounts of a segment that use a feature, or that do not."""

    feature: str
    segment: str
    using: bool


class ScorecardSheet(Sheet[Filters | By | UsersOf]):
    """A block a finding and segment, or a feature; closes with filters that show accounts, or with a wish."""

    TITLE: ClassVar[str] = "Scorecard: what segments say about customers"
    KEYS: ClassVar[str] = (
        "enter shows its accounts on {go.accounts} · {scorecard.view} figures or use · {scorecard.by} by · "
        "{sheet.close} closes"
    )
    EMPTY: ClassVar[str] = "No account has a segment in this division. {scorecard.by} divides accounts in another way."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "view", "figures or use", id="scorecard.view"),
        Binding("b", "by", "divide by", id="scorecard.by"),
    ]

    def __init__(self, study: Study, result: Result) -> None:
        super().__init__(study)
        self._result = result
        self._shows_use = False
        self._targets: list[tuple[str, str] | None] = []
        """Of each row, the segment and the feature that it is about, "" for none; None for the notes."""

    def reload(self) -> None:
        """Show what was computed before the sheet opened."""
        self._targets = []
        self.fill(self._use_rows() if self._shows_use else self._figure_rows())

    def state(self) -> str:
        """Return by what and when, and the first note; the others are the last row."""
        result = self._result
        head = f"by {' and '.join(result['by'])} as of {result['as_of']} · {_found(result)}"
        return "\n".join([head, *(f"! {note}" for note in result["notes"][:1])])

    def _figure_rows(self) -> list[Content]:
        rows = []
        for finding in self._result["findings"][:MOST_FINDINGS]:
            self._targets.append((finding["segment"], finding["feature"]))
            parts = [plain(finding["sentence"], "bold"), plain(f"  {finding['evidence']}", "dim")]
            parts += [plain(f"  → {finding['advice']}")] if finding["advice"] else []
            rows.append(lines(parts))
        for card in self._result["segments"]:
            self._targets.append((card["name"], ""))
            rows.append(_card(card, str(self._result["money"] or "amount"), str(self._result["currency"])))
        if rows and self._result["notes"][1:]:
            self._targets.append(None)
            rows.append(lines([plain(f"! {note}", "dim") for note in self._result["notes"][1:]]))
        return rows

    def _use_rows(self) -> list[Content]:
        rows = []
        for row in self._result["use"]:
            self._targets.append(("", row["title"] if row["kind"] == "feature" else ""))
            rows.append(_use(row))
        if rows:
            rows[0] = lines([plain(ABOUT_USE, "dim"), plain(""), rows[0]])
        return rows

    def action_view(self) -> None:
        """Show figures, or use."""
        self._shows_use = not self._shows_use
        self.listed.highlighted = 0
        self.refresh_sheet()

    def action_by(self) -> None:
        """Ask by what accounts are divided."""
        choices = [Choice(name, name) for name in DIMENSIONS]
        if len(self._result["by"]) == 1:
            choices.append(Choice(CROSS, f"{self._result['by'][0]} crossed with another"))
        self.app.push_screen(Prompt("Divide accounts by what?", choices=choices, free=False), self._divide)

    def _divide(self, name: str | None) -> None:
        if name == CROSS:
            first = str(self._result["by"][0])
            choices = [Choice(other, other) for other in DIMENSIONS if other != first]
            self.app.push_screen(
                Prompt(f"Cross {first} with what?", choices=choices, free=False), partial(self._cross, first)
            )
        elif name is not None:
            self.dismiss(By((name,)))

    def _cross(self, first: str, other: str | None) -> None:
        if other is not None:
            self.dismiss(By((first, other)))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index >= len(self._targets):
            return
        target = self._targets[event.option_index]
        if target is None:
            return
        segment, feature = target
        if not segment or feature:
            self._ask_cell(segment, feature)
        else:
            self._show(segment)

    def _ask_cell(self, segment: str, feature: str) -> None:
        """Ask for the segment of a row of use, and whether those that use the feature or that do not."""
        choices = []
        for card in self._result["segments"]:
            name = str(card["name"])
            if segment not in ("", name):
                continue
            if feature:
                using = self._users(name, feature)
                total = len(card["in_use_ids"])
                choices.append(Choice(f"+{name}", f"{name}: use {feature}", format_count(using, "account")))
                choices.append(Choice(f"-{name}", f"{name}: do not", format_count(total - using, "account")))
            else:
                choices.append(Choice(f"={name}", name, format_count(len(card["in_use_ids"]), "account")))
        self.app.push_screen(
            Prompt("Show which accounts?", choices=choices, free=False), lambda chosen: self._show_cell(chosen, feature)
        )

    def _users(self, segment: str, feature: str) -> int:
        """Return the number of accounts of a segment that used a feature in 90 days."""
        row = next(row for row in self._result["use"] if row["kind"] == "feature" and row["title"] == feature)
        figure = next(cell["long"] for cell in row["cells"] if cell["segment"] == segment)
        share: float = figure["value"] or 0.0
        accounts: int = figure["n"]
        return round(share * accounts)

    def _show_cell(self, chosen: str | None, feature: str) -> None:
        if chosen is None:
            return
        if feature:
            self.dismiss(UsersOf(feature, chosen[1:], chosen[0] == "+"))
        else:
            self._show(chosen[1:])

    def _show(self, segment: str) -> None:
        card = next(card for card in self._result["segments"] if card["name"] == segment)
        by = " and ".join(self._result["by"])
        self.dismiss(Filters(only=frozenset(card["account_ids"]), only_named=f"{by} “{segment}”"))


def _found(result: Result) -> str:
    compared = format_count(len(result["comparisons"]), "difference")
    more = len(result["findings"]) - MOST_FINDINGS
    return f"{format_count(len(result['findings']), 'finding')} of {compared}" + (
        f", {MOST_FINDINGS} listed" if more > 0 else ""
    )


def _card(card: Result, money: str, currency: str) -> Content:
    figures = card["figures"]
    pays = "unknown" if card["pays"] is None else f"{format_money(card['pays'], currency)} of {card['priced']:,}"
    median, per_seat = (_number(figures[key], currency) for key in ("pays", "pays_per_seat"))
    head = Content.assemble(
        plain(card["name"], "bold"), plain(f"  {format_count(card['accounts'], 'account')} · {card['share']:.0%}")
    )
    shares = [f"{measure.title} {_share(figures[measure.key])}" for measure in VALUE if measure.kind == "share"]
    waits = [_wait(measure.title, card, measure.key) for measure in VALUE if measure.kind == "days"]
    return lines(
        [
            head,
            plain(f"  {money} {pays} · median {median} · median per seat {per_seat}"),
            plain(f"  {' · '.join(shares)}"),
            plain(f"  kept {_share(card['kept'])} of {money} · stay twelve months {_share(card['stays'])}"),
            *(plain(f"  {words}") for words in _records(card)),
            *(plain(f"  {wait}", "dim") for wait in waits),
        ]
    )


def _records(card: Result) -> list[str]:
    """Return a line on tickets, scores and reasons of cancellations, where any were imported."""
    parts = [f"tickets per account {_number(card['tickets'])}"] if card["tickets"] else []
    parts += [f"NPS {_number(card['nps'])}"] if card["nps"] else []
    reasons = card["reasons"] or {}
    parts += ["cancelled: " + ", ".join(f"{reason} {count:,}" for reason, count in reasons.items())] if reasons else []
    return [" · ".join(parts)] if parts else []


def _wait(title: str, card: Result, key: str) -> str:
    figure = card["figures"][key]
    points = {point["day"]: point["reached"] for point in card["curves"][key]}
    reached = ", ".join(f"day {day} {points[day]:.0%}" for day in LISTED_DAYS if day in points)
    return f"{title} {_number(figure)}{f' · reached by {reached}' if reached else ''}"


def _use(row: Result) -> Content:
    apart = min((cell["comparison"]["p_corrected"] for cell in row["cells"] if cell["comparison"]), default=None)
    p = "" if apart is None else " · p < 0.001" if apart < 0.001 else f" · p {apart:.3f}"
    write = _number if row["kind"] == "number" else _share
    cells = [f"{cell['segment']} {write(cell['long'] or cell['recent'])}{_sign(cell)}" for cell in row["cells"]]
    return lines([Content.assemble(plain(row["title"], "bold"), plain(p, "dim")), plain(f"  {' · '.join(cells)}")])


def _sign(cell: Result) -> str:
    comparison = cell["comparison"]
    if comparison is None or not comparison["supported"]:
        return ""
    return " ▲" if (comparison["difference"] or 0) > 0 else " ▼"


def _share(figure: Result) -> str:
    return _figure(figure, "{:.0%}".format)


def _number(figure: Result, currency: str = "") -> str:
    return _figure(figure, lambda value: format_money(round(value), currency))


def _figure(figure: Result, write: Callable[[float], str]) -> str:
    """Return a figure with its interval and the number of accounts it is known for."""
    if figure["few"]:
        return f"too few ({figure['n']:,})"
    if figure["value"] is None:
        return f"not by half, of {figure['n']:,}"
    ends: Sequence[float | None] = (figure["low"], figure["high"])
    shown = "–".join("…" if end is None else write(end) for end in ends)
    return f"{write(figure['value'])} ({shown}) of {figure['n']:,}"
