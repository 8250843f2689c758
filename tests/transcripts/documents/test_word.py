"""Word documents: plain, Teams and Google Meet, written here with python-docx and read back."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from needsseg.errors import TranscriptError
from needsseg.transcripts import detect, read
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.transcripts import (
    ABOVE_THE_TALK,
    AI_NOTES_ONLY,
    DAMAGED_WORD,
    LEFT_OUT,
    NO_SPEECH,
    NOT_A_WORD_DOCUMENT,
)


def document(path: Path, *paragraphs: str, heading: str = "") -> Path:
    written = docx.Document()
    if heading:
        written.add_heading(heading)
    for paragraph in paragraphs:
        written.add_paragraph(paragraph)
    written.save(str(path))
    return path


def test_plain_paragraphs(tmp_path: Path) -> None:
    path = document(
        tmp_path / "a.docx", "Ada Novak: Who keeps the keys?", "Bo: I do.", "Mostly.", "", heading="Interview: keys"
    )
    transcript = read(path)
    assert transcript.format == detect(path) == "docx"
    assert transcript.text == "Ada Novak: Who keeps the keys?\n\nBo: I do.\nMostly."
    assert [turn.role for turn in transcript.turns] == ["interviewer", "participant"]


def test_teams_has_a_whole_turn_in_one_paragraph(tmp_path: Path) -> None:
    path = document(
        tmp_path / "a.docx",
        "Call with Bo-20260105_100000-Meeting Recording",
        "Ada Novak started transcription",
        "Ada Novak   0:04\nWho keeps\nthe keys?",
        "Bo Lind   0:09\nI do. They hang: by the door.",
        "Bo Lind   1:00:01\nMostly.",
        "Ada Novak stopped transcription",
    )
    transcript = read(path)
    assert transcript.format == "teams-docx"
    assert [(turn.speaker, transcript.words(turn), turn.start_ms) for turn in transcript.turns] == [
        ("Ada Novak", "Who keeps the keys?", 4_000),
        ("Bo Lind", "I do. They hang: by the door.\nMostly.", 9_000),
    ]
    assert any(says(warning, "headings", "Meeting Recording") for warning in transcript.warnings)


def test_meet_summary_and_addresses_never_become_speech(tmp_path: Path) -> None:
    path = document(
        tmp_path / "a.docx",
        "Invited ada@firm.example bo@firm.example",
        "Summary: Bo wants a key rack.",
        "00:00:00",
        "Ada Novak: Who keeps the keys?",
        "Bo Lind: I do.",
        "00:05:00",
        "Ada Novak: Still?",
        "Transcription ended after 00:06:01",
    )
    transcript = read(path)
    assert transcript.format == "meet-docx"
    assert transcript.text == "Ada Novak: Who keeps the keys?\n\nBo Lind: I do.\n\nAda Novak: Still?"
    assert [turn.start_ms for turn in transcript.turns] == [0, None, 300_000]


def test_meet_writes_its_times_as_headings_and_a_notice_below(tmp_path: Path) -> None:
    written = docx.Document()
    written.add_heading("Attendees")
    written.add_paragraph("Ada Novak, Bo Lind: both")
    written.add_heading("00:00:00", 3)
    written.add_paragraph("Ada Novak: Who keeps the keys?")
    written.add_paragraph("Bo Lind: I do.")
    written.add_heading("Transcription ended after 00:06:01", 2)
    written.add_paragraph("This editable transcript was computer generated and might contain errors.")
    written.save(str(tmp_path / "a.docx"))
    transcript = read(tmp_path / "a.docx")
    assert transcript.text == "Ada Novak: Who keeps the keys?\n\nBo Lind: I do."
    assert says(transcript.warnings[0], "1 paragraph", ABOVE_THE_TALK, LEFT_OUT)


def test_notes_of_an_ai_without_a_transcript_are_refused(tmp_path: Path) -> None:
    path = document(
        tmp_path / "a.docx", "Ada Novak: wants keys.", "You should review Gemini's notes to make sure they're accurate."
    )
    with refuses(TranscriptError, AI_NOTES_ONLY):
        read(path)


def test_insertions_and_content_controls_are_speech_and_deletions_are_not(tmp_path: Path) -> None:
    written = docx.Document()
    paragraph = written.add_paragraph("Ada: Who ")
    spaces = nsdecls("w")
    paragraph._p.append(parse_xml(f"<w:ins {spaces}><w:r><w:t>really </w:t></w:r></w:ins>"))
    paragraph._p.append(parse_xml(f"<w:del {spaces}><w:r><w:delText>hardly </w:delText></w:r></w:del>"))
    paragraph.add_run("keeps the keys?")
    control = f"<w:sdt {spaces}><w:sdtContent><w:p><w:r><w:t>Bo: I do.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    written.element.body.insert(1, parse_xml(control))
    written.save(str(tmp_path / "a.docx"))
    assert read(tmp_path / "a.docx").text == "Ada: Who really keeps the keys?\n\nBo: I do."


def test_questions_numbered_by_the_word_processor(tmp_path: Path) -> None:
    written = docx.Document()
    for question, answer in (("Who keeps the keys?", "I do."), ("Always?", "Mostly.")):
        written.add_paragraph(question, style="List Number")
        written.add_paragraph(answer)
    written.save(str(tmp_path / "a.docx"))
    assert read(tmp_path / "a.docx").text.startswith("Interviewer: Who keeps the keys?\n\nParticipant: I do.")


def test_a_table_of_turns(tmp_path: Path) -> None:
    written = docx.Document()
    table = written.add_table(rows=0, cols=2)
    for speaker, words in (("Ada", "Who keeps the keys?"), ("Bo", "I do.")):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = speaker, words
    written.save(str(tmp_path / "a.docx"))
    assert read(tmp_path / "a.docx").text == "Ada: Who keeps the keys?\n\nBo: I do."


def test_a_zip_archive_and_an_empty_document_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with refuses(TranscriptError, NOT_A_WORD_DOCUMENT):
        read(tmp_path / "a.docx")
    with refuses(TranscriptError, NO_SPEECH):
        read(document(tmp_path / "b.docx", heading="Nothing else"))


def test_a_damaged_document_is_refused(tmp_path: Path) -> None:
    path = document(tmp_path / "a.docx", "Ada: Hello?")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data[: len(data) // 2] if name == "word/document.xml" else data)
    with refuses(TranscriptError, DAMAGED_WORD):
        read(path)
    whole = document(tmp_path / "b.docx", "Ada: Hello?").read_bytes()
    (tmp_path / "b.docx").write_bytes(whole[: len(whole) // 2])
    with refuses(TranscriptError, DAMAGED_WORD):
        read(tmp_path / "b.docx")
