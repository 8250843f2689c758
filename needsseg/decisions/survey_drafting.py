"""Drafting the onboarding survey: templates filled with what participants of each segment said, in their own clauses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from needsseg.decisions.survey import KEY, NONE, Option, Question, Survey
from needsseg.decisions.survey_choice import choose
from needsseg.decisions.survey_table import Material, prior, with_table
from needsseg.discovery.statement import clauses
from needsseg.errors import UsageError
from needsseg.settings import read_toml

KINDS = ("situation", "motivation", "outcome", "pain")
NEIGHBOURS = 4
SPARE = 3
LATE = 0.6
FEWEST_WORDS, USUAL_WORDS, MOST_WORDS = 4, 12, 16
FEWEST_QUESTIONS, MOST_QUESTIONS = 1, 12

Covered = Callable[[str, str], str]
"""Words as they may leave the study, given the interview they are from."""


@dataclass(frozen=True, slots=True)
class Template:
    """The wording of one question and the kind of participants' words that fill its options."""

    key: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Templates:
    """All templates, what "none" is called, and its likelihood."""

    questions: tuple[Template, ...]
    none: str
    none_likelihood: float


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that may stand as an option, and the passage they are from."""

    words: str
    place: int


def load_templates(path: Path) -> Templates:
    """The templates in a TOML file; UsageError naming file, question and key where one does not fit."""
    given = read_toml(path)
    for key in given:
        if key not in ("none", "none_likelihood", "question"):
            raise UsageError(f"{path}: unknown key '{key}'.", "Keys: none, none_likelihood, question.")
    none, chance = given.get("none", "None of these"), given.get("none_likelihood", 0.1)
    if not isinstance(none, str) or not none.strip():
        raise UsageError(f"{path}: none has no words.", 'For example: none = "None of these"')
    if not isinstance(chance, int | float) or isinstance(chance, bool) or not 0 < chance < 1:
        raise UsageError(f"{path}: none_likelihood = {chance!r} does not lie between 0 and 1.")
    rows = given.get("question", [])
    if not isinstance(rows, list) or not FEWEST_QUESTIONS <= len(rows) <= MOST_QUESTIONS:
        raise UsageError(f"{path}: it takes one to {MOST_QUESTIONS} tables [[question]].")
    templates = [_template(row, number, path) for number, row in enumerate(rows, start=1)]
    keys = [template.key for template in templates]
    if twice := next((key for place, key in enumerate(keys) if key in keys[:place]), None):
        raise UsageError(f"{path}: two questions have the key '{twice}'.", "Change one.")
    return Templates(tuple(templates), " ".join(none.split()), float(chance))


def _template(row: Any, number: int, path: Path) -> Template:
    where = f"{path}: question {number}"
    if not isinstance(row, dict) or set(row) != {"key", "kind", "words"}:
        raise UsageError(f"{where} does not have just key, kind and words.")
    key, kind, words = row["key"], row["kind"], row["words"]
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise UsageError(f"{where}: '{key}' is no key.", "It takes letters a to z, digits and _, a letter first.")
    if kind not in KINDS:
        raise UsageError(f"{where} ('{key}'): '{kind}' is no kind.", f"Kinds: {', '.join(KINDS)}.")
    if not isinstance(words, str) or not words.strip():
        raise UsageError(f"{where} ('{key}') has no words.", "Write what is asked.")
    return Template(key, kind, " ".join(words.split()))


def draft(material: Material, segments: Sequence[str], templates: Templates, covered: Covered) -> Survey:
    """A survey of ``segments`` with every template that two of them can fill, and the best five chosen.

    UsageError below two segments, and where no question tells them apart.
    """
    if len(segments) < 2:
        raise UsageError(
            f"“{segments[0]}” is the only confirmed segment." if segments else "There is no confirmed segment.",
            "Confirm at least two: the survey asks which of them somebody belongs to.",
        )
    keys = option_keys(segments)
    rounds = max(Counter(template.kind for template in templates.questions).values()) + SPARE
    offers = {name: _offers(material, name, rounds) for name in segments}
    taken: dict[tuple[str, str], int] = {}
    questions = []
    for template in templates.questions:
        options = []
        for name in segments:
            number = taken.get((name, template.kind), 0)
            if number < len(offers[name][template.kind]):
                clause = offers[name][template.kind][number]
                taken[name, template.kind] = number + 1
                words = _cleaned(covered(clause.words, material.interviews[clause.place]))
                options.append(Option(keys[name], words, _evidence(material, clause.place)))
        told = {" ".join(option.words.split()).casefold() for option in options}
        if len(options) >= 2 and len(told) == len(options) and templates.none.casefold() not in told:
            asked = Question(template.key, template.words, (*options, Option(NONE, templates.none)), {})
            questions.append(with_table(asked, material, segments, templates.none_likelihood))
    if not questions:
        raise UsageError(
            "Nothing that participants said fills an option of any question.",
            "Edit the templates (prompts/survey.toml), or put more passages into the segments.",
        )
    return choose(Survey("", tuple(segments), prior(material, segments), tuple(questions), ()))


def option_keys(segments: Sequence[str]) -> dict[str, str]:
    """A key for the option of each segment, made of its name."""
    found: dict[str, str] = {}
    for number, name in enumerate(segments, start=1):
        key = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")[:36]
        if not KEY.fullmatch(key) or key == NONE or key in found.values():
            key = f"segment_{number}"
        found[name] = key
    return found


def _offers(material: Material, name: str, rounds: int) -> dict[str, list[Clause]]:
    """What can fill the options of one segment, by kind, the plainest first and no passage twice in a kind."""
    here = [i for i, segment in enumerate(material.segments) if segment == name]
    found: dict[str, list[Clause]] = {kind: [] for kind in KINDS}
    stated: dict[str, list[tuple[float, int, str]]] = {kind: [] for kind in KINDS}
    for rank, i in enumerate(here):
        for clause in clauses(material.quotes[i]):
            words = material.quotes[i][clause.words : clause.end]
            if not _HANGS.match(words):
                stated[clause.kind].append((LATE * rank / len(here) - clause.worth, i, words))
    for kind, offers in stated.items():
        heard: Counter[str] = Counter()
        once: dict[int, tuple[int, int, Clause]] = {}
        for _, i, words in sorted(offers):
            if i not in once:  # a passage fills one option of a kind; those of other people come first
                once[i] = (heard[material.voices[i]], len(once), Clause(words, i))
                heard[material.voices[i]] += 1
        found[kind] = [clause for _, _, clause in sorted(once.values(), key=lambda turn: turn[:2])[:rounds]]
    found["pain"] = [short for i in here if (short := _short_sentence(material.quotes[i], i)) is not None]
    # What only one participant knows by name, or what runs on, is offered last.
    return {
        kind: sorted(clauses, key=lambda clause: (bool(_NAMED.search(clause.words)), _runs_on(clause.words)))
        for kind, clauses in found.items()
    }


def _runs_on(words: str) -> bool:
    return len(words.split()) > USUAL_WORDS


# "It so that I can say …" hangs on words before it, which an option does not show.
_HANGS = re.compile(r"(?:it|them|him|her|this|these|those|that) (?:so|that|when|if|and|but)\b", re.IGNORECASE)
_DAYS = "Mon|Tues|Wednes|Thurs|Fri|Satur|Sun"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NAMED = re.compile(rf"(?<=[a-z,'] )(?!(?:I|I'\w+|(?:{_DAYS})days?|{_MONTHS})\b)[A-Z]\w*")
_SENTENCE = re.compile(r"[^.!?…\n]+")
_PAIN = re.compile(
    r"\b(?:nobody|no one|never|always|too late|wrong|twice|lost|hours?|annoy\w*|hate|worst|nightmare|trouble|problem"
    r"|can't|couldn't|don't know|didn't know|forg[eo]t\w*|chas(?:e|ing))\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"(?:I|we|nobody|no one|it|it's|the|that's|there's|everybody|my|our)\b", re.IGNORECASE)


def _short_sentence(quote: str, place: int) -> Clause | None:
    """The first short whole sentence of a passage in which something stands in the way."""
    for hit in _SENTENCE.finditer(quote.replace("’", "'")):
        words = hit.group().strip(" ,;:–—-\"“”'")
        whole = _WHOLE.match(words) and not re.search(r"[\[\]()\"“”,]", words)
        if whole and FEWEST_WORDS <= len(words.split()) <= MOST_WORDS and _PAIN.search(words):
            return Clause(words, place)
    return None


def _evidence(material: Material, place: int) -> tuple[int, ...]:
    """The passage of a clause and those of its segment that are most like it, each of somebody else."""
    likeness = material.rows @ material.rows[place]
    same = [i for i, segment in enumerate(material.segments) if segment == material.segments[place] and i != place]
    heard, chosen = {material.voices[place]}, [place]
    for i in sorted(same, key=lambda i: (-round(float(likeness[i]), 9), material.ids[i])):
        if material.voices[i] not in heard and len(chosen) <= NEIGHBOURS:
            heard.add(material.voices[i])
            chosen.append(i)
    return tuple(material.ids[i] for i in chosen)


def _cleaned(words: str) -> str:
    """A clause as an option: on one line, straight quotes, its first letter large."""
    plain = " ".join(words.replace("’", "'").split()).strip(" ,;:.–—-")
    return plain[:1].upper() + plain[1:]
