"""Searching what was said, by words and by meaning, and coding all that was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from needsseg.actions.coding import blind, meaning_search, search_scope
from needsseg.actions.coding.embedding import embedded
from needsseg.actions.coding.passages import one as seen_passage
from needsseg.actions.coding.search_scope import EVERYTHING, Filter, Scope, Speech
from needsseg.coding import queries
from needsseg.embedding import text_sha256
from needsseg.embedding.vectors import unit_vector
from needsseg.errors import UsageError
from needsseg.progress import Progress, silent
from needsseg.records import Role
from needsseg.study.coding import blinding, passages
from needsseg.study.coding import codebook as book
from needsseg.study.connection import plain_text
from needsseg.study.transcripts import interviews, searching
from needsseg.study.transcripts.searching import Span, Utterance
from needsseg.text import format_count

if TYPE_CHECKING:
    from needsseg.study.connection import Study


Origin = int | tuple[str, int, int]
"""What is to be found more of: a passage by its id, or a span of an interview."""
CHUNK = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """Words that were found: ``words`` is exactly ``text[start:end]`` of the interview.

    ``score`` is the cosine where the search was by meaning, else None. ``passages`` are those that share words with the
    hit; ``matches`` are the spans in the interview's text at which the words looked for stand.
    """

    interview: str
    title: str
    speaker: str
    role: Role
    start: int
    end: int
    words: str
    score: float | None = None
    passages: tuple[int, ...] = ()
    matches: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class CodedHits:
    """What coding hits came to: the passages, how many got the code now, and how many hits are no participant's words."""

    passages: tuple[int, ...]
    coded: int
    skipped: int


def search(
    study: Study,
    query: str,
    within: Filter = EVERYTHING,
    *,
    meaning: bool = False,
    limit: int | None = 50,
    progress: Progress = silent,
) -> list[Hit]:
    """What was said in these words, or about this; best first.

    By words, all must occur in one turn (or passage), accents and case apart; words in quotes are a phrase, and no sign
    has another meaning. A hit is the shortest stretch of whole sentences that holds them all. By meaning, a hit is a
    window of a few sentences whose cosine with the query is ``meanings.FLOOR`` at least; the first search embeds all.
    """
    asked = _asked(query)
    inside = search_scope.scope(study, within)
    if meaning:
        held = meaning_search.stretches(study, within.speech)
        if not held.rows:
            return []
        rows = meaning_search.matrix(study, within.speech, held, progress)
        vector = embedded(study, [asked], progress)[text_sha256(asked)]
        best = meaning_search.nearest(study, inside, held, rows, vector)[:limit]
        return _dressed(study, inside, ((held.rows[at], score, ()) for at, score in best))
    terms = queries.parsed(asked)
    if len(terms) > queries.MOST_TERMS:
        raise UsageError(
            f"These are {len(terms)} words; a search by words takes {queries.MOST_TERMS}.",
            "Look for fewer, or search by meaning.",
        )
    return _dressed(study, inside, _holding(study, inside, terms, limit))


def like(
    study: Study,
    origin: Origin,
    within: Filter = EVERYTHING,
    *,
    limit: int | None = 50,
    progress: Progress = silent,
) -> list[Hit]:
    """What is said elsewhere about the same as in a passage or a span, most similar first.

    No model is loaded once all is embedded: words without a vector of their own have that of the windows they lie in.
    """
    inside = search_scope.scope(study, within)
    words, place = _original(study, origin)
    held = meaning_search.stretches(study, within.speech)
    if not held.rows:
        return []
    rows = meaning_search.matrix(study, within.speech, held, progress)
    own = set(held.around(*place)) if place is not None else set()
    if own and meaning_search.lacking(study, [words]):
        vector = unit_vector(rows[sorted(own)].sum(axis=0))
    else:
        vector = embedded(study, [words], progress)[text_sha256(words)]
    best = [(at, score) for at, score in meaning_search.nearest(study, inside, held, rows, vector) if at not in own]
    return _dressed(study, inside, ((held.rows[at], score, ()) for at, score in best[:limit]))


def marked(study: Study, within: Filter, *, limit: int | None = 50) -> list[Hit]:
    """All passages that a filter leaves, by place, whatever their words."""
    inside = search_scope.scope(study, replace(within, speech="passages"))
    ids = searching.holding(study, "passages", (), (), inside.voices, inside.near)[:limit]
    return _dressed(study, inside, ((row, None, ()) for row in searching.utterances(study, "passages", ids)))


def unready(study: Study, asked: str | Origin, speech: Speech = "participants") -> int:
    """How many texts a search by meaning would have to embed first, for a query or for more of the same.

    None means that it is answered at once, and no model is loaded.
    """
    lacking = meaning_search.without_vectors(study, speech)
    if isinstance(asked, str):
        return lacking + meaning_search.lacking(study, [_asked(asked)])
    words, place = _original(study, asked)
    covered = place is not None and meaning_search.stretches(study, speech).around(*place)
    return lacking if covered else lacking + meaning_search.lacking(study, [words])


def make_ready(study: Study, asked: str | Origin, speech: Speech = "participants", progress: Progress = silent) -> None:
    """Embeds and caches what ``unready`` counts, so that any process can then answer at once."""
    held = meaning_search.stretches(study, speech)
    words = _asked(asked) if isinstance(asked, str) else _original(study, asked)[0]
    embedded(study, [*(row.words for row in held.rows), words], progress)


def code_hits(study: Study, hits: Sequence[Hit], code: str) -> CodedHits:
    """Puts a code on every hit that is a participant's words, as accepted passages, in one undoable action.

    A passage of the very span is taken as it is; what is found inside or across others becomes one of its own.
    """
    theirs = [hit for hit in hits if hit.role == "participant"]
    skipped = len(hits) - len(theirs)
    if not theirs:
        return CodedHits((), 0, skipped)
    with study.action("code", f"coded {format_count(len(theirs), 'hit')} “{book.stored_name(study, code)}”"):
        mark = blinding.mark if blind.is_blind(study) else passages.mark
        ids = tuple(dict.fromkeys(mark(study, hit.interview, hit.start, hit.end) for hit in theirs))
        coded = book.add_code(study, ids, code)
    return CodedHits(ids, coded, skipped)


def _asked(query: str) -> str:
    asked = plain_text(query)
    if not asked:
        raise UsageError("There is nothing to search for.", "Type some words.")
    return asked


def _original(study: Study, origin: Origin) -> tuple[str, tuple[str, int, int] | None]:
    """The words of which more is wanted, and their place; None for a passage whose text no longer holds it."""
    if isinstance(origin, int):
        passage = seen_passage(study, origin)
        place = (passage.interview, passage.start, passage.end) if passage.anchored else None
        return passage.quote, place
    key, start, end = origin
    words = interviews.transcript(study, key).text[start:end]
    if not words.strip():
        raise UsageError(f"The span {start}–{end} of {key} holds no words.", "Name at least one word.")
    return words, origin


Found = tuple[Utterance, float | None, Sequence[Span]]


def _holding(study: Study, inside: Scope, terms: queries.Query, limit: int | None) -> Iterator[Found]:
    """Stretches of sentences in turns, or passages, in which all terms occur, with the spans at which they do."""
    source: searching.Source = "passages" if inside.speech == "passages" else "turns"
    ids = searching.holding(study, source, terms.phrases, terms.literal, inside.voices, inside.near)
    touches = _touching(study, inside)
    count = 0
    for begin in range(0, len(ids), CHUNK):
        part = ids[begin : begin + CHUNK]
        by_phrase = [searching.occurrences(study, source, part, phrase) for phrase in terms.phrases]
        for row in searching.utterances(study, source, part):
            spans = [found.get(row.id, []) for found in by_phrase]
            spans += [queries.occurrences(row.words, literal) for literal in terms.literal]
            whole = [(0, len(row.words))] if source == "passages" else queries.stretches(row.words, spans)
            matches = sorted({span for found in spans for span in found})
            for start, end in whole:
                hit = Utterance(row.id, row.voice, row.start + start, row.start + end, row.words[start:end])
                if not touches(hit):
                    continue
                shown = [(row.start + a, row.start + b) for a, b in matches if start <= a and b <= end]
                yield hit, None, shown
                count += 1
                if count == limit:
                    return


def _touching(study: Study, inside: Scope) -> Callable[[Utterance], bool]:
    """Whether a stretch touches a passage that the scope keeps to."""
    if inside.near is None or inside.speech == "passages":
        return lambda _: True
    near: dict[str, list[Span]] = {}
    for key, start, end in meaning_search.coded(study, inside.near):
        near.setdefault(key, []).append((start, end))

    def touches(hit: Utterance) -> bool:
        places = near.get(inside.voices[hit.voice].interview, [])
        return any(hit.start < end and start < hit.end for start, end in places)

    return touches


def _seen_passages(study: Study, keys: set[str]) -> dict[str, list[tuple[int, int, int]]]:
    """For each interview, start, end and id of the passages that have their place, of those that a blind coder sees."""
    lying = searching.passages_at(study, keys)
    if not blind.is_blind(study):
        return lying
    ids = [place[2] for places in lying.values() for place in places]
    seen = {passage.id for passage in blind.own_view(study, passages.listing(study, ids=ids))}
    return {key: [place for place in places if place[2] in seen] for key, places in lying.items()}


def _dressed(study: Study, inside: Scope, found: Iterable[Found]) -> list[Hit]:
    """Hits as callers read them: with speaker, and the passages that lie there."""
    rows = list(found)
    lying = _seen_passages(study, {inside.voices[row.voice].interview for row, _, _ in rows})
    hits = []
    for row, score, matches in rows:
        voice = inside.voices[row.voice]
        there = lying.get(voice.interview, [])
        ids = tuple(number for start, end, number in there if start < row.end and row.start < end)
        who = (voice.interview, voice.title, voice.label, voice.role)
        hits.append(Hit(*who, row.start, row.end, row.words, score, ids, tuple(matches)))
    return hits
