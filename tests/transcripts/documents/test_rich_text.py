"""Rich text: code pages, characters written as numbers, tables, and what is kept though nobody says it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from needsseg.errors import TranscriptError
from needsseg.transcripts import detect, read
from needsseg.transcripts.contents import contents_of
from needsseg.transcripts.documents.marks import Aside, apart, cells_of
from tests.fixtures.transcripts.documents import said
from tests.fixtures.wording.matching import refuses
from tests.fixtures.wording.transcripts import NO_SPEECH

TALK = [("Ines", "Who reads them?"), ("Tam", "My father does.")]


def rtf(path: Path, body: str | bytes, head: str = "\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}}") -> Path:
    data = body if isinstance(body, bytes) else body.encode("cp1252")
    path.write_bytes(b"{\\rtf1" + head.encode() + b"\n" + data + b"}")
    return path


def test_paragraphs_whatever_the_file_is_called(tmp_path: Path) -> None:
    path = rtf(tmp_path / "a.txt", "{\\b Ines:} Who reads them?\\par\r\nTam: My {\\i father} does.\\par")
    assert detect(path) == "rtf"
    assert said(read(path)) == TALK
    path.write_bytes(b"\xef\xbb\xbf\r\n" + path.read_bytes().replace(b"\\par", b"\\\n"))
    assert said(read(path)) == TALK


@pytest.mark.parametrize(
    ("head", "body", "words"),
    [
        ("\\ansi\\ansicpg1252", b"Tam: na\\'efve \\'93yes\\'94 caf\xe9", "naïve “yes” café"),
        ("\\ansi\\ansicpg1250", b"Tam: \\'9eivot \xe8aj", "život čaj"),
        ("\\ansi\\ansicpg1251", b"Tam: \\'cf\\'f0\\'e8\\'e2\\'e5\\'f2", "Привет"),
        ("\\mac", b"Tam: caf\\'8e", "café"),
        ("\\ansi\\ansicpg1252", b"Tam: \\u1055?\\u1088?\\u1080?", "При"),
        ("\\ansi\\uc0", b"Tam: \\u269 aj\\u269{}aj", "čajčaj"),
        ("\\ansi\\uc2", b"Tam: \\u269\\'63\\'63aj", "čaj"),
        ("\\ansi", b"Tam: so \\u-10179?\\u-8704? glad \\emdash  \\lquote yes\\rquote", "so \U0001f600 glad — ‘yes’"),
        (
            "\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset128 B;}{\\f2\\fcharset204 C;}}",
            b"Tam: {\\f1 \\'82\\'a0\\'82\\'a2} \\f2\\'cf\\'f0\\f0  na\\'efve",
            "あい Пр naïve",
        ),
        ("\\ansi\\ansicpg932{\\fonttbl{\\f0\\fcharset78 Odd;}}", b"\\f0 Tam: yes", "yes"),
        ("\\ansi\\ansicpg99999", b"Tam: yes", "yes"),
        ("\\ansi", b"Tam: re\\-ads\\~all let\\_ters \\{so\\}", "reads all let‑ters {so}"),
    ],
)
def test_code_pages_and_characters(tmp_path: Path, head: str, body: bytes, words: str) -> None:
    transcript = read(rtf(tmp_path / "a.rtf", b"Ines: Hm?\\par " + body + b"\\par", head))
    assert said(transcript)[1] == ("Tam", words)


def test_tables_line_breaks_and_numbered_questions(tmp_path: Path) -> None:
    cells = (
        "\\trowd\\pard\\intbl Ines\\cell Who?\\par Really?\\cell\\row\\trowd\\pard\\intbl Tam\\cell My father.\\cell\\row"
        "\\pard Ines: And\\line then?\\par"
    )
    paragraphs, _ = apart(contents_of(rtf(tmp_path / "a.rtf", cells)).lines)
    assert [cells_of(one) or one for one in paragraphs] == [
        ["Ines", "Who?\nReally?"],
        ["Tam", "My father."],
        "Ines: And\nthen?",
        "",
    ]
    items = "".join(
        f"{{\\pard{{\\listtext\\pard\\plain {number}.\\tab}}\\ls1 {question}\\par}}{{\\pard {answer}\\par}}"
        for number, (question, answer) in enumerate([("Who reads?", "My father."), ("Always?", "Mostly.")], 1)
    )
    assert said(read(rtf(tmp_path / "b.rtf", items)))[:2] == [
        ("Interviewer", "Who reads?"),
        ("Participant", "My father."),
    ]


def test_what_nobody_says_stands_beside_the_talk(tmp_path: Path) -> None:
    body = (
        "{\\stylesheet{\\s0 Normal;}{\\s3\\b\\fs28 heading 1;}}{\\info{\\title Seeds}{\\author Somebody}}"
        "{\\header\\pard Page one\\par}{\\*\\generator A Program}"
        "\\pard\\s3 Seeds\\par\\pard Ines: Who {\\deleted hardly }reads{\\v  in secret} them?\\par "
        "Tam: My father{\\footnote\\pard He died.\\par Since.}{\\*\\annotation Check this} "
        '{\\field{\\*\\fldinst HYPERLINK "http://seeds.example"}{\\fldrslt does}}.'
        "{\\pict\\pngblip 89504e47}{\\*\\shppict{\\pict 00}}\\par"
    )
    paragraphs, asides = apart(contents_of(rtf(tmp_path / "a.rtf", body)).lines)
    assert paragraphs == ["\x1dSeeds", "Ines: Who reads them?", "Tam: My father does.", ""]
    assert asides == [
        Aside("markup", "hardly in secret"),
        Aside("note", "He died. Since. Check this"),
        Aside("heading", "Page one"),
    ]


@pytest.mark.slow
def test_long_files_are_read_whole_and_in_linear_time(tmp_path: Path) -> None:
    def seconds(count: int) -> float:
        body = "".join(f"\\f0 Tam: w\\'f6rd{number} \\u8217?s\\par " for number in range(count))
        path = rtf(tmp_path / "a.rtf", body)
        begun = time.process_time()
        paragraphs = contents_of(path).lines
        assert paragraphs[:count] == tuple(f"Tam: wörd{number} ’s" for number in range(count))
        return time.process_time() - begun

    assert seconds(12_000) < 12 * max(seconds(3_000), 0.05)
    text = "wörd " * 60_000
    assert contents_of(rtf(tmp_path / "b.rtf", text)).lines[0].split() == text.split()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{" * 20_000, "damaged"),
        ("\\uc\\u {\\*\\generator x}\\bin99999999 Tam: yes", NO_SPEECH),
        ("{\\*\\generator x}", NO_SPEECH),
        ("\\fonttbl" + "\\f1" * 50_000, NO_SPEECH),
    ],
    ids=["depth", "numbers", "empty", "fonts"],
)
def test_odd_files_are_refused(tmp_path: Path, body: str, reason: str) -> None:
    path = rtf(tmp_path / "a.rtf", body)
    with refuses(TranscriptError, "a.rtf", "RTF", reason):
        read(path)
