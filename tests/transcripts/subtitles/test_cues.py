"""Cue files in the forms that programs write: blank lines, notes, sounds, choices, and an account of every word."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from needsseg.errors import UsageError
from needsseg.transcripts import read
from needsseg.transcripts.choices import ReadingChoices
from needsseg.transcripts.lines.timed import read_timed
from needsseg.transcripts.subtitles.srt import read_srt
from needsseg.transcripts.subtitles.vtt import read_unlabelled, read_zoom
from needsseg.transcripts.word_counts import count_words
from tests.fixtures.samples import ROOT
from tests.fixtures.transcripts.documents import said
from tests.fixtures.transcripts.subtitles import (
    CONTAINERS,
    FORMS,
    LINES,
    WORDS,
    Payload,
    assert_words_add_up,
    reading,
    srt,
    talk_of,
    vtt,
)
from tests.fixtures.wording.matching import mentions


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_line_ends_and_byte_order_marks(tmp_path: Path, end: str, mark: str, form: str) -> None:
    talk = talk_of(("Maud", "Ivo"))
    text = mark + CONTAINERS[form](talk, FORMS["colon"]).replace("\n", end)
    transcript = reading(tmp_path, text, f"a.{form}")
    assert said(transcript) == talk


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.replace("\n\n", "\n\n\n\n"),
        lambda text: text.replace("\n", "\n \t\n"),
        lambda text: text.replace("\n", "  \n"),
        lambda text: "\n\n" + text + "\n\n\n",
        lambda text: text.rstrip("\n"),
    ],
)
@pytest.mark.parametrize("payload", [FORMS["colon"], FORMS["brackets"], LINES["brackets above"]])
def test_blank_lines_too_many_or_missing(tmp_path: Path, change: Callable[[str], str], payload: Payload) -> None:
    talk = talk_of(("Maud", "Ivo"))
    transcript = reading(tmp_path, change(srt(talk, payload)), "a.srt")
    assert said(transcript) == talk


def test_empty_cues_overlap_and_disorder(tmp_path: Path) -> None:
    text = (
        "3\n00:00:20,000 --> 00:00:30,000\nIvo: Late.\n\n1\n00:00:01,000 --> 00:00:09,000\nMaud: Early.\n\n"
        "2\n00:00:05,000 --> 00:00:06,000\n\n\n4\n00:00:08,000 --> 00:00:12,000\nIvo: Between.\n\n"
        "5\n00:00:31,000 --> 00:00:32,000\n"
    )
    transcript = reading(tmp_path, text, "a.srt")
    assert said(transcript) == [("Maud", "Early."), ("Ivo", "Between. Late.")]
    assert any(mentions(warning, "1 turn begins") for warning in transcript.warnings)


def test_two_files_put_together_keep_their_order(tmp_path: Path) -> None:
    talk = talk_of(("Maud", "Ivo"))
    for form, second in (("srt", srt), ("vtt", vtt)):
        text = CONTAINERS[form](talk, FORMS["colon"]) + "\n" + second(talk[:4], FORMS["colon"])
        assert said(reading(tmp_path, text, f"a.{form}")) == [*talk, *talk[:4]]


def test_notes_styles_regions_settings_and_fields_are_no_speech(tmp_path: Path) -> None:
    text = (
        "WEBVTT - Seed talk\nKind: captions\nLanguage: en\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n"
        "NOTE\nTranscription provided by Somebody\nRequest Id: 12-34\nDuration: 9.5\n\nSTYLE\n::cue { color: white }\n\n"
        "REGION\nid:one\nwidth:40%\n\nNOTE a remark\nover two lines\n\n"
        "intro\n00:01.000 --> 00:02.000 region:one align:left\n<v Maud><c.white.bg_black>Are <i>they</i></c> in?\n\n"
        "NOTE Confidence: 0.9\n\n00:02.000 --> 00:03.000\n<v Ivo>All &amp; dry.\n"
    )
    transcript = reading(tmp_path, text)
    assert said(transcript) == [("Maud", "Are they in?"), ("Ivo", "All & dry.")]
    kinds = transcript.words_by_kind
    assert (kinds["unread"], kinds["speech"], kinds["heading"]) == (0, 6, 2)
    assert kinds["note"] == 19 and kinds["label"] == 2 and kinds["metadata"] == 6
    assert transcript.title == "Seed talk"


@pytest.mark.parametrize(
    "sound",
    [
        "[door closes]",
        "(applause)",
        "[MUSIC PLAYING]",
        "[Music]",
        "♪ over the hills ♪",
        "♪",
        "[♪ soft music ♪]",
        "(phone rings)",
        "- [knocking]",
    ],
)
def test_sounds_that_stand_alone_are_notes_and_no_speakers(tmp_path: Path, sound: str) -> None:
    talk = talk_of(("Maud", "Ivo"))
    plain = [("", words) for _, words in talk]
    for index in (1, 5, 9):
        plain.insert(index, ("", sound))
    transcript = reading(tmp_path, srt(plain, lambda who, words: words), "a.srt")
    assert transcript.speakers == ("",)
    assert [word for turn in transcript.turns for word in transcript.words(turn).split()] == " ".join(WORDS * 2).split()
    assert transcript.words_by_kind["note"] == 3 * len(sound.split())
    labelled = [(who, f"{sound}\n{words}") for who, words in talk]
    shown = reading(
        tmp_path, srt(labelled, lambda who, words: f"{words.replace(chr(10), chr(10) + who + ': ')}"), "b.srt"
    )
    assert said(shown) == talk


def test_what_somebody_does_while_speaking_and_what_was_not_understood_stay(tmp_path: Path) -> None:
    talk = [
        ("Maud", "Is it dry?"),
        ("Ivo", "[laughs]"),
        ("Maud", "[inaudible]"),
        ("Ivo", "[coughs] No. (sighs) Never."),
    ]
    assert said(reading(tmp_path, srt(talk, FORMS["colon"]), "a.srt")) == talk


def test_choices_of_a_person(tmp_path: Path) -> None:
    talk = [
        ("Maud", "Dry?"),
        ("Action item", "buy tape."),
        ("Ivo", "No."),
        ("Maud", "Why?"),
        ("Ivo", "Rain."),
        ("Action item", "ask."),
    ]
    text = srt(talk, FORMS["colon"])
    without = reading(tmp_path, text, "a.srt", ReadingChoices(not_speakers=frozenset({"action item"})))
    assert said(without) == [
        ("Maud", "Dry? Action item: buy tape."),
        ("Ivo", "No."),
        ("Maud", "Why?"),
        ("Ivo", "Rain. Action item: ask."),
    ]
    half = srt(
        [("", f"Maud: {words}" if index % 2 == 0 else words) for index, words in enumerate(WORDS)],
        lambda who, words: words,
    )
    answered = reading(tmp_path, half, "b.srt", ReadingChoices(unlabelled="Ivo"))
    assert said(answered) == talk_of(("Maud", "Ivo"))[:8]
    odd = vtt(talk_of(("Maud", "Ivo")), lambda who, words: f"{who} ~ {words}")
    chosen = ReadingChoices(label_pattern=r"(?P<speaker>\w+) ~ (?P<words>.*)")
    assert said(reading(tmp_path, odd, "c.vtt", chosen)) == talk_of(("Maud", "Ivo"))
    for pattern in ("(", "no group"):
        with pytest.raises(UsageError):
            reading(tmp_path, odd, "c.vtt", ReadingChoices(label_pattern=pattern))


def test_times_and_markup_left_within_speech_are_doubted(tmp_path: Path) -> None:
    talk = [("Maud", "Dry at 00:00:12,000 or so?"), ("Ivo", "No </custom> more."), ("Maud", "Why?"), ("Ivo", "Rain.")]
    (doubt,) = reading(tmp_path, srt(talk, FORMS["colon"]), "a.srt").suspicions
    assert mentions(doubt, "2 lines", "line 3")


def test_lyrics_fields_and_titles(tmp_path: Path) -> None:
    text = (
        "[ti:Seed talk]\n[ar:Nobody]\n[length: 03:20]\n"
        "[00:01.00]Maud: Dry?\n[00:02.00]Ivo: No.\n[00:03.00]Maud: Why?\n[00:04.00]\n"
    )
    transcript = reading(tmp_path, text, "a.lrc")
    assert said(transcript) == [("Maud", "Dry?"), ("Ivo", "No."), ("Maud", "Why?")]
    assert transcript.title == "Seed talk" and transcript.words_by_kind["unread"] == 0


def test_objects_that_cannot_be_read_are_named_and_never_speech(tmp_path: Path) -> None:
    talk = talk_of(("Maud", "Ivo"))
    text = vtt(talk, LINES["object"]) + '\n09:00.000 --> 09:01.000\n{"speakerName": "Ivo", "spokenText": "Half\n'
    transcript = reading(tmp_path, text)
    assert said(transcript) == talk
    assert transcript.words_by_kind["unread"] == 4
    assert any(mentions(warning, "1 line", "Half") for warning in transcript.warnings)


@pytest.mark.parametrize(
    "line",
    [
        "[" + " " * 50_000,
        "<v " * 20_000,
        "*a" * 30_000,
        "Maud" + " " * 50_000 + ":",
        "[SPEAKER_TURN" * 5000,
        ">> " * 20_000,
    ],
    ids=["spaces", "voices", "stars", "label", "turns", "chevrons"],
)
def test_long_lines_take_linear_time(tmp_path: Path, line: str) -> None:
    talk = [("", line), ("", "Words that stay.")]
    assert "Words that stay." in read_text(tmp_path, vtt(talk, lambda who, words: words))


def read_text(tmp_path: Path, text: str) -> str:
    path = tmp_path / "long.vtt"
    path.write_text(text, encoding="utf-8")
    return read(path, anyway=True).text


@pytest.mark.slow
def test_suspicions_stay_silent_over_ordinary_files() -> None:
    files = [
        path for folder in ("data", "../interviews") for path in sorted((ROOT / "tests" / folder).rglob("*.[vs][tr]t"))
    ]
    assert len(files) > 15
    for path in files:
        transcript = read(path)
        assert_words_add_up(transcript, path.read_text(encoding="utf-8"))
        # In a meeting of equals nobody interviews, and the program asks.
        doubts = [doubt for doubt in transcript.suspicions if not mentions(doubt, "not clear who interviews")]
        assert doubts == [] and transcript.words_by_kind["unread"] == 0


FRAGMENTS = (
    "-->", "<v ", ">", ">>", "[", "(", '{"speakerName":', "\n", "\n\n", "00:00:01.000", "9" * 40, ":", "- ", "♪", "\u2028",
    "\x1c", "&#99999999;", "&nbsp;", "<br>", "\\N", "WEBVTT", "NOTE", "1", "²", "[Music]", '"', "}", "\t", "*", "<c>", "{\\an8}",
)  # fmt: skip


@pytest.mark.slow
def test_whatever_stands_in_cues_is_read_or_refused_and_speech_is_counted_exactly() -> None:
    chance = random.Random(5)
    talk = talk_of(("Maud", "Ivo"))[:6]
    seeds = [write(talk, form) for write in CONTAINERS.values() for form in (*FORMS.values(), *LINES.values())]
    for _ in range(300):
        text = chance.choice(seeds)
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice((chance.choice(FRAGMENTS), "")) + text[at + chance.choice((0, 1, 20)) :]
        lines = text.split("\n")
        for reader in (read_srt, read_zoom, read_unlabelled, read_timed):
            found = reader(lines)
            said_words = sum(len(one.words.split()) for one in found.spoken)
            assert count_words(found).by_kind["speech"] == said_words, text
