"""Choose passages by interview, status, code, segment, participant, coder and words: the same for lists, quotes and matrices."""

from __future__ import annotations

from dataclasses import dataclass

from needsseg.actions.coding import passages
from needsseg.actions.coding.blind import seen_members
from needsseg.actions.coding.search_scope import matching_participants, with_children
from needsseg.actions.segments import segments as segment_actions
from needsseg.errors import Advice, Fix, NotFoundError
from needsseg.records import Passage, PassageStatus
from needsseg.study.accounts import accounts
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews


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
    rows = passages.listing(
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
