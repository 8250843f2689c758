"""Names of exported columns: what a target takes, all different."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from needsseg.exchange.columns import KEEPS_NAMES, STANDARD, ExportColumn, named_for, plain_name
from needsseg.exchange.destinations import DESTINATIONS
from needsseg.exchange.tables import FORMATS

TARGETS = (*FORMATS, *DESTINATIONS)


@given(st.lists(st.text(min_size=1, max_size=60), max_size=30, unique=True), st.sampled_from(TARGETS))
def test_names_are_different_and_such_as_the_target_takes(keys: list[str], target: str) -> None:
    columns = [*STANDARD, *(ExportColumn(f"column:{key}", "text", "") for key in keys)]
    names = [column.name for column in named_for(columns, target)]
    assert len({name.casefold() for name in names}) == len(names)
    assert names[: len(STANDARD)] == [column.key for column in STANDARD]
    assert "user_id" not in names
    if target not in KEEPS_NAMES:
        assert all(re.fullmatch(r"[a-z](_?[a-z0-9])*", name) and len(name) <= 40 for name in names), names


def test_names_keep_their_letters() -> None:
    assert [plain_name(text, 7) for text in ("Contract end", "Größe (m²)", "地域", "2nd owner", "A__b")] == [
        "contract_end", "groe_m2", "column_7", "c_2nd_owner", "a_b",
    ]  # fmt: skip
