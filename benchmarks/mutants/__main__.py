"""Changes the code of a room in small ways, one at a time, and counts the changes that no test notices.

``python -m benchmarks.mutants ROOM [--count 400] [--skip 0] [--seed 1] [--tests PATH …]
[--examples 8] [--dearest 5] [--spend SECONDS] [--coverage FILE] [--survivors FILE] [--again FILE]``

ROOM is a package of ``needsseg`` (``transcripts``, ``coding``, ``discovery``, ``study``). Its tests are those in
``tests/ROOM``, or in the folders and files given with ``--tests``. They run once with their lines noted; then each mutant
is run by the tests that run its statement, quickest first, up to the first failure, in a process of its own. A test that
takes three times as long as usual and ten seconds more has noticed the mutant. Nothing on disk is changed.

A mutant inside a function is put into a running process, where everything is imported already; one that is run on import
(a constant, a default) gets a process that imports needsseg with it. Property tests try ``--examples`` examples (8), the same for
every mutant. Tests that take longer than ``--dearest`` seconds (5) are left out. Where ``--spend`` is given, a mutant's tests
take so many seconds together at most: then more mutants survive, not fewer.
``--survivors`` writes the survivors as lines of JSON; ``--again`` runs only the mutants in such a file. ``--coverage`` keeps
the noted lines in a file and reads them from there the next time: delete it when the code or the tests have changed.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from pathlib import Path

from benchmarks.mutants.mutations import ROOT, Mutant, list_mutants
from benchmarks.mutants.trials import judge


def list_again(mutants: list[Mutant], file: Path) -> list[Mutant]:
    """The mutants that are in a file of survivors: of those that read alike in a module, the nearest by line."""
    again = []
    for line in file.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        alike = [
            mutant
            for mutant in mutants
            if (mutant.change, Path(mutant.path)) == (entry["change"], ROOT / entry["path"])
        ]
        if alike:
            again.append(min(alike, key=lambda mutant: abs(mutant.lines.start - entry["line"])))
        else:
            print(f"no longer there: {line}", file=sys.stderr)
    return list(dict.fromkeys(again))


def main(arguments: list[str]) -> int:
    """Runs, prints survivors and counts, and returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("room")
    parser.add_argument("--count", type=int, default=400, help="up to this place in the shuffled list")
    parser.add_argument("--skip", type=int, default=0, help="from this place on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="*")
    parser.add_argument("--examples", type=int, default=8)
    parser.add_argument("--dearest", type=float, default=5.0)
    parser.add_argument("--spend", type=float, default=math.inf)
    parser.add_argument("--coverage", type=Path)
    parser.add_argument("--survivors", type=Path)
    parser.add_argument("--again", type=Path)
    options = parser.parse_args(arguments)
    mutants = list_mutants(options.room)
    total = len(mutants)
    if options.again:
        mutants = list_again(mutants, options.again)
    else:
        random.Random(options.seed).shuffle(mutants)  # noqa: S311  # repeatable, not secret
        mutants = mutants[options.skip : options.count]
    began = time.monotonic()
    tests = [str(ROOT / name) for name in options.tests or [f"tests/{options.room}"]]
    verdicts = judge(mutants, tests, options.coverage, options.examples, options.dearest, options.spend)
    alive = sorted((m for m in mutants if verdicts[m] != "killed"), key=lambda m: (m.path, m.lines.start))
    for mutant in alive:
        print(f"{verdicts[mutant]}: {mutant}")
    if options.survivors:
        entries = [
            {"path": str(Path(m.path).relative_to(ROOT)), "line": m.lines.start, "change": m.change} for m in alive
        ]
        options.survivors.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    killed = len(mutants) - len(alive)
    share = f" ({killed / len(mutants):.0%})" if mutants else ""
    minutes = (time.monotonic() - began) / 60
    print(f"{options.room}: {killed} of {len(mutants)} killed{share}, of {total} possible; {minutes:.0f} minutes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
