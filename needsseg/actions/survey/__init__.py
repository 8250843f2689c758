"""Verbs on the onboarding survey: draft, edit, route responses, measure its accuracy."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from needsseg.survey.answer_table import MEANING
    from needsseg.survey.choice import choose, with_gains
    from needsseg.survey.formats import as_toml, from_toml
    from needsseg.survey.scoring_table import TO_BE_WORDED, Option, Question, Survey, Verdict, segment_of, valid

__all__ = [
    "MEANING",
    "TO_BE_WORDED",
    "Option",
    "Question",
    "Survey",
    "Verdict",
    "as_toml",
    "choose",
    "from_toml",
    "segment_of",
    "valid",
    "with_gains",
]

_ORIGINS = {
    "MEANING": "answer_table",
    "TO_BE_WORDED": "scoring_table",
    "Option": "scoring_table",
    "Question": "scoring_table",
    "Survey": "scoring_table",
    "Verdict": "scoring_table",
    "as_toml": "formats",
    "choose": "choice",
    "from_toml": "formats",
    "segment_of": "scoring_table",
    "valid": "scoring_table",
    "with_gains": "choice",
}


def __getattr__(name: str) -> object:
    # The room of surveys takes long to load, and every study is opened with a module of this package.
    if name not in _ORIGINS:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(f"needsseg.survey.{_ORIGINS[name]}"), name)
