"""Players are started with a list of arguments, whatever a file is called, and a wrong setting is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.errors import NeedssegError, UsageError
from needsseg.players import format_seconds, parts_of, play_command
from needsseg.settings import load
from tests.fixtures.recordings import HOSTILE_NAMES

FILE = Path("/talks/a.wav")


def found(*names: str):  # type: ignore[no-untyped-def]
    return lambda name: f"/usr/bin/{name}" if name in names else None


@pytest.mark.parametrize(
    ("there", "arguments"),
    [
        (("ffplay", "vlc", "mpv"), ("/usr/bin/mpv", "--force-window=yes", "--start=12.5", "--", "/talks/a.wav")),
        (("ffplay", "vlc"), ("/usr/bin/vlc", "--start-time=12.5", "/talks/a.wav")),
        (("ffplay",), ("/usr/bin/ffplay", "-loglevel", "error", "-autoexit", "-ss", "12.5", "-i", "/talks/a.wav")),
    ],
)
def test_the_first_player_that_is_there_begins_at_the_time(there: tuple[str, ...], arguments: tuple[str, ...]) -> None:
    command = play_command(FILE, 12_500, find=found(*there, "xdg-open"))
    assert command.arguments == arguments and command.starts_at_time


@pytest.mark.parametrize(("system", "opener"), [("linux", "xdg-open"), ("darwin", "open"), ("win32", "explorer")])
def test_the_systems_opener_plays_from_the_beginning_and_says_so(
    system: str, opener: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("needsseg.players.sys.platform", system)
    command = play_command(FILE, 12_500, find=found(opener))
    assert command.arguments == (f"/usr/bin/{opener}", "/talks/a.wav") and not command.starts_at_time
    assert play_command(FILE, 0, find=found(opener)).starts_at_time, "from 0 there is nothing to skip"
    with pytest.raises(NeedssegError, match="No player was found"):
        play_command(FILE, 0, find=found())


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_files_name_is_one_argument_and_never_read(name: str) -> None:
    file = Path("/talks") / name
    command = play_command(file, 1_000, 'play "--from={start}" --title={file} {file}', find=found("play"))
    assert command.arguments == ("/usr/bin/play", "--from=1", f"--title={file}", str(file))


def test_a_setting_is_divided_at_spaces_outside_double_quotes() -> None:
    assert parts_of('"C:\\Program Files\\p.exe" -x="a b" {file}') == ("C:\\Program Files\\p.exe", "-x=a b", "{file}")
    assert not play_command(FILE, 5, "p {file}", find=found("p")).starts_at_time, "it is not given the time"


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ("mpv", "and then {file}"),
        ("{file}", "and then {file}"),
        ("   ", "and then {file}"),
        ('mpv "{file}', "not closed"),
        ("mpv {file} {end}", "{end} is not known"),
        ("mpv {file} {}", "{} is not known"),
    ],
)
def test_a_wrong_setting_is_named_where_it_is_read(setting: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        load(tmp_path / "study.db", {"NEEDSSEG_PLAYER": setting})
    assert what in str(refused.value) and setting in str(refused.value)


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(NeedssegError, match="there is no program 'nosuch'"):
        play_command(FILE, 0, "nosuch {file}", find=found("mpv"))


def test_seconds_are_exact_and_short() -> None:
    assert [format_seconds(each) for each in (0, 500, 12_345, 60_000, -1, -12_500)] == [
        "0", "0.5", "12.345", "60", "-0.001", "-12.5",
    ]  # fmt: skip
