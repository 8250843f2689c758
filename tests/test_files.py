"""Files written whole or not at all, private temporary folders that leave nothing behind, and hashes."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.errors import NeedssegError
from needsseg.files import (
    check_folder,
    file_sha256,
    free_bytes,
    is_leftover_in_use,
    leftovers,
    private_folder,
    remove_leftovers,
    sha256,
    whole_file,
    whole_files,
    write_errors,
    write_file,
)
from needsseg.renaming import journals
from tests.fixtures.wording.matching import refuses


class BrokenError(Exception):
    """What goes wrong on purpose."""


def files_of(folder: Path) -> dict[str, bytes | None]:
    """What lies in a folder: bytes by name, None for a folder."""
    return {path.name: None if path.is_dir() else path.read_bytes() for path in folder.iterdir()}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@contextmanager
def renaming_fails(at: int) -> Iterator[None]:
    """Every rename from the one numbered ``at`` on fails until the block ends, those that put things back excepted."""
    count, real = 0, os.rename

    def rename(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
        nonlocal count
        if str(source).endswith(".partial"):
            count += 1
            if count > at:
                raise OSError(28, "No space left on device", str(target))
        real(source, target)

    with patch("os.replace", rename):
        yield


@settings(deadline=None)
@given(st.none() | st.binary(), st.binary(), st.booleans())
def test_a_write_that_fails_leaves_what_was_there(earlier: bytes | None, written: bytes, private: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "out.csv"
        if earlier is not None:
            path.write_bytes(earlier)
        before = files_of(path.parent)
        with pytest.raises(BrokenError), whole_file(path, private=private) as partial:
            partial.write_bytes(written)
            raise BrokenError
        assert files_of(path.parent) == before


@settings(deadline=None)
@given(st.none() | st.binary(), st.binary())
def test_a_rename_that_fails_leaves_what_was_there(earlier: bytes | None, written: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "out.csv"
        if earlier is not None:
            path.write_bytes(earlier)
        before = files_of(path.parent)
        with renaming_fails(at=0), pytest.raises(OSError, match="No space"):
            write_file(path, written)
        assert files_of(path.parent) == before


contents = st.lists(st.tuples(st.none() | st.binary(max_size=8), st.binary(max_size=8)), min_size=2, max_size=4)


@settings(deadline=None)
@given(contents, st.data())
def test_several_files_appear_all_or_none_wherever_it_fails(
    files: list[tuple[bytes | None, bytes]], data: st.DataObject
) -> None:
    failing = data.draw(st.sampled_from(["fill", "rename", "interrupt", "never"]))
    at = data.draw(st.integers(0, len(files) - 1))
    with tempfile.TemporaryDirectory() as place:
        paths = [Path(place) / f"file{number}" for number in range(len(files))]
        for path, (earlier, _) in zip(paths, files, strict=True):
            if earlier is not None:
                path.write_bytes(earlier)
        before = files_of(Path(place))
        try:
            with renaming_fails(at if failing == "rename" else len(files)), whole_files(paths) as partials:
                for number, (partial, (_, content)) in enumerate(zip(partials, files, strict=True)):
                    if number == at and failing == "fill":
                        raise BrokenError
                    if number == at and failing == "interrupt":
                        raise KeyboardInterrupt
                    partial.write_bytes(content)
        except (BrokenError, OSError, KeyboardInterrupt):
            assert failing != "never"
            assert files_of(Path(place)) == before
        else:
            assert failing == "never"
            assert files_of(Path(place)) == {path.name: new for path, (_, new) in zip(paths, files, strict=True)}


_KILLED = """
import os, sys
from pathlib import Path
from needsseg import renaming
from needsseg.files import whole_files

folder, at = Path(sys.argv[1]), int(sys.argv[2])
count, real = 0, os.replace


def replace(source, target):
    global count
    if str(source).endswith(".partial"):
        if count == at:
            os.kill(os.getpid(), 9)
        count += 1
    real(source, target)


os.replace = replace
paths = [folder / name for name in ("a", "b", "c")]
with whole_files(paths, then=lambda: count == at and os.kill(os.getpid(), 9)) as partials:
    for partial in partials:
        partial.write_text("new " + partial.name[1])
"""


@pytest.mark.parametrize("next_use", ["the next start", "the next file"])
@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_renames_that_a_kill_cut_short_are_taken_back_or_kept_together(tmp_path: Path, at: int, next_use: str) -> None:
    (tmp_path / "a").write_text("earlier a")
    (tmp_path / "b").write_text("earlier b")
    before = files_of(tmp_path)
    done = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path), str(at)], capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    (journal,) = journals(tmp_path)
    assert journal in leftovers(tmp_path) and not is_leftover_in_use(journal)
    if next_use == "the next start":
        remove_leftovers(tmp_path)
    else:
        write_file(tmp_path / "other", "words")
        (tmp_path / "other").unlink()
        remove_leftovers(tmp_path)
    whole: dict[str, bytes | None] = {name: f"new {name}".encode() for name in ("a", "b", "c")}
    assert files_of(tmp_path) == (whole if at == 3 else before)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_taking_renames_back_can_itself_be_cut_short(tmp_path: Path, at: int) -> None:
    (tmp_path / "a").write_text("earlier a")
    (tmp_path / "b").write_text("earlier b")
    before = files_of(tmp_path)
    subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path), "2"], capture_output=True)
    count, real = 0, os.rename

    def replace(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
        nonlocal count
        if count == at:
            raise OSError(5, "Input/output error")
        count += 1
        real(source, target)

    with patch("os.replace", replace):
        remove_leftovers(tmp_path)
    assert (files_of(tmp_path)["b"] == b"new b") == (at < 2)
    assert bool(journals(tmp_path)) == (at < 2), "what was there before may still be needed"
    remove_leftovers(tmp_path)
    assert files_of(tmp_path) == before


def test_files_that_somebody_replaced_since_stay_and_journals_in_use_too(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path), "1"], capture_output=True)
    (tmp_path / "new").write_text("somebody's")
    (tmp_path / "new").replace(tmp_path / "a")
    (journal,) = journals(tmp_path)
    with journal.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        remove_leftovers(tmp_path)
        assert is_leftover_in_use(journal) and len(files_of(tmp_path)) > 2
    remove_leftovers(tmp_path)
    assert files_of(tmp_path) == {"a": b"somebody's"}
    journal.write_text("no journal of ours")
    remove_leftovers(tmp_path)
    assert files_of(tmp_path) == {"a": b"somebody's"}


def test_earlier_files_are_put_back_also_where_the_disk_knows_no_second_names(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("earlier a")
    second.write_text("earlier b")
    before = files_of(tmp_path)
    with (
        patch("os.link", side_effect=PermissionError(1, "Operation not permitted")),
        renaming_fails(at=1),
        pytest.raises(OSError, match="No space"),
        whole_files([first, second]) as partials,
    ):
        for partial in partials:
            partial.write_text("new")
    assert files_of(tmp_path) == before


def test_an_earlier_file_that_can_neither_be_linked_nor_copied_leaves_all_as_it_was(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    second.write_text("earlier b")
    before = files_of(tmp_path)

    def half_a_copy(_source: Path, target: Path, **_options: bool) -> None:
        target.write_text("half")
        raise OSError(28, "No space left on device")

    with (
        patch("os.link", side_effect=PermissionError(1, "Operation not permitted")),
        patch("shutil.copy2", half_a_copy),
        pytest.raises(OSError, match="No space"),
        whole_files([first, second]) as partials,
    ):
        for partial in partials:
            partial.write_text("new")
    assert files_of(tmp_path) == before


def test_a_folder_in_the_place_of_one_file_is_refused_before_any_is_replaced(tmp_path: Path) -> None:
    file, folder = tmp_path / "a", tmp_path / "b"
    file.write_text("earlier")
    folder.mkdir()
    with pytest.raises(IsADirectoryError), whole_files([file, folder]) as partials:
        for partial in partials:
            partial.write_text("new")
    assert files_of(tmp_path) == {"a": b"earlier", "b": None}


def test_a_file_that_cannot_hold_all_is_not_replaced_by_a_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("earlier")
    script = (
        "import resource, signal, sys\nfrom pathlib import Path\nfrom needsseg.files import write_file\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_file(Path(sys.argv[1]), 'x' * 5000)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True)
    assert done.returncode == 1 and "OSError" in done.stderr
    assert files_of(tmp_path) == {"out.txt": b"earlier"}


def test_a_private_file_is_private_from_before_anything_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with whole_file(path, private=True) as partial:
        assert (mode(partial), partial.read_bytes()) == (0o600, b"")
        partial.unlink()
        partial.write_text("made anew by another program")
        partial.chmod(0o644)
    assert mode(path) == 0o600


def test_an_ordinary_file_has_the_mode_that_new_files_have(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    write_file(tmp_path / "out", "words", sync=True)
    assert mode(tmp_path / "out") == mode(tmp_path / "plain")


def test_text_is_written_as_utf8_with_its_own_line_ends(tmp_path: Path) -> None:
    write_file(tmp_path / "out", "Zoë\r\n\n")
    assert (tmp_path / "out").read_bytes() == b"Zo\xc3\xab\r\n\n"
    with pytest.raises(UnicodeEncodeError):
        write_file(tmp_path / "out", "half \ud83d")
    assert files_of(tmp_path) == {"out": b"Zo\xc3\xab\r\n\n"}


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("stays")
    (tmp_path / "link").symlink_to("real")
    write_file(tmp_path / "link", "new")
    assert files_of(tmp_path) == {"real": b"stays", "link": b"new"}


def test_what_cannot_be_written_names_the_file_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "out.csv"
    with refuses(NeedssegError, path.parent, "folder"):
        check_folder(path)
    check_folder(tmp_path / "out.csv")
    with (
        refuses(NeedssegError, path, "No such file", "Choose another file."),
        write_errors(path, "Choose another file."),
    ):
        write_file(path, "words")


@given(st.binary())
def test_hashes_are_those_of_hashlib(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "file"
        file.write_bytes(content)
        assert file_sha256(file) == sha256(content) == hashlib.sha256(content).hexdigest()


def test_a_text_is_hashed_as_utf8() -> None:
    assert sha256("Zoë") == sha256("Zoë".encode())
    with pytest.raises(UnicodeEncodeError):
        sha256("half \ud83d")


def test_a_private_folder_is_gone_however_its_block_ends(tmp_path: Path) -> None:
    with private_folder(tmp_path, "reading") as folder:
        (folder / "within").mkdir()
        (folder / "within" / "file").write_text("personal")
        assert (folder.parent, folder.name[:9], mode(folder)) == (tmp_path, ".reading-", 0o700)
    assert files_of(tmp_path) == {}
    with pytest.raises(BrokenError), private_folder(tmp_path, "reading") as folder:
        raise BrokenError
    assert files_of(tmp_path) == {}


def test_without_a_place_a_private_folder_lies_in_the_systems_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with private_folder(None, "reading") as folder:
        assert folder.parent == tmp_path
    assert files_of(tmp_path) == {}
    with pytest.raises(FileNotFoundError), private_folder(tmp_path / "gone", "reading"):
        pass


def test_what_a_killed_program_left_is_removed_on_the_next_start_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".reading-of-somebody-else").mkdir()
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom needsseg.files import private_folder\n"
        "with private_folder(Path(sys.argv[1]), 'reading') as folder:\n"
        "    (folder / 'personal').write_text('words')\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)])
    assert done.returncode == -9
    assert len(files_of(tmp_path)) == 2
    with private_folder(tmp_path, "spill") as held:
        assert set(files_of(tmp_path)) == {".reading-of-somebody-else", held.name}
        remove_leftovers(tmp_path)
        assert held.is_dir(), "a folder in use was taken for a leftover"


def test_a_folder_that_is_taken_for_a_leftover_before_it_is_locked_is_made_again(tmp_path: Path) -> None:
    real, taken = fcntl.flock, []

    def flock(lock: int, how: int) -> None:
        if not taken:
            taken.extend(tmp_path.iterdir())
            taken[0].rmdir()  # as another program's start does
        real(lock, how)

    with patch("fcntl.flock", flock), private_folder(tmp_path, "reading") as folder:
        assert folder.is_dir() and [folder] == list(tmp_path.iterdir()) and folder != taken[0]


def test_leftovers_of_a_folder_that_is_not_there_are_none(tmp_path: Path) -> None:
    remove_leftovers(tmp_path / "gone")
    assert files_of(tmp_path) == {}


def test_free_space_is_known(tmp_path: Path) -> None:
    assert 0 < free_bytes(tmp_path) <= os.statvfs(tmp_path).f_frsize * os.statvfs(tmp_path).f_blocks
    with pytest.raises(FileNotFoundError):
        free_bytes(tmp_path / "gone")
