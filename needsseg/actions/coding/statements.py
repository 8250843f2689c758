"""Job statements of passages: prefilled from a passage's own sentences, written by a researcher."""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.actions.coding.blind import seen_coder
from needsseg.coding.linguistic_cues import load_cues
from needsseg.coding.statements import prefill
from needsseg.records import JobParts
from needsseg.settings import load, prompt_file
from needsseg.study.coding import passages, statements
from needsseg.study.coding.statements import PARTS, PassageStatement
from needsseg.study.connection import Study


def write(study: Study, passage: int, parts: JobParts) -> None:
    """Writes the user's job statement of a passage; one without words is removed."""
    said = any(words.strip() for words in (getattr(parts, part) for part in PARTS))
    done = "wrote" if said else "removed"
    with study.action("job statement", f"{done} the job statement of passage {passage}"):
        statements.write(study, passage, parts)


def listing(study: Study, ids: Sequence[int] | None = None) -> list[PassageStatement]:
    """Job statements of all passages or some, by place, each with its writer; a blind coder's own alone."""
    coder = seen_coder(study)
    return [row for row in statements.listing(study, ids) if coder in (None, row.written_by)]


def own(study: Study, passage: int) -> JobParts | None:
    """What the user wrote of a passage, or None."""
    held = statements.listing(study, [passages.one(study, passage).id])
    return next((row.parts for row in held if row.written_by == study.actor), None)


def prefilled(study: Study, passage: int) -> JobParts:
    """The parts as the passage's own sentences say them; nothing is stored."""
    cues = load_cues(prompt_file("cues.toml", load(study.path)))
    return prefill(passages.one(study, passage).quote, cues)
