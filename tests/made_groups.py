"""Studies whose passages have vectors of one's own making: groups that stand apart, or noise without any."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from needsseg.actions import discovery, importing, interviews, passages, studies
from needsseg.actions.embedding import model_sha256
from needsseg.actions.studies import Study
from needsseg.embedding import text_sha256
from needsseg.study import vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

DIMENSIONS = 384
NAMES = ("Ann", "Ben", "Cem", "Dora", "Eve", "Finn")


def noise(count: int, seed: int = 1) -> Rows:
    """Random unit rows (count, 384)."""
    import numpy as np

    rows = np.random.default_rng(seed).normal(size=(count, DIMENSIONS))
    unit: Rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def groups(of: Sequence[int], seed: int = 1, spread: float = 0.5) -> Rows:
    """Unit rows around one middle for each number in ``of``; ``spread`` is the noise beside a middle of length 1."""
    import numpy as np

    middles, beside = noise(max(of) + 1, seed), noise(len(of), seed + 1)
    rows = middles[list(of)] + spread * beside
    unit: Rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def made_study(folder: Path, rows: Rows, voices: Sequence[str] = ()) -> Study:
    """A study of accepted passages, one for each row, said by ``voices`` (six people in turn where none are given)."""
    said_by = list(voices) or [NAMES[index % len(NAMES)] for index in range(len(rows))]
    said = [f"Case {index} stood by door {index % 7} until somebody took it along." for index in range(len(rows))]
    files = []
    for name in dict.fromkeys(said_by):
        turns = [words for words, voice in zip(said, said_by, strict=True) if voice == name]
        files.append(folder / f"{name.casefold()}.txt")
        talk = [line for words in turns for line in ("Interviewer: And then?", f"{name}: {words}")]
        files[-1].write_text("\n\n".join(talk) + "\n", encoding="utf-8")
    study = studies.init(folder / "made.db")
    importing.import_transcripts(study, files)
    for row in interviews.listing(study):
        text = interviews.show(study, row.key).text
        for words in said:
            at = text.find(words)
            if at >= 0:
                passages.mark(study, row.key, at, at + len(words))
    made = {text_sha256(words): row.astype("float32") for words, row in zip(said, rows, strict=True)}
    vectors.store(study, model_sha256(study), made)
    discovery.discover(study)
    return study


def state_verdict(study: Study, separate: bool | None, p: float | None) -> None:
    """Writes what the test against noise came to into the newest run, as if it had come to that."""
    with study.action("verdict"):
        study.execute(
            "UPDATE runs SET separate = ?, separation_p = ? WHERE id = (SELECT max(id) FROM runs)", [separate, p]
        )
