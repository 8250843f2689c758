"""Texts put to segments on a Spark cluster: each distinct text once, and what is found of it brought here."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

from needsseg.accounts.assign.parts import Verdict
from needsseg.accounts.assign.spark import assigned_on_spark
from needsseg.accounts.assign.texts import StagedTexts, seems_foreign
from needsseg.accounts.engines.failures import spark_error
from needsseg.accounts.engines.spark import open_spark
from needsseg.accounts.engines.spill import spill_folder
from needsseg.accounts.ingest.cells import text as literal
from needsseg.actions.segments.assigning_run import VerdictCache
from needsseg.actions.segments.training_passages import TrainedAssigner
from needsseg.embedding import Model
from needsseg.files import whole_file
from needsseg.progress import Progress


def learn_on_spark(
    staged: StagedTexts,
    trained: TrainedAssigner,
    cache: VerdictCache,
    model: Model,
    backend: str,
    engine: str,
    progress: Progress,
) -> None:
    """Fill ``cache`` with the verdicts on all distinct texts, as ``engine`` (``spark``, ``spark:MASTER``) finds them.

    The texts must lie where all executors see them. NeedssegError in Spark's words where it fails.
    """
    distinct = staged.path.with_name("distinct.parquet")
    keys = _distinct(staged.path, distinct)
    progress("assigning texts on Spark", 0, len(keys))
    try:
        with open_spark(engine, staged.path.parent) as session:
            frame = assigned_on_spark(session, distinct, trained.assigner, model, backend)
            try:
                table = frame.toArrow()
            except Exception as error:  # Java's errors have no Python type of their own
                raise spark_error(error) from error
    finally:
        distinct.unlink(missing_ok=True)
    for batch in table.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            key, foreign = keys[row["row"]]
            evidence = tuple(trained.passages[place] for place in row["evidence"])
            cache.put(
                key,
                Verdict(row["label"], row["confidence"], row["first"], row["second"], row["reason"], evidence, foreign),
            )
    progress("assigning texts on Spark", len(keys), len(keys))


def _distinct(texts: Path, target: Path) -> dict[int, tuple[bytes, bool]]:
    """Write each text once, under the number of its first row; return by number its key and whether it seems foreign."""
    import duckdb

    with spill_folder(texts.parent) as folder, duckdb.connect() as con:
        con.execute(f"SET memory_limit = '500MB'; SET temp_directory = {literal(str(folder))}")
        with whole_file(target, private=True) as partial:
            con.execute(
                f"COPY (SELECT min(place) AS row, text FROM read_parquet({literal(str(texts))}) GROUP BY text ORDER BY row) "
                f"TO {literal(str(partial))} (FORMAT parquet, ROW_GROUP_SIZE 10000, USE_TMP_FILE false)"
            )
        keys: dict[int, tuple[bytes, bool]] = {}
        rows = con.execute(f"SELECT row, text FROM read_parquet({literal(str(target))})")
        while block := rows.fetchmany(2_000):
            for row, words in block:
                digest = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).digest()
                keys[row] = (digest, seems_foreign(words))
        return keys
