"""What helps, worded for the command line: a command that exists for every fix, and no wording on lower floors."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import click
import pytest

import needsseg
from needsseg.cli.exchange import export
from needsseg.cli.fixes import COMMANDS, OPTIONS, command_line, worded
from needsseg.cli.table import COMMANDS as TABLE
from needsseg.errors import Advice, Fix, NeedssegError, Option, Remedy

ROOMS = (
    "transcripts", "coding", "discovery", "segments", "accounts", "survey", "validation", "playbook", "exchange", "study",
    "actions",
)  # fmt: skip
DOOR_WORDS = re.compile(
    rf"needsseg (--study|{'|'.join(TABLE)})\b|\bctrl\+|\bpress\b|\bin the app\b|\bF[1-6]\b"
    r"|\b[A-Za-z] among the (segments|interviews|accounts)\b"
)
OPTION = re.compile(r"""["'][^"']*(?<![\w-])--[a-z]""")
WRITTEN = {
    "name_model.py": "names an option of pip, which installs the model",
    "layouts_page.py": "writes a page of the docs",
    "dbt.py": "the first line of a file, by which the next export knows it",
    "surveys.py": "the name of a file's format",
}
"""Modules that may name a command, with the reason."""
OUR_ERRORS = re.compile(r"\b(Needsseg|Transcript|Table|UnknownKind|Study|Discovery|NotFound|Usage)Error\b")


@pytest.mark.parametrize("fix", Fix)
def test_every_fix_has_a_command_that_exists_with_its_options(fix: Fix) -> None:
    words = [word for word in COMMANDS[fix].split() if not word.startswith("{")]
    if not words:
        assert fix is Fix.OPEN_STUDY
        return
    entry = TABLE[words[0]]
    command: click.Command = getattr(import_module(entry.module), entry.attribute)
    rest = words[1:]
    while rest and isinstance(command, click.Group) and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    options = {name for param in command.params for name in param.opts}
    unknown = [word for word in rest if word.startswith("--") and word not in options]
    assert not unknown, f"{words[0]} has no {unknown}"
    assert not (isinstance(command, click.Group) and [word for word in rest if not word.startswith("--")])


def _options(command: click.Command) -> set[str]:
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return {name for param in command.params for name in param.opts}.union(*map(_options, below))


def test_every_option_is_one_of_a_command() -> None:
    commands = [getattr(import_module(entry.module), entry.attribute) for entry in TABLE.values()]
    commands.append(export.export)  # of those that export accounts; the one in the table hands on to it
    known = {"--study"}.union(*map(_options, commands))
    assert set(OPTIONS) == set(Option)
    assert {words.split()[0] for words in OPTIONS.values()} <= known


def test_options_stand_in_brackets_and_words_are_whole_without_them() -> None:
    advice = Advice("Name it", Option.MAP.of(field="plan name"), ", or leave it out", Option.OVERWRITE, ".")
    assert worded(advice) == "Name it (--map 'plan name'=COLUMN), or leave it out (--force)."
    assert str(advice) == "Name it, or leave it out."
    assert Advice.from_json(advice.as_json()) == advice


def test_arguments_stand_as_a_shell_takes_them() -> None:
    restore = Fix.RESTORE.of(study=Path("a b.db"), backup="c.db")
    assert command_line(restore) == "needsseg --study 'a b.db' restore c.db"
    assert command_line(Remedy(Fix.RESTORE)) == "needsseg restore BACKUP"
    assert command_line(Remedy(Fix.MERGE_CODES)) == "needsseg codebook merge"
    assert command_line(Fix.UNDO_ANYONES.of(entry=7)) == "needsseg undo 7 --anyones"
    assert command_line(Fix.OPEN_STUDY.of(study="x.db")) == "needsseg --study x.db"


def test_words_that_look_like_a_fix_stay_words() -> None:
    error = NeedssegError("There is no {file} and no Fix.UNDO.", Advice("Undo “{entry}”: ", Fix.UNDO))
    assert worded(error.advice) == "There is no {file} and no Fix.UNDO. Undo “{entry}”: needsseg undo"
    assert str(error) == "There is no {file} and no Fix.UNDO. Undo “{entry}”: undo"


def test_advice_comes_back_from_json_and_nothing_else_does() -> None:
    advice = Advice("First ", Fix.RESTORE.of(study="s.db", backup="b.db"), ", then ", Fix.CHECK)
    assert Advice.from_json(advice.as_json()) == advice and advice.fixes == (Fix.RESTORE, Fix.CHECK)
    for wrong in ("text", [7], [{"fix": "NONE"}], [{"fix": None}], [{"option": "INIT"}]):
        with pytest.raises(ValueError, match=r"fix"):
            Advice.from_json(wrong)


def test_lower_floors_word_no_command_and_no_key() -> None:
    top = Path(needsseg.__file__).parent
    found = [
        f"{file.relative_to(top)}:{number}: {line.strip()}"
        for room in ROOMS
        for file in sorted((top / room).rglob("*.py"))
        if file.name not in WRITTEN
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if (DOOR_WORDS.search(line) or OPTION.search(line)) and "import" not in line.split()[:3]
    ]
    assert not found, "\n".join(found)


def _errors_as_text(handler: ast.ExceptHandler) -> list[int]:
    """Lines at which a handler of our errors makes text of the error, which leaves out commands and options."""
    if handler.type is None or not OUR_ERRORS.search(ast.unparse(handler.type)):
        return []
    whole = {handler.name, f"{handler.name}.hint", f"{handler.name}.advice"}
    written = [node.value for node in ast.walk(handler) if isinstance(node, ast.FormattedValue)]
    written += [
        argument
        for node in ast.walk(handler)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "str"
        for argument in node.args
    ]
    return [each.lineno for each in written if ast.unparse(each) in whole]


def test_the_command_line_shows_our_errors_with_their_commands_and_options() -> None:
    folder = Path(needsseg.__file__).parent / "cli"
    handlers = [
        (file, node)
        for file in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
    ]
    assert any(OUR_ERRORS.search(ast.unparse(node.type)) for _, node in handlers if node.type is not None)
    assert [f"{file.name}:{line}" for file, node in handlers for line in _errors_as_text(node)] == []
