"""JSON over several lines is what the standard library writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.cli.indented import indented

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
)
KEYS = st.text(max_size=3) | st.sampled_from(["%s", "100%", 'a"b'])
FLAT = st.lists(KEYS, min_size=1, max_size=4, unique=True).flatmap(
    lambda keys: st.lists(st.fixed_dictionaries(dict.fromkeys(keys, SCALARS)), max_size=4)
)
VALUES = st.recursive(
    SCALARS | FLAT,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEYS | st.integers() | st.none() | st.booleans(), inner, max_size=4)
    ),
    max_leaves=6,
)


@given(VALUES, st.integers(1, 3))
def test_it_is_what_the_standard_library_writes(value: object, indent: int) -> None:
    assert indented(value, indent) == json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)


@pytest.mark.parametrize("value", [float("nan"), [{"a": float("inf")}], {"a": [-float("inf")]}])
def test_no_number_that_is_none_is_written(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        indented(value, 1)


def test_what_json_cannot_hold_is_refused() -> None:
    mixed: list[Any] = [{"a": 1}, {"a": object()}]
    with pytest.raises(TypeError):
        indented(mixed, 1)
