"""Since when each passage has been on the screen: nothing is decided on one that was not there to be seen."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic

from needsseg.records import Passage

Key = tuple[int, int, int]


class PassagesSeen:
    """Times on the monotonic clock, by passage; those that are not stored share an id, so that their place counts too."""

    def __init__(self) -> None:
        self._since: dict[Key, float] = {}
        self._revealed = -1, 0.0
        """Where the stretch begins that was scrolled to last, and when; Textual scrolls at its next refresh."""

    def note(self, there: Iterable[Passage]) -> None:
        """Take down which passages are on the screen now; those that were there before have been for longer."""
        now = monotonic()
        at, revealed = self._revealed
        keys = {_key(passage) for passage in there}
        self._since = {key: self._since.get(key, revealed if key[1] == at else now) for key in keys}

    def since(self, passage: Passage) -> float | None:
        """Since when a passage has been there; None where it is not, or was not noted yet."""
        at, revealed = self._revealed
        return self._since.get(_key(passage), revealed if passage.start == at else None)

    def reveal(self, start: int) -> None:
        """Take down that what begins at a place is scrolled to now."""
        self._revealed = start, monotonic()

    def forget(self, passage: Passage) -> None:
        """Count a passage as seen only from the next note on."""
        self._since.pop(_key(passage), None)
        self._revealed = -1, 0.0

    def clear(self) -> None:
        """Forget all: another text is shown."""
        self._since.clear()


def _key(passage: Passage) -> Key:
    return passage.id, passage.start, passage.end
