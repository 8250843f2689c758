"""Suggestions: whole sentences of participants, exactly as said, with the reasons shown."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg import transcripts
from needsseg.coding import load_cues, load_probes, sentence_spans, suggest, weigh
from needsseg.coding.linguistic_cues import empty_weight, find_cues
from needsseg.coding.sentences import count_words
from needsseg.coding.suggestions import LIKE
from needsseg.coding.windows import LONGEST, SHORTEST, question_before, windows
from needsseg.errors import UsageError
from needsseg.records import Transcript, Turn
from tests.fixtures.samples import DATA, INTERVIEWS
from tests.fixtures.wording.coding import (
    LIST_OF_PHRASES,
    MUST_BE_LIST,
    NO_PROBE_SENTENCE,
    NO_REGULAR_EXPRESSION,
    WEIGHT_AND_PHRASES,
)
from tests.fixtures.wording.common import NO_NUMBER
from tests.fixtures.wording.matching import refuses

speech = st.text(st.sampled_from(list("ab .!?…\n“”'’,🙂語。？[]()")), max_size=120)


@given(speech, st.integers(0, 30), st.integers(0, 120))
def test_sentences_are_ordered_trimmed_and_lose_no_word(text: str, start: int, end: int) -> None:
    start, end = min(start, len(text)), max(min(end, len(text)), min(start, len(text)))
    spans = sentence_spans(text, start, end)
    assert all(start <= a < b <= end for a, b in spans)
    assert all(b <= c for (_, b), (c, _) in zip(spans, spans[1:], strict=False))
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)
    assert re.sub(r"\s", "", "".join(text[a:b] for a, b in spans)) == re.sub(r"\s", "", text[start:end])


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("I saw Dr. Lind. She was late.", ["I saw Dr. Lind.", "She was late."]),
        ("Well... it was late. No?", ["Well... it was late.", "No?"]),
        ("“Is it done?” he said. Yes!", ["“Is it done?”", "he said.", "Yes!"]),
        ("Version 2.5 came at 10.30 today. Fine", ["Version 2.5 came at 10.30 today.", "Fine"]),
        ("それは遅い。困る？", ["それは遅い。", "困る？"]),
        ("first line\nsecond line", ["first line", "second line"]),
        ("", []),
    ],
)
def test_sentences_as_a_reader_sees_them(text: str, sentences: list[str]) -> None:
    assert [text[a:b] for a, b in sentence_spans(text)] == sentences


def test_words_are_counted_in_scripts_without_spaces_too() -> None:
    assert count_words("it is late") == 3
    assert count_words("私は毎週金曜日に報告書を作っています") >= 8


def _talk(*turns: tuple[str, str, str]) -> Transcript:
    text, made = "", []
    for speaker, role, words in turns:
        text += f"{speaker}: "
        made.append(Turn(speaker, role, len(text), len(text) + len(words)))  # type: ignore[arg-type]
        text += words + "\n\n"
    return Transcript(text, tuple(made), "text")


@given(st.lists(st.tuples(st.sampled_from(["participant", "interviewer", "other"]), speech), max_size=6))
def test_windows_lie_within_participants_turns(turns: list[tuple[str, str]]) -> None:
    transcript = _talk(*((role[0], role, words) for role, words in turns))
    for start, end in windows(transcript):
        assert any(t.start <= start < end <= t.end and t.role == "participant" for t in transcript.turns)
        assert count_words(transcript.text[start:end]) >= SHORTEST


@pytest.mark.slow
def test_windows_of_real_interviews_are_comfortable_to_read() -> None:
    for file in sorted(INTERVIEWS.iterdir()):
        transcript = transcripts.read(file)
        spans = windows(transcript)
        assert len(spans) > 20, file.name
        long = [transcript.text[a:b] for a, b in spans if count_words(transcript.text[a:b]) > LONGEST]
        assert all(len(sentence_spans(words)) <= 2 for words in long), (
            "only a sentence that is long itself may be longer"
        )


def test_every_kind_of_cue_is_found_and_shown() -> None:
    said = {
        "situation": "Whenever the list changes, well.",
        "motivation": "I was trying to see it.",
        "outcome": "Now I can sleep.",
        "struggle": "Nobody knew at all.",
        "workaround": "We had a whiteboard.",
        "beside": "Can you hear me?",
    }
    for kind, words in said.items():
        hits = {hit.kind: hit.words for hit in find_cues(words, load_cues())}
        assert kind in hits, f"{kind} in {words}"
        assert hits[kind].lower() in words.lower()


@pytest.mark.parametrize(
    "words",
    [
        "No, I don't know.",
        "No, I don’t know, I haven't really thought about it, not really.",
        "Yeah, okay, that makes sense, yes, exactly.",
        "Hi, good morning, thank you so much for having me, nice to meet you too.",
        "I'll share my screen. All right. Can you see this?",
        "Sorry, could you repeat the question, please? I didn't catch that.",
        "Just give me a second, hold on, my microphone was off.",
        "Nein, das weiß ich jetzt nicht, keine Ahnung.",
        "No, no lo sé, no tengo ni idea.",
        "Non, je ne sais pas, aucune idée.",
        "No, non lo so, non ne ho idea.",
    ],
)
def test_what_answers_nothing_is_told_by_a_rule(words: str) -> None:
    assert empty_weight(words, load_cues()) < 0


@pytest.mark.parametrize(
    "words",
    [
        "I don't know who has the van until somebody calls me in the morning.",
        "No, we print the plan every Friday and pin it to the door.",
        "Yes, and then the customer asks why the invoice has two dates.",
        "When a recording breaks up, I have to ask the interviewer for her notes and type them again.",
        "",
    ],
)
def test_an_answer_that_says_something_is_not_empty(words: str) -> None:
    assert empty_weight(words, load_cues()) == 0
    assert empty_weight("No.", tuple(group for group in load_cues() if group.kind != "empty")) == 0


def test_the_question_before_an_answer_is_the_interviewers_last_one() -> None:
    transcript = _talk(
        ("I", "interviewer", "How do you plan?"),
        ("A", "participant", "On paper."),
        ("I", "interviewer", "And then?"),
        ("A", "participant", "Then I call."),
        ("B", "participant", "Both of us."),
    )
    asked = [question_before(transcript, turn.start) for turn in transcript.turns]
    assert asked == ["", "How do you plan?", "How do you plan?", "And then?", "And then?"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[situation]\nweight = 1", (WEIGHT_AND_PHRASES,)),
        ("[weather]\nweight = 1\nphrases = ['rain']", (WEIGHT_AND_PHRASES,)),
        ("[situation]\nweight = 1\nphrases = ['(']", (NO_REGULAR_EXPRESSION,)),
        ("[situation", ("TOML",)),
        ("[situation]\nweight = 1\nphrases = []", (LIST_OF_PHRASES,)),
        ("[situation]\nweight = 1\nphrases = ['a', ' ']", (LIST_OF_PHRASES,)),
        ("[situation]\nweight = 1\nphrases = 'want to'", (LIST_OF_PHRASES,)),
        ("[situation]\nweight = 'high'\nphrases = ['a']", ("weight = 'high'", NO_NUMBER)),
    ],
)
def test_a_broken_cue_file_is_named(tmp_path: Path, content: str, message: tuple[object, ...]) -> None:
    file = tmp_path / "cues.toml"
    file.write_text(content, encoding="utf-8")
    with refuses(UsageError, *message, hint=False) as raised:
        load_cues(file)
    assert str(file) in str(raised.value)


def test_a_byte_order_mark_and_typographic_apostrophes_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "cues.toml"
    file.write_text("[struggle]\nweight = 1\nphrases = ['can’t']", encoding="utf-8-sig")
    assert [hit.words for said in ("I can’t", "I can't") for hit in find_cues(said, load_cues(file))] == [
        "can’t",
        "can't",
    ]
    file.write_bytes("[struggle]\nweight = 1\nphrases = ['ä']".encode("cp1252"))
    load = load_cues.__globals__["_load"]
    load.cache_clear()
    with refuses(UsageError, "UTF-8"):
        load_cues(file)


@pytest.mark.parametrize(
    ("content", "message"),
    [("struggle = 'one'", (MUST_BE_LIST,)), ("beside = ['hi']", (NO_PROBE_SENTENCE,)), ("x = [", ("TOML",))],
)
def test_a_broken_probe_file_is_named(tmp_path: Path, content: str, message: tuple[object, ...]) -> None:
    file = tmp_path / "probes.toml"
    file.write_text(content, encoding="utf-8")
    with refuses(UsageError, *message, hint=False):
        load_probes(file)


def _check(transcript: Transcript, name: str) -> None:
    found = suggest(transcript)
    assert found, name
    for suggestion in found:
        assert 0.5 <= suggestion.score <= 1
        likeness = [float(match) for match in re.findall(r"probe “.*” \((.*)\)$", "\n".join(suggestion.reasons), re.M)]
        assert all(value >= LIKE for value in likeness), "a probe is a reason only where the words are really like it"
        inside = [t for t in transcript.turns if t.start <= suggestion.start < suggestion.end <= t.end]
        assert [t.role for t in inside] == ["participant"], name
        for cue in re.findall(
            r": “(.*)”$", "\n".join(r for r in suggestion.reasons if not r.startswith("like ")), re.M
        ):
            assert cue in transcript.text[suggestion.start : suggestion.end]
    assert found == suggest(transcript), "the same every time"


def test_suggestions_in_the_sample_study() -> None:
    for name in ("ines-carvalho.vtt", "farid-haddad.docx"):
        _check(transcripts.read(INTERVIEWS / name), name)


@pytest.mark.model
def test_suggestions_in_interviews_of_strangers() -> None:
    for name in ("00022.md", "00789.md", "00941.md"):
        _check(transcripts.read(DATA / "gold" / name), name)


def test_job_talk_scores_above_small_talk() -> None:
    transcript = _talk(
        (
            "A",
            "participant",
            "When somebody calls in sick I have to find out who can take over, and nobody knew who had what.",
        ),
        (
            "A",
            "participant",
            "My sister lives near the sea and her garden has roses, they are red and they smell lovely.",
        ),
    )
    assert [s.start for s in suggest(transcript, threshold=0.5)] == [transcript.turns[0].start]


def test_a_transcript_without_participants_yields_nothing_and_loads_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("needsseg.coding.suggestions.locate", lambda *_: pytest.fail("the model was asked for"))
    assert suggest(_talk(("I", "interviewer", "When did you last want to see who has what? Nobody knew."))) == []
    assert weigh(_talk(), load_cues()) == []
