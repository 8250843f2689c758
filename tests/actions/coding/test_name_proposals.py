"""Names that are proposed: listed apart, left until somebody decides, counted in what leaves the study."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from needsseg.actions.coding import pseudonym_decisions as decisions
from needsseg.actions.coding import pseudonyms
from needsseg.actions.coding.pseudonyms import Replacement
from needsseg.actions.exchange.refi import export
from needsseg.actions.exchange.report import report as reports
from needsseg.actions.study import history
from needsseg.actions.transcripts import importing, interviews
from needsseg.study.connection import Study
from tests.fixtures.cli_calls import Caller

TALK = """Researcher: How did it go?

Kasimira Holt: Badly. I asked Ngozi Wendelmuth at Brinkwater Ltd and she said Ngozi cannot. Then Wendelmuth rang from Leeds.

Audience: Was it Monday?

Question: And what did Excel do?

Kasimira Holt: Nothing. The board in Leeds uses Excel.
"""


@pytest.fixture
def talk(study: Study, tmp_path: Path) -> Study:
    """A study of one interview in which people are spoken of whom nobody entered."""
    file = tmp_path / "talk.txt"
    file.write_text(TALK, encoding="utf-8")
    importing.import_transcripts(study, [file])
    return study


def _rows(study: Study) -> dict[str, Replacement]:
    return {row.words: row for row in pseudonyms.identifying_words(study)}


def test_names_are_proposed_with_their_place_and_labels_of_roles_are_none(talk: Study) -> None:
    rows = _rows(talk)
    assert {words: (row.kind, row.count) for words, row in rows.items() if row.proposed} == {
        "Ngozi Wendelmuth": ("person", 1),
        "Ngozi": ("person", 1),
        "Wendelmuth": ("person", 1),
        "Brinkwater Ltd": ("company", 1),
        "Leeds": ("other", 2),
    }
    assert all(row.state == "undecided" and row.is_left for row in rows.values() if row.proposed)
    text, row = interviews.show(talk, "talk").text, rows["Brinkwater Ltd"]
    assert (row.interview, text[row.start : row.end], row.by) == ("talk", "Brinkwater Ltd", "[company]")
    assert pseudonyms.survey(talk).finder == "word lists"


def test_proposed_words_stay_until_somebody_decides_and_come_back_with_undo(talk: Study) -> None:
    words = "Ngozi Wendelmuth and Ngozi of Leeds"
    assert pseudonyms.cover(talk).text(words) == words
    decisions.replace_words(talk, "Ngozi Wendelmuth")
    assert pseudonyms.cover(talk).text(words) == "[person] and [person] of Leeds", "parts of a person's name too"
    assert not {row.words for row in _rows(talk).values() if row.proposed} & {"Ngozi", "Wendelmuth", "Ngozi Wendelmuth"}
    decisions.keep(talk, "Leeds")
    kept = _rows(talk)["Leeds"]
    assert (kept.state, kept.kind, kept.count, kept.is_left) == ("kept", "other", 2, False)
    assert pseudonyms.count_left(talk) == (1, 1)
    history.undo(talk)
    history.undo(talk)
    assert pseudonyms.count_left(talk) == (5, 6)
    assert pseudonyms.cover(talk).text(words) == words


def test_a_longer_name_around_one_that_is_certain_is_proposed(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "talk.txt"
    file.write_text("Researcher: Who?\n\nKasimira Holt: With Holt Logistics, and Holt.\n", encoding="utf-8")
    importing.import_transcripts(study, [file])
    rows = _rows(study)
    assert (rows["Holt"].proposed, rows["Holt Logistics"].proposed) == (False, True)
    decisions.replace_words(study, "Holt Logistics", "the mill")
    assert pseudonyms.cover(study).text("With Holt Logistics.") == "With the mill."


def test_the_report_and_a_project_count_what_is_left(talk: Study, tmp_path: Path) -> None:
    assert "5 words that may be names" in reports.gather(talk).facts["Names"]
    assert "may be" not in reports.gather(talk, reports.Question(original=True)).facts["Names"]
    assert export.export_qdpx(talk, tmp_path / "talk.qdpx").names_left == 5
    with ZipFile(tmp_path / "talk.qdpx") as project:
        texts = b"".join(project.read(name) for name in project.namelist() if name.startswith("sources/"))
    assert b"Wendelmuth" in texts and b"Kasimira" not in texts
    assert export.export_qdpx(talk, tmp_path / "named.qdpx", original=True).names_left == 0
    for row in pseudonyms.identifying_words(talk, undecided=True):
        decisions.replace_words(talk, row.words)
    assert "may be" not in reports.gather(talk).facts["Names"]


def test_the_command_line_says_what_proposed_names_and_what_is_left(
    talk: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = Caller(talk.path, capsys)
    called = call.done("pseudonyms")
    assert "proposed by word lists; 5 proposed and undecided stay" in called.err and "needsseg[names]" in called.err
    (row,) = (row for row in call.done("pseudonyms", "--undecided", "--json").json if row["words"] == "Leeds")
    assert (row["proposed"], row["state"]) == (True, "undecided")
    call.done("pseudonym", "replace", "brinkwater ltd")
    assert "4 words that may be names" in call.done("export", "qdpx", tmp_path / "talk.qdpx").err
    assert "4 words that may be names" in call.done("passages", "--pseudonyms").err
