"""Write a document as one web page that loads nothing from elsewhere and runs nothing."""

from __future__ import annotations

from html import escape

from needsseg.exchange.documents.document import MADE_BY, Block, Document, Grid, Heading
from needsseg.exchange.word import word_text

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}"
    "blockquote{margin:1rem 0 .25rem;padding:.25rem 1rem;border-left:4px solid #555;white-space:pre-line}"
    "p{white-space:pre-line}.note{color:#444;font-size:.9rem;margin:.25rem 0 1rem}"
    "table{border-collapse:collapse}th,td{border:1px solid #888;padding:.25rem .5rem;text-align:left;vertical-align:top}"
    "td.number{text-align:right}@media(max-width:40rem){table{display:block;overflow-x:auto}}"
)


def as_page(document: Document) -> str:
    """Return a document as HTML; everything in it is text, and its policy forbids scripts and requests."""
    title = _text(document.title)
    head = (
        f'<!DOCTYPE html>\n<!-- {MADE_BY} -->\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>\n<h1>{title}</h1>\n"
    )
    return head + "\n".join(map(_block, document.blocks)) + "\n</main></body></html>\n"


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        level = min(block.level + 1, 6)
        return f"<h{level}>{_text(block.text)}</h{level}>"
    if isinstance(block, Grid):
        header = "".join(f'<th scope="col">{_text(name)}</th>' for name in block.header)
        rows = "\n".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in block.rows)
        return f"<table><thead><tr>{header}</tr></thead><tbody>\n{rows}\n</tbody></table>"
    label = f"<strong>{_text(block.label)}</strong> " if block.label else ""
    if block.style == "quote":
        return f"<blockquote>{label}{_text(block.text)}</blockquote>"
    if block.style == "bullet":
        return f"<ul><li>{label}{_text(block.text)}</li></ul>"
    kind = ' class="note"' if block.style == "note" else ""
    return f"<p{kind}>{label}{_text(block.text)}</p>"


def _cell(cell: object) -> str:
    if isinstance(cell, int | float):
        return f'<td class="number">{cell}</td>'
    return f"<td>{'' if cell is None else _text(str(cell))}</td>"


def _text(words: str) -> str:
    return escape(word_text(words))
