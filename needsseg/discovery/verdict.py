"""What the program says of whether passages form groups, and of how firmly one segment stands: the only place of these words.

``separate`` and ``p`` come from the test against noise with the passages' own mean and covariance; the likeness of a
segment is its mean Jaccard likeness over resampled passages (Hennig 2007), computed in ``firmness``.
"""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.discovery.firmness import Firmness
from needsseg.errors import Advice, Fix
from needsseg.text import format_count

FEWEST_TO_TELL = 20
"""Below so many passages the test says nothing."""
FEWEST_OF_A_FINDING = 3
MOST_NAMED = 3
NEXT_STEP_REPORTED = "State the needs you believe in, or answer questions."
"""The next step for a report, which is read far from the program."""
NEXT_STEP = Advice("State the needs you believe in (", Fix.ADD_NEED, "), or answer questions (", Fix.QUESTION, ").")
NO_FINDING = (
    "{count} and no words that mark them: no finding, however alike they come back when passages are drawn again."
)
EXPLAINED = (
    "p: the share of draws of noise, with the same mean and spread as the passages, that divide at least as well.",
    "% alike: passages are drawn again 20 times and clustered; of the passages in the segment or in its likest cluster, so "
    "many are in both, on average. What people placed is held in its place and not counted. Noise of the same spread may "
    "come back 80% alike.",
)
"""What the figures of both sentences mean, a line each."""


def separation_words(separate: bool | None, p: float | None, passages: int | None = None) -> str:
    """Whether the passages of a run form groups that stand apart, in one sentence.

    ``passages`` is how many the run used, None where there was no run.
    """
    if passages is None:
        return "No groups were looked for yet."
    if separate is None:
        if passages < FEWEST_TO_TELL:
            return (
                f"{format_count(passages, 'passage')} are too few to tell whether they form groups: "
                f"it takes {FEWEST_TO_TELL}."
            )
        return "Not tested whether these passages form groups: discover again."
    if separate:
        return f"These passages form groups that stand apart ({_p(p)}against noise)."
    chance = f" ({_p(p).strip()})" if p is not None else ""
    return (
        f"Ways to divide the passages, not groups that stand apart: noise of the same spread divides as well{chance}."
    )


def separation_in_short(separate: bool | None, p: float | None, passages: int | None = None) -> Advice:
    """The same for a line or two above a screen, with what to do next."""
    if separate is not False:
        return Advice(separation_words(separate, p, passages))
    chance = f" ({_p(p).strip()})" if p is not None else ""
    return Advice(f"Not groups that stand apart: noise divides as well{chance}. ", NEXT_STEP)


def next_step(separate: bool | None) -> Advice:
    """What to do where passages do not form groups by themselves; empty where they do or where nothing is known."""
    return NEXT_STEP if separate is False else Advice()


def no_finding(marking_words: Sequence[Sequence[str]]) -> str:
    """What is said of one or two candidates that no word marks; empty for more of them, or where a word does.

    ``marking_words`` are the words of each candidate.
    """
    if not marking_words or len(marking_words) >= FEWEST_OF_A_FINDING or any(marking_words):
        return ""
    return NO_FINDING.format(count=format_count(len(marking_words), "candidate"))


def firmness_words(firm: Firmness, separate: bool | None = None) -> str:
    """How firmly one segment stands, in plain words."""
    if firm.likeness is None:
        return (
            "placed by people: nothing to test"
            if firm.placed
            else "nothing to test: the newest run has none of its passages"
        )
    said = f"comes back {_percent(firm.likeness)} alike when passages are drawn again"
    if separate is False:
        said += ", as noise may too"
    if firm.placed:
        said += f" ({format_count(firm.placed, 'passage')} that people placed not counted)"
    return said


def leaning_words(firm: Firmness, names: Sequence[str]) -> str:
    """What its test says against a segment: that it does not come back at all, or not without one of those ``names``.

    Empty where nothing is said against it; ``names`` are those of ``firm.leans_on``.
    """
    if firm.likeness is None:
        return ""
    if not firm.comes_back:
        return "dissolves when its passages are clustered again with nothing varied"
    if not names:
        return ""
    if len(names) == 1:
        return f"dissolves without {names[0]}"
    rest = len(names) - MOST_NAMED
    listed = [*names[:MOST_NAMED], *([f"{rest} more"] if rest > 0 else [])]
    return f"dissolves without any one of {', '.join(listed[:-1])} and {listed[-1]}"


def _p(p: float | None) -> str:
    if p is None:
        return ""
    figure = f"{p:.3f}".removesuffix("0") if p < 0.05 else f"{p:.2f}"
    return f"p {figure.removeprefix('0')} "


def _percent(likeness: float) -> str:
    """A likeness in whole percent, rounded down, so that no figure says more than was seen."""
    return f"{int(likeness * 100 + 1e-9)}%"
