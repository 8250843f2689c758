"""Create, rename, recolour, move, merge, describe, pin and delete codes, each as one action."""

from __future__ import annotations

from needsseg.actions.coding.blind import seen_coder
from needsseg.errors import Advice, Fix
from needsseg.study.coding import codebook as book
from needsseg.study.coding import codes
from needsseg.study.coding.codebook import Branch, CodeRow
from needsseg.study.coding.codes import Touched
from needsseg.study.connection import Study
from needsseg.text import format_count


def tree(study: Study) -> list[Branch]:
    """All codes as a tree, siblings by name; for a blind coder, only their own marks are counted."""
    return book.tree(book.listing(study, seen_coder(study)))


def one(study: Study, name: str) -> CodeRow:
    """One code by its name, in any case if that is unambiguous; raises NotFoundError."""
    return book.one(study, name, seen_coder(study))


def doubles(study: Study) -> list[Advice]:
    """Advice to merge codes whose names differ only in upper and lower case."""
    return [
        Advice(
            f"The codes {', '.join(f'“{name}”' for name in names)} differ only in upper and lower case. Merge them: ",
            Fix.MERGE_CODES.of(code=names[1], into=names[0]),
        )
        for names in book.doubles(study)
    ]


def touched(study: Study, name: str) -> Touched:
    """Count the passages, coders, child codes and memos affected by deleting or merging a code.

    Includes others' work also for a blind coder, since they would lose it.
    """
    return codes.touched(study, name)


def loss_in_words(lost: Touched) -> str:
    """Describe what deleting a code removes."""
    effects = [f"removed from {format_count(lost.passages, 'passage')}, whose decisions are kept"]
    if lost.coders > 1:
        effects.append(f"marked by {lost.coders} coders")
    if lost.memos:
        effects.append(f"{format_count(lost.memos, 'memo')} with it")
    if lost.children:
        effects.append(f"{format_count(lost.children, 'code')} below it moved one level up")
    return ", ".join(effects)


def create(study: Study, name: str, parent: str | None = None) -> str:
    """Create a code at the top or under another; return its name as stored."""
    with study.action("make code") as action:
        stored = codes.create(study, name, parent)
        action.summary = f"made the code “{stored}”" + (f" under “{book.one(study, stored).parent}”" if parent else "")
        return stored


def rename(study: Study, name: str, new: str) -> str:
    """Rename a code; return its new name as stored."""
    with study.action("rename code") as action:
        old = book.one(study, name).name
        stored = codes.rename(study, old, new)
        action.summary = f"renamed the code “{old}” to “{stored}”"
        return stored


def recolour(study: Study, name: str, colour: str) -> str:
    """Set a code's colour to one of ``COLOURS`` or #rrggbb, or remove it if empty; return the colour as stored."""
    with study.action("recolour code") as action:
        code = book.one(study, name).name
        stored = codes.recolour(study, code, colour)
        action.summary = f"made the code “{code}” {stored}" if stored else f"removed the colour of the code “{code}”"
        return stored


def move(study: Study, name: str, parent: str | None) -> None:
    """Move a code under another, or to the top."""
    with study.action("move code") as action:
        code = book.one(study, name).name
        above = None if parent is None else book.one(study, parent).name
        codes.move(study, code, above)
        action.summary = f"moved the code “{code}” " + ("to the top" if above is None else f"under “{above}”")


def merge(study: Study, source: str, target: str) -> None:
    """Merge a code into another, which keeps its name."""
    with study.action("merge codes") as action:
        old, kept_code = book.one(study, source).name, book.one(study, target).name
        codes.merge(study, old, kept_code)
        action.summary = f"merged the code “{old}” into “{kept_code}”"


def describe(study: Study, name: str, words: str) -> None:
    """Set the description of a code."""
    with study.action("describe code") as action:
        code = book.one(study, name).name
        codes.describe(study, code, words)
        action.summary = f"described the code “{code}”"


def delete(study: Study, name: str) -> Touched:
    """Delete a code with its marks and memos; return what was affected. Child codes move up, passages stay accepted."""
    with study.action("delete code") as action:
        code = book.one(study, name).name
        lost = codes.touched(study, code)
        codes.delete(study, code)
        action.summary = f"deleted the code “{code}” from {format_count(lost.passages, 'passage')}"
        return lost


def pin(study: Study, name: str, digit: int | None) -> None:
    """Pin a code to a digit from 1 to 9, or unpin it."""
    with study.action("pin code") as action:
        code = book.one(study, name).name
        codes.pin(study, code, digit)
        action.summary = f"unpinned the code “{code}”" if digit is None else f"pinned the code “{code}” to {digit}"
