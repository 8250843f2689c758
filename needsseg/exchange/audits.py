"""Write an audit trail for the appendix of a method: who decided what when, and with which program, model and words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from needsseg.exchange.documents.document import Block, Document, Grid, Heading, Paragraph
from needsseg.exchange.documents.markdown import as_markdown
from needsseg.exchange.word import Cell
from needsseg.text import format_count

ENDINGS = (".md", ".json")
STATES = {"done": "", "undone": "undone", "superseded": "undone and given up"}
NOT_SAID = (
    "The history begins with the study. What was done in a colleague's copy stands as one entry, the merge. Each action names "
    "the version of the program that did it, and each run the versions it ran with; the files of words are those at the time of "
    "this file."
)
NOT_NOTED = "not noted"
NOT_NOTED_EXPLAINED = "Versions began to be noted with needsseg 0.2.0: actions from before have none."


@dataclass(frozen=True, slots=True)
class Entry:
    """One action of the history; ``state`` is done, undone, or superseded (undone and given up).

    ``program`` is the version of the program that did it, "" for actions that were done before this was noted.
    """

    id: int
    at: str
    actor: str
    action: str
    summary: str
    state: str
    program: str = ""


@dataclass(frozen=True, slots=True)
class AuditRun:
    """One run of discovery, with all that is needed to repeat it."""

    id: int
    started_at: str
    model: str
    model_sha256: str
    seed: int
    input_status: str
    input_sha256: str
    parameters: Mapping[str, object]
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Decided:
    """A standing decision: a status (``what``) of a passage, or ``coded`` with a code."""

    passage: int
    interview: str
    what: str
    code: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A segment that somebody confirmed, with how many passages it rested on."""

    segment: str
    by: str
    at: str
    passages: int


@dataclass(frozen=True, slots=True)
class Words:
    """A file of prompts or rules that the program uses: its name, the SHA-256 of its bytes, and whether it is as shipped."""

    file: str
    sha256: str
    shipped: bool


@dataclass(frozen=True, slots=True)
class Audit:
    """All that an audit trail says; entries are oldest first."""

    written_at: str
    program: str
    study_version: int
    pseudonyms: bool
    suggested_with: str
    entries: tuple[Entry, ...]
    runs: tuple[AuditRun, ...]
    decisions: tuple[Decided, ...]
    confirmed: tuple[Confirmed, ...]
    words: tuple[Words, ...]


def audit_content(audit: Audit, ending: str) -> str:
    """Return an audit trail as the content of a file with one of ``ENDINGS``."""
    if ending == ".json":
        return json.dumps(asdict(audit), indent=1, ensure_ascii=False) + "\n"
    return as_markdown(audit_document(audit))


def audit_document(audit: Audit) -> Document:
    """Return an audit trail as a document; single decisions are in the JSON alone, here they are counted by person."""
    undone = sum(entry.state != "done" for entry in audit.entries)
    confirmed: list[tuple[Cell, ...]] = [(row.segment, row.by, row.at, row.passages) for row in audit.confirmed]
    words: list[tuple[Cell, ...]] = [
        (row.file, row.sha256, "yes" if row.shipped else "no, edited") for row in audit.words
    ]
    history: list[tuple[Cell, ...]] = [
        (row.id, row.at, row.actor, row.action, row.summary, STATES.get(row.state, row.state), row.program or NOT_NOTED)
        for row in audit.entries
    ]
    blocks: list[Block] = [
        Paragraph(audit.written_at, "bullet", label="Written at:"),
        Paragraph(f"needsseg {audit.program}, study file version {audit.study_version}", "bullet", label="Program:"),
        Paragraph(audit.suggested_with or "none", "bullet", label="Model that suggests passages:"),
        Paragraph("pseudonyms" if audit.pseudonyms else "as in the study", "bullet", label="Names:"),
        Paragraph(
            f"{format_count(len(audit.entries), 'action')}, {undone} of them undone", "bullet", label="History:"
        ),
        Paragraph(NOT_SAID),
        Heading("Who decided what"),
        *_people(audit),
        Heading("Confirmed segments"),
        *_table(
            ("segment", "confirmed by", "at", "passages"),
            confirmed,
            "Nobody has confirmed a segment.",
        ),
        Heading("Runs of discovery"),
        *_runs(audit.runs),
        Heading("Prompts and rules"),
        *_table(
            ("file", "SHA-256", "as shipped"),
            words,
            "None.",
        ),
        Heading("History"),
        *([] if all(row.program for row in audit.entries) else [Paragraph(NOT_NOTED_EXPLAINED)]),
        *_table(
            ("entry", "at (UTC)", "who", "action", "what", "undone", "program"),
            history,
            "Nothing was done yet.",
        ),
    ]  # fmt: skip
    return Document("Audit trail", tuple(blocks))


def _people(audit: Audit) -> list[Block]:
    actions = Counter(entry.actor for entry in audit.entries if entry.state == "done")
    counts = Counter((row.by, row.what) for row in audit.decisions)
    people = sorted({*actions, *(row.by for row in audit.decisions)})
    rows: list[tuple[Cell, ...]] = [
        (who, *(counts[who, what] for what in ("accepted", "rejected", "coded")), actions[who]) for who in people
    ]
    return _table(
        ("who", "passages accepted", "passages rejected", "codes put on passages", "actions"), rows, "Nobody yet."
    )


def _runs(runs: Sequence[AuditRun]) -> list[Block]:
    if not runs:
        return [Paragraph("No run was made.")]
    blocks: list[Block] = []
    for run in runs:
        facts = [
            ("started at", run.started_at),
            ("model", f"{run.model}, SHA-256 {run.model_sha256}"),
            ("seed", str(run.seed)),
            ("passages", f"{run.input_status}, SHA-256 {run.input_sha256}"),
            *((name, json.dumps(value, sort_keys=True)) for name, value in sorted(run.parameters.items()) if name != "seed"),
            *((f"version of {name}", version) for name, version in sorted(run.versions.items())),
        ]  # fmt: skip
        blocks += [Heading(f"Run {run.id}", 2), Grid(("what", "value"), tuple(facts))]
    return blocks


def _table(header: tuple[str, ...], rows: Sequence[tuple[Cell, ...]], empty: str) -> list[Block]:
    return [Grid(header, tuple(rows))] if rows else [Paragraph(empty)]
