"""Suggestions one at a time over the whole study, ranked by what was decided so far; ranking writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from needsseg.actions.coding import blind
from needsseg.actions.coding.embedding import embedded, held, model_sha256
from needsseg.coding import load_cues, load_probes, weigh
from needsseg.coding.learning import ENOUGH, UNLIKELY, Measured, Outlook, Ranking, joined, likeness, measure, rank
from needsseg.coding.suggestions import Window, source_of, window_at
from needsseg.coding.windows import question_before
from needsseg.embedding import text_sha256
from needsseg.errors import Advice, Fix, NeedssegError, NotFoundError
from needsseg.progress import Progress, silent
from needsseg.records import Passage, Transcript
from needsseg.settings import load, prompt_file
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


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One undecided stretch; ``passage`` is None where it is not stored as a suggestion.

    ``chance`` of being accepted is in [0, 1], and None while it is not known yet. ``score`` in [0, 1] is the one the
    suggestion was stored with, else the untrained one. ``asked`` is what the interviewer said before the answer.
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
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """What is undecided, the likeliest first (or in the order of reading).

    ``learned`` is False below ``ENOUGH`` decisions (or where all went one way): the order learns from the first decision
    on, but what it forecasts is not known yet.
    ``unread`` counts interviews whose further windows are left out because their vectors are not there (``embed_all``).
    """

    items: tuple[QueueItem, ...]
    learned: bool
    decisions: int
    outlook: Outlook
    unread: int


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """The words of the study's settings, and the model whose vectors count; the same object as long as they are the same."""

    cues: tuple[CueGroup, ...]
    probes: tuple[Probe, ...]
    model: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an undecided stretch lies; ``stored`` is its passage where it has one."""

    interview: str
    start: int
    end: int
    stored: Passage | None


def queue(study: Study, limit: int | None = 50, *, reading: bool = False) -> Queue:
    """The undecided suggestions and, from ``ENOUGH`` decisions on, all other windows that overlap nothing decided.

    The best ``limit`` of them (all where None), ranked by what was accepted and rejected: where the coder works blind, by
    what they decided themselves. With ``reading``, as they stand in one interview after the other, without the windows that
    are no suggestions and unlikely to be accepted. Loads no model.
    """
    words = _words(study)
    order = {number: at for at, number in enumerate(passages.decided_in_order(study))}
    listed = passages.listing(study)
    if blind.is_blind(study):
        listed = blind.own_view(study, listed)
    decided = sorted((p for p in listed if p.status != "suggested"), key=lambda p: order[p.id])
    known, answers = _measured(study, decided, words)
    places: list[_Place] = []
    parts: list[Measured] = []
    open_ = [p for p in listed if p.status == "suggested" and p.anchored]
    stored, there = _measured(study, open_, words)
    parts.append(stored)
    places += [_Place(p.interview, p.start, p.end, p) for p in there]
    unread = 0
    if len(decided) >= ENOUGH:
        for key, part in _further(study, words, listed):
            if part is None:
                unread += 1
                continue
            parts.append(part[1])
            places += [_Place(key, window.span[0], window.span[1], None) for window in part[0]]
    pool = joined(parts)
    accepted = [passage.status == "accepted" for passage in answers]
    ranking = rank(pool, known, accepted)
    chosen: Sequence[int] = ranking.order
    if reading:
        chosen = [at for at in chosen if places[at].stored is not None or ranking.chances[at] >= UNLIKELY]
    elif limit is not None:
        chosen = chosen[: max(0, limit)]
    # What has no vector under this model is judged by the score it was stored with.
    ranked = {p.id for p in there}
    unmeasured = [_as_stored(study, p) for p in open_ if p.id not in ranked]
    if reading:
        chosen = sorted(chosen, key=lambda at: (places[at].interview, places[at].start, places[at].end))
        chosen = chosen if limit is None else chosen[: max(0, limit)]
    items = [*_items(study, chosen, ranking, pool, places, (known, accepted)), *unmeasured]
    if reading:
        items.sort(key=lambda item: (item.interview, item.start, item.end))
    elif unmeasured:
        items.sort(key=lambda item: -(item.score if item.chance is None else item.chance))
    outlook = ranking.outlook
    if unmeasured:
        left = outlook.left + sum(item.score for item in unmeasured)
        outlook = replace(outlook, undecided=outlook.undecided + len(unmeasured), left=left, unlikely=False)
    return Queue(tuple(items[:limit]), ranking.learned, len(decided), outlook, unread)


def decide_window(
    study: Study, interview: str, start: int, end: int, status: Decided, score: float, reasons: Sequence[str]
) -> int:
    """Accepts or rejects a window that is not stored as a suggestion: it becomes a passage of the program; its id."""
    with study.action("decide", f"{status} a passage in {interview}"):
        add = blinding.add_suggestion if blind.is_blind(study) else passages.add_suggestion
        return add(study, interview, start, end, status, score, reasons)


def decide_place(study: Study, interview: str, start: int, end: int, status: Decided) -> int:
    """Accepts or rejects what the queue holds at a place; the passage's id. Raises NotFoundError where it holds nothing."""
    interviews.title(study, interview)
    wanted = (interview, start, end)
    item = next((i for i in queue(study, None).items if (i.interview, i.start, i.end) == wanted), None)
    if item is None:
        raise NotFoundError(
            f"The queue holds nothing at {start}–{end} of {interview}.",
            Advice("List it with: ", Fix.QUEUE, "; mark other words with: ", Fix.MARK),
        )
    return decide_window(study, interview, start, end, status, item.score, item.reasons)


def embed_all(study: Study, progress: Progress = silent) -> int:
    """Puts the vectors of all windows of participant speech, and of all passages, in the cache; how many windows there are."""
    words = _words(study)
    windows = [
        window for key in interviews.keys(study) for window in _weighed(interviews.transcript(study, key), words)
    ]
    if not windows:
        raise NeedssegError("There is no participant speech yet.", Advice("Import interviews: ", Fix.IMPORT))
    texts = [window.text for window in windows] + [probe.text for probe in words.probes]
    embedded(study, texts + [passage.quote for passage in passages.listing(study)], progress)
    return len(windows)


def _words(study: Study) -> _Words:
    settings = load(study.path)
    cues = load_cues(prompt_file("cues.toml", settings))
    return _same(cues, load_probes(prompt_file("probes.toml", settings)), model_sha256(study))


@lru_cache(maxsize=4)
def _same(cues: tuple[CueGroup, ...], probes: tuple[Probe, ...], model: str) -> _Words:
    return _Words(cues, probes, model)


@lru_cache(maxsize=512)
def _weighed(transcript: Transcript, words: _Words) -> tuple[Window, ...]:
    return tuple(weigh(transcript, words.cues))


# What the vectors of texts came to, of an interview's windows and of single quotes: they never change under one model and
# the same words.
_QuoteKey = tuple[str, int, str, _Words, int]
_PARTS: dict[tuple[Transcript, _Words], tuple[tuple[Window, ...], Measured]] = {}
_QUOTES: dict[_QuoteKey, Measured] = {}
_KEPT, _KEPT_QUOTES = 512, 20_000


def _further(
    study: Study, words: _Words, listed: Sequence[Passage]
) -> Iterator[tuple[str, tuple[list[Window], Measured] | None]]:
    """Of each interview, the windows that overlap no passage, measured; None where their vectors are not there."""
    import numpy as np

    taken: dict[str, list[tuple[int, int]]] = {}
    for passage in listed:
        if passage.anchored:
            taken.setdefault(passage.interview, []).append((passage.start, passage.end))
    for key in interviews.keys(study):
        part = _part(study, interviews.transcript(study, key), words)
        if part is None:
            yield key, None
            continue
        windows, whole = part
        spans = np.array([window.span for window in windows], dtype=np.int64).reshape(-1, 2)
        mine = np.array(taken.get(key, []), dtype=np.int64).reshape(-1, 2)
        over = (spans[:, :1] < mine[:, 1]) & (mine[:, 0] < spans[:, 1:])
        free = np.flatnonzero(~over.any(axis=1)).tolist()
        yield key, ([windows[at] for at in free], whole.only(free))


def _part(study: Study, transcript: Transcript, words: _Words) -> tuple[tuple[Window, ...], Measured] | None:
    known = _PARTS.get((transcript, words))
    if known is None:
        windows = _weighed(transcript, words)
        vectors = _vectors(study, [window.text for window in windows], words)
        if any(text_sha256(window.text) not in vectors for window in windows):
            return None
        if len(_PARTS) >= _KEPT:
            _PARTS.clear()
        known = _PARTS[transcript, words] = (windows, measure(windows, vectors, words.probes))
    return known


def _measured(study: Study, listed: Sequence[Passage], words: _Words) -> tuple[Measured, list[Passage]]:
    """Passages as the model sees them, those without a vector left out; interview by interview."""
    by_interview: dict[str, list[Passage]] = {}
    for passage in listed:
        by_interview.setdefault(passage.interview, []).append(passage)
    held_: dict[int, Measured] = {}
    for key, own in by_interview.items():
        held_.update(_measured_quotes(study, interviews.transcript(study, key), own, words))
    there = [p for p in listed if p.id in held_]
    return joined([measure([], {}, ()), *(held_[p.id] for p in there)]), there


def _measured_quotes(
    study: Study, transcript: Transcript, own: Sequence[Passage], words: _Words
) -> dict[int, Measured]:
    """Passages of one interview, by id; those without a vector left out."""
    centre, count = _centre(study, transcript, words)
    source = source_of(transcript)
    keys = {p.id: (source, p.start if p.anchored else -1, p.quote, words, count) for p in own}
    fresh = {keys[p.id]: p for p in own if keys[p.id] not in _QUOTES}
    if fresh:
        vectors = _vectors(study, sorted({p.quote for p in fresh.values()}), words)
        known = {key: p for key, p in fresh.items() if text_sha256(p.quote) in vectors}
        if known and all(text_sha256(probe.text) in vectors for probe in words.probes):
            windows = [_window(transcript, p, words, source) for p in known.values()]
            whole = measure(windows, vectors, words.probes, centre)
            if len(_QUOTES) >= _KEPT_QUOTES:
                _QUOTES.clear()
            _QUOTES.update({key: whole.only([at]) for at, key in enumerate(known)})
    return {p.id: _QUOTES[keys[p.id]] for p in own if keys[p.id] in _QUOTES}


def _window(transcript: Transcript, passage: Passage, words: _Words, source: str) -> Window:
    """A passage as a window; one that has lost its place stands nowhere."""
    if passage.anchored:
        return window_at(transcript, (passage.start, passage.end), words.cues, source)
    quoted = Transcript(passage.quote, (), transcript.format)
    return window_at(quoted, (0, len(passage.quote)), words.cues, "")


def _centre(study: Study, transcript: Transcript, words: _Words) -> tuple[NDArray[np.float64] | None, int]:
    """The mean vector of an interview's windows as far as their vectors are there, and how many are."""
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
    return held(study, [*texts, *(probe.text for probe in words.probes)])


def _items(
    study: Study,
    chosen: Sequence[int],
    ranking: Ranking,
    pool: Measured,
    places: Sequence[_Place],
    decided: tuple[Measured, Sequence[bool]],
) -> Iterator[QueueItem]:
    told: dict[str, Transcript] = {}
    for at in chosen:
        place = places[at]
        stored = place.stored
        reasons = stored.reasons if stored is not None else pool.reasons[at]
        near = likeness(at, pool, *decided) if ranking.learned else None
        if place.interview not in told:
            told[place.interview] = interviews.transcript(study, place.interview)
        transcript = told[place.interview]
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
    asked = question_before(interviews.transcript(study, p.interview), p.start)
    return QueueItem(p.interview, p.start, p.end, p.quote, p.speaker, None, p.score or 0.0, p.reasons, p.id, asked)


def _speaker(transcript: Transcript, place: _Place) -> str:
    return next(t.speaker for t in transcript.turns if t.start <= place.start < t.end)


def asked(transcript: Transcript, passage: Passage) -> str:
    """What the interviewer said last before the answer a passage stands in; empty where that is not known."""
    return question_before(transcript, passage.start) if passage.anchored or passage.id < 0 else ""
