"""JSON of transcription services: each layout gives back the same talk, with an account of all text it holds."""

from __future__ import annotations

import json
import random
import sys
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

TALK = [
    ("Ines Varga", "How do you keep track of the bees, and who helps?", 500),
    ("Tom Okoro", "I count the boxes by hand. My niece writes it down, in pencil.", 6_000),
    ("Ines Varga", "What happens when it rains?", 14_000),
    ("Tom Okoro", "Then nobody counts; the paper gets wet and we guess.", 17_500),
]
"""(speaker, words, start in ms)."""
NUMBERS = {"Ines Varga": 0, "Tom Okoro": 1}


def end_of(start: int) -> int:
    return start + 2_400


def words_of(start: int, words: str) -> Iterator[tuple[str, float, float]]:
    for number, word in enumerate(words.split()):
        yield word, (start + 200 * number) / 1000, (start + 200 * number + 150) / 1000


def tokens_of(start: int, words: str) -> Iterator[tuple[str, float | None, float | None]]:
    """Words and their punctuation apart; punctuation has no times."""
    for word, begin, end in words_of(start, words):
        bare = word.rstrip(".,;?")
        yield bare, begin, end
        for mark in word[len(bare) :]:
            yield mark, None, None


def whisper_cpp() -> Any:
    def stamp(ms: int) -> str:
        return f"00:00:{ms // 1000:02},{ms % 1000:03}"

    return {
        "systeminfo": "AVX = 1 | NEON = 0",
        "model": {"type": "base"},
        "result": {"language": "en"},
        "transcription": [
            {
                "timestamps": {"from": stamp(start), "to": stamp(end_of(start))},
                "offsets": {"from": start, "to": end_of(start)},
                "text": f" {words}",
            }
            for _, words, start in TALK
        ],
    }


def hugging_face() -> Any:
    chunks = [{"timestamp": [start / 1000, end_of(start) / 1000], "text": f" {words}"} for _, words, start in TALK]
    return {"text": " ".join(words for _, words, _ in TALK), "chunks": chunks}


def hugging_face_list() -> Any:
    return hugging_face()["chunks"]


def hugging_face_words() -> Any:
    return {
        "text": " ".join(words for _, words, _ in TALK),
        "chunks": [
            {"text": f" {word}", "timestamp": [begin, end]}
            for _, words, start in TALK
            for word, begin, end in words_of(start, words)
        ],
    }


def openai() -> Any:
    return {
        "task": "transcribe",
        "language": "english",
        "text": " ".join(words for _, words, _ in TALK),
        "segments": [
            {"id": number, "seek": 0, "start": start / 1000, "end": end_of(start) / 1000, "text": f" {words}"}
            for number, (_, words, start) in enumerate(TALK)
        ],
    }


def whisperx() -> Any:
    segments = [
        {
            "start": start / 1000,
            "end": end_of(start) / 1000,
            "text": f" {words}",
            "speaker": f"SPEAKER_{NUMBERS[name]:02}",
            "words": [
                {"word": word, "start": begin, "end": end, "speaker": f"SPEAKER_{NUMBERS[name]:02}"}
                for word, begin, end in words_of(start, words)
            ],
        }
        for name, words, start in TALK
    ]
    return {"segments": segments, "word_segments": [word for each in segments for word in each["words"]]}


def whisperx_words_only() -> Any:
    document = whisperx()
    for segment in document["segments"]:
        del segment["speaker"]
    return document


def deepgram_words() -> Any:
    words = [
        {"word": word.strip(".,;?").lower(), "start": a, "end": b, "speaker": NUMBERS[name], "punctuated_word": word}
        for name, words, start in TALK
        for word, a, b in words_of(start, words)
    ]
    whole = " ".join(words for _, words, _ in TALK)
    alternative = {"transcript": whole, "confidence": 0.9, "words": words}
    return {"metadata": {"request_id": "q-7"}, "results": {"channels": [{"alternatives": [alternative]}]}}


def deepgram_paragraphs() -> Any:
    document = deepgram_words()
    document["results"]["channels"][0]["alternatives"][0]["paragraphs"] = {
        "transcript": "\n\n".join(f"Speaker {NUMBERS[name]}: {words}" for name, words, _ in TALK),
        "paragraphs": [
            {
                "sentences": [{"text": words, "start": start / 1000, "end": end_of(start) / 1000}],
                "speaker": NUMBERS[name],
                "num_words": 5,
                "start": start / 1000,
                "end": end_of(start) / 1000,
            }
            for name, words, start in TALK
        ],
    }
    return document


def deepgram_utterances() -> Any:
    document = deepgram_paragraphs()
    document["results"]["utterances"] = [
        {
            "start": start / 1000,
            "end": end_of(start) / 1000,
            "transcript": words,
            "speaker": NUMBERS[name],
            "id": f"u{start}",
        }
        for name, words, start in TALK
    ]
    return document


def deepgram_channels() -> Any:
    """Each speaker on a channel of their own."""
    channels = [
        {
            "alternatives": [
                {
                    "words": [
                        {"word": word.lower(), "punctuated_word": word, "start": a, "end": b}
                        for each, words, start in TALK
                        if each == name
                        for word, a, b in words_of(start, words)
                    ]
                }
            ]
        }
        for name in NUMBERS
    ]
    return {"results": {"channels": channels}}


def assemblyai() -> Any:
    return {
        "id": "a-1",
        "text": " ".join(words for _, words, _ in TALK),
        "utterances": [
            {
                "speaker": "AB"[NUMBERS[name]],
                "text": words,
                "start": start,
                "end": end_of(start),
                "words": [
                    {"text": word, "start": int(a * 1000), "end": int(b * 1000), "speaker": "AB"[NUMBERS[name]]}
                    for word, a, b in words_of(start, words)
                ],
            }
            for name, words, start in TALK
        ],
    }


def aws_items(labelled: bool = True) -> Any:
    items: list[dict[str, Any]] = []
    segments = []
    for name, words, start in TALK:
        held = []
        for token, begin, end in tokens_of(start, words):
            item: dict[str, Any] = {"alternatives": [{"confidence": "0.9", "content": token}], "type": "punctuation"}
            if begin is not None:
                item |= {"type": "pronunciation", "start_time": str(begin), "end_time": str(end)}
                held.append({"start_time": str(begin), "end_time": str(end), "speaker_label": f"spk_{NUMBERS[name]}"})
            if labelled:
                item["speaker_label"] = f"spk_{NUMBERS[name]}"
            items.append(item)
        segments.append({"start_time": str(start / 1000), "speaker_label": f"spk_{NUMBERS[name]}", "items": held})
    return {
        "jobName": "talk",
        "results": {
            "transcripts": [{"transcript": " ".join(words for _, words, _ in TALK)}],
            "speaker_labels": {"speakers": 2, "segments": segments},
            "items": items,
        },
    }


def aws_older() -> Any:
    return aws_items(labelled=False)


def aws_channels() -> Any:
    """Each speaker on a channel of their own."""
    channels = []
    for name, number in NUMBERS.items():
        items: list[dict[str, Any]] = []
        for each, words, start in TALK:
            for token, begin, end in tokens_of(start, words) if each == name else ():
                item: dict[str, Any] = {"alternatives": [{"content": token}], "type": "punctuation"}
                if begin is not None:
                    item |= {"type": "pronunciation", "start_time": str(begin), "end_time": str(end)}
                items.append(item)
        channels.append({"channel_label": f"ch_{number}", "items": items})
    return {"results": {"channel_labels": {"channels": channels, "number_of_channels": 2}}}


def aws_segments() -> Any:
    document = aws_items()
    document["results"]["audio_segments"] = [
        {
            "id": number,
            "transcript": words,
            "start_time": str(start / 1000),
            "end_time": str(end_of(start) / 1000),
            "speaker_label": f"spk_{NUMBERS[name]}",
            "items": [1, 2],
        }
        for number, (name, words, start) in enumerate(TALK)
    ]
    return document


def rev_ai() -> Any:
    monologues = []
    for name, words, start in TALK:
        elements: list[dict[str, Any]] = []
        for token, begin, end in tokens_of(start, words):
            if begin is None:
                elements.append({"type": "punct", "value": token})
                continue
            if elements:
                elements.append({"type": "punct", "value": " "})
            elements.append({"type": "text", "value": token, "ts": begin, "end_ts": end, "confidence": 0.9})
        monologues.append({"speaker": NUMBERS[name], "elements": elements})
    return {"monologues": monologues}


def google_last_result() -> Any:
    """Speakers stand in the last result, which repeats all words."""
    results: list[dict[str, Any]] = [
        {
            "alternatives": [
                {
                    "transcript": words,
                    "words": [
                        {"word": word, "startTime": f"{a:.3f}s", "endTime": f"{b:.3f}s"}
                        for word, a, b in words_of(start, words)
                    ],
                }
            ]
        }
        for _, words, start in TALK
    ]
    every = [
        {"word": word, "startTime": f"{a:.3f}s", "endTime": f"{b:.3f}s", "speakerTag": NUMBERS[name] + 1}
        for name, words, start in TALK
        for word, a, b in words_of(start, words)
    ]
    return {"results": [*results, {"alternatives": [{"words": every}]}]}


def google_each_result() -> Any:
    return {
        "results": [
            {
                "alternatives": [
                    {
                        "transcript": words,
                        "words": [
                            {
                                "word": word,
                                "startOffset": {"seconds": int(a), "nanos": int(a % 1 * 1e9)},
                                "endOffset": {"seconds": str(int(b)), "nanos": int(b % 1 * 1e9)},
                                "speakerLabel": str(NUMBERS[name] + 1),
                            }
                            for word, a, b in words_of(start, words)
                        ],
                    }
                ],
                "languageCode": "en-us",
            }
            for name, words, start in TALK
        ]
    }


def google_unnamed() -> Any:
    return {"results": google_last_result()["results"][:-1]}


def azure() -> Any:
    return {
        "source": "https://example.org/talk.wav",
        "combinedRecognizedPhrases": [{"channel": 0, "display": " ".join(words for _, words, _ in TALK)}],
        "recognizedPhrases": [
            {
                "recognitionStatus": "Success",
                "channel": 0,
                "speaker": NUMBERS[name] + 1,
                "offset": f"PT{start / 1000}S",
                "duration": "PT2.4S",
                "offsetInTicks": start * 10_000.0,
                "nBest": [{"confidence": 0.9, "lexical": words.lower().strip("?."), "display": words}],
            }
            for name, words, start in TALK
        ],
    }


def azure_fast() -> Any:
    return {
        "durationMilliseconds": 30_000,
        "combinedPhrases": [{"text": " ".join(words for _, words, _ in TALK)}],
        "phrases": [
            {
                "speaker": NUMBERS[name] + 1,
                "offsetMilliseconds": start,
                "durationMilliseconds": 2_400,
                "text": words,
                "words": [{"text": word, "offsetMilliseconds": int(a * 1000)} for word, a, _ in words_of(start, words)],
            }
            for name, words, start in TALK
        ],
    }


def fireflies_api() -> Any:
    sentences = [
        {
            "index": number,
            "speaker_name": name,
            "speaker_id": NUMBERS[name],
            "text": words,
            "raw_text": words,
            "start_time": start / 1000,
            "end_time": end_of(start) / 1000,
        }
        for number, (name, words, start) in enumerate(TALK)
    ]
    summary = {
        "overview": "A talk about bees, boxes and pencils that was held in the rain.",
        "keywords": ["bees", "rain"],
    }
    return {"data": {"transcript": {"id": "f1", "title": "Bees", "sentences": sentences, "summary": summary}}}


def fireflies_web() -> Any:
    return [
        {
            "sentence": words,
            "startTime": f"00:{start // 1000:02}",
            "endTime": "00:30",
            "speaker_name": name,
            "speaker_id": 3,
        }
        for name, words, start in TALK
    ]


def gong() -> Any:
    return {
        "callTranscripts": [
            {
                "callId": "881",
                "transcript": [
                    {
                        "speakerId": f"90{NUMBERS[name]}",
                        "topic": "Opening",
                        "sentences": [{"start": start, "end": end_of(start), "text": words}],
                    }
                    for name, words, start in TALK
                ],
            }
        ]
    }


def gong_with_parties() -> Any:
    parties = [
        {"id": "x1", "speakerId": "900", "name": "Ines Varga", "affiliation": "Internal"},
        {"id": "x2", "speakerId": "901", "name": "Tom Okoro", "affiliation": "External"},
    ]
    return gong() | {"calls": [{"metaData": {"id": "881", "title": "Bees"}, "parties": parties}]}


def granola() -> Any:
    return [
        {
            "document_id": "d9",
            "start_timestamp": f"2026-03-01T09:00:{start / 1000:06.3f}Z",
            "end_timestamp": f"2026-03-01T09:00:{end_of(start) / 1000:06.3f}Z",
            "text": words,
            "source": ("microphone", "system")[NUMBERS[name]],
            "id": f"e{start}",
            "is_final": True,
        }
        for name, words, start in TALK
    ]


def granola_by_document() -> Any:
    return {"transcripts": {"3f0a-77": granola(), "9b1c-12": granola()}}


def dote() -> Any:
    return {
        "lines": [
            {
                "startTime": f"00:00:{start // 1000:02},{start % 1000:03}",
                "endTime": f"00:00:{end_of(start) // 1000:02},{end_of(start) % 1000:03}",
                "speakerDesignation": name,
                "text": words,
            }
            for name, words, start in TALK
        ]
    }


def otranscribe() -> Any:
    text = "".join(
        f'<p><span class="timestamp" data-timestamp="{start / 1000}">00:{start // 1000:02}</span>&nbsp;{name}: {words}<br></p>'
        for name, words, start in TALK
    )
    return {"text": text, "media": "bees in spring.mp3", "media-time": 3.5}


def teams() -> Any:
    return {
        "entries": [
            {
                "id": str(number),
                "text": words,
                "speakerDisplayName": name,
                "startOffset": f"00:00:{start / 1000:010.7f}",
                "endOffset": f"00:00:{end_of(start) / 1000:010.7f}",
            }
            for number, (name, words, start) in enumerate(TALK)
        ]
    }


def otter() -> Any:
    return {
        "speech": {
            "title": "Bees",
            "transcripts": [
                {
                    "transcript": words,
                    "speaker_id": 70 + NUMBERS[name],
                    "start_offset": start * 16,
                    "end_offset": end_of(start) * 16,
                }
                for name, words, start in TALK
            ],
            "speakers": [{"id": 70 + number, "speaker_name": name} for name, number in NUMBERS.items()],
        }
    }


def speechmatics() -> Any:
    results = [
        {
            "type": "word" if begin is not None else "punctuation",
            "start_time": begin if begin is not None else start / 1000 + 3,
            "end_time": end if end is not None else start / 1000 + 3,
            "alternatives": [{"content": token, "speaker": f"S{NUMBERS[name] + 1}", "confidence": 1.0}],
        }
        for name, words, start in TALK
        for token, begin, end in tokens_of(start, words)
    ]
    return {"format": "2.9", "results": results}


def elevenlabs() -> Any:
    words = []
    for name, said, start in TALK:
        for word, begin, end in words_of(start, said):
            speaker = f"speaker_{NUMBERS[name]}"
            words.append({"text": word, "start": begin, "end": end, "type": "word", "speaker_id": speaker})
            words.append({"text": " ", "start": end, "end": end, "type": "spacing", "speaker_id": speaker})
    return {"language_code": "en", "text": " ".join(said for _, said, _ in TALK), "words": words}


def recall() -> Any:
    return [
        {
            "participant": {"id": 100 + NUMBERS[name], "name": name, "is_host": name == "Ines Varga"},
            "words": [
                {"text": word, "start_timestamp": {"relative": a}, "end_timestamp": {"relative": b}}
                for word, a, b in words_of(start, words)
            ],
        }
        for name, words, start in TALK
    ]


def read_ai() -> Any:
    blocks = [
        {"speaker": {"name": name}, "words": words, "start_time": start, "end_time": end_of(start)}
        for name, words, start in TALK
    ]
    return {"transcript": {"speaker_blocks": blocks, "speakers": [{"name": name} for name in NUMBERS]}}


def chorus() -> Any:
    utterances = [{"speaker_name": name, "snippet": words, "snippet_time": start / 1000} for name, words, start in TALK]
    return {"recording": {"utterances": utterances}, "name": "Bees"}


def descript() -> Any:
    """Speakers by number, their names in an object."""
    return {
        "speakers": {str(number): name for name, number in NUMBERS.items()},
        "blocks": [{"speaker": NUMBERS[name], "text": words, "start": start / 1000} for name, words, start in TALK],
    }


def chat_messages() -> Any:
    return {"messages": [{"from": {"name": name}, "text": words, "startTime": start} for name, words, start in TALK]}


def deep_unknown() -> Any:
    """No service's: a list of turns four levels down, with keys of its own."""
    turns = [{"who": name, "utterance": words, "begin": start / 1000} for name, words, start in TALK]
    return {"export": {"version": 3, "payload": {"interview": {"items": turns}}}}


NOBODY = {"Ines Varga": "", "Tom Okoro": ""}
SPEAKERS = {name: f"Speaker {number}" for name, number in NUMBERS.items()}
FROM_ONE = {name: f"Speaker {number + 1}" for name, number in NUMBERS.items()}
LETTERS = {"Ines Varga": "Speaker A", "Tom Okoro": "Speaker B"}
SPK = {name: f"spk_{number}" for name, number in NUMBERS.items()}
WHISPERX = {name: f"SPEAKER_{number:02}" for name, number in NUMBERS.items()}
SAME = {name: name for name in NUMBERS}
LAYOUTS: list[tuple[Callable[[], Any], dict[str, str]]] = [
    (whisper_cpp, NOBODY),
    (hugging_face, NOBODY),
    (hugging_face_list, NOBODY),
    (hugging_face_words, NOBODY),
    (openai, NOBODY),
    (whisperx, WHISPERX),
    (whisperx_words_only, WHISPERX),
    (deepgram_words, SPEAKERS),
    (deepgram_paragraphs, SPEAKERS),
    (deepgram_utterances, SPEAKERS),
    (deepgram_channels, SPEAKERS),
    (assemblyai, LETTERS),
    (aws_items, SPK),
    (aws_older, SPK),
    (aws_segments, SPK),
    (aws_channels, {name: f"ch_{number}" for name, number in NUMBERS.items()}),
    (rev_ai, SPEAKERS),
    (google_last_result, FROM_ONE),
    (google_each_result, FROM_ONE),
    (google_unnamed, NOBODY),
    (azure, FROM_ONE),
    (azure_fast, FROM_ONE),
    (fireflies_api, SAME),
    (fireflies_web, SAME),
    (gong, {"Ines Varga": "Speaker 900", "Tom Okoro": "Speaker 901"}),
    (gong_with_parties, SAME),
    (granola, {"Ines Varga": "microphone", "Tom Okoro": "system"}),
    (dote, SAME),
    (otranscribe, SAME),
    (teams, SAME),
    (otter, SAME),
    (speechmatics, {"Ines Varga": "S1", "Tom Okoro": "S2"}),
    (elevenlabs, {"Ines Varga": "speaker_0", "Tom Okoro": "speaker_1"}),
    (recall, SAME),
    (read_ai, SAME),
    (chorus, SAME),
    (descript, SAME),
    (chat_messages, SAME),
    (deep_unknown, SAME),
]
NAMES = [layout.__name__ for layout, _ in LAYOUTS]


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
        patch.setattr(sys.modules[__name__], "TALK", talk)
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
