"""Cue files in the forms that programs write: who spoke, what exactly, when, and what became of every word."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from needsseg.errors import UsageError
from needsseg.records import Transcript
from needsseg.transcripts import read
from needsseg.transcripts.choices import ReadingChoices
from needsseg.transcripts.lines.timed import read_timed
from needsseg.transcripts.subtitles.cues import LATEST_MS, is_timing, milliseconds
from needsseg.transcripts.subtitles.srt import read_srt
from needsseg.transcripts.subtitles.vtt import read_unlabelled, read_zoom
from needsseg.transcripts.word_counts import count_words
from tests.fixtures.documents import said
from tests.fixtures.samples import ROOT
from tests.fixtures.wording import mentions

Talk = Sequence[tuple[str, str]]
Payload = Callable[[str, str], str]

WORDS = (
    "Thanks for having me over. Where do the seed boxes stand in winter?",
    "In the shed behind the house. Well: most of them, since the roof leaks on the left side.",
    "And who knows which box holds what?",
    "Only me. I wrote the numbers on tape, and the mice ate the tape before spring came.",
    "What did you do then?",
    "I opened forty boxes and smelled at them. It took a whole Sunday, and half were still wrong.",
    "Would a list have helped?",
    "A list that I can read with wet hands, yes, and that my sister can add to from the market.",
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


def talk_of(speakers: Sequence[str]) -> list[tuple[str, str]]:
    return [(speakers[index % len(speakers)], words) for index, words in enumerate(WORDS * 2)]


def clock(seconds: float, *, mark: str = ".", hours: bool = True) -> str:
    whole = int(seconds)
    head = f"{whole // 3600:02}:" if hours else ""
    return f"{head}{whole // 60 % 60:02}:{whole % 60:02}{mark}{round((seconds - whole) * 1000):03}"


def srt(talk: Talk, payload: Payload) -> str:
    return "\n".join(
        f"{index + 1}\n{clock(index * 10, mark=',')} --> {clock(index * 10 + 9, mark=',')}\n{payload(*turn)}\n"
        for index, turn in enumerate(talk)
    )


def vtt(talk: Talk, payload: Payload) -> str:
    cues = (
        f"{clock(index * 10, hours=False)} --> {clock(index * 10 + 9, hours=False)} align:start position:0%\n{payload(*turn)}\n"
        for index, turn in enumerate(talk)
    )
    return "WEBVTT\n\n" + "\n".join(cues)


def brackets(talk: Talk, payload: Payload) -> str:
    return "".join(f"[{clock(i * 10)} --> {clock(i * 10 + 9)}]  {payload(*turn)}\n" for i, turn in enumerate(talk))


CONTAINERS = {"srt": srt, "vtt": vtt, "txt": brackets}
FORMS: dict[str, Payload] = {
    "colon": lambda who, words: f"{who}: {words}",
    "wide colon": lambda who, words: f"{who}：{words}",
    "space and colon": lambda who, words: f"{who} : {words}",
    "brackets and colon": lambda who, words: f"[{who}]: {words}",
    "brackets": lambda who, words: f"[{who}] {words}",
    "parentheses": lambda who, words: f"({who}) {words}",
    "braces": lambda who, words: f"{{{who}}} {words}",
    "chevrons": lambda who, words: f">> {who}: {words}",
    "entities": lambda who, words: f"&gt;&gt; {who}: {words}",
    "three chevrons": lambda who, words: f">>>{who}: {words}",
    "a dash before": lambda who, words: f"- {who}: {words}",
    "bold": lambda who, words: f"**{who}:** {words}",
    "bold tags": lambda who, words: f"<b>{who}:</b> {words}",
    "colour": lambda who, words: f'<font color="#ff0000">{who}</font>: <i>{words}</i>',
    "time behind": lambda who, words: f"{who} [00:00:03]: {words}",
    "time in brackets": lambda who, words: f"[{who} 00:03] {words}",
    "time before": lambda who, words: f"[00:00:03] {who}: {words}",
    "position": lambda who, words: f"{{\\an8}}{who}: {words}",
    "voice": lambda who, words: f"<v {who}>{words}</v>",
    "voice open": lambda who, words: f"<v {who}>{words}",
    "voice with class": lambda who, words: f"<v.loud.first {who}>{words}</v>",
    "voice and label": lambda who, words: f"<v {who}>{who}: {words}</v>",
    "wrapped": lambda who, words: (
        f"{who}: {words[:20].rstrip()}\n{words[20:].lstrip()}" if words[19] == " " else f"{who}: {words}"
    ),
}
LINES: dict[str, Payload] = {
    "parentheses above": lambda who, words: f"({who})\n{words}",
    "brackets above": lambda who, words: f"[{who}]\n{words}",
    "brackets and colon above": lambda who, words: f"[{who}]:\n{words}",
    "colon above": lambda who, words: f"{who}:\n{words}",
    "name above": lambda who, words: f"{who}\n{words}",
    "object": lambda who, words: json.dumps({"start": "2026-01-05T10:00:00Z", "speakerName": who, "spokenText": words}),
    "object without escapes": lambda who, words: json.dumps(
        {"text": words, "speaker": who, "lang": "en"}, ensure_ascii=False
    ),
    "object over lines": lambda who, words: json.dumps({"speaker": {"displayName": who}, "text": words}, indent=2),
}


def reading(tmp_path: Path, text: str, name: str = "talk.vtt", choices: ReadingChoices | None = None) -> Transcript:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    transcript = read(path, choices=choices) if choices else read(path)
    assert_words_add_up(transcript, text)
    return transcript


def assert_words_add_up(transcript: Transcript, text: str) -> None:
    """Speech is what the turns hold, and every word of the file is of some kind."""
    said_words = sum(len(transcript.words(turn).split()) for turn in transcript.turns)
    assert transcript.words_by_kind["speech"] == said_words
    assert sum(transcript.words_by_kind.values()) == len(text.lstrip("\ufeff").split())


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


LINES_SHOWN = (
    "so the first box was",
    "full of beans and the",
    "other one had nothing",
    "but tape in it",
    "yeah",
    "yeah",
    "so much",
)


def rolled(form: str) -> str:
    """LINES_SHOWN as captions that show lines again."""
    shown: list[str] = []
    for index, line in enumerate(LINES_SHOWN):
        before = LINES_SHOWN[index - 1] if index else ""
        tagged = line.split()[0] + "".join(f"<00:00:0{n}.000><c> {word}</c>" for n, word in enumerate(line.split()[1:]))
        if form == "tagged":
            shown += [f"{before or ' '}\n{tagged}", f"{line}\n "]
        elif form == "plain":
            shown += [f"{before}\n{line}".strip(), line]
        elif form == "two lines":
            shown.append(f"{before}\n{line}".strip())
        elif form == "three lines":
            shown.append("\n".join(LINES_SHOWN[max(index - 2, 0) : index + 1]))
        elif form == "one line":
            shown.append(f"{before} {line}".strip())
        elif form == "twice":
            shown += [line, line]
        elif form == "growing":
            words = line.split()
            shown += [" ".join(words[: count + 1]) for count in range(len(words))]
        elif form == "growing below":
            words = line.split()
            shown += [f"{before}\n{' '.join(words[: count + 1])}".strip() for count in range(len(words))]
    return vtt([("", each) for each in shown], lambda who, words: words)


@pytest.mark.parametrize(
    "form", ["tagged", "plain", "two lines", "three lines", "one line", "growing", "growing below", "twice"]
)
def test_rolling_captions_are_read_once(tmp_path: Path, form: str) -> None:
    transcript = reading(tmp_path, rolled(form))
    words = [word for turn in transcript.turns for word in transcript.words(turn).split()]
    lines = LINES_SHOWN if form not in {"growing", "twice"} else (*LINES_SHOWN[:4], "yeah", "so much")
    assert words == " ".join(lines).split()
    assert transcript.words_by_kind["repeated"] > 10
    assert transcript.suspicions == ()


def test_rolling_captions_with_speakers(tmp_path: Path) -> None:
    lines = [f"{who}: {words}" for who, words in talk_of(("Maud", "Ivo"))]
    shown = [("", "\n".join(lines[max(index - 1, 0) : index + 1])) for index in range(len(lines))]
    transcript = reading(tmp_path, vtt(shown, lambda who, words: words))
    assert said(transcript) == talk_of(("Maud", "Ivo"))


def test_what_people_say_twice_stays(tmp_path: Path) -> None:
    talk = [("Maud", "Yes."), ("Ivo", "Yes."), ("Ivo", "Yes."), *talk_of(("Maud", "Ivo"))]
    assert said(reading(tmp_path, srt(talk, FORMS["colon"]), "a.srt"))[1] == ("Ivo", "Yes. Yes.")


@pytest.mark.parametrize("words", ["Yes.", "Thank you.", "Thank you for listening to this."])
def test_the_same_words_many_times_are_no_rolling_captions(tmp_path: Path, words: str) -> None:
    talk = [("", words)] * 6 + [("", "Bye then.")]
    transcript = reading(tmp_path, vtt(talk, lambda who, words: words))
    assert transcript.text.count(words) == 6 and transcript.words_by_kind["repeated"] == 0


def test_repeats_in_a_file_that_does_not_roll_are_doubted(tmp_path: Path) -> None:
    talk = talk_of(("", ""))
    talk[4:4] = [("", "Thank you for watching this talk.")] * 5
    transcript = reading(tmp_path, srt(talk, lambda who, words: words), "a.srt")
    (doubt,) = transcript.suspicions
    assert mentions(doubt, 4, "line 22") and transcript.text.count("watching") == 5


@pytest.mark.parametrize(
    ("line", "start_ms"),
    [
        ("00:00:05,000 --> 00:00:09,000", 5000),
        ("00:00:05:000 --> 00:00:09:000", 5000),
        ("00:05:000 --> 00:09:000", 5000),
        ("00:00:05;12 --> 00:00:09;12", 5120),
        ("0:0:5.1 --> 0:0:9.2", 5100),
        ("0:05 --> 0:09", 5000),
        ("00:05.5 --> 00:09.25 line:0 position:20% size:60%", 5500),
        ("00:00:05.1234567 --> 00:00:09.1234567", 5123),
        ("00: 00: 05, 000 -> 00: 00: 09, 000", 5000),
        ("00:00:05,000 → 00:00:09,000", 5000),
        ("00:00:05,000 —> 00:00:09,000", 5000),
        ("00:00:05,000-->00:00:09,000", 5000),
        ("00:00:05,000 --&gt; 00:00:09,000", 5000),
        ("  00:00:05,000   -->   00:00:09,000  X1:40 X2:600 Y1:20 Y2:50", 5000),
        ("-00:00:01,000 --> 00:00:09,000", 0),
        ("100:00:05,000 --> 100:00:09,000", 360_005_000),
        ("7 00:00:05,000 --> 00:00:09,000", 5000),
        ("0:00:05.000,0:00:09.000", 5000),
    ],
)
def test_timing_lines_however_they_are_written(tmp_path: Path, line: str, start_ms: int) -> None:
    text = f"1\n{line}\nMaud: Yes, that one.\n\n2\n999:01:00,000 --> 999:02:00,000\nIvo: I see.\n"
    transcript = reading(tmp_path, text, "a.srt")
    assert said(transcript) == [("Maud", "Yes, that one."), ("Ivo", "I see.")]
    assert transcript.turns[0].start_ms == start_ms


@pytest.mark.parametrize(
    "line", ["[0.00s -> 4.20s]  Yes.", "[0.0 --> 4.2] Yes.", "(00:00 --> 00:04) Yes.", "[00:00.000 --> 00:04.000] Yes."]
)
def test_seconds_and_brackets_of_timed_text(tmp_path: Path, line: str) -> None:
    later = line.replace("4", "9").replace("[0.0", "[5.0").replace("00:00 -", "00:05 -").replace("00:00.", "00:05.")
    transcript = reading(tmp_path, f"{line}\n{later}\n", "a.txt")
    assert (transcript.format, transcript.text) == ("timed-text", "Yes. Yes.")


@pytest.mark.parametrize(
    "line", ["3 -> 4 people", "from 10:30 to 11:00", "a --> b", "", "-->", "00:00:05", "2 --> 3", "12:30 - 13:30 lunch"]
)
def test_lines_that_are_no_timing_lines(line: str) -> None:
    assert not is_timing(line)


@pytest.mark.parametrize("hours", ["9999999999999999", "1000", "9" * 5000, "٩٩٩٩٩٩٩"])
@pytest.mark.parametrize("place", ["start", "end", "both"])
def test_an_absurd_time_is_named_and_gives_way(tmp_path: Path, hours: str, place: str) -> None:
    start = f"{hours}:00:00,000" if place != "end" else "00:00:12,000"
    end = f"{hours}:00:04,000" if place != "start" else "00:00:19,000"
    text = (
        f"1\n00:00:05,000 --> 00:00:10,000\nMaud: One.\n\n2\n{start} --> {end}\nIvo: Two.\n\n"
        "3\n00:00:20,000 --> 00:00:21,000\nMaud: Three.\n"
    )
    transcript = reading(tmp_path, text, "a.srt")
    assert said(transcript) == [("Maud", "One."), ("Ivo", "Two."), ("Maud", "Three.")]
    assert all(
        mark is not None and mark < LATEST_MS for turn in transcript.turns for mark in (turn.start_ms, turn.end_ms)
    )
    assert any(mentions(warning, "line 6", 1000) for warning in transcript.warnings)
    assert milliseconds(hours, "0", "0", None) == LATEST_MS


def test_an_absurd_time_in_other_timed_lines_is_bounded(tmp_path: Path) -> None:
    lrc = reading(tmp_path, f"[{'9' * 30}:00.00]One\n[00:02.00]two.\n", "a.lrc")
    tsv = reading(tmp_path, "start\tend\ttext\n0\t999999999999999\tOne\n5\t6\ttwo.\n", "a.tsv")
    assert all(turn.end_ms is not None and turn.end_ms <= LATEST_MS for one in (lrc, tsv) for turn in one.turns)


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
