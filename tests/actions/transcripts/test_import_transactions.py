"""Importing as one step: others write meanwhile, an interruption leaves nothing, a spool without room is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing, interviews
from needsseg.errors import NeedssegError
from needsseg.study.connection import Study
from tests.fixtures.samples import SHORT_TALK
from tests.fixtures.wording.matching import refuses
from tests.fixtures.wording.study import LOCKED
from tests.fixtures.wording.transcripts import CANNOT_HOLD, NOTHING_IMPORTED


@pytest.fixture
def round_of_three(tmp_path: Path) -> Path:
    """A folder with three talks that differ."""
    folder = tmp_path / "round"
    folder.mkdir()
    for name, work in (("bo", "driver"), ("cy", "cook"), ("di", "porter")):
        text = SHORT_TALK.replace("nurse", work).replace("Anna", name.title())
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def test_others_write_while_files_are_parsed(talk: Study, round_of_three: Path) -> None:
    decided: list[int] = []
    with studies.open_study(talk.path) as other:
        other.conn.execute("PRAGMA busy_timeout = 0")

        def decide(doing: str, done: int, _total: int) -> None:
            if doing == "importing":
                decided.append(passages.mark(other, "anna", 47 + done, 116))
            elif done < 3:
                assert [row.key for row in interviews.listing(other)] == ["anna"], "all or nothing"
                with refuses(NeedssegError, "study.db", LOCKED):
                    passages.mark(other, "anna", 60, 116)

        report = importing.import_transcripts(talk, [round_of_three], progress=decide)
        assert report.added == ("bo", "cy", "di") and len(decided) == 4
        assert [row.key for row in interviews.listing(other)] == ["anna", "bo", "cy", "di"]
    history.undo(talk)
    assert [row.key for row in interviews.listing(talk)] == ["anna"], "one step"
    assert {p.id for p in passages.listing(talk)} == set(decided)
    assert studies.check(talk) == []


@pytest.mark.parametrize("when", [("importing", 0), ("importing", 2), ("storing", 0), ("storing", 2), ("storing", 3)])
def test_an_interrupted_import_leaves_nothing(
    talk: Study, round_of_three: Path, tables: Callable[[Study], object], when: tuple[str, int]
) -> None:
    before, folder = tables(talk), talk.path.parent
    entries, files = history.listing(talk), sorted(path.name for path in folder.iterdir())

    def interrupt(doing: str, done: int, _total: int) -> None:
        seen = sorted(path.name for path in folder.iterdir())
        assert seen == files, "what was read has no name in any folder"
        if (doing, done) == when:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        importing.import_transcripts(talk, [round_of_three], progress=interrupt)
    if when == ("storing", 3):
        assert len(interviews.listing(talk)) == 4, "it was done already"
        history.undo(talk)
    else:
        assert history.listing(talk) == entries
    assert tables(talk) == before
    assert sorted(path.name for path in folder.iterdir()) == files


def test_what_others_do_meanwhile_is_seen_before_storing(talk: Study, round_of_three: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    edited = tmp_path / "again" / "anna.txt"
    edited.write_text(SHORT_TALK.replace("an hour", "two hours"), encoding="utf-8")
    with studies.open_study(talk.path) as other:

        def meddle(doing: str, done: int, total: int) -> None:
            if (doing, done) == ("importing", total):
                importing.import_transcripts(other, [round_of_three / "bo.txt"])
                importing.remove_interview(other, "anna")

        report = importing.import_transcripts(talk, [round_of_three, edited], progress=meddle)
    assert (report.added, report.unchanged, report.changed) == (("cy", "di", "anna"), ("bo.txt",), ())
    assert "two hours" in interviews.show(talk, "anna").text
    assert importing.import_transcripts(talk, [tmp_path / "anna.txt"]).changed == ("anna.txt",)


def test_a_spool_without_room_says_so_and_gives_back_what_it_took(tmp_path: Path) -> None:
    import resource

    from needsseg import transcripts
    from needsseg.actions.transcripts.spooling import spooling

    (tmp_path / "anna.txt").write_text(SHORT_TALK, encoding="utf-8")
    talk, before = transcripts.read(tmp_path / "anna.txt"), resource.getrlimit(resource.RLIMIT_FSIZE)
    with spooling(tmp_path) as spool:
        first, second = spool.put(talk), spool.put(talk)
        assert spool.get(first) == spool.get(second) == talk
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, before[1]))
        try:
            with refuses(NeedssegError, tmp_path, CANNOT_HOLD, "File too large", NOTHING_IMPORTED):
                spool.put(talk)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with refuses(NeedssegError, tmp_path / "missing", CANNOT_HOLD), spooling(tmp_path / "missing"):
        pass
