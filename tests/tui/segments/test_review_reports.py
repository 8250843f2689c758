"""What a reviewer reads of runs: two compared, and how sensitive one is."""

from __future__ import annotations

import json
import sys

import pytest
from textual.pilot import Pilot

from needsseg.actions.discovery import discovery as discovering
from needsseg.study.connection import Study
from needsseg.tui.app import NeedssegApp
from needsseg.tui.report import ReportScreen
from tests.fixtures.app.review_study import reviewing
from tests.fixtures.app.small_study import SMALL, flat, play, seen, settled
from tests.fixtures.app.waiting import until


def test_two_runs_are_compared(demo_study: Study) -> None:
    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await reviewing(app, pilot)
        await pilot.press("R")
        assert "only one run" in flat(seen(app))
        discovering.discover(app.study)
        await pilot.press("R")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("enter")
        await settled(app, pilot)
        assert isinstance(app.screen, ReportScreen)
        text = flat(seen(app))
        assert "From run 1 to run 2" in text and "Agreement" in text and "stay" in text

    play(demo_study.path, scenes)


VARIED = {
    "base": {"0": "“A”"},
    "rows": [
        {"kind": "participant", "what": "anna", "sentence": "without [Anna]: “A” dissolves (4 of 12 stay)"},
        {"kind": "resample", "what": "seed 1", "sentence": "resampled: “A” stays"},
    ],
    "segments": [{"segment": 0, "firmness": "comes back 61% alike", "against": "dissolves without [Anna]"}],
    "resampled": ["“A”: of 20 resamples it stays in 3"],
}


@pytest.mark.parametrize("result", [VARIED, {"base": {}, "rows": []}])
def test_sensitivity_is_told_by_kind(
    demo_study: Study, monkeypatch: pytest.MonkeyPatch, result: dict[str, object]
) -> None:
    script = f"print({json.dumps(json.dumps(result))})"
    monkeypatch.setattr(NeedssegApp, "command", lambda _self, *_: [sys.executable, "-c", script])

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await reviewing(app, pilot)
        await pilot.press("S")
        await until(app, lambda: isinstance(app.screen, ReportScreen))
        await pilot.pause()
        text = flat(seen(app))
        if result["rows"]:
            assert "groups that stand apart" in text
            assert "“A”: comes back 61% alike; dissolves without [Anna]" in text
        else:
            assert "There is nothing to test." in text

    play(demo_study.path, scenes, SMALL)
