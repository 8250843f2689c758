"""The interview on the Code screen, as last read: its transcript, its passages, and the selection."""

from __future__ import annotations

from collections.abc import Iterable

from needsseg.actions.coding import passages
from needsseg.actions.study import Study
from needsseg.actions.transcripts import interviews
from needsseg.records import Passage, Transcript
from needsseg.tui.code import navigation
from needsseg.tui.code.navigation import Selection, Span


class OpenInterview:
    """The state that the parts of the screen share; ``key`` is empty and ``transcript`` None while no interview is open."""

    def __init__(self) -> None:
        self.key = ""
        self.transcript: Transcript | None = None
        self.passages: list[Passage] = []
        self.current: int | None = None
        """The id of the passage that keys act on: the one under the text cursor."""
        self.selection: Selection | None = None
        self.changed: list[int] = []
        """The passages that changed at the last reading."""
        self.turns_changed = False
        """Whether the turns changed at the last reading."""

    @property
    def passage(self) -> Passage | None:
        """The current passage."""
        return next((p for p in self.passages if p.id == self.current), None)

    @property
    def selected(self) -> Span | None:
        """The selected span."""
        return self.selection.span if self.selection else None

    def words(self, span: Span) -> str:
        """Return the words of a span."""
        return self.transcript.text[slice(*span)] if self.transcript else ""

    def close(self) -> None:
        """Close the interview: the study holds none."""
        self.key, self.transcript, self.passages, self.current = "", None, [], None

    def open(self, study: Study, key: str) -> Transcript:
        """Read another interview's transcript; ``read_passages`` follows."""
        self.key, self.current, self.turns_changed = key, None, False
        self.transcript = interviews.show(study, key)
        return self.transcript

    def read_turns(self, study: Study) -> Transcript | None:
        """Read the turns again; return the transcript if roles, speakers or words changed, else None."""
        before, now = self.transcript, interviews.show(study, self.key)
        self.turns_changed = before is not None and now.turns != before.turns
        if not self.turns_changed:
            return None
        self.transcript = now
        return now

    def read_passages(self, study: Study, unstored: Iterable[Passage], keep: int | None, at: int) -> None:
        """Read the passages again, including ``unstored`` suggestions.

        ``keep`` becomes the current one; if it no longer exists, the one at the offset ``at``. After an interview was
        opened without a passage to keep, its first one becomes current.
        """
        before, opened = {p.id: p for p in self.passages}, self.current is None and not self.passages
        stored = passages.listing(study, self.key, anchored=True)
        self.passages = sorted([*stored, *unstored], key=lambda p: (p.start, p.end, p.id))
        inside = navigation.nearest(self.passages, 0) if opened else navigation.innermost(self.passages, at)
        self.current = keep if keep in {p.id for p in self.passages} else inside
        self.changed = [p.id for p in self.passages if before and before.get(p.id) != p]
