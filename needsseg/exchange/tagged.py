"""Write an interview as text with its codes inline, so that nested and overlapping passages can be told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SIGNS = re.compile(r"([\\\[\]])")


@dataclass(frozen=True, slots=True)
class Tag:
    """A passage of the text: its id, its span in code points, and the paths of its codes, none for a passage without one."""

    id: int
    start: int
    end: int
    codes: tuple[str, ...] = ()


def tagged(text: str, tags: Sequence[Tag]) -> str:
    r"""Return a text in which each passage stands between ``[12: Work > Handover; Night]`` and ``[/12]``.

    The number is the passage's id, so that marks may cross. Brackets and backslashes that were there have a backslash before
    them, as has a semicolon in the name of a code: what is left without the marks and those backslashes is the text.
    """
    # At one place passages end before others begin; of those that begin there, the longest is outermost.
    edges = [(tag.start, 1, -tag.end, tag.id, _opening(tag)) for tag in tags]
    edges += [(tag.end, 0, -tag.start, -tag.id, f"[/{tag.id}]") for tag in tags]
    parts: list[str] = []
    at = 0
    for place, *_, mark in sorted(edges):
        parts += (_escaped(text[at:place]), mark)
        at = place
    return "".join([*parts, _escaped(text[at:])])


def _opening(tag: Tag) -> str:
    codes = "; ".join(_escaped(code).replace(";", "\\;") for code in tag.codes)
    return f"[{tag.id}: {codes}]" if codes else f"[{tag.id}]"


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", text)
