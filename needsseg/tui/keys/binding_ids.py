"""Where the key tables of the app are, and the binding that has an id."""

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
    "curves": "stack.curves",
    "go": "app",
    "halving": "segments.split_merge_dialogs",
    "history": "study.history",
    "interviews": "interviews.screen",
    "job": "code.sheets.job",
    "keys": "keys.help",
    "likelihoods": "survey.likelihoods",
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
"""The module below ``needsseg.tui`` that has the bindings whose ids begin so; each is loaded when it is needed."""


def is_rebindable(binding: object) -> bool:
    """Return whether a binding has an id that the setting ``keys`` can name; Textual's own have none with a dot."""
    return isinstance(binding, Binding) and "." in (binding.id or "")


def bindings_of(owner: type) -> list[Binding]:
    """Return the rebindable bindings that a class itself defines, as its key table has them."""
    return [each for each in vars(owner).get("BINDINGS", ()) if isinstance(each, Binding) and is_rebindable(each)]


@cache
def binding_of(id: str) -> Binding:
    """Return the binding with this id as its key table has it; KeyError where none has it."""
    module = import_module(f"needsseg.tui.{MODULES[id.partition('.')[0]]}")
    for owner in vars(module).values():
        for binding in bindings_of(owner) if isinstance(owner, type) else ():
            if binding.id == id:
                return binding
    raise KeyError(id)


def key_tables() -> Iterator[type]:
    """Yield every class of the app that defines bindings, by the names of their modules; loads all modules of the app."""
    package = import_module("needsseg.tui")
    for name in sorted(each.name for each in pkgutil.walk_packages(package.__path__, "needsseg.tui.")):
        for value in vars(import_module(name)).values():
            if isinstance(value, type) and value.__module__ == name and "BINDINGS" in vars(value):
                yield value
