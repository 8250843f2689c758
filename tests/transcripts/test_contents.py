"""Opening files: nothing but ordinary files of a size that an interview has is read, whatever a path leads to."""

from __future__ import annotations

import os
import socket
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from needsseg.errors import TranscriptError
from needsseg.transcripts import contents as opening
from needsseg.transcripts import detect, read
from tests.fixtures.wording.common import EMPTY_FILE, NO_SUCH_FILE
from tests.fixtures.wording.matching import refuses
from tests.fixtures.wording.transcripts import A_FOLDER


@pytest.mark.parametrize("suffix", [".txt", ".docx", ".pdf", ".rtf", ".html", ".odt", ".csv"])
def test_pipes_devices_sockets_and_folders_are_refused_before_they_are_opened(tmp_path: Path, suffix: str) -> None:
    pipe = tmp_path / f"pipe{suffix}"
    os.mkfifo(pipe)
    with refuses(TranscriptError, pipe.name, "a pipe"):
        read(pipe)
    device = tmp_path / f"zero{suffix}"
    device.symlink_to("/dev/zero")
    with refuses(TranscriptError, device.name, "a device"):
        read(device)
    folder = tmp_path / f"folder{suffix}"
    folder.mkdir()
    with refuses(TranscriptError, folder.name, A_FOLDER):
        read(folder)
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(tmp_path / f"end{suffix}"))
        with refuses(TranscriptError, f"end{suffix}", "a socket"):
            read(tmp_path / f"end{suffix}")


def test_links_that_lead_nowhere_and_names_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "circle.txt").symlink_to(tmp_path / "circle.txt")
    (tmp_path / "nowhere.txt").symlink_to(tmp_path / "gone.txt")
    for name, reason in (("circle.txt", "leads back to itself"), ("nowhere.txt", NO_SUCH_FILE)):
        with refuses(TranscriptError, name, reason):
            read(tmp_path / name)
    for name in ("a" * 300, "a\0b"):
        with refuses(TranscriptError):
            read(tmp_path / f"{name}.txt")
    odd = Path(os.fsdecode(bytes(tmp_path) + b"/o\xffdd"))
    for suffix, data in ((".txt", b""), (".docx", b"x"), (".pdf", b"x"), (".odt", b"x")):
        path = odd.with_suffix(suffix)
        path.write_bytes(data)
        with pytest.raises(TranscriptError) as caught:
            read(path)
        assert caught.value.message.encode("utf-8")


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".html", ".rtf"])
def test_a_large_text_is_refused_without_being_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    start = {".html": b"<html><body><p>", ".rtf": b"{\\rtf1 "}.get(suffix, b"Ines: Who?\n")
    path.write_bytes(start)
    os.truncate(path, 100_000_000)
    tracemalloc.start()
    try:
        with refuses(TranscriptError, path.name, "MB", "50 MB"):
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST_TEXT", 20_000)
    path = tmp_path / "a.txt"
    path.write_text("Ines: Who?\n" * 100, encoding="utf-8")
    opened = opening._opened

    def growing(name: Path) -> object:
        with path.open("ab") as file:
            file.write(b"Tam: Me.\n" * 1_000)
        return opened(name)

    monkeypatch.setattr(opening, "_opened", growing)
    with refuses(TranscriptError, "a.txt", "MB"):
        for _ in range(5):
            read(path)


def test_empty_files_of_every_kind(tmp_path: Path) -> None:
    for suffix in (".txt", ".docx", ".odt", ".pdf", ".rtf", ".html"):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(b" \r\n")
        with refuses(TranscriptError, path.name, EMPTY_FILE):
            read(path)


def test_archives_that_are_no_document_are_named(tmp_path: Path) -> None:
    for name, part, reason in (
        ("a.docx", "xl/workbook.xml", "Excel"),
        ("b.zip", "ppt/presentation.xml", "presentation"),
        ("c.zip", "talk.txt", "zip archive"),
    ):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(part, "<x/>")
        with refuses(TranscriptError, name, reason):
            read(tmp_path / name)
    with zipfile.ZipFile(tmp_path / "d.zip", "w"):
        pass
    with refuses(TranscriptError, "d.zip"):
        read(tmp_path / "d.zip")


def test_the_content_says_what_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_text("Ines: Who?\n\nTam: Me.\n", encoding="utf-8")
    assert detect(tmp_path / "a.rtf") == "text"
    (tmp_path / "a.doc").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    with refuses(TranscriptError, "a.doc", "Word", "docx"):
        read(tmp_path / "a.doc")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<?xml version="1.0"?><?mso-application progid="Word.Document"?><pkg:package><pkg:part>', "Word"),
        ('<?xml version="1.0"?><w:wordDocument><w:body>', "Word"),
        ('<?xml version="1.0"?>\n<office:document><office:body>', "OpenDocument"),
        ('<?xml version="1.0"?>\n<!-- exported --><tt xmlns="http://www.w3.org/ns/ttml"><body><p>', "XML (<tt>)"),
        ('<tt xml:lang="en"><body><p begin="1s">', "XML (<tt>)"),
        ('<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT><TIER>', "XML (<ANNOTATION_DOCUMENT>)"),
        ("From: <Saved>\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\n", "web archive"),
    ],
)
def test_documents_as_markup_of_another_kind_are_named(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "a.xml").write_text(f"{text}Ines: Who?", encoding="utf-8")
    with refuses(TranscriptError, "a.xml", what):
        read(tmp_path / "a.xml")
