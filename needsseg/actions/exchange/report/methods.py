"""The report's list of what its data cannot say, and the section on methods and parameters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from needsseg.actions.accounts import accounts
from needsseg.actions.exchange.report.gathered import Gathered
from needsseg.actions.segments import segments
from needsseg.exchange.report.content import Block, Bullets, Section, Text
from needsseg.exchange.report.table import Table
from needsseg.text import format_count, format_list
from needsseg.version import __version__

if TYPE_CHECKING:
    from needsseg.actions.exchange.report.accounts import Stack

FEW = 20


def limits(data: Gathered, stack: Stack) -> list[str]:
    """List what the data cannot say, each thing once: who was not asked, weak segments, undecided people, missing amounts."""
    people = len(data.people)
    items = ["Participants were chosen, not sampled at random: people who were not interviewed are not covered."]
    if 0 < people < FEW:
        items.append(
            f"{format_count(people, 'participant')}: shares among them are rough, and do not show how common a "
            "need is elsewhere."
        )
    undecided = sum(need.segment is None for need in data.people)
    if undecided:
        items.append(
            f"{undecided} of {format_count(people, 'participant')} are undecided: too few of their passages point "
            "one way."
        )
    weak = [segment.name for segment in data.shown if segment.warnings]
    if weak:
        items.append(f"The evidence has weak spots for {format_list(weak)}; the details name them.")
    runs = segments.runs(data.study)
    items += [
        data.over.text(warning) for warning in (runs[0].warnings if runs else ("No run of discovery was made yet.",))
    ]
    return [*items, *stack.doubts]


def _how_marked(data: Gathered) -> str:
    """How passages came about and whether anybody decided on them; claims of no person what none did."""
    if not data.decided:
        return "Passages are participants' own words, marked by the program; nobody has decided on them yet."
    rest = f" {data.counts['suggested']} are undecided." if data.counts["suggested"] else ""
    marked = "Passages are participants' own words, marked by the program or by hand"
    return f"{marked}; people accepted or rejected {data.decided}.{rest}"


def _how_named(data: Gathered) -> str:
    if data.has_candidates_only or not data.shown:
        return "Passages that are said alike are clustered; nobody has named a cluster yet."
    return "Passages that are said alike are clustered; people name, change and confirm the clusters."


def methods(data: Gathered) -> Section:
    """Describe how each part was computed, with parameters, seed, hashes and versions."""
    study = data.study
    blocks: list[Block] = [
        Text(
            f"{_how_marked(data)} {_how_named(data)} A participant's first need is the segment "
            "that carries most of their passages, or none. An account carries what its participants, answers or texts say; "
            "sources are not mixed. Shares have 95% intervals after Wilson, curves are Kaplan–Meier with log-log intervals."
        )
    ]
    runs = segments.runs(study)
    if runs:
        run = runs[0]
        rows = [
            ("run", f"{run.id}, started {run.started_at}"),
            ("model", f"{run.model}, SHA-256 {run.model_sha256}"),
            ("seed", str(run.seed)),
            ("passages used", f"{run.input_status}, SHA-256 {run.input_sha256}"),
            *((name, json.dumps(value, sort_keys=True)) for name, value in sorted(run.parameters.items()) if name != "seed"),
        ]  # fmt: skip
        versions = tuple(sorted(run.versions.items()))
        blocks += [
            Table("The newest run of discovery", ("parameter", "value"), tuple(rows), folded=True),
            Table("Versions it ran with", ("program", "version"), versions, folded=True),
        ]
    else:
        blocks.append(Text("No run of discovery was made."))
    sources = accounts.sources(study)
    if sources:
        read = tuple(
            (kind, source.file_name, str(source.row_count), str(source.rejected), source.file_sha256)
            for kind, source in sorted(sources.items())
        )
        blocks.append(
            Table("Account data that was read", ("kind", "file", "rows", "refused", "SHA-256"), read, folded=True)
        )
    confirmed = sum(each.status == "confirmed" for each in data.shown)
    blocks.append(
        Bullets(
            (
                f"needsseg {__version__}; segmentation {accounts.version(study)}; {confirmed} of {len(data.shown)} "
                "segments "
                "confirmed.",
                "Names are those of the study." if data.over.original else
                "Pseudonyms stand for known names, companies and contacts. Names nobody listed are not found, and stories can "
                "tell who somebody is: read the report before forwarding it.",
            )
        )
    )  # fmt: skip
    return Section("methods", "Methods and parameters", tuple(blocks))
