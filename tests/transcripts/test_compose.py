"""Offsets hold for any turns, and a talk written in a layout reads back word for word."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from needsseg.transcripts import read
from needsseg.transcripts.compose import compose
from needsseg.transcripts.spoken import Spoken, flowing, merged, one_line, tidy

ANY_TEXT = st.text(max_size=60) | st.sampled_from(
    ["[laughs] hi", "😀 👩‍👩‍👧 ok", "田中さん 元気", "a\r\nb\n\n\nc", "x\0y", " "]
)
PIECES = st.lists(st.builds(Spoken, ANY_TEXT, ANY_TEXT), max_size=12)

NAMES = st.sampled_from(
    ["Ada Novak", "P3", "Interviewer", "Karim T. (matkt)", "Zoë Lindqvist", "O'Neil | Orchard", "李雷"]
)
SPEECH = "so we [laughs] kept 😀 a 清单 list, naïve? Yes. (no) “well” 10:30, https://x.example R&D it's -- 5%"
WORDS = st.lists(
    st.sampled_from(SPEECH.split()),
    min_size=1,
    max_size=12,
).map(" ".join)
TALKS = st.lists(st.tuples(NAMES, WORDS), min_size=2, max_size=12)


@given(PIECES)
def test_every_turn_delimits_exactly_its_words(pieces: list[Spoken]) -> None:
    text, turns = compose(pieces)
    kept = [piece for piece in pieces if tidy(piece.words)]
    assert [text[turn.start : turn.end] for turn in turns] == [tidy(piece.words) for piece in kept]
    assert [turn.speaker for turn in turns] == [one_line(piece.speaker) for piece in kept]
    assert all(first.end + 2 <= second.start for first, second in pairwise(turns))
    labels = [f"{turn.speaker}: " if turn.speaker else "" for turn in turns]
    assert text == "\n\n".join(
        f"{label}{text[turn.start : turn.end]}" for label, turn in zip(labels, turns, strict=True)
    )
    assert not any(char in text for char in "\0\r\t\x07")


@given(PIECES)
def test_joining_changes_no_word(pieces: list[Spoken]) -> None:
    words = [word for piece in pieces for word in tidy(piece.words).split()]
    assert [word for piece in merged(pieces) for word in tidy(piece.words).split()] == words
    assert [word for piece in flowing(pieces) for word in tidy(piece.words).split()] == words


def test_long_unlabelled_talk_is_cut_at_sentence_ends() -> None:
    turns = flowing([Spoken("", "We walked a long way and", 0, 1), Spoken("", "then we sat down.", 1, 2)] * 60)
    assert len(turns) > 3
    assert all(turn.words.endswith("down.") for turn in turns)
    assert len(flowing([Spoken("", "no marks here at all")] * 100)) > 1


def clock(seconds: int, mark: str = ".") -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}000"


def escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


def written(talk: list[tuple[str, str]], layout: str) -> str:
    if layout == "text":
        return "".join(f"{name}: {words}\n\n" for name, words in talk)
    if layout == "markdown":
        return "# Talk\n\n" + "".join(f"**{name}:** {words}\n\n" for name, words in talk)
    if layout == "otter":
        return "".join(f"{name}  {n // 60}:{n % 60:02}  \n{words}\n\n" for n, (name, words) in enumerate(talk))
    if layout == "srt":
        cues = enumerate(talk, 1)
        return "".join(
            f"{n}\n{clock(n, ',')} --> {clock(n + 1, ',')}\n{name}: {words}\n\n" for n, (name, words) in cues
        )
    lines = ["WEBVTT", ""]
    for n, (name, words) in enumerate(talk, 1):
        teams = layout == "teams-vtt"
        payload = f"<v {escaped(name)}>{escaped(words)}</v>" if teams else f"{name}: {words}"
        ident = f"1b2c/{n}-0" if teams else str(n)
        lines += [ident, f"{clock(n)} --> {clock(n + 1)}", payload, ""]
    return "\n".join(lines)


@pytest.mark.slow
@given(TALKS, st.sampled_from(["text", "markdown", "zoom-vtt", "teams-vtt", "srt", "otter"]))
def test_what_was_written_in_a_layout_reads_back(talk: list[tuple[str, str]], layout: str) -> None:
    # Captions that roll show a line again; who says the same words twice in a row looks like that.
    same = [(one, other) for (who, one), (again, other) in pairwise(talk) if who == again]
    rolls = any(one.startswith(other[:2]) or other.split()[0] in one.split() for one, other in same)
    assume(not rolls or layout in {"text", "markdown", "otter"})
    # A cue that holds nothing but brackets is a sound.
    assume(all(words.replace("(no)", "").strip() for _, words in talk))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "talk.txt"
        path.write_text(written(talk, layout), encoding="utf-8")
        transcript = read(path)
    glue = "\n" if layout in {"text", "markdown", "otter"} else " "
    expected: list[tuple[str, str]] = []
    for name, words in talk:
        if expected and expected[-1][0] == name:
            expected[-1] = (name, expected[-1][1] + glue + words)
        else:
            expected.append((name, words))
    assert transcript.format == layout
    assert [(turn.speaker, transcript.words(turn)) for turn in transcript.turns] == expected
