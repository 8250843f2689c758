"""Codes: typed, the last one, or one of nine under the digits."""

from __future__ import annotations

from functools import partial

from needsseg.actions.coding import passages
from needsseg.text import format_count
from needsseg.tui.code.desk import Aim, CodeDesk
from needsseg.tui.screen_base import shows_errors
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import one_line

DIGITS = 9
IN_VIVO = 60
"""Characters up to which words become a code without being asked about."""


class CodesUnderKeys(CodeDesk):
    """Digits keep their codes for as long as the screen lives, so that fingers can learn them."""

    def __init__(self) -> None:
        super().__init__()
        self._digits: dict[int, int] = {}
        """The code that each digit has stood for, by its id: no other code gets that digit, even when this one is deleted."""
        self._last = 0

    def digits(self) -> dict[int, str]:
        """The codes under 1–9: pinned ones, then those used last when the screen was opened, then new ones as they are used.

        A digit keeps its code under whatever name, until somebody pins another one there.
        """
        rows, ids = passages.codebook(self.study), passages.code_ids(self.study)
        names = {number: name for name, number in ids.items()}
        recent = [ids[name] for name in passages.recent_codes(self.study)]
        pinned = {row.pin: ids[row.name] for row in rows if row.pin is not None}
        self._digits |= pinned
        free = [digit for digit in range(1, DIGITS + 1) if digit not in self._digits]
        fresh = [code for code in recent if code not in self._digits.values()]
        self._digits |= dict(zip(free, fresh, strict=False))
        self._last = self._last if self._last in names else recent[0] if recent else 0
        return {digit: names[code] for digit, code in sorted(self._digits.items()) if code in names}

    def action_code(self) -> None:
        """Asks for a code, offering the codebook; beside passages for the sentence at the cursor."""
        beside = self.selection is None and self.passage is None
        aim = self.begin_at_cursor() if beside else self.aim(asks=True)
        if aim is None:
            return
        book = [
            Choice(row.name, row.name, format_count(row.passages, "passage")) for row in passages.codebook(self.study)
        ]
        on_it = ", ".join(aim.passage.codes) if aim.passage else ""
        about = f"On “{self.words_of(aim)}”. " + (
            f"On it already: {on_it}" if on_it else "A new name makes a new code."
        )
        self.app.push_screen(Prompt("Which code?", choices=book, about=about), partial(self.put, aim))

    def words_of(self, aim: Aim) -> str:
        """The words that a key acts on, for a question."""
        return one_line(self.transcript.text[slice(*aim.span)], 60) if self.transcript else ""

    @shows_errors
    def put(self, aim: Aim, code: str | None) -> None:
        """Puts a code on a passage, or marks a selection with it: on what was shown when one was asked for the code."""
        if code is None:
            if aim.begun:
                self.forget_selection()
                self.tell("")
            return
        if aim.passage is None:
            self._mark_with(aim.span, code)
            return
        was = aim.passage
        here = next((p for p in self.passages if (p.id, p.start, p.end) == (was.id, was.start, was.end)), None)
        if here is None or here.interview != self.key:
            self.tell("the passage has changed meanwhile: nothing was coded", wrong=True)
            return
        if code in here.codes:
            self.tell(f"“{code}” is on it already")
            return
        if here.id < 0:
            self.current = passages.mark_and_code(self.study, here.interview, here.start, here.end, code)
        else:
            passages.code(self.study, [here.id], code)
            self.current = here.id
        if self.is_queued(here) and self.current is not None:
            self.stored(self.current)
        self._used(code)
        self.done(f"coded “{code}”")

    def _mark_with(self, span: tuple[int, int], code: str) -> None:
        if self.adjusting:
            self.tell("enter saves the edges first, esc drops them", wrong=True)
            return
        self.current = passages.mark_and_code(self.study, self.key, *span, code)
        self.forget_selection()
        self._used(code)
        self.done(f"marked a passage and coded it “{code}”")

    def _used(self, code: str) -> None:
        self._last = passages.code_ids(self.study).get(code, 0)
        self.digits()

    def action_in_vivo(self) -> None:
        """Codes the selection, or the passage, in the participant's own words; many words are offered to be cut."""
        aim = self.aim(asks=True) if self.transcript is not None else None
        if self.transcript is None or aim is None:
            return
        words = " ".join(self.transcript.text[slice(*aim.span)].split())
        if len(words) <= IN_VIVO:
            if self.aim() is not None:
                self.put(aim, words)
        else:
            asked = Prompt("Code in their own words: cut them to what says it", value=words)
            self.app.push_screen(asked, partial(self.put, aim))

    def action_quick_code(self) -> None:
        """Puts the last code on the passage or the selection."""
        self.digits()
        last = next((name for name, number in passages.code_ids(self.study).items() if number == self._last), None)
        if last is None:
            self.tell("there is no last code yet: c puts one on the passage")
        elif (aim := self.aim()) is not None:
            self.put(aim, last)

    def action_digit(self, number: int) -> None:
        """Puts the code under a digit on the passage."""
        code = self.digits().get(number)
        if code is None:
            gone = number in self._digits
            why = (
                f"the code under {number} is not in the codebook any more"
                if gone
                else f"no code lies under {number} yet"
            )
            self.tell(f"{why}: c puts one on the passage")
        elif (aim := self.aim()) is not None:
            self.put(aim, code)

    def action_recent(self) -> None:
        """Offers the codes under the digits."""
        codes = self.digits()
        if not codes:
            self.tell("no code was used yet: c puts one on the passage")
        elif (aim := self.aim(asks=True)) is not None:
            choices = [Choice(code, f"{number}  {code}") for number, code in codes.items()]
            asked = Prompt(
                "Which of the recent codes?", about=f"On “{self.words_of(aim)}”.", choices=choices, free=False
            )
            self.app.push_screen(asked, partial(self.put, aim))

    def action_uncode(self) -> None:
        """Takes a code off the passage."""
        here = self.aim_at_passage(asks=True)
        if here is None:
            return
        if not here.codes:
            self.tell("there is no code on this passage")
        elif len(here.codes) == 1:
            if self.aim() is not None:
                self._take_off(here.id, here.codes[0])
        else:
            choices = [Choice(code, code) for code in here.codes]
            asked = Prompt("Take which code off?", about=f"Of “{self.short(here)}”.", choices=choices, free=False)
            self.app.push_screen(asked, partial(self._take_off, here.id))

    @shows_errors
    def _take_off(self, passage: int, code: str | None) -> None:
        if code is not None:
            passages.uncode(self.study, [passage], code)
            self.done(f"took “{code}” off")
