"""What several people wrote of one thing as the one description that other programs show, and back again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["Memo", "Job statement", "Accepted", "Undecided"]
_HEAD = re.compile(
    r"(?:^|\n\n)\[(?:(?P<kind>Memo|Job statement) by (?P<writer>.*)|Passage accepted by (?P<coder>.*)|Passage undecided"
    r"), (?P<at>[^\s,]*)(?:, in (?P<place>[^\]\n]*))?\](?:(?=\n\n\[(?:Memo|Job statement|Passage) )|\n|$)"
)
_LIKE_A_HEAD = re.compile(r"^(\\*\[(?:Memo|Job statement|Passage) )", re.MULTILINE)
_ESCAPED = re.compile(r"^\\(\\*\[(?:Memo|Job statement|Passage) )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a description: who wrote it, when, and the words, which a passage's decision has none of.

    ``place`` is the interview that a passage is in, for programs that forget it.
    """

    kind: BlockKind
    by: str
    at: str
    words: str = ""
    place: str = ""


def with_blocks(description: str, blocks: Iterable[Block]) -> str:
    """A description followed by what others wrote, each part under a line that says what it is, by whom and when."""
    parts = [_LIKE_A_HEAD.sub(r"\\\1", description)] if description else []
    for block in blocks:
        heading = f"{block.kind} by {block.by}"
        if block.kind in ("Accepted", "Undecided"):
            heading = f"Passage accepted by {block.by}" if block.kind == "Accepted" else "Passage undecided"
        words = _LIKE_A_HEAD.sub(r"\\\1", block.words)
        place = f", in {block.place}" if block.place else ""
        parts.append(f"[{heading}, {block.at}{place}]" + (f"\n{words}" if words else ""))
    return "\n\n".join(parts)


def split_blocks(text: str) -> tuple[str, tuple[Block, ...]]:
    """A description as ``with_blocks`` wrote it, taken apart: what stands before the first part, and the parts."""
    heads = list(_HEAD.finditer(text))
    description = text[: heads[0].start()] if heads else text
    blocks: list[Block] = []
    kind: BlockKind
    for index, head in enumerate(heads):
        end = heads[index + 1].start() if index + 1 < len(heads) else len(text)
        words = _ESCAPED.sub(r"\1", text[head.end() : max(end, head.end())])
        if head["kind"] is not None:
            kind = "Memo" if head["kind"] == "Memo" else "Job statement"
            blocks.append(Block(kind, head["writer"], head["at"], words))
        else:
            kind = "Undecided" if head["coder"] is None else "Accepted"
            blocks.append(Block(kind, head["coder"] or "", head["at"], place=head["place"] or ""))
            if words.strip():
                description = f"{description}\n\n{words}" if description else words
    return _ESCAPED.sub(r"\1", description), tuple(blocks)
