"""Search the whole study by words or by meaning, and code the hits."""

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
from needsseg.tui import listening
from needsseg.tui.bookmark import Bookmark
from needsseg.tui.child import Outcome
from needsseg.tui.fixes import worded
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.search.words import filter_words, hit_row, recorded_search, search_record
from needsseg.tui.search_process import SearchProgressScreen, search_process_of
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

MOST = 200
PLACE = "search"
"""The name under which the study remembers the last search from which a hit was opened."""


class SearchSheet(Sheet[Bookmark]):
    """A line of words above a list of hits; closes with the place to open.

    Opened with ``like``, it shows what is similar to that passage; with ``code`` and no words, the passages with that code.
    """

    TITLE = "Search the study"
    KEYS = (
        "words: enter searches · {search.toggle!} by meaning or words · {search.narrow!} narrows · tab the list\n"
        "list: enter opens · {search.code} {search.code_all} code it, all · {search.like} similar · {search.listen} listen · "
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
        Binding("L", "listen", "listen to this", id="search.listen"),
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
        event.prevent_default()  # Otherwise the sheet would focus the list after this.
        self.line.focus()
        if self._query or self._origin is not None or self.within != EVERYTHING:
            self.run_search()
        elif not self._restore_search():
            self.refresh_sheet()

    def _restore_search(self) -> bool:
        """Show the last search from which a hit was opened, its words selected; return whether there was one."""
        previous = recorded_search(studies.place(self.study, PLACE))
        if previous is None:
            return False
        self._query, self._origin, self.meaning, self.within, at = previous
        self.line.value = self._query
        self.line.action_select_all()
        try:
            ready = not self._by_meaning or not searching.unready(self.study, self._search_target, self.within.speech)
        except NeedssegError:  # The passage it was similar to is no longer in the study.
            ready = False
        if not ready:  # The sentence model is loaded only for a search, not because the sheet was opened.
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
        """The hit under the cursor."""
        return None if self.at is None or not self.hits else self.hits[self.at]

    @property
    def _search_target(self) -> str | Origin:
        return self._query if self._origin is None else self._origin

    @property
    def _by_meaning(self) -> bool:
        return self._origin is not None or (self.meaning and bool(self._query))

    def run_search(self) -> None:
        """Search; first the search process embeds what has no vectors yet, if the search is by meaning."""
        self._happened, self._wrong = "", False
        try:
            lacking = searching.unready(self.study, self._search_target, self.within.speech) if self._by_meaning else 0
        except NeedssegError as error:
            self.tell(worded(error, self.app), wrong=True)
            return
        if not lacking:
            self._show_results()
            return
        request = {"asked": self._search_target, "speech": self.within.speech}
        title = "Reading by meaning" if lacking == 1 else f"Reading {lacking:,} stretches by meaning (once only)"
        self.app.push_screen(
            SearchProgressScreen(title, search_process_of(self.study_app), request), self._handle_outcome
        )

    def _handle_outcome(self, outcome: Outcome | None) -> None:
        if outcome is None:
            self.tell("cancelled; these are the previous results")
        elif outcome.error:
            self.tell(worded(failure(outcome), self.app), wrong=True)
        else:
            self._show_results()

    def _show_results(self) -> None:
        self.listed.highlighted = None
        self.refresh_sheet()
        (self.listed if self.hits else self.line).focus()

    def reload(self) -> None:
        """Search again, if all needed vectors exist."""
        if not (self._by_meaning and searching.unready(self.study, self._search_target, self.within.speech)):
            hits = self._find_hits()
            self.hits, self._more = hits[:MOST], len(hits) > MOST
        passage_ids = {number for hit in self.hits for number in hit.passages}
        passages_by_id = {one.id: one for one in passages.listing(self.study, ids=sorted(passage_ids))}
        self.fill(
            [
                hit_row(hit, [passages_by_id[number] for number in hit.passages if number in passages_by_id])
                for hit in self.hits
            ]
        )

    def _find_hits(self) -> list[Hit]:
        if self._origin is not None:
            return searching.like(self.study, self._origin, self.within, limit=MOST + 1)
        if self._query:
            return searching.search(self.study, self._query, self.within, meaning=self.meaning, limit=MOST + 1)
        return searching.marked(self.study, self.within, limit=MOST + 1) if self.within != EVERYTHING else []

    def fill(self, rows: Sequence[Content]) -> None:
        """Show the hits, or that there are none."""
        super().fill(rows)
        if not rows:
            self.listed.clear_options()
            self.listed.add_option(Option(plain(self._empty_words()), disabled=True))

    def _empty_words(self) -> str:
        if self._by_meaning:
            return "Nothing is similar to this."
        if self._query:
            return with_keys("No sentence has all these words. {search.toggle!} searches by meaning.")
        if self.within != EVERYTHING:
            return "No passages here. Type words to search what was said."
        return with_keys("Type words and press enter. {search.toggle!} switches to search by meaning.")

    def state(self) -> str:
        """Return the number of hits."""
        if not self.hits:
            return ""
        return f"the best {MOST}; there are more" if self._more else format_count(len(self.hits), "hit")

    def tell(self, happened: str | None = None, *, wrong: bool = False) -> None:
        """Show the state, what is searched, and a message."""
        super().tell(happened, wrong=wrong)
        method = "by meaning" if self.meaning else "by words"
        if self._origin is not None:
            method = "similar to " + (f"passage {self._origin}" if isinstance(self._origin, int) else "these words")
        for shown in self.query("#scope").results(Static):
            shown.update(plain(f"{method} · {filter_words(self.within)}"))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._query, self._origin = event.value.strip(), None
        self.run_search()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self.hit is not None:
            record = search_record(self._query, self._origin, self.meaning, self.within, event.option_index)
            self.study_app.remember(PLACE, record)
            self.dismiss(Bookmark(self.hit.interview, None, (self.hit.start, self.hit.end)))

    def action_other_way(self) -> None:
        """Switch between searching by words and by meaning."""
        if self._origin is not None:
            self._origin = None
        else:
            self.meaning = not self.meaning
        self._query = self.line.value.strip()
        self.run_search()

    def action_words(self) -> None:
        """Focus the words."""
        self.line.focus()

    def action_list(self) -> None:
        """Focus the list."""
        self.listed.focus()

    def action_leave(self) -> None:
        """Go from the list to the words; from there, close the sheet."""
        if self.listed.has_focus:
            self.line.focus()
        else:
            if studies.place(self.study, PLACE):
                self.study_app.remember(PLACE, {})
            self.dismiss(None)

    def action_like(self) -> None:
        """Show what is similar to the hit under the cursor."""
        if self.hit is not None:
            self._origin = (self.hit.interview, self.hit.start, self.hit.end)
            self.run_search()

    def action_listen(self) -> None:
        """Play the recording from the hit under the cursor."""
        if self.hit is not None:
            listening.listen(self, self.hit.interview, self.hit.start)

    def action_code(self) -> None:
        """Code the hit under the cursor."""
        if self.hit is not None and not self.unseen():
            self._ask_code("Which code for this?", f"“{one_line(self.hit.words, 160)}”", [self.hit])

    def action_code_all(self) -> None:
        """Code all hits."""
        if self.hits and not self.unseen(any_row=True):
            participant_count = sum(hit.role == "participant" for hit in self.hits)
            other_count = len(self.hits) - participant_count
            left_out = (
                f" {format_count(other_count, 'hit is', 'hits are')} not participants' words and will be left out."
                if other_count
                else ""
            )
            about = f"It applies to {format_count(participant_count, 'hit')}; {key_of('sheet.undo')} undoes all of it.{left_out}"
            self._ask_code("Which code for all of these?", about, list(self.hits))

    def _ask_code(self, question: str, about: str, hits: list[Hit]) -> None:
        if all(hit.role != "participant" for hit in hits):
            self.tell("only participants' words can be coded", wrong=True)
            return
        choices = [
            Choice(row.name, row.name, format_count(row.passages, "passage")) for row in passages.codebook(self.study)
        ]

        def apply_code(code: str | None) -> None:
            if code is None:
                return
            try:
                coded = searching.code_hits(self.study, hits, code)
            except NeedssegError as error:
                self.tell(worded(error, self.app), wrong=True)
                return
            already_count = len(coded.passages) - coded.coded
            self.done(
                f"coded {format_count(coded.coded, 'hit')} “{code}”"
                + (f", {already_count} had it already" if already_count else "")
                + (f", left out {coded.skipped}" if coded.skipped else "")
            )

        self.app.push_screen(Prompt(question, choices=choices, about=about), apply_code)

    def action_narrow(self) -> None:
        """Ask for a limit: an interview, a code, an attribute of participants, or whose words."""
        limits = list(self._limits())
        choices = [Choice(str(number), label, about) for number, (label, about, _) in enumerate(limits)]

        def narrow(number: str | None) -> None:
            if number is not None:
                self.within = limits[int(number)][2](self.within)
                self._query = self.line.value.strip() if self._origin is None else self._query
                self.run_search()

        self.app.push_screen(Prompt("Limit the search to …", choices=choices, free=False), narrow)

    def _limits(self) -> list[tuple[str, str, Callable[[Filter], Filter]]]:
        """Return the possible limits: label, note, and the function that applies each to the filter."""
        limits: list[tuple[str, str, Callable[[Filter], Filter]]] = []
        if self.within != EVERYTHING:
            limits.append(("no limit", "", lambda _: EVERYTHING))
        limits += [
            ("all speech", "interviewers' words too", partial(replace, speech="all")),
            ("marked passages", "suggested or accepted", partial(replace, speech="passages")),
            ("participants' words", "", partial(replace, speech="participants")),
        ]
        for code in passages.codebook(self.study):
            about = format_count(code.passages, "passage")
            limits.append((f"code: {code.name}", about, partial(replace, code=code.name)))
        for condition, count in search_scope.conditions(self.study):
            about = format_count(count, "participant")
            limits.append((condition, about, partial(_with_condition, condition)))
        for row in interviews.listing(self.study):
            limits.append((f"interview: {row.key}", row.title, partial(replace, interview=row.key)))
        return limits


def _with_condition(condition: str, within: Filter) -> Filter:
    """Return a filter with a condition, replacing any condition on the same attribute."""
    key = condition.split("=")[0]
    rest = [attribute for attribute in within.attributes if attribute.split("=")[0] != key]
    return replace(within, attributes=(*rest, condition))
