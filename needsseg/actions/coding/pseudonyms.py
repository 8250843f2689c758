"""Pseudonyms: identifying details, what was decided about them, and texts without them; the study keeps the originals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, cast

from needsseg.actions.coding.known_names import SPEAKER, Names, known_names
from needsseg.actions.coding.name_proposals import Proposals, proposals
from needsseg.coding.pseudonyms import (
    GENERIC,
    Found,
    FoundKind,
    Known,
    KnownKind,
    bearers,
    detector,
    folded,
    pseudonyms,
    replaced,
)
from needsseg.errors import Advice, Fix
from needsseg.records import Passage
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews
from needsseg.study.transcripts import pseudonyms as stored
from needsseg.study.transcripts.pseudonyms import DecisionRow
from needsseg.text import format_count

State = Literal["undecided", "replaced", "kept"]
_Hit = tuple[Found, str, int, str]
"""What was found, in which interview, from where on in it (-1 without a place), and in which words."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """Words that may tell who somebody is: by what they are replaced unless kept, how often participants say them,
    where first, and in which words. ``state`` is "undecided" (then they are replaced), "replaced" or "kept".

    ``proposed`` are words that may be a name: undecided, they are left as they are, and ``by`` is what would stand for them.
    """

    kind: str
    words: str
    by: str
    count: int
    state: State
    interview: str | None = None
    start: int | None = None
    end: int | None = None
    context: str = ""
    proposed: bool = False

    @property
    def is_left(self) -> bool:
        """Whether the words stay since they are only proposed and nobody decided on them."""
        return self.proposed and self.state == "undecided"


@dataclass(frozen=True, slots=True)
class Survey:
    """All that tells who people are, and ``finder``, which proposed names: "word lists", or a model and those."""

    rows: list[Replacement]
    finder: str


@dataclass(frozen=True, slots=True)
class Cover:
    """Texts and names as they may leave the study; with ``original`` everything is left as it is."""

    original: bool
    find: Callable[[str], list[Found]]
    names: Mapping[str, str]
    decided: Mapping[str, DecisionRow]
    known: Names
    bearers: Mapping[str, set[str]]
    chosen: frozenset[str] = frozenset()

    def text(self, words: str, interview: str | None = None) -> str:
        """``words`` with everything replaced that is not kept.

        A first name or surname stands for somebody who speaks in the ``interview`` that the words are from, and for
        nobody certain where none is given: another Tom may be meant than the Tom of another interview.
        """
        if self.original or not words:
            return words
        hidden = [each for each in self.find(words) if self.state(each.words) != "kept"]
        by = {as_one(each.words): self.by(each, interview) for each in hidden}
        return replaced(words, [replace(each, stands_for=as_one(each.words)) for each in hidden], by)

    def participant(self, key: str) -> str:
        """A pseudonym in the place of a participant's key; the key where their name is kept, or nothing is covered."""
        name, number = self.known.people.get(key, ("", 0))
        if self.original or self.state(name) == "kept":
            return key
        return self._called(name, f"Participant {number}" if number else GENERIC["person"])

    def name(self, key: str, name: str) -> str:
        """A pseudonym in the place of a participant's name."""
        shown = self.participant(key)
        return name if shown == key else shown

    def speaker(self, interview: str, label: str) -> str:
        """What stands for a speaker's label; a label that only says a role is left."""
        if self.original or self.state(label) == "kept":
            return label
        shown = self._speaking(interview, label)
        key = self.known.speakers.get((interview, label))
        return shown if key is None else self.name(key, label)

    def interview(self, key: str) -> str:
        """What stands for an interview's key, which mostly is a name."""
        return key if self.original else f"Interview {self.known.interviews.get(key, '')}".strip()

    def passage(self, passage: Passage) -> Passage:
        """A passage with pseudonyms in its quote, for its speaker and its interview; offsets stay those of the original."""
        return replace(
            passage,
            quote=self.text(passage.quote, passage.interview),
            speaker=self.speaker(passage.interview, passage.speaker),
            interview=self.interview(passage.interview),
        )

    def by(self, each: Found, interview: str | None = None) -> str:
        """What stands for words that were found in an interview."""
        key = as_one(each.words)
        own = self.decided.get(key)
        if own is not None and own.replacement:
            return own.replacement
        kind = own.kind if own is not None and each.kind == "other" else each.kind
        if kind == "person" and not (" " in key and key == as_one(each.stands_for.removesuffix(SPEAKER))):
            present = self.known.present.get(interview or "", {})
            meant = [name for name in self.bearers.get(key, ()) if name in present]
            if interview is not None and len(meant) == 1:
                return self._speaking(interview, present[meant[0]])
            if each.stands_for not in self.chosen:
                return GENERIC["person"]
        return self.names.get(each.stands_for) or GENERIC[cast(FoundKind, kind)]

    def state(self, words: str) -> State:
        """What was decided about words."""
        own = self.decided.get(as_one(words))
        return "undecided" if own is None else "kept" if own.decision == "keep" else "replaced"

    def _speaking(self, interview: str, label: str) -> str:
        key = self.known.speakers.get((interview, label))
        if key is not None:
            name, number = self.known.people[key]
            return self._called(name, f"Participant {number}")
        name, number = self.known.labels.get(label, ("", 0))
        return self._called(name, self.names.get(name + SPEAKER, f"Speaker {number}")) if name else label

    def _called(self, name: str, otherwise: str) -> str:
        own = self.decided.get(as_one(name))
        return (own.replacement if own is not None else "") or self.names.get(name) or otherwise


def as_one(words: str) -> str:
    """Words as decisions about them are compared: case, kinds of white space and of apostrophes do not tell them apart."""
    return folded(" ".join(words.split()))


def cover(study: Study, *, original: bool = False, extra: Sequence[str] = ()) -> Cover:
    """What everything that leaves the study goes through: names and contacts as decided, pseudonyms where nothing was.

    ``original`` leaves all as it is; ``extra`` are further words to replace.
    """
    if original:
        return Cover(True, lambda _: [], {}, {}, Names((), {}, {}, {}, {}, {}, {}), {})
    return cover_of(names(study), stored.listing(study), extra)


def names(study: Study) -> Names:
    """The names that a study knows."""
    return known_names(study, cache(lambda: "\n".join(text for _, _, text in _speech(study))))


def cover_of(known: Names, decisions: Iterable[DecisionRow], extra: Sequence[str] = ()) -> Cover:
    """A cover made of names and decisions."""
    decided = {as_one(row.words): row for row in decisions}
    forms = bearers(known.known)
    # Whoever says that Target is replaced means every Target, also where the program would not be sure.
    sure = bearers(each for each in known.known if not each.exact)
    own = [row for key, row in decided.items() if row.decision == "replace" and key not in sure]
    added = [Known(cast(KnownKind, row.kind), row.words) for row in own if row.kind in ("person", "company")]
    words = [row.words for row in own if row.kind not in ("person", "company")]
    called = pseudonyms(known.known, known.numbers)
    for name, number in known.labels.values():
        if name:
            called.setdefault(name + SPEAKER, f"Speaker {number}")
    # A decision about a name as a whole holds for its parts too, unless those have their own.
    whole = (*(each.known_as or each.name for each in known.known), *(row.words for row in own))
    rows = {name: decided.get(as_one(name.removesuffix(SPEAKER))) for name in whole}
    chosen = {name: row.replacement for name, row in rows.items() if row is not None and row.replacement}
    return Cover(
        False,
        detector([*known.known, *added], [*words, *extra]),
        called | chosen,
        decided,
        known,
        forms,
        frozenset(chosen),
    )


def found(study: Study, extra: Sequence[str] = (), *, undecided: bool = False) -> list[Replacement]:
    """What is found in participants' words, the most frequent first, then what is proposed, then what does not occur.

    ``extra`` are further words, ``undecided`` leaves out what somebody decided on. Spellings in other cases count as one.
    """
    return survey(study, extra, undecided=undecided).rows


def survey(study: Study, extra: Sequence[str] = (), *, undecided: bool = False) -> Survey:
    """Return what ``found`` returns, and what the names were proposed by."""
    over = cover(study, extra=extra)
    speech = _speech(study)
    proposing = _proposals(study, over, speech)
    hits: dict[str, list[_Hit]] = {}
    guesses: dict[str, list[_Hit]] = {}
    for interview, start, text in speech:
        certain = over.find(text)
        for each in certain:
            hits.setdefault(as_one(each.words), []).append((each, interview, start, text))
        for each in proposing.find(text):
            if is_proposed_beside(each, certain):
                guesses.setdefault(as_one(each.words), []).append((each, interview, start, text))
    rows = [_row(over, of_words) for of_words in hits.values()]
    rows += [_row(over, of_words, proposed=True) for key, of_words in guesses.items() if key not in hits]
    rows.sort(key=lambda row: (row.proposed, -row.count, row.kind, row.words))
    for key, row in over.decided.items():
        if key not in hits and key not in guesses:
            by = row.replacement or over.names.get(row.words) or GENERIC[cast(FoundKind, row.kind)]
            rows.append(Replacement(row.kind, row.words, by, 0, over.state(row.words)))
    return Survey([row for row in rows if not undecided or row.state == "undecided"], proposing.finder)


def is_proposed_beside(guess: Found, certain: Sequence[Found]) -> bool:
    """Whether a guess says more than what is found for certain: it lies apart from that, or holds more words than it."""
    return all(
        guess.end <= each.start
        or each.end <= guess.start
        or (guess.start <= each.start and each.end <= guess.end and len(guess.words) > len(each.words))
        for each in certain
    )


def count_left(study: Study) -> tuple[int, int]:
    """How many words that may be names nobody decided on, and how often participants say them: they stay in what leaves."""
    left = [row for row in found(study, undecided=True) if row.is_left]
    return len(left), sum(row.count for row in left)


def left_in_words(study: Study) -> str:
    """A sentence on words that may be names and are left as they are; empty where there are none."""
    words, count = count_left(study)
    if not words:
        return ""
    stay = f"{format_count(words, 'word')} that may be {'a name' if words == 1 else 'names'} (said {format_count(count, 'time')})"
    return f"{stay} left as found and undecided"


def left_warning(study: Study) -> Advice:
    """The same with how to see them; empty where there are none."""
    words = left_in_words(study)
    return Advice(words, ": ", Fix.UNDECIDED_NAMES) if words else Advice()


def proposed_kind(study: Study, words: str) -> FoundKind | None:
    """Of which kind words are proposed as a name, None where they are not."""
    over = cover(study)
    speech = _speech(study)
    find = _proposals(study, over, speech).find
    kinds = (each.kind for _, _, text in speech for each in find(text) if as_one(each.words) == as_one(words))
    return next(kinds, None)


def _proposals(study: Study, over: Cover, speech: Sequence[tuple[str, int, str]]) -> Proposals:
    return proposals(study, over.known, list(dict.fromkeys((interview, text) for interview, _, text in speech)))


def _row(over: Cover, hits: Sequence[_Hit], *, proposed: bool = False) -> Replacement:
    each, interview, start, text = hits[0]
    by = dict.fromkeys(over.by(hit, where) for hit, where, _, _ in hits)
    before, after = text[max(0, each.start - 40) : each.start], text[each.end : each.end + 40]
    words, place = " ".join(each.words.split()), start + each.start if start >= 0 else None
    return Replacement(
        each.kind, words, " or ".join(by), len(hits), over.state(words), interview, place,
        None if place is None else place + each.end - each.start, " ".join(f"{before}{each.words}{after}".split()),
        proposed,
    )  # fmt: skip


def concealed(study: Study, shown: Sequence[Passage], extra: Sequence[str] = ()) -> list[Passage]:
    """Passages with pseudonyms in their quotes and for their speakers; offsets stay those of the original."""
    over = cover(study, extra=extra)
    return [over.passage(passage) for passage in shown]


def _speech(study: Study) -> list[tuple[str, int, str]]:
    """What participants said: interview, place and words of each turn, and quotes that lie in none (at -1 without a place)."""
    said: list[tuple[str, int, str]] = []
    spans: dict[str, list[tuple[int, int]]] = {}
    for key in interviews.keys(study):
        transcript = interviews.transcript(study, key)
        turns = [turn for turn in transcript.turns if turn.role == "participant"]
        spans[key] = [(turn.start, turn.end) for turn in turns]
        said += [(key, turn.start, transcript.words(turn)) for turn in turns]
    for passage in passages.listing(study):
        inside = any(start <= passage.start and passage.end <= end for start, end in spans[passage.interview])
        if not (passage.anchored and inside):
            said.append((passage.interview, passage.start if passage.anchored else -1, passage.quote))
    return said
