"""Sending with the official clients to receivers on the loopback: nothing lost, nothing twice under a new id, no secret told."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from needsseg.actions.accounts import account_sources, accounts
from needsseg.actions.exchange import export, sending
from needsseg.actions.exchange.sending import Outlook, SendReport
from needsseg.actions.study import studies
from needsseg.errors import NeedssegError, UsageError
from needsseg.exchange.destinations import DESTINATIONS, Answer, Batch, Destination
from needsseg.exchange.destinations.delivery import Limits
from needsseg.study.accounts import deliveries
from needsseg.study.connection import Study
from tests.fixtures import receivers
from tests.fixtures.receivers import Receiver, receiving
from tests.fixtures.requirements import needs
from tests.fixtures.samples import SAMPLE
from tests.fixtures.wording.exchange import KEY_REFUSED, NO_USERS_KNOWN, TRIED_IN_VAIN
from tests.fixtures.wording.matching import mentions, refuses, says

SAMPLE = SAMPLE / "accounts"
DAY = date(2026, 6, 30)
SECRET = "k3y-Never-Shown"  # noqa: S105
CLIENTS = ("amplitude", "hubspot", "mixpanel", "segment")
NO: dict[str, receivers.Reply] = {
    "segment": (400, {"code": "bad", "message": "no"}, {}),
    "mixpanel": (200, {"status": 0, "error": "no"}, {}),
    "amplitude": (400, {"code": 400, "error": "no"}, {}),
    "hubspot": (400, {"message": "no"}, {}),
}


@dataclass
class Desk:
    """A study, a receiver, and the environment that leads from one to the other."""

    study: Study
    target: str
    receiver: Receiver
    environ: dict[str, str]
    waited: list[float]

    def look(self, changed_only: bool = False, day: date = DAY) -> Outlook:
        # The sample's accounts have the ids of another CRM, which HubSpot keeps in a property.
        key = "crm_id" if self.target == "hubspot" else ""
        return sending.outlook(self.study, self.target, day, changed_only=changed_only, key=key, environ=self.environ)

    def send(self, look: Outlook | None = None) -> SendReport:
        return sending.send(
            self.study, look or self.look(), wait=self.waited.append, chance=lambda: 0.5, environ=self.environ
        )

    def ids(self) -> list[str]:
        """What identifies each record that was accepted, in order."""
        if self.target == "segment":
            return [event["messageId"] for body in self.receiver.accepted() for event in body["batch"]]
        if self.target == "amplitude":
            return [event["insert_id"] for body in self.receiver.accepted() for event in body["events"]]
        if self.target == "hubspot":
            return [each["id"] for body in self.receiver.accepted() for each in body["inputs"]]
        return [record["$group_id"] for body in self.receiver.accepted() for record in body]

    def states(self) -> list[tuple[str, int, int | None]]:
        return [(row.status, row.rows, row.code) for row in deliveries.listing(self.study)]


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with the sample's 390 accounts, to be copied."""
    path = tmp_path_factory.mktemp("stocked") / "study.db"
    with studies.init(path) as study:
        account_sources.import_source(study, SAMPLE / "accounts.csv")
    return path


@pytest.fixture(params=CLIENTS)
def desk(
    request: pytest.FixtureRequest, stocked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """A desk of each client that is installed, with batches of at most 100."""
    needs(request.param)
    target = request.param
    to = DESTINATIONS[target]
    assert to.limits is not None
    limits = Limits(100, to.limits.bytes, to.limits.item_bytes)
    monkeypatch.setitem(DESTINATIONS, target, replace(to, limits=limits))
    shutil.copytree(stocked.parent, tmp_path / "s")
    with ExitStack() as stack:
        study = stack.enter_context(studies.open_study(tmp_path / "s" / "study.db"))
        receiver = stack.enter_context(receiving(SECRET, getattr(receivers, target)(SECRET)))
        environ = {to.host_name: receiver.url, to.secret_name: SECRET}
        yield Desk(study, target, receiver, environ, [])


def test_all_accounts_arrive_once_and_are_not_sent_again(desk: Desk) -> None:
    look = desk.look()
    assert (look.accounts, len(look.batches), len(look.first)) == (390, 4, 2)
    assert not desk.receiver.requests
    assert not deliveries.listing(desk.study)
    assert desk.send(look) == SendReport(390, {}, 4, 4)
    assert len(desk.ids()) == len(set(desk.ids())) == 390
    assert desk.states() == [("accepted", 100, 200)] * 3 + [("accepted", 90, 200)]
    again = desk.look()
    assert (again.accounts, again.already) == (0, 390)
    later = desk.look(day=date(2026, 7, 1))
    assert later.accounts == 390
    assert not set(desk.ids()) & {each.message_id for each in later.deliveries.values()}
    unchanged = desk.look(changed_only=True, day=date(2026, 7, 1))
    assert unchanged.accounts + unchanged.unchanged == 390
    assert unchanged.unchanged > 300


def test_throttling_failures_and_a_cut_connection_are_tried_again(desk: Desk) -> None:
    desk.receiver.script = [
        (429, {"error": "slow", "status": 0}, {"Retry-After": "7"}),
        (500, {"error": "oops", "status": 0}, {}),
        None,
        (503, ["not an object"], {}),
    ]
    assert desk.send() == SendReport(390, {}, 4, 8)
    asked = 1 if desk.target == "amplitude" else 7  # its client does not hand on what the answer's head says
    assert desk.waited == [asked * 1.25, 2 * 1.25, 4 * 1.25, 8 * 1.25]
    assert len(desk.ids()) == len(set(desk.ids())) == 390


def test_a_run_that_failed_goes_on_where_it_stopped_with_the_same_ids(desk: Desk) -> None:
    first = desk.look()
    normal = desk.receiver.normal
    desk.receiver.normal = lambda request: (
        normal(request) if len(desk.receiver.requests) < 3 else (500, {"status": 0}, {})
    )
    with refuses(NeedssegError, TRIED_IN_VAIN, 6, "200 of 390") as failed:
        desk.send()
    assert failed.value.exit_code == 3
    assert desk.states()[-1] == ("failed", 100, 500)
    desk.receiver.normal = normal
    rest = desk.look()
    assert (rest.accounts, rest.already) == (190, 200)
    assert {item.message_id for batch in rest.batches for item in batch.items} <= {
        each.message_id for each in first.deliveries.values()
    }
    assert desk.send().accepted == 190
    assert Counter(desk.ids()).most_common(1)[0][1] == 1
    assert len(desk.ids()) == 390


def test_a_run_killed_before_the_answer_was_put_down_sends_the_same_ids(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.look()
    with monkeypatch.context() as killed:
        killed.setattr(deliveries, "finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            desk.send()
    assert desk.states() == [("started", 100, None)]
    again = desk.look()
    assert (again.accounts, again.unanswered) == (390, 1)
    assert again.deliveries == first.deliveries
    assert desk.send().accepted == 390
    assert len(set(desk.ids())) == 390
    assert desk.states()[0] == ("failed", 100, None)


def test_a_wrong_key_stops_at_once_and_is_nowhere_to_be_read(
    desk: Desk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    wrong = "wr0ng-and-secret"
    desk.environ[DESTINATIONS[desk.target].secret_name] = wrong
    told = ""
    try:
        told = str(desk.send().rejected)
    except NeedssegError as error:
        told = str(error)
        assert says(told, KEY_REFUSED, 401)
        assert len(desk.receiver.requests) == 1
    assert not desk.ids() or desk.target == "mixpanel"  # who answers 200 and says no in the body
    assert not desk.look().already
    put_down = "".join(row.words for row in deliveries.listing(desk.study))
    for shown in (told, put_down, caplog.text, *capfd.readouterr()):
        assert wrong not in shown
    for file in desk.study.path.parent.rglob("*"):
        assert not file.is_file() or wrong.encode() not in file.read_bytes()


def test_a_refused_batch_does_not_hold_up_the_others(desk: Desk) -> None:
    desk.receiver.script = [NO[desk.target]]
    report = desk.send()
    assert (report.accepted, len(report.rejected)) == (290, 100)
    assert all("no" in reason for reason in report.rejected.values())
    assert desk.states()[0][:2] == ("refused", 100)
    assert desk.look().accounts == 100


def test_a_host_that_sends_elsewhere_is_not_taken_for_a_yes(desk: Desk) -> None:
    desk.receiver.script = [
        (307, {"status": 1}, {"Location": "/v1/batch" if desk.target == "segment" else "/groups"})
    ] * 6
    with refuses(NeedssegError, "0 of 390") as caught:
        desk.send()
    assert mentions(caught.value, "redirect") or mentions(caught.value, TRIED_IN_VAIN)
    assert not desk.look().already


def test_what_was_sent_back_and_forth_gets_a_new_id(desk: Desk) -> None:
    desk.send()
    first = dict(desk.look(day=date(2026, 7, 1)).deliveries)
    sending.send(desk.study, desk.look(day=date(2026, 7, 1)), environ=desk.environ)
    back = desk.look()
    sent = {row.message_id for row in first.values()}
    assert back.accounts == 390
    assert not ({each.message_id for each in back.deliveries.values()} & (sent | set(desk.ids())))


@pytest.mark.parametrize(
    "host",
    ["http://api.segment.io", "https://key@api.segment.io", "ftp://127.0.0.1", "api.segment.io", "http://127.0.0.1:x"],
)
def test_keys_go_by_https_or_stay_on_this_machine(stocked: Path, host: str) -> None:
    with studies.open_study(stocked) as study, refuses(UsageError, "NEEDSSEG_SEGMENT_HOST") as refused:
        sending.outlook(study, "segment", DAY, environ={"NEEDSSEG_SEGMENT_HOST": host})
    assert "key@" not in str(refused.value)


def test_without_a_key_nothing_goes_out(desk: Desk) -> None:
    name = DESTINATIONS[desk.target].secret_name
    del desk.environ[name]
    with refuses(NeedssegError, desk.target, f"keyring set needsseg {name}"):
        desk.send()
    assert not desk.receiver.requests
    with refuses(
        UsageError,
        "salesforce",
        "segment, segment-users, segment-triggers, amplitude, amplitude-triggers, mixpanel, mixpanel-triggers, hubspot, "
        "hubspot-triggers",
    ):
        sending.outlook(desk.study, "salesforce", DAY, environ={})


@pytest.mark.parametrize("desk", ["amplitude", "hubspot"], indirect=True)
def test_what_an_answer_rejects_by_record_is_counted_and_sent_again_under_its_id(desk: Desk) -> None:
    first = desk.look()
    accounts = [item.account_id for item in first.batches[0].items]
    if desk.target == "amplitude":
        desk.receiver.script = [
            (400, {"code": 400, "error": "invalid", "events_with_invalid_fields": {"time": [1, 5]}}, {})
        ]
    else:
        errors = [{"message": "invalid", "context": {"ids": [accounts[1], accounts[5]]}}]
        desk.receiver.script = [(207, {"status": "COMPLETE", "numErrors": 2, "errors": errors, "results": []}, {})]
    report = desk.send()
    assert report.accepted == 388
    assert report.rejected == {accounts[1]: "invalid", accounts[5]: "invalid"}
    assert deliveries.listing(desk.study)[0].rejected == 2
    again = desk.look()
    assert {account: row.message_id for account, row in again.deliveries.items()} == {
        account: first.deliveries[account].message_id for account in (accounts[1], accounts[5])
    }
    assert desk.send().accepted == 2


@pytest.mark.parametrize("desk", ["hubspot"], indirect=True)
def test_hubspot_takes_record_ids_or_a_property_of_yours_as_key(desk: Desk, tmp_path: Path) -> None:
    with refuses(NeedssegError, "0015f000000N7u5AAC", "Record ID", "--key"):
        sending.outlook(desk.study, "hubspot", DAY, environ=desk.environ)
    assert desk.send().accepted == 390
    assert {each["idProperty"] for body in desk.receiver.accepted() for each in body["inputs"]} == {"crm_id"}
    (tmp_path / "companies.csv").write_text("Record ID,Company name\n101,A\n102,B\n1.2,C\n", encoding="utf-8")
    account_sources.import_source(desk.study, tmp_path / "companies.csv")
    look = sending.outlook(desk.study, "hubspot", DAY, environ=desk.environ)
    assert (look.accounts, list(look.left_out), look.already) == (2, ["1.2"], 0)
    report = desk.send(look)
    assert (report.accepted, list(report.rejected)) == (2, ["1.2"])
    assert [each["id"] for each in desk.receiver.accepted()[-1]["inputs"]] == ["101", "102"]
    assert "idProperty" not in desk.receiver.accepted()[-1]["inputs"][0]


def test_a_key_may_be_kept_in_the_keyring(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    from types import ModuleType, SimpleNamespace

    name = DESTINATIONS[desk.target].secret_name
    asked: list[tuple[str, str]] = []
    ring = ModuleType("keyring")
    ring.get_password = lambda *words: asked.append(words) or SECRET  # type: ignore[attr-defined]
    ring.errors = SimpleNamespace(KeyringError=OSError)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", ring)
    del desk.environ[name]
    assert desk.send().accepted == 390
    assert asked == [("needsseg", name)]


def test_without_the_extra_the_package_is_named(stocked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "mixpanel", None)
    environ = {"MIXPANEL_TOKEN": SECRET}
    with studies.open_study(stocked) as study:
        look = sending.outlook(study, "mixpanel", DAY, environ=environ)
        with refuses(NeedssegError, "mixpanel", "pip install 'needsseg[send]'"):
            sending.send(study, look, environ=environ)
        assert not deliveries.listing(study)


def test_users_of_one_account_are_identified_by_what_is_known_of_it(stocked: Path, tmp_path: Path) -> None:
    needs("segment")
    shutil.copytree(stocked.parent, tmp_path / "s")
    with studies.open_study(tmp_path / "s" / "study.db") as study, receiving(SECRET, receivers.segment(SECRET)) as at:
        environ = {"NEEDSSEG_SEGMENT_HOST": at.url, "SEGMENT_WRITE_KEY": SECRET}
        with refuses(NeedssegError, NO_USERS_KNOWN, "needsseg accounts import"):
            sending.outlook(study, "segment-users", DAY, environ=environ)
        one, other = (account.account_id for account in accounts.listing(study)[:2])
        usage = tmp_path / "usage.csv"
        usage.write_text(
            "account_id,user_id,event,timestamp\n"
            f"{one},ann,login,2026-05-01T10:00:00Z\n{one},bo,login,2026-05-01T10:00:00Z\n{one},both,login,2026-05-02T10:00:00Z\n"
            f"{other},both,login,2026-05-02T10:00:00Z\n{other},,login,2026-05-02T10:00:00Z\n{other},late,login,2026-07-02T10:00:00Z\n"
            "nobody,cy,login,2026-05-02T10:00:00Z\n",
            encoding="utf-8",
        )
        account_sources.import_source(study, usage)
        desk = Desk(study, "segment-users", at, environ, [])
        assert desk.send().accepted == 2
        [body] = at.accepted()
        assert [event["userId"] for event in body["batch"]] == ["ann", "bo"]
        profile = next(each for each in accounts.profiles(study, DAY) if each.account_id == one)
        for event in body["batch"]:
            assert event["type"] == "identify"
            assert event["traits"]["account_id"] == one
            assert event["traits"]["lifecycle_stage"] == profile.lifecycle_stage
        assert desk.look().accounts == 0  # nothing goes out again
        made = export.export(study, "segment-users", tmp_path / "users.jsonl", DAY)
        assert made.rows == 2
        written = json.loads((tmp_path / "users.jsonl").read_text(encoding="utf-8"))["batch"]
        assert [event["userId"] for event in written] == ["ann", "bo"]


def _post_plainly(secret: str, host: str, key: str) -> Callable[[Batch], Answer]:
    def post(batch: Batch) -> Answer:
        body = json.dumps({"secret": secret, "rows": [item.record for item in batch.items]}).encode()
        asked = urllib.request.Request(f"{host}/rows", body, {"Content-Type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
            return Answer("accepted", answer.status, "")

    return post


def test_one_record_makes_a_destination(stocked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = Destination(
        name="made-up",
        ending="jsonl",
        key="number",
        limits=Limits(200, 900_000, 9_000),
        record=lambda row, message_id, key: {key: row["account_id"], "stage": row["lifecycle_stage"], "id": message_id},
        body=lambda records: {"rows": records},
        host="https://made-up.example",
        host_name="MADE_UP_HOST",
        secret_name="MADE_UP_KEY",  # noqa: S106
        post=_post_plainly,
    )
    monkeypatch.setitem(DESTINATIONS, made_up.name, made_up)
    shutil.copytree(stocked.parent, tmp_path / "s")
    reply: receivers.Reply = (200, {}, {})
    with studies.open_study(tmp_path / "s" / "study.db") as study, receiving(SECRET, lambda _: reply) as at:
        assert "made-up" in export.targets() and export.file_name("made-up", DAY).endswith(".jsonl")
        export.check_options("made-up", None, False, "crm_id")
        written = export.export(study, "made-up", tmp_path / "rows.jsonl", DAY)
        bodies = [json.loads(line) for line in written.path.read_text(encoding="utf-8").splitlines()]
        assert [len(body["rows"]) for body in bodies] == [200, 190]
        manifest = json.loads(written.manifest.read_text(encoding="utf-8"))
        assert (manifest["format"], manifest["batches"]) == ("made-up", 2)
        desk = Desk(study, "made-up", at, {"MADE_UP_HOST": at.url, "MADE_UP_KEY": SECRET}, [])
        assert desk.look().host == at.url and desk.send() == SendReport(390, {}, 2, 2)
        sent = [row for body in at.accepted() for row in body["rows"]]
        assert {body["secret"] for body in at.accepted()} == {SECRET}
        assert [row["number"] for row in sent] == [row["number"] for body in bodies for row in body["rows"]]
        assert desk.look().accounts == 0
