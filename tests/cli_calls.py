"""Calls of the command line inside the test's process, on a small study of four real sample interviews.

Test modules import from here before pytest can rewrite the asserts below: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from needsseg.actions import interviews, passages, segments, studies
from needsseg.cli.program import run
from tests.built_studies import BuiltStudies

SAMPLE = Path(__file__).parents[1] / "interviews"
FILES = ("ines-carvalho.vtt", "marek-nowotny.docx", "gus-petrakis.txt", "priyanka-rao.md")
KEYS = ("gus-petrakis", "ines-carvalho", "marek-nowotny", "priyanka-rao")


@dataclass(frozen=True)
class Called:
    """What one call came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Caller:
    """Calls needsseg on one study."""

    def __init__(self, study: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.study = study
        self.capsys = capsys

    def __call__(self, *args: object, study: Path | None = None) -> Called:
        self.capsys.readouterr()
        code = run(["--study", str(study or self.study), *map(str, args)])
        out, err = self.capsys.readouterr()
        return Called(code, out, err)

    def done(self, *args: object) -> Called:
        called = self(*args)
        assert called.code == 0, called.err
        return called

    def mark_some(self, key: str, count: int) -> list[int]:
        """Marks the first ``count`` long turns of an interview's participant; the ids."""
        turns = [t for t in self.done("show", key, "--json").json["turns"] if t["role"] == "participant"]
        long = [t for t in turns if t["end"] - t["start"] > 60][:count]
        return [int(self.done("mark", key, t["start"], t["end"]).out) for t in long]


@pytest.fixture(scope="session")
def imported(built_studies: BuiltStudies) -> Path:
    """A study with four interviews, to be copied and not changed."""
    return built_studies.get("imported", _import) / "study.db"


@pytest.fixture(scope="session")
def sourced_folder(built_studies: BuiltStudies, imported: Path) -> Path:
    """The same with the sample's accounts, subscriptions and participants, and one segment of four passages, “Minder”."""

    def source(folder: Path) -> None:
        study = folder / "study.db"
        shutil.copy(imported, study)
        _called(study, "accounts", "import", SAMPLE / "accounts" / "accounts.csv")
        _called(study, "accounts", "import", SAMPLE / "accounts" / "subscriptions.csv")
        _called(study, "accounts", "participants", SAMPLE / "participants.csv", code=3)
        with mock.patch.dict(os.environ, USER="tester"), studies.open_study(study) as opened:
            turns = interviews.show(opened, "ines-carvalho").turns
            long = [turn for turn in turns if turn.role == "participant" and turn.end - turn.start > 60][:4]
            marked = [passages.mark(opened, "ines-carvalho", turn.start, turn.end) for turn in long]
            segments.make(opened, "Minder", marked)

    return built_studies.get("sourced", source)


@pytest.fixture(scope="session")
def used_folder(built_studies: BuiltStudies, sourced_folder: Path) -> Path:
    """The same with the segment confirmed by Dana, and the sample's usage too."""

    def use(folder: Path) -> None:
        shutil.copytree(sourced_folder, folder, dirs_exist_ok=True)
        _called(folder / "study.db", "segment", "confirm", "Minder", "--by", "Dana")
        _called(folder / "study.db", "accounts", "import", SAMPLE / "accounts" / "usage.csv.gz")

    return built_studies.get("used", use)


def _import(folder: Path) -> None:
    study = folder / "study.db"
    _called(study, "init")
    _called(study, "import", *(SAMPLE / "transcripts" / file for file in FILES))


def _called(study: Path, *args: object, code: int = 0) -> None:
    with mock.patch.dict(os.environ, USER="tester"):
        assert run(["--study", str(study), *map(str, args)]) == code


@pytest.fixture
def empty(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Caller:
    """A new study in a folder of its own, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NEEDSSEG_STUDY", raising=False)
    caller = Caller(tmp_path / "study.db", capsys)
    caller.done("init")
    return caller


@pytest.fixture
def needsseg(
    tmp_path: Path, imported: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Caller:
    """A study with four interviews."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NEEDSSEG_STUDY", raising=False)
    shutil.copy(imported, tmp_path / "study.db")
    return Caller(tmp_path / "study.db", capsys)


@pytest.fixture
def sourced(
    tmp_path: Path, sourced_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Caller:
    """A study with accounts, subscriptions and participants of the sample, and one segment."""
    return _copied(sourced_folder, tmp_path, capsys, monkeypatch)


@pytest.fixture
def used(
    tmp_path: Path, used_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Caller:
    """The same with the segment confirmed and usage."""
    return _copied(used_folder, tmp_path, capsys, monkeypatch)


def _copied(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Caller:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NEEDSSEG_STUDY", raising=False)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return Caller(tmp_path / "study.db", capsys)
