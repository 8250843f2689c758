"""What a folder holds: nothing that may hold talk is passed over without a word, and nothing outside is followed."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from needsseg.errors import UsageError
from needsseg.transcripts import folder_contents, shape_of
from needsseg.transcripts.folders import SUFFIXES, WHAT_TO_DO
from needsseg.transcripts.lines.chosen_pattern import compiled
from needsseg.transcripts.lines.label_patterns import label_patterns_in

TALK = "Ana: Where does the rope go?\nBen: Under the bench.\nAna: Always?\nBen: Since March.\n"


def fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(TALK, encoding="utf-8")


def names(paths: object, folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in paths]  # type: ignore[attr-defined]


TRIED = [suffix for suffix in SUFFIXES if suffix not in {".json", ".xlsx"}]


@pytest.mark.parametrize("suffix", [*TRIED, *(suffix.upper() for suffix in TRIED)])
def test_what_readers_read_is_tried(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"talk{suffix}").write_text("speaker,text\nAna,Why?\n", encoding="utf-8")
    found = folder_contents(tmp_path)
    assert names(found.files, tmp_path) == [f"talk{suffix}"] and not found.passed_over and not found.others


@pytest.mark.parametrize("suffix", WHAT_TO_DO)
def test_what_may_hold_talk_and_is_not_read_is_named_with_what_to_do(tmp_path: Path, suffix: str) -> None:
    fill(tmp_path, f"deep/down/talk{suffix}", f"LOUD{suffix.upper()}")
    found = folder_contents(tmp_path)
    assert sorted(names([one.path for one in found.passed_over], tmp_path)) == sorted(
        [f"LOUD{suffix.upper()}", f"deep/down/talk{suffix}"]
    )
    assert all(WHAT_TO_DO[suffix] in one.reason for one in found.passed_over) and not found.files


def test_pictures_and_papers_of_the_folder_are_others_and_a_talk_about_a_licence_is_read(tmp_path: Path) -> None:
    others = ["a.png", "README.md", "LICENSE", "LICENSE-MIT.txt", "readme.de.md", "b/~$d.docx", "Thumbs.db", "x.py"]
    talks = ["licence_legend.txt", "License talks.txt", "licensed.txt", "readme first.txt"]
    fill(tmp_path, *others, *talks, ".hidden.txt", ".git/talk.txt")
    found = folder_contents(tmp_path)
    assert sorted(names(found.files, tmp_path)) == sorted(talks)
    assert sorted(names(found.others, tmp_path)) == sorted(others)
    assert not found.passed_over


def test_tables_are_read_where_they_hold_speech_or_long_cells(tmp_path: Path) -> None:
    (tmp_path / "turns.csv").write_text("speaker,text\nAna,Why?\n", encoding="utf-8")
    (tmp_path / "open.csv").write_text(
        "Nr;Remark\n1;We never know when the boat will come back here\n", encoding="utf-8"
    )
    (tmp_path / "people.csv").write_text("file,participant,email\na.txt,Ana Brink,ana@example.org\n", encoding="utf-8")
    found = folder_contents(tmp_path)
    assert names(found.files, tmp_path) == ["open.csv", "turns.csv"] and names(found.others, tmp_path) == ["people.csv"]


def test_links_out_of_the_folder_are_not_followed_and_loops_end(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    fill(inside, "own.txt")
    fill(outside, "secret.txt", "deep/more.txt", "picture.png")
    (inside / "file.txt").symlink_to(outside / "secret.txt")
    (inside / "folder").symlink_to(outside / "deep")
    (inside / "picture.png").symlink_to(outside / "picture.png")
    (inside / "same.txt").symlink_to(inside / "own.txt")
    (inside / "loop").symlink_to(inside)
    (inside / "gone.txt").symlink_to(inside / "nowhere.txt")
    (inside / "round.txt").symlink_to(inside / "round.txt")
    found = folder_contents(inside)
    assert names(found.files, inside) == ["own.txt", "same.txt"]
    reasons = {one.path.name: one.reason for one in found.passed_over}
    assert set(reasons) == {"file.txt", "folder", "gone.txt", "round.txt"}
    assert "symbolic link out of the folder" in reasons["file.txt"] and "not followed" in reasons["folder"]
    assert "symbolic link to a missing file" in reasons["gone.txt"]


def test_what_is_no_file_is_named_and_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    os.mkfifo(tmp_path / "rows.csv")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.vtt")
        found = folder_contents(tmp_path)
    reasons = {one.path.name: one.reason for one in found.passed_over}
    assert set(reasons) == {"pipe.txt", "rows.csv", "socket.vtt"}
    assert "is a pipe" in reasons["rows.csv"] and "is a socket" in reasons["socket.vtt"] and not found.files


@pytest.mark.parametrize(
    ("looks", "line"),
    [
        ("Name: words", "{name}: So it went."),
        ("[time] Name: words", "[00:0{n}] {name}: So it went."),
        ("**Name:** words", "**{name}:** So it went."),
        (">> NAME: words", ">> {name}: So it went."),
        ("[Name]: words", "[{name}]: So it went."),
        ("Name (time), words below", "{name} (00:0{n})\nSo it went."),
        ("time Name, words below", "0:0{n} - {name}\nSo it went."),
        ("Name time, words below", "{name} 0:0{n}\nSo it went."),
        ("# Name, words below", "## {name}\n\nSo it went."),
        ("Name | words", "{name} | So it went."),
    ],
)
def test_ways_of_labelling_are_found_with_their_speakers(looks: str, line: str) -> None:
    text = "\n".join(line.format(name=name, n=n) for n, name in enumerate(["Ana Brink", "Özil", "Ana Brink", "Özil"]))
    found = label_patterns_in(text.split("\n"))
    assert found[0].looks == looks and set(found[0].speakers) == {"Ana Brink", "Özil"} and found[0].lines == 4
    compiled(found[0].pattern)


@pytest.mark.parametrize("pattern", ["(", "(?P<words>.*)", "(?P<speaker>a)(?P<place>b)", "", "(?P<speaker>"])
def test_a_label_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError) as caught:
        compiled(pattern)
    assert caught.value.hint


def test_files_of_one_kind_have_one_shape(tmp_path: Path) -> None:
    fill(tmp_path, "a.txt", "b.TXT", "c.md")
    (tmp_path / "d.txt").write_text("Ana (0:01)\nWhy?\n\nBen (0:02)\nSo.\n\nAna (0:03)\nHm.\n", encoding="utf-8")
    for name, row in (("e.csv", "Ana,Why?"), ("f.csv", "Ben,So.")):
        (tmp_path / name).write_text(f"Who,Text\n{row}\n", encoding="utf-8")
    shapes = {path.name: shape_of(path) for path in tmp_path.iterdir()}
    assert shapes["a.txt"].key == shapes["b.TXT"].key
    assert len({shapes[name].key for name in ("a.txt", "c.md", "d.txt", "e.csv")}) == 4
    assert shapes["e.csv"] == shapes["f.csv"] and shapes["e.csv"].columns == ("Who", "Text")
