"""The words of a survey: its title, cautions, questions, options with likelihoods, verdicts, accuracy."""

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
    """Return text as one line of exactly ``width`` cells."""
    flat = one_line(text, 1000)
    return set_cell_size(flat if cell_len(flat) <= width else set_cell_size(flat, width - 1) + "…", width)


def title(edits: Edits) -> str:
    """Return the survey's version and its information gain."""
    shown = edits.shown
    if shown is None:
        return ""
    questions = shown.asked
    bits = sum(question.gain for question in questions)
    heading = f"Survey {shown.version}" if shown.version else "Survey, not saved yet"
    heading += ", edited" if edits.unsaved and shown.version else ""
    segments = ", ".join(one_line(name, 24) for name in shown.segments)
    return f"{heading}: {format_count(len(questions), 'question')}, {bits:.2f} bits about {segments}"


def cautions(edits: Edits, drifted: Sequence[str]) -> Content:
    """Return the cautions before the survey is used."""
    shown = edits.shown
    sentences = list(drifted[:MOST_DRIFTED])
    if len(drifted) > MOST_DRIFTED:
        sentences.append(f"{len(drifted) - MOST_DRIFTED} more changes since it was drafted: needsseg survey show")
    if shown is not None and edits.stale and edits.saved is not None and shown.version:
        sentences.append(
            f"These edits began from {shown.version}; the study has {edits.saved.version} now "
            f"({key_of('survey.versions')} returns to it)."
        )
    if shown is not None and (unworded := len(shown.to_be_worded)):
        sentences.append(
            f"{format_count(unworded, 'option')} {TO_BE_WORDED} before it is exported or routes anybody: "
            f"{key_of('survey.reword')} on the option."
        )
    if shown is not None and len(shown.chosen) < shown.least_answers:
        sentences.append(
            f"Fewer than {shown.least_answers} answers route nobody to a segment: ask more, or everybody gets the "
            "default flow."
        )
    if shown is not None and len(shown.chosen) < MOST_ASKED:
        sentences.append(
            f"Only {format_count(len(shown.chosen), 'question')} asked of {MOST_ASKED}: "
            f"{key_of('survey.choose')} asks one more."
        )
    return lines([plain(f"! {line}", "bold") for line in sentences])


def question_line(question: Question, place: int | None) -> Content:
    """Return a question's line: its place if it is asked, its gain in bits, its words."""
    mark = f"{place}" if place is not None else "·"
    style = "bold" if place is not None else "dim"
    unworded = sum(option.to_be_worded for option in question.options)
    unworded_note = f"  {unworded} {TO_BE_WORDED}" if unworded else ""
    return Content.assemble(
        plain(f"{mark} {question.gain:.2f} bits  ", "dim"),
        plain(question.words, style),
        plain(unworded_note, "dim italic"),
    )


def columns(segments: Sequence[str], width: int) -> tuple[int, int]:
    """Return the widths of an option's words and of each segment's figure, in cells."""
    widest = max(cell_len(one_line(name, 60)) for name in segments)
    spare = (width - LEAST_WORDS) // len(segments) - 2
    figure = max(FIGURE, min(widest, spare, 12))
    return max(LEAST_WORDS, width - len(segments) * (figure + 2)), figure


def option_header(segments: Sequence[str], width: int) -> Content:
    """Return the header of the options."""
    words, figure = columns(segments, width)
    names = "".join("  " + " " * max(0, figure - cell_len(n)) + fitted(n, min(figure, cell_len(n))) for n in segments)
    return plain(fitted("likely to be picked by", words) + names, "dim")


def option_line(question: Question, at: int, segments: Sequence[str], width: int) -> Content:
    """Return an option's line with each segment's likelihood, the highest with a star."""
    words, figure = columns(segments, width)
    values = [question.likelihoods[name][at] for name in segments]
    best = max(values)
    option = question.options[at]
    parts = [plain(fitted(option.words or f"[{TO_BE_WORDED}]", words), "italic" if option.to_be_worded else "")]
    for value in values:
        # If all are equal, none gets a star.
        first = value == best and min(values) < best
        figure_words = f"{chance(value)}{'*' if first else ' '}"
        parts += [plain(" " * (2 + figure - len(figure_words))), plain(figure_words, "bold" if first else "")]
    return Content.assemble(*parts)


def chance(value: float) -> str:
    """Return a chance as ``.42``, with three places if two would show 0 or 1."""
    if not 0.0005 <= value < 0.9995:
        return "<.001" if value < 0.5 else ">.999"
    return (f"{value:.2f}" if 0.005 <= value < 0.995 else f"{value:.3f}").lstrip("0")


def option_about(option: Option) -> Content:
    """Return all words of the option, as the heading of its quotes."""
    if option.to_be_worded:
        return plain(
            f"{TO_BE_WORDED[:1].upper()}{TO_BE_WORDED[1:]} ({key_of('survey.reword')}): one plain clause. "
            "Hints, in participants' words:",
            "bold",
        )
    return plain(f"“{option.words}” rests on:" if option.evidence else f"“{option.words}”", "bold")


def quote_line(passage: Passage, name: str) -> Content:
    """Return a quote with its participant."""
    return Content.assemble(plain(f"“{one_line(passage.quote, 300)}”"), plain(f"  {name}", "dim"))


def verdict_lines(name: str, verdict: Verdict, default_flow: str) -> Content:
    """Return which segment a response is routed to, with its probabilities, or the reason for the default flow."""
    if verdict.reason == REFUSED:
        return lines([plain(f"{name} → refused", "bold"), plain(f"    {verdict.told}")])
    ranked = sorted(verdict.posterior.items(), key=lambda pair: -pair[1])
    chances = " · ".join(f"{one_line(segment, 24)} {chance(value)}" for segment, value in ranked)
    target = verdict.segment if verdict.segment is not None else f"{default_flow} flow"
    reason = "" if verdict.segment is not None else f": {verdict.reason}"
    parts = [
        Content.assemble(
            plain(f"{one_line(name, 24)} → "),
            plain(f"{target}{reason}", "bold"),
            plain(f"  {verdict.answered} answered · margin {chance(verdict.margin)}", "dim"),
        ),
        plain(f"    {chances}", "dim"),
    ]
    if verdict.told:
        parts.append(plain(f"    {verdict.told}", "dim"))
    return lines(parts)


def verdict_summary(verdicts: Sequence[tuple[str, Verdict]]) -> str:
    """Return how many responses were routed, and how many were not."""
    refused = sum(verdict.reason == REFUSED for _, verdict in verdicts)
    routed = sum(verdict.segment is not None for _, verdict in verdicts)
    rest = len(verdicts) - routed - refused
    more = f", {refused} refused" if refused else ""
    return f"{format_count(len(verdicts), 'response')}: {routed} routed, {rest} to the default flow{more}"


def accuracy_lines(accuracy: SurveyAccuracy, shown: Survey) -> list[str]:
    """Return a survey's accuracy in words, a line each."""
    rows = [accuracy.sentence, ""]
    rows += [f"question {each.question}, option {each.option}: {each.why}" for each in accuracy.not_known]
    if accuracy.not_known:
        return [
            *rows,
            "",
            "Interviews cannot show how people answer other words. Once customers have answered whose segment is known from "
            "interviews, this shows how accurately their answers routed them.",
        ]
    return [
        *rows,
        "Leave-one-out: for each participant, likelihoods and questions were made from the others alone, "
        "and the answers taken from what the participant said where it shows an option. The interval is Wilson's.",
        f"Below a posterior of {shown.least_posterior:g} or a margin of {shown.least_margin:g}, or with fewer than "
        f"{shown.least_answers} answers, a response gets no label.",
        with_keys(
            "Likelihoods that you edited ({survey.likelihoods}) are not measured: for options with "
            "quotes they are counted again."
        ),
    ]


def version_about(row: SurveyVersion) -> str:
    """Return who saved a version and when, and its responses."""
    when = row.made_at.replace("T", " ").rstrip("Z")
    used = f", {format_count(row.responses, 'response')}" if row.responses else ""
    used += f", {format_count(row.to_be_worded, 'option')} {TO_BE_WORDED}" if row.to_be_worded else ""
    return f"{row.asked} of {format_count(row.drafted, 'question')} asked{used} · {row.made_by} {when}"


def routed(result: dict[str, object]) -> tuple[str, list[str]]:
    """Return the result of routing a file of responses: a title, and a line for each count."""
    read, labelled = _number(result, "responses"), _number(result, "labelled")
    refused = _rows(result, "refused")
    scope = f"{format_count(read, 'response')} of {format_count(_number(result, 'accounts'), 'account')}"
    title = f"{scope}: {labelled} labelled by survey {result.get('version', '')}"
    if result.get("unchanged"):
        title += "; all of it was there already"
    rows = [f"{name}: {count}" for name, count in _counts(result, "segments")]
    rows += [f"default flow, {reason}: {count}" for reason, count in _counts(result, "abstained")]
    rows += [f"{name} was read from column “{column}”" for name, column in _counts(result, "columns")]
    rows += [f"! {warning}" for warning in _rows(result, "warnings")]
    for row in refused:
        if isinstance(row, dict):
            column, value = row.get("column"), row.get("value")
            cell = f", {column} “{value}”" if column else ""
            rows.append(f"refused row {row.get('row', '?')}{cell}: {row.get('reason', '')}")
        else:
            rows.append(f"refused: {row}")
    return title + (f", {format_count(len(refused), 'row')} refused" if refused else ""), rows


def _number(result: dict[str, object], name: str) -> int:
    value = result.get(name)
    return value if isinstance(value, int) else 0


def _rows(result: dict[str, object], name: str) -> list[object]:
    value = result.get(name)
    return list(value) if isinstance(value, list | tuple) else []


def _counts(result: dict[str, object], name: str) -> list[tuple[str, object]]:
    value = result.get(name)
    return list(value.items()) if isinstance(value, dict) else []
