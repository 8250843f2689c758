"""Primary need: the segment with most of a participant's passages, or undecided, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from needsseg.records import PrimaryNeed
from needsseg.text import format_count

FEWEST, SHARE, LEAD = 3, 0.4, 2
NOWHERE = "no passage of theirs lies in a named segment"


def primary_needs(participants: Sequence[str], placements: Iterable[tuple[str, str]]) -> list[PrimaryNeed]:
    """Return one verdict per participant from (participant, segment name) pairs, one per passage that lies in a segment.

    Decided when a segment carries at least ``FEWEST`` of the participant's passages, ``SHARE`` of them, and ``LEAD`` more
    than the next; otherwise undecided, with the reason in words.
    """
    counts: dict[str, Counter[str]] = {participant: Counter() for participant in participants}
    for participant, segment in placements:
        if participant in counts:
            counts[participant][segment] += 1
    return [_verdict(participant, counts[participant]) for participant in participants]


def _verdict(participant: str, segment_counts: Counter[str]) -> PrimaryNeed:
    ranked = sorted(segment_counts.items(), key=lambda item: (-item[1], item[0]))
    total = sum(segment_counts.values())
    if not ranked:
        return PrimaryNeed(participant, None, 0.0, {}, NOWHERE)
    (name, most), second = ranked[0], ranked[1][1] if len(ranked) > 1 else 0
    share = most / total
    reason = f"{most} of {total} passages"
    segment: str | None = name
    if most < FEWEST:
        segment, reason = None, f"only {format_count(total, 'passage')} in segments"
    elif share < SHARE:
        segment, reason = None, f"no segment carries {SHARE:.0%} of their {total} passages"
    elif most - second < LEAD:
        segment, reason = None, f"{name} ({most}) and {ranked[1][0]} ({second}) are about even"
    return PrimaryNeed(participant, segment, round(share, 4), dict(ranked), reason)
