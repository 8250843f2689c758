"""Every link, command and file that the documentation names exists."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from needsseg.cli.program import program
from tests.fixtures.samples import ROOT

DOCS = ROOT / "docs"
SITE_PAGES = sorted(DOCS.rglob("*.md"))
PAGES = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")), *SITE_PAGES]
GENERATED_COMMANDS = DOCS / "reference" / "commands"


def _label(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _without_code(text: str) -> str:
    return re.sub(r"`[^`\n]+`", "", re.sub(r"(?ms)^```.*?^```$", "", text))


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the site makes them."""
    headings = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```$", "", page.read_text(encoding="utf-8")))
    return {re.sub(r"[\s]+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip()) for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=_label)
def test_links_lead_to_pages_and_headings(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _without_code(page.read_text(encoding="utf-8"))):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in _anchors(linked), target


@pytest.mark.parametrize("page", PAGES, ids=_label)
def test_files_named_in_code_exist(page: Path) -> None:
    for name in re.findall(
        r"`((?:prompts|docs|interviews|needsseg|benchmarks|tests)/[\w./-]+)`", page.read_text(encoding="utf-8")
    ):
        assert (ROOT / name).exists(), name


def _picture() -> list[str]:
    """The lines of the picture of the house."""
    return (
        (ROOT / "CONTRIBUTING.md")
        .read_text(encoding="utf-8")
        .partition("```text\n")[2]
        .partition("```")[0]
        .splitlines()
    )


def test_the_picture_of_the_house_is_as_the_folders_are() -> None:
    """Every folder and module at the top of the package is drawn, and nothing else."""
    drawn = {name.strip("/") for line in _picture()[1:] for name in re.findall(r"\b[a-z_]+(?:/|\.py)", line[:42])}
    package = ROOT / "needsseg"
    there = {path.name for path in package.iterdir() if path.suffix == ".py" and path.name != "__init__.py"}
    there |= {path.parent.name for path in package.glob("*/__init__.py")}
    assert drawn == there


def test_the_targets_of_make_that_are_named_exist() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    places = [*PAGES, *(ROOT / ".github").rglob("*.*"), ROOT / ".pre-commit-config.yaml"]
    for place in places:
        text = place.read_text(encoding="utf-8")
        named = re.findall(r"`make ([a-z-]+)`|(?m:^(?:- run: |)make (?:PYTHON=\S+ )?([a-z-]+))", text)
        assert {name for pair in named for name in pair if name} <= targets, place


def test_every_page_is_in_the_navigation() -> None:
    config = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
    assert sorted(_pages_of(config["nav"])) == sorted(str(page.relative_to(DOCS)) for page in SITE_PAGES)


def _pages_of(entry: object) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict | list):
        for inner in entry.values() if isinstance(entry, dict) else entry:
            yield from _pages_of(inner)


def _command_lines(page: Path) -> list[str]:
    """The command lines in a page: in blocks of commands and in code within a sentence."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"(?ms)^```(?:sh|console)\n(.*?)^```$", text)
    lines = [line for block in blocks for line in re.findall(r"(?m)^(?:\$ )?(needsseg\b.*)$", block)]
    within = re.findall(r"`(needsseg [^`\n]+)`", re.sub(r"(?ms)^```.*?^```$", "", text))
    return [*lines, *within]


@pytest.mark.parametrize("page", [page for page in PAGES if GENERATED_COMMANDS not in page.parents], ids=_label)
def test_commands_and_options_exist(page: Path) -> None:
    for line in _command_lines(page):
        _check_command(line)


def _check_command(line: str) -> None:
    """Walk a command line down the tree of commands; options are those of the command reached, or of all commands."""
    words = shlex.split(line, comments=True)[1:]
    context = click.Context(program, info_name="needsseg")
    shared = {name for option in program.params for name in option.opts}
    value = False
    for number, word in enumerate(words):
        command, is_value = context.command, value
        value = any(word in each.opts and not each.is_flag for each in command.params if isinstance(each, click.Option))
        if is_value:
            continue
        if word.startswith("--"):
            options = {name for option in command.params for name in [*option.opts, *option.secondary_opts]}
            assert word.split("=")[0] in options | shared | {"--help"}, f"{line}: there is no option {word}"
        elif isinstance(command, click.Group) and word != "…":
            for name in reversed(word.split("|")):
                found = command.get_command(context, name) if name in command.list_commands(context) else None
                assert found is not None, f"{line}: there is no command {name}"
                # Some commands choose what they are by their first argument, as export does.
                after = [later.split("|")[0] for later in words[number + 1 :]]
                context = found.make_context(name, after, parent=context, resilient_parsing=True)


@pytest.mark.parametrize("line", ["needsseg fly", "needsseg segment fly", "needsseg import x --fly"])
def test_a_command_or_option_that_is_not_there_is_found(line: str) -> None:
    with pytest.raises(AssertionError, match="fly"):
        _check_command(line)
