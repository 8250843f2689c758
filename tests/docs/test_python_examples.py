"""What the page on Python shows is what the statements print."""

from pathlib import Path

import pytest

from tests.docs.scripts import load_script

EXAMPLES = load_script("make_python_examples")


@pytest.mark.slow
def test_the_outputs_are_as_shown(demo_folder: Path, tmp_path: Path) -> None:
    text = EXAMPLES.PAGE.read_text(encoding="utf-8")
    assert text.count(">>> ") > 15
    assert EXAMPLES.with_outputs(text, demo_folder, tmp_path) == text, "run: make docs-sources"


def test_outputs_are_replaced_and_names_live_on(tmp_path: Path) -> None:
    page = "```pycon\n>>> n = 2\n```\n\n```pycon\n>>> for each in range(n):\n...     print(each)\nold\n>>> n\n3\n```\n"
    assert EXAMPLES.with_outputs(page, tmp_path, tmp_path) == (
        "```pycon\n>>> n = 2\n```\n\n```pycon\n>>> for each in range(n):\n...     print(each)\n0\n1\n>>> n\n2\n```\n"
    )


def test_what_fails_is_raised(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        EXAMPLES.with_outputs("```pycon\n>>> 1 / 0\n```\n", tmp_path, tmp_path)
