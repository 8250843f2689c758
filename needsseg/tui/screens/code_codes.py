"""Codes: typed, the last one, or one of nine under the digits."""

from __future__ import annotations

from needsseg.actions import passages
from needsseg.text import format_count
from needsseg.tui.screens.base import told
from needsseg.tui.screens.code_desk import CodeDesk
from needsseg.tui.widgets.prompt import Choice, Prompt

DIGITS = 9
IN_VIVO = 60
"""Characters up to which words become a code without being asked about."""


class CodesUnderKeys(CodeDesk):
    """Digits keep their codes for as long as the screen lives, so that fingers can learn them."""

    def __init__(self) -> None:
        super().__init__()
        self._digits: dict[int, str] = {}
        self._last = ""

    def digits(self) -> dict[int, str]:
        """The codes under 1–9: pinned ones, then those used last when the screen was opened, then new ones as they are used."""
        rows, recent = passages.codebook(self.study), passages.recent_codes(self.study)
        known, pinned = {row.name for row in rows}, {row.pin: row.name for row in rows if row.pin is not None}
        kept = {
            digit: code
            for digit, code in self._digits.items()
            if code in known and digit not in pinned and code not in pinned.values()
        }
        free = [digit for digit in range(1, DIGITS + 1) if digit not in pinned and digit not in kept]
        fresh = [code for code in recent if code not in pinned.values() and code not in kept.values()]
        self._digits = kept | dict(zip(free, fresh, strict=False))
        self._last = self._last if self._last in known else recent[0] if recent else ""
        return dict(sorted((self._digits | pinned).items()))

    def _target(self) -> bool:
        """Whether there is something to code: a selection, or a current passage that can be seen."""
        if self.selection is not None:
            return True
        if self.passage is None:
            self.tell("no passage is current: j goes to the next, v begins one by hand")
            return False
        return not self.away(self.passage)

    def action_code(self) -> None:
        """Asks for a code, offering the codebook."""
        if self.selection is None and self.passage is not None:
            self.view.reveal(self.passage.start, self.passage.end)
        if not self._target():
            return
        book = [
            Choice(row.name, row.name, format_count(row.passages, "passage")) for row in passages.codebook(self.study)
        ]
        on_it = ", ".join(self.passage.codes) if self.passage and self.selection is None else ""
        about = f"On it already: {on_it}" if on_it else "A new name makes a new code."
        self.app.push_screen(Prompt("Which code?", choices=book, about=about), self.put)

    @told
    def put(self, code: str | None) -> None:
        """Puts a code on the current passage, or marks the selection with it."""
        if code is None:
            return
        if self.selection is not None:
            self._mark_with(code)
            return
        here = self.passage
        if here is None:
            return
        if code in here.codes:
            self.tell(f"“{code}” is on it already")
            return
        if here.id < 0:
            self.current = passages.mark_and_code(self.study, here.interview, here.start, here.end, code)
        else:
            passages.code(self.study, [here.id], code)
        if self.is_queued(here) and self.current is not None:
            self.stored(self.current)
        self._used(code)
        self.done(f"coded “{code}”")

    def _mark_with(self, code: str) -> None:
        if self.selection is None:
            return
        if self.adjusting:
            self.tell("enter saves the edges first, esc drops them", wrong=True)
            return
        self.current = passages.mark_and_code(self.study, self.key, *self.selection, code)
        self.forget_selection()
        self._used(code)
        self.done(f"marked a passage and coded it “{code}”")

    def _used(self, code: str) -> None:
        self._last = code
        shown = self.digits()
        if code not in shown.values() and self._digits and len(shown) == DIGITS:
            self._digits[max(self._digits)] = code

    def action_in_vivo(self) -> None:
        """Codes the selection, or the passage, in the participant's own words; many words are offered to be cut."""
        if self.transcript is None or not self._target():
            return
        start, end = self.selection or (self.passage.start, self.passage.end)  # type: ignore[union-attr]
        words = " ".join(self.transcript.text[start:end].split())
        if len(words) <= IN_VIVO:
            self.put(words)
        else:
            asked = Prompt("Code in their own words: cut them to what says it", value=words)
            self.app.push_screen(asked, self.put)

    def action_quick_code(self) -> None:
        """Puts the last code on the passage or the selection."""
        self.digits()
        if not self._last:
            self.tell("there is no last code yet: c puts one on the passage")
        elif self._target():
            self.put(self._last)

    def action_digit(self, number: int) -> None:
        """Puts the code under a digit on the passage."""
        code = self.digits().get(number)
        if code is None:
            self.tell(f"no code lies under {number} yet: c puts one on the passage")
        elif self._target():
            self.put(code)

    def action_recent(self) -> None:
        """Offers the codes under the digits."""
        codes = self.digits()
        if not codes:
            self.tell("no code was used yet: c puts one on the passage")
            return
        choices = [Choice(code, f"{number}  {code}") for number, code in codes.items()]
        self.app.push_screen(Prompt("Which of the recent codes?", choices=choices, free=False), self.put)

    def action_uncode(self) -> None:
        """Takes a code off the passage."""
        here = self.passage
        if here is None or not here.codes:
            self.tell("there is no code on this passage")
        elif len(here.codes) == 1:
            self._take_off(here.codes[0])
        else:
            choices = [Choice(code, code) for code in here.codes]
            self.app.push_screen(Prompt("Take which code off?", choices=choices, free=False), self._take_off)

    @told
    def _take_off(self, code: str | None) -> None:
        if code is not None and self.passage is not None:
            passages.uncode(self.study, [self.passage.id], code)
            self.done(f"took “{code}” off")
