"""The labels of one account side by side: each with its source, how sure it is, and what stands behind it."""

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
    """A line a label, under it its evidence; then where they disagree, and by which of them the account goes."""
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
    sure = f"confirmed by {label.confirmed_by}" if label.confirmed_by else "not confirmed by a person"
    goes_by = (label.segment, label.source) == (page.profile.needs_segment, page.profile.needs_segment_source)
    mine = "→ " if goes_by else "  "
    return plain(f"{mine}{label.segment} · {label.source} · confidence {label.confidence:.2f} · {sure}")


def _evidence(page: AccountPage, label: Label) -> Iterator[Line]:
    if label.source == "interview":
        for quote in [one for one in page.quotes if one.segment == label.segment][:QUOTES]:
            said = f"    “{one_line(quote.passage.quote, 120)}” {quote.name}"
            yield plain(said, "dim"), Bookmark(quote.passage.interview, quote.passage.id)
    elif label.source == "survey":
        for one in [response for response in page.responses if response.segment == label.segment][:TEXTS]:
            when = str(date_of(one.day)) if one.day is not None else "no date"
            answers = "; ".join(f"{asked} → {said}" for asked, said in one.answers)
            yield plain(f"    {one.respondent}, {when}, survey {one.version}: {one_line(answers, 200)}", "dim"), None
    elif label.source == "assigned" and page.assigned is not None:
        found = page.assigned
        newest = f", the newest of {date_of(found.newest_day)}" if found.newest_day is not None else ""
        undated = f", {found.undated} without a date" if found.undated else ""
        at_odds = f"; {found.disagreement:.0%} of the weight of its texts says otherwise" if found.others else ""
        yield plain(f"    {format_count(found.texts, 'text')}{newest}{undated}{at_odds}", "dim"), None
        others = [text for text in page.texts if text.segment != found.segment]
        for text in [*[t for t in page.texts if t.segment == found.segment][:TEXTS], *others[:1]]:
            yield _text(page, text)


def _text(page: AccountPage, text: LabelledText) -> Line:
    """A text, and the passage that is closest to it, which opens."""
    when = str(date_of(text.day)) if text.day is not None else "no date"
    near = next((page.near[id_] for id_ in text.evidence if id_ in page.near), None)
    said = [plain(f"    “{one_line(text.excerpt, 120)}” {text.file}, {when} · {text.segment} {text.confidence:.2f}")]
    if near is None:
        return lines(said), None
    said.append(plain(f"      as “{one_line(near.quote, 110)}” {near.speaker}, {near.interview}", "dim"))
    return lines(said), Bookmark(near.interview, near.id)


def _disagreement(page: AccountPage) -> Iterator[Line]:
    own = page.profile.needs_segment
    named = dict.fromkeys(label.segment for label in page.labels)
    if len(named) < 2:
        return
    goes = f"it goes by {own}" if own else "it has no label until somebody decides"
    yield plain(f"They disagree ({', '.join(named)}): {goes}. {RULE}.", "bold"), None
    by_source: dict[str, list[str]] = {}
    for label in page.labels:
        by_source.setdefault(label.source, []).append(label.segment)
    if len(by_source) > 1:
        told = "; ".join(f"{source} says {' and '.join(names)}" for source, names in by_source.items())
        yield plain(f"By source: {told}. Sources are never mixed."), None
