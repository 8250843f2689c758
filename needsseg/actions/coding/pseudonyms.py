"""Find identifying details, and replace them by pseudonyms in texts that leave the study."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
from needsseg.text import format_count, texts_in

State = Literal["undecided", "replaced", "kept"]
_Hit = tuple[Found, str, int, str]
"""A finding, its interview, the start of the searched text in it (-1 without a position), and the text."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """Words that may identify somebody: their replacement (``by``), how often participants say them, and the first place
    with its context. ``state`` is "undecided" (then they are replaced), "replaced" or "kept".

    ``proposed`` words may be a name; while undecided they are left as they are, and ``by`` would replace them.
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
        """Whether the words are left as they are, since they are only proposed and undecided."""
        return self.proposed and self.state == "undecided"


@dataclass(frozen=True, slots=True)
class Survey:
    """All identifying words, and the method that proposed names: "word lists", or a model and those."""

    rows: list[Replacement]
    finder: str


@dataclass(frozen=True, slots=True)
class Cover:
    """Pseudonymises texts and names for export; with ``original`` leaves everything as it is."""

    original: bool
    find: Callable[[str], list[Found]]
    names: Mapping[str, str]
    decided: Mapping[str, DecisionRow]
    study_names: Names
    bearers: Mapping[str, set[str]]
    chosen: frozenset[str] = frozenset()
    spoken: list[tuple[str, str]] | None = None
    """Where a list, the words from interviews that were pseudonymised, as (interview, words)."""

    def text(self, words: str, interview: str | None = None) -> str:
        """Replace everything in ``words`` that is not kept.

        A first name or surname refers to a speaker of the ``interview`` that the words are from, and to nobody certain if
        none is given, since each interview may have another Tom.
        """
        if self.original or not words:
            return words
        if self.spoken is not None and interview is not None:
            self.spoken.append((interview, words))
        hidden = [each for each in self.find(words) if self.state(each.words) != "kept"]
        by = {normalised(each.words): self.by(each, interview) for each in hidden}
        return replaced(words, [replace(each, stands_for=normalised(each.words)) for each in hidden], by)

    def participant(self, key: str) -> str:
        """The pseudonym for a participant's key; the key itself if the name is kept or the cover is ``original``."""
        name, number = self.study_names.people.get(key, ("", 0))
        if self.original or self.state(name) == "kept":
            return key
        return self._pseudonym_for(name, f"Participant {number}" if number else GENERIC["person"])

    def name(self, key: str, name: str) -> str:
        """The pseudonym for a participant's name."""
        shown = self.participant(key)
        return name if shown == key else shown

    def speaker(self, interview: str, label: str) -> str:
        """The pseudonym for a speaker's label; a label that only says a role is left as it is."""
        if self.original or self.state(label) == "kept":
            return label
        shown = self._speaker_pseudonym(interview, label)
        key = self.study_names.speakers.get((interview, label))
        return shown if key is None else self.name(key, label)

    def interview(self, key: str) -> str:
        """The pseudonym for an interview's key, which often is a name."""
        return key if self.original else f"Interview {self.study_names.interviews.get(key, '')}".strip()

    def passage(self, passage: Passage) -> Passage:
        """Pseudonymise a passage's quote, speaker and interview; offsets stay those of the original."""
        return replace(
            passage,
            quote=self.text(passage.quote, passage.interview),
            speaker=self.speaker(passage.interview, passage.speaker),
            interview=self.interview(passage.interview),
        )

    def by(self, each: Found, interview: str | None = None) -> str:
        """The replacement of words that were found in an interview."""
        key = normalised(each.words)
        own = self.decided.get(key)
        if own is not None and own.replacement:
            return own.replacement
        kind = own.kind if own is not None and each.kind == "other" else each.kind
        if kind == "person" and not (" " in key and key == normalised(each.stands_for.removesuffix(SPEAKER))):
            present = self.study_names.present.get(interview or "", {})
            candidates = [name for name in self.bearers.get(key, ()) if name in present]
            if interview is not None and len(candidates) == 1:
                return self._speaker_pseudonym(interview, present[candidates[0]])
            if each.stands_for not in self.chosen:
                return GENERIC["person"]
        return self.names.get(each.stands_for) or GENERIC[cast(FoundKind, kind)]

    def state(self, words: str) -> State:
        """The decision about words."""
        own = self.decided.get(normalised(words))
        return "undecided" if own is None else "kept" if own.decision == "keep" else "replaced"

    def _speaker_pseudonym(self, interview: str, label: str) -> str:
        key = self.study_names.speakers.get((interview, label))
        if key is not None:
            name, number = self.study_names.people[key]
            return self._pseudonym_for(name, f"Participant {number}")
        name, number = self.study_names.labels.get(label, ("", 0))
        return self._pseudonym_for(name, self.names.get(name + SPEAKER, f"Speaker {number}")) if name else label

    def _pseudonym_for(self, name: str, otherwise: str) -> str:
        own = self.decided.get(normalised(name))
        return (own.replacement if own is not None else "") or self.names.get(name) or otherwise


def normalised(words: str) -> str:
    """Normalise words for comparing decisions: ignores case, kinds of white space and of apostrophes."""
    return folded(" ".join(words.split()))


def cover(study: Study, *, original: bool = False, extra: Sequence[str] = ()) -> Cover:
    """Build the cover for everything that leaves the study: replacements as decided, else the program's pseudonyms.

    ``original`` leaves everything as it is; ``extra`` are further words to replace.
    """
    if original:
        return Cover(True, lambda _: [], {}, {}, Names((), {}, {}, {}, {}, {}, {}), {})
    return cover_of(names(study), stored.listing(study), extra)


def names(study: Study) -> Names:
    """Collect the names that a study knows."""
    return known_names(study, cache(lambda: "\n".join(text for _, _, text in _speech(study))))


def cover_of(study_names: Names, decisions: Iterable[DecisionRow], extra: Sequence[str] = ()) -> Cover:
    """Build a cover from names and decisions."""
    decided = {normalised(row.words): row for row in decisions}
    forms = bearers(study_names.known)
    # A decision to replace “Target” applies to every “Target”, also where the program would not be certain.
    certain = bearers(each for each in study_names.known if not each.exact)
    own = [row for key, row in decided.items() if row.decision == "replace" and key not in certain]
    added = [Known(cast(KnownKind, row.kind), row.words) for row in own if row.kind in ("person", "company")]
    words = [row.words for row in own if row.kind not in ("person", "company")]
    pseudonym_by_name = pseudonyms(study_names.known, study_names.numbers)
    for name, number in study_names.labels.values():
        if name:
            pseudonym_by_name.setdefault(name + SPEAKER, f"Speaker {number}")
    # A decision about a whole name applies to its parts too, unless those have their own.
    full_names = (*(each.known_as or each.name for each in study_names.known), *(row.words for row in own))
    rows = {name: decided.get(normalised(name.removesuffix(SPEAKER))) for name in full_names}
    chosen = {name: row.replacement for name, row in rows.items() if row is not None and row.replacement}
    return Cover(
        False,
        detector([*study_names.known, *added], [*words, *extra]),
        pseudonym_by_name | chosen,
        decided,
        study_names,
        forms,
        frozenset(chosen),
    )


def identifying_words(study: Study, extra: Sequence[str] = (), *, undecided: bool = False) -> list[Replacement]:
    """List identifying words in participants' speech, most frequent first, then proposed ones, then those not said.

    ``extra`` are further words; ``undecided`` leaves out words that somebody decided on. Case is ignored.
    """
    return survey(study, extra, undecided=undecided).rows


def survey(study: Study, extra: Sequence[str] = (), *, undecided: bool = False) -> Survey:
    """Return the result of ``identifying_words``, and the method that proposed names."""
    over = cover(study, extra=extra)
    speech = _speech(study)
    proposing = _proposals(study, over, speech)
    hits: dict[str, list[_Hit]] = {}
    guesses: dict[str, list[_Hit]] = {}
    for interview, start, text in speech:
        certain = over.find(text)
        for each in certain:
            hits.setdefault(normalised(each.words), []).append((each, interview, start, text))
        for each in proposing.find(text):
            if is_proposed_beside(each, certain):
                guesses.setdefault(normalised(each.words), []).append((each, interview, start, text))
    rows = [_row(over, of_words) for of_words in hits.values()]
    rows += [_row(over, of_words, proposed=True) for key, of_words in guesses.items() if key not in hits]
    rows.sort(key=lambda row: (row.proposed, -row.count, row.kind, row.words))
    for key, row in over.decided.items():
        if key not in hits and key not in guesses:
            by = row.replacement or over.names.get(row.words) or GENERIC[cast(FoundKind, row.kind)]
            rows.append(Replacement(row.kind, row.words, by, 0, over.state(row.words)))
    return Survey([row for row in rows if not undecided or row.state == "undecided"], proposing.finder)


def is_proposed_beside(guess: Found, certain: Sequence[Found]) -> bool:
    """Whether a guess adds to the certain findings: it overlaps none of them, or contains one and more words."""
    return all(
        guess.end <= each.start
        or each.end <= guess.start
        or (guess.start <= each.start and each.end <= guess.end and len(guess.words) > len(each.words))
        for each in certain
    )


def count_left(study: Study) -> tuple[int, int]:
    """Count the undecided words that may be names, and how often they are said; exports leave them as they are."""
    undecided_rows = [row for row in identifying_words(study, undecided=True) if row.is_left]
    return len(undecided_rows), sum(row.count for row in undecided_rows)


def left_in_words(study: Study) -> str:
    """A phrase on words that may be names and are left as they are; empty if there are none."""
    words, count = count_left(study)
    return f"{_may_be_names(words)} (said {format_count(count, 'time')}) left as found and undecided" if words else ""


def left_in_text(study: Study, over: Cover, content: str) -> str:
    """A phrase on words in ``content`` that may be names and are left as they are; empty if there are none.

    ``content`` is what leaves the study, and ``over``, which pseudonymised it, has the words from interviews in ``spoken``:
    the model for names reads only the turns that they are from.
    """
    spoken: dict[str, set[str]] = {}
    for interview, words in over.spoken or ():
        spoken.setdefault(interview, set()).add(words.strip())
    speech = _speech(study)
    carried = dict.fromkeys(text for key, _, text in speech if any(words in text for words in spoken.get(key, ())))
    find = _proposals(study, over, speech, carried).find
    words_left = {
        normalised(each.words)
        for text in carried
        for each in find(text)
        if over.state(each.words) == "undecided" and is_proposed_beside(each, over.find(text))
    }
    shown = normalised(content)
    count = sum(_occurs(words, shown) for words in words_left)
    return f"{_may_be_names(count)} left as found and undecided" if count else ""


def _occurs(words: str, text: str) -> bool:
    """Whether a text has these words, not as a part of longer ones."""
    start = text.find(words)
    while start >= 0:
        around = text[max(0, start - 1) : start] + text[start + len(words) : start + len(words) + 1]
        if not any(char.isalnum() for char in around):
            return True
        start = text.find(words, start + 1)
    return False


def _may_be_names(words: int) -> str:
    return f"{format_count(words, 'word')} that may be {'a name' if words == 1 else 'names'}"


def left_warning(study: Study, *carried: object) -> Advice:
    """Warn of words that may be names and are left, with the command to list them; empty if there are none.

    They are those in the texts of what is ``carried`` out of the study, where it is given.
    """
    if not carried:
        words = left_in_words(study)
    else:
        shown = normalised("\n".join(texts_in(*carried)))
        rows = identifying_words(study, undecided=True)
        count = sum(row.is_left and _occurs(normalised(row.words), shown) for row in rows)
        words = f"{_may_be_names(count)} left as found and undecided" if count else ""
    return Advice(words, ": ", Fix.UNDECIDED_NAMES) if words else Advice()


def proposed_kind(study: Study, words: str) -> FoundKind | None:
    """The kind of name that words are proposed as; None if they are not proposed."""
    over = cover(study)
    speech = _speech(study)
    find = _proposals(study, over, speech).find
    kinds = (each.kind for _, _, text in speech for each in find(text) if normalised(each.words) == normalised(words))
    return next(kinds, None)


def _proposals(
    study: Study, over: Cover, speech: Sequence[tuple[str, int, str]], read: Collection[str] | None = None
) -> Proposals:
    texts = list(dict.fromkeys((interview, text) for interview, _, text in speech))
    return proposals(study, over.study_names, texts, read=read)


def _row(over: Cover, hits: Sequence[_Hit], *, proposed: bool = False) -> Replacement:
    each, interview, start, text = hits[0]
    by = dict.fromkeys(over.by(hit, key) for hit, key, _, _ in hits)
    before, after = text[max(0, each.start - 40) : each.start], text[each.end : each.end + 40]
    words, place = " ".join(each.words.split()), start + each.start if start >= 0 else None
    return Replacement(
        each.kind, words, " or ".join(by), len(hits), over.state(words), interview, place,
        None if place is None else place + each.end - each.start, " ".join(f"{before}{each.words}{after}".split()),
        proposed,
    )  # fmt: skip


def concealed(study: Study, shown: Sequence[Passage], extra: Sequence[str] = ()) -> list[Passage]:
    """Pseudonymise passages' quotes, speakers and interviews; offsets stay those of the original."""
    over = cover(study, extra=extra)
    return [over.passage(passage) for passage in shown]


def _speech(study: Study) -> list[tuple[str, int, str]]:
    """Participants' turns, and quotes outside them, as (interview, start or -1 without a position, words)."""
    texts: list[tuple[str, int, str]] = []
    spans: dict[str, list[tuple[int, int]]] = {}
    for key in interviews.keys(study):
        transcript = interviews.transcript(study, key)
        turns = [turn for turn in transcript.turns if turn.role == "participant"]
        spans[key] = [(turn.start, turn.end) for turn in turns]
        texts += [(key, turn.start, transcript.words(turn)) for turn in turns]
    for passage in passages.listing(study):
        inside = any(start <= passage.start and passage.end <= end for start, end in spans[passage.interview])
        if not (passage.anchored and inside):
            texts.append((passage.interview, passage.start if passage.anchored else -1, passage.quote))
    return texts
