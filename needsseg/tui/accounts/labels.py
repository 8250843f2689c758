"""The labels of one account side by side, each with its source, confidence and evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.content import Content

from needsseg.text import date_of, format_count
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.accounts import LabelledText
    from needsseg.actions.accounts.account_page import AccountPage
    from needsseg.records import Label

Line = tuple[Content, Bookmark | None]
RULE = "Confirmed before not; then interview, survey, assigned; then confidence"
QUOTES, TEXTS = 2, 3


def label_lines(page: AccountPage) -> Iterator[Line]:
    """Yield a line a label with its evidence below; then how they disagree, and which label the account has."""
    for label in page.labels:
        yield _head(page, label), None
        yield from _evidence(page, label)
    yield from _disagreement(page)
    if not page.labels:
        yield (
            plain("no label: nobody of this account was interviewed, or no passage of theirs is in a kept segment"),
            None,
        )
    if page.texts and page.assigned is None:
        yield plain("its texts give no segment: too few, or too contradictory"), None
        for text in page.texts[:TEXTS]:
            yield _text(page, text)


def _head(page: AccountPage, label: Label) -> Content:
    confirmation = f"confirmed by {label.confirmed_by}" if label.confirmed_by else "not confirmed by a person"
    is_current = (label.segment, label.source) == (page.profile.needs_segment, page.profile.needs_segment_source)
    marker = "→ " if is_current else "  "
    return plain(f"{marker}{label.segment} · {label.source} · confidence {label.confidence:.2f} · {confirmation}")


def _evidence(page: AccountPage, label: Label) -> Iterator[Line]:
    if label.source == "interview":
        for quote in [quote for quote in page.quotes if quote.segment == label.segment][:QUOTES]:
            quoted = f"    “{one_line(quote.passage.quote, 120)}” {quote.name}"
            yield plain(quoted, "dim"), Bookmark(quote.passage.interview, quote.passage.id)
    elif label.source == "survey":
        for response in [each for each in page.responses if each.segment == label.segment][:TEXTS]:
            when = str(date_of(response.day)) if response.day is not None else "no date"
            answers = "; ".join(f"{question} → {answer}" for question, answer in response.answers)
            yield (
                plain(f"    {response.respondent}, {when}, survey {response.version}: {one_line(answers, 200)}", "dim"),
                None,
            )
    elif label.source == "assigned" and page.assigned is not None:
        assigned = page.assigned
        newest = f", the newest of {date_of(assigned.newest_day)}" if assigned.newest_day is not None else ""
        undated = f", {assigned.undated} without a date" if assigned.undated else ""
        at_odds = f"; {assigned.disagreement:.0%} of the weight of its texts says otherwise" if assigned.others else ""
        yield plain(f"    {format_count(assigned.texts, 'text')}{newest}{undated}{at_odds}", "dim"), None
        others = [text for text in page.texts if text.segment != assigned.segment]
        for text in [*[t for t in page.texts if t.segment == assigned.segment][:TEXTS], *others[:1]]:
            yield _text(page, text)


def _text(page: AccountPage, text: LabelledText) -> Line:
    """Return a text with its closest passage, and where that passage opens."""
    when = str(date_of(text.day)) if text.day is not None else "no date"
    nearest = next((page.near[id_] for id_ in text.evidence if id_ in page.near), None)
    rows = [plain(f"    “{one_line(text.excerpt, 120)}” {text.file}, {when} · {text.segment} {text.confidence:.2f}")]
    if nearest is None:
        return lines(rows), None
    rows.append(plain(f"      as “{one_line(nearest.quote, 110)}” {nearest.speaker}, {nearest.interview}", "dim"))
    return lines(rows), Bookmark(nearest.interview, nearest.id)


def _disagreement(page: AccountPage) -> Iterator[Line]:
    current_segment = page.profile.needs_segment
    segments = dict.fromkeys(label.segment for label in page.labels)
    if len(segments) < 2:
        return
    verdict = f"its label is {current_segment}" if current_segment else "it has no label until somebody decides"
    yield plain(f"They disagree ({', '.join(segments)}): {verdict}. {RULE}.", "bold"), None
    by_source: dict[str, list[str]] = {}
    for label in page.labels:
        by_source.setdefault(label.source, []).append(label.segment)
    if len(by_source) > 1:
        by_source_words = "; ".join(f"{source} says {' and '.join(names)}" for source, names in by_source.items())
        yield plain(f"By source: {by_source_words}. Sources are never mixed."), None
