"""Roles: labels first, then questions against the share of speech."""

from __future__ import annotations

import pytest

from needsseg.transcripts.compose import compose
from needsseg.transcripts.labels import same_person
from needsseg.transcripts.roles import guess_roles, role_from_label
from needsseg.transcripts.spoken import Spoken


def roles(*said: tuple[str, str]) -> dict[str, str]:
    text, turns = compose(Spoken(speaker, words) for speaker, words in said)
    return dict(guess_roles(turns, text))


LONG = "Well, we keep a list on the wall, and every morning somebody forgets to look at it, so I walk round. " * 3


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Interviewer", "interviewer"),
        ("Interviewer 2", "interviewer"),
        ("MODERATOR", "interviewer"),
        ("Assistant", "interviewer"),
        ("AI", "interviewer"),
        ("Q", "interviewer"),
        ("Hanna (Researcher)", "interviewer"),
        ("P3", "participant"),
        ("Participant 4", "participant"),
        ("User", "participant"),
        ("Interviewee", "participant"),
        ("Farías, Carla (Guest)", "participant"),
        ("A", "participant"),
        ("Observer 1", "other"),
        ("Unknown Speaker", "other"),
        ("Dana Sample", None),
        ("Speaker 1", None),
    ],
)
def test_labels_that_name_a_role(label: str, role: str | None) -> None:
    assert role_from_label(label) == role


def test_of_two_names_the_one_who_asks_is_the_interviewer() -> None:
    assert roles(("Hanna", "How do you do it?"), ("Émilie", LONG), ("Hanna", "And why?"), ("Émilie", LONG)) == {
        "Hanna": "interviewer",
        "Émilie": "participant",
    }


def test_a_name_beside_a_labelled_participant_is_the_interviewer() -> None:
    assert roles(("Tyler", "Go on."), ("P3", LONG), ("Tyler", "I see.")) == {
        "Tyler": "interviewer",
        "P3": "participant",
    }


def test_a_silent_third_beside_labelled_roles_is_other() -> None:
    said = roles(("Host", "Ready?"), ("Ada", LONG), ("Bo", "Morning."), ("Host", "Why?"), ("Cy", LONG))
    assert said == {"Host": "interviewer", "Ada": "participant", "Bo": "other", "Cy": "participant"}


def test_a_group_has_several_participants() -> None:
    said = roles(("Ada", "Who starts? Bo?"), ("Bo", LONG), ("Ada", "Cy, you?"), ("Cy", LONG), ("Di", LONG))
    assert said == {"Ada": "interviewer", "Bo": "participant", "Cy": "participant", "Di": "participant"}


def test_a_lone_voice_is_a_participant_and_words_of_nobody_are_other() -> None:
    assert roles(("", LONG)) == {"": "participant"}
    assert roles(("", "Recording."), ("Ada", "Why?"), ("Bo", LONG))[""] == "other"


@pytest.mark.parametrize(
    ("labels", "alike"),
    [
        (("Participant", "Particpant", "Dan"), [("Participant", "Particpant")]),
        (("Teo Marsand", "teo  marsand"), [("Teo Marsand", "teo  marsand")]),
        (("Marsand, Teo", "Teo Marsand (Guest)"), [("Marsand, Teo", "Teo Marsand (Guest)")]),
        (("Moderator", "Modertaor"), [("Moderator", "Modertaor")]),
        (("Interviewer", "Interviewee"), []),
        (("Participant 1", "Participant 2"), []),
        (("Speaker A", "Speaker B"), []),
        (("Ana", "Ann"), []),
    ],
)
def test_labels_that_look_like_one_person(labels: tuple[str, ...], alike: list[tuple[str, ...]]) -> None:
    assert same_person(labels) == alike
