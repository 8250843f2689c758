"""One key at a time: the next one is handed on only when all that came of the last one has happened."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from textual.app import ScreenStackError
from textual.events import Key, Paste
from textual.message import Message

if TYPE_CHECKING:
    from textual.app import App
    from textual.message_pump import MessagePump

FEWEST_ROUNDS, MOST_ROUNDS = 2, 50
LOST_SECONDS = 0.1
"""After so long without an answer a round is begun anew: a screen that closes can drop what was sent through it."""


class Round(Message):
    """Goes the way that a key goes, from a widget up to the app, behind all that was sent that way before it."""

    namespace = "key_order"

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class KeyOrder:
    """Holds keys back while the last one opens a dialog, reloads a list or moves the focus.

    Textual sends a key to what has the focus at that moment. A key pressed right after one that opens a dialog would go to
    the screen below, and be lost or do something there. Here a key waits until messages sent through the screen on top come
    back and neither screens nor focus have changed meanwhile.
    """

    def __init__(
        self,
        app: App[Any],
        hand: Callable[[Key | Paste], Awaitable[None]],
        done: Callable[[], None],
        is_quit: Callable[[str], bool],
    ) -> None:
        self._app, self._hand, self._done, self._is_quit = app, hand, done, is_quit
        self._waiting: deque[Key | Paste] = deque()
        self._busy = self._held = False
        self._number = 0
        self._rounds = 0
        self._open = 0
        self._stood: tuple[object, ...] = ()
        self._alarm: asyncio.TimerHandle | None = None
        self.pressed_at: float | None = None
        """When the key that is being handled was pressed, on the monotonic clock; None while none is."""

    def pressed_before(self, shown: float | None) -> bool:
        """Whether the key that is being handled was pressed before something was shown; ``shown`` is None for never."""
        return self.pressed_at is not None and (shown is None or self.pressed_at < shown)

    def hold(self) -> None:
        """Lets keys wait while a dialog is being prepared, to which they will go; ``release`` ends that."""
        self._held = True

    def release(self) -> None:
        """Hands on the keys that waited, once the dialog is there to take them."""
        self._held = False
        self._app.call_next(self._go_on)

    async def _go_on(self) -> None:
        if self._waiting and not self._busy and not self._held:
            self._busy, self._rounds = True, 0
            self._begin()

    async def take(self, event: Key | Paste) -> None:
        """Hands a key on, at once or when those before it are done with; quitting never waits for what is being prepared."""
        if self._held and isinstance(event, Key) and self._is_quit(event.key):
            await self._hand(event)
            return
        self._waiting.append(event)
        if not self._busy and not self._held:
            await self._next()

    async def came_back(self, message: Round) -> None:
        """Ends a round once all its messages have come back; what they called for is done before that is looked at."""
        if message.number == self._number:
            self._open -= 1
            if self._open <= 0:
                self._app.call_next(self._ended, message.number)

    async def _next(self) -> None:
        event = self._waiting.popleft()
        self._busy, self._rounds, self.pressed_at = True, 0, event.time
        self._stood = self._standing()
        try:
            await self._hand(event)
        finally:
            self._begin()

    def _standing(self) -> tuple[object, ...]:
        try:
            return (*self._app.screen_stack, self._app.focused)
        except ScreenStackError:  # the app is closing
            return ()

    def _begin(self) -> None:
        """Sends a message through each widget that can have the focus, and through the screen on top."""
        self._rounds += 1
        self._number += 1
        self._stood = self._standing()
        targets: list[MessagePump] = []
        if self._stood:
            screen = self._app.screen
            # Before it is mounted a screen has no widgets; its own messages are handled after that.
            targets = [screen, *(screen.focus_chain if screen.is_mounted else ())]
            if self._app.focused is not None and self._app.focused not in targets:
                targets.append(self._app.focused)
        self._open = sum(target.post_message(Round(self._number)) for target in targets)
        if not self._open:
            self._app.call_next(self._ended, self._number)
        self._alarm = asyncio.get_running_loop().call_later(LOST_SECONDS, self._look_after, self._number, self._stood)

    def _look_after(self, number: int, stood: tuple[object, ...]) -> None:
        """Ends a round of which messages were dropped: something on the way has closed."""
        if number != self._number:
            return
        if self._standing() != stood or not self._stood:
            self._app.call_next(self._ended, number)
        else:
            self._alarm = asyncio.get_running_loop().call_later(LOST_SECONDS, self._look_after, number, stood)

    async def _ended(self, number: int) -> None:
        if number != self._number:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        same = self._standing() == self._stood
        if self._stood and self._rounds < MOST_ROUNDS and (not same or self._rounds < FEWEST_ROUNDS):
            self._begin()
            return
        self._number += 1
        self._done()
        self._busy, self.pressed_at = False, None
        if self._waiting and not self._held:
            await self._next()
