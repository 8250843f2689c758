"""The report's section on the limits of its data, and the one on methods and parameters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from needsseg.actions.accounts import accounts
from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.segments import segments
from needsseg.exchange.report.content import Block, Bullets, Head, Section, Table, Text
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.text import format_count
from needsseg.version import __version__

if TYPE_CHECKING:
    from needsseg.actions.exchange.report.accounts import Stack
    from needsseg.actions.exchange.report.needs import Needs

FEW = 20


def limits(study: Study, over: Cover, needs: Needs, stack: Stack) -> tuple[Block, ...]:
    """List the limits of the data: few participants, weak segments, undecided people, missing amounts."""
    items = []
    people = len(needs.people)
    if people < FEW:
        items.append(
            f"{format_count(people, 'participant')}: shares among them are rough, and do not show how common a "
            "need is elsewhere."
        )
    weak = [f"{each.name} ({'; '.join(each.warnings)})" for each in needs.shown if each.warnings]
    items += [f"Weak evidence: {each}." for each in weak]
    unconfirmed = [each.name for each in needs.shown if each.status != "confirmed"]
    if unconfirmed:
        items.append(f"Nobody confirmed: {', '.join(unconfirmed)}.")
    undecided = sum(need.segment is None for need in needs.people)
    if undecided:
        items.append(
            f"{undecided} of {format_count(people, 'participant')} are undecided: too few of their passages point "
            "one way."
        )
    marked = passages.listing(study)
    undecided_passages = sum(passage.status == "suggested" for passage in marked)
    if undecided_passages:
        items.append(
            f"{undecided_passages} of {format_count(len(marked), 'passage')} are the program's suggestions that nobody "
            "decided on."
        )
    runs = segments.runs(study)
    items += [over.text(warning) for warning in (runs[0].warnings if runs else ("No run of discovery was made yet.",))]
    items += stack.doubts
    items.append("Participants were chosen, not sampled at random: people who were not interviewed are not covered.")
    return (Head("What the data cannot say", "limits"), Bullets(tuple(items)))


def methods(study: Study, over: Cover, needs: Needs) -> Section:
    """Describe how each part was computed, with parameters, seed, hashes and versions."""
    blocks: list[Block] = [
        Text(
            "Passages are participants' own words, marked by the program or by hand and decided on by people. Passages that are "
            "said alike are clustered; people name, change and confirm the clusters. A participant's first need is the segment "
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
            Table("The newest run of discovery", ("parameter", "value"), tuple(rows)),
            Table("Versions it ran with", ("program", "version"), versions),
        ]
    else:
        blocks.append(Text("No run of discovery was made."))
    sources = accounts.sources(study)
    if sources:
        read = tuple(
            (kind, source.file_name, str(source.row_count), str(source.rejected), source.file_sha256)
            for kind, source in sorted(sources.items())
        )
        blocks.append(Table("Account data that was read", ("kind", "file", "rows", "refused", "SHA-256"), read))
    confirmed = sum(each.status == "confirmed" for each in needs.shown)
    blocks.append(
        Bullets(
            (
                f"needsseg {__version__}; segmentation {accounts.version(study)}; {confirmed} of {len(needs.shown)} "
                "segments "
                "confirmed.",
                "Names are those of the study." if over.original else
                "Pseudonyms stand for known names, companies and contacts. Names nobody listed are not found, and stories can "
                "tell who somebody is: read the report before forwarding it.",
            )
        )
    )  # fmt: skip
    return Section("methods", "Methods and parameters", tuple(blocks))
