"""Write a report as one page that fetches nothing: style, charts, data and the rendering script are embedded."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files

from needsseg.exchange.report.charts import LICENCE, chart, drawing_program, symbol_colour
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
    Section,
    Table,
    Text,
    printable,
)
from needsseg.files import sha256


def page(report: Report) -> str:
    """Return the whole page; its policy forbids fetching, and scripts other than the two embedded ones."""
    charts = [block for section in report.sections for block in section.blocks if isinstance(block, Map | Curves)]
    numbers = {id(block): number for number, block in enumerate(charts)}
    body = "\n".join(_section(section, numbers) for section in report.sections)
    contents = "".join(f'<li><a href="#{each.anchor}">{_escaped(each.title)}</a></li>' for each in report.sections)
    facts = "".join(
        f"<div><dt>{_escaped(name)}</dt><dd>{_escaped(value)}</dd></div>" for name, value in report.facts.items()
    )
    scripts, programs = _scripts(charts)
    allowed = " ".join(map(_hash, programs)) or "'none'"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<!-- {MADE_BY} -->
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; \
img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{_escaped(report.title)}</title>
<style>
{_file("page.css")}</style>
</head>
<body>
<a class="skip" href="#main">To the report</a>
<header>
<h1>{_escaped(report.title)}</h1>
<dl class="facts">{facts}</dl>
</header>
<nav aria-label="Contents"><ol>{contents}</ol></nav>
<main id="main" tabindex="-1">
{body}
<div id="vg-tooltip-element" class="vg-tooltip" aria-hidden="true"></div>
</main>
<footer><p>{MADE_BY}. This page fetches nothing and sends nothing.</p></footer>
{scripts}</body>
</html>
"""


def _scripts(charts: Sequence[Map | Curves]) -> tuple[str, list[str]]:
    """Return the end of the page and its scripts; no scripts without charts."""
    if not charts:
        return "", []
    programs = [drawing_program(), _file("page.js")]
    for program in programs:
        if "</script" in program.lower() or "<!--" in program:
            raise ValueError("a script that would end its own element cannot be put into a page")
    data = json.dumps([chart(block) for block in charts], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    # The data is escaped so that it cannot end its element.
    safe = data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    parts = [f"<!-- {LICENCE} -->", f'<script type="application/json" id="charts">{safe}</script>']
    parts += [f'<script type="module">{program}</script>' for program in programs]
    return "\n".join(parts) + "\n", programs


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(bytes.fromhex(sha256(script))).decode()}'"


def _file(name: str) -> str:
    return files("needsseg.exchange.report").joinpath(name).read_text(encoding="utf-8")


def _section(section: Section, numbers: dict[int, int]) -> str:
    blocks = "\n".join(_block(block, numbers) for block in section.blocks)
    title = f"<h2>{_escaped(section.title)}</h2>"
    return f'<section id="{_escaped(section.anchor)}">{title}\n{blocks}\n</section>'


def _block(block: Block, numbers: dict[int, int]) -> str:
    if isinstance(block, Text):
        return f'<p{" class=lead" if block.lead else ""} dir="auto">{_escaped(block.words)}</p>'
    if isinstance(block, Bullets):
        items = "".join(f'<li dir="auto">{_escaped(item)}</li>' for item in block.items)
        return f"<ul>{items}</ul>"
    if isinstance(block, Head):
        colour = symbol_colour(block.symbol)
        symbol = f'<span style="color: {colour}">{_escaped(block.symbol)}</span> ' if block.symbol else ""
        return f'<h3 id="{_escaped(block.anchor)}" dir="auto">{symbol}{_escaped(block.words)}</h3>'
    if isinstance(block, Quote):
        return _quote(block)
    if isinstance(block, Context):
        return _context(block)
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Map | Curves):
        return _chart(block, numbers[id(block)])
    raise TypeError(f"no such block: {block!r}")


def _quote(block: Quote) -> str:
    place = f'<a href="#{_escaped(block.to)}">{_escaped(block.place)}</a>' if block.to else _escaped(block.place)
    anchor = f' id="from-{_escaped(block.to)}"' if block.to else ""
    return (
        f'<figure class="quote"{anchor}><blockquote dir="auto">{_escaped(block.words)}</blockquote>'
        f"<figcaption><bdi>{_escaped(block.who)}</bdi>, {place}</figcaption></figure>"
    )


def _context(block: Context) -> str:
    question = (
        f'<p class="asked" dir="auto"><b>{_escaped(block.asker)}:</b> {_escaped(block.question)}</p>'
        if block.question
        else ""
    )
    return (
        f'<article id="{_escaped(block.anchor)}" class="context" tabindex="-1">{question}'
        f'<p dir="auto"><b>{_escaped(block.who)}:</b> '
        f"{_escaped(block.before)} <mark>{_escaped(block.quote)}</mark> {_escaped(block.after)}</p>"
        f'<p class="place">{_escaped(block.place)} · <a href="#from-{_escaped(block.anchor)}">back to the segment'
        f'<span class="unseen"> from {_escaped(block.place)}</span></a></p></article>'
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


def _chart(block: Map | Curves, number: int) -> str:
    """Return a chart's container, with a description in words and, for a map, the passage read last."""
    keys = "Arrow keys go from passage to passage. " if isinstance(block, Map) else ""
    read = f'<p class="here" id="here-{number}" aria-live="polite" dir="auto"></p>' if keys else ""
    hint = '<p class="hint">Point at a passage, tap it, or go through them with the arrow keys.</p>' if keys else ""
    return (
        f'<figure class="chart"><figcaption id="title-{number}">{_escaped(block.title)}</figcaption>'
        f'<p id="said-{number}">{_escaped(block.description)}</p>{hint}'
        f'<div class="drawn" id="chart-{number}" tabindex="0" role="group" aria-label="{keys}{_escaped(block.title)}" '
        f'aria-describedby="said-{number}"><noscript>The table below shows the same.</noscript></div>{read}</figure>'
    )


def _escaped(words: str) -> str:
    """Return words as HTML text, without the control characters that pages forbid."""
    return escape(printable(words))
