"""Sentences on whether passages form groups and how stable a segment is, for the app and the command line.

``separate`` and ``p`` come from the test against noise with the passages' own mean and covariance; the likeness of a
segment is its mean Jaccard likeness over resampled passages (Hennig 2007), computed in ``firmness``.
"""

from __future__ import annotations

from collections.abc import Sequence

from needsseg.discovery.firmness import Firmness
from needsseg.errors import Advice, Fix
from needsseg.text import format_count

FEWEST_TO_TELL = 20
"""The fewest passages for the test."""
FEWEST_OF_A_FINDING = 3
MOST_NAMED = 3
NEXT_STEP_REPORTED = "State the needs you believe in, or answer questions."
"""The next step for a report, which is read outside the program."""
NEXT_STEP = Advice("State the needs you believe in (", Fix.ADD_NEED, "), or answer questions (", Fix.QUESTION, ").")
NO_FINDING = "{count} and no words that mark them: no finding, however stable they are when passages are resampled."
EXPLAINED = (
    "p: the share of draws of noise, with the same mean and spread as the passages, that divide at least as well.",
    "% similar: passages are resampled 20 times and clustered; the mean share of passages in both the segment and its most "
    "similar cluster, of those in either (Jaccard). Passages that people placed stay in place and are not counted. Noise of "
    "the same spread may be 80% similar.",
)
"""The meaning of the figures in both sentences, one line each."""


def separation_words(separate: bool | None, p: float | None, passages: int | None = None) -> str:
    """Return a sentence on whether the passages of a run form separate groups.

    ``passages`` is how many the run used, None where there was no run.
    """
    if passages is None:
        return "No run has looked for groups yet."
    if separate is None:
        if passages < FEWEST_TO_TELL:
            return (
                f"{format_count(passages, 'passage')} are too few to tell whether they form groups; "
                f"the test needs {FEWEST_TO_TELL}."
            )
        return "Not tested whether these passages form groups: discover again."
    if separate:
        return f"These passages form groups that stand apart ({_p(p)}against noise)."
    chance = f" ({_p(p).strip()})" if p is not None else ""
    return (
        f"Ways to divide the passages, not groups that stand apart: noise of the same spread divides as well{chance}."
    )


def separation_in_short(separate: bool | None, p: float | None, passages: int | None = None) -> Advice:
    """The same sentence for one or two lines above a screen, with the next step."""
    if separate is not False:
        return Advice(separation_words(separate, p, passages))
    chance = f" ({_p(p).strip()})" if p is not None else ""
    return Advice(f"Not groups that stand apart: noise divides as well{chance}. ", NEXT_STEP)


def next_step(separate: bool | None) -> Advice:
    """Return the next step where passages do not form groups; "" where they do or where it is unknown."""
    return NEXT_STEP if separate is False else Advice()


def no_finding(marking_words: Sequence[Sequence[str]]) -> str:
    """The sentence for one or two candidates without marking words; empty for more candidates, or with marking words.

    ``marking_words`` are the words of each candidate.
    """
    if not marking_words or len(marking_words) >= FEWEST_OF_A_FINDING or any(marking_words):
        return ""
    return NO_FINDING.format(count=format_count(len(marking_words), "candidate"))


def firmness_words(firmness: Firmness, separate: bool | None = None) -> str:
    """The stability of one segment in words."""
    if firmness.likeness is None:
        return (
            "placed by people: nothing to test"
            if firmness.placed
            else "nothing to test: the newest run has none of its passages"
        )
    sentence = f"{_percent(firmness.likeness)} similar when resampled"
    if separate is False:
        sentence += ", as noise may too"
    if firmness.placed:
        sentence += f" ({format_count(firmness.placed, 'passage')} that people placed not counted)"
    return sentence


def leaning_words(firmness: Firmness, names: Sequence[str]) -> str:
    """Return what the stability test says against a segment: it dissolves always, or without one of ``names``.

    Empty where it passes the test; ``names`` are those of ``firm.leans_on``.
    """
    if firmness.likeness is None:
        return ""
    if not firmness.comes_back:
        return "dissolves when its passages are clustered again with nothing varied"
    if not names:
        return ""
    if len(names) == 1:
        return f"dissolves without {names[0]}"
    unnamed = len(names) - MOST_NAMED
    shown_names = [*names[:MOST_NAMED], *([f"{unnamed} more"] if unnamed > 0 else [])]
    return f"dissolves without any one of {', '.join(shown_names[:-1])} and {shown_names[-1]}"


def _p(p: float | None) -> str:
    if p is None:
        return ""
    figure = f"{p:.3f}".removesuffix("0") if p < 0.05 else f"{p:.2f}"
    return f"p {figure.removeprefix('0')} "


def _percent(likeness: float) -> str:
    """Return a similarity in whole percent, rounded down, so that it is not overstated."""
    return f"{int(likeness * 100 + 1e-9)}%"
