"""Write a report as Markdown for wikis: tables and links without pictures; charts become tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from needsseg.exchange.documents.markdown import escaped
from needsseg.exchange.report.content import (
    ALL_PROPOSED,
    MADE_BY,
    PROPOSED,
    Block,
    Bullets,
    Context,
    Head,
    Missing,
    NeedCard,
    Quote,
    Report,
    Text,
    anchors,
)
from needsseg.exchange.report.pictures import Bars, Curves, Grid, Map, table_behind
from needsseg.exchange.report.printable import printable
from needsseg.exchange.report.table import Table


def markdown(report: Report) -> str:
    """Return the whole report, with people's words escaped so that they are not read as markup."""
    known = anchors(report)
    parts = [f"# {_plain(report.title)}", f"<!-- {MADE_BY} -->"]
    parts += ["\n".join(f"- **{_plain(name)}:** {_plain(value)}" for name, value in report.facts.items())]
    for section in report.sections:
        parts.append(f'<a id="{section.anchor}"></a>\n\n## {_plain(section.title)}')
        parts += [block_text for block in section.blocks if (block_text := _block(block, known))]
    return "\n\n".join(parts) + "\n"


def _block(block: Block, known: Collection[str]) -> str:
    if isinstance(block, Text):
        return f"**{_plain(block.words)}**" if block.lead else _plain(block.words)
    if isinstance(block, Missing):
        return f"*{_plain(block.words)}*"
    if isinstance(block, Bullets):
        return "\n".join(f"- {_plain(item)}" for item in block.items)
    if isinstance(block, Head):
        return f'<a id="{block.anchor}"></a>\n\n### {_heading(block.symbol, block.words)}'
    if isinstance(block, Quote):
        return f"> {_plain(block.words)}\n>\n> — {_plain(block.who)}, {_link(block.place, block.to, known)}"
    if isinstance(block, Context):
        return _context(block)
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, NeedCard):
        return _card(block, known)
    if isinstance(block, Map):
        return f"*{_plain(block.title)}.* {_plain(block.description)}"
    if isinstance(block, Curves | Grid | Bars):
        behind = _table(table_behind(block)) if not isinstance(block, Curves) else ""
        return "\n\n".join(filter(None, (f"*{_plain(block.title)}.* {_plain(block.description)}", behind)))
    raise TypeError(f"no such block: {block!r}")


def _heading(symbol: str, words: str) -> str:
    return f"{symbol} {_plain(words)}".strip()


def _link(words: str, to: str, known: Collection[str]) -> str:
    return f"[{_plain(words)}](#{to})" if to in known else _plain(words)


def _card(card: NeedCard, known: Collection[str]) -> str:
    lines = [f"### {_heading(card.symbol, card.name)}"]
    lines.append(f"**{_plain(card.need)}**" if card.need else "*Nobody has written this need yet.*")
    lines.append(_plain(card.people))
    for part in card.parts:
        chosen = "" if part.chosen or card.all_proposed else PROPOSED
        source = f"{_plain(part.who)}, {_link(part.place, part.to, known)}{chosen}"
        lines.append(f"- **{_plain(part.part)}:** “{_plain(part.quote)}” — {source}")
    if card.unsaid:
        lines.append(f"*Nobody is quoted for: {_plain(', '.join(card.unsaid))}.*")
    if card.all_proposed:
        lines.append(f"*{ALL_PROPOSED}*")
    return "\n\n".join(lines)


def _context(block: Context) -> str:
    quote_line = " ".join(filter(None, [_plain(block.before), f"**{_plain(block.quote)}**", _plain(block.after)]))
    question = f"> {_plain(block.asker)}: {_plain(block.question)}\n>\n" if block.question else ""
    listen = f", [listen]({block.listen})" if block.listen else ""
    place = f"{_plain(block.place)}{listen}"
    return f'<a id="{block.anchor}"></a>\n\n{question}> {_plain(block.who)}: {quote_line}\n>\n> — {place}'


def _table(table: Table) -> str:
    lines: list[Sequence[str]] = [table.header, ["---"] * len(table.header), *table.rows]
    table_rows = "\n".join(
        f"| {' | '.join(cell if cell == '---' else _plain(cell) for cell in line)} |" for line in lines
    )
    return f"{_plain(table.caption)}\n\n{table_rows}"


def _plain(words: str) -> str:
    """Return words on one line, escaped for Markdown."""
    return escaped(printable(words))
