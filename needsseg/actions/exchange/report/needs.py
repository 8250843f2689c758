"""The report's sections on needs: segments with their quotes, the map, participants, and the quotes in their context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.discovery import evidence
from needsseg.actions.discovery.comparing import needs_map
from needsseg.actions.discovery.firmness import verdict
from needsseg.actions.exchange.report.quote_contexts import context, place
from needsseg.actions.segments import cards
from needsseg.actions.segments.cards import Card
from needsseg.actions.segments.participant_needs import participant_needs
from needsseg.actions.transcripts import interviews
from needsseg.actions.transcripts.participant_names import ParticipantNames, participant_names
from needsseg.discovery.evidence.card_quotes import PARTS
from needsseg.discovery.evidence.segment_evidence import speaker_key
from needsseg.discovery.verdict import NEXT_STEP_REPORTED, leaning_words
from needsseg.errors import NeedssegError
from needsseg.exchange.report.content import (
    Block,
    Bullets,
    Head,
    Map,
    Quote,
    Section,
    Spot,
    Table,
    Text,
    share_in_words,
)
from needsseg.records import Passage, PrimaryNeed, Transcript
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.symbols import glyphs
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.actions.discovery.evidence import Evidence, SegmentSummary
    from needsseg.actions.exchange.report.accounts import AccountData

QUOTES = 5
MOST_SPOTS = 3000
LONGEST = 280


@dataclass(frozen=True, slots=True)
class ReportSegment:
    """One segment of the report: its pseudonymised texts, and warnings about its evidence."""

    id: int
    anchor: str
    symbol: str
    name: str
    status: str
    description: str
    need: str
    statement: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """The report's sections on needs.

    ``verdict`` says whether passages form groups, ``appendix`` holds the quotes in their context.
    """

    verdict: tuple[str, ...]
    shown: tuple[ReportSegment, ...]
    confirmed_in_words: str
    people: tuple[PrimaryNeed, ...]
    sections: tuple[Section, ...]
    appendix: tuple[Section, ...]


def gather_needs(study: Study, over: Cover, accounts: AccountData | None) -> Needs:
    """Gather named and confirmed segments (candidates while there are none), the map, and the participants."""
    listed = evidence.listing(study)
    chosen = [row for row in listed if row.status in ("named", "confirmed")]
    rows = chosen or [row for row in listed if row.status == "candidate"]
    people = tuple(participant_needs(study))
    transcripts = {row.key: interviews.show(study, row.key) for row in interviews.listing(study)}
    evidences = [evidence.evidence(study, row.id) for row in rows]
    signs = glyphs([row.id for row in listed])
    shown = tuple(_report_segment(over, each, signs[each.summary.id][0]) for each in evidences)
    result = verdict(study)
    next_step = NEXT_STEP_REPORTED if result.next_step else ""
    verdict_lines = tuple(line for line in (result.sentence, result.caution, next_step) if line and rows)
    blocks: list[Block] = [Text(line) for line in verdict_lines]
    quoted: dict[int, Passage] = {}
    for each, segment in zip(evidences, shown, strict=True):
        quotes = _quotes(each)
        quoted |= {passage.id: passage for passage in quotes}
        blocks += _segment(study, over, each, segment, quotes, transcripts, people, accounts)
    if not rows:
        blocks.append(Text("No segment is named or proposed yet; candidates come from discovery."))
    confirmed = sum(row.status == "confirmed" for row in rows)
    status_words = (
        f", {confirmed} of them confirmed" if chosen else ", proposed and not yet named by anybody" if rows else ""
    )
    contexts = tuple(context(over, transcripts[p.interview], quoted[p.id]) for p in quoted.values())
    return Needs(
        verdict_lines,
        shown,
        status_words,
        people,
        (
            Section("segments", "Segments", tuple(blocks)),
            Section("map", "Map of passages", _map(study, over, shown, transcripts)),
            Section("people", "Participants and their segments", _people(over, people)),
        ),
        (Section("quotes", "Quotes in their context", contexts),) if contexts else (),
    )


def _report_segment(over: Cover, each: Evidence, symbol: str) -> ReportSegment:
    row = each.summary
    named = row.status in ("named", "confirmed")
    warnings = [
        _warning(over, each, warning) for warning in row.warnings if row.firm is None or warning != row.firm.against
    ]
    return ReportSegment(
        row.id,
        f"s{row.id}",
        symbol,
        row.name if named else over.text(row.name),
        row.status,
        over.text(row.description),
        over.text(row.need),
        over.text(row.statement),
        (*_stability_warning(over, row), *warnings),
    )


def _stability_warning(over: Cover, row: SegmentSummary) -> tuple[str, ...]:
    """The warning from a segment's stability test, with pseudonymised names."""
    if row.firm is None or not row.firm.against:
        return ()
    named = zip(row.firm.figures.leans_on, row.firm.leans_on, strict=True)
    return (leaning_words(row.firm.figures, [_participant_name(over, key, name) for key, name in named]),)


def _participant_name(over: Cover, key: str, name: str) -> str:
    """A participant, by key, or a speaker whom no participant is named for."""
    interview, of_speaker, label = key.partition("/")
    if not of_speaker:
        return over.name(key, name)
    return name if over.original else f"{over.speaker(interview, label)} ({over.interview(interview)})"


def _warning(over: Cover, each: Evidence, warning: str) -> str:
    """Pseudonymise a warning, which may begin with a participant's name."""
    for passage, _ in each.passages:
        name = each.names.of(passage)
        if warning.startswith(f"{name} supplies "):
            return speaker_name(over, each.names, passage) + over.text(warning[len(name) :])
    return over.text(warning)


def speaker_name(over: Cover, names: ParticipantNames, passage: Passage) -> str:
    """The name of a passage's speaker in the report: a pseudonym, or the name shown everywhere."""
    shown = over.speaker(passage.interview, passage.speaker)
    return names.of(passage) if shown == passage.speaker else shown or "unnamed speaker"


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


def _segment(
    study: Study,
    over: Cover,
    each: Evidence,
    shown: ReportSegment,
    quotes: Sequence[Passage],
    transcripts: dict[str, Transcript],
    people: Sequence[PrimaryNeed],
    accounts: AccountData | None,
) -> list[Block]:
    row = each.summary
    blocks: list[Block] = [Head(shown.name, shown.anchor, shown.symbol)]
    if shown.need:
        blocks.append(Text(f"Need: {shown.need}", lead=True))
    if shown.description:
        blocks.append(Text(shown.description))
    if shown.statement:
        blocks.append(Text(f"Job statement, as written in the study: {shown.statement}"))
    blocks += _card(over, cards.card(study, row.id), each)
    blocks.append(Table(f"{shown.name} in figures", ("figure", "value"), _figures(over, row, each, people, accounts)))
    for passage in quotes:
        location = place(over, transcripts[passage.interview], passage)
        name = speaker_name(over, each.names, passage)
        blocks.append(Quote(over.text(passage.quote, passage.interview), name, location, f"q{passage.id}"))
    if shown.warnings:
        blocks.append(Bullets(tuple(f"Caution: {warning}" for warning in shown.warnings)))
    if each.sentence and not row.statement:
        of = next(passage for passage, _ in each.passages if passage.id == each.stated[0].passage)
        name = speaker_name(over, each.names, of)
        drafted = over.text(each.sentence, of.interview)
        blocks.append(Text(f"Draft of a job statement, not accepted by anybody, from one answer of {name}: {drafted}"))
    return blocks


def _card(over: Cover, card: Card, each: Evidence) -> list[Block]:
    """The parts of a segment's card: exact quotes of one person each, and whether a person chose them."""
    rows = []
    for part in PARTS:
        for quote in card.quotes[part][: None if any(q.pinned for q in card.quotes[part]) else 1]:
            label = over.speaker(quote.interview, quote.label)
            name = quote.participant if label == quote.label else label or "unnamed speaker"
            about = f"it is not “{over.text(card.rival_name)}”" if part == "not" else part
            rows.append(
                (about, over.text(quote.quote, quote.interview), name, "chosen" if quote.pinned else "proposed")
            )
    if not rows:
        return []
    return [
        Table(
            f"{over.text(each.summary.name)} in quotes",
            ("part", "quote", "who", "by a person or the program"),
            tuple(rows),
        )
    ]


def _figures(
    over: Cover, row: SegmentSummary, each: Evidence, people: Sequence[PrimaryNeed], accounts: AccountData | None
) -> tuple[tuple[str, str], ...]:
    primary = sum(need.segment == row.name for need in people) if row.status in ("named", "confirmed") else 0
    by = f"by {row.confirmed_by} on {(row.confirmed_at or '')[:10]}" if row.confirmed_by else "not confirmed"
    if row.confirmed_undecided:
        by += ", though nobody had decided on any of its passages"
    words = [word for word in row.keywords if over.text(word) == word]
    figures = [
        ("status", f"{row.status}, {by}" if row.status != "confirmed" else f"confirmed {by}"),
        ("passages", str(row.size)),
        ("participants heard in it", row.people),
        ("participants whose first need it is", f"{share_in_words(primary, len(people))}; in brackets a 95% interval"),
        ("stability", row.firmness or "not tested yet"),
    ]
    if each.evenness_word:
        figures.append(("spread", each.evenness_word))
    if each.rival is not None:
        name = next((s.name for s in (each.rival,)), "")
        figures.append(("nearest to it", f"{over.text(name)} (cosine {each.rival.nearness:.2f})"))
    if words:
        figures.append(("words that mark it", ", ".join(words)))
    figures += accounts.of_segment(row.name) if accounts is not None else []
    return tuple(figures)


def _map(
    study: Study, over: Cover, shown: Sequence[ReportSegment], transcripts: dict[str, Transcript]
) -> tuple[Block, ...]:
    try:
        points = needs_map(study)
    except NeedssegError as error:
        return (Text(f"There is no map. {error.message} {error.hint}".strip()),)
    if not points:
        return (Text("There is no map: the newest run's passages were all rejected since."),)
    names_by_id, names = {each.id: each.name for each in shown}, participant_names(study)
    step = -(-len(points) // MOST_SPOTS)
    sampled = points[::step]
    passages_by_id = {
        passage.id: passage for passage in passages.listing(study, ids=[point.passage for point in sampled])
    }
    spots = []
    for point in sampled:
        passage = passages_by_id[point.passage]
        segment_name = "off-topic" if point.status == "off_topic" else "in no segment"
        if point.segment is not None and point.status != "proposed":
            segment_name = names_by_id.get(point.segment, "another candidate")
        spots.append(
            Spot(
                point.x, point.y, segment_name, _shortened(over.text(passage.quote, passage.interview)),
                speaker_name(over, names, passage),
                place(over, transcripts[passage.interview], passage),
            )
        )  # fmt: skip
    order = (*dict.fromkeys(each.name for each in shown), "another candidate", "off-topic", "in no segment")
    counts = {name: sum(spot.segment == name for spot in spots) for name in order}
    counts_in_words = "; ".join(f"{name} {count}" for name, count in counts.items() if count)
    sample = f" Every {step}th of {format_count(len(points), 'passage')} is drawn." if step > 1 else ""
    description = (
        f"{format_count(len(spots), 'passage')}: {counts_in_words}.{sample} Passages said alike lie near each other; distances "
        "far apart and the axes mean "
        "nothing by themselves."
    )
    rows = tuple((spot.segment, spot.quote, spot.who, spot.place) for spot in spots)
    return (
        Map(
            "Passages by likeness",
            description,
            tuple(name for name in order if counts[name]),
            tuple(spots),
            {each.name: each.symbol for each in shown},
        ),
        Table("Every passage on the map", ("segment", "quote", "who", "place"), rows, folded=True),
    )


def _people(over: Cover, people: Sequence[PrimaryNeed]) -> tuple[Block, ...]:
    if not people:
        return (Text("No interview names a participant yet."),)
    rows = tuple(
        (over.participant(need.participant), need.segment or "undecided",
         f"{need.share:.0%}" if need.counts else "–", str(sum(need.counts.values())), over.text(need.why))
        for need in people
    )  # fmt: skip
    decided = sum(need.segment is not None for need in people)
    others = "" if decided == len(people) else " The others are undecided, for the reasons given."
    return (
        Text(f"{decided} of {format_count(len(people), 'participant')} have a first need.{others}"),
        Table("Who is in which segment, and how sure", ("participant", "segment", "share of passages", "passages", "why"), rows),
    )  # fmt: skip


def _shortened(words: str) -> str:
    return words if len(words) <= LONGEST else words[:LONGEST].rsplit(" ", 1)[0] + " …"
