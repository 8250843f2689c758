"""Since when each passage has been on the screen, so that keys never act on one that was not visible."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic

from needsseg.records import Passage

Key = tuple[int, int, int]


class PassagesSeen:
    """Times on the monotonic clock by passage; unstored passages share an id, so keys include their offsets."""

    def __init__(self) -> None:
        self._since: dict[Key, float] = {}
        self._revealed = -1, 0.0
        """The start of the stretch last scrolled to, and when; Textual scrolls at its next refresh."""

    def note(self, visible: Iterable[Passage]) -> None:
        """Note which passages are on the screen now; those already there keep their time."""
        now = monotonic()
        at, revealed = self._revealed
        keys = {_key(passage) for passage in visible}
        self._since = {key: self._since.get(key, revealed if key[1] == at else now) for key in keys}

    def since(self, passage: Passage) -> float | None:
        """Return since when a passage has been on the screen; None if it is not there or not noted yet."""
        at, revealed = self._revealed
        return self._since.get(_key(passage), revealed if passage.start == at else None)

    def reveal(self, start: int) -> None:
        """Note that the stretch at ``start`` is scrolled to now."""
        self._revealed = start, monotonic()

    def forget(self, passage: Passage) -> None:
        """Count a passage as visible only from the next ``note`` on."""
        self._since.pop(_key(passage), None)
        self._revealed = -1, 0.0

    def clear(self) -> None:
        """Forget all passages, when another text is shown."""
        self._since.clear()


def _key(passage: Passage) -> Key:
    return passage.id, passage.start, passage.end
