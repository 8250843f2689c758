"""What the tutorials show is what the commands print."""

import shutil
from pathlib import Path

import pytest

from tests.docs.scripts import load_script
from tests.fixtures.samples import ROOT

EXAMPLES = load_script("make_examples")
PAGES: dict[Path, str] = EXAMPLES.example_pages()


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_outputs_are_as_shown(page: Path, demo_folder: Path, tmp_path: Path) -> None:
    if PAGES[page] == "sample":
        shutil.copytree(demo_folder, tmp_path / "demo")
    text = page.read_text(encoding="utf-8")
    assert EXAMPLES.with_outputs(text, tmp_path) == text, "run: make docs-sources"


def test_there_is_a_tutorial_for_each_user() -> None:
    tutorials = {page.stem for page in PAGES if page.parent == ROOT / "docs" / "tutorials"}
    assert tutorials == {"researcher", "product-manager", "analyst"}


def test_a_failing_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="needsseg show nobody"):
        EXAMPLES.with_outputs("```console\n$ needsseg init\n$ needsseg show nobody\n```\n", tmp_path)


def test_outputs_are_replaced_and_shortened(tmp_path: Path) -> None:
    shown = EXAMPLES.with_outputs("<!-- lines: 1 -->\n```console\n$ needsseg --help\nold\n```\n", tmp_path)
    assert (
        shown
        == "<!-- lines: 1 -->\n```console\n$ needsseg --help\nUsage: needsseg [OPTIONS] [COMMAND] [ARGS]...\n…\n```\n"
    )
