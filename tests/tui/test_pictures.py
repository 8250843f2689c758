"""Pictures of every screen at 80x24 and 120x40, compared with those in ``tests/data/pictures``.

A picture holds the words of a screen where they stand and, below, which stretches are bold, underlined, on another ground and
so on (see tui_pictures.py). Look at what has changed; where it is as wanted, write them anew with

    NEEDSSEG_WRITE_PICTURES=1 python -m pytest tests/tui/test_pictures.py

and read the difference before it is kept.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.coding import passages
from needsseg.actions.discovery.evidence import listing as listed
from needsseg.actions.segments.segments import confirm
from needsseg.actions.study import studies
from needsseg.actions.survey.survey import save
from needsseg.tui.accounts.screen import AccountsScreen
from needsseg.tui.app import NeedssegApp
from needsseg.tui.stack.screen import StackScreen
from tests.fixtures.app.full_study import MAREK, full_study
from tests.fixtures.app.pictures import picture, still
from tests.fixtures.app.review_study import reviewing
from tests.fixtures.app.sheets import sheets
from tests.fixtures.app.small_study import LARGE, SMALL, play, settled
from tests.fixtures.app.survey_study import hand_survey
from tests.fixtures.app.waiting import until
from tests.fixtures.samples import DATA

PICTURES = DATA / "pictures"
WRITING = bool(os.environ.get("NEEDSSEG_WRITE_PICTURES"))
Scene = Callable[[NeedssegApp, "Pilot[int]"], Awaitable[None]]


def keys(*pressed: str) -> Scene:
    """A scene that is a few keys."""

    async def scene(_: NeedssegApp, pilot: Pilot[int]) -> None:
        for key in pressed:
            await pilot.press(key)
            await pilot.pause()

    return scene


def sheet(name: str, *pressed: str) -> Scene:
    """A sheet over the interviews, and some keys on it."""

    async def scene(app: NeedssegApp, pilot: Pilot[int]) -> None:
        app.push_screen(sheets()[name](app))
        await pilot.pause()
        await keys(*pressed)(app, pilot)

    return scene


async def segments(app: NeedssegApp, pilot: Pilot[int]) -> None:
    """The segments with the evidence of the first."""
    await reviewing(app, pilot)
    await keys("n")(app, pilot)


async def accounts(app: NeedssegApp, pilot: Pilot[int]) -> None:
    """The accounts with their profiles."""
    await pilot.press("f4")
    await until(app, lambda: isinstance(app.screen, AccountsScreen) and app.screen.profiles)


async def stack(app: NeedssegApp, pilot: Pilot[int]) -> None:
    """The roll-up with its bars."""
    await pilot.press("f5")
    await until(app, lambda: isinstance(app.screen, StackScreen) and app.screen.rollup)


async def survey(app: NeedssegApp, pilot: Pilot[int]) -> None:
    """A saved survey of the two segments, the cursor on an option."""
    for row in listed(app.study):
        confirm(app.study, row.id, "tester", undecided=True)
    save(app.study, hand_survey(app.study))
    await keys("f6", "enter")(app, pilot)


SCENES: dict[str, Scene] = {
    "interviews": keys("j"),
    "interviews-empty": keys(),
    "code": keys("f2"),
    "code-cursor": keys("f2", "right", "right", "down"),
    "code-selection": keys("f2", "w", "j", "j"),
    "code-queue": keys("f2", "Q"),
    "code-codebook": keys("f2", "b"),
    "code-memo": keys("f2", "m"),
    "code-job": keys("f2", "J"),
    "code-find": keys("f2", "slash", *"pump", "enter"),
    "codebook": sheet("CodebookSheet", "j"),
    "job": sheet("JobSheet"),
    "search": sheet("SearchSheet", "j"),
    "batch": sheet("BatchSheet"),
    "import-preview": sheet("ImportPreviewSheet", "j"),
    "coverage": sheet("CoverageSheet"),
    "agreement": sheet("AgreementSheet", "G"),
    "participants": sheet("ParticipantsSheet"),
    "pseudonyms": sheet("PseudonymsSheet"),
    "people": sheet("PeopleScreen"),
    "merging": sheet("MergingScreen"),
    "keys": keys("question_mark"),
    "segments": segments,
    "accounts": accounts,
    "stack": stack,
    "curves": sheet("CurvesScreen"),
    "survey": survey,
    "survey-empty": keys("f6"),
    "survey-trial": sheet("TrialSheet"),
    "survey-likelihoods": sheet("LikelihoodSheet"),
}


@pytest.fixture
def study(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The full study, or an empty one of the same name."""
    if "empty" in request.node.callspec.params["name"]:
        studies.init(tmp_path / "study.db").close()
        return tmp_path / "study.db"
    path = full_study(tmp_path)
    with studies.open_study(path) as opened:
        first = passages.listing(opened, MAREK)[0].id
        studies.remember_place(opened, "code", {"interview": MAREK, "passage": first})
    return path


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", SCENES)
def test_the_screen_looks_as_it_did(study: Path, name: str, size: tuple[int, int]) -> None:
    found: list[str] = []

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await SCENES[name](app, pilot)
        await still(app)
        await settled(app, pilot)
        found.append(picture(app))

    play(study, scenes, size)
    kept = PICTURES / f"{name}-{size[0]}x{size[1]}.txt"
    if WRITING:
        PICTURES.mkdir(parents=True, exist_ok=True)
        kept.write_text(found[0], encoding="utf-8")
    assert found[0] == kept.read_text(encoding="utf-8"), f"see {kept.name}; how to write it anew stands above"


def test_no_picture_is_left_over() -> None:
    wanted = {f"{name}-{size}.txt" for name in SCENES for size in ("80x24", "120x40")}
    assert {file.name for file in PICTURES.iterdir()} == wanted


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_picture_tells_styles_and_grounds_but_no_colours(tmp_path: Path, size: tuple[int, int]) -> None:
    """The same screen under two themes gives the same picture, though no colour is the same."""
    drawn: list[str] = []
    svgs: list[str] = []

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        for theme in ("nord", "dracula"):
            app.theme = theme
            await pilot.pause()
            drawn.append(picture(app))
            svgs.append(app.export_screenshot())

    path = tmp_path / "study.db"
    studies.init(path).close()
    play(path, scenes, size)
    assert svgs[0] != svgs[1] and drawn[0] == drawn[1]
