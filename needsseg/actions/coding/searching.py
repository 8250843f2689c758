"""Search what was said, by words or by meaning, and code all hits."""

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
"""The example for a search by similarity: a passage's id, or a span of an interview."""
CHUNK = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """One hit; ``words`` is exactly ``text[start:end]`` of the interview.

    ``score`` is the cosine in a search by meaning, else None. ``passages`` are ids of passages that overlap the hit,
    ``matches`` the spans of the search words in the interview's text.
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
    """The result of coding hits: passages, the number newly coded, and of hits skipped as not a participant's words."""

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
    """Search for words, or by meaning; best hits first.

    By words, all must occur in one turn (or passage), ignoring accents and case; words in quotes are a phrase, and no
    other sign is special. A hit is the shortest stretch of whole sentences that contains all. By meaning, a hit is a
    window of a few sentences with a cosine of at least ``meaning_search.FLOOR``; the first search embeds all windows.
    """
    words = _query_words(query)
    in_scope = search_scope.scope(study, within)
    if meaning:
        searched = meaning_search.stretches(study, within.speech, progress)
        if not searched.rows:
            return []
        rows = meaning_search.matrix(study, within.speech, searched, progress)
        vector = embedded(study, [words], progress)[text_sha256(words)]
        best = meaning_search.nearest(study, in_scope, searched, rows, vector)[:limit]
        return _hits(study, in_scope, ((searched.rows[at], score, ()) for at, score in best))
    terms = queries.parsed(words)
    if len(terms) > queries.MOST_TERMS:
        raise UsageError(
            f"These are {len(terms)} words; a search by words allows {queries.MOST_TERMS}.",
            "Use fewer words, or search by meaning.",
        )
    return _hits(study, in_scope, _word_matches(study, in_scope, terms, limit))


def like(
    study: Study,
    origin: Origin,
    within: Filter = EVERYTHING,
    *,
    limit: int | None = 50,
    progress: Progress = silent,
) -> list[Hit]:
    """Search for speech similar to a passage or a span, most similar first.

    Loads no model once everything is embedded: words without a vector use the mean of the windows that overlap them.
    """
    in_scope = search_scope.scope(study, within)
    words, place = _original(study, origin)
    searched = meaning_search.stretches(study, within.speech, progress)
    if not searched.rows:
        return []
    rows = meaning_search.matrix(study, within.speech, searched, progress)
    own = set(searched.around(*place)) if place is not None else set()
    if own and meaning_search.lacking(study, [words]):
        vector = unit_vector(rows[sorted(own)].sum(axis=0))
    else:
        vector = embedded(study, [words], progress)[text_sha256(words)]
    best = [
        (at, score) for at, score in meaning_search.nearest(study, in_scope, searched, rows, vector) if at not in own
    ]
    return _hits(study, in_scope, ((searched.rows[at], score, ()) for at, score in best[:limit]))


def marked(study: Study, within: Filter, *, limit: int | None = 50) -> list[Hit]:
    """List all passages that match a filter, by position."""
    inside = search_scope.scope(study, replace(within, speech="passages"))
    ids = searching.holding(study, "passages", (), (), inside.voices, inside.near)[:limit]
    return _hits(study, inside, ((row, None, ()) for row in searching.utterances(study, "passages", ids)))


def unready(study: Study, sought: str | Origin, speech: Speech = "participants", progress: Progress = silent) -> int:
    """Count the texts that a search by meaning, for a query or an example, has to embed first.

    With 0, the search answers at once and loads no model.
    """
    lacking = meaning_search.without_vectors(study, speech, progress)
    if isinstance(sought, str):
        return lacking + meaning_search.lacking(study, [_query_words(sought)])
    words, place = _original(study, sought)
    covered = place is not None and meaning_search.stretches(study, speech).around(*place)
    return lacking if covered else lacking + meaning_search.lacking(study, [words])


def make_ready(
    study: Study, sought: str | Origin, speech: Speech = "participants", progress: Progress = silent
) -> None:
    """Embed and cache the texts that ``unready`` counts, so that any process can then answer at once."""
    searched = meaning_search.stretches(study, speech, progress)
    words = _query_words(sought) if isinstance(sought, str) else _original(study, sought)[0]
    embedded(study, [*(row.words for row in searched.rows), words], progress)


def code_hits(study: Study, hits: Sequence[Hit], code: str) -> CodedHits:
    """Code every hit of a participant's words as an accepted passage, in one action that can be undone.

    Reuses a passage with exactly the hit's span; a hit inside or across other passages becomes a new one.
    """
    codable = [hit for hit in hits if hit.role == "participant"]
    skipped = len(hits) - len(codable)
    if not codable:
        return CodedHits((), 0, skipped)
    with study.action("code", f"coded {format_count(len(codable), 'hit')} “{book.stored_name(study, code)}”"):
        mark = blinding.mark if blind.is_blind(study) else passages.mark
        ids = tuple(dict.fromkeys(mark(study, hit.interview, hit.start, hit.end) for hit in codable))
        coded = book.add_code(study, ids, code)
    return CodedHits(ids, coded, skipped)


def _query_words(query: str) -> str:
    words = plain_text(query)
    if not words:
        raise UsageError("There is nothing to search for.", "Type some words.")
    return words


def _original(study: Study, origin: Origin) -> tuple[str, tuple[str, int, int] | None]:
    """The words of the example, and their span; None for a passage that is no longer in its text."""
    if isinstance(origin, int):
        passage = seen_passage(study, origin)
        place = (passage.interview, passage.start, passage.end) if passage.anchored else None
        return passage.quote, place
    key, start, end = origin
    words = interviews.transcript(study, key).text[start:end]
    if not words.strip():
        raise UsageError(f"The span {start}–{end} of {key} holds no words.", "Name at least one word.")
    return words, origin


Match = tuple[Utterance, float | None, Sequence[Span]]


def _word_matches(study: Study, inside: Scope, terms: queries.Query, limit: int | None) -> Iterator[Match]:
    """Find stretches of sentences in turns, or passages, that contain all terms, with the terms' spans."""
    source: searching.Source = "passages" if inside.speech == "passages" else "turns"
    ids = searching.holding(study, source, terms.phrases, terms.literal, inside.voices, inside.near)
    touches = _touching(study, inside)
    count = 0
    for begin in range(0, len(ids), CHUNK):
        part = ids[begin : begin + CHUNK]
        by_phrase = [searching.occurrences(study, source, part, phrase) for phrase in terms.phrases]
        for row in searching.utterances(study, source, part):
            spans = [spans_by_row.get(row.id, []) for spans_by_row in by_phrase]
            spans += [queries.occurrences(row.words, literal) for literal in terms.literal]
            ranges = [(0, len(row.words))] if source == "passages" else queries.stretches(row.words, spans)
            matches = sorted({span for spans_by_row in spans for span in spans_by_row})
            for start, end in ranges:
                hit = Utterance(row.id, row.voice, row.start + start, row.start + end, row.words[start:end])
                if not touches(hit):
                    continue
                shown = [(row.start + a, row.start + b) for a, b in matches if start <= a and b <= end]
                yield hit, None, shown
                count += 1
                if count == limit:
                    return


def _touching(study: Study, inside: Scope) -> Callable[[Utterance], bool]:
    """Return a test of whether a stretch overlaps a passage that the scope is restricted to."""
    if inside.near is None or inside.speech == "passages":
        return lambda _: True
    near: dict[str, list[Span]] = {}
    for key, start, end in meaning_search.coded(study, inside.near):
        near.setdefault(key, []).append((start, end))

    def touches(hit: Utterance) -> bool:
        places = near.get(inside.voices[hit.voice].interview, [])
        return any(hit.start < end and start < hit.end for start, end in places)

    return touches


def _visible_passages(study: Study, keys: set[str]) -> dict[str, list[tuple[int, int, int]]]:
    """Anchored passages by interview, as (start, end, id); for a blind coder, those they can see."""
    placed = searching.passages_at(study, keys)
    if not blind.is_blind(study):
        return placed
    ids = [place[2] for places in placed.values() for place in places]
    visible = {passage.id for passage in blind.own_view(study, passages.listing(study, ids=ids))}
    return {key: [place for place in places if place[2] in visible] for key, places in placed.items()}


def _hits(study: Study, inside: Scope, results: Iterable[Match]) -> list[Hit]:
    """Convert results to hits, with speakers and the passages that overlap them."""
    rows = list(results)
    placed = _visible_passages(study, {inside.voices[row.voice].interview for row, _, _ in rows})
    hits = []
    for row, score, matches in rows:
        voice = inside.voices[row.voice]
        nearby = placed.get(voice.interview, [])
        ids = tuple(number for start, end, number in nearby if start < row.end and row.start < end)
        speaker = (voice.interview, voice.title, voice.label, voice.role)
        hits.append(Hit(*speaker, row.start, row.end, row.words, score, ids, tuple(matches)))
    return hits
