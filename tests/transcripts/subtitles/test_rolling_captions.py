"""Captions that roll are read once; what people say twice stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.transcripts.documents import said
from tests.fixtures.transcripts.subtitles import FORMS, reading, srt, talk_of, vtt
from tests.fixtures.wording.matching import mentions

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
