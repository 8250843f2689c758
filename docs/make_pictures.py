"""Take the pictures of the documentation from the running app, on the sample study.

``python docs/make_pictures.py`` writes docs/pictures/*.svg, each scene in two sizes, dark and light: it walks the sample study
(or takes a copy of the folder it is given), makes a few decisions so that there is something to see, opens the app on it, and
presses the keys that each picture needs. A test (tests/docs/test_pictures.py) compares the words in the committed pictures with
those the app shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from textual.app import App

PICTURES = ROOT / "docs" / "pictures"
SIZES = {"": (120, 40), "-small": (80, 24)}
THEMES = {"": "textual-dark", "-light": "textual-light"}
"""What the name of a picture ends with, for its size in cells and then its theme."""
SCENES: dict[str, tuple[str, ...]] = {
    "interviews": ("f1",),
    "code": ("f2",),
    "queue": ("f2", "Q"),
    "segments": ("f3",),
    "card": ("f3", "C"),
    "accounts": ("f4",),
    "stack": ("f5",),
    "survey": ("f6",),
    "codebook": ("f2", "b"),
    "account": ("f4", "enter"),
    "keys": ("f3", "question_mark"),
}
"""The keys that lead to each picture, from the screen the app opens with."""
DECISIONS = (
    ("decide", "151", "153", "154", "--accept"),
    ("decide", "156", "--reject"),
    ("code", "asking round", "154"),
    ("code", "own list", "153"),
    ("memo", "passage", "154", "Walks from desk to desk because the list does not show it."),
    ("segment", "need", "Coordinator", "Know at a glance who has what, so that nothing is forgotten."),
)
"""What a researcher did before the pictures were taken, as commands."""
DEADLINE_SECONDS = 300.0


def prepare(folder: Path) -> Path:
    """Make the decisions on the sample study in ``folder``; return the study's path. Raises AssertionError on failure."""
    from needsseg.actions.study import studies
    from needsseg.cli.program import run

    path = folder / "needsseg.db"
    for words in DECISIONS:
        output = io.StringIO()
        with _as_coder(), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            code = run(["--study", str(path), *words])
        assert code == 0, f"{words}: {output.getvalue()}"
    with studies.open_study(path) as study:
        studies.remember_place(study, "code", {"interview": "ines-carvalho", "passage": 154})
    return path


def names() -> list[str]:
    """Return the names of all pictures."""
    return [f"{scene}{size}{theme}" for scene in SCENES for size in SIZES for theme in THEMES]


def take(path: Path, scene: str, size: str = "") -> dict[str, str]:
    """Return the pictures of a scene in one size as SVG, by their names."""
    with _as_coder():
        pictures = asyncio.run(_scene(path, SCENES[scene], SIZES[size]))
    return {f"{scene}{size}{theme}": picture for theme, picture in zip(THEMES, pictures, strict=True)}


@contextlib.contextmanager
def _as_coder() -> Iterator[None]:
    """Run as the person of the tutorials, whatever the settings of this machine."""
    before = os.environ.get("NEEDSSEG_CODER")
    os.environ["NEEDSSEG_CODER"] = "maya"
    try:
        yield
    finally:
        os.environ.pop("NEEDSSEG_CODER")
        if before is not None:
            os.environ["NEEDSSEG_CODER"] = before


async def _scene(path: Path, keys: tuple[str, ...], size: tuple[int, int]) -> list[str]:
    """Return the picture of a screen in each theme."""
    from needsseg.actions.study import studies
    from needsseg.tui.app import NeedssegApp

    with studies.open_study(path) as study:
        app = NeedssegApp(study)
        app.background.stop()  # a picture shows no work in the background
        app.animation_level = "none"
        async with app.run_test(size=size) as pilot:
            app.theme = THEMES[""]
            for key in keys:
                await pilot.press(key)
                await _at_rest(app)
            pictures = []
            for theme in THEMES.values():
                app.theme = theme
                await pilot.pause()
                await _at_rest(app)
                pictures.append(_clean(app.export_screenshot(title="needsseg")))
            return pictures


async def _at_rest(app: App[Any]) -> None:
    """Wait until no worker is running and the screen has stayed the same for half a second."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + DEADLINE_SECONDS
    before, since = "", loop.time()
    while loop.time() - since < 0.5:
        assert loop.time() < deadline, "the app does not come to rest"
        await asyncio.sleep(0.1)
        now = words_in(app.export_screenshot())
        if now != before or any(not worker.is_finished for worker in app.workers):
            before, since = now, loop.time()


def _clean(svg: str) -> str:
    """Return the picture without its web font, so that showing it fetches nothing, and without what makes it larger."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<clipPath id="terminal-\d+-line-\d+">.*?</clipPath>\s*', "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="url\(#terminal-\d+-line-\d+\)"', "", svg)
    svg = re.sub(r"terminal-\d+-", "t-", svg).replace("&#160;", "\xa0")
    return svg.replace("Fira Code, monospace", "monospace").replace("font-family: Fira Code", "font-family: monospace")


def words_in(svg: str) -> str:
    """Return the words of a picture line by line, without colours and styles."""
    lines: dict[float, list[tuple[float, str]]] = {}
    for attributes, text in re.findall(r"<text ([^>]*)>([^<]*)</text>", svg):
        place = dict(re.findall(r'\b(x|y)="([\d.]+)"', attributes))
        if {"x", "y"} <= set(place):
            lines.setdefault(float(place["y"]), []).append((float(place["x"]), html.unescape(text)))
    whole = (
        "".join(text for _, text in sorted(parts)).replace("\xa0", " ").rstrip() for _, parts in sorted(lines.items())
    )
    return "\n".join(line for line in whole if line)


def write(sample: Path | None = None) -> None:
    """Write every picture; ``sample`` is a folder that ``needsseg demo`` wrote, made anew where it is not given."""
    from needsseg.actions.study.demo import demo

    with tempfile.TemporaryDirectory(prefix="needsseg-pictures-") as made:
        folder = Path(made) / "demo"
        if sample is None:
            demo(folder)
        else:
            shutil.copytree(sample, folder)
        path = prepare(folder)
        PICTURES.mkdir(parents=True, exist_ok=True)
        for scene in SCENES:
            for size in SIZES:
                for name, picture in take(path, scene, size).items():
                    (PICTURES / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]).resolve() if sys.argv[1:] else None)
