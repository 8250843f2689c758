"""Anchoring: after a transcript was edited, a passage is at its own words, or nowhere."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg import transcripts
from needsseg.coding import sentence_spans
from needsseg.coding.anchoring import Anchor, anchor
from needsseg.errors import UsageError
from tests.fixtures.samples import INTERVIEWS
from tests.fixtures.wording.coding import OUTSIDE
from tests.fixtures.wording.matching import refuses

TALK = """Ada: So how do you plan the week?

Ben: I think it starts on Friday. I write the report by hand, and it takes me half a day, every single week.

Ada: And then?

Ben: Yeah. Nobody reads it 🙂. I think it is a waste, but the board wants a number on Monday morning.

Ada: What did you try before that?

Ben: A spreadsheet that four people edited at once, and it broke twice a month.
"""
REPORT = "I write the report by hand, and it takes me half a day, every single week."
WASTE = "I think it is a waste, but the board wants a number on Monday morning."


def _at(text: str, words: str) -> tuple[int, int]:
    assert text.count(words) == 1
    return text.index(words), text.index(words) + len(words)


def _found(old: str, new: str, words: str) -> tuple[str, bool] | None:
    """The words at the anchor of ``words``, and whether it is exact."""
    (place,) = anchor(old, new, [_at(old, words)])
    return None if place is None else (new[place.start : place.end], place.exact)


def _same_words(a: str, b: str) -> bool:
    return re.sub(r"\s", "", a) == re.sub(r"\s", "", b)


@pytest.mark.parametrize("words", [REPORT, WASTE, "Yeah.", "Nobody reads it 🙂", "board", "it broke", "t takes me hal"])
@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text,
        lambda text: "Imported from a recording, and corrected by hand in May.\n\n" + text,
        lambda text: text.replace("So how do you", "Tell me please: how on earth do you ever"),
        lambda text: text.replace("Friday. ", "Friday. You know, when the others have left. "),
        lambda text: text.replace("Ada: And then?\n\n", ""),
        lambda text: text + "\nAda: " + text.replace("Ben", "Bo"),
        lambda text: text.replace("\n\n", "\n"),
    ],
)
def test_words_unchanged_are_found_at_their_new_place(words: str, edit: Callable[[str], str]) -> None:
    assert _found(TALK, edit(TALK), words) == (words, True)


def test_line_ends_and_white_space_within_a_passage_do_not_matter() -> None:
    new = re.sub(r"(\w) (\w)", "\\1\n  \\2", TALK)
    found = _found(TALK, new, REPORT)
    assert found is not None and found[1]
    assert found[0] != REPORT and found[0].split() == REPORT.split()


def test_turns_moved_are_found_both_ways() -> None:
    turns = TALK.split("\n\n")
    for new in ("\n\n".join([*turns[2:], *turns[:2]]), "\n\n".join([turns[0], *turns[3:], turns[1], turns[2]])):
        for words in (REPORT, WASTE, "A spreadsheet that four people edited at once"):
            assert _found(TALK, new, words) == (words, True)


def test_a_block_cut_and_pasted_is_found_where_it_was_pasted() -> None:
    new = TALK.replace(f" {REPORT}", "").replace("twice a month.", f"twice a month. {REPORT} And so on.")
    assert _found(TALK, new, REPORT) == (REPORT, True)


def test_a_short_passage_moves_only_with_words_around_it() -> None:
    new = TALK.replace(f" {REPORT}", "").replace("twice a month.", f"twice a month. {REPORT}")
    assert _found(TALK, new, "by hand") == ("by hand", True)
    # The same two words, but not those that were said.
    assert _found(TALK, new.replace(REPORT, "It was made by hand."), "by hand") is None


def test_words_that_were_deleted_are_not_found_where_others_said_the_same() -> None:
    old = "Ada: It takes me half a day.\n\nBen: Really? That long?\n\nCas: It takes me half a day.\n\nBen: You too."
    first = (old.index("It"), old.index("It") + 23)
    second = (old.rindex("It"), old.rindex("It") + 23)
    without_first = old.replace("It takes me half a day.", "No.", 1)
    assert anchor(old, without_first, [first, second]) == [None, Anchor(second[0] - 20, second[1] - 20, True)]
    without_second = old[: second[0]] + "No." + old[second[1] :]
    assert anchor(old, without_second, [first, second]) == [Anchor(*first, True), None]


def test_a_copy_elsewhere_of_words_that_were_edited_is_ambiguous() -> None:
    new = TALK.replace("half a day", "half a morning") + f"\nAda: To sum up: {REPORT}\n"
    assert _found(TALK, new, REPORT) is None


def test_of_repeated_beginnings_the_passage_stays_whole() -> None:
    old = "We talked. I think that the tool is slow. I think that the tool is nice. We left."
    words = "I think that the tool is nice."
    assert _found(old, old.replace("I think that the tool is slow. ", ""), words) == (words, True)


@pytest.mark.parametrize(
    ("edited", "found"),
    [
        ("I write the report by hand, and it takes me half a day, every week.", True),
        ("I write the long report by hand, and so it takes me half a day, every single week.", True),
        ("I write the reports by hand and it takes me half a day every single week.", True),
        ("I wrote the report by hand, it took me half a day, every single weak.", True),
        ("I write the report by hand, and it takes me half a day, every singel weak.", True),
        ("I write the report by hand, and it takes me half a day, every single good weak.", False),
        ("I WRITE THE REPORT BY HAND, AND IT TAKES ME HALF A DAY, EVERY SINGLE WEEK.", True),
        ("We write the report by hand, and it takes me half a day, every single week.", False),
        ("I write the report by hand, and it takes me half a day, every single time.", False),
        ("I write the report by hand.", False),
        ("I do the paper in a rush, and it eats me half a day, every other week.", False),
        ("I write the report by hand, " + "you know how that is with us here, " * 4 + "every single week.", False),
        ("", False),
    ],
)
def test_an_edited_passage_needs_three_quarters_of_its_words_and_both_ends(edited: str, found: bool) -> None:
    new = TALK.replace(REPORT, edited)
    expected = (edited, False) if found else None
    assert _found(TALK, new, REPORT) == expected


def test_a_first_word_spelled_alike_stands_for_the_old_one() -> None:
    words = REPORT.removeprefix("I ")
    for first, found in (("wrote", True), ("writes", True), ("sell", False), ("wrote up", False)):
        edited = words.replace("write", first)
        assert _found(TALK, TALK.replace(words, edited), words) == ((edited, False) if found else None)
    for start in ("wrote thy", "wrote th"):
        edited = words.replace("write the", start)
        assert _found(words, edited, words) == (edited, False)


@pytest.mark.parametrize(("opening", "closing"), [("“", "”"), ("(“", ".”)"), ("", "!"), ("…", "")])
def test_marks_at_the_ends_of_an_edited_passage_stay_with_it(opening: str, closing: str) -> None:
    old, edited = (
        f"{opening}We ship it every single week to the {whom} in town{closing}" for whom in ("people", "shops")
    )
    for before in ("", "Then he said: "):
        assert _found(f"{before}{old} And so it went.", f"{before}{edited} And so it went.", old) == (edited, False)


def test_typographic_quotes_are_an_edit_that_loses_no_word() -> None:
    old = "Ada: Why? Ben: \"It's late,\" she said, and she doesn't wait. Ada: I see."
    new = old.replace(' "', " “").replace(',"', ",”").replace("'", "’")
    assert _found(old, new, "\"It's late,\" she said, and she doesn't wait.") == (
        "“It’s late,” she said, and she doesn’t wait.",
        False,
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("田中：毎週金曜日に報告書を作っています。とても面倒です。誰も読まないので困ります。", "とても面倒です"),
        ("דנה: אני כותבת את הדוח כל שבוע. זה לוקח חצי יום. אף אחד לא קורא.", "זה לוקח חצי יום"),
        ("سارة: أكتب التقرير كل أسبوع. يستغرق نصف يوم. لا أحد يقرأه؟", "يستغرق نصف يوم."),
        ("A: हम हर हफ्ते रिपोर्ट लिखते हैं। इसमें आधा दिन लगता है। कोई नहीं पढ़ता।", "इसमें आधा दिन लगता है"),
        ("A: so 👩‍👩‍👧‍👦🙂🙂 we laughed 🎉 and cafe\u0301 e\u0301tait fermé 🇩🇪 then.", "🙂🙂 we laughed 🎉 and cafe\u0301"),
        ("A: we wait 🙂🙂 and wait", "🙂🙂"),
    ],
)  # fmt: skip
def test_scripts_and_emoji(text: str, words: str) -> None:
    for new in (text, "🙂 zuerst: " + text, text.replace(" ", "\n"), text + " " + text[::-1]):
        found = _found(text, new, words)
        assert found is not None and found[1] and _same_words(found[0], words)


def test_spans_without_a_word_or_outside_the_text() -> None:
    assert anchor("a  b", "a  b", [(1, 3), (2, 2)]) == [None, None]
    assert anchor("a  b", "a  c", [(1, 3), (0, 0), (0, 1)]) == [None, None, Anchor(0, 1, True)]
    assert anchor("", "anything", []) == []
    assert anchor("only this was said", "", [(0, 4)]) == [None]
    with refuses(UsageError, "[3, 9)", OUTSIDE, 4, hint=False):
        anchor("a  b", "a", [(3, 9)])


def test_a_whole_interview_rewrapped_and_shortened() -> None:
    old = transcripts.read(INTERVIEWS / "gus-petrakis.txt").text
    sentences = [span for span in sentence_spans(old) if span[1] - span[0] > 40]
    cut, rest = sentences[10:15], sentences[:10] + sentences[15:]
    new = re.sub(r" (\w+ \w+ \w+) ", r"\n\1 ", old[: cut[0][0]] + "[cut]" + old[cut[-1][1] :])
    assert anchor(old, new, cut) == [None] * 5
    for span, place in zip(rest, anchor(old, new, rest), strict=True):
        assert place is not None and place.exact
        assert new[place.start : place.end].split() == old[slice(*span)].split()


SAID = """the report takes a whole day every week and nobody reads it 🙂 we tried spreadsheets boards lists 週 報 شهر
yeah well I think so, that's it. Friday? budget number customers onboarding churn café"""
chunks = st.lists(st.sampled_from(SAID.split()), min_size=1, max_size=12).map(" ".join)
spaces = st.sampled_from([" ", "\n", "\n\n", "  "])


@st.composite
def edited_around(draw: st.DrawFn) -> tuple[str, str, tuple[int, int], tuple[int, int]]:
    """Two texts, and one passage in both: the words around it are kept, what lies beyond is edited at will."""
    sides = [draw(st.lists(chunks, max_size=5)) for _ in range(2)]
    # Numbers make the neighbourhood one that occurs once: which of two equal places was meant is nobody's to know.
    before, after = (
        draw(st.sampled_from(["in 1987 we", "7 ants 8 bees"])),
        draw(st.sampled_from(["41 or 43", "2 then 3"])),
    )
    passage = draw(chunks)
    space = draw(spaces)

    def edited(parts: list[str]) -> list[str]:
        kept = [part for part in parts if draw(st.integers(0, 3))]
        for _ in range(draw(st.integers(0, 3))):
            kept.insert(draw(st.integers(0, len(kept))), draw(st.sampled_from([*parts, passage]) | chunks))
        return kept

    def told(left: list[str], words: str, right: list[str]) -> tuple[str, tuple[int, int]]:
        head = space.join([*left, before, ""])
        return head + space.join([words, after, *right]), (len(head), len(head) + len(words))

    old, span = told(sides[0], passage, sides[1])
    new, place = told(edited(sides[0]), re.sub(" ", lambda _: draw(spaces), passage), edited(sides[1]))
    return old, new, span, place


@given(edited_around())
def test_an_untouched_passage_whose_neighbourhood_is_kept_is_found_with_exactly_its_words(
    case: tuple[str, str, tuple[int, int], tuple[int, int]],
) -> None:
    old, new, span, place = case
    assert anchor(old, new, [span]) == [Anchor(*place, True)]


texts = st.lists(st.tuples(chunks, spaces), max_size=8).map(lambda parts: "".join(a + b for a, b in parts))
anything = st.text(st.sampled_from(list("ab .,'’🙂\n語報אבé\u0301")) | st.characters(codec="utf-8"), max_size=40)


@given(texts | anything, texts | anything, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=6))
def test_an_exact_anchor_has_the_same_words_and_every_anchor_lies_in_the_text(
    old: str, new: str, ends: list[tuple[int, int]]
) -> None:
    spans = [(min(*pair, len(old)), min(max(pair), len(old))) for pair in ends]
    for (start, end), place in zip(spans, anchor(old, new, spans), strict=True):
        if place is not None:
            assert 0 <= place.start < place.end <= len(new)
            assert not place.exact or _same_words(old[start:end], new[place.start : place.end])


@given(texts | anything, st.integers(0, 400), st.integers(0, 400))
def test_an_unchanged_text_gives_every_span_back(text: str, one: int, other: int) -> None:
    start, end = min(one, other, len(text)), min(max(one, other), len(text))
    expected = Anchor(start, end, True) if text[start:end].strip() else None
    assert anchor(text, text, [(start, end)]) == [expected]


@given(st.lists(chunks, min_size=1, max_size=8), st.data())
def test_what_only_grows_or_shrinks_keeps_the_order_of_passages(parts: list[str], data: st.DataObject) -> None:
    # Each part bears its number, so that none is another's likeness and nothing seems to have moved.
    parts = [f"{number}: {part} as told on day {number} of {number}." for number, part in enumerate(parts)]
    kept = [part for part in parts if data.draw(st.integers(0, 3))]
    added = [each for part in kept for each in (*data.draw(st.lists(st.just("xx yy zz."), max_size=2)), part)]
    old, new = "\n".join(parts), "\n".join(added)
    ends = [sum(len(part) + 1 for part in parts[:number]) for number in range(len(parts) + 1)]
    found = [place for place in anchor(old, new, [(a, b - 1) for a, b in pairwise(ends)]) if place is not None]
    assert len(found) >= len(kept)
    assert all(a.start < b.start and a.end <= b.end for a, b in pairwise(found))
