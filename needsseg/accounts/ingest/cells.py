"""DuckDB expressions that parse one cell of text: dates, numbers, ids. NULL means empty or unreadable."""

from __future__ import annotations

from needsseg.accounts.tiers.zones import offsets

DATE_HINT = "not a date that can be read without guessing; write 2026-03-01 or 2026-03-01T09:30:00Z"
NUMBER_HINT = "not a number; write 1200, 1,200 or 1200.50"
FORMATS = ("iso", "day-first", "month-first", "seconds", "milliseconds")

_OFFSET = r"\s*(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)"
_STAMP = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
_NUMBER = r"^[$€£]?\s*(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$"
_CLOCK = r"(?:(?:,? +|T)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?(?:" + _OFFSET + r")?)?"
_TRIPLE = r"(?:\d{1,2}/\d{1,2}/\d{4}|\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2}-\d{1,2}-\d{4})"
FIRST, SECOND, _THIRD = r"^(\d+)", r"^\d+.(\d+)", r"^\d+.\d+.(\d{4})"
_HOUR, _MINUTES = r"[ T](\d{1,2}):", r":\d{2}(?::\d{2}(?:\.\d+)?)?"
_HALF = r"\d ?([AaPp][Mm])"
_ZONE = r":\d{2}(?:\.\d+)?(?: ?[AaPp][Mm])?" + _OFFSET + "$"
YEAR_FIRST = rf"\d{{4}}-\d{{2}}-\d{{2}}|\d{{4}}/\d{{2}}/\d{{2}}|(?:19|20)\d{{6}}|{_STAMP[1:]}(?:{_OFFSET})?"
YEAR_LAST = _TRIPLE + _CLOCK
SECONDS = r"\d{9,10}(?:\.\d+)?"
MILLISECONDS = r"\d{12,13}(?:\.0+)?"

_SALESFORCE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def text(value: str) -> str:
    """``value`` as a string literal."""
    return "'" + value.replace("'", "''") + "'"


def year_first(cell: str, form: str) -> str:
    """Return SQL that rewrites a date with the year last to year first, by one of FORMATS; other cells are unchanged."""
    trimmed = f"trim({cell})"
    slashed = (
        f"CASE WHEN contains({cell}, '/') THEN CASE WHEN regexp_full_match({trimmed}, '[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}}') "
        f"THEN replace({trimmed}, '/', '-') ELSE {trimmed} END ELSE {trimmed} END"
    )
    if form not in ("day-first", "month-first"):
        return slashed
    first_part, second_part = (
        f"lpad(regexp_extract({trimmed}, {text(pattern)}, 1), 2, '0')" for pattern in (FIRST, SECOND)
    )
    day, month = (first_part, second_part) if form == "day-first" else (second_part, first_part)
    year = f"regexp_extract({trimmed}, {text(_THIRD)}, 1)"
    hour = f"regexp_extract({trimmed}, {text(_HOUR)}, 1)"
    half = f"lower(regexp_extract({trimmed}, {text(_HALF)}, 1))"
    # 12 is hour 0 of its half day; hours above 12 with am or pm are invalid, and are refused.
    reordered = (
        f"CASE WHEN {half} = '' THEN lpad({hour}, 2, '0') WHEN {hour}::INT NOT BETWEEN 1 AND 12 THEN '99' "
        f"ELSE lpad(({hour}::INT % 12 + CASE WHEN {half} = 'pm' THEN 12 ELSE 0 END)::VARCHAR, 2, '0') END"
    )
    minutes = f"regexp_extract({trimmed}, {text(_MINUTES)})"
    zone = f"regexp_extract({trimmed}, {text(_ZONE)}, 1)"
    clock = f"CASE WHEN {hour} = '' THEN '' ELSE ' ' || {reordered} || {minutes} || {zone} END"
    return (
        f"CASE WHEN regexp_full_match({trimmed}, {text(YEAR_LAST)}) "
        f"THEN {year} || '-' || {month} || '-' || {day} || {clock} ELSE {slashed} END"
    )


def plain_stamp(cell: str) -> str:
    """Return SQL for the timestamp of a trimmed cell in the most usual forms, NULL for any other cell.

    These are ``2026-03-01`` and ``2026-03-01 09:30:00`` with a blank or a T, at most six decimals, and UTC or no offset. A cell
    is one of them where the timestamp, written again, gives the same text: that takes less time than the regular expressions
    of ``stamp_parts``, and nearly all cells of a large file are of these forms.
    """
    stamp = f"try_cast(left({cell}, 19) AS TIMESTAMP)"
    return (
        f"CASE WHEN length({cell}) >= 19 THEN CASE WHEN {stamp}::VARCHAR = replace(left({cell}, 19), 'T', ' ') THEN "
        f"CASE WHEN length({cell}) = 19 OR regexp_full_match(substr({cell}, 20), '([.][0-9]{{1,6}})?(Z|[+]00(:?00)?)?') "
        f"THEN {stamp} END END "
        f"WHEN length({cell}) = 10 THEN CASE WHEN {_is_plain_day(cell)} THEN try_cast({cell} AS TIMESTAMP) END END"
    )


def is_plain(cell: str) -> str:
    """Return SQL for whether a cell without outer blanks is a date or a stamp of 19 characters as ``plain_stamp`` reads it."""
    return (
        f"CASE length({cell}) WHEN 19 THEN coalesce(try_cast({cell} AS TIMESTAMP)::VARCHAR = replace({cell}, 'T', ' '), false) "
        f"WHEN 10 THEN coalesce({_is_plain_day(cell)}, false) ELSE false END"
    )


def _is_plain_day(cell: str) -> str:
    return f"try_cast({cell} AS DATE)::VARCHAR = {cell}"


def stamp_parts(cell: str, prefix: str, form: str = "iso", plain: str = "NULL::TIMESTAMP") -> str:
    """Three columns for one cell: the stamp as written in seconds, its offset in seconds, a bare number of seconds.

    ``cell`` has its year first where it is a date (``year_first``); ``form`` is the unit of a bare number; ``plain`` is its
    ``plain_stamp``. They are columns for the functions below, because a time zone's transitions would otherwise repeat the
    whole expression a hundred times.
    """
    trimmed = f"trim({cell})"
    stamp = f"regexp_extract({trimmed}, {text(_STAMP)})"
    is_stamp = f"regexp_full_match({trimmed}, {text(_STAMP + '(?:' + _OFFSET + ')?')})"
    compact = (
        ""
        if form in ("seconds", "milliseconds")
        else f"WHEN regexp_full_match({trimmed}, '(19|20)[0-9]{{6}}') THEN try_strptime({trimmed}, '%Y%m%d') "
    )
    timestamp = (
        f"CASE WHEN regexp_full_match({trimmed}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') "
        f"THEN try_cast({trimmed} AS TIMESTAMP) {compact}"
        f"WHEN {is_stamp} THEN try_cast({stamp} AS TIMESTAMP) END"
    )
    # Only the text after the stamp: the -01 of a date must not be taken for an offset.
    sign = f"regexp_extract(substr({trimmed}, length({stamp}) + 1), {text(_OFFSET + '$')}, 1)"
    digits = f"regexp_replace({sign}, '[^0-9]', '', 'g')"
    size = (
        f"(try_cast(left({digits}, 2) AS BIGINT) * 3600 + coalesce(try_cast(substr({digits}, 3, 2) AS BIGINT), 0) * 60)"
    )
    shift = (
        f"CASE WHEN {plain} IS NOT NULL THEN CASE WHEN suffix({cell}, 'Z') OR contains({cell}, '+') THEN 0 END "
        f"WHEN NOT {is_stamp} OR {sign} = '' THEN NULL WHEN upper({sign}) IN ('Z', 'UTC') THEN 0 "
        f"WHEN left({sign}, 1) = '-' THEN -{size} ELSE {size} END"
    )
    written_second = f"epoch_us(CASE WHEN {plain} IS NOT NULL THEN {plain} ELSE {timestamp} END) // 1000000"
    return f"{written_second} AS {prefix}_written, {shift} AS {prefix}_shift, {_bare(trimmed, form)} AS {prefix}_bare"


def _bare(trimmed: str, form: str) -> str:
    if form not in ("seconds", "milliseconds"):
        return "NULL::BIGINT"
    whole_seconds = f"try_cast(regexp_extract({trimmed}, '^[0-9]+') AS BIGINT)"
    return (
        f"CASE WHEN regexp_full_match({trimmed}, '[0-9]{{1,14}}([.][0-9]+)?') "
        f"THEN {whole_seconds}{' // 1000' if form == 'milliseconds' else ''} END"
    )


def utc_second(prefix: str, tz: str) -> str:
    """Seconds since 1970 UTC; a stamp without an offset is in ``tz`` (the earlier reading where clocks go back)."""
    written_column = f"{prefix}_written"
    return (
        f"coalesce({prefix}_bare, CASE WHEN {prefix}_shift IS NULL "
        f"THEN {written_column} - {_offset_at(written_column, tz, local=True)} ELSE {written_column} - {prefix}_shift END)"
    )


def local_day(prefix: str, tz: str) -> str:
    """The calendar day as days since 1970-01-01: as written where no offset is given, else as it is in ``tz``."""
    bare, utc_written = f"{prefix}_bare", f"({prefix}_written - {prefix}_shift)"
    return (
        f"(CASE WHEN {bare} IS NOT NULL THEN ({bare} + {_offset_at(bare, tz)}) // 86400 "
        f"WHEN {prefix}_shift IS NULL THEN {prefix}_written // 86400 "
        f"ELSE ({utc_written} + {_offset_at(utc_written, tz)}) // 86400 END)"
    )


def local_second(second: str, tz: str) -> str:
    """A UTC second as the wall clock of ``tz`` shows it, so that whole days of it are calendar days."""
    return f"({second} + {_offset_at(second, tz)})"


def _offset_at(second: str, tz: str, local: bool = False) -> str:
    steps = offsets(tz)
    if len(steps) == 1:
        return str(steps[0][1])
    cases = []
    for (_, before), (start, after) in zip(reversed(steps[:-1]), reversed(steps[1:]), strict=True):
        # In local time a transition applies from the later of both clock times on, as zoneinfo's fold=0.
        edge = start + max(before, after) if local else start
        cases.append(f"WHEN {second} >= {edge} THEN {after}")
    return f"(CASE {' '.join(cases)} ELSE {steps[0][1]} END)"


def number(cell: str) -> str:
    """A number that is not negative, with thousands commas or a currency sign allowed; DOUBLE."""
    return (
        f"CASE WHEN regexp_full_match(trim({cell}), {text(_NUMBER)}) "
        f"THEN try_cast(regexp_replace({cell}, '[$€£,\\s]', '', 'g') AS DOUBLE) END"
    )


def account_key(cell: str) -> str:
    """The account id without outer blanks; a 15-character Salesforce account id (``001…``) with its check suffix."""
    trimmed = f"trim({cell})"
    chunks = " || ".join(_checksum(trimmed, first) for first in (1, 6, 11))
    return (
        f"CASE WHEN length({trimmed}) = 15 THEN CASE WHEN regexp_full_match({trimmed}, '001[a-zA-Z0-9]{{12}}') "
        f"THEN {trimmed} || {chunks} ELSE {trimmed} END ELSE {trimmed} END"
    )


def _checksum(cell: str, first: int) -> str:
    bits = " + ".join(
        f"CASE WHEN substr({cell}, {first + place}, 1) BETWEEN 'A' AND 'Z' THEN {1 << place} ELSE 0 END"
        for place in range(5)
    )
    return f"substr({text(_SALESFORCE_LETTERS)}, 1 + {bits}, 1)"


def salesforce_18(account_id: str) -> str:
    """Apply the rule of :func:`account_key` to one id: for each five characters, five bits give one letter."""
    key = account_id.strip()
    if len(key) != 15 or not key.startswith("001") or not (key.isascii() and key.isalnum()):
        return key
    chunks = (key[first : first + 5] for first in (0, 5, 10))
    return key + "".join(
        _SALESFORCE_LETTERS[sum(1 << place for place, letter in enumerate(chunk) if "A" <= letter <= "Z")]
        for chunk in chunks
    )


def event_source(source: str, platform: str) -> str:
    """api, mobile, web or NULL, from what the file says of source and platform."""
    source_text = f"lower(concat_ws(' ', {source}, {platform}))"
    return (
        f"CASE WHEN regexp_matches({source_text}, '(^|[^a-z])(api|rest|graphql|sdk|webhook|cli|server)($|[^a-z])') THEN 'api' "
        f"WHEN regexp_matches({source_text}, '(mobile|iphone|ipad|android|(^|[^a-z])ios($|[^a-z])|tablet)') THEN 'mobile' "
        f"WHEN regexp_matches({source_text}, '(web|browser|desktop|windows|mac ?os|linux|chrome|firefox|safari|edge|js)') "
        f"THEN 'web' END"
    )
