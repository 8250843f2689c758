"""Errors of DuckDB, Polars and Spark as errors a person can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from needsseg.errors import Advice, NeedssegError, Option, TableError

ELSEWHERE = Advice("Or compute on this machine", Option.ENGINE.of(engine="duckdb"), ".")


@contextmanager
def engine_errors() -> Iterator[None]:
    """Turn an engine's own errors into ones a person can act on."""
    try:
        yield
    except NeedssegError:
        raise
    except Exception as error:
        module = type(error).__module__.partition(".")[0]
        if module in ("pyspark", "py4j", "grpc"):
            raise spark_error(error) from error
        if module not in ("duckdb", "_duckdb", "polars", "narwhals"):
            raise
        raise TableError(
            f"The account data cannot be computed: {str(error).splitlines()[0]}", "Import the account files again."
        ) from error


def spark_error(error: BaseException) -> NeedssegError:
    """What a person can do about an error of Spark's."""
    message = str(error)
    first = next((line.strip() for line in message.splitlines() if line.strip()), type(error).__name__)
    if re.search(r"FileNotFoundException|FILE_NOT_EXIST|PATH_NOT_FOUND|does not exist", message):
        return NeedssegError(
            "Spark's executors do not see the account data: " + (_path_in(message) or first),
            Advice("Keep the study on storage that every executor mounts under the same path. ", ELSEWHERE),
        )
    if re.search(r"UNAVAILABLE|failed to connect|Connection refused|MasterNotFound|unresponsive", message):
        return NeedssegError(f"Spark does not answer: {first}", Advice("Is it running? ", ELSEWHERE))
    return NeedssegError(f"Spark stopped: {first}", Advice("Look at the cluster's logs. ", ELSEWHERE))


def _path_in(message: str) -> str:
    path_match = re.search(r"file:(/.+?\.parquet)", message)
    return re.sub(r"\\(.)", r"\1", path_match.group(1)) if path_match else ""
