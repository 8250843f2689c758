"""Files of texts put to the confirmed segments of the sample study, with the real model."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from needsseg.accounts.assign.parts import rows_of
from needsseg.accounts.assign.texts import chunks
from needsseg.actions.accounts import accounts
from needsseg.actions.coding import passages
from needsseg.actions.discovery import evidence
from needsseg.actions.segments import assigning, assigning_run, segments, training_passages
from needsseg.actions.segments.assigned import assigned_labels, texts
from needsseg.actions.study import history, studies
from needsseg.embedding import Encoder, open_encoder
from needsseg.errors import NeedssegError, UsageError
from needsseg.study.connection import Study
from tests.fixtures.wording.common import FILES_GONE, NO_SUCH_FILE, NO_SUCH_FOLDER
from tests.fixtures.wording.matching import mentions, refuses
from tests.fixtures.wording.segments import (
    FILE_CHANGED,
    FOREIGN_TEXTS,
    NO_ACCOUNT_NAMED,
    NO_CONFIRMED_SEGMENT,
    ONLY_SEGMENT,
    THE_FILE_READ,
)
from tests.fixtures.wording.study import OWN_FILE

Tables = Callable[[Study], dict[str, list[tuple[object, ...]]]]


@pytest.fixture(scope="module")
def sentences(demo_folder: Path) -> list[tuple[str, str]]:
    """Passages of the sample study with their segment, and two texts about nothing."""
    with studies.open_study(demo_folder / "needsseg.db") as study:
        found = [
            (p.quote, row.name)
            for row in evidence.listing(study)
            if row.status == "named"
            for p, _ in evidence.evidence(study, row.id).passages[:14]
        ]
    return [*found, ("The weather in Lisbon was lovely.", ""), ("x", "")]


@pytest.fixture
def confirmed(unasked_study: Study) -> Study:
    """The sample study without survey answers, with its named segments confirmed."""
    for row in evidence.listing(unasked_study):
        if row.status == "named":
            segments.confirm(unasked_study, row.id, undecided=True)
    return unasked_study


@pytest.fixture
def file(sentences: list[tuple[str, str]], demo_folder: Path, tmp_path: Path) -> Path:
    """Every sentence twice, of two accounts, one of them in spring and the other in summer, and one row without text."""
    path = tmp_path / "tickets.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["ticket_id", "body", "account_id", "created_at"])
        for number, (quote, _) in enumerate(sentences):
            writer.writerow([f"={number}", quote, "0015f000000N7u5AAC", "2026-03-01"])
            writer.writerow([number, quote, "0015f000000P78EAAS", "2026-06-20"])
        writer.writerow(["last", "", "0015f000000P78EAAS", "2026-06-20"])
    return path


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that a model is given, one after another; chunks hold 25 texts."""
    seen: list[str] = []

    def counting(*given: Any) -> Encoder:
        opened = open_encoder(*given)
        seen.clear()

        def vectors(batch: Sequence[str]) -> Any:
            seen.extend(batch)
            return opened.vectors(batch)

        return replace(opened, vectors=vectors)

    monkeypatch.setattr(training_passages, "open_encoder", counting)
    monkeypatch.setattr(assigning_run, "chunks", partial(chunks, rows=25))
    return seen


def test_texts_get_a_label_or_a_reason_with_the_closest_passages(
    confirmed: Study, file: Path, sentences: list[tuple[str, str]], embedded: list[str], tmp_path: Path
) -> None:
    report = assigning.assign_file(confirmed, file, tmp_path / "out.csv", precision=0.7)
    assert report.texts == 2 * len(sentences) == report.labelled + sum(report.abstained.values())
    assert report.duplicates == len(sentences) and report.refused == {"no text": 1}
    assert len(embedded) == len(set(embedded)) == len(sentences), "no text is embedded twice"
    assert report.labelled > len(sentences) / 2
    assert report.expected_precision >= 0.7 and report.claimed_precision and report.claimed_precision >= 0.7
    rows = list(rows_of(confirmed.stack / report.parquet))
    assert [row["row"] for row in rows] == list(range(2, 2 * len(sentences) + 2))
    right = [row["label"] == sentences[at // 2][1] for at, row in enumerate(rows) if row["label"]]
    assert sum(right) > 0.8 * len(right)
    held = {p.id: p.quote for p in passages.listing(confirmed)}
    labelled = [row for row in rows if row["label"]]
    assert all(held[row["evidence"][0]] == row["excerpt"] for row in labelled if len(str(row["excerpt"])) < 300)  # type: ignore[index]
    assert all(bool(row["label"]) != bool(row["reason"]) for row in rows)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        shown = list(csv.DictReader(stream))
    assert [one["row"] for one in shown] == [str(row["row"]) for row in rows]
    assert shown[0]["id"] == "'=0" and shown[0]["date"] == "2026-03-01"
    assert stat.S_IMODE((confirmed.stack / report.parquet).stat().st_mode) == 0o600
    assert not list(confirmed.stack.glob("assign-*"))


def test_a_killed_run_goes_on_and_ends_as_an_unbroken_one_to_the_byte(
    confirmed: Study, file: Path, embedded: list[str], monkeypatch: pytest.MonkeyPatch, tables: Tables
) -> None:
    whole = assigning.assign_file(confirmed, file)
    unbroken = (confirmed.stack / whole.parquet).read_bytes()
    history.undo(confirmed)
    (confirmed.stack / whole.parquet).unlink()
    before = tables(confirmed)

    def killed(_doing: str, _done: int, _total: int) -> None:
        if len(list(confirmed.stack.glob("assign-*/part-*.parquet"))) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assigning.assign_file(confirmed, file, progress=killed)
    assert tables(confirmed) == before
    (folder,) = confirmed.stack.glob("assign-*")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(part.name for part in folder.glob("part-*")) == ["part-00000.parquet", "part-00001.parquet"]
    first = set(embedded)
    report = assigning.assign_file(confirmed, file)
    assert report.resumed == 50
    assert first and not first & set(embedded), "no text is embedded twice"
    assert (confirmed.stack / report.parquet).read_bytes() == unbroken
    assert replace(report, resumed=0) == whole


def test_what_changed_since_a_run_was_begun_is_named_and_fresh_begins_anew(
    confirmed: Study, file: Path, embedded: list[str]
) -> None:
    def killed(doing: str, done: int, _total: int) -> None:
        if doing == "assigning texts" and done >= 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assigning.assign_file(confirmed, file, progress=killed)
    with file.open("a", encoding="utf-8") as stream:
        stream.write("n,one more of them,,\n")
    with refuses(UsageError, "tickets.csv", FILE_CHANGED, "--fresh") as caught:
        assigning.assign_file(confirmed, file)
    assert not mentions(caught.value, "segments")
    row = next(row for row in evidence.listing(confirmed) if row.status == "confirmed")
    segments.reopen(confirmed, row.id)
    segments.rename(confirmed, row.id, "Renamed")
    segments.confirm(confirmed, row.id, undecided=True)
    with refuses(UsageError, "tickets.csv", "content", "segments", "precision", "--fresh"):
        assigning.assign_file(confirmed, file, precision=0.8)
    report = assigning.assign_file(confirmed, file, fresh=True)
    assert report.resumed == 0 and not list(confirmed.stack.glob("assign-*"))


def test_the_same_again_changes_nothing_and_undo_takes_labels_back(
    confirmed: Study, file: Path, sentences: list[tuple[str, str]], embedded: list[str], tables: Tables
) -> None:
    _builders(file, sentences)
    before = accounts.labels(confirmed)
    report = assigning.assign_file(confirmed, file, precision=0.7)
    after, held = tables(confirmed), accounts.labels(confirmed)
    again = assigning.assign_file(confirmed, file, precision=0.7)
    assert again == replace(report, unchanged=True) and tables(confirmed) == after
    assert len(held) > len(before) and {label.source for label in held} == {"interview", "assigned"}
    assert [label for label in held if label.source == "interview"] == before
    assert history.undo(confirmed).action == "assign"
    assert accounts.labels(confirmed) == before and assigning.assignments(confirmed) == []


def _builders(file: Path, sentences: list[tuple[str, str]]) -> None:
    """Only what Builders say: in March by one account, on June 20 by another."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["body", "account_id", "date"])
        for account, day in (("0015f000000N7u5AAC", "2026-03-01"), ("0015f000000P78EAAS", "2026-06-20")):
            writer.writerows([quote, account, day] for quote, name in sentences if name == "Builder")


def test_labels_count_texts_before_the_day_and_profiles_say_their_source(
    confirmed: Study, file: Path, sentences: list[tuple[str, str]], embedded: list[str]
) -> None:
    _builders(file, sentences)
    assigning.assign_file(confirmed, file, precision=0.7)
    found = {label.account_id: label for label in assigned_labels(confirmed, date(2026, 6, 20))}
    assert set(found) == {"0015f000000N7u5AAC"} and found["0015f000000N7u5AAC"].segment == "Builder"
    assert found["0015f000000N7u5AAC"].newest_day == (date(2026, 3, 1) - date(1970, 1, 1)).days
    both = {label.account_id for label in assigned_labels(confirmed, date(2026, 6, 21))}
    assert both == {"0015f000000N7u5AAC", "0015f000000P78EAAS"}
    rows = {row.account_id: row for row in accounts.profiles(confirmed, date(2026, 6, 20))}
    assert rows["0015f000000N7u5AAC"].needs_segment_source == "assigned"
    assert rows["0015f000000P78EAAS"].needs_segment_source == ""
    shown = texts(confirmed, ["0015f000000P78EAAS"], date(2026, 7, 1))
    assert shown and {one.segment for one in shown} <= {"Builder", "Coordinator", "Reporter"}
    assert texts(confirmed, ["0015f000000P78EAAS"], date(2026, 6, 20)) == []


def test_segments_that_changed_since_make_an_assignment_stale_and_assigning_again_replaces_it(
    confirmed: Study, file: Path, embedded: list[str]
) -> None:
    assigning.assign_file(confirmed, file)
    (made,) = assigning.assignments(confirmed)
    assert not made.stale
    row = next(row for row in evidence.listing(confirmed) if row.status == "confirmed")
    segments.reopen(confirmed, row.id)
    (made,) = assigning.assignments(confirmed)
    assert made.stale
    segments.rename(confirmed, row.id, "Renamed")
    segments.confirm(confirmed, row.id, undecided=True)
    report = assigning.assign_file(confirmed, file)
    assert not report.unchanged
    (made,) = assigning.assignments(confirmed)
    assert not made.stale


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_other_files_out_hold_every_text(confirmed: Study, file: Path, embedded: list[str], ending: str) -> None:
    out = file.parent / f"out.{ending}"
    report = assigning.assign_file(confirmed, file, out)
    if ending == "jsonl":
        rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    else:
        rows = list(rows_of(out))
    assert len(rows) == report.texts and {"label", "confidence", "first", "second", "reason", "evidence"} <= set(
        rows[0]
    )


def test_texts_of_one_and_of_100_000_characters_and_in_other_languages(
    confirmed: Study, embedded: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "t.jsonl"
    german = "Ich weiß am Freitag nie, wer auf mich wartet, und dann laufe ich herum und frage alle."
    said = ["x", "I ask who has what. " * 5_000, german, "报告总是迟到，没有人知道是谁的"]
    file.write_text("".join(json.dumps({"text": one}) + "\n" for one in said), encoding="utf-8")
    report = assigning.assign_file(confirmed, file)
    assert report.texts == 4
    assert any(mentions(warning, 2, 4, FOREIGN_TEXTS) for warning in report.warnings)
    assert any(mentions(warning, NO_ACCOUNT_NAMED) for warning in report.warnings)
    rows = list(rows_of(confirmed.stack / report.parquet))
    assert [len(str(row["excerpt"])) for row in rows] == [1, 300, len(german), len(said[3])]


def test_what_cannot_be_assigned_is_refused_before_anything_is_written(
    demo_study: Study, file: Path, tables: Tables
) -> None:
    before, lying = tables(demo_study), sorted(demo_study.stack.iterdir())
    with refuses(UsageError, NO_CONFIRMED_SEGMENT, "needsseg segment confirm"):
        assigning.assign_file(demo_study, file)
    for row in evidence.listing(demo_study):
        if row.status == "named":
            segments.confirm(demo_study, row.id, undecided=True)
    before = tables(demo_study)
    for given, what in (
        ({"out": file.parent / "out.xls"}, ("out.xls", ".csv", ".jsonl", ".parquet")),
        ({"out": demo_study.path}, ("needsseg.db", ".csv", ".jsonl", ".parquet")),
        ({"out": file}, (file, THE_FILE_READ)),
        ({"out": demo_study.stack / "o.csv"}, ("o.csv", OWN_FILE)),
        ({"out": file.parent / "no" / "o.csv"}, (file.parent / "no", NO_SUCH_FOLDER)),
        ({"text": "words"}, ("tickets.csv", "'words'", "ticket_id, body")),
        ({"precision": 0.2}, ("precision = 0.2", ".5")),
        ({"backend": "abacus"}, ("abacus", "onnx", "torch", "int8")),
    ):
        with refuses(NeedssegError, *what, hint="precision" not in given):
            assigning.assign_file(demo_study, file, **given)  # type: ignore[arg-type]
    with refuses(UsageError, "nothing.csv", NO_SUCH_FILE):
        assigning.assign_file(demo_study, file.parent / "nothing.csv")
    with refuses(UsageError, demo_study.path, OWN_FILE):
        assigning.assign_file(demo_study, demo_study.path)
    assert tables(demo_study) == before and sorted(demo_study.stack.iterdir()) == lying


def test_a_sole_segment_with_nothing_outside_is_refused(demo_study: Study, file: Path) -> None:
    (first, *_) = [row for row in evidence.listing(demo_study) if row.status == "named"]
    segments.confirm(demo_study, first.id, undecided=True)
    with refuses(UsageError, first.name, ONLY_SEGMENT):
        assigning.assign_file(demo_study, file)


def test_a_run_waits_while_it_is_paused(confirmed: Study, file: Path, embedded: list[str]) -> None:
    asked: Iterator[bool] = iter([True, True])
    told: list[str] = []
    report = assigning.assign_file(
        confirmed, file, progress=lambda doing, _done, _total: told.append(doing), paused=lambda: next(asked, False)
    )
    assert told.count("paused") == 2 and report.texts


def test_texts_whose_file_is_gone_are_told(confirmed: Study, file: Path, embedded: list[str]) -> None:
    report = assigning.assign_file(confirmed, file)
    (confirmed.stack / report.parquet).unlink()
    with refuses(NeedssegError, report.parquet, FILES_GONE, "needsseg assign tickets.csv"):
        accounts.labels(confirmed)
    assert assigning.assign_file(confirmed, file).texts == report.texts
    assert accounts.labels(confirmed)
