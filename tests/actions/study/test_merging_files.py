"""The file to merge: what is not a sound study is refused, one that is open is read, and two people at one study lose nothing."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

from needsseg.actions.coding import passages
from needsseg.actions.study import history, merging, studies
from needsseg.actions.transcripts import interviews
from needsseg.errors import StudyError, UsageError
from needsseg.study.connection import Study
from tests.fixtures.studies.colleague_copies import as_coder, copy_of, suggest_four
from tests.fixtures.wording.matching import refuses
from tests.fixtures.wording.study import IS_NO_FILE, NEWER, NO_STUDY_AT, NOT_A_STUDY, NOT_NEEDSSEGS, STUDY_ITSELF


def test_what_is_no_study_is_refused_by_name(talk: Study, tmp_path: Path) -> None:
    notes, empty, songs = tmp_path / "notes.db", tmp_path / "empty.db", tmp_path / "songs.db"
    notes.write_text("these are notes, not a study", encoding="utf-8")
    empty.touch()
    with sqlite3.connect(songs) as made:
        made.execute("CREATE TABLE songs (title TEXT)")
    made.close()
    for file, why in (
        (notes, NOT_A_STUDY),
        (empty, NOT_NEEDSSEGS),
        (songs, NOT_NEEDSSEGS),
        (tmp_path / "nothing.db", NO_STUDY_AT),
        (tmp_path, IS_NO_FILE),
    ):
        with refuses(StudyError, file, why):
            merging.merge(talk, file)
    link = tmp_path / "link.db"
    link.hardlink_to(talk.path)
    for own in (talk.path, link, talk.path.with_name(talk.path.name + "-wal")):
        with refuses(UsageError, own, STUDY_ITSELF):
            merging.merge(talk, own)
    assert history.listing(talk, 1)[0].action == "import"


def test_a_damaged_or_newer_study_is_refused_and_not_touched(talk: Study) -> None:
    damaged, newer = copy_of(talk, "damaged.db"), copy_of(talk, "newer.db")
    content = bytearray(damaged.read_bytes())
    content[4096 * 3 : 4096 * 30] = b"\xff" * (4096 * 27)
    damaged.write_bytes(content)
    with sqlite3.connect(newer) as made:
        made.execute("PRAGMA user_version = 99")
    made.close()
    before = newer.read_bytes()
    with refuses(StudyError, damaged):
        merging.merge(talk, damaged)
    with refuses(StudyError, newer, NEWER, 99):
        merging.merge(talk, newer)
    assert damaged.read_bytes() == bytes(content) and newer.read_bytes() == before
    assert not list(talk.path.parent.glob("*.before-migration-*"))


def test_a_study_that_is_open_is_read_as_it_stands(talk: Study) -> None:
    suggest_four(talk)
    theirs = copy_of(talk)
    with as_coder(theirs, "Ben") as other:
        passages.decide(other, [1], "accepted")
        files = sorted(file.name for file in theirs.parent.iterdir())
        assert "theirs.db-wal" in files
        assert merging.merge(talk, theirs).decided == 1
        passages.decide(other, [2], "accepted")
        assert merging.merge(talk, theirs).decided == 1
        assert sorted(file.name for file in theirs.parent.iterdir()) == files
    assert merging.merge(talk, theirs).joined == 2
    assert sorted(file.name for file in theirs.parent.glob("theirs*")) == ["theirs.db"]


def test_two_people_at_one_study_lose_nothing(talk: Study) -> None:
    """Two programs decide and code at the same time, each under its own name."""
    text = interviews.show(talk, "anna").text
    start = text.index("When a nurse")
    ids = [passages.mark(talk, "anna", start + number, start + number + 20) for number in range(30)]
    passages.decide(talk, ids, "suggested")
    talk.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    script = (
        "import sys; from pathlib import Path; from needsseg.actions.coding import passages\n"
        "from needsseg.actions.study import studies\n"
        "with studies.open_study(Path(sys.argv[1])) as study:\n"
        "    study.actor = sys.argv[2]\n"
        "    print('ready', flush=True); sys.stdin.readline()\n"
        "    for number in map(int, sys.argv[4:]):\n"
        "        passages.decide(study, [number], 'accepted') if sys.argv[3] == 'decide' else None\n"
        "        passages.code(study, [number], 'code of ' + sys.argv[2])\n"
    )
    people = (("Ada", "decide", ids[:20]), ("Ben", "code", ids[10:]))
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(talk.path), name, what, *map(str, own)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for name, what, own in people
    ]  # fmt: skip
    for child in running:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
    for child in running:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    for child in running:
        _, said = child.communicate(timeout=120)
        assert child.returncode == 0, said
    codings = {(row["passage_id"], row["coded_by"]) for row in talk.rows("SELECT * FROM passage_codes")}
    assert codings == {(passage, name) for name, _, own in people for passage in own}
    assert all(p.status == "accepted" for p in passages.listing(talk))
    assert {e.actor for e in history.listing(talk) if e.action == "code"} == {"Ada", "Ben"}
    assert studies.check(talk) == []
