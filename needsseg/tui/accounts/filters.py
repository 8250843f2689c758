"""Which accounts are shown, in which order: what is chosen, in words, and what can be chosen, with counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from needsseg.actions.accounts import Revenue, account_filters
from needsseg.text import format_count
from needsseg.tui.keys.hints import key_of
from needsseg.tui.widgets.prompt import Choice

if TYPE_CHECKING:
    from needsseg.actions.accounts import AccountProfile

NAMES = {
    "size": "size", "revenue": "revenue", "industry": "industry", "region": "region", "icp": "ICP",
    "needs_segment": "need", "needs_source": "need from", "needs_confirmed": "need", "contested": "contested by",
    "behavioral_segment": "behaviour", "behavioral_flags": "behaviour flag", "lifecycle_stage": "lifecycle",
    "lifecycle_flags": "lifecycle flag", "plan": "plan", "missing": "nothing known of",
}  # fmt: skip
SORTS = {
    "need": "need, labelled first", "name": "name", "amount": "amount, largest first",
    "size": "size, small first", "behaviour": "behaviour", "lifecycle": "lifecycle",
    "confidence": "confidence, highest first",
}  # fmt: skip
_VALUES = {"icp": "in it", "not_icp": "not in it", "icp_unknown": "not known", "unlabelled": "none"}
# These are names that people gave, and stand as they are.
_NAMED = ("industry", "needs_segment", "plan", "contested")
BETWEEN = "\t"


@dataclass(frozen=True, slots=True)
class Filters:
    """Words, values by facet, accounts named elsewhere (a pattern), and the order; ``turned`` is it the other way round."""

    words: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    only_named: str = ""
    sort: str = "need"
    turned: bool = False

    @property
    def any(self) -> bool:
        """Whether anything is left out."""
        return bool(self.words or self.chosen or self.only_named)

    def cleared(self) -> Filters:
        """All accounts, in the same order."""
        return Filters(sort=self.sort, turned=self.turned)

    def toggled(self, facet: str, value: str) -> Filters:
        """With a value more, or without it where it was chosen."""
        held = self.chosen.get(facet, ())
        now = tuple(v for v in held if v != value) if value in held else (*held, value)
        rest = {name: values for name, values in self.chosen.items() if name != facet}
        return replace(self, chosen=rest | ({facet: now} if now else {}))

    def sorted_by(self, sort: str) -> Filters:
        """In another order; in the same one, the other way round."""
        return replace(self, sort=sort, turned=sort == self.sort and not self.turned)

    def rows(self, profiles: Iterable[AccountProfile], amounts: Revenue) -> list[AccountProfile]:
        """The accounts that fit, in order."""
        needle = self.words.casefold()
        kept = [
            p
            for p in profiles
            if (not self.only_named or p.account_id in self.only)
            and account_filters.fits(p, self.chosen)
            and (not needle or needle in _text(p))
        ]
        return account_filters.ordered(kept, self.sort, amounts, self.turned)

    def in_words(self) -> str:
        """What is shown and in which order; empty where all is as at first."""
        said = [f"“{self.words}”"] * bool(self.words)
        said += [f"{NAMES[f]} {' or '.join(worded(f, value) for value in vs)}" for f, vs in self.chosen.items()]
        said += [self.only_named] * bool(self.only_named)
        shown = [f"filter {', '.join(said)} ({key_of('accounts.unfilter')} clears)"] * bool(said)
        if (self.sort, self.turned) != ("need", False):
            shown.append(f"by {self.sort}{', reversed' if self.turned else ''}")
        return " · ".join(shown)

    def kept(self) -> dict[str, object]:
        """What is remembered, to reopen so."""
        chosen = {name: list(values) for name, values in self.chosen.items()}
        return {"words": self.words, "chosen": chosen, "sort": self.sort, "turned": self.turned}


def left(kept: dict[str, object]) -> Filters:
    """As remembered; what is not known any more is left out."""
    held = kept.get("chosen")
    chosen = {
        str(name): tuple(map(str, values))
        for name, values in (held.items() if isinstance(held, dict) else ())
        if name in account_filters.FACETS and isinstance(values, list) and values
    }
    sort = str(kept.get("sort", ""))
    known = sort if sort in account_filters.SORTS else "need"
    return Filters(str(kept.get("words", "")), chosen, sort=known, turned=kept.get("turned") is True)


def worded(facet: str, value: str) -> str:
    """A value in words."""
    if value in _VALUES and facet in ("icp", "needs_segment"):
        return _VALUES[value]
    return value if facet in _NAMED else value.replace("_", " ")


def choices(profiles: Sequence[AccountProfile], filters: Filters) -> list[Choice]:
    """All values of all tiers with the number of accounts that would be shown; those that are chosen come first."""
    found = account_filters.counts(profiles, filters.chosen)
    rows = []
    for facet, held in found.items():
        values = [*held, *(value for value in filters.chosen.get(facet, ()) if value not in held)]
        for value in values:
            on = value in filters.chosen.get(facet, ())
            label = f"{NAMES[facet]}: {worded(facet, value)}"
            about = format_count(held.get(value, 0), "account")
            rows.append(
                (not on, Choice(f"{facet}{BETWEEN}{value}", ("✓ " if on else "") + label, about + " · off" * on))
            )
    return [choice for _, choice in sorted(rows, key=lambda row: row[0])]


def _text(p: AccountProfile) -> str:
    return f"{p.name} {p.account_id} {p.needs_segment} {p.sentence} {p.recommended_action}".casefold()
