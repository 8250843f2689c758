"""Quotes, matrices, the codebook, tagged text and the audit trail from the command line, on coded interviews."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import docx
import openpyxl  # type: ignore[import-untyped]
import pytest

from needsseg.version import __version__
from tests.fixtures.cli_calls import Caller
from tests.fixtures.wording.common import NO_SUCH
from tests.fixtures.wording.exchange import (
    CODEBOOK_EMPTY,
    GOES_WITH_A_FILE,
    HOLDS_NO_QUOTES,
    NO_CODE_ON_THESE,
    NO_ENDING,
    NO_PASSAGES_YET,
    NO_SUCH_ATTRIBUTE,
    NOT_AN_ENDING,
    NOTHING_ACCEPTED,
    NOTHING_MEETS,
    STICKIES_ARE_CSV,
    UNDER_PSEUDONYMS,
    YOU_WORK_BLIND,
)
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.transcripts import NO_INTERVIEWS

pytest_plugins = ["tests.fixtures.cli_calls"]
GUS, INES = "gus-petrakis", "ines-carvalho"


@pytest.fixture
def coded(needsseg: Caller) -> Caller:
    """Five accepted passages of two people with codes in a tree, a memo, a segment and attributes."""
    gus, ines = needsseg.mark_some(GUS, 3), needsseg.mark_some(INES, 2)
    needsseg.done("code", "Hand-over", *gus[:2], ines[0])
    needsseg.done("code", "Work", gus[1])
    needsseg.done("code", "Night", ines[1])
    needsseg.done("codebook", "move", "Hand-over", "--under", "Work")
    needsseg.done("memo", "passage", gus[0], "Gus said so before.")
    needsseg.done("segment", "make", "Minders", gus[0], ines[0])
    needsseg.done("participant", "set", GUS, "plan=Team", "note=asked by Ines Carvalho")
    needsseg.done("participant", "set", INES, "plan=Free")
    return needsseg


def texts(needsseg: Caller) -> dict[str, str]:
    return {
        row["key"]: needsseg.done("show", row["key"], "--json").json["text"]
        for row in needsseg.done("interviews", "--json").json
    }


def test_a_quote_has_all_that_is_known_of_its_passage(coded: Caller) -> None:
    rows = coded.done("quotes", "--json").json
    assert len(rows) == 5 and {row["decision"] for row in rows} == {"accepted"}
    first = rows[0]
    assert first["codes"] == ["Work > Hand-over"] and rows[1]["codes"] == ["Work", "Work > Hand-over"]
    assert (first["segment"], first["segment_status"]) == ("Minders", "named")
    assert first["attributes"]["plan"] == "Team" and first["coder"] and first["turn"] > 0
    assert [memo["words"] for memo in first["memos"]] and first["person"].startswith("Participant")
    assert first["interview"].startswith("Interview ")


def test_names_are_hidden_everywhere_unless_the_originals_are_asked_for(coded: Caller) -> None:
    hidden, original = (json.dumps(coded.done("quotes", "--json", *more).json) for more in ((), ("--original",)))
    assert "Gus said so before." in original and GUS in original and "Ines Carvalho" in original
    for name in ("Gus", "Petrakis", "Ines", "Carvalho", GUS, INES):
        assert not re.search(rf"\b{name}\b", hidden)


def test_every_quote_is_literally_in_its_transcript_or_in_its_pseudonymised_text(coded: Caller) -> None:
    words = texts(coded)
    for row in coded.done("quotes", "--original", "--json").json:
        assert row["quote"] == words[row["interview"]][row["start"] : row["end"]]
    hidden = {
        shown["interview"]: shown
        for shown in (coded.done("show", key, "--tagged", "--json").json for key in (GUS, INES))
    }
    for row in coded.done("quotes", "--json").json:
        shown = hidden[row["interview"]]
        (tag,) = [tag for tag in shown["passages"] if tag["id"] == row["id"]]
        assert row["quote"] == shown["text"][tag["start"] : tag["end"]]
        assert tag["codes"] == row["codes"]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--code", "Work"), 1),
        (("--with-code", "work"), 3),
        (("--segment", "Minders"), 2),
        (("--participant", GUS), 3),
        (("--where", "plan=Free"), 2),
        (("--where", "plan~e", "--where", "plan=Team"), 3),
        (("--interview", INES), 2),
        (("--coder", "nobody"), 0),
        (("--query", "zzzz"), 0),
    ],
)
def test_quotes_and_passages_take_the_same_filters(coded: Caller, options: tuple[str, ...], count: int) -> None:
    assert len(coded.done("quotes", *options, "--json").json) == count
    passages = coded.done("passages", "--status", "accepted", *options, "--json").json
    assert [row["id"] for row in passages] == [row["id"] for row in coded.done("quotes", *options, "--json").json]


def test_suggestions_nobody_decided_on_are_no_quotes_unless_asked_for(coded: Caller) -> None:
    coded.done("decide", "1", "--reopen")
    assert [row["id"] for row in coded.done("quotes", "--json").json] == [2, 3, 4, 5]
    assert [row["id"] for row in coded.done("quotes", "--status", "suggested", "--json").json] == [1]


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".md", ".docx", ".html"])
def test_quotes_are_written_by_the_ending_and_not_over_other_files(coded: Caller, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"quotes{ending}"
    called = coded.done("quotes", path, "--json")
    assert called.json == {"path": str(path), "quotes": 5, "original": False}
    says(called.err, "5 quotes", path.name, UNDER_PSEUDONYMS)
    if ending == ".xlsx":
        assert openpyxl.load_workbook(path).worksheets[0].max_row == 6
    elif ending == ".docx":
        assert [p.text for p in docx.Document(str(path)).paragraphs if p.style.name == "Heading 1"] == [
            "Night (1)", "Work (1)", "Work > Hand-over (3)", "Without a code (1)",
        ]  # fmt: skip
    else:
        assert "Participant" in path.read_text(encoding="utf-8")
    path.write_text("somebody's own")
    called = coded("quotes", path)
    assert called.code == 1 and says(called.err, path.name, HOLDS_NO_QUOTES, "--force")
    assert path.read_text() == "somebody's own"
    coded.done("quotes", path, "--force")
    if ending not in (".xlsx", ".docx"):
        coded.done("quotes", path)


def test_what_cannot_be_written_is_refused_by_name(coded: Caller, tmp_path: Path) -> None:
    for name, reason in (("quotes.pdf", NOT_AN_ENDING), ("quotes", NO_ENDING)):
        called = coded("quotes", tmp_path / name)
        assert called.code == 2 and says(called.err, name, reason, ".csv, .xlsx, .md, .docx and .html")
    called = coded("quotes", tmp_path / "q.md", "--for", "miro")
    assert called.code == 2 and says(called.err, "q.md", STICKIES_ARE_CSV)
    called = coded("quotes", "--for", "figjam")
    assert called.code == 2 and says(called.err, GOES_WITH_A_FILE)
    called = coded("quotes", tmp_path / "none" / "q.md")
    assert called.code == 1 and says(called.err, "no such folder")
    called = coded("quotes", coded.study)
    assert called.code == 2
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("q")]


def test_sticky_notes_are_one_a_line(coded: Caller, tmp_path: Path) -> None:
    coded.done("quotes", tmp_path / "notes.csv", "--for", "miro")
    with (tmp_path / "notes.csv").open(newline="", encoding="utf-8") as stream:
        assert [len(row) for row in csv.reader(stream)] == [1] * 5


def test_an_empty_study_says_what_is_missing(empty: Caller, tmp_path: Path) -> None:
    assert empty.done("quotes", "--json").json == []
    for command in (("quotes", tmp_path / "q.csv"), ("matrix", "code", "segment")):
        called = empty(*command)
        assert called.code == 1 and says(called.err, NO_INTERVIEWS, "needsseg import")


def test_a_study_without_passages_or_codes_says_what_is_missing(needsseg: Caller, tmp_path: Path) -> None:
    for command in (("quotes",), ("matrix", "code", "participant")):
        called = needsseg(*command)
        assert called.code == 1 and says(called.err, NO_PASSAGES_YET, "needsseg suggest")
    called = needsseg("codebook", "--out", tmp_path / "c.md")
    assert called.code == 1 and says(called.err, CODEBOOK_EMPTY, "needsseg codebook create")
    needsseg.mark_some(GUS, 1)
    called = needsseg("matrix", "code", "code")
    assert called.code == 1 and says(called.err, NO_CODE_ON_THESE, "needsseg code")
    called = needsseg("quotes", "--query", "zzzz")
    assert called.code == 1 and says(called.err, NOTHING_MEETS, "needsseg passages")
    needsseg.done("decide", "1", "--reopen")
    called = needsseg("quotes")
    assert called.code == 1 and says(called.err, NOTHING_ACCEPTED, 1, "needsseg decide")


def cells(rows: list[dict[str, Any]]) -> dict[str | None, dict[str, int]]:
    return {row["row"]: {cell["column"]: cell["count"] for cell in row["cells"]} for row in rows}


def test_a_matrix_counts_passages_once_under_a_parent(coded: Caller) -> None:
    rows = coded.done("matrix", "code", "plan", "--json").json
    assert cells(rows) == {
        "Night": {"Free": 1, "Team": 0},
        "Work": {"Free": 1, "Team": 2},
        "Work > Hand-over": {"Free": 1, "Team": 2},
        None: {"Free": 2, "Team": 3},
    }
    assert [(row["row"], row["depth"], row["count"]) for row in rows] == [
        ("Night", 0, 1), ("Work", 0, 3), ("Work > Hand-over", 1, 3), (None, 0, 5),
    ]  # fmt: skip
    people = coded.done("matrix", "codes", "plan", "--count", "participants", "--share", "column", "--json").json
    assert [cell["share"] for cell in people[1]["cells"]] == [1.0, 1.0]
    assert coded.done("matrix", "code", "code", "--json").json[2]["cells"][1]["count"] == 3


@pytest.mark.parametrize("columns", ["code", "participant", "interviews", "segment", "plan", "attribute:plan"])
def test_a_cell_is_what_counting_the_quotes_gives(coded: Caller, columns: str) -> None:
    quotes = coded.done("quotes", "--json").json
    of: dict[str, Any] = {
        "code": lambda q: {part for code in q["codes"] for part in (code, code.split(" > ")[0])},
        "participant": lambda q: {q["person"]},
        "interviews": lambda q: {q["interview"]},
        "segment": lambda q: {q["segment"] or "(none)"},
        "plan": lambda q: {q["attributes"]["plan"]},
    }
    column_of = of[columns.removeprefix("attribute:")]
    for row, counts in cells(coded.done("matrix", "code", columns, "--json").json).items():
        inside = [q for q in quotes if row is None or row in of["code"](q)]
        assert counts == {name: sum(name in column_of(q) for q in inside) for name in counts}


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".md"])
def test_a_matrix_is_written_by_the_ending(coded: Caller, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"matrix{ending}"
    assert coded.done("matrix", "code", "segment", "--out", path, "--json").json == {
        "path": str(path),
        "rows": 3,
        "columns": 2,
    }
    if ending == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        assert rows[0] == ["Matrix by needsseg: code x segment", "(all)", "Minders", "(none)"]
        assert rows[2] == ["Work", "3", "2", "1"] and rows[-1] == ["(all)", "5", "2", "3"]
        coded.done("matrix", "code", "segment", "--out", path)
    elif ending == ".xlsx":
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == ["Matrix", "About"]
        assert [cell.value for cell in book["Matrix"][3]] == ["Work", 3, 2, 1]
    else:
        assert "| Work | 3 | 2 | 1 |" in path.read_text(encoding="utf-8")


def test_a_matrix_refuses_what_it_cannot_cross(coded: Caller, tmp_path: Path) -> None:
    called = coded("matrix", "code", "colour")
    assert called.code == 1 and says(called.err, "colour", NO_SUCH_ATTRIBUTE, "plan", "note")
    called = coded("matrix", "code", "code", "--out", tmp_path / "m.docx")
    assert called.code == 2 and says(called.err, "m.docx", NOT_AN_ENDING, ".csv, .xlsx and .md")
    called = coded("matrix", "code", "code", "--participant", "nobody")
    assert called.code == 1 and says(called.err, NO_SUCH, "nobody")
    assert coded("matrix", "code", "code", "--within", "-1").code == 2


def test_the_codebook_goes_out_with_examples(coded: Caller, tmp_path: Path) -> None:
    coded.done("codebook", "describe", "Work", "What Gus Petrakis does.")
    path = tmp_path / "codebook.csv"
    assert coded.done("codebook", "--out", path, "--examples", 1, "--json").json["codes"] == 3
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    by_name = {row["code"]: row for row in rows}
    assert [row["path"] for row in rows] == ["Night", "Work", "Work > Hand-over"]
    assert (by_name["Work"]["passages"], by_name["Work"]["passages with codes below"]) == ("1", "3")
    assert by_name["Hand-over"]["participants"] == "2" and by_name["Hand-over"]["examples"].count("— Participant") == 1
    assert "Petrakis" not in path.read_text(encoding="utf-8")
    called = coded("codebook", "--out", tmp_path / "codebook.html")
    assert called.code == 2 and says(called.err, NOT_AN_ENDING)
    assert coded("codebook", "--examples", 1).code == 2 and coded("codebook", "--original", "create", "x").code == 2


def test_tagged_text_has_every_code_at_its_words(coded: Caller) -> None:
    text = coded.done("show", GUS, "--tagged").out
    assert text.startswith("Interview ") and "[1: Work > Hand-over]" in text and "[/1]" in text and "[3]" in text
    assert "Petrakis" not in text and "Petrakis" in coded.done("show", GUS, "--tagged", "--original").out
    assert coded("show", GUS, "--original").code == 2


def test_actions_from_before_versions_were_noted_say_so(coded: Caller, tmp_path: Path) -> None:
    with closing(sqlite3.connect(coded.study)) as study, study:
        for name in ("program", "name_marks"):  # as version 14 had it
            study.execute("ALTER TABLE history DROP COLUMN program" if name == "program" else f"DROP TABLE {name}")
        study.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm015%'")
        study.execute("PRAGMA user_version = 14")
    coded.done("code", "Late", "1")
    rows = coded.done("history", "--json").json
    assert rows[0]["program"] == __version__ and {row["program"] for row in rows[1:]} == {""}
    coded.done("audit", tmp_path / "audit.md")
    says((tmp_path / "audit.md").read_text(encoding="utf-8"), "not noted", "actions from before have none")


def test_the_audit_trail_says_who_decided_what_when(coded: Caller, tmp_path: Path) -> None:
    coded.done("decide", "3", "--reject")
    coded.done("undo")
    path = tmp_path / "audit.json"
    counts = coded.done("audit", path, "--json").json
    trail = json.loads(path.read_text(encoding="utf-8"))
    history = coded.done("history", "--json").json
    assert [entry["id"] for entry in trail["entries"]] == [row["id"] for row in reversed(history)]
    assert (trail["entries"][-1]["state"], trail["entries"][-1]["action"]) == ("undone", "decide")
    assert counts["entries"] == len(history) and counts["decisions"] == len(trail["decisions"]) == 5 + 5
    assert {(row["passage"], row["what"], row["code"]) for row in trail["decisions"] if row["passage"] == 2} == {
        (2, "accepted", ""), (2, "coded", "Hand-over"), (2, "coded", "Work"),
    }  # fmt: skip
    assert all(row["by"] and row["at"] for row in trail["decisions"])
    assert trail["program"] and all(len(row["sha256"]) == 64 and row["shipped"] for row in trail["words"])
    for name in (GUS, INES, "Petrakis"):
        assert name not in path.read_text(encoding="utf-8")
    assert GUS in json.dumps(json.loads((coded.done("audit", path, "--original"), path.read_text())[1]))
    coded.done("audit", tmp_path / "audit.md")
    text = (tmp_path / "audit.md").read_text(encoding="utf-8")
    says(text, "1 of them undone", "Prompts and rules", "cues.toml")
    assert {entry["program"] for entry in trail["entries"]} == {__version__} and "not noted" not in text
    assert {row["program"] for row in history} == {__version__}
    assert coded("audit", tmp_path / "audit.csv").code == 2
    coded.done("blind", "on")
    called = coded("audit", tmp_path / "blind.md")
    assert called.code == 2 and says(called.err, YOU_WORK_BLIND)
