"""Scored responses as Parquet beside the study: write them atomically, and read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from needsseg.errors import NeedssegError
from needsseg.files import private_folder, sha256, whole_file

_TYPES = {
    "row": "BIGINT",
    "respondent": "VARCHAR",
    "account_id": "VARCHAR",
    "day": "INTEGER",
    "segment": "VARCHAR",
    "confidence": "DOUBLE",
    "margin": "DOUBLE",
    "answered": "INTEGER",
    "reason": "VARCHAR",
    "posterior": "VARCHAR",
    "answers": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class ScoredResponse:
    """One response and its verdict; ``segment`` is None where it abstains, ``confidence`` the best posterior.

    ``posterior`` is by segment and ``answers`` option keys by question key, as the survey's version has them.
    """

    row: int
    respondent: str
    account_id: str
    day: int | None
    segment: str | None
    confidence: float
    margin: float
    answered: int
    reason: str
    posterior: dict[str, float]
    answers: dict[str, str]


def write_scored(rows: Sequence[ScoredResponse], folder: Path, version: str) -> Path:
    """Write rows to a file in ``folder`` named by its content and the survey's ``version``; return its path."""
    import duckdb

    text = "".join(json.dumps(_plain(row), ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
    text = text.encode("utf-8", "replace").decode("utf-8")
    digest = sha256(f"{version}\n{text}")[:16]
    path = folder / f"survey-{digest}.parquet"
    types = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in _TYPES.items()) + "}"
    try:
        with private_folder(folder, "survey") as scratch, whole_file(path) as partial, duckdb.connect() as con:
            source = scratch / "scored.jsonl"
            source.write_text(text, encoding="utf-8")
            con.execute(
                f"COPY (SELECT * FROM read_json({_quoted(source)}, format = 'newline_delimited', columns = {types}) "
                f'ORDER BY "row") TO {_quoted(partial)} (FORMAT parquet, COMPRESSION zstd)'
            )
    except (OSError, duckdb.Error) as error:
        reason = str(error).splitlines()[0]
        raise NeedssegError(f"{path}: cannot be written: {reason}.", "Free space, or check the folder.") from error
    return path


def read_scored(path: Path) -> list[ScoredResponse]:
    """Return the rows of such a file, in order."""
    import duckdb

    try:
        with duckdb.connect() as con:
            names = ", ".join(f'"{name}"' for name in _TYPES)
            rows = con.execute(f'SELECT {names} FROM read_parquet({_quoted(path)}) ORDER BY "row"').fetchall()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise NeedssegError(f"{path} cannot be read: {reason}.", "Route the responses again.") from error
    return [
        ScoredResponse(**dict(zip(_TYPES, (*row[:9], json.loads(row[9]), json.loads(row[10])), strict=True)))
        for row in rows
    ]


def _plain(row: ScoredResponse) -> dict[str, object]:
    return asdict(row) | {
        "posterior": json.dumps(row.posterior, ensure_ascii=False),
        "answers": json.dumps(row.answers, ensure_ascii=False),
    }


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
