"""Find words in the open transcript."""

from __future__ import annotations

from needsseg.tui.code import navigation
from needsseg.tui.code.context import CodeContext
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.keys.hints import with_keys
from needsseg.tui.widgets.prompt import Prompt
from needsseg.tui.widgets.transcript_view import TranscriptView


class Find:
    """Finds words; while there are hits, ``n`` and ``N`` go through them."""

    def __init__(self, context: CodeContext, interview: OpenInterview, view: TranscriptView) -> None:
        self.context, self._interview, self._view = context, interview, view
        self._hits: list[tuple[int, int]] = []
        self._hit = 0
        self._words = ""

    @property
    def is_open(self) -> bool:
        """Whether there are hits."""
        return bool(self._hits)

    @property
    def state(self) -> str:
        """The search in the status line."""
        return f" · find “{self._words}” {self._hit + 1}/{len(self._hits)}" if self._hits else ""

    def close(self) -> None:
        """End the search."""
        self._hits = []
        self._view.find(())

    def ask(self) -> None:
        """Ask for words to find."""
        if self._interview.transcript is not None:
            self.context.push(Prompt("Find in this transcript", value=self._words), self._find)

    def _find(self, words: str | None) -> None:
        if not words or self._interview.transcript is None:
            return
        self._words, top = words, self._view.top_offset
        self._hits = navigation.occurrences(self._interview.transcript, words)
        self._view.find(self._hits)
        if not self._hits:
            self.context.tell(f"“{words}” does not occur in this transcript")
            return
        self._hit = next((number for number, (start, _) in enumerate(self._hits) if start >= top), 0)
        self.next_hit(0)

    def next_hit(self, by: int) -> None:
        """Show the hit ``by`` places on, wrapping round at the end."""
        self._hit = (self._hit + by) % len(self._hits)
        if self._interview.selection is None:  # an open selection would extend to the hit
            self._view.move_cursor(self._hits[self._hit][0])
        self._view.reveal(*self._hits[self._hit])
        self.context.tell(
            with_keys(
                "{code.undecided} next · {code.undecided_before} previous · {code.select} {code.word} "
                "select here · {code.back} ends the search"
            )
        )
