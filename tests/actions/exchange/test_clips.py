"""Clips: whole and private or not there, named without names, half a second longer on both sides, with an index."""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from needsseg.actions.coding import passages
from needsseg.actions.coding.search_scope import PassageFilter
from needsseg.actions.exchange import clips
from needsseg.actions.study import studies
from needsseg.actions.transcripts import importing, recordings
from needsseg.errors import NeedssegError, UsageError
from needsseg.exchange import clips as room
from needsseg.exchange.clips import COLUMNS, Clip, ClipRow, arguments_of, index_csv, with_margins
from needsseg.study.connection import Study
from tests.fixtures.cli_calls import Caller
from tests.fixtures.recordings import TIMED, UNTIMED, duration, tone
from tests.fixtures.wording.transcripts import NO_TIME_HERE, NOT_TIED

Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]

pytest_plugins = ["tests.fixtures.ffmpeg"]


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """A study with a recording of 60 s, two passages in it, and one in an interview without times."""
    (tmp_path / "anna-berg.vtt").write_text(TIMED, encoding="utf-8")
    (tmp_path / "ben.txt").write_text(UNTIMED, encoding="utf-8")
    with studies.init(tmp_path / "study.db") as study:
        importing.import_transcripts(study, [tmp_path / "anna-berg.vtt", tmp_path / "ben.txt"])
        recordings.tie(study, "anna-berg", tone(tmp_path / "Anna Berg.wav"))
        passages.mark(study, "anna-berg", 49, 95)
        passages.mark(study, "anna-berg", 166, 200)
        passages.mark(study, "ben", 35, 50)
        yield study


@pytest.fixture
def ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for ffmpeg that writes its last argument, and fails where a file called "fail" lies beside it."""
    program = tmp_path / "ffmpeg"
    program.write_text(
        '#!/bin/sh\nfor last in "$@"; do :; done\nhead -c 2000 /dev/zero > "$last"\n'
        f"if [ -e '{tmp_path}/fail' ]; then echo 'Invalid data found' >&2; exit 1; fi\n",
        encoding="utf-8",
    )
    program.chmod(0o700)
    monkeypatch.setattr(clips, "find_ffmpeg", lambda: str(program))
    return program


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_real_clips_have_the_length_of_their_turns_and_no_name(
    heard: Study, real_ffmpeg: Path, tmp_path: Path, tables: Dump
) -> None:
    before = tables(heard)
    made = clips.write(heard, clips.choose(heard), tmp_path / "out")
    assert {number: NOT_TIED in str(reason) for number, reason in made.refused.items()} == {3: True}
    names = ["clips.csv", "interview-1-passage-1.m4a", "interview-1-passage-2.m4a"]
    assert listed(tmp_path / "out") == names
    for name, seconds in ((names[1], 11.75), (names[2], 34.5)):
        assert abs(duration(real_ffmpeg, tmp_path / "out" / name) - seconds) < 0.1, name
    for path in (tmp_path / "out").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"Anna" not in path.read_bytes() and b"Berg" not in path.read_bytes()
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert tables(heard) == before, "files outside are no part of the history"
    late = recordings.tie(heard, "anna-berg", tmp_path / "Anna Berg.wav", 3_600_000)
    beyond = clips.write(heard, clips.choose(heard, [1]), tmp_path / "late")
    assert late.offset_ms and "ends before" in str(beyond.refused[1]) and listed(tmp_path / "late") == []


def test_the_index_is_of_what_lies_beside_it(heard: Study, ffmpeg: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    clips.write(heard, clips.choose(heard, [1, 2]), out)
    rows = list(csv.DictReader((out / "clips.csv").open(encoding="utf-8", newline="")))
    assert rows[0] == {
        "file": "interview-1-passage-1.m4a",
        "passage": "1",
        "interview": "Interview 1",
        "speaker": "Participant 1",
        "start": "00:00:09",
        "end": "00:00:20",
        "begins_with": "quote",
        "codes": "",
        "quote": "I walk from desk to desk and ask who has what.",
    }
    assert rows[1]["begins_with"] == "turn"
    clips.write(heard, clips.choose(heard, [1]), out)
    again = list(csv.DictReader((out / "clips.csv").open(encoding="utf-8", newline="")))
    assert sorted(row["passage"] for row in again) == ["1", "2"], "the other clip is still there"
    (out / "interview-1-passage-2.m4a").unlink()
    clips.write(heard, clips.choose(heard, [1]), out, original=True)
    names = [row["file"] for row in csv.DictReader((out / "clips.csv").open(encoding="utf-8", newline=""))]
    assert names == ["interview-1-passage-1.m4a", "anna-berg-passage-1.m4a"]


def test_a_clip_that_fails_leaves_nothing_and_the_others_go_on(heard: Study, ffmpeg: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def progress(_doing: str, number: int, _total: int) -> None:
        (tmp_path / "fail").touch() if number == 0 else (tmp_path / "fail").unlink(missing_ok=True)

    made = clips.write(heard, clips.choose(heard, [1, 2]), out, progress=progress)
    assert "Invalid data found" in str(made.refused[1]) and [row.passage for row in made.rows] == [2]
    assert listed(out) == ["clips.csv", "interview-1-passage-2.m4a"]


def test_an_interruption_leaves_whole_clips_with_their_index(heard: Study, ffmpeg: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    cut = room.cut

    def interrupted(program: str, clip: Clip, target: Path) -> None:
        cut(program, clip, target)
        if "passage-2" in clip.name:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(clips, "cut", interrupted)
        clips.write(heard, clips.choose(heard, [1, 2]), out)
    assert listed(out) == ["clips.csv", "interview-1-passage-1.m4a"]
    assert "passage-2" not in (out / "clips.csv").read_text(encoding="utf-8")


def test_passages_are_chosen_by_id_or_by_conditions(heard: Study) -> None:
    passages.code(heard, [2], "late")
    passages.decide(heard, [1], "rejected")
    assert [row.id for row in clips.choose(heard)] == [2, 3]
    assert [row.id for row in clips.choose(heard, wanted=PassageFilter(status="rejected"))] == [1]
    assert [row.id for row in clips.choose(heard, wanted=PassageFilter(code="late", interview="anna-berg"))] == [2]
    assert [row.id for row in clips.choose(heard, wanted=PassageFilter(query="whiteboard"))] == [2]
    assert [row.id for row in clips.choose(heard, wanted=PassageFilter(coder=heard.actor, interview="ben"))] == [3]
    assert [row.id for row in clips.choose(heard, [3, 1, 3])] == [3, 1]
    with pytest.raises(NeedssegError, match="No passage meets"):
        clips.choose(heard, wanted=PassageFilter(status="suggested"))
    with pytest.raises(NeedssegError, match="There is no passage 9"):
        clips.choose(heard, [9])
    with pytest.raises(UsageError, match="No segment is called"):
        clips.choose(heard, wanted=PassageFilter(segment="nothing"))


def test_what_is_in_the_way_is_not_replaced(heard: Study, ffmpeg: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in ("interview-1-passage-1.m4a", "clips.csv"):
        (out / name).write_text("mine", encoding="utf-8")
        with pytest.raises(NeedssegError, match=r"exists"):
            clips.write(heard, clips.choose(heard, [1]), out)
        assert (out / name).read_text(encoding="utf-8") == "mine"
    clips.write(heard, clips.choose(heard, [1]), out, overwrite=True)
    assert (out / "clips.csv").read_text(encoding="utf-8").startswith(",".join(COLUMNS))
    with pytest.raises(UsageError, match="is a file"):
        clips.write(heard, clips.choose(heard, [1]), tmp_path / "ben.txt")
    with pytest.raises(NeedssegError, match="no such folder"):
        clips.write(heard, clips.choose(heard, [1]), tmp_path / "no" / "where")


def test_what_has_no_time_is_refused_by_name(heard: Study, ffmpeg: Path, tmp_path: Path) -> None:
    recordings.tie(heard, "ben", tmp_path / "Anna Berg.wav")
    made = clips.write(heard, clips.choose(heard, [3]), tmp_path / "out")
    assert NO_TIME_HERE in str(made.refused[3]) and made.rows == () and listed(tmp_path / "out") == []


def test_without_ffmpeg_it_says_what_to_install() -> None:
    with pytest.raises(NeedssegError, match="not installed") as missing:
        room.find_ffmpeg(lambda _: None)
    assert "apt install ffmpeg" in str(missing.value.advice)


def test_ffmpeg_gets_a_list_that_no_name_can_change() -> None:
    source = Path("/rec/-i concat:%d 'q\".mp4")
    words = arguments_of("ffmpeg", Clip("x.mp4", source, 1500, None, True), Path("/out/x.mp4"))
    assert words.count(str(source)) == 1 and words[words.index(str(source)) - 1] == "-i" and "-t" not in words
    assert words[words.index("-protocol_whitelist") + 1] == "file", "a playlist in disguise fetches nothing"
    quiet = arguments_of("ffmpeg", Clip("x.m4a", source, 1500, 4250, False), Path("/out/x.m4a"))
    assert quiet[quiet.index("-t") + 1] == "2.75" and "-vn" in quiet
    assert with_margins(200, 900) == (0, 1400) and with_margins(9500, None) == (9000, None)


def test_no_cell_of_the_index_is_computed() -> None:
    row = ClipRow("a.m4a", 1, "=1+1", "@who", "0", "1", "quote", "+code", "-quote")
    text = index_csv([row])
    assert list(csv.reader(text.splitlines()))[1][2:4] == ["'=1+1", "'@who"]
    assert index_csv([], text, {"a.m4a"}) == text, "a row that stays is as it was"


def test_ids_and_filters_are_not_mixed_and_filters_are_those_of_quotes(
    heard: Study, ffmpeg: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = Caller(heard.path, capsys)
    mixed = call("clips", tmp_path / "out", "1", "--query", "desk")
    assert mixed.code == 2 and "given together" in mixed.err and not (tmp_path / "out").exists()
    nobody = call("clips", tmp_path / "out", "--where", "plan=Team")
    assert nobody.code != 0 and "plan" in nobody.err
    (made,) = call.done("clips", tmp_path / "out", "--query", "desk", "--json").json["clips"]
    assert made["passage"] == 1
