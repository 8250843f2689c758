"""A missing requirement is named, skipped for a person and a failure in CI; nothing else decides on skips."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fixtures import requirements
from tests.fixtures.requirements import REQUIREMENTS, Requirement, needs

TESTS = Path(__file__).parent


@pytest.fixture
def _one_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REQUIREMENTS, "there", Requirement("-", module="json.decoder"))
    monkeypatch.setitem(REQUIREMENTS, "gone", Requirement("pip install gone", module="no_such_package.part"))
    monkeypatch.setitem(REQUIREMENTS, "tool", Requirement("apt-get install tool", command="no-such-command"))


@pytest.mark.usefixtures("_one_missing")
def test_a_missing_requirement_skips_and_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    needs("there")
    with pytest.raises(
        pytest.skip.Exception, match="^gone and tool missing.* pip install gone && apt-get install tool$"
    ):
        needs("there", "gone", "tool")


@pytest.mark.usefixtures("_one_missing")
def test_in_ci_a_missing_requirement_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    needs("there")
    with pytest.raises(pytest.fail.Exception, match="pip install gone"):
        needs("gone")


def test_a_command_is_found_where_java_home_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "no-such-command"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert requirements.find_command("no-such-command") is None
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert requirements.find_command("no-such-command") == str(program)


def test_one_place_decides_on_skips_and_none_looks_outside_the_repository() -> None:
    forbidden = re.compile(
        r"importorskip|pytest\.skip\(|mark\.skip|/ \"shared\"|parents\[(?:[23]\]|1\]\.parent)|ROOT\.parent\b"
    )
    found = [
        f"{file.name}:{number}: {line.strip()}"
        for file in sorted(TESTS.rglob("*.py"))
        if file.name not in ("requirements.py", "samples.py", Path(__file__).name)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []
