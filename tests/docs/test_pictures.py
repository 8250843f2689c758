"""The pictures in the documentation show the app as it is."""

import re
import shutil
from pathlib import Path

import pytest

from tests.docs.scripts import load_script
from tests.fixtures.samples import ROOT

PICTURES = load_script("make_pictures")
COMMITTED = ROOT / "docs" / "pictures"


@pytest.fixture(scope="module")
def pictured_study(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample study with the decisions that the pictures show."""
    folder = tmp_path_factory.mktemp("pictured") / "demo"
    shutil.copytree(demo_folder, folder)
    path: Path = PICTURES.prepare(folder)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", ["code", "segments"])
def test_the_picture_shows_the_words_of_the_screen(name: str, pictured_study: Path) -> None:
    committed = (COMMITTED / f"{name}.svg").read_text(encoding="utf-8")
    assert PICTURES.words_in(PICTURES.take(pictured_study, name)[name]) == PICTURES.words_in(committed), (
        "run: make docs-sources"
    )


def test_every_scene_has_its_picture_and_every_picture_is_used() -> None:
    names = {picture.name for picture in COMMITTED.iterdir()}
    assert names == {f"{name}.svg" for name in PICTURES.names()}
    pages = "".join(page.read_text(encoding="utf-8") for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    assert names == set(re.findall(r"pictures/([\w-]+\.svg)\)", pages))


@pytest.mark.parametrize("name", PICTURES.names())
def test_showing_a_picture_fetches_nothing(name: str) -> None:
    assert not re.search(
        r"@font-face|url\(\"?http|@import|<script|<image", (COMMITTED / f"{name}.svg").read_text(encoding="utf-8")
    )


def test_the_words_of_a_picture_are_read_line_by_line() -> None:
    svg = '<text class="a" x="9" y="20">b&amp;c</text><text x="0" y="20">a&#160;</text><text x="0" y="40">d</text>'
    assert PICTURES.words_in(svg) == "a b&c\nd"
