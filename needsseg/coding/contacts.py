"""E-mail addresses, web addresses and phone numbers in running text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Contact = Literal["email", "url", "phone"]

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[^\W_][\w-]*\.)+[^\W\d_]{2,}(?![\w-])")
_URL = re.compile(
    r"https?://[^\s<>\"“”]+|(?<![\w@.-])www\.[^\s<>\"“”]+"
    r"|(?<![\w@.-])(?:[a-z0-9][a-z0-9-]*\.)+(?:com|org|net|io|app|dev|ai|edu|gov|eu|co\.[a-z]{2}|com\.[a-z]{2})"
    r"(?:/[^\s<>\"“”]*)?(?![\w-])",
    re.IGNORECASE,
)
_TAIL = ".,;:!?)]}'’"
# Groups of digits with the separators of phone numbers; ``_dialled`` checks the rest.
_SPACED = r"[^\W\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]"  # letters of scripts with spaces: "A4155550132" is not one
_DIGITS = re.compile(
    rf"(?<!{_SPACED})(?<![+#€$£¥-])(?<!\d[.,:/])(?:\+ ?|\()?\d(?:[ \u00a0\u202f.\-/–()]{{0,2}}\d){{5,16}}"
    rf"(?!{_SPACED}|[%€$£¥]|[.,:/-]\d)"
)
_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{2}){1,2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})(?!\d)")
_CALL_WORD = re.compile(
    r"\b(?:phone|telephone|tel|mobile|cell|call|called|dial|ring|text|fax|whatsapp|reach (?:me|us|him|her|them))\b"
    r"(?: (?:no|nr)\.)?[^\d.!?]{0,25}$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?:\b(?:id|ids|no|nr|number of|order|ticket|invoice|case|ref|reference|version|v)\b[.:\s]*|#\s?)$", re.IGNORECASE
)
_NORTH_AMERICAN = re.compile(r"(?:1[ .-]?)?\(?[2-9]\d{2}\)?[ .\u00a0-]{0,2}[2-9]\d{2}[ .\u00a0-]\d{4}")


def contacts(text: str) -> Iterator[tuple[int, int, Contact]]:
    """Yield the spans (code points, half-open) of e-mail and web addresses and phone numbers; they may overlap.

    A phone number is international (+ or 00), in North American groups, national with a leading 0 and at least nine
    digits, or any group of seven or more digits right after a word such as "call". Dates, years, prices, times and
    counts are not phone numbers.
    """
    for match in _EMAIL.finditer(text):
        yield match.start(), match.end(), "email"
    for match in _URL.finditer(text):
        yield match.start(), match.start() + len(match.group().rstrip(_TAIL)), "url"
    for match in _DIGITS.finditer(text):
        if _dialled(match.group(), text[max(0, match.start() - 40) : match.start()]):
            yield match.start(), match.end(), "phone"


def _dialled(number: str, before: str) -> bool:
    digits = re.sub(r"\D", "", number)
    if _DATE.search(number) or not 7 <= len(digits) <= 15:
        return False
    if number.startswith("+"):
        return True
    follows_call_word = _CALL_WORD.search(before) is not None
    if not follows_call_word and _COUNTED.search(before):
        return False
    grouped = len(digits) < len(number)
    if digits.startswith("00"):
        return grouped and len(digits) >= 9
    if digits.startswith("0"):
        return 9 <= len(digits) <= 12 and (grouped or len(digits) in (10, 11))
    if _NORTH_AMERICAN.fullmatch(number):
        return True
    return follows_call_word and not digits.endswith("000")
