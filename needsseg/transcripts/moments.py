"""Time cells of a table become milliseconds: clock times, ISO times, seconds or milliseconds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from needsseg.transcripts.columns import unit_in
from needsseg.transcripts.cues import milliseconds

_CLOCK = re.compile(r"^[\[(]?(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,6})|[:;]\d{2})?[\])]?$")
_NUMBER = re.compile(r"^-?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?\s*(ms|s|sec|seconds)?$", re.IGNORECASE)
_FRACTION = re.compile(r"^\d+[.,]\d+$")
_SLOWEST_WORDS_PER_SECOND = 0.08
_ABSENT = frozenset({"", "n/a", "na", "none", "null", "nan", "-"})


def unit_of(cells: Sequence[str], words: int) -> str:
    """``ms`` or ``s``: what whole numbers without a unit are, told by all time cells of a table and its word count.

    Milliseconds where seconds would mean a talk of fewer than 0.08 words a second: people say two or three, and a
    thousandth of that is the other reading. Numbers with a fraction are seconds.
    """
    numbers = [int(text) for cell in cells if (text := cell.strip()).isdecimal()]
    if len(numbers) < 2 or any(_FRACTION.match(cell.strip()) for cell in cells):
        return "s"
    span = max(numbers) - min(numbers)
    return "ms" if span and words / span < _SLOWEST_WORDS_PER_SECOND else "s"


def in_milliseconds(cells: Sequence[str], column: str, unit: str) -> tuple[list[int | None], list[int]]:
    """Milliseconds of one column's cells (None where empty), and the indices of cells that are no time.

    The unit in the column's name (``start_ms``) goes before ``unit``. ISO times count from the first.
    """
    texts = [cell.strip() for cell in cells]
    unit = unit_in(column) or unit
    found: list[int | None] = []
    bad: list[int] = []
    dated = [moment for text in texts if (moment := _dated(text)) is not None]
    for index, text in enumerate(texts):
        moment = _dated(text)
        value = _one(text, unit) if moment is None else round((moment - dated[0]) * 1000)
        absent = text.casefold() in _ABSENT
        if not absent and (value is None or value < 0):
            bad.append(index)
        found.append(None if absent or value is None or value < 0 else value)
    return found, bad


def _one(text: str, unit: str) -> int | None:
    if match := _CLOCK.match(text):
        return milliseconds(*match.group(1, 2, 3, 4))
    if match := _NUMBER.match(text):
        own = (match[1] or "").casefold()
        number = float(text[: match.start(1)] if match[1] else text.replace(",", "."))
        return round(number) if (own or unit) == "ms" else round(number * 1000) if number < 1e9 else None
    return None


def _dated(text: str) -> float | None:
    if not re.match(r"^\d{4}-\d\d-\d\d[T ]\d", text):
        return None
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return None
