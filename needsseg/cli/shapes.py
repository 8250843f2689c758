"""Records as the JSON that outside programs rely on: keys here are a contract."""

from __future__ import annotations

from dataclasses import asdict
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from needsseg.records import PROFILE_COLUMNS, AccountMatch, Participant, Passage, PrimaryNeed, Transcript

if TYPE_CHECKING:
    from needsseg.actions.accounts import AccountProfile, Revenue
    from needsseg.actions.accounts.account_listing import Listing
    from needsseg.actions.discovery.comparing import RunComparison
    from needsseg.actions.discovery.evidence import Evidence, SegmentSummary
    from needsseg.actions.discovery.previews import LeftOver, ProposedSplit
    from needsseg.actions.discovery.questions import Question
    from needsseg.actions.discovery.review import PairRow
    from needsseg.actions.discovery.sensitivity import Sensitivity
    from needsseg.actions.segments.segment_accounts import SegmentAccounts
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


def evidence(segment_evidence: Evidence, accounts: SegmentAccounts | None) -> Shape:
    """One segment with all that speaks for it and against it; null where nothing is known."""
    shown = segment(segment_evidence.summary)
    for exemplar in shown["exemplars"]:
        exemplar["before"], exemplar["after"] = segment_evidence.contexts.get(exemplar["id"], ("", ""))
    return shown | {
        "passages": [_member(row, strength, segment_evidence) for row, strength in segment_evidence.passages],
        "voices": [{"participant": who, "passages": count} for who, count in segment_evidence.voices],
        "evenness": segment_evidence.evenness,
        "evenness_word": segment_evidence.evenness_word or None,
        "edge": None if segment_evidence.edge is None else [passage(row) for row in segment_evidence.edge],
        "rival": asdict(segment_evidence.rival) if segment_evidence.rival is not None else None,
        "sentence": segment_evidence.sentence,
        "stated": [asdict(part) for part in segment_evidence.stated],
        "proposed": [_member(row, strength, segment_evidence) for row, strength in segment_evidence.proposed],
        "backing": None
        if accounts is None
        else asdict(accounts) | {"as_of": accounts.as_of and accounts.as_of.isoformat()},
        "without_vectors": segment_evidence.without_vectors,
    }


def _member(row: Passage, strength: float, segment_evidence: Evidence) -> Shape:
    before, after = segment_evidence.contexts.get(row.id, ("", ""))
    values = {
        "participant": segment_evidence.names.of(row),
        "strength": strength,
        "new": row.id in segment_evidence.new,
    }
    return passage(row) | values | {"before": before, "after": after}


def question(current: Question | None, guess: bool = False, participant: str = "") -> Shape:
    """Return the next question; ``passage`` is null when nothing is left. The program's guess is included on request only."""
    choices = [asdict(choice) for choice in current.choices] if current else []
    if not guess:
        choices = [choice | {"nearness": None} for choice in choices]
    return {
        "passage": passage(current.passage) | {"participant": participant} if current else None,
        "why": current.reason if current else "",
        "choices": choices,
        "left": current.undecided if current else 0,
        "lies_in": current.lies_in if current and guess else None,
        "guess": asdict(current.guess) if current and guess and current.guess else None,
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
    """Return a pair of passages kept together or apart."""
    return {
        "first": passage(row.first),
        "second": passage(row.second),
        "kind": row.kind,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "unused": row.unused,
    }


def proposed_split(proposal: ProposedSplit) -> Shape:
    """Return a proposed split of a segment."""
    return {
        "larger": [passage(row) for row in proposal.larger],
        "smaller": [passage(row) for row in proposal.smaller],
        "larger_words": proposal.larger_words,
        "smaller_words": proposal.smaller_words,
    }


def run_comparison(comparison: RunComparison) -> Shape:
    """Return a comparison of two runs; names by label."""
    return {
        "first": comparison.first,
        "second": comparison.second,
        **asdict(comparison.comparison),
        "first_names": comparison.first_names,
        "second_names": comparison.second_names,
        "sentences": comparison.sentences,
    }


def sensitivity(result: Sensitivity) -> Shape:
    """Return the effects of small changes of the study."""
    return {
        "base": result.base,
        "rows": [
            {
                "kind": row.kind,
                "what": row.description,
                "who": row.who,
                "passages": row.passages,
                "sentence": row.sentence,
            }
            | asdict(row.comparison)
            for row in result.rows
        ],
        "segments": [
            {"segment": segment, "stability": firm.figures.likeness, "firmness": result.firmness[segment]}
            | {"counted": firm.figures.counted, "placed": firm.figures.placed, "comes_back": firm.figures.comes_back}
            | {"leans_on": firm.leans_on, "against": firm.against}
            for segment, firm in result.figures.items()
        ],
        "resampled": result.resampled,
        "untried": result.untried,
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


def _fields(record: Any) -> Shape:
    """Return the fields of a flat record by name: ``asdict`` copies every value, which takes seconds with 100,000 accounts."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


_profile_columns = attrgetter(*PROFILE_COLUMNS)


def profile(row: AccountProfile, paid: Revenue) -> Shape:
    """One account as of a date: the columns of an export, null where nothing is known, what they rest on, what it pays.

    ``amount`` is in ``currency`` per ``interval``; ``by_currency`` has it in each where there are several.
    """
    from needsseg.actions.accounts import figures

    amount, behaviour = paid.amounts.get(row.account_id), row.behaviour
    shape = dict(zip(PROFILE_COLUMNS, [None if value == "" else value for value in _profile_columns(row)], strict=True))
    shape["as_of_date"] = row.as_of_date.isoformat()
    shape |= {
        "name": row.name,
        "sentence": row.sentence,
        "behavioral_flags": row.behavioral_flags,
        "behavioral_evidence": row.behavioral_evidence,
        "flags": row.lifecycle_flags,
        "actions": [_fields(action) for action in row.actions],
        "missing": row.missing,
        "contested": row.contested,
        "firmographic": _fields(row.firmographic),
        "behaviour": figures(behaviour) if behaviour is not None else None,
        "unknown_signals": behaviour.unknown if behaviour is not None else None,
        "pays": paid.pays(row.account_id) or None,
        "amount": amount,
        "arr": paid.arr(amount),
        "currency": paid.currency or None,
        "interval": paid.interval or None,
        "by_currency": paid.of(row.account_id),
    }
    return shape


def own_cells(listing: Listing, account_id: str) -> dict[str, Any]:
    """Return the chosen further columns of an account as JSON."""
    return {"columns": {cell.name: cell.plain for cell in listing.cells[account_id]}}
