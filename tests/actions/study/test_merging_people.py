"""Merging beside the marks: pins, what was written about participants, decisions about words, and the turns that were read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from needsseg.actions.coding import codebook, coverage, passages, pseudonym_decisions
from needsseg.actions.study import history, merging, studies
from needsseg.actions.transcripts import importing, participants, reimporting, speakers
from needsseg.records import Participant
from needsseg.study.accounts import accounts
from needsseg.study.connection import Study
from needsseg.study.transcripts import pseudonyms, read_turns
from tests.fixtures.samples import INTERVIEWS, SHORT_TALK
from tests.fixtures.studies.colleague_copies import as_coder, copy_of
from tests.fixtures.wording.coding import REPLACED_THEMSELVES
from tests.fixtures.wording.matching import says

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


def test_a_pin_comes_where_its_digit_is_free(talk: Study) -> None:
    theirs = copy_of(talk)
    for name, digit in (("ours", 1), ("both", 2)):
        codebook.create(talk, name)
        codebook.pin(talk, name, digit)
    with as_coder(theirs, "Ben") as other:
        for name, digit in (("taken", 1), ("both", 3), ("new", 4)):
            codebook.create(other, name)
            codebook.pin(other, name, digit)
    report = merging.merge(talk, theirs)
    assert {row.name: row.pin for row in passages.codebook(talk)} == {"ours": 1, "both": 2, "taken": None, "new": 4}
    assert report.pins == 1 and merging.merge(talk, theirs).pins == 0


def test_what_is_empty_about_a_participant_is_filled(talk: Study, tables: Dump) -> None:
    theirs = copy_of(talk)
    participants.change(talk, "anna", {"company": "Ward 7", "plan": "Team"})
    with as_coder(theirs, "Ben") as other:
        values = {"company": "Ward 8", "email": "anna@example.org", "plan": "Solo", "city": "Bern"}
        participants.change(other, "anna", values)
    before = tables(talk)
    report = merging.merge(talk, theirs)
    who = _anna(talk)
    assert (who.company, who.email, who.attributes) == ("Ward 7", "anna@example.org", {"plan": "Team", "city": "Bern"})
    assert report.attributes == 2 and says(report.sentence, "2 attributes")
    company, plan = report.left
    assert says(company, "anna", "company", "Ward 7", "Ward 8") and says(plan, "anna", "plan", "Team", "Solo")
    again = merging.merge(talk, theirs)
    assert again.attributes == 0 and again.left == report.left
    history.undo(talk)
    assert tables(talk) == before


def test_a_speaker_renamed_here_is_the_same_participant(talk: Study) -> None:
    theirs = copy_of(talk)
    speakers.rename_speaker(talk, "Anna", "Anna Lind")
    with as_coder(theirs, "Ben") as other:
        participants.change(other, "anna", {"crm_id": "C-1"})
    assert merging.merge(talk, theirs).attributes == 1
    assert (_anna(talk).name, _anna(talk).crm_id) == ("Anna Lind", "C-1")


def test_decisions_about_words_come_unless_decided_otherwise_here(talk: Study, tables: Dump) -> None:
    theirs = copy_of(talk)
    talk.actor = "Ada"
    pseudonym_decisions.replace_words(talk, "Ward", "the unit", "other")
    pseudonym_decisions.keep(talk, "nurse")
    with as_coder(theirs, "Ben") as other:
        pseudonym_decisions.replace_words(other, "ward", "the clinic", "other")
        pseudonym_decisions.keep(other, "Nurse")
        pseudonym_decisions.replace_words(other, "Sunday", "a weekday", "other")
        pseudonym_decisions.replace_words(other, "glance", "old Lind", "other")
        pseudonym_decisions.keep(other, "an hour")
    participants.change(talk, "anna", {"name": "Anna Lind"})
    before = tables(talk)
    report = merging.merge(talk, theirs)
    held = {row.words: (row.decision, row.replacement, row.decided_by) for row in pseudonyms.listing(talk)}
    assert held == {
        "Ward": ("replace", "the unit", "Ada"),
        "nurse": ("keep", "", "Ada"),
        "an hour": ("keep", "", "Ben"),
        "Sunday": ("replace", "a weekday", "Ben"),
    }
    assert report.pseudonyms == 2 and "pseudonyms" not in report.not_merged
    first, second = report.left
    assert says(first, "Ben", "ward", "the clinic", "the unit")
    assert says(second, "Ben", "glance", "old Lind", REPLACED_THEMSELVES)
    assert merging.merge(talk, theirs).pseudonyms == 0
    history.undo(talk)
    assert tables(talk) == before


def test_turns_read_come_under_the_name_of_who_read_them(talk: Study, tmp_path: Path) -> None:
    theirs = copy_of(talk)
    coverage.mark_read(talk, "anna", [0])
    with as_coder(theirs, "Ben") as other:
        importing.import_transcripts(other, [INTERVIEWS / "ines-carvalho.vtt"])
        coverage.mark_read(other, "anna", [0, 1, 3])
        coverage.mark_read(other, "ines-carvalho", [2])
    rehearsed = merging.merge(talk, theirs, dry_run=True)
    assert rehearsed.turns_read == 4 and read_turns.turns_read(talk, "Ben") == {}
    assert merging.merge(talk, theirs).turns_read == 4
    assert read_turns.turns_read(talk, "Ben") == {"anna": {0, 1, 3}, "ines-carvalho": {2}}
    assert read_turns.turns_read(talk, talk.actor) == {"anna": {0}}
    assert merging.merge(talk, theirs).turns_read == 0
    history.undo(talk)
    assert read_turns.turns_read(talk, "Ben") == {"anna": {0, 1, 3}}, (
        "no decision, so it stays where its interview does"
    )
    assert studies.check(talk) == []


def test_reading_alone_is_merged_and_leaves_no_step(talk: Study) -> None:
    theirs = copy_of(talk)
    with as_coder(theirs, "Ben") as other:
        coverage.mark_read(other, "anna", [1])
    steps = len(history.listing(talk))
    assert merging.merge(talk, theirs).turns_read == 1
    assert read_turns.turns_read(talk, "Ben") == {"anna": {1}} and len(history.listing(talk)) == steps


def test_an_edited_text_keeps_what_was_read_where_the_words_are_the_same(talk: Study, tmp_path: Path) -> None:
    theirs = copy_of(talk)
    turns = len(talk.rows("SELECT * FROM turns"))
    with as_coder(theirs, "Ben") as other:
        coverage.mark_read(other, "anna", range(turns))
    coverage.mark_read(talk, "anna", range(turns))
    file = tmp_path / "anna.txt"
    file.write_text(SHORT_TALK.replace("It takes me an hour", "Sundays are worst"), encoding="utf-8")
    reimporting.reimport(talk, "anna", file)
    changed = [row[0] for row in talk.rows("SELECT seq FROM turns WHERE words LIKE '%Sundays are worst%'")]
    assert len(changed) == 1
    same = set(range(turns)) - set(changed)
    assert read_turns.turns_read(talk, talk.actor) == {"anna": same}
    merging.merge(talk, theirs)
    assert read_turns.turns_read(talk, "Ben") == {"anna": same}


def test_a_turn_put_in_before_leaves_only_those_before_it_read(talk: Study, tmp_path: Path) -> None:
    turns = len(talk.rows("SELECT * FROM turns"))
    coverage.mark_read(talk, "anna", range(turns))
    first, rest = SHORT_TALK.split("\n\n", 1)
    file = tmp_path / "anna.txt"
    file.write_text(f"{first}\n\nAnna: Let me think.\n\nInterviewer: Yes.\n\n{rest}", encoding="utf-8")
    reimporting.reimport(talk, "anna", file)
    assert read_turns.turns_read(talk) == {"anna": {0}}


def _anna(study: Study) -> Participant:
    return next(who for who in accounts.participants(study) if who.key == "anna")
