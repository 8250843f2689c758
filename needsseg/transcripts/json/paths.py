"""Walk JSON values along paths such as ``results.channels[].alternatives[0].words[]``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

_CHANNELS = frozenset({"channels", "tracks"})
_ID = re.compile(r"^(?=\S*\d)[\w:.@-]{1,80}$")
_STEP = re.compile(r"([^.\[\]]+)|\[(-?\d*)\]")


@dataclass(frozen=True, slots=True)
class Place:
    """An object in a JSON value: the objects that contain it, the innermost last; its channel, where there are several;
    the number of the root's item that contains it, from 1 (0 where the root is not a list); the id it is filed under."""

    record: dict[str, Any]
    above: tuple[dict[str, Any], ...] = ()
    channel: str = ""
    root: int = 0
    group: str = ""


@dataclass(frozen=True, slots=True)
class ValueAt:
    """A value with the id of its object and its key, by which words that were read are counted."""

    value: Any
    holder: int
    key: str


@cache
def _steps(path: str) -> tuple[str | int | None, ...]:
    """Return the steps of a path: keys, indices, and None for every item."""
    return tuple(
        match[1] if match[1] is not None else int(match[2]) if match[2] else None for match in _STEP.finditer(path)
    )


def places_at(value: Any, path: str, start: Place | None = None) -> Iterator[Place]:
    """Yield the objects at the end of a path, in order; values of other types on the way are skipped."""
    ancestors = (*start.above, start.record) if start else ()
    yield from _walk(value, _steps(path), ancestors, start.channel if start else "", start.root if start else 0)


def _walk(
    value: Any, steps: Sequence[str | int | None], ancestors: tuple[dict[str, Any], ...], channel: str, root: int
) -> Iterator[Place]:
    if not steps:
        if isinstance(value, dict):
            yield Place(value, ancestors, channel, root)
        return
    step, next_steps = steps[0], steps[1:]
    if isinstance(step, str):
        if isinstance(value, dict) and step in value:
            inner = (*ancestors, value) if not ancestors or ancestors[-1] is not value else ancestors
            has_several = step in _CHANNELS and isinstance(value[step], list) and len(value[step]) > 1
            for number, item in enumerate(value[step]) if has_several else ((-1, value[step]),):
                yield from _walk(
                    [item] if has_several else item, next_steps, inner, str(number) if has_several else channel, root
                )
    elif isinstance(value, list):
        for item in value if step is None else value[step : step + 1 or None]:
            inner = (*ancestors, item) if next_steps and isinstance(item, dict) else ancestors
            yield from _walk(item, next_steps, inner, channel, root)


def value_at(record: Any, paths: Sequence[str]) -> ValueAt | None:
    """Return the first value (text, number, list or object) that one of the paths leads to, else None."""
    for path in paths:
        value, holder, key = record, record, path
        if isinstance(record, dict) and path in record:
            value = record[path]
            if value is not None and not isinstance(value, bool) and value != "":
                return ValueAt(value, id(record), path)
            continue
        steps = _steps(path)
        if len(steps) == 1:
            continue
        for step in steps:
            holder, key = (value, step) if isinstance(step, str) else (holder, key)
            if isinstance(step, str):
                value = value.get(step) if isinstance(value, dict) else None
            elif isinstance(step, int):
                value = value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None
        if value is not None and not isinstance(value, bool) and value != "":
            return ValueAt(value, id(holder), str(key))
    return None


def objects_by_path(root: Any) -> dict[str, list[Place]]:
    """Return all objects in lists, and the root if it is an object, by their path, in document order.

    Lists whose keys are ids (``{"3f2a-…": […], …}``) share the path ``*[]``, and the id is their ``group``.
    """
    places_by_path: dict[str, list[Place]] = {"": [Place(root)]} if isinstance(root, dict) else {}
    stack: list[tuple[Any, str, Place]] = [(root, "", Place({}))]
    while stack:
        value, path, place = stack.pop()
        if isinstance(value, dict):
            inner = replace(place, above=(*place.above, value))
            grouped = _grouped(value)
            inside = [
                (item, f"{path}.{'*' if grouped else key}".lstrip("."), replace(inner, group=key) if grouped else inner)
                for key, item in value.items()
                if isinstance(item, dict | list)
            ]
            stack.extend(reversed(inside))
        elif isinstance(value, list):
            has_several = path.rpartition(".")[2] in _CHANNELS and len(value) > 1
            children: list[tuple[Any, str, Place]] = []
            places = places_by_path.setdefault(f"{path}[]", [])
            for index, item in enumerate(value):
                if not isinstance(item, dict | list):
                    continue
                channel, number = str(index) if has_several else place.channel, place.root if path else index + 1
                if isinstance(item, dict):
                    places.append(Place(item, place.above, channel, number, place.group))
                if any(isinstance(child, dict | list) for child in (item.values() if isinstance(item, dict) else item)):
                    children.append((item, f"{path}[]", Place({}, place.above, channel, number, place.group)))
            stack.extend(reversed(children))
    return {path: places for path, places in places_by_path.items() if places}


def _grouped(value: dict[str, Any]) -> bool:
    """Return whether an object's keys are ids, each with a list of objects."""
    return bool(value) and all(
        _ID.match(key) and isinstance(item, list) and item and isinstance(item[0], dict) for key, item in value.items()
    )


def lists_under(root: Any, keys: frozenset[str], first: int = 100) -> list[dict[str, Any]]:
    """Return the objects of all lists under one of these keys, searching only the ``first`` items of other lists."""
    records: list[dict[str, Any]] = []
    stack: list[Any] = [root]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(item for item in reversed(value[:first]) if isinstance(item, dict | list))
        elif isinstance(value, dict):
            for key in keys & value.keys():
                if isinstance(value[key], list):
                    records.extend(item for item in value[key] if isinstance(item, dict))
            stack.extend(item for item in value.values() if isinstance(item, dict | list))
    return records
