"""Verbs on passages: suggest, decide, mark, code, search, pseudonyms, and measures of the coding."""

from __future__ import annotations

from needsseg.coding.agreement import Units
from needsseg.coding.learning import ENOUGH
from needsseg.study.coding.codebook import Branch, CodeRow
from needsseg.study.coding.codes import COLOURS, is_colour
from needsseg.study.coding.drafts import DraftKind
from needsseg.study.coding.memos import Memo, MemoKind
from needsseg.study.coding.statements import PARTS, PassageStatement

__all__ = [
    "COLOURS",
    "ENOUGH",
    "PARTS",
    "Branch",
    "CodeRow",
    "DraftKind",
    "Memo",
    "MemoKind",
    "PassageStatement",
    "Units",
    "is_colour",
]
