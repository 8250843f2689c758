"""Columns of nested JSON by their paths: which paths there are, which one a name means, and what stands in each row."""

from __future__ import annotations

from typing import Any

import pytest

from needsseg.transcripts.json.chosen_columns import chosen_rows, path_called, paths_in

CALL: dict[str, Any] = {
    "title": "Call",
    "results": {
        "items": [
            {"text": "Hello", "who": {"name": "Ada", "id": 1}, "at": 0.5},
            {"text": "Hi", "who": {"name": "Ben", "id": 2}, "at": 2, "ok": True, "none": None},
        ],
        "count": 2,
    },
}
PATHS = (
    ("title",),
    ("results", "items", "text"),
    ("results", "items", "who", "name"),
    ("results", "items", "who", "id"),
    ("results", "items", "at"),
    ("results", "count"),
)


def test_paths_are_those_of_texts_and_numbers_in_order() -> None:
    assert paths_in(CALL) == PATHS
    assert paths_in("bare") == paths_in([1, 2]) == paths_in({}) == paths_in({"a": True, "b": None}) == ()
    assert paths_in([{"a": 1}, {"b": 2}, {"a": 3}]) == (("a",), ("b",))


@pytest.mark.parametrize(("digits", "kept"), [(300, True), (302, False), (9_000, False)])
def test_an_integer_too_long_to_be_a_figure_is_none(digits: int, kept: bool) -> None:
    assert paths_in({"a": 10**digits}) == ((("a",),) if kept else ())


def test_paths_are_looked_for_in_the_first_items_and_not_without_end() -> None:
    assert paths_in([*[{"a": 1}] * 49, {"late": 1}]) == (("a",), ("late",))
    assert paths_in([*[{"a": 1}] * 50, {"late": 1}]) == (("a",),)
    assert len(paths_in({f"k{n}": n for n in range(500)})) == 400
    nested: Any = 1
    for _ in range(40):
        nested = {"n": nested}
    assert paths_in(nested) == (("n",) * 40,) and paths_in({"n": nested}) == ()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("results.items.text", ("results", "items", "text")),
        ("$.results.items[*].text", ("results", "items", "text")),
        ("results.items[0].who.name", ("results", "items", "who", "name")),
        ("who.name", ("results", "items", "who", "name")),
        ("text", ("results", "items", "text")),
        (" title. ", ("title",)),
        ("nowhere", None),
        ("items.name", None),
        ("", None),
        ("$.", None),
    ],
)
def test_a_name_is_a_path_or_the_end_of_one(name: str, path: tuple[str, ...] | None) -> None:
    assert path_called(name, PATHS) == path


def test_an_end_that_two_paths_have_means_neither() -> None:
    both = (("a", "text"), ("b", "text"), ("text2",))
    assert path_called("text", both) is None and path_called("a.text", both) == ("a", "text")
    assert path_called("text", (*both, ("text",))) == ("text",), "written in full, it is meant"


def test_a_row_has_the_cells_of_its_item_and_those_around_it() -> None:
    words = ("results", "items", "text")
    rows = chosen_rows(CALL, words, {"speaker": ("results", "items", "who", "name"), "title": ("title",), "no": ("x",)})
    items = CALL["results"]["items"]
    assert [dict(row.cells) for row in rows] == [
        {
            "text": "Hello", "who.name": "Ada", "who.id": "1", "at": "0.5",
            "speaker": "Ada", "title": "Call", "no": "", "results.items.text": "Hello",
        },
        {
            "text": "Hi", "who.name": "Ben", "who.id": "2", "at": "2",
            "speaker": "Ben", "title": "Call", "no": "", "results.items.text": "Hi",
        },
    ]  # fmt: skip
    assert [(row.holder, row.key) for row in rows] == [(id(item), "text") for item in items]
    assert [row.places for row in rows] == [
        {"speaker": (id(item["who"]), "name"), "title": (id(CALL), "title")} for item in items
    ]


def test_a_number_has_no_place_of_its_own() -> None:
    (first, second) = chosen_rows(CALL, ("results", "items", "text"), {"at": ("results", "items", "at")})
    assert (first.cells["at"], second.cells["at"], first.places) == ("0.5", "2", {})


def test_words_may_be_a_list_of_texts_or_lie_in_a_list_of_their_own() -> None:
    document = {"talks": [{"who": "Ada", "said": ["One.", "Two."]}, {"who": "Ben", "said": [{"x": 1}, "Three.", None]}]}
    rows = chosen_rows(document, ("talks", "said"), {"who": ("talks", "who")})
    assert [(row.cells["talks.said"], row.cells["who"]) for row in rows] == [
        ("One.", "Ada"),
        ("Two.", "Ada"),
        ("Three.", "Ben"),
    ]
    inner = {"talks": [{"who": "Ada", "parts": [{"said": "One."}, {"said": "Two.", "who": "Cem"}]}]}
    rows = chosen_rows(
        inner, ("talks", "parts", "said"), {"speaker": ("talks", "who"), "own": ("talks", "parts", "who")}
    )
    assert [(row.cells["talks.parts.said"], row.cells["speaker"], row.cells["own"]) for row in rows] == [
        ("One.", "Ada", ""),
        ("Two.", "Ada", "Cem"),
    ]
    assert chosen_rows(document, ("talks", "nowhere"), {}) == []
    (row,) = chosen_rows({"said": "All."}, ("said",), {})
    assert dict(row.cells) == {"said": "All."}
