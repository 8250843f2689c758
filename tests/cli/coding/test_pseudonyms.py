"""Pseudonyms from the command line: listed with their state, decided, added from a list; what is refused is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import SAMPLE
from tests.fixtures.wording.coding import NO_LETTER, NOT_DECIDED, PSEUDONYM_SET
from tests.fixtures.wording.common import NO_SUCH
from tests.fixtures.wording.matching import says

pytest_plugins = ["tests.fixtures.cli_calls"]


def _rows(call: Caller, *more: str) -> dict[str, dict[str, object]]:
    return {row["words"]: row for row in call.done("pseudonyms", "--json", *more).json}


def test_words_are_listed_replaced_kept_and_forgotten(needsseg: Caller) -> None:
    gus = _rows(needsseg)["Gus"]
    assert (gus["kind"], gus["state"], gus["interview"]) == ("person", "undecided", "gus-petrakis")
    text = needsseg.done("show", "gus-petrakis", "--json").json["text"]
    assert text[gus["start"] : gus["end"]] == "Gus"
    said = needsseg.done("pseudonym", "replace", "gus", "--by", "the chef").err
    assert says(said, "Gus", PSEUDONYM_SET, "the chef", gus["count"])
    assert _rows(needsseg)["Gus"] == gus | {"state": "replaced", "by": "the chef"}
    assert "Gus" not in _rows(needsseg, "--undecided")
    needsseg.done("pseudonym", "keep", "Gus")
    assert _rows(needsseg)["Gus"]["state"] == "kept"
    assert "kept" in needsseg.done("pseudonyms").out
    needsseg.done("pseudonym", "forget", "Gus")
    assert _rows(needsseg)["Gus"] == gus
    needsseg.done("undo")
    assert _rows(needsseg)["Gus"]["state"] == "kept"
    assert needsseg("pseudonym", "forget", "Nobody").err.startswith("error: ")
    assert says(needsseg("pseudonym", "forget", "Nobody").err, NOT_DECIDED, "Nobody")
    assert needsseg("pseudonym", "replace", "person").code == 2
    assert needsseg("pseudonym", "replace", "Rex", "--kind", "dog").code == 2


def test_decisions_hold_for_listed_quotes_and_the_study_keeps_the_original(needsseg: Caller) -> None:
    turns = needsseg.done("show", "gus-petrakis", "--json").json["turns"]
    where = _rows(needsseg)["Gus"]["start"]
    (turn,) = (turn for turn in turns if turn["start"] <= where < turn["end"])
    needsseg.done("mark", "gus-petrakis", turn["start"], turn["end"])
    needsseg.done("pseudonym", "replace", "Gus", "--by", "[the chef]")
    (covered,) = needsseg.done("passages", "--pseudonyms", "--json").json
    (original,) = needsseg.done("passages", "--json").json
    assert "Gus" in original["quote"] and original["interview"] == "gus-petrakis"
    assert "Gus" not in covered["quote"] and "[the chef]" in covered["quote"]
    assert (covered["start"], covered["end"]) == (original["start"], original["end"])
    assert "etrakis" not in json.dumps(covered)


def test_a_list_is_read_and_its_bad_rows_are_named(needsseg: Caller, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("Colleen\nTanisha,a volunteer\n...\n", encoding="utf-8")
    called = needsseg("pseudonym", "list", file, "--kind", "person", "--json")
    assert called.code == 3
    assert called.json["taken"] == [{"words": "Colleen", "by": ""}, {"words": "Tanisha", "by": "a volunteer"}]
    assert [row["row"] for row in called.json["refused"]] == [3]
    assert says(called.err, "refused: own.csv row 3", "...", NO_LETTER)
    rows = _rows(needsseg)
    assert (rows["Colleen"]["by"], rows["Tanisha"]["by"]) == ("[person]", "a volunteer")
    assert says(needsseg("pseudonym", "list", "none.csv").err, NO_SUCH, "file")
    file.write_text("Colleen\n", encoding="utf-8")
    assert "Colleen" in needsseg.done("pseudonym", "list", file).out


def test_further_words_are_listed_without_being_decided(needsseg: Caller) -> None:
    rows = _rows(needsseg, "--also", "Corkline")
    assert (rows["Corkline"]["by"], rows["Corkline"]["state"]) == ("[removed]", "undecided")
    assert "Corkline" not in _rows(needsseg)


def test_an_export_says_whether_it_names_people(needsseg: Caller, tmp_path: Path) -> None:
    needsseg.done("accounts", "import", SAMPLE / "accounts" / "accounts.csv")
    for more, names in (([], False), (["--original"], True)):
        needsseg.done("export", "csv", tmp_path / "out.csv", "--as-of", "2026-06-30", *more)
        text = (tmp_path / "out.csv.manifest.json").read_text(encoding="utf-8")
        manifest = json.loads(text)
        assert manifest["pseudonyms"] is not names
        assert ("gus-petrakis" in text) is names
        assert len(manifest["abstained"]) == 4


@pytest.mark.parametrize("command", ["replace", "keep", "forget", "list"])
def test_words_are_needed(needsseg: Caller, command: str) -> None:
    assert needsseg("pseudonym", command).code == 2
