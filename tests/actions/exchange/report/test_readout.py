"""The readout of a study: what people wrote comes first, the program says what is missing, and nothing is claimed twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from needsseg.actions.accounts import accounts
from needsseg.actions.coding import blind, codebook, passages
from needsseg.actions.discovery import evidence
from needsseg.actions.exchange.report import readout_text
from needsseg.actions.exchange.report.differences import OF_USE, OF_VALUE
from needsseg.actions.exchange.report.report import (
    AUDIENCES,
    FORMATS,
    SECTIONS,
    Question,
    as_html,
    as_markdown,
    check_target,
    format_of,
    gather,
    named_sections,
    write_report,
    written,
)
from needsseg.actions.scorecard import account_facts as scorecard
from needsseg.actions.scorecard.scorecard import segment_report
from needsseg.actions.segments import segments
from needsseg.actions.study import history, studies
from needsseg.actions.transcripts import participants, recordings
from needsseg.errors import NeedssegError, UsageError
from needsseg.exchange.report.content import Missing, NeedCard, Report, only
from needsseg.exchange.report.pictures import Grid
from needsseg.exchange.report.table import Table
from needsseg.study.accounts import surveys
from needsseg.study.connection import Study
from tests.fixtures.recordings import tone

TEXT = """## Headline
One place that shows who has what
## Question
For whom should we build first?
## Summary
They keep a second list.

It is by hand.
## Needs
- reporter
- Builder
## Recommendations
- Build it.
- Ask five more.
## Limits
- Nobody from sales was asked.
"""


@pytest.fixture(scope="module")
def whole(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The whole report of the sample study as it was walked, gathered once."""
    folder = tmp_path_factory.mktemp("report") / "demo"
    shutil.copytree(demo_folder, folder)
    with studies.open_study(folder / "needsseg.db") as study:
        return gather(study)


def readout_of(study: Study, question: Question | None = None) -> Report:
    return gather(study, question or Question(sections=("readout",)))


def cards(report: Report) -> list[str]:
    return [block.name for block in report.sections[0].blocks if isinstance(block, NeedCard)]


def missing(report: Report) -> str:
    return "\n".join(block.words for block in report.sections[0].blocks if isinstance(block, Missing))


def test_the_text_people_wrote_opens_the_report_in_their_order(demo_study: Study) -> None:
    changed = readout_text.replace(demo_study, TEXT)
    assert changed == ("headline", "question", "summary", "needs", "recommendations", "limits")
    report = readout_of(demo_study)
    assert report.title == "One place that shows who has what" and cards(report) == ["Reporter", "Builder"]
    text = as_markdown(report)
    wanted = ("build first?", "second list", "by hand", "Build it", "five more", "Coordinator", "sales was asked")
    places = [text.index(word) for word in wanted]
    assert places == sorted(places)
    assert "Nobody has written" not in missing(report)


def test_writing_is_one_action_that_can_be_undone_and_the_same_text_is_none(demo_study: Study) -> None:
    before = readout_text.load(demo_study)
    readout_text.replace(demo_study, TEXT)
    count = len(history.listing(demo_study))
    assert readout_text.replace(demo_study, readout_text.to_edit(demo_study)) == ()
    assert len(history.listing(demo_study)) == count
    history.undo(demo_study)
    assert readout_text.load(demo_study) == before
    history.redo(demo_study)
    assert readout_text.load(demo_study).headline == "One place that shows who has what"


def test_a_renamed_segment_stays_in_the_readout_and_one_set_aside_leaves_it(demo_study: Study) -> None:
    readout_text.replace(demo_study, TEXT)
    ids = {row.name: row.id for row in evidence.listing(demo_study)}
    segments.rename(demo_study, ids["Reporter"], "Those who report")
    assert readout_text.load(demo_study).needs == ("Those who report", "Builder")
    segments.set_aside(demo_study, ids["Builder"])
    assert readout_text.load(demo_study).needs == ("Those who report",)


def test_a_need_that_is_no_segment_is_refused_by_name(demo_study: Study) -> None:
    with pytest.raises(UsageError, match="no segment “Nobody”"):
        readout_text.replace(demo_study, "## Needs\n- Nobody\n")


def test_what_nobody_wrote_is_said(demo_study: Study, whole: Report) -> None:
    words = missing(whole)
    assert "Nobody has written the headline, what was asked, a summary and what should be done yet." in words
    assert "No backlog was given" in words
    readout_text.replace(demo_study, "## Headline\nOne\n## Summary\nTwo\n")
    assert "Nobody has written what was asked and what should be done yet." in missing(readout_of(demo_study))


def test_nothing_is_said_to_be_decided_by_people_before_somebody_did(whole: Report) -> None:
    text = as_markdown(whole)
    assert "nobody has checked a passage" in text and "nobody decided on one" in text
    assert "decided on by people" not in text and "people accepted" not in text


def test_codes_are_counted_over_interviews_and_with_each_other(demo_study: Study) -> None:
    def grids() -> dict[str, Grid]:
        blocks = gather(demo_study, Question(sections=("codes",))).sections[0].blocks
        return {block.title: block for block in blocks if isinstance(block, Grid)}

    assert not grids(), "nothing is coded yet"
    for name, parent in (("Work", None), ("Hand-over", "Work"), ("Pain", None)):
        codebook.create(demo_study, name, parent=parent)
    first, second, third = (row.id for row in passages.listing(demo_study)[:3])
    passages.decide(demo_study, [first, second, third], "accepted")
    passages.code(demo_study, [first], "Hand-over")
    passages.code(demo_study, [first, second], "Pain")
    drawn = grids()
    over = drawn["Codes over interviews"]
    counts = {name: sum(values) for name, values in over.rows}
    assert counts == {"Work": 1, "Work > Hand-over": 1, "Pain": 2}
    with_each_other = drawn["Codes on the same passages"]
    table = {row: dict(zip(with_each_other.columns, values, strict=True)) for row, values in with_each_other.rows}
    assert table["Pain"] == {"Work": 1, "Work > Hand-over": 1, "Pain": 2}
    assert all(table[a][b] == table[b][a] for a in table for b in table)


def test_quotes_lead_to_their_time_in_a_recording_only_under_real_names(demo_study: Study) -> None:
    folder = demo_study.path.parent
    recordings.tie(demo_study, "astrid-solheim", tone(folder / "a b.wav", seconds=2))
    sections = ("segments", "quotes")
    real = as_html(gather(demo_study, Question(original=True, sections=sections, beside=folder)))
    assert 'href="a%20b.wav#t=' in real
    assert ".wav" not in as_html(gather(demo_study, Question(sections=sections, beside=folder)))


def test_who_works_blind_neither_reads_nor_writes_the_readout(demo_study: Study) -> None:
    blind.set_blind(demo_study, on=True)
    for call in (
        readout_text.load,
        readout_text.to_edit,
        lambda study: readout_text.replace(study, "## Headline\nOne\n"),
    ):
        with pytest.raises(UsageError, match="work blind"):
            call(demo_study)


def test_a_faulty_date_of_an_interview_names_nobody(demo_study: Study) -> None:
    participants.change(demo_study, "astrid-solheim", {"interview_date": "last May"})
    report = gather(demo_study)
    text = as_markdown(report)
    assert "last May" in report.facts["Rests on"] and "astrid" not in text.casefold()
    assert "astrid-solheim" in gather(demo_study, Question(original=True)).facts["Rests on"]


def test_what_was_confirmed_unchecked_is_not_called_unconfirmed(demo_study: Study) -> None:
    segments.confirm(demo_study, evidence.listing(demo_study)[0].id, undecided=True)
    assert "A draft: nobody has checked a passage yet." in missing(readout_of(demo_study))


def test_each_limit_is_said_once(whole: Report) -> None:
    limits = as_markdown(only(whole, ("readout",))).split("What the data cannot say")[1]
    lines = [line for line in limits.splitlines() if line.startswith("- ")]
    assert len(lines) == len(set(lines)) and limits.count("chosen, not sampled") == 1
    assert as_markdown(whole).count("chosen, not sampled") == 1


def test_ids_of_accounts_and_parameters_are_not_shown_to_readers(demo_study: Study, whole: Report) -> None:
    shown = as_markdown(only(whole, tuple(name for name in SECTIONS if name != "methods")))
    day = accounts.day_after_events(demo_study)
    assert day is not None
    for profile in accounts.profiles(demo_study, day):
        assert profile.account_id not in shown and (not profile.name or profile.name not in shown)
    assert "self_weight" not in shown and "self\\_weight" not in shown
    page = as_html(whole)
    assert page.index("<details>") < page.index("self_weight") < page.index("</details>", page.index("self_weight"))
    original = as_markdown(gather(demo_study, Question(original=True, sections=("accounts",))))
    assert "Lindenhof Care" in original


def differing(report: Report) -> str:
    words = as_markdown(report)
    return words.split("needs differ\n")[1].split("What follows")[0] if "needs differ\n" in words else ""


def test_the_readout_tells_the_clearest_findings_of_the_scorecard(demo_study: Study) -> None:
    day = accounts.day_after_events(demo_study)
    assert day is not None
    card = segment_report(demo_study, scorecard.Question(day)).scorecard
    words = differing(readout_of(demo_study))
    told = [line.removeprefix("- ") for line in words.splitlines() if line.startswith("- ")]
    assert 2 <= len(told) <= OF_VALUE + OF_USE
    assert set(told) <= {finding.sentence for finding in card.findings}
    assert card.findings[0].sentence in told
    assert f"{len(card.comparisons)} differences that were compared" in words


def test_labels_of_interviews_alone_are_said_to_be_too_few_to_compare(demo_study: Study) -> None:
    while surveys.answers(demo_study):
        history.undo(demo_study, anyones=True)
    words = differing(readout_of(demo_study))
    assert "too few to compare" in words and not [line for line in words.splitlines() if line.startswith("- ")]


def test_without_labelled_accounts_nothing_is_said_of_their_differences(demo_study: Study) -> None:
    for segment in evidence.listing(demo_study):
        segments.set_aside(demo_study, segment.id)
    assert not differing(readout_of(demo_study))


def test_the_backlog_names_what_serves_which_need(demo_study: Study, tmp_path: Path) -> None:
    backlog = tmp_path / "backlog.csv"
    backlog.write_text(
        "feature,segments,impact,confidence,effort\nOne view,Coordinator,2,80%,3\nBoard page,Reporter,3,50%,3\n",
        encoding="utf-8",
    )
    report = readout_of(demo_study, Question(backlog=backlog, sections=("readout",)))
    table = next(b for b in report.sections[0].blocks if isinstance(b, Table) and "Features" in b.caption)
    serves = {row[1]: row[2].split(" (")[0] for row in table.rows}
    assert serves == {"One view": "Coordinator", "Board page": "Reporter"}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_an_audience_gets_its_sections_and_no_link_leads_nowhere(whole: Report, audience: str) -> None:
    from lxml import html as read_html

    sections = named_sections((), audience)
    tree = read_html.document_fromstring(as_html(only(whole, sections)))
    assert tree.xpath("//section/@id") == list(sections) and sections[0] == "readout"
    anchors = tree.xpath("//@id")
    assert all(href[1:] in anchors for href in tree.xpath("//a[not(ancestor::*[name()='svg'])]/@href"))


def test_chosen_sections_keep_the_order_of_the_report() -> None:
    assert named_sections(("quotes", "readout")) == ("readout", "quotes") and named_sections(()) == ()
    with pytest.raises(UsageError) as raised:
        named_sections(("colours",))
    assert "colours" in raised.value.message and all(name in str(raised.value.hint) for name in SECTIONS)


@pytest.mark.parametrize("name", ["r.pdf", "r.doc", "r", "r.ppt", "r.txt", ".html2"])
def test_an_ending_that_is_none_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(UsageError) as raised:
        format_of(Path(name))
    assert name in raised.value.message and ".docx" in str(raised.value.hint)
    assert format_of(Path(name), "html") == "html"


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_study_says_in_every_format_what_is_missing(tmp_path: Path, format: str) -> None:
    with studies.init(tmp_path / "s.db") as study:
        report = gather(study)
        content = written(report, format)
        words = as_markdown(report)
    assert content
    for part in (
        "No need is stated",
        "nobody's need can be said",
        "No account data is imported",
        "No passage is marked",
    ):
        assert part in words


@pytest.mark.parametrize("format", FORMATS)
def test_an_earlier_report_is_replaced_and_no_other_file(
    demo_study: Study, whole: Report, tmp_path: Path, format: str
) -> None:
    path = tmp_path / f"r.{format}"
    report = only(whole, ("readout",))
    write_report(demo_study, report, path, format)
    assert path.stat().st_mode & 0o777 == 0o600
    write_report(demo_study, report, path, format)
    path.write_bytes(b"PK\x03\x04 somebody's own file")
    with pytest.raises(NeedssegError, match="contains no report"):
        write_report(demo_study, report, path, format)
    write_report(demo_study, report, path, format, overwrite=True)


def test_slides_of_anything_but_the_readout_are_refused(demo_study: Study, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="readout alone"):
        check_target(demo_study, tmp_path / "r.pptx", "pptx", ("people",))
