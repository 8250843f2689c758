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
        ("2.5k", "enterprise"), ("120.0", "mid_market"), ("40-60", "unknown"), ("500+", "unknown"), ("0", "unknown"),
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
