from __future__ import annotations

from pathlib import Path

import pytest

from needsseg.accounts.tiers.firmographic import IcpRule, firmographic, load_icp, revenue_tier, size_tier
from needsseg.accounts.tiers.geography import region_of
from needsseg.errors import UsageError
from needsseg.records import Account
from needsseg.settings import shipped
from tests.fixtures.wording.matching import refuses


@pytest.mark.parametrize(
    ("said", "tier"),
    [
        ("1", "small"), ("50", "small"), ("51", "mid_market"), ("500", "mid_market"), ("501", "enterprise"),
        ("1,000", "enterprise"), ("51-200", "mid_market"), ("1–50 employees", "small"), ("10,001+", "enterprise"),
        ("2.5k", "enterprise"), ("120.0", "mid_market"), ("40-60", "unknown"), ("500+", "enterprise"), ("0", "unknown"),
        ("", "unknown"), ("n/a", "unknown"), ("-5", "unknown"), ("1.000", "unknown"), ("200-51", "unknown"),
    ],
)  # fmt: skip
def test_size(said: str, tier: str) -> None:
    assert size_tier(said) == tier


@pytest.mark.parametrize(
    ("said", "tier"),
    [
        ("999,999", "under_1m"), ("1,000,000", "1m_to_50m"), ("1M", "1m_to_50m"), ("49999999", "1m_to_50m"),
        ("50M", "50m_and_over"), ("2.5M", "1m_to_50m"), ("$1M - $5M", "1m_to_50m"), ("1-5M", "1m_to_50m"),
        ("2.5E8", "50m_and_over"), ("1.2 billion", "50m_and_over"), ("800k", "under_1m"), ("0", "unknown"),
        ("0.0", "unknown"), ("", "unknown"), ("a lot", "unknown"),
    ],
)  # fmt: skip
def test_revenue(said: str, tier: str) -> None:
    assert revenue_tier(said) == tier


@pytest.mark.parametrize(
    ("said", "tier"),
    [
        ("1–50", "small"), ("1 - 50 employees", "small"), ("0-50", "small"), ("<50", "small"), ("<51", "small"),
        ("≤ 50", "small"), ("up to 50", "small"), ("under 50 people", "small"), ("fewer than 10", "small"),
        ("11 to 50", "small"), ("51-500", "mid_market"), ("51 – 500", "mid_market"), ("51—500", "mid_market"),
        ("51−500 staff", "mid_market"), ("between 51 and 200", "mid_market"), ("50-100", "mid_market"),
        ("~120", "mid_market"), ("500 +", "enterprise"), ("501+", "enterprise"), (">500", "enterprise"),
        ("≥ 500", "enterprise"), ("more than 500", "enterprise"), ("500 or more", "enterprise"),
        ("500+ employees", "enterprise"), ("500-1000", "enterprise"), ("1 000", "enterprise"), ("1\u202f000", "enterprise"),
        ("1'000", "enterprise"), ("50+", "unknown"), (">50", "unknown"), ("<500", "unknown"), ("251-1K", "unknown"),
        ("50-51", "unknown"), ("+", "unknown"), ("<", "unknown"), ("to", "unknown"), ("<0", "unknown"), ("51-", "unknown"),
    ],
)  # fmt: skip
def test_the_tiers_own_words_for_size(said: str, tier: str) -> None:
    """Ranges that touch the next tier with one end, as vendors' bands do, belong to the tier of all the rest."""
    assert size_tier(said) == tier


@pytest.mark.parametrize(
    ("said", "tier"),
    [
        ("<$1M", "under_1m"), ("< $ 1M", "under_1m"), ("under €1M", "under_1m"), ("less than $1 million", "under_1m"),
        ("$0-$1M", "under_1m"), ("$500K–$1M", "under_1m"), ("$1M–$50M", "1m_to_50m"), ("$1M - $50M", "1m_to_50m"),
        ("$1m to $50m", "1m_to_50m"), ("$1M—50M", "1m_to_50m"), ("US$ 2.5M", "1m_to_50m"), ("5 M€", "1m_to_50m"),
        ("5m$", "1m_to_50m"), ("USD 3,000,000", "1m_to_50m"), ("$50M+", "50m_and_over"), ("$50M +", "50m_and_over"),
        (">50M", "50m_and_over"), ("> $50M", "50m_and_over"), ("$50M or more", "50m_and_over"),
        ("≥ £50M", "50m_and_over"), ("Over $50 million", "50m_and_over"), ("50M-100M", "50m_and_over"),
        (">$1M", "unknown"), ("$1M+", "unknown"), ("<$50M", "unknown"), ("$1M-$51M", "unknown"), ("$0", "unknown"),
    ],
)  # fmt: skip
def test_the_tiers_own_words_for_revenue(said: str, tier: str) -> None:
    assert revenue_tier(said) == tier


@pytest.mark.parametrize(
    ("region", "country", "expected"),
    [
        ("NA", "", "North America"), ("EU", "", "EMEA"), ("emea", "US", "EMEA"), ("APAC", "", "APAC"),
        ("", "DE", "EMEA"), ("", "DEU", "EMEA"), ("", "Deutschland", "EMEA"), ("", "U.S.A.", "North America"),
        ("", "The Netherlands", "EMEA"), ("", "United States", "North America"), ("", "Côte d'Ivoire", "EMEA"),
        ("", "Viet Nam", "APAC"), ("", "NA", "EMEA"), ("", "Brasil", "Latin America"), ("", "Atlantis", "unknown"),
        ("Sector 7", "JP", "APAC"), ("", "", "unknown"),
    ],
)  # fmt: skip
def test_region(region: str, country: str, expected: str) -> None:
    assert region_of(region, country) == expected


def test_the_icp_is_a_rule_over_the_fields() -> None:
    rule = IcpRule(sizes=("mid_market", "enterprise"), industries=("technology",), regions=("EMEA",))
    inside = Account("a", "A", employees="120", industry="Technology", country="Germany")
    outside = Account("b", "B", employees="12", industry="", country="")
    unclear = Account("c", "C", employees="120", industry="Technology")
    assert firmographic(inside, rule).tier == "mid_market icp"
    assert firmographic(outside, rule).tier == "small not_icp"
    assert firmographic(unclear, rule).tier == "mid_market icp_unknown"
    assert not firmographic(Account("d", "D"), rule).is_known


def test_the_icp_may_ask_for_one_of_several_tools_and_names_regions_as_crms_do(tmp_path: Path) -> None:
    (tmp_path / "icp.toml").write_text('tech_stacks = ["Salesforce", "slack"]\nregions = ["NA", "emea"]\n')
    rule = load_icp(tmp_path / "icp.toml")
    assert rule.regions == ("North America", "EMEA")

    def icp(tech_stack: str, region: str = "NA") -> bool | None:
        return firmographic(Account("a", "A", region=region, tech_stack=tech_stack), rule).icp

    assert (icp("Google Workspace; Slack"), icp("Teams"), icp(""), icp("Slack", "APAC")) == (True, False, None, False)


def test_the_shipped_icp_file_is_read() -> None:
    assert load_icp(shipped("prompts") / "icp.toml").sizes == ("mid_market", "enterprise")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('sizes = ["huge"]', ("sizes", "huge", "small, mid_market, enterprise")),
        ('regions = ["Mars"]', ("regions", "Mars", "North America, EMEA")),
        ('colours = ["red"]', ("colours", "sizes, revenues, industries, regions, tech_stacks")),
        ('sizes = "small"', ('sizes = ["…"]',)),
        ("sizes = [", ("TOML",)),
    ],
)
def test_a_faulty_icp_file_is_refused_by_name(tmp_path: Path, text: str, what: tuple[str, ...]) -> None:
    (tmp_path / "icp.toml").write_text(text)
    with refuses(UsageError, tmp_path / "icp.toml", *what):
        load_icp(tmp_path / "icp.toml")
