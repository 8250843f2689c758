"""The sheet of usage patterns: how each differs from the others, and its accounts' segments by the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.content import Content
from textual.widgets import OptionList

from needsseg.text import format_count
from needsseg.tui.accounts.filters import Filters
from needsseg.tui.sheet import Sheet
from needsseg.tui.words import lines, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

ABOUT = (
    "Medians of 30 days; trend is the ratio to the 30 days before. The behavioural segments by rules stay as they are."
)


class PatternsSheet(Sheet[Filters]):
    """A block a pattern; enter closes with filters that show its accounts."""

    TITLE: ClassVar[str] = "Patterns of use"
    KEYS: ClassVar[str] = "enter shows its accounts on {go.accounts} · {sheet.close} closes"
    EMPTY: ClassVar[str] = (
        "No separate patterns: the accounts differ only by degrees. Use the rules' behavioural segments."
    )

    def __init__(self, study: Study, result: Mapping[str, Any]) -> None:
        super().__init__(study)
        self._result = result
        self._patterns: list[Mapping[str, Any]] = list(result["patterns"])

    def reload(self) -> None:
        """Show the patterns, which were computed before the sheet opened."""
        rows = [_block(pattern, self._result["medians"]) for pattern in self._patterns]
        if rows:
            rows[0] = lines([plain(ABOUT, "dim"), plain(""), rows[0]])
        self.fill(rows)

    def state(self) -> str:
        """Return how many accounts are in a pattern, and the warnings."""
        active, none = int(self._result["active"]), len(self._result["none"])
        patterns = format_count(len(self._patterns), "pattern")
        summary = f"{active:,} active as of {self._result['as_of']} · {active - none:,} in {patterns}"
        if not self._patterns:
            return summary
        return "\n".join([f"{summary}, {none:,} in none", *(f"! {warning}" for warning in self._result["warnings"])])

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self._patterns):
            pattern = self._patterns[event.option_index]
            self.dismiss(Filters(only=frozenset(pattern["accounts"]), only_named=f"pattern “{pattern['name']}”"))


def _block(pattern: Mapping[str, Any], everyone: Mapping[str, float | None]) -> Content:
    differences = ", ".join(f"{name.replace('_', ' ')} {by:+.1f}" for name, by in pattern["differences"][:3])
    medians = " · ".join(
        f"{name.replace('_', ' ')} {_figure(value)} ({_figure(everyone[name])})"
        for name, value in pattern["medians"].items()
        if everyone[name] is not None
    )
    rule_segments = ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in pattern["segments"].items())
    return lines(
        [
            Content.assemble(
                plain(pattern["name"], "bold"), plain(f"  {format_count(len(pattern['accounts']), 'account')}")
            ),
            plain(f"  from the others, in deviations: {differences}"),
            plain(f"  medians (of all active): {medians}", "dim"),
            plain(f"  by the rules: {rule_segments}", "dim"),
        ]
    )


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}" if value == int(value) else f"{value:.2f}"
