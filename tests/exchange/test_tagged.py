"""Codes inline: whoever reads the marks back gets the text and every passage, however they nest and cross."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from needsseg.exchange.tagged import Tag, tagged

_TOKEN = re.compile(r"\\(.)|\[(/?)(\d+)(?:: ((?:\\.|[^\]\\])*))?\]|(.)", re.DOTALL)


def read_back(marked: str) -> tuple[str, list[Tag]]:
    """A reader of the format, as its description has it."""
    text, begun, tags = "", dict[int, tuple[int, tuple[str, ...]]](), []
    for escaped, closing, number, codes, plain in _TOKEN.findall(marked):
        if not number:
            text += escaped or plain
        elif closing:
            start, names = begun.pop(int(number))
            tags.append(Tag(int(number), start, len(text), names))
        else:
            split = re.findall(r"((?:\\.|[^\\;])+)(?:; |$)", codes)
            begun[int(number)] = (len(text), tuple(re.sub(r"\\(.)", r"\1", name) for name in split))
    assert not begun
    return text, tags


def test_nested_and_crossing_passages_are_told_apart() -> None:
    text = "We hand over at night."
    tags = [Tag(7, 0, 12, ("Work > Hand-over",)), Tag(9, 3, 21, ("Night", "Work")), Tag(3, 0, 22)]
    assert tagged(text, tags) == ("[3][7: Work > Hand-over]We [9: Night; Work]hand over[/7] at night[/9].[/3]")


def test_brackets_of_the_text_are_no_marks() -> None:
    marked = tagged(r"[7: x] a\b [/7]", [Tag(7, 0, 6, ("a]; b",))])
    assert marked == r"[7: a\]\; b]\[7: x\][/7] a\\b \[/7\]"
    assert read_back(marked) == (r"[7: x] a\b [/7]", [Tag(7, 0, 6, ("a]; b",))])


texts = st.text(
    st.one_of(st.sampled_from("[]\\/:;0123 a"), st.characters(exclude_categories=["Cs"])), min_size=1, max_size=30
)
names = st.text(st.sampled_from("ab[]\\; >日"), min_size=1, max_size=6).filter(lambda name: name == name.strip("; "))


@given(texts, st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30), st.lists(names, max_size=3)), max_size=6))
def test_text_and_passages_come_back(text: str, spans: list[tuple[int, int, list[str]]]) -> None:
    tags = [
        Tag(number, start, min(start + length, len(text)), tuple(codes))
        for number, (start, length, codes) in enumerate(spans, start=1)
        if start < len(text)
    ]
    words, back = read_back(tagged(text, tags))
    assert words == text
    assert sorted(back, key=lambda tag: tag.id) == tags
