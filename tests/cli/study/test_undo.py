"""undo, redo, history and drafts from the command line, by two people on one study."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from needsseg.actions.coding import drafts
from needsseg.actions.study import studies
from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.matching import says

pytest_plugins = ["tests.fixtures.cli_calls"]

By = Callable[[str], Caller]


@pytest.fixture
def by(needsseg: Caller, monkeypatch: pytest.MonkeyPatch) -> By:
    """The command line at one person's keyboard."""

    def person(name: str) -> Caller:
        monkeypatch.setenv("NEEDSSEG_CODER", name)
        return needsseg

    return person


def test_undo_is_ones_own_and_names_what_rests_on_it(by: By) -> None:
    one, two = by("anna").mark_some("gus-petrakis", 2)
    by("berta").done("code", "late", two)
    refused = by("anna")("undo")
    assert refused.code != 0 and says(refused.err, "berta", "late", "depends on it", "--anyones")
    theirs = by("berta").done("undo", "--json").json
    assert (theirs["actor"], theirs["state"]) == ("berta", "undone")
    assert by("anna").done("undo", "--json").json["actor"] == "anna"
    assert [row["id"] for row in by("anna").done("passages", "--json").json] == [one]
    by("anna").done("redo")
    by("berta").done("redo")
    assert says(by("carla")("undo").err, "Nothing of yours", "berta", "--anyones")
    assert says(by("carla").done("undo", "--anyones").err, "Undone", "by berta")
    entry = by("anna").done("history", "--by", "anna", "--limit", 1, "--json").json[0]["id"]
    assert says(by("carla")("undo", entry).err, "not yours", "anna", "--anyones")
    by("carla").done("undo", entry, "--anyones", "--yes")
    assert says(by("carla").done("redo").err, "by anna")


def test_history_by_person(by: By) -> None:
    marked = by("anna").mark_some("gus-petrakis", 1)
    by("berta").done("code", "late", *marked)
    rows = by("berta").done("history", "--by", "anna", "--json").json
    assert rows and {row["actor"] for row in rows} == {"anna"}
    nobody = by("berta").done("history", "--by", "Dora [x]", "--json")
    assert nobody.json == [] and says(nobody.err, "Dora [x]", "anna", "berta")
    assert by("berta")("undo", 9999).code == 1


def test_drafts_are_listed_and_erased(by: By) -> None:
    needsseg = by("anna")
    with studies.open_study(needsseg.study) as study:
        drafts.store(study, "interview memo", "gus-petrakis", "Memo on “Gus”", {"words": "half [x]"})
    assert says(needsseg.done("drafts").out, "Memo on “Gus”", "half [x]")
    row = needsseg.done("drafts", "--json").json[0]
    assert row["words"] == {"words": "half [x]"}
    assert by("berta").done("drafts", "--json").json == []
    assert says(by("berta")("drafts", "--drop", row["id"]).err, row["id"], "no draft")
    by("anna").done("drafts", "--drop", row["id"])
    assert needsseg.done("drafts", "--json").json == []
