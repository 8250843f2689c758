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
"""Items of a list that are looked through for paths; all are read."""
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class ChosenRow:
    """One value at the path of the words: the cells around it by name, and the object and key it stands under.

    ``places`` are the objects and keys of what was chosen beside the words, by name.
    """

    cells: Mapping[str, str]
    holder: int
    key: str
    places: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class _Around:
    """An object on the way to a value, the path to it, and whether it is an item of a list."""

    path: Path
    record: dict[str, Any]
    item: bool


def paths_in(value: Any) -> tuple[Path, ...]:
    """The paths to all texts and numbers of a document, lists left out, in its order."""
    found: dict[Path, None] = {}
    stack: list[tuple[Path, Any]] = [((), value)]
    while stack and len(found) < _MOST_PATHS:
        path, item = stack.pop()
        if isinstance(item, dict) and len(path) < _DEEPEST:
            stack.extend(((*path, key), each) for key, each in reversed(item.items()))
        elif isinstance(item, list):
            stack.extend((path, each) for each in reversed(item[:_MOST_ITEMS]))
        elif _is_cell(item) and path:
            found[path] = None
    return tuple(found)


def path_called(name: str, known: tuple[Path, ...]) -> Path | None:
    """The path that a person means: written out, or its end where no other path ends so."""
    wanted = tuple(part for part in _INDEX.sub("", name).strip(".$ ").split(".") if part)
    if not wanted or wanted in known:
        return wanted or None
    ends = [path for path in known if path[-len(wanted) :] == wanted]
    return ends[0] if len(ends) == 1 else None


def chosen_rows(value: Any, words: Path, others: Mapping[str, Path]) -> list[ChosenRow]:
    """A row for each value at a path, in order, with what stands beside it in its item, and at other paths, by their names."""
    rows: list[ChosenRow] = []
    name = ".".join(words)
    for around, text in _values(value, words):
        item = next((each for each in reversed(around) if each.item), around[0])
        cells = dict(_flat(item.record))
        places: dict[str, tuple[int, str]] = {}
        for called, path in others.items():
            found = next(filter(None, (_below(each, path) for each in reversed(around))), None)
            cells[called] = found[0] if found else ""
            if found and found[1]:
                places[called] = found[1:]
        cells[name] = text
        rows.append(ChosenRow(cells, id(around[-1].record), words[-1], places))
    return rows


def _values(value: Any, words: Path) -> Iterator[tuple[tuple[_Around, ...], str]]:
    stack: list[tuple[Any, int, tuple[_Around, ...], bool]] = [(value, 0, (), False)]
    while stack:
        here, depth, around, item = stack.pop()
        if isinstance(here, list):
            stack.extend((each, depth, around, True) for each in reversed(here))
        elif depth == len(words):
            if _is_cell(here) and around:
                yield around, str(here)
        elif isinstance(here, dict) and words[depth] in here:
            inner = (*around, _Around(words[:depth], here, item))
            stack.append((here[words[depth]], depth + 1, inner, False))


def _below(around: _Around, path: Path) -> tuple[str, int, str] | None:
    """The cell at a path that begins with an object's own, its object (0 for a number) and its key; None for none."""
    if path[: len(around.path)] != around.path:
        return None
    holder: Any = around.record
    here: Any = holder
    for key in path[len(around.path) :]:
        holder, here = here, here.get(key) if isinstance(here, dict) else None
    return (str(here), id(holder) if isinstance(here, str) else 0, path[-1]) if _is_cell(here) else None


def _flat(record: Mapping[str, Any], above: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if isinstance(value, dict) and depth < _DEEPEST:
            yield from _flat(value, f"{above}{key}.", depth + 1)
        elif _is_cell(value):
            yield f"{above}{key}", str(value)


def _is_cell(value: Any) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        # Python writes no integer of more than 4,300 digits.
        return value.bit_length() < 1_000
    return isinstance(value, str | float)
