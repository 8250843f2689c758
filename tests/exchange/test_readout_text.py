"""The text that people write for the readout: what is read back is what was written, and each fault is named with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.errors import UsageError
from needsseg.exchange.report.readout_text import LONGEST, PARTS, ReadoutText, read, written

# A line of words, which no markup begins.
WORDS = st.from_regex(r"[A-Za-zé€][A-Za-z0-9 .,:;!?'é€-]{0,40}[a-z.]", fullmatch=True).map(
    lambda line: " ".join(line.split())
)
PARAGRAPHS = st.lists(WORDS, max_size=3).map("\n\n".join)
ITEMS = st.lists(WORDS, max_size=4).map(tuple)
TEXTS = st.builds(
    ReadoutText, headline=PARAGRAPHS, question=PARAGRAPHS, summary=PARAGRAPHS, needs=ITEMS, recommendations=ITEMS, limits=ITEMS
)  # fmt: skip


@given(TEXTS, st.lists(WORDS, max_size=3))
def test_what_is_written_is_read_again(text: ReadoutText, names: list[str]) -> None:
    assert read(written(text, names)) == text


@given(st.text(max_size=60))
def test_the_name_of_a_segment_never_ends_the_comment_that_lists_it(name: str) -> None:
    one_line = " ".join(name.split())
    assert read(written(ReadoutText(headline="One"), [one_line])) == ReadoutText(headline="One")


def test_markdown_as_people_write_it() -> None:
    markdown = (
        "\ufeff# Headline\nOne place\nfor all\n\n### SUMMARY ###\nFirst.\n\n\nSecond\nline.\n## needs\n1. Builder\n2) Reporter\n"
        "## Recommendations\n* Build\n  it first\n\n• Ask more\n<!-- ## Limits\n- hidden -->\n"
    )
    assert read(markdown) == ReadoutText(
        headline="One place for all",
        summary="First.\n\nSecond line.",
        needs=("Builder", "Reporter"),
        recommendations=("Build it first", "Ask more"),
    )


@pytest.mark.parametrize(
    ("markdown", "line", "word"),
    [
        ("words first\n## Headline\n", 1, "before the first heading"),
        ("## Headline\nx\n## Colour\n", 3, "Colour"),
        ("## Headline\n\n## headline\n", 3, "twice"),
        ("<!-- a\nb -->\n## Limits\nno item\n", 4, "list"),
        (f"## Headline\n\n## Summary\n{'x' * (LONGEST + 1)}\n", 3, f"{LONGEST:,}"),
    ],
)
def test_each_fault_is_named_with_its_line(markdown: str, line: int, word: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(markdown)
    assert f"Line {line}" in raised.value.message and word in f"{raised.value.message} {raised.value.hint}"


def test_an_empty_text_has_a_place_for_every_part() -> None:
    text = written(ReadoutText())
    assert [line[3:].lower() for line in text.splitlines() if line.startswith("## ")] == list(PARTS)
    assert read(text) == ReadoutText()
