"""Changes to the codebook itself: codes made, named, coloured, moved in their tree, merged, described, pinned, deleted.

All of them are written inside an action.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from needsseg.errors import Advice, Fix, UsageError
from needsseg.study.coding import codebook, memos
from needsseg.study.connection import plain_text

if TYPE_CHECKING:
    from needsseg.study.connection import Study

COLOURS = ("red", "orange", "yellow", "green", "teal", "blue", "violet", "pink", "grey")
PINS = range(1, 10)
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Touched:
    """What deleting or merging a code affects: passages and coders that lose it, codes right below it, memos on it."""

    passages: int
    coders: int
    children: int
    memos: int


def is_colour(text: str) -> bool:
    """Whether a text is one of ``COLOURS`` or written #rrggbb."""
    return text in COLOURS or _HEX.fullmatch(text) is not None


def create(study: Study, name: str, parent: str | None = None) -> str:
    """Make a code, under another where one is named; return its name as it was stored."""
    name = codebook.clean_name(name)
    _refuse_duplicate(study, name, None)
    above = None if parent is None else codebook.id_of(study, parent)
    study.insert("codes", {"name": name, "parent_id": above})
    return name


def rename(study: Study, name: str, new: str) -> str:
    """Rename a code; raises UsageError where another is called so already."""
    code, new = codebook.id_of(study, name), codebook.clean_name(new)
    _refuse_duplicate(study, new, code)
    study.execute("UPDATE codes SET name = ? WHERE id = ?", [new, code])
    return new


def recolour(study: Study, name: str, colour: str) -> str:
    """Give a code one of ``COLOURS`` or a colour written #rrggbb; an empty one takes it away."""
    code, colour = codebook.id_of(study, name), colour.strip().lower()
    if colour and not is_colour(colour):
        raise UsageError(
            f"“{colour}” is not a valid colour for a code.", f"Use one of {', '.join(COLOURS)}, or #rrggbb."
        )
    study.execute("UPDATE codes SET color = ? WHERE id = ?", [colour, code])
    return colour


def move(study: Study, name: str, parent: str | None) -> None:
    """Put a code, with all below it, under another or at the top; raises UsageError where that would be a circle."""
    code = codebook.id_of(study, name)
    above = None if parent is None else codebook.id_of(study, parent)
    if above == code:
        raise UsageError(f"“{name}” cannot lie under itself.")
    if above is not None and code in _above(study, above):
        raise UsageError(
            f"“{parent}” lies under “{name}”, so “{name}” cannot go under it.", f"Move “{parent}” elsewhere first."
        )
    study.execute("UPDATE codes SET parent_id = ? WHERE id = ?", [above, code])


def merge(study: Study, source: str, target: str) -> None:
    """Join a code into another, which keeps its name; the first is deleted.

    Each coder's marks, the codes below and the memos go over (a memo is added to what its writer has there); description,
    colour and pin do where the other has none.
    """
    source_id, target_id = codebook.id_of(study, source), codebook.id_of(study, target)
    if source_id == target_id:
        raise UsageError(f"“{source}” cannot be merged into itself.", "Name two codes.")
    source_row = codebook.one(study, source)
    study.execute(
        "DELETE FROM passage_codes AS pc WHERE code_id = ? AND EXISTS (SELECT 1 FROM passage_codes other "
        "WHERE other.code_id = ? AND other.passage_id = pc.passage_id AND other.coded_by = pc.coded_by)",
        [source_id, target_id],
    )
    study.execute("UPDATE passage_codes SET code_id = ? WHERE code_id = ?", [target_id, source_id])
    if source_id in _above(study, target_id):
        # The target takes the place of the code that it is under; otherwise each would be the other's parent.
        study.execute(
            "UPDATE codes SET parent_id = (SELECT parent_id FROM codes WHERE id = ?) WHERE id = ?",
            [source_id, target_id],
        )
    study.execute("UPDATE codes SET parent_id = ? WHERE parent_id = ?", [target_id, source_id])
    memos.join_codes(study, source_id, target_id)
    study.execute("DELETE FROM codes WHERE id = ?", [source_id])
    study.execute(
        "UPDATE codes SET description = iif(description = '', ?, description), color = iif(color = '', ?, color), "
        "pin = coalesce(pin, ?) WHERE id = ?",
        [source_row.description, source_row.color, source_row.pin, target_id],
    )


def describe(study: Study, name: str, words: str) -> None:
    """Write what a code means; empty words take it back."""
    study.execute("UPDATE codes SET description = ? WHERE id = ?", [plain_text(words), codebook.id_of(study, name)])


def delete(study: Study, name: str) -> None:
    """Remove a code with its marks and memos; codes below it go to the one above, passages stay as they were decided."""
    code = codebook.id_of(study, name)
    study.execute(
        "UPDATE codes SET parent_id = (SELECT parent_id FROM codes WHERE id = ?) WHERE parent_id = ?", [code, code]
    )
    for table in ("passage_codes", "memos"):
        study.execute(f"DELETE FROM {table} WHERE code_id = ?", [code])
    study.execute("DELETE FROM codes WHERE id = ?", [code])


def pin(study: Study, name: str, digit: int | None) -> None:
    """Pin a code to a digit, which another then loses; None unpins it."""
    code = codebook.id_of(study, name)
    if digit is not None and digit not in PINS:
        raise UsageError(f"A code cannot be pinned to {digit}.", "Use a digit from 1 to 9.")
    study.execute("UPDATE codes SET pin = NULL WHERE pin = ? AND id <> ?", [digit, code])
    study.execute("UPDATE codes SET pin = ? WHERE id = ?", [digit, code])


def touched(study: Study, name: str) -> Touched:
    """Count what deleting or merging a code affects."""
    code = codebook.id_of(study, name)
    row = study.rows(
        "SELECT (SELECT count(DISTINCT passage_id) FROM passage_codes WHERE code_id = ?1), "
        "(SELECT count(DISTINCT coded_by) FROM passage_codes WHERE code_id = ?1), "
        "(SELECT count(*) FROM codes WHERE parent_id = ?1), (SELECT count(*) FROM memos WHERE code_id = ?1)",
        [code],
    )[0]
    return Touched(*row)


def _refuse_duplicate(study: Study, name: str, besides: int | None) -> None:
    """Raise UsageError where another code has the name in any case: people could not tell the two apart."""
    for number, other_name in study.rows("SELECT id, name FROM codes"):
        if number != besides and codebook.same(other_name) == codebook.same(name):
            raise UsageError(
                f"There is a code “{other_name}” already.",
                Advice("Take another name, or merge the two: ", Fix.MERGE_CODES),
            )


def _above(study: Study, code: int) -> set[int]:
    """The ids of all codes above one."""
    rows = study.rows(
        "WITH RECURSIVE up (id) AS (SELECT parent_id FROM codes WHERE id = ? "
        "UNION SELECT c.parent_id FROM codes c JOIN up ON c.id = up.id) SELECT id FROM up WHERE id IS NOT NULL",
        [code],
    )
    return {int(row[0]) for row in rows}
