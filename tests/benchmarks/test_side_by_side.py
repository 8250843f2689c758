"""What the benchmark beside other programs says of a ratio that got worse."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks.side_by_side.figures import RATIOS, Comparison, Figure, as_table, warnings
from benchmarks.side_by_side.start import EMPTY_APP


def figure(seconds: float) -> Figure:
    return Figure(seconds, seconds, seconds)


@pytest.mark.parametrize(
    ("took", "recorded", "warned"),
    [
        (1.4, {"help": 1.0}, False),
        (1.6, {"help": 1.0}, True),
        (1.6, {"another": 1.0}, False),
        (0.5, {"help": 1.0}, False),
    ],
)
def test_a_ratio_that_got_much_worse_is_said(took: float, recorded: dict[str, float], warned: bool) -> None:
    rows = [Comparison("help", figure(took), "1.3×", "click", figure(1.0)), Comparison("alone", figure(9.0), "1 s")]
    said = warnings(rows, recorded)
    assert bool(said) is warned
    assert all("help" in line and f"{took:.2f}×" in line for line in said)


def test_the_table_has_a_row_for_each_comparison() -> None:
    table = as_table(
        [Comparison("help", Figure(0.05, 0.04, 0.2), "1.3×", "click", figure(0.5)), Comparison("x", figure(2), "")]
    )
    assert "| help | 0.0500 s (0.0400 to 0.20) | click | 0.50 s (0.50 to 0.50) | 0.10× | 1.3× |" in table
    assert "| x | 2.00 s (2.00 to 2.00) |  |  |  |  |" in table


def test_the_recorded_ratios_can_be_read() -> None:
    assert all(ratio > 0 for ratio in json.loads(RATIOS.read_text(encoding="utf-8")).values())


def test_what_the_app_is_compared_with_can_be_run() -> None:
    code = EMPTY_APP.replace(
        "Empty().run()", "import asyncio\nasyncio.run(Empty().run_async(headless=True, auto_pilot=quit))"
    )
    code = f"async def quit(pilot):\n    pilot.app.exit()\n{code}"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
