"""Join what several people wrote about one thing into the single description other programs show, and split it."""

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
    """A part of a description: its writer, time and words; a decision on a passage has no words.

    ``place`` is the interview of a passage, for programs that lose it.
    """

    kind: BlockKind
    by: str
    at: str
    words: str = ""
    place: str = ""


def with_blocks(description: str, blocks: Iterable[Block]) -> str:
    """Append blocks to a description, each under a line with its kind, writer and time."""
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
    """Split a description written by ``with_blocks`` into the text before the first block, and the blocks."""
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
