"""Run the commands that the documentation shows, and write what they print below them.

``python docs/make_examples.py`` rewrites every ``console`` block of the pages that say ``<!-- examples: empty -->`` (a folder
without a study) or ``<!-- examples: sample -->`` (the sample study as ``needsseg demo`` leaves it, in ``demo/``). The lines
that begin with ``$ `` are run one after the other through the whole page, and what they print follows them;
``<!-- lines: 8 -->`` before a block shows no more than eight lines of each. A test (tests/docs/test_examples.py) compares the
pages with what this module returns.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

MARK = re.compile(r"(?m)^<!-- examples: (empty|sample) -->$")
BLOCK = re.compile(r"(?m)(?:^<!-- lines: (?P<lines>\d+) -->\n)?^```console\n(?P<body>(?:.*\n)*?)^```$")
CODER = "maya"


def example_pages() -> dict[Path, str]:
    """Return the pages with examples, and with which study each begins."""
    found: dict[Path, str] = {}
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        if mark := MARK.search(page.read_text(encoding="utf-8")):
            found[page] = mark.group(1)
    return found


def with_outputs(text: str, folder: Path) -> str:
    """Return the page with each command's output below it; commands run in ``folder``.

    Raises AssertionError naming the command where one fails.
    """
    with _surroundings(folder):
        return BLOCK.sub(lambda block: _block_with_outputs(block), text)


def _block_with_outputs(block: re.Match[str]) -> str:
    limit = int(block["lines"]) if block["lines"] else None
    lines: list[str] = []
    for line in block["body"].splitlines():
        if line.startswith("$ "):
            lines += [line, *_shortened(_output(line.removeprefix("$ ")), limit)]
    before = f"<!-- lines: {limit} -->\n" if limit else ""
    return f"{before}```console\n" + "".join(f"{line}\n" for line in lines) + "```"


def _shortened(lines: list[str], limit: int | None) -> list[str]:
    return lines if limit is None or len(lines) <= limit else [*lines[:limit], "…"]


def _output(command: str) -> list[str]:
    """Return the lines that a command prints, on both streams in their order."""
    from needsseg.cli.program import run

    program, *arguments = shlex.split(command, comments=True)
    assert program == "needsseg", f"only needsseg is run in examples: {command}"
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        code = run(arguments)
    assert code == 0, f"{command} ended with {code}:\n{stream.getvalue()}"
    return [line.rstrip() for line in stream.getvalue().splitlines()]


@contextlib.contextmanager
def _surroundings(folder: Path) -> Iterator[None]:
    """Run in ``folder``, as the person of the tutorials, with the study in ``demo/`` where there is one."""
    kept = {name: os.environ.get(name) for name in ("NEEDSSEG_CODER", "NEEDSSEG_STUDY")}
    (folder / "interviews").symlink_to(ROOT / "interviews")
    os.environ["NEEDSSEG_CODER"] = CODER
    if (folder / "demo").is_dir():
        os.environ["NEEDSSEG_STUDY"] = "demo/needsseg.db"
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        for name, value in kept.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def write(sample: Path | None = None) -> None:
    """Rewrite the pages; ``sample`` is a folder that ``needsseg demo`` wrote, made anew where it is not given."""
    from needsseg.actions.study.demo import demo

    with tempfile.TemporaryDirectory(prefix="needsseg-docs-") as made:
        if sample is None:
            sample = Path(made) / "sample"
            demo(sample)
        for number, (page, study) in enumerate(example_pages().items()):
            folder = Path(made) / str(number)
            folder.mkdir()
            if study == "sample":
                shutil.copytree(sample, folder / "demo")
            page.write_text(with_outputs(page.read_text(encoding="utf-8"), folder), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]).resolve() if sys.argv[1:] else None)
