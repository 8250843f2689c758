"""Quotes of the sample study without what tells who people are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from needsseg.actions import importing, interviews, passages, pseudonyms
from needsseg.study import accounts
from needsseg.study.connection import Study
from tests.cli_calls import Caller
from tests.conftest import SHORT_TALK


def test_no_participants_name_or_company_is_left_in_the_sample_study(demo_study: Study) -> None:
    shown = pseudonyms.concealed(demo_study, passages.listing(demo_study))
    text = "\n".join(f"{passage.interview} {passage.speaker} {passage.quote}" for passage in shown)
    for person in accounts.participants(demo_study):
        for name in filter(None, (person.name, person.company, person.email)):
            assert not re.search(rf"\b{re.escape(name)}\b", text), name
    assert [p.id for p in shown] == [p.id for p in passages.listing(demo_study)]
    assert len({passage.speaker for passage in shown}) == 18, "people stay apart"


def test_names_contacts_and_further_words_are_replaced_and_counted(
    study: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "anna.txt"
    words = "I told Anna's boss at anna@example.org to ring +44 20 7946 0958 about Projekt Zebra 🙂."
    file.write_text(SHORT_TALK + f"\nInterviewer: And then?\n\nAnna: {words}\n", encoding="utf-8")
    importing.import_transcripts(study, [file])
    turn = interviews.show(study, "anna").turns[-1]
    passage = passages.mark(study, "anna", turn.start, turn.end)
    (shown,) = pseudonyms.concealed(study, [passages.one(study, passage)], ["Projekt Zebra"])
    assert shown.quote == "I told Participant 1's boss at [e-mail] to ring [phone] about [removed] 🙂."
    assert shown.speaker == "Participant 1"
    assert passages.one(study, passage).quote == words, "the study keeps the original"
    call = Caller(study.path, capsys)
    listed = call.done("pseudonyms", "--also", "Projekt Zebra", "--json").json
    assert {(row["kind"], row["by"], row["count"]) for row in listed} == {
        ("person", "Participant 1", 1),
        ("email", "[e-mail]", 1),
        ("phone", "[phone]", 1),
        ("other", "[removed]", 1),
    }
    assert "Anna" not in call.done("passages", "--pseudonyms").out
