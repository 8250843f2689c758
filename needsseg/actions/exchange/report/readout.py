"""The report's first section: the story on one screen, which people write; the program adds what it knows and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from needsseg.actions.exchange.report.gathered import Gathered, ReportSegment, quoted_name
from needsseg.actions.exchange.report.segments import unsaid_parts
from needsseg.discovery.evidence.card_quotes import PARTS, Part
from needsseg.discovery.verdict import NEXT_STEP_REPORTED
from needsseg.exchange.report.content import (
    Block,
    Bullets,
    CardPart,
    Head,
    Missing,
    NeedCard,
    Section,
    Text,
    share_in_words,
)
from needsseg.exchange.report.pictures import Bar, Bars
from needsseg.exchange.report.table import Table
from needsseg.text import format_count, format_list, plural

if TYPE_CHECKING:
    from needsseg.actions.exchange.report.accounts import AccountData, Stack
    from needsseg.actions.exchange.report.backlog import Served

MOST_CARDS = 5
_WRITTEN = {
    "headline": "the headline", "question": "what was asked", "summary": "a summary", "recommendations": "what should be done",
}  # fmt: skip
"""The parts that open a readout, as the sentence on missing ones names them."""
_WHO = (
    "A person's first need is the one that most of their passages are about. In brackets the share, and where it would lie in "
    "19 of 20 such samples (95% interval)."
)
_MEANING = {
    True: "",
    False: " That is no better than chance: take the needs as a way to sort what people said, not as kinds of people.",
    None: "",
}
"""What a verdict on the passages means for somebody who was not there."""
UNMET: tuple[Part, ...] = ("pain", "workaround", "wish")
"""The parts in which people say that a need is not met."""


def readout_section(
    data: Gathered, stack: Stack, differing: Sequence[Block], served: Served | None, limits: Sequence[str]
) -> Section:
    """Return the readout: question, needs on cards, how sure, who has which need, what follows, and what is not known.

    ``differing`` says how accounts with different needs differ; it has no heading where it is empty.
    """
    chosen = chosen_needs(data)
    return Section(
        "readout",
        "Readout",
        (
            *_opening(data),
            Head("What people need", "needs"),
            *_cards(data, chosen),
            Head("How sure we are", "sure"),
            Bullets(tuple(_how_sure(data, stack))),
            Head("Who has which need", "who"),
            *_who(data, chosen, stack),
            *((Head("How accounts with these needs differ", "differences"), *differing) if differing else ()),
            Head("What follows", "follows"),
            *_follows(chosen, stack.data, served),
            Head("What the data cannot say", "limits"),
            Bullets((*data.readout.limits, *limits)),
        ),
    )


def title(data: Gathered) -> str:
    """The headline that somebody wrote, else a title that claims nothing."""
    return data.readout.headline or "What customers need, and who they are"


def chosen_needs(data: Gathered) -> tuple[ReportSegment, ...]:
    """The needs on cards: those that people listed, in their order, else those of most people first; five at most."""
    by_name = {segment.evidence.summary.name: segment for segment in data.shown}
    listed = [by_name[name] for name in data.readout.needs if name in by_name]
    heard = sorted(data.shown, key=lambda segment: (-data.first_needs(segment), -segment.heard, segment.id))
    return tuple(listed or heard[:MOST_CARDS])


def _opening(data: Gathered) -> tuple[Block, ...]:
    """What people wrote first: question, summary, recommendations; before it how far it was checked, after it what is missing."""
    text = data.readout
    blocks: list[Block] = [Missing(warning)] if (warning := _unchecked(data)) else []
    if text.question:
        blocks.append(Text(f"We asked: {text.question}"))
    blocks += [Text(paragraph) for paragraph in text.summary.split("\n\n") if paragraph]
    if text.recommendations:
        blocks += [Head("What we recommend", "recommended"), Bullets(text.recommendations)]
    unwritten = [words for part, words in _WRITTEN.items() if not getattr(text, part)]
    if unwritten:
        blocks.append(Missing(f"Nobody has written {format_list(unwritten)} yet."))
    return tuple(blocks)


def _unchecked(data: Gathered) -> str:
    """What must be known before anything below is believed; "" where people decided on passages and confirmed a need."""
    if not data.shown:
        return ""
    confirmed = any(segment.status == "confirmed" for segment in data.shown)
    if not data.decided:
        unchecked = "nobody has checked a passage"
        return (
            f"A draft: {unchecked} yet."
            if confirmed
            else f"A draft by the program: {unchecked} or confirmed a need yet."
        )
    return "" if confirmed else "A draft: nobody has confirmed a need yet."


def _cards(data: Gathered, chosen: Sequence[ReportSegment]) -> tuple[Block, ...]:
    if not chosen:
        return (Missing("No need is stated, and none was found yet: state needs, or discover candidates."),)
    blocks: list[Block] = []
    if data.has_candidates_only:
        blocks.append(Missing(f"These are the program's candidates; nobody has named one yet. {NEXT_STEP_REPORTED}"))
    blocks += [_card(data, segment) for segment in chosen]
    others = [segment.name for segment in data.shown if segment not in chosen]
    if others:
        blocks.append(Text(f"In the details only: {format_list(others)}."))
    return tuple(blocks)


def _card(data: Gathered, segment: ReportSegment) -> NeedCard:
    over = data.over
    parts = []
    for part in PARTS:
        quote = segment.card.first(part)
        if quote is None or part == "not":
            continue
        location, to = data.quote_place(segment.card.passages[quote.passage], segment.anchor, short=True)
        words = over.text(quote.quote, quote.interview)
        parts.append(CardPart(part, words, quoted_name(over, quote), location, to, quote.pinned))
    people = f"{format_count(segment.heard, 'person', 'people')} {plural(segment.heard, 'speaks', 'speak')} of it"
    if segment.is_named:
        people = f"{people}; it is the first need of {data.first_needs(segment)} of {len(data.people)}"
    symbol, to = segment.symbol, segment.anchor
    return NeedCard(segment.name, symbol, to, segment.in_words, people, tuple(parts), tuple(unsaid_parts(segment)))


def _how_sure(data: Gathered, stack: Stack) -> list[str]:
    """How far the needs and the labels can be trusted, each once, in words."""
    sentences = []
    if not data.passages:
        sentences.append("No passage is marked yet.")
    elif not data.decided:
        sentences.append(
            f"Unchecked: all {data.passages} passages are the program's suggestions; nobody decided on one."
        )
    else:
        rest = f"; {data.counts['suggested']} are undecided" if data.counts["suggested"] else ""
        sentences.append(f"People decided on {data.decided} of {format_count(data.passages, 'passage')}{rest}.")
    if data.shown:
        confirmed = sum(segment.status == "confirmed" for segment in data.shown)
        kind = "candidate" if data.has_candidates_only else "need"
        sentences.append(f"{confirmed or 'None'} of {format_count(len(data.shown), kind)} confirmed by a person.")
        sentences.append(f"{data.verdict.sentence}{_MEANING[data.verdict.separate]}")
        if data.verdict.caution:
            sentences.append(data.verdict.caution)
    tested = [segment for segment in data.shown if segment.evidence.summary.firm is not None]
    weak = [
        segment.name for segment in tested if segment.evidence.summary.firm and segment.evidence.summary.firm.against
    ]
    if tested:
        sentences.append(
            f"Stability: {format_list(weak)} would change with other passages or people; the details say how."
            if weak
            else f"Stability: {format_count(len(tested), 'need')} came back when passages were resampled."
        )
    elif data.shown:
        sentences.append("Nobody has tested yet whether the needs stay the same when passages are resampled.")
    if stack.in_short:
        sentences.append(stack.in_short)
    return sentences


def _who(data: Gathered, chosen: Sequence[ReportSegment], stack: Stack) -> tuple[Block, ...]:
    accounts = stack.data
    named = [segment for segment in chosen if segment.is_named]
    if not named:
        return (Missing("Nobody has named a need yet, so nobody's need can be said."),)
    labelled = sum(bool(profile.needs_segment) for profile in accounts.profiles) if accounts else 0
    rows = []
    for segment in named:
        row = [segment.name, share_in_words(data.first_needs(segment), len(data.people)), str(segment.heard)]
        if accounts is not None:
            row += [share_in_words(len(accounts.labelled(segment.name)), labelled), accounts.paid(segment.name)]
        rows.append(tuple(row))
    undecided = sum(need.segment is None for need in data.people)
    if undecided:
        row = ["undecided", share_in_words(undecided, len(data.people)), "–"]
        rows.append(tuple(row + (["–", "–"] if accounts is not None else [])))
    header: tuple[str, ...] = ("need", f"first need of, among {len(data.people)} people", "people who speak of it")
    if accounts is not None:
        header = (*header, f"accounts labelled with it, of {labelled}", accounts.amount_label)
    blocks: list[Block] = [Table(_WHO, header, tuple(rows))]
    blocks += [Missing(each) for each in stack.doubts] if accounts is None else needs_by_lifecycle(chosen, accounts)
    return tuple(blocks)


def needs_by_lifecycle(shown: Sequence[ReportSegment], accounts: AccountData) -> tuple[Block, ...]:
    """Return the picture of accounts by need and lifecycle stage with what they pay; a sentence where none carries a need."""
    named = [segment for segment in shown if segment.is_named and accounts.labelled(segment.name)]
    if not named:
        return (Missing("No account carries a need, so there is no picture of accounts by need."),)
    bars = []
    for segment in named:
        stages = accounts.stages(segment.name)
        bars.append(Bar(segment.name, tuple(stages.items()), accounts.paid(segment.name), segment.symbol))
    total = sum(len(accounts.labelled(segment.name)) for segment in named)
    return (
        Bars(
            "Accounts by need and lifecycle stage",
            f"{format_count(total, 'account')} that carry one of these needs, as of {accounts.as_of}, with what they pay. Bars "
            "count accounts, not money.",
            tuple(bars),
            "accounts",
            accounts.amount_label,
        ),
    )


def _follows(chosen: Sequence[ReportSegment], accounts: AccountData | None, served: Served | None) -> tuple[Block, ...]:
    """Where needs are unmet and accounts at risk, and the features that serve them."""
    blocks: list[Block] = []
    named = [segment for segment in chosen if segment.is_named]
    if named:
        blocks.append(_unmet(named, accounts))
    if served is None:
        blocks.append(Missing("No backlog was given, so no feature is named for a need."))
    else:
        blocks += [Table(served.caption, served.header, served.rows), *map(Text, served.notes)]
    return tuple(blocks)


def _unmet(named: Sequence[ReportSegment], accounts: AccountData | None) -> Table:
    """Who is quoted with a pain, workaround or wish by need, and what is at risk; most money at risk first."""
    lines = []
    for segment in named:
        people = [str(_quoted_people(segment, part)) for part in UNMET]
        at_risk = accounts.at_risk(segment.name) if accounts is not None else []
        amount = accounts.amount(at_risk) if accounts is not None else 0.0
        money = [str(len(at_risk)), accounts.sum_of(at_risk)] if accounts is not None else []
        lines.append((-amount, (segment.name, *people, *money)))
    header: tuple[str, ...] = ("need", *(f"people with a {part}" for part in UNMET))
    if accounts is not None:
        header = (*header, "accounts at risk", f"of these, {accounts.amount_label}")
    chosen_by = (
        "which the program found"
        if all(_is_proposed(segment) for segment in named)
        else "which people chose or the program found"
    )
    caption = f"Where needs are unmet: how many people are quoted with a pain, a workaround or a wish, {chosen_by}"
    return Table(caption, header, tuple(row for _, row in sorted(lines)))


def _quoted_people(segment: ReportSegment, part: Part) -> int:
    """The number of people of whom a quote for a part was chosen or found."""
    quotes = (*segment.card.quotes[part], *segment.card.offers.get(part, ()))
    return len({quote.participant for quote in quotes})


def _is_proposed(segment: ReportSegment) -> bool:
    """Whether nobody chose any quote of a segment's card."""
    return not any(quote.pinned for quotes in segment.card.quotes.values() for quote in quotes)
