"""The codebook sheet: the codes as a tree, and every change to a code."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList

from needsseg.actions.coding import COLOURS, Branch, CodeRow, codebook, is_colour, memos, passages
from needsseg.actions.study import Study
from needsseg.text import format_count
from needsseg.tui.code.sheets.memo import MemoSheet
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.sheet import Sheet
from needsseg.tui.study.drafting import Drafting
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.widgets.symbols import code_content
from needsseg.tui.words import one_line, plain

DEEPEST_SHOWN = 8
LEAST_DESCRIPTION = 16
NONE = "none"


class CodebookSheet(Sheet[str]):
    """The tree of codes; enter closes with the name of the one under the cursor."""

    TITLE = "Codebook"
    KEYS = (
        "{codebook.new} new · {codebook.below} new below it · {codebook.rename} rename · {codebook.colour} "
        "colour · {codebook.describe} describe · {codebook.memo} memo · {codebook.move} move under · "
        "{codebook.merge} merge into · {codebook.delete} delete · "
        "{codebook.pin1..9} pin · {codebook.unpin} unpin · {codebook.filter} filter · enter shows its "
        "passages · {sheet.undo} undo · {sheet.close} closes"
    )
    EMPTY = "No codes yet: {codebook.new} makes one, and so does {code.code} on a passage."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "make(False)", "new code", id="codebook.new"),
        Binding("N", "make(True)", "new code below this one", id="codebook.below"),
        Binding("r", "rename", "rename", id="codebook.rename"),
        Binding("c", "recolour", "colour", id="codebook.colour"),
        Binding("e", "describe", "describe", id="codebook.describe"),
        Binding("w", "memo", "memo", id="codebook.memo"),
        Binding("m", "move", "move under another code", id="codebook.move"),
        Binding("M", "merge", "merge into another code", id="codebook.merge"),
        Binding("x", "delete", "delete", id="codebook.delete"),
        *(Binding(str(n), f"pin({n})", f"pin to {n}", id=f"codebook.pin{n}") for n in range(1, 10)),
        Binding("0", "pin(0)", "unpin", id="codebook.unpin"),
        Binding("slash", "filter", "filter", id="codebook.filter"),
    ]

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._all: list[Branch] = []
        self._ids: dict[str, int] = {}
        self._shown: list[Branch] = []
        self._filter = ""
        self._next_code = ""
        self._noted: set[str | int] = set()
        """The codes that have a memo."""

    @property
    def code(self) -> CodeRow | None:
        """The code under the cursor."""
        return None if self.at is None else self._shown[self.at].code

    def reload(self) -> None:
        """Read the tree again, the cursor staying on its code."""
        current_name = self._next_code or (self.code.name if self.code else "")
        self._next_code = ""
        self._all, self._ids = codebook.tree(self.study), passages.code_ids(self.study)
        words = self._filter.casefold().split()
        self._shown = [
            branch
            for branch in self._all
            if all(word in f"{branch.code.name}\n{branch.code.description}".casefold() for word in words)
        ]
        self._noted = {memo.of for memo in memos.listing(self.study, "code")}
        self._fill()
        names = [branch.code.name for branch in self._shown]
        if current_name in names:
            self.listed.highlighted = names.index(current_name)
        if self._filter and not names:
            self.listed.replace_option_prompt_at_index(
                0, plain(with_keys("No code contains these words: {sheet.close} shows all."))
            )

    def _fill(self) -> None:
        self.fill([self._line(branch, branch.code.name in self._noted) for branch in self._shown])

    def _line(self, branch: Branch, noted: bool) -> Content:
        """Return a code's line: pin, colour, place in the tree, name, count, colour's name, description."""
        code = branch.code
        place = " › ".join((*branch.above, "")) if self._filter else "  " * min(branch.depth, DEEPEST_SHOWN)
        about = [format_count(code.passages, "passage"), *filter(None, [code.color, "memo" if noted else ""])]
        parts = [
            plain(f"{code.pin or ' '} ", "bold"),
            code_content(self._ids[code.name], code.color if is_colour(code.color) else ""),
            plain(place, "dim"),
            plain(code.name, "bold"),
            plain(f"  {' · '.join(about)}"),
        ]
        width_left = self.listed.size.width - sum(cell_len(part.plain) for part in parts) - 3
        if code.description:
            parts.append(plain(f" · {one_line(code.description, max(width_left, LEAST_DESCRIPTION))}", "dim"))
        return Content.assemble(*parts)

    def state(self) -> str:
        """Return how many codes there are, and how many the filter shows."""
        if not self._filter:
            return format_count(len(self._all), "code")
        return (
            f"{len(self._shown)} of {format_count(len(self._all), 'code')} contain “{self._filter}”: "
            f"{key_of('sheet.close')} shows all"
        )

    def on_resize(self) -> None:
        """Cut descriptions to the new width."""
        if self._shown:
            self.call_after_refresh(self._fill)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._shown[event.option_index].code.name)

    def action_leave(self) -> None:
        """End the filter, or close the sheet."""
        if self._filter:
            self._narrow("")
        else:
            self.dismiss(None)

    def action_filter(self) -> None:
        """Ask for words to filter the codes."""
        self.app.push_screen(
            Prompt("Which codes?", value=self._filter, about="Words of names and descriptions.", empty=True),
            self._narrow,
        )

    def _narrow(self, words: str | None) -> None:
        if words is not None:
            self._filter = words
            self.tell("")
            self.refresh_sheet()

    def _ask(self, prompt: Callable[[CodeRow], Prompt], then: Callable[[str, str], None]) -> None:
        """Ask a question about the code under the cursor; pass its name and the answer to ``then``."""
        code = self.code
        if code is None:
            self.tell(with_keys("move to a code first, or press {codebook.new} to make one"))
            return
        name = code.name

        def answered(answer: str | None) -> None:
            if answer is not None:
                then(name, answer)

        question = prompt(code)
        self.app.push_screen(question, answered if question.draft is None else question.draft.until_saved(answered))

    def _change(self, code: str, happened: str, change: Callable[[], object]) -> None:
        """Make a change; afterwards the cursor is on ``code``."""
        before, self._next_code = self._next_code, code
        if not self.attempt(happened, change):
            self._next_code = before

    def action_make(self, below: bool) -> None:
        """Ask for the name of a new code, at the top level or below the current one."""
        code = self.code
        if below and code is None:
            self.tell(with_keys("move to a code first, or press {codebook.new} to make one"))
            return
        parent = code.name if below and code is not None else None
        about = (
            f"It is created under “{parent}”."
            if parent
            else with_keys("It becomes a top-level code; {codebook.below} creates one below the current code.")
        )
        self.app.push_screen(Prompt("Name of the new code?", about=about), partial(self._make, parent))

    def _make(self, parent: str | None, name: str | None) -> None:
        if name:
            self._filter = ""
            self._change(name, f"made “{name}”", lambda: codebook.create(self.study, name, parent))

    def action_rename(self) -> None:
        """Ask for another name."""
        self._ask(
            lambda code: Prompt(f"New name for “{code.name}”?", value=code.name),
            lambda name, new: self._change(
                new, f"renamed “{name}” to “{new}”", lambda: codebook.rename(self.study, name, new)
            ),
        )

    def action_recolour(self) -> None:
        """Ask for a colour."""
        choices = [Choice(colour, colour) for colour in COLOURS] + [Choice(NONE, NONE, "removes it")]
        self._ask(
            lambda code: Prompt(f"Which colour for “{code.name}”?", choices=choices, about="One of these, or #rrggbb."),
            lambda name, colour: self._change(
                name,
                f"“{name}” is {colour}" if colour != NONE else f"“{name}” has no colour",
                lambda: codebook.recolour(self.study, name, "" if colour == NONE else colour),
            ),
        )

    def action_describe(self) -> None:
        """Ask what the code means."""
        self._ask(
            lambda code: Prompt(
                f"What does “{code.name}” mean?",
                value=code.description,
                empty=True,
                draft=Drafting(self.study, "code description", code.name, f"What “{code.name}” means"),
            ),
            lambda name, words: self._change(
                name, f"described “{name}”", lambda: codebook.describe(self.study, name, words)
            ),
        )

    def action_memo(self) -> None:
        """Open the memo on the code."""
        if self.code is None:
            self.tell(with_keys("move to a code first, or press {codebook.new} to make one"))
            return
        name = self.code.name
        self.app.push_screen(
            MemoSheet(self.study, "code", name, f"Memo on the code “{name}”"),
            lambda happened: self.done(happened) if happened else None,
        )

    def action_move(self) -> None:
        """Ask under which code to move this one."""
        self._ask(
            lambda code: Prompt(
                f"Move “{code.name}” under which code?",
                choices=[Choice("", "(the top)", "under no code"), *self._others(code.name, below=False)],
                free=False,
            ),
            lambda name, parent: self._change(
                name,
                f"moved “{name}” " + (f"under “{parent}”" if parent else "to the top"),
                lambda: codebook.move(self.study, name, parent or None),
            ),
        )

    def action_merge(self) -> None:
        """Ask into which code to merge this one, naming what moves."""
        if self.code is not None and len(self._all) < 2:
            self.tell("there is no other code to merge it into")
            return
        self._ask(
            lambda code: Prompt(
                f"Merge “{code.name}” into which code?",
                about=f"“{code.name}” is deleted; its {format_count(code.passages, 'passage')}, memos and "
                "subcodes move.",
                choices=self._others(code.name, below=True),
                free=False,
            ),
            lambda name, target: self._change(
                target, f"merged “{name}” into “{target}”", lambda: codebook.merge(self.study, name, target)
            ),
        )

    def _others(self, name: str, *, below: bool) -> list[Choice]:
        """Return the other codes with the names above them; those below ``name`` only if ``below``."""
        return [
            Choice(branch.code.name, branch.code.name, " › ".join(branch.above) and "under " + " › ".join(branch.above))
            for branch in self._all
            if branch.code.name != name and (below or name not in branch.above)
        ]

    def action_delete(self) -> None:
        """Ask whether to delete the code, naming what else is deleted."""
        self._ask(
            lambda code: Prompt(
                f"Delete “{code.name}”?",
                about=f"It is {codebook.loss_in_words(codebook.touched(self.study, code.name))}. {key_of('sheet.undo')} "
                "restores all of it.",
                choices=[Choice("yes", "delete it"), Choice("", "keep it")],
                free=False,
            ),
            lambda name, answer: (
                self._change("", f"deleted “{name}”", lambda: codebook.delete(self.study, name))
                if answer
                else self.tell("kept")
            ),
        )

    def action_pin(self, digit: int) -> None:
        """Pin the code to a digit; 0 unpins it."""
        if self.code is None:
            self.tell(with_keys("move to a code first, or press {codebook.new} to make one"))
            return
        name = self.code.name
        self._change(
            name,
            f"“{name}” is pinned to {digit}" if digit else f"unpinned “{name}”",
            lambda: codebook.pin(self.study, name, digit or None),
        )
