"""What tells who participants are: confirmed, kept or replaced by other words, one after the other."""

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
from needsseg.tui.loading import aside
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

AROUND = 26
STATES = {"proposed": "? proposed", "undecided": "? undecided", "replaced": "✓ replaced", "kept": "· kept"}
KINDS = {
    "person": "a person: the parts of the name are found too",
    "company": "a company: found as written",
    "other": "anything else: found in any case",
    "email": "an e-mail address",
    "phone": "a phone number",
}


class PseudonymsSheet(Sheet[Bookmark]):
    """A row for everything that was found; enter gives the place where it occurs first."""

    TITLE = "Pseudonyms: identifying details of participants"
    KEYS = (
        "{pseudonyms.confirm} replace · {pseudonyms.keep} keep · {pseudonyms.by} replace by … · "
        "{pseudonyms.add} add words · {pseudonyms.forget} undecided again · {pseudonyms.toggle} only "
        "undecided · enter shows the place"
        " · {sheet.undo} undo · {sheet.close} closes"
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
        """Looks beside the screen: a model takes some seconds, once, for what it has not read yet."""
        self.listed.focus()
        self.tell("looking for identifying details …")
        self.run_worker(self._look(), group="evidence")

    async def _look(self) -> None:
        try:
            self._all = await aside(self.study.path, pseudonyms.found)
        except NeedssegError as error:
            self.tell(worded(error, self.app), wrong=True)
            return
        if self.is_attached:
            self._show()
            self.tell("")

    @property
    def found(self) -> list[Replacement]:
        """The rows shown."""
        return [row for row in self._all if not self._only_undecided or row.state == "undecided"]

    def reload(self) -> None:
        """Two lines a row: what, by what and what was decided; and the words around it."""
        self._all = pseudonyms.found(self.study)
        self._show()

    def _show(self) -> None:
        self.EMPTY = (  # type: ignore[misc]
            "Every detail found is decided. {pseudonyms.toggle} shows all."
            if self._only_undecided and self._all
            else PseudonymsSheet.EMPTY
        )
        self.fill([_row(row) for row in self.found])

    def state(self) -> str:
        """How many rows wait."""
        left = sum(row.is_left for row in self._all)
        waiting = sum(row.state == "undecided" for row in self._all) - left
        proposed = f"; {left} proposed, which stay" if left else ""
        shown = " · only undecided are shown" if self._only_undecided else ""
        return f"{format_count(len(self._all), 'row')}, {waiting} undecided, which are replaced{proposed}{shown}"

    @property
    def here(self) -> Replacement | None:
        """The row under the cursor."""
        return None if self.at is None else self.found[self.at]

    def _then_on(self) -> None:
        # With only the undecided shown the row has gone, and the next is where it was.
        if not self._only_undecided and self.at is not None and self.at + 1 < len(self.found):
            self.action_step(1)

    def action_confirm(self) -> None:
        """Decides that the words are replaced, and goes on."""
        here = self.here
        if here is None:
            return
        words = one_line(here.words, 40)
        if here.state == "replaced":
            self.tell(f"“{words}” is replaced already; {key_of('pseudonyms.by')} replaces it by other words")
            self._then_on()
        elif self.decide(f"“{words}” is replaced", partial(self._replace, here.words, "")):
            self._then_on()

    def action_keep(self) -> None:
        """Decides that the words stay, and goes on."""
        here = self.here
        if here is not None and self.decide(
            f"“{one_line(here.words, 40)}” is kept", partial(decisions.keep, self.study, here.words)
        ):
            self._then_on()

    def action_forget(self) -> None:
        """Takes back what was decided."""
        here = self.here
        if here is None or here.state == "undecided":
            self.tell("it is undecided already" if here else "there is nothing here")
            return
        self.decide(
            f"“{one_line(here.words, 40)}” is undecided again", partial(decisions.forget, self.study, here.words)
        )

    def action_replace_by(self) -> None:
        """Asks by which words it is replaced."""
        here = self.here
        if here is not None:
            about = f"Now it is “{here.by}”. A name as a whole stands for its parts too."
            self.app.push_screen(
                Prompt(f"Replace “{one_line(here.words, 60)}” by", about=about), partial(self._by, here.words)
            )

    def _by(self, words: str, by: str | None) -> None:
        if by and self.attempt(
            f"“{one_line(words, 40)}” is replaced by “{one_line(by, 40)}”", partial(self._replace, words, by)
        ):
            self._then_on()

    def action_add(self) -> None:
        """Asks for words that are replaced from now on."""
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
            wanted = pseudonyms.as_one(words)
            at = next((n for n, row in enumerate(self.found) if pseudonyms.as_one(row.words) == wanted), None)
            if at is not None:
                self.listed.highlighted = at

    def _replace(self, words: str, by: str, kind: str | None = None) -> None:
        decisions.replace_words(self.study, words, by, kind)

    def action_only_undecided(self) -> None:
        """Shows only undecided details, or all again."""
        self._only_undecided = not self._only_undecided
        self._show()
        self.tell("")

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        here = self.here
        if here is None:
            return
        if here.interview is None:
            self.tell("no participant says it")
        else:
            span = None if here.start is None or here.end is None else (here.start, here.end)
            self.dismiss(Bookmark(here.interview, None, span))


def _row(row: Replacement) -> Content:
    said = f"{row.count}×" if row.count else "not said"
    head = Content.assemble(
        plain(f"{STATES['proposed' if row.is_left else row.state]:<12} "),
        plain(one_line(row.words, 32 if row.is_left else 44), "bold"),
        plain("  stays" if row.state == "kept" else f"  {'stays, or ' if row.is_left else ''}→ {one_line(row.by, 44)}"),
        plain(f"  {row.kind} · {said}", "dim"),
    )
    if not row.context:
        return head
    before, words, after = row.context.partition(row.words)
    return lines([head, plain(f"    …{before[-AROUND:]}{one_line(words, 40)}{after[:AROUND]}…", "dim")])
