"""Write, list and prefill job statements of passages."""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.actions.coding.blind import seen_coder
from needsseg.coding.linguistic_cues import cues_for
from needsseg.coding.statements import prefill
from needsseg.languages.detection import interview_language
from needsseg.records import JobParts
from needsseg.settings import load
from needsseg.study.coding import passages, statements
from needsseg.study.coding.statements import PARTS, PassageStatement
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews


def write(study: Study, passage: int, parts: JobParts) -> None:
    """Write the user's job statement of a passage; a statement without words is removed."""
    has_words = any(words.strip() for words in (getattr(parts, part) for part in PARTS))
    done = "wrote" if has_words else "removed"
    with study.action("job statement", f"{done} the job statement of passage {passage}"):
        statements.write(study, passage, parts)


def listing(study: Study, ids: Sequence[int] | None = None) -> list[PassageStatement]:
    """List job statements of all passages or some, by position, with writers; for a blind coder, only their own."""
    coder = seen_coder(study)
    return [row for row in statements.listing(study, ids) if coder in (None, row.written_by)]


def own(study: Study, passage: int) -> JobParts | None:
    """The user's own job statement of a passage, or None."""
    rows = statements.listing(study, [passages.one(study, passage).id])
    return next((row.parts for row in rows if row.written_by == study.actor), None)


def prefilled(study: Study, passage: int) -> JobParts:
    """Prefill the parts from the passage's own sentences; stores nothing."""
    stored = passages.one(study, passage)
    language = interview_language(interviews.transcript(study, stored.interview).text)
    return prefill(stored.quote, cues_for(load(study.path), language))
