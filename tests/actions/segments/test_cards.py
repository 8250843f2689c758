"""Cards in a study: quotes stand where they say, people pin, trim and order them, undo takes each back."""

import random
import re
from collections.abc import Callable

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.discovery import discovery, evidence
from needsseg.actions.exchange.report.report import Question, as_markdown, gather
from needsseg.actions.segments import cards, segments
from needsseg.actions.study import history
from needsseg.actions.transcripts import interviews
from needsseg.actions.transcripts.participant_names import participant_names
from needsseg.discovery.evidence.card_quotes import PARTS
from needsseg.errors import UsageError
from needsseg.study.connection import Study

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


def _stands(study: Study, segment: int) -> None:
    card = cards.card(study, segment)
    names = participant_names(study)
    for part in PARTS:
        for quote in (*card.quotes[part], *card.offers[part]):
            assert quote.start is not None and quote.end is not None
            assert interviews.show(study, quote.interview).text[quote.start : quote.end] == quote.quote != ""
            assert quote.participant == names.of(passages.one(study, quote.passage))


def test_quotes_stand_in_the_transcripts_also_when_trimmed_at_random(demo_study: Study) -> None:
    pick = random.Random(3)
    for row in evidence.listing(demo_study):
        _stands(demo_study, row.id)
        card = cards.card(demo_study, row.id)
        for part in PARTS:
            if not card.offers[part]:
                continue
            quote = pick.choice(card.offers[part])
            cards.pin(demo_study, row.id, part, quote.passage, quote.quote)
            whole = passages.one(demo_study, quote.passage).quote
            words = [match.span() for match in re.finditer(r"\S+", whole)]
            first = pick.randrange(len(words))
            last = pick.randrange(first, len(words))
            kept = whole[words[first][0] : words[last][1]]
            cards.trim(demo_study, row.id, part, kept)
            now = cards.card(demo_study, row.id).first(part)
            assert now is not None and now.pinned and now.quote == kept
        _stands(demo_study, row.id)


def test_a_card_tells_what_a_segment_is_not(demo_study: Study) -> None:
    rows = {row.id: row.name for row in evidence.listing(demo_study)}
    for segment in rows:
        card = cards.card(demo_study, segment)
        border = card.first("not")
        assert border is not None and border.segment == card.rival != segment
        assert card.rival_name == rows[card.rival or 0]


@pytest.fixture
def made(talk: Study) -> int:
    """A segment of two passages."""
    return segments.make(talk, "Hand-overs", [passages.mark(talk, "anna", start, start + 12) for start in (47, 62)])


def _first_words(study: Study, segment: int) -> tuple[int, list[str]]:
    found = evidence.evidence(study, segment).passages[0][0]
    return found.id, found.quote.split()


def test_pinning_replacing_ordering_and_undoing(talk: Study, made: int, tables: Dump) -> None:
    passage, words = _first_words(talk, made)
    other = next(p.id for p, _ in evidence.evidence(talk, made).passages if p.id != passage)
    steps: list[Callable[[], object]] = [
        lambda: cards.write_need(talk, made, "  Know who has what.  "),
        lambda: cards.pin(talk, made, "pain", passage),
        lambda: cards.pin(talk, made, "pain", other),
        lambda: cards.pin(talk, made, "pain", passage, words[-1], beside=True),
        lambda: cards.order(talk, made, "pain", 2, 1),
        lambda: cards.trim(talk, made, "pain", passages.one(talk, other).quote, 2),
        lambda: cards.unpin(talk, made, "pain", 1),
        lambda: cards.say_unsaid(talk, made, "wish"),
        lambda: cards.say_unsaid(talk, made, "outcome"),
        lambda: cards.say_unsaid(talk, made, "wish", unsaid=False),
    ]
    for step in steps:
        before = tables(talk)
        step()
        after = tables(talk)
        history.undo(talk)
        assert tables(talk) == before
        history.redo(talk)
        assert tables(talk) == after
    card = cards.card(talk, made)
    assert card.need == "Know who has what." and card.unsaid == ("outcome",)
    assert [quote.passage for quote in card.quotes["pain"]] == [other]
    segments.confirm(talk, made)
    with pytest.raises(UsageError, match="is confirmed"):
        cards.pin(talk, made, "pain", passage)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            lambda study, made, passage: cards.pin(study, made, "pain", passage, "no such words"),
            "does not hold the words",
        ),
        (lambda study, made, passage: cards.pin(study, made, "not", passage), "lies in segment"),
        (lambda study, made, passage: cards.unpin(study, made, "wish"), "Nothing is pinned as wish"),
        (lambda study, made, passage: cards.say_unsaid(study, made, "wish", unsaid=False), "is not said to be empty"),
        (lambda study, made, passage: cards.write_need(study, made, "one\ntwo"), "one sentence on one line"),
        (lambda study, made, passage: cards.part_of("gain"), "no part “gain”"),
        (lambda study, made, passage: cards.take_statement(study, made), "says enough of a job"),
    ],
)
def test_what_is_refused(talk: Study, made: int, wrong: Callable[[Study, int, int], object], message: str) -> None:
    passage, _ = _first_words(talk, made)
    with pytest.raises(UsageError, match=message):
        wrong(talk, made, passage)
    outside = passages.mark(talk, "anna", 80, 92)
    with pytest.raises(UsageError, match="does not lie in segment"):
        cards.pin(talk, made, "pain", outside)


def test_a_pin_whose_words_are_gone_is_told_and_not_shown(talk: Study, made: int) -> None:
    passage, words = _first_words(talk, made)
    cards.pin(talk, made, "wish", passage, words[0])
    segments.move(talk, [passage], None)
    card = cards.card(talk, made)
    assert not any(quote.pinned for quote in card.quotes["wish"])
    assert len(card.lost) == 1 and words[0] in card.lost[0]


def test_nothing_is_proposed_where_a_person_said_that_nobody_says_so(demo_study: Study) -> None:
    segment, part = next(
        (row.id, part)
        for row in evidence.listing(demo_study)
        for part in PARTS
        if cards.card(demo_study, row.id).first(part)
    )
    before = cards.card(demo_study, segment)
    cards.say_unsaid(demo_study, segment, part)
    after = cards.card(demo_study, segment)
    assert after.first(part) is None and after.unsaid == (part,) and after.offers[part] == before.offers[part]
    with pytest.raises(UsageError, match="is empty already"):
        cards.say_unsaid(demo_study, segment, part)
    offer = before.offers[part][0]
    cards.pin(demo_study, segment, part, offer.passage, offer.quote)
    pinned = cards.card(demo_study, segment)
    assert pinned.unsaid == () and pinned.first(part) is not None
    with pytest.raises(UsageError, match="Something is pinned"):
        cards.say_unsaid(demo_study, segment, part)


def test_what_is_written_of_a_candidate_names_nothing_and_outlives_a_run(demo_study: Study) -> None:
    rows = evidence.listing(demo_study)
    with demo_study.action("release"):
        for row in rows:
            demo_study.execute("UPDATE segments SET status = 'candidate', description = '' WHERE id = ?", [row.id])
    first, second, third = (row.id for row in rows)
    passage = evidence.evidence(demo_study, second).passages[0][0].id
    cards.write_need(demo_study, first, "Know who has what.")
    segments.describe(demo_study, first, "They share a list.")
    segments.write_statement(demo_study, first, "When it rains, I want to know.")
    cards.pin(demo_study, second, "pain", passage)
    cards.say_unsaid(demo_study, third, "pain")
    held = {row.id: {p.id for p, _ in evidence.evidence(demo_study, row.id).passages} for row in rows}
    assert {row.status for row in evidence.listing(demo_study)} == {"candidate"}
    discovery.discover(demo_study)
    after = {row.id: row for row in evidence.listing(demo_study)}
    for row in rows:
        assert after[row.id].status == "candidate"
        assert held[row.id] & {p.id for p, _ in evidence.evidence(demo_study, row.id).passages}
    card = cards.card(demo_study, first)
    assert (card.need, card.statement) == ("Know who has what.", "When it rains, I want to know.")
    assert after[first].description == "They share a list."
    pinned = cards.card(demo_study, second).first("pain")
    assert pinned is not None and pinned.pinned and pinned.passage == passage
    assert cards.card(demo_study, third).unsaid == ("pain",)
    history.undo(demo_study)
    assert {row.id: {p.id for p, _ in evidence.evidence(demo_study, row.id).passages} for row in rows} == held


def test_confirming_what_nobody_decided_on_takes_a_word_and_is_told(demo_study: Study) -> None:
    row = evidence.listing(demo_study)[0]
    with pytest.raises(UsageError, match="Nobody has decided on any of the passages"):
        segments.confirm(demo_study, row.id)
    segments.confirm(demo_study, row.id, undecided=True)
    found = evidence.listing(demo_study)[0]
    assert found.confirmed_undecided and any("nobody had decided" in warning for warning in found.warnings)
    assert "nobody had decided on any of its passages" in as_markdown(gather(demo_study))
    segments.reopen(demo_study, row.id)
    passages.decide(demo_study, [evidence.evidence(demo_study, row.id).passages[0][0].id], "accepted")
    segments.confirm(demo_study, row.id)
    assert not evidence.listing(demo_study)[0].confirmed_undecided


def test_no_automatic_sentence_joins_two_answers(demo_study: Study) -> None:
    texts = {row.key: interviews.show(demo_study, row.key) for row in interviews.listing(demo_study)}
    report = as_markdown(gather(demo_study, Question(original=True)))
    for row in evidence.listing(demo_study):
        shown = evidence.evidence(demo_study, row.id)
        turns = {
            (
                part.interview,
                next(t.start for t in texts[part.interview].turns if t.start <= part.start and part.end <= t.end),
            )
            for part in shown.stated
        }
        assert len(turns) <= 1 and bool(turns) == bool(shown.sentence)
        if shown.sentence:
            line = next(line for line in report.splitlines() if shown.sentence[10:40] in line)
            assert "Draft of a job statement" in line and "**" not in line
    readout = report.split("## Readout")[1].split("\n## ")[0]
    own_words = [line for line in readout.splitlines() if "“" not in line]
    assert "want to" not in "\n".join(own_words).casefold() and "in participants' words" not in report


def test_people_of_one_name_are_told_apart(talk: Study, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from needsseg.actions.transcripts import importing

    for key in ("001", "002"):
        (tmp_path / f"{key}.md").write_text(
            f"Interviewer: What do you do?\n\nUser: I draw maps of harbour {key} all day.\n"
        )
    importing.import_transcripts(talk, [tmp_path / "001.md", tmp_path / "002.md"])
    names = participant_names(talk)
    assert names.voice("001", "User") == "User · 001" and names.voice("002", "User") == "User · 002"
    participants = list(names.by_key.values())
    assert len(set(participants)) == len(participants)
