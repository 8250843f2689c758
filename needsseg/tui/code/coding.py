"""Apply codes to passages and selections: a typed one, the last one, one under a digit, or the participant's words."""

from __future__ import annotations

from functools import partial

from needsseg.actions.coding import passages
from needsseg.text import format_count
from needsseg.tui.code.codes_under_keys import CodesUnderKeys
from needsseg.tui.code.context import CodeContext
from needsseg.tui.code.marking import Marking
from needsseg.tui.code.navigation import Span
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.code.queue import SuggestionQueue
from needsseg.tui.code.targets import KeyTargets, Target, short_quote
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import one_line

IN_VIVO = 60
"""The longest quote, in characters, that becomes an in-vivo code without a question."""


class PassageCoding:
    """Codes what a key acts on; coding a suggestion accepts it."""

    def __init__(
        self,
        context: CodeContext,
        interview: OpenInterview,
        targets: KeyTargets,
        marking: Marking,
        queue: SuggestionQueue,
        codes: CodesUnderKeys,
    ) -> None:
        self.context, self._interview, self._targets = context, interview, targets
        self._marking, self._queue, self._codes = marking, queue, codes

    def ask(self) -> None:
        """Ask for a code, offering the codebook; outside passages for the sentence at the cursor."""
        outside_passages = self._interview.selection is None and self._interview.passage is None
        target = self._marking.begin_at_cursor() if outside_passages else self._targets.target(asks=True)
        if target is None:
            return
        choices = [
            Choice(row.name, row.name, format_count(row.passages, "passage"))
            for row in passages.codebook(self.context.study)
        ]
        applied = ", ".join(target.passage.codes) if target.passage else ""
        about = f"On “{self.words_of(target)}”. " + (
            f"Already applied: {applied}" if applied else "A new name makes a new code."
        )
        self.context.push(Prompt("Which code?", choices=choices, about=about), partial(self.apply, target))

    def words_of(self, target: Target) -> str:
        """Return the words that a key acts on, for a question."""
        return one_line(self._interview.words(target.span), 60)

    @shows_errors
    def apply(self, target: Target, code: str | None) -> None:
        """Apply a code to the passage or the selection that was shown when the code was asked for."""
        if code is None:
            if target.begun:
                self._marking.drop()
                self.context.tell("")
            return
        if target.passage is None:
            self._mark_with(target.span, code)
            return
        shown = target.passage
        passage = next(
            (p for p in self._interview.passages if (p.id, p.start, p.end) == (shown.id, shown.start, shown.end)), None
        )
        if passage is None or passage.interview != self._interview.key:
            self.context.tell("the passage has changed meanwhile; nothing was coded", wrong=True)
            return
        if code in passage.codes:
            self.context.tell(f"“{code}” is already on it")
            return
        if passage.id < 0:
            self._interview.current = passages.mark_and_code(
                self.context.study, passage.interview, passage.start, passage.end, code
            )
        else:
            passages.code(self.context.study, [passage.id], code)
            self._interview.current = passage.id
        if self._queue.is_shown(passage) and self._interview.current is not None:
            self._queue.store(self._interview.current)
        self._codes.use(code)
        self.context.saved(f"coded “{code}”")

    def _mark_with(self, span: Span, code: str) -> None:
        if self._marking.moves_edges:
            self.context.tell(
                with_keys("press {code.mark} to save the edges first, or {code.back} to drop them"), wrong=True
            )
            return
        self._interview.current = passages.mark_and_code(self.context.study, self._interview.key, *span, code)
        self._marking.drop()
        self._codes.use(code)
        self.context.saved(f"marked a passage and coded it “{code}”")

    def code_in_own_words(self) -> None:
        """Code the selection or the passage in the participant's own words; a long quote is offered for shortening."""
        target = self._targets.target(asks=True) if self._interview.transcript is not None else None
        if target is None:
            return
        words = " ".join(self._interview.words(target.span).split())
        if len(words) <= IN_VIVO:
            if self._targets.target() is not None:
                self.apply(target, words)
        else:
            prompt = Prompt("In-vivo code: shorten their words to the essence", value=words)
            self.context.push(prompt, partial(self.apply, target))

    def use_last(self) -> None:
        """Apply the last code to the passage or the selection."""
        last = self._codes.read_last()
        if last is None:
            self.context.tell(with_keys("there is no last code yet: {code.code} applies one to the passage"))
        elif (target := self._targets.target()) is not None:
            self.apply(target, last)

    def use_digit(self, number: int) -> None:
        """Apply the code under a digit to the passage."""
        code = self._codes.read().get(number)
        if code is None:
            was_assigned = self._codes.had(number)
            reason = (
                f"the code under {number} is no longer in the codebook"
                if was_assigned
                else f"no code is assigned to {number} yet"
            )
            self.context.tell(f"{reason}: {key_of('code.code')} applies one to the passage")
        elif (target := self._targets.target()) is not None:
            self.apply(target, code)

    def ask_recent(self) -> None:
        """Offer the codes under the digits."""
        codes = self._codes.read()
        if not codes:
            self.context.tell(with_keys("no code was used yet: {code.code} applies one to the passage"))
        elif (target := self._targets.target(asks=True)) is not None:
            choices = [Choice(code, f"{number}  {code}") for number, code in codes.items()]
            prompt = Prompt(
                "Which of the recent codes?", about=f"On “{self.words_of(target)}”.", choices=choices, free=False
            )
            self.context.push(prompt, partial(self.apply, target))

    def uncode(self) -> None:
        """Remove a code from the passage."""
        passage = self._targets.passage(asks=True)
        if passage is None:
            return
        if not passage.codes:
            self.context.tell("this passage has no codes")
        elif len(passage.codes) == 1:
            if self._targets.target() is not None:
                self._remove(passage.id, passage.codes[0])
        else:
            choices = [Choice(code, code) for code in passage.codes]
            prompt = Prompt("Remove which code?", about=f"Of “{short_quote(passage)}”.", choices=choices, free=False)
            self.context.push(prompt, partial(self._remove, passage.id))

    @shows_errors
    def _remove(self, passage: int, code: str | None) -> None:
        if code is not None:
            passages.uncode(self.context.study, [passage], code)
            self.context.saved(f"removed “{code}”")
