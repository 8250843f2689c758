"""Gather the audit trail of a study, names of participants under pseudonyms, and write it to a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions.coding import pseudonyms
from needsseg.actions.coding.blind import is_blind
from needsseg.actions.coding.pseudonyms import Cover
from needsseg.actions.exchange import output_files
from needsseg.actions.study.languages import model_name
from needsseg.embedding.catalogue import locate
from needsseg.errors import Advice, Fix, NeedssegError, UsageError
from needsseg.exchange.audits import ENDINGS, Audit, AuditRun, Confirmed, Decided, Entry, Words, audit_content
from needsseg.exchange.documents.document import MADE_BY
from needsseg.files import file_sha256
from needsseg.settings import Settings, load, prompt_file, shipped
from needsseg.study import history
from needsseg.study.accounts import accounts
from needsseg.study.coding import decisions
from needsseg.study.connection import now
from needsseg.study.history import HistoryEntry
from needsseg.study.migrations.numbered import LATEST
from needsseg.study.segments import runs, segments
from needsseg.study.transcripts import interviews
from needsseg.version import __version__

if TYPE_CHECKING:
    from needsseg.study.connection import Study


def audit(study: Study, *, original: bool = False) -> Audit:
    """Gather who did what when, oldest first, standing decisions, runs, and the files of prompts and rules.

    Names and keys of participants and interviews are pseudonyms unless ``original``; coders' names stay. Refuses a coder who
    works blind, since it shows what everybody decided.
    """
    if is_blind(study):
        raise UsageError(
            "You work blind, and an audit trail shows what everybody decided.",
            Advice("Stop working blind: ", Fix.BLIND_OFF),
        )
    over = pseudonyms.cover(study, original=original)
    summary = _covered_summaries(study, over)
    settings = load(study.path)
    return Audit(
        now(),
        __version__,
        LATEST,
        not original,
        _model_in_words(model_name(study)),
        tuple(
            Entry(row.id, row.at, row.actor, row.action, summary(row), row.state, row.program)
            for row in reversed(history.entries(study))
        ),
        tuple(
            AuditRun(
                run.id, run.started_at, run.model, run.model_sha256, run.seed, run.input_status, run.input_sha256,
                run.parameters, run.versions,
            )
            for run in reversed(runs.listing(study))
        ),
        tuple(
            Decided(row.passage, over.interview(row.interview), row.what, over.text(row.code), row.by, row.at)
            for row in decisions.decisions(study)
        ),
        tuple(
            Confirmed(
                row.name, row.confirmer, row.confirmed_at or "", len((row.evidence or {}).get("passages", []))
            )
            for row in segments.listing(study)
            if row.status == "confirmed"
        ),
        _words(settings),
    )  # fmt: skip


def _model_in_words(name: str) -> str:
    try:
        model = locate(name)
    except NeedssegError:
        return f"{Path(name).name}, which is not on this machine"
    return f"{Path(model.name).name}, SHA-256 {model.sha256}"


def _words(settings: Settings) -> tuple[Words, ...]:
    """The files of prompts and rules that the study uses, those of the user's own folder marked."""
    folder = shipped("prompts")
    files = [(file.name, prompt_file(file.name, settings)) for file in sorted(folder.glob("*.toml"))]
    return tuple(
        Words(name, file_sha256(file), file_sha256(file) == file_sha256(folder / name)) for name, file in files
    )


def _covered_summaries(study: Study, over: Cover) -> Callable[[HistoryEntry], str]:
    """Return a function that puts pseudonyms into an action's summary, which names keys of interviews and participants too."""
    if over.original:
        return lambda entry: entry.summary
    people = {person.key: over.participant(person.key) for person in accounts.participants(study)}
    talks = {key: over.interview(key) for key in interviews.keys(study)}
    names = sorted({*people, *talks}, key=lambda key: (-len(key), key))
    keys = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?![\w-])") if names else None

    def covered(entry: HistoryEntry) -> str:
        # Many participants have the key of their interview; what is said of a participant begins with it.
        shown = talks | people if entry.action == "participant" else people | talks
        return over.text(keys.sub(lambda match: shown[match[0]], entry.summary) if keys else entry.summary)

    return covered


def check(study: Study, path: Path, *, overwrite: bool = False) -> str:
    """Return the ending by which an audit trail is written to ``path``, or raise an error that names what is wrong with it."""
    ending = output_files.ending(path, ENDINGS, "an audit trail")
    mark = '"suggested_with": ' if ending == ".json" else MADE_BY
    output_files.check(study, path, mark, "audit trail", overwrite=overwrite)
    return ending


def write(study: Study, trail: Audit, path: Path, *, overwrite: bool = False) -> None:
    """Write an audit trail to ``path`` in the format of its ending, whole or not at all."""
    ending = check(study, path, overwrite=overwrite)
    output_files.write(study, path, audit_content(trail, ending), private=True)
