"""Searching the whole study, by words and by meaning, and coding what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Mount
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from needsseg.actions.coding import passages, search_scope, searching
from needsseg.actions.coding.search_scope import EVERYTHING, Filter
from needsseg.actions.coding.searching import Hit, Origin
from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.errors import NeedssegError
from needsseg.text import format_count
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.child import Outcome
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.search.words import filter_words, found_row, left_at, taken_up
from needsseg.tui.search_process import ReadingScreen, reader_of
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

MOST = 200
PLACE = "search"
"""The name under which the study remembers a search that a hit was opened from."""


class SearchSheet(Sheet[Bookmark]):
    """A line of words over what was found; gives the place that was chosen.

    Opened with ``like``, it shows more of what that passage says; with ``code`` and no words, the passages that carry it.
    """

    TITLE = "Search the study"
    KEYS = (
        "words: enter searches · {search.toggle!} by meaning or words · {search.narrow!} narrows · tab the list\n"
        "list: enter opens · {search.code} {search.code_all} code it, all · {search.like} similar · "
        "{search.words} words · {sheet.close} back"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t,f5", "other_way", "by words or by meaning", id="search.toggle"),
        Binding("f,f6", "narrow", "narrow", id="search.narrow"),
        Binding("slash", "words", "to the words", id="search.words"),
        Binding("down", "list", "to the list", id="search.list"),
        Binding("c", "code", "code this one", id="search.code"),
        Binding("C", "code_all", "code all", id="search.code_all"),
        Binding("m", "like", "similar to this", id="search.like"),
    ]
    DEFAULT_CSS = """
    SearchSheet Input, SearchSheet Input:focus { border: none; height: 1; padding: 0; background: $boost; }
    """

    def __init__(
        self,
        study: Study,
        query: str = "",
        like: int | None = None,
        interview: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(study)
        self.hits: list[Hit] = []
        self.within = Filter(interview=interview, code=code)
        self.meaning = False
        self._query = query.strip()
        self._origin: Origin | None = like
        self._more = False

    def compose_head(self) -> ComposeResult:
        """The words, and what is searched."""
        yield Input(self._query, placeholder="words to search for; use quotes for a phrase", id="words", compact=True)
        yield Static(id="scope", classes="line", markup=False)

    def on_mount(self, event: Mount) -> None:  # type: ignore[override]  # Textual passes the event to who asks for it
        """The words come first, unless there is something to show already."""
        event.prevent_default()  # or the sheet would put the cursor on the list after this
        self.line.focus()
        if self._query or self._origin is not None or self.within != EVERYTHING:
            self.run_search()
        elif not self._take_up():
            self.refresh_sheet()

    def _take_up(self) -> bool:
        """Shows the search from which a hit was opened last, the words marked to be typed over; whether there was one."""
        left = taken_up(studies.place(self.study, PLACE))
        if left is None:
            return False
        self._query, self._origin, self.meaning, self.within, at = left
        self.line.value = self._query
        self.line.action_select_all()
        try:
            ready = not self._by_meaning or not searching.unready(self.study, self._asked, self.within.speech)
        except NeedssegError:  # what it was similar to is gone from the study
            ready = False
        if not ready:  # the sentence model is loaded when somebody asks, not because the sheet was opened
            self._query, self._origin = "", None
            return False
        self.refresh_sheet()
        self.listed.highlighted = min(at, len(self.hits) - 1) if self.hits else None
        if self.hits:
            self.tell("previous search: ↓ to its results, or type new words")
        return True

    @property
    def line(self) -> Input:
        """The line of words."""
        return self.query_one("#words", Input)

    @property
    def hit(self) -> Hit | None:
        """What is under the cursor of the list."""
        return None if self.at is None or not self.hits else self.hits[self.at]

    @property
    def _asked(self) -> str | Origin:
        return self._query if self._origin is None else self._origin

    @property
    def _by_meaning(self) -> bool:
        return self._origin is not None or (self.meaning and bool(self._query))

    def run_search(self) -> None:
        """Searches; what was not read by meaning yet is read first, by the child that keeps the model."""
        self._happened, self._wrong = "", False
        try:
            lacking = searching.unready(self.study, self._asked, self.within.speech) if self._by_meaning else 0
        except NeedssegError as error:
            self.tell(worded(error, self.app), wrong=True)
            return
        if not lacking:
            self._searched()
            return
        request = {"asked": self._asked, "speech": self.within.speech}
        title = "Reading by meaning" if lacking == 1 else f"Reading {lacking:,} stretches by meaning (once only)"
        self.app.push_screen(ReadingScreen(title, reader_of(self.study_app), request), self._read)

    def _read(self, outcome: Outcome | None) -> None:
        if outcome is None:
            self.tell("cancelled; these are the previous results")
        elif outcome.error:
            self.tell(worded(failure(outcome), self.app), wrong=True)
        else:
            self._searched()

    def _searched(self) -> None:
        self.listed.highlighted = None
        self.refresh_sheet()
        (self.listed if self.hits else self.line).focus()

    def reload(self) -> None:
        """Searches again, in what is read already."""
        if not (self._by_meaning and searching.unready(self.study, self._asked, self.within.speech)):
            found = self._found()
            self.hits, self._more = found[:MOST], len(found) > MOST
        there = {number for hit in self.hits for number in hit.passages}
        held = {one.id: one for one in passages.listing(self.study, ids=sorted(there))}
        self.fill([found_row(hit, [held[number] for number in hit.passages if number in held]) for hit in self.hits])

    def _found(self) -> list[Hit]:
        if self._origin is not None:
            return searching.like(self.study, self._origin, self.within, limit=MOST + 1)
        if self._query:
            return searching.search(self.study, self._query, self.within, meaning=self.meaning, limit=MOST + 1)
        return searching.marked(self.study, self.within, limit=MOST + 1) if self.within != EVERYTHING else []

    def fill(self, rows: Sequence[Content]) -> None:
        """Shows what was found, or says that nothing was."""
        super().fill(rows)
        if not rows:
            self.listed.clear_options()
            self.listed.add_option(Option(plain(self._nothing()), disabled=True))

    def _nothing(self) -> str:
        if self._by_meaning:
            return "Nothing speaks of this."
        if self._query:
            return with_keys("No sentence has all these words. {search.toggle!} searches by meaning.")
        if self.within != EVERYTHING:
            return "No passages here. Type words to search what was said."
        return with_keys("Type words and press enter. {search.toggle!} switches to search by meaning.")

    def state(self) -> str:
        """How much was found."""
        if not self.hits:
            return ""
        return f"the best {MOST}; there are more" if self._more else format_count(len(self.hits), "hit")

    def tell(self, happened: str | None = None, *, wrong: bool = False) -> None:
        """Shows the state, what is searched, and what happened."""
        super().tell(happened, wrong=wrong)
        how = "by meaning" if self.meaning else "by words"
        if self._origin is not None:
            how = "similar to " + (f"passage {self._origin}" if isinstance(self._origin, int) else "these words")
        for shown in self.query("#scope").results(Static):
            shown.update(plain(f"{how} · {filter_words(self.within)}"))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._query, self._origin = event.value.strip(), None
        self.run_search()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self.hit is not None:
            left = left_at(self._query, self._origin, self.meaning, self.within, event.option_index)
            self.study_app.remember(PLACE, left)
            self.dismiss(Bookmark(self.hit.interview, None, (self.hit.start, self.hit.end)))

    def action_other_way(self) -> None:
        """Searches by words instead of by meaning, or the other way round."""
        if self._origin is not None:
            self._origin = None
        else:
            self.meaning = not self.meaning
        self._query = self.line.value.strip()
        self.run_search()

    def action_words(self) -> None:
        """Goes to the words."""
        self.line.focus()

    def action_list(self) -> None:
        """Goes to the list."""
        self.listed.focus()

    def action_leave(self) -> None:
        """From the list to the words; from there, closes the sheet."""
        if self.listed.has_focus:
            self.line.focus()
        else:
            if studies.place(self.study, PLACE):
                self.study_app.remember(PLACE, {})
            self.dismiss(None)

    def action_like(self) -> None:
        """Shows what is said elsewhere about the same as under the cursor."""
        if self.hit is not None:
            self._origin = (self.hit.interview, self.hit.start, self.hit.end)
            self.run_search()

    def action_code(self) -> None:
        """Puts a code on what is under the cursor."""
        if self.hit is not None and not self.unseen():
            self._ask_code("Which code for this?", f"“{one_line(self.hit.words, 160)}”", [self.hit])

    def action_code_all(self) -> None:
        """Puts a code on all that was found."""
        if self.hits and not self.unseen(any_row=True):
            theirs = sum(hit.role == "participant" for hit in self.hits)
            rest = len(self.hits) - theirs
            left = (
                f" {format_count(rest, 'hit is', 'hits are')} no participant's words and will be left out."
                if rest
                else ""
            )
            about = f"It applies to {format_count(theirs, 'hit')}; {key_of('sheet.undo')} undoes all of it.{left}"
            self._ask_code("Which code for all of these?", about, list(self.hits))

    def _ask_code(self, question: str, about: str, hits: list[Hit]) -> None:
        if all(hit.role != "participant" for hit in hits):
            self.tell("only participants' words can be coded", wrong=True)
            return
        book = [
            Choice(row.name, row.name, format_count(row.passages, "passage")) for row in passages.codebook(self.study)
        ]

        def put(code: str | None) -> None:
            if code is None:
                return
            try:
                done = searching.code_hits(self.study, hits, code)
            except NeedssegError as error:
                self.tell(worded(error, self.app), wrong=True)
                return
            had = len(done.passages) - done.coded
            self.done(
                f"coded {format_count(done.coded, 'hit')} “{code}”"
                + (f", {had} had it already" if had else "")
                + (f", left out {done.skipped}" if done.skipped else "")
            )

        self.app.push_screen(Prompt(question, choices=book, about=about), put)

    def action_narrow(self) -> None:
        """Asks for an interview, a code, whom it is known of, or whose words."""
        offered = list(self._narrowings())
        choices = [Choice(str(number), label, about) for number, (label, about, _) in enumerate(offered)]

        def narrow(number: str | None) -> None:
            if number is not None:
                self.within = offered[int(number)][2](self.within)
                self._query = self.line.value.strip() if self._origin is None else self._query
                self.run_search()

        self.app.push_screen(Prompt("Limit the search to …", choices=choices, free=False), narrow)

    def _narrowings(self) -> list[tuple[str, str, Callable[[Filter], Filter]]]:
        """What can be chosen: how it is called, a word more, and what it makes of the filter."""
        every: list[tuple[str, str, Callable[[Filter], Filter]]] = []
        if self.within != EVERYTHING:
            every.append(("no limit", "", lambda _: EVERYTHING))
        every += [
            ("all speech", "interviewers' words too", partial(replace, speech="all")),
            ("marked passages", "what is suggested or accepted", partial(replace, speech="passages")),
            ("participants' words", "", partial(replace, speech="participants")),
        ]
        for code in passages.codebook(self.study):
            about = format_count(code.passages, "passage")
            every.append((f"code: {code.name}", about, partial(replace, code=code.name)))
        for condition, count in search_scope.conditions(self.study):
            about = format_count(count, "participant")
            every.append((condition, about, partial(_with, condition)))
        for row in interviews.listing(self.study):
            every.append((f"interview: {row.key}", row.title, partial(replace, interview=row.key)))
        return every


def _with(condition: str, within: Filter) -> Filter:
    """A filter with one more condition, in place of what it said of the same attribute."""
    key = condition.split("=")[0]
    rest = [held for held in within.attributes if held.split("=")[0] != key]
    return replace(within, attributes=(*rest, condition))
