"""Run the Python examples of the documentation and write what they print below them.

``python docs/make_python_examples.py`` rewrites the ``pycon`` blocks of docs/tutorials/python.md, on the sample study in the
folder that follows it (as ``needsseg demo`` leaves it), or made anew. A test (tests/docs/test_python_examples.py) compares
the page with what this module returns.
"""

from __future__ import annotations

import codeop
import contextlib
import io
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "tutorials" / "python.md"
BLOCK = re.compile(r"(?m)^```pycon\n(?P<body>(?:.*\n)*?)^```$")


def with_outputs(text: str, sample: Path, folder: Path) -> str:
    """Return the page with the output of each statement below it, run one after the other in ``folder``.

    ``demo`` leads to ``sample`` and ``interviews`` to the sample's transcripts. What a statement raises is raised.
    """
    (folder / "interviews").symlink_to(ROOT / "interviews")
    (folder / "demo").symlink_to(sample)
    names: dict[str, object] = {}
    with contextlib.chdir(folder):
        return BLOCK.sub(lambda block: f"```pycon\n{''.join(_run(block['body'], names))}```", text)


def _run(body: str, names: dict[str, object]) -> Iterator[str]:
    for statement in re.findall(r"(?m)^>>> .*\n(?:\.\.\. .*\n)*", body):
        source = "".join(line[4:] for line in statement.splitlines(keepends=True))
        yield statement
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = codeop.compile_command(source + ("\n" if "\n" in source.rstrip() else ""), symbol="single")
            assert code is not None, f"not a whole statement: {source}"
            exec(code, names)  # noqa: S102 - the page's own examples
        yield output.getvalue()


def write(sample: Path | None = None) -> None:
    """Rewrite the page; ``sample`` is a folder that ``needsseg demo`` wrote, made anew where it is not given."""
    from needsseg.actions.study.demo import demo

    with tempfile.TemporaryDirectory(prefix="needsseg-docs-") as made:
        folder = Path(made) / "page"
        folder.mkdir()
        if sample is None:
            sample = Path(made) / "sample"
            demo(sample)
        PAGE.write_text(with_outputs(PAGE.read_text(encoding="utf-8"), sample, folder), encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    write(Path(sys.argv[1]).resolve() if sys.argv[1:] else None)
