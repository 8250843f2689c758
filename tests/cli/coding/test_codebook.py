"""The codebook, memos and job statements from the command line."""

from __future__ import annotations

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.coding import (
    MEMO_OR_REMOVE,
    MEMO_REMOVED,
    NO_MEMO_OF_YOURS,
    NO_STATEMENT_OF_YOURS,
    NO_STATEMENTS,
    NOBODY_WROTE_A_STATEMENT,
    NOT_PINNED,
    ONE_LINE,
    STATEMENT_OR_REMOVE,
    STATEMENT_REMOVED,
    TAKEN_NAME,
    WITHOUT_COLOUR,
)
from tests.fixtures.wording.common import INTO_ITSELF, NEEDS_NAME, NO_SUCH, NOTHING_CHANGED
from tests.fixtures.wording.matching import says

pytest_plugins = ["tests.fixtures.cli_calls"]
STRANGE = "[b]x[/b] 👩‍👩‍👧 עברית"


@pytest.fixture
def coded(needsseg: Caller) -> Caller:
    """Passages 1 and 2 of Gus Petrakis, both coded “late”; “very late” below it."""
    ids = needsseg.mark_some("gus-petrakis", 2)
    needsseg.done("code", "late", *ids)
    needsseg.done("codebook", "create", "very late", "--under", "late")
    return needsseg


def tree(needsseg: Caller) -> list[tuple[int, str]]:
    return [(row["depth"], row["name"]) for row in needsseg.done("codebook", "--json").json]


def test_the_tree_is_listed_for_people_and_programs(coded: Caller) -> None:
    coded.done("codebook", "create", STRANGE, "--under", "very late")
    row = coded.done("codebook", "--json").json[2]
    assert row == {
        "name": STRANGE,
        "description": "",
        "parent": "very late",
        "passages": 0,
        "color": "",
        "pin": None,
        "depth": 2,
        "above": ["late", "very late"],
    }
    people = coded.done("codebook").out.splitlines()
    assert [line.split("  ")[0] for line in people] == ["code", "late", "- very late", f"- - {STRANGE}"]


def test_an_empty_codebook_says_what_to_do(empty: Caller) -> None:
    assert empty.done("codebook", "--json").json == []
    assert says(empty.done("codebook").err, "needsseg codebook create NAME")


def test_every_change_is_made_and_undone(coded: Caller) -> None:
    coded.done("code", "overdue", 2)
    before = coded.done("codebook", "--json").json
    for change, told in [
        (("create", "new"), ("made", "new")),
        (("rename", "late", "delayed"), ("delayed",)),
        (("recolour", "late", "teal"), ("late", "teal")),
        (("recolour", "late", "#A1B2C3"), ("late", "#a1b2c3")),
        (("move", "very late", "--top"), ("moved", "very late", "top")),
        (("move", "overdue", "--under", "very late"), ("moved", "overdue", "under “very late”")),
        (("merge", "overdue", "late"), ("merged", "overdue", "into “late”")),
        (("describe", "late", "after the hour"), ("described", "late")),
        (("delete", "late"), ("deleted", "late", "2 passages", "1 code")),
        (("pin", "late", "9"), ("late", "pinned", 9)),
    ]:
        done = coded.done("codebook", *change)
        assert says(done.err, *told)
        assert done.out == ""
        assert coded.done("codebook", "--json").json != before
        coded.done("undo")
        assert coded.done("codebook", "--json").json == before


def test_colour_and_pin_are_taken_away(coded: Caller) -> None:
    coded.done("codebook", "recolour", "late", "red")
    coded.done("codebook", "pin", "late", 1)
    assert "red" in coded.done("codebook").out
    assert says(coded.done("codebook", "recolour", "late", "none").err, WITHOUT_COLOUR)
    assert says(coded.done("codebook", "pin", "late", "none").err, NOT_PINNED)
    assert [(row["color"], row["pin"]) for row in coded.done("codebook", "--json").json] == [("", None)] * 2


def test_a_dry_run_tells_what_deleting_touches_and_changes_nothing(coded: Caller) -> None:
    coded.done("memo", "code", "late", "as agreed")
    before = coded.done("history", "--json").json
    told = coded.done("codebook", "delete", "LATE", "--dry-run", "--json")
    assert told.json == {"code": "late", "passages": 2, "coders": 1, "children": 1, "memos": 1, "deleted": False}
    assert says(told.err, NOTHING_CHANGED)
    assert coded.done("history", "--json").json == before
    assert coded.done("codebook", "delete", "late", "--json").json["deleted"] is True
    assert tree(coded) == [(0, "very late")]
    assert {row["status"] for row in coded.done("passages", "--json").json} == {"accepted"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("create", "Late"), ("code", "late", TAKEN_NAME, "hint:", "merge")),
        (("create", " "), ("code", NEEDS_NAME)),
        (("create", "a\nb"), (ONE_LINE,)),
        (("rename", "late", "VERY late"), ("code", "very late", TAKEN_NAME)),
        (("recolour", "late", "purple"), ("purple", "colour", "hint:", "red, orange")),
        (("move", "late", "--under", "very late"), ("“very late”", "“late”", "under")),
        (("move", "late"), ("--under CODE", "--top")),
        (("move", "late", "--top", "--under", "x"), ("--under CODE", "--top")),
        (("merge", "late", "late"), ("late", INTO_ITSELF)),
        (("pin", "late", "0"), ("pinned", "0")),
        (("pin", "late", "12"), ("pinned", "12")),
        (("--json", "create", "x"), ("--json", "create")),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    coded: Caller, words: tuple[str, ...], told: tuple[object, ...]
) -> None:
    before = coded.done("codebook", "--json").json
    refused = coded("codebook", *words)
    assert refused.code == 2
    assert says(refused.err, *told)
    assert coded.done("codebook", "--json").json == before


def test_a_code_that_is_not_there_fails(coded: Caller) -> None:
    refused = coded("codebook", "rename", "gone", "x")
    assert refused.code == 1
    assert says(refused.err, NO_SUCH, "code", "gone")


@pytest.mark.parametrize(("kind", "key"), [("passage", "1"), ("interview", "ines-carvalho"), ("code", "late")])
def test_a_memo_is_written_printed_and_removed(
    coded: Caller, monkeypatch: pytest.MonkeyPatch, kind: str, key: str
) -> None:
    assert says(coded.done("memo", kind, key).err, NO_SUCH, "memo")
    coded.done("memo", kind, key, f"{STRANGE}\nand more")
    monkeypatch.setenv("NEEDSSEG_CODER", "Ben")
    coded.done("memo", kind, key, "Ben's")
    out = coded.done("memo", kind, key).out
    assert f"{STRANGE}\nand more\n" in out
    assert "Ben's" in out
    rows = coded.done("memos", "--kind", kind, "--json").json
    assert [(row["kind"], str(row["of"]), row["written_by"]) for row in rows] == [
        (kind, key, "tester"),
        (kind, key, "Ben"),
    ]
    assert says(coded.done("memo", kind, key, "--remove").err, MEMO_REMOVED)
    assert says(coded.done("memo", kind, key, "--remove").err, NO_MEMO_OF_YOURS)
    assert [row["written_by"] for row in coded.done("memo", kind, key, "--json").json] == ["tester"]
    coded.done("undo")
    assert len(coded.done("memos", "--json").json) == 2


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("passage", "one"), 2, ("one", "passage")),
        (("passage", "999", "x"), 1, (NO_SUCH, "passage", 999)),
        (("interview", "nobody", "x"), 1, (NO_SUCH, "interview", "nobody")),
        (("code", "gone", "x"), 1, (NO_SUCH, "code", "gone")),
        (("code", "late", " "), 2, (MEMO_OR_REMOVE,)),
        (("code", "late", "x", "--remove"), 2, (MEMO_OR_REMOVE,)),
        (("segment", "1"), 2, ("segment",)),
    ],
)
def test_memos_on_what_is_not_there_are_refused(
    coded: Caller, words: tuple[str, ...], code: int, told: tuple[object, ...]
) -> None:
    refused = coded("memo", *words)
    assert refused.code == code
    assert says(refused.err, *told)
    assert coded.done("memos", "--json").json == []


def test_a_job_statement_is_prefilled_written_and_kept_part_by_part(coded: Caller) -> None:
    shown = coded.done("job", 1, "--json").json
    quote = shown["quote"]
    assert shown["statements"] == []
    assert any(shown["prefill"].values())
    assert all(words in quote for words in shown["prefill"].values())
    assert says(coded.done("job", 1).out, NOBODY_WROTE_A_STATEMENT)
    coded.done("job", 1, "--situation", STRANGE, "--pain", "")
    (row,) = coded.done("jobs", "--json").json
    assert (row["passage"], row["interview"], row["situation"]) == (1, "gus-petrakis", STRANGE)
    assert row["motivation"] == row["pain"] == ""
    coded.done("job", 1, "--workaround", "by hand", "--prefill")
    (row,) = coded.done("jobs", "--json").json
    assert (row["situation"], row["workaround"]) == (STRANGE, "by hand")
    for part in ("motivation", "outcome", "pain"):
        assert row[part] == shown["prefill"][part]
    assert STRANGE in coded.done("job", 1).out
    assert STRANGE in coded.done("jobs").out
    coded.done("undo")
    coded.done("undo")
    assert coded.done("jobs", "--json").json == []
    assert says(coded.done("jobs").err, NO_STATEMENTS)


def test_a_job_statement_is_removed(coded: Caller) -> None:
    coded.done("job", 2, "--prefill", "--outcome", "rest")
    assert says(coded.done("job", 2, "--remove").err, STATEMENT_REMOVED)
    assert says(coded.done("job", 2, "--remove").err, NO_STATEMENT_OF_YOURS)
    assert coded.done("jobs", "--json").json == []
    refused = coded("job", 2, "--remove", "--pain", "x")
    assert refused.code == 2 and says(refused.err, STATEMENT_OR_REMOVE)
    refused = coded("job", 999)
    assert refused.code == 1 and says(refused.err, NO_SUCH, "passage", 999)
