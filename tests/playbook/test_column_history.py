"""A number or a flag has a past where the accounts were imported several times: since when a rule holds is known then."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from needsseg.actions.accounts import account_sources
from needsseg.actions.accounts.own_columns import OwnGiven
from needsseg.actions.playbook import triggers
from needsseg.actions.study import history
from needsseg.study.accounts import accounts
from needsseg.study.connection import Study

RULES = "[column_rule.Large]\ncolumn.Seats = { at_least = 50 }\n"
BOTH = "[column_rule.Large]\ncolumn.Seats = { at_least = 50 }\ncolumn.Renewal = { within_days = 60 }\n"


class Importing:
    """Imports accounts on days of the calendar, into a study with rules of triggers."""

    def __init__(self, study: Study, folder: Path, patch: pytest.MonkeyPatch, rules: str) -> None:
        self.study, self.folder, self.patch = study, folder, patch
        (folder / "words").mkdir(exist_ok=True)
        (folder / "words" / "triggers.toml").write_text(rules, encoding="utf-8")
        settings = study.path.parent / "needsseg.toml"
        settings.write_text(f'prompts = "{folder / "words"}"\n', encoding="utf-8")

    def on(
        self, day: str, seats: dict[str, str], *, add: bool = False, own: OwnGiven | None = None, renewal: str = ""
    ) -> None:
        self.patch.setattr("needsseg.study.accounts.accounts.now", lambda: f"{day}T12:00:00+00:00")
        rows = "".join(f"{id_},Firm {id_},{number},{renewal}\n" for id_, number in seats.items())
        file = self.folder / f"{day}.csv"
        file.write_text(f"Id,Name,Seats,Renewal\n{rows}", encoding="utf-8")
        account_sources.import_source(self.study, file, "accounts", add=add, own=own)

    def fired(self, as_of: str = "2026-06-30") -> dict[str, tuple[str, str]]:
        """Return the day and the evidence of each account's trigger."""
        rows = triggers.fired(self.study, date.fromisoformat(as_of)).rows
        return {row.trigger.account_id: (str(row.trigger.fired_on), row.trigger.evidence) for row in rows}


@pytest.fixture
def crm(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Importing:
    return Importing(study, tmp_path, monkeypatch, RULES)


def test_a_number_that_changed_fires_on_the_day_of_the_import_that_brought_it(crm: Importing) -> None:
    crm.on("2026-04-01", {"a": "40", "b": "60", "c": "60"})
    crm.on("2026-05-01", {"a": "55", "b": "70", "c": "10", "d": "90"})
    crm.on("2026-06-01", {"a": "56", "b": "80", "c": "60", "d": "91"}, add=True)
    assert crm.fired() == {
        "a": ("2026-05-01", "Seats = 56 (at least 50), since the import of 2026-05-01 (on 2026-04-01: Seats = 40)"),
        "b": ("2026-04-01", "Seats = 80 (at least 50), as imported on 2026-04-01"),
        "c": ("2026-06-01", "Seats = 60 (at least 50), since the import of 2026-06-01 (on 2026-05-01: Seats = 10)"),
        "d": ("2026-05-01", "Seats = 91 (at least 50), as imported on 2026-05-01"),
    }


def test_what_was_not_known_on_a_day_does_not_count_then(crm: Importing) -> None:
    crm.on("2026-04-01", {"a": "40", "b": "60"})
    crm.on("2026-05-01", {"a": "55", "b": "10"})
    assert crm.fired("2026-04-15") == {"b": ("2026-04-01", "Seats = 60 (at least 50), as imported on 2026-04-01")}
    assert set(crm.fired("2026-05-01")) == {"a"}
    # Before the first import its values are the nearest that there are.
    assert crm.fired("2026-03-01") == {"b": ("2026-03-01", "Seats = 60 (at least 50), as imported on 2026-04-01")}


def test_the_id_stays_the_same_with_every_import(crm: Importing) -> None:
    crm.on("2026-04-01", {"a": "60"})
    (before,) = triggers.fired(crm.study, date(2026, 6, 30)).rows
    crm.on("2026-05-01", {"a": "61"})
    (after,) = triggers.fired(crm.study, date(2026, 6, 30)).rows
    assert (before.trigger.id, before.trigger.fired_on) == (after.trigger.id, after.trigger.fired_on)


def test_an_import_that_was_taken_back_tells_nothing(crm: Importing) -> None:
    crm.on("2026-04-01", {"a": "60"})
    crm.on("2026-05-01", {"a": "10"})
    history.undo(crm.study)
    crm.on("2026-06-01", {"a": "61"})
    assert [source.imported_at[:10] for source in accounts.imports_of(crm.study, "accounts")] == [
        "2026-04-01",
        "2026-06-01",
    ]
    assert crm.fired()["a"][0] == "2026-04-01"
    history.undo(crm.study)
    history.undo(crm.study)
    assert accounts.imports_of(crm.study, "accounts") == []


def test_an_import_without_its_file_or_with_another_type_is_left_out(crm: Importing) -> None:
    crm.on("2026-03-01", {"a": "10"})
    crm.on("2026-04-01", {"a": "20"}, own=OwnGiven({"Seats": "text"}))
    crm.on("2026-05-01", {"a": "60"}, own=OwnGiven({"Seats": "guess"}))
    assert crm.fired()["a"] == ("2026-05-01", "Seats = 60 (at least 50), as imported on 2026-05-01")
    crm.on("2026-06-01", {"a": "61"})
    (crm.study.stack / accounts.imports_of(crm.study, "accounts")[-2].parquet).unlink()
    assert crm.fired()["a"][0] == "2026-06-01"


def test_of_two_imports_of_a_day_the_last_counts(crm: Importing) -> None:
    crm.on("2026-04-01", {"a": "60"})
    crm.on("2026-04-01", {"a": "10"})
    crm.on("2026-05-01", {"a": "60"})
    assert crm.fired()["a"][0] == "2026-05-01"


def test_a_date_and_a_number_fire_when_both_hold(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crm = Importing(study, tmp_path, monkeypatch, BOTH)
    crm.on("2026-04-01", {"a": "40", "b": "60"}, renewal="2026-06-10")
    crm.on("2026-05-01", {"a": "55", "b": "60"}, renewal="2026-06-10")
    assert {id_: day for id_, (day, _) in crm.fired().items()} == {"a": "2026-05-01", "b": "2026-04-11"}
    assert set(crm.fired("2026-04-20")) == {"b"}
