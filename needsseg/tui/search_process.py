"""One child that keeps the sentence model loaded for searches by meaning, from the first of them until the app ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from needsseg.errors import Advice
from needsseg.tui.child import STREAM_LIMIT, Outcome, Step, advised, end, narration, parsed
from needsseg.tui.widgets.progress import ProgressScreen

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from needsseg.tui.study_app import StudyApp

Request = Mapping[str, object]


class Reader:
    """Answers one request after the other; its child is started when it is needed, and again after it has ended."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._child: Process | None = None
        self._keeping: set[asyncio.Task[object]] = set()
        self._told: asyncio.Task[tuple[str, str | Advice, list[str | Advice]]] | None = None
        self._on_step: Callable[[Step], None] = _unheard

    async def ask(self, request: Request, on_step: Callable[[Step], None]) -> Outcome:
        """Has the child make a request ready, telling its steps; when cancelled, ends the child first."""
        self._on_step = on_step
        try:
            child = await self._started()
            if child.stdin is None or child.stdout is None:  # both are asked for below
                raise RuntimeError("the child has no pipes")
            try:
                child.stdin.write(json.dumps(dict(request)).encode() + b"\n")
                await child.stdin.drain()
                line = await child.stdout.readline()
            except ConnectionError:  # it ended before it could read
                line = b""
            answer = parsed(line.decode("utf-8", "replace"))
            if isinstance(answer, dict):
                return _outcome(answer)
            if line:
                await end(child)
            return await self._ended(child)
        except asyncio.CancelledError:
            if self._child is not None:
                await end(self._child)
            raise
        finally:
            self._on_step = _unheard

    async def _started(self) -> Process:
        if self._child is not None and self._child.returncode is None:
            return self._child
        self._child = child = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=STREAM_LIMIT,
        )
        self._told = asyncio.create_task(narration(child.stderr, lambda step: self._on_step(step)))
        keeping: asyncio.Task[object] = asyncio.create_task(_kept(child))
        self._keeping.add(keeping)
        keeping.add_done_callback(self._keeping.discard)
        return child

    async def _ended(self, child: Process) -> Outcome:
        """What a child that gave no answer said of it."""
        code = await child.wait()
        error, hint, said = await self._told if self._told is not None else ("", "", [])
        return Outcome(
            code or 1, None, error or (str(said[-1]) if said else "It ended without an answer."), hint, tuple(said)
        )


async def _kept(child: Process) -> None:
    """Ends the child when the app's loop ends, which cancels all that still runs."""
    try:
        await child.wait()
    finally:
        await end(child)


def _outcome(answer: dict[str, object]) -> Outcome:
    error = str(answer.get("error", ""))
    return Outcome(1 if error else 0, answer, error, advised(answer, "hint"), ())


def _unheard(_step: Step) -> None:
    """Nobody listens between requests."""


_readers: WeakKeyDictionary[StudyApp, Reader] = WeakKeyDictionary()


def reader_of(app: StudyApp) -> Reader:
    """The app's one reader."""
    return _readers.setdefault(app, Reader(app.command("search", "--listen")))


class ReadingScreen(ProgressScreen):
    """Shows the reader at work; gives its outcome, or None when it was cancelled."""

    def __init__(self, title: str, reader: Reader, request: Request) -> None:
        super().__init__(title, ())
        self._reader, self._request = reader, request

    async def _run(self) -> None:
        try:
            outcome = await self._reader.ask(self._request, self._show)
        except OSError as error:
            outcome = Outcome(1, None, f"It could not be started: {error.strerror}.", "", ())
        self.dismiss(outcome)
