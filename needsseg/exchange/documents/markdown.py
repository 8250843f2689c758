"""Write a document as Markdown, in which people's words are never markup."""

from __future__ import annotations

import re

from needsseg.exchange.documents.document import MADE_BY, Block, Document, Grid, Heading
from needsseg.exchange.word import Cell
from needsseg.text import without_controls

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
_LISTED = re.compile(r"^(\s*)(?:([-+=])|(\d+)([.)]))(?=\s|$)")


def as_markdown(document: Document) -> str:
    """Return a document as Markdown with one blank line between blocks; items of a list follow each other."""
    parts = [f"# {escaped(document.title)}", f"<!-- {MADE_BY} -->"]
    is_list = False
    for block in document.blocks:
        is_item = not isinstance(block, Heading | Grid) and block.style == "bullet"
        text = _block(block)
        if is_item and is_list:
            parts[-1] += f"\n{text}"
        else:
            parts.append(text)
        is_list = is_item
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * min(block.level + 1, 6)} {escaped(block.text)}"
    if isinstance(block, Grid):
        lines = [
            "| " + " | ".join(map(escaped, block.header)) + " |",
            "|" + "|".join(" ---: " if _is_number_column(block, place) else " --- " for place in range(len(block.header))) + "|",
            *("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in block.rows),
        ]  # fmt: skip
        return "\n".join(lines)
    label = f"**{escaped(block.label)}** " if block.label else ""
    if block.style == "quote":
        return "\n".join(f"> {line}".rstrip() for line in _lines(label, block.text))
    if block.style == "bullet":
        return f"- {label}{escaped(block.text)}"
    text = "  \n".join(_lines(label, block.text))
    return f"*{text}*" if block.style == "note" and text.strip() and "\n" not in text else text


def _lines(label: str, text: str) -> list[str]:
    lines = [escaped(line) for line in without_controls(text).split("\n")] or [""]
    return [label + lines[0], *lines[1:]]


def _is_number_column(grid: Grid, place: int) -> bool:
    return bool(grid.rows) and all(isinstance(row[place], int | float | None) for row in grid.rows)


def _cell(cell: Cell) -> str:
    return "" if cell is None else escaped(str(cell))


def escaped(words: str) -> str:
    """Return words on one line, escaped for Markdown and the HTML in it."""
    line = _SPECIAL.sub(r"\\\1", " ".join(without_controls(words).split()))
    return _LISTED.sub(lambda mark: f"{mark[1]}\\{mark[2]}" if mark[2] else f"{mark[1]}{mark[3]}\\{mark[4]}", line)
