"""JSON of transcription services: each layout gives back the same talk, with an account of all text it holds."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.errors import NeedssegError, TranscriptError
from needsseg.records import Transcript
from needsseg.transcripts import read, read_all
from needsseg.transcripts.choices import ReadingChoices
from needsseg.transcripts.folders import transcript_files
from tests.fixtures.transcripts.json_services.layouts import LAYOUTS, NAMES, NOBODY
from tests.fixtures.transcripts.json_services.meeting_tools import (
    dote,
    fireflies_api,
    fireflies_web,
    gong,
    gong_with_parties,
    granola,
    granola_by_document,
    otranscribe,
)
from tests.fixtures.transcripts.json_services.speech_models import whisperx
from tests.fixtures.transcripts.json_services.speech_services import (
    assemblyai,
    aws_channels,
    aws_items,
    aws_older,
    aws_segments,
    azure,
    deepgram_channels,
    deepgram_utterances,
    deepgram_words,
    rev_ai,
    speechmatics,
)
from tests.fixtures.transcripts.json_services.talk import NUMBERS, TALK


def written(tmp_path: Path, value: Any, name: str = "talk.json", **options: Any) -> Path:
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value, **options), encoding="utf-8")
    return path


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.speaker, " ".join(transcript.words(turn).split())) for turn in transcript.turns]


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(("layout", "labels"), LAYOUTS, ids=NAMES)
def test_each_layout_gives_back_the_talk(
    tmp_path: Path, layout: Callable[[], Any], labels: dict[str, str], indent: int | None
) -> None:
    found = read_all(written(tmp_path, layout(), indent=indent))
    assert len(found) == 1
    transcript = found[0][1]
    if set(labels.values()) == {""}:
        # Where nobody is named, turns end with sentences or at pauses.
        words = [word for _, words in said(transcript) for word in words.split()]
        assert words == [word for _, words, _ in TALK for word in words.split()]
        assert {turn.speaker for turn in transcript.turns} == {""}
        assert transcript.turns[0].start_ms == 500
    else:
        assert said(transcript) == [(labels[name], words) for name, words, _ in TALK]
        for turn, (_, _, start) in zip(transcript.turns, TALK, strict=True):
            assert turn.start_ms is not None
            first = 500 if layout in {granola, fireflies_web} else 1
            assert abs(turn.start_ms - start) <= first


@pytest.mark.parametrize(("layout", "labels"), LAYOUTS, ids=NAMES)
def test_the_account_of_each_layout_adds_up(tmp_path: Path, layout: Callable[[], Any], labels: dict[str, str]) -> None:
    [(_, transcript)] = read_all(written(tmp_path, layout()))
    counts = transcript.words_by_kind
    assert counts["speech"] == sum(len(transcript.words(turn).split()) for turn in transcript.turns)
    assert counts["unread"] == 0
    if layout not in {
        otranscribe,
        aws_items,
        aws_older,
        aws_segments,
        aws_channels,
        rev_ai,
        speechmatics,
        deepgram_channels,
    }:
        # Where each word is a value of its own, punctuation is glued to the word before it.
        assert sum(counts.values()) == sum(len(text.split()) for text in texts_in(layout()))


def test_people_of_a_call_give_names_and_roles(tmp_path: Path) -> None:
    [(key, transcript)] = read_all(written(tmp_path, gong_with_parties()))
    assert key == "881"
    assert [turn.role for turn in transcript.turns[:2]] == ["interviewer", "participant"]


def test_interviews_under_ids_and_in_lists_stay_apart(tmp_path: Path) -> None:
    found = read_all(written(tmp_path, granola_by_document()))
    assert [key for key, _ in found] == ["3f0a-77", "9b1c-12"]
    turns = [{"speaker": name, "text": words} for name, words, _ in TALK]
    several = {"interviews": [{"title": "North", "turns": turns}, {"title": "South", "turns": turns[:2]}]}
    assert [(key, len(each.turns)) for key, each in read_all(written(tmp_path, several))] == [
        ("North", 4),
        ("South", 2),
    ]
    calls = gong()
    calls["callTranscripts"].append({**calls["callTranscripts"][0], "callId": "882"})
    assert [key for key, _ in read_all(written(tmp_path, calls))] == ["881", "882"]
    lines = "\n".join(json.dumps({"id": key, "utterances": assemblyai()["utterances"]}) for key in ("a", "b"))
    assert [key for key, _ in read_all(written(tmp_path, lines, "talk.jsonl"))] == ["a", "b"]


def test_conversations_a_line_without_ids_stay_apart(tmp_path: Path) -> None:
    turns = [{"role": "assistant", "content": "What is it?"}, {"role": "user", "content": "A boat."}]
    lines = "\r\n".join(json.dumps({"messages": turns}) for _ in range(3))
    found = read_all(written(tmp_path, lines, "talk.jsonl"))
    assert [key for key, _ in found] == ["line 1", "line 2", "line 3"]
    assert said(found[2][1]) == [("assistant", "What is it?"), ("user", "A boat.")]


def test_one_channel_for_all_is_no_speaker(tmp_path: Path) -> None:
    document = azure()
    for phrase in document["recognizedPhrases"]:
        del phrase["speaker"]
    assert read(written(tmp_path, document)).speakers == ("",)


WORD = st.text("abcdefghijklmnopqrstuvwxyzäøé", min_size=1, max_size=9)
SENTENCE = st.lists(WORD, min_size=1, max_size=8).map(lambda words: f"{' '.join(words).capitalize()}.")


# The specimens write seconds alone, so that a talk is shorter than a minute.
@given(
    st.lists(SENTENCE, min_size=2, max_size=5),
    st.sampled_from([each for each in LAYOUTS if each[1] != NOBODY]),
)
def test_any_talk_comes_back_from_any_layout(
    sentences: list[str], layout: tuple[Callable[[], Any], dict[str, str]]
) -> None:
    names = list(NUMBERS)
    talk = [(names[number % 2], words, 10_000 * number) for number, words in enumerate(sentences)]
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr("tests.fixtures.transcripts.json_services.talk.TALK", talk)
        transcript = read(written(Path(folder), layout[0]()), anyway=True)
    assert said(transcript) == [(layout[1][name], words) for name, words, _ in talk]
    assert all(
        abs((turn.start_ms or 0) - start) <= 1_000 for turn, (_, _, start) in zip(transcript.turns, talk, strict=True)
    )
    assert transcript.words_by_kind["speech"] == sum(len(words.split()) for words in sentences)


@pytest.mark.slow
def test_mutated_files_raise_nothing_but_our_own_errors(tmp_path: Path) -> None:
    chance = random.Random(7)
    pieces = ['"', ",", "{", "}", "[", "]", ":", "null", "1e999", "-1", "\n", "\0", "<", "true", '"text":', "9" * 30]
    for number in range(400):
        text = json.dumps(chance.choice(LAYOUTS)[0]())
        for _ in range(chance.randint(1, 6)):
            at, cut = chance.randrange(len(text)), chance.choice([0, 0, 1, 30])
            text = text[:at] + chance.choice([*pieces, text[at : at + 40]]) + text[at + cut :]
        try:
            read_all(written(tmp_path, text, f"talk.{('json', 'jsonl', 'csv')[number % 3]}"), anyway=number % 2 == 0)
        except NeedssegError as error:
            assert error.hint


def test_a_title_in_the_file_names_the_interview(tmp_path: Path) -> None:
    assert read(written(tmp_path, fireflies_api())).title == "Bees"


def test_a_second_talk_beside_the_one_that_was_read_is_unread(tmp_path: Path) -> None:
    other = [
        {"speaker": "Z", "text": f"These are quite other words that nobody else said, number {n}."} for n in range(4)
    ]
    document = {"utterances": assemblyai()["utterances"], "edited": {"lines": other}}
    with pytest.raises(TranscriptError, match="not understood"):
        read(written(tmp_path, document))
    assert read(written(tmp_path, document), anyway=True).words_by_kind["unread"] > 30


def test_json_that_is_not_understood_is_answered_by_its_keys(tmp_path: Path) -> None:
    document = {"settings": {"theme": "dark secret words", "panes": [{"width": 3}]}, "version": 2}
    with pytest.raises(TranscriptError) as caught:
        read(written(tmp_path, document))
    assert "depth 1: settings, version; depth 2: theme, panes; depth 3: width" in caught.value.message
    assert "secret" not in caught.value.message
    assert "JSON" in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 50_000 + "1" + "}" * 50_000,
        '{"turns": [{"speaker": ' + "9" * 5_000 + ', "text": "Hello there."}]}',
        '{"turns": [{"speaker": "A", "start": 1e999, "text": "Hello."}, {"speaker": "B", "start": NaN, "text": "Yes."}]}',
        '{"turns": [{"speaker": "A", "start": 1e300, "text": "Hello."}]}',
        '{"turns": [{"speaker": {"name": ["x"]}, "start": {"seconds": "x"}, "text": "Hello."}]}',
        '{"results": {"utterances": [{"transcript": 7, "speaker": true, "start": []}]}}',
        '{"results": [[[]], {"alternatives": 3}, {"alternatives": [{"words": [null]}]}]}',
        '{"callTranscripts": [{"transcript": null}, 3]}',
        '{"text": "<p><span class=\\"timestamp\\" data-timestamp=\\"1e9999\\">99:99</span><![x[", "a": 1}',
        '{"monologues": [{"speaker": 0, "elements": [{"value": {}}]}]}',
        "[1, 2",
        "[null]",
        "[]",
        "{}",
        '"word"',
    ],
)
def test_odd_json_gives_a_transcript_or_a_refusal(tmp_path: Path, text: str) -> None:
    try:
        found = read_all(written(tmp_path, text))
    except NeedssegError as error:
        assert error.hint
    else:
        assert any(transcript.turns for _, transcript in found)


def test_keys_that_stand_twice_are_told(tmp_path: Path) -> None:
    text = (
        '{"turns": [{"speaker": "A", "text": "Lost words.", "text": "Kept words."}, {"speaker": "B", "text": "Yes."}]}'
    )
    transcript = read(written(tmp_path, text))
    assert said(transcript)[0][1] == "Kept words."
    assert transcript.words_by_kind["unread"] == 2
    assert any('"text"' in warning for warning in transcript.warnings)


def test_chosen_keys_and_speakers_are_obeyed(tmp_path: Path) -> None:
    turns = [{"note_by": "A", "gist": "Short.", "body_of_it": f"{words}", "from": name} for name, words, _ in TALK]
    choices = ReadingChoices(columns={"words": "gist", "speaker": "note_by"}, unlabelled="Nobody")
    transcript = read(written(tmp_path, turns), choices=choices)
    assert {turn.speaker for turn in transcript.turns} == {"Speaker A"}
    assert said(transcript)[0][1].startswith("Short.")
    silenced = read(
        written(tmp_path, dote()), choices=ReadingChoices(not_speakers=frozenset({"Tom Okoro"}), unlabelled="Guest")
    )
    assert silenced.speakers == ("Ines Varga", "Guest")


@pytest.mark.slow
@pytest.mark.parametrize("layout", [whisperx, aws_items, deepgram_utterances])
def test_five_megabytes_take_a_few_seconds(tmp_path: Path, layout: Callable[[], Any]) -> None:
    document = layout()
    whole = document.get("segments") or document["results"].get("utterances") or document["results"]["items"]
    size = len(json.dumps(whole))
    whole.extend(json.loads(json.dumps(whole)) * (5_000_000 // size))
    path = written(tmp_path, document)
    begin = time.process_time()
    read_all(path, anyway=True)
    # A second or two on a quiet machine; work that grew with the square of the size would take minutes.
    assert time.process_time() - begin < 30


def test_a_folder_lists_json_only_where_it_is_speech(tmp_path: Path) -> None:
    written(tmp_path, deepgram_words(), "talk.json", indent=1)
    written(tmp_path, {"name": "app", "dependencies": {"left": "1.0"}}, "package.json")
    written(tmp_path, {"features": [{"name": "x", "text": "some label"}]}, "map.json")
    written(tmp_path, dote(), "talk.dote")
    written(tmp_path, otranscribe(), "talk.otr")
    assert [path.name for path in transcript_files(tmp_path)] == ["talk.dote", "talk.json", "talk.otr"]


def test_captions_of_youtube_with_words_in_parts(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = [{"tStartMs": 0, "dDurationMs": 90_000, "id": 1, "wpWinPosId": 1}]
    for _, words, start in TALK:
        parts = [
            {"utf8": word if not at else f" {word}", "tOffsetMs": at * 200} for at, word in enumerate(words.split())
        ]
        events += [{"tStartMs": start, "dDurationMs": 3_000, "segs": parts}]
        events += [{"tStartMs": start + 3_000, "aAppend": 1, "segs": [{"utf8": "\n"}]}]
    transcript = read(written(tmp_path, {"wireMagic": "pb3", "events": events}, "talk.json"))
    assert " ".join(words for _, words in said(transcript)) == " ".join(words for _, words, _ in TALK)
    assert [turn.start_ms for turn in transcript.turns] == [500, 6_000]
