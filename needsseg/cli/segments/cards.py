"""segment card, need, pin, unpin, trim and order: what a segment says of itself."""

from __future__ import annotations

from typing import Any

import click

from needsseg.actions.segments import PARTS, Part, cards
from needsseg.actions.segments import segments as actions
from needsseg.actions.segments.cards import Card, CardQuote, part_of
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_text
from needsseg.cli.parameters import PASSAGE, json_option, opened
from needsseg.errors import UsageError
from needsseg.text import format_count

segment_argument = click.argument("name_or_id", metavar="SEGMENT")
part_argument = click.argument("part", type=click.Choice(PARTS))
number_option = click.option(
    "--number", default=1, show_default=True, help="The number of the quote among those pinned to the part."
)


@click.command()
@segment_argument
@json_option
@click.pass_obj
def card(session: Session, name_or_id: str, as_json: bool) -> None:
    """Show a segment's card: its need, and a quote for each part. Parts without a pinned quote show a proposal."""
    with opened(session) as study:
        shown_card = cards.card(study, actions.find(study, name_or_id))
        offered = [] if shown_card.need else cards.beginnings(study, shown_card.segment)
    if as_json:
        print_object(shape(shown_card))
    else:
        _print(shown_card)
        for each in offered:
            session.say(f"The need can begin with {each.source}: {each.text}")
    for lost in shown_card.lost:
        session.warn(lost)


def shape(shown_card: Card) -> dict[str, Any]:
    """A card as JSON; a part is null where nobody said it."""
    draft = shown_card.draft
    return {
        "segment": shown_card.segment,
        "name": shown_card.name,
        "need": shown_card.need,
        **{part: _part(shown_card, part) for part in PARTS},
        "statement": shown_card.statement,
        "draft": None
        if draft is None
        else {
            "sentence": draft.sentence,
            "passage": draft.passage,
            "interview": draft.interview,
            "participant": draft.participant,
        },
        "offers": {part: [_quote(quote) for quote in shown_card.offers[part]] for part in PARTS},
        "lost": shown_card.lost,
        "unsaid": shown_card.unsaid,
    }


def _part(shown_card: Card, part: Part) -> dict[str, Any] | None:
    first, *others = shown_card.quotes[part] or (None,)
    if first is None:
        return None
    return _quote(first) | {"others": [_quote(other) for other in others if other is not None]}


def _quote(quote: CardQuote) -> dict[str, Any]:
    values = {
        "quote": quote.quote,
        "passage": quote.passage,
        "participant": quote.participant,
        "interview": quote.interview,
        "start": quote.start,
        "end": quote.end,
        "pinned": quote.pinned,
        "by": quote.by or None,
    }
    return values | ({"segment": quote.segment} if quote.part == "not" else {})


def _print(shown_card: Card) -> None:
    print_text(f"{shown_card.segment}  {shown_card.name}")
    print_text(f"need: {shown_card.need or '– (needsseg segment need)'}")
    for part in PARTS:
        about = f" (nearest: {shown_card.rival_name})" if part == "not" and shown_card.rival_name else ""
        for number, quote in enumerate(shown_card.quotes[part], start=1):
            state = f"pinned by {quote.by}" if quote.pinned else "proposed"
            number_note = f" {number}" if len(shown_card.quotes[part]) > 1 else ""
            print_text(f"{part}{number_note}{about}: “{quote.quote}”")
            where = "" if quote.interview in quote.participant else f"{quote.interview}, "
            print_text(f"   {quote.participant}, {where}passage {quote.passage}; {state}")
        if not shown_card.quotes[part]:
            print_text(f"{part}: – nobody says so, as a person found" if part in shown_card.unsaid else f"{part}: –")
    if shown_card.statement:
        print_text(f"job statement: {shown_card.statement}")
    elif shown_card.draft is not None:
        of = shown_card.draft
        print_text(f"draft of a job statement, from what {of.participant} said in passage {of.passage}: {of.sentence}")


@click.command()
@segment_argument
@click.argument("text")
@json_option
@click.pass_obj
def need(session: Session, name_or_id: str, text: str, as_json: bool) -> None:
    """Write a segment's need in one sentence. An empty text removes it."""
    with opened(session) as study:
        number = actions.find(study, name_or_id)
        cards.write_need(study, number, text)
    if as_json:
        print_object({"segment": number, "need": text.strip()})
    session.say(f"{'Wrote' if text.strip() else 'Took back'} the need of segment {number}.")


@click.command()
@segment_argument
@part_argument
@click.argument("passage", type=PASSAGE, required=False)
@click.option("--words", default="", help="Only these words of the passage, quoted exactly.")
@click.option("--offer", type=int, help="Pin the proposal of this number, from 1, instead of a passage.")
@click.option("--beside", is_flag=True, help="Add it after the pinned quotes instead of replacing them.")
@click.pass_obj
def pin(
    session: Session, name_or_id: str, part: str, passage: int | None, words: str, offer: int | None, beside: bool
) -> None:
    """Pin a quote to a part of a segment's card. It replaces what is pinned there."""
    if (passage is None) == (offer is None):
        raise UsageError("Name a passage, or an offer of the program.", "For example: segment pin 3 pain --offer 1")
    chosen = part_of(part)
    with opened(session) as study:
        number = actions.find(study, name_or_id)
        if passage is None or offer is not None:
            offers = cards.card(study, number).offers[chosen]
            if offer is None or not 1 <= offer <= len(offers):
                raise UsageError(
                    f"There is no offer {offer} for {part}.", f"There are {len(offers)}: needsseg segment card --json"
                )
            passage, words = offers[offer - 1].passage, offers[offer - 1].quote
        cards.pin(study, number, chosen, passage, words, beside=beside)
    session.say(f"Pinned passage {passage} as {part} of segment {number}.")


@click.command()
@segment_argument
@part_argument
@click.option(
    "--number", type=int, help="The number of the quote among those pinned to the part. Default: all of them."
)
@click.pass_obj
def unpin(session: Session, name_or_id: str, part: str, number: int | None) -> None:
    """Unpin quotes from a part of a segment's card."""
    with opened(session) as study:
        segment = actions.find(study, name_or_id)
        removed = cards.unpin(study, segment, part_of(part), number)
    session.say(f"Took {format_count(removed, 'quote')} off the {part} of segment {segment}.")


@click.command()
@segment_argument
@part_argument
@click.option("--take-back", is_flag=True, help="Let the program propose quotes for the part again.")
@click.pass_obj
def unsaid(session: Session, name_or_id: str, part: str, take_back: bool) -> None:
    """Record that nobody in a segment mentions a part of its card. Nothing is proposed for it until you pin a quote."""
    with opened(session) as study:
        segment = actions.find(study, name_or_id)
        cards.say_unsaid(study, segment, part_of(part), unsaid=not take_back)
    done = "The program proposes again" if take_back else "Nobody says so; nothing is proposed"
    session.say(f"{done} as {part} of segment {segment}.")


@click.command()
@segment_argument
@part_argument
@click.argument("words")
@number_option
@click.pass_obj
def trim(session: Session, name_or_id: str, part: str, words: str, number: int) -> None:
    """Shorten a pinned quote to some of its passage's words, quoted exactly."""
    with opened(session) as study:
        segment = actions.find(study, name_or_id)
        cards.trim(study, segment, part_of(part), words, number)
    session.say(f"Trimmed the {part} of segment {segment}.")


@click.command()
@segment_argument
@part_argument
@click.argument("number", type=int)
@click.argument("place", type=int)
@click.pass_obj
def order(session: Session, name_or_id: str, part: str, number: int, place: int) -> None:
    """Move a pinned quote to another position in its part. The first one is shown on the card."""
    with opened(session) as study:
        segment = actions.find(study, name_or_id)
        cards.order(study, segment, part_of(part), number, place)
    session.say(f"Put quote {number} of the {part} of segment {segment} in place {place}.")
