"""The primary need of each participant: the segment that carries most of what they said."""

from __future__ import annotations

from needsseg.actions.coding.blind import seen_members
from needsseg.records import PrimaryNeed
from needsseg.segments import primary_needs
from needsseg.study.accounts import accounts
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import segments
from needsseg.study.transcripts import interviews


def participant_needs(study: Study, *, as_seen: bool = False) -> list[PrimaryNeed]:
    """Every participant's primary need among named and confirmed segments, or why it is undecided.

    ``as_seen`` leaves out what blind mode hides from the coder of the study; labels are of everybody's work.
    """
    participant_of = {(interview, label): key for interview, label, key in interviews.voices(study) if key}
    passages_by_id = {passage.id: passage for passage in passages.listing(study)}
    members = seen_members(study) if as_seen else segments.members(study)
    placed = [
        (participant_of[voice], row.name)
        for row in segments.listing(study)
        if row.status in ("named", "confirmed")
        for member in members.get(row.id, [])
        if (voice := (passages_by_id[member.passage].interview, passages_by_id[member.passage].speaker))
        in participant_of
    ]
    return primary_needs([participant.key for participant in accounts.participants(study)], placed)
