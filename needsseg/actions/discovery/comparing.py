"""Compare two runs by the names of their candidates, and place the newest run's passages on a map."""

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
    """The comparison of two runs: the name of each label, and a sentence for each of the first run's labels."""

    first: int
    second: int
    comparison: Comparison
    first_names: dict[int, str]
    second_names: dict[int, str]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A passage on the map, with coordinates in [0, 1], and its segment.

    ``status`` is the segment's, or proposed (``segment`` is then the one it is proposed to), off_topic or left_over.
    """

    passage: int
    x: float
    y: float
    segment: int | None
    status: str


def compare_runs(study: Study, first: int, second: int) -> RunComparison:
    """Compare the candidates of two runs; raises NotFoundError for an unknown run."""
    for run in (first, second):
        runs.one(study, run)
    before, after = runs.labels(study, first), runs.labels(study, second)
    comparison = compare(before, after)
    names = run_names(study, first, before), run_names(study, second, after)
    sentences = [fate_in_words(fate, *names) for fate in comparison.fates]
    sentences += [f"{names[1][label]} is new" for label in comparison.fresh]
    return RunComparison(first, second, comparison, *names, tuple(sentences))


def run_names(study: Study, run: int, labels: Mapping[int, int]) -> dict[int, str]:
    """The current name of each label of a run: its segment or candidate, if that still exists."""
    rows = {row.id: row for row in segments.listing(study, merged=True)}
    kept_segments = runs.one(study, run).parameters.get("kept_segments", {})
    segment_by_label = {row.run_label: row.id for row in rows.values() if row.run == run and row.run_label is not None}
    segment_by_label |= {int(label): segment for label, segment in kept_segments.items() if segment in rows}
    names = {}
    for label in sorted({label for label in labels.values() if label >= 0}):
        row = rows.get(segment_by_label.get(label, -1))
        followed: set[int] = set()
        while row is not None and row.merged_into is not None and row.id not in followed:
            followed.add(row.id)
            row = rows.get(row.merged_into)
        names[label] = f"candidate {label + 1} of run {run}" if row is None else f"“{row.name}”"
    return names


def fate_in_words(fate: Fate, first: Mapping[int, str], second: Mapping[int, str]) -> str:
    """Describe in one sentence what one label of a run is in another."""
    name = first.get(fate.label, f"candidate {fate.label + 1}")
    successor = "" if fate.best is None else second.get(fate.best, f"candidate {fate.best + 1}")
    renamed = f" as {successor}" if successor and successor != name else ""
    common = fate.kept + fate.left
    if fate.word == "stays":
        return f"{name} stays{renamed} ({fate.kept} of {common} stay, {fate.joined} join)"
    if fate.word == "changes":
        return f"{name} changes{renamed} ({fate.kept} of {common} stay, {fate.left} leave, {fate.joined} join)"
    if fate.best is None:
        return f"{name} dissolves (none of its {format_count(common, 'passage')} stay together)"
    return f"{name} dissolves ({fate.kept} of {common} stay{f', in {successor}' if renamed else ''})"


def needs_map(study: Study) -> list[Point]:
    """Place the newest run's passages in two dimensions; NotFoundError without a run, DiscoveryError without vectors."""
    run = newest_run(study)
    visible = passages.listing(study, ids=runs.labels(study, run.id))
    chosen = [passage for passage in veiled(study, visible) if passage.status != "rejected"]
    if not chosen:
        return []
    places = plane(required_rows(study, [passage.quote for passage in chosen]))
    members = seen_members(study)
    placement = {
        m.passage: (row.id, str(row.status)) for row in segments.listing(study) for m in members.get(row.id, [])
    }
    placement |= {proposal.passage: (proposal.segment, "proposed") for proposal in constraints.proposals(study)}
    off_topic = own_off_topic(study)
    points = []
    for passage, (x, y) in zip(chosen, places, strict=True):
        segment, status = placement.get(passage.id, (None, "off_topic" if passage.id in off_topic else "left_over"))
        points.append(Point(passage.id, round(float(x), 4), round(float(y), 4), segment, status))
    return points
