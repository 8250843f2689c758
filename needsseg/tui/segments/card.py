"""A segment's card over the screen: its need, and a quote for each part, pinned by a person or proposed by the program."""

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
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.sheet import Sheet
from needsseg.tui.study.drafting import Drafting
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

CALLED: dict[Part, str] = {
    "trigger": "trigger", "pain": "pain", "workaround": "workaround", "wish": "wish", "outcome": "outcome",
    "not": "what it is not",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    """What a row stands for: the need (no part), or a part with one of its quotes and the number of it."""

    part: Part | None
    quote: CardQuote | None = None
    number: int = 1


class CardScreen(Sheet[None]):
    """A row for the need and for each quote."""

    TITLE = "Card"
    KEYS = (
        "{card.need} need · {card.pin} pins · {card.offer} next proposal · {card.beside} pins as well · "
        "{card.replace} other passage · {card.trim} trims · {card.unpin} unpins, or nobody says so"
        " · {card.order_down} {card.order_up} order · {card.statement} job statement · {sheet.undo} undo · "
        "{sheet.close} closes"
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
        Binding("w", "statement", "write the job statement, or take its draft", id="card.statement"),
    ]

    def __init__(self, study: Study, segment: int) -> None:
        super().__init__(study)
        self._segment = segment
        self._card: Card | None = None
        self._rows: list[_Row] = []
        self._offers: dict[Part, int] = {}

    def reload(self) -> None:
        """Reads the card; a part shows the proposal that one has come to, until something is pinned."""
        found = self._card = cards.card(self.study, self._segment)
        self._rows = [_Row(None)]
        for part in PARTS:
            quotes, offers = found.quotes[part], found.offers[part]
            if part in self._offers and offers:
                shown = offers[self._offers[part] % len(offers)]
                quotes = (*(quote for quote in quotes if quote.pinned), shown)
            self._rows += [_Row(part, quote, number) for number, quote in enumerate(quotes, start=1)] or [_Row(part)]
        self.fill([self._shown(found, row) for row in self._rows])

    def state(self) -> str:
        """What was pinned, and the draft that waits to be taken."""
        if self._card is None:
            return ""
        pinned = sum(quote.pinned for quotes in self._card.quotes.values() for quote in quotes)
        return " · ".join([f"next: {self._next_step()}", f"{self._card.name}: {pinned} pinned", *self._card.lost[:1]])

    def _next_step(self) -> str:
        """What to do with the row under the cursor, its key first, or where to go on."""
        row, at = self._here, self.at
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
    def _went(self) -> None:
        self.tell()

    def _shown(self, found: Card, row: _Row) -> Content:
        if row.part is None:
            return lines(_need(found))
        about = f" “{one_line(found.rival_name, 30)}”" if row.part == "not" and found.rival_name else ""
        head = plain(f"{CALLED[row.part]}{about}", "bold")
        if row.quote is None:
            empty = row.part in found.unsaid
            said = with_keys("marked: nobody says so ({card.unpin} reverts)") if empty else "nobody says it clearly"
            return lines([head, plain(f"  – {said}; {key_of('card.replace')} pins a passage", "dim")])
        quote = row.quote
        how = (
            f"pinned by {quote.by}"
            if quote.pinned
            else with_keys(
                "proposed: {card.pin} pins it, {card.offer} shows the next, {card.unpin} marks that nobody says so"
            )
        )
        return lines(
            [
                Content.assemble(head, plain(f"  {'●' if quote.pinned else '○'} {how}", "dim")),
                plain(f"  “{one_line(quote.quote, 400)}”", "" if quote.pinned else "italic"),
                plain(f"  {quote.participant} · passage {quote.passage}", "dim"),
            ]
        )

    @property
    def _here(self) -> _Row:
        at = self.at
        return self._rows[at] if at is not None and at < len(self._rows) else _Row(None)

    def action_need(self) -> None:
        """Asks for the need, offering what people wrote as a beginning."""
        if self._card is None:
            return
        choices = [Choice(each.text, each.text, each.source) for each in cards.beginnings(self.study, self._segment)]
        question = f"What do the people of “{self._card.name}” need, in one sentence?"
        kept = Drafting(self.study, "segment need", self._segment, question)
        self.app.push_screen(
            Prompt(
                question,
                value=self._card.need,
                about="Write it in your own words; what people wrote is a starting point." if choices else "",
                choices=choices if not self._card.need else (),
                empty=True,
                draft=kept,
            ),
            kept.until_saved(self._wrote),
        )

    def _wrote(self, text: str | None) -> None:
        if text is not None:
            self.attempt("wrote the need", lambda: cards.write_need(self.study, self._segment, text))

    def action_pin(self, beside: bool) -> None:
        """Pins the quote under the cursor."""
        row = self._here
        if row.part is None or row.quote is None:
            self.tell(with_keys("there is no quote here: {card.replace} pins a passage, {card.need} writes the need"))
            return
        part, quote = row.part, row.quote
        if quote.pinned:
            self.tell(with_keys("it is pinned already: {card.offer} shows what else there is"))
            return
        if self.decide(
            f"pinned the {CALLED[part]}",
            lambda: cards.pin(self.study, self._segment, part, quote.passage, quote.quote, beside=beside),
        ):
            self._offers.pop(part, None)
            self.refresh_sheet()

    def action_offer(self) -> None:
        """Shows the next proposal for the part under the cursor."""
        part = self._here.part
        offers = self._card.offers[part] if self._card is not None and part is not None else ()
        if part is None or not offers:
            self.tell(with_keys("the program proposes nothing here: {card.replace} pins a passage"))
            return
        now = self._here.quote
        at = next((n for n, each in enumerate(offers) if now is not None and each.quote == now.quote), -1)
        self._offers[part] = (at + 1) % len(offers)
        self.refresh_sheet()
        self.listed.highlighted = max(n for n, row in enumerate(self._rows) if row.part == part)
        self.tell(f"proposal {self._offers[part] + 1} of {len(offers)}")

    def action_replace(self) -> None:
        """Asks for another passage."""
        part = self._here.part
        if part is None or self._card is None:
            self.tell(with_keys("move to a part first ({sheet.down})"))
            return
        of = self._card.rival if part == "not" else self._segment
        if of is None:
            self.tell("there is no other segment")
            return
        shown = evidence.evidence(self.study, of)
        choices = [Choice(str(p.id), one_line(p.quote, 160), shown.names.of(p)) for p, _ in shown.passages]
        self.app.push_screen(
            Prompt(
                f"Which passage for “{CALLED[part]}”?",
                about=with_keys("{card.trim} trims it after."),
                choices=choices,
                free=False,
            ),
            partial(self._replace, part),
        )

    def _replace(self, part: Part, passage: str | None) -> None:
        if passage is not None:
            self._offers.pop(part, None)
            self.attempt(f"pinned the {CALLED[part]}", lambda: cards.pin(self.study, self._segment, part, int(passage)))

    def action_trim(self) -> None:
        """Asks which words of the quote to keep."""
        row = self._here
        if row.part is None or row.quote is None or not row.quote.pinned:
            self.tell(with_keys("only pinned quotes can be trimmed; {card.pin} pins this one"))
            return
        whole = passages.one(self.study, row.quote.passage).quote
        self.app.push_screen(
            Prompt("Which words?", value=row.quote.quote, about=f"Whole words of: {one_line(whole, 900)}"),
            partial(self._trim, row.part, row.number),
        )

    def _trim(self, part: Part, number: int, words: str | None) -> None:
        if words is not None:
            self.attempt("trimmed it", lambda: cards.trim(self.study, self._segment, part, words, number))

    def action_unpin(self) -> None:
        """Takes the quote under the cursor off; where nothing is pinned, says that nobody says so, or takes that back."""
        row = self._here
        if row.part is None:
            self.tell(with_keys("move to a part first ({sheet.down})"))
            return
        part, number = row.part, row.number
        if row.quote is None or not row.quote.pinned:
            empty = self._card is None or part not in self._card.unsaid
            self._offers.pop(part, None)
            self.decide(
                f"nobody says the {CALLED[part]}" if empty else f"quotes are proposed for the {CALLED[part]} again",
                lambda: cards.say_unsaid(self.study, self._segment, part, unsaid=empty),
            )
            return
        self.decide(f"unpinned the {CALLED[part]}", lambda: cards.unpin(self.study, self._segment, part, number))

    def action_order(self, by: int) -> None:
        """Moves the quote under the cursor among those of its part."""
        row = self._here
        if row.part is None or row.quote is None or not row.quote.pinned:
            self.tell("only pinned quotes have an order")
            return
        part, number = row.part, row.number
        if self.decide("moved it", lambda: cards.order(self.study, self._segment, part, number, number + by)):
            self.action_step(by)

    def action_statement(self) -> None:
        """Asks for the job statement, beginning with the draft from one answer."""
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
        kept = Drafting(self.study, "segment statement", self._segment, question)
        self.app.push_screen(
            Prompt(question, value=value, about=about, empty=True, draft=kept), kept.until_saved(self._state_job)
        )

    def _state_job(self, text: str | None) -> None:
        if text is not None:
            self.attempt(
                "wrote its job statement" if text else "removed its job statement",
                lambda: segments.write_statement(self.study, self._segment, text),
            )


def _need(found: Card) -> list[Content]:
    said = [
        plain("need", "bold"),
        plain(f"  {found.need}")
        if found.need
        else plain(with_keys("  – {card.need} writes it in one sentence"), "dim"),
    ]
    if found.statement:
        said.append(plain(f"  job statement: {one_line(found.statement, 400)}"))
    elif found.draft is not None:
        said.append(
            plain(
                f"  draft of a job statement ({key_of('card.statement')}): {one_line(found.draft.sentence, 400)}", "dim"
            )
        )
    return said
