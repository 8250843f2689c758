"""Search by words and by meaning: exact places, any signs, filters, and codes on all that was found."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.actions.accounts import accounts
from needsseg.actions.coding import codebook as books
from needsseg.actions.coding import passages, search_scope, searching
from needsseg.actions.coding.search_scope import Filter
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing, interviews, participants
from needsseg.coding import queries
from needsseg.embedding import encoding
from needsseg.errors import NeedssegError, NotFoundError, UsageError
from needsseg.study.connection import Study
from tests.fixtures.samples import INTERVIEWS
from tests.fixtures.wording.coding import NOTHING_TO_SEARCH
from tests.fixtures.wording.common import NEEDS_NAME
from tests.fixtures.wording.matching import refuses, says

FILES = ("ines-carvalho.vtt", "marek-nowotny.docx", "gus-petrakis.txt", "maeve-gallagher.md")
STRANGE = (
    "Interviewer: What else?\n\n"
    "Mai: [laughs] We call it [the wall]. 看板に書いてあります。誰も見ません。 Überraschung! A cafe\u0301 👩‍👩‍👧 is near.\n\n"
    'Mai: שלום לכם, it says. "AND" is a word, NEAR(this) too; 50% * 3 -x col:umn.\n'
)
Tables = Callable[[Study], dict[str, list[tuple[object, ...]]]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four real interviews with attributes, and one of strange texts."""
    folder = tmp_path_factory.mktemp("searching")
    (folder / "strange.txt").write_text(STRANGE, encoding="utf-8")
    with studies.init(folder / "study.db") as study:
        importing.import_transcripts(study, [*(INTERVIEWS / name for name in FILES), folder / "strange.txt"])
        participants.import_participants(study, INTERVIEWS.parent / "participants.csv")
    return folder / "study.db"


@pytest.fixture
def four(made: Path, tmp_path: Path) -> Iterator[Study]:
    shutil.copy(made, tmp_path / "study.db")
    with studies.open_study(tmp_path / "study.db") as study:
        yield study


@pytest.fixture(scope="module")
def read_only(made: Path) -> Iterator[Study]:
    with studies.open_study(made) as study:
        yield study


@pytest.fixture(scope="module")
def spoken(read_only: Study) -> dict[str, str]:
    return {row.key: interviews.show(read_only, row.key).text for row in interviews.listing(read_only)}


def terms() -> st.SearchStrategy[str]:
    """Words that occur, signs that mean something elsewhere, and anything at all."""
    said = [
        "the",
        "WHITEBOARD",
        "nurse",
        "día",
        "wall",
        "看板",
        "誰も",
        "shift's",
        "e-mail",
        "שלום",
        "café",
        "[laughs]",
    ]
    signs = [
        '"',
        "AND",
        "NOT",
        "NEAR(",
        "*",
        "^the",
        "-x",
        "col:umn",
        "(",
        "]",
        "“",
        "+",
        "{a b}",
        "\0",
        "\ud800",
        "🙂",
    ]
    return st.one_of(st.sampled_from(said), st.sampled_from(signs), st.text(max_size=6))


@settings(max_examples=30, deadline=None)
@given(st.lists(terms(), min_size=1, max_size=4), st.sampled_from(["participants", "all"]))
def test_a_hit_is_exactly_the_words_at_its_place(
    read_only: Study, spoken: dict[str, str], words: list[str], speech: search_scope.Speech
) -> None:
    try:
        hits = searching.search(read_only, " ".join(words), Filter(speech=speech), limit=20)
    except UsageError as error:
        assert says(error.message, NOTHING_TO_SEARCH)
        return
    for hit in hits:
        text = spoken[hit.interview]
        assert text[hit.start : hit.end] == hit.words == hit.words.strip()
        assert hit.matches == tuple(sorted(set(hit.matches)))
        assert all(hit.start <= start < end <= hit.end for start, end in hit.matches)


@given(st.text("ab. 。\n", max_size=40), st.data())
def test_stretches_are_the_shortest_that_hold_every_term(text: str, data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.sampled_from("ab"), min_size=1, max_size=2, unique=True))
    spans = [queries.occurrences(text, word) for word in wanted]
    found = queries.stretches(text, spans)
    assert bool(found) == all(spans)
    assert found == sorted(found) and all(a[1] <= b[0] for a, b in zip(found, found[1:], strict=False))
    for start, end in found:
        assert all(word in text[start:end] for word in wanted)


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        ("wall", ["wall"]),
        ("[the wall]", ["the", "wall"]),
        ('"call it"', ["call it"]),
        ("“call it”", ["call it"]),
        ("it call", ["call", "it"]),
        ("uberraschung", ["Überraschung"]),
        ("CAFÉ", ["cafe\u0301"]),
        ("看板", ["看板"]),
        ("שלום", ["שלום"]),
        ("AND word", ["AND", "word"]),
        ("NEAR( *", ["NEAR"]),
        ("👩‍👩‍👧", ["👩‍👩‍👧"]),
    ],
)
def test_words_are_found_as_they_are_meant(read_only: Study, query: str, matched: list[str]) -> None:
    hits = searching.search(read_only, query, Filter(interview="strange"))
    shown = [[hit.words[a - hit.start : b - hit.start] for a, b in hit.matches] for hit in hits]
    assert matched in shown


def test_a_phrase_is_narrower_than_its_words_and_nothing_is_nothing(read_only: Study) -> None:
    assert searching.search(read_only, '"it call"', Filter(interview="strange")) == []
    assert searching.search(read_only, "xyzzy") == []
    with refuses(UsageError, NOTHING_TO_SEARCH):
        searching.search(read_only, " \0 ")
    with refuses(UsageError, "101 words", 100):
        searching.search(read_only, " ".join(f"w{number}" for number in range(101)))


def test_words_far_apart_in_a_turn_are_one_stretch_of_sentences(talk: Study) -> None:
    (hit,) = searching.search(talk, "nurse hour")
    assert hit.words.startswith("When a nurse") and hit.words.endswith("🙂.")
    (alone,) = searching.search(talk, "hour")
    assert alone.words.startswith("It takes me")
    assert searching.search(talk, "nurse whiteboard") == [], "they stand in two turns"


def test_interviewers_words_only_when_asked_for(talk: Study) -> None:
    assert searching.search(talk, "week") == []
    (hit,) = searching.search(talk, "week", Filter(speech="all"))
    assert (hit.speaker, hit.role) == ("Interviewer", "interviewer")


def test_filters_by_interview_code_and_what_is_known_of_participants(four: Study) -> None:
    everywhere = {hit.interview for hit in searching.search(four, "whiteboard")}
    assert len(everywhere) > 1
    (plan,) = {who.attributes["plan"] for who in accounts.participants(four) if who.key == "marek-nowotny"}
    assert {hit.interview for hit in searching.search(four, "whiteboard", Filter(attributes=(f"PLAN={plan}",)))} == {
        who.key for who in accounts.participants(four) if who.attributes.get("plan") == plan
    } & everywhere
    asked = searching.search(four, "what", Filter(attributes=("job_title~r&d",), speech="all"))
    assert {hit.interview for hit in asked} == {"marek-nowotny"} and "interviewer" in {hit.role for hit in asked}
    first = searching.search(four, "whiteboard", Filter(interview="marek-nowotny"))[0]
    searching.code_hits(four, [first], "board [old]")
    books.create(four, "tools")
    books.move(four, "board [old]", "tools")
    for code in ("board [old]", "tools", "TOOLS"):
        (coded,) = searching.search(four, "whiteboard", Filter(code=code))
        assert (coded.start, coded.end, len(coded.passages)) == (first.start, first.end, 1)
    assert [hit.words for hit in searching.marked(four, Filter(code="tools"))] == [first.words]
    (quoted,) = searching.search(four, "whiteboard", Filter(speech="passages"))
    assert (quoted.passages, quoted.words) == (coded.passages, first.words)


@pytest.mark.parametrize(
    ("within", "what"),
    [
        (Filter(interview="nobody"), ("interview", "nobody", "gus-petrakis, ines-carvalho")),
        (Filter(code="none"), ("code", "none", "needsseg codebook")),
        (Filter(attributes=("plan",)), ("plan", "plan=Team")),
        (Filter(attributes=("plann=Team",)), ("plann", "company, crm_id, email")),
        (Filter(attributes=("plan=Teem",)), ("plan", "Teem", "Business, Enterprise, Team")),
    ],
)
def test_a_filter_that_fits_nothing_says_what_there_is(read_only: Study, within: Filter, what: tuple[str, ...]) -> None:
    with refuses(NeedssegError, *what):
        searching.search(read_only, "the", within)


def test_coding_every_hit_is_one_action_and_undone_to_the_byte(four: Study, tables: Tables) -> None:
    hits = searching.search(four, "the", Filter(interview="gus-petrakis", speech="all"), limit=None)
    theirs = [hit for hit in hits if hit.role == "participant"]
    assert 0 < len(theirs) < len(hits)
    there = passages.mark(four, theirs[0].interview, theirs[0].start, theirs[0].end)
    passages.decide(four, [there], "suggested")
    before, entries = tables(four), len(history.listing(four))
    done = searching.code_hits(four, hits, " the [x] ")
    assert (len(done.passages), done.coded, done.skipped) == (len(theirs), len(theirs), len(hits) - len(theirs))
    assert done.passages[0] == there, "a passage of the same span is taken as it is"
    coded = passages.listing(four, code="the [x]")
    assert {(p.start, p.end, p.quote) for p in coded} == {(hit.start, hit.end, hit.words) for hit in theirs}
    assert {p.status for p in coded} == {"accepted"}
    assert len(history.listing(four)) == entries + 1
    assert searching.code_hits(four, hits, "the [x]").coded == 0, "once more changes nothing"
    history.undo(four)
    assert tables(four) == before
    assert studies.check(four) == []


def test_coding_needs_a_name_and_participants_words(talk: Study, tables: Tables) -> None:
    asked = searching.search(talk, "week", Filter(speech="all"))
    assert searching.code_hits(talk, asked, "planning") == searching.CodedHits((), 0, 1)
    before = tables(talk)
    with refuses(UsageError, "code", NEEDS_NAME, hint=False):
        searching.code_hits(talk, searching.search(talk, "nurse"), "  ")
    assert tables(talk) == before and passages.codebook(talk) == []


def test_meaning_finds_what_words_do_not(demo_study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    query = "hand-over between shifts"
    assert searching.search(demo_study, query) == []
    found = searching.search(demo_study, query, meaning=True)
    assert "card for the shift" in found[0].words
    assert [hit.score for hit in found] == sorted((hit.score or 0 for hit in found), reverse=True)
    texts = {hit.interview: interviews.show(demo_study, hit.interview).text for hit in found}
    assert all(texts[hit.interview][hit.start : hit.end] == hit.words for hit in found)
    assert searching.search(demo_study, "quantum chromodynamics on a lattice", meaning=True) == []

    def refuse(_model: object) -> None:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr(encoding, "load", refuse)
    assert searching.unready(demo_study, query) == 0
    assert searching.search(demo_study, query, meaning=True) == found
    one = Filter(interview=found[1].interview)
    assert {hit.interview for hit in searching.search(demo_study, query, one, meaning=True)} == {one.interview}
    passage = passages.listing(demo_study)[0]
    similar = searching.like(demo_study, passage.id)
    assert similar and all(
        hit.interview != passage.interview or hit.end <= passage.start or passage.end <= hit.start for hit in similar
    )
    sentence = (found[0].interview, found[0].start, found[0].start + 40)
    assert searching.unready(demo_study, sentence) == 0
    assert searching.like(demo_study, sentence), "a part of a window is compared as its window"
    among = searching.like(demo_study, passage.id, Filter(speech="passages"))
    assert among and all(hit.passages for hit in among)
    searching.code_hits(demo_study, [found[0]], "shift")
    (coded,) = searching.search(demo_study, query, Filter(code="shift"), meaning=True)
    assert (coded.interview, coded.start, coded.end) == (found[0].interview, found[0].start, found[0].end)


def test_an_empty_study_has_nothing_by_meaning(study: Study) -> None:
    assert searching.search(study, "anything", meaning=True) == []
    assert searching.search(study, "anything") == []
    with refuses(NotFoundError, "passage 7", "needsseg passages"):
        searching.like(study, 7)
