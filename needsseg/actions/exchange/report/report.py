"""The report that people read and forward: gathered from the whole study, under pseudonyms, and written to one file."""

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
from needsseg.actions.exchange.report.needs import Needs, Shown, gather_needs
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
    """All that the report says; what the study lacks is said in its place.

    Accounts are looked at ``as_of`` a day, else the day after the newest event; who stays is followed ``since`` a day.
    Participants stand under pseudonyms, unless ``original`` is asked for. Changes nothing; the same study gives the same.
    """
    over = pseudonyms.cover(study, original=original)
    progress("gathering the report", 0, 3)
    day = as_of or (accounts.day_after_events(study) if "accounts" in accounts.sources(study) else None)
    stack = gather_stack(study, over, day, since, progress, engine)
    progress("gathering the report", 1, 3)
    needs = gather_needs(study, over, stack.held)
    progress("gathering the report", 2, 3)
    left = "" if original else pseudonyms.left_in_words(study)
    facts = {
        "Rests on": _counted(study),
        "Accounts as of": str(day) if stack.held is not None and day else "no account data",
        "Names": "as in the study: do not forward without leave"
        if original
        else "; ".join(filter(None, ("pseudonyms; read before forwarding", left))),
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
    """Raises UsageError or NeedssegError where a report is not to be written to ``path``; to ask before the long work.

    A blind coder is refused.
    """
    if is_blind(study):
        raise UsageError(
            "You work blind, and a report holds what everybody decided.", Advice("See it first: ", Fix.BLIND_OFF)
        )
    if format not in FORMATS:
        raise UsageError(f"There is no report format '{format}'.", f"The formats are {', '.join(FORMATS)}.")
    output_files.check(study, path, MADE_BY, "report", overwrite=overwrite)


def write_report(study: Study, made: Report, path: Path, format: str, *, overwrite: bool = False) -> Path:
    """Writes a report as one self-contained page (html) or as Markdown (md), whole or not at all; returns ``path``.

    An earlier report is replaced; any other file only with ``overwrite``, and the study and its account data never.
    """
    check_target(study, path, format, overwrite=overwrite)
    output_files.write(study, path, as_html(made) if format == "html" else as_markdown(made), private=True)
    return path


def as_markdown(made: Report) -> str:
    """The report as Markdown."""
    from needsseg.exchange.report.markdown import markdown

    return markdown(made)


def as_html(made: Report) -> str:
    """The report as one page that fetches nothing."""
    from needsseg.exchange.report.html import page

    return page(made)


def _counted(study: Study) -> str:
    talks, marked = interviews.listing(study), passages.listing(study)
    accepted = sum(passage.status == "accepted" for passage in marked)
    open_ones = sum(passage.status == "suggested" for passage in marked)
    people = len(participant_needs(study))
    return (
        f"{format_count(len(talks), 'interview')}, {format_count(people, 'participant')}, "
        f"{format_count(accepted, 'accepted passage')}, {open_ones} undecided ones"
    )


def _in_short(needs: Needs, stack: Stack) -> tuple[Text | Bullets, ...]:
    items = tuple(f"{shown.name}: {_job(shown)}" for shown in needs.shown)
    lead = format_count(len(items), "segment") if items else "No segment yet"
    said = f"{lead}{needs.confirmed_in_words}. {stack.in_short}".strip()
    verdict = [Text(line) for line in needs.verdict]
    return (Text(said, lead=True), *verdict, *((Bullets(items),) if items else ()))


def _job(shown: Shown) -> str:
    """What a segment's people need, as somebody wrote it; nothing that the program put together."""
    return shown.need or shown.statement or shown.description or "nobody has written what its people need"
