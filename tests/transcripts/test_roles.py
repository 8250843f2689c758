"""Roles: labels first, then questions against the share of speech."""

from __future__ import annotations

import pytest

from needsseg.transcripts.compose import compose
from needsseg.transcripts.lines.labels import same_person
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


WATCHED = [
    ("Ida", "Imagine that you have moved. Show me how you would change your address."),
    ("Uwe", "Where would that be? Is it under settings? I look at the profile first, I think, since it has my name."),
    ("Ida", "Take your time. Keep thinking out loud."),
    ("Uwe", "Is it this one? It says billing. Do I want billing? I click it, and now there are two addresses here."),
    ("Ida", "Tell me what you see there."),
    ("Uwe", "A green line. Did it save? It does not say so. Am I done? Would you press that again if you were me?"),
]


@pytest.mark.parametrize(
    "names", [("Ida", "Uwe"), ("Speaker 1", "Speaker 2"), ("R1", "P4"), ("S00", "S01"), ("A1", "B2")]
)
def test_who_directs_a_test_interviews_though_the_other_asks_more(names: tuple[str, str]) -> None:
    talk = [(names[0] if who == "Ida" else names[1], words) for who, words in WATCHED]
    assert roles(*talk) == {names[0]: "interviewer", names[1]: "participant"}


@pytest.mark.parametrize(
    ("asks", "answers"), [("A1", "P1"), ("R1", "P1"), ("R", "I"), ("M", "B2"), ("S00", "S01"), ("P1", "P2"), ("Q", "A")]
)
def test_what_people_do_goes_before_letters(asks: str, answers: str) -> None:
    consent = "Hello. I record this and change all names, it stays confidential. Do you agree to that?"
    talk = [(asks, consent), (answers, "I do.")]
    talk += [turn for n in range(3) for turn in ((asks, f"And what came then, {n}?"), (answers, LONG))]
    assert roles(*talk) == {asks: "interviewer", answers: "participant"}


def test_a_stranger_who_tells_most_was_interviewed() -> None:
    assert roles(("Ada", "And then?"), ("Unknown Speaker", LONG), ("Ada", "Why?"))["Unknown Speaker"] == "participant"
