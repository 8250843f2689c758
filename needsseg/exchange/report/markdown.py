"""Write a report as Markdown for wikis: tables and links without pictures; charts become tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

from needsseg.exchange.report.content import (
    MADE_BY,
    Block,
    Bullets,
    Context,
    Curves,
    Head,
    Map,
    Quote,
    Report,
    Table,
    Text,
    printable,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
_LISTED = re.compile(r"^(\s*)(?:([-+=])|(\d+)([.)]))(?=\s|$)")


def markdown(report: Report) -> str:
    """Return the whole report, with people's words escaped so that they are not read as markup."""
    parts = [f"# {_plain(report.title)}", f"<!-- {MADE_BY} -->"]
    parts += ["\n".join(f"- **{_plain(name)}:** {_plain(value)}" for name, value in report.facts.items())]
    for section in report.sections:
        parts.append(f'<a id="{section.anchor}"></a>\n\n## {_plain(section.title)}')
        parts += [block_text for block in section.blocks if (block_text := _block(block))]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Text):
        return f"**{_plain(block.words)}**" if block.lead else _plain(block.words)
    if isinstance(block, Bullets):
        return "\n".join(f"- {_plain(item)}" for item in block.items)
    if isinstance(block, Head):
        return f'<a id="{block.anchor}"></a>\n\n### {_heading(block)}'
    if isinstance(block, Quote):
        place = f"[{_plain(block.place)}](#{block.to})" if block.to else _plain(block.place)
        return f"> {_plain(block.words)}\n>\n> — {_plain(block.who)}, {place}"
    if isinstance(block, Context):
        return _context(block)
    if isinstance(block, Table):
        return _table(block.caption, block.header, block.rows)
    if isinstance(block, Map | Curves):
        return f"*{_plain(block.title)}.* {_plain(block.description)}"
    raise TypeError(f"no such block: {block!r}")


def _heading(block: Head) -> str:
    return f"{block.symbol} {_plain(block.words)}".strip()


def _context(block: Context) -> str:
    quote_line = " ".join(filter(None, [_plain(block.before), f"**{_plain(block.quote)}**", _plain(block.after)]))
    question = f"> {_plain(block.asker)}: {_plain(block.question)}\n>\n" if block.question else ""
    return f'<a id="{block.anchor}"></a>\n\n{question}> {_plain(block.who)}: {quote_line}\n>\n> — {_plain(block.place)}'


def _table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    table_rows = "\n".join(
        f"| {' | '.join(cell if cell == '---' else _plain(cell) for cell in line)} |" for line in lines
    )
    return f"{_plain(caption)}\n\n{table_rows}"


def _plain(words: str) -> str:
    """Return words on one line, escaped for Markdown."""
    line = _SPECIAL.sub(r"\\\1", " ".join(printable(words).split()))
    return _LISTED.sub(
        lambda special: f"{special[1]}\\{special[2]}" if special[2] else f"{special[1]}{special[3]}\\{special[4]}", line
    )
