"""What cannot be read is refused by name, with the reason and what to do; doubts become warnings."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from needsseg.errors import TranscriptError, UsageError
from needsseg.transcripts import FORMATS, read, transcript_files
from tests.fixtures.wording.common import EMPTY_FILE, NO_SUCH_FILE, NO_SUCH_FOLDER
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.transcripts import (
    A_FOLDER,
    BINARY_FILE,
    BROKEN_BYTES,
    CANNOT_BE_READ_AS,
    DAMAGED_WORD,
    NO_CUES,
    NO_PERMISSION,
    NO_SPEECH,
    NO_WORDS_IN_CUES,
    NOT_TOLD_APART,
    ONE_PERSON_LABELS,
    ONLY_ONE_SPEAKER,
)

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
    assert says(transcript.warnings[0], BROKEN_BYTES, "UTF-8")
    assert says(transcript.warnings[0], "line 5")


def test_unicode_is_not_normalised(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("Ann: cafe\u0301 or caf\u00e9?\n\nBob: \u212b.\n", encoding="utf-8")
    assert read(path).text == "Ann: cafe\u0301 or caf\u00e9?\n\nBob: \u212b."


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.txt", b"", (EMPTY_FILE,)),
        ("blank.txt", b" \r\n\t\n", (EMPTY_FILE,)),
        ("noise.txt", bytes(range(256)) * 8, (BINARY_FILE,)),
        ("image.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(200)) * 8, (BINARY_FILE,)),
        ("paper.txt", b"%PDF-1.7 ...", ("PDF",)),
        ("old.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 600, ("Word",)),
        ("rich.txt", b"{\\rtf1 {\\*\\generator Hello}}", ("RTF",)),
        ("no_cues.vtt", b"WEBVTT\n\n", (NO_CUES,)),
        ("silent.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n", (NO_WORDS_IN_CUES,)),
        ("headings.md", b"# Title\n\n---\n\n## More\n", (NO_SPEECH,)),
        ("text.docx", b"Ann: Hello\n", (DAMAGED_WORD,)),
        ("broken.docx", b"PK\x03\x04junk", (DAMAGED_WORD,)),
    ],
)
def test_a_file_that_is_no_transcript_is_refused_by_name(
    tmp_path: Path, name: str, data: bytes, reason: tuple[object, ...]
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(TranscriptError) as caught:
        read(path)
    assert str(path) in caught.value.message
    assert says(caught.value.message, *reason)
    assert caught.value.hint


def test_a_missing_file_a_folder_and_a_locked_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with refuses(TranscriptError, "nowhere.txt", NO_SUCH_FILE):
        read(tmp_path / "nowhere.txt")
    with refuses(TranscriptError, A_FOLDER):
        read(tmp_path)

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    # Tests may run as root, who may read everything, so the refusal is made here.
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with refuses(TranscriptError, "locked.txt", NO_PERMISSION):
        read(tmp_path / "locked.txt")


def test_an_unknown_format_is_a_usage_error_that_lists_the_names(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path / "a.txt", format="tape")
    assert "'tape'" in caught.value.message
    assert all(name in str(caught.value.hint) for name in FORMATS)
    assert caught.value.exit_code == 2


def test_a_format_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Ann: Hello.\n", encoding="utf-8")
    with refuses(TranscriptError, "text file", CANNOT_BE_READ_AS, "docx"):
        read(path, format="docx")
    with refuses(TranscriptError, "srt", NO_CUES):
        read(path, format="srt")


def test_labels_that_look_like_one_person_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "Dana Sample: Why?\n\nBo: So.\n\nSample, Dana: And?\n\nBO: Yes.\n\nDana  sample: Hm.\n", encoding="utf-8"
    )
    dana, bo = read(path).warnings
    assert says(dana, ONE_PERSON_LABELS) and "Dana Sample; Sample, Dana; Dana sample" in dana
    assert says(bo, ONE_PERSON_LABELS) and "Bo; BO" in bo


def test_a_lone_speaker_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Ann Bell: Hello.\n\nStill me.\n", encoding="utf-8")
    transcript = read(path)
    (warning,) = transcript.warnings
    assert says(warning, ONLY_ONE_SPEAKER, "Ann Bell", NOT_TOLD_APART)
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
    with refuses(TranscriptError, NO_SUCH_FOLDER):
        transcript_files(tmp_path / "nowhere")
