"""Gather the report for readers outside the study, under pseudonyms, and write it to one file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal, get_args

from needsseg.actions.accounts import accounts
from needsseg.actions.coding import pseudonyms
from needsseg.actions.coding.blind import is_blind
from needsseg.actions.exchange import output_files
from needsseg.actions.exchange.report.accounts import Stack, gather_stack
from needsseg.actions.exchange.report.methods import limits, methods
from needsseg.actions.exchange.report.needs import Needs, ReportSegment, gather_needs
from needsseg.actions.segments.participant_needs import participant_needs
from needsseg.actions.transcripts import interviews
from needsseg.errors import Advice, Fix, UsageError
from needsseg.exchange.report.content import MADE_BY, Bullets, Report, Section, Text
from needsseg.progress import Progress, silent
from needsseg.study.coding import passages
from needsseg.study.connection import Study
from needsseg.text import format_count
from needsseg.version import __version__

Format = Literal["html", "md"]
FORMATS: tuple[str, ...] = get_args(Format)


def gather(
    study: Study,
    as_of: date | None = None,
    since: date | None = None,
    *,
    original: bool = False,
    progress: Progress = silent,
    engine: str | None = None,
) -> Report:
    """Gather the report; sections without data say what is missing.

    Accounts are as of the day ``as_of``, else of the day after the newest event; retention is followed from the day
    ``since``. Participants have pseudonyms unless ``original`` is set. Changes nothing; equal studies give equal reports.
    """
    over = pseudonyms.cover(study, original=original)
    progress("gathering the report", 0, 3)
    day = as_of or (accounts.day_after_events(study) if "accounts" in accounts.sources(study) else None)
    stack = gather_stack(study, over, day, since, progress, engine)
    progress("gathering the report", 1, 3)
    needs = gather_needs(study, over, stack.data)
    progress("gathering the report", 2, 3)
    left_note = "" if original else pseudonyms.left_in_words(study)
    facts = {
        "Rests on": _counted(study),
        "Accounts as of": str(day) if stack.data is not None and day else "no account data",
        "Names": "as in the study: do not forward without leave"
        if original
        else "; ".join(filter(None, ("pseudonyms; read before forwarding", left_note))),
        "Made with": f"needsseg {__version__}, segmentation {accounts.version(study)}",
    }
    sections = (
        Section("short", "In short", (*_in_short(needs, stack), *limits(study, over, needs, stack))),
        *needs.sections,
        *stack.sections,
        methods(study, over, needs),
        *needs.appendix,
    )
    progress("gathering the report", 3, 3)
    return Report("What customers need, and who they are", facts, sections)


def check_target(study: Study, path: Path, format: str, *, overwrite: bool = False) -> None:
    """Raise UsageError or NeedssegError if a report must not be written to ``path``, before the long work starts.

    Refuses a coder who works blind.
    """
    if is_blind(study):
        raise UsageError(
            "You work blind, and a report shows what everybody decided.", Advice("Stop working blind: ", Fix.BLIND_OFF)
        )
    if format not in FORMATS:
        raise UsageError(f"There is no report format '{format}'.", f"The formats are {', '.join(FORMATS)}.")
    output_files.check(study, path, MADE_BY, "report", overwrite=overwrite)


def write_report(study: Study, report: Report, path: Path, format: str, *, overwrite: bool = False) -> Path:
    """Write a report as one self-contained page (html) or as Markdown (md), whole or not at all; return ``path``.

    Replaces an earlier report, any other file only with ``overwrite``, and never the study or its account data.
    """
    check_target(study, path, format, overwrite=overwrite)
    output_files.write(study, path, as_html(report) if format == "html" else as_markdown(report), private=True)
    return path


def as_markdown(report: Report) -> str:
    """Format a report as Markdown."""
    from needsseg.exchange.report.markdown import markdown

    return markdown(report)


def as_html(report: Report) -> str:
    """Format a report as one page that loads nothing from elsewhere."""
    from needsseg.exchange.report.html import page

    return page(report)


def _counted(study: Study) -> str:
    listed, marked = interviews.listing(study), passages.listing(study)
    accepted = sum(passage.status == "accepted" for passage in marked)
    undecided = sum(passage.status == "suggested" for passage in marked)
    people = len(participant_needs(study))
    return (
        f"{format_count(len(listed), 'interview')}, {format_count(people, 'participant')}, "
        f"{format_count(accepted, 'accepted passage')}, {undecided} undecided ones"
    )


def _in_short(needs: Needs, stack: Stack) -> tuple[Text | Bullets, ...]:
    items = tuple(f"{shown.name}: {_need_words(shown)}" for shown in needs.shown)
    lead = format_count(len(items), "segment") if items else "No segment yet"
    summary = f"{lead}{needs.confirmed_in_words}. {stack.in_short}".strip()
    verdict = [Text(line) for line in needs.verdict]
    return (Text(summary, lead=True), *verdict, *((Bullets(items),) if items else ()))


def _need_words(shown: ReportSegment) -> str:
    """The need of a segment's participants as somebody wrote it; never a text that the program composed."""
    return shown.need or shown.statement or shown.description or "nobody has written what its people need"
