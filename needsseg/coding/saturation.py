"""Saturation: whether further interviews still give new codes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from needsseg.errors import UsageError


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive interviews ``first`` to ``last`` (from 1): their new codes, and these as a share of the base's codes."""

    first: int
    last: int
    new: int
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Saturation:
    """Codes in the base, every run after it, and ``reached_at``: the interviews before the first run without new codes."""

    base: int
    run: int
    threshold: float
    base_codes: int
    steps: tuple[Run, ...]
    reached_at: int | None

    @property
    def reported(self) -> str:
        """The paper's notation: "6+2" is saturation at 6 interviews, confirmed by 2 more; "" where it is not reached."""
        return "" if self.reached_at is None else f"{self.reached_at}+{self.run}"


def new_codes(codes_by_interview: Sequence[Collection[str]]) -> list[int]:
    """Return for each interview, in order, the number of its codes that occur in none before it."""
    codes_so_far: set[str] = set()
    counts = []
    for codes in codes_by_interview:
        count_before = len(codes_so_far)
        codes_so_far.update(codes)
        counts.append(len(codes_so_far) - count_before)
    return counts


def saturation(
    codes_by_interview: Sequence[Collection[str]], base: int = 4, run: int = 2, threshold: float = 0.05
) -> Saturation:
    """Compute the thematic saturation of interviews in the order in which they took place.

    The new information ratio of a run is its new codes over the unique codes of the base; runs overlap, each beginning
    one interview later. ``reached_at`` is the number of interviews before the first run whose ratio is at most
    ``threshold``; None when no run is, when there are fewer than ``base + run`` interviews, or when the base has no
    code (its ratios are None). Raises UsageError for a base or run below 1 or a threshold outside [0, 1].

    Source: Guest, Namey and Chen (2020), A simple method to assess and report thematic saturation in qualitative
    research, PLoS ONE 15(5): e0232076.
    """
    if base < 1 or run < 1:
        raise UsageError(f"A base of {base} and runs of {run} interviews: both must be at least 1.")
    if not 0 <= threshold <= 1:
        raise UsageError(
            f"A threshold of {threshold:g} is not a valid share of the base's codes.", "Give 0.05 for 5%, or 0."
        )
    counts = new_codes(codes_by_interview)
    base_codes = sum(counts[:base])
    steps = []
    for start in range(base, len(counts) - run + 1):
        new = sum(counts[start : start + run])
        steps.append(Run(start + 1, start + run, new, new / base_codes if base_codes else None))
    reached = next((step.first - 1 for step in steps if step.ratio is not None and step.ratio <= threshold), None)
    return Saturation(base, run, threshold, base_codes, tuple(steps), reached)
