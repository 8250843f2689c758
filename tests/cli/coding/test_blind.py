"""Whatever a blind coder lists, it is the same whether or not a colleague has worked meanwhile; walked from click."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from needsseg.actions.coding import blind, coverage, memos, passages, statements
from needsseg.actions.discovery import code_tree, evidence, needs, review
from needsseg.actions.segments import segments
from needsseg.actions.study import studies
from needsseg.actions.transcripts import interviews
from needsseg.cli.program import program
from needsseg.records import JobParts, Suggestion
from needsseg.study.coding import passages as stored
from needsseg.study.connection import Study
from tests.fixtures.app.full_study import full_study
from tests.fixtures.cli_calls import Called, Caller

INES, MAREK = "ines-carvalho", "marek-nowotny"
DAY = ("--as-of", "2026-07-01")
SAME = (
    ("status",), ("history",), ("drafts",), ("interviews",), ("show", INES), ("search", "week"), ("speakers",),
    ("recording",), ("turn deleted",), ("passages",), ("passages", "--status", "rejected"), ("passages", "--code", "hand-over"),
    ("queue",), ("queue", "--reading"), ("pseudonyms",), ("saturation",), ("coverage",), ("codes",), ("codebook",),
    ("memos",), ("jobs",), ("needs",), ("leftover",), ("segments",), ("segment show", "Together"),
    ("segment card", "Together"), ("segment lineage", "Together"), ("pairs",), ("participants",), ("runs",),
    ("accounts matches",), ("accounts sources",), ("assignments",), ("rules",), ("deliveries",), ("survey versions",),
    ("account", "a1", *DAY), ("triggers", *DAY), ("quotes",), ("matrix", "code", "participant"),
    ("matrix", "segment", "interview", "--status", "suggested"), ("show", INES, "--tagged"),
)  # fmt: skip
"""What is listed to a blind coder."""
SHARED = {
    "profile": "labels are everybody's, and one for all",
    "rollup": "of labels, which are everybody's",
    "question": "each question is answered once, by whoever is asked it",
    "needs learned": "what all answers taught",
    "sensitivity": "a run takes what everybody decided",
    "compare": "compares runs, which are shared",
    "patterns": "no interviews are in it",
    "scorecard": "of labels, which are everybody's",
    "usage": "of labels, which are everybody's",
    "survey show": "a survey is of the segments as they are",
    "survey accuracy": "of labels, which are everybody's",
    "validate": "of labels, which are everybody's",
    "rice": "of labels, which are everybody's",
    "doctor": "of the machine",
    "embed": "counts texts, as many for everybody",
    "check": "of the file",
    "backups": "of the file",
    "listen": "plays one passage, which is refused where it is a colleague's, as memo refuses it",
    "clips": "of the passages that are listed, into files",
    "agreement": "refused to who works blind",
    "readout": "refused to who works blind",
    "audit": "refused to who works blind",
    "map": "has vectors only after a run; the actions it reads are those of leftover",
    "needs tree": "asks for vectors; test_the_tree_of_codes_is_of_ones_own has its codes",
}
"""Listings that may tell of others' work, or are not walked, and why."""


def team(folder: Path) -> Path:
    """The full study with undecided suggestions, of which three lie in a segment of the team; Cleo works blind."""
    path = full_study(folder)
    with studies.open_study(path) as study:
        study.actor = "team"
        talk = interviews.show(study, INES).turns
        turns = [(t.start, t.end) for t in talk if t.role == "participant" and t.end - t.start > 120][-8:]
        with study.action("suggest"):
            stored.replace_suggestions(study, INES, [Suggestion(*turn, 0.6, ("why",)) for turn in turns])
        segments.make(study, "Together", suggested(study)[:3])
        study.actor = "Cleo"
        blind.set_blind(study, True)
        passages.code(study, suggested(study)[-1:], "hand-over")
    return path


def suggested(study: Study) -> list[int]:
    return [
        p.id for p in passages.listing(study, INES, blind=False) if p.origin == "program" and p.status == "suggested"
    ]


def colleague(study: Study) -> None:
    """Dora decides, codes, writes, reads and places."""
    study.actor = "Dora"
    first, second, third, fourth, fifth, *rest = suggested(study)
    passages.decide(study, [first], "rejected")  # it leaves its segment
    passages.code(study, [second, fourth], "hand-over")
    segments.move(study, [third], segments.find(study, "Coordinator"))
    segments.move(study, [fifth], segments.find(study, "Together"))
    review.answer(study, rest[0], None, need=needs.find(study, "Need 5"))
    review.off_topic(study, [rest[1]])
    review.together(study, first, second)
    there = passages.one(study, fourth)
    passages.mark(study, INES, there.start + 2, there.end - 3)
    passages.decide(study, [p.id for p in passages.listing(study, MAREK) if p.status == "suggested"], "accepted")
    memos.write(study, "passage", second, "Dora on a passage")
    memos.write(study, "interview", INES, "Dora on a talk")
    memos.write(study, "code", "hand-over", "Dora on a code")
    statements.write(study, second, JobParts(pain="Dora's pain"))
    coverage.mark_read(study, MAREK, range(12))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The study before and after the colleague's work."""
    before = tmp_path_factory.mktemp("before")
    path = team(before)
    after = tmp_path_factory.mktemp("after")
    shutil.copytree(before, after, dirs_exist_ok=True)
    with studies.open_study(after / path.name) as study:
        colleague(study)
    return path, after / path.name


@pytest.fixture
def listed(
    both: tuple[Path, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Caller, Caller]]:
    """Calls on either, as Cleo."""
    monkeypatch.setenv("NEEDSSEG_CODER", "Cleo")
    yield Caller(both[0], capsys), Caller(both[1], capsys)


@pytest.mark.parametrize("call", SAME, ids=" ".join)
def test_a_listing_is_the_same_whatever_a_colleague_did(
    listed: tuple[Caller, Caller], call: tuple[str, ...], both: tuple[Path, Path]
) -> None:
    def said(caller: Caller) -> Called:
        return caller.done(*call[0].split(), *call[1:], "--json")

    before, after = map(said, listed)
    assert own(before.json) == own(after.json)
    assert before.err == after.err
    assert "Dora" not in after.out + after.err


def own(listed: Any) -> Any:
    """What is listed without the study's path and what is one for all: an account's labels and the profile they go into."""
    if not isinstance(listed, dict):
        return listed
    return {key: value for key, value in listed.items() if key not in ("path", "labels", "profile")}


def test_every_listing_is_walked_or_named(both: tuple[Path, Path]) -> None:
    walked = {call[0] for call in SAME} | set(SHARED)
    changes = {
        "import", "reimport", "merge", "undo", "redo", "restore", "rescue", "suggest", "memo", "job", "discover", "answer",
        "off-topic", "assign",
    }  # fmt: skip
    groups = ("turn", "needs", "segment", "pair", "pseudonym", "codebook", "accounts", "survey", "rules", "recording")
    there = {name for name in listings(program) if name not in changes}
    left = {name for name in there - walked if name.split()[0] not in groups or " " not in name}
    assert left == set(), "say of each whether a blind coder is shown others' work"


def listings(command: click.Command, name: str = "") -> Iterator[str]:
    """The names of the commands that print JSON."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None
            yield from listings(found, f"{name} {each}".strip())
    if name and any("--json" in option.opts for option in command.params):
        yield name


def test_with_blind_mode_off_the_colleagues_work_is_there(listed: tuple[Caller, Caller], tmp_path: Path) -> None:
    copy = Caller(
        Path(shutil.copytree(listed[1].study.parent, tmp_path / "copy")) / listed[1].study.name, listed[1].capsys
    )
    hidden = copy.done("segments", "--json").json
    copy.done("blind", "off")
    shown = copy.done("segments", "--json").json
    sizes = [{row["name"]: row["size"] for row in rows} for rows in (hidden, shown)]
    assert (
        sizes[0]["Together"] == 3
        and sizes[1]["Together"] == 2
        and sizes[1]["Coordinator"] == sizes[0]["Coordinator"] + 1
    )
    assert {"Need 5"} == set(sizes[1]) - set(sizes[0]), "the candidate that an answer made"
    row = next(row for row in copy.done("needs", "--json").json if row["name"] == "Need 5")
    assert (row["answers"], row["passages"]) == (1, 1)


def test_a_segment_is_confirmed_on_what_everybody_put_there(both: tuple[Path, Path], tmp_path: Path) -> None:
    path = Path(shutil.copytree(both[1].parent, tmp_path / "copy")) / both[1].name
    with studies.open_study(path) as study:
        study.actor = "Cleo"
        here = segments.find(study, "Together")
        segments.confirm(study, here)
        blind.set_blind(study, False)
        whole = {passage.id for passage, _ in evidence.evidence(study, here).passages}
        blind.set_blind(study, True)
        assert {passage.id for passage, _ in evidence.evidence(study, here).passages} == whole
        assert next(row for row in evidence.listing(study) if row.id == here).added == 0


def test_the_tree_of_codes_is_of_ones_own(both: tuple[Path, Path], tmp_path: Path) -> None:
    path = Path(shutil.copytree(both[1].parent, tmp_path / "copy")) / both[1].name
    with studies.open_study(path) as study:
        study.actor = "Cleo"
        assert [len(held) for held in code_tree.passages_by_code(study).values()] == [1]
        blind.set_blind(study, False)
        assert len(code_tree.passages_by_code(study)["hand-over"]) > 1


def test_what_a_coder_marked_stays_theirs_to_see_when_a_colleague_takes_it_up(
    both: tuple[Path, Path], tmp_path: Path
) -> None:
    path = Path(shutil.copytree(both[0].parent, tmp_path / "copy")) / both[0].name
    with studies.open_study(path) as study:
        study.actor = "Cleo"
        there = passages.listing(study, MAREK, blind=False)[1]
        made = passages.mark(study, MAREK, there.start + 1, there.end - 1)
        passages.decide(study, [made], "suggested")
        before = passages.listing(study, MAREK)
        study.actor = "Dora"
        passages.code(study, [made], "hand-over")
        study.actor = "Cleo"
        assert passages.listing(study, MAREK) == before
