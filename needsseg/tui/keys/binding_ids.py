"""The modules with the key tables of the app, and the binding of each id."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from textual.binding import Binding

MODULES: Mapping[str, str] = {
    "accounts": "accounts.screen",
    "agreement": "code.sheets.agreement",
    "app": "app",
    "assigning": "accounts.assigning",
    "batch": "interviews.batch",
    "card": "segments.card",
    "code": "code.screen",
    "code_tree": "code.sheets.code_tree",
    "codebook": "code.sheets.codebook",
    "coverage": "code.sheets.coverage",
    "matrix": "code.sheets.matrix",
    "curves": "stack.curves",
    "go": "app",
    "halving": "segments.split_merge_dialogs",
    "history": "study.history",
    "interviews": "interviews.screen",
    "job": "code.sheets.job",
    "keys": "keys.help",
    "likelihoods": "survey.likelihoods",
    "columns": "accounts.export_columns",
    "mapping": "accounts.mapping",
    "matches": "accounts.matches",
    "memo": "code.sheets.memo",
    "merging": "segments.split_merge_dialogs",
    "needs": "segments.needs",
    "page": "accounts.page",
    "pairs": "segments.pairs",
    "participants": "interviews.participants",
    "people": "segments.people",
    "preview": "interviews.import_preview",
    "progress": "widgets.progress",
    "prompt": "widgets.prompt",
    "pseudonyms": "interviews.pseudonyms",
    "question": "segments.question",
    "readout": "stack.readout",
    "reimported": "interviews.reimported",
    "report": "report",
    "rice": "stack.rice",
    "scorecard": "stack.scorecard",
    "search": "search.screen",
    "segments": "segments.screen",
    "sheet": "sheet",
    "stack": "stack.screen",
    "stack_report": "stack.report",
    "study": "screen_base",
    "survey": "survey.screen",
    "trial": "survey.trial",
    "triggers": "stack.triggers",
}
"""The module below ``needsseg.tui`` with the bindings of each id prefix; loaded when needed."""


def is_rebindable(binding: object) -> bool:
    """Return whether the setting ``keys`` can name a binding's id; ids of Textual's own bindings have no dot."""
    return isinstance(binding, Binding) and "." in (binding.id or "")


def bindings_of(owner: type) -> list[Binding]:
    """Return the rebindable bindings that a class itself defines, with their default keys."""
    return [each for each in vars(owner).get("BINDINGS", ()) if isinstance(each, Binding) and is_rebindable(each)]


@cache
def binding_of(id: str) -> Binding:
    """Return the binding with this id and its default keys; raise KeyError if there is none."""
    module = import_module(f"needsseg.tui.{MODULES[id.partition('.')[0]]}")
    for owner in vars(module).values():
        for binding in bindings_of(owner) if isinstance(owner, type) else ():
            if binding.id == id:
                return binding
    raise KeyError(id)


def key_tables() -> Iterator[type]:
    """Yield every class of the app that defines bindings, sorted by module; this loads all modules of the app."""
    package = import_module("needsseg.tui")
    for name in sorted(each.name for each in pkgutil.walk_packages(package.__path__, "needsseg.tui.")):
        for value in vars(import_module(name)).values():
            if isinstance(value, type) and value.__module__ == name and "BINDINGS" in vars(value):
                yield value
