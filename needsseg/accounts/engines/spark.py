"""Spark as an engine: local, a cluster by its master's URL, or a Spark Connect server.

Spark runs in a separate Java process. Its output goes to a private file; a local Spark listens on this machine only,
and its session ends with the work. A session that the caller has already opened is used and left open.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from needsseg.accounts.engines.failures import ELSEWHERE, engine_errors
from needsseg.accounts.engines.spill import spill_folder
from needsseg.errors import Advice, NeedssegError, UsageError

LEAST_JAVA = 17
SECONDS_TO_ANSWER = 5.0
SECONDS_FOR_EXECUTORS = 60.0
CONNECT_PORT = 15002
CONNECT_MODE = "SPARK_CONNECT_MODE_ENABLED"
"""What PySpark sets in the environment for a Connect session, and leaves there when it ends: no other kind could start then."""
# Spark SQL keeps 200 partitions by default, each of them a task: far too many for the rows of one machine.
LOCAL_PARTITIONS = "8"
_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def open_spark(spec: str, spill: Path | None = None) -> Iterator[Any]:
    """Open a Spark session for ``spark`` (``local[*]``), ``spark:MASTER`` or ``sc://host:port``.

    UsageError where PySpark is not installed, NeedssegError where Java is missing or nothing answers.
    """
    with _ONE_AT_A_TIME, ExitStack() as stack:
        if spec.startswith("sc://"):
            stack.callback(_restore_mode, os.environ.get(CONNECT_MODE))
            session = _connected(spec)
            stack.callback(session.stop)
        else:
            _installed("pyspark", "spark")
            from pyspark.sql import SparkSession

            session = SparkSession.getActiveSession()
            if session is None:
                master = spec.partition(":")[2] or "local[*]"
                # Spark splits its folder setting at commas, so a path with a comma cannot be used.
                spill_parent = None if spill is not None and "," in str(spill.absolute()) else spill
                folder = stack.enter_context(spill_folder(spill_parent))
                with engine_errors():
                    session = _started(master, folder)
                stack.callback(session.stop)
                with engine_errors():
                    _wait_for_executors(session, master)
        yield session


def scanned(session: Any, parquet: Path) -> Any:
    """The rows of one Parquet file at its path on this machine, which every executor must see under the same path."""
    literal = re.sub(r"([\\*?\[\]{}])", r"\\\1", str(parquet))
    return session.read.parquet(f"file://{literal}")


def texts_frame(session: Any, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Any:
    """Return a small table of texts, as JSON within a query, since createDataFrame needs Python on every executor."""
    fields = ", ".join(f"{column}: STRING" for column in columns)
    cells = json.dumps([dict(zip(columns, row, strict=True)) for row in rows])
    return session.sql(f"SELECT inline(from_json(:cells, 'ARRAY<STRUCT<{fields}>>'))", args={"cells": cells})


def _installed(module: str, extra: str) -> None:
    from importlib.util import find_spec

    if find_spec(module) is None:
        raise UsageError(f"{module} is not installed, which Spark needs.", f"pip install 'needsseg[{extra}]'")


def _started(master: str, folder: Path) -> Any:
    """Start a classic session. Java's errors and Spark's warnings go to an unnamed temporary file."""
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkRuntimeError
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    _needs_java()
    _answers(master, r"spark://([^/]+)", 7077, "master")
    conf = SparkConf(loadDefaults=False).setAll(_settings(master, folder).items())
    with tempfile.TemporaryFile() as log:
        gateway = SparkContext._gateway
        if gateway is None:
            try:
                gateway = launch_gateway(conf, {"stdout": log, "stderr": log})
            except PySparkRuntimeError as error:
                raise _unstarted(log, master) from error
        try:
            context = SparkContext(conf=conf, gateway=gateway)
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in ("py4j", "pyspark"):
                raise
            reason = re.search(r"(?:Exception|Error): (.+)", str(error))
            raise NeedssegError(
                f"Spark cannot start on {master}: {reason.group(1) if reason else error}", ELSEWHERE
            ) from error
    context.setLogLevel("OFF")
    return SparkSession(context)


def _settings(master: str, folder: Path) -> dict[str, str]:
    log4j = folder / "log4j2.properties"
    log4j.write_text("rootLogger.level = off\n", encoding="utf-8")
    quiet = f"-Dlog4j2.configurationFile='{log4j.as_uri()}'"
    settings = {
        "spark.master": master,
        "spark.app.name": "needsseg",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": quiet,
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.parquet.enableVectorizedReader": "true",
    }
    if master.startswith("local"):
        settings |= {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.sql.shuffle.partitions": LOCAL_PARTITIONS,
        }
    return settings


def _needs_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = Path(home) / "bin" / "java" if home else None
    if (java and java.exists()) or (not home and shutil.which("java")):
        return
    java_state = f"JAVA_HOME is {home}, which has no bin/java" if home else "java was not found"
    raise NeedssegError(
        f"Spark needs Java {LEAST_JAVA} or newer, and {java_state}.",
        Advice("Install it (Debian, Ubuntu: apt-get install openjdk-17-jre-headless). ", ELSEWHERE),
    )


def _answers(url: str, pattern: str, port: int, server_kind: str) -> None:
    """Raise NeedssegError where no host in ``url`` accepts a connection; Spark itself would retry for minutes."""
    url_match = re.match(pattern, url)
    if not url_match:
        return
    reason = ""
    for address in url_match.group(1).split(","):
        host, _, port_text = address.rpartition(":") if ":" in address else (address, "", "")
        try:
            with socket.create_connection((host.strip("[]"), int(port_text or port)), timeout=SECONDS_TO_ANSWER):
                return
        except ValueError as error:
            raise UsageError(f"'{url}' has no number for a port.", f"For example: host:{port}.") from error
        except OSError as error:
            reason = error.strerror or str(error)
    raise NeedssegError(
        f"No Spark {server_kind} answers at {url}: {reason}.", Advice("Start it, or correct the address. ", ELSEWHERE)
    )


def _wait_for_executors(session: Any, master: str) -> None:
    """Wait for an executor; a standalone cluster without free workers would block silently for ever."""
    if not master.startswith("spark://"):
        return
    tracker = session.sparkContext._jsc.sc().statusTracker()
    until = time.monotonic() + SECONDS_FOR_EXECUTORS
    while len(tracker.getExecutorInfos()) < 2:  # The driver counts as one.
        if time.monotonic() > until:
            raise NeedssegError(
                f"{master} gave no executor within {SECONDS_FOR_EXECUTORS:.0f} seconds.",
                Advice("Check that it has workers with free cores and memory that can reach this machine. ", ELSEWHERE),
            )
        time.sleep(0.2)


def _connected(url: str) -> Any:
    for module in ("pyspark", "grpc", "pandas", "pyarrow", "grpc_status", "zstandard"):
        _installed(module, "spark-connect")
    _answers(url, r"sc://([^/;]+)", CONNECT_PORT, "Connect server")
    from pyspark.sql import SparkSession

    with engine_errors():
        session = SparkSession.builder.remote(url).create()
        session.conf.set("spark.sql.session.timeZone", "UTC")
        session.conf.set("spark.sql.ansi.enabled", "true")
    return session


def _restore_mode(before: str | None) -> None:
    """Set the environment as it was before a Connect session."""
    if before is None:
        os.environ.pop(CONNECT_MODE, None)
    else:
        os.environ[CONNECT_MODE] = before


def _unstarted(log: IO[bytes], master: str) -> NeedssegError:
    """Return why Java failed to start, from its output."""
    log.seek(0)
    log_text = log.read().decode(errors="replace")
    if "UnsupportedClassVersionError" in log_text:
        return NeedssegError(f"Spark needs Java {LEAST_JAVA} or newer; the java found is older.", ELSEWHERE)
    reason = re.search(r"(?:Exception|Error): (.+)", log_text)
    line = (
        reason.group(1)
        if reason
        else next((line for line in log_text.splitlines() if line.strip()), "Java ended at once")
    )
    return NeedssegError(f"Spark cannot start on {master}: {line.strip().rstrip('.')}.", ELSEWHERE)
