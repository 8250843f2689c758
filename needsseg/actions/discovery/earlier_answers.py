"""Turn segments that only answers had named, in an earlier version, back into candidates."""

from __future__ import annotations

import re

from needsseg.errors import Advice, Fix
from needsseg.study.connection import Study
from needsseg.study.segments import lineage, needs, segments
from needsseg.text import format_count

ACTION = "answers name nothing"
"""The action's name in the history; if it is there, also undone, a person has seen it, and it is not repeated."""
_OF_A_RUN = re.compile(r"Candidate \d+( \(\d+\))?")


def release(study: Study) -> Advice:
    """Turn segments that only answers had named into candidates, as one action; return a notice for the user, or "".

    Segments that somebody named, described, merged, split, confirmed or set aside are unchanged, and so are those whose
    history is no longer stored. The passages that people placed there stay there, as answers.
    """
    named = [row for row in segments.listing(study) if row.status == "named" and _OF_A_RUN.fullmatch(row.name)]
    if not named or ACTION in needs.actions_done(study):
        return Advice()
    affected = [row for row in named if _only_answers_named(study, row.id)]
    if not affected:
        return Advice()
    names = ", ".join(f"“{row.name}”" for row in affected)
    with study.action(ACTION) as action:
        count = 0
        for row in affected:
            needs.release(study, row.id)
            for member in segments.members(study).get(row.id, []):
                if member.placed_by == "hand":
                    needs.note_answer(study, member.passage, row.id)
                    count += 1
        action.summary = f"turned {names}, named only by answers, back into candidates"
    return Advice(
        f"{names}: {format_count(len(affected), 'segment')} named only by answers to questions became "
        f"{'a candidate' if len(affected) == 1 else 'candidates'} again, with {format_count(count, 'answer')}. "
        "To reverse that: ",
        Fix.UNDO,
    )


def _only_answers_named(study: Study, segment: int) -> bool:
    """Whether, by the history, an answer turned a candidate into a segment, and nobody has edited it since."""
    changes = lineage.changes(study, segment)
    naming = [change for change in changes if change.before and change.after and _became_named(change)]
    written = ("name", "description", "statement", "confirmed_at", "merged_into")
    edits = [
        change
        for change in changes
        if change.merged
        or (change.before and change.after and any(change.before.get(at) != change.after.get(at) for at in written))
    ]
    regrouped = [change for change in changes if change.action in ("split", "merge", "move", "admit")]
    return bool(naming) and all(change.action == "answer" for change in naming) and not edits and not regrouped


def _became_named(change: lineage.Change) -> bool:
    before, after = change.before or {}, change.after or {}
    return before.get("status") == "candidate" and after.get("status") == "named"
