"""Texts of a colleague's study as this one would have stored them: checked as what people type is, before they are merged.

They are changed in the private copy alone. What people said stays as it is there: it is evidence, and has its place.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from needsseg.study.coding.codes import is_colour
from needsseg.study.connection import plain_text
from needsseg.text import plain_line

if TYPE_CHECKING:
    from needsseg.study.connection import Study

_LINES = {
    "interviews": ("key", "title", "format", "file_name", "imported_at"),
    "participants": ("key", "name", "email", "company", "crm_id"),
    "speakers": ("label",),
    "removed_speech": ("label", "removed_by", "removed_at"),
    "passages": ("decided_by", "decided_at"),
    "seconded": ("coder", "at"),
    "codes": ("name",),
    "passage_codes": ("coded_by", "coded_at"),
    "memos": ("written_by", "written_at"),
    "job_statements": (
        "situation", "motivation", "outcome", "pain", "workaround", "written_by", "written_at"
    ),
    "pseudonyms": ("words", "replacement", "decided_by", "decided_at"),
    "segments": ("name", "confirmed_by"),
    "off_topic": ("decided_by", "decided_at"),
    "passage_pairs": ("decided_by", "decided_at"),
    "needs": ("name", "stated_by", "stated_at"),
    "answers": ("answered_by", "answered_at"),
}  # fmt: skip
"""Names, labels and other texts of one line."""
_WORDS = {"codes": ("description",), "memos": ("words",), "needs": ("description",)}
_LISTS = {"interviews": ("warnings",), "passages": ("reasons",)}
_NEVER_EMPTY = {"key", "name", "label", "words"}
UNNAMED = "unnamed"
_MOST_TRIES = 1000


def check_texts(study: Study) -> None:
    """Clean every text of a colleague's study as typed text is: one line or several, without control characters.

    Two names that become one by it are numbered. Lists and attributes that are no JSON of text become empty.
    """
    with study.cache_writing():
        for table, columns in _LINES.items():
            for column in columns:
                _rewrite(study, table, column, plain_line)
        for table, columns in _WORDS.items():
            for column in columns:
                _rewrite(study, table, column, plain_text)
        for table, columns in _LISTS.items():
            for column in columns:
                _rewrite(study, table, column, _list_of_lines)
        _rewrite(study, "participants", "attributes", _attributes)
        _rewrite(study, "interviews", "reading", _object)
        _rewrite(study, "codes", "color", lambda colour: colour if is_colour(colour) else "")
        for (coder,) in study.rows("SELECT DISTINCT coder FROM turns_read"):
            if plain_line(coder) != coder:
                study.execute("UPDATE OR IGNORE turns_read SET coder = ? WHERE coder = ?", [plain_line(coder), coder])
                study.execute("DELETE FROM turns_read WHERE coder = ?", [coder])


def _rewrite(study: Study, table: str, column: str, checked: Callable[[str], str]) -> None:
    for number, text in study.rows(f"SELECT id, {column} FROM {table} WHERE {column} <> '' ORDER BY id"):
        checked_text = checked(str(text))
        if not checked_text and column in _NEVER_EMPTY:
            checked_text = UNNAMED
        if checked_text != text:
            _store(study, table, column, number, checked_text)


def _store(study: Study, table: str, column: str, number: int, text: str) -> None:
    """Write a text, with a number behind it where it has to differ from all others and does not."""
    for attempt in range(1, _MOST_TRIES):
        try:
            numbered = text if attempt == 1 else f"{text} {attempt}"
            study.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", [numbered, number])
            return
        except sqlite3.IntegrityError:
            continue
    study.execute(f"DELETE FROM {table} WHERE id = ?", [number])


def _list_of_lines(text: str) -> str:
    parsed = _parsed(text)
    lines = [plain_line(each) for each in parsed if isinstance(each, str)] if isinstance(parsed, list) else []
    return text if lines == parsed else json.dumps(lines, ensure_ascii=False)


def _attributes(text: str) -> str:
    parsed = _parsed(text)
    if not isinstance(parsed, dict):
        return "{}"
    attributes = {plain_line(name): plain_text(value) for name, value in parsed.items() if isinstance(value, str)}
    attributes = {name: value for name, value in attributes.items() if name}
    return text if attributes == parsed else json.dumps(attributes, ensure_ascii=False, sort_keys=True)


def _object(text: str) -> str:
    return text if isinstance(_parsed(text), dict) else "{}"


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
