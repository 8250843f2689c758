"""The Python interface: its names, rows as the command line prints them, and tables on request."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

import needsseg
from needsseg.actions.coding import memos, passages
from needsseg.actions.study import studies
from needsseg.api import Rows
from needsseg.cli.program import run
from needsseg.errors import NeedssegError
from tests.fixtures.requirements import needs
from tests.fixtures.samples import ROOT

LISTINGS = {
    "interviews": ["interviews"],
    "participants": ["participants"],
    "passages": ["passages"],
    "codes": ["codes"],
    "memos": ["memos"],
    "segments": ["segments"],
    "history": ["history"],
}
NESTED = Rows(
    [{"id": 1, "codes": ("late", "lost"), "why": {"a": 1}, "parts": [{"b": 2}]}, {"id": 2, "codes": (), "parts": []}]
)


@pytest.fixture
def study_path(demo_folder: Path, tmp_path: Path) -> Path:
    """A copy of the sample study with a code and a memo."""
    shutil.copytree(demo_folder, tmp_path / "demo")
    path = tmp_path / "demo" / "needsseg.db"
    with studies.open_study(path) as study:
        passages.code(study, [1], "late")
        memos.write(study, "passage", 1, "as the week before")
    return path


@pytest.mark.parametrize("name", [name for name in needsseg.__all__ if name != "__version__"])
def test_every_name_is_documented_and_comes_from_where_it_is_kept(name: str) -> None:
    origin = importlib.import_module(needsseg._ORIGINS[name])
    assert getattr(needsseg, name) is getattr(origin, name)
    assert name in (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'fly'"):
        needsseg.fly  # noqa: B018


@pytest.mark.slow
def test_rows_are_what_the_commands_print(study_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def printed(*arguments: str) -> object:
        assert run(["--study", str(study_path), *arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    with needsseg.open_study(study_path) as study:
        rows = {name: getattr(study, name)() for name in LISTINGS}
        one, profile = study.show("tom-ashdown"), study.profile(date(2026, 7, 1))
        narrowed = study.passages("tom-ashdown", status="suggested")
        assert study.profile("2026-07-01") == profile
    for name, arguments in LISTINGS.items():
        assert rows[name]
        assert json.loads(json.dumps(rows[name])) == printed(*arguments), name
    assert json.loads(json.dumps(one)) == printed("show", "tom-ashdown")
    assert json.loads(json.dumps(profile)) == printed("profile", "--as-of", "2026-07-01")
    assert narrowed and {(row["interview"], row["status"]) for row in narrowed} == {("tom-ashdown", "suggested")}


@pytest.mark.slow
def test_every_listing_becomes_a_table(study_path: Path) -> None:
    needs("pyarrow")
    needs("pandas")
    with needsseg.open_study(study_path) as study:
        listings = [*(getattr(study, name)() for name in LISTINGS), study.profile("2026-07-01")]
    for rows in listings:
        assert rows.arrow().num_rows == len(rows.pandas()) == len(rows) > 0
        assert rows.arrow().column_names == list(rows.pandas().columns) == list(rows[0])


def test_the_study_is_closed_at_the_end(tmp_path: Path) -> None:
    studies.init(tmp_path / "needsseg.db").close()
    with needsseg.open_study(str(tmp_path / "needsseg.db")) as study:
        assert study.passages() == []
    with pytest.raises(Exception, match="closed"):
        study.passages()


def test_a_missing_study_and_an_unknown_interview_are_named(tmp_path: Path) -> None:
    with pytest.raises(NeedssegError, match="needsseg.db"):
        needsseg.open_study(tmp_path / "needsseg.db")
    studies.init(tmp_path / "needsseg.db").close()
    with needsseg.open_study(tmp_path / "needsseg.db") as study, pytest.raises(NeedssegError, match="nobody"):
        study.show("nobody")


@pytest.mark.parametrize(("method", "library"), [("arrow", "pyarrow"), ("pandas", "pandas")])
def test_a_missing_library_is_named(method: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(NeedssegError, match=f"pip install {library}"):
        getattr(Rows(), method)()


def test_nested_values_become_json_texts() -> None:
    assert NESTED._flat() == [
        {"id": 1, "codes": ["late", "lost"], "why": '{"a": 1}', "parts": '[{"b": 2}]'},
        {"id": 2, "codes": [], "parts": "[]"},
    ]


def test_rows_as_a_table_of_arrow() -> None:
    needs("pyarrow")
    table = NESTED.arrow()
    assert table.column_names == ["id", "codes", "why", "parts"]
    assert table.column("codes").to_pylist() == [["late", "lost"], []]


def test_rows_as_a_table_of_pandas() -> None:
    needs("pandas")
    table = NESTED.pandas()
    assert list(table.columns) == ["id", "codes", "why", "parts"]
    assert list(table["id"]) == [1, 2]
