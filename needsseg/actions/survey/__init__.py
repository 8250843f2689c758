"""Verbs on the onboarding survey: draft, edit, route responses, measure its accuracy."""

from __future__ import annotations

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
