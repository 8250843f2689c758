"""Records as the JSON that outside programs rely on: keys here are a contract."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from needsseg.records import PROFILE_COLUMNS, AccountMatch, Participant, Passage, PrimaryNeed, Transcript

if TYPE_CHECKING:
    from needsseg.actions.accounts import AccountProfile
    from needsseg.actions.discovery.comparing import RunComparison
    from needsseg.actions.discovery.evidence import Evidence, SegmentSummary
    from needsseg.actions.discovery.previews import LeftOver, ProposedSplit
    from needsseg.actions.discovery.questions import Question
    from needsseg.actions.discovery.review import PairRow
    from needsseg.actions.discovery.sensitivity import Sensitivity
    from needsseg.actions.segments.segment_accounts import Backing
    from needsseg.actions.transcripts import InterviewRow

Shape = dict[str, Any]


def interview(row: InterviewRow) -> Shape:
    """One interview of a list."""
    return {
        "key": row.key,
        "title": row.title,
        "format": row.format,
        "turns": row.turns,
        "words": row.words,
        "participants": row.participants,
        "passages": {"suggested": row.suggested, "accepted": row.accepted, "rejected": row.rejected},
        "file": row.file_name,
        "warnings": row.warnings,
        "words_by_kind": row.words_by_kind,
    }


def shown(key: str, title: str, transcript: Transcript) -> Shape:
    """One interview whole; offsets are code points into ``text``."""
    return {
        "key": key,
        "title": title,
        "format": transcript.format,
        "warnings": transcript.warnings,
        "words_by_kind": transcript.words_by_kind,
        "text": transcript.text,
        "turns": [asdict(turn) for turn in transcript.turns],
    }


def passage(row: Passage) -> Shape:
    """One passage of a list."""
    return {
        "id": row.id,
        "interview": row.interview,
        "start": row.start,
        "end": row.end,
        "quote": row.quote,
        "speaker": row.speaker,
        "status": row.status,
        "score": row.score,
        "codes": row.codes,
        "origin": row.origin,
        "reasons": row.reasons,
        "anchored": row.anchored,
        "coder": row.coder,
        "seconded": row.also_decided_by,
    }


def segment(row: SegmentSummary) -> Shape:
    """One candidate or segment of a list."""
    return {
        "id": row.id,
        "name": row.name,
        "status": row.status,
        "size": row.size,
        "participants": row.participants,
        "with_one_passage": row.with_one_passage,
        "exemplars": [
            {"id": p.id, "interview": p.interview, "start": p.start, "end": p.end, "quote": p.quote}
            for p in row.exemplars
        ],
        "keywords": row.keywords,
        "stability": row.stability,
        "suggested_names": [asdict(name) for name in row.suggested_names],
        "warnings": row.warnings,
        "description": row.description,
        "confirmed_by": row.confirmed_by,
        "confirmed_at": row.confirmed_at,
        "need": row.need,
        "statement": row.statement,
        "confirmed_undecided": row.confirmed_undecided,
        "proposed": row.proposed,
        "new": row.new,
        "added": row.added,
        "firmness": row.firmness or None,
        "leans_on": None if row.firm is None else row.firm.leans_on,
        "in_view": row.in_view,
    }


def evidence(found: Evidence, behind: Backing | None) -> Shape:
    """One segment with all that speaks for it and against it; null where nothing is known."""
    shown = segment(found.summary)
    for exemplar in shown["exemplars"]:
        exemplar["before"], exemplar["after"] = found.contexts.get(exemplar["id"], ("", ""))
    return shown | {
        "passages": [_member(row, strength, found) for row, strength in found.passages],
        "voices": [{"participant": who, "passages": count} for who, count in found.voices],
        "evenness": found.evenness,
        "evenness_word": found.evenness_word or None,
        "edge": None if found.edge is None else [passage(row) for row in found.edge],
        "rival": asdict(found.rival) if found.rival is not None else None,
        "sentence": found.sentence,
        "stated": [asdict(part) for part in found.stated],
        "proposed": [_member(row, strength, found) for row, strength in found.proposed],
        "backing": None if behind is None else asdict(behind) | {"as_of": behind.as_of and behind.as_of.isoformat()},
        "without_vectors": found.without_vectors,
    }


def _member(row: Passage, strength: float, found: Evidence) -> Shape:
    before, after = found.contexts.get(row.id, ("", ""))
    told = {"participant": found.names.of(row), "strength": strength, "new": row.id in found.new}
    return passage(row) | told | {"before": before, "after": after}


def question(found: Question | None, guess: bool = False, participant: str = "") -> Shape:
    """What to decide next; ``passage`` is null when nothing is left. What the program takes it for is told on request only."""
    choices = [asdict(choice) for choice in found.choices] if found else []
    if not guess:
        choices = [choice | {"nearness": None} for choice in choices]
    return {
        "passage": passage(found.passage) | {"participant": participant} if found else None,
        "why": found.reason if found else "",
        "choices": choices,
        "left": found.undecided if found else 0,
        "lies_in": found.lies_in if found and guess else None,
        "guess": asdict(found.guess) if found and guess and found.guess else None,
    }


def left_over(row: LeftOver) -> Shape:
    """One passage that lies in no segment."""
    return passage(row.passage) | {
        "participant": row.participant,
        "nearest": row.nearest,
        "name": row.name,
        "nearness": row.nearness,
        "off_topic": row.off_topic,
    }


def pair(row: PairRow) -> Shape:
    """Two passages kept together or apart."""
    return {
        "first": passage(row.first),
        "second": passage(row.second),
        "kind": row.kind,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "unused": row.unused,
    }


def proposed_split(found: ProposedSplit) -> Shape:
    """Where a segment would fall apart."""
    return {
        "larger": [passage(row) for row in found.larger],
        "smaller": [passage(row) for row in found.smaller],
        "larger_words": found.larger_words,
        "smaller_words": found.smaller_words,
    }


def run_comparison(found: RunComparison) -> Shape:
    """Two runs side by side; names by label."""
    return {
        "first": found.first,
        "second": found.second,
        **asdict(found.comparison),
        "first_names": found.first_names,
        "second_names": found.second_names,
        "sentences": found.sentences,
    }


def sensitivity(found: Sensitivity) -> Shape:
    """What small changes of the study do."""
    return {
        "base": found.base,
        "rows": [
            {
                "kind": row.kind,
                "what": row.description,
                "who": row.who,
                "passages": row.passages,
                "sentence": row.sentence,
            }
            | asdict(row.comparison)
            for row in found.rows
        ],
        "segments": [
            {"segment": segment, "stability": firm.figures.likeness, "firmness": found.firmness[segment]}
            | {"counted": firm.figures.counted, "placed": firm.figures.placed, "comes_back": firm.figures.comes_back}
            | {"leans_on": firm.leans_on, "against": firm.against}
            for segment, firm in found.figures.items()
        ],
        "resampled": found.resampled,
        "untried": found.untried,
    }


def participant(who: Participant, need: PrimaryNeed, match: AccountMatch | None) -> Shape:
    """One participant with the primary need, and the account where accounts were imported."""
    return {
        "key": who.key,
        "name": who.name,
        "email": who.email,
        "company": who.company,
        "crm_id": who.crm_id,
        "attributes": who.attributes,
        "primary_need": need.segment,
        "share": need.share,
        "counts": need.counts,
        "why": need.why,
        "account": asdict(match) if match else None,
    }


def profile(row: AccountProfile) -> Shape:
    """One account as of a date: the columns of an export, null where nothing is known, and what they rest on."""
    columns = {name: getattr(row, name) for name in PROFILE_COLUMNS} | {"as_of_date": row.as_of_date.isoformat()}
    return {name: None if value == "" else value for name, value in columns.items()} | {
        "name": row.name,
        "sentence": row.sentence,
        "behavioral_flags": row.behavioral_flags,
        "flags": row.lifecycle_flags,
        "actions": [asdict(action) for action in row.actions],
        "missing": row.missing,
        "contested": row.contested,
        "firmographic": asdict(row.firmographic),
        "behaviour": row.behaviour.figures if row.behaviour is not None else None,
    }
