"""OpenDocument texts: what was said and nothing else, and no file that does harm."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from needsseg.errors import TranscriptError
from needsseg.transcripts import detect, read
from needsseg.transcripts.contents import contents_of
from needsseg.transcripts.documents.marks import apart, row
from tests.fixtures.transcripts.documents import ODT_NAMESPACES, odt_file, said
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.transcripts import (
    ABOVE_THE_TALK,
    CANNOT_BE_READ_AS,
    DAMAGED_ODT,
    DOCUMENT_TYPE,
    NO_SPEECH,
    NO_TEXT_DOCUMENT,
    PROTECTED,
)


def test_paragraphs_spaces_tabs_breaks_sections_and_tables(tmp_path: Path) -> None:
    path = odt_file(
        tmp_path / "a.odt",
        "<text:h>Interview: keys</text:h>"
        '<text:p>Ada:<text:s text:c="2"/>Who keeps<text:line-break/>the <text:span>keys</text:span>?</text:p>'
        "<text:section><text:p>Bo:<text:tab/>I do &amp; my\n   sister.</text:p></text:section>"
        "<table:table><table:table-row><table:table-cell><text:p>Ada</text:p></table:table-cell>"
        "<table:table-cell><text:p>Always?</text:p></table:table-cell></table:table-row></table:table>"
        "<text:list><text:list-item><text:p>Bo: Mostly.</text:p></text:list-item></text:list>",
    )
    transcript = read(path)
    assert transcript.format == detect(path) == "odt"
    assert said(transcript) == [
        ("Ada", "Who keeps the keys?"),
        ("Bo", "I do & my sister."),
        ("Ada", "Always?"),
        ("Bo", "Mostly."),
    ]
    renamed = tmp_path / "a.bin"
    renamed.write_bytes(path.read_bytes())
    assert read(renamed).text == transcript.text


def test_deletions_comments_notes_drawings_and_indexes_are_not_speech(tmp_path: Path) -> None:
    path = odt_file(
        tmp_path / "a.odt",
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Bo: deleted</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        "<text:table-of-content><text:index-body><text:p>Ada: index</text:p></text:index-body></text:table-of-content>"
        "<text:p>Ada: Who<office:annotation><text:p>comment</text:p></office:annotation> keeps the keys?</text:p>"
        "<text:p>Bo: I do<text:note><text:note-body><text:p>footnote</text:p></text:note-body></text:note>."
        "<draw:frame><draw:text-box><text:p>box</text:p></draw:text-box></draw:frame></text:p>",
    )
    assert said(read(path)) == [("Ada", "Who keeps the keys?"), ("Bo", "I do.")]


def test_numbered_questions_without_names(tmp_path: Path) -> None:
    item = '<text:list text:style-name="L1"><text:list-item><text:p>{}</text:p></text:list-item></text:list>'
    body = (
        item.format("Who keeps the keys?") + "<text:p>I do.</text:p>" + item.format("Always?") + "<text:p>No.</text:p>"
    )
    styles = '<text:list-style style:name="L1"><text:list-level-style-number text:level="1"/></text:list-style>'
    assert said(read(odt_file(tmp_path / "a.odt", body, styles=styles)))[:2] == [
        ("Interviewer", "Who keeps the keys?"),
        ("Participant", "I do."),
    ]


def test_meet_and_teams_layouts_saved_as_odt(tmp_path: Path) -> None:
    meet = "<text:p>Summary</text:p><text:p>Bo Lind: wants a rack</text:p><text:h>00:00:00</text:h>"
    transcript = read(odt_file(tmp_path / "a.odt", f"{meet}<text:p>Ada: Who?</text:p><text:p>Bo Lind: Me.</text:p>"))
    assert said(transcript) == [("Ada", "Who?"), ("Bo Lind", "Me.")]
    assert says(transcript.warnings[0], "2 paragraphs", ABOVE_THE_TALK)
    teams = "<text:p>Ada Novak   0:04<text:line-break/>Who?</text:p><text:p>Bo   0:09<text:line-break/>Me.</text:p>"
    teams = teams.replace("   ", '<text:s text:c="3"/>')
    assert said(read(odt_file(tmp_path / "b.odt", teams))) == [("Ada Novak", "Who?"), ("Bo", "Me.")]


@pytest.mark.parametrize(
    ("doctype", "body", "parts", "reason"),
    [
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "<text:p>A: &e;</text:p>", {}, (DOCUMENT_TYPE,)),
        ('<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>', "<text:p>A: &b;</text:p>", {}, (DOCUMENT_TYPE,)),
        ("", f"<text:p>{'a' * 50_000_001}</text:p>", {}, ("50 MB",)),
        ("", "<text:section>" * 300 + "</text:section>" * 300, {}, (DAMAGED_ODT,)),
        ("", "<text:p>A: hi", {}, (DAMAGED_ODT,)),
        ("", "<text:p>A: hi</text:p>", {"META-INF/manifest.xml": "<encryption-data/>"}, (PROTECTED,)),
        ("", "<text:p/>", {}, (NO_SPEECH,)),
    ],
    ids=["external entity", "nested entities", "bomb", "depth", "broken", "password", "empty"],
)
def test_harmful_and_damaged_documents_are_refused(
    tmp_path: Path, doctype: str, body: str, parts: dict[str, str], reason: tuple[object, ...]
) -> None:
    path = odt_file(tmp_path / "a.odt", body, doctype=doctype, parts=parts)
    with pytest.raises(TranscriptError) as caught:
        read(path)
    assert str(path) in caught.value.message
    assert says(caught.value.message, *reason)
    assert caught.value.hint


def test_other_open_documents_and_cut_archives_are_refused(tmp_path: Path) -> None:
    path = odt_file(tmp_path / "a.odt", "<text:p>Ada: Who?</text:p>")
    (tmp_path / "cut.odt").write_bytes(path.read_bytes()[:200])
    (tmp_path / "text.odt").write_text("Ada: Who?", encoding="utf-8")
    for name in ("cut.odt", "text.odt"):
        with refuses(TranscriptError, name, DAMAGED_ODT):
            read(tmp_path / name)
    with zipfile.ZipFile(tmp_path / "sheet.ods", "w") as archive:
        archive.writestr(
            "content.xml", f"<office:document-content {ODT_NAMESPACES}><office:body/></office:document-content>"
        )
    with refuses(TranscriptError, NO_TEXT_DOCUMENT):
        read(tmp_path / "sheet.ods")
    with refuses(TranscriptError, "OpenDocument", CANNOT_BE_READ_AS, "srt"):
        read(path, format="srt")


def test_titles_are_headings_and_what_stands_beside_the_talk_is_told_from_it(tmp_path: Path) -> None:
    path = odt_file(
        tmp_path / "a.odt",
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Bo: gone</text:p></text:deletion>"
        '</text:changed-region></text:tracked-changes><text:p text:style-name="P1">Keys</text:p>'
        "<text:p>Ada: Who<office:annotation><text:p>a comment</text:p></office:annotation> keeps\u00ad them?</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>Bo</text:p></table:table-cell>"
        "<table:table-cell><text:p>I do.</text:p><text:p>Mostly.</text:p></table:table-cell></table:table-row>"
        "</table:table>",
        styles='<style:style style:name="P1" style:parent-style-name="Title"/>',
    )
    paragraphs, asides = apart(contents_of(path).lines)
    assert paragraphs == ["\x1dKeys", "Ada: Who keeps them?", row(["Bo", "I do.\nMostly."])]
    assert [(one.kind, one.text) for one in asides] == [("markup", "Bo: gone"), ("note", "a comment")]
    assert said(read(path)) == [("Ada", "Who keeps them?"), ("Bo", "I do. Mostly.")]
