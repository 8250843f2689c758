"""Account data: mapped, matched, labelled; every refused row named, nothing lost."""

from datetime import date
from pathlib import Path

import pytest

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.coding import passages
from needsseg.actions.exchange import export
from needsseg.actions.segments import segments
from needsseg.actions.study import history
from needsseg.actions.transcripts import participants
from needsseg.errors import NeedssegError, NotFoundError, TableError, UsageError
from needsseg.study.connection import Study
from tests.fixtures.wording.accounts import NO_ACCOUNTS, NOT_A_DATE, STAND_IN_PLACE, UNKNOWN_ACCOUNTS
from tests.fixtures.wording.common import FILE_GONE, NO_SUCH, NO_SUCH_FOLDER
from tests.fixtures.wording.exchange import NO_EARLIER_EXPORT
from tests.fixtures.wording.matching import refuses, says
from tests.fixtures.wording.study import OWN_FILE


def _file(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def stocked(talk: Study, tmp_path: Path) -> Study:
    """The short talk with two accounts and a few events."""
    account_sources.import_source(
        talk,
        _file(
            tmp_path, "crm.csv", "account_id,company,website,employees,industry,country",
            "a1,Lindenhof Care,https://www.lindenhof.care,180,Healthcare,DE", "a2,Other GmbH,other.de,20,Retail,NA",
        ),
    )  # fmt: skip
    account_sources.import_source(
        talk,
        _file(
            tmp_path, "usage.csv", "event_id,account_id,user_id,event,feature,platform,timestamp",
            "e1,a1,u1,login,boards,web,2026-05-01T10:00:00Z", "e1,a1,u1,login,boards,web,2026-05-01T10:00:00Z",
            "e2,nobody,u9,login,boards,web,2026-05-02T10:00:00Z", "e3,a1,u1,login,boards,web,yesterday",
        ),
    )  # fmt: skip
    return talk


def test_sources_are_told_apart_and_their_rows_add_up(stocked: Study) -> None:
    held = accounts.sources(stocked)
    assert {kind: (row.row_count, row.rejected, row.duplicates) for kind, row in held.items()} == {
        "accounts": (2, 0, 0), "events": (2, 1, 1),
    }  # fmt: skip
    assert held["accounts"].mapping["name"] == "company"
    assert accounts.day_after_events(stocked) == date(2026, 5, 3)


def test_a_day_begins_where_the_settings_say(stocked: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest event, 10:00 UTC, lies on the next day on Kiritimati."""
    monkeypatch.setenv("NEEDSSEG_TIMEZONE", "Pacific/Kiritimati")
    assert accounts.day_after_events(stocked) == date(2026, 5, 4)


def test_events_of_unknown_accounts_are_named_and_kept_apart(stocked: Study, tmp_path: Path) -> None:
    assert account_sources.unknown_accounts(stocked) == {"events": {"nobody": 1}}
    again = account_sources.import_source(stocked, tmp_path / "crm.csv")
    changed = _file(tmp_path, "new.csv", "account_id,name", "a1,One")
    assert says(account_sources.import_source(stocked, changed).warnings[0], STAND_IN_PLACE, 2, "crm.csv")
    history.undo(stocked)
    (warning,) = again.warnings
    assert says(warning, 1, UNKNOWN_ACCOUNTS, "(nobody)")
    assert [profile.account_id for profile in accounts.profiles(stocked, date(2026, 5, 3))] == ["a1", "a2"]


def test_a_row_that_does_not_parse_is_named(stocked: Study, tmp_path: Path) -> None:
    bad = _file(tmp_path, "more.csv", "account_id,event,timestamp", "a1,login,2026-01-01", "a1,login,31.31.2026")
    report = account_sources.import_source(stocked, bad, "events")
    assert [(r.row, r.value) for r in report.rejected] == [(3, "31.31.2026")]
    assert says(report.rejected[0].reason, NOT_A_DATE)


def test_duplicate_account_ids_are_named(talk: Study, tmp_path: Path) -> None:
    report = account_sources.import_source(
        talk, _file(tmp_path, "crm.csv", "account_id,name", "a,One", "b,Two", "a,Three"), "accounts"
    )
    assert (report.rows, [(r.row, r.value) for r in report.rejected]) == (2, [(4, "a")])


@pytest.mark.parametrize(
    ("lines", "kind", "columns", "what"),
    [
        (("colour,size", "red,1"), None, None, ("x.csv", "colour, size", "--kind")),
        (("name,size", "x,1"), "accounts", None, ("x.csv", "account_id", "name, size")),
        (
            ("account_id,name", "a,x"),
            "accounts",
            {"industry": "branche"},
            ("x.csv", "branche", "industry", "account_id, name"),
        ),
        (("account_id,name", "a,x"), "songs", None, ("songs", "accounts, events, subscriptions")),
    ],
)
def test_columns_that_do_not_fit_are_named_and_nothing_changes(
    talk: Study,
    tmp_path: Path,
    lines: tuple[str, ...],
    kind: str | None,
    columns: dict[str, str] | None,
    what: tuple[str, ...],
) -> None:
    with refuses(NeedssegError, *what):
        account_sources.import_source(talk, _file(tmp_path, "x.csv", *lines), kind, columns)
    assert accounts.sources(talk) == {}


def test_the_mapping_is_kept_for_the_next_file(talk: Study, tmp_path: Path) -> None:
    first = _file(tmp_path, "one.csv", "account_id,name,branche", "a,One,Retail")
    account_sources.import_source(talk, first, "accounts", {"industry": "branche"})
    second = _file(tmp_path, "two.csv", "account_id,name,branche", "b,Two,Retail")
    proposal = account_sources.propose_mapping(talk, second)
    assert (proposal.saved, proposal.columns["industry"]) == (True, "branche")


def test_participants_are_matched_linked_and_left_again(stocked: Study, tmp_path: Path) -> None:
    assert [match.method for match in accounts.matches(stocked)] == ["unmatched"]
    people = _file(
        tmp_path,
        "people.csv",
        "file,participant,email,plan",
        "anna.txt,Anna K.,anna@mail.lindenhof.care,pro",
        "x.txt,Bo,,",
    )
    report = participants.import_participants(stocked, people)
    assert report.updated == ("anna",)
    (unmatched,) = report.unmatched
    assert says(unmatched, "row 3", "Bo")
    (anna,) = accounts.participants(stocked)
    assert (anna.name, anna.email, anna.attributes) == ("Anna K.", "anna@mail.lindenhof.care", {"plan": "pro"})
    assert [(m.account_id, m.method) for m in accounts.matches(stocked)] == [("a1", "email_domain")]
    accounts.link(stocked, "anna", "a2")
    assert [(m.account_id, m.method) for m in accounts.matches(stocked)] == [("a2", "by_hand")]
    accounts.link(stocked, "anna", None)
    assert accounts.matches(stocked)[0].account_id is None
    accounts.unlink(stocked, "anna")
    assert accounts.matches(stocked)[0].account_id == "a1"
    for _ in range(3):
        history.undo(stocked)
    assert accounts.matches(stocked)[0].method == "email_domain"
    with refuses(NotFoundError, "account", "a9", "needsseg profile"):
        accounts.link(stocked, "anna", "a9")
    with refuses(NotFoundError, "participant", "bo", hint=False):
        accounts.link(stocked, "bo", "a1")


def test_segment_events_are_read_with_their_alternatives(stocked: Study, tmp_path: Path) -> None:
    lines = [
        '{"type":"track","event":"login","userId":"u1","groupId":"a1","messageId":"m1","timestamp":"2026-05-04T08:00:00Z"}',
        '{"type":"track","event":"login","anonymousId":"x","context":{"groupId":"a2"},"messageId":"m2","timestamp":"2026-05-05T08:00:00Z"}',
    ]
    file = _file(tmp_path, "segment.jsonl", *lines)
    proposal = account_sources.propose_mapping(stocked, file)
    assert (proposal.kind, proposal.columns["account_id"]) == ("events", "groupId|context.groupId")
    report = account_sources.import_source(stocked, file)
    assert (report.rows, report.rejected) == (2, ())
    assert account_sources.unknown_accounts(stocked) == {}
    assert account_sources.propose_mapping(stocked, file).saved
    first, second = accounts.profiles(stocked, date(2026, 5, 6))
    assert first.behaviour and second.behaviour and (first.behaviour.events, second.behaviour.events) == (1, 1)


def test_what_a_file_lacks_is_told_before_it_is_read(talk: Study, tmp_path: Path) -> None:
    odd = _file(tmp_path, "odd.csv", "name,foo", "x,1")
    assert account_sources.propose_mapping(talk, odd, "accounts").needed == ("account_id",)


def test_participants_without_a_telling_column(talk: Study, tmp_path: Path) -> None:
    with refuses(TableError, "p.csv", "file", "participant", "email", "colour"):
        participants.import_participants(talk, _file(tmp_path, "p.csv", "colour", "red"))
    with refuses(TableError, NO_SUCH, tmp_path / "none.csv", hint=False):
        participants.import_participants(talk, tmp_path / "none.csv")


def test_a_label_says_whether_anybody_confirmed_it(stocked: Study) -> None:
    accounts.link(stocked, "anna", "a1")
    ids = [passages.mark(stocked, "anna", start, start + 12) for start in (47, 62, 80, 95)]
    made = segments.make(stocked, "Hand-overs", ids[:3])
    other = segments.make(stocked, "Other", ids[3:])
    (label,) = accounts.labels(stocked)
    assert (label.account_id, label.segment, label.source, label.confidence, label.confirmed_by) == (
        "a1", "Hand-overs", "interview", 0.75, "",
    )  # fmt: skip
    before = accounts.version(stocked)
    segments.confirm(stocked, made, "Maya", undecided=True)
    assert accounts.labels(stocked)[0].confirmed_by == "Maya"
    assert accounts.version(stocked) != before
    segments.set_aside(stocked, other)
    assert accounts.labels(stocked)[0].confidence == 1.0
    (first, second) = accounts.profiles(stocked, date(2026, 5, 3))
    assert (first.account_id, first.needs_segment, first.needs_segment_confirmed_by) == ("a1", "Hand-overs", "Maya")
    assert second.needs_segment == "" and "needs" in second.missing


def test_exports_need_accounts_a_known_format_and_a_writable_place(talk: Study, stocked: Study, tmp_path: Path) -> None:
    with refuses(UsageError, "xlsx", "csv, jsonl, parquet"):
        export.export(stocked, "xlsx", tmp_path / "x", date(2026, 5, 3))
    with refuses(NeedssegError, tmp_path / "nowhere", NO_SUCH_FOLDER):
        export.export(stocked, "csv", tmp_path / "nowhere" / "x.csv", date(2026, 5, 3))
    for own in (stocked.path, stocked.path.with_name("study.db-wal"), stocked.stack / "x.csv"):
        with refuses(UsageError, own, OWN_FILE):
            export.export(stocked, "csv", own, date(2026, 5, 3), overwrite=True)
    before = (tmp_path / "crm.csv").read_bytes()
    with refuses(NeedssegError, "crm.csv", NO_EARLIER_EXPORT, "--force"):
        export.export(stocked, "csv", tmp_path / "crm.csv", date(2026, 5, 3))
    assert (tmp_path / "crm.csv").read_bytes() == before
    export.export(stocked, "csv", tmp_path / "x.csv", date(2026, 5, 2))
    report = export.export(stocked, "csv", tmp_path / "x.csv", date(2026, 5, 3))
    assert (report.rows, report.labelled) == (2, 0)
    parquet = accounts.sources(stocked)["accounts"].parquet
    (stocked.stack / parquet).unlink()
    with refuses(NeedssegError, parquet, FILE_GONE, stocked.stack):
        accounts.profiles(stocked, date(2026, 5, 3))


def test_no_accounts_yet(talk: Study) -> None:
    with refuses(NeedssegError, NO_ACCOUNTS, "needsseg accounts import"):
        accounts.profiles(talk, date(2026, 5, 3))


def test_an_account_is_found_by_id_merged_id_or_name(talk: Study, tmp_path: Path) -> None:
    lindenhof = "001D000000IRt53IAD"
    crm = _file(
        tmp_path, "crm.csv", "Id,Name,IsDeleted,MasterRecordId", f"{lindenhof},Lindenhof Care gGmbH,false,",
        f"001D000000IRt54IAD,Old Lindenhof,true,{lindenhof}",
    )  # fmt: skip
    account_sources.import_source(talk, crm)
    for text in (lindenhof, lindenhof[:15], "001D000000IRt54", "lindenhof care ggmbh", "Lindenhof Care"):
        assert accounts.find_account(talk, text) == lindenhof, text
    with refuses(NotFoundError, "Lindenhof C", lindenhof):
        accounts.find_account(talk, "Lindenhof C")
