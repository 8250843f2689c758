"""One file of texts put to segments: what teaches, the folder in which a run lies until it ends, and the run itself."""

from __future__ import annotations

import json
import os
import shutil
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path

from needsseg.accounts.assign import parts
from needsseg.accounts.assign.parts import AssignedText, Verdict
from needsseg.accounts.assign.texts import StagedTexts, TextRow, chunks, seems_foreign, stage_texts
from needsseg.actions.segments.training_passages import TrainedAssigner
from needsseg.embedding.catalogue import reads_every_language
from needsseg.errors import Advice, Fix, NeedssegError, UsageError
from needsseg.files import file_sha256, sha256, write_file
from needsseg.operating_system import lock
from needsseg.progress import Progress
from needsseg.study.connection import Study

MOST_CACHED = 2_000_000
CHANGED = {
    "sha256": "the file's content",
    "version": "the segments",
    "passages": "the passages that teach",
    "model": "the sentence model",
    "backend": "the back end",
    "precision": "the precision",
    "off_topic": "the share of texts about none of the segments",
    "columns": "the columns that are read",
    "dates": "how dates are written",
    "timezone": "the time zone",
}
State = dict[str, object]


def digest(file: Path) -> str:
    """The file's SHA-256; NeedssegError where it cannot be read."""
    try:
        return file_sha256(file)
    except OSError as error:
        raise NeedssegError(
            f"{file}: cannot be read: {error.strerror}.", "Check the path and its permissions."
        ) from error


class VerdictCache:
    """Up to MOST_CACHED verdicts by the hash of their text, packed into some 150 bytes each."""

    _FORM = struct.Struct("<hihhB3i?")

    def __init__(self, trained: TrainedAssigner) -> None:
        self._names = trained.assigner.names
        self._codes: dict[str | None, int] = {None: -1, **{name: at for at, name in enumerate(self._names)}}
        self._passages = trained.passages
        self._places = {passage: place for place, passage in enumerate(trained.passages)}
        self._reasons: list[str] = []
        self._packed_by_key: dict[bytes, bytes] = {}

    def put(self, key: bytes, one: Verdict) -> None:
        """Keep what was found of a text, while there is room."""
        if len(self._packed_by_key) >= MOST_CACHED:
            return
        if one.reason not in self._reasons:
            self._reasons.append(one.reason)
        near = [*(self._places[passage] for passage in one.evidence), -1, -1, -1][:3]
        self._packed_by_key[key] = self._FORM.pack(
            self._codes[one.label], round(one.confidence * 10_000), self._codes[one.first], self._codes[one.second],
            self._reasons.index(one.reason), *near, one.foreign,
        )  # fmt: skip

    def get(self, key: bytes) -> Verdict | None:
        """Return the verdict on a text, or None where there is none."""
        packed = self._packed_by_key.get(key)
        if packed is None:
            return None
        label, sure, first, second, reason, *near, foreign = self._FORM.unpack(packed)
        return Verdict(
            None if label < 0 else self._names[label],
            sure / 10_000,
            self._names[first],
            None if second < 0 else self._names[second],
            self._reasons[reason],
            tuple(self._passages[place] for place in near if place >= 0),
            foreign,
        )


@contextmanager
def run_folder(study: Study, file: Path) -> Iterator[Path]:
    """The private folder of the run over ``file``, held by this program alone while the context lasts."""
    name = sha256(str(file.resolve()).encode("utf-8", "surrogateescape"))[:12]
    folder = study.stack / f"assign-{name}"
    try:
        study.stack.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise NeedssegError(
            f"{folder} cannot be created: {error.strerror}.", "Account data is stored there."
        ) from error
    try:
        lock(handle)
    except BlockingIOError as error:
        os.close(handle)
        raise NeedssegError(
            f"{file.name} is being assigned by another program.", "Wait for it to end, or end it."
        ) from error
    try:
        yield folder
    finally:
        if not (folder / "state.json").exists():
            shutil.rmtree(folder, ignore_errors=True)  # it ended before it began, or well
        os.close(handle)


def clear(folder: Path) -> None:
    """Remove all that a run left; first what would let it go on."""
    (folder / "state.json").unlink(missing_ok=True)
    for path in folder.iterdir():
        if path.name != "lock":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def begun(folder: Path, identity: State, file: Path) -> StagedTexts | None:
    """Return the texts as an unfinished run read them, or None where there is no such run.

    UsageError naming what changed where it was of another state of the file, of the segments, or of what was asked.
    """
    state = folder / "state.json"
    if not state.exists() or not (folder / "texts.parquet").exists():
        clear(folder)
        return None
    stored = json.loads(state.read_text(encoding="utf-8"))
    before = stored["identity"]
    if before.get("version") != identity["version"]:
        before = before | {"passages": identity["passages"]}  # one change, reported once
    changed = [words for name, words in CHANGED.items() if before.get(name) != json.loads(json.dumps(identity))[name]]
    if changed:
        done = len(parts.whole_parts(folder))
        raise UsageError(
            f"{file.name}: an assignment of it was begun before ({done} parts are done), and since then "
            f"{' and '.join(changed)} changed.",
            Advice("Begin anew; what was done of it is then dropped: ", Fix.ASSIGN_AFRESH.of(file=file)),
        )
    return StagedTexts(
        **(stored["staged"] | {"path": folder / "texts.parquet", "warnings": tuple(stored["staged"]["warnings"])})
    )


def begin(
    folder: Path,
    identity: State,
    file: Path,
    rejects: Path,
    columns: Mapping[str, str],
    dates: Mapping[str, str],
    tz: str,
) -> StagedTexts:
    """Read the file into the folder, and store the run's identity there."""
    staged = stage_texts(file, folder / "texts.parquet", rejects, columns=columns, dates=dates, tz=tz)
    if digest(file) != identity["sha256"]:
        clear(folder)
        raise NeedssegError(f"{file.name} changed while it was read.", "Try again when nobody writes to it.")
    state = json.dumps({"identity": identity, "staged": asdict(staged)}, default=str, ensure_ascii=False)
    write_file(folder / "state.json", state)
    return staged


def run(
    folder: Path,
    staged: StagedTexts,
    trained: TrainedAssigner,
    progress: Progress,
    paused: Callable[[], bool] | None,
    elsewhere: Callable[[VerdictCache], None] | None = None,
) -> tuple[list[Path], int]:
    """Put all texts to the segments, part by part after those that are whole; the parts, and how many texts were done before.

    ``elsewhere`` finds verdicts on another machine first."""
    cache = VerdictCache(trained)
    done = _learn_again(folder, cache)
    if elsewhere is not None and done < staged.rows:
        elsewhere(cache)
    before, number = done, len(parts.whole_parts(folder))
    progress("assigning texts", done, staged.rows)
    for chunk in chunks(staged.path, done):

        def tell(_doing: str, embedded: int, of: int, start: int = done, size: int = len(chunk)) -> None:
            while paused is not None and paused():
                progress("paused", start, staged.rows)
                time.sleep(0.2)
            progress("assigning texts", start + size * embedded // max(1, of), staged.rows)

        tell("", 0, 1)
        try:
            parts.write_part(_assigned(chunk, trained, cache, tell), parts.part_file(folder, number))
        except OSError as error:
            raise NeedssegError(
                f"{folder}: cannot write there: {error}.",
                "Free space beside the study; assigning goes on where it was.",
            ) from error
        done, number = done + len(chunk), number + 1
        progress("assigning texts", done, staged.rows)
    return parts.whole_parts(folder), before


def _learn_again(folder: Path, cache: VerdictCache) -> int:
    """Learn the verdicts of the existing parts, and drop a damaged one with all after it; return their number of texts."""
    import duckdb

    done = 0
    part_files = parts.whole_parts(folder)
    for number, part in enumerate(part_files):
        try:
            part_verdicts = list(parts.verdicts(part))
        except duckdb.Error:  # the machine lost power while it was written
            for other in part_files[number:]:
                other.unlink()
            return done
        for key, verdict in part_verdicts:
            cache.put(bytes.fromhex(key), verdict)
        done += len(part_verdicts)
    return done


def _assigned(
    chunk: list[TextRow], trained: TrainedAssigner, cache: VerdictCache, tell: Progress
) -> list[AssignedText]:
    keys = [blake2b(row.text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for row in chunk]
    verdicts = {key: verdict for key in set(keys) if (verdict := cache.get(key)) is not None}
    new_texts = {key: row.text for key, row in zip(keys, chunk, strict=True) if key not in verdicts}
    if new_texts:
        rows = trained.encoder.encode(list(new_texts.values()), tell)
        reads_all = reads_every_language(trained.encoder.key)
        for (key, text), one in zip(new_texts.items(), trained.assigner.assign(rows), strict=True):  # type: ignore[arg-type]
            evidence = tuple(trained.passages[place] for place in one.evidence)
            is_foreign = not reads_all and seems_foreign(text)
            verdicts[key] = Verdict(one.label, one.confidence, one.first, one.second, one.reason, evidence, is_foreign)
            cache.put(key, verdicts[key])
    return [
        AssignedText(row.row, row.id, row.account_id, row.day, row.text[: parts.EXCERPT], key.hex(), verdicts[key])
        for key, row in zip(keys, chunk, strict=True)
    ]
