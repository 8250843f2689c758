"""The sheet of identifying details: each is confirmed, kept, or replaced by other words."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList

from needsseg.actions.coding import pseudonym_decisions as decisions
from needsseg.actions.coding import pseudonyms
from needsseg.actions.coding.pseudonyms import Replacement
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_of
from needsseg.tui.loading import read_in_background
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

AROUND = 26
STATES = {"proposed": "? proposed", "undecided": "? undecided", "replaced": "✓ replaced", "kept": "· kept"}
KINDS = {
    "person": "a person: the parts of the name are found, too",
    "company": "a company: found as written",
    "other": "anything else: found in any case",
    "email": "an e-mail address",
    "phone": "a phone number",
}


class PseudonymsSheet(Sheet[Bookmark]):
    """A row an identifying detail; enter opens the place where it occurs first."""

    TITLE = "Pseudonyms: identifying details of participants"
    KEYS = (
        "{pseudonyms.confirm} replace · {pseudonyms.keep} keep · {pseudonyms.by} replace by … · "
        "{pseudonyms.add} add words · {pseudonyms.forget} undecided again · {pseudonyms.toggle} only "
        "undecided · enter shows the place · {sheet.undo} undo · {sheet.close} closes"
    )
    EMPTY = "No identifying details were found. {pseudonyms.add} adds words of your own."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "confirm", "replace it", id="pseudonyms.confirm"),
        Binding("x", "keep", "keep it as it is", id="pseudonyms.keep"),
        Binding("r", "replace_by", "replace it by your own words", id="pseudonyms.by"),
        Binding("n", "add", "add words to replace", id="pseudonyms.add"),
        Binding("d", "forget", "leave it undecided again", id="pseudonyms.forget"),
        Binding("t", "only_undecided", "show only undecided, or all", id="pseudonyms.toggle"),
    ]

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._all: list[Replacement] = []
        self._only_undecided = False

    def on_mount(self) -> None:
        """Look in the background: a model takes some seconds, once, for interviews it has not read yet."""
        self.listed.focus()
        self.tell("looking for identifying details …")
        self.run_worker(self._look(), group="evidence")

    async def _look(self) -> None:
        try:
            self._all = await read_in_background(self.study.path, pseudonyms.identifying_words)
        except NeedssegError as error:
            self.tell(worded(error, self.app), wrong=True)
            return
        if self.is_attached:
            self._show()
            self.tell("")

    @property
    def shown_rows(self) -> list[Replacement]:
        """The rows shown."""
        return [row for row in self._all if not self._only_undecided or row.state == "undecided"]

    def reload(self) -> None:
        """Read the details: two lines a row, the words with their replacement and state, and the words around them."""
        self._all = pseudonyms.identifying_words(self.study)
        self._show()

    def _show(self) -> None:
        self.EMPTY = (  # type: ignore[misc]
            "Every detail found is decided. {pseudonyms.toggle} shows all."
            if self._only_undecided and self._all
            else PseudonymsSheet.EMPTY
        )
        self.fill([_row(row) for row in self.shown_rows])

    def state(self) -> str:
        """Return how many rows there are and how many are undecided."""
        proposed_count = sum(row.is_left for row in self._all)
        waiting = sum(row.state == "undecided" for row in self._all) - proposed_count
        proposed_words = f"; {proposed_count} proposed, which stay" if proposed_count else ""
        shown = " · only undecided are shown" if self._only_undecided else ""
        return f"{format_count(len(self._all), 'row')}, {waiting} undecided, which are replaced{proposed_words}{shown}"

    @property
    def current_row(self) -> Replacement | None:
        """The row under the cursor."""
        return None if self.at is None else self.shown_rows[self.at]

    def _go_on(self) -> None:
        # When only undecided rows are shown, the decided one left the list and the next took its place.
        if not self._only_undecided and self.at is not None and self.at + 1 < len(self.shown_rows):
            self.action_step(1)

    def action_confirm(self) -> None:
        """Replace the words, and move to the next row."""
        current_row = self.current_row
        if current_row is None:
            return
        words = one_line(current_row.words, 40)
        if current_row.state == "replaced":
            self.tell(f"“{words}” is replaced already; {key_of('pseudonyms.by')} replaces it by other words")
            self._go_on()
        elif self.decide(f"“{words}” is replaced", partial(self._replace, current_row.words, "")):
            self._go_on()

    def action_keep(self) -> None:
        """Keep the words as they are, and move to the next row."""
        current_row = self.current_row
        if current_row is not None and self.decide(
            f"“{one_line(current_row.words, 40)}” is kept", partial(decisions.keep, self.study, current_row.words)
        ):
            self._go_on()

    def action_forget(self) -> None:
        """Make the row undecided again."""
        current_row = self.current_row
        if current_row is None or current_row.state == "undecided":
            self.tell("it is undecided already" if current_row else "move to a row first")
            return
        self.decide(
            f"“{one_line(current_row.words, 40)}” is undecided again",
            partial(decisions.forget, self.study, current_row.words),
        )

    def action_replace_by(self) -> None:
        """Ask for the replacement of the words."""
        current_row = self.current_row
        if current_row is not None:
            about = f"Now it is “{current_row.by}”. A name as a whole stands for its parts too."
            self.app.push_screen(
                Prompt(f"Replace “{one_line(current_row.words, 60)}” by", about=about),
                partial(self._by, current_row.words),
            )

    def _by(self, words: str, by: str | None) -> None:
        if by and self.attempt(
            f"“{one_line(words, 40)}” is replaced by “{one_line(by, 40)}”", partial(self._replace, words, by)
        ):
            self._go_on()

    def action_add(self) -> None:
        """Ask for other words to replace from now on."""
        self.app.push_screen(
            Prompt("Replace which other words?", about="Whole words, wherever they occur."), self._kind
        )

    def _kind(self, words: str | None) -> None:
        if words:
            choices = [Choice(kind, kind, about) for kind, about in KINDS.items()]
            self.app.push_screen(
                Prompt(f"What is “{one_line(words, 60)}”?", choices=choices, free=False), partial(self._added, words)
            )

    def _added(self, words: str, kind: str | None) -> None:
        if kind and self.attempt(f"“{one_line(words, 40)}” is replaced", partial(self._replace, words, "", kind)):
            key = pseudonyms.normalised(words)
            index = next(
                (number for number, row in enumerate(self.shown_rows) if pseudonyms.normalised(row.words) == key), None
            )
            if index is not None:
                self.listed.highlighted = index

    def _replace(self, words: str, by: str, kind: str | None = None) -> None:
        decisions.replace_words(self.study, words, by, kind)

    def action_only_undecided(self) -> None:
        """Show only undecided details, or all again."""
        self._only_undecided = not self._only_undecided
        self._show()
        self.tell("")

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        current_row = self.current_row
        if current_row is None:
            return
        if current_row.interview is None:
            self.tell("no participant says these words")
        else:
            span = (
                None if current_row.start is None or current_row.end is None else (current_row.start, current_row.end)
            )
            self.dismiss(Bookmark(current_row.interview, None, span))


def _row(row: Replacement) -> Content:
    count = f"{row.count}×" if row.count else "not said"
    head = Content.assemble(
        plain(f"{STATES['proposed' if row.is_left else row.state]:<12} "),
        plain(one_line(row.words, 32 if row.is_left else 44), "bold"),
        plain("  stays" if row.state == "kept" else f"  {'stays, or ' if row.is_left else ''}→ {one_line(row.by, 44)}"),
        plain(f"  {row.kind} · {count}", "dim"),
    )
    if not row.context:
        return head
    before, words, after = row.context.partition(row.words)
    return lines([head, plain(f"    …{before[-AROUND:]}{one_line(words, 40)}{after[:AROUND]}…", "dim")])
