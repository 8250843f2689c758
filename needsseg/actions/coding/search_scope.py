"""Restrict a search, or a list of passages, by interview, status, code, segment, participants, coder and words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from needsseg.actions.coding import passages as passage_actions
from needsseg.actions.coding.blind import own_view, seen_coder, seen_members
from needsseg.actions.segments import segments as segment_actions
from needsseg.errors import Advice, Fix, NotFoundError, UsageError
from needsseg.records import Participant, Passage, PassageStatus
from needsseg.study.accounts import accounts
from needsseg.study.coding import codebook as book
from needsseg.study.coding import passages
from needsseg.study.transcripts import interviews, searching
from needsseg.study.transcripts.searching import Voice

if TYPE_CHECKING:
    from needsseg.study.connection import Study

Speech = Literal["participants", "all", "passages"]
_CONDITION = re.compile(r"\s*([^=~]*[^=~\s])\s*([=~])\s*(.*\S)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filter:
    """The restrictions of a search: one interview, passages with a code (or a child of it), participants, whose speech.

    ``attributes`` are conditions such as ``plan=Team`` or, for a part of the value, ``job_title~manager``; all must hold.
    """

    interview: str | None = None
    code: str | None = None
    attributes: tuple[str, ...] = ()
    speech: Speech = "participants"


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Scope:
    """The voices that a search covers, by row id; ``near`` are the passages it is restricted to, None if it is not."""

    speech: Speech
    voices: dict[int, Voice]
    near: tuple[int, ...] | None = None


def scope(study: Study, within: Filter) -> Scope:
    """Determine what a search covers; for a blind coder, without what others marked.

    Raises NotFoundError for an unknown interview, code or attribute.
    """
    if within.interview is not None:
        interviews.title(study, within.interview)
    voices = searching.voices(study, within.interview)
    if within.speech == "participants":
        voices = [voice for voice in voices if voice.role == "participant"]
    for condition in within.attributes:
        matching = matching_participants(accounts.participants(study), condition)
        their_interviews = {voice.interview for voice in searching.voices(study) if voice.participant in matching}
        voices = [
            voice
            for voice in voices
            if (voice.participant in matching if voice.role == "participant" else voice.interview in their_interviews)
        ]
    coder, near = seen_coder(study), None
    if within.code is not None:
        near = tuple(searching.carrying(study, with_children(study, within.code), coder))
    if coder is not None and within.speech == "passages":
        visible = {passage.id for passage in own_view(study, passages.listing(study)) if passage.status != "rejected"}
        near = tuple(sorted(visible) if near is None else [passage for passage in near if passage in visible])
    return Scope(within.speech, {voice.id: voice for voice in voices}, near)


def with_children(study: Study, code: str) -> set[str]:
    """The names of a code and all its descendants."""
    top = book.one(study, code).name
    return {top} | {branch.code.name for branch in book.tree(book.listing(study)) if top in branch.above}


def _facts_of(participant: Participant) -> dict[str, str]:
    """The attributes of a participant that are not empty, by case-folded name."""
    own = {
        "participant": participant.key,
        "name": participant.name,
        "email": participant.email,
        "company": participant.company,
        "crm_id": participant.crm_id,
    }
    return {key.casefold(): value for key, value in (own | participant.attributes).items() if value}


def matching_participants(people: Sequence[Participant], condition: str) -> set[str]:
    """Keys of participants who match a condition: ``plan=Team``, or ``job_title~manager`` for a part of the value."""
    parts = _CONDITION.fullmatch(condition)
    if parts is None:
        raise UsageError(
            f"“{condition}” is not a condition on participants.",
            "Write attribute=value, or attribute~part of the value, such as plan=Team.",
        )
    key, part, value = parts[1].casefold(), parts[2] == "~", parts[3].casefold()
    facts_by_key = {participant.key: _facts_of(participant) for participant in people}
    values = {person: facts[key] for person, facts in facts_by_key.items() if key in facts}
    if not values:
        names = sorted({name for facts in facts_by_key.values() for name in facts})
        raise NotFoundError(
            f"No participant has the attribute “{parts[1]}”.", f"Known are: {', '.join(names) or 'none'}."
        )
    matches = {
        person for person, text in values.items() if (value in text.casefold() if part else value == text.casefold())
    }
    if not matches:
        examples = sorted(set(values.values()))
        listed = ", ".join(examples[:8]) + (" …" if len(examples) > 8 else "")
        raise NotFoundError(f"No participant's {parts[1]} is “{parts[3]}”.", f"There are: {listed}.")
    return matches


def conditions(study: Study) -> list[tuple[str, int]]:
    """List conditions that participants match, such as ``plan=Team``, with their number; broadest attributes first."""
    facts = [
        (key, value)
        for participant in accounts.participants(study)
        for key, value in (participant.attributes | {"company": participant.company}).items()
        if value and not set("=~") & set(key)
    ]
    values = Counter(key for key, _ in set(facts))
    counts = Counter(facts)
    ordered = sorted(counts, key=lambda fact: (values[fact[0]], fact))
    return [(f"{key}={value}", counts[key, value]) for key, value in ordered]


@dataclass(frozen=True, slots=True)
class PassageFilter:
    """What passages must meet, all of it; None and empty restrict nothing.

    ``code`` is the code itself, ``with_code`` that code or one below it. ``segment`` is an id or a name, ``participant`` a
    key, ``conditions`` are as of a search (``plan=Team``, ``job_title~manager``). ``query`` are words that the quote holds,
    ``coder`` decided on it or coded it; ``anchored`` False chooses those whose words an edited transcript no longer has.
    """

    interview: str | None = None
    status: PassageStatus | None = None
    code: str | None = None
    with_code: str | None = None
    segment: str | None = None
    participant: str | None = None
    conditions: tuple[str, ...] = ()
    coder: str | None = None
    query: str | None = None
    anchored: bool | None = None


def select(study: Study, wanted: PassageFilter) -> list[Passage]:
    """Return the passages that meet a filter, by interview and place; a blind coder's own view of them.

    Raises NotFoundError or UsageError for an interview, code, segment, participant or attribute that is not in the study.
    """
    words = (wanted.query or "").strip() or None
    rows = passage_actions.listing(
        study, wanted.interview, wanted.status, wanted.code, words, anchored=wanted.anchored, coder=wanted.coder
    )
    if wanted.with_code is not None:
        codes = with_children(study, wanted.with_code)
        rows = [row for row in rows if codes & set(row.codes)]
    if wanted.segment is not None:
        segment = segment_actions.find(study, wanted.segment)
        ids = {member.passage for member in seen_members(study).get(segment, [])}
        rows = [row for row in rows if row.id in ids]
    people = _people(study, wanted)
    if people is not None:
        voices = {(interview, label) for interview, label, key in interviews.voices(study) if key in people}
        rows = [row for row in rows if (row.interview, row.speaker) in voices]
    return rows


def _people(study: Study, wanted: PassageFilter) -> set[str] | None:
    """The keys of the participants that a filter allows, None for everybody."""
    participants = accounts.participants(study)
    people = None
    if wanted.participant is not None:
        people = {person.key for person in participants if person.key == wanted.participant}
        if not people:
            raise NotFoundError(
                f"There is no participant '{wanted.participant}'.", Advice("List them with: ", Fix.PARTICIPANTS)
            )
    for condition in wanted.conditions:
        matching = matching_participants(participants, condition)
        people = matching if people is None else people & matching
    return people
