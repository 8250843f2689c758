"""Verbs on candidates: discover, compare runs, state needs, answer questions, read the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from needsseg.discovery.evidence.code_tree import CodeNode, CodeTree, rearranged

__all__ = ["CodeNode", "CodeTree", "rearranged"]


def __getattr__(name: str) -> object:
    # The room of discovery takes long to load, and a study's overview or first screen needs other modules of this package.
    if name in __all__:
        from needsseg.discovery.evidence import code_tree

        return getattr(code_tree, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
