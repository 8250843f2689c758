"""The combined profile: four tiers of one account on one date, in a row and in a sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from operator import attrgetter

from needsseg.accounts.own.columns import OwnValue
from needsseg.accounts.tiers.behaviour import Behaviour
from needsseg.accounts.tiers.firmographic import UNKNOWN, Firmographic, IcpRule, firmographic
from needsseg.accounts.tiers.lifecycle import Lifecycle
from needsseg.accounts.tiers.signals import behavioral_evidence
from needsseg.many_records import records
from needsseg.records import Account, Label

SOURCE_ORDER = ("interview", "survey", "assigned")
TIERS = ("firmographic", "needs", "behavioral", "lifecycle")

_SIZE_WORDS = {"small": "Small", "mid_market": "Mid-market", "enterprise": "Enterprise"}
_SEGMENT_WORDS = {
    "power": "in daily use by its people",
    "multi_workflow": "high feature breadth",
    "technical": "mostly through the API",
    "mobile_only": "on mobile only",
    "team_adopting": "inviting teammates",
    "light": "light use",
    "inactive": "no use in the last 30 days",
}


@dataclass(frozen=True, slots=True)
class Action:
    """A recommended action, the rule that applied and its evidence."""

    rule: str
    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountProfile:
    """One account as of one date. The first fields are the exported columns; the rest are their evidence.

    ``firmographic_tier`` is a size word (small, mid_market, enterprise, unknown) and icp, not_icp or icp_unknown;
    ``behavioral_segment`` is the first of ``behavioral_flags``, both empty without a usage file, and ``behavioral_evidence``
    says why each of them applies; ``missing`` are the tiers of TIERS without data.
    """

    account_id: str
    as_of_date: date
    firmographic_tier: str
    needs_segment: str
    needs_segment_source: str
    needs_segment_confidence: float | None
    needs_segment_confirmed_by: str
    behavioral_segment: str
    lifecycle_stage: str
    recommended_action: str
    segmentation_version: str
    name: str
    sentence: str
    firmographic: Firmographic
    behaviour: Behaviour | None
    lifecycle: Lifecycle
    lifecycle_flags: tuple[str, ...]
    actions: tuple[Action, ...] = ()
    missing: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    behavioral_flags: tuple[str, ...] = ()
    behavioral_evidence: Mapping[str, str] = field(default_factory=dict)


def profiles(
    accounts: Sequence[Account],
    behaviour: Mapping[str, Behaviour] | None,
    lifecycle: Mapping[str, Lifecycle],
    labels: Sequence[Label],
    as_of: date,
    version: str,
    icp: IcpRule | None = None,
    own: Mapping[str, Mapping[str, OwnValue]] | None = None,
) -> list[AccountProfile]:
    """Return one profile for each account, sorted by account id, without actions, which the playbook adds.

    ``behaviour`` is None where there is no usage file; accounts missing in it have no usage. Labels for accounts that are
    not among ``accounts`` are left out. ``own`` are the values by account that the ICP asks for, by the columns' names there.
    """
    by_account: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        by_account[label.account_id].append(label)
    # What the source cannot give, it cannot give of an account without any event either.
    lacks = next((row.lacks for row in (behaviour or {}).values()), ())
    values, rule, cells = [], icp or IcpRule(), own or {}
    for account in sorted(accounts, key=attrgetter("account_id")):
        key = account.account_id
        tier, stage = firmographic(account, rule, cells.get(key), as_of), lifecycle[key]
        row = None
        if behaviour is not None:
            row = behaviour.get(key) or Behaviour(key, lacks=lacks, seats=stage.seats)
            row = row if stage.seats in (None, row.seats) else replace(row, seats=stage.seats)
        decided, contested = deciding_label(by_account[key]) if key in by_account else (None, ())
        values.append(_profile(account, tier, row, stage, decided, contested, as_of, version))
    return records(AccountProfile, list(zip(*values, strict=True))) if values else []


def deciding_label(labels: Sequence[Label]) -> tuple[Label | None, tuple[str, ...]]:
    """Return the label that decides on an account's segment, and the competing segments.

    Confirmed labels before unconfirmed ones; then interview, survey, assigned; then confidence. Where the best two are
    equal in all three and name different segments there is no label: the sources are never mixed to break a tie.
    """
    if not labels:
        return None, ()
    best = min(_rank(label) for label in labels)
    first = [label for label in labels if _rank(label) == best]
    segments = sorted({label.segment for label in first})
    if len(segments) > 1:
        return None, tuple(segments)
    deciding = min(first, key=lambda label: label.confirmed_by)
    return deciding, tuple(sorted({label.segment for label in labels} - {deciding.segment}))


def _rank(label: Label) -> tuple[bool, int, float]:
    return (not label.confirmed_by, SOURCE_ORDER.index(label.source), -label.confidence)


def _profile(
    account: Account,
    tier: Firmographic,
    row: Behaviour | None,
    stage: Lifecycle,
    label: Label | None,
    contested: tuple[str, ...],
    as_of: date,
    version: str,
) -> tuple[object, ...]:
    """Return the fields of ``AccountProfile`` in their order."""
    evidence = behavioral_evidence(row) if row else {}
    flags = tuple(evidence)
    need = (label.segment, bool(label.confirmed_by)) if label else None
    use = _use(row, flags) if row else ""
    return (
        account.account_id,
        as_of,
        tier.tier,
        label.segment if label else "",
        label.source if label else "",
        label.confidence if label else None,
        label.confirmed_by if label else "",
        flags[0] if flags else "",
        stage.stage,
        "",  # the recommended action
        version,
        account.name,
        _sentence(tier, need, use, stage.stage),
        tier,
        row,
        stage,
        stage.flags,
        (),  # actions
        _missing(tier.is_known, label is not None, row is not None, stage.stage != "no_data"),
        contested,
        flags,
        evidence,
    )


@lru_cache(maxsize=16)
def _missing(*present: bool) -> tuple[str, ...]:
    return tuple(name for name, is_present in zip(TIERS, present, strict=True) if not is_present)


# Few accounts differ in all of these.
@lru_cache(maxsize=50_000)
def _sentence(tier: Firmographic, label: tuple[str, bool] | None, use: str, stage: str) -> str:
    """Return the four tiers in words, in order; a tier without data is called unknown.

    ``label`` is the segment and whether it is confirmed; ``use`` is "" without a usage file.
    """
    need = "need not known (tier 2)"
    if label:
        segment, is_confirmed = label
        need = f"hiring the product for {segment}{'' if is_confirmed else ', unconfirmed'} (tier 2)"
    usage = f"{use} (tier 3)" if use else "use not known (tier 3)"
    stage_words = {"no_data": "lifecycle not known", "at_risk": "at risk"}.get(stage, stage.replace("_", " "))
    return f"{_company(tier)} (tier 1), {need}, {usage}, {stage_words} (tier 4)"


@lru_cache(maxsize=50_000)
def _company(tier: Firmographic) -> str:
    size = _SIZE_WORDS.get(tier.size, "")
    # IT and SaaS keep their capitals; title case is lowered.
    industry = " ".join(word.lower() if word.istitle() else word for word in tier.industry.split())
    words = " ".join(word for word in (size, industry) if word)
    if words:
        return f"{words[0].upper()}{words[1:]} company"
    return "Company of unknown size" + (f" in {tier.region}" if tier.region != UNKNOWN else "")


def _use(row: Behaviour, flags: Sequence[str]) -> str:
    """Return the use of the product, and a falling or rising signal; high breadth takes precedence over daily use."""
    ways = [way for way in flags if way != "at_risk"]
    words = _SEGMENT_WORDS["multi_workflow" if ways[0] == "power" and "multi_workflow" in ways else ways[0]]
    if row.events == 0:
        return words
    trends = (("login frequency", row.login_trend), ("use", row.usage_trend))
    for turned, conjunction in (("falling", "but"), ("rising", "and")):
        for signal, trend in trends:
            if trend == turned:
                return f"{words} {conjunction} {turned} {signal}"
    return words
