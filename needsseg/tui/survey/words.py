"""The survey in lines: questions, options with their likelihoods, verdicts, accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from needsseg.actions.survey import TO_BE_WORDED
from needsseg.records import Passage
from needsseg.text import format_count
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.survey.editing import MOST_ASKED, Edits
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.survey import Option, Question, Survey, Verdict
    from needsseg.actions.survey.accuracy import SurveyAccuracy
    from needsseg.actions.survey.survey import SurveyVersion

FIGURE, LEAST_WORDS = 5, 20
REFUSED = "refused"
MOST_DRIFTED = 2


def fitted(text: str, width: int) -> str:
    """One line of exactly ``width`` cells."""
    flat = one_line(text, 1000)
    return set_cell_size(flat if cell_len(flat) <= width else set_cell_size(flat, width - 1) + "…", width)


def title(edits: Edits) -> str:
    """Which survey is shown, and what it promises."""
    shown = edits.shown
    if shown is None:
        return ""
    asked = shown.asked
    bits = sum(question.gain for question in asked)
    which = f"Survey {shown.version}" if shown.version else "Survey, not saved yet"
    which += ", edited" if edits.unsaved and shown.version else ""
    among = ", ".join(one_line(name, 24) for name in shown.segments)
    return f"{which}: {format_count(len(asked), 'question')} tell {bits:.2f} bits of {among}"


def cautions(edits: Edits, drifted: Sequence[str]) -> Content:
    """What to bear in mind before it is used."""
    shown = edits.shown
    said = list(drifted[:MOST_DRIFTED])
    if len(drifted) > MOST_DRIFTED:
        said.append(f"{len(drifted) - MOST_DRIFTED} more changes since it was drafted: needsseg survey show")
    if shown is not None and edits.stale and edits.saved is not None and shown.version:
        said.append(
            f"These edits began from {shown.version}; the study has {edits.saved.version} by now "
            f"({key_of('survey.versions')} takes it up)."
        )
    if shown is not None and (lacking := len(shown.to_be_worded)):
        said.append(
            f"{format_count(lacking, 'option')} {TO_BE_WORDED} before it is exported or routes anybody: "
            f"{key_of('survey.reword')} on the "
            "option."
        )
    if shown is not None and len(shown.chosen) < shown.least_answers:
        said.append(
            f"Fewer than {shown.least_answers} answers put nobody to a segment: ask more, or everybody gets the "
            "default flow."
        )
    if shown is not None and len(shown.chosen) < MOST_ASKED:
        said.append(
            f"Only {format_count(len(shown.chosen), 'question')} asked of {MOST_ASKED}: "
            f"{key_of('survey.choose')} asks one more."
        )
    return lines([plain(f"! {line}", "bold") for line in said])


def question_line(question: Question, place: int | None) -> Content:
    """A question: its place where it is asked, its gain in bits, its words."""
    mark = f"{place}" if place is not None else "·"
    style = "bold" if place is not None else "dim"
    lacking = sum(option.to_be_worded for option in question.options)
    told = f"  {lacking} {TO_BE_WORDED}" if lacking else ""
    return Content.assemble(
        plain(f"{mark} {question.gain:.2f} bits  ", "dim"), plain(question.words, style), plain(told, "dim italic")
    )


def columns(segments: Sequence[str], across: int) -> tuple[int, int]:
    """How wide the words of an option are, and each segment's figure beside them."""
    widest = max(cell_len(one_line(name, 60)) for name in segments)
    room = (across - LEAST_WORDS) // len(segments) - 2
    figure = max(FIGURE, min(widest, room, 12))
    return max(LEAST_WORDS, across - len(segments) * (figure + 2)), figure


def option_header(segments: Sequence[str], across: int) -> Content:
    """What stands over the figures."""
    words, figure = columns(segments, across)
    names = "".join("  " + " " * max(0, figure - cell_len(n)) + fitted(n, min(figure, cell_len(n))) for n in segments)
    return plain(fitted("likely to be picked by", words) + names, "dim")


def option_line(question: Question, at: int, segments: Sequence[str], across: int) -> Content:
    """An option on a line with each segment's likelihood, the highest with a star."""
    words, figure = columns(segments, across)
    values = [question.likelihoods[name][at] for name in segments]
    best = max(values)
    option = question.options[at]
    parts = [plain(fitted(option.words or f"[{TO_BE_WORDED}]", words), "italic" if option.to_be_worded else "")]
    for value in values:
        # Where all are alike none stands out.
        first = value == best and min(values) < best
        said = f"{chance(value)}{'*' if first else ' '}"
        parts += [plain(" " * (2 + figure - len(said))), plain(said, "bold" if first else "")]
    return Content.assemble(*parts)


def chance(value: float) -> str:
    """A chance as ``.42``, with three places where two would show none or all."""
    if not 0.0005 <= value < 0.9995:
        return "<.001" if value < 0.5 else ">.999"
    return (f"{value:.2f}" if 0.005 <= value < 0.995 else f"{value:.3f}").lstrip("0")


def option_about(option: Option) -> Content:
    """All words of the option, above the quotes."""
    if option.to_be_worded:
        return plain(
            f"{TO_BE_WORDED[:1].upper()}{TO_BE_WORDED[1:]} ({key_of('survey.reword')}): one plain clause. "
            "Hints, in participants' words:",
            "bold",
        )
    return plain(f"“{option.words}” rests on:" if option.evidence else f"“{option.words}”", "bold")


def quote_line(passage: Passage, who: str) -> Content:
    """A quote and whose it is."""
    return Content.assemble(plain(f"“{one_line(passage.quote, 300)}”"), plain(f"  {who}", "dim"))


def verdict_lines(name: str, verdict: Verdict, default_flow: str) -> Content:
    """Where a response goes, how sure that is, and why nowhere else."""
    if verdict.reason == REFUSED:
        return lines([plain(f"{name} → refused", "bold"), plain(f"    {verdict.told}")])
    ranked = sorted(verdict.posterior.items(), key=lambda pair: -pair[1])
    chances = " · ".join(f"{one_line(segment, 24)} {chance(value)}" for segment, value in ranked)
    goes = verdict.segment if verdict.segment is not None else f"{default_flow} flow"
    why = "" if verdict.segment is not None else f": {verdict.reason}"
    parts = [
        Content.assemble(
            plain(f"{one_line(name, 24)} → "),
            plain(f"{goes}{why}", "bold"),
            plain(f"  {verdict.answered} answered · margin {chance(verdict.margin)}", "dim"),
        ),
        plain(f"    {chances}", "dim"),
    ]
    if verdict.told:
        parts.append(plain(f"    {verdict.told}", "dim"))
    return lines(parts)


def verdicts_told(verdicts: Sequence[tuple[str, Verdict]]) -> str:
    """How many were routed, how many not."""
    refused = sum(verdict.reason == REFUSED for _, verdict in verdicts)
    routed = sum(verdict.segment is not None for _, verdict in verdicts)
    rest = len(verdicts) - routed - refused
    more = f", {refused} refused" if refused else ""
    return f"{format_count(len(verdicts), 'response')}: {routed} routed, {rest} to the default flow{more}"


def accuracy_lines(found: SurveyAccuracy, shown: Survey) -> list[str]:
    """What is known of a survey's accuracy, in words."""
    said = [found.sentence, ""]
    said += [f"question {each.question}, option {each.option}: {each.why}" for each in found.not_known]
    if found.not_known:
        return [
            *said,
            "",
            "What participants said tells nothing of other words. Once customers answered whose segment is known from "
            "interviews, this shows how well their answers sorted them.",
        ]
    return [
        *said,
        "Leave-one-out: for each participant, likelihoods and questions were made from the others alone, "
        "and the answers "
        "taken from what the participant said where it shows an option. The interval is Wilson's.",
        f"Below a posterior of {shown.least_posterior:g} or a margin of {shown.least_margin:g}, or with fewer than "
        f"{shown.least_answers} answers, a response gets no label.",
        with_keys(
            "Likelihoods that you edited ({survey.likelihoods}) are not measured so: where options rest on "
            "quotes they are counted anew."
        ),
    ]


def version_about(row: SurveyVersion) -> str:
    """Who saved a version, when, and what came by it."""
    when = row.made_at.replace("T", " ").rstrip("Z")
    used = f", {format_count(row.responses, 'response')}" if row.responses else ""
    used += f", {format_count(row.to_be_worded, 'option')} {TO_BE_WORDED}" if row.to_be_worded else ""
    return f"{row.asked} of {format_count(row.drafted, 'question')} asked{used} · {row.made_by} {when}"


def routed(found: dict[str, object]) -> tuple[str, list[str]]:
    """What a file of responses came to, in a sentence and in lines."""
    read, labelled = _number(found, "responses"), _number(found, "labelled")
    refused = _rows(found, "refused")
    where = f"{format_count(read, 'response')} of {format_count(_number(found, 'accounts'), 'account')}"
    title = f"{where}: {labelled} labelled by survey {found.get('version', '')}"
    if found.get("unchanged"):
        title += "; all of it was there already"
    said = [f"{name}: {count}" for name, count in _counts(found, "segments")]
    said += [f"default flow, {reason}: {count}" for reason, count in _counts(found, "abstained")]
    said += [f"{name} was read from column “{column}”" for name, column in _counts(found, "columns")]
    said += [f"! {warning}" for warning in _rows(found, "warnings")]
    for row in refused:
        if isinstance(row, dict):
            column, value = row.get("column"), row.get("value")
            cell = f", {column} “{value}”" if column else ""
            said.append(f"refused row {row.get('row', '?')}{cell}: {row.get('reason', '')}")
        else:
            said.append(f"refused: {row}")
    return title + (f", {format_count(len(refused), 'row')} refused" if refused else ""), said


def _number(found: dict[str, object], name: str) -> int:
    value = found.get(name)
    return value if isinstance(value, int) else 0


def _rows(found: dict[str, object], name: str) -> list[object]:
    value = found.get(name)
    return list(value) if isinstance(value, list | tuple) else []


def _counts(found: dict[str, object], name: str) -> list[tuple[str, object]]:
    value = found.get(name)
    return list(value.items()) if isinstance(value, dict) else []
