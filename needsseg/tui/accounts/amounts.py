"""Questions about the amounts of subscriptions: what overlapping terms mean, how often amounts are paid, in which currency."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from needsseg.actions.accounts import accounts
from needsseg.actions.accounts.amounts import CHOICES, set_amounts
from needsseg.errors import Advice, Fix
from needsseg.text import format_count
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.prompt import Choice, Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from needsseg.tui.accounts.context import AccountsContext

TERMS = {"add": "are added: each is paid beside the others", "replace": "replace each other: only the newest is paid"}
UNKNOWN = "unknown"


class AmountQuestions:
    """Ask what an import left open, or what a person wants to change."""

    def __init__(self, context: AccountsContext) -> None:
        self.context = context

    def ask_open(self, result: dict[str, Any], then: Callable[[], None]) -> None:
        """Ask what the import whose result is given left open, one question after the other; ``then`` follows in any case."""
        asks, overlap = list(result.get("asks", [])), result.get("overlap") or {}

        def next_question() -> None:
            if not asks:
                then()
            elif asks.pop(0) == "terms":
                self._ask_terms(overlap, next_question)
            else:
                self._ask_interval(next_question)

        next_question()

    def ask_any(self) -> None:
        """Ask which choice to change."""
        source = accounts.sources(self.context.study).get("subscriptions")
        if source is None:
            self.context.tell(
                self.context.worded(Advice("there are no subscriptions yet: ", Fix.IMPORT_ACCOUNTS)), wrong=True
            )
            return
        chosen = source.amounts or {}
        choices = [
            Choice("terms", "overlapping terms without ids", TERMS[source.overlap].partition(":")[0]),
            Choice("interval", "how often amounts are paid that do not say", chosen.get("interval", UNKNOWN)),
            Choice("currency", "the currency of amounts that name none", chosen.get("currency", UNKNOWN)),
        ]
        asks: dict[str, Callable[[], None]] = {
            "terms": partial(self._ask_terms, {}, self._done),
            "interval": partial(self._ask_interval, self._done),
            "currency": self._ask_currency,
        }
        self.context.push(
            Prompt("Amounts of subscriptions: what to choose?", choices=choices, free=False),
            lambda name: asks[name]() if name is not None else None,
        )

    def _ask_terms(self, overlap: dict[str, Any], then: Callable[[], None]) -> None:
        totals = {"add": overlap.get("added", ""), "replace": overlap.get("replaced", "")}
        choices = [
            Choice(name, words, totals[name] and f"all accounts pay {totals[name]}") for name, words in TERMS.items()
        ]
        about = (
            f"In {format_count(int(overlap['accounts']), 'account')}; totals as of {overlap['as_of']}. "
            if overlap
            else ""
        ) + with_keys("Terms with ids of their own are always added. {accounts.amounts} changes it later.")
        self.context.push(
            Prompt("Terms of one account that overlap and have no ids:", choices=choices, about=about, free=False),
            partial(self._choose, "terms", then),
        )

    def _ask_interval(self, then: Callable[[], None]) -> None:
        choices = [Choice(UNKNOWN, UNKNOWN, "no ARR is shown"), *(Choice(name, name) for name in CHOICES["interval"])]
        self.context.push(
            Prompt("How often are amounts paid that do not say?", choices=choices, free=False),
            partial(self._choose, "interval", then),
        )

    def _ask_currency(self) -> None:
        self.context.push(
            Prompt("The currency of amounts that name none?", about="An ISO code, such as EUR."),
            partial(self._choose, "currency", self._done),
        )

    @shows_errors
    def _choose(self, name: str, then: Callable[[], None], value: str | None) -> None:
        if value and value != UNKNOWN:
            set_amounts(self.context.study, {name: value})
        then()

    def _done(self) -> None:
        self.context.refresh_study()
