"""Load the memos and job statements on one passage."""

from __future__ import annotations

from needsseg.actions.coding.blind import seen_coder
from needsseg.study.coding import memos, statements
from needsseg.study.coding.memos import Memo
from needsseg.study.coding.statements import PassageStatement
from needsseg.study.connection import Study


def passage_notes(study: Study, passage: int) -> tuple[list[Memo], list[PassageStatement]]:
    """Return the memos and the job statements on a passage, each with its writer; a blind coder's own alone."""
    coder = seen_coder(study)
    written, stated = memos.listing(study, "passage", passage), statements.listing(study, [passage])
    return (
        [memo for memo in written if coder in (None, memo.written_by)],
        [row for row in stated if coder in (None, row.written_by)],
    )
