"""Patterns of use: planted ones are found, a mere cloud gives none, and nothing depends on order or chance."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from needsseg.accounts.tiers.behaviour import Behaviour
from needsseg.accounts.tiers.patterns import SIGNALS, WORDS, figures, names, patterns, signals
from needsseg.errors import NeedssegError
from tests.fixtures.accounts.behaviours import planted_behaviours
from tests.fixtures.wording.accounts import LIKE_MOST, NO_PATTERNS
from tests.fixtures.wording.matching import refuses, says


def cloud(rng: random.Random, id_: str) -> Behaviour:
    """Accounts of one kind, larger and smaller."""
    size = rng.gauss(0, 1)
    events = max(3, int(2.718 ** (3.5 + 0.8 * size + rng.gauss(0, 0.3))))
    return Behaviour(id_, events, max(1, int(events * 2.718 ** rng.gauss(0, 0.3))), min(30, 1 + int(8 * 2.718 ** (0.4 * size))),
                     1 + int(3 * 2.718 ** (0.5 * size + rng.gauss(0, 0.4))), min(16, 1 + int(7 * 2.718 ** (0.3 * size))),
                     int(events * 0.05 * rng.random()), int(events * rng.betavariate(2, 6)),
                     int(rng.expovariate(1)))  # fmt: skip


def test_planted_patterns_are_found_and_named_by_what_sets_them_apart() -> None:
    found = patterns(planted_behaviours())
    assert [len(one.accounts) for one in found.patterns] == [60, 50]
    teams, machines = found.patterns
    assert all(id_.startswith("team") for id_ in teams.accounts)
    assert WORDS["api_share"][0] in machines.name
    assert any(many in teams.name for many, _ in WORDS.values())
    assert machines.differences[0][0] in SIGNALS
    assert machines.medians["api_share"] > 0.8
    assert machines.segments == {"technical": 50}
    assert (found.active, found.none, found.clouds, found.warnings) == (110, (), 0, ())


def test_order_and_idle_accounts_change_nothing() -> None:
    rows = planted_behaviours()
    shuffled = [*rows, Behaviour("idle", events_previous=90)]
    random.Random(1).shuffle(shuffled)
    assert patterns(shuffled) == patterns(rows)


def test_beyond_the_sketch_the_rest_are_put_to_the_pattern_they_lie_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("needsseg.accounts.tiers.patterns.SKETCH", 80)
    found = patterns(planted_behaviours(200))
    assert found.active == 390
    assert [{id_[:3] for id_ in one.accounts} for one in found.patterns] == [{"tea"}, {"api"}]
    assert sum(len(one.accounts) for one in found.patterns) > 380


@pytest.mark.parametrize("seed", range(5))
def test_accounts_that_differ_by_degrees_give_no_pattern_or_a_warning(seed: int) -> None:
    rng = random.Random(seed)
    found = patterns([cloud(rng, f"c{number}") for number in range(300)])
    assert found.warnings
    if not found.patterns:
        assert says(found.warnings[0], NO_PATTERNS)
        assert len(found.none) == 300


def test_all_alike_give_no_pattern() -> None:
    found = patterns([Behaviour(f"a{n}", 30, 30, 9, 3, 4) for n in range(60)])
    assert (found.patterns, found.clouds) == ((), None)


def test_too_few_accounts_are_refused_in_words() -> None:
    rows = planted_behaviours()[:49]
    with refuses(NeedssegError, 49, 50, "needsseg profile"):
        patterns([*rows, *(replace(row, account_id=f"x{row.account_id}", events=0) for row in rows)])


def test_names_tell_patterns_apart() -> None:
    first = f"{WORDS['api_share'][0]}, {WORDS['active_users'][1]}"
    assert names([[("api_share", 2.0), ("active_users", -1.0), ("events", 0.1)], [("events", 0.2)]]) == [
        first, LIKE_MOST,
    ]  # fmt: skip
    same = [("api_share", 2.0), ("active_users", -1.0)]
    assert names([[*same, ("events", 0.6)], [*same, ("events", 0.6)], same]) == [
        first, f"{first}, {WORDS['events'][0]}", f"{first} (2)",
    ]  # fmt: skip


def test_every_signal_has_words() -> None:
    assert tuple(signals(Behaviour("a", 10, 10))) == tuple(WORDS) == SIGNALS
    assert len({words for pair in WORDS.values() for words in pair}) == 2 * len(SIGNALS), "each way has its own"


def two_sizes(lacks: tuple[str, ...] = (), api: int = 0, number: int = 60) -> list[Behaviour]:
    """Small and large accounts without any mobile use, whose shares of API events would differ by small counts alone."""
    rng = random.Random(5)
    small = [Behaviour(f"s{n}", rng.randint(1, 4), 4, rng.randint(1, 3), 1, 1, min(api, 1)) for n in range(number)]
    large = [
        Behaviour(f"l{n}", rng.randint(300, 400), 350, rng.randint(20, 25), rng.randint(30, 40), 9, api)
        for n in range(number)
    ]
    return [replace(row, lacks=lacks) for row in small + large]


@pytest.mark.parametrize(
    "lacks", [("source",), ("user",), ("feature",), ("invite",), ("user", "feature", "source", "invite")]
)
def test_a_signal_that_the_source_cannot_give_is_never_named(lacks: tuple[str, ...]) -> None:
    found = patterns(two_sizes(lacks))
    assert len(found.patterns) >= 2
    gone = {
        "source": ("api_share", "mobile_share"), "user": ("active_users",), "feature": ("feature_breadth",),
        "invite": ("invitations",),
    }  # fmt: skip
    unknown = [name for key in lacks for name in gone[key]]
    assert list(found.unknown) == unknown and len(found.without) == len(lacks)
    for pattern in found.patterns:
        assert not {name for name, _ in pattern.differences} & set(unknown)
        assert not any(words in pattern.name for name in unknown for words in WORDS[name])
        assert (
            [pattern.medians[name] for name in unknown] == [None] * len(unknown) == [found.medians[n] for n in unknown]
        )
    assert says(found.warnings[0], *(name.replace("_", " ") for name in unknown))


@pytest.mark.parametrize("api", [0, 1])
def test_small_counts_are_no_shares(api: int) -> None:
    """One API event of one to four is not a high API share, and none of four is not a low one."""
    found = patterns(two_sizes(api=api))
    assert len(found.patterns) >= 2
    for pattern in found.patterns:
        assert "API" not in pattern.name and "mobile" not in pattern.name
        assert not {"api_share", "mobile_share"} & {name for name, by in pattern.differences if abs(by) >= 0.5}
    small = next(one for one in found.patterns if one.accounts[0].startswith("s"))
    assert (small.medians["api_share"], small.medians["mobile_share"]) == (None, None)


def test_every_difference_that_is_named_is_one_of_the_figures() -> None:
    for rows in (planted_behaviours(), two_sizes()):
        found = patterns(rows)
        by_id = {row.account_id: row for row in rows}
        for pattern in found.patterns:
            inside = set(pattern.accounts)
            for name, by in pattern.differences:
                own, others = (
                    sorted(
                        value
                        for id_, row in by_id.items()
                        if (id_ in inside) == side and (value := figures(row)[name]) is not None
                    )
                    for side in (True, False)
                )
                assert (own[len(own) // 2] - others[len(others) // 2]) * by >= 0
