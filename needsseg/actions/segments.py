"""Reviewing candidates and segments: evidence first, then name, merge, split, move, set aside, confirm, reopen."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from needsseg.errors import UsageError
from needsseg.records import Passage, PersonaName, PrimaryNeed
from needsseg.segments import primary_needs
from needsseg.study import accounts, interviews, passages, segments
from needsseg.study import runs as stored_runs
from needsseg.study.connection import Study
from needsseg.study.runs import Run
from needsseg.study.segments import SegmentRow

__all__ = [
    "Evidence",
    "Run",
    "SegmentSummary",
    "confirm",
    "describe",
    "evidence",
    "find",
    "listing",
    "make",
    "merge",
    "move",
    "participants",
    "rename",
    "reopen",
    "runs",
    "set_aside",
    "split",
]


@dataclass(frozen=True, slots=True)
class SegmentSummary:
    """One candidate or segment as lists show it; exemplars are passages from different participants where there are any."""

    id: int
    name: str
    description: str
    status: str
    size: int
    participants: int
    exemplars: tuple[Passage, ...]
    keywords: tuple[str, ...]
    stability: float | None
    suggested_names: tuple[PersonaName, ...]
    warnings: tuple[str, ...]
    confirmed_by: str | None
    confirmed_at: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that speaks for a segment: its passages with strengths, and how many each participant gave."""

    summary: SegmentSummary
    passages: tuple[tuple[Passage, float], ...]
    voices: tuple[tuple[str, int], ...]


def listing(study: Study) -> list[SegmentSummary]:
    """Confirmed segments first, then named ones, candidates, and those set aside."""
    held = {passage.id: passage for passage in passages.listing(study)}
    members, found = segments.members(study), segments.as_found(study)
    return [_summary(row, members.get(row.id, []), held, found.get(row.id)) for row in segments.listing(study)]


def evidence(study: Study, segment: int) -> Evidence:
    """The passages of one segment, exemplars first, then by strength."""
    row = segments.one(study, segment)
    mine = segments.members(study).get(segment, [])
    held = {passage.id: passage for passage in passages.listing(study, ids=[member.passage for member in mine])}
    voices = Counter(held[member.passage].interview for member in mine)
    names = {row.key: ", ".join(row.participants) or row.title for row in interviews.listing(study)}
    return Evidence(
        _summary(row, mine, held, segments.as_found(study).get(segment)),
        tuple((held[member.passage], member.strength) for member in mine),
        tuple((names[key], count) for key, count in sorted(voices.items(), key=lambda item: (-item[1], item[0]))),
    )


def _summary(
    row: SegmentRow, mine: Sequence[segments.Member], held: dict[int, Passage], found: set[int] | None
) -> SegmentSummary:
    here = [held[member.passage] for member in mine]
    voices = {(passage.interview, passage.speaker) for passage in here}
    return SegmentSummary(
        row.id,
        row.name,
        row.description,
        row.status,
        len(here),
        len(voices),
        tuple(held[member.passage] for member in mine if member.exemplar is not None),
        row.keywords,
        row.stability,
        row.suggested_names,
        (*_added_since(here, row.run, found), *_warnings(here)),
        row.confirmed_by,
        row.confirmed_at,
    )


def _added_since(here: Sequence[Passage], run: int | None, found: set[int] | None) -> list[str]:
    """Says so when keywords and stability are of a part only, because passages were moved or merged in."""
    added = sum(passage.id not in found for passage in here) if found else 0
    if not added:
        return []
    rest = len(here) - added
    return [
        f"{added} of its {len(here)} passages were added since run {run}: keywords and stability are of the other {rest}"
    ]


def _warnings(here: Sequence[Passage]) -> list[str]:
    """What weakens a segment as it stands now, whoever put its passages there."""
    if not here:
        return ["holds no passages"]
    voices = Counter((passage.interview, passage.speaker) for passage in here)
    warnings = []
    if len(voices) < 3:
        warnings.append(f"rests on {len(voices)} participant{'s' if len(voices) > 1 else ''} only")
    (interview, speaker), most = max(voices.items(), key=lambda item: (item[1], item[0]))
    if most * 2 > len(here):
        voice = f"{speaker} ({interview})" if speaker else interview
        warnings.append(f"{voice} supplies {most} of its {len(here)} passages")
    undecided = sum(passage.status == "suggested" for passage in here)
    if undecided:
        warnings.append(f"{undecided} of its {len(here)} passages are undecided suggestions")
    return warnings


def find(study: Study, text: str) -> int:
    """The id of the segment meant by an id or a name; raises UsageError when several or none are called so."""
    if text.isdecimal():
        return segments.one(study, int(text)).id
    called = [row.id for row in segments.listing(study) if row.name.casefold() == text.casefold()]
    if len(called) == 1:
        return called[0]
    names = ", ".join(f"{row.id} “{row.name}”" for row in segments.listing(study))
    raise UsageError(
        f"{'Several segments are' if called else 'No segment is'} called “{text}”.", f"There are: {names or 'none'}."
    )


def rename(study: Study, segment: int, name: str) -> None:
    """Names a segment."""
    with study.action("rename", f"named segment {segment} “{name.strip()}”"):
        segments.rename(study, segment, name)


def describe(study: Study, segment: int, description: str) -> None:
    """Writes what a segment's people want."""
    with study.action("describe", f"described segment {segment}"):
        segments.describe(study, segment, description)


def merge(study: Study, into: int, others: Sequence[int]) -> None:
    """Merges segments into the first."""
    with study.action("merge", f"merged {', '.join(map(str, others))} into segment {into}"):
        segments.merge(study, into, others)


def split(study: Study, segment: int, part: Sequence[int], name: str = "") -> int:
    """Takes some passages of a segment out into a new one; its id."""
    with study.action("split", f"split {len(part)} passages off segment {segment}"):
        return segments.split(study, segment, [part], name.strip())[0]


def make(study: Study, name: str, ids: Sequence[int]) -> int:
    """A hand-made segment; its id."""
    if not name.strip():
        raise UsageError("A segment needs a name.")
    with study.action("make segment", f"made segment “{name.strip()}” of {len(ids)} passages"):
        return segments.make(study, name, ids)


def move(study: Study, ids: Sequence[int], segment: int | None) -> None:
    """Puts passages into a segment, or into none."""
    for passage in ids:
        passages.one(study, passage)
    where = "no segment" if segment is None else f"segment {segment}"
    what = f"passage {ids[0]}" if len(ids) == 1 else f"{len(ids)} passages"
    with study.action("move", f"moved {what} to {where}"):
        segments.move(study, ids, segment)


def set_aside(study: Study, segment: int) -> None:
    """Sets a segment aside: no need, but not to be proposed again."""
    with study.action("set aside", f"set segment {segment} aside"):
        segments.set_status(study, segment, "set_aside")


def reopen(study: Study, segment: int) -> None:
    """Opens a confirmed segment, or one set aside, for change."""
    with study.action("reopen", f"reopened segment {segment}"):
        segments.set_status(study, segment, "named")


def confirm(study: Study, segment: int, by: str = "") -> None:
    """Confirms a segment, storing by whom, when, and on what evidence: its passages with the hash of each quote."""
    with study.action("confirm") as action:
        shown = evidence(study, segment)
        if not shown.passages:
            raise UsageError(f"“{shown.summary.name}” holds no passages.", "There is nothing to confirm it on.")
        segments.confirm(study, segment, by.strip() or study.actor, _proof(study, shown))
        action.summary = f"confirmed segment {segment} “{shown.summary.name}”"


def _proof(study: Study, shown: Evidence) -> dict[str, object]:
    row = segments.one(study, shown.summary.id)
    return {
        "run": row.run,
        "size": shown.summary.size,
        "participants": shown.summary.participants,
        "keywords": list(row.keywords),
        "warnings": list(shown.summary.warnings),
        "passages": [
            {
                "id": passage.id,
                "interview": passage.interview,
                "start": passage.start,
                "end": passage.end,
                "quote_sha256": hashlib.sha256(passage.quote.encode()).hexdigest(),
            }
            for passage, _ in shown.passages
        ],
    }


def participants(study: Study) -> list[PrimaryNeed]:
    """Every participant's primary need among named and confirmed segments, or why it is undecided."""
    who = {(row.interview, row.label): row.participant for row in interviews.speakers(study) if row.participant}
    held = {passage.id: passage for passage in passages.listing(study)}
    members = segments.members(study)
    placed = [
        (who[voice], row.name)
        for row in segments.listing(study)
        if row.status in ("named", "confirmed")
        for member in members.get(row.id, [])
        if (voice := (held[member.passage].interview, held[member.passage].speaker)) in who
    ]
    return primary_needs([participant.key for participant in accounts.participants(study)], placed)


def runs(study: Study) -> list[Run]:
    """All runs, newest first."""
    return stored_runs.listing(study)
