"""The page of one account: its sentence, tiers, weekly use, terms, labels, interviews and quotes, triggers and actions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList

from needsseg.actions.accounts import account_page
from needsseg.actions.playbook.triggers import capped
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui import listening
from needsseg.tui.accounts.labels import Line, label_lines
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.loading import read_in_background, result_or_error, without_gc
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.chart import sparkline
from needsseg.tui.widgets.profile_pane import METHODS, need_words
from needsseg.tui.words import lines, one_line, plain

if TYPE_CHECKING:
    from datetime import date

    from needsseg.actions.accounts import AccountProfile
    from needsseg.actions.accounts.account_page import AccountPage, Quote, Term
    from needsseg.actions.study import Study

ICP = {True: "in the ICP", False: "not in the ICP", None: "ICP fit unknown"}
# The line of a week's figures → the signal of behaviour that the source may not give.
SIGNAL_OF_SERIES = {"users": "active_users", "logins": "logins", "features": "feature_breadth"}
SEARCHING = "looking for triggers … the first account takes longest: what all accounts use is counted once"
SECTIONS = (
    "",
    "Use by week",
    "Terms",
    "Further columns",
    "Users, cancellations, tickets and scores",
    "Labels",
    "Interviews and quotes",
    "Triggers of the last twelve weeks",
    "Recommended",
)


class AccountPageSheet(Sheet[Bookmark]):
    """A line a fact. Enter on a quote or an interview closes with its place."""

    TITLE = "Account"
    KEYS = "enter opens a quote, an interview · {page.listen} listen · {page.next} {page.before} sections · {sheet.close} closes"
    EMPTY = "reading …"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "section(1)", "next section", id="page.next"),
        Binding("p", "section(-1)", "previous section", id="page.before"),
        Binding("L", "listen", "listen to the quote", id="page.listen"),
    ]
    DEFAULT_CSS = "AccountPageSheet > Vertical { height: 100%; }"

    def __init__(self, study: Study, account_id: str, as_of: date, profile: AccountProfile | None = None) -> None:
        super().__init__(study)
        self._account, self._as_of, self._profile = account_id, as_of, profile
        self.page: AccountPage | None = None
        self._places: list[Bookmark | None] = []
        self._sections: list[int] = []
        self._reading = False
        self._has_triggers = False

    def reload(self) -> None:
        """Show the profile at once, and read the rest in the background."""
        if not self._reading:
            self._reading = True
            self.run_worker(self._read(), group="page", exclusive=True)
        self._show()

    async def _read(self) -> None:
        # Only the first time: an undo may change the profile.
        profile = self._profile if self.page is None else None
        loop = asyncio.get_running_loop()

        def show(page: AccountPage) -> None:
            loop.call_soon_threadsafe(self._show_page, page, False)

        def read(study: Study) -> AccountPage:
            open_page = partial(account_page.account_page, study, self._account, self._as_of)
            return without_gc(partial(open_page, profile=profile, show=show))

        self._has_triggers = False
        result = await result_or_error(read_in_background(self.study.path, read))
        self._reading = False
        if isinstance(result, NeedssegError):
            self._happened, self._wrong = str(result), True
            self._show()
            self.tell()
        else:
            self._show_page(result, True)

    def _show_page(self, page: AccountPage, has_triggers: bool) -> None:
        """Show what was read, unless the sheet was closed meanwhile."""
        if not self.is_attached:
            return
        self.page, self._profile, self._has_triggers = page, page.profile, has_triggers
        if self._wrong:
            self._happened, self._wrong = "", False
        self._show()
        self.tell()

    def state(self) -> str:
        """Return what is still being read, or how much there is."""
        if self.page is None:
            return "reading weeks, terms and interviews …" if self._reading else ""
        quotes = format_count(len(self.page.quotes), "quote")
        triggers = format_count(len(self.page.triggers), "trigger") if self._has_triggers else ""
        return " · ".join(filter(None, [f"as of {self._as_of}", quotes, SEARCHING if self._reading else triggers]))

    def _show(self) -> None:
        profile = self._profile
        if profile is None:
            self.fill(
                []
                if self._reading
                else [plain(with_keys("It could not be read. enter tries again, {sheet.close} closes."))]
            )
            return
        box = self.query_one(Vertical)
        box.border_title = plain(f"{profile.name or profile.account_id}, as of {self._as_of}")
        sections: list[Sequence[Line]] = [list(_tiers(profile))]
        if self.page is not None:
            sections += [list(each(self.page)) for each in (_use, _terms, _columns, _records, label_lines, _voices)]
            not_yet = [_line("looking …" if self._reading else "they could not be read", "dim")]
            sections.append(list(_triggers(self.page)) if self._has_triggers else not_yet)
            sections.append(list(_actions(profile)))
        rows: list[Line] = []
        self._sections = []
        for title, section in zip(SECTIONS, sections, strict=False):
            if not section:
                continue
            self._sections.append(len(rows))
            (first, place), *rest = section
            head = lines([plain(""), plain(title, "bold underline"), first]) if title else first
            rows += [(head, place), *rest]
        self._places = [place for _, place in rows]
        self.fill([content for content, _ in rows])

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        place = self._places[event.option_index] if event.option_index < len(self._places) else None
        if place is None:
            self.tell("enter opens quotes and interviews; this line has none")
        else:
            self.dismiss(place)

    def action_listen(self) -> None:
        """Play the recording from the quote under the cursor."""
        place = self._places[self.at] if self.at is not None and self.at < len(self._places) else None
        quotes = self.page.quotes if self.page is not None else ()
        passage = next(
            (each.passage for each in quotes if place is not None and each.passage.id == place.passage), None
        )
        listening.listen_to(self, passage)

    def action_section(self, by: int) -> None:
        """Go to the next or previous section."""
        at = self.at or 0
        ahead = [row for row in self._sections if (row > at if by > 0 else row < at)]
        if ahead:
            self.listed.highlighted = ahead[0] if by > 0 else ahead[-1]


def _line(text: str, style: str = "", place: Bookmark | None = None) -> Line:
    return plain(text, style), place


def _named(name: str, value: str) -> Line:
    return Content.assemble(plain(f"{name:<10}", "dim"), plain(value)), None


def _columns(page: AccountPage) -> Iterator[Line]:
    """Yield the cells of the team's own columns; the empty ones in one line."""
    for cell in page.own:
        if cell.value is not None:
            yield Content.assemble(plain(f"{cell.name}  ", "dim"), plain(cell.text)), None
    if empty := [cell.name for cell in page.own if cell.value is None]:
        yield _line(f"empty: {', '.join(empty)}", "dim")


def _tiers(profile: AccountProfile) -> Iterator[Line]:
    """Yield the sentence, and each tier with its evidence."""
    yield lines([plain(profile.sentence, "bold"), plain(profile.account_id, "dim")]), None
    firm, stage = profile.firmographic, profile.lifecycle
    values = (firm.size.replace("_", " "), firm.revenue.replace("_", " "), firm.industry, firm.region, firm.country)
    about = [f"size {values[0]}", f"revenue {values[1]}", *filter(None, values[2:4])]
    yield _named(
        "1 company",
        " · ".join([*about, firm.tech_stack, ICP[firm.icp]] if firm.tech_stack else [*about, ICP[firm.icp]]),
    )
    yield _named("2 need", need_words(profile))
    if profile.behaviour is None:
        yield _named("3 use", "no usage was imported")
    else:
        use = profile.behaviour
        flags = "; ".join(f"{flag.replace('_', ' ')}: {why}" for flag, why in profile.behavioral_evidence.items())
        yield _named("3 use", f"{flags} (by rules; the first is its segment)")
        yield _named("", f"30 days: {use.in_words}")
        yield _named("", f"use {use.usage_trend} against the 30 days before")
    yield _named("4 stage", profile.lifecycle_stage.replace("_", " "))
    for flag in profile.lifecycle_flags:
        yield _named("", f"{flag.replace('_', ' ')}: {stage.evidence.get(flag, '')}")
    if profile.missing:
        yield _line(f"Unknown: {', '.join(profile.missing)}. No action that depends on this is recommended.")


def _use(page: AccountPage) -> Iterator[Line]:
    """Yield a sparkline a signal, with its first, last and largest figure."""
    if page.series is None:
        return
    days = page.profile.as_of_date
    first, last = days - timedelta(weeks=len(page.series.events)), days - timedelta(days=1)
    yield _line(f"{format_count(len(page.series.events), 'week')} from {first} to {last}, oldest first", "dim")
    series = {
        "events": page.series.events,
        "users": page.series.active_users,
        "logins": page.series.logins,
        "features": page.series.features,
    }
    unknown = page.profile.behaviour.unknown if page.profile.behaviour else ()
    for name, values in series.items():
        if SIGNAL_OF_SERIES.get(name) in unknown:
            continue
        figures = f"first {values[0]:,} · last {values[-1]:,} · most {max(values):,}"
        yield _named(name, f"{sparkline(values)}  {figures}")


def _terms(page: AccountPage) -> Iterator[Line]:
    """Yield what the account pays, then a line a term."""
    yield _line(f"pays {page.pays}" if page.pays else "what it pays is not known")
    for note in page.revenue.notes if page.pays else ():
        yield _line(note, "dim")
    for term in page.terms:
        yield _line(_term(term, page.profile.as_of_date))


def _term(term: Term, as_of: date) -> str:
    state = "running" if term.running else "not begun" if term.start >= as_of else "over"
    until = f"to {term.end}" if term.end else "without an end"
    parts = [term.plan or "no plan", f"{term.start} {until}", state]
    parts += [format_count(term.seats, "seat")] if term.seats is not None else []
    parts += [term.amount_words] if term.amount_words else []
    parts += ["trial: pays nothing"] if term.trial else []
    parts += ["replaced by another"] if term.running and not term.counts else []
    parts += [f"renews {term.renewal}"] if term.renewal else []
    return "  " + " · ".join(parts)


def _records(page: AccountPage) -> Iterator[Line]:
    """Yield a line a record, where any were imported."""
    for words in page.records.lines:
        yield _line(one_line(words, 300))


def _voices(page: AccountPage) -> Iterator[Line]:
    """Yield the account's participants, possible ones, and their quotes."""
    for voice in page.voices:
        matched = f"matched by {METHODS[voice.match.method]}: {voice.match.why}"
        if not voice.interviews:
            yield _line(f"{voice.name or voice.participant} · not heard in an interview · {matched}")
        for key, title in voice.interviews:
            yield _line(f"{voice.name or voice.participant} in “{title}” · {matched}", place=Bookmark(key))
    for match in page.maybe:
        yield _line(
            f"perhaps {match.participant}: {METHODS[match.method]}; {match.why}. Press "
            f"{key_of('accounts.matches')} on Accounts to decide"
        )
    for quote in page.quotes:
        yield _quote(quote), Bookmark(quote.passage.interview, quote.passage.id)
    if not (page.voices or page.maybe):
        yield _line(
            with_keys("no participant belongs to this account: press {accounts.matches} on Accounts to match them")
        )


def _quote(quote: Quote) -> Content:
    about = f"  {quote.segment} · {quote.name}, {quote.passage.interview}" + " · exemplar" * quote.exemplar
    return lines([plain(f"“{one_line(quote.passage.quote, 300)}”"), plain(about, "dim")])


def _triggers(page: AccountPage) -> Iterator[Line]:
    """Yield a line a trigger, newest last."""
    for row, more in capped(page.triggers):
        yield _line(row.in_words)
        if more:
            yield _line(f"  and {more:,} more {row.trigger.kind.replace('_', ' ')}", "dim")
    if not page.triggers:
        yield _line("none fired")


def _actions(profile: AccountProfile) -> Iterator[Line]:
    """Yield each action with its rule and the evidence for it."""
    for action in profile.actions:
        yield _line(f"→ {action.text}", "bold")
        yield _line(f"  rule {action.rule}: {'; '.join(action.evidence)}")
    if not profile.actions:
        yield _line("nothing: no rule fired")
