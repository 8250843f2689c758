"""Write a codebook for readers outside the study: what each code means, how often it was used, and examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from needsseg.exchange.documents.document import Block, Document, Grid, Heading, Paragraph, as_word
from needsseg.exchange.documents.markdown import as_markdown
from needsseg.exchange.documents.workbook import SheetTable, workbook
from needsseg.tables import table_text
from needsseg.text import format_count

ENDINGS = (".md", ".docx", ".xlsx", ".csv")
COLUMNS = (
    "code", "path", "level", "description", "passages", "passages with codes below", "participants",
    "participants with codes below", "examples", "memo",
)  # fmt: skip
MARK = ",".join(COLUMNS[:4])
_DEEPEST = 5


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code: counts of accepted passages and of the participants who said them, its own and with all codes below it.

    ``path`` is as ``Work > Handover``, ``depth`` 0 at the top. Examples are (quote, source), memos the texts of their writers.
    """

    name: str
    path: str
    depth: int
    description: str
    passages: int
    passages_below: int
    participants: int
    participants_below: int
    examples: tuple[tuple[str, str], ...] = ()
    memo: str = ""


def codebook_content(entries: Sequence[CodeEntry], ending: str) -> str | bytes:
    """Return a codebook as the content of a file with one of ``ENDINGS``."""
    if ending == ".csv":
        return table_text(COLUMNS, map(_row, entries), neutralise=True)
    if ending == ".xlsx":
        return workbook([SheetTable("Codebook", COLUMNS, tuple(map(_row, entries)))])
    document = codebook_document(entries)
    return as_word(document) if ending == ".docx" else as_markdown(document)


def _row(entry: CodeEntry) -> tuple[str | int, ...]:
    examples = "\n".join(f"“{quote}” — {source}" for quote, source in entry.examples)
    return (
        entry.name, entry.path, entry.depth + 1, entry.description, entry.passages, entry.passages_below,
        entry.participants, entry.participants_below, examples, entry.memo,
    )  # fmt: skip


def codebook_document(entries: Sequence[CodeEntry]) -> Document:
    """Return a table of all codes, then each with its description and examples under a heading of its level."""
    described = sum(bool(entry.description) for entry in entries)
    overview = Grid(
        ("code", "passages", "participants"),
        tuple(("– " * entry.depth + entry.name, entry.passages_below, entry.participants_below) for entry in entries),
    )
    blocks: list[Block] = [
        Paragraph(f"{format_count(len(entries), 'code')}, {described} of them described."),
        Heading("Overview"),
        overview,
        Paragraph("Counts are of accepted passages, those of the codes below each code included, each once.", "note"),
        Heading("Codes"),
    ]
    for entry in entries:
        blocks += _described(entry)
    return Document("Codebook", tuple(blocks))


def _described(entry: CodeEntry) -> Iterator[Block]:
    yield Heading(entry.name, min(entry.depth + 2, _DEEPEST))
    if entry.depth:
        yield Paragraph(entry.path, "note")
    yield Paragraph(entry.description or "No description yet.")
    own = "No passage of its own"
    if entry.passages:
        own = f"{format_count(entry.passages, 'passage')} of {format_count(entry.participants, 'participant')}"
    if (entry.passages_below, entry.participants_below) != (entry.passages, entry.participants):
        below = format_count(entry.passages_below, "passage")
        own += f"; with the codes below it {below} of {format_count(entry.participants_below, 'participant')}"
    yield Paragraph(own, "note")
    for quote, source in entry.examples:
        yield Paragraph(quote, "quote")
        yield Paragraph(f"— {source}", "note")
    if entry.memo:
        yield Paragraph(entry.memo, label="Memo:")
