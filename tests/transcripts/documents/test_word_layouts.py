"""Word documents of many programs: what stands below headers, in tables, beside the talk, and where the parts lie."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest

from needsseg.errors import TranscriptError
from needsseg.transcripts import ReadingChoices, detect, read
from needsseg.transcripts.contents import contents_of
from needsseg.transcripts.documents.layouts import read_document
from needsseg.transcripts.documents.marks import apart, aside, cells_of, plain, row
from tests.fixtures.transcripts.documents import STRICT, is_accounted, paragraph, said, table, times, word_file
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.transcripts import DAMAGED_WORD, NO_SPEECH

TALK = [
    ("Ines Okafor", "Where do the seed orders come in?", 2_000),
    ("Tam Reyes", "By letter, mostly. My father opens them at noon.", 9_000),
    ("Ines Okafor", "And after noon?", 75_000),
    ("Tam Reyes", "They wait until somebody walks past the shelf.", 3_700_000),
]
WORDS = [(name, words) for name, words, _ in TALK]
STARTS = [start for _, _, start in TALK]


def clock(milliseconds: int, shape: str) -> str:
    hours, rest = divmod(milliseconds // 1000, 3600)
    minutes, seconds = divmod(rest, 60)
    if shape == "short":
        return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}" + (".250" if shape == "exact" else "")


def until(start: int) -> str:
    return clock(start + 4_000, "exact")


GENERATIONS = {
    "range, name and words in one paragraph": lambda n, w, t: paragraph(f"{clock(t, 'exact')} --> {until(t)}", n, w),
    "range, name and words in three": lambda n, w, t: (
        paragraph(f"{clock(t, 'exact')} --> {until(t)}") + paragraph(n) + paragraph(w)
    ),
    "name and range above": lambda n, w, t: paragraph(f"{n} {clock(t, 'exact')} --> {until(t)}") + paragraph(w),
    "range and name above": lambda n, w, t: paragraph(f"{clock(t, 'exact')} --> {until(t)} {n}") + paragraph(w),
    "name, spaces, time": lambda n, w, t: paragraph(f"{n}   {clock(t, 'short')}", w),
    "name, tab, time": lambda n, w, t: paragraph(f"{n}\t{clock(t, 'short')}") + paragraph(w),
    "name, one space, time": lambda n, w, t: paragraph(f"{n} {clock(t, 'short')}", w),
    "time and name": lambda n, w, t: paragraph(f"{clock(t, 'long')} {n}") + paragraph(w) + paragraph(""),
}


@pytest.mark.parametrize("name", GENERATIONS)
def test_turns_below_headers_of_every_generation(tmp_path: Path, name: str) -> None:
    above = paragraph("Audio file") + paragraph("seeds.m4a") + paragraph("Transcript")
    body = above + "".join(GENERATIONS[name](*turn) for turn in TALK)
    transcript = read(word_file(tmp_path / "a.docx", body))
    assert transcript.format == "teams-docx"
    assert said(transcript) == WORDS
    assert [
        start is not None and abs(start - told) <= 250 for start, told in zip(times(transcript), STARTS, strict=True)
    ] == [True] * 4
    assert is_accounted(transcript)
    assert transcript.words_by_kind["metadata"] == 4
    assert transcript.words_by_kind["label"] == 8
    lines = [one.line for one in read_document(contents_of(tmp_path / "a.docx").lines).spoken]
    assert lines == sorted(lines) and lines[0] == 4


def test_a_turn_over_several_paragraphs_notices_and_facts_of_a_meeting(tmp_path: Path) -> None:
    body = (
        paragraph("Seeds, second call")
        + paragraph("January 5, 2026, 10:00AM")
        + paragraph("58m 12s")
        + paragraph("Ines Okafor started transcription")
        + paragraph("Ines Okafor   0:02", "Where do the", "orders come in?")
        + paragraph("Tam Reyes   0:09", "By letter.")
        + paragraph("Mostly, at least.")
        + paragraph("Tam Reyes   1:15", "At noon.")
        + paragraph("Ines Okafor stopped transcription")
    )
    transcript = read(word_file(tmp_path / "a.docx", body))
    assert said(transcript) == [
        ("Ines Okafor", "Where do the orders come in?"),
        ("Tam Reyes", "By letter.\nMostly, at least.\nAt noon."),
    ]
    assert is_accounted(transcript)
    counts = transcript.words_by_kind
    assert (counts["heading"], counts["metadata"], counts["label"], counts["time"]) == (3, 4 + 2 + 4 + 4, 6, 3)


def test_times_in_prose_are_no_headers(tmp_path: Path) -> None:
    body = (
        paragraph("Ines Okafor: When do you open?")
        + paragraph("Tam Reyes: On most days at   7:30")
        + paragraph("Ines Okafor: And on Sundays, I heard that it is later, is it?")
        + paragraph("Tam Reyes: Then nobody comes before ten, and I read the paper until somebody rings the bell.")
    )
    assert detect(word_file(tmp_path / "a.docx", body)) == "docx"
    sentences = [f"0:0{number}:00 Then Came The {word}" for number, word in enumerate(["Rain", "Snow", "Hail", "Sun"])]
    body = "".join(paragraph(line) + paragraph("And we went home, all of us.") for line in sentences)
    assert detect(word_file(tmp_path / "b.docx", body)) == "docx"


def test_a_label_that_is_no_speaker_and_words_above_the_first_header(tmp_path: Path) -> None:
    body = paragraph("Hello everyone.") + "".join(GENERATIONS["name, spaces, time"](*turn) for turn in TALK[:2])
    body += paragraph("Chapter Two   1:00") + paragraph("Really at noon.")
    pieces = contents_of(word_file(tmp_path / "a.docx", body)).lines
    choices = ReadingChoices(not_speakers=frozenset({"Chapter Two"}), unlabelled="Host")
    spoken = read_document(pieces, choices).spoken
    assert [one.speaker for one in spoken] == ["Host", "Ines Okafor", "Tam Reyes"]
    assert spoken[0].words == "Hello everyone." and spoken[2].words.endswith("noon.\nReally at noon.")


TABLES = {
    "four columns with a header": [("#", "Time", "Speaker", "Text")]
    + [(str(at), clock(t, "long"), n, w) for at, (n, w, t) in enumerate(TALK, 1)],
    "five columns, a title above": [("Interview 7", "", "", "", ""), ("No.", "Start", "End", "Speaker", "Transcript")]
    + [(str(at), clock(t, "long"), clock(t + 4_000, "long"), n, w) for at, (n, w, t) in enumerate(TALK, 1)],
    "three columns, words first": [("Text", "Speaker", "Time")] + [(w, n, clock(t, "short")) for n, w, t in TALK],
    "three columns, no header": [(clock(t, "short"), f"{n}:", w) for n, w, t in TALK],
    "four columns, no header": [(str(at), n, clock(t, "long"), w) for at, (n, w, t) in enumerate(TALK, 1)],
    "two columns, time behind the name": [(f"{n}\n[{clock(t, 'short')}]", w) for n, w, t in TALK],
    "header in words that nobody knows": [("Hora", "Quem", "Fala")] + [(clock(t, "long"), n, w) for n, w, t in TALK],
    "header on every page": [("Time", "Speaker", "Text")]
    + [(clock(t, "long"), n, w) for n, w, t in TALK[:2]]
    + [("Time", "Speaker", "Text")]
    + [(clock(t, "long"), n, w) for n, w, t in TALK[2:]],
    "range in one cell": [("Timespan", "Name", "Content")]
    + [(f"{clock(t, 'short')} - {clock(t + 4_000, 'short')}", n, w) for n, w, t in TALK],
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_turns(tmp_path: Path, name: str) -> None:
    transcript = read(word_file(tmp_path / "a.docx", paragraph("Seeds") + table(*TABLES[name])))
    assert said(transcript) == WORDS
    assert times(transcript) == STARTS
    assert is_accounted(transcript)


def test_a_row_without_a_name_goes_on_and_questions_have_a_column(tmp_path: Path) -> None:
    rows = [("Speaker", "Text"), ("Ines", "Who reads them?"), ("Tam", "My father."), ("", "And my aunt.\nAt times.")]
    transcript = read(word_file(tmp_path / "a.docx", table(*rows)))
    assert said(transcript) == [("Ines", "Who reads them?"), ("Tam", "My father.\nAnd my aunt.\nAt times.")]
    assert is_accounted(transcript)
    rows = [("Question", "Answer"), ("Who reads them?", "My father."), ("Always?", "Mostly.")]
    transcript = read(word_file(tmp_path / "b.docx", table(*rows)))
    assert said(transcript)[:2] == [("Interviewer", "Who reads them?"), ("Participant", "My father.")]
    assert is_accounted(transcript)


def test_columns_that_a_person_chose(tmp_path: Path) -> None:
    rows = [("A", "B", "C"), ("Ines", "note", "Who reads them?"), ("Tam", "note", "My father does.")]
    pieces = contents_of(word_file(tmp_path / "a.docx", table(*rows))).lines
    reading = read_document(pieces, ReadingChoices(columns={"words": "C", "speaker": "A"}))
    assert [(one.speaker, one.words) for one in reading.spoken] == [
        ("Ines", "Who reads them?"),
        ("Tam", "My father does."),
    ]


def test_a_table_of_facts_above_the_talk_is_no_speech(tmp_path: Path) -> None:
    facts = table(("Date", "3 May"), ("Participant", "P4"), ("Location", "Shop"))
    body = facts + "".join(paragraph(f"{name}: {words}") for name, words in WORDS)
    transcript = read(word_file(tmp_path / "a.docx", body))
    assert said(transcript) == WORDS


def test_the_main_part_is_found_wherever_it_lies_and_in_strict_files(tmp_path: Path) -> None:
    body = "".join(paragraph(f"{name}: {words}") for name, words in WORDS)
    for main in ("word/document2.xml", "word/document.xml", "content/text.xml", "Word/Document.xml"):
        assert said(read(word_file(tmp_path / "a.docx", body, main=main))) == WORDS
    styles = {"styles.xml": ("styles", '<w:style w:styleId="T" w:type="paragraph"><w:name w:val="Title"/></w:style>')}
    path = word_file(tmp_path / "b.docx", paragraph("Seeds", style="T") + body, namespace=STRICT, parts=styles)
    assert said(read(path)) == WORDS
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != "_rels/.rels"}
    with zipfile.ZipFile(tmp_path / "c.docx", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert said(read(tmp_path / "c.docx")) == WORDS


def test_headings_by_name_by_level_and_by_what_they_are_made_from(tmp_path: Path) -> None:
    def style(ident: str, name: str, rest: str = "") -> str:
        return f'<w:style w:styleId="{ident}" w:type="paragraph"><w:name w:val="{name}"/>{rest}</w:style>'

    styles = (
        style("berschrift1", "heading 1")
        + style("Mine", "Section of mine", '<w:basedOn w:val="berschrift1"/>')
        + style("Deep", "Other", '<w:pPr><w:outlineLvl w:val="2"/></w:pPr>')
        + style("Body", "Body Text", '<w:pPr><w:outlineLvl w:val="9"/></w:pPr>')
        + style("TOC1", "toc 1")
    )
    body = "".join(paragraph(f"One {ident}", style=ident) for ident in ("berschrift1", "Mine", "Deep", "Body", "TOC1"))
    lines = contents_of(word_file(tmp_path / "a.docx", body, parts={"styles.xml": ("styles", styles)})).lines
    paragraphs, asides = apart(lines)
    assert paragraphs == ["\x1dOne berschrift1", "\x1dOne Mine", "\x1dOne Deep", "One Body"]
    assert [(one.kind, one.text) for one in asides] == [("heading", "One TOC1")]


def test_what_stands_beside_the_talk_is_told_from_it(tmp_path: Path) -> None:
    deleted = "<w:del><w:r><w:delText>hardly ever </w:delText></w:r></w:del>"
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>in secret </w:t></w:r>"
    shown = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>plainly </w:t></w:r>'
    box = "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>A box of text</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText></w:r><w:fldSimple w:instr="DATE">'
        "<w:r><w:t>today</w:t></w:r></w:fldSimple>"
    )
    ruby = "<w:r><w:ruby><w:rt><w:r><w:t>ki</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>key</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    ask = (
        f"<w:p><w:r><w:t>Ines: Who </w:t></w:r>{deleted}{hidden}{shown}<w:r><w:t>re\xadads</w:t><w:softHyphen/>"
        f"<w:t> the let</w:t><w:noBreakHyphen/><w:t>ters </w:t></w:r>{field}<w:r><w:t> </w:t></w:r>{ruby}{box}</w:p>"
    )
    body = ask + paragraph("Tam: My father.")
    parts = {
        "comments.xml": ("comments", paragraph("Check this name")),
        "footnotes.xml": ("footnotes", paragraph("He died since")),
        "header1.xml": ("header", paragraph("Seeds, page 1")),
    }
    lines = contents_of(word_file(tmp_path / "a.docx", body, parts=parts)).lines
    paragraphs, asides = apart(lines)
    assert paragraphs == ["Ines: Who plainly reads the let-ters today key", "Tam: My father."]
    assert sorted((one.kind, one.text) for one in asides) == [
        ("heading", "Seeds, page 1"),
        ("markup", "hardly ever"),
        ("markup", "in secret"),
        ("markup", "ki"),
        ("note", "A box of text"),
        ("note", "Check this name"),
        ("note", "He died since"),
    ]


def test_the_account_tells_of_what_stands_beside_a_talk_below_headers(tmp_path: Path) -> None:
    body = "".join(GENERATIONS["name, spaces, time"](*turn) for turn in TALK)
    parts = {"comments.xml": ("comments", paragraph("Check this name"))}
    transcript = read(word_file(tmp_path / "a.docx", body, parts=parts))
    assert is_accounted(transcript)
    assert transcript.words_by_kind["note"] == 3
    assert (
        sum(transcript.words_by_kind.values())
        == sum(len(f"{n} {clock(t, 'short')} {w}".split()) for n, w, t in TALK) + 3
    )


def test_the_account_of_paragraphs_read_as_lines(tmp_path: Path) -> None:
    body = "".join(paragraph(f"{name}: {words}") for name, words in WORDS)
    transcript = read(word_file(tmp_path / "a.docx", body, parts={"comments.xml": ("comments", paragraph("Check it"))}))
    assert said(transcript) == WORDS
    assert is_accounted(transcript)
    assert transcript.words_by_kind["note"] == 2


def test_pieces_carry_rows_and_asides() -> None:
    pieces = ["Ada: Who?", row(["a", "", "b\nc"]), aside("note", "x y")]
    paragraphs, asides = apart(pieces)
    assert cells_of(paragraphs[1]) == ["a", "", "b\nc"] and cells_of(paragraphs[0]) is None
    assert plain(paragraphs[1]).split() == ["a", "b", "c"]
    assert [(one.kind, one.text) for one in asides] == [("note", "x y")]


def test_tables_within_tables_take_linear_time(tmp_path: Path) -> None:
    def seconds(cells: int) -> float:
        opened = "<w:tbl><w:tr>" + "<w:tc><w:p/></w:tc>" * cells + "<w:tc>"
        body = opened * 70 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 70 + paragraph("Ines: Who?") + paragraph("Tam: Me.")
        path = word_file(tmp_path / "a.docx", body)
        begun = time.process_time()
        assert len(read(path).turns) == 2
        return time.process_time() - begun

    assert seconds(400) < 12 * max(seconds(100), 0.05)


@pytest.mark.parametrize(
    ("head", "body", "reason"),
    [
        ('<!DOCTYPE x [<!ENTITY e "ha">]>', "<w:p><w:r><w:t>A: &e;</w:t></w:r></w:p>", DAMAGED_WORD),
        (
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
            "<w:p><w:r><w:t>&e;</w:t></w:r></w:p>",
            DAMAGED_WORD,
        ),
        ("", "<w:sdt>" * 300 + "</w:sdt>" * 300, DAMAGED_WORD),
        ("", f"<!--{' ' * 50_000_001}-->", "than an interview can hold"),
        ("", "<w:p/>", NO_SPEECH),
    ],
    ids=["entity", "external entity", "depth", "bomb", "empty"],
)
def test_harmful_word_files_are_refused(tmp_path: Path, head: str, body: str, reason: str) -> None:
    path = word_file(tmp_path / "a.docx", body, head=head)
    with refuses(TranscriptError, "a.docx", reason):
        read(path)


def test_damaged_packing_is_refused(tmp_path: Path) -> None:
    path = word_file(tmp_path / "a.docx", paragraph("Ines: Who reads these letters, do you know?"))
    data = bytearray(path.read_bytes())
    at = data.find(b"word/document.xml") + len("word/document.xml")
    data[at + 5 : at + 25] = b"\xff" * 20
    path.write_bytes(data)
    with pytest.raises(TranscriptError) as caught:
        read(path)
    assert says(caught.value.message, "a.docx")


def test_questions_in_bold_where_nobody_is_named(tmp_path: Path) -> None:
    def bold(text: str, value: str = "true") -> str:
        return f'<w:p><w:r><w:rPr><w:b w:val="{value}"/></w:rPr><w:t>{text}</w:t></w:r></w:p>'

    body = bold("Who reads them?") + paragraph("My father.") + bold("Always?") + bold("Mostly?", "0") + paragraph("No.")
    assert said(read(word_file(tmp_path / "a.docx", body))) == [
        ("Interviewer", "Who reads them?"),
        ("Participant", "My father."),
        ("Interviewer", "Always?"),
        ("Participant", "Mostly?\nNo."),
    ]
    named = bold("Ines: Who reads them?") + paragraph("Tam: My father.") + bold("Ines: Always?") + paragraph("Tam: No.")
    assert [name for name, _ in said(read(word_file(tmp_path / "b.docx", named)))] == ["Ines", "Tam", "Ines", "Tam"]


def test_what_stands_around_a_table_of_turns(tmp_path: Path) -> None:
    rows = [("Speaker", "Text"), *WORDS[:2]]
    around = paragraph("Seeds") + paragraph("Date: 3 May") + table(*rows) + paragraph("Tam Reyes: And at night, too.")
    transcript = read(
        word_file(tmp_path / "a.docx", around + paragraph("Written down by hand."), parts=None), anyway=True
    )
    assert said(transcript) == [WORDS[0], ("Tam Reyes", f"{WORDS[1][1]}\nAnd at night, too.")]
    assert is_accounted(transcript, unread=4)
    counts = transcript.words_by_kind
    assert (counts["heading"], counts["metadata"], counts["label"]) == (3, 3, 6)
