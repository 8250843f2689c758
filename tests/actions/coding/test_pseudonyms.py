"""Quotes of the sample study without what tells who people are."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from needsseg.actions.accounts import account_sources
from needsseg.actions.accounts import accounts as account_data
from needsseg.actions.coding import passages, pseudonyms
from needsseg.actions.coding import pseudonym_decisions as decisions
from needsseg.actions.study import history
from needsseg.actions.transcripts import importing, interviews, participants
from needsseg.errors import NeedssegError, NotFoundError, TableError, UsageError
from needsseg.study.accounts import accounts
from needsseg.study.connection import Study
from tests.fixtures.cli_calls import Caller
from tests.fixtures.samples import SHORT_TALK
from tests.fixtures.wording.coding import (
    NO_LETTER,
    NOT_DECIDED,
    OTHER_REPLACEMENT,
    PART_OF_PSEUDONYM,
    REPLACED_THEMSELVES,
)
from tests.fixtures.wording.common import NO_SUCH, NOT_UTF8
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.study import OWN_FILE


def test_no_participants_name_or_company_is_left_in_the_sample_study(demo_study: Study) -> None:
    shown = pseudonyms.concealed(demo_study, passages.listing(demo_study))
    text = "\n".join(f"{passage.interview} {passage.speaker} {passage.quote}" for passage in shown)
    for person in accounts.participants(demo_study):
        for name in filter(None, (person.name, person.company, person.email)):
            assert not re.search(rf"\b{re.escape(name)}\b", text), name
    assert [p.id for p in shown] == [p.id for p in passages.listing(demo_study)]
    assert len({passage.speaker for passage in shown}) == 18, "people stay apart"


def test_names_contacts_and_further_words_are_replaced_and_counted(
    study: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "anna.txt"
    words = "I told Anna's boss at anna@example.org to ring +44 20 7946 0958 about Projekt Zebra 🙂."
    file.write_text(SHORT_TALK + f"\nInterviewer: And then?\n\nAnna: {words}\n", encoding="utf-8")
    importing.import_transcripts(study, [file])
    turn = interviews.show(study, "anna").turns[-1]
    passage = passages.mark(study, "anna", turn.start, turn.end)
    (shown,) = pseudonyms.concealed(study, [passages.one(study, passage)], ["Projekt Zebra"])
    assert shown.quote == "I told Participant 1's boss at [e-mail] to ring [phone] about [removed] 🙂."
    assert shown.speaker == "Participant 1"
    assert passages.one(study, passage).quote == words, "the study keeps the original"
    call = Caller(study.path, capsys)
    listed = call.done("pseudonyms", "--also", "Projekt Zebra", "--json").json
    assert {(row["kind"], row["by"], row["count"]) for row in listed} == {
        ("person", "Participant 1", 1),
        ("email", "[e-mail]", 1),
        ("phone", "[phone]", 1),
        ("other", "[removed]", 1),
    }
    assert "Anna" not in call.done("passages", "--pseudonyms").out


Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


def _talk(study: Study, folder: Path, key: str, *turns: str) -> None:
    """An interview; each turn is a speaker, a colon and words."""
    file = folder / f"{key}.txt"
    file.write_text("Interviewer: How is it?\n\n" + "\n\n".join(turns) + "\n", encoding="utf-8")
    importing.import_transcripts(study, [file])


def _by(study: Study) -> dict[str, str]:
    return {row.words: row.by for row in pseudonyms.identifying_words(study)}


def _state(study: Study) -> dict[str, str]:
    return {row.words: row.state for row in pseudonyms.identifying_words(study)}


def test_what_is_found_says_where_and_what_was_decided(study: Study, tmp_path: Path, tables: Dump) -> None:
    _talk(study, tmp_path, "anna", "Anna: I am Anna. Ring +44 20 7946 0958, anna.", "Interviewer: Anna?")
    name, phone = pseudonyms.identifying_words(study)
    text = interviews.show(study, "anna").text
    assert (name.words, name.by, name.count, name.state, name.interview) == (
        "Anna", "Participant 1", 2, "undecided", "anna",
    )  # fmt: skip
    assert name.start is not None and text[name.start : name.end] == "Anna"
    assert name.context.startswith("I am Anna. Ring")
    before = tables(study)
    for change in (
        lambda: decisions.replace_words(study, "anna"),
        lambda: decisions.replace_words(study, "ANNA", "the  nurse"),
        lambda: decisions.keep(study, "Anna"),
        lambda: decisions.forget(study, "anna"),
        lambda: decisions.keep(study, phone.words),
    ):
        then = tables(study)
        change()
        assert tables(study) != then
        history.undo(study)
        assert tables(study) == then
        history.redo(study)
    assert _state(study) == {"Anna": "undecided", phone.words: "kept"}
    assert [row.words for row in pseudonyms.identifying_words(study, undecided=True)] == ["Anna"]
    for _ in range(5):
        history.undo(study)
    assert tables(study) == before


def test_a_decision_about_a_name_holds_for_its_parts_unless_they_have_their_own(study: Study, tmp_path: Path) -> None:
    _talk(study, tmp_path, "one", "Anna Berg: Anna Berg is Anna, Ms Berg.")
    over = pseudonyms.cover(study)
    words = "Anna Berg is Anna, Ms Berg."
    assert over.text(words, "one") == "Participant 1 is Participant 1, Ms Participant 1."
    assert over.text(words) == "Participant 1 is [person], Ms [person].", "another Anna may be meant"
    decisions.replace_words(study, "Anna Berg", "Nurse X")
    over = pseudonyms.cover(study)
    assert over.text(words) == "Nurse X is Nurse X, Ms Nurse X."
    assert (over.participant("one"), over.speaker("one", "Anna Berg")) == ("Nurse X", "Nurse X")
    decisions.replace_words(study, "Berg", "Hill")
    assert pseudonyms.cover(study).text(words) == "Nurse X is Nurse X, Ms Hill."
    decisions.keep(study, "anna berg")
    over = pseudonyms.cover(study)
    assert over.text(words, "one") == "Anna Berg is Participant 1, Ms Hill."
    assert (over.participant("one"), over.speaker("one", "Anna Berg")) == ("one", "Anna Berg")


def test_the_same_person_has_one_pseudonym_and_keeps_it_when_the_study_grows(study: Study, tmp_path: Path) -> None:
    _talk(study, tmp_path, "middle", "Maria Lind: I know Tom Ode.")
    _talk(study, tmp_path, "second", "Tom Ode: Maria Lind knows me.")
    before = pseudonyms.cover(study)
    for key in ("aaa", "zzz"):
        _talk(study, tmp_path, key, f"Maria Lind: It is Maria Lind in {key}, not Tom.", "User: Tom and the user.")
        interviews.set_role(study, key, "Maria Lind", "participant")
    over = pseudonyms.cover(study)
    assert over.text("Maria Lind, Tom Ode") == before.text("Maria Lind, Tom Ode") == "Participant 1, Participant 2"
    assert {over.participant(key) for key in ("middle", "aaa/Maria Lind", "zzz/Maria Lind")} == {"Participant 1"}
    assert over.participant("aaa/User") != over.participant("zzz/User"), "a role is nobody's name"
    assert over.text("the user, Tom", "aaa") == "the user, [person]", "no Tom speaks there"
    assert over.text("Tom", "second") == "Participant 2"
    participants.change(study, "aaa/Maria Lind", {"email": "m@one.example"})
    participants.change(study, "zzz/Maria Lind", {"email": "m@two.example"})
    over = pseudonyms.cover(study)
    assert over.participant("aaa/Maria Lind") != over.participant("zzz/Maria Lind"), "two of one name"
    assert over.text("Maria Lind") == "[person]"


def test_people_who_only_ask_are_covered_and_roles_are_left(study: Study, tmp_path: Path) -> None:
    _talk(study, tmp_path, "one", "Anna: Thanks, Petra. And the interviewer?", "Petra Vogt: What else, Anna?")
    interviews.set_role(study, "one", "Petra Vogt", "interviewer")
    over = pseudonyms.cover(study)
    speaker = over.speaker("one", "Petra Vogt")
    assert re.fullmatch(r"Speaker \d+", speaker)
    assert over.text("Thanks, Petra. And the interviewer?", "one") == f"Thanks, {speaker}. And the interviewer?"
    assert (over.speaker("one", "Interviewer"), over.interview("one")) == ("Interviewer", "Interview 1")


@pytest.fixture
def shop(study: Study, tmp_path: Path) -> Study:
    """A talk, and accounts some of whose names are words."""
    said = (
        "Anna: Target dates slip. We sell to Target. An apple, Apple! blue sky; Blue Sky Foods. target. Nobody Inc. IT"
        " at Oakhouse Ltd, OAKHOUSE."
    )
    _talk(study, tmp_path, "anna", said)
    rows = "a1,Target Corporation\na2,Apple Inc.\na3,Blue Sky Foods\na4,Blue Sky\na5,Oakhouse Limited\na6,Unheard Ltd\na7,IT"
    (tmp_path / "crm.csv").write_text(f"account_id,name\n{rows}\n", encoding="utf-8")
    account_sources.import_source(study, tmp_path / "crm.csv")
    return study


def test_names_of_accounts_are_found_where_they_are_names(shop: Study) -> None:
    (passage,) = [(t.start, t.end) for t in interviews.show(shop, "anna").turns if t.role == "participant"]
    quote = interviews.show(shop, "anna").text[slice(*passage)]
    assert pseudonyms.cover(shop).text(quote) == (
        "Target dates slip. We sell to [company]. An apple, [company]! blue sky; [company]. target. Nobody Inc. IT"
        " at [company] Ltd, OAKHOUSE."
    )
    account_data.link(shop, "anna", "a5")
    participants.change(shop, "anna", {"company": "Oakhouse"})
    covered = pseudonyms.cover(shop).text(quote)
    assert covered.endswith("Company A Ltd, Company A."), "their own company is found in capitals too, under one name"
    decisions.replace_words(shop, "Target", kind="company")
    assert pseudonyms.cover(shop).text(quote).startswith("[company] dates slip. We sell to [company].")


def test_words_of_ones_own_are_added_by_kind(shop: Study) -> None:
    decisions.replace_words(shop, "maria schmidt", kind="person")
    decisions.replace_words(shop, "Falcon", by="the plan")
    decisions.replace_words(shop, "five five five", kind="phone")
    over = pseudonyms.cover(shop)
    assert over.text("Maria, Ms Schmidt, FALCON, Five five  five") == "[person], Ms Schmidt, the plan, [phone]"
    assert {row.words: row.count for row in pseudonyms.identifying_words(shop)}["Falcon"] == 0


@pytest.mark.parametrize(
    ("words", "by", "what"),
    [
        ("", "", (NO_LETTER,)),
        ("…", "", ("…", NO_LETTER)),
        ("x" * 201, "", (201, 200)),
        ("Falcon", "y" * 201, ("replacement", 201, 200)),
        ("Falcon", "falcon 2", ("falcon 2", REPLACED_THEMSELVES)),
        ("Falcon", "Anna's plan", ("Anna's plan", REPLACED_THEMSELVES)),
        ("Participant", "", ("Participant 1", PART_OF_PSEUDONYM)),
        ("1", "", ("Participant 1", PART_OF_PSEUDONYM)),
        ("link", "", ("[link]", PART_OF_PSEUDONYM)),
    ],
)
def test_what_would_tell_a_name_or_garble_pseudonyms_is_refused(
    talk: Study, words: str, by: str, what: tuple[object, ...], tables: Dump
) -> None:
    before = tables(talk)
    with refuses(UsageError, *what):
        decisions.replace_words(talk, words, by)
    assert tables(talk) == before
    with refuses(UsageError, "dog", "person, company, email, phone, other"):
        decisions.replace_words(talk, "Rex", kind="dog")
    with refuses(NotFoundError, NOT_DECIDED, "Rex", "needsseg pseudonyms"):
        decisions.forget(talk, "Rex")


def test_a_list_is_one_action_and_its_bad_rows_are_named(talk: Study, tmp_path: Path, tables: Dump) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        'words,replacement\nProjekt Zebra\n\n"Berg, Anna",A nurse\n...\na,b,c\nprojekt zebra\nPROJEKT ZEBRA,Z\n'
    )
    before = tables(talk)
    report = decisions.import_list(talk, file)
    assert report.replaced == (("Projekt Zebra", ""), ("Berg, Anna", "A nurse"))
    assert [row for row, _ in report.refused] == [5, 6, 8]
    assert says(report.refused[1][1], 3) and says(report.refused[2][1], "PROJEKT ZEBRA", OTHER_REPLACEMENT)
    assert pseudonyms.cover(talk).text("Berg, Anna of projekt zebra") == "A nurse of [removed]"
    history.undo(talk)
    assert tables(talk) == before
    for bad, why in (("none.csv", NO_SUCH), ("study.db", OWN_FILE)):
        with refuses(NeedssegError, tmp_path / bad, why, hint=why == OWN_FILE):
            decisions.import_list(talk, tmp_path / bad)
    (tmp_path / "latin.txt").write_bytes("Jos\xe9".encode("latin-1"))
    with refuses(TableError, "latin.txt", NOT_UTF8, "byte 3"):
        decisions.import_list(talk, tmp_path / "latin.txt")


def test_an_export_names_nobody_unless_it_is_asked_to(shop: Study, tmp_path: Path) -> None:
    import json
    from datetime import date

    from needsseg.actions.exchange.export import export

    for original, name in ((False, "Participant 1"), (True, "anna")):
        report = export(shop, "csv", tmp_path / "out.csv", date(2026, 5, 3), original=original)
        manifest = json.loads(report.manifest.read_text(encoding="utf-8"))
        assert (manifest["pseudonyms"], manifest["unmatched"], list(manifest["abstained"])) == (
            not original, [name], [name],
        )  # fmt: skip


def test_nothing_is_covered_where_the_original_is_asked_for(talk: Study) -> None:
    over = pseudonyms.cover(talk, original=True)
    assert (over.text("Anna, a@b.io"), over.participant("anna"), over.name("anna", "Anna")) == (
        "Anna, a@b.io", "anna", "Anna",
    )  # fmt: skip
    assert (over.speaker("anna", "Anna"), over.interview("anna")) == ("Anna", "anna")


NAMES = ("Anna", "Zoë Krüger", "Krüger", "José", "Will", "田中", "Falcon Works", "שרה לוי")
_pieces = st.sampled_from(
    [*NAMES, "anna", "ZOË KRÜGER", "josé", "will", "and", "'s", "🙂", "Annabel", "Falcon", ",", "\n"]
)
_texts = st.lists(st.tuples(_pieces, st.sampled_from([" ", "", "\n", "-"])), max_size=20).map(
    lambda parts: "".join(piece + space for piece, space in parts)
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_texts, st.sampled_from([None, "anna"]))
def test_a_covered_text_holds_no_replaced_name_as_a_whole_word(named: pseudonyms.Cover, text: str, where: str) -> None:
    covered = named.text(text, where)
    for name in NAMES:
        assert not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", covered), (name, covered)
    assert "田中" not in covered, "where words stand without spaces, anywhere"
    assert named.text(covered, where) == covered, "what is covered stays as it is"


@pytest.fixture
def named(talk: Study) -> pseudonyms.Cover:
    """A cover of people and words of several scripts."""
    for words, by, kind in (
        ("Zoë Krüger", "", "person"), ("José", "a colleague", "person"), ("Will", "", "person"), ("田中", "", "person"),
        ("Falcon Works", "the firm", "company"), ("שרה לוי", "", "person"),
    ):  # fmt: skip
        decisions.replace_words(talk, words, by, kind)
    return pseudonyms.cover(talk)


def test_every_change_of_a_participant_is_undone_to_the_byte(talk: Study, tmp_path: Path, tables: Dump) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name,plan\nAnna,Pro [x] 🙂\n", encoding="utf-8")
    before = tables(talk)
    for change in (
        lambda: participants.change(talk, "anna", {"email": "a@b.io", "team": "A"}),
        lambda: participants.change(talk, "anna", {"team": ""}),
        lambda: participants.import_participants(talk, file),
    ):
        then = tables(talk)
        change()
        assert tables(talk) != then
        history.undo(talk)
        assert tables(talk) == then
        history.redo(talk)
    for _ in range(3):
        history.undo(talk)
    assert tables(talk) == before
