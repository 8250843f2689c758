"""Run with ``python -m benchmarks.long_study make FOLDER [--tenth]``, then ``... measure FOLDER [--only PARTS]``.

It prints Markdown. The study has 100 interviews of two hours (2 million words), 5,000 passages, 300 codes and 20,000 entries of
history. Making it takes some minutes. It is measured in copies, so that it can be measured again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.long_study.making import Size, make, tenth
from benchmarks.long_study.measuring import DEFAULT, PARTS, measure


def main() -> None:
    """Make the study, or print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("make", "measure"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tenth", action="store_true", help="make a tenth of it")
    parser.add_argument("--only", default=",".join(DEFAULT), help="what to measure, by comma: " + ", ".join(PARTS))
    asked = parser.parse_args()
    if asked.verb == "make":
        asked.folder.mkdir(parents=True, exist_ok=True)
        make(asked.folder, tenth(Size()) if asked.tenth else Size(), lambda words: print(words, flush=True))
        return
    wanted = asked.only.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"--only takes {', '.join(PARTS)}; not {', '.join(sorted(unknown))}")
    measure(asked.folder, wanted)


if __name__ == "__main__":
    main()
