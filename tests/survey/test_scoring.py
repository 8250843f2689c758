"""The survey's scoring, choice and validity, and the spec implemented by somebody else."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.errors import UsageError
from needsseg.exchange import surveys as out
from needsseg.survey.choice import choose
from needsseg.survey.formats import as_json, as_toml, from_json, from_toml
from needsseg.survey.scoring import score
from needsseg.survey.scoring_table import Option, check_worded, valid
from needsseg.survey.wording import plain_clauses
from tests.fixtures.samples import ROOT
from tests.fixtures.surveys import SEGMENTS, question, survey
from tests.fixtures.wording.common import NO_NUMBER, NO_SUCH
from tests.fixtures.wording.matching import says
from tests.fixtures.wording.survey import DOES_NOT_EXIST, NOT_ASKED, ONLY_PRIOR


def test_posteriors_are_those_of_bayes() -> None:
    verdict = score(replace(survey(), least_answers=1), {"q1": "builder", "q2": "none"})
    expected = 0.3333 * 0.7 / (0.3333 * 0.7 + 0.6667 * 0.1)
    assert verdict.posterior["Builder"] == pytest.approx(expected, abs=1e-5)
    assert (verdict.segment, verdict.answered, verdict.reason) == ("Builder", 2, "")


def test_it_abstains_and_says_why() -> None:
    asked = survey()
    assert score(asked, {}).reason == "no answers" and score(asked, {"q1": ""}).reason == "no answers"
    thin = score(replace(survey(question("q1", 0.4)), least_answers=1), {"q1": "builder"})
    assert (thin.segment, thin.reason) == (None, "thin") and says(thin.told, "0.6")
    skewed = replace(asked, prior={"Builder": 0.9, "Coordinator": 0.05, "Reporter": 0.05})
    assert says(score(skewed, {"q1": "none", "q2": "none"}).told, "none", ONLY_PRIOR)
    split = score(replace(asked, least_answers=2), {"q1": "builder", "q2": "reporter"})
    assert (split.segment, split.reason) == (None, "contradictory")
    for told, (asked_of, speaks_for) in zip(
        split.told.split("; "), (("q1", "Builder"), ("q2", "Reporter")), strict=True
    ):
        assert says(told, asked_of, speaks_for)
    assert score(asked, {"q1": "builder", "q2": "reporter", "q3": "builder"}).segment == "Builder"


@given(
    answers=st.dictionaries(
        st.sampled_from(["q1", "q2", "q3", "q4", "q5"]),
        st.sampled_from(["builder", "coordinator", "reporter", "none", ""]),
    ),
    least=st.integers(1, 5),
    firmly=st.floats(0.5, 0.85),
)
def test_fewer_answers_than_it_takes_place_nobody(answers: dict[str, str], least: int, firmly: float) -> None:
    asked = survey(*(question(f"q{n}", firmly) for n in range(1, 6)))
    assert asked.least_answers == 3
    verdict = score(replace(asked, least_answers=least), answers)
    telling = sum(option not in ("none", "") for option in answers.values())
    if telling < least:
        assert verdict.segment is None and verdict.reason in ("no answers", "too few answers", "thin")
        if telling:
            assert verdict.reason == "too few answers" and str(least) in verdict.told
    else:
        assert verdict.reason not in ("no answers", "too few answers")


@pytest.mark.parametrize("least", [0, 6, -1])
def test_the_least_number_of_answers_is_one_that_can_be_given(least: int) -> None:
    with pytest.raises(UsageError) as caught:
        valid(replace(survey(), least_answers=least))
    assert says(caught.value.message, f"least_answers = {least}", "1", "5")


def test_options_that_nobody_wrote_are_kept_named_and_in_nobodys_words() -> None:
    first = question("q1")
    bare = replace(first, options=(Option("builder", "", (3, 9)), *first.options[1:]))
    asked = survey(bare, question("q2"))
    text = as_toml(asked, {("q1", "builder"): 'I said "this"\nand that'})
    assert "to_be_worded = true" in text and '# hint, a participant\'s words: I said "this" and that\n' in text
    assert from_toml(text, "s.toml") == asked and from_json(as_json(asked)) == asked
    assert [(q.key, option.key) for q, option in asked.to_be_worded] == [("q1", "builder")]
    with pytest.raises(UsageError) as caught:
        check_worded(asked, "exported")
    assert says(caught.value.message, "1 option", "to be worded", "q1", "builder", "Builder")
    worded = from_toml(text.replace('words = ""', 'words = "Things depend on each other"', 1), "s.toml")
    assert not worded.to_be_worded, "words given say more than the mark that there are none"
    check_worded(worded, "exported")
    check_worded(replace(asked, chosen=("q2",)), "exported")


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Keeps track of who does what across a group, so that nothing falls between chairs.",
         ["Keeps track of who does what across a group"]),
        ("Plans and runs complicated work in which things depend on each other.",
         ["Plans and runs complicated work in which things depend on each other"]),
        ("know who has which task; see at a glance who is late", ["Know who has which task", "See at a glance who is late"]),
        ("Says “I go from desk to desk”. Wants one list.", ["Wants one list"]),
        ("What now? Help! " + "word " * 21, []),
        ("", []),
        ("One list. one list.", ["One list"]),
    ],
)  # fmt: skip
def test_what_people_wrote_becomes_plain_clauses(text: str, clauses: list[str]) -> None:
    assert plain_clauses([text]) == clauses


@given(st.lists(st.text(max_size=120), max_size=3))
def test_a_clause_is_of_what_was_written(texts: list[str]) -> None:
    written = " ".join(" ".join(texts).split()).casefold()
    for clause in plain_clauses(texts):
        assert clause.casefold() in written and 2 <= len(clause.split()) <= 20


def test_unknown_questions_and_options_are_named() -> None:
    asked = survey(*(question(f"q{n}") for n in range(7)))
    for answers, said in (
        ({"q1": "x"}, ("question", "q1", "option", "x")),
        ({"zz": "none"}, ("question", "zz", DOES_NOT_EXIST)),
        ({"q6": "none"}, ("question", "q6", NOT_ASKED)),
    ):
        with pytest.raises(UsageError) as caught:
            score(asked, answers)
        assert says(caught.value.message, *said)


def test_the_greedy_choice_takes_what_tells_most_given_what_was_asked() -> None:
    blunt, sharp, twin = question("blunt", 0.3), question("sharp", 0.8), question("twin", 0.5)
    chosen = choose(replace(survey(blunt, twin, sharp), chosen=()), 2)
    assert chosen.chosen == ("sharp", "twin") and chosen.questions[0].key == "sharp"
    gains = {q.key: q.gain for q in chosen.questions}
    assert gains["blunt"] == 0.0 < gains["twin"] < gains["sharp"]
    # By hand: the entropy of the segment, less what is left after the answer.
    prior = [0.3333, 0.3333, 0.3334]
    table = chosen.questions[0].likelihoods
    left = 0.0
    for place in range(4):
        joint = [p * table[name][place] for p, name in zip(prior, SEGMENTS, strict=True)]
        left -= sum(each * math.log2(each / sum(joint)) for each in joint)
    assert gains["sharp"] == pytest.approx(-sum(p * math.log2(p) for p in prior) - left, abs=1e-4)


def _scored_by_spec(spec: Mapping[str, Any], answers: Mapping[str, str]) -> tuple[str | None, dict[str, float]]:
    """The scoring function, written from the text of the spec alone."""
    table = {q["key"]: {o["key"]: o["log_likelihoods"] for o in q["options"]} for q in spec["questions"]}
    sums = [spec["log_prior"][s] + sum(table[q][o][s] for q, o in answers.items()) for s in spec["segments"]]
    powers = [math.exp(each - max(sums)) for each in sums]
    posterior = [round(each / sum(powers), 6) for each in powers]
    best = posterior.index(max(posterior))
    margin = round(posterior[best] - max(posterior[:best] + posterior[best + 1 :]), 6)
    told = sum(option != "none" for option in answers.values()) >= spec["least_answers"]
    sure = told and posterior[best] >= spec["least_posterior"] and margin >= spec["least_margin"]
    return (spec["segments"][best] if sure else None), dict(zip(spec["segments"], posterior, strict=True))


def test_the_spec_implemented_elsewhere_agrees_on_every_response() -> None:
    asked = survey(*(question(f"q{n}", 0.4 + 0.07 * n) for n in range(5)))
    spec = json.loads(out.spec(asked))
    drawn = random.Random(7)
    for _ in range(3000):
        answers = {q.key: drawn.choice(q.options).key for q in asked.asked if drawn.random() < 0.7}
        verdict = score(asked, answers)
        assert _scored_by_spec(spec, answers) == (verdict.segment, verdict.posterior)
    assert len(spec["test_vectors"]) == 10
    for vector in spec["test_vectors"]:
        assert _scored_by_spec(spec, vector["answers"]) == (vector["segment"], vector["posterior"])


def test_the_function_in_the_documentation_is_right() -> None:
    page = (ROOT / "docs" / "explanation" / "survey.md").read_text(encoding="utf-8")
    shown: dict[str, Any] = {"math": math}
    exec(page.split("```python\n")[1].split("```")[0], shown)  # noqa: S102
    asked = survey(*(question(f"q{n}", 0.4 + 0.07 * n) for n in range(5)))
    spec = json.loads(out.spec(asked))
    for vector in spec["test_vectors"]:
        assert shown["score"](spec, vector["answers"]) == vector["segment"]


def test_exports_carry_version_and_keys() -> None:
    asked = survey(*(question(f"q{n}", words='What | <b>"so"</b>\n?') for n in range(5)))
    bricks, form = json.loads(out.formbricks(asked)), json.loads(out.typeform(asked))
    assert [q["id"] for q in bricks["questions"]] == [f"v1-00ff00-q{n}" for n in range(5)]
    assert bricks["questions"][0]["type"] == "multipleChoiceSingle"
    assert bricks["questions"][0]["choices"][3] == {"id": "v1-00ff00-q0-none", "label": {"default": "None of these"}}
    assert bricks["hiddenFields"]["fieldIds"] == form["hidden"] == ["account_id", "respondent", "survey_version"]
    assert form["fields"][1]["ref"] == "v1-00ff00-q1" and form["fields"][1]["type"] == "multiple_choice"
    assert form["fields"][1]["properties"]["choices"][0] == {"ref": "v1-00ff00-q1-builder", "label": "q1 Builder"}
    sheet = out.markdown(asked)
    assert (
        '## 1. What \\| \\<b\\>"so"\\</b\\> ?' in sheet and "| q0 Builder | `builder` | 0.70 | 0.10 | 0.10 |" in sheet
    )


WORDS = st.text(min_size=1, max_size=30).map(lambda text: " ".join(text.split())).filter(bool)


@given(words=WORDS, option=WORDS, flow=WORDS)
def test_toml_and_json_bring_a_survey_back(words: str, option: str, flow: str) -> None:
    first = question("q1", words=words)
    changed = replace(first, options=(Option("builder", f"{option} 1", (3, 9)), *first.options[1:]))
    made = replace(survey(changed, question("q2")), default_flow=flow, built_on={"Builder": "1:ab"})
    assert from_toml(as_toml(made), "s.toml") == made
    assert from_json(as_json(made)) == made


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("Builder = 0.7", "Builder = 0.9", ("q1", "Builder", "1.2")),
        ("Builder = 0.7", 'Builder = "much"', ("q1", "builder", "much", NO_NUMBER)),
        ("Builder = 0.7", "Baker = 0.7", ("q1", "builder", "Baker", "segment")),
        ("Builder = 0.7, ", "", ("q1", "option", "builder", "segment", "likelihood")),
        ("Builder = 0.7", "Builder = 0", ("q1", "builder", "0.0", "likelihood")),
        ("Builder = 0.7", "Builder = nan", ("q1", "builder", "nan", NO_NUMBER)),
        ('words = "q1 Builder"', 'words = " "', ("q1", "builder", "words")),
        ('words = "q1 Builder"', 'words = "q1 reporter"',
         ("q1", "builder", "reporter", "words")),
        ('key = "coordinator"', 'key = "builder"', ("q1", "two options", "key", "builder")),
        ('key = "coordinator"', 'key = "Not A Key"', ("q1", "Not A Key", "option")),
        ('chosen = ["q1", "q2"]', 'chosen = ["q1", "q9"]', (NO_SUCH, "question", "q9")),
        ('chosen = ["q1", "q2"]', "chosen = []", ("0 questions", 5)),
        ("least_margin = 0.2", "least_margin = 2", ("least_margin = 2.0", 0, 1)),
        ("least_margin = 0.2", "most = 2", ("key", "most")),
        ("[prior]", "[prior]\nBaker = 0.1", ("prior", "Builder, Coordinator, Reporter")),
        ("segments =", "segments", ("TOML", "Expected '=' after a key")),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_edited_file_is_named(before: str, after: str, said: tuple[object, ...]) -> None:
    text = as_toml(survey(question("q1"), question("q2"))).replace('"Builder" =', "Builder =")
    assert before in text
    with pytest.raises(UsageError) as caught:
        from_toml(text.replace(before, after, 1), "mine.toml")
    assert says(caught.value.message, *said) and caught.value.message.startswith("mine.toml")
    if said[0] == "q1":
        assert ", line " in caught.value.message


def test_labels_are_right_as_often_as_posteriors_claim() -> None:
    """Respondents drawn from the table itself, each answering most questions."""
    asked = survey(*(question(f"q{n}", 0.4 + 0.06 * n) for n in range(5)))
    drawn = random.Random(11)
    right, claimed = [], []
    for _ in range(4000):
        true = drawn.choices(SEGMENTS, [asked.prior[name] for name in SEGMENTS])[0]
        answers = {
            q.key: drawn.choices([o.key for o in q.options], q.likelihoods[true])[0]
            for q in asked.asked
            if drawn.random() < 0.8
        }
        verdict = score(asked, answers)
        if verdict.segment is not None:
            right.append(verdict.segment == true)
            claimed.append(verdict.posterior[verdict.segment])
    assert sum(right) / len(right) == pytest.approx(sum(claimed) / len(claimed), abs=0.02)
