"""The question queue: one passage at a time, why it is asked, and the segments it could go to, each with its key."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from needsseg.actions.discovery import review
from needsseg.actions.discovery.questions import Choice, Question, next_question
from needsseg.actions.study import history
from needsseg.actions.transcripts import interviews
from needsseg.actions.transcripts.participant_names import participant_names
from needsseg.errors import NeedssegError
from needsseg.records import Passage, Transcript
from needsseg.text import format_count, safe
from needsseg.tui import listening
from needsseg.tui.child import command, run_child
from needsseg.tui.fixes import worded
from needsseg.tui.keys.choice_keys import Target, assign_keys, choice_key
from needsseg.tui.keys.hints import key_hints, key_of
from needsseg.tui.loading import read_in_background
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.study.drafting import Drafting
from needsseg.tui.study_app import study_app
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Prompt
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study
    from needsseg.tui.study_app import StudyApp

AROUND, BEFORE = 220, 160
SHARE, FEWEST_LINES = 0.96, 3
"""The largest share of the screen's height for the box, and the fewest lines of context."""
REPORT_EVERY = 5
"""After how many answers the screen reports what they taught."""
KEY_HINTS = (
    "{question.digit1..9} · {question.digit0} none · {question.new_need} new need · {question.guess} guess · "
    "{question.skip} skips · {question.listen} listen · {question.undo} back · {question.read_on} · {question.leave} ends"
)
THINKING = "Choosing the most helpful passage …"


class QuestionScreen(ModalScreen[int]):
    """Asks passage by passage; closes with the number of answers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(number), f"choose('{number}')", f"choice {number}", id=f"question.digit{number}")
            for number in range(10)
        ),
        *(
            Binding(letter, f"choose('{letter}')", f"choice {letter}", id=f"question.letter_{letter}")
            for letter in "abcdef"
        ),
        Binding("n", "new_need", "a new need", id="question.new_need"),
        Binding("g", "guess", "show or hide the program's guess", id="question.guess"),
        Binding("s,space", "skip", "skip", id="question.skip"),
        Binding("L", "listen", "listen to the passage", id="question.listen"),
        Binding("u", "undo", "undo the last answer", id="question.undo"),
        Binding("j", "step(1)", "down", id="question.down"),
        Binding("k", "step(-1)", "up", id="question.up"),
        Binding("pagedown", "read(1)", "scroll down", id="question.read_on", priority=True),
        Binding("pageup", "read(-1)", "scroll up", id="question.read_back", priority=True),
        Binding("escape,q", "leave", "end", id="question.leave"),
    ]
    DEFAULT_CSS = """
    QuestionScreen { align: center middle; background: $background 40%;
      & > Vertical { width: 110; max-width: 98%; height: auto; max-height: 96%; background: $surface; border: round $accent;
        padding: 0 1; }
      & Static { height: auto; }
      & VerticalScroll { height: auto; margin: 1 0; }
      & OptionList, & OptionList:focus { height: auto; max-height: 10; border: none; background: $surface; padding: 0;
        text-wrap: nowrap; text-overflow: ellipsis; }
      & #keys { color: $text-muted; margin-top: 1; }
      & #learned { display: none; color: $text-accent; }
      &.-learned #learned { display: block; }
    }
    """

    def __init__(self, study: Study, reviewer: str, keys: dict[Target, str] | None = None) -> None:
        super().__init__()
        self._study, self._reviewer = study, reviewer
        self._keys = {} if keys is None else keys
        self._guessing = False
        self._current: Question | None = None
        self._shown_since = 0.0
        self._answered = 0
        self._skipped: list[int] = []

    def compose(self) -> ComposeResult:
        """Yield the progress, the reason for the question, the passage in context, the choices, the keys."""
        with Vertical() as box:
            box.border_title = "Questions"
            yield Static(id="far", markup=False)
            yield Static(id="learned", markup=False)
            yield Static(id="why", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(id="context", markup=False)
            yield OptionList(id="places", markup=False)
            yield Static(key_hints(KEY_HINTS), id="keys", markup=False)

    def on_mount(self) -> None:
        """Ask the first question."""
        self.query_one(OptionList).focus()
        self._next()

    def _next(self, message: str = "") -> None:
        """Look for the next question in the background."""
        self._current, self._guessing = None, False
        self._show_progress(message)
        self.query_one("#why", Static).update(plain(THINKING, "italic"))
        skipped = tuple(self._skipped)
        self.run_worker(self._find_next(skipped, message), group="question", exclusive=True)

    async def _find_next(self, skipped: tuple[int, ...], message: str) -> None:
        try:
            question = await read_in_background(self._study.path, lambda study: next_question(study, skipped))
        except NeedssegError as error:
            self._show_nothing(worded(error, self.app))
            return
        if question is None:
            self._show_nothing("No question is left." if not skipped else "Only skipped passages are left.")
        else:
            self._show(question, message)

    def _show_nothing(self, reason: str) -> None:
        self._show_progress("")
        self.query_one("#why", Static).update(plain(f"{reason} Press {key_of('question.leave')} to go back.", "bold"))
        self.query_one("#context", Static).update("")
        self.query_one(OptionList).clear_options()

    @shows_errors
    def _show(self, question: Question, message: str) -> None:
        transcript = interviews.show(self._study, question.passage.interview)
        self._current, self._shown_since = question, monotonic()
        assign_keys(self._keys, question)
        self._show_progress(message)
        self.query_one("#context", Static).update(
            context(question.passage, transcript, participant_names(self._study).of(question.passage))
        )
        self._show_choices(question, 0)
        self.call_after_refresh(self._fit_to_screen)

    def _show_choices(self, question: Question, highlighted: int) -> None:
        """Show the choices with their keys, and the program's guess only on request."""
        guess = question.guess if self._guessing else None
        text = f"Asked because it {question.reason}."
        if self._guessing:
            text += f" The program's guess: {_guess_words(question)}."
        self.query_one("#why", Static).update(plain(text, "italic"))
        places = self.query_one(OptionList)
        places.clear_options()
        places.add_options(
            Option(_choice(choice_key(self._keys, choice), choice, self._guessing, _is_guess(choice, question)))
            for choice in question.choices
        )
        places.highlighted = highlighted if guess is None or highlighted else 0

    def on_resize(self) -> None:
        """Fit the box to the screen."""
        self.call_after_refresh(self._fit_to_screen)

    def _fit_to_screen(self) -> None:
        """Give the context the lines that choices and keys do not need, and scroll to the passage."""
        question, reading = self._current, self.query_one(VerticalScroll)
        if question is None:
            return
        box, context_widget = self.query_one(Vertical), self.query_one("#context", Static)
        others = [widget for widget in box.children if widget is not reading]
        used = sum(_lines_of(widget) + widget.styles.margin.height for widget in others)
        room = int(self.size.height * SHARE) - box.gutter.height - reading.styles.margin.height - used
        reading.styles.max_height = max(room, FEWEST_LINES)
        speaker = participant_names(self._study).of(question.passage)
        text = context(question.passage, interviews.show(self._study, question.passage.interview), speaker)
        rows = text.wrap(max(context_widget.size.width, 1))
        at = next((number for number, row in enumerate(rows) if "▸" in row.plain), 0)
        # If everything fits, this does not scroll; else one line before the passage stays visible.
        self.call_after_refresh(reading.scroll_to, y=max(at - 1, 0) if len(rows) > room else 0, animate=False)

    def action_read(self, by: int) -> None:
        """Scroll the context."""
        self.query_one(VerticalScroll).scroll_relative(y=by * 3, animate=False)

    def _show_progress(self, message: str) -> None:
        undecided = f" · {format_count(self._current.undecided, 'passage')} undecided" if self._current else ""
        skipped = f" · {len(self._skipped)} skipped" if self._skipped else ""
        last = f" · {message}" if message else ""
        self.query_one("#far", Static).update(plain(f"{self._answered} answered{skipped}{undecided}{last}", "bold"))

    def action_choose(self, key: str) -> None:
        """Answer with the choice under a key."""
        question = self._question()
        for choice in question.choices if question is not None else ():
            if choice_key(self._keys, choice) == key:
                self._answer(choice)
                return
        if question is not None:
            self._show_progress(f"there is no choice {key}")

    def _question(self) -> Question | None:
        """Return the question if it was on the screen when the key was pressed, else None with a message."""
        if self._current is None:
            self._show_progress("nothing was answered: the next question is not ready yet")
        elif study_app(self).keys.pressed_before(self._shown_since):
            self._show_progress(
                "nothing was answered: this question was not yet on screen when you pressed the key; press again"
            )
        else:
            return self._current
        return None

    def action_guess(self) -> None:
        """Show the program's guess, or hide it again."""
        if self._current is not None:
            self._guessing = not self._guessing
            self._show_choices(self._current, self.query_one(OptionList).highlighted or 0)
            self.call_after_refresh(self._fit_to_screen)

    def action_new_need(self) -> None:
        """Ask for the name of a new need, and put the passage in it."""
        if self._question() is not None:
            about = "Added as a need in view, with this passage in it."
            self.app.push_screen(Prompt("Name of the new need?", about=about), self._describe_new)

    def _describe_new(self, name: str | None) -> None:
        if name:
            question = f"What do people with the need “{name}” want?"
            draft = Drafting(self._study, "need description", f"new: {name}", question)
            self.app.push_screen(
                Prompt(question, about="A sentence in plain words; may stay empty.", empty=True, draft=draft),
                draft.until_saved(lambda description: self._answer_new(name, description)),
            )

    @shows_errors
    def _answer_new(self, name: str, description: str | None) -> None:
        if self._current is None or description is None:
            return
        review.answer_new_need(self._study, self._current.passage.id, name, description, self._reviewer)
        self._after_answer(f"put it in the new need “{one_line(name, 30)}”")

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        question = self._question()
        if question is not None:
            self._answer(question.choices[event.option_index])

    @shows_errors
    def _answer(self, choice: Choice) -> None:
        if self._current is None:
            return
        review.answer(self._study, self._current.passage.id, choice.segment, self._reviewer, need=choice.need)
        somewhere = choice.segment is not None or choice.need is not None
        self._after_answer(f"put it in “{one_line(choice.name, 30)}”" if somewhere else "none of these")

    def _after_answer(self, message: str) -> None:
        self._answered += 1
        self._next(message)
        if self._answered % REPORT_EVERY == 0:
            self._tell_learned(["Measuring what the answers taught; you can continue …"])
            self.run_worker(self._report(), group="learned", exclusive=True)

    async def _report(self) -> None:
        """Report what the answers taught, measured in a child process; answering goes on meanwhile."""
        try:
            outcome = await run_child(command(self._study.path, "needs", "learned", "--json"), lambda _step: None)
        except OSError as error:
            self._tell_learned([f"What was learned could not be measured: {error.strerror}."])
            return
        result = outcome.result if isinstance(outcome.result, dict) else {}
        self._tell_learned(
            [str(sentence) for sentence in result.get("sentences", [])] or [worded(failure(outcome), self.app)]
        )

    def _tell_learned(self, sentences: list[str]) -> None:
        self.set_class(True, "-learned")
        self.query_one("#learned", Static).update(lines([plain(sentence) for sentence in sentences]))
        self.call_after_refresh(self._fit_to_screen)

    @property
    def study(self) -> Study:
        """The study that is open."""
        return self._study

    @property
    def study_app(self) -> StudyApp:
        """The app, which goes on looking after the player when the queue is closed."""
        return study_app(self)

    def tell(self, happened: str | None = None, *, wrong: bool = False) -> None:
        """Show the progress and a message."""
        self._show_progress(f"! {happened}" if happened and wrong else happened or "")

    def action_listen(self) -> None:
        """Play the recording from the passage."""
        listening.listen_to(self, self._current.passage if self._current is not None else None)

    def action_skip(self) -> None:
        """Skip the passage."""
        question = self._question()
        if question is not None:
            self._skipped.append(question.passage.id)
            self._next("skipped")

    @shows_errors
    def action_undo(self) -> None:
        """Undo the last answer of this queue, and ask again."""
        if not self._answered:
            self._show_progress("nothing was answered here")
            return
        history.undo(self._study)  # only one's own: a colleague's changes stay
        self._answered -= 1
        self._next("undid the last answer")

    def action_step(self, by: int) -> None:
        """Move the cursor over the choices."""
        places = self.query_one(OptionList)
        places.action_cursor_down() if by > 0 else places.action_cursor_up()

    def action_leave(self) -> None:
        """End the queue; answers are kept."""
        self.dismiss(self._answered)


def _is_guess(choice: Choice, question: Question) -> bool:
    guess = question.guess
    return guess is not None and (choice.need, choice.segment) == (guess.need, guess.segment)


def _guess_words(question: Question) -> str:
    if question.guess is None:
        return "no guess"
    return f"{question.guess.name}, strength {question.guess.strength:.2f} of 1"


def _choice(key: str, choice: Choice, guessing: bool, guessed: bool) -> Content:
    """Return one choice: its key, name and description; its nearness only together with the program's guess."""
    stated = " (need in view)" if choice.need is not None else ""
    nearness = f"  nearness {choice.nearness:.2f}" if guessing and choice.nearness is not None else ""
    mark = "  ← the program's guess" if guessing and guessed else ""
    about = f"  {one_line(choice.about, 160)}" if choice.about else ""
    return Content.assemble(
        plain(f"{key or ' ':>2}  ", "bold"), plain(f"{choice.name}{stated}"), plain(f"{mark}{nearness}{about}", "dim")
    )


def context(passage: Passage, transcript: Transcript, name: str) -> Content:
    """Return the passage within its turn, and the question before."""
    turns = transcript.turns
    at = next((n for n, turn in enumerate(turns) if turn.start <= passage.start < turn.end), None)
    interview = "" if name.endswith(f"· {passage.interview}") else f" · {passage.interview}"
    head = plain(f"{name}{interview}", "dim")
    if at is None:
        return lines([head, plain(passage.quote, "bold")])
    turn, rows = turns[at], []
    if at:
        words_before = one_line(transcript.words(turns[at - 1]), 10_000)
        words_before = words_before if len(words_before) <= BEFORE else "…" + words_before[-BEFORE:]
        rows.append(plain(f"{turns[at - 1].speaker}: {words_before}", "dim"))
    start, end = max(turn.start, passage.start - AROUND), min(turn.end, passage.end + AROUND)
    text = transcript.text
    rows.append(
        Content.assemble(
            head,
            "\n",
            plain(("…" if start > turn.start else "") + safe(text[start : passage.start]), "dim"),
            plain(f"▸{passage.quote}◂", "bold"),
            plain(safe(text[passage.end : end]) + ("…" if end < turn.end else ""), "dim"),
        )
    )
    return lines(rows)


def _lines_of(widget: Widget) -> int:
    """Return the lines a widget needs; for a list its options, since it may be squeezed or not laid out yet."""
    if isinstance(widget, OptionList):
        return widget.gutter.height + max(widget.option_count, widget.virtual_size.height)
    return int(widget.outer_size.height)
