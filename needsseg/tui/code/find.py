"""Finding words in the transcript that is open."""

from __future__ import annotations

from needsseg.tui.code import navigation
from needsseg.tui.code.desk import CodeDesk
from needsseg.tui.widgets.prompt import Prompt


class Finding(CodeDesk):
    """A find is open while there are hits; then ``n`` and ``N`` go through them."""

    def __init__(self) -> None:
        super().__init__()
        self._hits: list[tuple[int, int]] = []
        self._hit = 0
        self._words = ""

    @property
    def finding(self) -> bool:
        """Whether a find is open."""
        return bool(self._hits)

    def find_state(self) -> str:
        """The find in the line of state."""
        return f" · find “{self._words}” {self._hit + 1}/{len(self._hits)}" if self._hits else ""

    def forget_find(self) -> None:
        """Ends the find."""
        self._hits = []
        self.view.find(())

    def action_find(self) -> None:
        """Asks for words."""
        if self.transcript is not None:
            self.app.push_screen(Prompt("Find in this transcript", value=self._words), self._find)

    def _find(self, words: str | None) -> None:
        if not words or self.transcript is None:
            return
        self._words, top = words, self.view.top_offset
        self._hits = navigation.occurrences(self.transcript, words)
        self.view.find(self._hits)
        if not self._hits:
            self.tell(f"“{words}” does not occur here")
            return
        self._hit = next((number for number, (start, _) in enumerate(self._hits) if start >= top), 0)
        self.next_hit(0)

    def next_hit(self, by: int) -> None:
        """Shows the next hit, round the end."""
        self._hit = (self._hit + by) % len(self._hits)
        if self.selection is None:  # an open selection would reach to the find
            self.view.move_cursor(self._hits[self._hit][0])
        self.view.reveal(*self._hits[self._hit])
        self.tell("n next, N previous · v w select there · esc ends the find")
