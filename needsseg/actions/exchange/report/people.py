"""The report's sections on participants: who said how much of each need, and the map of passages where there are groups."""

from __future__ import annotations

from needsseg.actions.discovery.comparing import Point, needs_map
from needsseg.actions.exchange.report.gathered import Gathered, speaker_name
from needsseg.actions.transcripts.participant_names import participant_names
from needsseg.errors import NeedssegError
from needsseg.exchange.report.content import Missing, Section, Text
from needsseg.exchange.report.pictures import Grid, Map, Spot
from needsseg.exchange.report.table import Table
from needsseg.study.coding import passages
from needsseg.text import format_count

MOST_SPOTS = 400
"""So many that each keeps its quote with its context on the page."""
LONGEST = 280
NO_MAP = "There is no map: passages were changed since the needs were looked for; it can be drawn after a new run of discovery."
MOST_IN_GRID = 60
"""More participants than that are in the table alone."""


def people_section(data: Gathered) -> Section:
    """Return the section on participants and their segments."""
    people = data.people
    if not people:
        return Section("people", "Participants and their needs", (Missing("No interview names a participant yet."),))
    rows = tuple(
        (
            data.over.participant(need.participant),
            need.segment or "undecided",
            f"{need.share:.0%}" if need.counts else "–",
            str(sum(need.counts.values())),
            data.over.text(need.why),
        )
        for need in people
    )
    decided = sum(need.segment is not None for need in people)
    others = "" if decided == len(people) else " The others are undecided, for the reasons given."
    header = ("participant", "segment", "share of passages", "passages", "why")
    return Section(
        "people",
        "Participants and their needs",
        (
            *participants_by_needs(data),
            Text(f"{decided} of {format_count(len(people), 'participant')} have a first need.{others}"),
            Table("Who is in which segment, and how sure", header, rows, folded=True),
        ),
    )


def participants_by_needs(data: Gathered) -> tuple[Grid, ...]:
    """Return the picture of who spoke how much of which need; none without named needs or with too many people."""
    named = [segment for segment in data.shown if segment.is_named]
    if not named or not data.people or len(data.people) > MOST_IN_GRID:
        return ()
    order = {segment.name: place for place, segment in enumerate(named)}
    people = sorted(data.people, key=lambda need: (order.get(need.segment or "", len(named)), -need.share))
    rows = tuple(
        (data.over.participant(need.participant), tuple(need.counts.get(segment.name, 0) for segment in named))
        for need in people
    )
    counts = [count for _, each in rows for count in each]
    return (
        Grid(
            "Who spoke of which need",
            f"{format_count(len(rows), 'participant')}; each cell counts the {format_count(sum(counts), 'passage')} that "
            "lie in a need, the darker the more. Ordered by first need.",
            "participant",
            rows,
            tuple(segment.name for segment in named),
            "passages",
            {segment.name: segment.symbol for segment in named},
        ),
    )


def map_section(data: Gathered) -> tuple[Section, ...]:
    """Return the section with the map of passages, only where the test found groups that stand apart."""
    if not data.verdict.separate:
        return ()
    try:
        points = needs_map(data.study)
    except NeedssegError:
        return (Section("map", "Map of passages", (Missing(NO_MAP),)),)
    if not points:
        return ()
    return (Section("map", "Map of passages", (_map(data, points[:: -(-len(points) // MOST_SPOTS)], len(points)),)),)


def _map(data: Gathered, sampled: list[Point], total: int) -> Map:
    segments = {segment.id: segment for segment in data.shown}
    names = participant_names(data.study)
    ids = [point.passage for point in sampled]
    passages_by_id = {passage.id: passage for passage in passages.listing(data.study, ids=ids)}
    spots = []
    for point in sampled:
        passage = passages_by_id[point.passage]
        segment = segments.get(point.segment or 0) if point.status != "proposed" else None
        name = "off-topic" if point.status == "off_topic" else "in no segment"
        if point.segment is not None and point.status != "proposed":
            name = segment.name if segment else "another candidate"
        location, to = data.quote_place(passage, segment.anchor if segment else "")
        quote = _shortened(data.over.text(passage.quote, passage.interview))
        spots.append(Spot(point.x, point.y, name, quote, speaker_name(data.over, names, passage), location, to))
    order = (*dict.fromkeys(each.name for each in data.shown), "another candidate", "off-topic", "in no segment")
    counts = {name: sum(spot.segment == name for spot in spots) for name in order}
    in_words = "; ".join(f"{name} {count}" for name, count in counts.items() if count)
    sample = f" Of {format_count(total, 'passage')} {len(spots)} are drawn." if len(spots) < total else ""
    return Map(
        "Passages by likeness",
        f"{format_count(len(spots), 'passage')}: {in_words}.{sample} Passages said alike lie near each other; distances far "
        "apart and the directions mean nothing by themselves. Each leads to its quote.",
        tuple(name for name in order if counts[name]),
        tuple(spots),
        {each.name: each.symbol for each in data.shown},
    )


def _shortened(words: str) -> str:
    return words if len(words) <= LONGEST else words[:LONGEST].rsplit(" ", 1)[0] + " …"
