"""Every layout of plain lines reads back what was written in it, and every word is accounted for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.transcripts import FORMATS, read, read_text_lines
from needsseg.transcripts.layouts_page import CUES, LABELLED, layouts_page
from needsseg.transcripts.lines.headers import clock_ms
from needsseg.transcripts.lines.layouts import LINE_LAYOUTS, LineLayout
from needsseg.transcripts.lines.reading import layout_of, read_lines
from tests.fixtures.samples import ROOT

PAGE = ROOT / "docs" / "reference" / "transcripts.md"
EVERY_TEMPLATE = [(layout, template) for layout in LINE_LAYOUTS for template in layout.templates]
NAMES = ("Oda Brinkholt", "Teo Marsand", "Zoë van der Lind", "Interviewer", "O'Neil", "Dr. Karl Abt", "Participant 2")
CODES = ("Speaker 0", "Speaker 1", "Speaker 12")
SENTENCES = (
    "How do the orders reach you in the morning?",
    "Most come by phone before six, at 10:30 at the latest.",
    "I let one ring. Then I call back from the van (if I find the number).",
    "and then, well, I wait",
    "What would have helped you that day?",
    "Nothing. “One place”, said Ada: a list, a pen.",
    "Yes.",
    "We tried https://shop.example once; 5% of it worked [laughs].",
)


@dataclass(frozen=True)
class Said:
    name: str
    words: str
    seconds: int


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def written(layout: LineLayout, template: str, talk: list[Said]) -> list[str]:
    """A talk in a template, a blank line between turns."""
    lines: list[str] = []
    for turn in talk:
        filled = template.replace("  ", "\t").replace("~", " ")
        parts = {
            "name": turn.name, "code": turn.name, "letter": turn.name, "initials": turn.name,
            "role": turn.name, "short": turn.name,
            "time": clock(turn.seconds), "everyone": "Everyone",
            "end": clock(turn.seconds + 3), "words": turn.words, "open": "{", "close": "}",
            "secs": f"{turn.seconds}s", "moment": f"12/02/2026, {clock(turn.seconds)}",
            "spoken": f"{turn.seconds // 60} minutes {turn.seconds % 60} seconds",
        }  # fmt: skip
        filled = re.sub(r"\{(\w+)\}", lambda match, parts=parts: parts[match[1]], filled)
        lines += [*filled.split("\n"), *([turn.words] if layout.above else []), ""]
    return lines


def names_for(template: str) -> tuple[str, ...]:
    if "{code}" in template:
        return CODES
    if "{initials}" in template:
        return ("I", "P", "M", "B2", "IV")
    if "{short}" in template:
        return ("HV", "PN", "TN2")
    if "{role}" in template:
        return ("Interviewer", "Participant 3", "Moderator")
    return ("Q", "A") if "{letter}" in template else NAMES


@st.composite
def talks(draw: st.DrawFn, names: tuple[str, ...]) -> list[Said]:
    """Two or three speakers by turns, each at least twice, some once more."""
    cast = draw(st.lists(st.sampled_from(names), min_size=2, max_size=3, unique=True))
    count = draw(st.integers(2, 4))
    order = [name for _ in range(count) for name in cast]
    gaps = draw(st.lists(st.integers(1, 2000), min_size=len(order), max_size=len(order)))
    words = draw(st.lists(st.sampled_from(SENTENCES), min_size=len(order), max_size=len(order)))
    at, talk = 0, []
    for name, gap, said in zip(order, gaps, words, strict=True):
        talk.append(Said(name, said, at))
        at += gap
    return talk


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layout", "template"), EVERY_TEMPLATE, ids=[f"{one.name}: {form}" for one, form in EVERY_TEMPLATE]
)
@settings(max_examples=8)
@given(data=st.data())
def test_what_was_written_in_a_template_reads_back(layout: LineLayout, template: str, data: st.DataObject) -> None:
    talk = data.draw(talks(names_for(template)))
    lines = written(layout, template, talk)
    transcript = read_text_lines(lines)
    assert [(turn.speaker, transcript.words(turn)) for turn in transcript.turns] == [
        (one.name, one.words) for one in talk
    ]
    if re.search(r"\{(?:time|spoken|secs|moment)\}", template):
        assert [turn.start_ms for turn in transcript.turns] == [one.seconds * 1000 for one in talk]
    assert sum(transcript.words_by_kind.values()) == sum(len(line.split()) for line in lines)
    assert transcript.words_by_kind["speech"] == sum(len(one.words.split()) for one in talk)
    assert transcript.words_by_kind["unread"] == 0


@pytest.mark.parametrize("layout", LINE_LAYOUTS, ids=lambda layout: layout.name)
def test_the_example_is_read_in_its_layout(layout: LineLayout) -> None:
    lines = layout.example.split("\n")
    assert layout_of(lines) == layout.name
    reading = read_lines(lines)
    speakers = list(dict.fromkeys(piece.speaker for piece in reading.spoken))
    assert len(speakers) == 2
    assert reading.spoken[0].words == "How do the orders come?"
    assert reading.spoken[1].words == "By phone, before six."
    if re.search(r"\{(?:time|spoken|moment)\}", layout.templates[0]):
        assert reading.spoken[1].start_ms in {7_000, 7_400, 36_007_000}


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0:07", 7_000), ("00:00:07", 7_000), ("1:02:03.5", 3_723_500), ("00:00:03:20", 3_000), ("7.5", 7_500), ("7,25s", 7_250),
        ("0 minutes 7 seconds", 7_000), ("1 hour 2 minutes 3 seconds", 3_723_000), ("soon", None), ("", None),
    ],
)  # fmt: skip
def test_written_times(text: str, milliseconds: int | None) -> None:
    assert clock_ms(text) == milliseconds


@pytest.mark.parametrize(
    "text",
    [
        "0:00 Introduction\n0:45 Why we bake\n5:10 Flour\n9:30 The oven\n12:00 Sundays\n"
        "15:10 Holidays\n18:00 Help\n20:00 Prices\n22:10 End",
        "I met Oda at 10:30\nand Teo at 11:00\nand we spoke until 12:15\nof nothing",
        "Item\nflour\n\nItem\nwater\n\nbut nobody is named here\n\nand nobody answers",
        "He said – well – that it was so.\nShe said – no – that it was not.",
    ],
)
def test_what_is_no_layout_of_a_talk_names_nobody(text: str) -> None:
    assert layout_of(text.split("\n")) == ""


def test_the_page_of_layouts_is_written_from_their_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == layouts_page(), (
        "run: python -m needsseg.transcripts.layouts_page > docs/reference/transcripts.md"
    )


@pytest.mark.parametrize(("name", "title", "example"), [*LABELLED, *CUES], ids=lambda part: part[:30])
def test_every_example_of_the_page_is_read_in_its_format(tmp_path: Path, name: str, title: str, example: str) -> None:
    path = tmp_path / "talk"
    path.write_text(example + "\n", encoding="utf-8")
    transcript = read(path)
    assert transcript.format == name
    assert transcript.words(transcript.turns[0]).split(" ", 1)[0] in {"How", "1."}
    assert transcript.words_by_kind["unread"] == 0


def test_every_format_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in FORMATS if f"`{name}`" not in page] == []
