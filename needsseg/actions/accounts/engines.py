"""The engine that computes: the requested one, else the study's setting; one session per question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from needsseg.accounts.engines.engine import check_engine, open_engine
from needsseg.settings import load
from needsseg.study.connection import Study


def engine_for(study: Study, engine: str | None) -> str:
    """``engine``, or the study's setting where it is None; UsageError where it names none."""
    chosen = engine or load(study.path).engine
    check_engine(chosen)
    return chosen


@contextmanager
def open_session(engine: str, spill: Path) -> Iterator[None]:
    """Keep an engine open for what is computed meanwhile: each start takes time, one of Spark seconds.

    What it cannot hold in memory it writes below the folder ``spill``.
    """
    with open_engine(engine, spill):
        yield
