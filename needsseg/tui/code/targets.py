"""The target of a key: keys act only on what was on the screen when they were pressed."""

from __future__ import annotations

from dataclasses import dataclass

from needsseg.records import Passage
from needsseg.tui.code.context import CodeContext
from needsseg.tui.code.navigation import Span
from needsseg.tui.code.open_interview import OpenInterview
from needsseg.tui.keys.hints import key_of, with_keys
from needsseg.tui.widgets.transcript_view import TranscriptView
from needsseg.tui.words import one_line


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a key: a span and its passage; ``passage`` is None for a selection.

    ``begun`` is true for a selection that the key itself began, which is dropped when its dialog is cancelled.
    """

    span: Span
    passage: Passage | None
    begun: bool = False


class KeyTargets:
    """Returns the target of a key, or shows why it may not act yet."""

    def __init__(self, context: CodeContext, interview: OpenInterview, view: TranscriptView) -> None:
        self.context, self._interview, self._view = context, interview, view
        self.busy = ""
        """What is being computed that the next passage depends on; nothing can be decided until then. Empty otherwise."""

    def target(self, *, asks: bool = False) -> Target | None:
        """Return the target: the selection, else the passage under the cursor; None with a message.

        A key that ``asks`` opens its dialog at once, so that keys typed after it go there; the target is scrolled into
        view and named in the dialog. Other keys do not act on what was not on the screen when they were pressed.
        """
        if self.is_waiting():
            return None
        passage, span = self._interview.passage, self._interview.selected
        if span is not None:
            target = Target(span, None)
        elif passage is not None:
            target = Target((passage.start, passage.end), passage)
        else:
            self.context.tell(
                with_keys("no passage under the cursor: {code.next} goes to the next, {code.select} starts one by hand")
            )
            return None
        if asks:
            self._view.reveal(*target.span)
            return target
        was_visible = self.is_shown(target.passage) if target.passage else self.is_in_sight(*target.span, "selection")
        return target if was_visible else None

    def passage(self, *, asks: bool = False) -> Passage | None:
        """Return the passage under the cursor, for keys that act on passages only; None while a selection is open."""
        if self._interview.selection is not None:
            self.context.tell(
                with_keys("a selection is open: {code.mark} marks it, {code.back} drops it; nothing was changed")
            )
            return None
        target = self.target(asks=asks)
        return None if target is None else target.passage

    def is_waiting(self) -> bool:
        """Return whether something is being computed, with a message: nothing is decided before its result is shown."""
        if self.busy:
            self.context.tell(
                f"{self.busy} …: nothing was done; press again when it is ready · {key_of('code.back')} stops it"
            )
        return bool(self.busy)

    def is_shown(self, passage: Passage) -> bool:
        """Return whether a passage was on the screen when the key was pressed; if not, show it with a message."""
        if not self.is_in_sight(passage.start, passage.end, "current passage"):
            return False
        if not self.context.pressed_before(self._view.seen_since(passage)):
            return True
        self.context.tell("this passage was not yet on screen when you pressed the key; nothing was done, press again")
        return False

    def is_in_sight(self, start: int, end: int, target_name: str) -> bool:
        """Return whether a stretch is visible; if not, scroll back to it with a message."""
        if self._view.is_visible(start) or self._view.is_visible(end - 1):
            return True
        self._view.reveal(start, end)
        self.context.tell(f"this is the {target_name}; press again")
        return False


def short_quote(passage: Passage) -> str:
    """Return the beginning of a quote, for the status line."""
    return one_line(passage.quote, 40)
