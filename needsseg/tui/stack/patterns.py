"""Patterns of use: what sets each apart, and what the rules say of its accounts."""

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
    """A block a pattern; enter gives its accounts."""

    TITLE: ClassVar[str] = "Patterns of use"
    KEYS: ClassVar[str] = "enter shows its accounts on {go.accounts} · {sheet.close} closes"
    EMPTY: ClassVar[str] = (
        "No patterns stand apart: the accounts differ by degrees. The rules' behavioural segments hold."
    )

    def __init__(self, study: Study, found: Mapping[str, Any]) -> None:
        super().__init__(study)
        self._found = found
        self._patterns: list[Mapping[str, Any]] = list(found["patterns"])

    def reload(self) -> None:
        """Shows what was found; it is computed when the sheet is asked for."""
        rows = [_block(pattern, self._found["medians"]) for pattern in self._patterns]
        if rows:
            rows[0] = lines([plain(ABOUT, "dim"), plain(""), rows[0]])
        self.fill(rows)

    def state(self) -> str:
        """How many accounts lie in a pattern, and what to bear in mind."""
        active, none = int(self._found["active"]), len(self._found["none"])
        patterns = format_count(len(self._patterns), "pattern")
        said = f"{active:,} active as of {self._found['as_of']} · {active - none:,} in {patterns}"
        if not self._patterns:
            return said
        return "\n".join([f"{said}, {none:,} in none", *(f"! {warning}" for warning in self._found["warnings"])])

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index < len(self._patterns):
            pattern = self._patterns[event.option_index]
            self.dismiss(Filters(only=frozenset(pattern["accounts"]), only_named=f"pattern “{pattern['name']}”"))


def _block(pattern: Mapping[str, Any], everyone: Mapping[str, float]) -> Content:
    apart = ", ".join(f"{name.replace('_', ' ')} {by:+.1f}" for name, by in pattern["differences"][:3])
    medians = " · ".join(
        f"{name.replace('_', ' ')} {_figure(value)} ({_figure(everyone[name])})"
        for name, value in pattern["medians"].items()
    )
    ruled = ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in pattern["segments"].items())
    return lines(
        [
            Content.assemble(
                plain(pattern["name"], "bold"), plain(f"  {format_count(len(pattern['accounts']), 'account')}")
            ),
            plain(f"  from the others, in deviations: {apart}"),
            plain(f"  medians (of all active): {medians}", "dim"),
            plain(f"  by the rules: {ruled}", "dim"),
        ]
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:.2f}"
