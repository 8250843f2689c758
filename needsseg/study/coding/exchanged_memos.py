"""Memos and job statements that others wrote, taken over under their names and times (inside an action)."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

from needsseg.records import JobParts
from needsseg.study.coding import codebook
from needsseg.study.coding.memos import MemoKind
from needsseg.study.coding.statements import PARTS
from needsseg.study.connection import plain_text
from needsseg.study.transcripts import interviews

if TYPE_CHECKING:
    from needsseg.study.connection import Study


def put_memo(study: Study, kind: MemoKind, of: int | str, words: str, by: str, at: str) -> bool | None:
    """Take a memo over: whether it is new, None where the writer has another memo there."""
    words = plain_text(words.replace("\r\n", "\n").replace("\r", "\n"))
    if kind == "passage":
        target = int(of)
    else:
        target = codebook.id_of(study, str(of)) if kind == "code" else interviews.required_id(study, str(of))
    existing = study.row(f"SELECT words FROM memos WHERE {kind}_id = ? AND written_by = ?", [target, by])
    if existing is not None:
        return False if existing[0] == words else None
    if words:
        study.insert("memos", {f"{kind}_id": target, "words": words, "written_by": by, "written_at": at})
    return bool(words)


def put_statement(study: Study, passage: int, parts: JobParts, by: str, at: str) -> bool | None:
    """Take a job statement over: whether it is new, None where the writer has another there."""
    words = astuple(parts)
    existing = study.row(
        f"SELECT {', '.join(PARTS)} FROM job_statements WHERE passage_id = ? AND written_by = ?", [passage, by]
    )
    if existing is not None:
        return False if tuple(existing) == words else None
    row = dict(zip(PARTS, words, strict=True))
    study.insert("job_statements", {"passage_id": passage, **row, "written_by": by, "written_at": at})
    return True
