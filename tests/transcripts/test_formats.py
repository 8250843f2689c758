"""Every layout, on small specimens: who spoke, what exactly, when."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.records import Transcript
from needsseg.transcripts import FORMATS, detect, read
from tests.fixtures.samples import DATA
from tests.fixtures.transcripts.documents import said
from tests.fixtures.wording.matching import mentions, says
from tests.fixtures.wording.transcripts import (
    NO_SPEAKERS_NAMED,
    NOT_TOLD_APART,
    NUMBERED_QUESTIONS,
    OVERLAPPING,
    WORDS_OF_SPEAKER_BEFORE,
)

SPECIMENS = DATA / "transcripts"


def reading(tmp_path: Path, text: str, name: str = "talk.txt") -> Transcript:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read(path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("zoom.vtt", "zoom-vtt"),
        ("teams.vtt", "teams-vtt"),
        ("whisper.vtt", "vtt"),
        ("labelled.srt", "srt"),
        ("unlabelled.srt", "srt"),
        ("otter.txt", "otter"),
        ("rev.txt", "name-time"),
        ("rev_spaced.txt", "rev"),
        ("plain.txt", "text"),
        ("stamped.txt", "text"),
        ("bracketed.txt", "text"),
        ("quoted.md", "markdown"),
        ("bold.md", "markdown"),
        ("bold_above.md", "markdown"),
        ("italic_above.md", "markdown"),
        ("timing_lines.md", "timed-text"),
        ("guide.txt", "text"),
        ("guide.md", "markdown"),
        ("run_in.md", "markdown"),
        ("zoom_saved.txt", "name-time"),
        ("turns.csv", "csv"),
        ("interviews.csv", "csv"),
        ("turns.jsonl", "jsonl"),
    ],
)
def test_the_content_tells_the_format(tmp_path: Path, name: str, expected: str) -> None:
    assert detect(SPECIMENS / name) == expected
    assert expected in FORMATS
    misnamed = tmp_path / f"{Path(name).stem}.txt"
    misnamed.write_bytes((SPECIMENS / name).read_bytes())
    assert detect(misnamed) == expected


def test_zoom_joins_cut_sentences_and_leaves_colons_in_prose() -> None:
    transcript = read(SPECIMENS / "zoom.vtt")
    karim = "Sure. One thing: the dog may bark at 10:30 sharp. See https://orchard.example if you like."
    assert said(transcript)[:2] == [
        ("Ada Novak", "So, is it all right if I record this?"),
        ("Karim T. (orchard)", karim),
    ]
    assert (transcript.turns[0].start_ms, transcript.turns[0].end_ms) == (2100, 6000)
    assert transcript.text.startswith("Ada Novak: So, is it all right if I record this?\n\nKarim T. (orchard): Sure.")
    assert transcript.warnings == ()


def test_teams_puts_parts_together_orders_by_start_and_parts_two_voices_of_one_cue() -> None:
    transcript = read(SPECIMENS / "teams.vtt")
    zoe = "Zoë Lindqvist (Guest)"
    assert said(transcript) == [
        ("Novak, Ada", "Hello, Zoë. R&D told me you keep bees?"),
        (zoe, "I do. Last spring we were away for a week and then nobody had fed them, so I made a list."),
        ("Novak, Ada", "Mm. On paper?"),
        (zoe, "On the fridge."),
    ]
    assert transcript.turns[0].start_ms == 210
    assert any(mentions(warning, OVERLAPPING) for warning in transcript.warnings)
    assert {turn.speaker: turn.role for turn in transcript.turns} == {"Novak, Ada": "interviewer", zoe: "participant"}


def test_whisper_names_nobody_and_is_cut_at_a_pause() -> None:
    transcript = read(SPECIMENS / "whisper.vtt")
    assert said(transcript) == [
        ("", "We never wrote it down and that was the mistake."),
        ("", "My brother said: try a board."),
    ]
    assert {turn.role for turn in transcript.turns} == {"participant"}
    (warning,) = transcript.warnings
    assert says(warning, NO_SPEAKERS_NAMED, NOT_TOLD_APART)
    assert not transcript.text.startswith(":")


def test_srt_with_and_without_speakers() -> None:
    assert said(read(SPECIMENS / "labelled.srt")) == [
        ("Theo Marsh", "Where were we?"),
        ("Ines Prado", "The kiln. It was cold, and nobody had told me."),
        ("Theo Marsh", "Nobody at all?"),
        ("Ines Prado", "Not a soul."),
    ]
    assert said(read(SPECIMENS / "unlabelled.srt")) == [
        ("", "It rained for a week, so we moved the market."),
        ("", "And then it was sunny."),
    ]


def test_srt_keeps_words_after_a_blank_line_and_cues_without_one_between(tmp_path: Path) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nOne\n2\n00:00:02,000 --> 00:00:03,000\nTwo\n\nlate words.\n"
    assert said(reading(tmp_path, text, "a.srt")) == [("", "One Two late words.")]


def test_otter_drops_title_and_footer_and_keeps_unknown_speakers() -> None:
    transcript = read(SPECIMENS / "otter.txt")
    assert said(transcript) == [
        ("Ada Novak", "How was the harvest?"),
        ("Karim Tal", "Good. Well, late. [laughs]\nWe lost a row to frost."),
        ("Unknown Speaker", "Tea?"),
    ]
    assert transcript.turns[2].start_ms == 3_729_000
    assert transcript.turns[2].role == "other"
    assert transcript.title == "Orchard call"
    assert {kind: count for kind, count in transcript.words_by_kind.items() if count} == {
        "speech": 15, "label": 6, "time": 3, "heading": 2, "note": 3,
    }  # fmt: skip


def test_rev_in_both_spacings() -> None:
    transcript = read(SPECIMENS / "rev.txt")
    assert said(transcript)[1] == ("Speaker 2", "Backwards. From the Saturday, [inaudible 00:00:06] always.")
    assert [turn.start_ms for turn in transcript.turns] == [0, 4000, 9000, 12000]
    assert said(read(SPECIMENS / "rev_spaced.txt"))[0] == ("Speaker 1", "What went wrong?")


def test_plain_text_drops_fields_above_and_takes_no_prose_for_a_speaker() -> None:
    transcript = read(SPECIMENS / "plain.txt")
    assert said(transcript) == [
        ("Interviewer", "Thanks for coming. Shall we start?"),
        (
            "P4",
            "Yes. One rule: never on a Monday. Because on Mondays the boat comes at 10:30 and I am gone.\n"
            "Here is the thing: I keep it in my head.",
        ),
        ("Interviewer", "And when you are ill?"),
        ("P4", "Then it is gone. Look at http://boats.example: empty."),
    ]


def test_time_stamps_before_names() -> None:
    transcript = read(SPECIMENS / "stamped.txt")
    assert said(transcript)[2] == ("Sarah", "Why twice?")
    assert [turn.start_ms for turn in transcript.turns] == [23_000, 31_000, 3_723_000, 3_725_000]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sarah (00:23): hello?\nMo [00:25]: yes\nSarah 00:27: ok\n", [23_000, 25_000, 27_000]),
        ("00:23 Sarah: hello?\n\n00:25 Mo: yes\n\n00:27 Sarah: ok\n", [23_000, 25_000, 27_000]),
        ("**Sarah (00:23):** hello?\n\n**Mo** [00:25]: yes\n\n**Sarah**: ok\n", [23_000, 25_000, None]),
    ],
)
def test_time_stamps_beside_names(tmp_path: Path, text: str, expected: list[int | None]) -> None:
    transcript = reading(tmp_path, text)
    assert said(transcript) == [("Sarah", "hello?"), ("Mo", "yes"), ("Sarah", "ok")]
    assert [turn.start_ms for turn in transcript.turns] == expected


def test_names_in_brackets_but_not_noises() -> None:
    assert said(read(SPECIMENS / "bracketed.txt"))[:2] == [
        ("id1", "Do you write the route down?"),
        ("id2", "[laughs] No, the driver knows."),
    ]


def test_quotes_headings_front_matter_rules_and_links_of_markdown() -> None:
    assert said(read(SPECIMENS / "quoted.md")) == [
        ("Luz", "What did you try before?"),
        ("P9", "A whiteboard, until somebody cleaned it."),
        ("Luz", "Did you laugh?"),
        ("P9", "Not then.\nLater, **yes**."),
    ]


def test_bold_names_in_the_line_and_above_it() -> None:
    assert said(read(SPECIMENS / "bold.md"))[1] == (
        "Noor",
        "Forty. Or forty-two, it depends who counts.\nAnd the poles are separate.",
    )
    assert said(read(SPECIMENS / "bold_above.md"))[:2] == [
        ("Interviewer", "Who signs it?"),
        ("Respondent", "My boss, on paper."),
    ]
    assert said(read(SPECIMENS / "italic_above.md"))[3] == ("Tom Beck", "A month.")


def test_names_run_in_before_the_words() -> None:
    assert said(read(SPECIMENS / "run_in.md"))[:2] == [
        ("Ada", "Who keeps the keys?"),
        ("Bo", "I do. They hang by the **green** door."),
    ]


def test_times_beside_names_as_two_numbers_and_below_names_in_brackets() -> None:
    spoken = read(SPECIMENS / "spoken_times.md")
    assert said(spoken)[1] == ("Bo Lind", "I do. They hang by the door.")
    assert [turn.start_ms for turn in spoken.turns] == [4_000, 9_000, 72_000, 75_000]
    saved = read(SPECIMENS / "zoom_saved.txt")
    assert said(saved)[0] == ("Ada Novak", "Who keeps the keys?")
    assert saved.turns[1].start_ms == 36_160_000


def test_a_number_that_belongs_to_a_name_stays(tmp_path: Path) -> None:
    assert reading(tmp_path, "Room 2 3: Hello?\n\nAnn: Hi.\n\nRoom 2 3: So?\n").speakers == ("Room 2 3", "Ann")


def test_numbered_questions_without_names_are_the_interviewers() -> None:
    transcript = read(SPECIMENS / "guide.txt")
    assert said(transcript) == [
        ("Interviewer", "How do you decide when to pick?"),
        (
            "Participant",
            "I taste one. My neighbour has a meter, but the meter lies. 2 weeks later it is over anyway.",
        ),
        ("Interviewer", "What happens when you are late?"),
        ("Participant", "They fall. Then they are for juice:\na third of the price\nand nobody says thank you"),
        ("Interviewer", "Tell me about the last time."),
        ("Participant", "Last year. We lost a row."),
    ]
    assert [turn.role for turn in transcript.turns[:2]] == ["interviewer", "participant"]
    assert says(transcript.warnings[0], NUMBERED_QUESTIONS)
    assert said(read(SPECIMENS / "guide.md"))[2:] == [
        ("Interviewer", "And when he is away?"),
        ("Participant", "Then I wait."),
    ]


def test_numbered_questions_above_one_name_are_the_interviewers(tmp_path: Path) -> None:
    transcript = reading(tmp_path, "1. How do you plan?\n\nP3: A list.\n\n2. Why?\n\nP3: Because.\n\nMostly.\n")
    assert said(transcript) == [
        ("Interviewer", "How do you plan?"),
        ("P3", "A list."),
        ("Interviewer", "Why?"),
        ("P3", "Because.\nMostly."),
    ]


def test_a_numbered_list_of_statements_is_no_guide(tmp_path: Path) -> None:
    transcript = reading(tmp_path, "My day goes like this.\n\n1. I get up.\n\n2. I eat.\n\n3. I leave. Why?\n")
    assert transcript.speakers == ("",)


def test_meet_documents_saved_as_text_keep_their_notes_out(tmp_path: Path) -> None:
    text = (
        "📝 Notes\n\nInvited [Ann](mailto:ann@firm.example)\n\n### Summary\n\nBo: wants a rack.\n\n* **Keys:** Bo "
        "wants them.\n\n*You should review Gemini's notes to make sure they're accurate.*\n\n📖 Transcript\n\n"
        "### 00:00:00\n\n**Ann Bell:** Who?\n**Bo Lind:** Me.\n\n### Transcription ended after 00:06:01\n\n"
        "*This editable transcript was computer generated and might contain errors.*\n"
    )
    for name in ("a.md", "a.txt"):
        assert said(reading(tmp_path, text, name)) == [("Ann Bell", "Who?"), ("Bo Lind", "Me.")]


def test_timing_lines_without_a_container() -> None:
    transcript = read(SPECIMENS / "timing_lines.md")
    assert said(transcript) == [
        ("", "Are you comfortable with me recording? Yes."),
        ("", "I look at all my paperwork."),
    ]
    assert transcript.turns[0].start_ms == 15_000


def test_a_name_has_at_most_63_characters(tmp_path: Path) -> None:
    name = "A" * 63
    assert said(reading(tmp_path, f"{name}: hello\n\nBob: hi\n"))[0] == (name, "hello")
    assert said(reading(tmp_path, f"Bob: hi\n\nA{name}: hello\n")) == [("Bob", f"hi\nA{name}: hello")]


def test_prose_lists_days_urls_and_clock_times_are_no_speakers(tmp_path: Path) -> None:
    prose = ["1. Time: none.", "Monday: we start.", "The point is: no.", "http://x.example: z", "10:30: we met"]
    text = "Interviewer: Go on.\n\nP3: Three things.\n\n" + "\n\n".join(prose) + "\n\nInterviewer: Yes?\n\nP3: Yes.\n"
    transcript = reading(tmp_path, text)
    assert transcript.speakers == ("Interviewer", "P3")
    assert transcript.words(transcript.turns[1]) == "Three things.\n" + "\n".join(prose)


def test_dialogue_quoted_inside_a_turn_stays_with_the_speaker(tmp_path: Path) -> None:
    text = "Ann: And then?\n\nBo: It went so.\n\nMe: Help?\nRobot: No.\nMe: Please?\n\nAnn: I see.\n\nBo: Yes.\n"
    transcript = reading(tmp_path, text)
    assert said(transcript)[1] == ("Bo", "It went so.\nMe: Help?\nRobot: No.\nMe: Please?")
    assert any(mentions(warning, "line 5", "“Me:”", WORDS_OF_SPEAKER_BEFORE) for warning in transcript.warnings)


def test_labels_of_scripts_without_capitals(tmp_path: Path) -> None:
    transcript = reading(tmp_path, "田中：お元気ですか？\n\n佐藤：はい、元気です。\n")
    assert said(transcript) == [("田中", "お元気ですか？"), ("佐藤", "はい、元気です。")]


def test_lyrics_and_whisper_tables_are_read_too(tmp_path: Path) -> None:
    lyrics = reading(tmp_path, "[00:01.000]Hello there\n[00:02.000]\n\n[00:02.000]friend.\n[00:03.500]\n", "a.lrc")
    table = reading(tmp_path, "start\tend\ttext\n1000\t2000\tHello there\n2000\t3500\tfriend.\n", "a.tsv")
    assert (lyrics.format, table.format) == ("lrc", "tsv")
    assert lyrics.text == table.text == "Hello there friend."
    assert [(turn.start_ms, turn.end_ms) for turn in lyrics.turns] == [(1000, 3500)]


def test_a_named_format_overrules_the_detector(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text("WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\nDana: Hi.\n", encoding="utf-8")
    assert read(path).turns[0].speaker == "Dana"
    assert read(path, format="vtt").text == "Dana: Hi."
    assert read(path, format="vtt").turns[0].speaker == ""
