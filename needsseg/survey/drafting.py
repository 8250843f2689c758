"""Draft the onboarding survey: questions from templates, options in words that people wrote, and their evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from needsseg.discovery.evidence.statements import clauses
from needsseg.errors import UsageError
from needsseg.settings import read_toml
from needsseg.survey.answer_table import Material, prior, with_table
from needsseg.survey.choice import choose
from needsseg.survey.scoring_table import KEY, NONE, Option, Question, Survey, option_keys
from needsseg.survey.wording import plain_clauses

NEED = "need"
SPOKEN_KINDS = ("situation", "motivation", "outcome", "pain")
KINDS = (NEED, *SPOKEN_KINDS)
PARTS_OF = {
    NEED: ("wish", "trigger", "pain", "outcome", "workaround"),
    "situation": ("trigger",),
    "motivation": ("wish",),
    "outcome": ("outcome",),
    "pain": ("pain", "workaround"),
}
"""The parts of a segment's card whose pinned quotes are evidence for options of each kind."""
NEIGHBOURS = 4
SPARE = 3
LATE = 0.6
FEWEST_WORDS, USUAL_WORDS, MOST_WORDS = 4, 12, 16
FEWEST_QUESTIONS, MOST_QUESTIONS = 1, 12


@dataclass(frozen=True, slots=True)
class Template:
    """The wording of one question and the kind of its options."""

    key: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Templates:
    """All templates, the words of the option "none", and its likelihood."""

    questions: tuple[Template, ...]
    none: str
    none_likelihood: float


@dataclass(frozen=True, slots=True)
class Clause:
    """Words of a kind, and the index of their passage."""

    words: str
    place: int


def load_templates(path: Path) -> Templates:
    """Load the templates of a TOML file; UsageError with file, question and key where one is invalid."""
    table = read_toml(path)
    for key in table:
        if key not in ("none", "none_likelihood", "question"):
            raise UsageError(f"{path}: unknown key '{key}'.", "Keys: none, none_likelihood, question.")
    none, chance = table.get("none", "None of these"), table.get("none_likelihood", 0.1)
    if not isinstance(none, str) or not none.strip():
        raise UsageError(f"{path}: none has no words.", 'For example: none = "None of these"')
    if not isinstance(chance, int | float) or isinstance(chance, bool) or not 0 < chance < 1:
        raise UsageError(f"{path}: none_likelihood = {chance!r} is not between 0 and 1.")
    rows = table.get("question", [])
    if not isinstance(rows, list) or not FEWEST_QUESTIONS <= len(rows) <= MOST_QUESTIONS:
        raise UsageError(f"{path}: there must be 1 to {MOST_QUESTIONS} tables [[question]].")
    templates = [_template(row, number, path) for number, row in enumerate(rows, start=1)]
    keys = [template.key for template in templates]
    if duplicate := next((key for place, key in enumerate(keys) if key in keys[:place]), None):
        raise UsageError(f"{path}: two questions have the key '{duplicate}'.", "Change one.")
    return Templates(tuple(templates), " ".join(none.split()), float(chance))


def _template(row: Any, number: int, path: Path) -> Template:
    place = f"{path}: question {number}"
    if not isinstance(row, dict) or set(row) != {"key", "kind", "words"}:
        raise UsageError(f"{place} does not have just key, kind and words.")
    key, kind, words = row["key"], row["kind"], row["words"]
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise UsageError(
            f"{place}: '{key}' is not a valid key.",
            "A key consists of letters a to z, digits and _, and begins with a letter.",
        )
    if kind not in KINDS:
        raise UsageError(f"{place} ('{key}'): '{kind}' is not a valid kind.", f"Kinds: {', '.join(KINDS)}.")
    if not isinstance(words, str) or not words.strip():
        raise UsageError(f"{place} ('{key}') has no words.", "Write the question.")
    return Template(key, kind, " ".join(words.split()))


def draft(
    material: Material,
    segments: Sequence[str],
    templates: Templates,
    written: Mapping[str, Sequence[str]],
    pinned: Mapping[str, Mapping[str, Sequence[int]]],
) -> Survey:
    """Draft a survey of ``segments`` with every template that two of them can fill, and choose the best five.

    ``written`` are texts that people wrote about each segment: their plain clauses become options of the kind "need". All
    other options are to be worded; their evidence is the passages ``pinned`` to the segment's card (ids by part), then
    those with words of the kind. UsageError below two segments, and where no question separates them.
    """
    if len(segments) < 2:
        raise UsageError(
            f"“{segments[0]}” is the only confirmed segment." if segments else "There is no confirmed segment.",
            "Confirm at least two: the survey assigns people to one of them.",
        )
    rounds = max(Counter(template.kind for template in templates.questions).values()) + SPARE
    offers = {name: _offers(material, name, rounds, pinned.get(name, {})) for name in segments}
    clauses_of = {name: plain_clauses(written.get(name, ())) for name in segments}
    uses_by_kind: Counter[str] = Counter()
    questions = []
    for template in templates.questions:
        number = uses_by_kind[template.kind]
        uses_by_kind[template.kind] += 1
        if template.kind == NEED and number and sum(len(clauses) > number for clauses in clauses_of.values()) < 2:
            continue  # there are no more clauses for another question
        options = _options(material, template.kind, number, offers, clauses_of, templates.none)
        if len(options) >= 2:
            question = Question(template.key, template.words, (*options, Option(NONE, templates.none)), {})
            questions.append(with_table(question, material, segments, templates.none_likelihood))
    if not questions:
        raise UsageError(
            "No passage supports an option of any question.",
            "Edit the templates (prompts/survey.toml), or put more passages into the segments.",
        )
    return choose(Survey("", tuple(segments), prior(material, segments), tuple(questions), ()))


def _options(
    material: Material,
    kind: str,
    number: int,
    offers: Mapping[str, Mapping[str, Sequence[int]]],
    clauses_of: Mapping[str, Sequence[str]],
    none: str,
) -> list[Option]:
    """Return options for the segments with passages, for the question of a ``number`` among those of its kind.

    The same clause for two segments does not separate them, so both are to be worded.
    """
    keys = option_keys(tuple(offers))
    words_of = {name: clauses[number] for name, clauses in clauses_of.items() if kind == NEED and number < len(clauses)}
    uses = Counter([none.casefold(), *(words.casefold() for words in words_of.values())])
    options = []
    for name, by_kind in offers.items():
        if number < len(by_kind[kind]):
            words = words_of.get(name, "")
            words = words if uses[words.casefold()] == 1 else ""
            options.append(Option(keys[name], words, _evidence(material, by_kind[kind][number]), words))
    return options


def _offers(
    material: Material, name: str, rounds: int, pinned: Mapping[str, Sequence[int]]
) -> dict[str, tuple[int, ...]]:
    """Return the indices of passages that are evidence for a segment's options, by kind, without repeats.

    Passages pinned to a part of the card come first, then those with the plainest words.
    """
    segment_places = [i for i, segment in enumerate(material.segments) if segment == name]
    place_of = {material.ids[i]: i for i in segment_places}
    clauses_by_kind = _clauses(material, segment_places, rounds)
    offers = {}
    for kind in KINDS:
        first = [
            place_of[passage] for part in PARTS_OF[kind] for passage in pinned.get(part, ()) if passage in place_of
        ]
        other_places = (
            _of_other_people(material, segment_places)
            if kind == NEED
            else [clause.place for clause in clauses_by_kind[kind]]
        )
        offers[kind] = tuple(dict.fromkeys([*first, *other_places]))
    return offers


def _of_other_people(material: Material, segment_places: Sequence[int]) -> list[int]:
    """Return indices of a segment's passages, clearest first, with each person's first before anyone's second."""
    count_by_speaker: Counter[str] = Counter()
    ranked = []
    for rank, i in enumerate(segment_places):
        ranked.append((count_by_speaker[material.voices[i]], rank, i))
        count_by_speaker[material.voices[i]] += 1
    return [i for _, _, i in sorted(ranked)]


def _clauses(material: Material, segment_places: Sequence[int], rounds: int) -> dict[str, list[Clause]]:
    """Return the clauses of a segment's participants of each kind, the plainest first."""
    clauses_by_kind: dict[str, list[Clause]] = {kind: [] for kind in SPOKEN_KINDS}
    ranked_by_kind: dict[str, list[tuple[float, int, str]]] = {kind: [] for kind in SPOKEN_KINDS}
    for rank, i in enumerate(segment_places):
        for clause in clauses(material.quotes[i]):
            words = material.quotes[i][clause.words : clause.end]
            if not _HANGS.match(words):
                ranked_by_kind[clause.kind].append((LATE * rank / len(segment_places) - clause.worth, i, words))
    for kind, offers in ranked_by_kind.items():
        count_by_speaker: Counter[str] = Counter()
        once: dict[int, tuple[int, int, Clause]] = {}
        for _, i, words in sorted(offers):
            if i not in once:  # one clause per passage and kind; those of other people come first
                once[i] = (count_by_speaker[material.voices[i]], len(once), Clause(words, i))
                count_by_speaker[material.voices[i]] += 1
        clauses_by_kind[kind] = [clause for _, _, clause in sorted(once.values(), key=lambda turn: turn[:2])[:rounds]]
    clauses_by_kind["pain"] = [
        short for i in segment_places if (short := _short_sentence(material.quotes[i], i)) is not None
    ]
    # Clauses with names, and those that continue a sentence, come last.
    return {
        kind: sorted(clauses, key=lambda clause: (bool(_NAMED.search(clause.words)), _runs_on(clause.words)))
        for kind, clauses in clauses_by_kind.items()
    }


def _runs_on(words: str) -> bool:
    return len(words.split()) > USUAL_WORDS


# "It so that I can say …" depends on words before it, which an option does not show.
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
    """Return the first short whole sentence of a passage about an obstacle."""
    for hit in _SENTENCE.finditer(quote.replace("’", "'")):
        words = hit.group().strip(" ,;:–—-\"“”'")
        is_whole = _WHOLE.match(words) and not re.search(r"[\[\]()\"“”,]", words)
        if is_whole and FEWEST_WORDS <= len(words.split()) <= MOST_WORDS and _PAIN.search(words):
            return Clause(words, place)
    return None


def _evidence(material: Material, place: int) -> tuple[int, ...]:
    """Return the passage of a clause and the most similar ones of its segment, each of another person."""
    likeness = material.rows @ material.rows[place]
    same_segment = [
        i for i, segment in enumerate(material.segments) if segment == material.segments[place] and i != place
    ]
    quoted_speakers, evidence = {material.voices[place]}, [place]
    for i in sorted(same_segment, key=lambda i: (-round(float(likeness[i]), 9), material.ids[i])):
        if material.voices[i] not in quoted_speakers and len(evidence) <= NEIGHBOURS:
            quoted_speakers.add(material.voices[i])
            evidence.append(i)
    return tuple(material.ids[i] for i in evidence)
