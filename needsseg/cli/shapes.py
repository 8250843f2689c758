"""Records as the JSON that outside programs rely on: keys here are a contract."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from needsseg.records import PROFILE_COLUMNS, AccountMatch, Participant, Passage, PrimaryNeed, Transcript

if TYPE_CHECKING:
    from needsseg.actions.accounts import AccountProfile
    from needsseg.actions.interviews import InterviewRow
    from needsseg.actions.segments import Evidence, SegmentSummary

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
    }


def shown(key: str, title: str, transcript: Transcript) -> Shape:
    """One interview whole; offsets are code points into ``text``."""
    return {
        "key": key,
        "title": title,
        "format": transcript.format,
        "warnings": transcript.warnings,
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
    }


def segment(row: SegmentSummary) -> Shape:
    """One candidate or segment of a list."""
    return {
        "id": row.id,
        "name": row.name,
        "status": row.status,
        "size": row.size,
        "participants": row.participants,
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
    }


def evidence(found: Evidence) -> Shape:
    """One segment with all that speaks for it."""
    return segment(found.summary) | {
        "passages": [passage(row) | {"strength": strength} for row, strength in found.passages],
        "voices": [{"participant": who, "passages": count} for who, count in found.voices],
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
        "flags": row.lifecycle_flags,
        "actions": [asdict(action) for action in row.actions],
        "missing": row.missing,
        "contested": row.contested,
        "firmographic": asdict(row.firmographic),
        "behaviour": row.behaviour.figures if row.behaviour is not None else None,
    }
