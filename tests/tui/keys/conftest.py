"""What the tests of all keys share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from needsseg.actions.accounts import account_page, accounts
from needsseg.actions.playbook import rice, triggers
from needsseg.actions.study import history
from needsseg.study.connection import Study
from needsseg.tui.app import NeedssegApp
from tests.fixtures.app.key_effects import Dump

SLEEPING = "import time; time.sleep(60)"


@pytest.fixture
def sleeping_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long verbs are begun and never done: what shows that they run is looked at, and closed again."""
    monkeypatch.setattr(NeedssegApp, "command", lambda *_: [sys.executable, "-c", SLEEPING])


@pytest.fixture
def computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What accounts are like is computed once for each state of the study, not once for each key."""
    for module, name in ((accounts, "profiles"), (account_page, "account_page"), (triggers, "fired"), (rice, "scored")):
        monkeypatch.setattr(module, name, once(getattr(module, name)))


def once(compute: Callable[..., Any]) -> Callable[..., Any]:
    kept: dict[object, Any] = {}

    def computed(study: Study, *args: object, **more: object) -> Any:
        key = str([(entry.id, entry.state) for entry in history.listing(study)]), repr(args), repr(more)
        if key not in kept:
            kept[key] = compute(study, *args, **more)
        return kept[key]

    return computed


@pytest.fixture
def dump(tables: Dump) -> Dump:
    """As ``tables``, read again only where anybody has written to the study since."""
    kept: dict[str, Any] = {}

    def read(study: Study) -> dict[str, list[tuple[object, ...]]]:
        state = (study.path, study.conn.total_changes, study.rows("PRAGMA data_version")[0][0])
        if kept.get("state") != state:
            kept.update(state=state, tables=tables(study))
        return kept["tables"]  # type: ignore[no-any-return]

    return read
