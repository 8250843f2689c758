"""Who asks and who answers: a guess from labels, questions and shares of speech."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from needsseg.records import Role, Turn
from needsseg.transcripts.labels import words as word_set

_ASKS = word_set(
    "interviewer moderator researcher assistant ai host facilitator q bot interviewers chatbot claude chatgpt "
    "interviewerin moderatorin forscherin entrevistador entrevistadora moderadora enquêteur enquêtrice intervieweur "
    "intervieweuse intervistatore intervistatrice intervjuare интервьюер модератор ведущий 采访者 访谈者 主持人 "
    "インタビュアー 면접관 진행자 المحاور المحاورة"
)
_ANSWERS = word_set(
    "participant user interviewee guest respondent informant customer client subject candidate a p pt participants "
    "teilnehmer teilnehmerin befragte befragter entrevistado entrevistada participante "
    "enquêté enquêtée interviewé interviewée intervistato intervistata geïnterviewde deltagare респондент участник "
    "участница 受访者 被访者 参加者 回答者 응답자 참가자 المشارك المشاركة"
)
_WATCHES = frozenset({"observer", "notetaker", "note taker", "note-taker", "unknown speaker", "unknown", "system"})
_NUMBERED = re.compile(r"^(?:p|pt|r|u)\s*[-_#]?\s*\d+$")
_INITIAL_ASKS = frozenset({"i", "int", "m", "mod"})
_MARGIN = 0.1
_SMALL_GROUP = 3
_GROUP_MARGIN = 0.25
_FEW_WORDS = 12
_SMALL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class _Voice:
    words: float
    questions: float
    rate: float
    tiny: bool

    @property
    def asks(self) -> float:
        """Share of all questions less share of all words: positive for those who ask more than they tell."""
        return self.questions - self.words


def guess_roles(turns: Sequence[Turn], text: str) -> dict[str, Role]:
    """A role for every speaker label in ``turns``.

    Labels that say it (Interviewer, P3, Carla (Guest)) decide. Of the others, whoever has a clearly larger share of
    the questions than of the words is the interviewer; a few stray words among three or more speakers are ``other``;
    the rest are participants. A lone speaker is a participant unless the label says otherwise. The thresholds are ours.
    """
    voices = _voices(turns, text)
    known: dict[str, Role] = {label: role for label in voices if (role := role_from_label(label))}
    # "(Guest)" is what Teams adds to people from outside: it names one participant, not all of them.
    named: set[Role] = {role for label, role in known.items() if not label.casefold().endswith("(guest)")}
    open_labels = [label for label in voices if label not in known]
    if "" in open_labels and len(voices) > 1:
        known[""] = "other"
        open_labels.remove("")
    rest = _rest(open_labels, voices, named)
    return {label: known.get(label) or rest[label] for label in voices}


def role_from_label(label: str) -> Role | None:
    """The role a label names by itself, or None: ``Moderator``, ``P3``, ``Farías, Carla (Guest)``."""
    plain = " ".join(label.casefold().split())
    if plain in _WATCHES:
        return "other"
    bare = re.sub(r"[\s\d#:_-]+$", "", plain)
    if bare in _INITIAL_ASKS and len(plain) <= 4:
        return "interviewer"
    aside = " ".join(re.findall(r"\(([^()]*)\)", plain))
    words = re.sub(r"\([^()]*\)", " ", plain).replace("/", " ").split()
    candidates = {bare, *aside.split(), *(words[:1] + words[-1:] if len(words) < 4 else [])}
    if _NUMBERED.match(plain):
        return "participant"
    if candidates & _WATCHES:
        return "other"
    if candidates & _ASKS:
        return "interviewer"
    # One letter says something only when it is the whole label.
    return "participant" if {word for word in candidates if len(word) > 1 or word == bare} & _ANSWERS else None


def _rest(labels: Sequence[str], voices: dict[str, _Voice], taken: set[Role]) -> dict[str, Role]:
    roles: dict[str, Role] = {}
    crowd = len(voices) > 2
    loud = [label for label in labels if not (crowd and voices[label].tiny)]
    for label in labels:
        roles[label] = "participant" if label in loud else "other"
    if "interviewer" in taken or len(voices) == 1:
        return roles
    asking = sorted(loud, key=lambda label: -voices[label].asks)
    if "participant" in taken:
        # The participants are named by role, so a nameless third is staff: asking, or looking on.
        for rank, label in enumerate(asking):
            first = rank == 0 and (len(asking) == 1 or voices[label].asks > 0)
            roles[label] = "interviewer" if first or voices[label].asks > _MARGIN else "other"
        return roles
    margin = _MARGIN if len(loud) <= _SMALL_GROUP else _GROUP_MARGIN
    for rank, label in enumerate(asking):
        second = rank > 0 and (not crowd or voices[label].rate < 0.3)
        if voices[label].asks > margin and not second:
            roles[label] = "interviewer"
    return roles


def _voices(turns: Sequence[Turn], text: str) -> dict[str, _Voice]:
    words: dict[str, int] = {}
    marks: dict[str, int] = {}
    sentences: dict[str, int] = {}
    for turn in turns:
        said = text[turn.start : turn.end]
        words[turn.speaker] = words.get(turn.speaker, 0) + (len(said.split()) if not _dense(said) else len(said) // 2)
        asked = sum(said.count(mark) for mark in "?？؟")
        marks[turn.speaker] = marks.get(turn.speaker, 0) + asked
        ends = asked + said.count(".") + said.count("!") + said.count("。")
        sentences[turn.speaker] = sentences.get(turn.speaker, 0) + max(ends, 1)
    all_words, all_marks = sum(words.values()) or 1, sum(marks.values())
    return {
        label: _Voice(
            count / all_words,
            marks[label] / all_marks if all_marks else 0.5,
            marks[label] / sentences[label],
            count <= _FEW_WORDS and count / all_words < _SMALL_SHARE,
        )
        for label, count in words.items()
    }


def _dense(said: str) -> bool:
    """Whether the words are written without spaces, as in Chinese or Japanese."""
    return len(said) > 20 and said.count(" ") * 20 < len(said)
