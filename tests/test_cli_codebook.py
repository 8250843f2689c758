"""The codebook, memos and job statements from the command line."""

from __future__ import annotations

import pytest
from cli_calls import Caller

pytest_plugins = ["cli_calls"]
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
    assert "needsseg codebook create NAME" in empty.done("codebook").err


def test_every_change_is_made_and_undone(coded: Caller) -> None:
    coded.done("code", "overdue", 2)
    before = coded.done("codebook", "--json").json
    for change, told in [
        (("create", "new"), "Made the code “new”."),
        (("rename", "late", "delayed"), "The code is called “delayed”."),
        (("recolour", "late", "teal"), "“late” is teal."),
        (("recolour", "late", "#A1B2C3"), "“late” is #a1b2c3."),
        (("move", "very late", "--top"), "Moved “very late” to the top."),
        (("move", "overdue", "--under", "very late"), "Moved “overdue” under “very late”."),
        (("merge", "overdue", "late"), "Merged “overdue” into “late”."),
        (("describe", "late", "after the hour"), "Described “late”."),
        (("delete", "late"), "Deleted “late”: off 2 passages, whose decisions stay, 1 code below it one up."),
        (("pin", "late", "9"), "“late” is pinned to 9."),
    ]:
        done = coded.done("codebook", *change)
        assert told in done.err
        assert done.out == ""
        assert coded.done("codebook", "--json").json != before
        coded.done("undo")
        assert coded.done("codebook", "--json").json == before


def test_colour_and_pin_are_taken_away(coded: Caller) -> None:
    coded.done("codebook", "recolour", "late", "red")
    coded.done("codebook", "pin", "late", 1)
    assert "red" in coded.done("codebook").out
    assert "without a colour" in coded.done("codebook", "recolour", "late", "none").err
    assert "not pinned" in coded.done("codebook", "pin", "late", "none").err
    assert [(row["color"], row["pin"]) for row in coded.done("codebook", "--json").json] == [("", None)] * 2


def test_a_dry_run_tells_what_deleting_touches_and_changes_nothing(coded: Caller) -> None:
    coded.done("memo", "code", "late", "as agreed")
    before = coded.done("history", "--json").json
    told = coded.done("codebook", "delete", "LATE", "--dry-run", "--json")
    assert told.json == {"code": "late", "passages": 2, "coders": 1, "children": 1, "memos": 1, "deleted": False}
    assert "Nothing was changed." in told.err
    assert coded.done("history", "--json").json == before
    assert coded.done("codebook", "delete", "late", "--json").json["deleted"] is True
    assert tree(coded) == [(0, "very late")]
    assert {row["status"] for row in coded.done("passages", "--json").json} == {"accepted"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("create", "Late"), "There is a code “late” already.\nhint: Take another name, or merge the two"),
        (("create", " "), "A code needs a name."),
        (("create", "a\nb"), "The name of a code is one line"),
        (("rename", "late", "VERY late"), "There is a code “very late” already."),
        (("recolour", "late", "purple"), "“purple” is no colour for a code.\nhint: Say one of red, orange"),
        (("move", "late", "--under", "very late"), "“very late” lies under “late”, so “late” cannot go under it."),
        (("move", "late"), "Say where it goes: --under CODE, or --top."),
        (("move", "late", "--top", "--under", "x"), "Say where it goes: --under CODE, or --top."),
        (("merge", "late", "late"), "“late” cannot be merged into itself."),
        (("pin", "late", "0"), "A code cannot be pinned to '0'."),
        (("pin", "late", "12"), "A code cannot be pinned to '12'."),
        (("--json", "create", "x"), "--json goes with the list, not with create."),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(coded: Caller, words: tuple[str, ...], told: str) -> None:
    before = coded.done("codebook", "--json").json
    refused = coded("codebook", *words)
    assert refused.code == 2
    assert told in refused.err
    assert coded.done("codebook", "--json").json == before


def test_a_code_that_is_not_there_fails(coded: Caller) -> None:
    refused = coded("codebook", "rename", "gone", "x")
    assert refused.code == 1
    assert "There is no code “gone”." in refused.err


@pytest.mark.parametrize(("kind", "key"), [("passage", "1"), ("interview", "ines-carvalho"), ("code", "late")])
def test_a_memo_is_written_printed_and_removed(
    coded: Caller, monkeypatch: pytest.MonkeyPatch, kind: str, key: str
) -> None:
    assert "There is no memo" in coded.done("memo", kind, key).err
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
    assert "Removed your memo" in coded.done("memo", kind, key, "--remove").err
    assert "You have no memo" in coded.done("memo", kind, key, "--remove").err
    assert [row["written_by"] for row in coded.done("memo", kind, key, "--json").json] == ["tester"]
    coded.done("undo")
    assert len(coded.done("memos", "--json").json) == 2


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("passage", "one"), 2, "'one' is no passage's number."),
        (("passage", "999", "x"), 1, "There is no passage 999."),
        (("interview", "nobody", "x"), 1, "There is no interview 'nobody'."),
        (("code", "gone", "x"), 1, "There is no code “gone”."),
        (("code", "late", " "), 2, "A memo is written or removed."),
        (("code", "late", "x", "--remove"), 2, "A memo is written or removed."),
        (("segment", "1"), 2, "segment"),
    ],
)
def test_memos_on_what_is_not_there_are_refused(coded: Caller, words: tuple[str, ...], code: int, told: str) -> None:
    refused = coded("memo", *words)
    assert refused.code == code
    assert told in refused.err
    assert coded.done("memos", "--json").json == []


def test_a_job_statement_is_prefilled_written_and_kept_part_by_part(coded: Caller) -> None:
    shown = coded.done("job", 1, "--json").json
    quote = shown["quote"]
    assert shown["statements"] == []
    assert any(shown["prefill"].values())
    assert all(words in quote for words in shown["prefill"].values())
    assert "Nobody wrote its job statement" in coded.done("job", 1).out
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
    assert "no job statements" in coded.done("jobs").err


def test_a_job_statement_is_removed(coded: Caller) -> None:
    coded.done("job", 2, "--prefill", "--outcome", "rest")
    assert "Removed your statement" in coded.done("job", 2, "--remove").err
    assert "You wrote no statement" in coded.done("job", 2, "--remove").err
    assert coded.done("jobs", "--json").json == []
    refused = coded("job", 2, "--remove", "--pain", "x")
    assert (refused.code, "A statement is written or removed." in refused.err) == (2, True)
    refused = coded("job", 999)
    assert (refused.code, "There is no passage 999." in refused.err) == (1, True)
