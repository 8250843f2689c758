"""Write a report as one page that fetches nothing and runs nothing: style and pictures are part of it."""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from importlib.resources import files
from itertools import groupby

from needsseg.exchange.report.content import (
    ALL_PROPOSED,
    MADE_BY,
    PROPOSED,
    Block,
    Bullets,
    CardPart,
    Context,
    Head,
    Missing,
    NeedCard,
    Quote,
    Report,
    Section,
    Text,
    anchors,
)
from needsseg.exchange.report.drawing import drawn_bars, drawn_curves, drawn_map, symbol_colour
from needsseg.exchange.report.pictures import Bars, Curves, Grid, Map, table_behind
from needsseg.exchange.report.printable import printable
from needsseg.exchange.report.table import Table


def page(report: Report) -> str:
    """Return the whole page; its policy forbids fetching and scripts, and there are none on it."""
    known = anchors(report)
    body = "\n".join(_section(section, known) for section in report.sections)
    links = "".join(f'<li><a href="#{each.anchor}">{_escaped(each.title)}</a></li>' for each in report.sections)
    contents = f'<nav aria-label="Contents"><ol>{links}</ol></nav>' if len(report.sections) > 1 else ""
    facts = "".join(
        f"<div><dt>{_escaped(name)}</dt><dd>{_escaped(value)}</dd></div>" for name, value in report.facts.items()
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<!-- {MADE_BY} -->
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{_escaped(report.title)}</title>
<style>
{_style()}</style>
</head>
<body>
<a class="skip" href="#main">To the report</a>
<header>
<h1 dir="auto">{_escaped(report.title)}</h1>
<dl class="facts">{facts}</dl>
</header>
{contents}
<main id="main" tabindex="-1">
{body}
</main>
<footer><p>{MADE_BY}. This page fetches nothing and sends nothing.</p></footer>
</body>
</html>
"""


def _style() -> str:
    return files("needsseg.exchange.report").joinpath("page.css").read_text(encoding="utf-8")


def _section(section: Section, known: Collection[str]) -> str:
    # Cards in a row stand beside each other where there is room.
    blocks = "\n".join(
        f'<div class="cards">{"".join(cards)}</div>' if is_card else "\n".join(cards)
        for is_card, group in groupby(section.blocks, lambda block: isinstance(block, NeedCard))
        if (cards := [_block(block, known) for block in group])
    )
    title = f"<h2>{_escaped(section.title)}</h2>"
    return f'<section id="{_escaped(section.anchor)}">{title}\n{blocks}\n</section>'


def _block(block: Block, known: Collection[str]) -> str:
    if isinstance(block, Text):
        return f'<p{" class=lead" if block.lead else ""} dir="auto">{_escaped(block.words)}</p>'
    if isinstance(block, Missing):
        return f'<p class="missing">{_escaped(block.words)}</p>'
    if isinstance(block, Bullets):
        items = "".join(f'<li dir="auto">{_escaped(item)}</li>' for item in block.items)
        return f"<ul>{items}</ul>"
    if isinstance(block, Head):
        return f'<h3 id="{_escaped(block.anchor)}" dir="auto">{_symbol(block.symbol)}{_escaped(block.words)}</h3>'
    if isinstance(block, Quote):
        return _quote(block, known)
    if isinstance(block, Context):
        return _context(block, known)
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, NeedCard):
        return _card(block, known)
    if isinstance(block, Grid):
        return _grid(block)
    if isinstance(block, Map | Curves | Bars):
        return _drawn(block)
    raise TypeError(f"no such block: {block!r}")


def _symbol(symbol: str) -> str:
    colour = symbol_colour(symbol)
    return f'<span style="color: {colour}" aria-hidden="true">{_escaped(symbol)}</span> ' if symbol else ""


def _link(words: str, to: str, known: Collection[str]) -> str:
    return f'<a href="#{_escaped(to)}">{_escaped(words)}</a>' if to in known else _escaped(words)


def _card(card: NeedCard, known: Collection[str]) -> str:
    """Return a card: its need, who has it, and a quote for each part."""
    need = _escaped(card.need) if card.need else '<span class="missing">Nobody has written this need yet.</span>'
    parts = "".join(_part(part, known, marked=not card.all_proposed) for part in card.parts)
    proposed = f'<p class="unsaid">{ALL_PROPOSED}</p>' if card.all_proposed else ""
    unsaid = f'<p class="unsaid">Nobody is quoted for: {_escaped(", ".join(card.unsaid))}.</p>' if card.unsaid else ""
    return (
        f'<article class="card"><h3 dir="auto">{_symbol(card.symbol)}{_link(card.name, card.to, known)}</h3>'
        f'<p class="need" dir="auto">{need}</p><p class="people">{_escaped(card.people)}</p>'
        f"<dl>{parts}</dl>{unsaid}{proposed}</article>"
    )


def _part(part: CardPart, known: Collection[str], *, marked: bool) -> str:
    chosen = PROPOSED if marked and not part.chosen else ""
    return (
        f'<div><dt>{_escaped(part.part)}</dt><dd><q dir="auto">{_escaped(part.quote)}</q> '
        f'<span class="who"><bdi>{_escaped(part.who)}</bdi>, {_link(part.place, part.to, known)}{chosen}</span></dd></div>'
    )


def _grid(grid: Grid) -> str:
    """Return a grid as a table with shaded cells, in which each count stands."""
    most = max((count for _, counts in grid.rows for count in counts), default=0) or 1
    header = "".join(
        f'<th scope="col" dir="auto">{_symbol(grid.symbols.get(name, ""))}{_escaped(name)}</th>'
        for name in grid.columns
    )
    rows = "\n".join(
        f'<tr><th scope="row" dir="auto">{_escaped(name)}</th>{"".join(_shaded(count, most) for count in counts)}</tr>'
        for name, counts in grid.rows
    )
    return (
        f'<figure class="grid"><figcaption>{_escaped(grid.title)}</figcaption><p>{_escaped(grid.description)}</p>'
        f'<div class="scroll" tabindex="0" role="group" aria-label="{_escaped(grid.title)}"><table>'
        f'<thead><tr><th scope="col">{_escaped(grid.corner)}</th>{header}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>'
        "</div></figure>"
    )


def _shaded(count: int, most: int) -> str:
    """Return a cell in one of four shades; an empty one says nothing, so that the pattern shows."""
    if not count:
        return '<td class="count"><span class="unseen">0</span></td>'
    return f'<td class="count shade{min(4, 1 + 4 * (count - 1) // most)}">{count}</td>'


def _drawn(picture: Map | Curves | Bars) -> str:
    """Return a picture with its title, a description in words, and the table behind it."""
    drawn = (
        drawn_map(picture) if isinstance(picture, Map) else
        drawn_curves(picture) if isinstance(picture, Curves) else drawn_bars(picture)
    )  # fmt: skip
    return (
        f'<figure class="chart"><figcaption>{_escaped(picture.title)}</figcaption>'
        f"<p>{_escaped(picture.description)}</p>{drawn}</figure>{_table(table_behind(picture))}"
    )


def _quote(block: Quote, known: Collection[str]) -> str:
    place = _link(block.place, block.to, known)
    return (
        f'<figure class="quote"><blockquote dir="auto">{_escaped(block.words)}</blockquote>'
        f"<figcaption><bdi>{_escaped(block.who)}</bdi>, {place}</figcaption></figure>"
    )


def _context(block: Context, known: Collection[str]) -> str:
    listen = f' · <a href="{_escaped(block.listen)}">listen</a>' if block.listen else ""
    unseen = f'<span class="unseen"> from {_escaped(block.place)}</span>'
    back = f' · <a href="#{_escaped(block.back)}">back to the segment{unseen}</a>' if block.back in known else ""
    question = (
        f'<p class="asked" dir="auto"><b>{_escaped(block.asker)}:</b> {_escaped(block.question)}</p>'
        if block.question
        else ""
    )
    return (
        f'<article id="{_escaped(block.anchor)}" class="context" tabindex="-1">{question}'
        f'<p dir="auto"><b>{_escaped(block.who)}:</b> '
        f"{_escaped(block.before)} <mark>{_escaped(block.quote)}</mark> {_escaped(block.after)}</p>"
        f'<p class="place">{_escaped(block.place)}{listen}{back}</p></article>'
    )


def _table(block: Table) -> str:
    header = "".join(f'<th scope="col">{_escaped(cell)}</th>' for cell in block.header)
    rows = "\n".join(
        "<tr>" + "".join(_cell(cell, first=not number) for number, cell in enumerate(row)) + "</tr>"
        for row in block.rows
    )
    caption = "" if block.folded else f"<caption>{_escaped(block.caption)}</caption>"
    table = (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{_escaped(block.caption)}"><table>{caption}'
        f"<thead><tr>{header}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    )
    return f"<details><summary>{_escaped(block.caption)}</summary>{table}</details>" if block.folded else table


def _cell(cell: str, *, first: bool) -> str:
    return f'<th scope="row" dir="auto">{_escaped(cell)}</th>' if first else f'<td dir="auto">{_escaped(cell)}</td>'


def _escaped(words: str) -> str:
    """Return words as HTML text, without the control characters that pages forbid."""
    return escape(printable(words))
