"""The sheet of a segment's card: its need, and quotes for each part, pinned by a person or proposed by the program."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList

from needsseg.actions.coding import passages
from needsseg.actions.discovery import evidence
from needsseg.actions.segments import PARTS, Part, cards, segments
from needsseg.actions.segments.cards import Card, CardQuote
from needsseg.tui import listening
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.sheet import Sheet
from needsseg.tui.study.drafting import Drafting
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

PART_NAMES: dict[Part, str] = {
    "trigger": "trigger", "pain": "pain", "workaround": "workaround", "wish": "wish", "outcome": "outcome",
    "not": "what it is not",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    """The subject of a row: the need (no part), or a part with one of its quotes and that quote's number."""

    part: Part | None
    quote: CardQuote | None = None
    number: int = 1


class CardScreen(Sheet[None]):
    """A row for the need and for each quote."""

    TITLE = "Card"
    KEYS = (
        "{card.need} need · {card.pin} pins · {card.offer} next proposal · {card.beside} pins as well · "
        "{card.replace} other passage · {card.trim} trims · {card.unpin} unpins, or nobody says so"
        " · {card.order_down} {card.order_up} order · {card.listen} listen · {card.statement} job statement · "
        "{sheet.undo} undo · {sheet.close} closes"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("C,q", "leave", "close", id="card.close"),
        Binding("e", "need", "write the need in one sentence", id="card.need"),
        Binding("a", "pin(False)", "pin the proposed quote", id="card.pin"),
        Binding("b", "pin(True)", "pin it as well as the pinned ones", id="card.beside"),
        Binding("n", "offer", "show the next proposal", id="card.offer"),
        Binding("r", "replace", "pin another passage", id="card.replace"),
        Binding("t", "trim", "trim the quote to a clause", id="card.trim"),
        Binding("x", "unpin", "unpin the quote, or record that nobody says so", id="card.unpin"),
        Binding("J", "order(1)", "move the quote down", id="card.order_down"),
        Binding("K", "order(-1)", "move the quote up", id="card.order_up"),
        Binding("L", "listen", "listen to the quote", id="card.listen"),
        Binding("w", "statement", "write the job statement, or take its draft", id="card.statement"),
    ]

    def __init__(self, study: Study, segment: int) -> None:
        super().__init__(study)
        self._segment = segment
        self._card: Card | None = None
        self._rows: list[_Row] = []
        self._offers: dict[Part, int] = {}

    def reload(self) -> None:
        """Read the card; each part shows its current proposal until a quote is pinned."""
        card = self._card = cards.card(self.study, self._segment)
        self._rows = [_Row(None)]
        for part in PARTS:
            quotes, offers = card.quotes[part], card.offers[part]
            if part in self._offers and offers:
                shown = offers[self._offers[part] % len(offers)]
                quotes = (*(quote for quote in quotes if quote.pinned), shown)
            self._rows += [_Row(part, quote, number) for number, quote in enumerate(quotes, start=1)] or [_Row(part)]
        self.fill([self._row_content(card, row) for row in self._rows])

    def state(self) -> str:
        """Return the next step, how many quotes are pinned, and a quote that was lost."""
        if self._card is None:
            return ""
        pinned = sum(quote.pinned for quotes in self._card.quotes.values() for quote in quotes)
        return " · ".join([f"next: {self._next_step()}", f"{self._card.name}: {pinned} pinned", *self._card.lost[:1]])

    def _next_step(self) -> str:
        """Return what to do with the row under the cursor, its key first, or how to go on."""
        row, at = self._current_row, self.at
        if row.part is None and self._card is not None and not self._card.need:
            return with_keys("{card.need} writes the need")
        if row.quote is not None and not row.quote.pinned:
            return with_keys("{card.pin} pins it, or {card.unpin}: nobody says so")
        return (
            with_keys("{sheet.down} goes on")
            if at is not None and at + 1 < len(self._rows)
            else with_keys("{sheet.close} closes")
        )

    @on(OptionList.OptionHighlighted, "#rows")
    def _cursor_moved(self) -> None:
        self.tell()

    def _row_content(self, card: Card, row: _Row) -> Content:
        if row.part is None:
            return lines(_need_rows(card))
        about = f" “{one_line(card.rival_name, 30)}”" if row.part == "not" and card.rival_name else ""
        head = plain(f"{PART_NAMES[row.part]}{about}", "bold")
        if row.quote is None:
            empty = row.part in card.unsaid
            state = with_keys("marked: nobody says so ({card.unpin} reverts)") if empty else "nobody says it clearly"
            return lines([head, plain(f"  – {state}; {key_of('card.replace')} pins a passage", "dim")])
        quote = row.quote
        origin = (
            f"pinned by {quote.by}"
            if quote.pinned
            else with_keys(
                "proposed: {card.pin} pins it, {card.offer} shows the next, {card.unpin} marks that nobody says so"
            )
        )
        return lines(
            [
                Content.assemble(head, plain(f"  {'●' if quote.pinned else '○'} {origin}", "dim")),
                plain(f"  “{one_line(quote.quote, 400)}”", "" if quote.pinned else "italic"),
                plain(f"  {quote.participant} · passage {quote.passage}", "dim"),
            ]
        )

    @property
    def _current_row(self) -> _Row:
        at = self.at
        return self._rows[at] if at is not None and at < len(self._rows) else _Row(None)

    def action_need(self) -> None:
        """Ask for the need, offering what people wrote as a start."""
        if self._card is None:
            return
        choices = [Choice(each.text, each.text, each.source) for each in cards.beginnings(self.study, self._segment)]
        question = f"What do the people of “{self._card.name}” need, in one sentence?"
        draft = Drafting(self.study, "segment need", self._segment, question)
        self.app.push_screen(
            Prompt(
                question,
                value=self._card.need,
                about="Write it in your own words; what people wrote is a starting point." if choices else "",
                choices=choices if not self._card.need else (),
                empty=True,
                draft=draft,
            ),
            draft.until_saved(self._write_need),
        )

    def _write_need(self, text: str | None) -> None:
        if text is not None:
            self.attempt("wrote the need", lambda: cards.write_need(self.study, self._segment, text))

    def action_pin(self, beside: bool) -> None:
        """Pin the quote under the cursor."""
        row = self._current_row
        if row.part is None or row.quote is None:
            self.tell(with_keys("there is no quote here: {card.replace} pins a passage, {card.need} writes the need"))
            return
        part, quote = row.part, row.quote
        if quote.pinned:
            self.tell(with_keys("it is pinned already: {card.offer} shows the next proposal"))
            return
        if self.decide(
            f"pinned the {PART_NAMES[part]}",
            lambda: cards.pin(self.study, self._segment, part, quote.passage, quote.quote, beside=beside),
        ):
            self._offers.pop(part, None)
            self.refresh_sheet()

    def action_offer(self) -> None:
        """Show the next proposal for the part under the cursor."""
        part = self._current_row.part
        offers = self._card.offers[part] if self._card is not None and part is not None else ()
        if part is None or not offers:
            self.tell(with_keys("the program proposes nothing here: {card.replace} pins a passage"))
            return
        current = self._current_row.quote
        at = next(
            (number for number, each in enumerate(offers) if current is not None and each.quote == current.quote), -1
        )
        self._offers[part] = (at + 1) % len(offers)
        self.refresh_sheet()
        self.listed.highlighted = max(number for number, row in enumerate(self._rows) if row.part == part)
        self.tell(f"proposal {self._offers[part] + 1} of {len(offers)}")

    def action_replace(self) -> None:
        """Ask for another passage."""
        part = self._current_row.part
        if part is None or self._card is None:
            self.tell(with_keys("move to a part first ({sheet.down})"))
            return
        segment = self._card.rival if part == "not" else self._segment
        if segment is None:
            self.tell("there is no other segment")
            return
        shown = evidence.evidence(self.study, segment)
        choices = [Choice(str(p.id), one_line(p.quote, 160), shown.names.of(p)) for p, _ in shown.passages]
        self.app.push_screen(
            Prompt(
                f"Which passage for “{PART_NAMES[part]}”?",
                about=with_keys("{card.trim} trims it afterwards."),
                choices=choices,
                free=False,
            ),
            partial(self._replace, part),
        )

    def _replace(self, part: Part, passage: str | None) -> None:
        if passage is not None:
            self._offers.pop(part, None)
            self.attempt(
                f"pinned the {PART_NAMES[part]}", lambda: cards.pin(self.study, self._segment, part, int(passage))
            )

    def action_trim(self) -> None:
        """Ask which words of the quote to keep."""
        row = self._current_row
        if row.part is None or row.quote is None or not row.quote.pinned:
            self.tell(with_keys("only pinned quotes can be trimmed; {card.pin} pins this one"))
            return
        full_quote = passages.one(self.study, row.quote.passage).quote
        self.app.push_screen(
            Prompt("Which words?", value=row.quote.quote, about=f"Whole words of: {one_line(full_quote, 900)}"),
            partial(self._trim, row.part, row.number),
        )

    def _trim(self, part: Part, number: int, words: str | None) -> None:
        if words is not None:
            self.attempt("trimmed it", lambda: cards.trim(self.study, self._segment, part, words, number))

    def action_unpin(self) -> None:
        """Unpin the quote under the cursor; if none is pinned, record that nobody says so, or revert that."""
        row = self._current_row
        if row.part is None:
            self.tell(with_keys("move to a part first ({sheet.down})"))
            return
        part, number = row.part, row.number
        if row.quote is None or not row.quote.pinned:
            empty = self._card is None or part not in self._card.unsaid
            self._offers.pop(part, None)
            self.decide(
                f"nobody says the {PART_NAMES[part]}"
                if empty
                else f"quotes are proposed for the {PART_NAMES[part]} again",
                lambda: cards.say_unsaid(self.study, self._segment, part, unsaid=empty),
            )
            return
        self.decide(f"unpinned the {PART_NAMES[part]}", lambda: cards.unpin(self.study, self._segment, part, number))

    def action_listen(self) -> None:
        """Play the recording from the quote under the cursor."""
        quote = self._current_row.quote
        if quote is None:
            self.tell(with_keys("move to a quote first ({sheet.down})"))
        elif quote.start is None:
            listening.listen_to(self, passages.one(self.study, quote.passage))
        else:
            listening.listen(self, quote.interview, quote.start)

    def action_order(self, by: int) -> None:
        """Move the quote under the cursor within its part."""
        row = self._current_row
        if row.part is None or row.quote is None or not row.quote.pinned:
            self.tell("only pinned quotes have an order")
            return
        part, number = row.part, row.number
        if self.decide("moved it", lambda: cards.order(self.study, self._segment, part, number, number + by)):
            self.action_step(by)

    def action_statement(self) -> None:
        """Ask for the job statement, starting with the draft from one answer."""
        if self._card is None:
            return
        draft = self._card.draft
        about = "When <situation>, I want to <motivation>, so I can <outcome>"
        if draft is not None:
            about = (
                f"A draft, from what {draft.participant} said in passage {draft.passage}; enter takes it: "
                f"{draft.sentence}"
            )
        value = self._card.statement or (draft.sentence if draft else "")
        question = f"Job statement of “{self._card.name}”?"
        drafting = Drafting(self.study, "segment statement", self._segment, question)
        self.app.push_screen(
            Prompt(question, value=value, about=about, empty=True, draft=drafting),
            drafting.until_saved(self._state_job),
        )

    def _state_job(self, text: str | None) -> None:
        if text is not None:
            self.attempt(
                "wrote its job statement" if text else "removed its job statement",
                lambda: segments.write_statement(self.study, self._segment, text),
            )


def _need_rows(card: Card) -> list[Content]:
    rows = [
        plain("need", "bold"),
        plain(f"  {card.need}") if card.need else plain(with_keys("  – {card.need} writes it in one sentence"), "dim"),
    ]
    if card.statement:
        rows.append(plain(f"  job statement: {one_line(card.statement, 400)}"))
    elif card.draft is not None:
        rows.append(
            plain(
                f"  draft of a job statement ({key_of('card.statement')}): {one_line(card.draft.sentence, 400)}", "dim"
            )
        )
    return rows
