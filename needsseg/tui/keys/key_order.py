"""Handle one key at a time: forward the next key only when all effects of the last one are complete."""

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
"""After this time without an answer a round is checked: a screen that closes can drop messages."""


class Round(Message):
    """A message that takes the way of a key, from a widget up to the app, after all messages sent before it."""

    namespace = "key_order"

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class KeyOrder:
    """Delays keys while the last one opens a dialog, reloads a list or moves the focus.

    Textual sends a key to the widget that has the focus at that moment. A key pressed right after one that opens a dialog
    would go to the screen below, and be lost or do something there. Therefore a key waits until messages sent through the top
    screen return and neither screens nor focus have changed meanwhile.
    """

    def __init__(
        self,
        app: App[Any],
        forward: Callable[[Key | Paste], Awaitable[None]],
        handled: Callable[[], None],
        is_quit: Callable[[str], bool],
    ) -> None:
        self._app, self._forward, self._handled, self._is_quit = app, forward, handled, is_quit
        self._queue: deque[Key | Paste] = deque()
        self._is_busy = self._is_on_hold = False
        self._number = 0
        self._rounds = 0
        self._pending = 0
        self._focus_state: tuple[object, ...] = ()
        self._timer: asyncio.TimerHandle | None = None
        self.pressed_at: float | None = None
        """When the current key was pressed, on the monotonic clock; None while no key is being handled."""

    def pressed_before(self, shown: float | None) -> bool:
        """Return whether the current key was pressed before the time ``shown``; None if it was never shown."""
        return self.pressed_at is not None and (shown is None or self.pressed_at < shown)

    def hold(self) -> None:
        """Delay keys while a dialog that will receive them is being prepared, until ``release``."""
        self._is_on_hold = True

    def release(self) -> None:
        """Forward the delayed keys, now that the dialog can receive them."""
        self._is_on_hold = False
        self._app.call_next(self._resume)

    async def _resume(self) -> None:
        if self._queue and not self._is_busy and not self._is_on_hold:
            self._is_busy, self._rounds = True, 0
            self._begin_round()

    async def take(self, event: Key | Paste) -> None:
        """Forward a key at once, or after those before it are handled; quitting never waits for a dialog being prepared."""
        if self._is_on_hold and isinstance(event, Key) and self._is_quit(event.key):
            await self._forward(event)
            return
        self._queue.append(event)
        if not self._is_busy and not self._is_on_hold:
            await self._forward_next()

    async def round_returned(self, message: Round) -> None:
        """End a round once all its messages have returned and the callbacks they scheduled have run."""
        if message.number == self._number:
            self._pending -= 1
            if self._pending <= 0:
                self._app.call_next(self._end_round, message.number)

    async def _forward_next(self) -> None:
        event = self._queue.popleft()
        self._is_busy, self._rounds, self.pressed_at = True, 0, event.time
        self._focus_state = self._current_focus()
        try:
            await self._forward(event)
        finally:
            self._begin_round()

    def _current_focus(self) -> tuple[object, ...]:
        try:
            return (*self._app.screen_stack, self._app.focused)
        except ScreenStackError:  # the app is closing
            return ()

    def _begin_round(self) -> None:
        """Send a message through each widget that can have the focus, and through the top screen."""
        self._rounds += 1
        self._number += 1
        self._focus_state = self._current_focus()
        targets: list[MessagePump] = []
        if self._focus_state:
            screen = self._app.screen
            # Before it is mounted a screen has no widgets; its own messages are handled after mounting.
            targets = [screen, *(screen.focus_chain if screen.is_mounted else ())]
            if self._app.focused is not None and self._app.focused not in targets:
                targets.append(self._app.focused)
        self._pending = sum(target.post_message(Round(self._number)) for target in targets)
        if not self._pending:
            self._app.call_next(self._end_round, self._number)
        self._timer = asyncio.get_running_loop().call_later(
            LOST_SECONDS, self._check_lost, self._number, self._focus_state
        )

    def _check_lost(self, number: int, focus_state: tuple[object, ...]) -> None:
        """End a round whose messages were dropped because a screen has closed; else check again later."""
        if number != self._number:
            return
        if self._current_focus() != focus_state or not self._focus_state:
            self._app.call_next(self._end_round, number)
        else:
            self._timer = asyncio.get_running_loop().call_later(LOST_SECONDS, self._check_lost, number, focus_state)

    async def _end_round(self, number: int) -> None:
        if number != self._number:
            return
        if self._timer is not None:
            self._timer.cancel()
        is_same = self._current_focus() == self._focus_state
        if self._focus_state and self._rounds < MOST_ROUNDS and (not is_same or self._rounds < FEWEST_ROUNDS):
            self._begin_round()
            return
        self._number += 1
        self._handled()
        self._is_busy, self.pressed_at = False, None
        if self._queue and not self._is_on_hold:
            await self._forward_next()
