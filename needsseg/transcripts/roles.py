"""Guess each speaker's role from labels, questions and shares of speech."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from needsseg.languages.detection import SAMPLE, language_of
from needsseg.languages.speech import load_speech
from needsseg.records import Role, Turn
from needsseg.transcripts.lines.labels import words as word_set

_ASKS = word_set(
    "interviewer moderator researcher assistant ai host facilitator q bot interviewers chatbot claude chatgpt "
    "interviewerin moderatorin forscherin entrevistador entrevistadora moderadora enquêteur enquêtrice intervieweur "
    "intervieweuse chercheur chercheuse modérateur modératrice animateur animatrice intervistatore intervistatrice "
    "ricercatore ricercatrice moderatore moderatrice investigador investigadora pesquisador pesquisadora moderador "
    "forscher onderzoeker onderzoekster gespreksleider intervjuare интервьюер модератор ведущий 采访者 访谈者 主持人 "
    "インタビュアー 면접관 진행자 المحاور المحاورة"
)
_ANSWERS = word_set(
    "participant user interviewee guest respondent informant customer client subject candidate a p pt participants "
    "teilnehmer teilnehmerin befragte befragter entrevistado entrevistada participante "
    "interviewte interviewter interviewpartner interviewpartnerin proband probandin participante répondant répondante "
    "partecipante enquêté enquêtée interviewé interviewée intervistato intervistata geïnterviewde deelnemer deelneemster "
    "deltagare респондент участник "
    "участница 受访者 被访者 参加者 回答者 응답자 참가자 المشارك المشاركة"
)
_WATCHES = frozenset({"observer", "notetaker", "note taker", "note-taker", "unknown speaker", "unknown", "system"})
_NUMBERED = re.compile(r"^(?:p|pt|r|u)\s*[-_#]?\s*\d+$")
_INITIAL_ASKS = frozenset({"i", "int", "m", "mod"})
_MARGIN = 0.1
_SMALL_GROUP = 3
_GROUP_MARGIN = 0.25
_CLEARLY = 0.25
_MOST = 0.4
_CONSENT_WEIGHT = 0.3
_OPENING_TURNS = 6
_CODE = re.compile(r"^[a-z]{1,2}\s*[-_#]?\s*\d{0,3}$")
# Fewer words than those tell no language; then the English ones are looked for.
_FEWEST_WORDS = 20
_PROMPT_WEIGHT = 3
_FEW_WORDS = 12
_SMALL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class _SpeakerFigures:
    words: float
    questions: float
    rate: float
    tiny: bool
    asking_turns: float
    consent: bool

    @property
    def asks(self) -> float:
        """Share of all questions minus share of all words: positive for speakers who mostly ask."""
        return self.questions - self.words + (_CONSENT_WEIGHT if self.consent else 0.0)

    @property
    def clearly_asks(self) -> bool:
        """Whether the speaker asks far more than they tell, in turns that end in questions."""
        return self.asks > _CLEARLY and self.asking_turns >= _CLEARLY


def guess_roles(turns: Sequence[Turn], text: str) -> dict[str, Role]:
    """Return a role for every speaker label in ``turns``.

    Labels with a role in words (Interviewer, Carla (Guest)) decide. Codes (P3, A1, R) are a hint that conduct overrides:
    whoever clearly asks more than they tell, in questions, and explains consent is the interviewer. A speaker of a few
    words among three or more speakers is ``other``; the rest are participants. A lone speaker is a participant unless
    the label says otherwise. The thresholds are our own choice.
    """
    figures = _speaker_figures(turns, text)
    roles_by_label: dict[str, Role] = {label: role for label in figures if (role := role_from_label(label))}
    codes = {label for label in figures if _CODE.match(label.casefold())}
    if len(figures) > 1 and not any(
        role == "interviewer" for label, role in roles_by_label.items() if label not in codes
    ):
        roles_by_label |= _by_conduct(codes, roles_by_label, figures)
    # Teams adds "(Guest)" to external people: it identifies one participant, but not all of them.
    labelled_roles: set[Role] = {
        role for label, role in roles_by_label.items() if not label.casefold().endswith("(guest)")
    }
    open_labels = [label for label in figures if label not in roles_by_label]
    if "" in open_labels and len(figures) > 1:
        roles_by_label[""] = "other"
        open_labels.remove("")
    guessed = _roles_by_comparison(open_labels, figures, labelled_roles)
    roles: dict[str, Role] = {label: roles_by_label.get(label) or guessed[label] for label in figures}
    if "participant" not in roles.values():
        # An "Unknown Speaker" with most of the words is the participant.
        roles |= {
            label: "participant" for label, voice in figures.items() if roles[label] == "other" and voice.words > _MOST
        }
    return roles


def _by_conduct(
    codes: set[str], roles_by_label: Mapping[str, Role], figures: Mapping[str, _SpeakerFigures]
) -> dict[str, Role]:
    """Return roles of coded labels whose conduct contradicts their letters."""
    asking = {label for label, voice in figures.items() if label and voice.clearly_asks}
    role_by_label: dict[str, Role] = {}
    for label in codes:
        if label in asking and roles_by_label.get(label) != "interviewer" and len(asking) == 1:
            role_by_label[label] = "interviewer"
        elif roles_by_label.get(label) == "interviewer" and asking and label not in asking and figures[label].asks < 0:
            role_by_label[label] = "participant"
    return role_by_label


def role_from_label(label: str) -> Role | None:
    """Return the role that a label names by itself, or None: ``Moderator``, ``P3``, ``Farías, Carla (Guest)``."""
    folded = " ".join(label.casefold().split())
    if folded in _WATCHES:
        return "other"
    bare = re.sub(r"[\s\d#:_-]+$", "", folded)
    if bare in _INITIAL_ASKS and len(folded) <= 4:
        return "interviewer"
    if len(bare) == 1 and bare != folded and not _NUMBERED.match(folded):
        # A1 and S00 are ambiguous: some number assistants this way, others answers.
        return None
    aside = " ".join(re.findall(r"\(([^()]*)\)", folded))
    words = re.sub(r"\([^()]*\)", " ", folded).replace("/", " ").split()
    candidates = {bare, *aside.split(), *(words[:1] + words[-1:] if len(words) < 4 else [])}
    if _NUMBERED.match(folded):
        return "participant"
    if candidates & _WATCHES:
        return "other"
    if candidates & _ASKS:
        return "interviewer"
    # A single letter counts only when it is the whole label.
    return "participant" if {word for word in candidates if len(word) > 1 or word == bare} & _ANSWERS else None


def _roles_by_comparison(
    labels: Sequence[str], figures: dict[str, _SpeakerFigures], labelled_roles: set[Role]
) -> dict[str, Role]:
    roles: dict[str, Role] = {}
    crowd = len(figures) > 2
    loud = [label for label in labels if not (crowd and figures[label].tiny)]
    for label in labels:
        roles[label] = "participant" if label in loud else "other"
    if "interviewer" in labelled_roles or len(figures) == 1:
        return roles
    asking = sorted(loud, key=lambda label: -figures[label].asks)
    if "participant" in labelled_roles:
        # The participants are labelled by role, so any other speaker is staff: interviewing or observing.
        for rank, label in enumerate(asking):
            first = rank == 0 and (len(asking) == 1 or figures[label].asks > 0)
            roles[label] = "interviewer" if first or figures[label].asks > _MARGIN else "other"
        return roles
    margin = _MARGIN if len(loud) <= _SMALL_GROUP else _GROUP_MARGIN
    for rank, label in enumerate(asking):
        second = rank > 0 and (not crowd or figures[label].rate < 0.3)
        if figures[label].asks > margin and not second:
            roles[label] = "interviewer"
    return roles


def _speaker_figures(turns: Sequence[Turn], text: str) -> dict[str, _SpeakerFigures]:
    words: dict[str, int] = {}
    marks: dict[str, int] = {}
    sentences: dict[str, int] = {}
    turns_by_speaker: dict[str, int] = {}
    asking: dict[str, int] = {}
    consent: dict[str, int] = {}
    speech = load_speech(language_of(text[:SAMPLE], _FEWEST_WORDS))
    for number, turn in enumerate(turns):
        turn_text = text[turn.start : turn.end]
        words[turn.speaker] = words.get(turn.speaker, 0) + (
            len(turn_text.split()) if not _dense(turn_text) else len(turn_text) // 2
        )
        questions = sum(turn_text.count(mark) for mark in "?？؟") + _PROMPT_WEIGHT * len(
            speech.prompts.findall(turn_text)
        )
        marks[turn.speaker] = marks.get(turn.speaker, 0) + questions
        ends = questions + turn_text.count(".") + turn_text.count("!") + turn_text.count("。")
        sentences[turn.speaker] = sentences.get(turn.speaker, 0) + max(ends, 1)
        turns_by_speaker[turn.speaker] = turns_by_speaker.get(turn.speaker, 0) + 1
        ends_asking = (
            turn_text.rstrip("\"'”’»)*_ \n")[-1:] in tuple("?？؟") or speech.prompts.search(turn_text) is not None
        )
        asking[turn.speaker] = asking.get(turn.speaker, 0) + ends_asking
        if number < _OPENING_TURNS:
            consent[turn.speaker] = consent.get(turn.speaker, 0) + len(
                set(map(str.casefold, speech.consent.findall(turn_text)))
            )
    all_words, all_marks = sum(words.values()) or 1, sum(marks.values())
    explains = max(consent, key=lambda label: consent[label], default="")
    return {
        label: _SpeakerFigures(
            count / all_words,
            marks[label] / all_marks if all_marks else 0.5,
            marks[label] / sentences[label],
            count <= _FEW_WORDS and count / all_words < _SMALL_SHARE,
            asking[label] / turns_by_speaker[label],
            label == explains and consent[label] > 1,
        )
        for label, count in words.items()
    }


def _dense(words: str) -> bool:
    """Return whether the words are written without spaces, as in Chinese or Japanese."""
    return len(words) > 20 and words.count(" ") * 20 < len(words)
