"""Options that were once drafted in participants' words and saved though nobody wrote them: they are to be worded."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from needsseg.errors import Advice, Fix
from needsseg.study.accounts import surveys
from needsseg.study.coding import passages
from needsseg.study.connection import Study, plain_text
from needsseg.study.segments import needs
from needsseg.study.transcripts import interviews
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.survey.scoring_table import Option, Survey

ACTION = "drafted options"
"""What the history calls it; where it is there, also undone, a person has seen it, and it is not done again."""
FEWEST_WORDS = 3
"""A draft had as many words at least; fewer that stand in a quote are a person's."""
MARK = "least_answers"
"""A survey kept with this key is of a program that saves no drafted words."""


def release(study: Study) -> Advice:
    """Remove participants' words from options of older surveys, as one action; return a notice, or "".

    An option's words are a draft if they occur in one of its quotes; words that somebody wrote stay.
    """
    rows = surveys.listing(study)
    if not rows or ACTION in needs.actions_done(study):
        return Advice()
    rows = [row for row in rows if MARK not in json.loads(row.body)]
    if not rows:
        return Advice()
    # Imported here, since every study is opened with this module.
    from needsseg.survey.formats import as_json, from_json

    changed: list[tuple[int, str, Survey]] = []
    count = 0
    for row in rows:
        older = from_json(row.body)
        cleaned = without_drafts(study, older)
        if cleaned != older:
            changed.append((row.id, row.version, cleaned))
            count += sum(option.to_be_worded for question in cleaned.questions for option in question.options)
    if not changed:
        return Advice()
    names = ", ".join(version for _, version, _ in reversed(changed))
    with study.action(ACTION, f"took drafted words off {format_count(count, 'option')} of the survey ({names})"):
        for id_, _, cleaned in changed:
            surveys.set_body(study, id_, plain_text(as_json(cleaned)))
    return Advice(
        f"{format_count(count, 'option')} of the survey ({names}) held words of participants that nobody had "
        "written as answers: they need words before it is exported or routes anybody: ",
        Fix.WORD_SURVEY,
        ". To reverse that: ",
        Fix.UNDO,
    )


def without_drafts(study: Study, survey: Survey) -> Survey:
    """Return the survey with options unworded whose words occur in one of their quotes, or in an interview."""
    from needsseg.actions.coding.pseudonyms import cover

    ids = sorted({passage for question in survey.questions for passage in question.evidence})
    passages_by_id = {passage.id: passage for passage in passages.listing(study, ids=ids)} if ids else {}
    over = cover(study)
    # The words of a deleted passage may still be in its interview.
    spoken = [_as_one(interviews.transcript(study, key).text) for key in interviews.keys(study)] if ids else []

    def plain(option: Option) -> Option:
        words = _as_one(option.words)
        if not option.evidence or len(words.split()) < FEWEST_WORDS:
            return option
        quotes = [passages_by_id[passage] for passage in option.evidence if passage in passages_by_id]
        texts = (_as_one(text) for each in quotes for text in (each.quote, over.text(each.quote, each.interview)))
        drafted = any(words in text for text in (*texts, *spoken))
        return replace(option, words="", first_words="") if drafted else option

    return replace(
        survey,
        questions=tuple(
            replace(question, options=tuple(plain(option) for option in question.options))
            for question in survey.questions
        ),
    )


def _as_one(words: str) -> str:
    return " ".join(words.replace("’", "'").split()).casefold()
