"""What an import or a help page may load: heavy libraries come in only where they are used."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pkgutil import walk_packages

import click
import pytest

import needsseg.cli
from needsseg.cli.lazy import with_shared_options
from needsseg.cli.table import COMMANDS

HEAVY = {
    "torch",
    "sentence_transformers",
    "transformers",
    "hdbscan",
    "scipy",
    "sklearn",
    "duckdb",
    "polars",
    "lxml",
    "docx",
    "spacy",
    "onnxruntime",
    "tokenizers",
    "safetensors",
}
DOOR = HEAVY | {"textual", "rich", "numpy", "sqlite_utils"}


def loaded_by(code: str) -> set[str]:
    """The names of the modules that a fresh interpreter holds after running ``code``."""
    script = f"{code}\nimport json, sys; print('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def leaks(modules: set[str], forbidden: set[str]) -> list[str]:
    return sorted(name for name in forbidden if name in modules)


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    assert leaks(loaded_by("import needsseg.cli, needsseg.cli.program"), DOOR) == []


def test_importing_the_package_loads_nothing_else() -> None:
    modules = loaded_by("import needsseg; assert needsseg.__version__ and 'read' in dir(needsseg)")
    assert sorted(name for name in modules if name.startswith("needsseg")) == ["needsseg", "needsseg.version"]


def test_importing_the_app_loads_nothing_heavy() -> None:
    assert leaks(loaded_by("import needsseg.tui"), HEAVY) == []


@pytest.mark.parametrize(
    "module",
    [
        found.name
        for found in walk_packages(needsseg.cli.__path__, "needsseg.cli.")
        if not found.ispkg and not found.name.endswith("__main__")
    ],
)
def test_importing_a_command_loads_nothing_heavy(module: str) -> None:
    assert leaks(loaded_by(f"import {module}"), DOOR) == []


FIRST_SCREEN = ("transcripts", "exchange", "discovery.evidence.standing", "discovery.evidence.card_quotes", "segments")
"""Rooms and modules that take long to load, and that interviews and passages are shown without."""


@pytest.mark.parametrize(
    ("module", "rooms"),
    [
        ("needsseg.cli.study.study", ("accounts", "transcripts", "exchange")),
        ("needsseg.cli.coding.passages", ("accounts", "transcripts", "exchange")),
        ("needsseg.cli.segments.segments", ("accounts", "transcripts", "exchange")),
        ("needsseg.cli.accounts.account_page", ("transcripts",)),
        ("needsseg.tui.app", ("accounts", "transcripts", "exchange")),
        *((f"needsseg.tui.{name}.screen", FIRST_SCREEN) for name in ("interviews", "code")),
    ],
)
def test_everyday_commands_load_only_the_rooms_they_use(module: str, rooms: tuple[str, ...]) -> None:
    assert leaks(loaded_by(f"import {module}"), {f"needsseg.{room}" for room in rooms}) == []


DISCOVER = """
import numpy as np
from needsseg.discovery import discover
rows = np.random.default_rng(0).normal(size=(40, 8))
discover([f"text {number}" for number in range(40)], vectors=rows)
"""


def test_discovery_without_answers_loads_no_scikit_learn() -> None:
    modules = loaded_by(DISCOVER)
    assert "hdbscan._hdbscan_tree" in modules
    assert leaks(modules, {"sklearn", "scipy.stats", "hdbscan", "hdbscan.hdbscan_"}) == []


def test_hdbscan_can_be_imported_after_discovery() -> None:
    assert "hdbscan.hdbscan_" in loaded_by(f"{DISCOVER}\nimport hdbscan\nhdbscan.HDBSCAN().fit(rows)")


def test_help_loads_no_command_no_action_and_no_study() -> None:
    modules = loaded_by("from needsseg.cli.program import run\nassert run(['--help']) == 0")
    allowed = {"needsseg", "needsseg.version", "needsseg.errors", "needsseg.text", "needsseg.cli"} | {
        f"needsseg.cli.{name}" for name in ("gate", "program", "lazy", "narration", "table")
    }
    assert sorted(name for name in modules if name.split(".")[0] == "needsseg" and name not in allowed) == []
    assert leaks(modules, DOOR | {"sqlite3"}) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_static_table_names_commands_that_exist(name: str) -> None:
    entry = COMMANDS[name]
    command = getattr(import_module(entry.module), entry.attribute)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.help
    assert "study" in {option.name for option in with_shared_options(command).params}
