"""The codes under the digits, and the code used last."""

from __future__ import annotations

from textual.content import Content

from needsseg.actions.coding import is_colour, passages
from needsseg.tui.code.context import CodeContext
from needsseg.tui.widgets.symbols import code_content

DIGITS = 9


class CodesUnderKeys:
    """Assigns codes to digits; a digit keeps its code as long as the screen lives, so that fingers can learn it."""

    def __init__(self, context: CodeContext) -> None:
        self.context = context
        self._digits: dict[int, int] = {}
        """Code ids by digit: no other code gets a digit, even when its code is deleted."""
        self._last = 0
        self._just_used = ""
        self._shown: dict[int, str] | None = None
        self.marks: dict[str, Content] = {}
        """The symbol of each code in its colour, by the code's name, as last read."""

    def read(self) -> dict[int, str]:
        """Return the codes under 1–9: pinned ones, then the most recent when the screen was opened, then new ones as used.

        A digit keeps its code, also when it is renamed, until another one is pinned there.
        """
        self._shown = self._read()[0]
        return self._shown

    def shown(self) -> dict[int, str]:
        """Return the codes under 1–9 as last read; they are read again after ``use`` or ``forget``."""
        return self.read() if self._shown is None or self._just_used else self._shown

    def forget(self) -> None:
        """Have the codes read again when they are next shown: the codebook may have changed."""
        self._shown = None

    def read_last(self) -> str | None:
        """Return the code used last; None if there is none."""
        return self._read()[1].get(self._last)

    def had(self, digit: int) -> bool:
        """Return whether a code has been under a digit."""
        return digit in self._digits

    def use(self, code: str) -> None:
        """Note that a code was used; the next reading finds it in the codebook."""
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
