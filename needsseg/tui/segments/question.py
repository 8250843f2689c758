"""The question queue: one passage at a time, why it is asked, and where it could go, each place under its own key."""

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
from needsseg.actions.discovery.questions import KEYS as CHOICE_KEYS
from needsseg.actions.discovery.questions import NONE_KEY, Choice, Question, next_question
from needsseg.actions.study import history
from needsseg.actions.transcripts import interviews
from needsseg.actions.transcripts.participant_names import participant_names
from needsseg.errors import NeedssegError
from needsseg.records import Passage, Transcript
from needsseg.text import format_count, safe
from needsseg.tui.child import command, run_child
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_hints, key_of
from needsseg.tui.loading import aside
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.study.drafting import Drafting
from needsseg.tui.study_app import study_app
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Prompt
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

AROUND, BEFORE = 220, 160
SHARE, FEWEST_LINES = 0.96, 3
"""Of the screen's height what the box takes at most, and the lines of context it shows at least."""
REPORT_EVERY = 5
"""After so many answers the screen says what they taught."""
KEYS_SAID = (
    "{question.digit1..9} · {question.digit0} none · {question.new_need} new need · {question.guess} guess · "
    "{question.skip} skips · {question.undo} back · {question.read_on} · {question.leave} ends"
)
Target = tuple[str, int]
"""What a key stands for as long as the program runs: a need in view or a segment, by its id."""
THINKING = "Choosing the most helpful passage …"


class QuestionScreen(ModalScreen[int]):
    """Asks passage by passage; gives how many were answered."""

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
        Binding("u", "undo", "undo the last answer", id="question.undo"),
        Binding("j", "step(1)", "down", id="question.down"),
        Binding("k", "step(-1)", "up", id="question.up"),
        Binding("pagedown", "read(1)", "scroll down", id="question.read_on"),
        Binding("pageup", "read(-1)", "scroll up", id="question.read_back"),
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
        self._asked: Question | None = None
        self._shown_since = 0.0
        self._answered = 0
        self._skipped: list[int] = []

    def compose(self) -> ComposeResult:
        """How far one is, why this passage, its context, the choices, the keys."""
        with Vertical() as box:
            box.border_title = "Questions"
            yield Static(id="far", markup=False)
            yield Static(id="learned", markup=False)
            yield Static(id="why", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(id="context", markup=False)
            yield OptionList(id="places", markup=False)
            yield Static(key_hints(KEYS_SAID), id="keys", markup=False)

    def on_mount(self) -> None:
        """Asks the first one."""
        self.query_one(OptionList).focus()
        self._next()

    def _next(self, told: str = "") -> None:
        """Looks for the next question beside the screen."""
        self._asked, self._guessing = None, False
        self._say(told)
        self.query_one("#why", Static).update(plain(THINKING, "italic"))
        skipped = tuple(self._skipped)
        self.run_worker(self._look(skipped, told), group="question", exclusive=True)

    async def _look(self, skipped: tuple[int, ...], told: str) -> None:
        try:
            found = await aside(self._study.path, lambda study: next_question(study, skipped))
        except NeedssegError as error:
            self._nothing(worded(error, self.app))
            return
        if found is None:
            self._nothing("No question is left." if not skipped else "Only skipped passages are left.")
        else:
            self._show(found, told)

    def _nothing(self, why: str) -> None:
        self._say("")
        self.query_one("#why", Static).update(plain(f"{why} Press {key_of('question.leave')} to go back.", "bold"))
        self.query_one("#context", Static).update("")
        self.query_one(OptionList).clear_options()

    @shows_errors
    def _show(self, asked: Question, told: str) -> None:
        transcript = interviews.show(self._study, asked.passage.interview)
        self._asked, self._shown_since = asked, monotonic()
        assign_keys(self._keys, asked)
        self._say(told)
        self.query_one("#context", Static).update(
            context(asked.passage, transcript, participant_names(self._study).of(asked.passage))
        )
        self._show_choices(asked, 0)
        self.call_after_refresh(self._fit)

    def _show_choices(self, asked: Question, highlighted: int) -> None:
        """The choices with their keys; what the program takes the passage for only where that was asked."""
        guess = asked.guess if self._guessing else None
        said = f"Asked because it {asked.why}."
        if self._guessing:
            said += f" The program would say: {_guessed(asked)}."
        self.query_one("#why", Static).update(plain(said, "italic"))
        places = self.query_one(OptionList)
        places.clear_options()
        places.add_options(
            Option(_choice(choice_key(self._keys, choice), choice, self._guessing, _is_guess(choice, asked)))
            for choice in asked.choices
        )
        places.highlighted = highlighted if guess is None or highlighted else 0

    def on_resize(self) -> None:
        """Fits the box to the screen anew."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Gives the context the lines that choices and keys leave over, and shows the passage in it."""
        asked, reading = self._asked, self.query_one(VerticalScroll)
        if asked is None:
            return
        box, said = self.query_one(Vertical), self.query_one("#context", Static)
        others = [widget for widget in box.children if widget is not reading]
        taken = sum(_lines_of(widget) + widget.styles.margin.height for widget in others)
        room = int(self.size.height * SHARE) - box.gutter.height - reading.styles.margin.height - taken
        reading.styles.max_height = max(room, FEWEST_LINES)
        who = participant_names(self._study).of(asked.passage)
        text = context(asked.passage, interviews.show(self._study, asked.passage.interview), who)
        rows = text.wrap(max(said.size.width, 1))
        at = next((number for number, row in enumerate(rows) if "▸" in row.plain), 0)
        # Where all of it fits, this scrolls nowhere; else one line before the passage is still read.
        self.call_after_refresh(reading.scroll_to, y=max(at - 1, 0) if len(rows) > room else 0, animate=False)

    def action_read(self, by: int) -> None:
        """Scrolls the context where it has more lines than its place."""
        self.query_one(VerticalScroll).scroll_relative(y=by * 3, animate=False)

    def _say(self, told: str) -> None:
        left = f" · {format_count(self._asked.left, 'passage')} undecided" if self._asked else ""
        skipped = f" · {len(self._skipped)} skipped" if self._skipped else ""
        last = f" · {told}" if told else ""
        self.query_one("#far", Static).update(plain(f"{self._answered} answered{skipped}{left}{last}", "bold"))

    def action_choose(self, key: str) -> None:
        """Answers with the choice under a key."""
        asked = self._question()
        for choice in asked.choices if asked is not None else ():
            if choice_key(self._keys, choice) == key:
                self._answer(choice)
                return
        if asked is not None:
            self._say(f"there is no choice {key}")

    def _question(self) -> Question | None:
        """The question, where it was on the screen as the key was pressed; says so where it was not."""
        if self._asked is None:
            self._say("nothing was answered: the next question is not ready yet")
        elif study_app(self).keys.pressed_before(self._shown_since):
            self._say("nothing was answered: this question was not yet on screen when you pressed the key; press again")
        else:
            return self._asked
        return None

    def action_guess(self) -> None:
        """Shows what the program takes the passage for, or hides it again."""
        if self._asked is not None:
            self._guessing = not self._guessing
            self._show_choices(self._asked, self.query_one(OptionList).highlighted or 0)
            self.call_after_refresh(self._fit)

    def action_new_need(self) -> None:
        """Asks for the name of a need that is not in view yet, and puts the passage there."""
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
        if self._asked is None or description is None:
            return
        review.answer_new_need(self._study, self._asked.passage.id, name, description, self._reviewer)
        self._after_answer(f"put it in the new need “{one_line(name, 30)}”")

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        asked = self._question()
        if asked is not None:
            self._answer(asked.choices[event.option_index])

    @shows_errors
    def _answer(self, choice: Choice) -> None:
        if self._asked is None:
            return
        review.answer(self._study, self._asked.passage.id, choice.segment, self._reviewer, need=choice.need)
        somewhere = choice.segment is not None or choice.need is not None
        self._after_answer(f"put it in “{one_line(choice.name, 30)}”" if somewhere else "none of these")

    def _after_answer(self, told: str) -> None:
        self._answered += 1
        self._next(told)
        if self._answered % REPORT_EVERY == 0:
            self._tell_learned(["Measuring what the answers taught; you can continue …"])
            self.run_worker(self._report(), group="learned", exclusive=True)

    async def _report(self) -> None:
        """Says what the answers taught, once a child has measured it; one answers on meanwhile."""
        try:
            outcome = await run_child(command(self._study.path, "needs", "learned", "--json"), lambda _step: None)
        except OSError as error:
            self._tell_learned([f"What was learned could not be measured: {error.strerror}."])
            return
        found = outcome.result if isinstance(outcome.result, dict) else {}
        self._tell_learned([str(said) for said in found.get("sentences", [])] or [worded(failure(outcome), self.app)])

    def _tell_learned(self, said: list[str]) -> None:
        self.set_class(True, "-learned")
        self.query_one("#learned", Static).update(lines([plain(one) for one in said]))
        self.call_after_refresh(self._fit)

    def action_skip(self) -> None:
        """Leaves the passage for another time."""
        asked = self._question()
        if asked is not None:
            self._skipped.append(asked.passage.id)
            self._next("skipped")

    @shows_errors
    def action_undo(self) -> None:
        """Takes the last answer of this queue back, and asks again."""
        if not self._answered:
            self._say("nothing was answered here")
            return
        history.undo(self._study)  # one's own: what a colleague did meanwhile stays
        self._answered -= 1
        self._next("undid the last answer")

    def action_step(self, by: int) -> None:
        """Goes through the choices."""
        places = self.query_one(OptionList)
        places.action_cursor_down() if by > 0 else places.action_cursor_up()

    def action_leave(self) -> None:
        """Ends the queue; what was answered stays."""
        self.dismiss(self._answered)


def assign_keys(keys: dict[Target, str], asked: Question) -> None:
    """Gives every choice that has none a key of its own; one that has a key keeps it, and no other one ever gets that.

    A need that comes into view has the key of the segment that it is, and the segment of a need that is dropped has the key
    of the need; where both are offered, the one that comes first has it.
    """
    taken: set[str] = set()
    for choice in asked.choices:
        target = _target(choice)
        if target is None:
            continue
        of = choice.segment or 0
        before = keys.get(target) or keys.get(("segment of a need" if choice.need is None else "segment", of), "")
        free = [key for key in CHOICE_KEYS if key not in keys.values() and key not in taken]
        fresh = choice.key if choice.key in free else "".join(free[:1])
        keys[target] = before if before and before not in taken else fresh
        taken.add(keys[target])
        if choice.need is not None and of:
            keys["segment of a need", of] = keys[target]


def choice_key(keys: dict[Target, str], choice: Choice) -> str:
    """The key of a choice; none for those beyond the keys there are, which enter takes."""
    target = _target(choice)
    return NONE_KEY if target is None else keys.get(target, "")


def _target(choice: Choice) -> Target | None:
    if choice.need is not None:
        return "need", choice.need
    return None if choice.segment is None else ("segment", choice.segment)


def _is_guess(choice: Choice, asked: Question) -> bool:
    guess = asked.guess
    return guess is not None and (choice.need, choice.segment) == (guess.need, guess.segment)


def _guessed(asked: Question) -> str:
    if asked.guess is None:
        return "no guess"
    return f"{asked.guess.name}, strength {asked.guess.strength:.2f} of 1"


def _choice(key: str, choice: Choice, guessing: bool, guessed: bool) -> Content:
    """One choice: its key, its name, and what it is; how near it is only beside the program's guess."""
    stated = " (need in view)" if choice.need is not None else ""
    near = f"  nearness {choice.nearness:.2f}" if guessing and choice.nearness is not None else ""
    mark = "  ← the program's guess" if guessing and guessed else ""
    about = f"  {one_line(choice.about, 160)}" if choice.about else ""
    return Content.assemble(
        plain(f"{key or ' ':>2}  ", "bold"), plain(f"{choice.name}{stated}"), plain(f"{mark}{near}{about}", "dim")
    )


def context(passage: Passage, transcript: Transcript, who: str) -> Content:
    """The passage in what was said around it, and what was said before."""
    turns = transcript.turns
    at = next((n for n, turn in enumerate(turns) if turn.start <= passage.start < turn.end), None)
    where = "" if who.endswith(f"· {passage.interview}") else f" · {passage.interview}"
    head = plain(f"{who}{where}", "dim")
    if at is None:
        return lines([head, plain(passage.quote, "bold")])
    turn, said = turns[at], []
    if at:
        asked = one_line(transcript.words(turns[at - 1]), 10_000)
        asked = asked if len(asked) <= BEFORE else "…" + asked[-BEFORE:]
        said.append(plain(f"{turns[at - 1].speaker}: {asked}", "dim"))
    start, end = max(turn.start, passage.start - AROUND), min(turn.end, passage.end + AROUND)
    text = transcript.text
    said.append(
        Content.assemble(
            head,
            "\n",
            plain(("…" if start > turn.start else "") + safe(text[start : passage.start]), "dim"),
            plain(f"▸{passage.quote}◂", "bold"),
            plain(safe(text[passage.end : end]) + ("…" if end < turn.end else ""), "dim"),
        )
    )
    return lines(said)


def _lines_of(widget: Widget) -> int:
    """The lines a widget needs; those of a list are its options, since it may have been squeezed, or not laid out yet."""
    if isinstance(widget, OptionList):
        return widget.gutter.height + max(widget.option_count, widget.virtual_size.height)
    return int(widget.outer_size.height)
