"""What the answers so far came to: how well others are predicted, what the newest ones moved, whether they still help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from needsseg.actions.discovery.questions import Again, discovered_again, names_of, targets
from needsseg.discovery.learning_report import STEPS, Lesson, lesson, stopped_helping
from needsseg.study.connection import Study
from needsseg.study.segments import constraints, needs
from needsseg.text import format_count

EVERY = 5
"""After so many answers there is a report."""
FEWEST = 5
"""Answers below which nothing can be said."""
MOST_WAYS = 3
"""So many ways are told in the sentence, which stands above the next question; the others are counted."""
NONE, OTHER = "none of these", "something else"


@dataclass(frozen=True, slots=True)
class Moved:
    """How many passages nobody decided on went from one need to another, as the newest answers taught."""

    before: str
    after: str
    passages: int


@dataclass(frozen=True, slots=True)
class Learned:
    """What ``answers`` answers taught; ``lesson`` is None below five. ``moved`` is by the newest ``newest`` answers.

    ``earlier`` are the reports before this one, oldest first; ``stopped`` says that answers have stopped helping.
    """

    answers: int
    lesson: Lesson | None
    newest: int
    moved: tuple[Moved, ...]
    earlier: tuple[tuple[int, Lesson], ...]
    stopped: bool

    @property
    def sentences(self) -> list[str]:
        """The report in plain sentences."""
        found = self.lesson
        if found is None:
            return [
                f"{format_count(self.answers, 'answer')} so far; from {FEWEST} on, what they taught can be measured."
            ]
        said = [
            f"The program places {found.right} of {found.asked} answers right that it is not told "
            f"({found.low:.0%} to {found.high:.0%}); always naming the largest gives {found.guessing}."
        ]
        if self.stopped:
            said.append("Answers have stopped helping: the last two reports are no better than the one before.")
        newest = format_count(self.newest, "answer")
        ways = "; ".join(f"{move.passages} from “{move.before}” to “{move.after}”" for move in self.moved[:MOST_WAYS])
        if len(self.moved) > MOST_WAYS:
            ways += f"; {sum(move.passages for move in self.moved[MOST_WAYS:])} in other ways"
        total = sum(move.passages for move in self.moved)
        said.append(
            f"The last {newest} moved {format_count(total, 'undecided passage')}: {ways}."
            if ways
            else f"The last {newest} moved no undecided passage."
        )
        return said


def given_answers(study: Study) -> list[int]:
    """The passages that people answered for, in the order of the answers; what is off-topic by when it was decided."""
    told = [(answer.answered_at, answer.passage) for answer in needs.answers(study)]
    told += [(row.decided_at, row.passage) for row in constraints.off_topic(study)]
    return [passage for _, passage in sorted(told, key=lambda one: one[0])]


def learned(study: Study) -> Learned:
    """Measures what the answers taught on the newest run's passages; writes nothing, and takes some seconds.

    Raises what ``discovered_again`` raises: NotFoundError before the first run, DiscoveryError where vectors are missing.
    """
    answered = given_answers(study)
    if len(answered) < FEWEST:
        return Learned(len(answered), None, 0, (), (), False)
    now = discovered_again(study, "anchored")
    before = discovered_again(study, "anchored", answered[-EVERY:])
    lengths = list(range(FEWEST, len(answered), EVERY))[-(STEPS - 1) :]
    earlier = tuple((length, _measured(study, answered, answered[:length])) for length in lengths)
    last = _measured(study, answered, answered)
    stopped = stopped_helping([*(report for _, report in earlier), last])
    return Learned(len(answered), last, EVERY, _moved(study, before, now), earlier, stopped)


def _measured(study: Study, answered: Sequence[int], told: Sequence[int]) -> Lesson:
    """How well the answers in ``told`` predict each other, where those after them were not given yet."""
    later = set(answered) - set(told)
    whole = discovered_again(study, "anchored", later)
    given, left_out = whole.given.decisions.assigned, whole.found.left_out()
    index = {passage.id: number for number, passage in enumerate(whole.chosen)}
    mine = [index[passage] for passage in told if index.get(passage) in given]
    return lesson({at: given[at] for at in mine}, left_out)


def _moved(study: Study, before: Again, after: Again) -> tuple[Moved, ...]:
    """What went where among passages that nobody decided on, the most first."""
    choices = targets(study)
    decided: Collection[int] = after.given.decisions.assigned
    named = [{label: choice.name for label, choice in names_of(study, one, choices).items()} for one in (before, after)]

    def place(one: Again, names: Mapping[int, str], at: int) -> str:
        label = one.found.labels[at]
        return NONE if label < 0 else names.get(label, OTHER)

    ways = Counter(
        (place(before, named[0], at), place(after, named[1], at))
        for at in range(len(after.chosen))
        if at not in decided
    )
    moved = [Moved(here, there, count) for (here, there), count in ways.items() if here != there]
    return tuple(sorted(moved, key=lambda move: (-move.passages, move.before, move.after)))
