"""The combined profile: four tiers of one account on one date, in a row and in a sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import repeat
from operator import attrgetter

from needsseg.accounts.own.columns import OwnValue
from needsseg.accounts.tiers.behaviour import Behaviour
from needsseg.accounts.tiers.firmographic import UNKNOWN, Firmographic, IcpRule, firmographics
from needsseg.accounts.tiers.lifecycle import Lifecycle
from needsseg.accounts.tiers.signals import behavioral_evidence, behavioral_flags
from needsseg.many_records import changed, records
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
    firmographic: Firmographic
    behaviour: Behaviour | None
    lifecycle: Lifecycle
    lifecycle_flags: tuple[str, ...]
    actions: tuple[Action, ...] = ()
    missing: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    behavioral_flags: tuple[str, ...] = ()

    @property
    def behavioral_evidence(self) -> Mapping[str, str]:
        """Return why each of the behavioural flags applies."""
        return behavioral_evidence(self.behaviour, self.behavioral_flags) if self.behaviour is not None else {}

    @property
    def sentence(self) -> str:
        """Return the four tiers in one sentence."""
        use = _use(self.behaviour, self.behavioral_flags) if self.behaviour is not None else ""
        tier = self.firmographic
        company = _company(tier.size, tier.industry, tier.region)
        return _sentence(company, self.needs_segment, bool(self.needs_segment_confirmed_by), use, self.lifecycle_stage)


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
    accounts = sorted(accounts, key=attrgetter("account_id"))
    ids, number = [account.account_id for account in accounts], len(accounts)
    tiers = firmographics(accounts, icp or IcpRule(), own or {}, as_of)
    stages = [lifecycle[id_] for id_ in ids]
    rows = [None] * number if behaviour is None else _behaviours(ids, behaviour, stages)
    flags = [() if row is None else behavioral_flags(row) for row in rows]
    needs = _needs(ids, labels)
    decided = [label for label, _ in needs]
    # Accounts that are alike share a record of tier 1.
    tier_words = {id(tier): (tier.tier, tier.is_known) for tier in tiers}
    columns: list[Iterable[object]] = [
        ids,
        repeat(as_of, number),
        [tier_words[id(tier)][0] for tier in tiers],
        *([read(label) if label else empty for label in decided] for read, empty in _LABEL_FIELDS),
        [own_flags[0] if own_flags else "" for own_flags in flags],
        [stage.stage for stage in stages],
        repeat("", number),  # the recommended action
        repeat(version, number),
        [account.name for account in accounts],
        tiers,
        rows,
        stages,
        [stage.flags for stage in stages],
        repeat((), number),  # actions
        [
            _missing(tier_words[id(tier)][1], label is not None, row is not None, stage.stage != "no_data")
            for tier, label, row, stage in zip(tiers, decided, rows, stages, strict=True)
        ],
        [contested for _, contested in needs],
        flags,
    ]
    return records(AccountProfile, columns)


_LABEL_FIELDS: tuple[tuple[Callable[[Label], object], object], ...] = (
    (attrgetter("segment"), ""), (attrgetter("source"), ""), (attrgetter("confidence"), None), (attrgetter("confirmed_by"), ""),
)  # fmt: skip
"""How the columns on an account's need are read from its label, and their values without one."""


def _behaviours(
    ids: Sequence[str], behaviour: Mapping[str, Behaviour], stages: Sequence[Lifecycle]
) -> list[Behaviour | None]:
    """Return each account's use, with the seats that its stage has."""
    # What the source cannot give, it cannot give of an account without any event either.
    lacks = next((row.lacks for row in behaviour.values()), ())
    rows = [behaviour.get(id_) or Behaviour(id_, lacks=lacks) for id_ in ids]
    return list(changed(rows, seats=[stage.seats for stage in stages]))


def _needs(ids: Sequence[str], labels: Sequence[Label]) -> list[tuple[Label | None, tuple[str, ...]]]:
    """Return what ``deciding_label`` does for each account."""
    by_account: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        by_account[label.account_id].append(label)
    decided = {id_: deciding_label(own) for id_, own in by_account.items()}
    nothing: tuple[None, tuple[str, ...]] = (None, ())
    return [decided.get(id_, nothing) for id_ in ids]


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


@lru_cache(maxsize=16)
def _missing(*present: bool) -> tuple[str, ...]:
    return tuple(name for name, is_present in zip(TIERS, present, strict=True) if not is_present)


@lru_cache(maxsize=50_000)
def _sentence(company: str, segment: str, is_confirmed: bool, use: str, stage: str) -> str:
    """Return the four tiers in words, in order; a tier without data is called unknown. Accounts that are alike share the text.

    ``use`` is "" without a usage file.
    """
    need = "need not known (tier 2)"
    if segment:
        need = f"hiring the product for {segment}{'' if is_confirmed else ', unconfirmed'} (tier 2)"
    usage = f"{use} (tier 3)" if use else "use not known (tier 3)"
    stage_words = {"no_data": "lifecycle not known", "at_risk": "at risk"}.get(stage, stage.replace("_", " "))
    return f"{company} (tier 1), {need}, {usage}, {stage_words} (tier 4)"


@lru_cache(maxsize=50_000)
def _company(size_tier: str, sector: str, region: str) -> str:
    size = _SIZE_WORDS.get(size_tier, "")
    # IT and SaaS keep their capitals; title case is lowered.
    industry = " ".join(word.lower() if word.istitle() else word for word in sector.split())
    words = " ".join(word for word in (size, industry) if word)
    if words:
        return f"{words[0].upper()}{words[1:]} company"
    return "Company of unknown size" + (f" in {region}" if region != UNKNOWN else "")


def _use(row: Behaviour, flags: tuple[str, ...]) -> str:
    """Return the use of the product, and a falling or rising signal; high breadth takes precedence over daily use."""
    return _use_words(flags, row.events > 0, row.login_trend, row.usage_trend)


@lru_cache(maxsize=1024)
def _use_words(flags: tuple[str, ...], is_used: bool, login_trend: str, usage_trend: str) -> str:
    ways = [way for way in flags if way != "at_risk"]
    words = _SEGMENT_WORDS["multi_workflow" if ways[0] == "power" and "multi_workflow" in ways else ways[0]]
    if not is_used:
        return words
    trends = (("login frequency", login_trend), ("use", usage_trend))
    for turned, conjunction in (("falling", "but"), ("rising", "and")):
        for signal, trend in trends:
            if trend == turned:
                return f"{words} {conjunction} {turned} {signal}"
    return words
