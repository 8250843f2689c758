"""Commands killed, or interrupted with Ctrl+C, at random moments: the study is whole, files appear whole or not at all."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.hard.kills import LATER
from benchmarks.hard.states import leftovers, whole
from needsseg.actions.coding import codebook
from needsseg.actions.study import demo, studies

COMMANDS: dict[str, Sequence[str]] = {
    "import": ("import", "extra.txt"),
    "suggest": ("suggest",),
    "discover": ("discover",),
    "accept": ("decide", "1", "2", "3", "--accept"),
    "remove": ("remove", "ines-carvalho"),
    "forget": ("remove", "ines-carvalho", "--forget"),
    "accounts import": ("accounts", "import", "more.csv", "--kind", "accounts"),
    "undo": ("undo", "--anyones", "--yes"),
    "backup": ("backup", "copy.db"),
    "report": ("report", "report.html", "--as-of", "2026-07-01"),
    "export csv": ("export", "csv", "out.csv", "--as-of", "2026-07-01"),
    "export jsonl": ("export", "jsonl", "out.jsonl", "--as-of", "2026-07-01"),
    "export parquet": ("export", "parquet", "out.parquet", "--as-of", "2026-07-01"),
    "export sqlite": ("export", "sqlite", "out.sqlite", "--as-of", "2026-07-01"),
    "export duckdb": ("export", "duckdb", "out.duckdb", "--as-of", "2026-07-01"),
    "export dbt": ("export", "dbt", "out_dbt.csv", "--as-of", "2026-07-01"),
    "export qdpx": ("export", "qdpx", "out.qdpx"),
    "export qdc": ("export", "qdc", "out.qdc"),
}
"""On a copy of the sample study, with ``extra.txt`` and ``more.csv`` beside it."""
INTERRUPTED = 130


@dataclass(slots=True)
class Ended:
    """What came of one command: ``wrong`` says what was not as it should be, each with the moment in seconds."""

    rounds: int = 0
    stopped: int = 0
    done: int = 0
    wrong: list[str] = field(default_factory=list)


def end_all(how: signal.Signals, rounds: int, seed: int = 1, names: Sequence[str] = ()) -> dict[str, Ended]:
    """Ends every command so many times; what came of it, by command."""
    with tempfile.TemporaryDirectory(prefix="needsseg-commands-") as temporary:
        sample = Path(temporary) / "sample"
        demo.demo(sample)
        with studies.open_study(sample / "needsseg.db") as study:
            study.actor = "demo"
            codebook.create(study, "late")
        shutil.rmtree(sample / ".needsseg.db.needsseg", ignore_errors=True)
        talk = "Interviewer: And you?\n\nZora: " + "I copy the list by hand every Monday. " * 400
        (sample / "extra.txt").write_text(talk + "\n", encoding="utf-8")
        rows = [f"b{number},Quay {number},quay{number}.nl" for number in range(20_000)]
        (sample / "more.csv").write_text("account_id,name,domain\n" + "\n".join(rows) + "\n", encoding="utf-8")
        return {name: _end(name, how, rounds, seed, sample, Path(temporary)) for name in names or COMMANDS}


def _end(name: str, how: signal.Signals, rounds: int, seed: int, sample: Path, temporary: Path) -> Ended:
    pick, told = random.Random(f"{seed} {name}"), Ended()  # noqa: S311  # repeatable, not secret
    calm = Path(shutil.copytree(sample, temporary / "calm"))
    before = whole(calm / "needsseg.db")
    began = time.perf_counter()
    code, said = _run(calm, name, None, how)
    seconds = time.perf_counter() - began
    assert code == 0, f"{name} failed undisturbed: {said}"
    after, made = whole(calm / "needsseg.db"), _names(calm)
    shutil.rmtree(calm)
    for _ in range(rounds):
        folder = Path(shutil.copytree(sample, temporary / "now"))
        moment = pick.uniform(0, seconds * LATER)
        code, said = _run(folder, name, moment, how)
        told.rounds += 1
        told.done += code == 0
        told.stopped += code != 0
        told.wrong += [f"{moment:.2f} s: {fault}" for fault in _faults(folder, how, code, said)]
        now = whole(folder / "needsseg.db")
        if now not in (before, after) or (code == 0 and now != after):
            told.wrong.append(f"{moment:.2f} s: the study is neither as before nor as after")
        if left := sorted(set(leftovers(folder, made)) - {".needsseg.db.needsseg"}):
            told.wrong.append(f"{moment:.2f} s: left {left}")
        shutil.rmtree(folder)
    return told


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _faults(folder: Path, how: signal.Signals, code: int, said: str) -> list[str]:
    """What a command that was ended should not have said, and tables without what tells of them, or the other way round."""
    found = []
    if "Traceback" in said or "Fatal" in said:
        found.append(f"said {said[-300:]!r}")
    if how == signal.SIGINT and code not in (0, INTERRUPTED):
        found.append(f"exit code {code}: {said[-300:]!r}")
    if (
        how == signal.SIGINT
        and code == INTERRUPTED
        and len([line for line in re.split("[\r\n]", said) if "nterrupted" in line]) != 1
    ):
        found.append(f"told in other than one line: {said[-300:]!r}")
    tables = [
        path for path in folder.glob("out.*") if not path.name.endswith(".manifest.json") and "qd" not in path.suffix
    ]
    if any(not path.with_name(f"{path.name}.manifest.json").exists() for path in tables):
        found.append("a table without its manifest")
    return found


_BEGUN = """
import os, sys
from needsseg.cli import main
os.write(int(sys.argv.pop(1)), b".")
main()
"""
"""The program as its console entry starts it, which tells when it has begun: before, Python itself is being made ready."""


def _run(folder: Path, name: str, moment: float | None, how: signal.Signals) -> tuple[int, str]:
    """The exit code of a command, and what it said on stderr; ended so many seconds after its first line was reached."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "USER": "demo", "PYTHONPATH": os.pathsep.join(sys.path)}
    begun, begins = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-c", _BEGUN, str(begins), "--study", "needsseg.db", *COMMANDS[name]],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        pass_fds=(begins,), preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # one thread
    )  # fmt: skip
    os.close(begins)
    os.read(begun, 1)
    os.close(begun)
    if moment is not None:
        try:
            child.wait(moment)
        except subprocess.TimeoutExpired:
            child.send_signal(how)
    said = child.communicate()[1]
    return child.returncode, said
