"""JSON as text: doubled keys, keys by depth for a message, and which lines look like which kind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from needsseg.errors import TranscriptError
from needsseg.transcripts.json.parsing import document_of, keys_by_depth, whole_document
from needsseg.transcripts.json.rows import looks_json
from tests.fixtures.wording.matching import refuses


@pytest.mark.parametrize(
    ("text", "value", "doubled"),
    [
        ('{"a": 1, "b": 2}', {"a": 1, "b": 2}, []),
        ('{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}, [("a", 1)]),
        ('{"a": 1, "a": 2, "a": 3}', {"a": 3}, [("a", 1), ("a", 2)]),
        ('[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}], []),
        ('{"a": NaN, "b": Infinity}', {"a": None, "b": None}, []),
    ],
)
def test_of_doubled_keys_the_last_counts(text: str, value: object, doubled: list[tuple[str, Any]]) -> None:
    document = document_of(text)
    assert document.value == value and document.doubled == doubled


def test_broken_json_is_named_by_its_place() -> None:
    with refuses(TranscriptError, "t.json", "line 2, column 6"):
        whole_document(['{"a": 1,', ' "b" 2}'], "t.json")
    with refuses(TranscriptError, "nested too deeply"):
        whole_document(["[" * 100_000], "t.json")


NESTED = {"one": {"two": [{"three": {"four": {"five": 1}}}, {"other": 1}]}, "x": 1}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NESTED, "depth 1: one, x; depth 2: two; depth 3: three, other; depth 4: four"),
        ([[{"a": 1}], {"b": 2}], "depth 1: a, b"),
        ({f"k{n}": n for n in range(8)}, "depth 1: " + ", ".join(f"k{n}" for n in range(8))),
        ({f"k{n}": n for n in range(9)}, "depth 1: " + ", ".join(f"k{n}" for n in range(8)) + ", …"),
        ({"k" * 40: 1}, "depth 1: " + "k" * 40),
        ({"k" * 41: 1}, "depth 1: " + "k" * 39 + "…"),
        ({"a  b\nc": 1}, "depth 1: a b c"),
        ([1, 2], "none"),
        ({}, "none"),
        ([*[{"a": 1}] * 999, {"b": 1}, {"c": 1}], "depth 1: a, b"),
    ],
)
def test_keys_are_told_by_depth(value: object, text: str) -> None:
    assert keys_by_depth(value) == text


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ([], ""),
        (["", "  "], ""),
        (["Ada: {hello}"], ""),
        (['{"a": 1}'], "json"),
        (['{"a": 1'], ""),
        (["{'a': 1}"], ""),
        (["{}"], "json"),
        (['{"a": 1}', "", '{"a": 2}'], "jsonl"),
        (["{1}", "x"], ""),
        (["{", '"a": 1', "}"], "json"),
        (["[", "1", "]"], "json"),
        (["[{", '"a": 1', "}]"], "json"),
        (['[{"a": 1},', '{"a": 2}]'], "json"),
        (['{"a": 1,', '"b": 2}'], "json"),
        (['{ "a": 1,', '"b": 2', " } "], "json"),
        (['[ {"a": 1},', "{}]"], "json"),
        (["[Ada] Yes.", "[Ben] No."], ""),
        (["[", "words"], ""),
        (["[1, 2]"], ""),
    ],
)
def test_lines_look_like_json(lines: list[str], kind: str) -> None:
    assert looks_json(lines) == kind
    if kind == "json":
        json.loads("\n".join(lines))
