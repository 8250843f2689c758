"""Assigned texts in Parquet files: one part for each chunk of the source, finally joined to one file.

A row is one text: ``row`` (its number in the file), ``id`` and ``account_id`` (empty where not known), ``day`` (days since
1970-01-01 in the reporting time zone, or NULL), ``label`` (NULL where the program abstained, with the ``reason``),
``confidence`` in [0, 1] that ``first`` is right, ``second`` the next best, ``excerpt`` (the first 300 characters),
``evidence`` (ids of the closest passages, the closest first), ``key`` (a hash of the text, in hex) and ``foreign`` (whether
it seems to be in another language than English).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from needsseg.accounts.engines.spill import spill_folder
from needsseg.accounts.ingest.cells import text
from needsseg.files import private_folder, whole_file

COLUMNS = {
    "row": "BIGINT", "id": "VARCHAR", "account_id": "VARCHAR", "day": "INTEGER", "label": "VARCHAR",
    "confidence": "DOUBLE", "first": "VARCHAR", "second": "VARCHAR", "reason": "VARCHAR", "excerpt": "VARCHAR",
    "evidence": "BIGINT[]", "key": "VARCHAR", "foreign": "BOOLEAN",
}  # fmt: skip
EXCERPT = 300
REPORT = "needsseg_report"
# The private, empty target file exists already; by default DuckDB would write another file and rename it.
PARQUET = "FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The assignment of one text, regardless of its author; the fields are as in the file."""

    label: str | None
    confidence: float
    first: str
    second: str | None
    reason: str
    evidence: tuple[int, ...]
    foreign: bool


@dataclass(frozen=True, slots=True)
class AssignedText:
    """One row of the file."""

    row: int
    id: str
    account_id: str
    day: int | None
    excerpt: str
    key: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Counts:
    """Totals over the texts of some files; ``confidence`` is the mean of the labelled texts, None without any."""

    texts: int
    distinct: int
    labelled: int
    confidence: float | None
    segments: dict[str, int]
    reasons: dict[str, int]
    foreign: int
    dated: int
    of_accounts: int


def part_file(folder: Path, number: int) -> Path:
    """Return the path of a part."""
    return folder / f"part-{number:05}.parquet"


def whole_parts(folder: Path) -> list[Path]:
    """Return the parts written so far, up to the first missing one."""
    parts: list[Path] = []
    while (file := part_file(folder, len(parts))).exists():
        parts.append(file)
    return parts


def write_part(rows: Sequence[AssignedText], path: Path) -> None:
    """Write a part atomically, readable by its owner only."""
    import duckdb

    types = "{" + ", ".join(f"{text(name)}: {text(kind)}" for name, kind in COLUMNS.items()) + "}"
    try:
        with private_folder(path.parent, "part") as folder, whole_file(path, private=True) as partial:
            source = folder / "rows.jsonl"
            with source.open("w", encoding="utf-8", newline="\n") as stream:
                for row in rows:
                    cells = asdict(row)
                    stream.write(json.dumps(cells | cells.pop("verdict"), ensure_ascii=False) + "\n")
            _copy_rows(source, partial, types)
    except duckdb.Error as error:
        raise OSError(str(error).splitlines()[0]) from error


def _copy_rows(source: Path, partial: Path, types: str) -> None:
    import duckdb

    with duckdb.connect() as con:
        # A single thread, so that the same rows give the same bytes.
        con.execute("SET threads = 1")
        con.execute(
            f"COPY (SELECT {', '.join(_quoted(name) for name in COLUMNS)} FROM read_json({text(str(source))}, "
            f"format = 'newline_delimited', columns = {types})) "
            f"TO {text(str(partial))} ({PARQUET})"
        )


def _quoted(name: str) -> str:
    return f'"{name}"'


def _source(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(text(str(file)) for file in files)}])"


def join_parts(parts: Sequence[Path], path: Path, report: str) -> None:
    """Join the parts to one file, in order, with ``report`` in its metadata, atomically."""
    import duckdb

    try:
        with whole_file(path, private=True) as partial, duckdb.connect() as con:
            con.execute("SET threads = 1")
            con.execute("SET memory_limit = '500MB'")
            con.execute(
                f"COPY (SELECT * FROM {_source(parts)}) TO {text(str(partial))} ({PARQUET}, "
                f"KV_METADATA {{{REPORT}: {text(report)}}})"
            )
    except duckdb.Error as error:
        raise OSError(str(error).splitlines()[0]) from error


def report_of(path: Path) -> str:
    """Return the report that ``join_parts`` stored in the metadata, "" without one."""
    import duckdb

    with duckdb.connect() as con:
        metadata = con.execute(
            f"SELECT decode(value) FROM parquet_kv_metadata({text(str(path))}) WHERE decode(key) = {text(REPORT)}"
        ).fetchone()
    return str(metadata[0]) if metadata else ""


def verdicts(part: Path) -> Iterator[tuple[str, Verdict]]:
    """Yield each text's key and its assignment."""
    import duckdb

    with duckdb.connect() as con:
        rows = con.execute(
            f'SELECT key, label, confidence, "first", "second", reason, evidence, "foreign" FROM {_source([part])}'
        )
        while block := rows.fetchmany(2_000):
            for key, label, confidence, first, second, reason, evidence, foreign in block:
                yield key, Verdict(label, confidence, first, second, reason, tuple(evidence), foreign)


def rows_of(file: Path, block: int = 2_000) -> Iterator[dict[str, object]]:
    """Yield the rows of one file in order, by column, fetching ``block`` rows at a time."""
    import duckdb

    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        result = con.execute(f"SELECT * FROM {_source([file])}")
        names = [column[0] for column in result.description or ()]
        while rows := result.fetchmany(block):
            for row in rows:
                yield dict(zip(names, row, strict=True))


def counts(files: Sequence[Path]) -> Counts:
    """Return the totals over the texts of all files."""
    import duckdb

    source = _source(files)
    with spill_folder(files[0].parent) as folder, duckdb.connect() as con:
        con.execute(f"SET memory_limit = '500MB'; SET temp_directory = {text(str(folder))}")
        total = con.execute(
            "SELECT count(*), count(DISTINCT key), count(label), sum((confidence * 10000)::BIGINT) FILTER (label IS NOT NULL), "
            f"count(DISTINCT key) FILTER (\"foreign\"), count(day), count(*) FILTER (account_id <> '') FROM {source}"
        ).fetchone()
        segments = con.execute(f"SELECT label, count(*) FROM {source} WHERE label IS NOT NULL GROUP BY 1 ORDER BY 1")
        by_segment = {str(name): int(count) for name, count in segments.fetchall()}
        reasons = con.execute(f"SELECT reason, count(*) FROM {source} WHERE label IS NULL GROUP BY 1 ORDER BY 1")
        by_reason = {str(name): int(count) for name, count in reasons.fetchall()}
    texts, distinct, labelled, confidence, foreign, dated, of_accounts = total or (0, 0, 0, None, 0, 0, 0)
    mean = round(int(confidence) / 10_000 / labelled, 4) if labelled else None
    return Counts(texts, distinct, labelled, mean, by_segment, by_reason, foreign, dated, of_accounts)
