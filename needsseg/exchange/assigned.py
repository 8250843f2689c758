"""Export assigned texts as CSV, JSON lines or Parquet, one row per text, atomically."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

from needsseg.accounts.assign.parts import rows_of
from needsseg.errors import UsageError
from needsseg.files import whole_file, write_errors
from needsseg.tables import TableWriter
from needsseg.text import date_of

ENDINGS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
OUT = ("row", "id", "account_id", "date", "label", "confidence", "first", "second", "reason", "excerpt", "evidence")


def format_of(path: Path) -> str:
    """Return the format by a file's suffix; UsageError for an unknown one."""
    format_name = ENDINGS.get(path.suffix.casefold())
    if format_name is None:
        raise UsageError(f"{path.name}: its suffix is not that of a format.", f"Endings: {', '.join(ENDINGS)}.")
    return format_name


@contextmanager
def written(assigned: Path, path: Path) -> Iterator[None]:
    """Write the texts in ``assigned`` beside ``path``, and put them there when the block ends well; else nothing is left.

    CSV cells that a spreadsheet would compute begin with ', ids of accounts excepted. Parquet holds the columns of
    ``assigned_parts``; the others a date for the day, and ids of passages. NeedssegError where it cannot be written.
    """
    with ExitStack() as writing:
        with write_errors(path):
            partial = writing.enter_context(whole_file(path))
            _write(assigned, partial, format_of(path))
        yield
        with write_errors(path, "Choose another file."):
            writing.close()


def _write(assigned: Path, partial: Path, format_: str) -> None:
    if format_ == "parquet":
        shutil.copyfile(assigned, partial)
        return
    with partial.open("w", encoding="utf-8", newline="") as stream:
        if format_ == "jsonl":
            stream.writelines(json.dumps(_shown(row), ensure_ascii=False) + "\n" for row in rows_of(assigned))
            return
        writer = TableWriter(stream, line_end="\r\n", neutralise=True, ids=[OUT.index("account_id")])
        writer.header(OUT)
        writer.rows([_cell(value) for value in _shown(row).values()] for row in rows_of(assigned))


def _shown(row: dict[str, object]) -> dict[str, object]:
    day = row["day"]
    text_date: date | None = date_of(day) if isinstance(day, int) else None
    return {name: (text_date.isoformat() if text_date else None) if name == "date" else row[name] for name in OUT}


def _cell(value: object) -> object:
    """Return a cell as text, with ids of passages on one line."""
    return " ".join(str(passage) for passage in value) if isinstance(value, list) else value
