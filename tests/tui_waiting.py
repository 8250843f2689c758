"""Waiting for the app in tests until it has nothing left to do, instead of for a while.

Textual's own ``pilot.pause()`` sleeps for 20 ms and more, until the process uses little time. Here the event loop itself
says when nothing is ready to run in it: what happens next can then only come from a timer, a thread, or another process.
"""

from __future__ import annotations

import asyncio
import gc
import selectors
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar, cast
from unittest import mock

from textual._compositor import Compositor
from textual._context import active_app
from textual.app import App, ScreenStackError
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.timer import Timer

T = TypeVar("T")
_PARSED: dict[object, list[RuleSet]] = {}
LIMIT_SECONDS = 60.0
SHORT_SECONDS = 1.0
"""A timer that rings once and sooner than this is waited for: a screen does something after a short delay.
Longer ones take messages off the screen."""


class WatchedSelector(selectors.DefaultSelector):
    """What an event loop sleeps in; it tells when the loop has nothing ready to run."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[asyncio.Future[None]] = []

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As every selector; the loop asks with a timeout above 0 only when nothing is ready to run."""
        if not self._waiting or (timeout is not None and timeout <= 0):
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            waiting, self._waiting = self._waiting, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)
        return ready

    async def nothing_ready(self) -> None:
        """Waits until the loop has nothing ready to run."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future


class _WatchedLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.watched = WatchedSelector()
        super().__init__(self.watched)


def run(main: Coroutine[Any, Any, T], *, draws: bool = True) -> T:
    """As ``asyncio.run``, in a loop in which ``idle``, ``until`` and ``settled`` can be awaited.

    Without ``draws`` a screen is drawn only where a test looks at it: it has to be looked at until nothing comes of that.
    """
    with asyncio.Runner(loop_factory=_WatchedLoop) as runner, _quick_textual(), _few_collections(), _drawing(draws):
        return runner.run(main)


@contextmanager
def _drawing(draws: bool) -> Iterator[None]:
    render_update = Compositor.render_update

    def only_asked_for(compositor: Compositor, full: bool = False, **more: Any) -> Any:
        return render_update(compositor, full, **more) if full else None

    with nullcontext() if draws else mock.patch.object(Compositor, "render_update", only_asked_for):
        yield


@contextmanager
def _few_collections() -> Iterator[None]:
    """Cycles are looked for less often: an app makes many objects, most of which go without that."""
    kept = gc.get_threshold()
    gc.set_threshold(50_000, 20, 10)
    try:
        yield
    finally:
        gc.set_threshold(*kept)


@contextmanager
def _quick_textual() -> Iterator[None]:
    """Textual without what only slows tests down.

    Its pilot waits as ``idle`` does. A screen that is switched to is drawn at once and not after 50 ms. A style sheet is
    parsed once a process.
    """
    parse_rules = Stylesheet._parse_rules

    async def wait_for_idle(*_: float) -> None:
        await idle(active_app.get())

    def parsed(sheet: Stylesheet, *css: Any, **more: Any) -> list[RuleSet]:
        key = (frozenset(sheet._variables.items()), css, frozenset(more.items()))
        if key not in _PARSED:
            _PARSED[key] = parse_rules(sheet, *css, **more)
        return _PARSED[key]

    with (
        mock.patch("textual.app.wait_for_idle", wait_for_idle),
        mock.patch("textual.pilot.wait_for_idle", wait_for_idle),
        mock.patch.object(App, "delay_update", lambda app, delay=0.0: app.call_later(lambda: app.screen.refresh())),
        mock.patch.object(Stylesheet, "_parse_rules", parsed),
    ):
        yield


async def idle(app: App[Any]) -> None:
    """Waits until every message is handled, the screen drawn, and every animation done; workers may be running."""
    loop = cast(_WatchedLoop, asyncio.get_running_loop())
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        await loop.watched.nothing_ready()
        if app._exit or not (screen := _screen(app)):
            return
        if screen._update_timer._active.is_set() and not app._batch_count:
            screen._on_timer_update()  # as the timer would within 1/60 s
        elif app._batch_count or not app.animator._complete_event.is_set():
            await asyncio.sleep(0.001)
        else:
            return
        assert time.monotonic() < deadline, (
            f"after {LIMIT_SECONDS:.0f} s {screen} is not at rest: {app._batch_count} updates held back, "
            f"{len(app.animator._animations)} animations, {len(app.animator._scheduled)} to come"
        )


def _screen(app: App[Any]) -> Screen[Any] | None:
    try:
        return app.screen
    except ScreenStackError:
        return None


async def until(app: App[Any], condition: Callable[[], object], what: str = "", seconds: float = LIMIT_SECONDS) -> None:
    """Waits until a condition is true and the app idle."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what or condition} did not come true within {seconds:.0f} s"
        await asyncio.sleep(0.005)
        await idle(app)
    await idle(app)


async def settled(app: App[Any], *, but: str = "") -> None:
    """Waits until workers are done, short delays are over, and the app is idle; workers named ``but`` may go on."""
    await idle(app)
    await until(app, lambda: not _busy(app, but), "the end of workers and short delays")


def _busy(app: App[Any], but: str) -> bool:
    if any(not worker.is_finished and not (but and worker.name == but) for worker in app.workers):
        return True
    return any(_rings_soon(timer) for pump in _pumps(app) for timer in pump._timers)


def _pumps(app: App[Any]) -> Iterator[MessagePump]:
    yield app
    for screen in app.screen_stack:
        yield from screen.walk_children(with_self=True)


def _rings_soon(timer: Timer) -> bool:
    once = timer._repeat == 0 and timer._interval < SHORT_SECONDS
    return once and timer._task is not None and not timer._task.done()
