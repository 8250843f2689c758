"""Reads mutated transcripts and tells of whatever is raised beside the project's own errors.

``python -m benchmarks.fuzz_readers [COUNT] [SEED] [FILE …]`` mutates the files (by default the specimens of the tests and the
sample study's transcripts) COUNT times in all (10,000): bytes flipped, cut, doubled, moved, replaced by what breaks parsers.
Prints the slowest reads (by processor time), and each file that raised something else, which it keeps in a temporary
folder. Exit code 1 then.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

from needsseg.errors import NeedssegError
from needsseg.transcripts import read_all

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ("tests/data/transcripts", "interviews/transcripts")
ODD = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n\n\n", b"\t", b"-->", b"99999999999:99:99",
    b"9" * 400, b"[", b"(", b"{",
    b"<v ", b"</", b"&#x110000;", b"\x1d", b"\x1e", b"\xed\xa0\x80", b'"', b"'", b"\\",
    b"#00:00:06-0#", b"---", b"Name:", b":", b"**",
    b"]]>", b"<!--", b"\xe2\x80\xae", b"null", b"1e999", b"{" * 200, b"[" * 200,
    b"PK\x03\x04", b"%PDF-1.4", b"{\\rtf1",
)  # fmt: skip
_LARGEST_SEED = 200_000
_SLOW_SECONDS = 2.0


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Bytes with one to eight faults."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(out) + 1)
        length = min(chance.choice((1, 1, 2, 8, 64, 1000)), len(out) - at)
        match chance.randrange(6):
            case 0:
                out[at : at + length] = chance.randbytes(length)
            case 1:
                del out[at : at + length]
            case 2:
                out[at:at] = out[at : at + length]
            case 3:
                out[at:at] = chance.choice(ODD)
            case 4:
                out[at : at + length] = chance.choice(ODD)
            case _:
                other = chance.randrange(len(out) + 1)
                out[at:at] = out[other : other + length]
    return bytes(out)


def main(arguments: list[str]) -> int:
    """Runs, prints what was found, and returns the exit code."""
    if arguments and arguments[0] in {"-h", "--help"}:
        print(__doc__)
        return 0
    count = int(arguments[0]) if arguments else 10_000
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    given = [Path(name) for name in arguments[2:]] or [path for name in SEEDS for path in (ROOT / name).rglob("*")]
    seeds = [path for path in sorted(given) if path.is_file() and path.stat().st_size < _LARGEST_SEED]
    chance = random.Random(seed)  # noqa: S311  # repeatable, not secret
    finds = Path(tempfile.mkdtemp(prefix="needsseg-fuzz-"))
    read = refused = 0
    raised: dict[str, Path] = {}
    slow: list[tuple[float, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            source = chance.choice(seeds)
            path = Path(folder) / f"talk{source.suffix}"
            path.write_bytes(mutated(source.read_bytes(), chance))
            began = time.process_time()
            try:
                read_all(path)
                read += 1
            except NeedssegError:
                refused += 1
            except Exception as error:
                where = traceback.extract_tb(error.__traceback__)[-1]
                kind = f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}: {error}"[:200]
                if kind not in raised:
                    raised[kind] = finds / f"{number}{source.suffix}"
                    raised[kind].write_bytes(path.read_bytes())
            if (seconds := time.process_time() - began) > _SLOW_SECONDS:
                path.rename(finds / f"slow-{number}{source.suffix}")
                slow.append((seconds, f"{source.name} ({finds}/slow-{number}{source.suffix})"))
    print(
        f"{count} mutated inputs of {len(seeds)} files, seed {seed}: {read} read, {refused} refused, "
        f"{len(raised)} kinds of others"
    )
    for seconds, name in sorted(slow, reverse=True)[:10]:
        print(f"  {seconds:.1f} s: {name}")
    for kind, path in raised.items():
        print(f"  {kind} ({path})")
    return 1 if raised else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
