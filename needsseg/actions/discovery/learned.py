"""Report what was learned from answers: how well they predict each other, what the newest moved, if they still help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from needsseg.actions.discovery.questions import Reclustering, names_of, recluster, targets
from needsseg.discovery.learning_report import STEPS, Lesson, lesson, stopped_helping
from needsseg.study.connection import Study
from needsseg.study.segments import constraints, needs
from needsseg.text import format_count

EVERY = 5
"""Number of answers between two reports."""
FEWEST = 5
"""Least number of answers for a report."""
MOST_WAYS = 3
"""Most movements listed in the sentence above the next question; the others are counted."""
NONE, OTHER = "none of these", "something else"


@dataclass(frozen=True, slots=True)
class Movement:
    """The number of undecided passages that the newest answers moved from one need to another."""

    before: str
    after: str
    passages: int


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned from ``answers`` answers; ``lesson`` is None below five.

    ``moved`` lists what the newest ``newest`` answers moved. ``earlier`` holds the earlier reports (number of answers,
    lesson), oldest first; ``stopped`` says that answers no longer help.
    """

    answers: int
    lesson: Lesson | None
    newest: int
    moved: tuple[Movement, ...]
    earlier: tuple[tuple[int, Lesson], ...]
    stopped: bool

    @property
    def sentences(self) -> list[str]:
        """The report in plain sentences."""
        lesson = self.lesson
        if lesson is None:
            return [
                f"{format_count(self.answers, 'answer')} so far; from {FEWEST} on, what they taught can be measured."
            ]
        sentences = [
            f"The program places {lesson.right} of {lesson.asked} answers right that it is not told "
            f"({lesson.low:.0%} to {lesson.high:.0%}); always naming the largest gives {lesson.guessing}."
        ]
        if self.stopped:
            sentences.append("Answers have stopped helping: the last two reports are no better than the one before.")
        newest = format_count(self.newest, "answer")
        ways = "; ".join(f"{move.passages} from “{move.before}” to “{move.after}”" for move in self.moved[:MOST_WAYS])
        if len(self.moved) > MOST_WAYS:
            ways += f"; {sum(move.passages for move in self.moved[MOST_WAYS:])} in other ways"
        total = sum(move.passages for move in self.moved)
        sentences.append(
            f"The last {newest} moved {format_count(total, 'undecided passage')}: {ways}."
            if ways
            else f"The last {newest} moved no undecided passage."
        )
        return sentences


def answered_passages(study: Study) -> list[int]:
    """The ids of passages that people answered for or declared off-topic, in the order of the decisions."""
    answers = [(answer.answered_at, answer.passage) for answer in needs.answers(study)]
    answers += [(row.decided_at, row.passage) for row in constraints.off_topic(study)]
    return [passage for _, passage in sorted(answers, key=lambda one: one[0])]


def learned(study: Study) -> Learned:
    """Measure what was learned from the answers on the newest run's passages; stores nothing, takes some seconds.

    Raises as ``recluster``: NotFoundError before the first run, DiscoveryError if vectors are missing.
    """
    answered = answered_passages(study)
    if len(answered) < FEWEST:
        return Learned(len(answered), None, 0, (), (), False)
    current = recluster(study, "anchored")
    before = recluster(study, "anchored", answered[-EVERY:])
    lengths = list(range(FEWEST, len(answered), EVERY))[-(STEPS - 1) :]
    earlier = tuple((length, _measured(study, answered, answered[:length])) for length in lengths)
    last = _measured(study, answered, answered)
    stopped = stopped_helping([*(report for _, report in earlier), last])
    return Learned(len(answered), last, EVERY, _movements(study, before, current), earlier, stopped)


def _measured(study: Study, answered: Sequence[int], used_answers: Sequence[int]) -> Lesson:
    """Measure how well ``used_answers`` predict each other, ignoring the later answers."""
    later = set(answered) - set(used_answers)
    reclustering = recluster(study, "anchored", later)
    assigned, left_out = reclustering.applied.decisions.assigned, reclustering.discovery.left_out()
    index = {passage.id: number for number, passage in enumerate(reclustering.chosen)}
    indices = [index[passage] for passage in used_answers if index.get(passage) in assigned]
    return lesson({at: assigned[at] for at in indices}, left_out)


def _movements(study: Study, before: Reclustering, after: Reclustering) -> tuple[Movement, ...]:
    """Count movements between needs among undecided passages, largest first."""
    choices = targets(study)
    decided: Collection[int] = after.applied.decisions.assigned
    named = [{label: choice.name for label, choice in names_of(study, one, choices).items()} for one in (before, after)]

    def place(one: Reclustering, names: Mapping[int, str], at: int) -> str:
        label = one.discovery.labels[at]
        return NONE if label < 0 else names.get(label, OTHER)

    counts = Counter(
        (place(before, named[0], at), place(after, named[1], at))
        for at in range(len(after.chosen))
        if at not in decided
    )
    moved = [
        Movement(origin, destination, count) for (origin, destination), count in counts.items() if origin != destination
    ]
    return tuple(sorted(moved, key=lambda move: (-move.passages, move.before, move.after)))
