"""Label accounts from the labels of their texts, weighted by age, and measure disagreement.

For each account, a text labelled with segment s on a day before D weighs ``confidence · 0.5^(age in days / 180)`` for s; a
text without a day weighs as one 180 days old. A segment carries the account where it has at least two texts, at least half
of the weight, and more than any other. Its confidence is its weight over that of all segments and half a text of none, so
that few or old texts never give high confidence. All numbers are our own choice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from needsseg.accounts.engines.spill import spill_folder
from needsseg.accounts.ingest.cells import text

HALF_LIFE_DAYS = 180
LEAST_TEXTS = 2
LEAST_SHARE = 0.5
DOUBT = 0.5
EXACT = 10_000
"""Confidences have four decimals and are summed as integers, so that sums do not depend on their order."""


@dataclass(frozen=True, slots=True)
class DayOfTexts:
    """Texts of one account with one label on one day: their number, and the sum of their confidences."""

    account_id: str
    segment: str
    day: int | None
    texts: int
    confidence: float


@dataclass(frozen=True, slots=True)
class AssignedLabel:
    """An account's label from its texts: ``disagreement`` is the share of weight of other segments, ``undated`` are texts without
    a day among ``texts`` (those of the segment), ``others`` counts texts of other segments.
    """

    account_id: str
    segment: str
    confidence: float
    disagreement: float
    texts: int
    others: int
    undated: int
    newest_day: int | None


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One labelled text of an account, to show as evidence: its day, its beginning, and the closest passages."""

    segment: str
    confidence: float
    day: int | None
    excerpt: str
    evidence: tuple[int, ...]
    id: str
    file: str


def label_of(days: Sequence[DayOfTexts], as_of_day: int | None) -> AssignedLabel | None:
    """Return the label of one account, or None; texts from ``as_of_day`` on do not count.

    Where it is None, age is relative to the account's newest text.
    """
    counting_days = [day for day in days if day.day is None or as_of_day is None or day.day < as_of_day]
    newest = max((day.day for day in counting_days if day.day is not None), default=None)
    today = as_of_day if as_of_day is not None else None if newest is None else newest + 1
    weights: dict[str, float] = defaultdict(float)
    # Sorted, so that floating-point sums do not depend on the order of the texts.
    for day in sorted(
        counting_days, key=lambda day_of_texts: (day_of_texts.segment, day_of_texts.day is None, day_of_texts.day or 0)
    ):
        age = HALF_LIFE_DAYS if day.day is None or today is None else today - day.day
        weights[day.segment] += day.confidence * 0.5 ** (age / HALF_LIFE_DAYS)
    total = sum(weights.values())
    if not total:
        return None
    best = max(weights, key=lambda name: weights[name])
    segment_days = [day for day in counting_days if day.segment == best]
    texts = sum(day.texts for day in segment_days)
    is_unique = sum(weight == weights[best] for weight in weights.values()) == 1
    if texts < LEAST_TEXTS or weights[best] / total < LEAST_SHARE or not is_unique:
        return None
    return AssignedLabel(
        segment_days[0].account_id,
        best,
        round(weights[best] / (total + DOUBT), 4),
        round(1 - weights[best] / total, 4),
        texts,
        sum(day.texts for day in counting_days) - texts,
        sum(day.texts for day in segment_days if day.day is None),
        max((day.day for day in segment_days if day.day is not None), default=None),
    )


def labels_of(
    days: Iterable[DayOfTexts], as_of_day: int | None, segments: AbstractSet[str], merged: Mapping[str, str]
) -> list[AssignedLabel]:
    """Return labels by account, for accounts whose texts give one; only texts with labels in ``segments`` count.

    ``merged`` maps ids of merged accounts to their survivors.
    """
    days_by_account: dict[str, list[DayOfTexts]] = defaultdict(list)
    labels: list[AssignedLabel] = []
    for account, account_days in groupby(days, key=lambda day: day.account_id):
        counting_days = [day for day in account_days if day.segment in segments]
        if account in merged or account in merged.values():
            into = merged.get(account, account)
            days_by_account[into] += [
                DayOfTexts(into, day.segment, day.day, day.texts, day.confidence) for day in counting_days
            ]
        elif (label := label_of(counting_days, as_of_day)) is not None:
            labels.append(label)
    labels += [
        label for counting_days in days_by_account.values() if (label := label_of(counting_days, as_of_day)) is not None
    ]
    return sorted(labels, key=lambda label: label.account_id)


def days_of(files: Sequence[Path]) -> Iterator[DayOfTexts]:
    """Yield the labelled texts of all ``files`` (newest first) by account, segment and day, sorted by account.

    The same text of an account on one day counts once, with the label of the newest file.
    """
    import duckdb

    if not files:
        return
    with spill_folder(files[0].parent) as folder, duckdb.connect() as con:
        con.execute("SET memory_limit = '500MB'; SET threads = 1")
        con.execute(f"SET temp_directory = {text(str(folder))}")
        result = con.execute(
            "SELECT account_id, label, day, count(*), sum(exact) FROM ("
            "SELECT account_id, day, key, arg_min_null(label, file_at) AS label, "
            f"arg_min((confidence * {EXACT})::BIGINT, file_at) AS exact FROM ({_all(files)}) "
            "WHERE account_id <> '' GROUP BY account_id, day, key) "
            "WHERE label IS NOT NULL GROUP BY account_id, label, day ORDER BY account_id, label, day"
        )
        while rows := result.fetchmany(5_000):
            for account, segment, day, count, exact in rows:
                yield DayOfTexts(account, segment, day, int(count), int(exact) / EXACT)


def texts_of(
    files: Sequence[tuple[str, Path]], accounts: Sequence[str], as_of_day: int | None, most: int
) -> list[LabelledText]:
    """Return at most ``most`` labelled texts of one account (all its ids), newest first and undated ones last.

    ``files`` are (name to show, path), newest first; texts from ``as_of_day`` on are left out.
    """
    import duckdb

    if not files or not accounts:
        return []
    ids = ", ".join(text(account) for account in accounts)
    before = "" if as_of_day is None else f"AND (day IS NULL OR day < {as_of_day})"
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        rows = con.execute(
            "SELECT label, confidence, day, excerpt, evidence, id, file_at FROM (SELECT *, row_number() OVER "
            f"(PARTITION BY account_id, day, key ORDER BY file_at, row) AS again FROM ({_all([file for _, file in files])}) "
            f"WHERE account_id IN ({ids}) {before}) WHERE again = 1 AND label IS NOT NULL "
            f"ORDER BY day DESC NULLS LAST, confidence DESC, file_at, row LIMIT {most}"
        ).fetchall()
    return [
        LabelledText(label, confidence, day, excerpt, tuple(evidence), id_, files[file_number][0])
        for label, confidence, day, excerpt, evidence, id_, file_number in rows
    ]


def _all(files: Sequence[Path]) -> str:
    """Return SQL for all rows with the index of their file, including abstentions, which replace older labels."""
    return " UNION ALL ".join(
        f"SELECT *, {place} AS file_at FROM read_parquet({text(str(file))})" for place, file in enumerate(files)
    )
