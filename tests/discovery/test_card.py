"""Cards propose exact quotes of one person, and stay silent where nobody said a part."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.coding.linguistic_cues import load_cues
from needsseg.discovery.evidence.card_quotes import PARTS, clearest_sentence, proposals, propose
from needsseg.discovery.evidence.exemplars import around, exemplars
from needsseg.discovery.evidence.standing import neighbour

CUES = load_cues()
SAID = [
    "When a nurse calls in sick I have to find out who can take her round.",
    "I want to see at a glance who has what, so I can go home at five.",
    "Nobody could tell me where the crane was, and that is frustrating.",
    "We used to copy it by hand into a spreadsheet every single Friday.",
    "Thank you, that was a good question about the recording.",
    "Sorry, can you hear me? “He said it never works",
    "月曜日に報告します。🙂 It’s hard to know which drawing is the last one.",
]
TEXTS = st.lists(
    st.lists(st.sampled_from(SAID) | st.text(max_size=30), min_size=1, max_size=4).map(" ".join), min_size=1, max_size=6
)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(TEXTS, st.integers(1, 3))
def test_every_proposal_is_a_clause_of_one_text(texts: list[str], people: int) -> None:
    speakers = [f"p{number % people}" for number in range(len(texts))]
    offers = proposals(texts, CUES, speakers)
    assert set(offers) == set(PARTS) - {"not"}
    for part, found in offers.items():
        for each in found:
            words = texts[each.index][each.start : each.end]
            assert each.part == part and words == words.strip() and "\n" not in words
            assert len(re.findall(r"[^\W_]+(?:['’][^\W_]+)?", words)) >= 6 and '"' not in words
    chosen = list(propose(offers, speakers).values())
    for number, one in enumerate(chosen):
        for other in chosen[:number]:
            assert one.index != other.index or one.end <= other.start or other.end <= one.start
    assert proposals(texts, CUES, speakers) == offers


@pytest.mark.parametrize(
    ("said", "part", "words"),
    [
        (SAID[0], "trigger", "When a nurse calls in sick"),
        (SAID[1], "wish", "I want to see at a glance who has what"),
        (SAID[1], "outcome", "so I can go home at five"),
        (SAID[2], "pain", SAID[2]),
        (SAID[3], "workaround", SAID[3]),
        ("The late train is fine by me, we like it late.", "pain", None),
        (SAID[4], "pain", None),
        ("Well, yes.", "workaround", None),
        ("At the market I'd yell at whoever came late with the fish.", "pain", None),
        ("You must move forty bars by hand, and he did that in the weekend.", "workaround", None),
        ("In the telex days we were just dropping kegs on paper floors.", "workaround", None),
        ("But I can't hold all of the arrows in my head.", "workaround", None),
        ("And I'm doing all of that sum in my head.", "workaround", "I'm doing all of that sum in my head."),
        ("My trouble was never figuring out what comes after what.", "pain", None),
        ("From then on nobody can change the month I closed.", "pain", None),
        ('He said "I couldn\'t find a single crane in the yard."', "pain", None),
        ("They couldn't tell which of the drawings was new.", "pain", None),
        ("I couldn't tell which of the drawings was--", "pain", None),
        ("I couldn't tell which of the drawings was new.", "pain", "I couldn't tell which of the drawings was new."),
        ("And I can see who has not moved since Monday.", "outcome", "I can see who has not moved since Monday"),
    ],
)
def test_parts(said: str, part: str, words: str | None) -> None:
    found = propose(proposals([said], CUES)).get(part)  # type: ignore[call-overload]
    assert (said[found.start : found.end] if found else None) == words


def test_somebody_not_quoted_yet_is_rather_taken() -> None:
    texts = [
        "When the big crane breaks down again, I want to have it all there.",
        "I want to read the whole list of them today.",
        "If the tow misses the tide again, we wait.",
    ]
    found = propose(proposals(texts, CUES, ["A", "B", "A"]), ["A", "B", "A"])
    assert found["trigger"].index == 0 and found["wish"].index == 1


def test_the_clearest_sentence_says_most_of_a_job() -> None:
    text = f"{SAID[4]} {SAID[2]} We had cake at the office."
    start, end = clearest_sentence(text, CUES) or (0, 0)
    assert text[start:end] == SAID[2]
    assert clearest_sentence("Yes. No.", CUES) is None
    assert clearest_sentence('A day and a half, to come back with "vendor."', CUES) is None
    assert clearest_sentence("They never know when they have to move the crane again.", CUES) is None


def test_the_border_is_where_the_neighbour_comes_nearest() -> None:
    import numpy as np

    angles = np.radians([0, 5, 40, 60, 170])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    found = neighbour(rows, [0, 0, 1, 1, 2], 0)
    assert found is not None and (found.label, found.border) == (1, (2, 3))
    assert neighbour(rows, [0, 0, 0, 0, -1], 0) is None


def test_short_and_small_talk_are_no_exemplars_and_each_person_comes_first() -> None:
    texts = [
        "I'm in the mezzanine.",
        "Thank you for the question, it is a good one.",
        "We copy the list by hand before every single meeting.",
        "We copy the other list by hand after every single meeting.",
        "The crane drivers never know which of the drawings is new.",
    ]
    assert exemplars(texts, ["A", "A", "A", "A", "B"], CUES) == [2, 4, 3]
    assert exemplars(texts[:2], ["A", "B"], CUES) == []


@pytest.mark.parametrize(
    ("quote", "before", "after"),
    [
        ("We wait.", "", ""),
        ("So we call the yard.", "We wait.", ""),
        ("call the yard.", "So we", ""),
        ("Nobody picks up, and", "", "then it rains."),
        ("It ends there.", "Nobody picks up, and then it rains.", ""),
    ],
)
def test_what_stands_around_half_a_thought(quote: str, before: str, after: str) -> None:
    text = "Ann: how? We wait. So we call the yard. Nobody picks up, and then it rains. It ends there.\nBo: I see."
    start = text.index(quote)
    assert around(text, (text.index("We wait"), text.index("\nBo")), (start, start + len(quote))) == (before, after)
