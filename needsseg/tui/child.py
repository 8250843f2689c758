"""Long work in a child: the same program without a screen, which can be ended at any moment and leaves no trace."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from needsseg.errors import Advice

GRACE_SECONDS = 3.0
STREAM_LIMIT = 8 * 1024 * 1024
STDERR_KEPT = 12


@dataclass(frozen=True, slots=True)
class Step:
    """How far the child is: what it does, how much is done, how much there is."""

    doing: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended: its exit code, what it wrote to stdout, and what it said was wrong."""

    code: int
    result: object | None
    error: str
    hint: str | Advice
    said: tuple[str | Advice, ...]


def command(study: Path, *arguments: str) -> list[str]:
    """The command line that runs one verb of the program on a study, reporting its progress as JSON lines."""
    return [sys.executable, "-m", "needsseg.cli", "--study", str(study), "--progress", "json", *arguments]


async def run_child(arguments: Sequence[str], on_step: Callable[[Step], None]) -> Outcome:
    """Runs a command, telling its steps; when cancelled, ends it first, so that its transaction is rolled back."""
    child = await asyncio.create_subprocess_exec(
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=STREAM_LIMIT,
    )
    try:
        written, told = await asyncio.gather(_everything(child.stdout), narration(child.stderr, on_step))
        code = await child.wait()
    finally:
        await end(child)
    error, hint, said = told
    if code and not error:
        error = str(said[-1]) if said else f"It ended with exit code {code}."
    return Outcome(code, parsed(written), error, hint, tuple(said))


async def _everything(stream: asyncio.StreamReader | None) -> str:
    return (await stream.read()).decode("utf-8", "replace") if stream else ""


async def narration(
    stream: asyncio.StreamReader | None, on_step: Callable[[Step], None]
) -> tuple[str, str | Advice, list[str | Advice]]:
    """Steps go to ``on_step``; what remains is the error, its hint, and other lines, the newest last."""
    error = ""
    hint: str | Advice = ""
    said: list[str | Advice] = []
    while stream is not None and (line := await stream.readline()):
        text = line.decode("utf-8", "replace").strip()
        found = parsed(text)
        if isinstance(found, dict) and "doing" in found:
            on_step(Step(str(found["doing"]), int(found.get("done", 0)), int(found.get("total", 0))))
        elif isinstance(found, dict) and "error" in found:
            error, hint = str(found["error"]), advised(found, "hint")
        elif text:
            said = [*said[1 - STDERR_KEPT :], _worded(found) if isinstance(found, dict) else text]
    return error, hint, said


def advised(row: dict[str, object], name: str) -> str | Advice:
    """The text under a name, with the fixes that stand in it where the child named them."""
    return Advice.from_json(row["advice"]) if row.get("advice") else str(row.get(name, ""))


def _worded(row: dict[str, object]) -> str | Advice:
    """A note, a warning or a refusal in words."""
    if "refused" in row:
        reason = advised(row, "reason")
        start = f"refused: {row['refused']}: "
        return start + reason if isinstance(reason, str) else Advice(start, reason)
    return advised(row, next(iter(row), ""))


def parsed(text: str) -> object | None:
    try:
        return json.loads(text) if text.strip() else None
    except json.JSONDecodeError:
        return None


async def end(child: asyncio.subprocess.Process) -> None:
    """Asks the child to stop, and stops it when it does not."""
    if child.returncode is not None:
        return
    for ask in (child.terminate, child.kill):
        try:
            ask()
        except ProcessLookupError:
            return
        try:
            await asyncio.wait_for(child.wait(), GRACE_SECONDS)
            return
        except TimeoutError:
            continue
