"""Evidence of a segment in words: who speaks, what weakens it, its rival, and what changed since the run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from needsseg.discovery.evidence.passage_map import plane
from needsseg.discovery.evidence.segment_evidence import (
    CONFIRMED_UNDECIDED,
    Rival,
    change_warnings,
    nearest_rival,
    passage_contexts,
    passages_by_participant,
    segment_standing,
    speaker_key,
    stated_parts,
    weakness_warnings,
)
from needsseg.discovery.evidence.standing import Standing
from needsseg.discovery.firmness import Firmness
from needsseg.discovery.verdict import MOST_NAMED, firmness_words, leaning_words
from needsseg.records import Passage, Transcript, Turn


def passage(id_: int, speaker: str = "Ada", **values: object) -> Passage:
    made = Passage(id_, "k", speaker, 0, 3, "abc", "accepted", "hand")
    return replace(made, **values)  # type: ignore[arg-type]


def name_of(one: Passage) -> str:
    return one.speaker


def of(*speakers: str) -> list[Passage]:
    return [passage(number, speaker) for number, speaker in enumerate(speakers, 1)]


def test_participants_are_counted_the_most_first() -> None:
    found = passages_by_participant(of("Ben", "Ada", "Cem", "Ada", "Cem"), name_of)
    assert found == (("Ada", 2), ("Cem", 2), ("Ben", 1))
    assert speaker_key(passage(1, "Ada", interview="x")) == "x/Ada"


THREE = of("Ada", "Ben", "Cem", "Ada", "Ben", "Cem")


@pytest.mark.parametrize(
    ("passages", "by_hand", "confirmed_undecided", "warnings"),
    [
        ([], (), True, ["holds no passages"]),
        (THREE, (), False, []),
        (THREE, (), True, [CONFIRMED_UNDECIDED]),
        (of("Ada", "Ben"), (), False, ["rests on 2 participants only"]),
        (of("Ada"), (), False, ["rests on 1 participant only", "Ada supplies 1 of its 1 passages"]),
        (of("Ada", "Ada", "Ben", "Cem"), (), False, []),
        (of("Ada", "Ada", "Ada", "Ben", "Cem"), (), False, ["Ada supplies 3 of its 5 passages"]),
        (
            [*THREE, passage(7, "Ada", anchored=False)],
            (),
            False,
            ["1 of its 7 passages has no place in the transcript as it is now"],
        ),
        (
            [*THREE, *(passage(n, name, anchored=False) for n, name in ((7, "Ada"), (8, "Ben")))],
            (),
            False,
            ["2 of its 8 passages have no place in the transcript as it is now"],
        ),
        ([*THREE, passage(7, status="suggested")], (), False, ["1 of its 7 passages are undecided suggestions"]),
        ([*THREE, passage(7, status="suggested")], (7,), False, []),
        ([*THREE, passage(7, status="rejected")], (), False, []),
    ],
)
def test_weaknesses(
    passages: list[Passage], by_hand: tuple[int, ...], confirmed_undecided: bool, warnings: list[str]
) -> None:
    assert weakness_warnings(passages, by_hand, name_of, confirmed_undecided=confirmed_undecided) == warnings


@pytest.mark.parametrize(
    ("in_run", "changed", "warnings"),
    [
        (None, 0, []),
        ((), 0, []),
        ((1, 2, 3), 0, []),
        ((1, 2), 0, ["1 of its 3 passages was added since run 9: keywords are of the other 2"]),
        ((1, 99), 0, ["2 of its 3 passages were added since run 9: keywords are of the other 1"]),
        (None, 1, ["1 passage was added since it was confirmed; confirm again to include them"]),
        ((1, 2, 3), 2, ["2 passages were added since it was confirmed; confirm again to include them"]),
    ],
)
def test_changes_since_the_run(in_run: tuple[int, ...] | None, changed: int, warnings: list[str]) -> None:
    assert change_warnings(of("Ada", "Ben", "Cem"), 9, in_run, changed) == warnings


def test_the_nearest_rival_is_named() -> None:
    standing = Standing((), 2, 0.123456, ("a",), ("b",), 0.5)
    assert nearest_rival(standing, {1: "One", 2: "Two"}) == Rival(2, "Two", 0.1235, ("a",), ("b",))
    assert nearest_rival(replace(standing, rival=None), {}) is None


def test_a_segment_stands_among_the_others() -> None:
    rows = np.array([[1, 0], [1, 0.1], [1, 0.4], [0, 1], [0.1, 1], [0.2, 1]], dtype=float)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    passages = of("Ada", "Ben", "Cem", "Ada", "Ben", "Cem")
    edge, standing = segment_standing(4, passages, [4, 4, 4, 7, 7, 7], rows)
    assert standing.rival == 7 and edge[0] == passages[2]


SAID = "When a nurse calls in sick, I want to see at a glance who has what, so I can go home at five."


def test_a_statement_is_of_passages_that_have_their_place() -> None:
    at = passage(5, quote=SAID, start=100, end=100 + len(SAID))
    parts, sentence = stated_parts([passage(1, quote=SAID, anchored=False), at], name_of)
    assert {part.kind for part in parts} == {"situation", "motivation", "outcome"} and sentence
    for part in parts:
        assert (part.passage, part.interview, part.participant) == (5, "k", "Ada")
        assert SAID[part.start - 100 : part.end - 100] == part.text
    assert stated_parts([passage(1, quote=SAID, anchored=False)], name_of) == ((), "")


def test_words_around_a_passage_are_of_its_turn() -> None:
    text = "So I wait for the crane and I hate it. Then I go."
    transcript = Transcript(text, (Turn("Ada", "participant", 0, len(text)),), "text")
    inside = passage(1, start=18, end=23, quote="crane", interview="k")
    found = passage_contexts([inside, replace(inside, id=2, anchored=False)], {"k": transcript})
    assert list(found) == [1]
    before, after = found[1]
    assert text[:18].strip().endswith(before) and text[23:].strip().startswith(after) and before and after
    whole = passage(3, start=0, end=len(text), quote=text)
    assert passage_contexts([whole], {"k": transcript}) == {}


def firm(likeness: float | None, placed: int = 0, comes_back: bool = True) -> Firmness:
    return Firmness(likeness, 0, placed, comes_back)


@pytest.mark.parametrize(
    ("firmness", "separate", "words"),
    [
        (firm(None, 2), None, "placed by people: nothing to test"),
        (firm(None), None, "nothing to test: the newest run has none of its passages"),
        (firm(0.61), None, "61% similar when resampled"),
        (firm(0.6199), True, "61% similar when resampled"),
        (firm(0.29), False, "29% similar when resampled, as noise may too"),
        (firm(1.0, 1), None, "100% similar when resampled (1 passage that people placed not counted)"),
        (
            firm(0.5, 3),
            False,
            "50% similar when resampled, as noise may too (3 passages that people placed not counted)",
        ),
    ],
)
def test_firmness_in_words(firmness: Firmness, separate: bool | None, words: str) -> None:
    assert firmness_words(firmness, separate) == words


NAMES = [f"P{n}" for n in range(1, MOST_NAMED + 3)]


@pytest.mark.parametrize(
    ("firmness", "names", "words"),
    [
        (firm(None), ["Ada"], ""),
        (firm(0.5, comes_back=False), [], "dissolves when its passages are clustered again with nothing varied"),
        (firm(0.5), [], ""),
        (firm(0.5), ["Ada"], "dissolves without Ada"),
        (firm(0.5), ["Ada", "Ben"], "dissolves without any one of Ada and Ben"),
        (firm(0.5), ["Ada", "Ben", "Cem"], "dissolves without any one of Ada, Ben and Cem"),
        (firm(0.5), NAMES, f"dissolves without any one of {', '.join(NAMES[:MOST_NAMED])} and 2 more"),
        (
            firm(0.5),
            NAMES[:MOST_NAMED],
            f"dissolves without any one of {', '.join(NAMES[: MOST_NAMED - 1])} and {NAMES[MOST_NAMED - 1]}",
        ),
    ],
)
def test_leaning_in_words(firmness: Firmness, names: list[str], words: str) -> None:
    assert leaning_words(firmness, names) == words


def test_a_map_of_one_two_or_equal_rows() -> None:
    assert plane(np.ones((1, 3))).tolist() == [[0.5, 0.5]]
    assert plane(np.ones((3, 2))).tolist() == [[0.5, 0.5]] * 3
    assert plane(np.zeros((2, 0))).tolist() == [[0.5, 0.5]] * 2
    assert sorted(plane(np.array([[0.0, 1.0], [1.0, 0.0]]))[:, 0].tolist()) == [0.0, 1.0]
