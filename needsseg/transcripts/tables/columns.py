"""Recognise the columns of a table of speech by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from needsseg.transcripts.roles import role_from_label

_WORDS = (
    "text", "words", "utterance", "content", "transcript", "transcription", "transcript text", "said", "speech",
    "spoken text", "spoken words", "message", "sentence", "dialogue", "dialog", "conversation", "body", "caption",
    "line", "quote", "verbatim", "comment", "comments", "statement", "utterances", "turn text", "message text",
    "paragraph", "what was said", "texto", "texte", "texto hablado", "inhalt", "transkript", "wortlaut", "äußerung",
    "aussage", "beitrag", "contenido", "contenu", "transcripción", "transcrição", "comentario", "commentaire",
    "kommentar", "testo", "tekst", "paroles", "fala", "conteúdo",
)  # fmt: skip
_WEAK_WORDS = frozenset(
    {"comment", "comments", "statement", "paragraph", "kommentar", "commentaire", "comentario", "body", "line"}
)
_WEAK_SPEAKER = frozenset({"name", "from", "person", "user", "user name", "channel"})
_SPEAKER = (
    "speaker", "speaker name", "speaker label", "speaker id", "speakers", "name", "who", "voice", "author", "sender",
    "participant", "participant name", "respondent", "user", "user name", "display name", "from", "actor", "talker",
    "speaker display name", "speaker designation", "role", "sprecher", "sprecherin", "sprecher in", "person",
    "locuteur", "locutrice", "hablante", "orador", "falante", "parlante", "interlocuteur", "interlocutor", "spreker",
    "channel",
)  # fmt: skip
_SPEAKER_PATTERN = re.compile(
    r"^(?:speaker|participant|respondent|sprecher|locuteur|hablante|talker|interviewee)"
    r"(?: (?:code|no|nr|num|number|tag|initials|pseudonym|alias|name|label|id))?$"
)
_ROLE = ("role", "speaker role", "speaker type", "participant role", "rolle", "rol", "rôle")
_KEY = (
    "transcript id", "interview id", "interview", "interview key", "transcript", "transcript name", "session id",
    "session", "conversation id", "dialogue id", "dialog id", "call id", "meeting id", "recording id", "document id",
    "doc id", "file", "filename", "file name", "document", "recording", "meeting", "conversation",
)  # fmt: skip
_KEY_PATTERN = re.compile(
    r"^(?:focus group|fokusgruppe|grupo focal|session|interview|transcript|meeting|call|recording|conversation|episode|"
    r"dialogue|dialog|document|doc|file|entretien|entrevista|gespräch|gesprek|sitzung|sesión|intervista)"
    r"(?: (?:id|no|nr|num|number|name|key|code|title|ref|reference|date))?(?: \d)?$"
)
_VAGUE_KEY = re.compile(
    r"^(?:focus )?(?:group|case|gruppe|groupe|grupo|fg|source|title|site|wave)(?: (?:id|no|nr|number|name))?$"
)
_PERSON = (
    "participant id", "participant", "respondent id", "respondent", "response id", "subject id", "user id", "name",
    "id", "case id", "teilnehmer", "befragte", "participante", "répondant",
)  # fmt: skip
_UNIT = r"(?: in)?(?: (?P<unit>ms|msecs?|milliseconds?|s|secs?|seconds?|hh mm ss(?: m?s+)?|mm ss))?"
_START = re.compile(
    rf"^(?:(?:start|begin|beginning|onset|timestamps?|time|time ?codes?|timespan|time span|time range|offset|in|in point|"
    rf"time in|tmin|ts|t0|from time|start point|anfang|beginn|startzeit|zeit|zeitmarke|début|debut|temps|inicio|início|tiempo|"
    rf"tempo|hora|begin time|spoken at)(?: time| time ?code| timestamp| timestamps| ts| offset)?|time ?code in){_UNIT}$"
)
_END = re.compile(
    rf"^(?:(?:end|stop|finish|offset end|out|out point|time out|tmax|t1|until|to time|ende|endzeit|fin|final|fim)"
    rf"(?: time| time ?code| timestamp| ts| offset)?|time ?code out){_UNIT}$"
)
_QUESTION_NAMES = ("question", "question text", "prompt", "asked", "frage", "pregunta", "pergunta", "domanda", "vraag")
_ANSWER_NAMES = (
    "answer", "answer text", "response", "response text", "reply", "answered", "antwort", "respuesta", "réponse",
    "resposta", "risposta", "antwoord",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns by their contents, "" where there is none.

    ``voices`` are (column, speaker) where every speaker has a column, ``answers`` the open questions of a survey with one
    row per respondent; then ``words`` and ``speaker`` are empty.
    """

    words: str = ""
    speaker: str = ""
    role: str = ""
    start: str = ""
    end: str = ""
    key: str = ""
    voices: tuple[tuple[str, str], ...] = field(default=())
    answers: tuple[str, ...] = field(default=())

    @property
    def of_speech(self) -> bool:
        """Whether the names alone indicate a transcript: words, and a column that belongs with words."""
        # A list of customers may also have a name and a comment.
        weak = plain_name(self.words) in _WEAK_WORDS and plain_name(self.speaker) in _WEAK_SPEAKER
        speaker = "" if weak else self.speaker
        return bool(self.voices or self.answers or (self.words and (speaker or self.start or self.key)))

    @property
    def spoken(self) -> tuple[str, ...]:
        """The columns of spoken or written words."""
        return self.answers or tuple(column for column, _ in self.voices) or ((self.words,) if self.words else ())


def columns_of(names: Sequence[str]) -> Columns:
    """Return the columns guessed from ``names``; where several fit, the most specific name wins.

    ``role`` is the speaker where no other column is. A bare ``id`` or participant column identifies interviews only
    where there are no speakers and no times.
    """
    by_plain_name = names_by_plain(names)
    words = _first(by_plain_name, _WORDS)
    start = next((name for plain, name in by_plain_name.items() if _START.match(plain)), "")
    end = next((name for plain, name in by_plain_name.items() if _END.match(plain)), "")
    if not words:
        voices = _voices(by_plain_name)
        key = _first(by_plain_name, (*_KEY, *_PERSON), [column for column, _ in voices])
        return Columns(start=start, end=end, voices=voices, key=key) if voices else Columns()
    return with_others(Columns(words, start=start, end=end), by_plain_name)


def with_others(columns: Columns, by_plain_name: dict[str, str]) -> Columns:
    """Add the columns of speaker, role and interview by name, beside those of words and times."""
    used_columns = {columns.words, columns.start, columns.end}
    speaker = _first(by_plain_name, _SPEAKER, used_columns) or _first(
        by_plain_name, [plain for plain in by_plain_name if _SPEAKER_PATTERN.match(plain)], used_columns
    )
    role = _first(by_plain_name, _ROLE, used_columns | {speaker})
    key = _first(by_plain_name, _KEY, used_columns | {speaker}) or _first(
        by_plain_name, [plain for plain in by_plain_name if _KEY_PATTERN.match(plain)], used_columns | {speaker}
    )
    if not key and not columns.start and plain_name(speaker) in {"", *_PERSON}:
        # "participant,text" has one row per person as often as one row per turn: the rows decide (see reading.py).
        key = _first(by_plain_name, ("participant id", "respondent id", "id"), used_columns | {speaker})
    return Columns(columns.words, speaker, role, columns.start, columns.end, key)


def names_by_plain(names: Sequence[str]) -> dict[str, str]:
    """Return column names by their plain form (lower case, single spaces); of two equal ones, the first."""
    by_plain_name: dict[str, str] = {}
    for name in names:
        by_plain_name.setdefault(plain_name(name), name)
    return by_plain_name


def words_names(names: Sequence[str]) -> list[str]:
    """Return the columns named as words, the most specific first."""
    by_plain_name = names_by_plain(names)
    return [by_plain_name[plain] for plain in _WORDS if plain in by_plain_name]


def person_name(names: Sequence[str]) -> str:
    """Return the column named as respondents, "" where there is none."""
    return _first(names_by_plain(names), _PERSON)


def vague_keys(names: Sequence[str]) -> list[str]:
    """Return columns that may identify interviews (``group``, ``site``), if the rows confirm it."""
    return [name for plain, name in names_by_plain(names).items() if _VAGUE_KEY.match(plain)]


def is_time_name(name: str) -> bool:
    """Return whether a column is named as times."""
    plain = plain_name(name)
    return bool(_START.match(plain) or _END.match(plain))


def unit_in(name: str) -> str:
    """Return ``ms`` or ``s`` where a time column's name has a unit, else ""."""
    plain = plain_name(name)
    match = _START.match(plain) or _END.match(plain)
    unit = (match["unit"] or "") if match else ""
    return "ms" if unit.startswith(("ms", "milli")) else "s" if unit.startswith("s") else ""


def _voices(by_plain_name: dict[str, str]) -> tuple[tuple[str, str], ...]:
    question_column, answer_column = _first(by_plain_name, _QUESTION_NAMES), _first(by_plain_name, _ANSWER_NAMES)
    if question_column and answer_column:
        return ((question_column, "Interviewer"), (answer_column, "Participant"))
    roles = {name: role_from_label(name) for plain, name in by_plain_name.items() if not plain.endswith(" id")}
    both = {"interviewer", "participant"} <= set(roles.values())
    return tuple((name, name.strip()) for name, role in roles.items() if role) if both else ()


def _first(by_plain_name: dict[str, str], plain_names: Iterable[str], used_columns: Iterable[str] = ()) -> str:
    used = set(used_columns)
    return next(
        (by_plain_name[plain] for plain in plain_names if plain in by_plain_name and by_plain_name[plain] not in used),
        "",
    )


def plain_name(name: str) -> str:
    """Return a column's name in lower case, with words separated: ``startTime`` and ``Start_Time`` are ``start time``."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[\W_]+", " ", apart).strip().casefold()
