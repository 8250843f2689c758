"""Many records made at once are what their constructors make one by one."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.many_records import changed, records


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    number: int | None = None
    parts: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Checked:
    number: int

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError("below 0")


ROWS = st.lists(st.tuples(st.text(max_size=3), st.none() | st.integers(), st.lists(st.text(max_size=2)).map(tuple)))


@given(ROWS)
def test_they_are_what_the_constructor_makes(rows: list[tuple[str, int | None, tuple[str, ...]]]) -> None:
    columns = [[row[place] for row in rows] for place in range(3)]
    made = records(Sample, columns)
    assert made == [Sample(*row) for row in rows]
    assert [hash(each) for each in made] == [hash(Sample(*row)) for row in rows]
    assert all(type(each) is Sample for each in made)
    others = changed(made, number=range(len(made)))
    assert others == [replace(each, number=place) for place, each in enumerate(made)]
    assert made == [Sample(*row) for row in rows]


def test_they_are_frozen() -> None:
    (made,) = records(Sample, [["a"], [1], [()]])
    with pytest.raises(FrozenInstanceError):
        made.number = 2  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        made.other = 2  # type: ignore[attr-defined]


def test_columns_that_do_not_fit_and_records_that_check_themselves_are_refused() -> None:
    with pytest.raises(ValueError, match="Sample has other fields"):
        records(Sample, [["a"], [1]])
    with pytest.raises(ValueError, match="zip"):
        records(Sample, [["a", "b"], [1], [()]])
    with pytest.raises(TypeError, match="Checked checks its fields"):
        records(Checked, [[-1]])
