"""Verbs on candidates: discover, compare runs, state needs, answer questions, read the evidence."""

from __future__ import annotations

from needsseg.discovery.evidence.code_tree import CodeNode, CodeTree, rearranged

__all__ = ["CodeNode", "CodeTree", "rearranged"]
