"""Names that are proposed: listed apart, left until somebody decides, counted in what leaves the study."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

from needsseg.actions.coding import name_proposals, passages, pseudonyms
from needsseg.actions.coding import pseudonym_decisions as decisions
from needsseg.actions.coding.pseudonyms import Replacement
from needsseg.actions.exchange.refi import export
from needsseg.actions.exchange.report import report as reports
from needsseg.actions.segments import segments
from needsseg.actions.study import history
from needsseg.actions.transcripts import importing, interviews
from needsseg.coding.name_finder import Entity
from needsseg.coding.name_model import InstalledModel, NameModel
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


def quoted(study: Study, words: str) -> None:
    """Put words of the interview into a need, so that the report quotes them."""
    start = interviews.show(study, "talk").text.index(words)
    segments.make(study, "Keeps rooms free", [passages.mark(study, "talk", start, start + len(words))])


def test_the_report_counts_what_it_carries_itself(talk: Study) -> None:
    assert "may be" not in reports.gather(talk).facts["Names"], "nothing is quoted yet"
    quoted(talk, "The board in Leeds uses Excel.")
    report = reports.gather(talk)
    assert report.left_names == "1 word that may be a name left as found and undecided"
    assert "Leeds" in reports.as_markdown(report) and "Brinkwater" not in reports.as_markdown(report)
    assert not reports.gather(talk, reports.Question(sections=("methods",))).left_names
    quotes = reports.gather(talk, reports.Question(sections=("quotes",)))
    assert quotes.left_names == report.left_names and "Leeds" in reports.as_markdown(quotes)
    decisions.replace_words(talk, "Leeds")
    assert not reports.gather(talk).left_names


class Model:
    """Counts the texts it reads, and marks one word as a person's name."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def entities(self, texts: Sequence[str]) -> list[list[Entity]]:
        self.read += texts
        return [[(at, at + 5, "person")] if (at := text.find("board")) >= 0 else list[Entity]() for text in texts]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    """A model for names in the place of any that is installed."""
    made = Model()
    monkeypatch.delenv("NEEDSSEG_NAME_MODEL", raising=False)
    monkeypatch.setattr(name_proposals, "installed_model", lambda: InstalledModel("Reader 1", "Reader 1"))
    monkeypatch.setattr(name_proposals, "load_name_model", lambda: NameModel("Reader 1", made.entities))
    monkeypatch.setattr(name_proposals, "_marked", {})
    return made


def test_the_model_reads_a_text_once_and_the_report_only_what_it_carries(
    talk: Study, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    quoted(talk, "The board in Leeds uses Excel.")
    reports.gather(talk)
    assert model.read == ["And what did Excel do?", "Nothing. The board in Leeds uses Excel."], "with the turn before"
    assert pseudonyms.survey(talk).finder == "Reader 1 and word lists"
    assert len(model.read) == len(set(model.read)) > 1
    texts = len(model.read)
    monkeypatch.setattr(name_proposals, "_marked", {})  # as in another process
    pseudonyms.survey(talk)
    assert len(model.read) == texts
    monkeypatch.setattr(name_proposals, "_marked", {})
    monkeypatch.setattr(name_proposals, "installed_model", lambda: InstalledModel("Reader 2", "Reader 2"))
    pseudonyms.survey(talk)
    assert len(model.read) == 2 * texts, "another version marks anew"
    assert {row[0] for row in talk.rows("SELECT model FROM name_marks")} == {"Reader 2"}


def test_marks_hold_no_words_and_are_erased_with_an_interview(talk: Study, model: Model) -> None:
    entries = talk.rows("SELECT count(*) FROM history")[0][0]
    pseudonyms.survey(talk)
    rows = talk.rows("SELECT * FROM name_marks")
    assert rows and not any("board" in str(value) for row in rows for value in row)
    assert talk.rows("SELECT count(*) FROM history")[0][0] == entries
    importing.forget_interview(talk, "talk")
    assert not talk.rows("SELECT * FROM name_marks")


def test_the_report_and_a_project_count_what_is_left(talk: Study, tmp_path: Path) -> None:
    quoted(
        talk, "I asked Ngozi Wendelmuth at Brinkwater Ltd and she said Ngozi cannot. Then Wendelmuth rang from Leeds."
    )
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


def test_what_leaves_the_study_is_warned_of_by_what_it_carries(
    talk: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = interviews.show(talk, "talk").text.index("The board in Leeds")
    number = passages.mark(talk, "talk", start, start + len("The board in Leeds"))
    passages.code(talk, [number], "asks Wendelmuth")
    call = Caller(talk.path, capsys)
    one = "1 word that may be a name left as found and undecided"
    for written in (("matrix", "code", "interview"), ("matrix", "code", "interview", "--out", tmp_path / "m.csv")):
        assert one in call.done(*written).err, "the code's name"
    assert "may be" not in call.done("matrix", "code", "interview", "--original").err
    assert "may be" not in call.done("matrix", "interview", "participant").err
    assert "2 words that may be names" in call.done("quotes").err
    assert "2 words that may be names" in call.done("codebook", "--out", tmp_path / "codes.md").err
    assert "5 words that may be names" in call.done("show", "talk", "--tagged").err, "the whole text"
