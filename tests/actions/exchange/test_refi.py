"""REFI-QDA from study to study: the same texts, spans, codes, memos, cases, variables; covered; undone; told what was dropped."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from needsseg.actions.coding import blind, codebook, memos, passages, pseudonyms
from needsseg.actions.discovery import evidence
from needsseg.actions.exchange.refi import export, pseudonymised
from needsseg.actions.exchange.refi import importing as refi_import
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing, interviews
from needsseg.errors import NeedssegError, UsageError
from needsseg.exchange import refi as files
from needsseg.records import Passage
from needsseg.study.accounts import accounts
from needsseg.study.connection import Study
from needsseg.study.transcripts import interviews as stored
from tests.fixtures.cli_calls import Caller
from tests.fixtures.refi.specimens import atlas_ti_project
from tests.fixtures.refi.studies import kept_by_refi
from tests.fixtures.samples import ROOT
from tests.fixtures.wording.exchange import (
    NO_CODE_TO_WRITE,
    POSITIONS_COUNTED,
    SUGGESTIONS_LEFT_OUT,
    UNDER_PSEUDONYMS,
    WITH_REAL_NAMES,
    YOU_WORK_BLIND,
)
from tests.fixtures.wording.matching import mentions, refuses, says
from tests.fixtures.wording.study import EXISTS, OWN_FILE

pytest_plugins = ["tests.fixtures.cli_calls", "tests.fixtures.refi.studies"]
SCHEMA = etree.XMLSchema(etree.parse(ROOT / "tests" / "data" / "refi" / "Project.xsd"))
Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


def checked(path: Path) -> str:
    """The project of an export, valid against the schema."""
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("project.qde")
        texts = [archive.read(name) for name in archive.namelist() if name != "project.qde"]
    SCHEMA.assertValid(etree.fromstring(xml))
    assert not any(text.startswith(b"\xef\xbb\xbf") or b"\r" in text for text in texts)
    return "\n".join([xml.decode(), *(text.decode() for text in texts)])


def test_study_to_qdpx_to_study_keeps_everything(coded: Study, tmp_path: Path, tables: Dump) -> None:
    report = export.export_qdpx(coded, tmp_path / "a.qdpx", original=True)
    assert (report.interviews, report.passages, report.codes, report.notes) == (3, 4, 3, 5)
    assert report.left_out == ()
    checked(report.path)
    export.export_qdpx(coded, tmp_path / "b.qdpx", original=True)
    assert report.path.read_bytes() == (tmp_path / "b.qdpx").read_bytes()
    with studies.init(tmp_path / "other.db") as other:
        other.actor = "somebody else"
        before = tables(other)
        done = refi_import.import_qdpx(other, report.path)
        assert kept_by_refi(other) == kept_by_refi(coded)
        assert (done.added, done.dropped) == (("anna", "gus-petrakis", "ines-carvalho"), ())
        assert (done.passages, done.marks, done.codes, done.memos) == (4, 4, 3, 5)
        assert studies.check(other) == []
        again = refi_import.import_qdpx(other, report.path)
        assert (again.added, again.passages, again.marks, again.memos, again.people) == ((), 0, 0, 0, 0)
        assert len(history.listing(other)) == 1 and kept_by_refi(other) == kept_by_refi(coded)
        history.undo(other)
        assert tables(other) == before


SAID = st.lists(
    st.sampled_from(["we", "wait", "🙂", "👩‍👩‍👧", "Größe", "日本語", "e\u0301", "ok."]), min_size=1, max_size=8
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SAID, min_size=1, max_size=5), st.booleans(), st.data())
def test_any_spans_come_back(said: list[list[str]], crlf: bool, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        lines = "\n\n".join(f"Interviewer: And then?\n\nAnna: {' '.join(words)}" for words in said)
        file = Path(folder) / "anna.txt"
        file.write_bytes((lines.replace("\n", "\r\n") if crlf else lines).encode())
        with studies.init(Path(folder) / "a.db") as first, studies.init(Path(folder) / "b.db") as second:
            importing.import_transcripts(first, [file])
            turns = [turn for turn in interviews.show(first, "anna").turns if turn.speaker == "Anna"]
            for turn in turns:
                start = data.draw(st.integers(turn.start, turn.end - 1))
                end = data.draw(st.integers(start + 1, turn.end))
                if interviews.show(first, "anna").text[start:end].strip():
                    passages.code(first, [passages.mark(first, "anna", start, end)], data.draw(st.sampled_from("abc")))
            made = export.export_qdpx(first, Path(folder) / "a.qdpx", original=True)
            checked(made.path)
            assert refi_import.import_qdpx(second, made.path).dropped == ()
            assert kept_by_refi(second) == kept_by_refi(first)


def test_a_covered_export_names_nobody_and_its_passages_hold_the_covered_words(coded: Study, tmp_path: Path) -> None:
    text = interviews.show(coded, "gus-petrakis").text
    turn = next(
        t for t in interviews.show(coded, "gus-petrakis").turns if t.role == "participant" and t.end - t.start > 80
    )
    passages.mark(coded, "gus-petrakis", turn.start, turn.end)
    memos.write(coded, "interview", "anna", "Anna is calm, anna@mary.example")
    from needsseg.actions.coding import pseudonym_decisions

    word = text[turn.start : turn.end].split()[5].strip(".,")
    pseudonym_decisions.replace_words(coded, word, by="Somewhere far")
    export.export_qdpx(coded, tmp_path / "a.qdpx")
    written = checked(tmp_path / "a.qdpx")
    for name in ("Anna", "Petrakis", "St. Mary", "anna@mary", "gus-petrakis", "001A"):
        assert name not in written
    assert "Participant 1" in written and "Somewhere far" in written
    over = pseudonyms.cover(coded)
    sources = files.read_project(tmp_path / "a.qdpx").project.sources
    # Each person who worked on a passage has a selection of their own.
    shown = sorted({source.text[s.start : s.end] for source in sources for s in source.selections})
    assert shown == sorted(over.text(p.quote, p.interview) for p in passages.listing(coded, status="accepted"))
    with studies.init(tmp_path / "b.db") as other:
        done = refi_import.import_qdpx(other, tmp_path / "a.qdpx")
        assert done.passages == 5 and {each.kind for each in done.dropped} <= {"case"}


def test_places_in_a_covered_text_are_those_of_the_covered_turns(coded: Study) -> None:
    over = pseudonyms.cover(coded, extra=["nurse", "🙂", "whiteboard"])
    for key in stored.keys(coded):
        transcript = interviews.show(coded, key)
        moved = pseudonymised.covered_text(over, key, transcript)
        for turn in transcript.turns:
            start, end = moved.span(turn.start, turn.end)
            assert moved.text[start:end] == over.text(transcript.words(turn), key)


def test_the_passages_of_segments_go_along(demo_study: Study, tmp_path: Path) -> None:
    report = export.export_qdpx(demo_study, tmp_path / "a.qdpx")
    checked(report.path)
    kept = [row for row in evidence.listing(demo_study) if row.status in ("named", "confirmed")]
    project = files.read_project(report.path).project
    assert sorted(each.name for each in project.sets) == sorted(row.name for row in kept) != []
    notes = {note.guid: note.name for note in project.notes}
    named = [notes[guid] for source in project.sources for each in source.selections for guid in each.notes]
    assert {name: named.count(name) for name in named} == {f"Segment: {row.name}": row.size for row in kept}
    assert any(mentions(what, SUGGESTIONS_LEFT_OUT) for what in report.left_out)


def foreign(path: Path, text: str, quotes: list[str], extra: str = "", crlf: bool = False) -> Path:
    """A project as another program writes it."""
    spans = "".join(
        f'<PlainTextSelection guid="s{n}" startPosition="{text.index(q)}" endPosition="{text.index(q) + len(q)}" '
        f'creatingUser="u"><Description>why {n}</Description><Coding guid="c{n}"><CodeRef targetGUID="k"/></Coding>'
        "</PlainTextSelection>"
        for n, q in enumerate(quotes)
    )
    xml = f"""<Project name="p" origin="Other"><Users><User guid="u" name="Kim"/></Users><CodeBook><Codes>
      <Code guid="k" name="Top" isCodable="true" color="red"><Code guid="k2" name="top" isCodable="true"/></Code>
      </Codes></CodeBook><Variables><Variable guid="v" name="age" typeOfVariable="Integer"/></Variables><Cases><Case guid="p"
      name="P01"><VariableValue><VariableRef targetGUID="v"/><IntegerValue>41</IntegerValue></VariableValue><SourceRef
      targetGUID="t"/></Case></Cases><Sources><TextSource guid="t" name="Talk.docx" plainTextPath="internal://t.txt">{spans}
      </TextSource></Sources>{extra}</Project>"""
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("project.qde", xml)
        made.writestr("sources/t.txt", text.replace("\n", "\r\n").encode() if crlf else text.encode())
    return path


PROSE = "  Lots of   blanks,\n\n\nand a nurse who calls at six.\nNobody knows who can take her round.\n"


def test_prose_stays_as_it_is_to_the_character(study: Study, tmp_path: Path) -> None:
    quotes = ["nurse who calls", "calls at six.\nNobody knows"]
    done = refi_import.import_qdpx(study, foreign(tmp_path / "p.qdpx", PROSE, quotes, crlf=True))
    assert interviews.show(study, "talk").text == PROSE
    assert [(p.quote, p.coder, p.codes, p.status) for p in passages.listing(study)] == [
        (quote, "Kim", ("Top",), "accepted") for quote in quotes
    ]
    assert [memo.words for memo in memos.listing(study)] == ["why 0", "why 1"]
    [person] = accounts.participants(study)
    assert (person.name, person.attributes) == ("P01", {"age": "41"})
    assert [(b.code.name, b.above) for b in codebook.tree(study)] == [("Top", ()), ("top (Top)", ("Top",))]
    assert [each.kind for each in done.dropped] == ["colour", "name of a code"]


DIALOGUE = (
    "Interviewer: How do you plan your week?\n\nAnna: When a nurse calls in sick I have to find out who can go.\n\n"
    "Interviewer: And then?\n\nAnna: I just want to see at a glance who has what."
)


@pytest.mark.parametrize(
    ("quote", "speaker", "told"),
    [
        ("a nurse calls", "Anna", False),
        ("And then?\n\nAnna: I just", "Anna", True),
        ("How do you plan", "Interviewer", True),
        ("Interviewer: How", "Interviewer", True),
    ],
)
def test_a_dialogue_has_its_speakers_and_every_selection_its_words(
    quote: str, speaker: str, told: bool, study: Study, tmp_path: Path
) -> None:
    done = refi_import.import_qdpx(study, foreign(tmp_path / "p.qdpx", DIALOGUE, [quote]))
    shown = interviews.show(study, "talk")
    assert (shown.text, [turn.speaker for turn in shown.turns]) == (DIALOGUE, ["Interviewer", "Anna"] * 2)
    assert [(p.quote, p.speaker) for p in passages.listing(study)] == [(quote, speaker)]
    assert ("passages" in [each.kind for each in done.dropped]) == told


def test_work_on_the_same_text_is_added_to_what_is_here(coded: Study, tmp_path: Path) -> None:
    exported = export.export_qdpx(coded, tmp_path / "a.qdpx", original=True).path
    history.undo(coded)
    passages.decide(coded, [3], "rejected")
    memos.write(coded, "passage", 1, "something else")
    before = [p for p in passages.listing(coded) if p.id != 3]
    done = refi_import.import_qdpx(coded, exported)
    assert (done.added, done.joined, done.passages) == ((), ("anna", "gus-petrakis", "ines-carvalho"), 0)
    assert [each.kind for each in done.dropped] == ["memo", "selection"]

    def bare(rows: list[Passage]) -> list[tuple[int, str]]:
        return [(p.id, p.status) for p in rows if p.id != 3]

    assert bare(passages.listing(coded)) == bare(before)


def test_a_codebook_goes_out_and_comes_in(coded: Study, tmp_path: Path) -> None:
    report = export.export_qdc(coded, tmp_path / "c.qdc")
    (left_out,) = report.left_out
    assert report.codes == 3 and says(left_out, "1 memo on codes")
    root = etree.parse(report.path).getroot()
    assert root.tag == "{urn:QDA-XML:codebook:1.0}CodeBook" and len(root) == 1
    with studies.init(tmp_path / "other.db") as other:
        codebook.create(other, "Time")
        done = refi_import.import_qdc(other, report.path)
        assert (done.codes, done.dropped) == (2, ())
        assert [(b.code.name, b.above, b.code.color, b.code.description) for b in codebook.tree(other)] == [
            ("Time", (), "#0a1b2c", "whatever takes <long>"),
            ("late", ("Time",), "red", ""),
            ("very late", ("Time", "late"), "", ""),
        ]
        assert refi_import.import_qdc(other, report.path).codes == 0


def test_targets_that_are_refused(coded: Study, tmp_path: Path) -> None:
    with refuses(UsageError, coded.path, OWN_FILE):
        export.export_qdpx(coded, coded.path, overwrite=True)
    with refuses(UsageError, coded.path, OWN_FILE):
        refi_import.import_qdpx(coded, coded.path)
    blind.set_blind(coded, True)
    with refuses(UsageError, YOU_WORK_BLIND, "needsseg blind off"):
        export.export_qdpx(coded, tmp_path / "blind.qdpx")
    (tmp_path / "there.qdc").write_text("mine")
    with refuses(NeedssegError, "there.qdc", EXISTS, "--force"):
        export.export_qdc(coded, tmp_path / "there.qdc")
    assert (tmp_path / "there.qdc").read_text() == "mine"
    with (
        studies.init(tmp_path / "empty.db") as empty,
        refuses(UsageError, NO_CODE_TO_WRITE, "needsseg codebook create"),
    ):
        export.export_qdc(empty, tmp_path / "new.qdc")


def test_a_file_of_atlas_ti_gives_its_codes_and_says_what_it_lacks(needsseg: Caller, tmp_path: Path) -> None:
    called = needsseg("import", atlas_ti_project(tmp_path / "bread.qdpx"))
    assert called.code == 3
    assert says(called.err, "refused: bread.qdpx", "Sixten.docx") and "internal://50D6E815" in called.err
    assert says(called.err, "warning: bread.qdpx", "The Mill's Way with Oats.pdf")
    assert says(called.err, "0 passages", "0 codings", "14 new codes")
    assert len(needsseg.done("codes", "--json").json) == 14


def test_the_command_line_exports_and_imports(needsseg: Caller, tmp_path: Path) -> None:
    needsseg.mark_some("gus-petrakis", 2)
    made = needsseg.done("export", "qdpx", "a.qdpx", "--original", "--json")
    assert made.json["passages"] == 2 and says(made.err, WITH_REAL_NAMES)
    assert needsseg("export", "qdpx", "a.qdpx").code == 1
    assert says(needsseg.done("export", "--force", "qdpx", "a.qdpx").err, UNDER_PSEUDONYMS)
    needsseg.done("export", "qdpx", "a.qdpx", "--original", "--force")
    studies.init(tmp_path / "b.db").close()
    done = needsseg("import", "a.qdpx", "--json", study=tmp_path / "b.db")
    assert done.code == 0 and done.json[0]["passages"] == 2 and len(done.json[0]["added"]) == 4
    assert says(done.err, POSITIONS_COUNTED)
    assert needsseg("import", "a.qdpx", "x.txt").code == 2
    (tmp_path / "no.qdpx").write_text("no zip")
    assert needsseg("import", "no.qdpx").code == 1
    assert needsseg("import", "no.qdpx", "a.qdpx").code == 3
    assert needsseg("export", "csv", "qdc").code == 2
