"""What the documentation names exists."""

import re
import subprocess
import sys
import tomllib

import pytest

from needsseg.settings import Settings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def _commands() -> set[str]:
    return set(re.findall(r"(?m)(?:^    |`)needsseg ((?:segment |accounts )?[a-z]+)", README))


@pytest.mark.parametrize("command", sorted(_commands()))
def test_every_command_in_the_readme_exists(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "needsseg.cli", *command.split(), "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_readme_shows_every_setting() -> None:
    shown = set(re.findall(r"(?m)^\| `(\w+)` \|", README))
    assert set(Settings.__dataclass_fields__) <= shown


def test_every_file_the_documents_name_is_there() -> None:
    for document in ("README.md", "docs/decisions.md", "interviews/README.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        for name in re.findall(r"`((?:prompts|docs|interviews|needsseg|benchmarks)/[\w./-]+)`", text):
            assert (ROOT / name).exists(), f"{document} names {name}"


def test_the_changelog_knows_the_version() -> None:
    import needsseg

    assert f"## {needsseg.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0" and project["requires-python"] == ">=3.11,<3.14"
