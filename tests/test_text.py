"""Counts, dates and durations in words, and text that no terminal is steered by."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.text import (
    counted_words,
    date_of,
    format_clock,
    format_count,
    format_stamp,
    format_time_left,
    plural,
    safe,
)

EMBEDDINGS, ISOLATES = "\u202a\u202b\u202c\u202d\u202e", "\u2066\u2067\u2068\u2069"
pieces = st.one_of(
    st.characters(), st.sampled_from([*"\x00\x07\x1b\x7f\x9b\x85\t\n\r", *EMBEDDINGS, *ISOLATES]), st.just("\x1b[31m")
)
nasty = st.lists(pieces).map("".join)


@given(nasty, st.booleans(), st.booleans())
def test_a_safe_text_holds_no_control_and_keeps_its_offsets(text: str, tabs: bool, newlines: bool) -> None:
    clean = safe(text, tabs=tabs, newlines=newlines)
    kept = "\t" * tabs + "\n" * newlines
    assert len(clean) == len(text)
    assert not [char for char in clean if unicodedata.category(char) == "Cc" and char not in kept]
    assert not set(clean) & set(EMBEDDINGS + ISOLATES)
    assert all(new == old or old not in kept for old, new in zip(text, clean, strict=True))


@given(nasty, st.booleans(), st.booleans())
def test_cleaning_twice_is_cleaning_once(text: str, tabs: bool, newlines: bool) -> None:
    clean = safe(text, tabs=tabs, newlines=newlines)
    assert safe(clean, tabs=tabs, newlines=newlines) == clean


@given(st.text(st.characters(exclude_categories=["Cc", "Cf"])))
def test_a_text_without_controls_stays_as_it_is(text: str) -> None:
    assert safe(text, tabs=True) == safe(text, newlines=False) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),  # colour
        ("\x1b]52;c;aGk=\x07", "�]52;c;aGk=�"),  # the clipboard
        ("\x9b2J", "�2J"),  # C1 begins a sequence too
        ("a\rb", "a�b"),
        ("user\u202etxt.exe", "user�txt.exe"),
        ("שלום\u200f, 👩\u200d👧", "שלום\u200f, 👩\u200d👧"),  # marks and joiners belong to the script
    ],
)
def test_what_would_steer_a_terminal_becomes_a_sign(text: str, clean: str) -> None:
    assert safe(text) == clean


def test_tabs_and_newlines_stay_as_asked() -> None:
    text = "a\tb\nc"
    assert safe(text) == "a b\nc"
    assert safe(text, tabs=True) == text
    assert safe(text, newlines=False) == "a b c"
    assert safe(text, tabs=True, newlines=False) == "a\tb c"


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 passages"), (1, "1 passage"), (2, "2 passages"), (2000, "2,000 passages")]
)
def test_a_count_has_its_plural_and_thousands_set_apart(number: int, said: str) -> None:
    assert format_count(number, "passage") == said


def test_an_irregular_plural_is_given() -> None:
    assert (format_count(1, "person", "people"), format_count(3, "person", "people")) == ("1 person", "3 people")
    assert (plural(1, "was", "were"), plural(0, "was", "were"), plural(5, "memo")) == ("was", "were", "memos")


@given(st.dates())
def test_a_day_is_counted_from_1970(day: date) -> None:
    assert date_of((day - date(1970, 1, 1)).days) == day


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)), st.integers(-14, 14))
def test_a_stamp_is_the_moment_in_utc_to_the_second(moment: datetime, hours: int) -> None:
    there = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    stamp = format_stamp(there)
    assert stamp.endswith("Z") and len(stamp) == len("2026-07-01T12:00:00Z")
    assert datetime.fromisoformat(stamp) == there.astimezone(UTC).replace(microsecond=0)


@pytest.mark.parametrize(
    ("milliseconds", "short", "full"),
    [(None, "", ""), (0, "0:00", "00:00:00"), (65_999, "1:05", "00:01:05"), (3_600_000, "1:00:00", "01:00:00"),
     (360_000_000, "100:00:00", "100:00:00")],
)  # fmt: skip
def test_a_time_of_a_recording(milliseconds: int | None, short: str, full: str) -> None:
    assert (format_clock(milliseconds), format_clock(milliseconds, full=True)) == (short, full)


@pytest.mark.parametrize(
    ("seconds", "unit"), [(0.2, "1 s"), (89, "89 s"), (90, "2 min"), (5_399, "90 min"), (5_400, "1.5 h")]
)
def test_a_time_left_is_as_exact_as_it_can_be_known(seconds: float, unit: str) -> None:
    assert unit in format_time_left(seconds)


@pytest.mark.parametrize(
    ("counts", "most", "words"),
    [
        ({"bugs": 1, "price": 3}, 3, "price 3, bugs 1"),
        ({"b": 1, "a": 1, "c": 2000}, 2, "c 2,000, a 1 and 1 more"),
        ({"a": 1}, 1, "a 1"),
        ({}, 3, ""),
    ],
)
def test_counted_words_name_the_most_frequent(counts: dict[str, int], most: int, words: str) -> None:
    assert counted_words(counts, most) == words
