"""Texts assigned from the accounts screen, and what an account's page shows of their labels."""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot

from needsseg.accounts.assign.parts import AssignedText, Verdict, write_part
from needsseg.actions.coding import passages
from needsseg.actions.coding.embedding import embedded
from needsseg.actions.segments import assigning, segments
from needsseg.actions.study import studies
from needsseg.study.accounts import assignments as stored
from needsseg.study.connection import Study
from needsseg.text import format_time_left as time_left
from needsseg.tui.accounts.assigning import AssignProgress
from needsseg.tui.accounts.mapping import MappingScreen
from needsseg.tui.accounts.page import AccountPageSheet
from needsseg.tui.accounts.screen import AccountsScreen
from needsseg.tui.app import NeedssegApp
from needsseg.tui.report import ReportScreen
from tests.fixtures.app.small_study import (
    LARGE,
    SMALL,
    built_once,
    command_with_recorded_vectors,
    flat,
    play,
    seen,
    settled,
    small_study,
    typed,
    with_accounts,
    with_segments,
)
from tests.fixtures.app.waiting import until

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])


@built_once
def prepared(folder: Path) -> Path:
    """Two confirmed segments, three accounts, and a file of what Ines said, as from the third account."""
    path = small_study(folder)
    with studies.open_study(path) as study:
        one, other = with_segments(study)
        segments.confirm(study, one, undecided=True)
        segments.confirm(study, other, undecided=True)
        with_accounts(study, folder)
        said = [passage.quote for passage in passages.listing(study, "ines-carvalho")]
        marek = [passage.quote for passage in passages.listing(study, "marek-nowotny")]
        embedded(study, [*said, *marek])  # here, where vectors can be recorded: a child only reads them
    with (folder / "notes.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["what [b]they[/b] said", "account_id", "created_at"])
        writer.writerows([quote, "a3", "2026-05-02"] for quote in said)
        writer.writerows([quote, "a1", "2026-05-03"] for quote in marek)
        writer.writerow(["", "a3", "2026-05-02"])
    return path


async def opened(app: NeedssegApp, pilot: Pilot[int]) -> AccountsScreen:
    await pilot.press("f4")
    await settled(app, pilot)
    assert isinstance(app.screen, AccountsScreen)
    return app.screen


def everything(sheet: AccountPageSheet) -> str:
    rows = (sheet.listed.get_option_at_index(row).prompt for row in range(sheet.listed.option_count))
    return "\n".join(str(row) for row in rows)


@SIZES
def test_a_file_is_assigned_with_its_columns_shown_first(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = prepared(tmp_path)
    monkeypatch.setattr(NeedssegApp, "command", command_with_recorded_vectors)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("a")
        assert "Assign the texts of which file?" in flat(seen(app))
        await typed(pilot, str(tmp_path / "notes.csv"))
        assert isinstance(app.screen, MappingScreen)
        assert "notes.csv is read as texts" in flat(seen(app))
        await pilot.press("r")
        assert "text needs a column: press enter on its line to choose one" in flat(seen(app))
        await pilot.press("enter")
        await typed(pilot, "they")
        text = flat(seen(app))
        assert "text ← what [b]they[/b] said" in text and "date ← created_at" in text
        await pilot.press("r")
        assert "Target precision?" in flat(seen(app))
        await typed(pilot, "0.7")
        assert isinstance(app.screen, AssignProgress) and "p pauses · esc stops" in flat(seen(app))
        await settled(app, pilot)
        assert isinstance(app.screen, ReportScreen), flat(seen(app))
        text = flat(seen(app))
        assert "of 10 texts in notes.csv" in text and "promised on the study's own passages:" in text
        assert "refused: 1 row: no text" in text
        await pilot.press("escape")
        await settled(app, pilot)
        assert app.screen is screen
        (made,) = assigning.assignments(app.study)
        assert made.texts == 10
        await pilot.press("u")
        await settled(app, pilot)
        assert assigning.assignments(app.study) == [] and "Undid" in flat(seen(app))

    play(path, scenes, size)


@SIZES
def test_an_account_shows_each_label_with_source_confidence_and_evidence(tmp_path: Path, size: tuple[int, int]) -> None:
    path = prepared(tmp_path)
    with studies.open_study(path) as study:
        _assigned(study)

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        app.push_screen(AccountPageSheet(app.study, "a1", date(2026, 6, 29)))
        await settled(app, pilot)
        assert isinstance(app.screen, AccountPageSheet)
        page = app.screen.page
        assert page is not None
        every = everything(app.screen)
        assert [label.source for label in page.labels] == ["interview", "assigned"]
        assert "→ Coordinator · interview · confidence 1.00 · confirmed by" in every
        assert "  Builder [draft] · assigned · confidence 0." in every
        assert "5 texts, the newest of 2026-05-03" in every and "notes.csv, 2026-05-03 · Builder [draft]" in every
        assert "They disagree (Coordinator, Builder [draft]): its label is Coordinator." in every
        assert "By source: interview says Coordinator; assigned says Builder [draft]." in every
        at = every.splitlines().index(next(row for row in every.splitlines() if row.lstrip().startswith("as “")))
        assert at and "marek-nowotny" in every.splitlines()[at]

    play(path, scenes, size)


def _assigned(study: Study) -> None:
    """What Marek said, assigned as texts of Ines's account."""
    said = passages.listing(study, "marek-nowotny")
    verdict = Verdict("Builder [draft]", 0.9, "Builder [draft]", "Coordinator", "", (said[0].id, said[1].id), False)
    day = (date(2026, 5, 3) - date(1970, 1, 1)).days
    rows = [AssignedText(n, "", "a1", day, one.quote[:300], f"{n:032}", verdict) for n, one in enumerate(said, start=2)]
    write_part(rows, study.stack / "assigned-made.parquet")
    with study.action("assign"):
        stored.replace(
            study,
            stored.NewAssignment(
                "notes.csv", "0", "assigned-made.parquet", "0", "0", "torch", 0.8, 0.9, 0.5, len(rows), len(rows), 0.9
            ),
        )


def test_p_pauses_and_esc_ends_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = prepared(tmp_path)
    script = (
        "import json, os, sys, time\n"
        "file = sys.argv[sys.argv.index('--pause-file') + 1]\n"
        "for n in range(10_000):\n"
        "    doing = 'paused' if os.path.exists(file) else 'assigning texts'\n"
        "    print(json.dumps({'doing': doing, 'done': n, 'total': 100_000}), file=sys.stderr, flush=True)\n"
        "    time.sleep(0.02)\n"
    )

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        monkeypatch.setattr(NeedssegApp, "command", lambda *_: [sys.executable, "-c", script])
        await pilot.press("a")
        await typed(pilot, str(tmp_path / "notes.csv"))
        await pilot.press("enter")
        await typed(pilot, "they")
        await pilot.press("r", "enter")
        await until(app, lambda: "left" in flat(seen(app)))
        assert "of 100,000 · about" in flat(seen(app))
        await pilot.press("p")
        await until(app, lambda: "paused · " in flat(seen(app)))
        assert "paused · p resumes" in flat(seen(app))
        await pilot.press("p")
        await until(app, lambda: "assigning texts" in flat(seen(app)))
        await pilot.press("escape")
        await settled(app, pilot)
        assert "Cancelled, nothing changed" in flat(seen(app))

    play(path, scenes)


def test_without_a_confirmed_segment_or_a_table_the_screen_says_so(tmp_path: Path) -> None:
    path = small_study(tmp_path)
    with studies.open_study(path) as study:
        with_accounts(study, tmp_path)
    file = tmp_path / "t.csv"
    file.write_text("text\nlate again\n", encoding="utf-8")

    async def scenes(app: NeedssegApp, pilot: Pilot[int]) -> None:
        await opened(app, pilot)
        await pilot.press("a")
        await typed(pilot, str(file))
        assert "There is no confirmed segment." in flat(seen(app))

    play(path, scenes)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "about 1 s left"), (600, "about 10 min left"), (9_000, "about 2.5 h left")]
)
def test_time_left_in_words(seconds: float, said: str) -> None:
    assert time_left(seconds) == said
