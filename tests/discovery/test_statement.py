"""Job statements: only what was said, where it was said, in whole clauses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.discovery.evidence.statements import JobStatement, StatementPart, clauses, job_statement
from needsseg.transcripts import read
from tests.fixtures.samples import DATA, INTERVIEWS

SAID = [
    "When a nurse calls in sick I have to find out who can take her round.",
    "I want to see at a glance who has what, and they hate it.",
    "We write it down so that everybody can read it at night.",
    "If nobody’s touched the pump clips since the third, I want them brown.",
    "So now I can [laughs] see it. Every Friday at five I export the page…",
    'He said, "I want to go home if they let me, so I can sleep."',
    "I don't want to chase people -- um, otherwise nothing gets done by noon. So I'd like to --",
    "月曜日に報告します。🙂 I need to know which drawing is the last one",
]


def _one(text: str) -> dict[str, str]:
    """The plainest clause of each kind."""
    best = {clause.kind: clause for clause in sorted(clauses(text), key=lambda clause: clause.worth)}
    return {kind: text[clause.words : clause.end] for kind, clause in best.items()}


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(SAID) | st.text(max_size=40), max_size=4).map(" ".join), max_size=6),
    st.randoms(use_true_random=False),
)
def test_every_part_is_said_where_it_says(texts: list[str], chance) -> None:  # type: ignore[no-untyped-def]
    ranked = chance.sample(range(len(texts)), len(texts) - (len(texts) > 2))
    found = job_statement(texts, ranked)
    kinds = [part.kind for part in found.parts]
    assert kinds == [kind for kind in ("situation", "motivation", "outcome") if kind in kinds]
    for part in found.parts:
        assert texts[part.index][part.start : part.end] == part.text
        assert part.index in ranked
        assert 3 <= len(part.text.split()) <= 20
        assert part.text == part.text.strip(" ,.;:")
        assert part.text in found.sentence or part.text[1:] in found.sentence
    assert not kinds or ("motivation" in kinds and len(kinds) >= 2)
    assert len({part.index for part in found.parts}) <= 1
    assert found.sentence.count("…") >= 3 - len(kinds)


@pytest.mark.parametrize("path", sorted(INTERVIEWS.iterdir())[:4], ids=lambda path: path.stem)
def test_parts_of_real_speech_are_cut_at_its_words(path) -> None:  # type: ignore[no-untyped-def]
    transcript = read(path)
    turns = [transcript.words(turn) for turn in transcript.turns if turn.role == "participant"]
    for text in turns:
        for clause in clauses(text):
            for start in (clause.start, clause.words):
                assert start < clause.end
                assert not text[:start][-1:].isalnum() and not text[clause.end :][:1].isalnum()


def test_a_statement_is_of_one_answer_however_well_others_would_fit() -> None:
    texts = []
    for path in sorted((DATA / "gold").glob("*[0-9].md")):
        transcript = read(path)
        texts += [transcript.words(turn) for turn in transcript.turns if turn.role == "participant"]
    found = job_statement(texts, range(len(texts)))
    assert len(found.parts) >= 2 and len({part.index for part in found.parts}) == 1
    alone = [
        "When the tow is late, we wait.",
        "I want to compare the two quays.",
        "I link them so I can see what I broke.",
    ]
    assert job_statement(alone, range(3)).parts == ()
    assert job_statement([" ".join(alone)], [0]).sentence == (
        "When the tow is late, I want to compare the two quays, so I can see what I broke"
    )


@pytest.mark.parametrize(
    ("said", "situation"),
    [
        ("When a nurse calls in sick I have to call round.", "When a nurse calls in sick"),
        ("And if there's a blank face, I stop.", "if there's a blank face"),
        ("They ring me when the crane is late.", "when the crane is late"),
        ("I export the page every Friday at five and I put it in a folder.", "every Friday at five"),
        ("On the last working day of each month I copy it.", "On the last working day of each month"),
        ('The rule is, if it\'s in "doing" for four days it goes yellow.', 'if it\'s in "doing" for four days'),
        ("Do you know when the ferry is late?", None),
        ("I never know if anybody has started on it.", None),
        ("When did we first know about the posters?", None),
        ("If the rigger is late the whole show is late.", None),  # nothing tells where the main clause begins
        ("When I …", None),
    ],
)
def test_situations(said: str, situation: str | None) -> None:
    assert _one(said).get("situation") == situation


@pytest.mark.parametrize(
    ("said", "motivation"),
    [
        ("I just want to see at a glance who has what.", "see at a glance who has what"),
        ("We'd really like to know what moved, because it costs us.", "know what moved"),
        ("I'm trying to keep the two vessels apart.", "keep the two vessels apart"),
        ("I wanted each number to have a place it came from.", "each number to have a place it came from"),
        ("I don't want to base it on Jørn's eye.", None),
        ("What I want to use for this is a board.", None),
        ("Do I want to tell you this?", None),
        ("I wanted to say thank you for that.", None),
        ("Could you, if I want to see the second page?", None),
        ('He goes, "I want to see the whole list today."', None),
        ("I've got to go, I want to --", None),
    ],
)
def test_motivations(said: str, motivation: str | None) -> None:
    assert _one(said).get("motivation") == motivation


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("I link them so I can see what I broke, and I sleep.", "see what I broke"),
        ("It is written down so that everybody can read it at night.", "everybody can read it at night"),
        ("It sends them a mail and I don't have to be in the room.", "I don't have to be in the room"),
        ("Otherwise nothing gets done before noon.", "Otherwise nothing gets done before noon"),
        ("So we cannot have the platform in winter.", None),
        ("So nobody could go first.", None),
        ("There are tools I can choose from today.", None),
    ],
)
def test_outcomes(said: str, outcome: str | None) -> None:
    assert _one(said).get("outcome") == outcome


def _sentence(**said: str) -> str:
    kinds = ("situation", "motivation", "outcome")
    return JobStatement(tuple(StatementPart(k, said[k], 0, 0, 0) for k in kinds if k in said)).sentence


def test_the_sentence_reads_with_the_words_of_its_parts() -> None:
    assert _sentence() == "When …, I want to …, so I can …"
    assert _sentence(situation="when it rains", motivation="stay at home", outcome="read a book") == (
        "When it rains, I want to stay at home, so I can read a book"
    )
    assert _sentence(situation="every Friday at five", motivation="the page to be right").startswith(
        "Every Friday at five, I want the page to be right, so I can …"
    )
    assert _sentence(outcome="we both know it").endswith("so we both know it")
    assert _sentence(outcome="Otherwise nobody knows").endswith(", otherwise nobody knows")


def test_a_clearer_member_comes_first_and_one_that_says_more_before_it() -> None:
    two = ["If it rains, I want to stay at home.", "If it snows, I want to read a book."]
    assert job_statement(two, [1, 0]).parts[0].index == 1
    assert job_statement(two, [0, 1]).parts[0].index == 0
    more = [*two, "If it hails, I want to call my aunt, so I can tell her."]
    assert job_statement(more, [0, 1, 2]).parts[0].index == 2


def test_parts_far_apart_in_one_answer_are_not_joined() -> None:
    far = (
        "When the tow is late, we wait. "
        + "The quay is long and the sea is wide. " * 12
        + "I want to compare two quays."
    )
    assert job_statement([far], [0]).parts == ()


def test_nobody_said_anything() -> None:
    assert job_statement([], []).parts == ()
    assert job_statement(["We had cake.", "月曜日に報告します。"], [0, 1]).parts == ()


def test_what_was_said_before_the_wish_is_not_what_it_is_for() -> None:
    before = (
        "If the tow is missed, the quay is blocked. I can reuse a third of the template. I want to try a few sequences."
    )
    after = "If the tow is missed, the quay is blocked. I want to try a few sequences, so I can reuse a third of the template."
    assert [part.kind for part in job_statement([before], [0]).parts] == ["situation", "motivation"]
    assert [part.kind for part in job_statement([after], [0]).parts] == ["situation", "motivation", "outcome"]
