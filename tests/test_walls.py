"""The walls that import contracts cannot see: the checks of benchmarks/structure.py find what they are for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from benchmarks import structure

SOURCES = {
    "needsseg.origin": "VALUE = 1\n",
    "needsseg.passing": "from needsseg.origin import VALUE\n__all__ = ['VALUE']\n",
    "needsseg.taking": "from needsseg.passing import VALUE\n",
    "needsseg.left": "def f():\n    from needsseg.right import g\n",
    "needsseg.right": "if TYPE_CHECKING:\n    from needsseg.left import f\n",
    "needsseg.actions.long": "def long():\n" + "    pass\n" * 50 + "\n" * 350,
    "needsseg.actions.words": '"""Documented: --force."""\nTEXT = "try --force, press x or: needsseg show KEY"\n',
    "needsseg.cli.words": 'TEXT = "try --force"\n',
}


@pytest.fixture
def specimens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules that break each rule, in place of the program's own."""
    paths = {name: tmp_path / (name.replace(".", "/") + ".py") for name in SOURCES}
    for name, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SOURCES[name], encoding="utf-8")
    monkeypatch.setattr(structure, "ROOT", tmp_path)
    monkeypatch.setattr(structure, "MOST_FILES", 5)
    monkeypatch.setattr(structure, "modules", lambda: paths)
    # Parsed once, as the checks tell documentation from other texts by the identity of its node.
    trees = {name: ast.parse(source) for name, source in SOURCES.items()}
    monkeypatch.setattr(structure, "_nodes", lambda module: tuple(ast.walk(trees[module])))
    monkeypatch.setattr(structure, "_parsed", lambda module: trees[module])
    monkeypatch.setattr(structure, "_imported_names", structure._imported_names.__wrapped__)
    monkeypatch.setattr(structure, "borrowed_names", structure.borrowed_names.__wrapped__)


@pytest.mark.usefixtures("specimens")
def test_each_broken_rule_is_named() -> None:
    assert [fault for check in structure.CHECKS for fault in check()] == [
        "needsseg.actions.long has 401 lines, more than 400",
        "needsseg.actions.long.long has 51 lines, more than 50",
        "needsseg.left, needsseg.right import each other",
        "needsseg.passing lists VALUE as its own",
        "needsseg.taking takes VALUE from needsseg.passing, which has it from needsseg.origin.VALUE",
        "needsseg.actions.words names an option: '--force'",
        "needsseg.actions.words names a command line: 'needsseg show KEY'",
        "needsseg.actions.words names a key: 'press x'",
    ]


@pytest.mark.usefixtures("specimens")
def test_a_folder_of_many_modules_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "MOST_FILES", 4)
    assert list(structure.full_folders()) == ["needsseg/ has 5 modules, more than 4"]


def test_circles_are_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"f"}, "f": {"e"}}
    assert structure.circles(graph) == [["a", "b", "c"], ["e", "f"]]


def test_an_exception_holds_whatever_the_number_and_only_as_long_as_it_is_needed() -> None:
    assert structure.compared(["a has 9 lines, more than 4"], ["a has 7 lines, more than 4"]) == []
    assert structure.compared(["b is wrong"], ["a is wrong"]) == ["b is wrong", "no exception any more: a is wrong"]


def test_no_test_imports_from_another_test() -> None:
    borrowed = [
        (module, origin)
        for module in structure.modules()
        for origin, _ in structure.borrowed_names(module)
        if ".test_" in origin
    ]
    assert borrowed == []
