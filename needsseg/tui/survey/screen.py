"""The survey screen: questions with their information gain, options with their likelihoods, the quotes behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option as Line

from needsseg.actions.coding import passages
from needsseg.actions.discovery.evidence import listing
from needsseg.actions.study import studies
from needsseg.actions.transcripts.participant_names import participant_names
from needsseg.errors import Advice, NotFoundError
from needsseg.records import Passage
from needsseg.text import format_count
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.report import ReportScreen
from needsseg.tui.screen_base import StudyScreen, shows_errors
from needsseg.tui.survey import words
from needsseg.tui.survey.draft import SurveyDraft
from needsseg.tui.survey.keys import HELP, SURVEY_KEYS, empty
from needsseg.tui.survey.survey_edits import SurveyEdits
from needsseg.tui.survey.survey_use import SurveyUse
from needsseg.tui.words import plain

if TYPE_CHECKING:
    from needsseg.actions.survey import Option, Question

PANES = ("#questions", "#options", "#quotes")
NAMES = ("question", "option", "quote")


class SurveyScreen(StudyScreen):
    """Three lists: questions, the options of the current one, the quotes behind the current option."""

    MODE = "survey"
    HELP = HELP
    AUTO_FOCUS = ""  # what is focused depends on what is shown
    BINDINGS: ClassVar[list[BindingType]] = SURVEY_KEYS
    DEFAULT_CSS = """
    SurveyScreen {
      & .body { layout: vertical; }
      & #title { height: auto; max-height: 2; padding: 0 1; text-style: bold; }
      & #cautions { height: auto; max-height: 4; padding: 0 1; }
      & #panes { height: 1fr; layout: vertical; }
      & OptionList { padding: 0 1; background: $surface; }
      & #questions { height: 1fr; min-height: 4; max-height: 8; }
      & #beside { height: 2fr; }
      & #options-pane { height: auto; max-height: 10; }
      & #quotes-pane { height: 1fr; }
      & #header { height: 1; padding: 0 1; }
      & #options, & #options:focus { height: auto; max-height: 8; border: none; }
      & #about { height: auto; max-height: 3; padding: 0 1; }
      & #quotes, & #quotes:focus { height: 1fr; min-height: 2; border: none; }
      &.-wide {
        & #panes { layout: horizontal; }
        & #questions { width: 46; height: 1fr; max-height: 100%; }
        & #beside { width: 1fr; height: 1fr; }
        & #options-pane { max-height: 50%; }
        & #options { max-height: 100%; }
        & #about { max-height: 6; }
      }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.confirmed = 0
        """How many segments are confirmed."""
        self.draft = SurveyDraft(self)
        self._edits, self._use = SurveyEdits(self, self.draft), SurveyUse(self, self.draft)
        self._quotes: list[Passage] = []
        self._filling = False
        self._question_key = ""
        """The key of the current question, by which the cursor follows it when questions move."""

    def compose_body(self) -> ComposeResult:
        """Yield the empty state; title, cautions, questions, options, quotes."""
        yield Static(classes="empty", markup=False)
        with Container(classes="body"):
            yield Static(id="title", markup=False)
            yield Static(id="cautions", markup=False)
            with Container(id="panes"):
                questions = OptionList(id="questions", classes="pane", markup=False)
                questions.border_title = "Questions"
                yield questions
                with Vertical(id="beside"):
                    with Vertical(id="options-pane", classes="pane") as options:
                        options.border_title = "Options"
                        yield Static(id="header", markup=False)
                        yield OptionList(id="options", markup=False)
                    with Vertical(id="quotes-pane", classes="pane") as quotes:
                        quotes.border_title = "Quotes"
                        yield Static(id="about", markup=False)
                        yield OptionList(id="quotes", markup=False)

    def on_mount(self) -> None:
        """Restore the remembered question."""
        self._question_key = str(studies.place(self.study, self.MODE).get("question", ""))

    def _list(self, pane: str) -> OptionList:
        return self.query_one(pane, OptionList)

    @property
    def question(self) -> Question | None:
        """The question under the cursor."""
        at, shown = self._list("#questions").highlighted, self.draft.edits.shown
        return None if shown is None or at is None or at >= len(shown.questions) else shown.questions[at]

    @property
    def option(self) -> Option | None:
        """The option under the cursor."""
        at, question = self._list("#options").highlighted, self.question
        return None if question is None or at is None or at >= len(question.options) else question.options[at]

    @property
    def on_questions(self) -> bool:
        """Whether the questions have the focus."""
        return not (self._list("#options").has_focus or self._list("#quotes").has_focus)

    def reload(self) -> None:
        """Read the saved survey and the edits since."""
        self.confirmed = sum(row.status == "confirmed" for row in listing(self.study))
        wrong = self.draft.read_saved()
        self.show()
        if wrong is not None:
            raise wrong

    def show(self) -> None:
        """Show the survey with its edits, the cursors staying where they were."""
        shown = self.draft.edits.shown
        for selector, is_shown in ((".empty", shown is None), (".body", shown is not None)):
            self.query_one(selector).display = is_shown
        if shown is None:
            self.query_one(".empty", Static).update(plain(empty(self.confirmed)))
            self.set_focus(None)
            return
        self.query_one("#title", Static).update(plain(words.title(self.draft.edits)))
        cautions = words.cautions(self.draft.edits, self.draft.drifted)
        self.query_one("#cautions", Static).update(cautions)
        self.query_one("#cautions").display = bool(cautions.plain)
        question_key, option = self._question_key, self._list("#options").highlighted or 0
        keys = [question.key for question in shown.questions]
        at = keys.index(question_key) if question_key in keys else 0
        numbers = {key: number for number, key in enumerate(shown.chosen, start=1)}
        self._fill("#questions", [words.question_line(q, numbers.get(q.key)) for q in shown.questions], at)
        self._show_options(option)
        if self.focused is None:
            self._list("#questions").focus()

    def _fill(self, pane: str, rows: list[Content], at: int) -> None:
        shown = self._list(pane)
        self._filling = True
        shown.clear_options()
        shown.add_options(Line(line) for line in rows)
        shown.highlighted = min(at, len(rows) - 1) if rows else None
        self._filling = False

    def _show_options(self, at: int = 0) -> None:
        shown, question = self.draft.edits.shown, self.question
        if shown is None or question is None:
            return
        self._question_key = question.key
        width = self._option_width()
        self.query_one("#header", Static).update(words.option_header(shown.segments, width))
        rows = [words.option_line(question, place, shown.segments, width) for place in range(len(question.options))]
        self._fill("#options", rows, at)
        self._show_quotes()

    def _option_width(self) -> int:
        """Return the width of an option's line, in cells."""
        is_wide = self.has_class("-wide")
        return self.app.size.width - (46 + 2 if is_wide else 0) - 3

    @shows_errors
    def _show_quotes(self) -> None:
        question, option = self.question, self.option
        if question is None or option is None:
            return
        self.query_one("#about", Static).update(words.option_about(option))
        self._quotes = []
        missing = 0
        for passage in option.evidence:
            try:
                self._quotes.append(passages.one(self.study, passage))
            except NotFoundError:
                missing += 1
        names = participant_names(self.study)
        rows = [words.quote_line(passage, names.of(passage)) for passage in self._quotes]
        self._fill("#quotes", rows, 0)
        message = (
            f"{format_count(missing, 'quote')} no longer in the study"
            if missing
            else "this option has no quotes behind it"
        )
        if missing or not rows:
            self._list("#quotes").add_option(Line(plain(message, "dim"), disabled=True))

    def on_resize(self) -> None:
        """Fit the options' columns to the width."""
        if self.draft.edits.shown is not None:
            self._show_options(self._list("#options").highlighted or 0)

    def state(self) -> str:
        """Return whether edits are saved, and the cursor's place."""
        shown = self.draft.edits.shown
        if shown is None:
            return f"saved · no survey · {self.confirmed} confirmed"
        saved = with_keys("not saved: {survey.save} saves") if self.draft.edits.unsaved else f"saved · {shown.version}"
        pane = self._list(PANES[self._pane()])
        at = f"{NAMES[self._pane()]} {(pane.highlighted or 0) + 1}/{pane.option_count}"
        measuring = " · measuring …" if self._use.measuring else ""
        return f"{saved} · {len(shown.chosen)} of {len(shown.questions)} asked · {at}{measuring}"

    @on(OptionList.OptionHighlighted, "#questions")
    def _moved(self) -> None:
        if not self._filling:
            self._show_options()
            self.tell()

    @on(OptionList.OptionHighlighted, "#options")
    def _read(self) -> None:
        if not self._filling:
            self._show_quotes()
            self.tell()

    @on(OptionList.OptionHighlighted, "#quotes")
    def _on_quote(self) -> None:
        if not self._filling:
            self.tell()

    @on(events.DescendantFocus)
    def _focused(self) -> None:
        self.tell()

    @on(OptionList.OptionSelected)
    def _entered(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Go from a question to its options, from an option to its quotes, from a quote to its place."""
        if self.draft.required_survey() is None:
            return
        if self.on_questions:
            self._list("#options").focus()
        elif self._list("#options").has_focus:
            self._list("#quotes").focus() if self._quotes else self.tell("it has no quotes to go to")
        else:
            at = self._list("#quotes").highlighted
            if at is not None and at < len(self._quotes):
                quote = self._quotes[at]
                self.study_app.open_place(Bookmark(quote.interview, quote.id), self.MODE)

    def _pane(self) -> int:
        return next((n for n, pane in enumerate(PANES) if self._list(pane).has_focus), 0)

    def action_other_pane(self) -> None:
        """Focus the next list."""
        if self.draft.required_survey() is not None:
            self._list(PANES[(self._pane() + 1) % len(PANES)]).focus()

    def action_step(self, by: int) -> None:
        """Go up or down in the focused list."""
        if self.draft.required_survey() is not None:
            pane = self._list(PANES[self._pane()])
            pane.action_cursor_down() if by > 0 else pane.action_cursor_up()

    def action_edge(self, end: bool) -> None:
        """Go to the top or bottom of the focused list."""
        if self.draft.required_survey() is not None:
            pane = self._list(PANES[self._pane()])
            pane.action_last() if end else pane.action_first()

    def action_back(self) -> None:
        """Focus the previous list."""
        if self.draft.required_survey() is not None:
            self._list(PANES[max(0, self._pane() - 1)]).focus()
            self.tell("")

    def show_report(self, title: str, lines: Sequence[str | Advice]) -> None:
        """Show lines over the screen."""
        self.app.push_screen(ReportScreen(title, lines))

    @shows_errors
    def action_undo(self) -> None:
        """Undo the last edit; without edits, the last action."""
        if not self.draft.undo_edit():
            super().action_undo()

    @shows_errors
    def action_redo(self) -> None:
        """Redo the undone edit; without one, the undone action."""
        if not self.draft.redo_edit():
            super().action_redo()

    def note_undone(self, entry: int) -> None:
        """Turn what an undone action saved into unsaved edits again."""
        self.draft.restore_saved_by(entry)

    def action_draft(self) -> None:
        """Draft questions in a child process."""
        self._edits.draft_questions()

    def action_reword(self) -> None:
        """Ask for other words for the question or option under the cursor."""
        self._edits.reword()

    def action_likelihoods(self) -> None:
        """Ask how likely the option under the cursor is."""
        self._edits.likelihoods()

    def action_choose(self) -> None:
        """Include the question under the cursor, or exclude it."""
        self._edits.choose()

    def action_reorder(self) -> None:
        """Order the asked questions by information gain."""
        self._edits.reorder()

    def action_pick(self) -> None:
        """Pick the five most informative questions."""
        self._edits.pick()

    def action_versions(self) -> None:
        """Offer saved versions to edit."""
        self._edits.versions()

    def action_save(self) -> None:
        """Save the survey as the next version."""
        self.draft.save()

    def action_try_out(self) -> None:
        """Show where pasted answers would go."""
        self._use.try_out()

    def action_accuracy(self) -> None:
        """Measure the accuracy of the saved survey."""
        self._use.accuracy()

    def action_export(self) -> None:
        """Ask for a format, then for a file."""
        self._use.export()

    def action_route(self) -> None:
        """Ask for a file of responses."""
        self._use.route()

    def leave(self) -> None:
        """Remember the question; edits are stored as they are made."""
        if self.question is not None:
            self.study_app.remember(self.MODE, {"question": self.question.key})
