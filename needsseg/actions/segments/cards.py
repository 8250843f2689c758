"""Cards: what a segment says of itself. The program proposes quotes; people pin, trim and order them and write the need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from needsseg.actions.coding.blind import seen_members, veiled
from needsseg.actions.coding.cached_vectors import cached
from needsseg.actions.segments.quote_spans import place_in, span_of
from needsseg.actions.study.languages import study_cues
from needsseg.actions.transcripts.participant_names import ParticipantNames, participant_names
from needsseg.discovery.evidence.card_quotes import PARTS, Part, Proposal, clearest_sentence, proposals, propose
from needsseg.discovery.evidence.standing import neighbour
from needsseg.discovery.evidence.statements import job_statement
from needsseg.errors import Advice, Fix, UsageError
from needsseg.study.coding import codebook, passages
from needsseg.study.connection import Study
from needsseg.study.segments import cards, segments
from needsseg.study.segments.cards import Pin
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.records import Passage
    from needsseg.study.segments.segments import SegmentRow


BEGINNINGS = 3
BORDER_OFFERS = 5
MOST_AT_BORDER = 15
"""Passages of the neighbour in which a quote for "not" is looked for, those nearest first."""


@dataclass(frozen=True, slots=True)
class CardQuote:
    """Words of one person for one part: ``quote`` is ``text[start:end]`` of the interview.

    Both are None where the transcript no longer holds the passage. ``pinned`` says that a person chose it, else the program
    proposes it; ``label`` is the speaker's in the transcript. For the part "not", ``segment`` is the other segment whose
    border the quote marks.
    """

    part: Part
    quote: str
    passage: int
    interview: str
    participant: str
    start: int | None
    end: int | None
    pinned: bool
    label: str
    by: str = ""
    segment: int | None = None


@dataclass(frozen=True, slots=True)
class StatementDraft:
    """A job statement put together from what one person said in one answer; a draft until somebody takes it."""

    sentence: str
    passage: int
    interview: str
    participant: str


@dataclass(frozen=True, slots=True)
class Card:
    """The card of a segment.

    ``quotes`` holds, for each part, what was pinned in its order, else the program's one proposal, else nothing; ``offers``
    what else could be pinned; ``passages`` those that are quoted. ``rival`` is the segment from which "not" distinguishes
    it; ``lost`` are pinned quotes that its passages no longer hold, in words.
    """

    segment: int
    name: str
    need: str
    quotes: dict[Part, tuple[CardQuote, ...]]
    offers: dict[Part, tuple[CardQuote, ...]]
    rival: int | None
    rival_name: str
    statement: str
    draft: StatementDraft | None
    lost: tuple[str, ...] = ()
    unsaid: tuple[Part, ...] = ()
    """Of which a person said that nobody says them: nothing is proposed there."""
    passages: dict[int, Passage] = field(default_factory=dict)

    def first(self, part: Part) -> CardQuote | None:
        """Return the quote shown first for a part, if any."""
        return next(iter(self.quotes[part]), None)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Words that somebody wrote, from which the sentence of a need can begin, and what they are."""

    text: str
    source: str


def part_of(text: str) -> Part:
    """The part meant by a word; raises UsageError naming all."""
    if text not in PARTS:
        raise UsageError(f"A card has no part “{text}”.", f"Its parts are: {', '.join(PARTS)}.")
    return text


def card(study: Study, segment: int) -> Card:
    """The card of a segment, with what the program proposes for the parts where nothing is pinned."""
    row = segments.one(study, segment)
    members = seen_members(study)
    names = participant_names(study)
    pins = cards.listing(study, segment)
    rows = [each for each in segments.listing(study) if each.status != "set_aside" or each.id == segment]
    ids = {m.passage for each in rows for m in members.get(each.id, [])} | {each.passage for each in pins}
    passages_by_id = {passage.id: passage for passage in veiled(study, passages.listing(study, ids=sorted(ids)))}
    member_passages = [p for member in members.get(segment, []) if (p := passages_by_id[member.passage]).anchored]
    groups = study_cues(study)
    chosen, lost = _pinned(pins, passages_by_id, {member.passage for member in members.get(segment, [])}, names)
    speakers = [names.of(passage) for passage in member_passages]
    offers = proposals([passage.quote for passage in member_passages], groups, speakers)
    unsaid = tuple(part for part in PARTS if part in row.unsaid and not chosen[part])
    proposed = propose(
        {part: each for part, each in offers.items() if not chosen[part] and part not in unsaid}, speakers
    )
    quotes = {part: chosen[part] or _as_quotes(proposed.get(part), member_passages, names) for part in PARTS}
    alternatives: dict[Part, tuple[CardQuote, ...]] = {
        part: tuple(quote for each in offers[part] for quote in _as_quotes(each, member_passages, names))
        for part in offers
    }
    rival, border = _border(study, row, rows, members, passages_by_id)
    alternatives["not"] = (
        tuple(
            _not(passage, rival.id, names, span)
            for passage in border
            if (span := clearest_sentence(passage.quote, groups)) is not None
        )[:BORDER_OFFERS]
        if rival
        else ()
    )
    if not quotes["not"] and "not" not in unsaid:
        quotes["not"] = alternatives["not"][:1]
    return Card(
        segment, row.name, row.need, quotes, alternatives, rival.id if rival else None, rival.name if rival else "",
        row.statement, _draft(member_passages, names), tuple(lost), unsaid,
        {quote.passage: passages_by_id[quote.passage] for each in quotes.values() for quote in each},
    )  # fmt: skip


def _pinned(
    pins: Sequence[Pin], passages_by_id: dict[int, Passage], member_ids: set[int], names: ParticipantNames
) -> tuple[dict[Part, tuple[CardQuote, ...]], list[str]]:
    """The pinned quotes of each part as they stand in their passages now, and in words those that stand nowhere."""
    quotes_by_part: dict[Part, tuple[CardQuote, ...]] = dict.fromkeys(PARTS, ())
    lost = []
    for each in pins:
        passage, part = passages_by_id[each.passage], cast(Part, each.part)
        at = place_in(passage.quote, each)
        if part != "not" and passage.id not in member_ids:
            lost.append(
                f"the {part} pinned by {each.pinned_by}, “{each.quote}”, is of a passage that lies elsewhere now"
            )
        elif at is None:
            lost.append(f"the {part} pinned by {each.pinned_by}, “{each.quote}”, is no longer in passage {passage.id}")
        else:
            quote = _quote(part, passage, at, at + len(each.quote), names)
            quotes_by_part[part] += (replace(quote, pinned=True, by=each.pinned_by),)
    return quotes_by_part, lost


def _quote(part: Part, passage: Passage, start: int, end: int, names: ParticipantNames) -> CardQuote:
    first, last = (passage.start + start, passage.start + end) if passage.anchored else (None, None)
    return CardQuote(
        part,
        passage.quote[start:end],
        passage.id,
        passage.interview,
        names.of(passage),
        first,
        last,
        False,
        passage.speaker,
    )


def _as_quotes(
    each: Proposal | None, member_passages: Sequence[Passage], names: ParticipantNames
) -> tuple[CardQuote, ...]:
    return () if each is None else (_quote(each.part, member_passages[each.index], each.start, each.end, names),)


def _not(passage: Passage, segment: int, names: ParticipantNames, span: tuple[int, int]) -> CardQuote:
    return replace(_quote("not", passage, *span, names), segment=segment)


def _border(
    study: Study,
    row: SegmentRow,
    rows: Sequence[SegmentRow],
    members: dict[int, list[segments.Member]],
    passages_by_id: dict[int, Passage],
) -> tuple[SegmentRow | None, list[Passage]]:
    """The segment nearest to another and its passages that are nearest to that one: what it only just is not."""
    placed = {member.passage: each.id for each in rows for member in members.get(each.id, [])}
    ids = sorted(passage for passage in placed if passages_by_id[passage].anchored)
    if row.id not in placed.values():
        return None, []
    vectors = cached(study, [passages_by_id[passage].quote for passage in ids])
    if vectors.rows is None:
        return None, []
    nearest = neighbour(vectors.rows, [placed[passage] for passage in ids], row.id, MOST_AT_BORDER)
    if nearest is None:
        return None, []
    return next(each for each in rows if each.id == nearest.label), [
        passages_by_id[ids[index]] for index in nearest.border
    ]


def _draft(member_passages: Sequence[Passage], names: ParticipantNames) -> StatementDraft | None:
    statement = job_statement([passage.quote for passage in member_passages], range(len(member_passages)))
    if not statement.parts:
        return None
    source = member_passages[statement.parts[0].index]
    return StatementDraft(statement.sentence, source.id, source.interview, names.of(source))


def beginnings(study: Study, segment: int) -> list[Beginning]:
    """Return texts with which the sentence of a need can begin: descriptions people wrote, never participants' words.

    The nearest archetype's, those of codes that its passages carry, most of them first, and of needs in view.
    """
    row = segments.one(study, segment)
    ids = [member.passage for member in seen_members(study).get(segment, [])]
    counts = Counter(code for passage in veiled(study, passages.listing(study, ids=ids)) for code in passage.codes)
    code_descriptions = {code.name: code.description for code in codebook.listing(study)}
    needs_in_view = cards.needs_in_view(study)
    used = sorted(counts, key=lambda code: (-counts[code], code))
    offered = [
        (row.description, "the segment's description"),
        *((text, f"the need in view “{name}”") for name, text, of in needs_in_view if of == segment),
        *((name.description, f"the archetype {name.name}") for name in row.suggested_names[:1]),
        *((code_descriptions.get(code, ""), f"the code “{code}”") for code in used[:BEGINNINGS]),
        *((text, f"the need in view “{name}”") for name, text, of in needs_in_view if of != segment),
    ]
    by_text: dict[str, Beginning] = {}
    for words, source in offered:
        text = " ".join(words.split())
        if text:
            by_text.setdefault(text.casefold(), Beginning(text, source))
    return list(by_text.values())


def write_need(study: Study, segment: int, text: str) -> None:
    """Write a segment's need in one sentence; an empty one takes it back."""
    with study.action("need", f"wrote the need of segment {segment}"):
        segments.write_need(study, segment, text)


def pin(study: Study, segment: int, part: Part, passage: int, words: str = "", *, beside: bool = False) -> None:
    """Pin a passage's words, all of them or a clause of it, to a part of a segment's card: in place of what is pinned there.

    With ``beside`` it comes behind them. Raise UsageError for words that the passage does not hold, and for a passage of
    another segment, or for "not" of the same.
    """
    pinned_passage = passages.one(study, passage)
    span = span_of(pinned_passage, words)
    member_ids = {member.passage for member in segments.members(study).get(segment, [])}
    _check(pinned_passage.id, part, segment, member_ids)
    pins = [each for each in cards.listing(study, segment) if each.part == part]
    with study.action("pin", f"pinned the {part} of segment {segment}: passage {passage}"):
        if not beside:
            cards.unpin(study, pins)
        elif any((each.passage, each.quote) == (passage, pinned_passage.quote[slice(*span)]) for each in pins):
            raise UsageError(f"These words of passage {passage} are pinned as {part} already.")
        cards.pin(study, segment, part, passage, *span, pinned_passage.quote[slice(*span)])
        empty_parts = segments.one(study, segment).unsaid
        if part in empty_parts:
            segments.write_unsaid(study, segment, [each for each in empty_parts if each != part])


def say_unsaid(study: Study, segment: int, part: Part, *, unsaid: bool = True) -> None:
    """Mark a part as said by nobody in a segment, so that nothing is proposed for it, or reverse that.

    Raise UsageError where something is pinned to the part, and where it is so already.
    """
    row = segments.one(study, segment)
    if unsaid and any(each.part == part for each in cards.listing(study, segment)):
        raise UsageError(f"Something is pinned as {part} of segment {segment}.", "Unpin it first.")
    if unsaid == (part in row.unsaid):
        state = "is empty already" if unsaid else "is not said to be empty"
        raise UsageError(f"The {part} of segment {segment} {state}.", "Nothing was changed.")
    rest = [each for each in PARTS if each in row.unsaid and each != part]
    summary = f"said that nobody tells the {part} of segment {segment}"
    with study.action("empty part", summary if unsaid else f"let the {part} of segment {segment} be proposed again"):
        segments.write_unsaid(study, segment, [*rest, part] if unsaid else rest)


def _check(passage: int, part: Part, segment: int, member_ids: set[int]) -> None:
    if part == "not" and passage in member_ids:
        raise UsageError(
            f"Passage {passage} lies in segment {segment}.", "What a segment is not is said in a passage of another."
        )
    if part != "not" and passage not in member_ids:
        raise UsageError(
            f"Passage {passage} does not lie in segment {segment}.",
            Advice(
                "Name one of its passages, or move it there first: ", Fix.MOVE_PASSAGE.of(id=segment, passage=passage)
            ),
        )


def unpin(study: Study, segment: int, part: Part, number: int | None = None) -> int:
    """Take the pinned quote of a number off a part, or all; return how many. Raise UsageError where none is pinned."""
    pins = _required_pins(study, segment, part)
    removed = pins if number is None else [_numbered(pins, part, number)]
    with study.action("unpin", f"took {format_count(len(removed), 'quote')} off the {part} of segment {segment}"):
        cards.unpin(study, removed)
    return len(removed)


def trim(study: Study, segment: int, part: Part, words: str, number: int = 1) -> None:
    """Cut a pinned quote to other words of its passage, such as one clause of it."""
    pinned = _numbered(_required_pins(study, segment, part), part, number)
    quoted_passage = passages.one(study, pinned.passage)
    start, end = span_of(quoted_passage, words, near=pinned.start)
    with study.action("trim", f"trimmed the {part} of segment {segment}"):
        cards.trim(study, pinned, start, end, quoted_passage.quote[start:end])


def order(study: Study, segment: int, part: Part, number: int, place: int) -> None:
    """Move the pinned quote of a number to another place among those of its part."""
    pins = _required_pins(study, segment, part)
    moved = _numbered(pins, part, number)
    rest = [each.id for each in pins if each.id != moved.id]
    _numbered(pins, part, place)
    rest.insert(place - 1, moved.id)
    with study.action("order quotes", f"put quote {number} of the {part} of segment {segment} in place {place}"):
        cards.order(study, segment, part, rest)


def take_statement(study: Study, segment: int) -> str:
    """Take the draft of a job statement as it is; the sentence. Raise UsageError where nobody said enough of one."""
    draft = card(study, segment).draft
    if draft is None:
        raise UsageError(
            f"No answer in segment {segment} says enough of a job.",
            Advice("Write one: ", Fix.WRITE_STATEMENT.of(id=segment, text="TEXT")),
        )
    with study.action("statement", f"took the draft of the job statement of segment {segment}"):
        segments.write_statement(study, segment, draft.sentence)
    return draft.sentence


def _required_pins(study: Study, segment: int, part: Part) -> list[Pin]:
    segments.one(study, segment)
    pins = [each for each in cards.listing(study, segment) if each.part == part]
    if not pins:
        raise UsageError(f"Nothing is pinned as {part} of segment {segment}.", Advice("Pin a quote: ", Fix.PIN_QUOTE))
    return pins


def _numbered(pins: Sequence[Pin], part: Part, number: int) -> Pin:
    if not 1 <= number <= len(pins):
        raise UsageError(f"There is no quote {number} of the {part}.", f"There are: 1 to {len(pins)}.")
    return pins[number - 1]
