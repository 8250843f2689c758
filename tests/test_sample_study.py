"""The sample study, walked from transcripts to labelled accounts with the bundled model, and shipped inside the wheel."""

import csv
import json
import subprocess
import sys
import venv
from collections import Counter
from pathlib import Path

import pytest

from needsseg import transcripts
from needsseg.actions.accounts import accounts
from needsseg.actions.coding import passages, pseudonyms
from needsseg.actions.discovery import evidence
from needsseg.actions.segments.participant_needs import participant_needs
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import interviews
from needsseg.errors import NeedssegError
from needsseg.study.connection import Study
from tests.fixtures.samples import INTERVIEWS, ROOT
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.study import THERE_ALREADY

KEY = json.loads((ROOT / "tests" / "data" / "sample_key.json").read_text(encoding="utf-8"))


def test_there_are_eighteen_interviews_in_the_real_formats() -> None:
    files = transcripts.transcript_files(INTERVIEWS)
    assert [file.name for file in files] == sorted(KEY)
    assert Counter(transcripts.detect(file) for file in files) == {
        "zoom-vtt": 4, "teams-vtt": 3, "srt": 2, "docx": 1, "teams-docx": 2, "otter": 2, "markdown": 2, "text": 2,
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(KEY))
def test_each_reads_like_an_interview(name: str) -> None:
    transcript = transcripts.read(INTERVIEWS / name)
    said: Counter[str] = Counter()
    for turn in transcript.turns:
        said[turn.role] += len(transcript.words(turn).split())
    assert 1_500 <= said.total() <= 2_500
    assert said["participant"] > 0.7 * said.total()
    assert set(said) == {"participant", "interviewer"}
    assert len(transcript.turns) >= 35


def test_the_pipeline_cannot_read_the_key() -> None:
    """The backlog and the survey alone name segments: a team writes them once it has some, and no earlier step reads them."""
    files = [path for path in (ROOT / "interviews").rglob("*") if path.is_file() and path.suffix != ".gz"]
    shipped = [path.read_bytes() for path in files if path.name not in ("backlog.csv", "survey.toml")]
    assert len(shipped) == len(files) - 2
    assert all(b"Coordinator" not in content and b"sample_key" not in content for content in shipped)


def test_the_walk_finds_the_needs_the_interviews_were_written_for(demo_study: Study) -> None:
    """The program never saw the key. Far fewer than this would mean that a room is broken."""
    verdicts = {need.participant: need.segment for need in participant_needs(demo_study)}
    written = {Path(name).stem: entry["primary"] for name, entry in KEY.items() if entry["primary"] != "none"}
    right = [key for key, need in written.items() if verdicts[key] == need]
    assert len(right) >= 13, f"{len(right)} of {len(written)}: {verdicts}"
    assert {row.name for row in evidence.listing(demo_study)} >= {"Coordinator", "Builder", "Reporter"}


def test_every_quote_is_exact_and_a_participants(demo_study: Study) -> None:
    roles = {(row.interview, row.label): row.role for row in interviews.speakers(demo_study)}
    texts = {row.key: interviews.show(demo_study, row.key).text for row in interviews.listing(demo_study)}
    held = passages.listing(demo_study)
    assert len(held) > 200
    for passage in held:
        assert texts[passage.interview][passage.start : passage.end] == passage.quote
        assert roles[passage.interview, passage.speaker] == "participant"
    assert studies.check(demo_study) == []


def test_the_labelled_accounts_are_consistent_in_all_formats(demo_study: Study, demo_folder: Path) -> None:
    import duckdb

    with (demo_folder / "accounts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (demo_folder / "accounts.jsonl").read_text(encoding="utf-8").splitlines()]
    parquet = duckdb.sql(f"SELECT account_id, needs_segment FROM '{demo_folder}/accounts.parquet'").fetchall()
    assert [row["account_id"] for row in rows] == [line["account_id"] for line in lines] == [row[0] for row in parquet]
    assert (
        [row["needs_segment"] or None for row in rows]
        == [line["needs_segment"] for line in lines]
        == [r[1] for r in parquet]
    )
    labelled = [row for row in rows if row["needs_segment"]]
    decided = {need.participant for need in participant_needs(demo_study) if need.segment}
    matched = {
        match.account_id for match in accounts.matches(demo_study) if match.account_id and match.participant in decided
    }
    assert {row["account_id"] for row in labelled} == matched and len(matched) >= 12
    assert {row["needs_segment_source"] for row in labelled} == {"interview"}
    assert {row["needs_segment_confirmed_by"] for row in rows} == {""}, "nobody confirmed anything in the demo"
    manifest = json.loads((demo_folder / "accounts.csv.manifest.json").read_text(encoding="utf-8"))
    assert (manifest["rows"], manifest["labelled"], manifest["unconfirmed"]) == (
        len(rows),
        len(labelled),
        len(labelled),
    )
    over = pseudonyms.cover(demo_study)
    unmatched = {over.participant(m.participant) for m in accounts.matches(demo_study) if not m.account_id}
    assert (set(manifest["unmatched"]), manifest["pseudonyms"]) == (unmatched, True)


def test_the_whole_walk_can_be_undone_and_done_again(demo_study: Study) -> None:
    done = len(history.listing(demo_study))
    for _ in range(done):
        history.undo(demo_study, anyones=True)
    assert studies.overview(demo_study).interviews == 0
    for _ in range(done):
        history.redo(demo_study, anyones=True)
    assert studies.overview(demo_study).interviews == 18
    assert studies.check(demo_study) == []


def test_a_demo_cut_short_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    from needsseg.actions.study.demo import demo

    def interrupted(line: str) -> None:
        raise KeyboardInterrupt(line)

    with pytest.raises(KeyboardInterrupt):
        demo(tmp_path, tell=interrupted)
    assert list(tmp_path.iterdir()) == []


def test_a_second_demo_overwrites_nothing(demo_folder: Path) -> None:
    from needsseg.actions.study.demo import demo

    with refuses(NeedssegError, THERE_ALREADY):
        demo(demo_folder)


@pytest.mark.slow
def test_the_wheel_carries_all_it_needs(tmp_path: Path) -> None:
    """Built, installed into an environment of its own, and run elsewhere; only its dependencies are borrowed from here."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel],
        check=True, timeout=300,
    )  # fmt: skip
    site = next((tmp_path / "env" / "lib").glob("python*/site-packages"))
    borrowed = Path(pytest.__file__).resolve().parents[1]
    (site / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    program = tmp_path / "env" / "bin" / "needsseg"
    ran = subprocess.run(
        [program, "demo", "--no-tui", "--dir", "out"], cwd=elsewhere, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    assert says(ran.stdout, "18 interviews")
    assert (elsewhere / "out" / "needsseg.db").exists() and (elsewhere / "out" / "accounts.csv").exists()
    where = subprocess.run(
        [python, "-c", "import needsseg; print(needsseg.__file__)"], cwd=elsewhere, capture_output=True, text=True
    )
    assert str(site) in where.stdout
