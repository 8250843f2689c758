"""What may be changed in a module: comparisons, constants, operators, returned values, statements."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).resolve().parents[2]
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
BUILTINS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutation:
    """One change of a module: ``apply`` makes it in the tree that it was listed from.

    ``lines`` are those of its statement, without the statements inside. ``function`` is the qualified name of the
    outermost function that holds it; None where it is run on import.
    """

    lines: range
    change: str
    function: str | None
    apply: Callable[[], None]


@dataclass(frozen=True)
class Mutant:
    """Mutation ``number`` of the module at ``path``."""

    path: str
    number: int
    lines: range
    change: str
    function: str | None

    def __str__(self) -> str:
        return f"{Path(self.path).relative_to(ROOT)}:{self.lines.start}: {self.change}"

    @property
    def room(self) -> str:
        return Path(self.path).relative_to(ROOT / "needsseg").parts[0]

    def compile(self) -> CodeType:
        tree = ast.parse(Path(self.path).read_text(encoding="utf-8"))
        list_mutations(tree)[self.number].apply()
        return compile(tree, self.path, "exec", dont_inherit=True)


def list_mutations(tree: ast.Module) -> list[Mutation]:
    """Every mutation of a module, in the order of its text."""
    return [
        Mutation(lines, f"{_shorten(child)} → {change}", function, apply)
        for parent, field, index, child, lines, function in _walk(tree, range(0), (), None)
        for change, apply in _change_node(parent, field, index, child)
    ]


def _walk(
    node: ast.AST, lines: range, names: tuple[str, ...], function: str | None
) -> Iterator[tuple[ast.AST, str, int | None, ast.AST, range, str | None]]:
    """Each node below ``node`` that may change: its parent, the field and place there, itself, its lines, its function."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        names = (*names, node.name)
    for field, value in ast.iter_fields(node):
        inner = function
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and field == "body" and function is None:
            inner = ".".join(names)
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or _is_left_alone(node, field, child):
                continue
            place = _statement_lines(child) if isinstance(child, ast.stmt) else lines
            yield node, field, index if isinstance(value, list) else None, child, place, inner
            yield from _walk(child, place, names, inner)


def _is_left_alone(parent: ast.AST, field: str, node: ast.AST) -> bool:
    """Types, decorators, asserts and what only guards against slips of the programmer."""
    match node:
        case ast.Assert() | ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.keyword(arg="strict"):
            return True
        case _:
            return field in {"annotation", "returns", "decorator_list"} and not isinstance(parent, ast.Expr)


def _statement_lines(statement: ast.stmt) -> range:
    below = [
        child.lineno
        for child in ast.walk(statement)
        if isinstance(child, ast.stmt) and child is not statement and child.lineno > statement.lineno
    ]
    return range(statement.lineno, min(below, default=(statement.end_lineno or statement.lineno) + 1))


def _change_node(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> list[tuple[str, Callable[[], None]]]:
    """What may become of a node: how it then reads, and what makes it so."""

    def become(new: ast.AST) -> tuple[str, Callable[[], None]]:
        return _shorten(new), functools.partial(_replace, parent, field, index, ast.copy_location(new, node))

    match node:
        case ast.Compare():
            return [
                become(ast.Compare(node.left, [*node.ops[:place], new(), *node.ops[place + 1 :]], node.comparators))
                for place, old in enumerate(node.ops)
                for new in COMPARISONS[type(old)]
            ]
        case ast.BoolOp():
            return [become(ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))]
        case ast.UnaryOp(op=ast.Not()):
            return [become(node.operand)]
        case ast.BinOp() if type(node.op) in ARITHMETIC and not (_is_text(node.left) or _is_text(node.right)):
            return [become(ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right))]
        case ast.Constant(value=bool()):
            return [become(ast.Constant(not node.value))]
        case ast.Constant(value=(int() | float()) as value):
            return [become(ast.Constant(value + step)) for step in (1, -1)]
        case ast.Call(func=ast.Name(id=name)) if name in BUILTINS:
            return [
                become(
                    ast.Call(ast.copy_location(ast.Name(BUILTINS[name], ast.Load()), node), node.args, node.keywords)
                )
            ]
        case ast.Return(value=ast.expr()) if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            return [become(ast.Return(ast.copy_location(ast.Constant(None), node)))]
        case ast.Break():
            return [become(ast.Continue())]
        case ast.Continue():
            return [become(ast.Break()), become(ast.Pass())]
        case ast.AugAssign() if type(node.op) in ARITHMETIC and not _is_text(node.value):
            other = ast.AugAssign(node.target, ARITHMETIC[type(node.op)](), node.value)
            return [become(other), become(ast.Pass())]
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Delete():
            return [become(ast.Pass())]
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return [become(ast.Pass())]
        case _:
            return []


def _is_text(node: ast.AST) -> bool:
    """Whether arithmetic with it fails at once: a text, list or tuple written out."""
    return isinstance(node, ast.JoinedStr | ast.List | ast.Tuple) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def _replace(parent: ast.AST, field: str, index: int | None, new: ast.AST) -> None:
    ast.fix_missing_locations(new)
    if index is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[index] = new


def _shorten(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 100 else f"{text[:97]}…"


def list_modules(room: str) -> list[Path]:
    """The modules of a room, by path."""
    return sorted((ROOT / "needsseg" / room).rglob("*.py"))


def list_mutants(room: str) -> list[Mutant]:
    """Every mutant of a room, by path and place."""
    return [
        Mutant(str(path), number, mutation.lines, mutation.change, mutation.function)
        for path in list_modules(room)
        for number, mutation in enumerate(list_mutations(ast.parse(path.read_text(encoding="utf-8"))))
    ]
