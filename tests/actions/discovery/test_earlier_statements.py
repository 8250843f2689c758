"""Job statements that an earlier version joined from several people's clauses are taken off once, and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.discovery import evidence
from needsseg.actions.discovery.earlier_statements import is_joined, plain
from needsseg.actions.segments import segments
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing, interviews
from needsseg.study.connection import Study
from tests.fixtures.wording.matching import says

ANNA = "When a nurse calls in sick I have to ring around. I want to see who has what, so I can hand over in time."
BERT = "When the crew changes on Friday I lose a morning. I want to hand over without paper, so nobody is left waiting."
SPOKEN = [plain(ANNA), plain(BERT)]


@pytest.mark.parametrize(
    ("statement", "joined"),
    [
        ("When a nurse calls in sick, I want to hand over without paper, so I can hand over in time", True),
        ("When the crew changes on Friday, I want to see who has what, so nobody is left waiting", True),
        ("When a nurse calls in sick, I want to hand over without paper, so …", True),
        ("When a nurse calls in sick, I want to see who has what, so I can hand over in time", False),
        ("When the crew changes on Friday, I want to hand over without paper, so nobody is left waiting", False),
        ("When a nurse calls in sick, I want to keep the rounds going, so nobody is left waiting", False),
        ("Hand over without paper", False),
        ("", False),
    ],
)
def test_a_joined_statement_is_told_from_one_persons_and_from_written_words(statement: str, joined: bool) -> None:
    assert is_joined(statement, SPOKEN) is joined


def test_joined_statements_are_taken_off_once_told_and_undone(study: Study, tmp_path: Path) -> None:
    for name, words in (("anna", ANNA), ("bert", BERT)):
        file = tmp_path / f"{name}.txt"
        file.write_text(f"Interviewer: How do you hand over?\n\n{name.title()}: {words}\n", encoding="utf-8")
        importing.import_transcripts(study, [file])
    ids = [passages.mark(study, key, *_said(study, key)) for key in ("anna", "bert")]
    joined = "When a nurse calls in sick, I want to hand over without paper, so nobody is left waiting"
    own = "When a nurse calls in sick, I want to see who has what, so I can hand over in time"
    for name, passage, words in (("Joined", ids[0], joined), ("Own", ids[1], own)):
        made = segments.make(study, name, [passage])
        segments.write_statement(study, made, words)
    with studies.open_study(study.path) as again:
        (told,) = again.notices
        assert says(told, "1 job statement", "“Joined”", "several people", "needsseg undo")
        assert {row.name: row.statement for row in evidence.listing(again)} == {"Joined": "", "Own": own}
        history.undo(again)
    with studies.open_study(study.path) as again:
        assert not again.notices, "what a person took back is not done again"
        assert {row.name: row.statement for row in evidence.listing(again)} == {"Joined": joined, "Own": own}


def _said(study: Study, key: str) -> tuple[int, int]:
    turn = interviews.show(study, key).turns[1]
    return turn.start, turn.end
