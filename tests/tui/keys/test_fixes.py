"""What helps, worded for the app: a key that is bound for every fix, and another one where it was rebound."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from needsseg.actions.study import studies
from needsseg.errors import Advice, Fix, NeedssegError, Remedy
from needsseg.tui.app import NeedssegApp
from needsseg.tui.fixes import FIX_PLACES, STUDY_COMMANDS, CommandLine, Keys, Palette, describe_remedy, worded
from needsseg.tui.keys.binding_ids import binding_of
from needsseg.tui.keys.help import bindings
from needsseg.tui.study.commands import PALETTE


@pytest.mark.parametrize("fix", Fix)
def test_every_fix_has_a_way_that_exists(fix: Fix) -> None:
    chosen = FIX_PLACES[fix]
    if isinstance(chosen, Keys):
        assert [binding_of(each).id for each in chosen.ids] == list(chosen.ids)
    elif isinstance(chosen, Palette):
        assert chosen.name in PALETTE and chosen.name in STUDY_COMMANDS
    else:
        assert isinstance(chosen, CommandLine)


def test_a_hint_names_the_key_as_it_is_bound_and_the_screen(tmp_path: Path) -> None:
    advice = Advice("Import them: ", Fix.IMPORT_ACCOUNTS, ". Undo: ", Fix.UNDO)

    async def run() -> None:
        with studies.init(tmp_path / "s.db") as study:
            app = NeedssegApp(study)
            async with app.run_test(size=(80, 24)) as pilot:
                assert worded(advice, app) == "Import them: i on Accounts (F4). Undo: u"
                app.set_keymap({"accounts.import": "ctrl+o", "go.accounts": "f9", "study.undo": "less_than_sign,z"})
                await pilot.pause()
                assert worded(advice, app) == "Import them: ctrl+o on Accounts (F9). Undo: <"
                shown = {binding.id: keys for keys, binding in bindings(app.screen)}
                assert shown["study.undo"] == "< z"
                assert describe_remedy(Remedy(Fix.SEGMENTS), app) == "Segments (F3)"
                assert describe_remedy(Remedy(Fix.BACK_UP), app) == "“back up the study” (ctrl+p)"
                assert (
                    describe_remedy(Fix.RESCUE.of(study="s.db"), app)
                    == "on the command line: needsseg --study s.db rescue NEW"
                )
                app.show_error(NeedssegError("There are no interviews yet.", Advice("Import some: ", Fix.IMPORT)))
                await pilot.pause()
                state = app.screen.query_one("#status")
                assert "There are no interviews yet. Import some: i" in str(state.render())
                assert "needsseg" not in str(state.render())

    asyncio.run(run())
