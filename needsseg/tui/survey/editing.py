"""Edits of a survey before they are saved: what each changes, which came before, and how they outlive the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from needsseg.actions.survey import choose, with_gains
from needsseg.errors import UsageError

if TYPE_CHECKING:
    from needsseg.actions.survey import Question, Survey

MOST_ASKED = 5
LEAST, MOST = 0.001, 0.999


@dataclass
class Edits:
    """The saved survey and what was made of it since; ``past`` and ``future`` are states, None being the saved one."""

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
        """Whether something is not saved."""
        return self.now is not None

    @property
    def stale(self) -> bool:
        """Whether another version was saved since these edits began."""
        return self.now is not None and self.saved is not None and self.now.version != self.saved.version

    def make(self, made: Survey) -> None:
        """Take an edit."""
        self.past.append(self.now)
        self.now = made
        self.future.clear()
        self.settle()

    def back(self) -> bool:
        """Take the last edit back; whether there was one."""
        if not self.past:
            return False
        self.future.append(self.now)
        self.now = self.past.pop()
        self.settle()
        return True

    def again(self) -> bool:
        """Do again what was taken back; whether there was something."""
        if not self.future:
            return False
        self.past.append(self.now)
        self.now = self.future.pop()
        self.settle()
        return True

    def take_up(self, kept: Survey | None) -> None:
        """Begin with edits that were kept; all of them can be taken back at once."""
        self.now = kept
        self.past = [] if kept is None else [None]
        self.future = []

    def over(self, saved: Survey | None) -> None:
        """The edits stay over another saved survey; where they are what was saved there is nothing left to take back."""
        if saved != self.saved:
            self.saved = saved
            self.settle()
            if not self.unsaved:
                self.take_up(None)

    def settle(self) -> None:
        """What is as saved is no edit."""
        if self.now is not None and self.saved is not None and same(self.now, self.saved):
            self.now = None


def same(one: Survey, other: Survey) -> bool:
    """Whether two surveys ask, and weigh, alike, whatever their versions."""
    return replace(one, version="") == replace(other, version="")


def _with(survey: Survey, question: Question) -> Survey:
    """The survey with one question changed."""
    return replace(survey, questions=tuple(question if q.key == question.key else q for q in survey.questions))


def reworded(survey: Survey, key: str, option: str | None, words: str) -> Survey:
    """The survey with other words for a question, or for one of its options."""
    here = survey.question(key)
    if option is None:
        return _with(survey, replace(here, words=words))
    options = tuple(replace(o, words=words) if o.key == option else o for o in here.options)
    return _with(survey, replace(here, options=options))


def with_likelihoods(survey: Survey, key: str, option: str, given: Mapping[str, float]) -> Survey:
    """The survey with another likelihood of an option per segment; the other options share what is left as they did.

    Raises UsageError for a likelihood that is not above 0 and below 1.
    """
    here = survey.question(key)
    at = next(place for place, o in enumerate(here.options) if o.key == option)
    table = dict(here.likelihoods)
    for segment, value in given.items():
        if not LEAST <= value <= MOST:
            raise UsageError(
                f"{segment}: {value:g} is no likelihood.",
                f"Write a number from {LEAST} to {MOST}, so that no single answer rules a segment out.",
            )
        before = table[segment]
        if value != before[at]:
            share = (1 - value) / (1 - before[at])
            table[segment] = tuple(value if place == at else other * share for place, other in enumerate(before))
    return with_gains(_with(survey, replace(here, likelihoods=table)))


def asked_or_not(survey: Survey, key: str) -> Survey:
    """The survey asking a question it did not ask, or not asking it any more.

    Raises UsageError when five are asked already, or when this is the only one.
    """
    if key in survey.chosen:
        if len(survey.chosen) == 1:
            raise UsageError("A survey asks at least one question.", "space on another asks that one too.")
        return _asking(survey, tuple(k for k in survey.chosen if k != key))
    if len(survey.chosen) >= MOST_ASKED:
        raise UsageError("Five questions are asked already.", "space on one of them drops it first.")
    return _asking(survey, (*survey.chosen, key))


def _asking(survey: Survey, chosen: tuple[str, ...]) -> Survey:
    """The survey asking these questions, which come first, with the gains that they have so."""
    first = [survey.question(key) for key in chosen]
    rest = [question for question in survey.questions if question.key not in chosen]
    return with_gains(replace(survey, questions=(*first, *rest), chosen=chosen))


def ordered(survey: Survey) -> Survey:
    """The survey with the questions it asks in the order of what each tells after those before it."""
    alone = choose(replace(survey, questions=survey.asked), len(survey.chosen))
    return _asking(survey, alone.chosen)


def likelihood(words: str) -> float:
    """A likelihood as it was typed: 0.4, .4, 0,4 or 40%; UsageError where it is none."""
    text = words.strip().replace(",", ".")
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError as error:
        raise UsageError(f"“{words.strip()}” is no number.", "Write for example 0.4 or 40%.") from error
