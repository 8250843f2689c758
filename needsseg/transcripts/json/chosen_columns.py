"""Columns of a nested JSON document that a person names by their paths: ``results.items.text``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]
_INDEX = re.compile(r"\[[^\]]*\]")
_MOST_PATHS = 400
_MOST_ITEMS = 50
"""Items of a list that are searched for paths; all items are read."""
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class ChosenRow:
    """One value at the path of the words: the cells of its item by name, and the id of its object and its key.

    ``places`` are the object ids and keys of the other chosen columns, by column name.
    """

    cells: Mapping[str, str]
    holder: int
    key: str
    places: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class _Around:
    """An object that contains a value, the path to the object, and whether it is an item of a list."""

    path: Path
    record: dict[str, Any]
    item: bool


def paths_in(value: Any) -> tuple[Path, ...]:
    """Return the paths to all texts and numbers of a document in order, without list indices."""
    paths: dict[Path, None] = {}
    stack: list[tuple[Path, Any]] = [((), value)]
    while stack and len(paths) < _MOST_PATHS:
        path, item = stack.pop()
        if isinstance(item, dict) and len(path) < _DEEPEST:
            stack.extend(((*path, key), child) for key, child in reversed(item.items()))
        elif isinstance(item, list):
            stack.extend((path, child) for child in reversed(item[:_MOST_ITEMS]))
        elif _is_cell(item) and path:
            paths[path] = None
    return tuple(paths)


def path_called(name: str, document_paths: tuple[Path, ...]) -> Path | None:
    """Return the path that a name stands for: written in full, or as an end that only one path has; else None."""
    named_path = tuple(part for part in _INDEX.sub("", name).strip(".$ ").split(".") if part)
    if not named_path or named_path in document_paths:
        return named_path or None
    ends = [path for path in document_paths if path[-len(named_path) :] == named_path]
    return ends[0] if len(ends) == 1 else None


def chosen_rows(value: Any, words: Path, other_paths: Mapping[str, Path]) -> list[ChosenRow]:
    """Return a row for each value at the path of the words, with the cells of its item and those at other paths."""
    rows: list[ChosenRow] = []
    name = ".".join(words)
    for holders, text in _values(value, words):
        item = next((holder for holder in reversed(holders) if holder.item), holders[0])
        cells = dict(_flat(item.record))
        places: dict[str, tuple[int, str]] = {}
        for column, path in other_paths.items():
            cell = next(filter(None, (_below(holder, path) for holder in reversed(holders))), None)
            cells[column] = cell[0] if cell else ""
            if cell and cell[1]:
                places[column] = cell[1:]
        cells[name] = text
        rows.append(ChosenRow(cells, id(holders[-1].record), words[-1], places))
    return rows


def _values(value: Any, words: Path) -> Iterator[tuple[tuple[_Around, ...], str]]:
    stack: list[tuple[Any, int, tuple[_Around, ...], bool]] = [(value, 0, (), False)]
    while stack:
        node, depth, holders, item = stack.pop()
        if isinstance(node, list):
            stack.extend((child, depth, holders, True) for child in reversed(node))
        elif depth == len(words):
            if _is_cell(node) and holders:
                yield holders, str(node)
        elif isinstance(node, dict) and words[depth] in node:
            inner = (*holders, _Around(words[:depth], node, item))
            stack.append((node[words[depth]], depth + 1, inner, False))


def _below(holder_state: _Around, path: Path) -> tuple[str, int, str] | None:
    """Return the cell at a path below an object, the id of its object (0 for a number) and its key; None if missing."""
    if path[: len(holder_state.path)] != holder_state.path:
        return None
    holder: Any = holder_state.record
    current: Any = holder
    for key in path[len(holder_state.path) :]:
        holder, current = current, current.get(key) if isinstance(current, dict) else None
    return (str(current), id(holder) if isinstance(current, str) else 0, path[-1]) if _is_cell(current) else None


def _flat(record: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if isinstance(value, dict) and depth < _DEEPEST:
            yield from _flat(value, f"{prefix}{key}.", depth + 1)
        elif _is_cell(value):
            yield f"{prefix}{key}", str(value)


def _is_cell(value: Any) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        # Python writes no integer of more than 4,300 digits.
        return value.bit_length() < 1_000
    return isinstance(value, str | float)
