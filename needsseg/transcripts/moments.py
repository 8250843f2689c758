"""Convert time cells to milliseconds: clock times, ISO times and durations, ranges, seconds or milliseconds."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime

from needsseg.transcripts.subtitles.cues import milliseconds
from needsseg.transcripts.tables.columns import unit_in

_CLOCK = re.compile(r"^[\[(#]?(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,9})|[:;]\d{2,3}|-\d)?[\])#]?$")
_NUMBER = re.compile(r"^-?\d{1,30}(?:[.,]\d{1,30})?(?:e[+-]?\d{1,3})?\s*(ms|s|sec|secs|seconds?|milliseconds?)?$", re.I)
_FRACTION = re.compile(r"^\d+[.,]\d+$")
_LETTERED = re.compile(
    r"^(?:PT)?(?:(?P<h>\d{1,4})\s*h(?:ours?|rs?)?\s*)?(?:(?P<m>\d{1,5})\s*m(?:in(?:utes?|s)?)?\s*)?"
    r"(?:(?P<s>\d{1,7})(?:[.,](?P<f>\d{1,9}))?\s*s(?:ec(?:onds?|s)?)?)?$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"^(\S.{0,38}?)\s*(?:-->|->|→|–|—|\bto\b|\s-\s|(?<=\d)-(?=\d+:))\s*(\S.{0,38})$")
_ISO = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d")
_SLOWEST_WORDS_PER_SECOND = 0.08
_LONGEST_S = 1e9
_DIGITS = 15
_ABSENT = frozenset({"", "n/a", "na", "none", "null", "nan", "-", "inf", "infinity"})


def unit_of(cells: Sequence[str], words: int) -> str:
    """Return the unit of integers without one, ``ms`` or ``s``, from all time cells of a table and its word count.

    It is milliseconds where seconds would mean fewer than 0.08 words a second, as people speak two or three. Numbers
    with a fraction are seconds.
    """
    numbers = [int(text) for cell in cells if (text := cell.strip()).isdecimal() and len(text) <= _DIGITS]
    if len(numbers) < 2 or any(_FRACTION.match(cell.strip()) for cell in cells):
        return "s"
    span = max(numbers) - min(numbers)
    return "ms" if span and words / span < _SLOWEST_WORDS_PER_SECOND else "s"


def in_milliseconds(cells: Sequence[str], column: str, unit: str) -> tuple[list[int | None], list[int]]:
    """Return one column's cells in milliseconds (None where empty), and the indices of cells that are not times.

    The unit in the column's name (``start_ms``) takes precedence over ``unit``. ISO times are relative to the first.
    """
    texts = [cell.strip() for cell in cells]
    unit = unit_in(column) or unit
    times: list[int | None] = []
    bad: list[int] = []
    dated = [moment for text in texts if (moment := _dated(text)) is not None]
    for index, text in enumerate(texts):
        moment = _dated(text)
        value = _cell_in_milliseconds(text, unit) if moment is None else round((moment - dated[0]) * 1000)
        absent = text.casefold() in _ABSENT
        if not absent and (value is None or value < 0):
            bad.append(index)
        times.append(None if absent or value is None or value < 0 else value)
    return times, bad


def parts_of_range(cell: str) -> tuple[str, str] | None:
    """Return the two times of a cell such as ``0:00.0 - 0:07.0`` or ``00:01 --> 00:04``; None where it is not a range."""
    match = _RANGE.match(cell.strip("[]() \t"))
    if match and all(is_time(part) or _NUMBER.match(part.strip()) for part in match.groups()):
        return match[1].strip(), match[2].strip()
    return None


def is_time(cell: str) -> bool:
    """Return whether a cell has the form of a time: a clock time, ISO, a number with a unit, but not a bare number."""
    text = cell.strip()
    number = _NUMBER.match(text)
    return bool(_CLOCK.match(text) or _ISO.match(text) or (number and number[1]) or _lettered(text) is not None)


def milliseconds_of(text: str, unit: str) -> int | None:
    """Return one time in milliseconds, None where it is not a time; ``unit`` (``ms`` or ``s``) is that of bare numbers."""
    return _cell_in_milliseconds(text.strip(), unit) if text.strip() else None


def _cell_in_milliseconds(text: str, unit: str) -> int | None:
    if match := _CLOCK.match(text):
        return milliseconds(*match.group(1, 2, 3, 4))
    if match := _NUMBER.match(text):
        own_unit = (match[1] or "").casefold()
        number = float((text[: match.start(1)] if match[1] else text).replace(",", "."))
        in_thousandths = own_unit in {"ms", "millisecond", "milliseconds"} or (not own_unit and unit == "ms")
        seconds = number / 1000 if in_thousandths else number
        return round(seconds * 1000) if math.isfinite(seconds) and seconds < _LONGEST_S else None
    return _lettered(text)


def _lettered(text: str) -> int | None:
    """Return the milliseconds of ``1h 2m 3s``, ``0 minutes 7 seconds`` or ``PT1M2.5S``; None for anything else."""
    match = _LETTERED.match(text) if text[-1:].isalpha() else None
    if match is None or not (match["h"] or match["m"] or match["s"]):
        return None
    return milliseconds(match["h"], match["m"] or "0", match["s"] or "0", match["f"])


def _dated(text: str) -> float | None:
    if not _ISO.match(text):
        return None
    try:
        return datetime.fromisoformat(_short_fraction(text).replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return None


def _short_fraction(text: str) -> str:
    """Return an ISO time with its fraction cut to six digits, as many as Python parses."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)
