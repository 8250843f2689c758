"""Long work runs in a child that tells its steps and can be ended at any moment."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.transcripts import interviews
from needsseg.tui import child
from needsseg.tui.app import NeedssegApp
from needsseg.tui.widgets.progress import ProgressScreen
from tests.fixtures.app.small_study import flat, play, seen, settled, small_study
from tests.fixtures.app.waiting import until

TALKING = """
import json, sys
for n in range(3):
    print(json.dumps({"doing": "reading [x]", "done": n, "total": 3}), file=sys.stderr, flush=True)
print(json.dumps({"refused": "a.txt", "reason": "is empty"}), file=sys.stderr)
print("a plain line", file=sys.stderr)
print(json.dumps({"added": ["a"]}))
sys.exit(3)
"""
FAILING = """
import json, sys
print(json.dumps({"error": "There is no [file].", "hint": "Name another."}), file=sys.stderr)
sys.exit(1)
"""
CRASHING = "raise RuntimeError('broken inside')"
SLEEPING = """
import json, os, sys, time
open({pid!r}, "w").write(str(os.getpid()))
print(json.dumps({{"doing": "sleeping", "done": 0, "total": 9}}), file=sys.stderr, flush=True)
time.sleep(60)
"""


def ran(script: str) -> tuple[child.Outcome, list[child.Step]]:
    steps: list[child.Step] = []
    return asyncio.run(child.run_child([sys.executable, "-c", script], steps.append)), steps


def test_steps_result_and_what_was_refused() -> None:
    outcome, steps = ran(TALKING)
    assert outcome.code == 3
    assert outcome.result == {"added": ["a"]}
    assert [step.done for step in steps] == [0, 1, 2]
    assert outcome.notes == ("refused: a.txt: is empty", "a plain line")


def test_an_error_comes_with_its_hint() -> None:
    outcome, _ = ran(FAILING)
    assert (outcome.code, outcome.error, str(outcome.hint)) == (1, "There is no [file].", "Name another.")


def test_a_crash_is_told_in_its_last_line() -> None:
    outcome, _ = ran(CRASHING)
    assert outcome.error == "RuntimeError: broken inside"


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_cancelled_child_is_ended(tmp_path: Path) -> None:
    pid = tmp_path / "pid"

    async def run() -> None:
        begun = asyncio.Event()
        command = [sys.executable, "-c", SLEEPING.format(pid=str(pid))]
        task = asyncio.create_task(child.run_child(command, lambda _: begun.set()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert gone(int(pid.read_text()))


def test_esc_cancels_and_the_study_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = tmp_path / "pid"
    script = SLEEPING.format(pid=str(pid))
    monkeypatch.setattr(NeedssegApp, "command", lambda _self, *_: [sys.executable, "-c", script])

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        before = interviews.listing(app.study)
        await pilot.press("s")
        await until(app, lambda: "sleeping" in seen(app))
        assert isinstance(app.screen, ProgressScreen)
        assert "sleeping · 0 of 9" in flat(seen(app))
        await pilot.press("escape")
        await until(app, lambda: not isinstance(app.screen, ProgressScreen))
        assert gone(int(pid.read_text()))
        assert "cancelled; nothing was changed" in flat(seen(app))
        assert interviews.listing(app.study) == before

    play(small_study(tmp_path), scenes)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ([sys.executable, "-c", FAILING], "There is no [file]. Name another."),
        ([sys.executable, "-c", CRASHING], "RuntimeError: broken inside"),
        (["/no/such/program"], "It could not be started: No such file or directory."),
    ],
)
def test_a_failing_child_is_told_and_never_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], told: str
) -> None:
    monkeypatch.setattr(NeedssegApp, "command", lambda _self, *_: command)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await pilot.press("s")
        await settled(app, pilot)
        assert told in flat(seen(app))

    play(small_study(tmp_path), scenes)
