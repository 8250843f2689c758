"""Every key that help lists on every sheet: it is pressed, and something comes of it.

Every other sheet is tried at the small size, the rest at the large one; how they look at both is for the pictures.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from needsseg.actions.coding import passages
from needsseg.actions.discovery import questions
from needsseg.study.connection import Study
from needsseg.tui.app import NeedssegApp
from needsseg.tui.segments.question import QuestionScreen
from needsseg.tui.sheet import Sheet
from needsseg.tui.widgets.prompt import Prompt
from tests.fixtures.app.full_study import MAREK, full_study
from tests.fixtures.app.key_effects import (
    Befores,
    Dump,
    Seen,
    again,
    changed,
    close_all,
    complaints,
    done,
    keys_by_id,
    look,
    press,
    quiet,
    restore,
)
from tests.fixtures.app.pictures import still
from tests.fixtures.app.screen_keys import IN_SIGHT
from tests.fixtures.app.sheet_keys import ALWAYS_IN_SIGHT, SHEETS
from tests.fixtures.app.sheets import sheets
from tests.fixtures.app.small_study import LARGE, SMALL, play

pytestmark = pytest.mark.usefixtures("sleeping_children", "computed_once")


class SheetOpener:
    """One sheet over the first screen, as nobody has touched it; ``began`` is how many actions the study began with."""

    def __init__(self, app: NeedssegApp, name: str, dump: Dump) -> None:
        self.app, self.name, self.dump = app, name, dump
        self.began = done(app.study)

    async def open(self) -> Screen[Any]:
        """The sheet over interviews that are as they were at first."""
        await again(self.app, "interviews", self.began)
        return await self._show(push=True)

    async def reopen(self, sheet: Screen[Any], untouched: Seen) -> Screen[Any]:
        """As ``open``, in a fraction of the time where it can be told that ``sheet`` is still, or can be made, untouched."""
        app = self.app
        if app.current_mode != "interviews" or len(app.screen_stack) == 1 or changed(app.study, self.began):
            return await self.open()
        asks = isinstance(app.screen, Prompt) and app.screen is not sheet
        await close_all(app, down_to=2)
        await quiet(app)
        if asks and app.screen is sheet and (await look(app, self.dump)).same(untouched):
            return sheet
        restore(app.study, self.began)
        return await self._show(push=False)  # what is below has not changed, and does not come up in between

    async def _show(self, *, push: bool) -> Screen[Any]:
        app = self.app
        sheet = sheets()[self.name](app)
        await (app.push_screen(sheet) if push else app.switch_screen(sheet))
        if isinstance(sheet, Sheet):
            sheet._result_callbacks[-1].callback = app.screen_stack[0].go  # type: ignore[attr-defined]
        await quiet(app)
        await still(app)
        if isinstance(sheet, QuestionScreen):
            sheet._show(asked(app.study), "")
            await quiet(app)
        return sheet


@pytest.mark.parametrize(("name", "size"), list(zip(SHEETS, cycle((SMALL, LARGE)), strict=False)))
def test_every_key_of_the_sheets(tmp_path: Path, name: str, size: tuple[int, int], dump: Dump) -> None:
    wrong: list[str] = []

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        opener = SheetOpener(app, name, dump)
        app.add_mode("blank", Screen)
        sheet = await opener.open()
        befores = Befores(app, dump)
        untouched, keys = await befores.look(""), keys_by_id(sheet)
        assert set(keys) == set(SHEETS[name]), "a key without an entry in the table, or an entry without a key"
        for named, does in SHEETS[name].items():
            for key in keys[named]:
                sheet = await opener.reopen(sheet, untouched)
                await press(app, pilot, does.before)
                before = await befores.look(does.before)
                await press(app, pilot, key)
                if named not in (IN_SIGHT if size == LARGE else ALWAYS_IN_SIGHT):
                    wrong.extend(complaints(f"{does.before} {key}", does, before, await look(app, dump)))
        await opener.reopen(sheet, untouched)
        # The list of matches keeps the place that its last key left.
        assert name == "MatchesScreen" or await befores.still_so(""), "the sheet is not restored"

    play(full_study(tmp_path), scenes, size, draws=False)
    assert not wrong, "\n".join(wrong)


def asked(study: Study) -> questions.Question:
    """A question with a choice under every key, about more words than the screen has lines for."""
    passage = passages.listing(study, MAREK)[0]
    choices = questions.targets(study)[:15]
    long = replace(passage, quote=" ".join([passage.quote] * 500))
    return questions.Question(long, "fits no need", (*choices, questions.Choice(None, "none of these", None)), 3, None)
