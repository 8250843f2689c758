"""Where the system has no ``fcntl``, as Windows: locks of ``msvcrt``, or none, and a study that works all the same."""

from __future__ import annotations

import errno
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from needsseg import operating_system
from tests.fixtures.samples import ROOT


class WindowsLocks(ModuleType):
    """``msvcrt`` as far as it locks bytes: each (file, byte) belongs to one handle."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        super().__init__("msvcrt")
        self.owners: dict[tuple[int, int], int] = {}

    def locking(self, handle: int, mode: int, size: int) -> None:
        assert (mode, size) == (self.LK_NBLCK, 1)
        place = (os.fstat(handle).st_ino, os.lseek(handle, 0, os.SEEK_CUR))
        if self.owners.setdefault(place, handle) != handle:
            raise PermissionError(errno.EACCES, "locked")


def loaded(monkeypatch: pytest.MonkeyPatch, msvcrt: ModuleType | None) -> ModuleType:
    """Return the module anew, as on a system without ``fcntl``."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", msvcrt)
    spec = importlib.util.spec_from_file_location("another_system", operating_system.__file__)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_on_windows_a_folder_is_locked_by_a_file_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = loaded(monkeypatch, WindowsLocks())
    first, second = windows.open_folder(tmp_path), windows.open_folder(tmp_path)
    windows.lock(first)
    with pytest.raises(BlockingIOError):
        windows.lock(second)
    assert os.lseek(first, 0, os.SEEK_CUR) == 0
    os.close(second)
    windows.remove_folder(tmp_path, first)
    assert not tmp_path.exists()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(first)


def test_on_windows_a_link_to_a_folder_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    windows = loaded(monkeypatch, WindowsLocks())
    for path in (tmp_path / "link", tmp_path / "missing"):
        with pytest.raises(NotADirectoryError):
            windows.open_folder(path)


def test_on_windows_bytes_are_locked_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = loaded(monkeypatch, WindowsLocks())
    path = tmp_path / "file"
    path.write_bytes(b"some bytes")
    with path.open("r+b", buffering=0) as one, path.open("r+b", buffering=0) as other:
        windows.lock_byte(one.fileno(), 128)
        windows.lock_byte(other.fileno(), 129)
        with pytest.raises(BlockingIOError):
            windows.lock_byte(other.fileno(), 128)
        windows.share_bytes(one.fileno(), 0, 1)  # known on Linux only: does nothing
        monkeypatch.delattr(os, "pread")
        assert windows.read_at(one.fileno(), 5, 5) == b"bytes"


def test_without_any_locks_that_is_an_error_and_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = loaded(monkeypatch, None)
    handle = bare.open_folder(tmp_path)
    with pytest.raises(OSError, match=os.strerror(errno.ENOLCK)) as raised:
        bare.lock(handle)
    assert not isinstance(raised.value, BlockingIOError)
    os.close(handle)
    bare.sync_folder(tmp_path)  # such a folder cannot be opened: does nothing


def test_a_process_is_found_to_run_until_it_has_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert operating_system.is_running(process.pid)
        process.communicate(b"\n")
    assert not operating_system.is_running(process.pid)


WITHOUT_FCNTL = """
import sys
sys.modules["fcntl"] = None
from pathlib import Path
from needsseg.actions.coding import passages
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import importing, interviews
from needsseg.cli.program import run
from needsseg.files import leftovers, private_folder, remove_leftovers, whole_files

folder = Path(sys.argv[1])
first, second = folder / "a.txt", folder / "b.txt"
first.write_text("earlier")
with whole_files([first, second], sync=True, then=lambda: None) as partials:
    for partial in partials:
        partial.write_text("later")
assert (first.read_text(), second.read_text()) == ("later", "later")
try:
    with whole_files([first, second], then=lambda: 1 / 0) as partials:
        for partial in partials:
            partial.write_text("never")
except ZeroDivisionError:
    pass
assert (first.read_text(), second.read_text()) == ("later", "later")
with private_folder(folder, "work") as private:
    remove_leftovers(folder)
    assert private.is_dir()
assert not private.exists() and not leftovers(folder)
talk = folder / "talk.txt"
talk.write_text("Ada: What do you do all day?\\n\\nBo: I walk from desk to desk and ask who has what.\\n")
with studies.init(folder / "needsseg.db") as study:
    importing.import_transcripts(study, [talk])
    start = interviews.show(study, "talk").text.index("I walk")
    passages.mark(study, "talk", start, start + len("I walk from desk"))
    assert len(passages.listing(study)) == 1
    history.undo(study)
    assert not passages.listing(study)
    studies.backup(study, folder / "copy.db")
assert run(["--study", str(folder / "needsseg.db"), "restore", str(folder / "copy.db")]) == 0
assert run(["--study", str(folder / "needsseg.db"), "interviews"]) == 0
assert "fcntl" not in {name for name, module in sys.modules.items() if module is not None}
"""


@pytest.mark.slow
def test_a_study_works_without_fcntl(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT_FCNTL, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "talk" in ended.stdout
    assert (tmp_path / "needsseg.db").is_file()


def test_nothing_else_calls_what_only_some_systems_have() -> None:
    names = ("fcntl", "msvcrt", "O_DIRECTORY", "O_NOFOLLOW", "os.uname", "os.getuid", "os.pread", "sched_getaffinity")
    own = Path(operating_system.__file__)
    found = [
        f"{path.name}: {name}"
        for path in (ROOT / "needsseg").rglob("*.py")
        if path != own
        for name in names
        if name in path.read_text(encoding="utf-8")
    ]
    assert found == []
