"""Tables for people: those for which there is room are written without rich, and look the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.cli import output

CELLS = st.text(st.sampled_from("ab 漢é\u0301–👩‍💻|[]\t\x1b�"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6), st.booleans())
def test_a_table_with_room_is_what_rich_draws(rows: list[tuple[str, str, str]], wraps: bool) -> None:
    header, wrap = ("account", "漢", "note"), ("note",) * wraps
    with pytest.MonkeyPatch.context() as patched:
        shown: list[str] = []
        patched.setattr(output.sys.stdout, "write", shown.append)
        output.print_table(header, rows, wrap)
    cells = [[output._cell(value) for value in row] for row in rows]
    expected = [line.rstrip() for line in output._folded(header, cells, wrap, 1_000)]
    assert "".join(shown) == "".join(f"{line}\n" for line in expected)
