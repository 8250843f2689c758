"""Changes of speaker in cues without names: chevrons, dashes, and voices that name nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.transcripts.documents import said
from tests.fixtures.transcripts.subtitles import CONTAINERS, WORDS, Payload, Talk, reading, srt, talk_of, vtt


def nobody(talk: Talk) -> list[tuple[str, str]]:
    return [("", words) for _, words in talk]


@pytest.mark.parametrize(
    "payload",
    [
        lambda who, words: f">> {words}",
        lambda who, words: f">>{words}",
        lambda who, words: f"&gt;&gt; {words}",
        lambda who, words: f"- {words}",
        lambda who, words: f"-{words}",
        lambda who, words: f"– {words}",
        lambda who, words: f"<v ->{words}</v>",
        lambda who, words: f"<v.first ?>{words}",
        lambda who, words: f"(speaker ?) {words}",
        lambda who, words: f"{words} [SPEAKER_TURN]",
    ],
)
@pytest.mark.parametrize("container", CONTAINERS)
def test_changes_of_speaker_without_names(tmp_path: Path, payload: Payload, container: str) -> None:
    talk = talk_of(("Maud", "Ivo"))
    transcript = reading(tmp_path, CONTAINERS[container](talk, payload), f"a.{container}")
    assert said(transcript) == nobody(talk)
    assert transcript.words_by_kind["unread"] == 0


@pytest.mark.parametrize("dash", ["- ", "-", "– ", "— ", "‐"])
@pytest.mark.parametrize("glue", ["\n", " "])
def test_two_speakers_in_a_cue_behind_dashes(tmp_path: Path, dash: str, glue: str) -> None:
    talk = talk_of(("Maud", "Ivo"))
    pairs = [
        ("", f"{dash}{first}{glue}{dash}{second}")
        for (_, first), (_, second) in zip(talk[::2], talk[1::2], strict=True)
    ]
    transcript = reading(tmp_path, srt(pairs, lambda who, words: words), "a.srt")
    assert said(transcript) == nobody(talk)


def test_dashes_in_some_cues_part_speakers_and_sentences_run_on(tmp_path: Path) -> None:
    talk = [
        ("", "- Is it far?\n- Not at all. It is behind"),
        ("", "the barn."),
        ("", "So we walk."),
        ("", "- Now?\n- Now."),
    ]
    transcript = reading(tmp_path, srt(talk, lambda who, words: words), "a.srt")
    assert said(transcript) == nobody(
        [
            ("", "Is it far?"),
            ("", "Not at all. It is behind the barn."),
            ("", "So we walk."),
            ("", "Now?"),
            ("", "Now."),
        ]
    )


def test_a_dash_that_is_no_change_stays(tmp_path: Path) -> None:
    talk = [("", "We had forty boxes"), ("", "- or so - on Sunday."), *[("", words) for words in WORDS]]
    assert "- or so - on Sunday." in reading(tmp_path, srt(talk, lambda who, words: words), "a.srt").text


def test_chevrons_within_lines_and_names_now_and_then(tmp_path: Path) -> None:
    text = vtt(
        [("", ">> MAUD: Who has the key? >> Not me."), ("", "It hung here. >> IVO: I took it."), ("", "This morning.")],
        lambda who, words: words,
    )
    assert said(reading(tmp_path, text)) == [
        ("MAUD", "Who has the key?"),
        ("", "Not me. It hung here."),
        ("IVO", "I took it. This morning."),
    ]


def test_a_voice_without_a_name_is_a_change_and_cues_without_one_go_on(tmp_path: Path) -> None:
    talk = [
        ("", "<v ->The synth was old</v>"),
        ("", "and hummed."),
        ("", "<v ->Did you fix it?</v>"),
        ("", "<v ->No.</v>"),
    ]
    transcript = reading(tmp_path, vtt(talk, lambda who, words: words))
    assert said(transcript) == [("", "The synth was old and hummed."), ("", "Did you fix it?"), ("", "No.")]


def test_voices_only_where_the_speaker_changes(tmp_path: Path) -> None:
    talk = [("", "<v Maud>One."), ("", "Two."), ("", "<v Ivo>Three."), ("", "Four."), ("", "<v Maud>Five.")]
    transcript = reading(tmp_path, vtt(talk, lambda who, words: words))
    assert said(transcript) == [("Maud", "One. Two."), ("Ivo", "Three. Four."), ("Maud", "Five.")]


def test_a_cue_without_a_voice_is_nobodys_where_each_cue_has_one(tmp_path: Path) -> None:
    talk = [("", "<v Maud>One."), ("", "<v Maud>Two."), ("", "Three."), ("", "<v Ivo>Four."), ("", "<v Ivo>Five.")]
    transcript = reading(tmp_path, vtt(talk, lambda who, words: words))
    assert said(transcript) == [("Maud", "One. Two."), ("", "Three."), ("Ivo", "Four. Five.")]
