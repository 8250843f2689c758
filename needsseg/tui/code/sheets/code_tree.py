"""The codes as a tree of candidate needs: branches can be added as needs in view; shows who speaks under each code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from needsseg.actions.discovery import CodeNode, needs, rearranged
from needsseg.actions.discovery.code_tree import passages_by_code
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.prompt import Prompt
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

CODES_NAMED = 4
"""How many codes of a branch its line names; the line below the tree names all."""


class CodeTreeScreen(Sheet[None]):
    """One branch or code a row, related ones below each other; ● marks the branches that are proposed as needs."""

    TITLE = "Codes as a tree of candidate needs"
    KEYS = (
        "enter adds as a need · {code_tree.mark} marks · {code_tree.put} moves marked codes under the row · "
        "{code_tree.matrix} participants × codes · {sheet.close} closes"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", "close", id="code_tree.close"),
        Binding("t", "take", "add the branch, or the marked codes, as a need", id="code_tree.take"),
        Binding("space", "mark", "mark it", id="code_tree.mark"),
        Binding("p", "put", "move the marked codes under this row", id="code_tree.put"),
        Binding("m", "matrix", "participants × codes", id="code_tree.matrix"),
    ]

    def __init__(self, study: Study, tree: Mapping[str, object]) -> None:
        super().__init__(study)
        self._codes = _texts(tree.get("codes"))
        self._people = _texts(tree.get("participants"))
        counts = tree.get("counts")
        self._counts = [list(row) for row in counts] if isinstance(counts, list) else []
        self._proposed = {_node_of(branch).codes for branch in _nodes(tree.get("branches"))}
        self._rows: list[tuple[int, CodeNode]] = []
        root = tree.get("root")
        self._root = _node_of(root) if isinstance(root, dict) else None
        if self._root:
            self._flatten(self._root, 0)
        self._marked: list[str] = []
        self._was_at: int | None = 0

    def _flatten(self, node: CodeNode, depth: int) -> None:
        self._rows.append((depth, node))
        for child in node.children:
            self._flatten(child, depth + 1)

    def reload(self) -> None:
        """Show the tree, with the codes that are in view already."""
        in_view = {offer.name for offer in needs.offers(self.study, "codes") if offer.in_view}
        self.fill([self._line(depth, node, in_view) for depth, node in self._rows])

    def _line(self, depth: int, node: CodeNode, in_view: set[str]) -> Content:
        codes, proposed = node.codes, node.codes in self._proposed
        mark = "■" if set(codes) <= set(self._marked) else "●" if proposed else " "
        more = f" and {len(codes) - CODES_NAMED} more" if len(codes) > CODES_NAMED else ""
        name = codes[0] if len(codes) == 1 else f"{', '.join(codes[:CODES_NAMED])}{more}"
        passages = format_count(node.passages, "passage")
        participants = format_count(node.participants, "participant")
        nearness = "" if node.nearness is None else f" · nearness {node.nearness:.2f}"
        in_view_words = " · in view" if len(codes) == 1 and codes[0] in in_view else ""
        return Content.assemble(
            plain(f"{mark} {'  ' * depth}"),
            plain(one_line(name, 70), "bold" if proposed or len(codes) == 1 else ""),
            plain(f"  {passages} of {participants}{nearness}{in_view_words}", "dim"),
        )

    def _chosen_codes(self) -> tuple[str, ...]:
        """Return the marked codes, else those of the branch under the cursor."""
        if self._marked:
            return tuple(code for code in self._codes if code in self._marked)
        return self._rows[self.at][1].codes if self.at is not None else ()

    def state(self) -> str:
        """Return which participants speak under the chosen codes, the most frequent first."""
        codes = self._chosen_codes()
        columns = [self._codes.index(code) for code in codes if code in self._codes]
        counts = sorted(
            (
                (sum(row[at] for at in columns), participant)
                for participant, row in zip(self._people, self._counts, strict=True)
            ),
            key=lambda pair: (-pair[0], pair[1]),
        )
        participants = ", ".join(f"{participant} {count}" for count, participant in counts if count)
        marked = f"{format_count(len(codes), 'code')} marked · " if self._marked else ""
        return f"{marked}{one_line(', '.join(codes), 120)}: {one_line(participants, 200)}"

    def on_option_list_option_highlighted(self) -> None:
        """Show who speaks under the codes at the cursor; a message stays until the cursor moves."""
        self.tell(None if self.at == self._was_at else "")
        self._was_at = self.at

    def on_option_list_option_selected(self) -> None:
        """Add the row as a need."""
        self.action_take()

    def action_mark(self) -> None:
        """Mark all codes of the row under the cursor, or unmark them."""
        if self.at is None:
            return
        codes = self._rows[self.at][1].codes
        if set(codes) <= set(self._marked):
            self._marked = [code for code in self._marked if code not in codes]
        else:
            self._marked += [code for code in codes if code not in self._marked]
        self.refresh_sheet()

    def action_put(self) -> None:
        """Move the marked codes under the row of the cursor; the study's codebook does not change."""
        if self._root is None or self.at is None:
            return
        if not self._marked:
            self.tell(with_keys("mark the codes to move first ({code_tree.mark})"), wrong=True)
            return
        target, moved = self._rows[self.at][1], [code for code in self._codes if code in self._marked]
        try:
            self._root = rearranged(self._root, moved, target, passages_by_code(self.study))
        except NeedssegError as error:
            self.tell(worded(error, self.app), wrong=True)
            return
        self._rows, self._marked = [], []
        if self._root:
            self._flatten(self._root, 0)
        self.done(f"moved {format_count(len(moved), 'code')}; enter on a branch adds it as a need", undo=False)

    def action_take(self) -> None:
        """Ask for the name of the need of these codes; a single code offers its own name."""
        codes = self._chosen_codes()
        if not codes:
            return
        about = lines([plain(f"Combined into one need in view: {', '.join(codes)}")])
        value = codes[0] if len(codes) == 1 else ""
        self.app.push_screen(
            Prompt("Name of the need?", value=value, about=about), lambda name: self._take(codes, name)
        )

    def _take(self, codes: Sequence[str], name: str | None) -> None:
        if name:
            need_name = "" if list(codes) == [name] else name
            if self.attempt(f"added the need “{name}”", lambda: needs.take(self.study, "codes", codes, need_name)):
                self._marked = []
                self.refresh_sheet()

    def action_matrix(self) -> None:
        """Show how many passages of each participant have each code."""
        from needsseg.tui.report import ReportScreen

        widest = max((len(participant) for participant in self._people), default=0)
        rows = [f"{number}  {code}" for number, code in enumerate(self._codes, start=1)]
        rows += ["", " " * widest + "".join(f"{number:>4}" for number in range(1, len(self._codes) + 1))]
        rows += [
            f"{participant:<{widest}}" + "".join(f"{count or '·':>4}" for count in row)
            for participant, row in zip(self._people, self._counts, strict=True)
        ]
        self.app.push_screen(ReportScreen("Participants × codes: passages of each", rows))


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _nodes(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list | tuple) else []


def _node_of(node: Mapping[str, object]) -> CodeNode:
    near = node.get("nearness")
    return CodeNode(
        tuple(_texts(node.get("codes"))),
        _number(node, "passages"),
        _number(node, "participants"),
        near if isinstance(near, float) else None,
        tuple(_node_of(child) for child in _nodes(node.get("children"))),
    )


def _number(node: Mapping[str, object], name: str) -> int:
    value = node.get(name)
    return value if isinstance(value, int) else 0
