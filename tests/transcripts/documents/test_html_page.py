"""Web pages: what a page says, as paragraphs; what it shows around, beside the talk."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.errors import TranscriptError
from needsseg.transcripts import detect, read
from needsseg.transcripts.contents import contents_of
from needsseg.transcripts.documents.marks import Aside, apart
from tests.fixtures.transcripts.documents import is_accounted, said, times
from tests.fixtures.wording.matching import refuses

TALK = [("Ines Okafor", "Who reads them?"), ("Tam Reyes", "My father & my aunt.")]


def page(path: Path, body: str, encoding: str = "utf-8", head: str = "") -> Path:
    path.write_bytes(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode(encoding))
    return path


@pytest.mark.parametrize(
    "body",
    [
        "<p>Ines Okafor: Who reads them?</p><p>Tam Reyes: My father &amp; my aunt.</p>",
        "<p><b>Ines Okafor:</b> Who reads\n   them?<p><strong>Tam Reyes</strong>: My father&#32;&amp;&nbsp;my aunt.",
        "Ines Okafor: Who reads them?<br>Tam Reyes: My father &amp; my aunt.<br/>",
        "<div><div>Ines Okafor: Who reads them?</div><div>Tam Reyes: <i>My</i> father &amp; my aunt.</div></div>",
        "<dl><dt>Ines Okafor<dd>Who reads them?<dt>Tam Reyes<dd>My father &amp; my aunt.</dl>",
        "<pre>Ines Okafor: Who reads them?\nTam Reyes: My father &amp; my aunt.\n</pre>",
        "<ul><li>Ines Okafor: Who reads them?<li>Tam Reyes: My fa&shy;ther &amp; my aunt.</ul>",
        "<table><tr><td>Ines Okafor<td>Who reads them?<tr><td>Tam Reyes<td>My father &amp; my aunt.</table>",
        "<table><tr><td><p>Ines Okafor: Who reads them?<p>Tam Reyes: My father &amp; my aunt.</table>",
    ],
)
def test_blocks_are_paragraphs(tmp_path: Path, body: str) -> None:
    path = page(tmp_path / "a.html", body)
    assert detect(path) == "html"
    assert said(read(path)) == TALK
    renamed = tmp_path / "a.txt"
    renamed.write_bytes(b"\xef\xbb\xbf\r\n" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert said(read(renamed)) == TALK


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "cp1251"])
def test_encodings_that_a_page_declares(tmp_path: Path, encoding: str) -> None:
    words = "Мой отец." if encoding == "cp1251" else "“Mon père” – oui."
    name = {"cp1252": "iso-8859-1", "cp1251": "windows-1251"}.get(encoding, encoding)
    path = page(tmp_path / "a.htm", f"<p>Ines: Hm?<p>Tam: {words}", encoding, f'<meta charset="{name}">')
    assert said(read(path))[1] == ("Tam", words)


def test_players_name_speakers_and_times_by_class(tmp_path: Path) -> None:
    body = "".join(
        f'<div class="turn"><span class="speaker-name">{name}</span> <span class="timestamp">0:0{at}</span>'
        f"<p>{words.replace('&', '&amp;')}</p></div>"
        for at, (name, words) in enumerate(TALK, 2)
    )
    transcript = read(page(tmp_path / "a.html", body))
    assert said(transcript) == TALK
    assert times(transcript) == [2_000, 3_000]


def test_a_table_with_columns(tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>0:0{at}<td>{name}<td>{words}" for at, (name, words) in enumerate(TALK, 2))
    transcript = read(page(tmp_path / "a.html", f"<table><tr><th>Time<th>Speaker<th>Text{rows}</table>"))
    assert said(transcript) == TALK
    assert times(transcript) == [2_000, 3_000]
    assert is_accounted(transcript)


def test_what_a_page_shows_around_the_talk(tmp_path: Path) -> None:
    body = (
        "<nav><a>Home</a><a>About</a></nav><script>var a = '<p>Tam: no</p>';</script><style>p {}</style>"
        "<h1>Seeds</h1><p>Ines: Who?<!-- nobody --> Really?</p><p hidden>Tam: secret</p>"
        '<p style="display: none">Tam: hidden</p><p>Tam: My <del>mother</del> father.</p><button>Play</button>'
        "<aside>Read more</aside><footer>All rights</footer>"
    )
    lines = contents_of(page(tmp_path / "a.html", body, head="<title>Seeds, a talk</title>")).lines
    paragraphs, asides = apart(lines)
    assert paragraphs == ["\x1dSeeds", "Ines: Who? Really?", "Tam: My  father.".replace("  ", " ")]
    assert asides == [
        Aside("metadata", "Seeds, a talk"),
        Aside("markup", "Home About"),
        Aside("markup", "Tam: secret"),
        Aside("markup", "Tam: hidden"),
        Aside("markup", "mother"),
        Aside("markup", "Play"),
        Aside("note", "Read more"),
        Aside("markup", "All rights"),
    ]


def test_text_with_a_few_angle_brackets_is_no_page(tmp_path: Path) -> None:
    for name, text in (("a.txt", "Ines: Is 3 < 4?\n\nTam: <laughs> Yes.\n"), ("b.html", "Ines: Who?\n\nTam: Me.\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert detect(tmp_path / name) == "text"


def test_elements_that_stand_too_deep_are_refused(tmp_path: Path) -> None:
    with refuses(TranscriptError, "a.html", "HTML"):
        read(page(tmp_path / "a.html", "<div>" * 50_000 + "Ines: Who?"))
    assert said(read(page(tmp_path / "b.html", "<div>" * 200 + "Ines: Who?<br>Tam: Me."))) == [
        ("Ines", "Who?"),
        ("Tam", "Me."),
    ]
