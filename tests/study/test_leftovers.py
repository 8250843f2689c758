"""What killed programs left: listed by the check, removed at the next start."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from needsseg.actions.study import studies
from needsseg.files import private_folder
from needsseg.study.connection import Study
from needsseg.study.file import leftovers
from needsseg.study.file.private import writing_folder
from needsseg.study.opening import create, open_study
from tests.fixtures.studies.study_files import ended_process


def test_what_an_engine_spilled_is_listed_and_removed_at_the_next_start(talk: Study) -> None:
    left = talk.stack / ".spill-killed.needsseg-tmp"
    left.mkdir(parents=True)
    (left / "memory").write_bytes(b"personal")
    assert [str(left) in told for told in studies.check(talk)] == [True]
    studies.open_study(talk.path).close()
    assert not left.exists() and studies.check(talk) == []


def test_check_lists_leftovers_until_the_next_start(talk: Study) -> None:
    left = talk.path.parent / f".out.csv.{ended_process()}.partial"
    left.write_text("half", encoding="utf-8")
    used = talk.path.parent / f".out.csv.{os.getpid()}.partial"
    used.write_text("half", encoding="utf-8")
    (told,) = studies.check(talk)
    assert str(left) in told
    with studies.open_study(talk.path) as study:
        assert studies.check(study) == []
    assert not left.exists() and used.exists()
    used.unlink()


def test_check_lists_where_a_killed_program_wrote_files_and_the_next_start_cleans_up(
    talk: Study, tmp_path: Path
) -> None:
    out = tmp_path / "exports" / "out.csv"
    out.parent.mkdir()
    with leftovers.writing_to(talk, out):
        (note,) = writing_folder(talk.path).iterdir()
        shutil.copytree(note, note.with_name(".writing-killed.needsseg-tmp"))
    left = out.parent / f".out.csv.{ended_process()}.partial"
    left.write_text("personal")
    assert [str(left) in told for told in studies.check(talk)].count(True) == 1
    with studies.open_study(talk.path) as study:
        assert studies.check(study) == []
    assert list(out.parent.iterdir()) == []
    with leftovers.writing_to(talk, out), studies.open_study(talk.path) as study:
        assert studies.check(study) == [], "somebody who writes just now left nothing"


def test_opening_a_study_removes_what_killed_programs_left_beside_it(tmp_path: Path) -> None:
    create(tmp_path / "needsseg.db").close()
    with private_folder(tmp_path, "needsseg-merging") as held:
        left = tmp_path / held.name.replace("merging-", "merging-x")
        left.mkdir()
        (left / "theirs.db").write_text("personal")
        open_study(tmp_path / "needsseg.db").close()
        assert held.is_dir() and not left.exists()
