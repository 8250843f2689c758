"""Codes: typed, the last one, or one of nine under the digits."""

from __future__ import annotations

from needsseg.actions import passages
from needsseg.tui.screens.base import told
from needsseg.tui.screens.code_desk import CodeDesk
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import counted

DIGITS = 9


class CodesUnderKeys(CodeDesk):
    """Digits keep their codes for as long as the screen lives, so that fingers can learn them."""

    def __init__(self) -> None:
        super().__init__()
        self._digits: list[str] = []
        self._last = ""

    def digits(self) -> list[str]:
        """The codes under 1–9: those used last when the screen was opened, then new ones as they are used."""
        known = {row.name for row in passages.codebook(self.study)}
        recent = passages.recent_codes(self.study)
        self._digits = [code for code in self._digits if code in known]
        self._digits += [code for code in recent if code not in self._digits][: DIGITS - len(self._digits)]
        self._last = self._last if self._last in known else recent[0] if recent else ""
        return self._digits

    def action_code(self) -> None:
        """Asks for a code, offering the codebook."""
        if self.passage is None:
            self.tell("no passage is current: j goes to the next, v begins one by hand")
            return
        self.view.reveal(self.passage.start, self.passage.end)
        book = [Choice(row.name, row.name, counted(row.passages, "passage")) for row in passages.codebook(self.study)]
        on_it = ", ".join(self.passage.codes)
        about = f"On it already: {on_it}" if on_it else "A new name makes a new code."
        self.app.push_screen(Prompt("Which code?", choices=book, about=about), self.put)

    @told
    def put(self, code: str | None) -> None:
        """Puts a code on the current passage."""
        here = self.passage
        if code is None or here is None:
            return
        if code in here.codes:
            self.tell(f"“{code}” is on it already")
            return
        passages.code(self.study, [here.id], code)
        self._last = code
        if code not in self._digits and len(self._digits) == DIGITS:
            self._digits[-1] = code
        self.done(f"coded “{code}”")

    def action_quick_code(self) -> None:
        """Puts the last code on the passage."""
        self.digits()
        if self._last and self.passage is not None and not self.away(self.passage):
            self.put(self._last)
        else:
            self.tell("there is no last code yet: c puts one on the passage")

    def action_digit(self, number: int) -> None:
        """Puts the code under a digit on the passage."""
        codes = self.digits()
        if number <= len(codes):
            if self.passage is not None and self.away(self.passage):
                return
            self.put(codes[number - 1])
        else:
            self.tell(f"no code lies under {number} yet: c puts one on the passage")

    def action_recent(self) -> None:
        """Offers the codes under the digits."""
        codes = self.digits()
        if not codes:
            self.tell("no code was used yet: c puts one on the passage")
            return
        choices = [Choice(code, f"{number}  {code}") for number, code in enumerate(codes, start=1)]
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
