"""Labels of accounts from labelled texts: recency, disagreement, days that do not count yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from needsseg.accounts.assign.labels import DayOfTexts, days_of, label_of, labels_of, texts_of
from needsseg.accounts.assign.parts import AssignedText, Verdict, write_part

D = 20_000


def _day(segment: str, day: int | None, texts: int = 1, sure: float = 0.9, account: str = "A") -> DayOfTexts:
    return DayOfTexts(account, segment, day, texts, round(texts * sure, 4))


def test_weights_halve_in_180_days_and_the_confidence_leaves_room_for_doubt() -> None:
    found = label_of([_day("Builder", D - 180, 4), _day("Reporter", D - 360, 4)], D)
    assert found is not None
    builder, reporter = 3.6 * 0.5, 3.6 * 0.25
    assert found.segment == "Builder"
    assert found.confidence == round(builder / (builder + reporter + 0.5), 4)
    assert found.disagreement == round(reporter / (builder + reporter), 4)
    assert (found.texts, found.others, found.newest_day) == (4, 4, D - 180)


@pytest.mark.parametrize(
    "days",
    [
        [_day("Builder", D - 1)],
        [_day("Builder", D - 1, 2), _day("Reporter", D - 1, 2)],
        [_day("Builder", D - 1, 4), _day("Reporter", D - 1, 3), _day("Coordinator", D - 1, 3)],
        [_day("Builder", D, 5), _day("Builder", D + 3, 5), _day("Builder", D - 1)],
        [],
    ],
    ids=["one text", "a tie", "below half", "later than the day", "nothing"],
)
def test_no_label_without_two_texts_and_half_of_the_weight(days: list[DayOfTexts]) -> None:
    assert label_of(days, D) is None


def test_undated_texts_count_as_half_a_year_old_and_are_said() -> None:
    found = label_of([_day("Builder", None, 3)], D)
    assert found is not None and (found.undated, found.newest_day) == (3, None)
    assert found.confidence == round(1.35 / 1.85, 4)


DAYS = st.lists(
    st.builds(_day, st.sampled_from(["a", "b", "c"]), st.none() | st.integers(D - 900, D + 10), st.integers(1, 5)),
    max_size=12,
)


@given(DAYS, st.randoms())
def test_the_order_of_texts_is_nothing_and_a_later_text_changes_nothing(days: list[DayOfTexts], random: object) -> None:
    found = label_of(days, D)
    mixed = list(days)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert label_of(mixed, D) == found
    assert label_of([*days, _day("z", D, 50)], D) == found
    if found is not None:
        assert 0 < found.confidence < 1 and 0 <= found.disagreement <= 0.5


def test_merged_accounts_are_one_and_segments_that_are_gone_do_not_count() -> None:
    days = [
        _day("Builder", D - 1, 1, account="old"),
        _day("Builder", D - 2, 1, account="new"),
        _day("Gone", D - 1, 9, account="x"),
    ]
    (found,) = labels_of(days, D, {"Builder"}, {"old": "new"})
    assert (found.account_id, found.texts) == ("new", 2)


def _text(row: int, account: str, day: int | None, label: str | None, key: str) -> AssignedText:
    verdict = Verdict(label, 0.8, "Builder", None, "" if label else "nothing fits", (3, 1), False)
    return AssignedText(row, str(row), account, day, f"text {row}", key * 32, verdict)


def test_a_text_counts_once_and_the_newest_file_holds(tmp_path: Path) -> None:
    old, new = tmp_path / "old.parquet", tmp_path / "new.parquet"
    write_part(
        [
            _text(2, "A", D, "Builder", "a"),
            _text(3, "A", D, "Builder", "a"),
            _text(4, "A", D, "Builder", "b"),
            _text(5, "", D, "Builder", "c"),
        ],
        old,
    )
    write_part([_text(2, "A", D, None, "b"), _text(3, "A", D + 1, "Reporter", "d")], new)
    assert list(days_of([new, old])) == [
        DayOfTexts("A", "Builder", D, 1, 0.8),
        DayOfTexts("A", "Reporter", D + 1, 1, 0.8),
    ]
    shown = texts_of([("new.csv", new), ("old.csv", old)], ["A"], None, 9)
    assert [(one.segment, one.file, one.excerpt, one.evidence) for one in shown] == [
        ("Reporter", "new.csv", "text 3", (3, 1)), ("Builder", "old.csv", "text 2", (3, 1)),
    ]  # fmt: skip
    assert [one.segment for one in texts_of([("new.csv", new), ("old.csv", old)], ["A"], D + 1, 9)] == ["Builder"]
    assert list(days_of([])) == []
