"""What import contracts cannot see of the code's structure; ``make check`` runs ``python -m benchmarks.structure``.

It names modules of more than 400 lines, functions of more than 50, folders of more than 20 files, modules that import each
other in a circle (also in functions and for type checkers only), names that a module has from another and passes on, and
options, keys and command lines in texts of rooms, study and actions, which both interfaces show. Exceptions are listed by name;
one that is none any more is named as well.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("needsseg", "tests", "benchmarks")
MOST_LINES, MOST_FUNCTION_LINES, MOST_FILES = 400, 50, 20
INTERFACES = ("needsseg.cli", "needsseg.tui")
Check = Callable[[], Iterator[str]]
INTERFACE_WORDS = (
    ("an option", re.compile(r"(?<![\w-])--[a-z][a-z-]+")),
    ("a command line", re.compile(r"\bneedsseg (?:--?[a-z]|[a-z]+ --|[a-z]+ [A-Z]{3,})")),
    ("a key", re.compile(r"\b(?:ctrl|alt|shift)\+\w|\b[Pp]ress(?:es)? (?:\w\b|enter|esc|space|tab)|(?<!\w)F\d\b")),
)
ALLOWED = (
    "needsseg.coding.name_model names an option: '--force-reinstall'",
    "needsseg.players names an option: '--force-window'",
    "needsseg.players names an option: '--start'",
    "needsseg.players names an option: '--start-time'",
    "needsseg.transcripts.layouts_page names a command line: 'needsseg import --'",
    "needsseg.transcripts.layouts_page names an option: '--column'",
    "needsseg.transcripts.layouts_page names an option: '--preview'",
)
"""What stays: a page of the documentation, an option of pip, and those of players."""
EXCEPTIONS: tuple[str, ...] = ()
"""What is known and to be mended, each as it is named, without its number."""


@cache
def modules() -> dict[str, Path]:
    """Return every module by its dotted name."""
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


@cache
def _parsed(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


@cache
def _nodes(module: str) -> tuple[ast.AST, ...]:
    """All nodes of a module, walked once for all checks."""
    return tuple(ast.walk(_parsed(module)))


def is_package(module: str) -> bool:
    """Whether a module is the ``__init__`` of a folder."""
    return modules()[module].name == "__init__.py"


def long_modules() -> Iterator[str]:
    """Give modules with more lines than one subject needs."""
    for module, path in modules().items():
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > MOST_LINES:
            yield f"{module} has {count} lines, more than {MOST_LINES}"


def long_functions() -> Iterator[str]:
    """Give functions of the package with more lines than one subject needs, decorators not counted."""
    for module in modules():
        for node in _nodes(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                count = (node.end_lineno or node.lineno) - node.lineno + 1
                if count > MOST_FUNCTION_LINES:
                    yield f"{module}.{node.name} has {count} lines, more than {MOST_FUNCTION_LINES}"


def full_folders() -> Iterator[str]:
    """Give folders with more modules than a reader can survey."""
    for folder, count in Counter(path.parent for path in modules().values()).items():
        if count > MOST_FILES:
            yield f"{folder.relative_to(ROOT).as_posix()}/ has {count} modules, more than {MOST_FILES}"


def _imported_modules(module: str) -> set[str]:
    """The modules that a module imports anywhere: at its top, in functions, and for type checkers."""
    targets = set()
    for node in _nodes(module):
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                name = f"{node.module}.{each.name}"
                targets.add(name if name in modules() else str(node.module))
        elif isinstance(node, ast.Import):
            targets |= {each.name for each in node.names}
    return (targets & modules().keys()) - {module}


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the sets of modules each of which imports, by however long a way, all others of its set (Tarjan 1972)."""
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


def import_circles() -> Iterator[str]:
    """Give modules that import each other."""
    for circle in circles({module: _imported_modules(module) for module in modules()}):
        yield f"{', '.join(circle)} import each other"


@cache
def _imported_names(module: str) -> dict[str, str]:
    """The names that a module binds by importing them at its top level, with where they come from."""
    bound = {}
    for statement in _parsed(module).body:
        nested = [statement, *statement.body] if isinstance(statement, ast.If) else [statement]
        for node in nested:
            if isinstance(node, ast.ImportFrom):
                bound.update({each.asname or each.name: f"{node.module}.{each.name}" for each in node.names})
    return bound


@cache
def borrowed_names(module: str) -> list[tuple[str, str]]:
    """Return the (module, name) that a module takes from elsewhere: by ``from … import``, or as an attribute of a module."""
    taken, used, attributes = [], {}, []
    for node in _nodes(module):
        if isinstance(node, ast.ImportFrom):
            for each in node.names:
                if (name := f"{node.module}.{each.name}") in modules():
                    used[each.asname or each.name] = name
                elif node.module in modules():
                    taken.append((str(node.module), each.name))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            attributes.append((node.value.id, node.attr))
    return taken + [(used[name], attribute) for name, attribute in attributes if name in used]


def re_exports() -> Iterator[str]:
    """Give names that a module takes from, or lists in, one that only imports them itself; a package may pass names on."""
    for module in modules():
        for origin, name in borrowed_names(module):
            if not is_package(origin) and name in _imported_names(origin):
                yield f"{module} takes {name} from {origin}, which has it from {_imported_names(origin)[name]}"
        for node in [] if is_package(module) else _parsed(module).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                for name in ast.literal_eval(node.value):
                    if name in _imported_names(module):
                        yield f"{module} lists {name} as its own"


def _shown_texts(module: str) -> Iterator[str]:
    """The texts in a module that are not documentation."""
    documentation = {
        id(statement.value)
        for node in _nodes(module)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in node.body
        if isinstance(statement, ast.Expr)
    }
    for node in _nodes(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


def interface_words() -> Iterator[str]:
    """Give texts below the interfaces that name an option, a command line or a key."""
    for module in modules():
        if module.split(".")[0] != "needsseg" or module.startswith(INTERFACES):
            continue
        for text in _shown_texts(module):
            for kind, pattern in INTERFACE_WORDS:
                if (hit := pattern.search(text)) is not None:
                    yield f"{module} names {kind}: {hit[0]!r}"


CHECKS: tuple[Check, ...] = (long_modules, long_functions, full_folders, import_circles, re_exports, interface_words)


def without_number(fault: str) -> str:
    """A fault without what changes each time a line is added."""
    return re.sub(r" has \d+ ", " has ", fault)


def compared(faults: Iterable[str], exceptions: Iterable[str]) -> list[str]:
    """Return the faults that are no exceptions, and the exceptions that are no faults any more."""
    named = {without_number(fault): fault for fault in faults}
    known = {without_number(each) for each in exceptions}
    gone = [f"no exception any more: {each}" for each in sorted(known - named.keys())]
    return [*(fault for key, fault in named.items() if key not in known), *gone]


def main() -> int:
    """Print what is wrong; 1 where something is."""
    lines = compared((fault for check in CHECKS for fault in check()), (*ALLOWED, *EXCEPTIONS))
    print("\n".join(lines) or f"structure: {len(modules())} modules, {len(EXCEPTIONS)} known exceptions")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
