"""Memos on passages, interviews and codes."""

from __future__ import annotations

from needsseg.actions.coding.blind import seen_coder
from needsseg.study.coding import memos
from needsseg.study.coding.memos import Memo, MemoKind
from needsseg.study.connection import Study


def write(study: Study, kind: MemoKind, of: int | str, words: str) -> None:
    """Write the user's memo on a passage (its id), an interview (its key) or a code (its name); empty words remove it."""
    done = "wrote a memo on" if words.strip() else "removed the memo on"
    with study.action("memo", f"{done} {kind} {of}" if kind == "passage" else f"{done} the {kind} “{of}”"):
        memos.write(study, kind, of, words)


def listing(study: Study, kind: MemoKind | None = None, of: int | str | None = None) -> list[Memo]:
    """List memos, all, of one kind or on one thing, each with its writer; for a blind coder, only their own."""
    coder = seen_coder(study)
    return [memo for memo in memos.listing(study, kind, of) if coder in (None, memo.written_by)]


def own(study: Study, kind: MemoKind, of: int | str) -> Memo | None:
    """The user's own memo on it, or None."""
    return next((memo for memo in memos.listing(study, kind, of) if memo.written_by == study.actor), None)
