"""Calls of the command line inside the test's process, on a small study of four real sample interviews.

Test modules import from here before pytest can rewrite the asserts below: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from needsseg.cli.program import run

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
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with four interviews, to be copied and not changed."""
    study = tmp_path_factory.mktemp("imported") / "study.db"
    assert run(["--study", str(study), "init"]) == 0
    assert run(["--study", str(study), "import", *(str(SAMPLE / "transcripts" / file) for file in FILES)]) == 0
    return study


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
