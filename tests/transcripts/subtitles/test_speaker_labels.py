"""Names of speakers in cues: every form in every container, ids that name speakers, and prose that names nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.transcripts.documents import said
from tests.fixtures.transcripts.subtitles import (
    CONTAINERS,
    FORMS,
    LINES,
    WORDS,
    Payload,
    clock,
    reading,
    srt,
    talk_of,
    vtt,
)

PAIRS: tuple[tuple[str, ...], ...] = (
    ("Maud Tellis", "Ivo Krann"),
    ("SPEAKER_00", "SPEAKER_01"),
    ("Speaker 1", "Speaker 2"),
    ("Interviewer:in", "Teilnehmer:in 4"),
    ("Zoë O'Daly (she/her)", "Nguyễn Ánh | Seeds"),
    ("Спикер №1", "Спикер №2"),
    ("田中", "佐藤"),
    ("maud", "ivo"),
    ("MAUD TELLIS", "IVO KRANN"),
    ("Maud", "Ivo", "Dr. Ann-Kathrin van der Lind", "P4", "Jo"),
)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_name_in_every_container(tmp_path: Path, form: str) -> None:
    for index, pair in enumerate(PAIRS):
        speakers = ("Zoë", "Ánh") if "|" in "".join(pair) and form == "time in brackets" else pair
        container = list(CONTAINERS)[index % len(CONTAINERS)]
        talk = talk_of(speakers)
        transcript = reading(tmp_path, CONTAINERS[container](talk, FORMS[form]), f"a.{container}")
        assert said(transcript) == talk
        assert [turn.start_ms for turn in transcript.turns] == [index * 10_000 for index in range(len(talk))]
        assert transcript.words_by_kind["unread"] == 0
        assert transcript.suspicions == ()


@pytest.mark.parametrize("form", LINES)
def test_names_above_the_words_and_in_objects(tmp_path: Path, form: str) -> None:
    for index, speakers in enumerate(PAIRS):
        container = ("srt", "vtt")[index % 2]
        talk = talk_of(speakers)
        transcript = reading(tmp_path, CONTAINERS[container](talk, LINES[form]), f"a.{container}")
        assert said(transcript) == talk
        assert transcript.words_by_kind["unread"] == 0


@pytest.mark.parametrize("label", ["[SPEAKER_0{}]:", "SPEAKER {}:", "(speaker {})"])
def test_a_cue_without_a_label_is_nobodys_where_each_cue_has_one(tmp_path: Path, label: str) -> None:
    talk = [
        ("0", "One."),
        ("0", "Two"),
        ("", "and a half."),
        ("0", "Three."),
        ("1", "Four."),
        ("1", "Five."),
        ("", "Six."),
    ]
    talk += [("1", "Seven."), ("0", "Eight."), ("0", "Nine."), ("1", "Ten."), ("1", "Eleven."), ("0", "Twelve.")]
    transcript = reading(tmp_path, srt(talk, lambda who, words: f"{label.format(who)} {words}" if who else words))
    words = [spoken for _, spoken in said(transcript)]
    assert words == [
        "One. Two and a half. Three.", "Four. Five.", "Six.", "Seven.", "Eight. Nine.", "Ten. Eleven.", "Twelve.",
    ]  # fmt: skip
    assert [turn.speaker for turn in transcript.turns][2] == ""
    assert "1 turn has no speaker." in transcript.warnings


@pytest.mark.parametrize(
    ("label", "payload"),
    [
        ("[speaker 0]", lambda who, words: f"{who}\n{words}"),
        ("[SPEAKER_00]:", lambda who, words: f"{who} {words}"),
        ("Speaker A:", lambda who, words: f"{who} {words}"),
        ("(Maud Tellis)", lambda who, words: f"{who}\n{words}"),
        ("Maud Tellis:", lambda who, words: f"{who}\n{words}"),
        (">> Maud Tellis:", lambda who, words: f"{who} {words}"),
    ],
)
def test_a_label_only_where_the_speaker_changes(tmp_path: Path, label: str, payload: Payload) -> None:
    other = label.replace("0]", "1]").replace("00", "01").replace("r A", "r B").replace("Maud Tellis", "Ivo Krann")
    cues, wanted = [], []
    for index, words in enumerate(WORDS):
        first, second = words[: len(words) // 2], words[len(words) // 2 :]
        cues += [payload(label if index % 2 == 0 else other, first), second]
        wanted.append(((label if index % 2 == 0 else other).strip("[]():> "), f"{first} {second}".split()))
    transcript = reading(tmp_path, srt([("", cue) for cue in cues], lambda who, words: words), "a.srt")
    assert [(turn.speaker, transcript.words(turn).split()) for turn in transcript.turns] == wanted


IDENTS = {
    "quoted": lambda index, who: f'{index} "{who}" (31{len(who)}7312)',
    "bare": lambda index, who: who,
    "number before": lambda index, who: f"{index} - {who}",
    "number and space": lambda index, who: f"{index} {who}",
    "number behind": lambda index, who: f"{who} {index}",
    "number in brackets": lambda index, who: f"{who} ({index})",
    "dash and number": lambda index, who: f"{who}-{index}",
    "colon": lambda index, who: f"{who}:",
}


@pytest.mark.parametrize("form", IDENTS)
@pytest.mark.parametrize("speakers", [("Maud Tellis", "Ivo Krann"), ("Speaker 1", "Speaker 2"), ("Zoë", "Ánh", "Jo")])
def test_ids_that_name_speakers(tmp_path: Path, form: str, speakers: tuple[str, ...]) -> None:
    talk = talk_of(speakers)
    cues = (
        f"{IDENTS[form](index + 1, who)}\n{clock(index * 10)} --> {clock(index * 10 + 9)}\n{words}\n"
        for index, (who, words) in enumerate(talk)
    )
    transcript = reading(tmp_path, "WEBVTT\n\n" + "\n".join(cues))
    assert said(transcript) == talk


@pytest.mark.parametrize(
    "ident",
    ["{}", "cue-{}", "cue {}", "00000000-0000-4000-8000-0000000000{:02}", "Segment {}", "t{}", "{}/16", "Kapitel {}"],
)
def test_ids_that_count_cues_name_nobody(tmp_path: Path, ident: str) -> None:
    cues = (
        f"{ident.format(index)}\n{clock(index * 10)} --> {clock(index * 10 + 9)}\n{words}\n"
        for index, words in enumerate(WORDS)
    )
    transcript = reading(tmp_path, "WEBVTT\n\n" + "\n".join(cues))
    assert transcript.speakers == ("",)
    assert [word for turn in transcript.turns for word in transcript.words(turn).split()] == " ".join(WORDS).split()


@pytest.mark.parametrize(
    "prose",
    [
        "The rule is this: never in rain.",
        "One thing: it leaks.",
        "We start at 10:30: sharp.",
        "See https://seeds.example: it is there.",
        "Remember: two boxes.",
        "[Redacted PII], so is it fine?",
        "(and I mean all of them) they leak",
        "He said - and I agree - no.",
        "[in Spanish] Mañana.",
        "(on the phone) Hello there.",
    ],
)
def test_prose_in_cues_without_speakers_names_nobody(tmp_path: Path, prose: str) -> None:
    talk = [("", words) for words in WORDS]
    talk.insert(3, ("", prose))
    talk.insert(7, ("", prose))
    transcript = reading(tmp_path, vtt(talk, lambda who, words: words))
    assert transcript.speakers == ("",) and transcript.text.count(prose) == 2
    labelled = [("Maud", WORDS[0]), ("Ivo", f"{WORDS[1]}\n{prose}"), ("Maud", WORDS[2]), ("Ivo", WORDS[3])]
    assert reading(tmp_path, srt(labelled, FORMS["colon"]), "a.srt").speakers == ("Maud", "Ivo")


def test_display_names_of_any_shape_where_every_cue_has_one(tmp_path: Path) -> None:
    names = (
        "maud from the seed bank team",
        "🌱 Ivo",
        "+49 151 2345678",
        "the one with the long beard, jo",
        "iPhone (2)",
        "m@seeds.example",
    )
    talk = talk_of(names)
    assert said(reading(tmp_path, vtt(talk, FORMS["colon"]))) == talk


def test_two_turns_suffice_for_names_that_are_plain(tmp_path: Path) -> None:
    talk = talk_of(("Maud Tellis", "Ivo Krann"))[:2]
    for form in ("colon", "brackets and colon", "parentheses", "voice"):
        assert said(reading(tmp_path, srt(talk, FORMS[form]), "a.srt")) == talk
    assert said(reading(tmp_path, srt(talk, LINES["name above"]), "a.srt")) == talk


@pytest.mark.parametrize(
    "names", [("spk_0", "spk_1"), ("S1", "S2"), ("speaker 1", "speaker 2"), ("Speaker #1", "Speaker #2")]
)
def test_what_programs_call_speakers_needs_no_repeat(tmp_path: Path, names: tuple[str, str]) -> None:
    talk = talk_of(names)[:2]
    for form in ("colon", "brackets", "parentheses"):
        assert said(reading(tmp_path, srt(talk, FORMS[form]), "a.srt")) == talk


def test_a_name_behind_the_timing_line(tmp_path: Path) -> None:
    talk = talk_of(("Maud Tellis", "Ivo Krann"))
    cues = (f"{clock(i * 10)} --> {clock(i * 10 + 9)} {who}\n{words}\n" for i, (who, words) in enumerate(talk))
    assert said(reading(tmp_path, "WEBVTT\n\n" + "\n".join(cues))) == talk
