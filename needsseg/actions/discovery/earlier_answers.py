"""Candidates that answers once turned into named segments, though nobody named them: they become candidates again."""

from __future__ import annotations

import re

from needsseg.errors import Advice, Fix
from needsseg.study.connection import Study
from needsseg.study.segments import lineage, needs, segments
from needsseg.text import format_count

ACTION = "answers name nothing"
"""What the history calls it; where it is there, also undone, a person has seen it, and it is not done again."""
_OF_A_RUN = re.compile(r"Candidate \d+( \(\d+\))?")


def release(study: Study) -> Advice:
    """Makes segments candidates again that only answers had named, as one action; what is to be told of it, or "".

    Those that somebody named, described, merged, split, confirmed or set aside stay as they are, and so does what history
    no longer tells of. The passages that people put there stay there, as answers.
    """
    named = [row for row in segments.listing(study) if row.status == "named" and _OF_A_RUN.fullmatch(row.name)]
    if not named or ACTION in needs.actions_done(study):
        return Advice()
    mine = [row for row in named if _only_answers_named(study, row.id)]
    if not mine:
        return Advice()
    names = ", ".join(f"“{row.name}”" for row in mine)
    with study.action(ACTION) as action:
        count = 0
        for row in mine:
            needs.release(study, row.id)
            for member in segments.members(study).get(row.id, []):
                if member.placed_by == "hand":
                    needs.note_answer(study, member.passage, row.id)
                    count += 1
        action.summary = f"made {names} candidates again, which answers had named"
    return Advice(
        f"{names}: {format_count(len(mine), 'segment')} that answers to questions had named, and nobody else, "
        f"became {'a candidate' if len(mine) == 1 else 'candidates'} again, with {format_count(count, 'answer')}. "
        "To reverse that: ",
        Fix.UNDO,
    )


def _only_answers_named(study: Study, segment: int) -> bool:
    """Whether history tells that an answer made a candidate a segment, and that nobody wrote anything of it since."""
    changes = lineage.changes(study, segment)
    born = [change for change in changes if change.before and change.after and _became_named(change)]
    written = ("name", "description", "statement", "confirmed_at", "merged_into")
    touched = [
        change
        for change in changes
        if change.merged
        or (change.before and change.after and any(change.before.get(at) != change.after.get(at) for at in written))
    ]
    split = [change for change in changes if change.action in ("split", "merge", "move", "admit")]
    return bool(born) and all(change.action == "answer" for change in born) and not touched and not split


def _became_named(change: lineage.Change) -> bool:
    before, after = change.before or {}, change.after or {}
    return before.get("status") == "candidate" and after.get("status") == "named"
