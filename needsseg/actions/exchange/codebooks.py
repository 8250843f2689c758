"""Gather the codebook with counts and examples, under pseudonyms, and write it to a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.coding import memos, pseudonyms
from needsseg.actions.coding.blind import seen_coder
from needsseg.actions.coding.search_scope import PassageFilter, select
from needsseg.actions.exchange import output_files
from needsseg.actions.exchange.quotes import code_paths, quotes_of
from needsseg.actions.transcripts.voices import person_of
from needsseg.coding.matrices import rolled_up
from needsseg.errors import Advice, Fix, NeedssegError
from needsseg.exchange.codebooks import ENDINGS, MARK, CodeEntry, codebook_content
from needsseg.exchange.documents.document import MADE_BY
from needsseg.exchange.quotes import Quote
from needsseg.study.coding import codebook

if TYPE_CHECKING:
    from needsseg.study.connection import Study

EXAMPLES = 3
_SHORT, _LONG = 40, 320
"""Examples of so many characters come first: long enough to mean something, short enough to be read in a list."""


def entries(study: Study, *, examples: int = EXAMPLES, original: bool = False) -> list[CodeEntry]:
    """Return every code in the order of the tree with counts of accepted passages and examples of its own passages.

    Examples are from as many people as possible. Names are pseudonyms unless ``original``. For a blind coder only their own
    work is counted. NeedssegError where there is no code.
    """
    branches = codebook.tree(codebook.listing(study, seen_coder(study)))
    if not branches:
        raise NeedssegError(
            "There are no codes yet.", Advice("Make one: ", Fix.CREATE_CODE, ", or code passages: ", Fix.CODE)
        )
    over = pseudonyms.cover(study, original=original)
    rows = {row.id: row for row in select(study, PassageFilter(status="accepted"))}
    quotes = {quote.id: quote for quote in quotes_of(study, list(rows.values()), over)}
    person, paths = person_of(study), code_paths(study, over)
    own: dict[str, list[int]] = {branch.code.name: [] for branch in branches}
    for row in rows.values():
        for code in row.codes:
            own[code].append(row.id)
    below = rolled_up(own, {branch.code.name: branch.above for branch in branches})
    notes = _memos(study, over)

    def people(ids: Iterable[int]) -> int:
        return len({person(rows[each]) for each in ids})

    return [
        CodeEntry(
            over.text(branch.code.name),
            paths[branch.code.name],
            branch.depth,
            over.text(branch.code.description),
            len(own[branch.code.name]),
            len(below[branch.code.name]),
            people(own[branch.code.name]),
            people(below[branch.code.name]),
            tuple(
                (quote.quote, quote.source)
                for quote in _examples((quotes[each] for each in own[branch.code.name]), examples)
            ),
            notes.get(branch.code.name, ""),
        )
        for branch in branches
    ]


def _memos(study: Study, over: pseudonyms.Cover) -> dict[str, str]:
    """The memos on each code; where several people wrote one, each with its writer."""
    by_code: dict[str, list[tuple[str, str]]] = {}
    for memo in memos.listing(study, "code"):
        by_code.setdefault(str(memo.of), []).append((memo.written_by, over.text(memo.words)))
    return {
        code: notes[0][1] if len(notes) == 1 else "\n".join(f"{who}: {words}" for who, words in notes)
        for code, notes in by_code.items()
    }


def _examples(quotes: Iterable[Quote], most: int) -> list[Quote]:
    """Choose examples: of each person one before anybody's second, those of a readable length first."""
    ranked = sorted(quotes, key=lambda quote: not _SHORT <= len(quote.quote) <= _LONG)
    rounds: dict[str, int] = {}
    turns = []
    for quote in ranked:
        rounds[quote.person] = rounds.get(quote.person, 0) + 1
        turns.append(rounds[quote.person])
    order = sorted(range(len(ranked)), key=turns.__getitem__)
    return [ranked[at] for at in order[:most]]


def check(study: Study, path: Path, *, overwrite: bool = False) -> str:
    """Return the ending by which a codebook is written to ``path``, or raise an error that names what is wrong with it."""
    ending = output_files.ending(path, ENDINGS, "a codebook")
    mark = MARK if ending == ".csv" else MADE_BY
    output_files.check(study, path, mark, "codebook", overwrite=overwrite)
    return ending


def write(study: Study, rows: list[CodeEntry], path: Path, *, overwrite: bool = False) -> None:
    """Write a codebook to ``path`` in the format of its ending, whole or not at all."""
    ending = check(study, path, overwrite=overwrite)
    output_files.write(study, path, codebook_content(rows, ending), private=True)
