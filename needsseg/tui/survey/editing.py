"""Edits of a survey before it is saved, with undo and redo; pure functions on surveys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from needsseg.actions.survey import choose, with_gains
from needsseg.errors import UsageError
from needsseg.tui.keys.hints import with_keys

if TYPE_CHECKING:
    from needsseg.actions.survey import Question, Survey

MOST_ASKED = 5
LEAST, MOST = 0.001, 0.999


@dataclass
class Edits:
    """The saved survey and its unsaved edits; ``past`` and ``future`` are states for undo and redo, None the saved one."""

    saved: Survey | None = None
    now: Survey | None = None
    past: list[Survey | None] = field(default_factory=list)
    future: list[Survey | None] = field(default_factory=list)

    @property
    def shown(self) -> Survey | None:
        """The edited survey, else the saved one."""
        return self.now if self.now is not None else self.saved

    @property
    def unsaved(self) -> bool:
        """Whether there are unsaved edits."""
        return self.now is not None

    @property
    def stale(self) -> bool:
        """Whether another version was saved since these edits began."""
        return self.now is not None and self.saved is not None and self.now.version != self.saved.version

    def make(self, survey: Survey) -> None:
        """Apply an edit."""
        self.past.append(self.now)
        self.now = survey
        self.future.clear()
        self.settle()

    def back(self) -> bool:
        """Undo the last edit; return whether there was one."""
        if not self.past:
            return False
        self.future.append(self.now)
        self.now = self.past.pop()
        self.settle()
        return True

    def again(self) -> bool:
        """Redo the undone edit; return whether there was one."""
        if not self.future:
            return False
        self.past.append(self.now)
        self.now = self.future.pop()
        self.settle()
        return True

    def take_up(self, survey: Survey | None) -> None:
        """Start with kept edits; one undo reverts all of them."""
        self.now = survey
        self.past = [] if survey is None else [None]
        self.future = []

    def over(self, saved: Survey | None) -> None:
        """Keep the edits over another saved survey; if they equal it, nothing is left to undo."""
        if saved != self.saved:
            self.saved = saved
            self.settle()
            if not self.unsaved:
                self.take_up(None)

    def settle(self) -> None:
        """Drop an edit that equals the saved survey."""
        if self.now is not None and self.saved is not None and same(self.now, self.saved):
            self.now = None


def same(one: Survey, other: Survey) -> bool:
    """Return whether two surveys are equal except for their versions."""
    return replace(one, version="") == replace(other, version="")


def _with(survey: Survey, question: Question) -> Survey:
    """Return the survey with one question replaced."""
    return replace(survey, questions=tuple(question if q.key == question.key else q for q in survey.questions))


def reworded(survey: Survey, key: str, option: str | None, words: str) -> Survey:
    """Return the survey with other words for a question, or for one of its options."""
    question = survey.question(key)
    if option is None:
        return _with(survey, replace(question, words=words))
    options = tuple(replace(o, words=words) if o.key == option else o for o in question.options)
    return _with(survey, replace(question, options=options))


def with_likelihoods(survey: Survey, key: str, option: str, likelihoods: Mapping[str, float]) -> Survey:
    """Return the survey with other likelihoods of an option by segment; the other options keep their relative shares.

    Raises UsageError for a likelihood that is not above 0 and below 1.
    """
    question = survey.question(key)
    at = next(place for place, o in enumerate(question.options) if o.key == option)
    table = dict(question.likelihoods)
    for segment, value in likelihoods.items():
        if not LEAST <= value <= MOST:
            raise UsageError(
                f"{segment}: {value:g} is not a likelihood.",
                f"Write a number from {LEAST} to {MOST}, so that no single answer rules a segment out.",
            )
        before = table[segment]
        if value != before[at]:
            share = (1 - value) / (1 - before[at])
            table[segment] = tuple(value if place == at else other * share for place, other in enumerate(before))
    return with_gains(_with(survey, replace(question, likelihoods=table)))


def with_question_toggled(survey: Survey, key: str) -> Survey:
    """Return the survey with a question added to those it asks, or removed from them.

    Raises UsageError if five are asked already, or if this is the only one.
    """
    if key in survey.chosen:
        if len(survey.chosen) == 1:
            raise UsageError(
                "A survey asks at least one question.",
                with_keys("Press {survey.choose} on another question first, to ask that one too."),
            )
        return _asking(survey, tuple(k for k in survey.chosen if k != key))
    if len(survey.chosen) >= MOST_ASKED:
        raise UsageError(
            "Five questions are asked already.", with_keys("Press {survey.choose} on one of them first, to drop it.")
        )
    return _asking(survey, (*survey.chosen, key))


def _asking(survey: Survey, chosen: tuple[str, ...]) -> Survey:
    """Return the survey asking these questions, which come first, with their gains computed again."""
    first = [survey.question(key) for key in chosen]
    rest = [question for question in survey.questions if question.key not in chosen]
    return with_gains(replace(survey, questions=(*first, *rest), chosen=chosen))


def ordered(survey: Survey) -> Survey:
    """Return the survey with its questions ordered by information gain, each given those before it."""
    alone = choose(replace(survey, questions=survey.asked), len(survey.chosen))
    return _asking(survey, alone.chosen)


def likelihood(words: str) -> float:
    """Return a typed likelihood (0.4, .4, 0,4 or 40%); raise UsageError if it is not a number."""
    text = words.strip().replace(",", ".")
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError as error:
        raise UsageError(f"“{words.strip()}” is not a number.", "Write for example 0.4 or 40%.") from error
