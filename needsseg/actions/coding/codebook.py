"""The codebook: codes made, renamed, recoloured, moved, merged, described, pinned and deleted, one action each."""

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
    """All codes, each with its children right below it, siblings by name; a blind coder's own marks are counted alone."""
    return book.tree(book.listing(study, seen_coder(study)))


def one(study: Study, name: str) -> CodeRow:
    """One code by its name, in whatever case where that is clear; raises NotFoundError."""
    return book.one(study, name, seen_coder(study))


def doubles(study: Study) -> list[Advice]:
    """What to say of codes whose names differ in case alone: that they are to be one, and how that is done."""
    return [
        Advice(
            f"The codes {', '.join(f'“{name}”' for name in names)} differ in upper and lower case alone. Make them one: ",
            Fix.MERGE_CODES.of(code=names[1], into=names[0]),
        )
        for names in book.doubles(study)
    ]


def touched(study: Study, name: str) -> Touched:
    """How many passages, coders, codes below and memos deleting or merging a code touches.

    A blind coder is told of others' too: what would be taken from them.
    """
    return codes.touched(study, name)


def told(gone: Touched) -> str:
    """What a code that is deleted takes along, in words."""
    along = [f"off {format_count(gone.passages, 'passage')}, whose decisions stay"]
    if gone.coders > 1:
        along.append(f"marked by {gone.coders} coders")
    if gone.memos:
        along.append(f"{format_count(gone.memos, 'memo')} with it")
    if gone.children:
        along.append(f"{format_count(gone.children, 'code')} below it one up")
    return ", ".join(along)


def create(study: Study, name: str, parent: str | None = None) -> str:
    """Makes a code, at the top or under another; its name as stored."""
    with study.action("make code") as action:
        made = codes.create(study, name, parent)
        action.summary = f"made the code “{made}”" + (f" under “{book.one(study, made).parent}”" if parent else "")
        return made


def rename(study: Study, name: str, new: str) -> str:
    """Renames a code; its new name as stored."""
    with study.action("rename code") as action:
        was = book.one(study, name).name
        made = codes.rename(study, was, new)
        action.summary = f"renamed the code “{was}” to “{made}”"
        return made


def recolour(study: Study, name: str, colour: str) -> str:
    """Gives a code a colour of ``COLOURS`` or #rrggbb, or none where it is empty; the colour as stored."""
    with study.action("recolour code") as action:
        code = book.one(study, name).name
        made = codes.recolour(study, code, colour)
        action.summary = f"made the code “{code}” {made}" if made else f"took the colour of the code “{code}”"
        return made


def move(study: Study, name: str, parent: str | None) -> None:
    """Puts a code under another, or at the top."""
    with study.action("move code") as action:
        code = book.one(study, name).name
        above = None if parent is None else book.one(study, parent).name
        codes.move(study, code, above)
        action.summary = f"moved the code “{code}” " + ("to the top" if above is None else f"under “{above}”")


def merge(study: Study, source: str, target: str) -> None:
    """Merges a code into another, which keeps its name."""
    with study.action("merge codes") as action:
        gone, stays = book.one(study, source).name, book.one(study, target).name
        codes.merge(study, gone, stays)
        action.summary = f"merged the code “{gone}” into “{stays}”"


def describe(study: Study, name: str, words: str) -> None:
    """Writes what a code means."""
    with study.action("describe code") as action:
        code = book.one(study, name).name
        codes.describe(study, code, words)
        action.summary = f"described the code “{code}”"


def delete(study: Study, name: str) -> Touched:
    """Deletes a code with its marks and memos; what that touched. Codes below it go up, passages stay accepted."""
    with study.action("delete code") as action:
        code = book.one(study, name).name
        gone = codes.touched(study, code)
        codes.delete(study, code)
        action.summary = f"deleted the code “{code}” off {format_count(gone.passages, 'passage')}"
        return gone


def pin(study: Study, name: str, digit: int | None) -> None:
    """Pins a code to a digit from 1 to 9, or unpins it."""
    with study.action("pin code") as action:
        code = book.one(study, name).name
        codes.pin(study, code, digit)
        action.summary = f"unpinned the code “{code}”" if digit is None else f"pinned the code “{code}” to {digit}"
