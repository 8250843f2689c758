"""Turns split, joined, given away and cut: what the text and each turn say afterwards, and where passages stand in it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.coding.anchoring import Anchor
from needsseg.coding.turn_edits import EditPlan, cut_words, edited_text, give_words, join_turns, split_turn
from needsseg.errors import UsageError
from needsseg.records import Transcript, Turn

TEXT = (
    "Heard in May\n\nAda: Who pays for it?\n\nBen: We do. Every month, sadly.\nIt is much.\n\nCid: Not me.\n\nThe end\n"
)
SPEECHES = (("Ada", "Who pays for it?"), ("Ben", "We do. Every month, sadly.\nIt is much."), ("Cid", "Not me."))


def _talk() -> Transcript:
    turns = [
        Turn(speaker, "participant", TEXT.index(words), TEXT.index(words) + len(words), 1000 * n, 1000 * n + 900)
        for n, (speaker, words) in enumerate(SPEECHES)
    ]
    return Transcript(TEXT, tuple(turns), "text")


def _at(words: str) -> tuple[int, int]:
    return TEXT.index(words), TEXT.index(words) + len(words)


def _turns(plan: EditPlan) -> list[tuple[str, str, int | None, int | None]]:
    """Speaker, words and times of each turn after the edit."""
    edited = edited_text(_talk(), plan)
    return [
        (turn.speaker, edited.text[start:end], turn.start_ms, turn.end_ms)
        for turn, (start, end) in zip(plan.turns, edited.spans, strict=True)
    ]


ADA = ("Ada", "Who pays for it?", 0, 900)
BEN = ("Ben", "We do. Every month, sadly.\nIt is much.", 1000, 1900)
CID = ("Cid", "Not me.", 2000, 2900)


@pytest.mark.parametrize(
    ("edit", "changed", "turns", "text"),
    [
        (
            lambda talk: split_turn(talk, _at("Every")[0]),
            {1, 2},
            [ADA, ("Ben", "We do.", 1000, None), ("Ben", "Every month, sadly.\nIt is much.", None, 1900), CID],
            TEXT.replace("We do. ", "We do.\n\nBen: "),
        ),
        (
            lambda talk: split_turn(talk, _at("pays")[0]),
            {0, 1},
            [("Ada", "Who", 0, None), ("Ada", "pays for it?", None, 900), BEN, CID],
            TEXT.replace("Who ", "Who\n\nAda: "),
        ),
        (
            lambda talk: join_turns(talk, _at("Who")[0]),
            {0},
            [("Ada", f"{ADA[1]} {BEN[1]}", 0, 1900), CID],
            TEXT.replace("it?\n\nBen: We", "it? We"),
        ),
        (
            lambda talk: join_turns(talk, _at("much.")[1] - 1),
            {1},
            [ADA, ("Ben", f"{BEN[1]} {CID[1]}", 1000, 2900)],
            TEXT.replace("much.\n\nCid: ", "much. "),
        ),
        (
            lambda talk: give_words(talk, *_at("Every month, sadly."), "Ada"),
            {1, 2, 3},
            [
                ADA,
                ("Ben", "We do.", 1000, None),
                ("Ada", "Every month, sadly.", None, None),
                ("Ben", "It is much.", None, 1900),
                CID,
            ],
            TEXT.replace("do. Every", "do.\n\nAda: Every").replace("sadly.\n", "sadly.\n\nBen: "),
        ),
        (
            lambda talk: give_words(talk, *_at("We do."), "Cid"),
            {1, 2},
            [ADA, ("Cid", "We do.", 1000, None), ("Ben", "Every month, sadly.\nIt is much.", None, 1900), CID],
            TEXT.replace("Ben: We do. ", "Cid: We do.\n\nBen: "),
        ),
        (
            lambda talk: give_words(talk, _at("It is")[0], _at("Not me.")[1], "Cid"),
            {1, 2, 3},
            [ADA, ("Ben", "We do. Every month, sadly.", 1000, None), ("Cid", "It is much.", None, 1900), CID],
            TEXT.replace("sadly.\n", "sadly.\n\nCid: "),
        ),
        (
            lambda talk: give_words(talk, *_at("Not me."), ""),
            {2},
            [ADA, BEN, ("", "Not me.", 2000, 2900)],
            TEXT.replace("Cid: ", ""),
        ),
        (
            lambda talk: cut_words(talk, *_at("Every month, sadly.")),
            {1},
            [ADA, ("Ben", "We do.\nIt is much.", 1000, 1900), CID],
            TEXT.replace(" Every month, sadly.", ""),
        ),
        (
            lambda talk: cut_words(talk, *_at(", sadly")),
            {1},
            [ADA, ("Ben", "We do. Every month.\nIt is much.", 1000, 1900), CID],
            TEXT.replace(", sadly", ""),
        ),
        (
            lambda talk: cut_words(talk, *_at("sadly")),
            {1},
            [ADA, ("Ben", "We do. Every month,.\nIt is much.", 1000, 1900), CID],
            TEXT.replace(" sadly.", "."),
        ),
        (
            lambda talk: cut_words(talk, *_at("pays ")),
            {0},
            [("Ada", "Who for it?", 0, 900), BEN, CID],
            TEXT.replace("pays ", ""),
        ),
        (
            lambda talk: cut_words(talk, *_at(BEN[1])),
            set(),
            [ADA, CID],
            TEXT.replace(f"Ben: {BEN[1]}\n\n", ""),
        ),
        (
            lambda talk: cut_words(talk, *_at(ADA[1])),
            set(),
            [BEN, CID],
            TEXT.replace(f"Ada: {ADA[1]}\n\n", ""),
        ),
        (
            lambda talk: cut_words(talk, _at("much.")[0], _at("Not")[1]),
            {1, 2},
            [ADA, ("Ben", "We do. Every month, sadly.\nIt is", 1000, 1900), ("Cid", "me.", 2000, 2900)],
            TEXT.replace(" much.", "").replace("Not ", ""),
        ),
    ],
)
def test_an_edit_changes_its_turns_and_leaves_the_rest_of_the_text(
    edit: Callable[[Transcript], EditPlan],
    changed: set[int],
    turns: list[tuple[str, str, int | None, int | None]],
    text: str,
) -> None:
    plan = edit(_talk())
    assert plan.changed == changed
    assert _turns(plan) == turns
    assert edited_text(_talk(), plan).text == text


def test_what_is_cut_is_named_by_turn_without_the_space_around_it() -> None:
    cuts = cut_words(_talk(), _at(" much.")[0], _at("Not ")[1]).cuts
    assert [(cut.turn, TEXT[slice(*cut.span)]) for cut in cuts] == [(1, "much."), (2, "Not")]


def _all_of(talk: Transcript) -> tuple[int, int]:
    return talk.turns[0].start, talk.turns[-1].end


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda talk: split_turn(talk, _at("Who")[0]), "no words on one side"),
        (lambda talk: split_turn(talk, 0), "No turn contains the offset 0"),
        (lambda talk: split_turn(talk, _at("Who pays for it?")[1]), "No turn contains the offset"),
        (lambda talk: join_turns(talk, _at("Not")[0]), "No turn follows the last one"),
        (lambda talk: give_words(talk, *_at("We do."), "Ben"), "already those of Ben"),
        (
            lambda talk: give_words(replace(talk, turns=(replace(talk.turns[0], speaker=""),)), *_all_of(talk), ""),
            "unnamed",
        ),
        (lambda talk: give_words(talk, *_at("Heard"), "Ben"), "There is no speech from"),
        (lambda talk: cut_words(talk, *_at("\nIt")[:1], _at("\nIt")[0] + 1), "There is no speech from"),
        (lambda talk: cut_words(talk, *_all_of(talk)), "no words in the interview"),
    ],
)
def test_what_cannot_be_done_is_named(edit: Callable[[Transcript], EditPlan], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        edit(_talk())


@pytest.mark.parametrize(
    ("cut", "passage", "words", "exact"),
    [
        ("Who", "We do.", "We do.", True),
        ("Who", "pays for it?", "pays for it?", True),
        ("sadly.", "We do. Every month, sadly.", "We do. Every month,", False),
        ("Every month, sadly.", "do. Every month, sadly.", None, False),
        ("Every", "We do. Every month", "We do. month", False),
        ("We do.", "We do.", None, False),
    ],
)
def test_a_passage_stands_where_three_quarters_of_its_words_do(
    cut: str, passage: str, words: str | None, exact: bool
) -> None:
    edited = edited_text(_talk(), cut_words(_talk(), *_at(cut)))
    anchor = edited.place(TEXT, *_at(passage))
    assert (anchor and edited.text[anchor.start : anchor.end]) == words
    assert anchor is None or anchor == Anchor(anchor.start, anchor.end, exact)


def test_a_passage_over_a_split_stays_with_the_half_that_has_most_of_it() -> None:
    edited = edited_text(_talk(), split_turn(_talk(), _at("It is")[0]))
    for passage, words in (("month, sadly.\nIt", None), ("do. Every month, sadly.\nIt", "do. Every month, sadly.")):
        anchor = edited.place(TEXT, *_at(passage))
        assert (anchor and edited.text[anchor.start : anchor.end]) == words


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.sampled_from(["", "Ada", "Ben", "Dora"]))
def test_words_given_away_are_said_in_the_same_order_and_by_whom_they_were_given_to(
    start: int, end: int, speaker: str
) -> None:
    start, end = sorted((start, end))
    talk = _talk()
    try:
        plan = give_words(talk, start, end, speaker)
    except UsageError:
        return
    words_before, words_after = (speech[1] for speech in SPEECHES), (turn[1] for turn in _turns(plan))
    assert "".join("".join(words_after).split()) == "".join("".join(words_before).split())
    for turn in plan.turns:
        for low, high in turn.spans:
            was = next(old.speaker for old in talk.turns if old.start <= low and high <= old.end)
            assert turn.speaker == (speaker if start <= low and high <= end else was)
