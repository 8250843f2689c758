"""The sheet of a passage's job statement: five parts, prefilled from the passage's own sentences."""

from __future__ import annotations

from dataclasses import asdict
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from needsseg.actions.coding import PARTS, passages, statements
from needsseg.actions.study import Study
from needsseg.errors import NeedssegError
from needsseg.records import JobParts
from needsseg.text import safe
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_hints, key_of, with_keys
from needsseg.tui.study.drafting import Drafting
from needsseg.tui.words import lines, plain

KEYS = "enter saves · tab {job.next} next part · shift+tab {job.before} previous part · {job.leave} cancels"
QUESTIONS = {
    "situation": "Situation: when does it happen?",
    "motivation": "Motivation: what do they want to do?",
    "outcome": "Outcome: what can they do then?",
    "pain": "Pain: what stands in the way?",
    "workaround": "Workaround: what do they do instead today?",
}


class JobSheet(ModalScreen[JobParts | None]):
    """The user's job statement of a passage; closes with the saved parts, or None when cancelled.

    Raises NotFoundError if the study does not hold the passage.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave", id="job.leave", priority=True),
        Binding("down", "app.focus_next", "next part", id="job.next"),
        Binding("up", "app.focus_previous", "previous part", id="job.before"),
    ]
    DEFAULT_CSS = """
    JobSheet { align: center middle; background: $background 40%;
      & > Vertical { width: 104; max-width: 98%; height: auto; max-height: 98%; background: $surface; border: round $accent;
        padding: 0 1; overflow-y: auto; }
      & #quote { height: auto; max-height: 6; }
      & #quote Static { height: auto; }
      & .asked { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
      & Input, & Input:focus { border: none; height: 1; padding: 0; background: $boost; }
      & .line { height: auto; color: $text-muted; }
      & #job-state { color: $text; text-style: bold; }
    }
    """

    def __init__(self, study: Study, passage: int) -> None:
        super().__init__()
        self.study = study
        self._passage = passages.one(study, passage)
        own = statements.own(study, passage)
        self._prefilled = own is None
        self._first = asdict(own or statements.prefilled(study, passage))
        self._others = [row for row in statements.listing(study, [passage]) if row.written_by != study.actor]
        self._warned = False
        self.draft = Drafting(study, "job statement", passage, f"Job statement of passage {passage}")
        self._begun = {
            part: (self.draft.stored_words or {}).get(part, safe(words)) for part, words in self._first.items()
        }

    def compose(self) -> ComposeResult:
        """Yield the passage with others' job statements, the five parts, the last message, and the keys."""
        passage = self._passage
        with Vertical() as box:
            box.border_title = f"Job statement of passage {passage.id}"
            with VerticalScroll(id="quote"):
                yield Static(lines([plain(f"“{passage.quote}”"), *self._others_statements()]))
            for part in PARTS:
                yield Static(self._question(part, self._begun[part]), id=f"asked-{part}", classes="asked", markup=False)
                yield Input(safe(self._begun[part]), id=part, compact=True)
            yield Static(plain(self._state()), id="job-state", classes="line", markup=False)
            yield Static(key_hints(KEYS), classes="line", markup=False)

    def _others_statements(self) -> list[Content]:
        statements_of_others = ((row, asdict(row.parts)) for row in self._others)
        return [
            plain(
                f"{row.written_by}: " + " · ".join(f"{part} “{words}”" for part, words in parts.items() if words), "dim"
            )
            for row, parts in statements_of_others
        ]

    def _question(self, part: str, words: str) -> Content:
        """Return a part's question, and a note while it holds the passage's own words unsaved."""
        is_prefilled = self._prefilled and words and words == safe(self._first[part])
        return Content.assemble(
            plain(QUESTIONS[part], "bold"), plain("  from the passage, not saved yet" if is_prefilled else "", "dim")
        )

    def _state(self) -> str:
        if any(self._begun[part] != safe(self._first[part]) for part in PARTS):
            return f"a draft of {self.draft.stored_at}, not saved yet: enter saves it, {key_of('job.leave')} twice drops it"
        if not self._prefilled:
            return "as you wrote it"
        return (
            "prefilled from the passage"
            if any(self._first.values())
            else "no sentence fits a part: write it in your own words"
        )

    def on_mount(self) -> None:
        """Focus the first part."""
        self.query(Input).first().focus()

    def on_unmount(self) -> None:
        """Close the draft; if the app quits, unsaved words are kept in it."""
        self.draft.close()

    @property
    def changed(self) -> bool:
        """Whether any part has changed since the sheet was opened."""
        return any(line.value != safe(self._first[line.id or ""]) for line in self.query(Input))

    def _tell(self, happened: str) -> None:
        self.query_one("#job-state", Static).update(plain(happened))

    @on(Input.Changed)
    def _edited(self, event: Input.Changed) -> None:
        part = event.input.id or ""
        self.query_one(f"#asked-{part}", Static).update(self._question(part, event.value))
        values = {line.id or "": line.value for line in self.query(Input)}
        if values == {part: safe(words) for part, words in self._begun.items()}:
            return  # unchanged since the sheet was opened
        self._begun = values
        self.draft.note(self, values)
        self._warned = False
        self._tell("changed: enter saves" if self.changed else self._state())

    @on(Input.Submitted)
    def _save(self) -> None:
        """Save all parts; an unedited part is stored in the passage's exact words, not as the screen shows them."""
        first = self._first
        values = {line.id or "": line.value for line in self.query(Input)}
        parts = JobParts(**{part: first[part] if values[part] == safe(first[part]) else values[part] for part in PARTS})
        try:
            statements.write(self.study, self._passage.id, parts)
        except NeedssegError as error:
            self._tell(f"! {worded(error, self.app)}")
            return
        self.draft.drop()
        self.dismiss(parts)

    def action_leave(self) -> None:
        """Close without saving; after changes only when pressed twice."""
        if self.changed and not self._warned:
            self._warned = True
            self._tell(with_keys("changed: enter saves, {job.leave} again drops"))
            return
        self.draft.drop()
        self.dismiss(None)
