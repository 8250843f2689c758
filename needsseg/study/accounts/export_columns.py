"""The columns that a person chose for exports, by target."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from needsseg.study.connection import Study


def chosen(study: Study, target: str) -> tuple[str, ...] | None:
    """Return the keys of the columns chosen for a target, None where nobody chose any."""
    row = study.row("SELECT columns FROM export_columns WHERE target = ?", [target])
    return None if row is None else tuple(map(str, json.loads(row[0])))


def choose(study: Study, target: str, keys: Sequence[str] | None) -> None:
    """Store the columns for a target, or that there is no choice any more (inside an action)."""
    study.execute("DELETE FROM export_columns WHERE target = ?", [target])
    if keys is not None:
        study.insert("export_columns", {"target": target, "columns": json.dumps(list(keys), ensure_ascii=False)})
