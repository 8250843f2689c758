"""The files for those who work on the program: the workflow, the templates, the hooks and the lock file."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.fixtures.samples import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
YAML_FILES = [ROOT / ".pre-commit-config.yaml", *sorted((ROOT / ".github").rglob("*.yml"))]


def _plain(requirement: str) -> str:
    """The name of a requirement as indexes compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", requirement)[0]).lower()


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: path.name)
def test_it_is_valid_yaml(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)


def test_the_workflow_tries_every_version_on_every_system() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["quick"]["strategy"]["matrix"]
    versions = [each.rsplit(" ", 1)[1] for each in PROJECT["classifiers"] if "Python :: 3." in each]
    assert matrix["python"] == [each.removeprefix(":: ") for each in versions]
    assert [each.partition("-")[0] for each in matrix["os"]] == ["ubuntu", "macos", "windows"]


def test_the_hooks_are_the_checks_of_make() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    check = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ncheck:")[2].partition("\n\n")[0]
    commands = [line.strip().removeprefix("$(BIN)/").removesuffix(" .") for line in check.splitlines()[1:]]
    assert [hook["entry"].removeprefix(".venv/bin/") for hook in hooks] == commands


def test_the_lock_file_has_versions_and_hashes_and_no_places() -> None:
    entries = re.split(r"(?m)^(?=\S)", LOCK)[1:]
    assert len(entries) > 50
    for entry in entries:
        assert re.match(
            r"[a-z0-9.-]+==[\w.+]+(?: ; [^\\]*)? \\\n(?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+$", entry
        ), entry
    assert not re.search(r"://|@|(?:^|\s)/|--(?!hash)", LOCK)


def test_the_lock_file_holds_what_is_needed_but_pytorch() -> None:
    locked = {_plain(line) for line in LOCK.splitlines() if not line.startswith(" ")}
    wanted = {_plain(each) for each in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]}
    assert wanted - locked == {"torch"}
    assert not [name for name in locked if name.startswith(("nvidia-", "triton"))]
