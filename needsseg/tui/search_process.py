"""Keep one child process with the sentence model for searches by meaning, from the first search until the app ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from needsseg.errors import Advice
from needsseg.tui.child import STREAM_LIMIT, Outcome, Step, end, parse_json, read_messages, text_or_advice
from needsseg.tui.widgets.progress import ProgressScreen

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from needsseg.tui.study_app import StudyApp

Request = Mapping[str, object]


class SearchProcess:
    """Answers requests one at a time; starts its child process when needed, and again after it has ended."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._child: Process | None = None
        self._guards: set[asyncio.Task[object]] = set()
        self._messages: asyncio.Task[tuple[str, str | Advice, list[str | Advice]]] | None = None
        self._on_step: Callable[[Step], None] = _ignore_step

    async def ask(self, request: Request, on_step: Callable[[Step], None]) -> Outcome:
        """Have the child process prepare a request and report its steps; if cancelled, end the child process first."""
        self._on_step = on_step
        try:
            child = await self._running_child()
            if child.stdin is None or child.stdout is None:  # _running_child requests both pipes.
                raise RuntimeError("the child has no pipes")
            try:
                child.stdin.write(json.dumps(dict(request)).encode() + b"\n")
                await child.stdin.drain()
                line = await child.stdout.readline()
            except ConnectionError:  # The child process ended before it could read.
                line = b""
            answer = parse_json(line.decode("utf-8", "replace"))
            if isinstance(answer, dict):
                return _outcome(answer)
            if line:
                await end(child)
            return await self._failure(child)
        except asyncio.CancelledError:
            if self._child is not None:
                await end(self._child)
            raise
        finally:
            self._on_step = _ignore_step

    async def _running_child(self) -> Process:
        """Return the running child process; start it if there is none."""
        if self._child is not None and self._child.returncode is None:
            return self._child
        self._child = child = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=STREAM_LIMIT,
        )
        self._messages = asyncio.create_task(read_messages(child.stderr, lambda step: self._on_step(step)))
        guard: asyncio.Task[object] = asyncio.create_task(_end_with_loop(child))
        self._guards.add(guard)
        guard.add_done_callback(self._guards.discard)
        return child

    async def _failure(self, child: Process) -> Outcome:
        """Wait for a child process that gave no answer, and return its messages as a failure."""
        code = await child.wait()
        error, hint, notes = await self._messages if self._messages is not None else ("", "", [])
        return Outcome(
            code or 1, None, error or (str(notes[-1]) if notes else "It ended without an answer."), hint, tuple(notes)
        )


async def _end_with_loop(child: Process) -> None:
    """End the child process when the app's event loop ends, which cancels all running tasks."""
    try:
        await child.wait()
    finally:
        await end(child)


def _outcome(answer: dict[str, object]) -> Outcome:
    error = str(answer.get("error", ""))
    return Outcome(1 if error else 0, answer, error, text_or_advice(answer, "hint"), ())


def _ignore_step(_step: Step) -> None:
    """Ignore a step: between requests nobody shows progress."""


_processes: WeakKeyDictionary[StudyApp, SearchProcess] = WeakKeyDictionary()


def search_process_of(app: StudyApp) -> SearchProcess:
    """Return the search process of the app."""
    return _processes.setdefault(app, SearchProcess(app.command("search", "--listen")))


class SearchProgressScreen(ProgressScreen):
    """Shows the progress of a search request; closes with its outcome, or None if cancelled."""

    def __init__(self, title: str, process: SearchProcess, request: Request) -> None:
        super().__init__(title, ())
        self._process, self._request = process, request

    async def _outcome(self) -> Outcome:
        return await self._process.ask(self._request, self._show)
