"""Which code lies under which digit, and which one was used last."""

from __future__ import annotations

from textual.content import Content

from needsseg.actions.coding import is_colour, passages
from needsseg.tui.code.context import CodeContext
from needsseg.tui.widgets.symbols import code_content

DIGITS = 9


class CodesUnderKeys:
    """Digits keep their codes for as long as the screen lives, so that fingers can learn them."""

    def __init__(self, context: CodeContext) -> None:
        self.context = context
        self._digits: dict[int, int] = {}
        """The code that each digit has stood for, by its id: no other code gets that digit, even when this one is deleted."""
        self._last = 0
        self._just_used = ""
        self._shown: dict[int, str] | None = None
        self.marks: dict[str, Content] = {}
        """The symbol of each code in its colour, by the code's name, as last read."""

    def read(self) -> dict[int, str]:
        """Return the codes under 1–9: pinned ones, then those used last when the screen was opened, then new ones as used.

        A digit keeps its code under whatever name, until somebody pins another one there.
        """
        self._shown = self._read()[0]
        return self._shown

    def shown(self) -> dict[int, str]:
        """Return the codes under 1–9 as they were last read; they are read again after a code was used or forgotten."""
        return self.read() if self._shown is None or self._just_used else self._shown

    def forget(self) -> None:
        """Let the codes be read again when they are shown next: the codebook may have changed."""
        self._shown = None

    def read_last(self) -> str | None:
        """Return the code that was used last; None before any was."""
        return self._read()[1].get(self._last)

    def had(self, digit: int) -> bool:
        """Return whether a code has lain under a digit."""
        return digit in self._digits

    def use(self, code: str) -> None:
        """Take down that a code was used, which the next reading finds in the codebook."""
        self._just_used = code

    def _read(self) -> tuple[dict[int, str], dict[int, str]]:
        """Return the codes by digit, and the names of all codes by id."""
        rows, ids, last_used = passages.codes_by_use(self.context.study)
        names = {number: name for name, number in ids.items()}
        self.marks = {row.name: code_content(ids[row.name], row.color if is_colour(row.color) else "") for row in rows}
        recent = [ids[name] for name in last_used]
        self._digits |= {row.pin: ids[row.name] for row in rows if row.pin is not None}
        free = [digit for digit in range(1, DIGITS + 1) if digit not in self._digits]
        fresh = [code for code in recent if code not in self._digits.values()]
        self._digits |= dict(zip(free, fresh, strict=False))
        if self._just_used:
            self._last, self._just_used = ids.get(self._just_used, 0), ""
        self._last = self._last if self._last in names else recent[0] if recent else 0
        return {digit: names[code] for digit, code in sorted(self._digits.items()) if code in names}, names
