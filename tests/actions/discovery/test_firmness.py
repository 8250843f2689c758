"""One test of firmness, and what every door says of it: the same figure, no praise of noise, nothing that is out of date."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.actions.coding import passages
from needsseg.actions.discovery import discovery as discovering
from needsseg.actions.discovery import evidence, firmness, questions, review, sensitivity
from needsseg.actions.discovery.questions import recluster
from needsseg.actions.exchange.report.report import as_markdown, gather
from needsseg.actions.segments import segments
from needsseg.actions.study import history, studies
from needsseg.discovery.discover import discover as discover_candidates
from needsseg.study.connection import Study
from needsseg.study.file import erasing
from needsseg.study.segments import firmness as stored
from needsseg.tui.app import NeedssegApp
from tests.fixtures.app.review_study import reviewing
from tests.fixtures.app.small_study import LARGE, SMALL, flat, play, seen
from tests.fixtures.cli_calls import Caller
from tests.fixtures.studies.made_groups import NAMES, groups, made_study, noise, state_verdict
from tests.fixtures.wording.discovery import (
    AS_NOISE_MAY,
    COMES_BACK,
    DISSOLVES_WITHOUT,
    DRAWN_AGAIN,
    NEEDS_YOU_BELIEVE_IN,
    NO_FINDING,
    NO_GROUPS_IN_SHORT,
    NOT_TESTED,
    PLACED_NOT_COUNTED,
    STAND_APART_GROUPS,
    TOO_FEW_TO_TELL,
    WAYS_TO_DIVIDE,
)
from tests.fixtures.wording.matching import mentions, says

pytest_plugins = ["tests.fixtures.cli_calls"]
Dump = Callable[[Study], dict[str, list[tuple[object, ...]]]]
PRAISE = re.compile(r"\b(highly|stable|robust|clear|clearly|solid|reliable|reliably)\b", re.IGNORECASE)


@pytest.fixture(scope="module", autouse=True)
def _few_resamples() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sensitivity, "RESAMPLES", 4)
        yield


def _built(folder: Path, name: str) -> Path:
    made = {
        "noise": lambda: made_study(folder, noise(60)),
        # Three needs that all speak of, and one that is Finn's alone.
        "groups": lambda: made_study(
            folder,
            groups([index % 3 for index in range(60)] + [3] * 20),
            [NAMES[(index // 3) % 5] for index in range(60)] + ["Finn"] * 20,
        ),
    }
    with closing(made[name]()) as study:
        sensitivity.sensitivity(study)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both studies, tested."""
    return {name: _built(tmp_path_factory.mktemp(name), name) for name in ("noise", "groups")}


@pytest.fixture
def grouped(built: dict[str, Path], tmp_path: Path) -> Iterator[Study]:
    """A study whose passages form groups, one of them of one person."""
    shutil.copytree(built["groups"], tmp_path / "study")
    with studies.open_study(tmp_path / "study" / "made.db") as study:
        yield study


@pytest.fixture
def noisy(built: dict[str, Path], tmp_path: Path) -> Iterator[Study]:
    """A study of noise, found to be no groups."""
    shutil.copytree(built["noise"], tmp_path / "study")
    with studies.open_study(tmp_path / "study" / "made.db") as study:
        state_verdict(study, separate=False, p=0.41)
        yield study


def _agreeing(study: Study, call: Caller, folder: Path) -> dict[int, float | None]:
    """The figure of each segment, once every door was found to say the same."""
    listed = {row["id"]: row for row in call.done("segments", "--json").json}
    tested = {row["segment"]: row for row in call.done("sensitivity", "--json").json["segments"]}
    printed, tested_words = call.done("segments").out, call.done("sensitivity").out
    written = folder / f"{len(list(folder.iterdir()))}.md"
    call.done("report", written, "--original")
    page = written.with_suffix(".html")
    call.done("report", page, "--original")
    named = {number for number, row in listed.items() if row["status"] in ("named", "confirmed")}
    for number, row in listed.items():
        shown = evidence.evidence(study, number).summary
        alone = call.done("segment", "show", number)
        assert row["stability"] == tested[number]["stability"] == shown.stability
        assert row["firmness"] == tested[number]["firmness"] == shown.firmness
        assert list(row["leans_on"]) == list(tested[number]["leans_on"])
        texts = [printed, tested_words, alone.out]
        if number in named or not named:  # a report is of candidates only while nothing is named
            texts += [written.read_text("utf-8"), page.read_text("utf-8")]
        for text in texts:
            assert says(text, row["firmness"])
            assert not tested[number]["against"] or says(text, tested[number]["against"])
    return {number: row["stability"] for number, row in listed.items()}


def test_every_door_says_the_same(grouped: Study, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    figures = _agreeing(grouped, Caller(grouped.path, capsys), tmp_path)
    told = sensitivity.sensitivity(grouped)
    for segment, stability in figures.items():
        alike = [
            fate.likeness
            for row in told.rows
            for fate in row.comparison.fates
            if row.kind == "resample" and fate.label == segment
        ]
        assert stability == pytest.approx(sum(alike) / len(alike), abs=1e-4)
        gone = [
            row.who
            for row in told.rows
            for fate in row.comparison.fates
            if row.kind == "participant" and fate.label == segment and fate.word == "dissolves"
        ]
        assert list(told.figures[segment].figures.leans_on) == gone


def test_the_header_names_without_whom_a_segment_dissolves(grouped: Study) -> None:
    alone = [row for row in evidence.listing(grouped) if row.firm and row.firm.leans_on == ("Finn",)]
    assert len(alone) == 1
    assert says(alone[0].warnings[0], DISSOLVES_WITHOUT, "Finn")
    covered = as_markdown(gather(grouped))
    assert DISSOLVES_WITHOUT in covered and f"{DISSOLVES_WITHOUT} Finn" not in covered, "a report names nobody unasked"

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        place = next(at for at, row in enumerate(screen.review.rows) if row.id == alone[0].id)
        await pilot.press(*["j"] * place)
        await pilot.pause()
        assert f"{DISSOLVES_WITHOUT} Finn" in flat(seen(app)) and COMES_BACK in flat(seen(app))

    play(grouped.path, scenes, LARGE)


def test_noise_is_praised_nowhere(noisy: Study, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    call = Caller(noisy.path, capsys)
    texts = {}
    for command in (["segments"], ["sensitivity"], ["status"], ["runs"], ["segment", "show", 1], ["discover"]):
        called = call.done(*command)
        texts[" ".join(map(str, command))] = called.out + called.err
    state_verdict(noisy, separate=False, p=0.41)
    sensitivity.sensitivity(noisy)
    for suffix in (".md", ".html"):
        file = tmp_path / f"report{suffix}"
        call.done("report", file, "--original")
        texts[suffix] = re.sub(r"<(style|script)\b.*?</\1>", "", file.read_text("utf-8"), flags=re.DOTALL)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await reviewing(app, pilot)
        await pilot.pause()
        texts["screen"] = flat(seen(app))
        assert NO_GROUPS_IN_SHORT in texts["screen"]
        # Beside the list a line may be broken anywhere.
        assert AS_NOISE_MAY in str(screen.quotes.rows[0].content), "not cut at any width"
        await pilot.press("i")
        await pilot.pause()
        texts["details"] = flat(seen(app))

    for size in (SMALL, LARGE):
        play(noisy.path, scenes, size)
        assert WAYS_TO_DIVIDE in texts["details"]
    for where, text in texts.items():
        assert not PRAISE.search(text), f"{where}: {PRAISE.search(text)}"
    for where in ("segments", "segment show 1", "status", ".md", ".html"):
        assert says(texts[where], WAYS_TO_DIVIDE, "p .41", NEEDS_YOU_BELIEVE_IN)


def test_honest_answers_are_not_counted_as_stability(
    noisy: Study, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Answers, then a run: what people placed is held, and what is said of the rest is one thing everywhere."""
    first = evidence.listing(noisy)[0].id
    skipped: set[int] = set()
    for _ in range(5):
        asked = questions.next_question(noisy, skipped)
        assert asked is not None
        review.answer(noisy, asked.passage.id, first)
    assert all(row.stability is None and not row.firmness for row in evidence.listing(noisy)), "of an earlier state"
    discovering.discover(noisy)
    told = sensitivity.sensitivity(noisy)
    placed = sum(firm.figures.placed for firm in told.figures.values())
    assert placed == 5 and any(mentions(said, PLACED_NOT_COUNTED) for said in told.firmness.values())
    figures = _agreeing(noisy, Caller(noisy.path, capsys), tmp_path)
    for segment, firm in told.figures.items():
        likeness = figures[segment]
        dissolving = [
            fate.word == "dissolves"
            for row in told.rows
            for fate in row.comparison.fates
            if row.kind == "resample" and fate.label == segment
        ]
        assert likeness is None or likeness < 0.9 or sum(dissolving) * 2 < len(dissolving)
        assert firm.figures.counted + firm.figures.placed == next(
            row.size for row in evidence.listing(noisy) if row.id == segment
        )


def test_a_test_holds_until_what_it_is_of_changes(grouped: Study, tables: Dump) -> None:
    before = firmness.figures(grouped)
    assert before
    rows = evidence.listing(grouped)
    segments.rename(grouped, rows[0].id, "Crates")
    segments.describe(grouped, rows[0].id, "They stand about.")
    assert firmness.figures(grouped) == before, "a name changes nothing"
    moved = evidence.evidence(grouped, rows[1].id).passages[0][0].id
    segments.move(grouped, [moved], rows[0].id)
    assert firmness.figures(grouped) == {} and all(not row.firmness for row in evidence.listing(grouped))
    history.undo(grouped)
    assert firmness.figures(grouped) == before, "taken back, it holds again"
    dump, entries = tables(grouped), history.listing(grouped)
    sensitivity.sensitivity(grouped)
    assert tables(grouped) == dump and history.listing(grouped) == entries, "it is no action"
    erasing.erase(grouped, lambda: None)
    assert firmness.figures(grouped) == {}


def test_what_is_stored_holds_no_name_and_is_read_instead_of_computed(
    grouped: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "".join(row[0] for row in grouped.rows("SELECT content FROM firmness"))
    assert content and not any(name.casefold() in content.casefold() for name in NAMES)
    once = sensitivity.sensitivity(grouped)
    calls: list[int] = []

    def counted(*_given: object) -> None:
        calls.append(1)
        raise AssertionError("computed again")

    monkeypatch.setattr(sensitivity, "cluster_passages", counted)
    assert sensitivity.sensitivity(grouped) == once and not calls


def test_a_test_that_was_ended_leaves_nothing(grouped: Study, tables: Dump) -> None:
    with grouped.cache_writing():
        grouped.execute("DELETE FROM firmness")
    before = tables(grouped)

    def stop(_doing: str, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sensitivity.sensitivity(grouped, stop)
    assert tables(grouped) == before and firmness.figures(grouped) == {}


def test_what_is_tried(grouped: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    again = recluster(grouped, "explicit")
    people, untried = sensitivity.leave_one_out(grouped, again)
    assert [one.description for one in people] == ["with nothing varied", *(f"without {name}" for name in NAMES)]
    assert untried == 0 and sensitivity.with_suggestions(grouped, again) == []
    for one, name in zip(people[1:], NAMES, strict=True):
        assert {passage.speaker for passage in again.chosen} - {p.speaker for p in one.chosen} == {name}
    monkeypatch.setattr(sensitivity, "MOST_LEFT_OUT", 2)
    people, untried = sensitivity.leave_one_out(grouped, again)
    assert len(people) == 3 and untried == 4 and people[-1].description == "without Finn", "those with most passages"


def test_suggestions_are_tried_where_passages_were_accepted(grouped: Study) -> None:
    open_ones = [passage.id for passage in passages.listing(grouped)][:30]
    with grouped.action("open again"):
        for passage in open_ones:
            grouped.execute("UPDATE passages SET status = 'suggested' WHERE id = ?", [passage])
    discovering.discover(grouped)
    told = sensitivity.sensitivity(grouped)
    tried = {row.description: row.passages for row in told.rows if row.kind == "suggestions"}
    assert tried == {"with suggestions too": 80, "with suggestions instead": 30}


@pytest.mark.parametrize(
    ("separate", "p", "said", "hinted"),
    [(True, 0.02, (STAND_APART_GROUPS, "p .02"), False), (False, 0.41, (WAYS_TO_DIVIDE, "p .41"), True)],
)
def test_a_run_tells_its_verdict(
    grouped: Study,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    separate: bool,
    p: float,
    said: tuple[str, ...],
    hinted: bool,
) -> None:
    from dataclasses import replace

    monkeypatch.setattr(
        discovering,
        "discover_candidates",
        lambda *given, **named: replace(discover_candidates(*given, **named), separate=separate, separation_p=p),
    )
    call = Caller(grouped.path, capsys)
    run = call.done("discover", "--json").json
    assert (run["separate"], run["separation_p"]) == (separate, p) and says(run["verdict"], *said)
    listed = call.done("runs", "--json").json[0]
    assert (listed["separate"], listed["separation_p"]) == (separate, p)
    status = call.done("status", "--json").json
    assert (status["separate"], status["separation_p"], status["verdict"]) == (separate, p, run["verdict"])
    printed = call.done("discover").out
    assert says(printed, *said, NOT_TESTED, "needsseg sensitivity")
    assert mentions(printed, NEEDS_YOU_BELIEVE_IN) is hinted
    assert says(call.done("segments").err, *said)


def test_two_candidates_without_words_are_no_finding(noisy: Study, capsys: pytest.CaptureFixture[str]) -> None:
    assert not firmness.verdict(noisy).caution, "they have words"
    with noisy.action("no words"):
        noisy.execute("UPDATE segments SET keywords = '[]'")
        noisy.execute("DELETE FROM segments WHERE id > 2")
    assert says(firmness.verdict(noisy).caution, NO_FINDING, "2 candidates")
    assert says(Caller(noisy.path, capsys).done("segments").err, NO_FINDING)
    segments.rename(noisy, evidence.listing(noisy)[0].id, "Named by a person")
    assert not firmness.verdict(noisy).caution, "what a person named is theirs to judge"


def test_too_few_to_tell_and_nothing_yet(grouped: Study, talk: Study, capsys: pytest.CaptureFixture[str]) -> None:
    assert not firmness.verdict(talk).has_run and firmness.figures(talk) == {}
    assert Caller(talk.path, capsys).done("status", "--json").json["verdict"] is None
    with grouped.action("few"):
        grouped.execute("DELETE FROM run_passages WHERE id % 8 <> 0")
    state_verdict(grouped, separate=None, p=None)
    assert says(firmness.verdict(grouped).sentence, TOO_FEW_TO_TELL)


@pytest.mark.slow
def test_every_door_says_the_same_of_the_sample(
    demo_study: Study, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = sensitivity.sensitivity(demo_study)
    assert sum(row.kind == "participant" for row in told.rows) == 18
    assert told.rows[0].kind == "again"
    assert all(row.sentence.startswith(row.description) for row in told.rows)
    assert all(mentions(said, DRAWN_AGAIN) for said in told.firmness.values())
    assert _agreeing(demo_study, Caller(demo_study.path, capsys), tmp_path)
    assert len(stored.voices(demo_study)) >= 18
