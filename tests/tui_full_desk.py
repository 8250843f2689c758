"""A study with something on every screen and sheet, and a way to open each of them; for tests of all keys and all pictures."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from textual.screen import Screen
from tui_desk import built_once, participant_sentences, small_study, with_accounts, with_segments
from tui_survey_desk import hand_survey

from needsseg.actions import (
    accounts,
    codebook,
    coverage,
    memos,
    needs,
    passages,
    pseudonym_decisions,
    review,
    segments,
    statements,
    studies,
)
from needsseg.actions.import_files import Refused
from needsseg.actions.import_preview import ImportPreview, PreviewFile, PreviewInterview, PreviewSpeaker
from needsseg.actions.studies import Study
from needsseg.records import JobParts
from needsseg.tui.app import NeedssegApp

INES, MAREK = "ines-carvalho", "marek-nowotny"


@built_once
def full_study(folder: Path) -> Path:
    """Three interviews, two coders, overlapping passages, codes in a tree, notes, segments, a pair, and accounts."""
    path = small_study(folder)
    with studies.open_study(path) as study:
        with_segments(study)
        _code(study)
        _write(study)
        with_accounts(study, folder)
        (folder / "backlog.csv").write_text(
            "feature,segments,impact,confidence,effort\nOne view,Coordinator,2,80%,3\nLinks [x],Builder [draft],2,70%,5\n",
            encoding="utf-8",
        )
        (folder / "terms.csv").write_text(
            "account_id,plan,mrr,seats,start_date,end_date\na1,Team,900,5,2026-01-01,2026-04-30\n"
            "a1,Team,900,50,2026-05-01,\na2,Team,90,9,2026-01-01,2026-04-30\na2,Team,190,20,2026-05-01,\n",
            encoding="utf-8",
        )
        accounts.import_source(study, folder / "terms.csv")
        pseudonym_decisions.keep(study, "Ines Carvalho")
        pseudonym_decisions.replace_words(study, "Lindenhof", "Ahorn")
        # One for every key of a question; the first is stood for by a segment.
        for name in ("Coordinator", "Proof [x]", *(f"Need {number}" for number in range(3, 16))):
            needs.add(study, name, f"What people with {name} want.")
        held = [passage.id for passage in passages.listing(study, INES)]
        review.together(study, held[2], held[3])
        review.together(study, held[0], held[1])
        coverage.mark_read(study, INES, range(8))
    return path


def _code(study: Study) -> None:
    """Decided passages of two coders, some of them overlapping, and codes below each other."""
    marek = passages.listing(study, MAREK)
    passages.decide(study, [marek[1].id], "accepted")
    passages.decide(study, [marek[2].id], "rejected")
    start, end = participant_sentences(study, MAREK, 1)[0]
    passages.mark_and_code(study, MAREK, start, end + 40, "at a glance")
    codebook.create(study, "late [draft]", "hand-over")
    codebook.create(study, "日本 👩‍👩‍👧")
    codebook.recolour(study, "hand-over", "red")
    codebook.describe(study, "hand-over", "Work goes from one to another.")
    codebook.pin(study, "at a glance", 2)
    for coder, spans in (("Ada", slice(0, 4)), ("Ben", slice(1, 4))):
        before, study.actor = study.actor, coder
        for span in participant_sentences(study, INES, 5)[spans]:
            passages.code(study, [passages.mark(study, INES, *span)], "late [draft]")
        study.actor = before


def _write(study: Study) -> None:
    """Memos, a job statement."""
    first = passages.listing(study, MAREK)[0]
    memos.write(study, "passage", first.id, "Ask about this again [sic].")
    memos.write(study, "interview", MAREK, "A calm talk.")
    statements.write(study, first.id, JobParts(situation="when a week is planned", pain="nobody knows"))
    before, study.actor = study.actor, "Ada"
    memos.write(study, "passage", first.id, "I read this otherwise.")
    study.actor = before


def an_import() -> ImportPreview:
    """A preview of a clean file with more speakers than are seen at once, a doubtful table, and what is not read."""
    people = tuple(
        PreviewSpeaker(f"Anna {n}", "participant", n + 1, 40 + n, "We go there [laughs] every day …") for n in range(30)
    )
    words = {"speech": 1635, "label": 30, "time": 30, "heading": 4, "note": 0, "unread": 0}
    pattern = {"looks": "Name: words", "pattern": "(?P<speaker>.*?): ", "lines": 30, "speakers": ("Anna 1", "Anna 2")}
    clean = PreviewInterview("", "Anna", "text", False, people, words, (), (), ())
    left = {"kind": "unread", "words": 12, "first_lines": ("row 3: nothing known [x]",)}
    suspicion = "Row 2: Bo owns 95% of the words."
    table = PreviewInterview(
        "", "Round", "csv", False, people[:2], words, (left,), (suspicion,), ("1 row was left out.",)
    )
    return ImportPreview(
        (
            PreviewFile("anna.txt", "calls/anna.txt", ".txt text", "text", (clean,), label_patterns=(pattern,)),
            PreviewFile(
                "round.csv", "calls/round.csv", ".csv csv: Who, What", "csv", (table,), columns=("Who", "What"),
                choices={"unlabelled": "Bo"}, remembered=True,
            ),
            PreviewFile("bad [x].docx", "calls/bad [x].docx", "", "", refused="damaged or not a Word document (.docx)."),
        ),
        (Refused("nowhere", "does not exist"),),
        (Refused("call.mp3", ".mp3 is not read. Have it transcribed, and import the transcript."),),
        ("shed.png",),
    )  # fmt: skip


def sheets() -> dict[str, Callable[[NeedssegApp], Screen[Any]]]:
    """Every sheet by the name of its class, each made as the app makes it, with something to show."""
    from needsseg.tui.screens import keys, report
    from needsseg.tui.screens.account_page import AccountPageSheet
    from needsseg.tui.screens.agreement import AgreementSheet
    from needsseg.tui.screens.assigning import AssignProgress
    from needsseg.tui.screens.batch import BatchSheet
    from needsseg.tui.screens.card import CardScreen
    from needsseg.tui.screens.code_tree import CodeTreeScreen
    from needsseg.tui.screens.codebook import CodebookSheet
    from needsseg.tui.screens.coverage import CoverageSheet
    from needsseg.tui.screens.halving import HalvingScreen, MergingScreen
    from needsseg.tui.screens.history import HistoryScreen
    from needsseg.tui.screens.import_preview import ImportPreviewSheet
    from needsseg.tui.screens.job import JobSheet
    from needsseg.tui.screens.mapping import MappingScreen
    from needsseg.tui.screens.matches import MatchesScreen
    from needsseg.tui.screens.memo import MemoSheet
    from needsseg.tui.screens.needs import NeedsScreen
    from needsseg.tui.screens.pairs import PairsScreen
    from needsseg.tui.screens.participants import ParticipantsSheet
    from needsseg.tui.screens.people import PeopleScreen
    from needsseg.tui.screens.pseudonyms import PseudonymsSheet
    from needsseg.tui.screens.question import QuestionScreen
    from needsseg.tui.screens.reimported import ReimportedSheet
    from needsseg.tui.screens.search import SearchSheet
    from needsseg.tui.screens.stack_curves import CurvesScreen
    from needsseg.tui.screens.stack_report import WholeReport
    from needsseg.tui.screens.stack_rice import RiceSheet
    from needsseg.tui.screens.stack_triggers import TriggersSheet
    from needsseg.tui.screens.survey_likelihoods import LikelihoodSheet
    from needsseg.tui.screens.survey_trial import TrialSheet, example
    from needsseg.tui.widgets.progress import ProgressScreen
    from needsseg.tui.widgets.prompt import Choice, Prompt

    day = date(2026, 6, 29)
    several = [Choice(f"{n}", f"choice {n}") for n in range(3)]
    return {
        "KeysScreen": lambda app: keys.KeysScreen(app.screen_stack[0]),
        "ReportScreen": lambda app: report.ReportScreen("What was read", [f"line {n} of it" for n in range(60)]),
        "HistoryScreen": lambda app: HistoryScreen(app.study),
        "Prompt": lambda app: Prompt("Which one?", choices=several),
        "ProgressScreen": lambda app: ProgressScreen("Reading", app.command("suggest")),
        "AssignProgress": lambda app: AssignProgress(
            "Assigning", [sys.executable, "-c", "import time; time.sleep(60)"]
        ),
        "AgreementSheet": lambda app: AgreementSheet(app.study, INES),
        "CardScreen": lambda app: CardScreen(app.study, segments.listing(app.study)[0].id),
        "BatchSheet": lambda app: BatchSheet(app.study),
        "ImportPreviewSheet": lambda app: ImportPreviewSheet(app.study, ["calls"], an_import()),
        "CodebookSheet": lambda app: CodebookSheet(app.study),
        "CoverageSheet": lambda app: CoverageSheet(app.study),
        "ParticipantsSheet": lambda app: ParticipantsSheet(app.study),
        "PseudonymsSheet": lambda app: PseudonymsSheet(app.study),
        "SearchSheet": lambda app: SearchSheet(app.study, "know"),
        "ReimportedSheet": lambda app: ReimportedSheet(app.study, _reimported(app.study)),
        "MemoSheet": lambda app: MemoSheet(app.study, "passage", _first(app.study), "a passage"),
        "JobSheet": lambda app: JobSheet(app.study, _first(app.study)),
        "MatchesScreen": lambda app: MatchesScreen(app.study, {"a1": "Lindenhof [Care]", "a2": "Pulsara Medical"}),
        "AccountPageSheet": lambda app: AccountPageSheet(app.study, "a1", day),
        "CurvesScreen": lambda _: CurvesScreen(_followed()),
        "WholeReport": lambda _: WholeReport(
            "\n\n".join(f"## Part {n}\n\n" + "What was said.\n\n" * 40 for n in range(4))
        ),
        "RiceSheet": lambda app: RiceSheet(app.study, app.study.path.with_name("backlog.csv"), day),
        "TriggersSheet": lambda app: TriggersSheet(app.study, day),
        "TrialSheet": lambda app: TrialSheet(app.study, hand_survey(app.study), example(hand_survey(app.study)) * 10),
        "LikelihoodSheet": lambda app: LikelihoodSheet(hand_survey(app.study), "first_thing", "coordinator"),
        "MappingScreen": lambda app: MappingScreen(
            "accounts.csv", accounts.propose_mapping(app.study, app.study.path.with_name("accounts.csv"))
        ),
        "CodeTreeScreen": lambda app: CodeTreeScreen(app.study, _tree()),
        "NeedsScreen": lambda app: NeedsScreen(app.study),
        "PairsScreen": lambda app: PairsScreen(app.study),
        "PeopleScreen": lambda app: PeopleScreen(app.study),
        "QuestionScreen": lambda app: QuestionScreen(app.study, "tester"),
        "HalvingScreen": lambda app: HalvingScreen("Coordinator", _halves(app.study)),
        "MergingScreen": lambda app: MergingScreen(_preview(app.study)),
    }


def _tree() -> dict[str, Any]:
    """Three codes, two of which hang together, under three participants."""

    def node(codes: list[str], passages: int, children: Any = ()) -> dict[str, Any]:
        near = 0.5 if children else None
        return {"codes": codes, "passages": passages, "participants": 2, "nearness": near, "children": list(children)}

    pair = node(["waiting [long]", "asking around"], 5, [node(["waiting [long]"], 3), node(["asking around"], 2)])
    alone = node(["numbers"], 4)
    root = node([*pair["codes"], "numbers"], 9, [pair, alone])
    counts = [[2, 0, 1], [1, 2, 0], [0, 0, 3]]
    people = ["Ana", "Ben", "Cleo"]
    return {"root": root, "branches": [pair, alone], "codes": root["codes"], "participants": people, "counts": counts}


def _followed() -> Any:
    """Two segments followed for 200 days, with more to say than a screen has lines for."""
    from needsseg.tui.screens.stack_curves import followed

    def step(day: int, at_risk: int, events: int, survival: float) -> dict[str, Any]:
        return {"day": day, "at_risk": at_risk, "events": events, "survival": survival, "low": None, "high": None}

    curves = [
        {"segment": name, "accounts": 20, "events": left, "median": None,
         "steps": [step(0, 20, 0, 1.0), step(60, 20, left, 1 - left / 20), step(200, 20 - left, 0, 1 - left / 20)]}
        for name, left in (("Coordinator", 4), ("Builder [draft]", 8))
    ]  # fmt: skip
    found = {"sentence": "Cannot tell.", "reasons": ["Of 40 accounts 12 left."], "advice": "Wait.", "curves": curves}
    found |= {"needed": [], "followed": {"most": 200}, "outcome": "churned", "since": None, "as_of": "2026-06-29"}
    found |= {"accounts": 40, "events": 12, "source": "interview", "p": None, "logrank": None, "table": None}
    return followed(found | {"increment": None, "left_out": {}, "warnings": [f"warning {n}" for n in range(40)]})


def _first(study: Study) -> int:
    return passages.listing(study, MAREK)[0].id


def _reimported(study: Study) -> Any:
    from needsseg.tui.screens.reimported import reimport_result

    held = passages.listing(study, MAREK)
    edited = [{"passage": passage.id, "before": "as it was", "after": passage.quote} for passage in held[1:3]]
    found = {"key": MAREK, "kept": 3, "edited": edited, "lost": [], "warnings": ["one warning"]}
    return reimport_result(found)


def _halves(study: Study) -> Any:
    from needsseg.actions.segments import ProposedSplit

    held = tuple(passages.listing(study, INES) + passages.listing(study, MAREK))
    return ProposedSplit(held[:9], held[9:], ("drug",), ("week",))


def _preview(study: Study) -> Any:
    from needsseg.actions import previews

    one, two = (row.id for row in segments.listing(study)[:2])
    return previews.merge_preview(study, one, two)
