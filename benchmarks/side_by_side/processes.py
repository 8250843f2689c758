"""Commands in processes of their own: the processor time they take, and how soon a terminal shows something."""

from __future__ import annotations

import os
import resource
import select
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def offline() -> dict[str, str]:
    """The environment of users: Hugging Face's libraries stay offline, and compiled modules are kept."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"HF_HUB_OFFLINE": "1", "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}


def command(*words: str | Path) -> float:
    """Seconds of processor time (user and system, children included) that a command takes from start to end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    elapsed(*words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def elapsed(*words: str | Path) -> float:
    """Seconds on the clock that a command takes from start to end."""
    started = time.perf_counter()
    subprocess.run([str(word) for word in words], check=True, capture_output=True, env=offline())
    return time.perf_counter() - started


def first_paint(words: list[str], marker: bytes) -> float:
    """Elapsed seconds from start until a terminal of 120×40 has been sent ``marker``."""
    import fcntl
    import pty
    import struct
    import termios

    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    started = time.perf_counter()
    process = subprocess.Popen(words, stdin=follower, stdout=follower, stderr=follower, env=offline(), close_fds=True)
    os.close(follower)
    seen = b""
    try:
        while marker not in seen:
            ready, _, _ = select.select([leader], [], [], 30)
            if not ready:
                raise TimeoutError(f"{marker!r} was not painted: {seen[-300:]!r}")
            seen += os.read(leader, 65536)
        return time.perf_counter() - started
    finally:
        process.kill()
        process.wait()
        os.close(leader)
