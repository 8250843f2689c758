"""What a study holds, to be compared with itself, and whether it is whole."""

from __future__ import annotations

from pathlib import Path

from needsseg.actions.study import studies
from needsseg.study.connection import Study
from needsseg.study.journal import JOURNALLED

State = dict[str, tuple[tuple[object, ...], ...]]


def tables(study: Study) -> State:
    """Every row of every table that history keeps, by table; times of the day are left out, since they differ by the run."""
    found = {}
    for table in JOURNALLED:
        columns = [row[1] for row in study.rows(f"PRAGMA table_info({table})") if not str(row[1]).endswith("_at")]
        names = ", ".join(f'"{column}"' for column in columns)
        found[table] = tuple(tuple(row) for row in study.rows(f"SELECT {names} FROM {table} ORDER BY rowid"))
    return found


def whole(path: Path) -> State:
    """What the study at ``path`` holds after it was opened anew; AssertionError where the file is not sound."""
    with studies.open_study(path) as study:
        problems = studies.check(study)
        assert not problems, f"{path}: {problems}"
        return tables(study)


def leftovers(folder: Path, before: set[str]) -> list[str]:
    """Files and folders beside a study that were not there before, by name; its own backups are none."""
    return sorted(path.name for path in folder.iterdir() if path.name not in before and "backup" not in path.name)
