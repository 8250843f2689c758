"""A rule names the feature that tells an account's segment apart: the same on its page as among all accounts."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from needsseg.actions.accounts import account_sources, accounts
from needsseg.records import Label
from needsseg.study.connection import Study

DAY = date(2026, 6, 1)
SIZE = 20


def with_use(study: Study, folder: Path) -> list[Label]:
    """Two segments of 20 accounts: 18 Builders use gantt and 2 Reporters do; the last Builders are new and use boards alone."""
    ids = [f"{segment}{n:02}" for segment in "br" for n in range(SIZE)]
    created = {id_: "2026-05-20" if id_ in ("b18", "b19") else "2025-01-01" for id_ in ids}
    rows = "".join(f"{id_},Firm {id_},{created[id_]}\n" for id_ in ids)
    (folder / "crm.csv").write_text(f"account_id,name,created_at\n{rows}", encoding="utf-8")
    events = []
    for place, id_ in enumerate(ids):
        is_builder, number = place < SIZE, place % SIZE
        features = ["boards"] + ["gantt"] * (number < 18 if is_builder else number < 2)
        events += [f"{id_},u,used,{feature},{DAY - timedelta(days=each)}" for feature in features for each in (3, 10)]
    (folder / "usage.csv").write_text(
        "account_id,user_id,event,feature,timestamp\n" + "\n".join(events), encoding="utf-8"
    )
    for name in ("crm", "usage"):
        account_sources.import_source(study, folder / f"{name}.csv")
    return [Label(id_, "Builder" if id_[0] == "b" else "Reporter", "survey", 0.9, "") for id_ in ids]


def test_it_is_named_with_its_evidence_and_the_page_says_the_same(study: Study, tmp_path: Path) -> None:
    labels = with_use(study, tmp_path)
    rows = {row.account_id: row for row in accounts._profiles(study, DAY, None, labels)}
    named = {id_: action for id_, row in rows.items() for action in row.actions if action.rule == "segment-onboarding"}
    assert set(named) == {"b18", "b19"}
    assert named["b18"].text == "Onboarding for Builder: show gantt next"
    assert any(
        fact.startswith(
            "gantt tells Builder apart: 90% of 20 accounts used it in the last 90 days, 10% of 20 of the other"
        )
        for fact in named["b18"].evidence
    )
    for id_ in ("b18", "r05"):
        assert accounts.profile_of(study, id_, DAY, given=labels) == rows[id_]


def test_a_page_that_is_asked_for_first_says_it_too(study: Study, tmp_path: Path) -> None:
    labels = with_use(study, tmp_path)
    page = accounts.profile_of(study, "b19", DAY, given=labels)
    assert "Onboarding for Builder: show gantt next" in [action.text for action in page.actions]


def test_one_segment_tells_nothing(study: Study, tmp_path: Path) -> None:
    labels = [label for label in with_use(study, tmp_path) if label.segment == "Builder"]
    actions = [action.rule for row in accounts._profiles(study, DAY, None, labels) for action in row.actions]
    assert "segment-onboarding" not in actions
