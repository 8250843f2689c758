"""Cards propose exact quotes of one person, and stay silent where nobody said a part."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.coding.cues import load_cues
from needsseg.discovery.card import PARTS, clearest_sentence, proposals, propose
from needsseg.discovery.evidence import neighbour

CUES = load_cues()
SAID = [
    "When a nurse calls in sick I have to find out who can take her round.",
    "I want to see at a glance who has what, so I can go home.",
    "Nobody could tell me where the crane was, and that is frustrating.",
    "We used to copy it by hand into a spreadsheet every single Friday.",
    "Thank you, that was a good question about the recording.",
    "Sorry, can you hear me? “He said it never works",
    "月曜日に報告します。🙂 It’s hard to know which drawing is the last one.",
]
TEXTS = st.lists(
    st.lists(st.sampled_from(SAID) | st.text(max_size=30), min_size=1, max_size=4).map(" ".join), min_size=1, max_size=6
)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(1, 3))
def test_every_proposal_is_a_clause_of_one_text(texts: list[str], people: int) -> None:
    speakers = [f"p{number % people}" for number in range(len(texts))]
    offers = proposals(texts, CUES, speakers)
    assert set(offers) == set(PARTS) - {"not"}
    for part, found in offers.items():
        for each in found:
            words = texts[each.index][each.start : each.end]
            assert each.part == part and words == words.strip() and "\n" not in words
            assert len(words.split()) >= 3
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
        (SAID[1], "outcome", "so I can go home"),
        (SAID[2], "pain", SAID[2]),
        (SAID[3], "workaround", SAID[3]),
        ("The late train is fine by me, we like it late.", "pain", None),
        (SAID[4], "pain", None),
        ("Well, yes.", "workaround", None),
    ],
)
def test_parts(said: str, part: str, words: str | None) -> None:
    found = propose(proposals([said], CUES)).get(part)  # type: ignore[call-overload]
    assert (said[found.start : found.end] if found else None) == words


def test_somebody_not_quoted_yet_is_rather_taken() -> None:
    texts = [
        "When the crane breaks down, I want to compare two quays.",
        "I want to read the whole list today.",
        "If the tow misses the tide, we wait.",
    ]
    found = propose(proposals(texts, CUES, ["A", "B", "A"]), ["A", "B", "A"])
    assert found["trigger"].index == 0 and found["wish"].index == 1


def test_the_clearest_sentence_says_most_of_a_job() -> None:
    text = f"{SAID[4]} {SAID[2]} We had cake at the office."
    start, end = clearest_sentence(text, CUES) or (0, 0)
    assert text[start:end] == SAID[2]
    assert clearest_sentence("Yes. No.", CUES) is None


def test_the_border_is_where_the_neighbour_comes_nearest() -> None:
    import numpy as np

    angles = np.radians([0, 5, 40, 60, 170])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    found = neighbour(rows, [0, 0, 1, 1, 2], 0)
    assert found is not None and (found.label, found.border) == (1, (2, 3))
    assert neighbour(rows, [0, 0, 0, 0, -1], 0) is None
