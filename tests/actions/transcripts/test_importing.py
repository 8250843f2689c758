"""Importing: which files become interviews, what is refused by name, and what removing and forgetting leave."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from needsseg.actions.coding import codebook, searching
from needsseg.actions.exchange.report import readout_text
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing, interviews
from needsseg.actions.transcripts.repeated_words import texts_that_repeat
from needsseg.errors import NeedssegError, NotFoundError
from needsseg.study.connection import Study
from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import DATA, INTERVIEWS, SHORT_TALK
from tests.fixtures.wording.matching import mentions, refuses, says
from tests.fixtures.wording.segments import CONFIRMED
from tests.fixtures.wording.study import OWN_FILE
from tests.fixtures.wording.transcripts import ANOTHER_CONVERSATION, HALF_CHARACTER, HOLDS_NO_TRANSCRIPT, SAME_WORDS


def test_a_folder_with_one_bad_file_of_each_kind(study: Study, tmp_path: Path) -> None:
    good, folder = tmp_path / "calls" / "2026", tmp_path / "calls"
    good.mkdir(parents=True)
    (good / "Anna Müller.txt").write_text(SHORT_TALK, encoding="utf-8")
    (folder / "empty.txt").touch()
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4)
    (folder / "silent.vtt").write_text("WEBVTT\n\nNOTE nothing was said\n", encoding="utf-8")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 this is no zip")
    report = importing.import_transcripts(study, [folder, tmp_path / "missing.txt"])
    assert report.added == ("anna-muller",)
    assert sorted(refused.file.rsplit("/")[-1] for refused in report.refused) == [
        "broken.docx", "empty.txt", "missing.txt", "picture.txt", "silent.vtt",
    ]  # fmt: skip
    assert all(refused.reason for refused in report.refused)
    assert [row.title for row in interviews.listing(study)] == ["Anna Müller"]


def test_the_same_file_again_adds_nothing_and_a_changed_one_is_reported(talk: Study, tmp_path: Path) -> None:
    before = interviews.show(talk, "anna")
    entries = history.listing(talk)
    again = importing.import_transcripts(talk, [tmp_path / "anna.txt"])
    assert (again.added, again.unchanged) == ((), ("anna.txt",))
    (tmp_path / "copy.txt").write_text(SHORT_TALK, encoding="utf-8")
    assert importing.import_transcripts(talk, [tmp_path / "copy.txt"]).unchanged == ("copy.txt",)
    (tmp_path / "anna.txt").write_text(SHORT_TALK + "\nAnna: One more thing, nobody told me.\n", encoding="utf-8")
    changed = importing.import_transcripts(talk, [tmp_path / "anna.txt"])
    assert (changed.added, changed.changed) == ((), ("anna.txt",))
    assert interviews.show(talk, "anna") == before
    assert history.listing(talk) == entries


def test_two_files_of_one_name_get_keys_of_their_own(study: Study, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / f"P{number} call.txt").write_text(
            SHORT_TALK.replace("nurse", f"nurse {number}"), encoding="utf-8"
        )
    (tmp_path / "p1-call.md").write_text(SHORT_TALK.replace("nurse", "driver"), encoding="utf-8")
    report = importing.import_transcripts(study, [tmp_path])
    assert sorted(report.added) == ["p1-call", "p1-call-2", "p2-call"]


def test_what_is_read_back_is_what_was_read(study: Study) -> None:
    from needsseg import transcripts

    importing.import_transcripts(study, [INTERVIEWS])
    for row in interviews.listing(study):
        assert interviews.show(study, row.key) == transcripts.read(INTERVIEWS / row.file_name)
    assert studies.check(study) == []


def test_roles_can_be_set_and_attributes_survive_it(talk: Study) -> None:
    assert {row.label: row.role for row in interviews.speakers(talk)} == {
        "Interviewer": "interviewer",
        "Anna": "participant",
    }
    interviews.set_role(talk, "anna", "Anna", "other")
    assert interviews.listing(talk)[0].participants == ()
    interviews.set_role(talk, "anna", "Anna", "participant")
    assert interviews.listing(talk)[0].participants == ("Anna",)
    with refuses(NotFoundError, "interview", "x", "anna"):
        interviews.set_role(talk, "x", "Anna", "other")


def test_another_conversation_in_a_file_of_the_same_name_is_imported(talk: Study, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = SHORT_TALK.replace("nurse calls in sick", "truck breaks down").replace(
        "take her round", "drive to Gent instead"
    )
    other = other.replace("I just want to see at a glance who has what", "My list is never right on a Monday")
    (tmp_path / "other" / "anna.txt").write_text(other.replace("Anna", "Bo"), encoding="utf-8")
    report = importing.import_transcripts(talk, [tmp_path / "other" / "anna.txt"])
    assert (report.added, report.changed) == (("anna-2",), ())
    assert any(mentions(warning, ANOTHER_CONVERSATION, "anna") for _, warning in report.warnings)


def test_attributes_stay_with_the_person_they_were_written_for(talk: Study, tmp_path: Path) -> None:
    from needsseg.actions.accounts import accounts
    from needsseg.actions.transcripts import participants

    (tmp_path / "p.csv").write_text(
        'File;Participant;Email;Note\nanna.txt;Anna K.;anna@acme.io;"two\nlines"\n', encoding="utf-8"
    )
    participants.import_participants(talk, tmp_path / "p.csv")
    interviews.set_role(talk, "anna", "Anna", "other")
    interviews.set_role(talk, "anna", "Interviewer", "participant")
    (stranger,) = accounts.participants(talk)
    assert (stranger.name, stranger.email) == ("Interviewer", "")
    (tmp_path / "second.txt").write_text(SHORT_TALK.replace("nurse", "driver").replace("Anna", "Bo"), encoding="utf-8")
    importing.import_transcripts(talk, [tmp_path / "second.txt"])
    importing.remove_interview(talk, "second")
    interviews.set_role(talk, "anna", "Interviewer", "interviewer")
    interviews.set_role(talk, "anna", "Anna", "participant")
    (anna,) = accounts.participants(talk)
    assert (anna.name, anna.email, anna.attributes) == ("Anna K.", "anna@acme.io", {"note": "two\nlines"})


def test_a_folder_without_transcripts_is_refused(study: Study, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    report = importing.import_transcripts(study, [tmp_path / "nothing"])
    assert says(report.refused[0].reason, HOLDS_NO_TRANSCRIPT)


def test_the_study_itself_is_never_opened_as_input(talk: Study) -> None:
    from needsseg.actions.accounts import account_sources
    from needsseg.actions.transcripts import participants

    for own in (talk.path, talk.path.with_name("study.db-wal")):
        assert says(importing.import_transcripts(talk, [own]).refused[0].reason, OWN_FILE)
        for read in (account_sources.import_source, participants.import_participants):
            with refuses(NeedssegError, own, OWN_FILE):
                read(talk, own)


def test_an_unknown_format_is_named(study: Study, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SHORT_TALK, encoding="utf-8")
    with refuses(NeedssegError, "cassette", "zoom-vtt"):
        importing.import_transcripts(study, [tmp_path / "a.txt"], format="cassette")


def test_one_interview_in_six_formats_has_the_same_words(study: Study) -> None:
    folder = DATA / "meetings" / "tool_library"
    words = set()
    for file in sorted(folder.iterdir()):
        if file.suffix in (".srt", ".vtt", ".txt", ".text", ".tsv", ".lrc"):
            report = importing.import_transcripts(study, [file])
            (key,) = report.added
            told = [warning for _, warning in report.warnings if mentions(warning, SAME_WORDS)]
            assert len(told) == (1 if words else 0)
            transcript = interviews.show(study, key)
            words.add(tuple(word for turn in transcript.turns for word in transcript.words(turn).split()))
    assert len(words) == 1 and len(interviews.listing(study)) == 6


def test_a_forgotten_interview_leaves_no_word_in_the_file(talk: Study, tmp_path: Path) -> None:
    from needsseg.actions.coding import passages

    passages.mark(talk, "anna", 47, 116)
    (tmp_path / "bo.txt").write_text(SHORT_TALK.replace("nurse", "driver").replace("Anna", "Bo"), encoding="utf-8")
    importing.import_transcripts(talk, [tmp_path / "bo.txt"])
    importing.remove_interview(talk, "anna")
    talk.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"nurse" in talk.path.read_bytes(), "removing alone keeps it for undo"
    history.undo(talk)
    importing.forget_interview(talk, "anna")
    files = [file.read_bytes() for file in talk.path.parent.glob("study.db*")]
    assert not any(b"nurse" in content or b"Anna" in content for content in files)
    assert [row.key for row in interviews.listing(talk)] == ["bo"]
    assert [hit.interview for hit in searching.search(talk, "driver")] == ["bo"]
    assert history.listing(talk) == [] and studies.check(talk) == []


def test_an_interview_under_a_confirmed_segment_stays(talk: Study) -> None:
    from needsseg.actions.coding import passages
    from needsseg.actions.segments import segments

    made = segments.make(talk, "One", [passages.mark(talk, "anna", 47, 116)])
    segments.confirm(talk, made, undecided=True)
    with refuses(NeedssegError, "Passage 1", "One", CONFIRMED, "needsseg segment reopen One"):
        importing.remove_interview(talk, "anna")


def test_a_table_of_interviews_gives_one_each_by_its_id(study: Study, tmp_path: Path) -> None:
    table = tmp_path / "round.csv"
    rows = ["transcript_id,text"]
    for name in ("ada", "ben", "cy"):
        words = (
            f"Interviewer: What do you do on Mondays?\nP: I collect the numbers of {name} before the meeting starts."
        )
        rows.append(f'{name},"{words}"')
    table.write_text("\n".join(rows), encoding="utf-8")
    report = importing.import_transcripts(study, [table])
    assert report.added == ("round-ada", "round-ben", "round-cy") and not report.refused
    assert [row.file_name for row in interviews.listing(study)] == ["round.csv#ada", "round.csv#ben", "round.csv#cy"]
    assert "numbers of ben" in interviews.show(study, "round-ben").text
    again = importing.import_transcripts(study, [table])
    assert not again.added and again.unchanged == ("round.csv#ada", "round.csv#ben", "round.csv#cy")
    history.undo(study)
    assert not interviews.listing(study)


def test_the_same_words_are_found_beside_earlier_interviews(talk: Study, tmp_path: Path) -> None:
    markdown = SHORT_TALK.replace("Interviewer:", "**Interviewer:**").replace("Anna:", "**Anna:**")
    (tmp_path / "a.md").write_text(markdown, encoding="utf-8")
    report = importing.import_transcripts(talk, [tmp_path / "a.md"])
    assert report.added == ("a",)
    assert any(file == "a.md" and mentions(warning, SAME_WORDS, "anna") for file, warning in report.warnings)


def test_half_a_character_is_refused_and_the_rest_goes_on(study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "a.txt").write_text(SHORT_TALK, encoding="utf-8")
    rows = '{"speaker": "A", "text": "It is broken \\ud800 here"}\n{"speaker": "B", "text": "What is?"}\n'
    (folder / "half.jsonl").write_text(rows, encoding="utf-8")
    report = importing.import_transcripts(study, [folder])
    assert report.added == ("a",)
    (refused,) = report.refused
    assert refused.file == "half.jsonl" and says(refused.reason, HALF_CHARACTER, r"\ud800", "UTF-8")


def test_a_name_that_is_no_utf8_is_written_out(study: Study, tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/M\xfcller.txt"))
    try:
        file.write_text(SHORT_TALK, encoding="utf-8")
    except OSError:  # a file system that holds UTF-8 names alone has no such file, and that is what is said
        (refused,) = importing.import_transcripts(study, [file]).refused
        assert refused.file.endswith("M\\udcfcller.txt")
        return
    assert importing.import_transcripts(study, [file]).added == ("m-udcfcller",)
    assert interviews.listing(study)[0].file_name == "M\\udcfcller.txt"


def test_what_people_wrote_with_words_of_an_erased_interview_is_named(
    talk: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    readout_text.replace(
        talk,
        "## Headline\nOne list for all\n## Question\nWhat does Anna need?\n## Summary\nThey 'have to find out who can take her "
        "round', each time.\n## Recommendations\n- Ask how they plan your week\n",
    )
    codebook.describe(talk, codebook.create(talk, "at a glance"), "what Anna said")
    codebook.create(talk, "annals")
    expected = ("the readout's question", "the readout's summary", "code “at a glance”")
    assert texts_that_repeat(talk, "anna") == expected
    called = Caller(talk.path, capsys)("remove", "anna", "--forget")
    assert called.code == 0
    for place in expected:
        assert f"{place} still names somebody of it, or repeats their words" in called.err
    assert "headline" not in called.err and "recommendations" not in called.err and "annals" not in called.err
