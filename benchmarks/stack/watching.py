"""Commands run in processes of their own, with the peak of their memory."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_watched(words: list[str]) -> tuple[str, float]:
    """What a command says, and its peak memory in MB; RuntimeError where it fails."""
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        peaks = [0.0]
        done = threading.Event()
        sampler = threading.Thread(target=_sample, args=(process.pid, peaks, done))
        sampler.start()
        said, complaint = process.communicate()
        done.set()
        sampler.join()
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} failed: {complaint}")
    return said, peaks[0]


def _sample(pid: int, peaks: list[float], done: threading.Event) -> None:
    """The largest sum of resident memory, in MB, of a process and those below it (Linux)."""
    while not done.wait(0.1):
        peaks[0] = max(peaks[0], sum(map(_resident, _family(pid))))


def _family(pid: int) -> list[int]:
    try:
        below = [int(child) for tasks in Path(f"/proc/{pid}/task").iterdir()
                 for child in (tasks / "children").read_text().split()]  # fmt: skip
    except OSError:
        return []
    return [pid, *(found for child in below for found in _family(child))]


def _resident(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)
