"""Waiting for the app in tests until it has nothing left to do, instead of for a while.

Textual's own ``pilot.pause()`` sleeps for 20 ms and more, until the process uses little time. Here the event loop itself
says when nothing is ready to run in it: what happens next can then only come from a timer, a thread, or another process.
"""

from __future__ import annotations

import asyncio
import gc
import selectors
import time
import weakref
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar, cast
from unittest import mock

from textual._compositor import Compositor
from textual._context import active_app
from textual.app import App, ScreenStackError
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen
from textual.timer import Timer

T = TypeVar("T")
_TIMERS: weakref.WeakSet[Timer] = weakref.WeakSet()
"""The timers that were started."""
_ASLEEP: dict[asyncio.Task[Any] | None, asyncio.Future[None]] = {}
"""What the tasks of timers wait for."""
_PARSED: dict[object, list[RuleSet]] = {}
LIMIT_SECONDS = 60.0
SHORT_SECONDS = 1.0
"""A timer that rings once and sooner than this is made to ring where the app is waited for: a screen does something after
a short delay, and nothing comes of letting it pass. Longer ones take messages off the screen."""


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
    parsed once a process. A timer can be woken before its time.
    """
    parse_rules = Stylesheet._parse_rules
    start = Timer._start

    def started(timer: Timer) -> None:
        _TIMERS.add(timer)
        start(timer)

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
        mock.patch.object(Timer, "_start", started),
        mock.patch("textual.timer.sleep", _asleep),
    ):
        yield
    _TIMERS.clear()


async def _asleep(seconds: float) -> None:
    """Sleeps, or until ``_hurried``."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    awake = _ASLEEP[task] = loop.create_future()
    ring = loop.call_later(seconds, _wake, awake)
    try:
        await awake
    finally:
        ring.cancel()
        _ASLEEP.pop(task, None)


def _wake(awake: asyncio.Future[None]) -> None:
    if not awake.done():
        awake.set_result(None)


async def idle(app: App[Any]) -> None:
    """Waits until every message is handled, the screen drawn, and every animation done; workers may be running.

    Those that read what a pane shows of the row under the cursor are waited for: a user would not act before either.
    """
    loop = cast(_WatchedLoop, asyncio.get_running_loop())
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        await loop.watched.nothing_ready()
        if app._exit or not (screen := _screen(app)):
            return
        if screen._update_timer._active.is_set() and not app._batch_count:
            screen._on_timer_update()  # as the timer would within 1/60 s
        elif app._batch_count or not app.animator._complete_event.is_set() or _filling(app):
            await asyncio.sleep(0.001)
        else:
            return
        assert time.monotonic() < deadline, (
            f"after {LIMIT_SECONDS:.0f} s {screen} is not at rest: {app._batch_count} updates held back, "
            f"{len(app.animator._animations)} animations, {len(app.animator._scheduled)} to come"
        )


def _filling(app: App[Any]) -> bool:
    return any(worker.group in ("evidence", "queue") and not worker.is_finished for worker in app.workers)


def _screen(app: App[Any]) -> Screen[Any] | None:
    try:
        return app.screen
    except ScreenStackError:
        return None


async def until(app: App[Any], condition: Callable[[], object], what: str = "", seconds: float = LIMIT_SECONDS) -> None:
    """Waits until a condition is true and the app idle; short delays are cut shorter."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what or condition} did not come true within {seconds:.0f} s"
        if not _hurried():
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
    return any(map(_rings_soon, list(_TIMERS)))


def _hurried() -> bool:
    """Wakes the timers that would ring soon; whether there are any."""
    asleep = [_ASLEEP[timer._task] for timer in list(_TIMERS) if _rings_soon(timer) and timer._task in _ASLEEP]
    for awake in asleep:
        _wake(awake)
    return bool(asleep)


def _rings_soon(timer: Timer) -> bool:
    once = timer._repeat == 0 and timer._interval < SHORT_SECONDS and timer._active.is_set()
    return once and timer._task is not None and not timer._task.done()
