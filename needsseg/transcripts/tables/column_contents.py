"""Recognise the columns of a table of speech by their cells, where their names are missing, vague or misleading."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from needsseg.transcripts.lines.labels import like_a_name
from needsseg.transcripts.moments import is_time, parts_of_range
from needsseg.transcripts.roles import role_from_label
from needsseg.transcripts.tables.columns import (
    Columns,
    columns_of,
    is_time_name,
    names_by_plain,
    person_name,
    plain_name,
    vague_keys,
    with_others,
    words_names,
)
from needsseg.transcripts.tables.wide import speaker_columns

_SAMPLE = 600
_RUNNING_WORDS = 3.0
"""Cells with fewer words on average are not running text."""
_SHARE_BY_NAME = 0.25
"""A column named as words is used if it has this share of the words of the fullest column."""
_MOSTLY = 0.8
_MOST_SPEAKERS = 40
_NO_SPEAKERS = re.compile(
    r"\b(?:sentiment|emotion|topic|theme|tags?|codes?|category|language|lang|gender|sex|status|type|intent|stage|section|"
    r"country|city|region|date|day|plan|industry|source|model|product|segment)\b"
)
_QUESTION = re.compile(
    r"\?\s*$|^(?:q|f|p)\d+\b|^(?:what|why|how|when|where|who|which|do|does|did|is|are|can|could|would|please|describe|tell|"
    r"was|wie|warum|wann|wo|wer|welche|bitte|beschreiben|qué|cómo|por qué|cuándo|quién|comment|pourquoi|quand|quel|quelle|"
    r"qu|décrivez|come|perché|cosa|o que|como|hoe|waarom|wat)\b",
    re.IGNORECASE,
)
_OF_CODEBOOKS = frozenset({"definition", "description", "beschreibung", "descripción", "parent", "parent code"})
_TRANSLATED = re.compile(r"\b(?:translat\w+|übersetz\w+|traduc\w+|traduzione|tradução|vertaling|tłumaczenie|翻译|翻訳)")
_ENDS = frozenset(
    {"local", "remote", "microphone", "system", "mic", "inbound", "outbound", "agent", "customer", "caller"}
)
"""Recorders' names for the two ends of a call; a column of only these names the speakers."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """Statistics of a column's cells: filled cells, words of all distinct values, words per cell, shares of times, values."""

    filled: int
    distinct_words: int
    words_per_cell: float
    times: float
    ranges: float
    values: tuple[str, ...]
    changes: float

    @property
    def running(self) -> bool:
        return self.times < 0.5 and self.words_per_cell >= _RUNNING_WORDS


def columns_by_content(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Columns:
    """Return the columns by their names and contents; ``rows`` are cells by column name.

    Words are in the column of running text: a name for words (``Transcript``) counts only where its cells are text too.
    Open questions of a survey, with one row per respondent, are ``answers``. Times are recognised by their form, an
    unnamed speaker column by short names that change from row to row.
    """
    shapes = {name: _shape([row.get(name, "") for row in rows]) for name in names}
    columns_named = columns_of(names)
    if columns_named.voices or not rows:
        return columns_named
    plain = {plain_name(name) for name in names}
    if "code" in plain and plain & _OF_CODEBOOKS and not columns_named.speaker and not columns_named.start:
        return Columns()
    if not columns_named.words and not columns_named.speaker and (voices := speaker_columns(names, rows)):
        return voices
    words = _words_column(names, shapes, columns_named.words)
    survey = _survey(names, shapes, columns_named, words)
    if survey.answers or not words:
        return survey
    columns = columns_named if words == columns_named.words else Columns(words)
    if words != columns_named.words:
        other_names = {plain: name for plain, name in names_by_plain(names).items() if name != words}
        times = columns_of([*other_names.values(), "text"])
        columns = with_others(replace(columns, start=times.start, end=times.end), other_names)
    columns = _times_by_content(columns, shapes)
    if not columns.speaker:
        columns = replace(columns, speaker=_speaker_column(shapes, columns))
    return columns if columns.key else replace(columns, key=_block_column(names, rows, columns))


def _shape(cells: Sequence[str]) -> _Shape:
    step = max(1, len(cells) // _SAMPLE)
    sample = cells if step == 1 else [cells[index] for index in range(0, len(cells), step)]
    filled_cells = [cell.strip() for cell in sample if cell.strip()]
    values = tuple(dict.fromkeys(filled_cells))
    count = len(filled_cells) or 1
    word_counts = [len(cell.split()) for cell in filled_cells]
    return _Shape(
        len(filled_cells),
        sum(len(value.split()) for value in values),
        sum(word_counts) / count,
        sum(len(cell) < 80 and (is_time(cell) or parts_of_range(cell) is not None) for cell in filled_cells) / count,
        sum(len(cell) < 80 and parts_of_range(cell) is not None for cell in filled_cells) / count,
        values,
        sum(first != second for first, second in itertools.pairwise(filled_cells)) / max(1, count - 1),
    )


def _words_column(names: Sequence[str], shapes: Mapping[str, _Shape], by_name: str) -> str:
    fullest = max(
        (name for name in names if shapes[name].times < 0.5 and not is_time_name(name)),
        key=lambda name: shapes[name].distinct_words,
        default="",
    )
    running_columns = [name for name in names if shapes[name].running and not _TRANSLATED.search(plain_name(name))]
    if _TRANSLATED.search(plain_name(fullest)) and running_columns:
        fullest = max(running_columns, key=lambda name: shapes[name].distinct_words)
    most = shapes[fullest].distinct_words if fullest else 0
    for name in words_names(names):
        # Where the first of two columns named as words holds ids, the second holds the words.
        if shapes[name].distinct_words >= _SHARE_BY_NAME * most and shapes[name].times < 0.5:
            return name
    if fullest and shapes[fullest].running:
        return fullest
    return by_name


def _survey(names: Sequence[str], shapes: Mapping[str, _Shape], named: Columns, words: str) -> Columns:
    """Return ``answers`` where each row is a respondent who answered one or more open questions, else no columns."""
    most_filled = max((shape.filled for shape in shapes.values()), default=0)
    persons = [name for name in (person_name(names), named.speaker, named.key) if name]
    unique = next((name for name in persons if len(shapes[name].values) == shapes[name].filled == most_filled), "")
    if (named.start and named.words) or (named.speaker and named.words and named.speaker != unique):
        return Columns()
    open_questions = tuple(
        name
        for name in names
        if name not in persons and shapes[name].running and not is_time_name(name) and not _is_closed(shapes[name])
    )
    question_count = sum(bool(_QUESTION.search(name.strip())) for name in open_questions)
    if not question_count and (named.words or len(open_questions) < 2 or not unique):
        return Columns()
    if not question_count and _speaker_column(shapes, Columns(words)):
        return Columns()
    return Columns(answers=open_questions, key=unique)


def _is_closed(shape: _Shape) -> bool:
    """Return whether the cells are choices from a list rather than free text: few recurring values."""
    return shape.filled >= 6 and len(shape.values) <= max(2, shape.filled // 3)


def _times_by_content(columns: Columns, shapes: Mapping[str, _Shape]) -> Columns:
    used_columns = {columns.words, columns.speaker, columns.role, columns.start, columns.end}
    if columns.start and shapes[columns.start].ranges >= 0.5:
        return replace(columns, end="")
    timed = [
        name for name, shape in shapes.items() if name not in used_columns and shape.filled and shape.times >= _MOSTLY
    ]
    if not columns.start and timed:
        columns = replace(columns, start=timed.pop(0))
    if not columns.end and timed and shapes[columns.start].ranges < 0.5:
        columns = replace(columns, end=timed[0])
    return columns if columns.key not in {columns.start, columns.end} else replace(columns, key="")


def _speaker_column(shapes: Mapping[str, _Shape], columns: Columns) -> str:
    used_columns = {columns.words, columns.role, columns.start, columns.end, columns.key} - {""}
    candidates = [
        (_speaker_score(shape), name)
        for name, shape in shapes.items()
        if name not in used_columns and not is_time_name(name) and _names_speakers(name, shape)
    ]
    return max(candidates, key=lambda pair: pair[0])[1] if candidates else ""


def _speaker_score(shape: _Shape) -> tuple[float, float]:
    """Return a score for a column of speakers: the share of values that name a role, then of changes between rows."""
    return sum(role_from_label(value) is not None for value in shape.values) / len(shape.values), shape.changes


def _names_speakers(name: str, shape: _Shape) -> bool:
    if {value.casefold() for value in shape.values} <= _ENDS and len(shape.values) > 1:
        return True
    few = 1 < len(shape.values) <= min(_MOST_SPEAKERS, max(2, shape.filled // 2))
    if not few or shape.changes < 0.3 or _NO_SPEAKERS.search(plain_name(name)):
        return False
    return all(like_a_name(value.rstrip(":")) or role_from_label(value) for value in shape.values)


def _block_column(names: Sequence[str], rows: Sequence[Mapping[str, str]], columns: Columns) -> str:
    """Return a vaguely named column (``group``) that separates interviews: each value is in one block of several rows."""
    used_columns: Collection[str] = {columns.words, columns.speaker, columns.role, columns.start, columns.end}
    for name in vague_keys(names):
        cells = [cell for row in rows if (cell := row.get(name, "").strip())]
        blocks = sum(first != second for first, second in itertools.pairwise(cells)) + 1
        different = len(set(cells))
        if name not in used_columns and different > 1 and blocks == different and len(cells) >= 3 * different:
            return name
    return ""
