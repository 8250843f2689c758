"""Rows on account data: what is stored comes back in every column, newer replaces older, and unknown keys are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from needsseg.errors import NotFoundError
from needsseg.records import JobParts, Participant
from needsseg.study.accounts import accounts, assignments, deliveries, surveys
from needsseg.study.accounts.assignments import NewAssignment
from needsseg.study.accounts.deliveries import Delivered
from needsseg.study.coding import exchanged_memos
from needsseg.study.coding.passages import listing as passages_of
from needsseg.study.connection import Study
from tests.fixtures.studies.colleague_copies import suggest_four
from tests.fixtures.wording.matching import refuses

ANNA = Participant("anna", "Anna B.", "a@x.example", "North", "crm-7", {"role": "nurse", "ward": "4"})


def test_a_participant_keeps_what_was_entered(talk: Study) -> None:
    with talk.action("edit"):
        accounts.update_participant(talk, ANNA)
        talk.insert("participants", {"key": "silent", "name": "Silent"})
    assert accounts.participants(talk) == [ANNA], "who speaks in no interview is no participant"
    assert accounts.participants_of(talk, "anna") == {"Anna": ANNA} and accounts.participants_of(talk, "other") == {}
    assert accounts.participant_files(talk) == {"anna": ["anna.txt", "anna"]}
    with refuses(NotFoundError, "no participant 'nobody'", hint=False), talk.action("edit"):
        accounts.update_participant(talk, replace(ANNA, key="nobody"))


def test_the_account_of_a_participant_is_confirmed_changed_and_left_open(talk: Study) -> None:
    with talk.action("add"):
        talk.insert("participants", {"key": "ben", "name": "Ben"})
    for links in ({"anna": "A1"}, {"anna": None}, {"anna": None, "ben": "B1"}, {"anna": "A2", "ben": "B1"}):
        with talk.action("link"):
            for key, account in links.items():
                accounts.link(talk, key, account)
        assert accounts.links(talk) == links
    with talk.action("unlink"):
        accounts.unlink(talk, "anna")
    assert accounts.links(talk) == {"ben": "B1"}
    (row,) = talk.rows("SELECT linked_by, linked_at FROM account_links")
    assert row[0] == talk.actor and row[1].startswith("20")
    with refuses(NotFoundError, "no participant 'nobody'", hint=False), talk.action("link"):
        accounts.link(talk, "nobody", "A1")


def test_a_source_replaces_the_one_of_its_kind(study: Study) -> None:
    with study.action("import"):
        accounts.set_source(study, "events", "old.csv", "0", {"id": "Old"}, "old.parquet", (9, 9, 9))
        accounts.set_source(study, "accounts", "a.csv", "1", {"id": "Account"}, "a.parquet", (5, 2, 1))
        several = [("e1.csv", "2"), ("e2.csv", "3")]
        accounts.set_source(study, "events", "e.csv", "4", {"id": "A"}, "e.parquet", (7, 0, 3), {"at": "%d"}, several)
    found = accounts.sources(study)
    assert found.keys() == {"accounts", "events"}
    one, two = found["accounts"], found["events"]
    assert (one.kind, one.file_name, one.file_sha256, one.mapping, one.parquet) == (
        ("accounts", "a.csv", "1", {"id": "Account"}, "a.parquet")
    )
    assert (one.row_count, one.rejected, one.duplicates, one.dates, one.files) == (5, 2, 1, {}, (("a.csv", "1"),))
    assert (two.row_count, two.rejected, two.duplicates) == (7, 0, 3)
    assert (two.dates, two.files) == ({"at": "%d"}, (("e1.csv", "2"), ("e2.csv", "3")))
    assert one.imported_at.startswith("20")


def test_an_assignment_replaces_one_of_the_same_content(study: Study) -> None:
    first = NewAssignment("t.csv", "1", "t.parquet", "v1", "m", "onnx", 0.5, 0.9, 0.4, 10, 4, None)
    other = replace(first, sha256="2", file="u.csv")
    again = replace(first, version="v2", labelled=6, confidence=0.25)
    with study.action("assign"):
        ids = [assignments.replace(study, each) for each in (first, other, again)]
    rows = assignments.listing(study)
    assert [(row.id, row.assignment, row.assigned_by) for row in rows] == [
        (ids[1], other, study.actor),
        (ids[2], again, study.actor),
    ]
    assert all(row.assigned_at.startswith("20") for row in rows)


def test_surveys_are_listed_newest_first_and_known_by_version(study: Study) -> None:
    with refuses(NotFoundError, "no survey yet"):
        surveys.one(study)
    with study.action("survey"):
        first = surveys.add(study, "1", '{"a": 1}', "s1")
        second = surveys.add(study, "2", "{}", "s2")
        surveys.set_body(study, second, '{"b": 2}')
    assert [(row.id, row.version, row.body, row.segmentation, row.made_by) for row in surveys.listing(study)] == [
        (second, "2", '{"b": 2}', "s2", study.actor),
        (first, "1", '{"a": 1}', "s1", study.actor),
    ]
    assert surveys.one(study).id == second and surveys.one(study, "1").id == first
    with refuses(NotFoundError, "no version '3'", "2, 1"):
        surveys.one(study, "3")


def test_answers_of_one_file_are_replaced_under_the_same_survey_alone(study: Study) -> None:
    with study.action("survey"):
        first, second = (surveys.add(study, version, "{}", "s") for version in ("1", "2"))
        surveys.set_answers(study, first, "r.csv", "1", "r1.parquet", 10, 4)
        surveys.set_answers(study, first, "o.csv", "2", "o1.parquet", 5, 5)
        surveys.set_answers(study, second, "r.csv", "1", "r2.parquet", 10, 6)
        surveys.set_answers(study, first, "r.csv", "1", "r3.parquet", 11, 7)
    assert [(r.survey, r.version, r.file, r.sha256, r.parquet, r.responses, r.labelled) for r in surveys.answers(study)] == [
        (first, "1", "o.csv", "2", "o1.parquet", 5, 5),
        (second, "2", "r.csv", "1", "r2.parquet", 10, 6),
        (first, "1", "r.csv", "1", "r3.parquet", 11, 7),
    ]  # fmt: skip
    assert {row.routed_by for row in surveys.answers(study)} == {study.actor}


def _delivered(account: str, row: str = "r", message: str = "m") -> Delivered:
    return Delivered(account, row, f"facts of {row}", message, 3, "Planner")


def test_what_a_destination_has_is_unknown_while_a_batch_is_open(study: Study) -> None:
    known = [_delivered(account) for account in ("a", "b", "c")]
    number = deliveries.start(study, "crm", "1/1", ["a", "b", "c"])
    deliveries.finish(study, number, "accepted", 200, "fine", 0, "crm", known)
    assert deliveries.delivered_rows(study, "crm") == {each.account_id: each for each in known}
    assert deliveries.delivered_rows(study, "mail") == {}
    second = deliveries.start(study, "crm", "1/1", ["b", "c"])
    deliveries.start(study, "mail", "1/2", [])
    unknown = {name: replace(_delivered(name), row_sha256="", facts_sha256="") for name in ("b", "c")}
    assert deliveries.delivered_rows(study, "crm") == {"a": known[0], **unknown}
    assert deliveries.close_open(study, "crm") == 1 and deliveries.close_open(study, "crm") == 0
    deliveries.finish(study, second, "partly", 207, "one refused", 1, "crm", [_delivered("b", "r2", "m2")])
    assert deliveries.delivered_rows(study, "crm")["b"] == _delivered("b", "r2", "m2")
    deliveries.wrote(study, "csv", "out.csv", "3 rows", known)
    columns = ("destination", "batch", "rows", "first_account", "last_account", "status", "rejected", "code", "words")
    assert [tuple(getattr(row, name) for name in columns) for row in deliveries.listing(study)] == [
        ("crm", "1/1", 3, "a", "c", "accepted", 0, 200, "fine"),
        ("crm", "1/1", 2, "b", "c", "partly", 1, 207, "one refused"),
        ("mail", "1/2", 0, "", "", "started", 0, None, ""),
        ("csv", "out.csv", 3, "a", "c", "written", 0, None, "3 rows"),
    ]
    assert {row.by for row in deliveries.listing(study)} == {study.actor}
    assert deliveries.delivered_rows(study, "csv").keys() == {"a", "b", "c"}


def test_an_open_batch_that_ended_says_so(study: Study) -> None:
    deliveries.start(study, "crm", "1/1", ["a"])
    deliveries.close_open(study, "crm")
    (row,) = deliveries.listing(study)
    assert (row.status, row.words) == ("failed", "the run ended before the answer")


@pytest.mark.parametrize("kind", ["passage", "code", "interview"])
def test_a_memo_of_others_comes_once(talk: Study, kind: str) -> None:
    first, *_ = suggest_four(talk)
    with talk.action("code"):
        talk.insert("codes", {"name": "late"})
    of: int | str = {"passage": first, "code": "late", "interview": "anna"}[kind]
    with talk.action("import"):
        told = [
            exchanged_memos.put_memo(talk, kind, of, words, by, "2026-01-01")  # type: ignore[arg-type]
            for words, by in (("a\r\nb\rc", "Ben"), ("a\nb\nc", "Ben"), ("other", "Ben"), ("other", "Ada"), ("", "Cem"))
        ]
    assert told == [True, False, None, True, False]
    rows = talk.rows(f"SELECT {kind}_id, words, written_by, written_at FROM memos ORDER BY id")
    assert [tuple(row) for row in rows] == [
        (first if kind == "passage" else 1, "a\nb\nc", "Ben", "2026-01-01"),
        (first if kind == "passage" else 1, "other", "Ada", "2026-01-01"),
    ]


def test_a_statement_of_others_comes_once(talk: Study) -> None:
    first, *_ = suggest_four(talk)
    parts, other = JobParts(situation="late", pain="tired"), JobParts(outcome="asleep")
    with talk.action("import"):
        told = [
            exchanged_memos.put_statement(talk, first, words, by, "2026-01-01")
            for words, by in ((parts, "Ben"), (parts, "Ben"), (other, "Ben"), (other, "Ada"))
        ]
    assert told == [True, False, None, True]
    rows = talk.rows("SELECT situation, pain, outcome, written_by FROM job_statements ORDER BY id")
    assert [tuple(row) for row in rows] == [("late", "tired", "", "Ben"), ("", "", "asleep", "Ada")]
    assert len(passages_of(talk)) == 4
