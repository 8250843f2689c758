"""One account opened reads itself alone, and says what it says among all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date
from pathlib import Path
from threading import Event

import pytest

from needsseg.actions.accounts import accounts
from needsseg.actions.accounts.result_cache import MOST_RESULTS, cached
from needsseg.actions.playbook.triggers import fired, fired_of
from needsseg.study.connection import Study

AS_OF = date(2026, 7, 1)


@pytest.mark.slow
def test_one_profile_is_the_one_among_all(demo_study: Study) -> None:
    everyone = accounts.profiles(demo_study, AS_OF)
    labelled = [row for row in everyone if row.needs_segment]
    for row in [*labelled[:4], *everyone[::80]]:
        assert accounts.profile_of(demo_study, row.account_id, AS_OF) == row


@pytest.mark.slow
def test_one_accounts_triggers_are_those_among_all_also_from_kept_counts(demo_study: Study) -> None:
    rows = fired(demo_study, AS_OF).rows
    busiest = sorted({row.trigger.account_id for row in rows})[::60]
    for account in busiest * 2:
        own = [row.trigger for row in rows if row.trigger.account_id == account]
        assert [row.trigger for row in fired_of(demo_study, account, AS_OF, date(2000, 1, 1))] == own
        assert [row.trigger for row in fired(demo_study, AS_OF, account=account).rows] == own


def _count(study: Study, key: object, calls: list[object]) -> list[int]:
    def compute() -> list[int]:
        calls.append(key)
        return [1, 2, 3]

    return cached(study, ("numbers", key), compute, list, lambda values: [int(value) for value in values])


def test_a_result_is_computed_once_for_what_it_depends_on(talk: Study) -> None:
    calls: list[object] = []
    assert _count(talk, "a", calls) == _count(talk, "a", calls) == _count(talk, "b", calls) == [1, 2, 3]
    assert calls == ["a", "b"]


def test_a_result_asked_for_while_it_is_computed_is_waited_for(talk: Study) -> None:
    begun, may_end, calls = Event(), Event(), []

    def compute() -> int:
        calls.append(1)
        begun.set()
        assert may_end.wait(30)
        return 7

    def ask() -> int:
        return cached(talk, ("slow",), compute, int, int)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask)
        assert begun.wait(30)
        second = pool.submit(ask)
        assert not wait([second], timeout=0.2).done
        may_end.set()
        assert (first.result(30), second.result(30), calls) == (7, 7, [1])


@pytest.mark.parametrize("content", [b"", b"[1, 2", b'{"a": 1}', b'["x"]', b"\xff\xfe", b"null"])
def test_a_damaged_result_is_computed_again(talk: Study, content: bytes) -> None:
    calls: list[object] = []
    _count(talk, "a", calls)
    (file,) = talk.results.glob("*.json")
    file.write_bytes(content)
    assert _count(talk, "a", calls) == [1, 2, 3] and len(calls) == 2
    assert _count(talk, "a", calls) == [1, 2, 3] and len(calls) == 2


def test_results_are_private_and_few(talk: Study) -> None:
    calls: list[object] = []
    for key in range(MOST_RESULTS + 3):
        _count(talk, key, calls)
    folder = talk.results
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(list(folder.iterdir())) == MOST_RESULTS


def test_a_folder_that_cannot_be_written_to_withholds_nothing(talk: Study, tmp_path: Path) -> None:
    talk.stack.mkdir(exist_ok=True)
    talk.results.write_text("a file in its place", encoding="utf-8")
    calls: list[object] = []
    assert _count(talk, "a", calls) == [1, 2, 3]
