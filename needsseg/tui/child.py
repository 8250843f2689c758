"""Run long work in a child process: the same program without a screen, which can be ended at any time without trace."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from needsseg.errors import Advice
from needsseg.operating_system import LOW_PRIORITY_FLAGS, lower_priority

GRACE_SECONDS = 3.0
STREAM_LIMIT = 8 * 1024 * 1024
MAX_NOTES = 12


@dataclass(frozen=True, slots=True)
class Step:
    """The progress of a child process: what it is doing, how much is done, and how much there is."""

    doing: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a child process: exit code, parsed stdout, error with its hint, and other messages."""

    code: int
    result: object | None
    error: str
    hint: str | Advice
    notes: tuple[str | Advice, ...]


def command(study: Path, *arguments: str) -> list[str]:
    """Return the command line that runs a command on a study and reports its progress as JSON lines."""
    return [sys.executable, "-m", "needsseg.cli", "--study", str(study), "--progress", "json", *arguments]


async def run_child(
    arguments: Sequence[str], on_step: Callable[[Step], None], *, low_priority: bool = False
) -> Outcome:
    """Run a command and report its steps; if cancelled, end it first, so that its transaction is rolled back."""
    child = await asyncio.create_subprocess_exec(
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=STREAM_LIMIT,
        creationflags=LOW_PRIORITY_FLAGS if low_priority else 0,
    )
    if low_priority:
        lower_priority(child.pid)
    try:
        output, messages = await asyncio.gather(_read_all(child.stdout), read_messages(child.stderr, on_step))
        code = await child.wait()
    finally:
        await end(child)
    error, hint, notes = messages
    if code and not error:
        error = str(notes[-1]) if notes else f"It ended with exit code {code}."
    return Outcome(code, parse_json(output), error, hint, tuple(notes))


async def _read_all(stream: asyncio.StreamReader | None) -> str:
    return (await stream.read()).decode("utf-8", "replace") if stream else ""


async def read_messages(
    stream: asyncio.StreamReader | None, on_step: Callable[[Step], None]
) -> tuple[str, str | Advice, list[str | Advice]]:
    """Pass steps to ``on_step``; return the error, its hint, and the other lines, the newest last."""
    error = ""
    hint: str | Advice = ""
    notes: list[str | Advice] = []
    while stream is not None and (line := await stream.readline()):
        text = line.decode("utf-8", "replace").strip()
        message = parse_json(text)
        if isinstance(message, dict) and "doing" in message:
            on_step(Step(str(message["doing"]), int(message.get("done", 0)), int(message.get("total", 0))))
        elif isinstance(message, dict) and "error" in message:
            error, hint = str(message["error"]), text_or_advice(message, "hint")
        elif text:
            notes = [*notes[1 - MAX_NOTES :], _worded(message) if isinstance(message, dict) else text]
    return error, hint, notes


def text_or_advice(row: dict[str, object], name: str) -> str | Advice:
    """Return the text under a name, with the fixes in it if the child process named them."""
    return Advice.from_json(row["advice"]) if row.get("advice") else str(row.get(name, ""))


def _worded(row: dict[str, object]) -> str | Advice:
    """Return a note, a warning or a refusal in words."""
    if "refused" in row:
        reason = text_or_advice(row, "reason")
        start = f"refused: {row['refused']}: "
        return start + reason if isinstance(reason, str) else Advice(start, reason)
    return text_or_advice(row, next(iter(row), ""))


def parse_json(text: str) -> object | None:
    """Return the value of a JSON text, or None if it is empty or is not JSON."""
    try:
        return json.loads(text) if text.strip() else None
    except json.JSONDecodeError:
        return None


async def end(child: asyncio.subprocess.Process) -> None:
    """Ask the child process to stop, and kill it if it does not."""
    if child.returncode is not None:
        return
    for stop in (child.terminate, child.kill):
        try:
            stop()
        except ProcessLookupError:
            return
        try:
            await asyncio.wait_for(child.wait(), GRACE_SECONDS)
            return
        except TimeoutError:
            continue
