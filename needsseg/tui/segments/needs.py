"""The sheet of needs in view: add, edit, order and remove them, also from archetypes, codes or segments."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from needsseg.actions.discovery import needs
from needsseg.actions.discovery.needs import NeedRow, Source
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.sheet import Sheet
from needsseg.tui.study.drafting import Drafting
from needsseg.tui.widgets.progress import ProgressScreen, failure
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study
    from needsseg.tui.child import Outcome

SOURCES: dict[Source, str] = {
    "archetypes": "needs that many products meet, from the prompts",
    "codes": "codes on passages, with their descriptions",
    "segments": "segments that somebody named",
}
EVERYTHING = ""
DESCRIBE = "A sentence or two in plain words. Discovery ({segments.discover} on Segments) uses names and descriptions."


class NeedsScreen(Sheet[None]):
    """Each need with its description, its passages and answers."""

    TITLE = "Needs in view"
    KEYS = (
        "{needs.add} add · {needs.edit} edit · {needs.down} {needs.up} move · {needs.take} add from … · "
        "{needs.codes} code tree · {needs.drop} remove · {needs.learned} what answers taught · {sheet.close} close"
    )
    EMPTY = (
        "No needs are in view. {needs.add} adds one: a name, and a sentence in plain words; {needs.take} "
        "adds archetypes, codes or named segments. Two to seven are advised; none is fine too."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("V,q", "leave", "close", id="needs.close"),
        Binding("a", "add", "add a need", id="needs.add"),
        Binding("e", "edit", "edit it", id="needs.edit"),
        Binding("J", "shift(1)", "move it down", id="needs.down"),
        Binding("K", "shift(-1)", "move it up", id="needs.up"),
        Binding("t", "take", "add from archetypes, codes or segments", id="needs.take"),
        Binding("c", "codes", "the codes as a tree, with who speaks under each", id="needs.codes"),
        Binding("x", "drop", "remove it from view", id="needs.drop"),
        Binding("l", "learned", "what answers taught", id="needs.learned"),
    ]

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._needs: list[NeedRow] = []

    def reload(self) -> None:
        """Read the needs in their order."""
        self._needs = needs.listing(self.study)
        self.fill([_need(row) for row in self._needs])

    def state(self) -> str:
        """Return advice on the number of needs, or how many there are."""
        return needs.advice(self.study) or format_count(len(self._needs), "need in view", "needs in view")

    def action_add(self) -> None:
        """Ask for a name, then for a sentence."""
        self.app.push_screen(Prompt("Name of the need?", about=with_keys(DESCRIBE)), self._describe)

    def _describe(self, name: str | None) -> None:
        if name:
            question = f"What do people with the need “{name}” want?"
            draft = Drafting(self.study, "need description", f"new: {name}", question)
            self.app.push_screen(
                Prompt(question, about="May stay empty.", empty=True, draft=draft),
                draft.until_saved(partial(self._add, name)),
            )

    def _add(self, name: str, description: str | None) -> None:
        if description is not None:
            self.attempt(f"added “{name}”", lambda: needs.add(self.study, name, description))

    def action_edit(self) -> None:
        """Ask for another name and sentence of the need under the cursor."""
        if self.at is not None:
            row = self._needs[self.at]
            self.app.push_screen(Prompt(f"Name of “{row.name}”?", value=row.name), partial(self._reword, row))

    def _reword(self, row: NeedRow, name: str | None) -> None:
        if name:
            question = f"What do people with the need “{name}” want?"
            draft = Drafting(self.study, "need description", row.id, question)
            self.app.push_screen(
                Prompt(question, value=row.description, empty=True, draft=draft),
                draft.until_saved(partial(self._edit, row, name)),
            )

    def _edit(self, row: NeedRow, name: str, description: str | None) -> None:
        if description is not None:
            self.attempt(f"edited “{name}”", lambda: needs.edit(self.study, row.id, name, description))

    def action_shift(self, by: int) -> None:
        """Move the need under the cursor up or down."""
        at = self.at
        if at is None or not 0 <= at + by < len(self._needs):
            self.tell("it is the last one" if by > 0 else "it is the first one")
            return
        row = self._needs[at]
        if self.decide(f"moved “{row.name}”", lambda: needs.move(self.study, row.id, at + by + 1)):
            self.listed.highlighted = at + by

    def action_drop(self) -> None:
        """Remove the need under the cursor from view; its candidate stays."""
        if self.at is not None:
            row = self._needs[self.at]
            self.decide(f"removed “{row.name}” from view; its passages stay", lambda: needs.drop(self.study, row.id))

    def action_take(self) -> None:
        """Ask where to take needs from, then which."""
        choices = [Choice(source, source, about) for source, about in SOURCES.items()]
        self.app.push_screen(Prompt("Add needs from where?", choices=choices, free=False), self._ask_offer)

    def _ask_offer(self, source: str | None) -> None:
        chosen = next((each for each in SOURCES if each == source), None)
        if chosen is None:
            return
        try:
            offered = [offer for offer in needs.offers(self.study, chosen) if not offer.in_view]
        except NeedssegError as error:
            self.tell(worded(error, self.app), wrong=True)
            return
        if not offered:
            self.tell(f"all {chosen} are in view already, or there are none")
            return
        choices = [Choice(offer.name, offer.name, offer.description) for offer in offered]
        all_choice = Choice(EVERYTHING, f"all {len(offered)}", "each as a need of its own")
        self.app.push_screen(
            Prompt(f"Add which of the {chosen}?", choices=[*choices, all_choice], free=False),
            partial(self._take, chosen),
        )

    def _take(self, source: Source, name: str | None) -> None:
        if name is not None:
            message = f"added “{name}”" if name else f"added all {source}"
            self.attempt(message, lambda: needs.take(self.study, source, [name] if name else []))

    def action_codes(self) -> None:
        """Group the codes in a child process, and show them as a tree whose branches can be added as needs."""
        screen = ProgressScreen("The codes as a tree", self.study_app.command("needs", "tree", "--json"))
        self.app.push_screen(screen, self._show_codes)

    def _show_codes(self, outcome: Outcome | None) -> None:
        from needsseg.tui.code.sheets.code_tree import CodeTreeScreen

        printed = self._printed(outcome)
        if printed is not None:
            self.app.push_screen(CodeTreeScreen(self.study, printed), lambda _: self.refresh_sheet())

    def action_learned(self) -> None:
        """Measure in a child process what the answers taught, and show the report."""
        screen = ProgressScreen("What the answers taught", self.study_app.command("needs", "learned", "--json"))
        self.app.push_screen(screen, self._tell_learned)

    def _tell_learned(self, outcome: Outcome | None) -> None:
        from needsseg.tui.report import ReportScreen

        printed = self._printed(outcome)
        if printed is not None:
            sentences = [str(sentence) for sentence in printed.get("sentences", [])]
            self.app.push_screen(ReportScreen("What the answers taught", sentences))

    def _printed(self, outcome: Outcome | None) -> dict[str, Any] | None:
        """Return what a command printed; None with a message if it was cancelled or failed."""
        if outcome is None:
            self.tell("cancelled")
        elif outcome.code or not isinstance(outcome.result, dict):
            error = failure(outcome)
            self.tell(worded(error, self.app), wrong=True)
        else:
            return outcome.result
        return None


def _need(row: NeedRow) -> Content:
    state = (
        format_count(row.passages, "passage")
        if row.segment is not None
        else with_keys("not looked for yet: {segments.discover} discovers")
    )
    answered = f" · {format_count(row.answers, 'answer')}" if row.answers else ""
    named = " · named by a person" if row.status in ("named", "confirmed") else ""
    head = Content.assemble(plain(row.name, "bold"), plain(f"  {state}{answered}{named}", "dim"))
    return lines(
        [head, plain(f"  {one_line(row.description, 400)}" if row.description else "  no description yet", "dim")]
    )
