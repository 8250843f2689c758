"""Passages and codes of other programs: where a passage is placed, whose it becomes, and what a code here keeps."""

from __future__ import annotations

import pytest

from needsseg.study.coding import exchange
from needsseg.study.connection import Study

# Places in the text of a minute: I speaks 0–10, A 12–20, I 22–30, B 32–40; nobody speaks the two characters between.
TURNS = (("I", 0, 10), ("A", 12, 20), ("I", 22, 30), ("B", 32, 40))
ROLES = {"I": "interviewer", "A": "participant", "B": "participant"}


@pytest.fixture
def minute(study: Study) -> Study:
    with study.action("minute"):
        text = ".".join(str(n % 10) for n in range(25))
        values = {"key": "k", "title": "K", "format": "f", "file_name": "k.txt", "text": text}
        filled = {"file_sha256": "f", "text_sha256": "t", "imported_at": "2026-01-01T00:00:00Z"}
        interview = study.insert("interviews", values | filled)
        ids = {}
        for label, role in ROLES.items():
            ids[label] = study.insert("speakers", {"interview_id": interview, "label": label, "role": role})
        for seq, (label, start, end) in enumerate(TURNS):
            row = {"interview_id": interview, "speaker_id": ids[label], "seq": seq, "start": start, "end": end}
            study.insert("turns", row | {"words": text[start:end]})
    return study


@pytest.mark.parametrize(
    ("start", "end", "speaker", "where"),
    [
        (0, 10, "I", "turn"),
        (12, 20, "A", "turn"),
        (13, 19, "A", "turn"),
        (22, 30, "I", "turn"),
        (32, 40, "B", "turn"),
        (9, 13, "A", "across"),
        (0, 40, "A", "across"),
        (20, 33, "B", "across"),
        (19, 33, "A", "across"),
        (9, 12, "I", "across"),
        (11, 20, "A", "across"),
        (12, 21, "A", "across"),
        (10, 12, "I", "outside"),
        (20, 22, "A", "outside"),
        (30, 32, "I", "outside"),
        (40, 44, "B", "outside"),
    ],
)
def test_a_passage_is_of_the_turn_it_lies_in(minute: Study, start: int, end: int, speaker: str, where: str) -> None:
    """Across turns it is the first participant's; outside all, of who spoke before."""
    with minute.action("import"):
        placed = exchange.put_mark(minute, "k", start, end, "Ben", "2026-01-01T00:00:00Z")
    assert placed is not None
    assert (placed.speaker, placed.role, placed.where) == (speaker, ROLES[speaker], where)
    row = minute.rows(
        'SELECT s.label, p.start, p."end", p.status, p.decided_by FROM passages p JOIN speakers s ON s.id = p.speaker_id'
    )
    assert [tuple(each) for each in row] == [(speaker, start, end, "accepted", "Ben")]


def test_before_the_first_turn_it_is_of_who_speaks_first(minute: Study) -> None:
    with minute.action("later"):
        minute.execute("DELETE FROM turns WHERE seq = 0")
    with minute.action("import"):
        placed = exchange.put_mark(minute, "k", 1, 4, "", "", accepted=False)
        assert exchange.put_mark(minute, "nobody", 1, 4, "", "") is None
    assert placed is not None and (placed.speaker, placed.where) == ("A", "outside")
    (row,) = minute.rows("SELECT status, origin, decided_by, decided_at FROM passages")
    assert tuple(row) == ("suggested", "program", None, None)
    with minute.action("silence"):
        minute.execute("DELETE FROM turns")
        assert exchange.put_mark(minute, "k", 1, 4, "", "") is None


@pytest.mark.parametrize(
    ("parent", "description", "color", "result", "stored"),
    [
        (None, "", "", ("Late", False, False), ("ours", "", "upper")),
        (None, "ours", "", ("Late", False, False), ("ours", "", "upper")),
        (None, "theirs", "#ff0000", ("Late", False, True), ("ours", "#ff0000", "upper")),
        ("upper", "", "", ("Late", False, False), ("ours", "", "upper")),
        ("other", "", "", ("Late", False, True), ("ours", "", "upper")),
    ],
)
def test_a_code_here_gets_what_it_lacks_and_keeps_what_it_has(
    study: Study,
    parent: str | None,
    description: str,
    color: str,
    result: tuple[str, bool, bool],
    stored: tuple[str, str, str],
) -> None:
    with study.action("codes"):
        upper = study.insert("codes", {"name": "upper"})
        study.insert("codes", {"name": "other"})
        study.insert("codes", {"name": "Late", "description": "ours", "parent_id": upper})
        assert exchange.put_code(study, "late", parent, description, color) == result
    held = {code.name: code for code in exchange.codes(study)}
    names = {code.id: code.name for code in held.values()}
    late = held["Late"]
    assert (late.description, late.color, names[late.parent or 0]) == stored
    assert list(held) == ["Late", "other", "upper"]


def test_a_new_code_comes_as_it_is(study: Study) -> None:
    with study.action("codes"):
        assert exchange.put_code(study, "  upper ", None, "words", "#00ff00") == ("upper", True, False)
        assert exchange.put_code(study, "lower", "Upper", "", "") == ("lower", True, False)
    upper, lower = sorted(exchange.codes(study), key=lambda code: code.id)
    assert (upper.description, upper.color, upper.parent, lower.parent) == ("words", "#00ff00", None, upper.id)


def test_codes_on_passages_are_of_their_coder(minute: Study) -> None:
    with minute.action("import"):
        placed = [exchange.put_mark(minute, "k", 12, end, "", "", accepted=False) for end in (16, 20)]
        first, second = (one.id for one in placed if one is not None)
        for name in ("late", "other"):
            exchange.put_code(minute, name, None, "", "")
        assert exchange.put_code_mark(minute, second, "late", "Ben", "1")
        assert not exchange.put_code_mark(minute, second, "late", "Ben", "2"), "the same mark again"
        assert exchange.put_code_mark(minute, second, "late", "Ada", "2")
        exchange.accept(minute, first, "Ben", "3")
        exchange.accept(minute, first, "Ada", "4")
    assert [(row.passage, row.by, row.at) for row in exchange.code_marks(minute)] == [
        (second, "Ben", "1"),
        (second, "Ada", "2"),
    ]
    assert exchange.coded_by(minute, [first, second], "late", "Ben")
    assert not exchange.coded_by(minute, [first], "late", "Ben") and not exchange.coded_by(minute, [], "late", "Ben")
    assert not exchange.coded_by(minute, [first, second], "late", "Cem")
    assert not exchange.coded_by(minute, [first, second], "other", "Ben")
    assert [(row.id, row.by, row.at, row.status) for row in exchange.marks(minute)] == [
        (first, "Ben", "3", "accepted"),
        (second, "", "", "suggested"),
    ]
    with minute.action("again"):
        third = exchange.put_mark(minute, "k", 12, 20, "Cem", "5")
    assert third is not None
    assert [(row.id, row.status, row.by) for row in exchange.passages_at(minute, "k", 12, 20)] == [
        (third.id, "accepted", "Cem"),
        (second, "suggested", ""),
    ]
    assert exchange.passages_at(minute, "k", 12, 19) == []


def test_speakers_are_listed_with_who_they_are(talk: Study) -> None:
    voices = [(row.interview, row.label, row.participant) for row in exchange.voices(talk)]
    assert voices == [("anna", "Interviewer", None), ("anna", "Anna", "anna")]


def test_a_study_is_known_by_how_it_began(talk: Study) -> None:
    began = exchange.seed(talk)
    (row,) = talk.rows("SELECT imported_at, file_sha256 FROM interviews")
    assert began == f"{row[0]} {row[1]}"
    with talk.action("edit"):
        talk.execute("UPDATE interviews SET mended = mended + 1, title = 'x'")
    assert exchange.seed(talk) == began
    with talk.action("empty"):
        talk.execute("DELETE FROM interviews")
    assert exchange.seed(talk) == "no interviews"
