"""The lineage of a segment: what was done to it, by whom and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from needsseg.actions.coding.blind import seen_coder
from needsseg.study.connection import Study
from needsseg.study.segments import lineage as stored
from needsseg.study.segments import runs, segments
from needsseg.study.segments.blind_places import ONE_BY_ONE
from needsseg.study.segments.lineage import Change
from needsseg.text import format_count

STATUS_WORDS = {"confirmed": "confirmed", "set_aside": "set aside", "merged": "merged away"}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done to a segment; time and actor are empty where history was erased."""

    at: str
    actor: str
    what: str


def lineage(study: Study, segment: int) -> tuple[Event, ...]:
    """Return the events of a segment, oldest first; after history was erased, those that its own row still shows.

    A blind coder is not told which passages others put there or took out one by one.
    """
    rows = {row.id: row for row in segments.listing(study, merged=True)}
    row = rows[segment] if segment in rows and rows[segment].status == "merged" else segments.one(study, segment)
    coder = seen_coder(study)
    changes = [
        change
        for change in stored.changes(study, segment)
        if coder in (None, change.actor) or change.action not in ONE_BY_ONE
    ]
    names = {other.id: f"“{other.name}”" for other in rows.values()}
    events = [
        Event(change.at, change.actor, "; ".join(phrases))
        for change in changes
        if (phrases := _change_in_words(change, row.run, names))
    ]
    if not any(change.before is None and change.after is not None for change in changes):
        started = {run.id: run.started_at for run in runs.listing(study)}
        if row.run is not None:
            events.insert(0, Event(started.get(row.run, ""), "", f"found in run {row.run}"))
        elif row.split_from is not None:
            events.insert(0, Event("", "", f"split off {_named(row.split_from, names)}"))
    confirmation_listed = any(change.after is not None and change.after["status"] == "confirmed" for change in changes)
    if row.confirmed_at and row.confirmed_by and not confirmation_listed:
        events.append(Event(row.confirmed_at, row.confirmed_by, "confirmed"))
    return tuple(events)


def _named(segment: int | None, names: Mapping[int, str]) -> str:
    return "no segment" if segment is None else names.get(segment, f"segment {segment}")


def _change_in_words(change: Change, run: int | None, names: Mapping[int, str]) -> list[str]:
    """Return what one action did to the segment, in words."""
    before, after = change.before, change.after
    phrases = []
    if before is None and after is not None:
        phrases.append(_creation_in_words(change, after, run, names))
    elif before is not None and after is not None:
        phrases += _changed(before, after, change, names)
    merged = [f"merged {_named(other, names)} into it" for other in change.merged]
    phrases += merged
    if before is None and after is not None and not merged:
        return phrases  # its first passages are part of how it came to be
    arrivals = {source: count for source, count in change.arrivals.items() if source not in change.merged}
    phrases += [
        f"{format_count(count, 'passage')} came from {_named(source, names)}" for source, count in arrivals.items()
    ]
    if after is None or after["status"] != "merged":
        phrases += [
            f"{format_count(count, 'passage')} went to {_named(target, names)}"
            for target, count in change.departures.items()
        ]
    return phrases


def _creation_in_words(change: Change, after: Mapping[str, object], run: int | None, names: Mapping[int, str]) -> str:
    size = format_count(sum(change.arrivals.values()), "passage")
    if after["split_from"] is not None:
        parent = after["split_from"]
        return f"split off {_named(parent if isinstance(parent, int) else None, names)} with {size}"
    if after["status"] == "candidate":
        return f"found in run {after['run_id'] or run} as “{after['name']}” with {size}"
    return f"made by hand as “{after['name']}” of {size}"


def _changed(
    before: Mapping[str, object], after: Mapping[str, object], change: Change, names: Mapping[int, str]
) -> list[str]:
    phrases = []
    if before["name"] != after["name"]:
        phrases.append(f"named “{after['name']}”")
    if before["description"] != after["description"]:
        phrases.append("described")
    if before.get("statement", "") != after.get("statement", ""):
        phrases.append("job statement written")
    if after["status"] == "merged" and before["status"] != "merged":
        target = after["merged_into"]
        phrases.append(f"merged into {_named(target if isinstance(target, int) else None, names)}")
    elif after["status"] == "confirmed" and before["confirmed_at"] is not None:
        phrases.append("confirmed again")
    elif after["status"] in STATUS_WORDS and before["status"] != after["status"]:
        phrases.append(STATUS_WORDS[str(after["status"])])
    elif before["status"] in ("confirmed", "set_aside") and after["status"] == "named":
        phrases.append("reopened")
    elif before["status"] == "candidate" and after["status"] == "named" and before["name"] == after["name"]:
        phrases.append("kept: a person changed it")
    return phrases
