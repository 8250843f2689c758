"""A survey made by hand for the app's tests: six questions about two segments, with quotes of the small study."""

from __future__ import annotations

from dataclasses import replace

from tui_desk import with_segments

from needsseg.actions import passages, segments
from needsseg.actions import survey as surveys
from needsseg.actions.studies import Study
from needsseg.actions.survey import Option, Question, Survey

ONE, TWO = "Coordinator", "Builder [draft]"
QUESTIONS = (
    ("last_week", "Which of these did you run into last week?", 0.8),
    ("most_often", "Which of these [b]comes up[/b] most often?", 0.75),
    ("first_thing", "What would you like to be able to do first?", 0.7),
    ("annoying", "Which of these sounds most like something you would say?", 0.65),
    ("most_time", "Which of these takes up most of your time today?", 0.6),
    ("afterwards", "Which of these would make the biggest difference to you, when you think of all of it?", 0.55),
)


def hand_survey(study: Study) -> Survey:
    """The survey, not saved; its options rest on the first passages of the two interviews."""
    quotes = [tuple(p.id for p in passages.listing(study, key)[:2]) for key in ("ines-carvalho", "marek-nowotny")]
    questions = tuple(
        _question(number, key, asked, sure, quotes) for number, (key, asked, sure) in enumerate(QUESTIONS)
    )
    made = Survey("", (ONE, TWO), {ONE: 0.5, TWO: 0.5}, questions, tuple(q.key for q in questions[:5]))
    return surveys.with_gains(made)


def _question(number: int, key: str, asked: str, sure: float, quotes: list[tuple[int, ...]]) -> Question:
    options = (
        Option(
            "coordinator",
            f"When I pick up the phone for the {number + 1}. time and nobody knows who has the list",
            quotes[0],
        ),
        Option("builder_draft", f"When a task [x] slips {number + 1} days and the ones behind it stay", quotes[1]),
        Option("none", "None of these"),
    )
    rest = round(0.9 - sure, 4)
    return Question(key, asked, options, {ONE: (sure, rest, 0.1), TWO: (rest, sure, 0.1)})


def worded(survey: Survey) -> Survey:
    """The survey with words of a person for every option that is to be worded."""
    return replace(
        survey,
        questions=tuple(
            replace(
                question,
                options=tuple(
                    option if option.words else replace(option, words=f"A person wrote {question.key} {option.key}")
                    for option in question.options
                ),
            )
            for question in survey.questions
        ),
    )


def confirmed(study: Study) -> None:
    """The two segments of the small study, confirmed."""
    for segment in with_segments(study):
        segments.confirm(study, segment, "tester", undecided=True)


def with_survey(study: Study) -> Survey:
    """Two confirmed segments and the first version of their survey."""
    confirmed(study)
    return surveys.save(study, hand_survey(study))
