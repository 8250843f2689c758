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
from needsseg.tui.search.finding import MOST, Results, Wanted, find
from needsseg.tui.search.words import filter_words, recorded_search, search_record
from needsseg.tui.search_process import SearchProgressScreen, search_process_of
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.progress import failure
from needsseg.tui.widgets.prompt import Choice, Prompt
from needsseg.tui.words import one_line, plain

if TYPE_CHECKING:
    from needsseg.actions.study import Study

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
        self._is_searching = False
        """Whether a new search goes on, so that the hits are still those of the search before it."""
        self._shown = self._wanted

    def compose_head(self) -> ComposeResult:
        """The words, and what is searched."""
        yield Input(self._query, placeholder="words to search for; use quotes for a phrase", id="words", compact=True)
        yield Static(id="scope", classes="line", markup=False)

    def on_mount(self, event: Mount) -> None:  # type: ignore[override]  # Textual passes the event to who asks for it
        """The words come first, unless there is something to show already."""
        event.prevent_default()  # Otherwise the sheet would focus the list after this.
        self.line.focus()
        if self._wanted.is_anything:
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
        # The sentence model is loaded only for a search, not because the sheet was opened.
        self.gather(partial(find, self._wanted), partial(self._show_restored, at), self._forget_restored)
        return True

    def _show_restored(self, at: int, results: Results) -> None:
        if results.lacking:
            self._forget_restored()
            return
        self._show(results)
        self.listed.highlighted = min(at, len(self.hits) - 1) if self.hits else None
        if self.hits:
            self._happened, self._wrong = "previous search: ↓ to its results, or type new words", False

    def _forget_restored(self) -> None:
        """Show nothing: the passage that the previous search was similar to is not in the study, or vectors are missing."""
        self._query, self._origin = "", None
        self._happened, self._wrong = "", False
        self._show(Results())

    @property
    def line(self) -> Input:
        """The line of words."""
        return self.query_one("#words", Input)

    @property
    def hit(self) -> Hit | None:
        """The hit under the cursor."""
        return None if self.at is None or not self.hits else self.hits[self.at]

    @property
    def _wanted(self) -> Wanted:
        return Wanted(self._query, self._origin, self.meaning, self.within)

    def run_search(self) -> None:
        """Search beside the screen; first the search process embeds what has no vectors yet, if the search is by meaning."""
        self._happened, self._wrong = "", False
        self._is_searching = self._wanted.is_anything
        # Keys pressed right after the search are for its hits.
        (self.listed if self._is_searching else self.line).focus()
        self.reload()
        self.tell()

    def _show_results(self, results: Results) -> None:
        if results.lacking:
            self._embed(results.lacking)
            return
        self._is_searching = False
        self.listed.highlighted = None
        self._show(results)
        if self.listed.has_focus and not self.hits:
            self.line.focus()

    def _embed(self, lacking: int) -> None:
        request = {"asked": self._wanted.target, "speech": self.within.speech}
        title = "Reading by meaning" if lacking == 1 else f"Reading {lacking:,} stretches by meaning (once only)"
        self.app.push_screen(
            SearchProgressScreen(title, search_process_of(self.study_app), request), self._handle_outcome
        )

    def _handle_outcome(self, outcome: Outcome | None) -> None:
        if outcome is None:
            self._return_to_shown("cancelled; these are the previous results")
        elif outcome.error:
            self._search_failed()
            self.tell(worded(failure(outcome), self.app), wrong=True)
        else:
            self.run_search()

    def _search_failed(self) -> None:
        self._is_searching = False
        if not self.hits:
            self.line.focus()

    def _return_to_shown(self, happened: str) -> None:
        """Make the search current again whose hits are shown."""
        shown = self._shown
        self._query, self._origin, self.meaning, self.within = shown.words, shown.origin, shown.meaning, shown.within
        self._search_failed()
        self.tell(happened)

    def _show(self, results: Results) -> None:
        self._shown = self._wanted
        self.hits, self._more = list(results.hits), results.more
        self.fill(results.rows)

    def reload(self) -> None:
        """Search again, if all needed vectors exist."""
        if not self._wanted.is_anything:
            self.gathering.stop()
            self._is_searching = False
            self._show(Results())
        elif self._is_searching:  # A new one, or one that the study was changed under: it begins again.
            self.gather(partial(find, self._wanted), self._show_results, self._search_failed)
        else:
            self.gather(partial(find, self._wanted), self._show_again)

    def _show_again(self, results: Results) -> None:
        if not results.lacking:
            self._show(results)

    def _is_waiting(self) -> bool:
        """Return whether the hits are not yet those of the search that was begun; if so, show a message."""
        if self._is_searching:
            self.tell(f"still searching; {key_of('sheet.close')} stops", wrong=True)
        return self._is_searching

    def fill(self, rows: Sequence[Content]) -> None:
        """Show the hits, or that there are none."""
        super().fill(rows)
        if not rows:
            self.listed.clear_options()
            self.listed.add_option(Option(plain(self._empty_words()), disabled=True))

    def _empty_words(self) -> str:
        if self._wanted.is_by_meaning:
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
        if self.hit is not None and not self._is_waiting():
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
        """Stop searching; else go from the list to the words, and from there close the sheet."""
        if self._is_searching and self.gathering.stop():
            self._return_to_shown("stopped; these are the previous results" if self.hits else "stopped")
        elif self.listed.has_focus:
            self.line.focus()
        else:
            if studies.place(self.study, PLACE):
                self.study_app.remember(PLACE, {})
            self.dismiss(None)

    def action_like(self) -> None:
        """Show what is similar to the hit under the cursor."""
        if self.hit is not None and not self._is_waiting():
            self._origin = (self.hit.interview, self.hit.start, self.hit.end)
            self.run_search()

    def action_listen(self) -> None:
        """Play the recording from the hit under the cursor."""
        if self.hit is not None and not self._is_waiting():
            listening.listen(self, self.hit.interview, self.hit.start)

    def action_code(self) -> None:
        """Code the hit under the cursor."""
        if self.hit is not None and not self._is_waiting() and not self.unseen():
            self._ask_code("Which code for this?", f"“{one_line(self.hit.words, 160)}”", [self.hit])

    def action_code_all(self) -> None:
        """Code all hits."""
        if self.hits and not self._is_waiting() and not self.unseen(any_row=True):
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
