"""Agreement between coders of the same interviews: percent, Cohen's kappa, Krippendorff's alpha, and disagreements.

For every code, each coder has either coded a unit or not; uncoded text counts too. Units are characters, sentences or
passages; characters are counted by stretches between the ends of spans, not one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from needsseg.coding.sentences import Span
from needsseg.errors import UsageError

Units = Literal["character", "sentence", "passage"]


@dataclass(frozen=True, slots=True)
class Mark:
    """One code put on one span of an interview by one coder; code points, half-open."""

    interview: str
    start: int
    end: int
    code: str


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """Agreement on one code; ``marked`` is the number of units that each coder coded; None where it is undefined."""

    code: str
    percent: float
    kappa: float | None
    alpha: float | None
    marked: dict[str, int]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement over ``n`` units, for all codes together and for each code; ``percent`` is 0 to 100, or None."""

    units: Units
    n: int
    coders: tuple[str, ...]
    percent: float | None
    kappa: float | None
    alpha: float | None
    codes: tuple[CodeAgreement, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A stretch (or unit) that some coders gave a code and others did not."""

    interview: str
    start: int
    end: int
    code: str
    by: tuple[str, ...]
    not_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Share:
    """Observed and expected agreement (kappa) and disagreement (alpha) on one code."""

    agreed: float
    chance: float
    observed: float
    expected: float


Marks = Mapping[str, Sequence[Mark]]
Bounds = Mapping[str, Sequence[Span]]


def agreement(
    marks: Marks, lengths: Mapping[str, int], units: Units = "character", bounds: Bounds | None = None
) -> Agreement:
    """Compute the agreement of two or more coders on the interviews in ``lengths`` (code points of each).

    ``bounds`` holds the units of each interview: its sentences (required) or its passages (by
    default the stretches any coder marked, overlapping ones as one); for characters, the text that counts (by default
    all of it). A sentence or passage has a code if the mark covers at least half of it, or it at least half of the mark.
    Kappa is Cohen's (1960), for two coders, and over all codes pooled (De Vries et al. 2008); alpha is Krippendorff's
    (2019), nominal, over all codes the ratio of summed disagreements; percent is the mean over pairs of coders. With
    no variation (a code on everything, or nothing marked at all) they are None. Raises UsageError for fewer than two
    coders, missing sentences, and spans outside the text or overlapping.
    """
    unit_spans = _checked(marks, lengths, units, bounds)
    coders, n = tuple(marks), sum(_size(units, span) for spans in unit_spans.values() for span in spans)
    codes = sorted({mark.code for coder_marks in marks.values() for mark in coder_marks if mark.interview in lengths})
    shares, rows = [], []
    for code in codes if n else ():
        tally: Counter[tuple[str, ...]] = Counter()
        for interview, spans in unit_spans.items():
            for (start, end), coders_marking in _coded_units(marks, interview, code, spans, units):
                tally[coders_marking] += _size(units, (start, end))
        share = _share(tally, coders, n)
        marked = {
            coder: sum(size for coders_marking, size in tally.items() if coder in coders_marking) for coder in coders
        }
        rows.append(CodeAgreement(code, 100 * share.agreed, *_coefficients([share], len(coders)), marked))
        shares.append(share)
    percent = sum(row.percent for row in rows) / len(rows) if rows else None
    return Agreement(units, n, coders, percent, *_coefficients(shares, len(coders)), tuple(rows))


def disagreements(
    marks: Marks, lengths: Mapping[str, int], units: Units = "character", bounds: Bounds | None = None
) -> list[Disagreement]:
    """Return where coders differ, by interview, position and code; arguments and errors as for ``agreement``."""
    unit_spans = _checked(marks, lengths, units, bounds)
    codes = sorted({mark.code for coder_marks in marks.values() for mark in coder_marks if mark.interview in lengths})
    stretches: list[Disagreement] = []
    for interview, spans in unit_spans.items():
        differing = [
            Disagreement(
                interview,
                start,
                end,
                code,
                coders_marking,
                tuple(coder for coder in marks if coder not in coders_marking),
            )
            for code in codes
            for (start, end), coders_marking in _coded_units(marks, interview, code, spans, units)
            if len(coders_marking) < len(marks)
        ]
        stretches += sorted(
            differing, key=lambda disagreement: (disagreement.start, disagreement.end, disagreement.code)
        )
    return stretches


def _checked(marks: Marks, lengths: Mapping[str, int], units: Units, bounds: Bounds | None) -> dict[str, list[Span]]:
    """Validate the arguments of ``agreement`` and return the units of every interview."""
    if len(marks) < 2:
        raise UsageError(f"Agreement needs two coders; there are marks of {len(marks)}.")
    for coder, coder_marks in marks.items():
        for mark in coder_marks:
            if mark.interview in lengths and not 0 <= mark.start < mark.end <= lengths[mark.interview]:
                place = f"{mark.interview} [{mark.start}, {mark.end})"
                raise UsageError(f"{coder}'s mark “{mark.code}” on {place} is outside its text.")
    if units == "sentence" and bounds is None:
        raise UsageError("Agreement by sentence needs the sentences of each interview.")
    return {interview: _units_of(marks, interview, length, units, bounds) for interview, length in lengths.items()}


def _units_of(marks: Marks, interview: str, length: int, units: Units, bounds: Bounds | None) -> list[Span]:
    if bounds is not None:
        spans = sorted(bounds.get(interview, ()))
        if any(not 0 <= start < end <= length for start, end in spans):
            raise UsageError(f"{interview}: a {units} is outside its text of {length} code points.")
        if any(end > start for (_, end), (start, _) in pairwise(spans)):
            raise UsageError(f"{interview}: two spans to compare coders on overlap.", "Give each stretch once.")
        return spans
    if units == "character":
        return [(0, length)] if length else []
    return _merge_spans(
        [
            (mark.start, mark.end)
            for coder_marks in marks.values()
            for mark in coder_marks
            if mark.interview == interview
        ]
    )


def _size(units: Units, span: Span) -> int:
    return span[1] - span[0] if units == "character" else 1


def _merge_spans(spans: Sequence[Span], *, touching: bool = False) -> list[Span]:
    """Return the spans in order, with overlapping (or, if ``touching``, adjacent) spans merged."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and (start < merged[-1][1] or (touching and start == merged[-1][1])):
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _coded_units(
    marks: Marks, interview: str, code: str, spans: Sequence[Span], units: Units
) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """Yield the units with a code, or for characters the longest stretches, each with the coders who coded it."""
    spans_by_coder = {
        coder: _merge_spans(
            [(m.start, m.end) for m in coder_marks if m.interview == interview and m.code == code], touching=True
        )
        for coder, coder_marks in marks.items()
    }
    if units == "character":
        yield from _stretches(spans_by_coder, spans)
        return
    units_by_coder = {coder: _units_with_code(spans, coded) for coder, coded in spans_by_coder.items()}
    for number, span in enumerate(spans):
        coders_marking = tuple(coder for coder in spans_by_coder if number in units_by_coder[coder])
        if coders_marking:
            yield span, coders_marking


def _stretches(
    spans_by_coder: Mapping[str, list[Span]], spans: Sequence[Span]
) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """Sweep over the ends of spans within each unit, and yield the stretches between them with their coders."""
    changes: list[tuple[int, str, bool]] = []
    for coder, coded in spans_by_coder.items():
        for unit_start, unit_end in spans:
            inside = [
                (max(start, unit_start), min(end, unit_end))
                for start, end in coded
                if start < unit_end and end > unit_start
            ]
            changes += [(start, coder, True) for start, _ in inside] + [(end, coder, False) for _, end in inside]
    # At the same offset, ends sort before starts, so that a unit's boundary splits a mark that crosses it.
    changes.sort(key=lambda change: (change[0], change[2]))
    marking_coders: set[str] = set()
    stretch_start = 0
    for offset, coder, starts in changes:
        if offset > stretch_start and marking_coders:
            yield (
                (stretch_start, offset),
                tuple(marking_coder for marking_coder in spans_by_coder if marking_coder in marking_coders),
            )
        stretch_start = offset
        (marking_coders.add if starts else marking_coders.discard)(coder)


def _units_with_code(spans: Sequence[Span], coded: Sequence[Span]) -> set[int]:
    """Return the numbers of the units with a code; only a mark's text within units counts, so that it codes at least one."""
    shared_by_unit: Counter[int] = Counter()
    unit_numbers: set[int] = set()
    for start, end in coded:
        shared_sizes = {
            n: min(unit_end, end) - max(unit_start, start)
            for n, (unit_start, unit_end) in enumerate(spans)
            if unit_start < end and start < unit_end
        }
        shared_by_unit.update(shared_sizes)
        unit_numbers |= {n for n, shared_size in shared_sizes.items() if 2 * shared_size >= sum(shared_sizes.values())}
    return unit_numbers | {
        n for n, shared_size in shared_by_unit.items() if 2 * shared_size >= spans[n][1] - spans[n][0]
    }


def _share(tally: Mapping[tuple[str, ...], int], coders: Sequence[str], n: int) -> _Share:
    """Compute the sums over ``n`` units, from the number of units that each set of coders marked."""
    m = len(coders)
    differing = sum(size * len(coders_marking) * (m - len(coders_marking)) for coders_marking, size in tally.items())
    agreed = 1 - differing / (n * m * (m - 1) / 2)
    chance = 0.0
    if m == 2:
        first_size, second_size = (
            sum(size for coders_marking, size in tally.items() if coder in coders_marking) for coder in coders
        )
        chance = (first_size * second_size + (n - first_size) * (n - second_size)) / (n * n)
    yes = sum(size * len(coders_marking) for coders_marking, size in tally.items())
    # Krippendorff's coincidences of two values: each unit gives its ordered pairs, divided by m - 1.
    observed = 2 * differing / (m - 1) / (n * m)
    expected = 2 * yes * (n * m - yes) / (n * m * (n * m - 1))
    return _Share(agreed, chance, observed, expected)


def _coefficients(shares: Sequence[_Share], coders: int) -> tuple[float | None, float | None]:
    """Compute kappa and alpha over the given codes, as ratios of sums over codes."""
    beyond_chance = sum(1 - share.chance for share in shares)
    expected = sum(share.expected for share in shares)
    kappa = sum(share.agreed - share.chance for share in shares) / beyond_chance if beyond_chance else None
    return kappa if coders == 2 else None, 1 - sum(share.observed for share in shares) / expected if expected else None
