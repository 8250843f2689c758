"""Gather an interview's text with its passages and codes, under pseudonyms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.actions.coding import pseudonyms
from needsseg.actions.coding.search_scope import PassageFilter, select
from needsseg.actions.exchange.quotes import code_paths
from needsseg.actions.exchange.refi.pseudonymised import covered_text
from needsseg.exchange.tagged import Tag, tagged
from needsseg.study.transcripts import interviews

if TYPE_CHECKING:
    from needsseg.study.connection import Study


@dataclass(frozen=True, slots=True)
class TaggedInterview:
    """An interview as it may leave the study: its name, its text, the passages in it, and the text with their marks.

    Offsets of ``tags`` count code points of ``text``. ``lost`` counts passages whose words an edited transcript no longer has.
    """

    interview: str
    text: str
    tags: tuple[Tag, ...]
    lost: int

    @property
    def tagged(self) -> str:
        """The text with its codes inline."""
        return tagged(self.text, self.tags)


def tagged_interview(study: Study, key: str, *, original: bool = False) -> TaggedInterview:
    """Return an interview with its accepted passages, names replaced by pseudonyms unless ``original``.

    A passage that begins or ends within a replaced name takes in the whole replacement. Raises NotFoundError for an unknown
    interview; a blind coder gets their own passages.
    """
    over = pseudonyms.cover(study, original=original)
    rows = select(study, PassageFilter(interview=key, status="accepted"))
    shown = covered_text(over, key, interviews.transcript(study, key))
    paths = code_paths(study, over)
    tags = tuple(
        Tag(row.id, *shown.span(row.start, row.end), tuple(sorted(paths[code] for code in row.codes)))
        for row in rows
        if row.anchored
    )
    return TaggedInterview(over.interview(key), shown.text, tags, sum(not row.anchored for row in rows))
