"""Queue the suggestions of the whole study, ranked by the decisions so far; ranking stores nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from needsseg.actions.coding import blind
from needsseg.actions.coding.embedding import load_cached, model_sha256
from needsseg.actions.study.languages import turns_by_language
from needsseg.coding import cues_for, probes_for, weigh
from needsseg.coding.learning import ENOUGH, UNLIKELY, Measured, Outlook, Ranking, joined, likenesses, measure, rank
from needsseg.coding.suggestions import Window, source_of, window_at
from needsseg.coding.windows import question_before
from needsseg.embedding import text_sha256
from needsseg.errors import Advice, Fix, NotFoundError
from needsseg.languages.detection import interview_language
from needsseg.progress import Progress, silent
from needsseg.records import Passage, Transcript
from needsseg.settings import load
from needsseg.study.coding import blinding, passages
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from needsseg.coding.linguistic_cues import CueGroup
    from needsseg.coding.probes import Probe
    from needsseg.embedding import Vectors


Decided = Literal["accepted", "rejected"]
READING, RANKING = "reading the interviews", "ranking the suggestions"


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One undecided stretch; ``passage`` is None if it is not stored as a suggestion.

    ``chance`` of being accepted is in [0, 1], None while unknown. ``score`` in [0, 1] is the stored suggestion's, else the
    untrained one. ``interviewer_question`` is what the interviewer said before the answer.
    """

    interview: str
    start: int
    end: int
    quote: str
    speaker: str
    chance: float | None
    score: float
    reasons: tuple[str, ...]
    passage: int | None
    interviewer_question: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """The undecided stretches, likeliest first (or in the order of the text).

    ``learned`` is False below ``ENOUGH`` decisions (or if all are the same): the order learns from the first decision on,
    but chances are not known yet. ``unread`` counts interviews whose further windows are left out since their vectors are
    missing (``embedding_ahead.embed_ahead`` computes them).
    """

    items: tuple[QueueItem, ...]
    learned: bool
    decisions: int
    outlook: Outlook
    unread: int


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """The cues and probes of each language, and the model's hash; one object per content, so that it can be a cache key."""

    by_language: tuple[tuple[str, tuple[CueGroup, ...], tuple[Probe, ...]], ...]
    model: str

    @property
    def probes(self) -> tuple[Probe, ...]:
        """The probes of all languages."""
        return tuple(probe for _, _, probes in self.by_language for probe in probes)

    def cues_of(self, transcript: Transcript) -> tuple[CueGroup, ...]:
        """The cues of the language in which an interview is held."""
        return self._of(transcript)[0]

    def probes_of(self, transcript: Transcript) -> tuple[Probe, ...]:
        """The probes of the language in which an interview is held."""
        return self._of(transcript)[1]

    def _of(self, transcript: Transcript) -> tuple[tuple[CueGroup, ...], tuple[Probe, ...]]:
        language = interview_language(transcript.text)
        return next((own[1:] for own in self.by_language if own[0] == language), self.by_language[0][1:])


@dataclass(frozen=True, slots=True)
class _Place:
    """The span of an undecided stretch; ``stored`` is its passage, if any."""

    interview: str
    start: int
    end: int
    stored: Passage | None


@dataclass(frozen=True, slots=True)
class _Pool:
    """The undecided stretches: their features and places in one order, passages without a vector, unread interviews."""

    measured: Measured
    places: tuple[_Place, ...]
    unmeasured: tuple[Passage, ...]
    unread: int


def queue(study: Study, limit: int | None = 50, *, reading: bool = False, progress: Progress = silent) -> Queue:
    """Rank the undecided suggestions and, from ``ENOUGH`` decisions on, all other windows that overlap no passage.

    Returns the best ``limit`` of them (all if None), ranked by what was accepted and rejected; for a blind coder, by their
    own decisions. With ``reading``, in the order of the interviews' texts, without windows that are no suggestions and
    unlikely to be accepted. Loads no model.
    """
    words = _words(study)
    order = {number: at for at, number in enumerate(passages.decided_in_order(study))}
    listed = passages.listing(study)
    if blind.is_blind(study):
        listed = blind.own_view(study, listed)
    decided = sorted((p for p in listed if p.status != "suggested"), key=lambda p: order[p.id])
    answered, answers = _measured(study, decided, words, progress)
    accepted = [passage.status == "accepted" for passage in answers]
    pool = _pool(study, words, listed, progress, with_windows=len(decided) >= ENOUGH)
    progress(RANKING, 0, 1)
    ranking = rank(pool.measured, answered, accepted)
    chosen = _chosen(ranking, pool.places, limit, reading=reading)
    # A passage without a vector under this model is ranked by the score it was stored with.
    unmeasured = [_as_stored(study, passage) for passage in pool.unmeasured]
    items = [*_items(study, chosen, ranking, pool.measured, pool.places, (answered, accepted)), *unmeasured]
    if reading:
        items.sort(key=lambda item: (item.interview, item.start, item.end))
    elif unmeasured:
        items.sort(key=lambda item: -(item.score if item.chance is None else item.chance))
    outlook = ranking.outlook
    if unmeasured:
        expected = outlook.left + sum(item.score for item in unmeasured)
        outlook = replace(outlook, undecided=outlook.undecided + len(unmeasured), left=expected, unlikely=False)
    return Queue(tuple(items[:limit]), ranking.learned, len(decided), outlook, pool.unread)


def _pool(study: Study, words: _Words, listed: Sequence[Passage], progress: Progress, *, with_windows: bool) -> _Pool:
    """Collect the undecided suggestions and, with ``with_windows``, the windows that overlap no passage."""
    suggested = [passage for passage in listed if passage.status == "suggested" and passage.anchored]
    measured, with_vector = _measured(study, suggested, words, progress)
    parts = [measured]
    places = [_Place(p.interview, p.start, p.end, p) for p in with_vector]
    unread = 0
    for key, part in _other_windows(study, words, listed, progress) if with_windows else ():
        if part is None:
            unread += 1
            continue
        windows, measured_windows = part
        parts.append(measured_windows)
        places += [_Place(key, window.span[0], window.span[1], None) for window in windows]
    ids = {passage.id for passage in with_vector}
    return _Pool(joined(parts), tuple(places), tuple(p for p in suggested if p.id not in ids), unread)


def _chosen(ranking: Ranking, places: Sequence[_Place], limit: int | None, *, reading: bool) -> Sequence[int]:
    """The first ``limit`` indices of the ranking, or with ``reading`` of the likely ones in the order of the text."""
    chosen: Sequence[int] = ranking.order
    if reading:
        likely = [at for at in chosen if places[at].stored is not None or ranking.chances[at] >= UNLIKELY]
        chosen = sorted(likely, key=lambda at: (places[at].interview, places[at].start, places[at].end))
    return chosen if limit is None else chosen[: max(0, limit)]


def decide_window(
    study: Study, interview: str, start: int, end: int, status: Decided, score: float, reasons: Sequence[str]
) -> int:
    """Accept or reject a window that is not stored as a suggestion; store it as a suggested passage and return its id."""
    with study.action("decide", f"{status} a passage in {interview}"):
        add = blinding.add_suggestion if blind.is_blind(study) else passages.add_suggestion
        return add(study, interview, start, end, status, score, reasons)


def decide_place(study: Study, interview: str, start: int, end: int, status: Decided) -> int:
    """Accept or reject the queue's item at a span; return the passage's id. Raises NotFoundError if there is none."""
    interviews.title(study, interview)
    place = (interview, start, end)
    item = next((i for i in queue(study, None).items if (i.interview, i.start, i.end) == place), None)
    if item is None:
        raise NotFoundError(
            f"The queue has nothing at {start}–{end} of {interview}.",
            Advice("List it with: ", Fix.QUEUE, "; mark other words with: ", Fix.MARK),
        )
    return decide_window(study, interview, start, end, status, item.score, item.reasons)


def _words(study: Study) -> _Words:
    settings = load(study.path)
    languages = sorted(turns_by_language(study)) or ["en"]
    words = tuple((language, cues_for(settings, language), probes_for(settings, language)) for language in languages)
    return _shared_words(words, model_sha256(study))


@lru_cache(maxsize=4)
def _shared_words(words: tuple[tuple[str, tuple[CueGroup, ...], tuple[Probe, ...]], ...], model: str) -> _Words:
    return _Words(words, model)


@lru_cache(maxsize=512)
def _weighed(transcript: Transcript, words: _Words) -> tuple[Window, ...]:
    return tuple(weigh(transcript, words.cues_of(transcript)))


# Features of interviews' windows and of single quotes: they never change under one model and the same words.
_QuoteKey = tuple[str, int, str, _Words, int]
_PARTS: dict[tuple[Transcript, _Words], tuple[tuple[Window, ...], Measured]] = {}
_QUOTES: dict[_QuoteKey, Measured] = {}
_KEPT, _KEPT_QUOTES = 512, 20_000


def _other_windows(
    study: Study, words: _Words, listed: Sequence[Passage], progress: Progress
) -> Iterator[tuple[str, tuple[list[Window], Measured] | None]]:
    """For each interview, the windows that overlap no passage and their features; None if their vectors are missing."""
    import numpy as np

    passage_spans: dict[str, list[tuple[int, int]]] = {}
    for passage in listed:
        if passage.anchored:
            passage_spans.setdefault(passage.interview, []).append((passage.start, passage.end))
    keys = interviews.keys(study)
    for number, key in enumerate(keys):
        progress(READING, number, len(keys))
        part = _measured_windows(study, interviews.transcript(study, key), words)
        if part is None:
            yield key, None
            continue
        windows, features = part
        spans = np.array([window.span for window in windows], dtype=np.int64).reshape(-1, 2)
        taken_spans = np.array(passage_spans.get(key, []), dtype=np.int64).reshape(-1, 2)
        over = (spans[:, :1] < taken_spans[:, 1]) & (taken_spans[:, 0] < spans[:, 1:])
        free = np.flatnonzero(~over.any(axis=1)).tolist()
        yield key, ([windows[at] for at in free], features.only(free))


def _measured_windows(
    study: Study, transcript: Transcript, words: _Words
) -> tuple[tuple[Window, ...], Measured] | None:
    cached = _PARTS.get((transcript, words))
    if cached is None:
        windows = _weighed(transcript, words)
        vectors = _vectors(study, [window.text for window in windows], words)
        # A search by meaning embeds all windows and no probes.
        needed = [window.text for window in windows] + [probe.text for probe in words.probes]
        if any(text_sha256(text) not in vectors for text in needed):
            return None
        if len(_PARTS) >= _KEPT:
            _PARTS.clear()
        cached = _PARTS[transcript, words] = (windows, measure(windows, vectors, words.probes_of(transcript)))
    return cached


def _measured(
    study: Study, listed: Sequence[Passage], words: _Words, progress: Progress
) -> tuple[Measured, list[Passage]]:
    """The features of passages, and the passages in the same order; leaves out those without a vector."""
    by_interview: dict[str, list[Passage]] = {}
    for passage in listed:
        by_interview.setdefault(passage.interview, []).append(passage)
    measured: dict[int, Measured] = {}
    for number, (key, own) in enumerate(by_interview.items()):
        progress(READING, number, len(by_interview))
        measured.update(_measured_quotes(study, interviews.transcript(study, key), own, words))
    with_vector = [p for p in listed if p.id in measured]
    return joined([measure([], {}, ()), *(measured[p.id] for p in with_vector)]), with_vector


def _measured_quotes(
    study: Study, transcript: Transcript, own: Sequence[Passage], words: _Words
) -> dict[int, Measured]:
    """The features of one interview's passages by id; leaves out those without a vector."""
    centre, count = _centre(study, transcript, words)
    source = source_of(transcript)
    keys = {p.id: (source, p.start if p.anchored else -1, p.quote, words, count) for p in own}
    fresh = {keys[p.id]: p for p in own if keys[p.id] not in _QUOTES}
    if fresh:
        vectors = _vectors(study, sorted({p.quote for p in fresh.values()}), words)
        with_vector = {key: p for key, p in fresh.items() if text_sha256(p.quote) in vectors}
        if with_vector and all(text_sha256(probe.text) in vectors for probe in words.probes_of(transcript)):
            windows = [_window(transcript, p, words, source) for p in with_vector.values()]
            features = measure(windows, vectors, words.probes_of(transcript), centre)
            if len(_QUOTES) >= _KEPT_QUOTES:
                _QUOTES.clear()
            _QUOTES.update({key: features.only([at]) for at, key in enumerate(with_vector)})
    return {p.id: _QUOTES[keys[p.id]] for p in own if keys[p.id] in _QUOTES}


def _window(transcript: Transcript, passage: Passage, words: _Words, source: str) -> Window:
    """Convert a passage to a window; one that is no longer in its text becomes a window of its quote alone."""
    if passage.anchored:
        return window_at(transcript, (passage.start, passage.end), words.cues_of(transcript), source)
    quoted = Transcript(passage.quote, (), transcript.format)
    return window_at(quoted, (0, len(passage.quote)), words.cues_of(transcript), "")


def _centre(study: Study, transcript: Transcript, words: _Words) -> tuple[NDArray[np.float64] | None, int]:
    """The mean vector of an interview's windows that have vectors, and their number."""
    import numpy as np

    part = _PARTS.get((transcript, words))
    if part is not None:
        return (part[1].rows.mean(axis=0) if part[0] else None), len(part[0])
    windows = _weighed(transcript, words)
    vectors = _vectors(study, [window.text for window in windows], words)
    shas = [text_sha256(window.text) for window in windows]
    rows = [vectors[sha] for sha in shas if sha in vectors]
    return (np.array(rows, dtype=np.float64).mean(axis=0) if rows else None), len(rows)


def _vectors(study: Study, texts: Sequence[str], words: _Words) -> Mapping[str, Vectors]:
    return load_cached(study, [*texts, *(probe.text for probe in words.probes)])


def _items(
    study: Study,
    chosen: Sequence[int],
    ranking: Ranking,
    pool: Measured,
    places: Sequence[_Place],
    decided: tuple[Measured, Sequence[bool]],
) -> Iterator[QueueItem]:
    transcripts: dict[str, Transcript] = {}
    nearest = likenesses(chosen if ranking.learned else (), pool, *decided)
    for at in chosen:
        place = places[at]
        stored = place.stored
        reasons = stored.reasons if stored is not None else pool.reasons[at]
        near = next(nearest) if ranking.learned else None
        if place.interview not in transcripts:
            transcripts[place.interview] = interviews.transcript(study, place.interview)
        transcript = transcripts[place.interview]
        score = stored.score if stored is not None else None
        yield QueueItem(
            place.interview,
            place.start,
            place.end,
            pool.texts[at],
            stored.speaker if stored is not None else _speaker(transcript, place),
            round(float(ranking.chances[at]), 4) if ranking.learned else None,
            round(float(pool.untrained[at]), 4) if score is None else score,
            (*reasons, near) if near else reasons,
            stored.id if stored is not None else None,
            question_before(transcript, place.start),
        )


def _as_stored(study: Study, p: Passage) -> QueueItem:
    question = question_before(interviews.transcript(study, p.interview), p.start)
    return QueueItem(p.interview, p.start, p.end, p.quote, p.speaker, None, p.score or 0.0, p.reasons, p.id, question)


def _speaker(transcript: Transcript, place: _Place) -> str:
    return next(t.speaker for t in transcript.turns if t.start <= place.start < t.end)


def interviewer_question(transcript: Transcript, passage: Passage) -> str:
    """What the interviewer said last before the answer that contains a passage; empty if unknown."""
    return question_before(transcript, passage.start) if passage.anchored or passage.id < 0 else ""
