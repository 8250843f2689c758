"""The walls that import contracts cannot see: where a name comes from, and that no module imports itself by a detour."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.fixtures.samples import ROOT

FOLDERS = ("needsseg", "tests", "benchmarks")


@cache
def modules() -> dict[str, Path]:
    """Every module by its dotted name."""
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


@cache
def parsed(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


def is_package(module: str) -> bool:
    return modules()[module].name == "__init__.py"


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports_at_run_time(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports below a node, also those in functions, without those for type checkers."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif not isinstance(child, ast.expr) and not is_type_checking(child):
            yield from imports_at_run_time(child)


@cache
def imported_names(module: str) -> dict[str, str]:
    """The names that a module binds by importing them at its top level, with where they come from."""
    bound = {}
    for statement in parsed(module).body:
        nested = [statement, *statement.body] if isinstance(statement, ast.If) else [statement]
        for node in nested:
            if isinstance(node, ast.ImportFrom):
                bound.update({each.asname or each.name: f"{node.module}.{each.name}" for each in node.names})
    return bound


@cache
def borrowed_names(module: str) -> list[tuple[str, str]]:
    """The (module, name) that a module takes from elsewhere: by ``from … import``, or as an attribute of a module."""
    taken, used, attributes = [], {}, []
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                if (name := f"{node.module}.{each.name}") in modules():
                    used[each.asname or each.name] = name
                elif node.module in modules():
                    taken.append((str(node.module), each.name))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            attributes.append((node.value.id, node.attr))
    return taken + [(used[name], attribute) for name, attribute in attributes if name in used]


def re_exports(module: str) -> list[str]:
    """The names that a module takes from one that only imports them itself; a package may pass names on."""
    return [
        f"{module} takes {name} from {origin}, which has it from {imported_names(origin)[name]}"
        for origin, name in borrowed_names(module)
        if not is_package(origin) and name in imported_names(origin)
    ]


def edges(module: str) -> set[str]:
    """The modules that a module imports at run time."""
    found = set()
    for node in imports_at_run_time(parsed(module)):
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                name = f"{node.module}.{each.name}"
                found.add(name if name in modules() else str(node.module))
        else:
            found |= {each.name for each in node.names}
    return (found & modules().keys()) - {module}


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The sets of modules each of which imports, by however long a way, all others of its set (Tarjan 1972)."""
    reach: dict[str, set[str]] = {}
    for start in graph:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for target in graph[waiting.pop()] - seen:
                seen.add(target)
                waiting.append(target)
        reach[start] = seen
    circle_of = {each: frozenset(other for other in reach[each] if each in reach[other]) for each in graph}
    return sorted(sorted(circle) for circle in set(circle_of.values()) if len(circle) > 1)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_module_passes_on_names_of_another(folder: str) -> None:
    assert [line for module in modules() if module.split(".")[0] == folder for line in re_exports(module)] == []


def test_no_module_lists_names_of_others_as_its_own() -> None:
    listed = [
        f"{module}: {name}"
        for module in modules()
        if not is_package(module)
        for node in parsed(module).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for name in ast.literal_eval(node.value)
        if name in imported_names(module)
    ]
    assert listed == []


def test_no_test_imports_from_another_test() -> None:
    borrowed = [(module, origin) for module in modules() for origin, _ in borrowed_names(module) if ".test_" in origin]
    assert borrowed == []


def test_no_modules_import_each_other() -> None:
    graph = {module: edges(module) for module in modules() if module.split(".")[0] == "needsseg"}
    assert circles(graph) == []


def test_circles_are_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"f"}, "f": {"e"}}
    assert circles(graph) == [["a", "b", "c"], ["e", "f"]]
