"""Text as people read it: counts with the right plural, dates and durations, and text that is safe for a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta

EPOCH = date(1970, 1, 1)
REPLACEMENT = "�"
# C0, DEL and C1 move the cursor, recolour the terminal or begin an escape sequence; embeddings, overrides and isolates
# (U+202A–E, U+2066–9) make a line look like other words. Direction marks and joiners are needed by scripts.
_CONTROLS = dict.fromkeys(
    (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), REPLACEMENT
)
_TABLES = {
    (tabs, newlines): _CONTROLS | {0x09: "\t" if tabs else " ", 0x0A: "\n" if newlines else " "}
    for tabs in (False, True)
    for newlines in (False, True)
}
_ANY_CONTROL = re.compile(f"[{re.escape(''.join(map(chr, _CONTROLS)))}]")
_REPLACED = {
    (tabs, newlines): re.compile(
        f"[{re.escape(''.join(map(chr, set(_CONTROLS) - {*[0x09] * tabs, *[0x0A] * newlines})))}]"
    )
    for tabs in (False, True)
    for newlines in (False, True)
}
# JSON escapes C0 itself; the rest is escaped too, so that no terminal interprets it.
_JSON_ESCAPES = {code: f"\\u{code:04x}" for code in _CONTROLS if code >= 0x20}
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_DROPPED = dict.fromkeys((*(code for code in _CONTROLS if code not in (0x09, 0x0A)), *range(0xD800, 0xE000)))
_SEPARATORS = dict.fromkeys((*_CONTROLS, 0x2028, 0x2029), " ") | dict.fromkeys((0, *range(0xD800, 0xE000)))


def safe(text: str, *, tabs: bool = False, newlines: bool = True) -> str:
    """Return ``text`` as it can be shown on any terminal: it moves no cursor, colours nothing and keeps its order.

    Each control character becomes one �, so that offsets still fit; the rest of an escape sequence stays, harmless
    without its beginning. A tab stays where ``tabs`` is set, a newline unless ``newlines`` is unset; else it is a blank.
    """
    # Asking first, and searching next, is many times as fast as replacing nothing. No control character is printable.
    if (is_plain(text) if newlines else text.isprintable()) or not _REPLACED[tabs, newlines].search(text):
        return text
    return text.translate(_TABLES[tabs, newlines])


_PLAIN = bytes(range(0x20, 0x7F)) + b"\n"


def is_plain(text: str) -> bool:
    """Return whether a text is printable but for its line ends; for ASCII in a third of the time that ``isprintable`` takes."""
    if text.isascii():
        return not text.encode("ascii").translate(None, _PLAIN)
    return text.replace("\n", "").isprintable()


def one_line_encoder(encoder: json.JSONEncoder) -> Callable[[object], str]:
    """Return what the ``encode`` of an encoder is that leaves letters as they are, with its C part made once, not at each call.

    It has no indent, and what is encoded must not hold itself.
    """
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None or encoder.ensure_ascii:
        return encoder.encode
    parts = make(
        None, encoder.default, json.encoder.encode_basestring, None, encoder.key_separator, encoder.item_separator,
        encoder.sort_keys, encoder.skipkeys, encoder.allow_nan,
    )  # fmt: skip
    return lambda value: "".join(parts(value, 0))


def escaped_json(text: str) -> str:
    """Return JSON in which DEL, C1 and overrides of direction are written as ``\\u`` escapes: the same value, safe to show."""
    if text.isprintable():
        return text
    return text.translate(_JSON_ESCAPES) if _ANY_CONTROL.search(text) else text


def is_one_line(text: str) -> bool:
    """Return whether a text holds no line break, tab, control character or override of direction."""
    return not _ANY_CONTROL.search(text) and "\u2028" not in text and "\u2029" not in text


def without_controls(text: str) -> str:
    """Return text with LF line ends and tabs, and no other control character, override of direction or half a surrogate pair.

    These are never intended; NUL and lone surrogates also cannot be stored in files.
    """
    return _BREAKS.sub("\n", text).translate(_DROPPED)


def plain_line(text: str) -> str:
    """Return a name as it may be stored: on one line, each control character and line break a blank, blanks joined."""
    return " ".join(text.translate(_SEPARATORS).split())


def plural(number: int, word: str, several: str = "") -> str:
    """Return ``word`` for one and ``several``, or ``word`` with an s, for any other number: ``plural(2, "was", "were")``."""
    return word if number == 1 else several or f"{word}s"


def format_count(number: int, word: str, several: str = "") -> str:
    """Return a number with what it counts, thousands set apart: ``1 passage``, ``2,000 passages``."""
    return f"{number:,} {plural(number, word, several)}"


def counted_words(counts: Mapping[str, int], most: int) -> str:
    """Return the most frequent words with their numbers, and how many more there are: ``price 12, bugs 3 and 2 more``."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = ", ".join(f"{word} {count:,}" for word, count in ranked[:most])
    return shown + (f" and {len(ranked) - most:,} more" if len(ranked) > most else "")


def format_list(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: ``A``, ``A and B``, ``A, B and C``; "" for none."""
    *others, last = words or [""]
    return f"{', '.join(others)} and {last}" if others else last


_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}


def format_money(amount: float, currency: str = "") -> str:
    """Return an amount with its currency: ``€18,600``, ``CHF 12.50``; hundredths only below 1,000 and where there are any."""
    figure = f"{amount:,.0f}" if abs(amount) >= 1_000 or amount == round(amount) else f"{amount:,.2f}"
    return f"{_SIGNS[currency]}{figure}" if currency in _SIGNS else f"{currency} {figure}".strip()


def date_of(day: int) -> date:
    """Return the date of a day that is counted since 1970-01-01; ``str`` shows it as an ISO date."""
    return EPOCH + timedelta(days=day)


def format_stamp(moment: datetime) -> str:
    """Return a moment with a time zone as ISO 8601 in UTC to the second: ``2026-07-01T12:00:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_clock(milliseconds: int | None, *, full: bool = False) -> str:
    """Return a time of a recording as m:ss, from an hour on h:mm:ss; always as hh:mm:ss where ``full``; None as nothing."""
    if milliseconds is None:
        return ""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    if full:
        return f"{hours:02}:{minutes:02}:{seconds:02}"
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def format_time_left(seconds: float) -> str:
    """Return the remaining time in words, in seconds, minutes or hours."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    if seconds < 5_400:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3_600:.1f} h left"


def texts_in(*values: object) -> list[str]:
    """Return all texts in values, also those inside of records, mappings and sequences."""
    texts: list[str] = []
    parts = list(values)
    while parts:
        part = parts.pop()
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, Mapping):
            parts += [*part, *part.values()]
        elif isinstance(part, tuple | list):
            parts += part
        elif is_dataclass(part):
            parts += [getattr(part, each.name) for each in fields(part)]
    return texts
