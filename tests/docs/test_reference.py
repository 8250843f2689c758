"""The generated pages of the reference are what the program says today."""

import pytest

from tests.docs.scripts import load_script
from tests.fixtures.samples import ROOT

REFERENCE = ROOT / "docs" / "reference"
PAGES = load_script("make_reference").pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_as_generated(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name], "run: make docs-sources"


def test_no_generated_page_is_left_over() -> None:
    assert {f"commands/{page.name}" for page in (REFERENCE / "commands").iterdir()} <= set(PAGES)


def test_the_pages_show_what_the_program_has() -> None:
    from needsseg.cli.table import COMMANDS
    from needsseg.settings import Settings

    commands = "".join(text for name, text in PAGES.items() if name.startswith("commands/"))
    assert [name for name in COMMANDS if f"## needsseg {name}\n" not in commands] == []
    assert [name for name in Settings.__dataclass_fields__ if f"| `{name}` |" not in PAGES["settings.md"]] == []
    for title in ("`f1` Interviews", "`f2` Code", "`f3` Segments", "`f4` Accounts", "`f5` Stack", "`f6` Survey"):
        assert f"## {title}\n" in PAGES["keys.md"]
