"""Transcripts for measuring, made of the sample study's: repeated, a fifth of their longer words changed, so that all differ."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT / "interviews" / "transcripts"
_LONGER = re.compile(r"\b[a-z]{5,}\b")
_HOUR = re.compile(r"\b\d\d(?=:\d\d:\d\d[.,]\d{3})")
CHANGED = 0.2


@cache
def real_talks() -> list[Path]:
    """The sample study's transcripts of a thousand words and more, as Markdown, text and WebVTT."""
    found = sorted(
        p for p in REAL.rglob("*") if p.suffix in (".md", ".txt", ".vtt") and not p.name.startswith("README")
    )
    return [path for path in found if len(path.read_text(encoding="utf-8").split()) > 1000]


def one_talk(number: int, words: int) -> tuple[str, str]:
    """A transcript of at least ``words`` words and its suffix; the same for the same number."""
    source = real_talks()[number % len(real_talks())]
    text, pick = source.read_text(encoding="utf-8"), random.Random(number)  # noqa: S311  # repeatable, not secret
    vocabulary = sorted(set(_LONGER.findall(text)))
    parts: list[str] = []
    while sum(len(part.split()) for part in parts) < words:
        part = _LONGER.sub(lambda w: pick.choice(vocabulary) if pick.random() < CHANGED else w[0], text)
        if parts:
            part = part.removeprefix("WEBVTT")
        parts.append(_later(part, 3 * len(parts)) if source.suffix == ".vtt" else part)
    return "\n\n".join(parts), source.suffix


def _later(cues: str, hours: int) -> str:
    return _HOUR.sub(lambda hour: f"{int(hour[0]) + hours:02}", cues)


def write_talks(folder: Path, files: int, words: int) -> int:
    """Writes transcripts of ``words`` words in all; how many words they came to."""
    folder.mkdir(parents=True)
    made = 0
    for number in range(files):
        text, suffix = one_talk(number, words // files)
        (folder / f"talk-{number:03}{suffix}").write_text(text, encoding="utf-8")
        made += len(text.split())
    return made


def write_long_talk(file: Path, lines: int, width: int) -> list[str]:
    """Writes a talk that the app shows in at least ``lines`` lines of ``width``; those lines as plain text."""
    from needsseg import transcripts
    from needsseg.records import Transcript
    from needsseg.tui.widgets.transcript_layout import Line, lay_out

    def drawn(talk: Transcript, line: Line) -> str:
        return talk.turns[line.turn].speaker if line.kind == "head" else talk.text[line.start : line.end]

    source = next(n for n, path in enumerate(real_talks()) if path.suffix == ".md")
    text, suffix = one_talk(source, 12 * lines)
    draft = file.with_suffix(suffix)
    draft.write_text(text, encoding="utf-8")
    talk = transcripts.read(draft)
    draft.unlink()
    # A little more, since a word with a colon may begin a turn when the file is read again.
    last = lay_out(talk, width)[lines + lines // 16].turn
    said = (f"{turn.speaker}: {talk.words(turn)}" for turn in talk.turns[: last + 1])
    file.write_text("\n\n".join(said), encoding="utf-8")
    written = transcripts.read(file)
    return [drawn(written, line) for line in lay_out(written, width)]
