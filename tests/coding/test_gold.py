"""The gold set is what it says: exact quotes, each once in its transcript, each within one participant's turn."""

import csv

import pytest

from needsseg import transcripts
from tests.fixtures.samples import DATA

GOLD = DATA / "gold"
MARKS = list(csv.DictReader((GOLD / "marks.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("file", sorted({mark["file"] for mark in MARKS}))
def test_marks_are_exact(file: str) -> None:
    transcript = transcripts.read(GOLD / file)
    for quote in (mark["quote"] for mark in MARKS if mark["file"] == file):
        assert transcript.text.count(quote) == 1, quote
        start = transcript.text.index(quote)
        assert any(
            turn.start <= start and start + len(quote) <= turn.end and turn.role == "participant"
            for turn in transcript.turns
        )
