"""Gather the report for readers outside the study, under pseudonyms, and write it to one file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from needsseg.actions.accounts import accounts
from needsseg.actions.coding import pseudonyms
from needsseg.actions.coding.blind import is_blind
from needsseg.actions.exchange import output_files
from needsseg.actions.exchange.report.accounts import Stack, gather_stack
from needsseg.actions.exchange.report.backlog import Served, served_needs
from needsseg.actions.exchange.report.codes import codes_section
from needsseg.actions.exchange.report.differences import differences
from needsseg.actions.exchange.report.gathered import Gathered, covered_error, gather_needs
from needsseg.actions.exchange.report.methods import limits, methods
from needsseg.actions.exchange.report.people import map_section, people_section
from needsseg.actions.exchange.report.readout import readout_section, title
from needsseg.actions.exchange.report.segments import quotes_section, segments_section
from needsseg.actions.transcripts.interview_dates import interview_date
from needsseg.errors import Advice, Fix, UsageError
from needsseg.exchange.report.content import MADE_BY, Block, Report, Section, only, texts_of
from needsseg.progress import Progress, silent
from needsseg.records import Participant
from needsseg.study.accounts.accounts import participants
from needsseg.study.connection import Study
from needsseg.text import format_count

Format = Literal["html", "md", "docx", "pptx"]
FORMATS: tuple[str, ...] = get_args(Format)
ENDINGS: dict[str, Format] = {
    ".html": "html", ".htm": "html", ".md": "md", ".markdown": "md", ".docx": "docx", ".pptx": "pptx"
}  # fmt: skip
SECTIONS = ("readout", "segments", "map", "people", "codes", "accounts", "rollups", "curves", "methods", "quotes")
"""The sections that a report can have, in their order."""
_QUOTING = ("readout", "segments", "map")
"""The sections with quotes that have a place in the section of quotes."""
AUDIENCES: dict[str, tuple[str, ...]] = {
    "product": ("readout", "segments", "people", "codes", "quotes"),
    "sales": ("readout", "accounts", "rollups", "curves"),
    "leadership": ("readout",),
}
"""The sections for some readers."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is about: accounts as of the day ``as_of``, else of the day after the newest event.

    Retention is followed from the day ``since``. Participants have pseudonyms unless ``original`` is set. ``backlog`` is a
    file of features, whose place in the needs the readout says; ``sections`` are names of SECTIONS, all where it is empty.
    ``beside`` is the folder that the report will lie in, from which links to recordings start.
    """

    as_of: date | None = None
    since: date | None = None
    original: bool = False
    backlog: Path | None = None
    sections: tuple[str, ...] = ()
    beside: Path | None = None


_WHOLE = Question()


def gather(
    study: Study, question: Question = _WHOLE, *, progress: Progress = silent, engine: str | None = None
) -> Report:
    """Gather the report; sections without data say what is missing.

    Changes nothing; equal studies give equal reports. Raises TableError for a backlog that cannot be read.
    """
    with study.reading_once():
        return _gathered(study, question, progress, engine)


def _gathered(study: Study, question: Question, progress: Progress, engine: str | None) -> Report:
    over = replace(pseudonyms.cover(study, original=question.original), spoken=[])
    progress("gathering the report", 0, 3)
    day = question.as_of or (accounts.day_after_events(study) if "accounts" in accounts.sources(study) else None)
    served = served_needs(study, question.backlog, day, progress, engine) if question.backlog else None
    stack = gather_stack(study, over, day, question.since, progress, engine)
    progress("gathering the report", 1, 3)
    data = gather_needs(study, over)
    progress("gathering the report", 2, 3)
    differing: tuple[Block, ...] = ()
    if day is not None and stack.has_labels and "readout" in (question.sections or SECTIONS):
        differing = differences(study, day, progress, engine)
    report = Report(title(data), {}, _sections(data, stack, differing, served, question))
    report = only(report, question.sections) if question.sections else report
    left = "" if question.original else pseudonyms.left_in_text(study, over, texts_of(report))
    progress("gathering the report", 3, 3)
    return replace(report, facts=_facts(data, day if stack.data is not None else None, left), left_names=left)


def _sections(
    data: Gathered, stack: Stack, differing: tuple[Block, ...], served: Served | None, question: Question
) -> tuple[Section, ...]:
    """Gather the sections that are asked for, and those that come with them; quotes are those of the other sections."""
    makers: dict[str, Callable[[], tuple[Section, ...]]] = {
        "readout": lambda: (readout_section(data, stack, differing, served, limits(data, stack)),),
        "segments": lambda: (segments_section(data, stack.data),),
        "map": lambda: map_section(data),
        "people": lambda: (people_section(data),),
        "codes": lambda: (codes_section(data),),
        "accounts": lambda: stack.sections,
        "methods": lambda: (methods(data),),
        "quotes": lambda: quotes_section(data, question.beside),
    }
    wanted = set(question.sections or SECTIONS)
    if wanted & {"rollups", "curves"}:
        wanted.add("accounts")
    if "quotes" in wanted and not wanted & set(_QUOTING):
        wanted.update(_QUOTING)
    return tuple(section for name, make in makers.items() if name in wanted for section in make())


def named_sections(names: Sequence[str], audience: str | None = None) -> tuple[str, ...]:
    """Return the sections of these names, else those for an audience, else none, which stands for all.

    UsageError, which lists what there is, for a name that is no section.
    """
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        raise UsageError(f"The report has no section “{unknown[0]}”.", f"Its sections are: {', '.join(SECTIONS)}.")
    return tuple(name for name in SECTIONS if name in names) or (AUDIENCES[audience] if audience else ())


def format_of(path: Path, format: str | None = None) -> str:
    """Return the format to write: ``format``, else that of the file's ending.

    UsageError for a format or an ending that is none.
    """
    if format is not None and format not in FORMATS:
        raise UsageError(f"There is no report format '{format}'.", f"The formats are {', '.join(FORMATS)}.")
    if format is None and path.suffix.lower() not in ENDINGS:
        ending = f"'{path.suffix}' is no ending of a report" if path.suffix else "The file's name has no ending"
        raise UsageError(f"{path.name}: {ending}.", f"Name a file that ends in {', '.join(ENDINGS)}.")
    return format or ENDINGS[path.suffix.lower()]


def check_target(
    study: Study, path: Path, format: str, sections: Sequence[str] = (), *, overwrite: bool = False
) -> None:
    """Raise UsageError or NeedssegError if a report must not be written to ``path``, before the long work starts.

    Refuses a coder who works blind, and slides of anything but the readout.
    """
    if is_blind(study):
        raise UsageError(
            "You work blind, and a report shows what everybody decided.", Advice("Stop working blind: ", Fix.BLIND_OFF)
        )
    format_of(path, format)
    if format == "pptx" and sections and "readout" not in sections:
        raise UsageError("Slides show the readout alone.", "Choose the section readout, or write another format.")
    output_files.check(study, path, MADE_BY, "report", overwrite=overwrite)


def write_report(study: Study, report: Report, path: Path, format: str, *, overwrite: bool = False) -> Path:
    """Write a report in one of FORMATS, whole or not at all; return ``path``.

    Replaces an earlier report, any other file only with ``overwrite``, and never the study or its account data.
    """
    check_target(study, path, format, overwrite=overwrite)
    output_files.write(study, path, written(report, format), private=True)
    return path


def written(report: Report, format: str) -> str | bytes:
    """Return a report in one of FORMATS."""
    if format == "docx":
        from needsseg.exchange.report.document import document

        return document(report)
    if format == "pptx":
        from needsseg.exchange.report.slides import slides

        return slides(report)
    return as_html(report) if format == "html" else as_markdown(report)


def as_markdown(report: Report) -> str:
    """Format a report as Markdown."""
    from needsseg.exchange.report.markdown import markdown

    return markdown(report)


def as_html(report: Report) -> str:
    """Format a report as one page that loads nothing from elsewhere."""
    from needsseg.exchange.report.html import page

    return page(report)


def _facts(data: Gathered, day: date | None, left: str) -> dict[str, str]:
    """What the report rests on, for the lines below its title."""
    study, original = data.study, data.over.original
    people = participants(study)
    companies = len({who.company for who in people if who.company})
    counted = format_count(len(data.people), "participant")
    at = f" at {format_count(companies, 'company', 'companies')}" if companies else ""
    return {
        "Rests on": f"{format_count(len(data.transcripts), 'interview')} with {counted}{at}{_when(data, people)}",
        "Accounts as of": str(day) if day else "no account data",
        "Names": "as in the study: do not forward without leave"
        if original
        else "; ".join(filter(None, ("pseudonyms: read before you forward this", left))),
    }


def _when(data: Gathered, people: Sequence[Participant]) -> str:
    """The first and last day of interviews where participants have them, or what is wrong with one of them."""
    try:
        days = sorted(day for who in people if (day := interview_date(who)) is not None)
    except UsageError as error:
        return f" ({covered_error(data.study, data.over, error)})"
    if not days:
        return "; no date of an interview is known"
    return f", on {days[0]}" if days[0] == days[-1] else f", {days[0]} to {days[-1]}"
