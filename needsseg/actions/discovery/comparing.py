"""Two runs side by side with names, and the newest run's passages on a map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from needsseg.actions.coding.blind import own_off_topic, seen_members, veiled
from needsseg.actions.coding.cached_vectors import required_rows
from needsseg.actions.discovery.questions import newest_run
from needsseg.discovery.compare import Comparison, Fate, compare
from needsseg.discovery.evidence.passage_map import plane
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.study.segments import constraints, runs, segments
from needsseg.text import format_count


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Two runs compared: what each label came to be called, and what became of the first run's in plain sentences."""

    first: int
    second: int
    comparison: Comparison
    first_names: dict[int, str]
    second_names: dict[int, str]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A passage on the map, both coordinates in [0, 1], and where it lies.

    ``status`` is that of its segment, or proposed (``segment`` is then the one it is proposed to), off_topic or left_over.
    """

    passage: int
    x: float
    y: float
    segment: int | None
    status: str


def compare_runs(study: Study, first: int, second: int) -> RunComparison:
    """What became of one run's candidates in another; raises NotFoundError for a run that is not there."""
    for run in (first, second):
        runs.one(study, run)
    before, after = runs.labels(study, first), runs.labels(study, second)
    found = compare(before, after)
    names = run_names(study, first, before), run_names(study, second, after)
    sentences = [fate_in_words(fate, *names) for fate in found.fates]
    sentences += [f"{names[1][label]} is new" for label in found.fresh]
    return RunComparison(first, second, found, *names, tuple(sentences))


def run_names(study: Study, run: int, labels: Mapping[int, int]) -> dict[int, str]:
    """What each label of a run came to be called: its segment or candidate where it is still there."""
    rows = {row.id: row for row in segments.listing(study, merged=True)}
    kept = runs.one(study, run).parameters.get("kept_segments", {})
    made = {row.run_label: row.id for row in rows.values() if row.run == run and row.run_label is not None}
    made |= {int(label): segment for label, segment in kept.items() if segment in rows}
    names = {}
    for label in sorted({label for label in labels.values() if label >= 0}):
        row = rows.get(made.get(label, -1))
        seen: set[int] = set()
        while row is not None and row.merged_into is not None and row.id not in seen:
            seen.add(row.id)
            row = rows.get(row.merged_into)
        names[label] = f"candidate {label + 1} of run {run}" if row is None else f"“{row.name}”"
    return names


def fate_in_words(fate: Fate, first: Mapping[int, str], second: Mapping[int, str]) -> str:
    """What became of one label, in one sentence."""
    name = first.get(fate.label, f"candidate {fate.label + 1}")
    where = "" if fate.best is None else second.get(fate.best, f"candidate {fate.best + 1}")
    also = f" as {where}" if where and where != name else ""
    common = fate.kept + fate.left
    if fate.word == "stays":
        return f"{name} stays{also} ({fate.kept} of {common} stay, {fate.joined} join)"
    if fate.word == "changes":
        return f"{name} changes{also} ({fate.kept} of {common} stay, {fate.left} leave, {fate.joined} join)"
    if fate.best is None:
        return f"{name} dissolves (none of its {format_count(common, 'passage')} stay together)"
    return f"{name} dissolves ({fate.kept} of {common} stay{f', in {where}' if also else ''})"


def needs_map(study: Study) -> list[Point]:
    """The newest run's passages in two dimensions; raises NotFoundError without a run, DiscoveryError without vectors."""
    run = newest_run(study)
    seen = passages.listing(study, ids=runs.labels(study, run.id))
    chosen = [passage for passage in veiled(study, seen) if passage.status != "rejected"]
    if not chosen:
        return []
    places = plane(required_rows(study, [passage.quote for passage in chosen]))
    members = seen_members(study)
    lies = {m.passage: (row.id, str(row.status)) for row in segments.listing(study) for m in members.get(row.id, [])}
    lies |= {proposal.passage: (proposal.segment, "proposed") for proposal in constraints.proposals(study)}
    off = own_off_topic(study)
    points = []
    for passage, (x, y) in zip(chosen, places, strict=True):
        segment, status = lies.get(passage.id, (None, "off_topic" if passage.id in off else "left_over"))
        points.append(Point(passage.id, round(float(x), 4), round(float(y), 4), segment, status))
    return points
