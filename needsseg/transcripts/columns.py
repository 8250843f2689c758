"""Which column of a table of speech holds what, told by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from needsseg.transcripts.roles import role_from_label

_WORDS = (
    "text", "words", "utterance", "content", "transcript", "transcription", "transcript text", "said", "speech",
    "spoken text", "message", "sentence", "dialogue", "conversation", "body", "caption", "line", "quote", "texto",
    "texte",
)  # fmt: skip
_SPEAKER = (
    "speaker", "speaker name", "speaker label", "speaker id", "name", "who", "voice", "author", "sender",
    "participant", "participant name", "respondent", "user", "user name", "role", "sprecher", "locuteur", "hablante",
)  # fmt: skip
_ROLE = ("role", "speaker role", "speaker type", "participant role")
_KEY = (
    "transcript id", "interview id", "interview", "interview key", "transcript", "transcript name", "session id",
    "session", "conversation id", "dialogue id", "dialog id", "call id", "meeting id", "recording id", "document id",
    "doc id", "file", "filename", "file name", "document", "recording", "meeting", "conversation",
)  # fmt: skip
_PERSON = ("participant id", "participant", "respondent id", "respondent", "name")
_UNIT = r"(?: in)?(?: (?P<unit>ms|msecs?|milliseconds?|s|secs?|seconds?|hh mm ss(?: m?s+)?))?"
_START = re.compile(rf"^(?:start|begin|onset|timestamp|time|time ?code|offset)(?: time| timestamp| ts)?{_UNIT}$")
_END = re.compile(rf"^(?:end|stop|finish)(?: time| timestamp| ts)?{_UNIT}$")
_ASKED, _ANSWERED = ("question", "prompt"), ("answer", "response", "reply")


@dataclass(frozen=True, slots=True)
class Columns:
    """Column names by what they hold, "" where there is none.

    ``voices`` are (column, speaker) where every speaker has a column; then ``words`` and ``speaker`` are empty.
    """

    words: str = ""
    speaker: str = ""
    role: str = ""
    start: str = ""
    end: str = ""
    key: str = ""
    voices: tuple[tuple[str, str], ...] = field(default=())

    @property
    def of_speech(self) -> bool:
        """Whether the names alone make a transcript: words, and something that goes with words."""
        return bool(self.voices or (self.words and (self.speaker or self.start or self.key)))


def columns_of(names: Sequence[str]) -> Columns:
    """What each column holds, guessed from ``names``; where several fit, the most telling name wins.

    ``role`` is the speaker where nothing else names one. A bare ``id`` or a participant tells interviews apart only
    where it can be nothing else: no speaker, no times.
    """
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(_plain(name), name)
    words = _first(known, _WORDS)
    start = next((name for plain, name in known.items() if _START.match(plain)), "")
    end = next((name for plain, name in known.items() if _END.match(plain)), "")
    if not words:
        voices = _voices(known)
        key = _first(known, (*_KEY, *_PERSON), [column for column, _ in voices])
        return Columns(voices=voices, key=key) if voices else Columns()
    taken = {words}
    speaker = _first(known, _SPEAKER, taken)
    role = _first(known, _ROLE, taken | {speaker})
    key = _first(known, _KEY, taken | {speaker})
    if not key and not start and _plain(speaker) in {"", *_PERSON}:
        # "participant,text" has one row a person as often as one row a turn: the rows tell which (see tables.py).
        key = _first(known, ("participant id", "respondent id", "id"), taken | {speaker})
    return Columns(words, speaker, role, start, end, key)


def unit_in(name: str) -> str:
    """``ms`` or ``s`` where a time column's name says so, else ""."""
    plain = _plain(name)
    match = _START.match(plain) or _END.match(plain)
    unit = (match["unit"] or "") if match else ""
    return "ms" if unit.startswith(("ms", "milli")) else "s" if unit.startswith("s") else ""


def _voices(known: dict[str, str]) -> tuple[tuple[str, str], ...]:
    asked, answered = _first(known, _ASKED), _first(known, _ANSWERED)
    if asked and answered:
        return ((asked, "Interviewer"), (answered, "Participant"))
    roles = {name: role_from_label(name) for plain, name in known.items() if not plain.endswith(" id")}
    both = {"interviewer", "participant"} <= set(roles.values())
    return tuple((name, name.strip()) for name, role in roles.items() if role) if both else ()


def _first(known: dict[str, str], wanted: Iterable[str], taken: Iterable[str] = ()) -> str:
    used = set(taken)
    return next((known[plain] for plain in wanted if plain in known and known[plain] not in used), "")


def _plain(name: str) -> str:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[\W_]+", " ", apart).strip().casefold()
