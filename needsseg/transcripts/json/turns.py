"""Extract turns from JSON by a service's layout, or by the keys of the list of objects with the most words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from needsseg.transcripts.json.layouts import (
    CONTAINERS,
    END_KEYS,
    INTERVIEW_KEYS,
    JSON_LAYOUTS,
    NAME_KEYS,
    ROLE_KEYS,
    SPEAKER_KEYS,
    START_KEYS,
    SURE_SPEAKER_KEYS,
    VAGUE_INTERVIEW_KEYS,
    WORDS_KEYS,
    JsonLayout,
)
from needsseg.transcripts.json.paths import Place, places_at, value_at
from needsseg.transcripts.moments import milliseconds_of

_IN_MS = {"s": 1000.0, "ms": 1.0, "ticks": 1e-4, "samples": 1 / 16}
_SENTENCE_END = re.compile(r"[.!?…。！？]$")
_MARK = re.compile(r"^[^\w\s]+$")
_CHANNEL = frozenset({"channel", "channelTag", "channel_label"})
_NAMED = 0.8
_WHOLE = 0.45
_FILLED = 0.4
"""A list of objects may be the transcript if it has this share of the words of the fullest list."""
_SAMPLE = 300


@dataclass(slots=True)
class JsonTurn:
    """One turn, sentence or run of words: its cells as in the JSON, and the sources of its words (object id, key)."""

    words: str
    speaker: str = ""
    start: str = ""
    end: str = ""
    interview: str = ""
    role: str = ""
    root: int = 0
    sources: tuple[tuple[int, str], ...] = ()
    from_channel: bool = False


def layout_turns(documents: Sequence[Any]) -> tuple[JsonLayout, list[JsonTurn]] | None:
    """Return the first service layout that fits and its turns; None where none fits."""
    first = next((document for document in documents if isinstance(document, dict)), None)
    if first is None:
        return None
    several = len(documents) > 1
    for layout in JSON_LAYOUTS:
        if layout.turns.split(".")[0].split("[")[0] in first and (turns := _turns_by(documents, layout, several)):
            return layout, turns
    return None


def _turns_by(documents: Sequence[Any], layout: JsonLayout, several: bool) -> list[JsonTurn]:
    turns: list[JsonTurn] = []
    for number, document in enumerate(documents, 1):
        root = number if several else 0
        if isinstance(document, dict):
            places = [replace(place, root=root) for place in places_at(document, layout.turns)]
            turns += turns_in(places, layout)
            if layout.whole and len(turns) and not _holds_whole(document, layout, places):
                return []
    named_count = sum(bool(turn.speaker) for turn in turns)
    if not layout.needs_speaker and _CHANNEL & set(layout.speaker) and len({turn.speaker for turn in turns}) == 1:
        # One channel for all turns identifies a recording, not a speaker.
        turns = [replace(turn, speaker="") if turn.from_channel else turn for turn in turns]
    return [] if layout.needs_speaker and named_count < _NAMED * len(turns) else turns


def _holds_whole(document: Any, layout: JsonLayout, places: Sequence[Place]) -> bool:
    return len(places) >= _WHOLE * sum(1 for _ in places_at(document, layout.whole))


class _InterviewCache:
    """Caches the interview of each place by the objects that contain it, which thousands of words share."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._interviews: dict[tuple[int, ...], str] = {}

    def interview_of(self, place: Place) -> str:
        if place.group:
            return place.group
        key = tuple(map(id, place.above))
        if key not in self._interviews:
            self._interviews[key] = interview_of(place, self._path)
        return self._interviews[key]


def turns_in(places: Sequence[Place], layout: JsonLayout) -> list[JsonTurn]:
    """Return the turns at the given places of a document, by a layout."""
    starts = _speakers_by_start(places, layout)
    interviews = _InterviewCache(layout.turns)
    pieces: list[JsonTurn] = []
    for place in places:
        if layout.parts:
            parts = [
                piece
                for part in places_at(place.record, layout.parts, place)
                for piece in _piece(replace(part, root=place.root), layout, starts, interviews)
            ]
            start = _time(place.record, layout.start, layout.unit)
            pieces += parts if any(part.start for part in parts) else [replace(part, start=start) for part in parts]
        else:
            pieces += _piece(place, layout, starts, interviews)
    if not layout.by_word:
        return [piece for piece in pieces if piece.words.strip()]
    return list(_runs(_in_order(pieces, places)))


def _speakers_by_start(places: Sequence[Place], layout: JsonLayout) -> dict[str, str]:
    if not layout.speakers_by_start or not places or not places[0].above:
        return {}
    speaker_places = places_at(places[0].above[0], layout.speakers_by_start)
    return {
        str(speaker_place.record["start_time"]): str(speaker_place.record["speaker_label"])
        for speaker_place in speaker_places
        if "start_time" in speaker_place.record and "speaker_label" in speaker_place.record
    }


def _piece(place: Place, layout: JsonLayout, starts: dict[str, str], interviews: _InterviewCache) -> Iterator[JsonTurn]:
    words_value = value_at(place.record, layout.words)
    if words_value is None or isinstance(words_value.value, dict | list):
        return
    start, end = _time(place.record, layout.start, layout.unit), _time(place.record, layout.end, layout.unit)
    if layout.lasts and not end:
        end = _plus(start, _time(place.record, layout.lasts, layout.unit), layout.unit)
    speaker, role = speaker_at(place, layout.speaker)
    if layout.needs_speaker and speaker == "0":
        speaker = ""
    if not speaker and starts:
        speaker = starts.get(str(place.record.get("start_time")), "")
    words = words_value.value if isinstance(words_value.value, str) else str(words_value.value)
    named_by = value_at(place.record, layout.speaker)
    from_channel = named_by is not None and named_by.key in _CHANNEL
    yield JsonTurn(
        words,
        speaker,
        start,
        end,
        interviews.interview_of(place),
        role,
        place.root,
        ((words_value.holder, words_value.key),),
        from_channel,
    )


def speaker_at(place: Place, paths: Sequence[str]) -> tuple[str, str]:
    """Return the speaker of a place, by its object or the nearest enclosing one, and the role beside the name."""
    sure_paths = tuple(path for path in paths if path in SURE_SPEAKER_KEYS)
    for record in (place.record, *reversed(place.above)):
        speaker_value = value_at(record, paths if record is place.record else sure_paths)
        if speaker_value is None or isinstance(speaker_value.value, list):
            continue
        if isinstance(speaker_value.value, dict):
            name = value_at(speaker_value.value, (*NAME_KEYS, "id"))
            role = value_at(speaker_value.value, ROLE_KEYS)
            if name is not None and not isinstance(name.value, dict | list):
                return str(name.value), str(role.value) if role and isinstance(role.value, str) else ""
            continue
        return str(speaker_value.value), ""
    return place.channel, ""


def interview_of(place: Place, path: str) -> str:
    """Return the id of a place's interview: the id it is filed under, or one of an enclosing object.

    An ``id``, ``name`` or ``title`` counts only on the root (or the item of its list) and on the objects of a list of
    interviews in ``path``: segments of speech have ids too.
    """
    if place.group:
        return place.group
    steps = path.split(".")
    container_depth = next((index + 1 for index, step in enumerate(steps) if step.removesuffix("[]") in CONTAINERS), 0)
    for depth in range(len(place.above) - 1, -1, -1):
        record = place.above[depth]
        if depth and depth != container_depth and (value_at(record, SURE_SPEAKER_KEYS) or value_at(record, START_KEYS)):
            continue
        keys = INTERVIEW_KEYS if depth not in {0, container_depth} else (*INTERVIEW_KEYS, *VAGUE_INTERVIEW_KEYS)
        if not depth and path.startswith("[]") and (value_at(record, (*SURE_SPEAKER_KEYS, *START_KEYS))):
            continue
        key_value = value_at(record, keys)
        if key_value is not None and not isinstance(key_value.value, dict | list):
            return str(key_value.value)
    return ""


def _time(record: Any, paths: Sequence[str], unit: str) -> str:
    """Return a time as a cell: in milliseconds where the unit of numbers is known, else unchanged."""
    time_value = value_at(record, paths)
    value = time_value.value if time_value else None
    if isinstance(value, dict):
        inner = value_at(value, ("relative", "seconds", "absolute", "ms", "value"))
        nanos = value.get("nanos")
        number = _number(inner.value) if inner and inner.key == "seconds" else None
        if inner and inner.key == "seconds" and number is not None:
            value = number + (_number(nanos) or 0) / 1e9
        else:
            value = inner.value if inner else (_number(nanos) or 0) / 1e9 if nanos else None
        unit = unit or "s"
    if value is None or isinstance(value, dict | list):
        return ""
    if unit and (number := _number(value)) is not None:
        return str(round(number * _IN_MS[unit])) if abs(number) < 1e15 else ""
    return str(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e300 else None
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}(?:\.\d{1,18})?", value.strip()):
        return float(value)
    return None


def _plus(start: str, lasts: str, unit: str) -> str:
    first, second = milliseconds_of(start, "ms" if unit else "s"), milliseconds_of(lasts, "ms" if unit else "s")
    if first is None or second is None:
        return ""
    return str(first + second) if unit else f"{(first + second) / 1000}"


def _in_order(pieces: list[JsonTurn], places: Sequence[Place]) -> list[JsonTurn]:
    """Sort words of several channels by their times; words without time (punctuation) stay after their predecessor."""
    if len({place.channel for place in places}) < 2:
        return pieces
    keyed: list[tuple[float, int, JsonTurn]] = []
    latest = 0.0
    for index, piece in enumerate(pieces):
        latest = latest if (number := _number(piece.start)) is None else number
        keyed.append((latest, index, piece))
        if piece.start == "":
            piece.speaker = pieces[index - 1].speaker if index else piece.speaker
    return [piece for _, _, piece in sorted(keyed, key=lambda keyed_piece: keyed_piece[:2])]


def _runs(words: Sequence[JsonTurn]) -> Iterator[JsonTurn]:
    """Yield runs of words of one speaker; without speakers, a run ends with a sentence."""
    spaced = any(word.words != word.words.strip() for word in words)
    run: list[JsonTurn] = []
    for word in words:
        mark = bool(_MARK.match(word.words.strip())) or not word.words.strip()
        if run and not mark:
            is_new_run = (word.speaker, word.interview, word.root) != (run[0].speaker, run[0].interview, run[0].root)
            ended = not word.speaker and _SENTENCE_END.search(run[-1].words.strip())
            if is_new_run or ended:
                yield _run(run, spaced)
                run = []
        run.append(word)
    if run:
        yield _run(run, spaced)


def _run(words: Sequence[JsonTurn], spaced: bool) -> JsonTurn:
    parts: list[str] = []
    for word in words:
        glued = spaced or not parts or _closes(word.words)
        parts.append(word.words if glued else f" {word.words}")
    ends = [word.end for word in words if word.end]
    start = next((word.start for word in words if word.start), "")
    sources = tuple(source for word in words for source in word.sources)
    return replace(words[0], words="".join(parts).strip(), start=start, end=ends[-1] if ends else "", sources=sources)


def _closes(text: str) -> bool:
    """Return whether a piece is punctuation that follows the word before it without a space."""
    return bool(_MARK.match(text.strip())) and text.strip()[0] in ".,;:!?…)]}”’»%。，、？！；："


def guessed_layout(path: str, places: Sequence[Place]) -> JsonLayout | None:
    """Return a layout for a list of objects by its keys; None where its objects hold no words."""
    step = max(1, len(places) // _SAMPLE)
    sample = [place.record for place in places[::step]]
    best: tuple[float, str, float] | None = None
    for rank, key in enumerate(WORDS_KEYS):
        texts = [
            text_value.value
            for record in sample
            if (text_value := value_at(record, (key,))) and isinstance(text_value.value, str)
        ]
        count = sum(len(text.split()) for text in texts)
        if count and len(texts) * 3 >= len(sample):
            better = (count, -rank)
            if best is None or better[0] > 2 * best[0]:
                best = (count, key, count / len(texts))
    if best is None:
        return None
    unit = "ms" if value_at(sample[0], START_KEYS[:5]) is not None else ""
    single = best[2] < 1.5 and len(places) > 8
    timed = value_at(sample[0], START_KEYS) is not None
    return JsonLayout(
        "",
        path,
        (best[1],),
        speaker=tuple(key for key in SPEAKER_KEYS if key != best[1]),
        start=tuple(key for key in START_KEYS if any(value_at(record, (key,)) for record in sample)),
        end=tuple(key for key in END_KEYS if any(value_at(record, (key,)) for record in sample)),
        unit=unit,
        by_word=single and timed,
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A list of objects that may be the transcript: its layout, its places, and how good it is."""

    layout: JsonLayout
    places: list[Place]
    words: int
    rank: tuple[int, ...]


def best_candidate(by_path: dict[str, list[Place]]) -> Candidate | None:
    """Return the list of objects that is the transcript: of the fullest, preferably one with speakers, turns and times."""
    candidates: list[Candidate] = []
    for path, places in by_path.items():
        layout = guessed_layout(path, places)
        if layout is None:
            continue
        step = max(1, len(places) // _SAMPLE)
        sample = places[::step]
        words = sum(
            len(value.value.split())
            for place in places
            if (value := value_at(place.record, layout.words)) and isinstance(value.value, str)
        )
        named_count = sum(bool(speaker_at(place, layout.speaker)[0]) for place in sample) * 2 >= len(sample)
        timed = value_at(sample[0].record, START_KEYS) is not None
        rank = (int(named_count), int(timed), int(not layout.by_word), int(path not in {"", "[]"}), words)
        candidates.append(Candidate(layout, places, words, rank))
    most = max((candidate.words for candidate in candidates), default=0)
    full = [candidate for candidate in candidates if candidate.words >= _FILLED * most]
    return max(full, key=lambda candidate: candidate.rank, default=None)
