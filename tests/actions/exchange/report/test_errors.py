"""What a report says where something is wrong or missing: words for a reader, and no name of a participant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from needsseg.actions.coding import passages, pseudonyms
from needsseg.actions.coding import pseudonym_decisions as decisions
from needsseg.actions.exchange.report import accounts, people
from needsseg.actions.exchange.report.gathered import covered_error, gather_needs
from needsseg.actions.exchange.report.report import Question, as_markdown, gather
from needsseg.actions.transcripts import importing
from needsseg.actions.validation import retention
from needsseg.errors import DiscoveryError, NeedssegError, NotFoundError, TableError, UsageError
from needsseg.study.connection import Study

PEOPLE = (("anna-berg", "Anna Berg", "Lindenhof"), ("anna-b", "Anna Boll", ""), ("x.y(z", "Otto Frey", ""))


@pytest.fixture
def known(study: Study, tmp_path: Path) -> Study:
    """A study with participants whose keys contain each other, and one with signs that patterns know."""
    for number, (key, name, company) in enumerate(PEOPLE):
        file = tmp_path / f"{number}.txt"
        words = (
            f"I look at the list of {number + 3} rooms before the {['early', 'late', 'night'][number]} shift begins."
        )
        file.write_text(f"Interviewer: What do you do?\n\n{name}: {words}\n", encoding="utf-8")
        (added,) = importing.import_transcripts(study, [file]).added
        with study.action("participant", "named"):
            study.execute(
                "UPDATE participants SET key = ?, company = ? WHERE id IN (SELECT s.participant_id FROM speakers s "
                "JOIN interviews i ON i.id = s.interview_id WHERE i.key = ? AND s.role = 'participant')",
                [key, company, added],
            )
    return study


@pytest.mark.parametrize("kind", [UsageError, TableError, NotFoundError, DiscoveryError])
@pytest.mark.parametrize(
    ("message", "hidden"),
    [
        ("Participant 'anna-berg' has two accounts.", ("anna",)),
        ("anna-berg and anna-b are one person.", ("anna",)),
        ("'x.y(z' has no date.", ("x.y(z",)),
        ("Row 3: Anna Berg of Lindenhof is not there.", ("Anna", "Berg", "Lindenhof")),
    ],
)
def test_an_error_names_nobody(known: Study, kind: type[NeedssegError], message: str, hidden: tuple[str, ...]) -> None:
    over = pseudonyms.cover(known)
    words = covered_error(known, over, kind(message))
    assert not any(name in words for name in hidden) and "Participant" in words
    assert covered_error(known, pseudonyms.cover(known, original=True), kind(message)) == message


def test_only_whole_keys_are_replaced_and_a_replacement_is_taken_as_it_is(known: Study) -> None:
    decisions.replace_words(known, "Otto Frey", r"\1 \g<0>")
    over = pseudonyms.cover(known)
    assert covered_error(known, over, UsageError("annals of x.y(z")) == r"annals of \1 \g<0>"


def test_an_error_of_retention_names_nobody(known: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise UsageError("Participant 'anna-b' has an interview date that is none.", "Change it with needsseg.")

    monkeypatch.setattr(retention, "validate", fail)
    data = accounts.AccountData((), None, None)  # type: ignore[arg-type]
    blocks, doubts = accounts._retention(known, pseudonyms.cover(known), data, None, lambda *_: None, None)
    assert "anna" not in str((blocks, doubts)) and "interview date that is none" in doubts[0]
    assert "needsseg" not in str(blocks), "a reader has no command line"


def test_the_section_on_codes_says_why_it_is_empty(talk: Study) -> None:
    def codes() -> str:
        return as_markdown(gather(talk, Question(sections=("codes",))))

    assert "No passage is marked yet, so there is no picture of codes" in codes()
    number = passages.mark(talk, "anna", 47, 60)
    assert "Nobody has put a code on an accepted passage yet" in codes()
    passages.decide(talk, [number], "rejected")
    assert "Nobody has accepted a passage yet" in codes()
    passages.decide(talk, [number], "accepted")
    passages.code(talk, [number], "rota")
    assert "rota" in codes() and "no picture" not in codes()


def test_a_map_that_cannot_be_drawn_is_explained_to_readers(demo_study: Study) -> None:
    data = gather_needs(demo_study, pseudonyms.cover(demo_study))
    data.verdict = replace(data.verdict, separate=True)
    demo_study.conn.execute("DELETE FROM vectors")
    (section,) = people.map_section(data)
    assert section.blocks and "new run of discovery" in str(section.blocks) and "vector" not in str(section.blocks)
