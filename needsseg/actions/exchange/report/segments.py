"""The report's section on segments: each with its card, figures and quotes, and what weakens it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.discovery.evidence import Evidence
from needsseg.actions.exchange.report.gathered import Gathered, ReportSegment, quoted_name, speaker_name
from needsseg.actions.exchange.report.quote_contexts import context
from needsseg.actions.transcripts.recordings import recording_links
from needsseg.discovery.evidence.card_quotes import PARTS
from needsseg.discovery.evidence.segment_evidence import speaker_key
from needsseg.exchange.report.content import Block, Bullets, Head, Missing, Quote, Section, Text, share_in_words
from needsseg.exchange.report.table import Table
from needsseg.records import Passage

if TYPE_CHECKING:
    from needsseg.actions.exchange.report.accounts import AccountData

QUOTES = 5


def segments_section(data: Gathered, accounts: AccountData | None) -> Section:
    """Return the section on every shown segment."""
    blocks: list[Block] = []
    for segment in data.shown:
        blocks += _segment(data, segment, accounts)
    if not data.shown:
        blocks.append(Missing("No segment is named or proposed yet; candidates come from discovery."))
    return Section("segments", "Segments in detail", tuple(blocks))


def quotes_section(data: Gathered, beside: Path | None) -> tuple[Section, ...]:
    """Return the section with every quote in its context; none without quotes.

    With the names of the study, quotes lead to their time in recordings that lie near the folder ``beside``.
    """
    links = recording_links(data.study, data.over, [passage for passage, _ in data.quoted.values()], beside)
    contexts = tuple(
        context(data.over, data.transcripts[passage.interview], passage, back, links.get(passage.id, ""))
        for passage, back in data.quoted.values()
    )
    return (Section("quotes", "Quotes in their context", contexts),) if contexts else ()


def _segment(data: Gathered, segment: ReportSegment, accounts: AccountData | None) -> list[Block]:
    over, each = data.over, segment.evidence
    blocks: list[Block] = [Head(segment.name, segment.anchor, segment.symbol)]
    if segment.need:
        blocks.append(Text(f"Need: {segment.need}", lead=True))
    if segment.description:
        blocks.append(Text(segment.description))
    if segment.statement:
        blocks.append(Text(f"Job statement, as written in the study: {segment.statement}"))
    blocks += _card(data, segment)
    figures = _figures(data, segment, accounts)
    blocks.append(Table(f"{segment.name} in figures", ("figure", "value"), figures))
    for passage in _quotes(each):
        location, to = data.quote_place(passage, segment.anchor)
        name = speaker_name(over, each.names, passage)
        blocks.append(Quote(over.text(passage.quote, passage.interview), name, location, to))
    if segment.warnings:
        blocks.append(Bullets(tuple(f"Caution: {warning}" for warning in segment.warnings)))
    if each.sentence and not each.summary.statement:
        of = next(passage for passage, _ in each.passages if passage.id == each.stated[0].passage)
        name = speaker_name(over, each.names, of)
        drafted = over.text(each.sentence, of.interview)
        blocks.append(Text(f"Draft of a job statement, not accepted by anybody, from one answer of {name}: {drafted}"))
    return blocks


def _quotes(each: Evidence) -> list[Passage]:
    """A segment's exemplars; if there are fewer than three, the strongest passages of other participants too."""
    chosen = {passage.id: passage for passage in each.summary.exemplars[:QUOTES]}
    quoted_speakers = {speaker_key(passage) for passage in chosen.values()}
    for passage, _ in each.passages:
        if len(chosen) >= 3:
            break
        if speaker_key(passage) not in quoted_speakers:
            quoted_speakers.add(speaker_key(passage))
            chosen[passage.id] = passage
    return list(chosen.values())


def _card(data: Gathered, segment: ReportSegment) -> list[Block]:
    """The parts of a segment's card: exact quotes of one person each, and whether a person chose them."""
    over, card = data.over, segment.card
    rows = []
    for part in PARTS:
        for quote in card.quotes[part][: None if any(q.pinned for q in card.quotes[part]) else 1]:
            about = f"it is not “{over.text(card.rival_name)}”" if part == "not" else part
            words = over.text(quote.quote, quote.interview)
            rows.append((about, words, quoted_name(over, quote), "chosen" if quote.pinned else "proposed"))
    if not rows:
        return []
    header = ("part", "quote", "who", "by a person or the program")
    return [Table(f"{segment.name} in quotes", header, tuple(rows))]


def _figures(data: Gathered, segment: ReportSegment, accounts: AccountData | None) -> tuple[tuple[str, str], ...]:
    over, each, row = data.over, segment.evidence, segment.evidence.summary
    by = f"by {row.confirmed_by} on {(row.confirmed_at or '')[:10]}" if row.confirmed_by else "not confirmed"
    if row.confirmed_undecided:
        by += ", though nobody had decided on any of its passages"
    words = [word for word in row.keywords if over.text(word) == word]
    share = share_in_words(data.first_needs(segment), len(data.people))
    figures = [
        ("status", f"{row.status}, {by}" if row.status != "confirmed" else f"confirmed {by}"),
        ("passages", str(row.size)),
        ("participants heard in it", row.people),
        ("participants whose first need it is", f"{share}; in brackets a 95% interval"),
        ("stability", row.firmness or "not tested yet"),
    ]
    if each.evenness_word:
        figures.append(("spread", each.evenness_word))
    if each.rival is not None:
        figures.append(("nearest to it", f"{over.text(each.rival.name)} (cosine {each.rival.nearness:.2f})"))
    if words:
        figures.append(("words that mark it", ", ".join(words)))
    figures += accounts.of_segment(row.name) if accounts is not None else []
    return tuple(figures)


def unsaid_parts(segment: ReportSegment) -> Sequence[str]:
    """The parts of a need for which a segment's card has no quote."""
    return [part for part in PARTS if part != "not" and not segment.card.quotes[part]]
