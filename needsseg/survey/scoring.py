"""Scoring one response by naive Bayes over the questions that were answered, with abstention."""

from __future__ import annotations

import math
from collections.abc import Mapping

from needsseg.errors import UsageError
from needsseg.survey.scoring_table import CONTRADICTORY, NO_ANSWERS, NONE, THIN, TOO_FEW, Question, Survey, Verdict

DIGITS = 6
SPEAKS = 1.5
"""An answer speaks for a segment that picks it so many times as often as the next; ours."""


def log_chance(value: float) -> float:
    """The natural logarithm to ``DIGITS`` decimals: what is added up here and in the scoring spec."""
    return round(math.log(value), DIGITS)


def score(survey: Survey, answers: Mapping[str, str]) -> Verdict:
    """The verdict on ``answers``, option keys by question key; an empty answer counts as none.

    Posteriors are rounded to ``DIGITS`` decimals before they are compared. UsageError for a question that is not asked
    and for an option that the question does not have.
    """
    given_answers = {key: option for key, option in answers.items() if option}
    places = {key: _place(survey, key, option) for key, option in given_answers.items()}
    sums = {name: log_chance(survey.prior[name]) for name in survey.segments}
    for question in survey.asked:
        if question.key in places:
            for name in survey.segments:
                sums[name] += log_chance(question.likelihoods[name][places[question.key]])
    most = max(sums.values())
    shares = {name: math.exp(value - most) for name, value in sums.items()}
    total = sum(shares.values())
    posterior = {name: round(share / total, DIGITS) for name, share in shares.items()}
    ranked = sorted(posterior.items(), key=lambda item: -item[1])
    (best, first), second = ranked[0], ranked[1][1] if len(ranked) > 1 else 0.0
    margin = round(first - second, DIGITS)
    reason, explanation = _reason(survey, places, best, first, margin)
    return Verdict(None if reason else best, posterior, margin, len(given_answers), reason, explanation)


def telling_answers(survey: Survey, answers: Mapping[str, str]) -> int:
    """How many questions of the survey are answered by another option than "none"."""
    return sum(answers.get(key, "") not in ("", NONE) for key in survey.chosen)


def _place(survey: Survey, key: str, option: str) -> int:
    if key not in survey.chosen:
        what = "is not asked" if any(key == question.key for question in survey.questions) else "does not exist"
        raise UsageError(f"Question '{key}' {what} in this survey.", f"It asks: {', '.join(survey.chosen)}.")
    question = survey.question(key)
    keys = [choice.key for choice in question.options]
    if option not in keys:
        raise UsageError(f"Question '{key}' has no option '{option}'.", f"Options: {', '.join(keys)}.")
    return keys.index(option)


def _reason(survey: Survey, places: Mapping[str, int], best: str, first: float, margin: float) -> tuple[str, str]:
    if not places:
        return NO_ANSWERS, "none of the questions is answered"
    if all(survey.question(key).options[place].key == NONE for key, place in places.items()):
        return THIN, "every answer is “none”, so only the prior speaks"
    decisive = telling_answers(survey, {key: survey.question(key).options[place].key for key, place in places.items()})
    if decisive < survey.least_answers:
        have = "1 answer tells" if decisive == 1 else f"{decisive} answers tell"
        return TOO_FEW, f"{have} anything; it takes {survey.least_answers}, and “none” does not count"
    if first >= survey.least_posterior and margin >= survey.least_margin:
        return "", ""
    option_by_question = {
        question.key: name
        for question in survey.asked
        if question.key in places and (name := _speaks_for(question, places[question.key]))
    }
    if len(set(option_by_question.values())) > 1:
        return CONTRADICTORY, "; ".join(f"{key} speaks for {name}" for key, name in option_by_question.items())
    short = f"{best} has {first:.2f}, leading by {margin:.2f}"
    return THIN, f"{short}; it takes {survey.least_posterior:g} and a lead of {survey.least_margin:g}"


def _speaks_for(question: Question, place: int) -> str:
    if question.options[place].key == NONE:
        return ""
    ranked = sorted(((chances[place], name) for name, chances in question.likelihoods.items()), reverse=True)
    return ranked[0][1] if len(ranked) < 2 or ranked[0][0] >= SPEAKS * ranked[1][0] else ""
