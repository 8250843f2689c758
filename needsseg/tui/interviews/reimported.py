"""The sheet after a re-import: first passages without a place in the new text, then those whose words were edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from needsseg.actions.coding import passages
from needsseg.text import format_count
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.sheet import Sheet
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study
    from needsseg.records import Passage

MOST = 400


@dataclass(frozen=True, slots=True)
class Reimported:
    """The result of a re-import: the numbers of passages kept and lost, and those edited (id, before, after)."""

    key: str
    kept: int
    edited: tuple[tuple[int, str, str], ...]
    lost: int
    warnings: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The result in one line."""
        return f"{format_count(self.kept, 'passage')} kept, {len(self.edited)} edited, {self.lost} without a place"


def reimport_result(result: object) -> Reimported | None:
    """Return what ``reimport --json`` printed as a record, or None if it is something else."""
    if not isinstance(result, dict) or not {"key", "kept", "edited", "lost"} <= set(result):
        return None
    edited = tuple((int(edit["passage"]), str(edit["before"]), str(edit["after"])) for edit in result["edited"])
    warnings = tuple(str(warning) for warning in result.get("warnings", ()))
    return Reimported(str(result["key"]), int(result["kept"]), edited, len(result["lost"]), warnings)


class ReimportedSheet(Sheet[Bookmark]):
    """A passage a row, with its previous words; closes with the place to open. An undo refreshes it."""

    TITLE = "Interview re-imported"
    KEYS = (
        "{reimported.open} opens the interview there · {sheet.down} {sheet.up} step · {sheet.undo} undoes the "
        "re-import · {sheet.close} closes"
    )
    EMPTY = "Every passage kept its exact words. {sheet.close} goes back to the interviews."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open the interview", id="reimported.open", priority=True),
    ]

    def __init__(self, study: Study, result: Reimported) -> None:
        super().__init__(study)
        self._result = result
        self._places: list[Bookmark] = []
        self._lost = 0
        self._happened = result.summary

    def reload(self) -> None:
        """Read which passages have no place, and which are edited."""
        key = self._result.key
        lost = passages.listing(self.study, key, anchored=False)
        by_id = {passage.id: passage for passage in passages.listing(self.study, key, anchored=True)}
        edited = [edit for edit in self._result.edited if edit[0] in by_id and by_id[edit[0]].quote == edit[2]]
        self._lost = len(lost)
        self._places = [Bookmark(key) for _ in self._result.warnings]
        self._places += [Bookmark(key) for _ in lost] + [Bookmark(key, passage) for passage, _, _ in edited]
        warnings = [plain(f"! {warning}", "$text-warning") for warning in self._result.warnings]
        self.fill([*warnings, *map(_lost_row, lost), *(_edited(before, after) for _, before, after in edited)])

    def state(self) -> str:
        """Return what to do with passages without a place."""
        if not self._lost:
            return "nothing to fix"
        return (
            f"{format_count(self._lost, 'passage')} kept without a place: mark the words again where they are now, or "
            "needsseg adjust PASSAGE START END; needsseg passages --lost lists them"
        )

    def action_open(self) -> None:
        """Close the sheet with the place under the cursor."""
        if self.at is not None:
            self.dismiss(self._places[self.at])


class MendedSheet(ReimportedSheet):
    """The passages that an edit of the turns divided or shortened."""

    TITLE = "Passages that the change divided or shortened"
    KEYS = (
        "{reimported.open} shows it · {sheet.down} {sheet.up} step · {sheet.undo} undoes the change · "
        "{sheet.close} closes"
    )
    EMPTY = "Every passage kept its exact words. {sheet.close} goes back to the transcript."


def _lost_row(passage: Passage) -> Content:
    codes = f" · {', '.join(passage.codes)}" if passage.codes else ""
    about = f"no place now · {passage.id} · {passage.speaker or 'unnamed'} · {passage.status}{codes}"
    return lines([plain(about, "bold"), plain(f"  “{one_line(passage.quote, MOST)}”")])


def _edited(before: str, after: str) -> Content:
    rows: Sequence[Content] = (
        plain("edited", "bold"),
        plain(f"  before “{one_line(before, MOST)}”"),
        plain(f"  now    “{one_line(after, MOST)}”"),
    )
    return lines(rows)
