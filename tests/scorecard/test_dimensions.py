"""What accounts are divided by: names, own columns, crossing, order, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from needsseg.accounts.own.columns import OwnColumn
from needsseg.accounts.own.segments import OwnSegments
from needsseg.accounts.tiers.lifecycle import Lifecycle
from needsseg.accounts.tiers.profile import AccountProfile, profiles
from needsseg.errors import UsageError
from needsseg.records import Account
from needsseg.scorecard.dimensions import MOST_SEGMENTS, dimensions, in_words, ordered, segments_of

STAGE = Lifecycle("engaged", ("engaged",), {}, plan="Team")


def profile(id_: str, employees: str = "10") -> AccountProfile:
    account = Account(id_, id_, employees=employees, industry="Mid_market")
    return profiles([account], None, {id_: STAGE}, [], date(2026, 7, 1), "v")[0]


def own(name: str, by_account: dict[str, str]) -> OwnSegments:
    return OwnSegments(OwnColumn(name, name, "own_0001", "text"), by_account)


PROFILES = [profile("a", "10"), profile("b", "90"), profile("c", "900"), profile("d", "")]


def test_scales_give_the_order_and_unknown_is_no_segment() -> None:
    chosen = dimensions(["Size"], {})
    segments = segments_of(PROFILES, chosen)
    assert segments == {"a": "small", "b": "mid_market", "c": "enterprise", "d": ""}
    assert ordered(segments, chosen) == ("small", "mid_market", "enterprise")


def test_own_columns_divide_too_and_are_crossed() -> None:
    columns = {"Team": own("Team", {"a": "red", "b": "blue", "c": "blue", "d": "blue"})}
    chosen = dimensions(["size", "team"], columns)
    segments = segments_of(PROFILES, chosen)
    assert segments == {"a": "small × red", "b": "mid_market × blue", "c": "enterprise × blue", "d": ""}
    assert ordered(segments, chosen) == ("small × red", "mid_market × blue", "enterprise × blue")
    with pytest.raises(UsageError, match="icp, plan, Team"):
        dimensions(["colour"], columns)


def test_words_of_the_programs_scales_lose_underscores_and_peoples_do_not() -> None:
    chosen = dimensions(["size", "industry"], {})
    assert in_words("mid_market × Mid_market", chosen) == "mid market × Mid_market"


def test_what_has_too_many_values_is_refused() -> None:
    many = [replace(PROFILES[0], account_id=f"a{number}") for number in range(MOST_SEGMENTS + 1)]
    chosen = dimensions(["owner"], {"owner": own("owner", {row.account_id: row.account_id for row in many})})
    with pytest.raises(UsageError, match="owner has 61 different values"):
        segments_of(many, chosen)
    assert len(segments_of(many[1:], chosen)) == MOST_SEGMENTS
