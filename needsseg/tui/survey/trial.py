"""The dry run of a survey: shows which segment each pasted response would be routed to; nothing is stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from needsseg.actions.survey import survey as surveys
from needsseg.errors import NeedssegError
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_hints, with_keys
from needsseg.tui.study.drafting import WORDS, Drafting
from needsseg.tui.survey.words import verdict_lines, verdict_summary
from needsseg.tui.words import lines, plain

if TYPE_CHECKING:
    from textual.timer import Timer

    from needsseg.actions.study import Study
    from needsseg.actions.survey import Survey

KEYS = (
    "{trial.example} example · {trial.pane} verdicts, {trial.down} {trial.up} scroll them · {trial.leave} "
    "closes, the text stays"
)
PLACE = "Paste answers: JSON lines, a JSON array, or CSV with a column a question. {trial.example} shows how."
MOST_SHOWN = 500
PAUSE_SECONDS = 0.2


class TrialSheet(ModalScreen[str]):
    """Scores pasted answers at once; closes with their text, to be restored next time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "close; what is pasted stays", id="trial.leave", priority=True),
        Binding("ctrl+t", "example", "put example answers here", id="trial.example", priority=True),
        Binding("tab", "other_pane", "to the verdicts and back", id="trial.pane", priority=True),
        Binding("j", "scroll(1)", "down", id="trial.down"),
        Binding("k", "scroll(-1)", "up", id="trial.up"),
    ]
    DEFAULT_CSS = """
    TrialSheet { align: center middle; background: $background 40%;
      & > Vertical { width: 110; max-width: 98%; height: 96%; background: $surface; border: round $accent; padding: 0 1; }
      & TextArea, & TextArea:focus { height: 2fr; min-height: 4; border: none; padding: 0; background: $boost; }
      & VerticalScroll { height: 3fr; border-top: solid $primary 50%; }
      & VerticalScroll:focus { border-top: solid $primary; }
      & #verdicts { height: auto; }
      & .line { height: auto; max-height: 4; color: $text-muted; }
      & #trial-state { color: $text; text-style: bold; }
    }
    """

    def __init__(self, study: Study, survey: Survey, text: str = "") -> None:
        super().__init__()
        self.study, self._survey, self._text = study, survey, text
        self._waiting: Timer | None = None
        self.draft = Drafting(study, "survey answers", "", "Answers to try the survey with")
        self._text = self.draft.initial_words(text)

    def compose(self) -> ComposeResult:
        """Yield the answers, the verdicts, the last message, and the keys."""
        with Vertical() as box:
            version = f"version {self._survey.version}" if self._survey.version else "not saved yet"
            box.border_title = f"Dry run of the survey ({version}); nothing is stored"
            yield TextArea(self._text, id="answers", placeholder=with_keys(PLACE))
            with VerticalScroll(id="scored"):
                yield Static(id="verdicts", markup=False)
            yield Static(id="trial-state", classes="line", markup=False)
            yield Static(key_hints(KEYS), classes="line", markup=False)

    def on_mount(self) -> None:
        """Focus the answers; score what was typed before."""
        self.area.focus()
        self.area.move_cursor(self.area.document.end)
        self.score()

    def on_unmount(self) -> None:
        """Close the draft, which keeps the answers for the next time, also in another terminal."""
        self.draft.close()

    @property
    def area(self) -> TextArea:
        """The input of the answers."""
        return self.query_one("#answers", TextArea)

    @on(TextArea.Changed)
    def _changed(self) -> None:
        """Score after a pause in typing or pasting."""
        if self.area.text != self._text:
            self._text = self.area.text
            self.draft.note(self, {WORDS: self._text})
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(PAUSE_SECONDS, self.score)

    def score(self) -> None:
        """Show a verdict for each response, or what is wrong with the answers and where."""
        text, verdicts = self.area.text, self.query_one("#verdicts", Static)
        if not text.strip():
            verdicts.update("")
            self._tell("no answers yet")
            return
        try:
            verdict_rows = surveys.dry_run(self.study, self._survey, text)
        except NeedssegError as error:
            verdicts.update("")
            self._tell(f"! {worded(error, self.app)}")
            return
        rows = [
            verdict_lines(str(name), verdict, self._survey.default_flow) for name, verdict in verdict_rows[:MOST_SHOWN]
        ]
        verdicts.update(lines(rows))
        more = f"; the first {MOST_SHOWN} are shown" if len(verdict_rows) > MOST_SHOWN else ""
        self._tell(verdict_summary(verdict_rows) + more)

    def _tell(self, happened: str) -> None:
        self.query_one("#trial-state", Static).update(plain(happened))

    def action_example(self) -> None:
        """Put example answers into the text if it is empty."""
        if self.area.text.strip():
            self._tell("clear the text first: an example replaces nothing")
            return
        self.area.text = example(self._survey)

    def action_other_pane(self) -> None:
        """Move the focus between the answers and the verdicts."""
        (self.query_one("#scored") if self.area.has_focus else self.area).focus()

    def action_scroll(self, by: int) -> None:
        """Scroll the verdicts."""
        self.query_one("#scored").scroll_relative(y=by, animate=False)

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(self.area.text)


def example(survey: Survey) -> str:
    """Return a response per segment with the options its users pick most, and one that answers a single question."""
    rows = []
    for number, segment in enumerate(survey.segments, start=1):
        row = {"id": f"example-{number}"}
        for question in survey.asked:
            chances = question.likelihoods[segment]
            row[question.key] = question.options[chances.index(max(chances))].key
        rows.append(row)
    first = survey.asked[0]
    rows.append({"id": f"example-{len(rows) + 1}", first.key: first.options[-1].key})
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
