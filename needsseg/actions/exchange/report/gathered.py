"""What the study says of its needs, gathered once for all sections: segments with their evidence, cards and people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.discovery import evidence
from needsseg.actions.discovery.evidence import Evidence, SegmentSummary
from needsseg.actions.discovery.firmness import Verdict, verdict
from needsseg.actions.exchange.report import readout_text
from needsseg.actions.exchange.report.quote_contexts import place, short_place
from needsseg.actions.segments import cards
from needsseg.actions.segments.cards import Card, CardQuote
from needsseg.actions.segments.participant_needs import participant_needs
from needsseg.actions.transcripts import interviews
from needsseg.actions.transcripts.participant_names import ParticipantNames
from needsseg.discovery.verdict import leaning_words
from needsseg.errors import NeedssegError
from needsseg.exchange.report.readout_text import ReadoutText
from needsseg.records import Passage, PrimaryNeed, Transcript
from needsseg.study.accounts.accounts import participants
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.symbols import glyphs


@dataclass(frozen=True, slots=True)
class ReportSegment:
    """One segment of the report: its pseudonymised texts, its evidence and card, and warnings about the evidence.

    ``heard`` is the number of participants with a passage in it.
    """

    id: int
    anchor: str
    symbol: str
    name: str
    status: str
    description: str
    need: str
    statement: str
    warnings: tuple[str, ...]
    evidence: Evidence
    card: Card

    @property
    def is_named(self) -> bool:
        """Whether somebody named it; only these can be a participant's need."""
        return self.status in ("named", "confirmed")

    @property
    def in_words(self) -> str:
        """The need as somebody wrote it, "" where nobody did; never a text that the program composed."""
        return self.need or self.statement or self.description

    @property
    def heard(self) -> int:
        """The number of participants with a passage in it."""
        return len(self.evidence.voices)


@dataclass
class Gathered:
    """All that the sections on needs are made of; ``quoted`` collects the passages that they quote, by id.

    ``readout`` is what people wrote; ``shown`` are named and confirmed segments, candidates while there are none;
    ``accepted``, ``rejected`` and ``undecided`` count passages.
    """

    study: Study
    over: Cover
    shown: tuple[ReportSegment, ...]
    people: tuple[PrimaryNeed, ...]
    transcripts: Mapping[str, Transcript]
    verdict: Verdict
    readout: ReadoutText
    counts: Mapping[str, int]
    quoted: dict[int, tuple[Passage, str]] = field(default_factory=dict)

    def quote_place(self, passage: Passage, back: str = "", *, short: bool = False) -> tuple[str, str]:
        """Return the place of a passage in words, and the anchor of its context, which the report then holds."""
        self.quoted.setdefault(passage.id, (passage, back))
        words = (short_place if short else place)(self.over, self.transcripts[passage.interview], passage)
        return words, f"q{passage.id}"

    def first_needs(self, segment: ReportSegment) -> int:
        """The number of participants whose first need a segment is."""
        return sum(need.segment == segment.name for need in self.people) if segment.is_named else 0

    @property
    def decided(self) -> int:
        """The number of passages that somebody accepted or rejected."""
        return self.counts["accepted"] + self.counts["rejected"]

    @property
    def passages(self) -> int:
        """The number of passages."""
        return sum(self.counts.values())

    @property
    def has_candidates_only(self) -> bool:
        """Whether the program proposes the needs that are shown, and nobody named one."""
        return bool(self.shown) and not any(segment.is_named for segment in self.shown)


def gather_needs(study: Study, over: Cover) -> Gathered:
    """Gather named and confirmed segments (candidates while there are none), their cards, and the participants."""
    listed = evidence.listing(study)
    rows = [row for row in listed if row.status in ("named", "confirmed")]
    rows = rows or [row for row in listed if row.status == "candidate"]
    signs = glyphs([row.id for row in listed])
    shown = [_report_segment(study, over, row, signs[row.id][0]) for row in rows]
    statuses = [passage.status for passage in passages.listing(study)]
    counts = {name: statuses.count(name) for name in ("accepted", "rejected", "suggested")}
    return Gathered(
        study,
        over,
        tuple(shown),
        tuple(participant_needs(study)),
        {row.key: interviews.show(study, row.key) for row in interviews.listing(study)},
        verdict(study),
        readout_text.load(study),
        counts,
    )


def _report_segment(study: Study, over: Cover, row: SegmentSummary, symbol: str) -> ReportSegment:
    each = evidence.evidence(study, row.id)
    row = each.summary
    warnings = [
        _warning(over, each, warning) for warning in row.warnings if row.firm is None or warning != row.firm.against
    ]
    return ReportSegment(
        row.id,
        f"s{row.id}",
        symbol,
        row.name if row.status in ("named", "confirmed") else over.text(row.name),
        row.status,
        over.text(row.description),
        over.text(row.need),
        over.text(row.statement),
        (*_stability_warning(over, row), *warnings),
        each,
        cards.card(study, row.id),
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


def covered_error(study: Study, over: Cover, error: NeedssegError) -> str:
    """An error in words as a report may show it: it may name a participant by key, which often is a name."""
    words = str(error.message)
    if over.original:
        return words
    for key in sorted((who.key for who in participants(study)), key=len, reverse=True):
        pseudonym = over.participant(key).replace("\\", r"\\")
        words = re.sub(rf"(?<![\w-]){re.escape(key)}(?![\w-])", pseudonym, words)
    return over.text(words)


def speaker_name(over: Cover, names: ParticipantNames, passage: Passage) -> str:
    """The name of a passage's speaker in the report: a pseudonym, or the name shown everywhere."""
    shown = over.speaker(passage.interview, passage.speaker)
    return names.of(passage) if shown == passage.speaker else shown or "unnamed speaker"


def quoted_name(over: Cover, quote: CardQuote) -> str:
    """The name of the person of a card's quote in the report."""
    label = over.speaker(quote.interview, quote.label)
    return quote.participant if label == quote.label else label or "unnamed speaker"
