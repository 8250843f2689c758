"""Time what people wait for, side by side with what they would use instead, in one run.

``python -m benchmarks.side_by_side`` from the top of a checkout prints a Markdown table. ``--write`` puts it into
``benchmarks/results.md`` and records its ratios. ``--short`` takes the quick part with few runs and warns of each ratio that
is much worse than the recorded one. Times are processor seconds but where the table says elapsed.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.side_by_side.accounts import accounts
from benchmarks.side_by_side.figures import Comparison, as_table, recorded_ratios, warnings, write_ratios
from benchmarks.side_by_side.processes import ROOT
from benchmarks.side_by_side.start import everyday, start
from benchmarks.side_by_side.texts import coded_list, cold, groups, make_study, with_vectors

RESULTS = ROOT / "benchmarks" / "results.md"
BEGIN, END = "<!-- side by side -->\n", "<!-- end of side by side -->\n"
PACKAGES = ("textual", "onnxruntime", "sentence-transformers", "torch", "hdbscan", "duckdb", "bertopic")
FEW = 3


def compare(folder: Path, runs: int, *, short: bool) -> Iterator[Comparison]:
    """The comparisons, one after the other; the short part leaves out what takes long."""
    study = make_study(folder / "study.db")
    yield from start(study, runs)
    yield from coded_list(folder, study, runs)
    yield from groups(runs, peers=not short)
    yield from accounts(folder, runs)
    if not short:
        yield from everyday(study, runs)
        yield from with_vectors(study, runs)
        yield from cold(folder, study, max(FEW, runs // 2))


def conditions() -> str:
    """The machine and the versions, in a line or two."""
    versions = [f"{name} {_version(name)}" for name in PACKAGES]
    return (
        f"{os.cpu_count()} processors ({platform.machine()}, {platform.system()}), load {os.getloadavg()[0]:.1f} at the start; "
        f"Python {platform.python_version()}, needsseg {_version('needsseg')}, {', '.join(versions)}."
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def main() -> None:
    """Print the table, and write or compare it where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--short", action="store_true", help="the quick part, compared with the recorded ratios")
    parser.add_argument("--write", action="store_true", help="write the table to benchmarks/results.md")
    asked = parser.parse_args()
    if asked.short and asked.write:
        parser.error("--write needs all figures, --short takes a part")
    about, rows = conditions(), []
    with tempfile.TemporaryDirectory() as made:
        for row in compare(Path(made), FEW if asked.short else asked.runs, short=asked.short):
            rows.append(row)
            print(f"{row.what}: {row.ours}", file=sys.stderr, flush=True)
    report = (
        f"{about}\nMedians of {asked.runs} runs in turns, the least and the most in brackets.\n\n{as_table(rows)}\n"
    )
    print(report)
    if asked.short:
        print("\n".join(warnings(rows, recorded_ratios())) or "No ratio is much worse than the recorded one.")
    if asked.write:
        before, _, rest = RESULTS.read_text(encoding="utf-8").partition(BEGIN)
        RESULTS.write_text(f"{before}{BEGIN}{report}{END}{rest.partition(END)[2]}", encoding="utf-8")
        write_ratios(rows)


if __name__ == "__main__":
    main()
