"""What cannot be read is refused by name, with the reason and what to do; doubts become warnings."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from needsseg.errors import TranscriptError, UsageError
from needsseg.transcripts import FORMATS, read, transcript_files

TALK = "Ann: Déjà vu?\n\nBob: “Yes” – twice, naïvely.\n"


@pytest.mark.parametrize(
    ("data", "warning"),
    [
        (TALK.encode(), None),
        (TALK.encode("utf-8-sig"), None),
        (TALK.replace("\n", "\r\n").encode(), None),
        (TALK.replace("\n", "\r").encode(), None),
        (codecs.BOM_UTF16_LE + TALK.encode("utf-16-le"), None),
        (codecs.BOM_UTF16_BE + TALK.encode("utf-16-be"), None),
        (TALK.encode("utf-16-le"), "UTF-16-LE"),
        (TALK.encode("utf-16-be"), "UTF-16-BE"),
        (TALK.encode("cp1252"), "Windows-1252"),
        (TALK.replace("vu", "v\0u\x07").encode(), "NUL"),
    ],
)
def test_encodings_and_line_ends_give_the_same_text(tmp_path: Path, data: bytes, warning: str | None) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes(data)
    transcript = read(path)
    assert transcript.text == "Ann: Déjà vu?\n\nBob: “Yes” – twice, naïvely."
    assert (transcript.warnings == ()) if warning is None else (warning in transcript.warnings[0])


def test_utf8_with_one_broken_byte_stays_utf8(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes(TALK.encode() + b"\nAnn: bro\xffken\n")
    transcript = read(path)
    assert "“Yes” – twice, naïvely." in transcript.text
    assert "broken bytes in UTF-8" in transcript.warnings[0]
    assert "line 5" in transcript.warnings[0]


def test_unicode_is_not_normalised(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("Ann: cafe\u0301 or caf\u00e9?\n\nBob: \u212b.\n", encoding="utf-8")
    assert read(path).text == "Ann: cafe\u0301 or caf\u00e9?\n\nBob: \u212b."


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.txt", b"", "the file is empty"),
        ("blank.txt", b" \r\n\t\n", "the file is empty"),
        ("noise.txt", bytes(range(256)) * 8, "binary file"),
        ("image.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(200)) * 8, "binary file"),
        ("paper.txt", b"%PDF-1.7 ...", "a PDF"),
        ("old.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Word document"),
        ("rich.txt", b"{\\rtf1 Hello}", "RTF"),
        ("no_cues.vtt", b"WEBVTT\n\n", "no cues"),
        ("silent.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "no words in its cues"),
        ("headings.md", b"# Title\n\n---\n\n## More\n", "no speech"),
        ("text.docx", b"Ann: Hello\n", "damaged or not a Word document"),
        ("broken.docx", b"PK\x03\x04junk", "damaged or not a Word document"),
    ],
)
def test_a_file_that_is_no_transcript_is_refused_by_name(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(TranscriptError) as caught:
        read(path)
    assert str(path) in caught.value.message
    assert reason in caught.value.message
    assert caught.value.hint


def test_a_missing_file_a_folder_and_a_locked_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TranscriptError, match=r"nowhere\.txt: there is no such file"):
        read(tmp_path / "nowhere.txt")
    with pytest.raises(TranscriptError, match="this is a folder"):
        read(tmp_path)

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    # Tests may run as root, who may read everything, so the refusal is made here.
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(TranscriptError, match=r"locked\.txt: no permission to read it"):
        read(tmp_path / "locked.txt")


def test_an_unknown_format_is_a_usage_error_that_lists_the_names(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path / "a.txt", format="tape")
    assert "'tape'" in caught.value.message
    assert all(name in caught.value.hint for name in FORMATS)
    assert caught.value.exit_code == 2


def test_a_format_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Ann: Hello.\n", encoding="utf-8")
    with pytest.raises(TranscriptError, match="a text file, which cannot be read as docx"):
        read(path, format="docx")
    with pytest.raises(TranscriptError, match="read as srt, it has no cues"):
        read(path, format="srt")


def test_labels_that_look_like_one_person_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "Dana Sample: Why?\n\nBo: So.\n\nSample, Dana: And?\n\nBO: Yes.\n\nDana  sample: Hm.\n", encoding="utf-8"
    )
    assert read(path).warnings == (
        "These speakers look like one person: Dana Sample; Sample, Dana; Dana sample.",
        "These speakers look like one person: Bo; BO.",
    )


def test_a_lone_speaker_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Ann Bell: Hello.\n\nStill me.\n", encoding="utf-8")
    transcript = read(path)
    assert transcript.warnings == ("Only one speaker, Ann Bell: questions and answers cannot be told apart.",)
    assert transcript.turns[0].role == "participant"


def test_transcript_files_lists_what_may_be_a_transcript(tmp_path: Path) -> None:
    wanted = ["a.txt", "b/c.VTT", "b/d.docx", "e.md", "f.srt", "g.text", "License talks.txt", "i.odt"]
    others = ["README.md", "b/readme.txt", "LICENSE.md", "LICENSE", ".hidden.txt", ".git/x.txt", "z.csv", "~$d.docx"]
    for name in wanted + others:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert transcript_files(tmp_path) == sorted(tmp_path / name for name in wanted)
    (tmp_path / "j.csv").write_text("speaker,text\nAda,Why?\n", encoding="utf-8")
    (tmp_path / "k.jsonl").write_text('{"role": "user", "content": "So."}\n', encoding="utf-8")
    (tmp_path / "accounts.csv").write_text("account_id,name\n1,Orchard\n", encoding="utf-8")
    (tmp_path / "events.jsonl").write_text('{"event": "opened", "userId": "1"}\n', encoding="utf-8")
    assert [path.name for path in transcript_files(tmp_path) if path.suffix in {".csv", ".jsonl"}] == [
        "j.csv",
        "k.jsonl",
    ]
    with pytest.raises(TranscriptError, match="no such folder"):
        transcript_files(tmp_path / "nowhere")
