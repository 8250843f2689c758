"""Reviewing candidates and segments: evidence first, then name, merge, split, move, set aside, confirm, reopen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from needsseg.errors import Advice, Fix, Option, UsageError
from needsseg.files import sha256
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import passage_moves, segments
from needsseg.study.segments import runs as stored_runs
from needsseg.study.segments.runs import Run
from needsseg.study.transcripts import interviews
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.actions.discovery.evidence import Evidence


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
    """Name a segment."""
    with study.action("rename", f"named segment {segment} “{name.strip()}”"):
        segments.rename(study, segment, name)


def describe(study: Study, segment: int, description: str) -> None:
    """Write what a segment's people want."""
    with study.action("describe", f"described segment {segment}"):
        segments.describe(study, segment, description)


def write_statement(study: Study, segment: int, text: str) -> None:
    """Write the job statement a segment's people share; an empty text takes it back."""
    with study.action("statement", f"wrote the job statement of segment {segment}"):
        segments.write_statement(study, segment, text)


def merge(study: Study, into: int, others: Sequence[int]) -> None:
    """Merge segments into the first."""
    with study.action("merge", f"merged {', '.join(map(str, others))} into segment {into}"):
        segments.merge(study, into, others)


def split(study: Study, segment: int, part: Sequence[int], name: str = "") -> int:
    """Take some passages of a segment out into a new one; return its id."""
    with study.action("split", f"split {format_count(len(part), 'passage')} off segment {segment}"):
        return segments.split(study, segment, [part], name.strip())[0]


def make(study: Study, name: str, ids: Sequence[int]) -> int:
    """Make a segment by hand; return its id."""
    if not name.strip():
        raise UsageError("A segment needs a name.")
    with study.action("make segment", f"made segment “{name.strip()}” of {format_count(len(ids), 'passage')}"):
        return passage_moves.make(study, name, ids)


def move(study: Study, ids: Sequence[int], segment: int | None) -> None:
    """Put passages into a segment, or into none."""
    for passage in ids:
        passages.one(study, passage)
    where = "no segment" if segment is None else f"segment {segment}"
    moved = f"passage {ids[0]}" if len(ids) == 1 else format_count(len(ids), "passage")
    with study.action("move", f"moved {moved} to {where}"):
        passage_moves.move(study, ids, segment)


def set_aside(study: Study, segment: int) -> None:
    """Set a segment aside: no need, but not to be proposed again."""
    with study.action("set aside", f"set segment {segment} aside"):
        segments.set_status(study, segment, "set_aside")


def reopen(study: Study, segment: int) -> None:
    """Open a confirmed segment, or one set aside, for change."""
    with study.action("reopen", f"reopened segment {segment}"):
        segments.set_status(study, segment, "named")


def confirm(study: Study, segment: int, by: str = "", *, undecided: bool = False) -> None:
    """Confirm a segment, storing by whom, when, and on what evidence: its passages with the hash of each quote.

    One that is confirmed is confirmed again where passages were admitted to it since. Where nobody accepted or placed any of
    its passages, it takes ``undecided``, which is stored; raises UsageError without it.
    """
    # Imported here: it loads the room of discovery, which a list of segments does without.
    from needsseg.actions.discovery.evidence import evidence

    with study.action("confirm") as action:
        shown = evidence(study, segment, unveiled=True)  # it is confirmed on what everybody put there
        if not shown.passages:
            raise UsageError(f"“{shown.summary.name}” holds no passages.", "There is nothing to confirm it on.")
        unread = shown.summary.decided == 0
        # One without a name is refused for that first.
        if unread and not undecided and shown.summary.status != "candidate":
            raise UsageError(
                f"Nobody has decided on any of the passages of “{shown.summary.name}”.",
                Advice(
                    "Keep some of them first (", Fix.DECIDE, "), or confirm it all the same", Option.UNDECIDED_TOO, "."
                ),
            )
        segments.confirm(study, segment, by.strip() or study.actor, _proof(study, shown), unread)
        action.summary = f"confirmed segment {segment} “{shown.summary.name}”"


def _proof(study: Study, shown: Evidence) -> dict[str, object]:
    row = segments.one(study, shown.summary.id)
    return {
        "run": row.run,
        "size": shown.summary.size,
        "participants": shown.summary.participants,
        "keywords": list(row.keywords),
        # The first warning of one confirmed before is that passages were added since; this puts an end to it.
        "warnings": list(shown.summary.warnings[bool(shown.summary.added) :]),
        "interviews": interviews.keys(study),
        "passages": [
            {
                "id": passage.id,
                "interview": passage.interview,
                "start": passage.start,
                "end": passage.end,
                "quote_sha256": sha256(passage.quote),
            }
            for passage, _ in shown.passages
        ],
    }


def runs(study: Study) -> list[Run]:
    """All runs, newest first."""
    return stored_runs.listing(study)
