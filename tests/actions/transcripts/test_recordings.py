"""An interview is tied to its recording by path alone: each tie is one undoable action, and goes with the interview."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from needsseg.actions.coding import passages, pseudonyms
from needsseg.actions.study import history, merging, studies
from needsseg.actions.transcripts import importing, listening, recordings
from needsseg.actions.transcripts.recordings import Recording
from needsseg.errors import NeedssegError, NotFoundError, UsageError
from needsseg.study.connection import Study
from needsseg.study.transcripts.recordings import RecordingRow
from tests.fixtures.recordings import HOSTILE_NAMES, TIMED, UNTIMED, tone
from tests.fixtures.studies.colleague_copies import copy_of
from tests.fixtures.wording.transcripts import BEFORE_THE_RECORDING, NO_TIME_HERE, NOT_A_RECORDING, NOT_THERE, NOT_TIED

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]


@pytest.fixture
def talks(tmp_path: Path) -> Iterator[Study]:
    """A study with an interview with times and one without, and recordings beside its folder."""
    home = tmp_path / "home"
    (home / "study").mkdir(parents=True)
    (home / "recordings").mkdir()
    tone(home / "recordings" / "anna.wav", 2)
    (home / "anna.vtt").write_text(TIMED, encoding="utf-8")
    (home / "ben.txt").write_text(UNTIMED, encoding="utf-8")
    with studies.init(home / "study" / "needsseg.db") as made:
        importing.import_transcripts(made, [home / "anna.vtt", home / "ben.txt"])
        yield made


def home(study: Study) -> Path:
    return study.path.parent.parent


def anna(study: Study) -> Path:
    return home(study) / "recordings" / "anna.wav"


def test_a_path_beside_the_study_is_kept_relative_and_moves_with_it(talks: Study, tmp_path: Path) -> None:
    inside = tone(talks.path.parent / "ben.wav", 1)
    assert recordings.tie(talks, "anna", anna(talks)).path == "../recordings/anna.wav"
    assert recordings.tie(talks, "ben", inside, -2500).path == "ben.wav"
    before = home(talks)
    talks.close()
    moved = tmp_path / "moved"
    before.rename(moved)
    with studies.open_study(moved / "study" / "needsseg.db") as there:
        assert recordings.listing(there) == [
            Recording("anna", "../recordings/anna.wav", moved / "recordings" / "anna.wav", 0, False, 4, 4),
            Recording("ben", "ben.wav", moved / "study" / "ben.wav", -2500, False, 2, 0),
        ]
        (moved / "study" / "ben.wav").unlink()
        assert [row.is_missing for row in recordings.listing(there)] == [False, True]


def test_a_path_far_away_is_kept_whole(talks: Study, tmp_path: Path) -> None:
    far = tmp_path / "far"
    far.mkdir()
    assert recordings.tie(talks, "anna", tone(far / "a.wav", 1)).path == str((far / "a.wav").resolve())


def test_a_study_reached_by_a_link_finds_its_recordings(talks: Study, tmp_path: Path) -> None:
    recordings.tie(talks, "anna", anna(talks))
    talks.close()
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "linked"
    link.symlink_to(talks.path.parent)
    with studies.open_study(link / "needsseg.db") as there:
        assert recordings.required_file(there, "anna")[0] == anna(talks).resolve()
        assert recordings.tie(there, "anna", anna(talks)).path == "../recordings/anna.wav"


def test_ties_are_undone_one_by_one_and_the_same_tie_is_no_action(talks: Study, tables: Dump) -> None:
    start = tables(talks)
    recordings.tie(talks, "anna", anna(talks))
    recordings.tie(talks, "anna", anna(talks))
    tied = tables(talks)
    recordings.tie(talks, "anna", anna(talks), 3000)
    recordings.untie(talks, "anna")
    assert [row.path for row in recordings.listing(talks)] == ["", ""]
    history.undo(talks)
    assert recordings.listing(talks)[0].offset_ms == 3000
    history.undo(talks)
    assert tables(talks) == tied
    history.undo(talks)
    assert tables(talks) == start
    history.redo(talks)
    assert tables(talks) == tied


def test_removing_an_interview_removes_its_tie_and_undo_restores_both(talks: Study, tables: Dump) -> None:
    recordings.tie(talks, "anna", anna(talks))
    tied = tables(talks)
    importing.remove_interview(talks, "anna")
    assert [row.interview for row in recordings.listing(talks)] == ["ben"]
    history.undo(talks)
    assert tables(talks) == tied


def test_erasing_an_interview_forgets_where_its_recording_is(talks: Study) -> None:
    recordings.tie(talks, "anna", tone(home(talks) / "recordings" / "Zacharias Quill.wav", 1))
    importing.forget_interview(talks, "anna")
    talks.close()
    left = [file for file in talks.path.parent.rglob("*") if file.is_file() and b"Quill" in file.read_bytes()]
    assert left == [] and (home(talks) / "recordings" / "Zacharias Quill.wav").exists(), (
        "the file itself is the person's"
    )


def test_merging_keeps_ones_own_ties_and_takes_none(talks: Study) -> None:
    theirs = copy_of(talks)
    with studies.open_study(theirs) as other:
        other.actor = "Dora"
        recordings.tie(other, "anna", tone(home(talks) / "recordings" / "other.wav", 1))
        recordings.tie(other, "ben", anna(talks))
        passages.mark(other, "anna", 49, 95)
    recordings.tie(talks, "anna", anna(talks))
    merging.merge(talks, theirs)
    assert [row.path for row in recordings.listing(talks)] == ["../recordings/anna.wav", ""]


def test_a_folder_ties_what_is_called_alike_and_names_the_rest(talks: Study, tables: Dump) -> None:
    folder = home(talks) / "recordings"
    (folder / "more" / ".hidden").mkdir(parents=True)
    for name in ("Ben.M4A", "more/ben.mp3", "more/carla.ogg", "more/.hidden/anna.mp3", ".anna.mp3", "anna.txt"):
        (folder / name).write_bytes(b"x")
    start = tables(talks)
    ties = recordings.tie_folder(talks, folder)
    assert ties.tied == {"anna": "anna.wav"} and ties.several == {"ben": ("Ben.M4A", "more/ben.mp3")}
    assert ties.unmatched == ("more/carla.ogg",) and (ties.kept, ties.unfound, ties.shared) == ((), (), {})
    assert recordings.open_questions(ties) == [
        "ben: several files fit: Ben.M4A, more/ben.mp3",
        "more/carla.ogg: no interview is called so",
    ]
    (folder / "Ben.M4A").unlink()
    again = recordings.tie_folder(talks, folder)
    assert again.tied == {"ben": "more/ben.mp3"} and again.kept == ("anna",)
    history.undo(talks)
    history.undo(talks)
    assert tables(talks) == start


def test_a_file_that_fits_two_interviews_is_tied_to_neither(talks: Study) -> None:
    twin = home(talks) / "twin" / "anna.txt"
    twin.parent.mkdir()
    twin.write_text(UNTIMED.replace("keys", "lists"), encoding="utf-8")
    importing.import_transcripts(talks, [twin])
    ties = recordings.tie_folder(talks, home(talks) / "recordings")
    assert list(ties.shared) == ["anna.wav"] and len(ties.shared["anna.wav"]) == 2 and ties.tied == {}


def test_accents_are_alike_in_either_form(talks: Study) -> None:
    talk = home(talks) / "Zoe\u0308.vtt"
    talk.write_text(TIMED.replace("Anna", "Zoe"), encoding="utf-8")
    importing.import_transcripts(talks, [talk])
    folder = home(talks) / "others"
    folder.mkdir()
    (folder / "ZO\u00cb.mp3").write_bytes(b"x")
    assert list(recordings.tie_folder(talks, folder).tied.values()) == ["ZO\u00cb.mp3"]


def test_what_is_no_recording_is_refused_by_name(talks: Study) -> None:
    for path, what in (
        (home(talks) / "nowhere.wav", "there is no such file"),
        (home(talks) / "recordings", "is not a file"),
        (home(talks) / "anna.vtt", NOT_A_RECORDING),
    ):
        with pytest.raises(UsageError) as refused:
            recordings.tie(talks, "anna", path)
        assert what in str(refused.value) and path.name in str(refused.value)
    broken = home(talks) / "two\nlines.wav"
    broken.write_bytes(b"x")
    with pytest.raises(UsageError, match="line breaks"):
        recordings.tie(talks, "anna", broken)
    half = Path(os.fsdecode(os.fsencode(home(talks)) + b"/\xff.wav"))
    half.write_bytes(b"x")
    with pytest.raises(UsageError, match="not valid Unicode"):
        recordings.tie(talks, "anna", half)
    with pytest.raises(UsageError, match="longer than a week"):
        recordings.tie(talks, "anna", anna(talks), 8 * 24 * 3_600_000)
    for call in (lambda: recordings.tie(talks, "nobody", anna(talks)), lambda: recordings.untie(talks, "nobody")):
        with pytest.raises(NotFoundError, match="no interview 'nobody'"):
            call()
    with pytest.raises(UsageError, match=NOT_TIED):
        recordings.untie(talks, "anna")
    with pytest.raises(UsageError, match="there is no such folder"):
        recordings.tie_folder(talks, home(talks) / "nowhere")
    with pytest.raises(UsageError, match="holds no recordings"):
        recordings.tie_folder(talks, talks.path.parent)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_any_name_is_tied_listed_and_linked(talks: Study, name: str) -> None:
    file = tone(home(talks) / "recordings" / name, 1)
    recordings.tie(talks, "anna", file)
    assert recordings.required_file(talks, "anna") == (file.resolve(), 0)
    passage = passages.one(talks, passages.mark(talks, "anna", 49, 95))
    link = recordings.recording_link(talks, pseudonyms.cover(talks, original=True), passage)
    assert link.startswith("../recordings/") and link.endswith(".wav#t=9.5") and link.count("#") == 1
    assert not set(link) & set(" \"'<>:;|`$")


def test_links_need_real_names_a_file_near_the_study_and_a_time(talks: Study, tmp_path: Path) -> None:
    recordings.tie(talks, "anna", anna(talks), 500)
    recordings.tie(talks, "ben", anna(talks))
    first = passages.one(talks, passages.mark(talks, "anna", 60, 95))
    timeless = passages.one(talks, passages.mark(talks, "ben", 35, 50))
    over = pseudonyms.cover(talks, original=True)
    assert recordings.recording_links(talks, over, [first, timeless]) == {first.id: "../recordings/anna.wav#t=10"}
    assert recordings.recording_link(talks, over, first, home(talks)) == "recordings/anna.wav#t=10"
    assert recordings.recording_link(talks, pseudonyms.cover(talks), first) == "", "a voice names a person"
    far = tmp_path / "far.wav"
    recordings.tie(talks, "anna", tone(far, 1))
    assert recordings.recording_link(talks, over, first) == "", "a whole path would tell of this computer"


def test_the_offset_shifts_what_is_played(talks: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEEDSSEG_PLAYER", "true {file} {start}")
    passage = passages.one(talks, passages.mark(talks, "anna", 49, 95))
    for offset_ms, start_ms in ((0, 9500), (60_000, 69_500), (-9000, 500), (-12_000, 0)):
        recordings.tie(talks, "anna", anna(talks), offset_ms)
        assert listening.cue_of(talks, passage).time.start_ms == start_ms
    recordings.tie(talks, "anna", anna(talks), -20_250)
    with pytest.raises(NeedssegError, match=BEFORE_THE_RECORDING):
        listening.cue_of(talks, passage)


def test_what_cannot_be_played_says_what_is_missing(talks: Study) -> None:
    with pytest.raises(NotFoundError, match=NOT_TIED):
        listening.cue(talks, "anna", 60)
    recordings.tie(talks, "ben", anna(talks))
    with pytest.raises(NeedssegError, match=NO_TIME_HERE) as timeless:
        listening.cue(talks, "ben", 30)
    assert "WebVTT" in str(timeless.value.advice)
    anna(talks).unlink()
    with pytest.raises(NeedssegError, match=NOT_THERE):
        listening.cue(talks, "ben", 30)


def test_a_stored_row_is_what_was_tied(talks: Study) -> None:
    assert recordings.tie(talks, "anna", anna(talks), 7) == RecordingRow("anna", "../recordings/anna.wav", 7)
